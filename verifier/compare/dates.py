"""Dates of a claim held against those of its evidence, as far as each is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from enum import Enum, auto

from verifier.compare.written_dates import (
    MONTHS,
    PartialDate,
    When,
    find_dates,
    is_day,
    tells_of_later,
    without_start,
)
from verifier.types import Comparison, Relation

__all__ = ["compare_dates", "find_dates", "tells_of_later", "without_start"]

YEAR_REACH = 10  # years; "before 2014" is confirmed by 2005, not by 1950
DAY_REACH = 1  # and "before 25 April 2020" by no day of 2017


class _Held(Enum):
    """How far another date confirms one."""

    NO = auto()
    UNRELATED = auto()  # they share no field
    PARTLY = auto()  # nothing differs, and something is not confirmed
    FAR = auto()  # an open date holds, but many years away
    FULLY = auto()


def compare_dates(
    ours: Sequence[PartialDate], theirs: Sequence[PartialDate], years: frozenset[int] = frozenset()
) -> Iterator[Comparison]:
    """How each date of the claim stands to the dates that the evidence states.

    A day is held against days where the evidence states any: the year in a title does not confirm it. An open date
    ("before 2014") that holds far away is left alone where no other date contradicts it, as is a cited year where the
    evidence dates nothing of that name.

    :param years: the years that the evidence may mean where it writes none: of its publication, or last named before.
    """
    stated = years | {y for t in theirs if t.years for y in (t.years[0],)}
    different = tuple(dict.fromkeys(theirs))
    for when in dict.fromkeys(ours):
        found = _compare_date(when, different, stated)
        if found and (found.relation is Relation.AGREES or not when.is_cited):
            yield found
        elif found and (named := [t for t in different if when.names & t.names]):
            again = _compare_date(when, named, frozenset())
            if again and again.relation is Relation.DIFFERS:
                yield again


def _compare_date(
    when: PartialDate, theirs: Sequence[PartialDate], years: frozenset[int] | set[int]
) -> Comparison | None:
    held = [(t, _hold(when, t)) for t in theirs]
    days = [(t, h) for t, h in held if t.day is not None]
    rivals = [(t, h) for t, h in (days if when.day is not None and days else held) if h is not _Held.UNRELATED]
    for t, h in rivals:
        if h is _Held.FULLY or t.text == when.text:
            return _dated(when, t, Relation.AGREES)
    if any(h is _Held.FAR for _, h in rivals):
        return _contradicted(when, [t for t, h in rivals if h is _Held.NO])
    if ambiguous := _ambiguous(when, [t for t, _ in rivals]):
        return ambiguous
    if partly := [t for t, h in rivals if h is _Held.PARTLY]:
        nearest = max(partly, key=lambda t: (t.day is not None, t.month is not None))
        return _completed(when, nearest, theirs, years)
    if rivals:
        told = ", ".join(dict.fromkeys(t.text for t, _ in rivals))
        return Comparison(when.text, told, Relation.DIFFERS, f"article: {_told(when)}; evidence: {told}")
    if when.month is None and when.quarter is None and when.year in years:
        return Comparison(when.text, str(when.year), Relation.AGREES, f"the evidence is of {when.year}")
    return Comparison(when.text, None, Relation.MISSING, f"the passage does not state {when.text}")


def _contradicted(when: PartialDate, against: Sequence[PartialDate]) -> Comparison | None:
    """An open date that one date confirms from afar and others contradict; None where none does."""
    told = ", ".join(dict.fromkeys(t.text for t in against))
    return Comparison(when.text, told, Relation.MISSING, f"article: {_told(when)}; evidence: {told}") if told else None


def _completed(
    when: PartialDate, nearest: PartialDate, theirs: Sequence[PartialDate], years: frozenset[int] | set[int]
) -> Comparison:
    """A date that the evidence states in part: its year may stand elsewhere there, a month or day has to be stated."""
    lacks_year_only = (
        nearest.year is None and _hold(when, replace(nearest, year=when.year, until=when.until)) is _Held.FULLY
    )
    if when.year is not None and lacks_year_only and when.year in years:
        return _dated(when, nearest, Relation.AGREES)
    lacks_day = nearest.day is None and when.month is not None and when.month == nearest.month
    lack = "no year" if lacks_year_only else "no day" if lacks_day else ""
    why = f"article: {_told(when)}; evidence: {nearest.text}{f' ({lack})' if lack else ''}"
    return Comparison(when.text, nearest.text, Relation.MISSING, why)


def _ambiguous(when: PartialDate, rivals: Sequence[PartialDate]) -> Comparison | None:
    """A MISSING where 03/04/2022 agrees by one reading; None where no date is ambiguous or none agrees."""
    for other in rivals:
        for one in _both(when):
            for their in _both(other):
                if (when.swapped or other.swapped) and _hold(one, their) is _Held.FULLY:
                    unclear = when if when.swapped else other
                    days = " or ".join(f"{d.day} {MONTHS[(d.month or 1) - 1].title()} {d.year}" for d in _both(unclear))
                    return Comparison(when.text, other.text, Relation.MISSING, f"“{unclear.text}” is ambiguous: {days}")
    return None


def _both(when: PartialDate) -> list[PartialDate]:
    """A date by each of its readings, as if it were clear."""
    clear = replace(when, swapped=None)
    if when.swapped is None:
        return [clear]
    year, month, day = when.swapped
    return [clear, replace(clear, year=year, month=month, day=day)]


def _dated(ours: PartialDate, theirs: PartialDate, relation: Relation) -> Comparison:
    same = theirs.text == ours.text
    told = f"both state {ours.text}" if same else f"article: {_told(ours)}; evidence: {theirs.text}"
    return Comparison(ours.text, theirs.text, relation, told)


def _told(when: PartialDate) -> str:
    return when.text if when.when is When.AT else f"{when.when.name.lower()} {when.text}"


def _hold(ours: PartialDate, theirs: PartialDate) -> _Held:
    """How far `theirs` confirms `ours`."""
    if ours.swapped or theirs.swapped:
        return _Held.FULLY if ours.swapped and theirs.swapped and ours.swapped == theirs.swapped else _Held.NO
    if ours.when is not When.AT and (order := _order(theirs, ours)) is not None:
        return _hold_bound(ours, theirs, order)
    fields = [
        _held_years(ours, theirs),
        _held_months(ours, theirs),
        _held_days(ours, theirs),
        _held_field(_weekday(ours, theirs), _weekday(theirs, ours)),
    ]
    stated = [f for f in fields if f is not None]
    if _Held.NO in stated:
        return _Held.NO
    if _Held.FULLY not in stated and all(f is _Held.UNRELATED for f in stated):
        return _Held.UNRELATED
    return _Held.FULLY if all(f is _Held.FULLY for f in stated) else _Held.PARTLY


def _hold_bound(ours: PartialDate, theirs: PartialDate, order: int) -> _Held:
    """ "Before 2014" is confirmed by 2013, not by 1950, and "by 30 April 2020" in part by "30 April"."""
    is_same = order == 0 and ours.when in (When.BY, theirs.when)
    if order != (1 if ours.when is When.AFTER else -1) and not is_same:
        return _Held.NO
    if ours.years is None or theirs.years is None:
        return _Held.FULLY if ours.years is None else _Held.PARTLY
    reach = YEAR_REACH if ours.month is None else DAY_REACH
    near = min(abs(ours.years[0] - theirs.years[1]), abs(ours.years[1] - theirs.years[0])) <= reach
    return _Held.FULLY if near else _Held.FAR


def _held_field(ours: int | None, theirs: int | None) -> _Held | None:
    if ours is None:
        return None
    if theirs is None:
        return _Held.UNRELATED
    return _Held.FULLY if ours == theirs else _Held.NO


def _held_days(ours: PartialDate, theirs: PartialDate) -> _Held | None:
    if ours.day is None or theirs.day is None:
        return _held_field(ours.day, theirs.day)
    last, end = ours.last_day or ours.day, theirs.last_day or theirs.day
    if last < theirs.day or end < ours.day:
        return _Held.NO
    if ours.last_day and theirs.last_day:  # what ran from the 1st to the 30th did not run from the 12th to the 14th
        return _Held.FULLY if (ours.day, last) == (theirs.day, end) else _Held.PARTLY
    return _Held.FULLY if ours.day <= theirs.day and end <= last else _Held.PARTLY


def _held_years(ours: PartialDate, theirs: PartialDate) -> _Held | None:
    if ours.years is None or theirs.years is None:
        return None if ours.years is None else _Held.UNRELATED
    (first, last), (start, end) = ours.years, theirs.years
    if (first <= start and end <= last) or (start <= first and last <= end == start + 1):
        return _Held.FULLY  # a year of the season 2008-09 is named as its season
    return _Held.PARTLY if start <= last and first <= end else _Held.NO


def _held_months(ours: PartialDate, theirs: PartialDate) -> _Held | None:
    if ours.quarter is not None and theirs.quarter is None and theirs.month is not None:
        return _Held.FULLY if (theirs.month + 2) // 3 == ours.quarter else _Held.NO
    if ours.quarter is not None:
        return _held_field(ours.quarter, theirs.quarter)
    if ours.month is not None and theirs.quarter is not None:
        return _Held.PARTLY if (ours.month + 2) // 3 == theirs.quarter else _Held.NO
    return _held_field(ours.month, theirs.month)


def _weekday(when: PartialDate, other: PartialDate) -> int | None:
    """The weekday as written, or of a full date where the other side writes one."""
    if when.weekday is not None or other.weekday is None:
        return when.weekday
    if when.year and when.month and when.day and 0 < when.year < 10000 and is_day(when.year, when.month, when.day):
        return date(when.year, when.month, when.day).weekday()
    return None


def _order(a: PartialDate, b: PartialDate) -> int | None:
    """-1, 0 or 1 as `a` lies before, at or after `b`, by the fields that both state from the year down.

    None where they share none. A month alone is held against a month alone.
    """
    if (a.years is None) != (b.years is None):
        if a.month is None or b.month is None:
            return None
    elif a.years and b.years and (a.years[1] < b.years[0] or a.years[0] > b.years[1]):
        return -1 if a.years[1] < b.years[0] else 1
    for ours, theirs in ((a.month, b.month), (a.day, b.day)):
        if ours is None or theirs is None:
            return 0 if (a.years and b.years) or (a.month and b.month) else None
        if ours != theirs:
            return -1 if ours < theirs else 1
    return 0
