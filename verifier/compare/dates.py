"""Dates of a claim held against those of its evidence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from verifier.types import Comparison, Relation

_MONTHS = (
    "january february march april may june july august september october november december".split()  # noqa: SIM905
)
_MONTH = "|".join(f"{name}|{name[:3]}\\.?" for name in _MONTHS) + "|sept\\.?"

DATE = re.compile(
    rf"\b(?:(?P<iso>\d{{4}}-\d{{2}}-\d{{2}})"
    rf"|(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<m1>{_MONTH})(?:,?\s+(?P<y1>\d{{4}}))?"
    rf"|(?P<m2>{_MONTH})\s+(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?(?:,?\s+(?P<y2>\d{{4}}))?"
    rf"|(?P<m3>{_MONTH})\s+(?P<y3>\d{{4}})"
    r"|(?P<year>(?:1[5-9]|20)\d{2}))(?![\w%/-]|[.,]\d)",
    re.IGNORECASE,
)


_SINCE = re.compile(rf"\bsince\s+{DATE.pattern}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date as written; fields that are not written are None."""

    year: int | None
    month: int | None
    day: int | None
    text: str

    def agrees(self, other: PartialDate) -> bool:
        """Whether no field that both state differs, and they share one at all."""
        pairs = [(self.year, other.year), (self.month, other.month), (self.day, other.day)]
        stated = [(a, b) for a, b in pairs if a is not None and b is not None]
        return bool(stated) and all(a == b for a, b in stated)


def find_dates(text: str) -> list[PartialDate]:
    """Dates with a day, months with a year, and bare years from 1500 to 2099."""
    return [_as_date(match) for match in DATE.finditer(text)]


def without_start(text: str) -> str:
    """A text without the `since 24 February` from which on it counts something."""
    return _SINCE.sub(" ", text)


def _as_date(match: re.Match[str]) -> PartialDate:
    part = match.groupdict()
    if part["iso"]:
        y, m, d = part["iso"].split("-")
        return PartialDate(int(y), int(m), int(d), match[0])
    year_text = part["y1"] or part["y2"] or part["y3"] or part["year"]
    month_text = part["m1"] or part["m2"] or part["m3"]
    day_text = part["d1"] or part["d2"]
    month = next(
        (i for i, name in enumerate(_MONTHS, 1) if month_text and name.startswith(month_text[:3].lower())), None
    )
    return PartialDate(int(year_text) if year_text else None, month, int(day_text) if day_text else None, match[0])


def tells_of_later(dates: Sequence[PartialDate], claimed: date | None) -> bool:
    """Whether a text dates what it tells to a day after the claim was made; unknown claim dates are never earlier."""
    if claimed is None:
        return False
    days = [(d.year, d.month, d.day) for d in dates if d.year and d.month and d.day]
    return any(day > (claimed.year, claimed.month, claimed.day) for day in days)


def compare_dates(ours: Sequence[PartialDate], theirs: Sequence[PartialDate]) -> Iterator[Comparison]:
    """How each date of the claim stands to the dates that the evidence states.

    A day is held against days where the evidence states any: the year in a title does not confirm it.
    """
    days = [t for t in theirs if t.day is not None]
    for when in ours:
        rivals = days if when.day is not None and days else theirs
        agreeing = next((t for t in rivals if when.agrees(t)), None)
        if agreeing:
            same = agreeing.text == when.text
            told = f"both state {when.text}" if same else f"article: {when.text}; evidence: {agreeing.text}"
            yield Comparison(when.text, agreeing.text, Relation.AGREES, told)
        elif rivals:
            stated = ", ".join(dict.fromkeys(t.text for t in rivals))
            yield Comparison(when.text, stated, Relation.DIFFERS, f"article: {when.text}; evidence: {stated}")
        else:
            yield Comparison(when.text, None, Relation.MISSING, f"the passage does not state {when.text}")
