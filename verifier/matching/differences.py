"""What keeps two claims from saying the same, found without a model of meaning: any difference of number, date, name,
negation, direction, degree, tense or of who does what to whom."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

from corpus.documents import Document, Passage
from verifier.compare import compare
from verifier.compare.wording import quoted_stretches, spoken_words
from verifier.matching.reading import Reading, read
from verifier.types import Claim, ClaimStatus, Evidence, Relation, Span, Stance

_DAYS = "monday|tuesday|wednesday|thursday|friday|saturday|sunday"
_PERIODS = rf"week|weekend|month|year|quarter|season|decade|century|summer|winter|spring|autumn|night|{_DAYS}"
# What another day makes another claim.
_RELATIVE_TIME = re.compile(
    rf"\b(?:today|yesterday|tomorrow|tonight|now|currently|recently|soon|ago|(?:last|this|next)\s+(?:{_PERIODS})"
    rf"|(?:{_DAYS}))\b",
    re.IGNORECASE,
)
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def why_other(a: str, b: str) -> str:
    """The first difference between two claims; empty where none is found that would make them two.

    Each is also held against the other as if that were evidence, by the comparer that bars evidence from supporting a
    claim; a value that one of them leaves out is a difference. A word that is no synonym of one on the other side is a
    difference too, so most claims that are put quite otherwise stay two.

    :raises ClaimModelError: the language model is not installed.
    """
    return next(_differences(a, b), "")


def _differences(a: str, b: str) -> Iterator[str]:
    for text in (a, b):
        if found := _RELATIVE_TIME.search(text):
            yield f"“{found[0]}” is another time in another article"
    if _quotes(a) != _quotes(b):
        yield "other words are quoted"
    yield from _by_comparer(a, b)
    yield from _by_comparer(b, a)
    ours, theirs = read(a), read(b)
    if ours.numbers != theirs.numbers:
        yield "a number is another, or qualified otherwise"
    if left := _left_over(ours, theirs):
        yield f"only one side has “{left}”"
    if ours.tenses != theirs.tenses:
        yield "another tense"
    if a.rstrip(" ”\"'’").endswith("?") != b.rstrip(" ”\"'’").endswith("?"):
        yield "one of them asks"
    for noun in sorted(ours.plurals.keys() & theirs.plurals.keys()):
        if ours.plurals[noun].isdisjoint(theirs.plurals[noun]):
            yield f"one “{noun}”, or several"
    yield from _by_structure(ours, theirs)


def _by_comparer(a: str, b: str) -> Iterator[str]:
    told = compare(_as_claim(a), _as_evidence(b))
    yield from (c.explanation for c in told.comparisons if c.relation is not Relation.AGREES)
    if Stance.SUPPORTS in told.barred:
        yield "the comparer bars it"


def _as_claim(text: str) -> Claim:
    return Claim("", "", 0, len(text), text, text, None, None, None, ClaimStatus.CHECKABLE, "")


def _as_evidence(text: str) -> Evidence:
    """The text as a passage that a model finds to support the claim."""
    document = Document("", "", "", None, None, None, _NEVER, text)
    passage = Passage("", "", 0, len(text), text)
    return Evidence("", passage, document, 0.0, Stance.SUPPORTS, 1.0, 0.0, 0.0, (Span(0, len(text)),))


def _quotes(text: str) -> list[list[str]]:
    return sorted(spoken_words(text[span.start : span.end]) for span in quoted_stretches(text))


def _left_over(ours: Reading, theirs: Reading) -> str:
    """A word of one side that the other lacks; a title before a name may be left out, but not be another."""
    words_a, words_b = ours.words, theirs.words
    if ours.titles and theirs.titles:
        words_a, words_b = words_a + ours.titles, words_b + theirs.titles
    left: Counter[str] = (words_a - words_b) + (words_b - words_a)
    return min(left, default="")


def _by_structure(ours: Reading, theirs: Reading) -> Iterator[str]:
    """Whether what one side does, undergoes or qualifies, is another's on the other side."""
    if ours.order != theirs.order and (twice := [word for word, n in ours.words.items() if n > 1]):
        yield f"“{min(twice)}” stands there twice, in another order"
    if ours.names != theirs.names:  # where it cannot be told what a name does, it has to stand where it stood
        yield from (f"“{n}” stands elsewhere" for n in ours.names if not (n in ours.places and n in theirs.places))
    for word in sorted(ours.places.keys() & theirs.places.keys()):
        if not any(here.may_be(there) for here in ours.places[word] for there in theirs.places[word]):
            yield f"“{word}” stands in another place"
