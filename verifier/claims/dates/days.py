"""The days and months of an article: how they are written, and on which day it speaks."""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

EARLIEST_YEAR = 1600  # no newspaper is older; an earlier day of publication is a mistake
MONTHS = {name: number for number, name in enumerate(calendar.month_name) if name}
MONTHS |= {name[:3]: number for name, number in MONTHS.items()} | {"Sept": 9}
WEEKDAYS = {name: number for number, name in enumerate(calendar.day_name)}
MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
FULL_MONTH = "|".join(name for name in calendar.month_name if name)
_AFTER = r"(?!\d|,?\s\d{4}|\s?[-–—/]\s?\d|st\b|nd\b|rd\b|th\b)"
DAY_OF_YEAR = re.compile(
    rf"\b(?:(?P<month>{MONTH})\.?\s(?P<day>\d{{1,2}}){_AFTER}|(?P<first_day>\d{{1,2}})\s(?P<then_month>{MONTH})\b\.?(?!,?\s\d))"
)
PREP = r"(?:\b(?P<prep>on|in|at|of|since|from|until|till|by|before|after|for|during|than|over|to|as of)\s)?"
OWNER = r"(?P<owner>['’]s)?"
PART = r"(?:\s(?P<part>morning|afternoon|evening|night)\b)?"
DAY_WORD = re.compile(
    rf"{PREP}(?:\b(?:earlier|later)\s)?\b(?P<word>yesterday|today|tonight|tomorrow)\b{PART}{OWNER}"
    r"(?:\s\((?P<inner>[^()]{3,30})\))?",
    re.IGNORECASE,
)
_STARTED = re.compile(
    rf"\b(?:(?:invasion|war|conflict|offensive)\b[^.;]{{0,40}}?\b(?:began|started|broke out|was launched)"
    rf"|launched\b[^.;]{{0,30}}\b(?:invasion|war|offensive)\b[^.;]{{0,30}}?)\son\s"
    rf"(?P<when>(?:{MONTH})\s\d{{1,2}}(?:,\s\d{{4}})?|\d{{1,2}}\s(?:{MONTH})(?:\s\d{{4}})?)(?!\d)"
)


@dataclass(frozen=True, slots=True)
class Today:
    """The day on which an article speaks. Its year is unknown where only the article's own words say which day it is.

    `why` says in plain words how the day is known.
    """

    day: date
    year_known: bool
    why: str


@dataclass(frozen=True, slots=True)
class Dates:
    """What the whole article says about its dates."""

    today: Today | None
    war: tuple[str, str] | None = None  # the day on which the one war of the article began, and its sentence's words

    @classmethod
    def of(cls, published: date | None, texts: Sequence[str]) -> Dates:
        """Read from the day of publication, else from an anchor such as `yesterday (March 16)`."""
        today = _published(published) or _anchored(texts)
        return cls(today, _start_of_war(texts, today))


def _published(published: date | None) -> Today | None:
    if published is None or published.year < EARLIEST_YEAR:
        return None
    return Today(published, True, f"the article is dated {published.day} {published:%B} {published.year}")


def _anchored(texts: Sequence[str]) -> Today | None:
    """The day that `yesterday (March 16)` or `today (March 17)` gives, where all such places agree."""
    days = {}
    for found in (found for text in texts for found in DAY_WORD.finditer(text) if found["inner"]):
        inner = DAY_OF_YEAR.search(found["inner"])
        ahead = {"yesterday": 1, "today": 0, "tonight": 0, "tomorrow": -1}[found["word"].lower()]
        if inner and (day := _valid(2001, *month_and_day(inner))):  # any year that is no leap year
            days[day + timedelta(days=ahead)] = f"the article gives {found['word'].lower()} as {inner.group()}"
    if len(days) != 1:
        return None
    [(day, why)] = days.items()
    return Today(day, False, why)


def _start_of_war(texts: Sequence[str], today: Today | None) -> tuple[str, str] | None:
    starts = {found["when"] for text in texts for found in _STARTED.finditer(text)}
    if len(starts) != 1:
        return None
    written = starts.pop()
    found = DAY_OF_YEAR.search(written)
    if found is None or today is None or not today.year_known:
        return written, written
    year = latest_year(*month_and_day(found), today.day)
    return (f"{written}, {year}" if found["month"] else f"{written} {year}", written) if year else None


def latest_year(month: int, day: int, published: date) -> int | None:
    """The year of the nearest such day that is not after publication; None where there is none in two years."""
    years = (published.year, published.year - 1)
    return next((year for year in years if (made := _valid(year, month, day)) and made <= published), None)


def coming_year(month: int, day: int, published: date) -> int | None:
    """The year of the nearest such day that is not before publication; None where there is none in two years."""
    years = (published.year, published.year + 1)
    return next((year for year in years if (made := _valid(year, month, day)) and made >= published), None)


def _valid(year: int, month: int, day: int) -> date | None:
    fits = 1 <= year <= 9999 and 1 <= day <= calendar.monthrange(year, month)[1]
    return date(year, month, day) if fits else None


def shifted(today: Today | None, days: int) -> date | None:
    """The day so many days later; None where today is unknown or the calendar ends."""
    try:
        return today.day + timedelta(days=days) if today is not None else None
    except OverflowError:
        return None


def month_and_day(found: re.Match[str]) -> tuple[int, int]:
    """Of a match of `DAY_OF_YEAR`."""
    return MONTHS[found["month"] or found["then_month"]], int(found["day"] or found["first_day"])


def written_day(day: date, today: Today) -> str:
    """`March 16, 2022`; without a year where it is unknown."""
    return f"{calendar.month_name[day.month]} {day.day}" + (f", {day.year}" if today.year_known else "")
