"""Whom a pronoun means: resolved only where the sentences before leave one candidate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from verifier.claims.dates import years_in
from verifier.claims.lexicon import words
from verifier.claims.rewrite import Edit

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

_PERSONAL = words("he she")
_THINGS = words("it they")
_SPEAKING = words("i we you")
_OWNING = {"his": "he", "her": "she", "its": "it", "their": "they"}
_POINTING = words("this that these those such")
# People who may be meant by "he" or "she" though they are not named.
_PEOPLE = words(
    "man woman boy girl minister president chancellor premier governor mayor senator spokesman spokeswoman"
    " spokesperson official officer judge lawyer doctor nurse teacher author director manager coach player singer"
    " actor actress mother father son daughter wife husband brother sister king queen prince princess pope bishop"
    " general soldier driver suspect victim witness student professor researcher scientist analyst economist"
    " chairman chairwoman chief leader envoy ambassador secretary diplomat counterpart candidate lawmaker deputy"
    " journalist reporter writer"
)
_TIME_OR_AMOUNT = words("DATE TIME PERCENT MONEY QUANTITY CARDINAL ORDINAL")
_IMPERSONAL = words("rain snow seem appear remain take")


@dataclass(slots=True)
class Context:
    """What the sentences before say about who is meant; emptied at a heading."""

    people: dict[str, str] = field(default_factory=dict)  # surname -> fullest name in the article
    before: list[Doc] = field(default_factory=list)  # the last two sentences
    speaker: str | None = None  # of the sentence before

    def advance(self, doc: Doc, speaker: str | None) -> None:
        """Take in a sentence that has been read."""
        self.before = [*self.before, doc][-2:]
        self.speaker = speaker

    def other_year(self, published: date | None) -> str | None:
        """The last year that the sentence before names, if it is not the year of publication."""
        years = years_in(self.before[-1].text)[-1:] if self.before else []
        return next((year for year in years if published is None or int(year) != published.year), None)

    def forget(self) -> None:
        """A new section starts: nobody has been mentioned yet."""
        self.before, self.speaker = [], None


def full_names(docs: Sequence[Doc]) -> dict[str, str]:
    """Surname to fullest name, over all people named in the article; a surname that two people share is left out."""
    names: dict[str, str] = {}
    shared: set[str] = set()
    for entity in (entity for doc in docs for entity in doc.ents if entity.label_ == "PERSON"):
        name = _name(entity)
        surname, known = name.split()[-1], names.get(name.split()[-1], "")
        if known and len(known.split()) > 1 and len(name.split()) > 1 and known.split()[0] != name.split()[0]:
            shared.add(surname)
        if len(name) > len(known):
            names[surname] = name
    return {surname: name for surname, name in names.items() if surname not in shared}


def resolve_subject(content: Span, root: Token, context: Context) -> tuple[tuple[Edit, ...], str]:
    """The name to put for the pronoun that a statement is about.

    :return: the edit that replaces it (none where no pronoun needs one), and the word whose referent is unclear,
        empty where all is clear.
    """
    token = _leaning_word(content, root)
    if token is None:
        return (), ""
    word = token.lower_
    stands_for = _OWNING.get(word, word)
    known = stands_for in _PERSONAL | _THINGS and not (word == "it" and root.lemma_ == "be")
    name = _candidate(stands_for, context) if known else None
    if name is None:
        return (), token.text
    owner = "" if word not in _OWNING else ("'" if name.endswith("s") and word == "their" else "'s")
    return (Edit(token.idx, token.idx + len(token), name + owner),), ""


def resolve_speaker(speaker: str, context: Context) -> str | None:
    """The name of a speaker written as a pronoun: that of the sentence before, else the one candidate, else None."""
    word = speaker.lower()
    if word not in _PERSONAL | _THINGS | _SPEAKING:
        return speaker
    if word in _SPEAKING:
        return None
    if context.speaker is not None:
        is_person = any(surname in context.speaker.split() for surname in context.people)
        named = is_person or any(word in _PEOPLE for word in context.speaker.lower().split())
        if word == "they" or named == (word in _PERSONAL):
            return context.speaker
    return _candidate(word, context)


def _leaning_word(content: Span, root: Token) -> Token | None:
    """The pronoun as subject of the statement, or the possessive that opens it; None where there is none."""
    subject = next((child for child in root.children if child.dep_ in ("nsubj", "nsubjpass")), None)
    first = next((token for token in content if token.is_alpha), None)
    if first is not None and first.tag_ == "PRP$":
        return first
    if (
        subject is None
        or subject.i < content.start
        or subject.lower_ not in _PERSONAL | _THINGS | _SPEAKING | _POINTING
    ):
        return None
    if subject.lower_ in _POINTING and (subject.tag_ not in ("DT", "PRP") or any(True for _ in subject.children)):
        return None
    named_before = any(token.pos_ == "PROPN" for token in content.doc[content.start : subject.i])
    if (subject.lower_ == "it" and _is_impersonal(root)) or (subject.lower_ in _PERSONAL and named_before):
        return None
    return subject


def _is_impersonal(root: Token) -> bool:
    """`It is clear that ...`, `It rained`: nothing is meant by "it"."""
    clause = any(child.dep_ in ("ccomp", "xcomp", "csubj", "advcl", "relcl") for child in root.subtree if child != root)
    return root.lemma_ in _IMPERSONAL or (root.lemma_ == "be" and clause)


def _candidate(word: str, context: Context) -> str | None:
    if not context.before:
        return None
    if word in _PERSONAL:
        return _person(context)
    number = ("NNS", "NNPS") if word == "they" else ("NN", "NNP")
    found = [chunk for chunk in context.before[-1].noun_chunks if _is_thing(chunk, number, context)]
    return _noun_phrase(found[0]) if len(found) == 1 and found[0].root.dep_.startswith("nsubj") else None


def _person(context: Context) -> str | None:
    """The one person of the last two sentences, where nobody unnamed comes into question."""
    surnames = {token.text for doc in context.before for token in doc if _is_person(token, context)}
    if len(surnames) != 1 or any(_may_be_meant(token, surnames, context) for doc in context.before for token in doc):
        return None
    return context.people[surnames.pop()]


def _is_person(token: Token, context: Context) -> bool:
    return token.text in context.people and token.pos_ == "PROPN" and token.dep_ not in ("poss", "compound", "nmod")


def _may_be_meant(token: Token, surnames: set[str], context: Context) -> bool:
    """Somebody else: an unnamed person, or a name as subject that was not recognised as a person's."""
    other_name = token.tag_ in ("NNP", "NNPS") and token.dep_ in ("nsubj", "nsubjpass") and token.text not in surnames
    return other_name or _is_unnamed_person(token, context)


def _is_unnamed_person(token: Token, context: Context) -> bool:
    if token.lemma_.lower() not in _PEOPLE or token.tag_ != "NN" or token.dep_ in ("compound", "nmod", "attr"):
        return False
    related = [*token.children, token.head] if token.dep_ == "appos" else list(token.children)
    return not any(_is_person(other, context) for other in related)


def _is_thing(chunk: Span, number: tuple[str, ...], context: Context) -> bool:
    head = chunk.root
    fits = head.tag_ in number and head.text not in context.people and head.ent_type_ not in _TIME_OR_AMOUNT
    return fits and head.ent_type_ != "PERSON" and head.lemma_.lower() not in _PEOPLE


def _noun_phrase(chunk: Span) -> str:
    """The phrase with its `of ...`, definite from now on."""
    end = next((c.right_edge.i + 1 for c in chunk.root.children if c.dep_ == "prep" and c.lower_ == "of"), chunk.end)
    words = chunk.doc[chunk.start : end]
    first = words[0].lower_
    if first in ("a", "an", "the"):
        return f"the {words[1:].text}"
    return words.text


def _name(entity: Span) -> str:
    words = entity.text.removesuffix("'s").removesuffix("’s").split()
    return " ".join(words) or entity.text
