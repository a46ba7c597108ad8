"""Dates of a claim held against those of its evidence, as far as each is written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum, auto
from functools import lru_cache

from verifier.compare.numbers import CACHED_TEXTS
from verifier.types import Comparison, Relation

_MONTHS = (
    "january february march april may june july august september october november december".split()  # noqa: SIM905
)
_MONTH = "|".join(f"{name}|{name[:3]}\\.?" for name in _MONTHS) + "|sept\\.?"
_WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()  # noqa: SIM905
_DECADES = "tens twenties thirties forties fifties sixties seventies eighties nineties".split()  # noqa: SIM905
_CENTURIES = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth"  # noqa: SIM905
    " sixteenth seventeenth eighteenth nineteenth twentieth twenty-first".split()
)
_QUARTER = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4, "last": 4}
_YEAR_WORDS = {"nineteen": 1900, "eighteen": 1800, "twenty": 2000}
_TENS = {"ten": 10} | {
    word: 10 * i
    for i, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)  # noqa: SIM905
}
_ONES = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9}
# An earlier year is only one after "in", "since"... and a number before what it counts is none.
_OLD_YEAR = "|".join(
    rf"(?<={before})1[0-4]\d\d" for before in (r"\bin ", r"\bsince ", r"\byear ", r"\bof ", r"\bby ", r"\(")
)
_COUNTED = (
    r"(?!\s(?:(?:printed|new|confirmed|active|more|other|different|reported|total|registered|foreign|local|armed)\s)?"
    r"(?:people|men|women|children|copies|cases|deaths|seats|votes|members|troops|soldiers|times|tons|tonnes|km|kilomet"
    r"|miles|metres|meters|feet|dollars|euros|pounds|years|days|hours|units|jobs|students|employees|workers|homes|houses"
    r"|households|species|reviews|critics|patients|refugees|visitors|recoveries|tests|books|songs|points|runs|goals"
    r"|percent|million|billion|thousand|hectares|acres|kg|lbs|mm|m\b|rpm|inhabitants|residents|volumes|episodes))"
)

DATE = re.compile(
    rf"\b(?:(?P<iso>\d{{4}}-\d{{2}}-\d{{2}})"
    rf"|(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?(?:\s+(?:of\s+)?|-)(?P<m1>{_MONTH})(?:,?[\s-]+(?P<y1>\d{{4}}))?"
    rf"|(?P<m2>{_MONTH})\s+(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?(?!\d|[,.]\d\d\d)(?:,?\s+(?P<y2>\d{{4}}))?"
    rf"|(?P<m3>{_MONTH}),?\s+(?:of\s+)?(?P<y3>\d{{4}})"
    r"|(?P<n1>\d{1,2})(?P<sep>[/.-])(?P<n2>\d{1,2})(?P=sep)(?P<y4>\d{4}|\d{2})"
    r"|(?P<century>(?:\d{1,2}(?:st|nd|rd|th)|" + "|".join(reversed(_CENTURIES)) + r")[\s-]century)(?P<bc1>\s+BCE?)?"
    r"|(?P<decade>(?:1[5-9]|20)\d0)['’]?s|(?P<shortdecade>(?<=['’])[2-9]0)s"
    rf"|(?P<worddecade>(?:nineteen|eighteen|twenty)[\s-](?:{'|'.join(_DECADES)}))"
    rf"|(?P<wordyear>(?:nineteen|eighteen)[\s-](?:{'|'.join(_TENS)})(?:[\s-](?:{'|'.join(_ONES)}))?)"
    r"|(?P<quarter>(?:Q[1-4]|(?:first|second|third|fourth|last|1st|2nd|3rd|4th)[\s-]quarter))(?:\s+of)?(?:\s+(?P<y5>\d{4}))?"
    r"|(?P<bc>\d{1,5})\s+BCE?\b|(?P<ad>\d{1,4})\s+(?:AD|CE)\b|\bAD\s(?P<ad2>\d{1,4})"
    r"|(?P<season>(?:1[5-9]|20)\d{2})\s?[-–—/]\s?(?P<until>\d{4}|\d{2})"
    rf"|(?P<year>(?:1[5-9]|20)\d{{2}}|{_OLD_YEAR}){_COUNTED})(?![\w%/]|-\d|[.,]\d)"
    rf"|\b(?P<alone>(?:{'|'.join(m for m in _MONTHS if m not in ('march', 'may'))})|(?<=in )(?:May|March)"
    r"|(?<=since )(?:May|March)|(?<=of )(?:May|March)|(?<=by )(?:May|March))\b"
    rf"|\b(?P<weekday>{'|'.join(_WEEKDAYS)})\b",
    re.IGNORECASE,
)
_START = re.compile(r"(?<!\w)(?:\d|[A-Za-z]{3}|[Qq]\d|AD)")
_STARTS = frozenset(
    word[:3].lower() for word in (*_MONTHS, *_WEEKDAYS, *_CENTURIES, *_YEAR_WORDS, "last", "AD", "Q1", "Q2", "Q3", "Q4")
)
_SINCE = re.compile(r"\bsince\s+$", re.IGNORECASE)
_BEFORE = re.compile(
    r"\b(?:before|prior to|earlier than|until|till|up to)\s+(?:(?:the\s+)?(?:early|end of|start of|beginning of)\s+)?$",
    re.I,
)
_BY = re.compile(r"\bby\s+(?:(?:the\s+)?(?:early|late|mid|end of|start of|beginning of)[\s-]+)?$", re.I)
_AFTER = re.compile(r"\b(?:after|later than)\s+(?:(?:the\s+)?(?:late|end of|start of)\s+)?$", re.I)
_OR_LATER = re.compile(r"\s+or\s+(?:later|after)\b", re.I)
# A hedge that makes a bare year-like number a count.
_COUNTS = re.compile(
    r"\b(?:less than|more than|fewer than|at least|at most|up to|over|exceed\w*|nearly|almost|[$€£¥₹])\s*$", re.I
)


YEAR_REACH = 10  # years; "before 2014" is confirmed by 2005, not by 1950
DAY_REACH = 1  # and "before 25 April 2020" by no day of 2017


class When(Enum):
    """How a date is qualified."""

    AT = auto()
    BEFORE = auto()
    BY = auto()
    AFTER = auto()


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date as written; fields that are not written are None.

    `until` is the last year of a decade, century or season that starts in `year`; years before our era are negative.
    `swapped` is the date that the same spelling tells with day and month the other way round.
    """

    year: int | None
    month: int | None
    day: int | None
    text: str
    until: int | None = None
    quarter: int | None = None
    weekday: int | None = None  # 0 is Monday
    when: When = When.AT
    swapped: tuple[int, int, int] | None = None  # year, month, day

    @property
    def years(self) -> tuple[int, int] | None:
        """The first and the last year that it may mean."""
        return None if self.year is None else (self.year, self.until or self.year)

    def agrees(self, other: PartialDate) -> bool:
        """Whether no field that both state differs, and they share one at all."""
        return _hold(self, other) is not _Held.NO


