"""What the sentences before say about who and what is meant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from verifier.claims.dates import Dates, years_in
from verifier.claims.referents.book import Book
from verifier.claims.referents.descriptions import Story
from verifier.claims.referents.mentions import Mention, lower_article, mentions_of
from verifier.types import Article

if TYPE_CHECKING:
    from spacy.tokens import Doc

REACH = 3  # sentences back that a pronoun may point


@dataclass(slots=True)
class Context:
    """An article as far as it has been read: whom it has named so far, and what its last sentences were about."""

    article: Article
    book: Book
    dates: Dates
    story: Story = field(default_factory=Story.empty)
    near: list[list[Mention]] = field(default_factory=list)  # of the last sentences of this section, the nearest last
    years: list[str] = field(default_factory=list)  # that the sentence before names
    speaker: str | None = None  # of the sentence before
    read: tuple[Doc, list[Mention]] | None = None  # the sentence that was resolved last, with what its pronouns mean

    @classmethod
    def of(cls, article: Article, docs: Sequence[Doc]) -> Context:
        """The context before the first sentence.

        :param docs: all parsed sentences of the article.
        """
        return cls(article, Book.of(docs), Dates.of(article.published, [doc.text for doc in docs]))

    def advance(self, doc: Doc, speaker: str | None) -> None:
        """Take in a sentence that has been read."""
        known = self.read is not None and self.read[0] is doc
        mentions = self.read[1] if known and self.read is not None else mentions_of(doc, self.book)
        self.near = [*self.near, mentions][-REACH:]
        self.story.add(doc, mentions, self.book, self.named(speaker) if speaker is not None else None)
        self.years = years_in(doc.text)
        self.speaker = speaker

    def learn(self, name: str, gender: str) -> None:
        """A pronoun has shown whether a person is he or she: that holds for the rest of the article."""
        self.book.learn(name, gender)
        self.near = [[replace(m, gender=gender) if m.name == name else m for m in mentions] for mentions in self.near]

    def forget(self) -> None:
        """A new section starts: no pronoun points back over its heading."""
        self.near, self.years, self.speaker, self.read = [], [], None, None
        self.story.said_in.clear()

    def named(self, speaker: str) -> str:
        """The fullest name of a speaker as written: `Ned Price` for `US State Department spokesperson Ned Price`."""
        people = self.book.people.get(speaker.split()[-1], []) if speaker.split() else []
        return people[0].name if len(people) == 1 else lower_article(speaker) if speaker else speaker
