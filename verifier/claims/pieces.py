"""An article cut into what is read one by one: sentences with their offsets, and lines that are not read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from verifier.claims.anatomy import Role, find_blocks
from verifier.claims.language import why_not_english, why_sentence_not_english
from verifier.claims.lexicon import words
from verifier.claims.quotes import quote_runs, reopened
from verifier.claims.rewrite import without_connective
from verifier.claims.sentences import split_block
from verifier.types import Article, Span

MAX_SENTENCE_CHARS = 500  # what is longer is parsed badly, and the stance model would not read it to its end
_LABEL = re.compile(r"(?P<label>[A-Z][\w.'’-]*(?:\s[A-Z][\w.'’-]*){0,3}):\s+(?=[\"“'‘(]?[A-Z0-9])")
_NOTICES = words("update breaking note correction analysis watch exclusive developing")
_NO_SPEAKER = words("q a question answer") | _NOTICES


@dataclass(frozen=True, slots=True)
class Piece:
    """A sentence or line: where it is, what is read of it, and if it is not read, why."""

    start: int
    end: int
    block: int
    role: str
    text: str
    offsets: tuple[int, ...]  # of each character of `text`, in the article
    reason: str
    label: str | None = None  # "Smith" in "Smith: I was there."
    quotes: frozenset[int] = frozenset()  # the quotes of its block that it has a part in

    @property
    def labelled_speaker(self) -> str | None:
        """The speaker whom the label names, if it names one."""
        return None if self.label is None or self.label.lower() in _NO_SPEAKER else self.label

    def in_article(self, span: Span) -> Span:
        """Where characters of `text` stand in the article."""
        if span.start == span.end:
            place = self.offsets[span.start] if span.start < len(self.offsets) else self.end
            return Span(place, place)
        return Span(self.offsets[span.start], self.offsets[span.end - 1] + 1)


def pieces_of(article: Article) -> Iterator[Piece]:
    """Every stretch of an article in order; together they hold every non-white character of it."""
    labels = _recurring_labels(article.text)
    language = why_not_english(article.text)
    for number, block in enumerate(find_blocks(article.text, article.title, article.author)):
        role = block.role.value
        if not block.role.is_read:
            yield Piece(block.start, block.end, number, role, "", (), role)
            continue
        sentences = split_block(article.text, block.start, block.end)
        label, texts = _without_label([sentence.text for sentence in sentences], labels)
        runs = quote_runs(texts)
        for sentence, text, run in zip(sentences, reopened(texts, runs), runs, strict=True):
            text = without_connective(text)
            offsets = _offsets_of(text, sentence.text, sentence.offsets)
            yield Piece(
                sentence.start, sentence.end, number, role, text, offsets, _why_unread(text, language), label, run
            )


def _offsets_of(text: str, sentence: str, offsets: tuple[int, ...]) -> tuple[int, ...]:
    """Of a text that is the end of its sentence, perhaps behind a quote mark that was put before it."""
    if sentence.endswith(text):
        return offsets[len(offsets) - len(text) :]
    kept = offsets[len(offsets) - len(text) + 1 :]
    return (kept[:1] or offsets[:1]) + kept


def _recurring_labels(text: str) -> set[str]:
    """Names before a colon at the start of several lines, as in an interview."""
    starts = [found["label"] for line in text.splitlines() if (found := _LABEL.match(line.strip(" \t*_")))]
    return {label for label in starts if starts.count(label) > 1 or label in ("Q", "A")}


def _without_label(texts: list[str], labels: set[str]) -> tuple[str | None, list[str]]:
    found = _LABEL.match(texts[0])
    if found is None or (found["label"] not in labels and found["label"].lower() not in _NOTICES):
        return None, texts
    return found["label"], [texts[0][found.end() :], *texts[1:]]


def _why_unread(text: str, language: str) -> str:
    if not any(char.isalnum() for char in text):
        return Role.SEPARATOR.value
    if len(text) > MAX_SENTENCE_CHARS:
        return "too long"
    return why_sentence_not_english(text, language)
