"""Dates as texts write them, from days to centuries, and how each is qualified."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum, auto
from functools import lru_cache

from verifier.compare.numbers import CACHED_TEXTS

MONTHS = (
    "january february march april may june july august september october november december".split()  # noqa: SIM905
)
_MONTH = "|".join(f"{name}|{name[:3]}\\.?" for name in MONTHS) + "|sept\\.?"
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
    rf"(?<={before})1[0-4]\d\d"
    for before in (*(rf"\b{word} " for word in ("in", "since", "year", "of", "by", "until", "before")), r"\(")
)
_COUNTED = (
    r"(?!\s(?:(?:printed|new|confirmed|active|more|other|different|reported|total|registered|foreign|local|armed)\s)?"
    r"(?:people|men|women|children|copies|cases|deaths|seats|votes|members|troops|soldiers|times|tons|tonnes|km|kilomet"
    r"|miles|metres|meters|feet|dollars|euros|pounds|years|days|hours|units|jobs|students|employees|workers|homes|houses"
    r"|households|species|reviews|critics|patients|refugees|visitors|recoveries|tests|books|songs|points|runs|goals"
    r"|percent|million|billion|thousand|hectares|acres|kg|lbs|mm|m\b|rpm|inhabitants|residents|volumes|episodes))"
)

_TH, _DASH = "(?:st|nd|rd|th)?", r"\s?[-–—]\s?"
DATE = re.compile(
    rf"\b(?:(?P<iso>\d{{4}}-\d{{2}}-\d{{2}})"
    rf"|(?P<d1>\d{{1,2}}){_TH}(?:{_DASH}(?P<l1>\d{{1,2}}){_TH})?(?:\s+(?:of\s+)?|-)(?P<m1>{_MONTH})"
    r"(?:,?[\s-]+(?P<y1>\d{4}))?"
    rf"|(?P<m2>{_MONTH})\s+(?P<d2>\d{{1,2}}){_TH}(?:{_DASH}(?P<l2>\d{{1,2}}){_TH})?"
    r"(?!\d|[,.]\d\d\d)(?:,?\s+(?P<y2>\d{4}))?"
    rf"|(?P<m3>{_MONTH}),?\s+(?:of\s+)?(?P<y3>\d{{4}})"
    r"|(?P<n1>\d{1,2})(?P<sep>[/.-])(?P<n2>\d{1,2})(?P=sep)(?P<y4>\d{4}|\d{2})"
    r"|(?P<century>(?:\d{1,2}(?:st|nd|rd|th)|twenty first|"
    + "|".join(reversed(_CENTURIES))
    + r")[\s-]century)(?P<bc1>\s+BCE?)?"
    r"|(?P<decade>(?:1[5-9]|20)\d0)['’]?s|(?P<shortdecade>(?<=['’])[2-9]0)s"
    rf"|(?P<worddecade>(?:nineteen|eighteen|twenty)[\s-](?:{'|'.join(_DECADES)}))"
    rf"|(?P<wordyear>(?:nineteen|eighteen)[\s-](?:{'|'.join(_TENS)})(?:[\s-](?:{'|'.join(_ONES)}))?)"
    r"|(?P<quarter>(?:Q[1-4]|(?:first|second|third|fourth|last|1st|2nd|3rd|4th)[\s-]quarter))(?:\s+of)?(?:\s+(?P<y5>\d{4}))?"
    r"|(?P<bc>\d{1,5})\s+BCE?\b|(?P<ad>\d{1,4})\s+(?:AD|CE)\b|\bAD\s(?P<ad2>\d{1,4})"
    r"|(?P<season>(?:1[5-9]|20)\d{2})\s?[-–—/]\s?(?P<until>\d{4}|\d{2})"
    rf"|(?P<year>(?:1[5-9]|20)\d{{2}}|{_OLD_YEAR}){_COUNTED})(?![\w%/]|-\d|[.,]\d)"
    rf"|\b(?P<alone>(?:{'|'.join(m for m in MONTHS if m not in ('march', 'may'))})|(?<=in )(?:May|March)"
    r"|(?<=since )(?:May|March)|(?<=of )(?:May|March)|(?<=by )(?:May|March))\b"
    rf"|\b(?P<weekday>{'|'.join(_WEEKDAYS)})\b",
    re.IGNORECASE,
)
THIS_MILLENNIUM = 2000
MOST_DAYS = 31  # of a month
NEAR_CHARS = 60  # on either side of a date
_START = re.compile(r"(?<!\w)(?:\d|[A-Za-z]{3}|[Qq]\d|AD)")
_STARTS = frozenset(
    word[:3].lower() for word in (*MONTHS, *_WEEKDAYS, *_CENTURIES, *_YEAR_WORDS, "last", "AD", "Q1", "Q2", "Q3", "Q4")
)
_MONTH_STARTS = frozenset(name[:3] for name in MONTHS)
_WORDS_TOO = frozenset({"may", "march", "mar"})  # in lower case no months, unless a year follows
_NAME_BEFORE = re.compile(r"([^\W\d_]{2,})[-\u2010-\u2015\u2212]$")
_SINCE = re.compile(r"\bsince\s+$", re.IGNORECASE)
_PART = r"(?:the\s+)?(?:(?:early|late|mid(?:dle)?|end|start|beginning|turn)(?:\s+of)?[\s-]+(?:the\s+)?)?$"
_BEFORE = re.compile(rf"\b(?:before|prior to|earlier than|until|till|up to)\s+{_PART}", re.I)
_BY = re.compile(rf"\bby\s+{_PART}", re.I)
_AFTER = re.compile(rf"\b(?:after|later than)\s+{_PART}", re.I)
_OR_LATER = re.compile(r"\s+or\s+(?:later|after)\b", re.I)
# "The Panel (2013)", "Smith et al. (2017)"
_CITED = re.compile(r"(?:(?<![\w&'’-])[A-Z][\w&'’-]{0,40}\.?|\bet al\.?) \((?P<year>(?:1[89]|20)\d\d)\)")
# A hedge that makes a bare year-like number a count.
_COUNTS = re.compile(
    r"\b(?:less than|more than|fewer than|at least|at most|up to|over|exceed\w*|nearly|almost|[$€£¥₹])\s*$", re.I
)


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
    `last_day` ends a range of days of one month, and a cited year is one of several in brackets behind names.
    `names` are the word with which a year is cited, or else the words about a date.
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
    last_day: int | None = None
    is_cited: bool = False
    names: frozenset[str] = frozenset()

    @property
    def years(self) -> tuple[int, int] | None:
        """The first and the last year that it may mean."""
        return None if self.year is None else (self.year, self.until or self.year)


@lru_cache(maxsize=CACHED_TEXTS)
def find_dates(text: str) -> tuple[PartialDate, ...]:
    """Days, months, weekdays, quarters, years from 1500 to 2099 (earlier after "in"), decades and centuries."""
    cited = {match.start("year") for match in _CITED.finditer(text)}
    found = []
    for match in _date_matches(text):
        before = _shortly_before(match)
        is_cited = len(cited) > 1 and match.start() in cited
        names = _cited_with(before) if is_cited else _words_about(match)
        when = _when(before, text[match.end() : match.end() + 12])
        found.append(replace(_as_date(match), when=when, is_cited=is_cited, names=names))
    return tuple(found)


def _cited_with(before: str) -> frozenset[str]:
    """The last capitalised word in front of the bracket with a year: "Smith" of "Smith et al. (2017)"."""
    return frozenset(word.lower() for word in re.findall(r"\b[A-Z][\w’'-]*", before)[-1:])


def _words_about(match: re.Match[str]) -> frozenset[str]:
    """The words near a date, in its sentence as far as that ends in a full stop."""
    before = match.string[max(0, match.start() - NEAR_CHARS) : match.start()]
    after = match.string[match.end() : match.end() + NEAR_CHARS]
    near = f"{re.split(r'[.!?] ', before)[-1]} {re.split(r'[.!?] ', after, maxsplit=1)[0]}"
    return frozenset(re.findall(r"[^\W\d_][\w’'-]{2,}", near.lower()))


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
            if match and not _is_named(match) and _is_date(match, _shortly_before(match)):
                found.append(match)
            end = match.end() if match and not _is_named(match) else end
    return tuple(found)


def _is_named(match: re.Match[str]) -> bool:
    """Whether a date starts with the number of a name ("Apollo-11 may"), or its month is no more than a word."""
    month = match["m1"] or match["m2"] or match["m3"]
    is_word = bool(month) and month in _WORDS_TOO and not (match["y1"] or match["y2"])
    name = _NAME_BEFORE.search(_shortly_before(match)) if match["d1"] else None
    falls = bool(match["l1"]) and int(match["l1"]) <= int(match["d1"])  # "won 2-1"
    return falls or (is_word and not match["m3"]) or (name is not None and name[1][:3].lower() not in _MONTH_STARTS)


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
        if is_day(year, month, day)
    ]


def is_day(year: int, month: int, day: int) -> bool:
    """Whether the calendar has such a day."""
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
        (i for i, name in enumerate(MONTHS, 1) if month_text and name.startswith(month_text[:3].lower())), None
    )
    year = _word_year(part["wordyear"]) if part["wordyear"] else int(year_text) if year_text else None
    day = int(day_text) if day_text else None
    last = int(part["l1"] or part["l2"] or 0)
    return PartialDate(year, month, day, text, last_day=last if day and day < last <= MOST_DAYS else None)


def _span(part: dict[str, str | None]) -> tuple[int, int] | None:
    """The first and last year of a decade, century, season or year before our era."""
    if century := part["century"]:
        named = re.split(r"[\s-]century", century, flags=re.IGNORECASE)[0].lower().replace(" ", "-")
        number = int(re.sub(r"\D", "", named)) if named[0].isdigit() else _CENTURIES.index(named) + 1
        return (-100 * number, -100 * number + 99) if part["bc1"] else (100 * (number - 1), 100 * number - 1)
    if part["bc"]:
        return -int(part["bc"]), -int(part["bc"])
    if part["decade"]:
        start = int(part["decade"])
        return start, start + (99 if start % 100 == 0 and start < THIS_MILLENNIUM else 9)  # "the 1700s" are a century
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
