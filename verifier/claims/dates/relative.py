"""`Yesterday`, `on Monday`, `last year`, `two weeks ago`: each put as the day or period that it means."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from verifier.claims.dates.days import (
    DAY_OF_YEAR,
    DAY_WORD,
    FULL_MONTH,
    MONTH,
    MONTHS,
    OWNER,
    PART,
    PREP,
    WEEKDAYS,
    Today,
    month_and_day,
    shifted,
    written_day,
)
from verifier.claims.dates.tense import tells_an_event, tense_at, token_at
from verifier.claims.lexicon import words

if TYPE_CHECKING:
    from spacy.tokens import Doc

_SIGNS = ("day", "night", "tomorrow", "ago", "last ", "this ", "next ", "weekend", "since the ")
NUMBERS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8}
NUMBERS |= {"nine": 9, "ten": 10, "eleven": 11, "twelve": 12}
ON_A_DAY = words("on since by from until till after before between of and through to")
_THIS_PART = re.compile(rf"{PREP}\b(?P<which>this|last)\s(?P<part>morning|afternoon|evening|night)\b", re.IGNORECASE)
_WEEKDAY = re.compile(
    rf"(?:\b(?P<prep>[Oo]n|[Ss]ince|[Bb]y|[Uu]ntil|[Ff]rom|[Bb]efore|[Aa]fter|[Oo]f)\s)?(?:\b(?P<which>[Ll]ast|[Tt]his|[Nn]ext)\s)?"
    rf"\b(?P<name>{'|'.join(WEEKDAYS)})\b(?!['’]s|,?\s(?:{MONTH}|\d{{1,2}}\s(?:{MONTH}))){PART}"
)
_DAYS_OWN = re.compile(
    rf"(?<![Tt]he\s)(?<!\ba\s)\b(?:(?P<which>[Ll]ast|[Nn]ext)\s)?\b(?P<name>{'|'.join(WEEKDAYS)})['’]s(?=\s\w)"
)
_PERIOD = re.compile(
    rf"{PREP}(?:\b(?P<stage>earlier|later|early|late)\s)?\b(?P<which>last|this|next)\s"
    rf"(?P<unit>year|month|week|weekend)\b{OWNER}(?!\s(?:and|or)\s(?:last|this|next)\b)",
    re.IGNORECASE,
)
_WEEKEND = re.compile(r"\b(?:over|at)\sthe\sweekend\b", re.IGNORECASE)
_AGO = re.compile(
    rf"(?P<fuzzy>\b(?:more|less|fewer)\sthan\s|\b(?:about|around|almost|nearly|over|under|some|only|just)\s)?"
    rf"(?<![\d.,])\b(?P<number>\d{{1,3}}|{'|'.join(NUMBERS)})\s(?P<unit>day|week|month|year)s?\sago\b"
    rf"(?P<weekday>\s(?:{'|'.join(WEEKDAYS)})\b)?",
    re.IGNORECASE,
)
_VAGUELY_AGO = re.compile(
    rf"\b(?:moments|(?:an?|a\sfew|several|some|\d{{1,3}}|{'|'.join(NUMBERS)})\s(?:second|minute|hour|moment)s?"
    r"|(?:a\sfew|several|a\scouple\sof)\s(?:day|week|month|year)s)\sago\b",
    re.IGNORECASE,
)
_FEAST = re.compile(
    rf"{PREP}\b(?P<which>last|next)\s(?P<name>Christmas|Easter|Thanksgiving|summer|winter|spring|autumn)\b(?!['’]|\s(?-i:[A-Z]))",
    re.IGNORECASE,
)
_FROM_ITS_START = re.compile(
    r"\b(?P<since>since\sthe\s(?:beginning|start)\sof\s)the\s(?P<unit>year|month)\b(?!['’])", re.IGNORECASE
)
_CLOCK = words("noon midnight a.m. p.m. am pm of")  # `as of today`
_LAST_MONTH = re.compile(rf"\b(?P<which>[Ll]ast|[Nn]ext)\s(?P<month>{FULL_MONTH})\b(?!\s\d)")


@dataclass(frozen=True, slots=True)
class Found:
    """A relative date in a sentence; `text` is None where it stays open."""

    start: int
    end: int
    text: str | None


def relative(doc: Doc, today: Today | None) -> Iterator[Found]:
    """The relative dates of a sentence, surer rules first; places may overlap."""
    lower = doc.text.lower()
    if not any(sign in lower for sign in _SIGNS):  # most sentences have none; this is what keeps the rules cheap
        return
    rules = (_day_words, _parts_of_day, _ago, _vaguely_ago, _periods, _starts, _weekends, _feasts, _months_named)
    for rule in (*rules, _weekdays, _days_own):
        yield from rule(doc, today)


def _day_words(doc: Doc, today: Today | None) -> Iterator[Found]:
    for found in DAY_WORD.finditer(doc.text):
        word = found["word"].lower()
        start = found.start("word") if _keeps(found["prep"]) else found.start()
        timed = doc.text[: found.start("word")].lower().split()[-1:] or [""]
        told = timed[0] in _CLOCK or tells_an_event(doc, found.start("word"))
        if word in ("today", "tomorrow") and (found["owner"] or not told):
            continue
        if word == "today" and today is None and not any(token.tag_ == "VBD" for token in doc):
            continue
        days = {"yesterday": -1, "tomorrow": 1}.get(word, 0)
        day = shifted(today, days)
        if found["inner"] and DAY_OF_YEAR.search(found["inner"]) and not _same_day(found["inner"], day):
            continue
        if found["inner"] and found["inner"] in WEEKDAYS and not _same_day(found["inner"], day):
            continue
        part = (found["part"] or ("evening" if word == "tonight" else "")).lower()
        end = found.end() if found["inner"] and _same_day(found["inner"], day) else _end_before_inner(found)
        yield Found(start, end, _on(day, today, found["prep"], part, found["owner"]))


def _end_before_inner(found: re.Match[str]) -> int:
    return max(found.end(name) for name in ("word", "part", "owner") if found[name])


def _parts_of_day(doc: Doc, today: Today | None) -> Iterator[Found]:
    for found in _THIS_PART.finditer(doc.text):
        last_night = found["which"].lower() == "last"
        if last_night and found["part"].lower() != "night":
            continue
        start = found.start("which") if _keeps(found["prep"]) else found.start()
        day = shifted(today, -1 if last_night else 0)
        yield Found(start, found.end(), _on(day, today, found["prep"], found["part"].lower(), None))


def _weekdays(doc: Doc, today: Today | None) -> Iterator[Found]:
    for found in _WEEKDAY.finditer(doc.text):
        if not _is_a_day(doc, found):
            continue
        tense = tense_at(doc, found.start("name"))
        which = (found["which"] or "").lower()
        if not tense and not which:
            continue
        start = found.start("which" if which else "name") if _keeps(found["prep"]) else found.start()
        day = _weekday(today, WEEKDAYS[found["name"]], tense, which)
        yield Found(start, found.end(), _on(day, today, found["prep"], (found["part"] or "").lower(), None))


def _days_own(doc: Doc, today: Today | None) -> Iterator[Found]:
    """`Tuesday's storm`: the storm of that day."""
    for found in _DAYS_OWN.finditer(doc.text):
        tense, which = tense_at(doc, found.start("name")), (found["which"] or "").lower()
        if (tense or which) and not re.search(r"\bin\s(?:1[6-9]|20)\d{2}\b", doc.text):
            day = _weekday(today, WEEKDAYS[found["name"]], tense, which)
            yield Found(found.start(), found.end(), _on(day, today, None, "", "'s"))


def _weekday(today: Today | None, number: int, tense: str, which: str) -> date | None:
    """`last Friday` is the one before today; `next Friday` has two readings."""
    if today is None or not today.year_known or which == "next":
        return None
    back = (today.day.weekday() - number) % 7
    if which == "last":
        return shifted(today, -(back or 7))
    return shifted(today, -back if tense == "past" else (7 - back) % 7 or 7)


def _is_a_day(doc: Doc, found: re.Match[str]) -> bool:
    """True for `on Monday` and `sank Monday`; false for `every Monday`, `Bloody Sunday` or `the Friday market`."""
    token = token_at(doc, found.start("name"))
    if token is None or (found["prep"] is None and found["which"] is None and token.dep_ not in ("npadvmod", "tmod")):
        return False
    last = token_at(doc, found.start("part")) if found["part"] else token
    following = doc[last.i + 1] if last is not None and last.i + 1 < len(doc) else None
    before = doc[token.i - 1].lower_ if token.i else ""
    joined = (
        following is not None
        and following.lower_ in ("and", "or", "to")
        and doc[following.i + 1 :][:1].text in WEEKDAYS
    )
    names = following is not None and following.tag_.startswith("NN") and following.head.i >= following.i
    return not joined and not (names and token.dep_ == "compound") and before not in ("every", "each", "a", "the")


def _periods(doc: Doc, today: Today | None) -> Iterator[Found]:
    for found in _PERIOD.finditer(doc.text):
        before = doc.text[: found.start("which")].split()[-1:]
        which, unit = found["which"].lower(), found["unit"].lower()
        if before and before[0].lower() in ("the", "a", "at", "only"):
            continue
        ahead = {"last": -1, "this": 0, "next": 1}[which]
        when = _weekend(today, ahead) if unit == "weekend" else _period(today, unit, ahead)
        if found["owner"]:
            yield Found(
                found.start("which"), found.end(), f"the {when}" if when and unit in ("year", "month") else None
            )
            continue
        start = found.start("stage") if found["stage"] else found.start("which")
        prep = (found["prep"] or "").lower()
        if prep in ("on", "at", "in", ""):
            start = found.start()
        stage = f"{found['stage'].lower()} " if found["stage"] else ""
        opening = "" if prep not in ("on", "at", "in", "") else ("on " if unit == "weekend" else "in ")
        text = opening + when if when and unit == "weekend" else f"{stage}{opening}{when}"
        yield Found(start, found.end(), text if when else None)


def _period(today: Today | None, unit: str, ahead: int) -> str | None:
    if today is None or (unit == "year" and not today.year_known):
        return None
    if unit == "year":
        return str(today.day.year + ahead)
    if unit == "month":
        year, month = divmod(today.day.year * 12 + today.day.month - 1 + ahead, 12)
        return calendar.month_name[month + 1] + (f" {year}" if today.year_known else "")
    if not today.year_known:
        return None
    monday = shifted(today, 7 * ahead - today.day.weekday())
    return f"the week of {written_day(monday, today)}" if monday else None


def _weekend(today: Today | None, ahead: int) -> str | None:
    """The last one has one reading from Monday to Friday only."""
    if today is None or not today.year_known or today.day.weekday() > calendar.FRIDAY:
        return None
    saturday = shifted(today, 7 * ahead + calendar.SATURDAY - today.day.weekday())
    return f"the weekend of {written_day(saturday, today)}" if saturday else None


def _weekends(doc: Doc, today: Today | None) -> Iterator[Found]:
    for found in _WEEKEND.finditer(doc.text):
        tense = tense_at(doc, found.start())
        if tense:
            when = _weekend(today, -1 if tense == "past" else 0)
            yield Found(found.start(), found.end(), f"on {when}" if when else None)


def _ago(doc: Doc, today: Today | None) -> Iterator[Found]:
    for found in _AGO.finditer(doc.text):
        number, unit = found["number"].lower(), found["unit"].lower()
        count = NUMBERS[number] if number in NUMBERS else int(number)
        fuzzy = (found["fuzzy"] or "").lower().strip()
        text = _back(today, unit, count) if not found["weekday"] else None  # `two weeks ago Thursday`: which of two?
        if fuzzy not in ("", "about", "around", "some", "only", "just"):
            text = None  # `more than two years ago` is no year
        elif text and (fuzzy in ("about", "around", "some") or (unit == "year" and count > 20)):
            text = "around " + text.removeprefix("in ").removeprefix("on ").removeprefix("around ")
        yield Found(found.start(), found.end(), text)


def _vaguely_ago(doc: Doc, today: Today | None) -> Iterator[Found]:
    """`A few minutes ago` is no day that could be looked up."""
    for found in _VAGUELY_AGO.finditer(doc.text):
        yield Found(found.start(), found.end(), None)


def _starts(doc: Doc, today: Today | None) -> Iterator[Found]:
    """`Prices have risen since the beginning of the year`: of the present one."""
    for found in _FROM_ITS_START.finditer(doc.text):
        if any(token.tag_ == "VBD" for token in doc) or re.search(r"\b(?:1[6-9]|20)\d{2}\b", doc.text):
            continue
        yield Found(found.end("since"), found.end(), _period(today, found["unit"].lower(), 0))


def _feasts(doc: Doc, today: Today | None) -> Iterator[Found]:
    """`Last Christmas`; the seasons are not the same everywhere, nor is which of them is the last one."""
    for found in _FEAST.finditer(doc.text):
        text = None
        if today is not None and today.year_known and found["name"].lower() == "christmas":
            over = (today.day.month, today.day.day) > (12, 25)
            year = today.day.year + over - (found["which"].lower() == "last")
            text = f"{'' if _keeps(found['prep']) else 'at '}Christmas {year}"
        start = found.start("which") if _keeps(found["prep"]) else found.start()
        yield Found(start, found.end(), text)


def _back(today: Today | None, unit: str, count: int) -> str | None:
    if today is None:
        return None
    if unit in ("month", "year"):
        when = _period(today, unit, -count)
        return f"in {when}" if when and not (unit == "month" and count > 11 and not today.year_known) else None
    day = shifted(today, -count * (7 if unit == "week" else 1))
    if day is None:
        return None
    return ("around " if unit == "week" else "on ") + written_day(day, today)


def _months_named(doc: Doc, today: Today | None) -> Iterator[Found]:
    """`last November`: the latest one that is over; `next March` likewise."""
    for found in _LAST_MONTH.finditer(doc.text):
        month = MONTHS[found["month"]]
        if today is None or not today.year_known or month == today.day.month:
            text = None
        elif found["which"].lower() == "last":
            text = f"{found['month']} {today.day.year - (month > today.day.month)}"
        else:
            text = f"{found['month']} {today.day.year + (month < today.day.month)}"
        prep = doc.text[: found.start()].lower().split()[-1:]
        joins = bool(prep) and prep[0] in ("and", "to", "through") and not re.search(r"\b(?:from|between)\b", doc.text)
        opening = "" if not text or (prep and prep[0] in ON_A_DAY | {"in"} and not joins) else "in "
        yield Found(found.start(), found.end(), opening + text if text else None)


def _same_day(inner: str, day: date | None) -> bool:
    found = DAY_OF_YEAR.search(inner)
    if day is None:
        return False
    if not found:
        return inner.strip() in WEEKDAYS and WEEKDAYS[inner.strip()] == day.weekday()
    return month_and_day(found) == (day.month, day.day)


def _keeps(prep: str | None) -> bool:
    """Whether a preposition goes on standing before the explicit date."""
    return prep is not None and prep.lower() not in ("on", "in", "at")


def _on(day: date | None, today: Today | None, prep: str | None, part: str, owner: str | None) -> str | None:
    """`on March 16, 2022`, `on the evening of ...`; the day alone behind a preposition that stays."""
    if day is None or today is None:
        return None
    written = written_day(day, today)
    if owner:
        return f"the {written}"
    written = f"the {part} of {written}" if part else written
    return written if _keeps(prep) else f"on {written}"
