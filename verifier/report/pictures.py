"""What a report draws, as numbers: shares of a bar, the strip of an article's text, columns over time.

All lengths are percent of the picture's width or height, so that one picture fits a phone and a printed page. Each has
its words beside it: nobody has to see a colour.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from verifier.report.words import LABEL_WORDS, coverage_words, n_of
from verifier.rows import Count, Coverage
from verifier.types import Label

_ENUM_ORDER = tuple(Label)


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a bar; `name` is its class, `start` and `width` are percent of the bar."""

    name: str
    words: str
    start: float
    width: float


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of segments from left to right, and all that it shows in words."""

    words: str
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Counted:
    """A row of a chart: how many claims have each label, in numbers and drawn against the longest row."""

    name: str
    n: int
    counts: tuple[int, ...]  # in the order of LABEL_WORDS
    bar: Bar


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of an article's text: percent from its beginning, what became of it, and the claim to go to."""

    name: str  # a label, NO_VERDICT, AMBIGUOUS or NOT_CHECKED
    start: float
    width: float
    claim_id: str | None


def coverage_bar(coverage: Coverage) -> Bar:
    """What became of all stretches of a text."""
    parts = (
        ("checked", coverage.n_checked, "checked"),
        ("ambiguous", coverage.n_ambiguous, "ambiguous"),
        ("not-checked", coverage.n_not_checked, "not checked"),
        ("other", coverage.n_others, "other line" if coverage.n_others == 1 else "other lines"),
    )
    segments = _segments([(name, n, f"{n:,} {what}") for name, n, what in parts], coverage.n_units)
    return Bar(coverage_words(coverage), segments)


def charted(counts: Iterable[Count], most: int | None = None) -> tuple[Counted, ...]:
    """The rows of a chart, each as long as its share of the longest.

    :param most: the number that fills the width; the largest of `counts` where left out.
    """
    rows = [(count.name, _in_reading_order(count.n)) for count in counts]
    longest = most or max((sum(n) for _, n in rows), default=0)
    return tuple(Counted(name, sum(n), n, _label_bar(n, longest)) for name, n in rows)


def _in_reading_order(n: Sequence[int]) -> tuple[int, ...]:
    by_label = dict(zip(_ENUM_ORDER, n, strict=True))
    return tuple(by_label[label] for label in LABEL_WORDS)


def _label_bar(n: Sequence[int], whole: int) -> Bar:
    parts = [
        (str(label), count, f"{count:,} {words}") for (label, words), count in zip(LABEL_WORDS.items(), n, strict=True)
    ]
    told = ", ".join(words.lower() for _, count, words in parts if count)
    return Bar(f"{n_of(sum(n), 'claim')}: {told}" if told else "no claims", _segments(parts, whole))


def _segments(parts: Sequence[tuple[str, int, str]], whole: int) -> tuple[Segment, ...]:
    starts = accumulate((n for _, n, _ in parts), initial=0)
    return tuple(
        Segment(name, words, 100 * start / whole, 100 * n / whole)
        for (name, n, words), start in zip(parts, starts, strict=False)
        if n
    )