class _Held(Enum):
    """How far another date confirms one."""

    NO = auto()
    UNRELATED = auto()  # they share no field
    PARTLY = auto()  # nothing differs, and something is not confirmed
    FULLY = auto()


@lru_cache(maxsize=CACHED_TEXTS)
def find_dates(text: str) -> tuple[PartialDate, ...]:
    """Days, months, weekdays, quarters, years from 1500 to 2099 (earlier after "in"), decades and centuries."""
    return tuple(
        replace(_as_date(match), when=_when(_shortly_before(match), text[match.end() : match.end() + 12]))
        for match in _date_matches(text)
    )


@lru_cache(maxsize=CACHED_TEXTS)
def masked_dates(text: str) -> str:
    """A text at the same length with # for every character of a date."""
    characters = list(text)
    for match in _date_matches(text):
        characters[match.start() : match.end()] = "#" * (match.end() - match.start())
    return "".join(characters)


@lru_cache(maxsize=CACHED_TEXTS)
def _date_matches(text: str) -> tuple[re.Match[str], ...]:
    """What DATE matches, tried only where a word or number starts as a date may: many times as fast."""
    found: list[re.Match[str]] = []
    end = 0
    for start in _START.finditer(text):
        if start.start() >= end and (start[0][0].isdigit() or start[0].lower() in _STARTS):
            match = DATE.match(text, start.start())
            if match and _is_date(match, _shortly_before(match)):
                found.append(match)
            end = match.end() if match else end
    return tuple(found)


