"""Scores and votes such as 4-2, and times of day."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from verifier.compare.written_dates import masked_dates
from verifier.types import Comparison, Relation

_SCORE = re.compile(r"(?<![\w/.,:–—-])(\d{1,3})\s?[-–—]\s?(\d{1,3})(?!\w|\s?[-–—/]\s?\d|[.,]\d|\s?%)")
_CLOCK = re.compile(
    r"(?<![\w:.,/-])(?:(?P<h>[01]?\d|2[0-3])[:.](?P<m>[0-5]\d)(?::[0-5]\d)?\s?(?P<half>[ap])?(?:\.?m\b\.?)?"
    r"|(?P<h2>1[0-2]|[1-9])\s?(?P<half2>[ap])\.?m\b\.?|(?P<word>noon|midnight)\b|(?P<oclock>1[0-2]|[1-9])\so['’]clock)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Mark:
    """A score, the higher number first, or a time in minutes since midnight, with every other reading."""

    values: frozenset[tuple[int, int]]
    text: str


def find_scores(text: str) -> list[Mark]:
    """Scores and counts of votes, whichever side is named first."""
    found = []
    for match in _SCORE.finditer(masked_dates(text)):
        a, b = int(match[1]), int(match[2])
        found.append(Mark(frozenset({(max(a, b), min(a, b))}), match[0]))
    return found


def find_times(text: str) -> list[Mark]:
    """Times of day; one without a.m. or p.m. up to twelve may be either."""
    found = []
    for match in _CLOCK.finditer(text):
        if match["h"] and "." in match[0][:3] and not match["half"]:
            continue  # 9.30 may be a number
        hour = int(match["h"] or match["h2"] or match["oclock"] or (12 if match["word"].lower() == "noon" else 0))
        half = (match["half"] or match["half2"] or "").lower()
        hours = {hour % 12 + (12 if half == "p" else 0)} if half else {hour}
        if not half and not match["word"] and 1 <= hour <= 12:
            hours |= {(hour + 12) % 24, hour % 12}
        found.append(Mark(frozenset((h, int(match["m"] or 0)) for h in hours), match[0].strip()))
    return found


def compare_scores(claim: str, evidence: str) -> Iterator[Comparison]:
    """How the scores and the times of day of the claim stand to those of the evidence."""
    yield from _compare(find_scores, claim, evidence)
    yield from _compare(find_times, claim, evidence)


def _compare(find: Callable[[str], Sequence[Mark]], claim: str, evidence: str) -> Iterator[Comparison]:
    ours = find(claim)
    theirs = find(evidence) if ours else []
    for mark in ours:
        same = next((t for t in theirs if t.values & mark.values), None)
        told = same.text if same else ", ".join(dict.fromkeys(t.text for t in theirs))
        if same:
            why = f"both state {mark.text}" if same.text == mark.text else f"article: {mark.text}; evidence: {told}"
            yield Comparison(mark.text, told, Relation.AGREES, why)
        elif theirs:
            yield Comparison(mark.text, told, Relation.DIFFERS, f"article: {mark.text}; evidence: {told}")
        else:
            yield Comparison(mark.text, None, Relation.MISSING, f"the passage does not state {mark.text}")
