"""Ranks and places: "the third term", "number one", "World War II"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from verifier.compare.numbers import CACHED_TEXTS, NUMBER_WORDS, NumberKind, find_numbers, in_words
from verifier.compare.written_dates import find_dates, masked_dates
from verifier.types import Comparison, Relation

ROMAN = {
    "II": 2, "III": 3, "IV": 4, "VI": 6, "VII": 7, "VIII": 8, "IX": 9, "XI": 11, "XII": 12,
    "XIII": 13, "XIV": 14, "XV": 15, "XVI": 16,
}  # fmt: skip
_NUMERAL = re.compile(rf"(?<=[a-z] )(?:{'|'.join(sorted(ROMAN, key=len, reverse=True))})\b")
# "Series 2" is the second series.
_PLACED = re.compile(
    r"\b(?P<noun>season|series|episode|chapter|part|volume|book|round|phase|stage|level|act|issue|week|game|grade)\s+"
    rf"(?:(?P<digits>\d{{1,3}})|(?P<word>{'|'.join(sorted(NUMBER_WORDS, key=len, reverse=True))}))\b",
    re.IGNORECASE,
)
# Other words for the first and the second.
_FIRST = re.compile(
    r"\b(?:debut\w*|inaugural\w*|maiden|premi[eè]re\w*|initial\w*|original\w*|earliest|pioneer\w*|opening|opened|began"
    r"|begins?|founde[rd]|introduc\w+|never before|unprecedented|start(?:s|ed|ing)?|pilot|only|oldest|eldest|top\w*"
    r"|best|highest|largest|biggest|winner|won|champions?|launch\w*|beginning|establish\w*|creat\w+|became|new)\b",
    re.IGNORECASE,
)
_SECOND = re.compile(
    r"\b(?:sophomore|runner-up|runners-up|follow-up|sequel|re-?elect\w*|again|another|next|two|both|twice)\b", re.I
)
_CONTENT = re.compile(r"[a-z]{3,}", re.I)
_STOP = frozenset("the and for with from that this was were has had his her its their into most".split())  # noqa: SIM905


@dataclass(frozen=True, slots=True)
class Ordinal:
    """A rank in a text and the words behind it, which say of what."""

    value: int
    keys: tuple[str, ...]
    text: str
    is_weak: bool = False  # a numeral of a name, which may be left out


@lru_cache(maxsize=CACHED_TEXTS)
def find_ordinals(text: str) -> tuple[Ordinal, ...]:
    """The ordinals of a text outside its dates, fractions and centuries, and Roman numerals behind names."""
    masked = masked_dates(text)
    found = []
    for number in find_numbers(masked):
        told = text[number.start : number.end]
        if number.kind is NumberKind.ORDINAL and not _is_second_of_time(told, masked, number.start, number.end):
            found.append(Ordinal(int(number.value), _keys(masked[number.end : number.end + 80]), told))
    for match in _PLACED.finditer(masked):
        value = int(match["digits"]) if match["digits"] else int(in_words(match["word"])[0])
        found.append(Ordinal(value, (match["noun"].lower()[:5],), match[0]))
    for match in _NUMERAL.finditer(masked):
        found.append(
            Ordinal(
                ROMAN[match[0]], _keys(masked[max(0, match.start() - 80) : match.start()], last=True), match[0], True
            )
        )
    return tuple(found)


def _is_second_of_time(told: str, text: str, start: int, end: int) -> bool:
    if told.lower() != "second":
        return False
    return bool(
        re.search(r"(?:\d|\bper|\ba split|\bevery)[\s-]$", text[max(0, start - 12) : start])
        or re.match(r"s\b", text[end : end + 1])
    )


def _keys(text: str, last: bool = False) -> tuple[str, ...]:
    """The first content words of a text's first clause, or the last one of its last clause."""
    clause = re.split(r"[.;:,()–—#]", text)[-1 if last else 0]
    words = tuple(w[:5] for w in _CONTENT.findall(clause.lower()) if w not in _STOP)
    return words[-1:] if last else words[:3]


def compare_ordinals(claim: str, evidence: str, known: str) -> Iterator[Comparison]:
    """How each rank of the claim stands to those that the evidence states.

    A rank of the same thing decides; without one, the same number anywhere confirms it ("season 8", "eighth season").

    :param known: the evidence with its title.
    """
    ours = find_ordinals(claim)
    if not ours:
        return
    theirs, stated = find_ordinals(evidence), find_ordinals(known)
    numbers = {n.value for n in find_numbers(masked_dates(known))} | {d.day for d in find_dates(known) if d.day}
    for ordinal in (o for o in ours if not _PLACED.fullmatch(o.text)):
        found = _compare(ordinal, theirs, {o.value for o in stated} | numbers, known)
        if not (ordinal.is_weak and found.relation is Relation.MISSING):
            yield found


def _compare(ours: Ordinal, theirs: Sequence[Ordinal], stated: set[float], known: str) -> Comparison:
    rivals = [t for t in theirs if ours.keys and t.keys and ours.keys[0] in t.keys[:2]]
    same = next((t for t in rivals if t.value == ours.value), None)
    if same or (not rivals and float(ours.value) in stated):
        told = (
            f"both state {ours.text}"
            if not same or same.text == ours.text
            else f"article: {ours.text}; evidence: {same.text}"
        )
        return Comparison(ours.text, same.text if same else ours.text, Relation.AGREES, told)
    if rivals:
        told = ", ".join(dict.fromkeys(t.text for t in rivals))
        return Comparison(ours.text, told, Relation.DIFFERS, f"article: {ours.text}; evidence: {told}")
    others = {1: _FIRST, 2: _SECOND}.get(ours.value)
    if others and (word := others.search(known)):
        return Comparison(ours.text, word[0], Relation.AGREES, f"article: {ours.text}; evidence: {word[0]}")
    return Comparison(ours.text, None, Relation.MISSING, f"the passage does not state {ours.text}")