def _shortly_before(match: re.Match[str]) -> str:
    return match.string[max(0, match.start() - 40) : match.start()]


def _is_date(match: re.Match[str], before: str) -> bool:
    if match["year"] or match["season"]:
        return not _COUNTS.search(before)
    if match["n1"]:
        return bool(_readings(match))
    return not (match["alone"] and match["alone"].islower())


def without_start(text: str) -> str:
    """A text without the `since 24 February` from which on it counts something."""
    dates = [m for m in _date_matches(text) if _SINCE.search(text[: m.start()])]
    for match in reversed(dates):
        before = _SINCE.sub("", text[: match.start()])
        text = f"{before} {text[match.end() :]}"
    return text


def _when(before: str, after: str) -> When:
    if _BEFORE.search(before):
        return When.BEFORE
    if _BY.search(before):
        return When.BY
    return When.AFTER if _AFTER.search(before) or _OR_LATER.match(after) else When.AT


def _readings(match: re.Match[str]) -> list[tuple[int, int, int]]:
    """What a date in numbers may mean: day first and month first; none where neither is a date."""
    first, second, year = int(match["n1"]), int(match["n2"]), int(match["y4"])
    if len(match["y4"]) == 2:
        if match["sep"] != "/":
            return []  # 4-4-2 and 1.2.10 are no dates
        year += 2000 if year < 70 else 1900
    return [
        (year, month, day)
        for day, month in dict.fromkeys([(first, second), (second, first)])
        if _is_day(year, month, day)
    ]


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _as_date(match: re.Match[str]) -> PartialDate:
    part = match.groupdict()
    text = match[0]
    if part["iso"]:
        y, m, d = (int(x) for x in part["iso"].split("-"))
        return PartialDate(y, m, d, text)
    if part["n1"]:
        (y, m, d), *other = _readings(match)
        return PartialDate(y, m, d, text, swapped=other[0] if other else None)
    if part["weekday"]:
        return PartialDate(None, None, None, text, weekday=_WEEKDAYS.index(part["weekday"].lower()))
    if part["quarter"]:
        named = part["quarter"].lower()
        quarter = int(named[1]) if named[0] == "q" else _QUARTER[re.split(r"[\s-]", named)[0]]
        return PartialDate(int(part["y5"]) if part["y5"] else None, None, None, text, quarter=quarter)
    if span := _span(part):
        return PartialDate(span[0], None, None, text, until=span[1])
    year_text = part["y1"] or part["y2"] or part["y3"] or part["year"] or part["ad"] or part["ad2"]
    month_text = part["m1"] or part["m2"] or part["m3"] or part["alone"]
    day_text = part["d1"] or part["d2"]
    month = next(
        (i for i, name in enumerate(_MONTHS, 1) if month_text and name.startswith(month_text[:3].lower())), None
    )
    year = _word_year(part["wordyear"]) if part["wordyear"] else int(year_text) if year_text else None
    return PartialDate(year, month, int(day_text) if day_text else None, text)


def _span(part: dict[str, str | None]) -> tuple[int, int] | None:
    """The first and last year of a decade, century, season or year before our era."""
    if century := part["century"]:
        named = re.split(r"[\s-]century", century, flags=re.IGNORECASE)[0].lower()
        number = int(re.sub(r"\D", "", named)) if named[0].isdigit() else _CENTURIES.index(named) + 1
        return (-100 * number, -100 * number + 99) if part["bc1"] else (100 * (number - 1), 100 * number - 1)
    if part["bc"]:
        return -int(part["bc"]), -int(part["bc"])
    if part["decade"]:
        return int(part["decade"]), int(part["decade"]) + 9
    if part["shortdecade"]:
        return 1900 + int(part["shortdecade"]), 1909 + int(part["shortdecade"])
    if part["worddecade"]:
        hundreds, tens = re.split(r"[\s-]", part["worddecade"].lower())
        start = _YEAR_WORDS[hundreds] + 10 * (_DECADES.index(tens) + 1)
        return start, start + 9
    if (season := part["season"]) and (end := part["until"]):
        last = int(end) if len(end) == 4 else int(season[:2] + end) + (100 if end < season[2:] else 0)
        return (int(season), last) if int(season) < last else None
    return None


def _word_year(words: str) -> int:
    hundreds, tens, *ones = re.split(r"[\s-]", words.lower())
    return _YEAR_WORDS[hundreds] + _TENS[tens] + (_ONES[ones[0]] if ones else 0)


def tells_of_later(dates: Sequence[PartialDate], claimed: date | None) -> bool:
    """Whether a text dates what it tells to a day after the claim was made; unknown claim dates are never earlier."""
    if claimed is None:
        return False
    days = [(d.year, d.month, d.day) for d in dates if d.year and d.month and d.day and not d.swapped]
    return any(day > (claimed.year, claimed.month, claimed.day) for day in days)


def compare_dates(
    ours: Sequence[PartialDate], theirs: Sequence[PartialDate], years: frozenset[int] = frozenset()
) -> Iterator[Comparison]:
    """How each date of the claim stands to the dates that the evidence states.

    A day is held against days where the evidence states any: the year in a title does not confirm it.

    :param years: the years that the evidence may mean where it writes none: of its publication, or last named before.
    """
    stated = years | {y for t in theirs if t.years for y in (t.years[0],)}
    different = tuple(dict.fromkeys(theirs))
    for when in dict.fromkeys(ours):
        yield _compare_date(when, different, stated)


def _compare_date(when: PartialDate, theirs: Sequence[PartialDate], years: frozenset[int] | set[int]) -> Comparison:
    held = [(t, _hold(when, t)) for t in theirs]
    days = [(t, h) for t, h in held if t.day is not None]
    rivals = [(t, h) for t, h in (days if when.day is not None and days else held) if h is not _Held.UNRELATED]
    for t, h in rivals:
        if h is _Held.FULLY or t.text == when.text:
            return _dated(when, t, Relation.AGREES)
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


def _completed(
    when: PartialDate, nearest: PartialDate, theirs: Sequence[PartialDate], years: frozenset[int] | set[int]
) -> Comparison:
    """A date that the evidence states in part: its year may stand elsewhere there, a month or day has to be stated."""
    lacks_year_only = (
        nearest.year is None and _hold(when, replace(nearest, year=when.year, until=when.until)) is _Held.FULLY
    )
    if when.year is not None and lacks_year_only and when.year in years:
        return _dated(when, nearest, Relation.AGREES)
    lack = "no year" if lacks_year_only else "no day" if when.month == nearest.month and when.month else ""
    why = f"article: {_told(when)}; evidence: {nearest.text}{f' ({lack})' if lack else ''}"
    return Comparison(when.text, nearest.text, Relation.MISSING, why)


def _ambiguous(when: PartialDate, rivals: Sequence[PartialDate]) -> Comparison | None:
    """A MISSING where 03/04/2022 agrees by one reading; None where no date is ambiguous or none agrees."""
    for other in rivals:
        for one in _both(when):
            for their in _both(other):
                if (when.swapped or other.swapped) and _hold(one, their) is _Held.FULLY:
                    unclear = when if when.swapped else other
                    days = " or ".join(
                        f"{d.day} {_MONTHS[(d.month or 1) - 1].title()} {d.year}" for d in _both(unclear)
                    )
                    return Comparison(when.text, other.text, Relation.MISSING, f"“{unclear.text}” is ambiguous: {days}")
    return None


def _spelt(when: PartialDate) -> str:
    return f"{when.day} {_MONTHS[(when.month or 1) - 1].title()} {when.year}"


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
        _held_field(ours.day, theirs.day),
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
    return _Held.FULLY if near else _Held.PARTLY


def _held_field(ours: int | None, theirs: int | None) -> _Held | None:
    if ours is None:
        return None
    if theirs is None:
        return _Held.UNRELATED
    return _Held.FULLY if ours == theirs else _Held.NO


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
    if when.year and when.month and when.day and 0 < when.year < 10000 and _is_day(when.year, when.month, when.day):
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
