"""Relative dates made absolute, from the day on which the article was published; only where one reading is left."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING

from verifier.claims.lexicon import words
from verifier.claims.rewrite import Edit

if TYPE_CHECKING:
    from spacy.tokens import Doc

EARLIEST_YEAR = 1600  # no newspaper is older; an earlier day of publication is a mistake
_MONTHS = {name: number for number, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name[:3]: number for name, number in _MONTHS.items()} | {"Sept": 9}
_WEEKDAYS = {name: number for number, name in enumerate(calendar.day_name)}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_AFTER = r"(?!\d|,?\s\d{4}|\s?[-–—/]\s?\d|st\b|nd\b|rd\b|th\b)"
_DAY_OF_YEAR = re.compile(
    rf"\b(?:(?P<month>{_MONTH})\.?\s(?P<day>\d{{1,2}}){_AFTER}|(?P<first_day>\d{{1,2}})\s(?P<then_month>{_MONTH})\b\.?(?!,?\s\d))"
)
_DAY_WORD = re.compile(r"\b(?P<word>yesterday|today)\b(?!['’]s)(?:\s\((?P<inner>[^()]{3,30})\))?", re.IGNORECASE)
_WEEKDAY = re.compile(
    rf"\b(?P<on>[Oo]n\s)(?P<name>{'|'.join(_WEEKDAYS)})\b"
    rf"(?!['’]s|s\b|,?\s(?:{_MONTH}|\d|night|morning|evening|afternoon))"
)
_LAST_PERIOD = re.compile(
    r"(?:\b(?P<prep>in|since|of|from|until|than|by|during|for|over|to)\s)?"
    r"\b(?P<which>[Ll]ast|[Tt]his) (?P<unit>year|month)\b"
    r"(?!['’]s|\s(?:alone|so|and|or))"
)
_YEAR = re.compile(r"\b(?:1[6-9]|20)\d{2}\b")
_REPEATED = re.compile(r"\b(?:every|each|annual(?:ly)?|anniversary|usually|always|born|birthday)\b", re.IGNORECASE)
_ON_A_DAY = words("on since by from until till after before between of and through to")


def date_edits(doc: Doc, published: date | None, year_before: str | None) -> list[Edit]:
    """What to write in place of `yesterday`, `on Monday`, `last year` or `February 24`.

    :param doc: the parsed sentence.
    :param year_before: a year that the sentence before names, if any: it may be the year that is meant.
    :return: edits with offsets in `doc.text`, none where `published` is unknown.
    """
    if published is None or published.year < EARLIEST_YEAR:
        return []
    found = [*_day_words(doc, published), *_weekdays(doc, published), *_periods(doc, published)]
    if not _YEAR.search(doc.text) and not year_before and not _REPEATED.search(doc.text):
        found += _days_of_year(doc, published, taken=found)
    return found


def years_in(text: str) -> list[str]:
    """The years named in `text`, as written."""
    return _YEAR.findall(text)


def _day_words(doc: Doc, published: date) -> Iterator[Edit]:
    for found in _DAY_WORD.finditer(doc.text):
        days_ago = 1 if found["word"].lower() == "yesterday" else 0
        day = published - timedelta(days=days_ago)
        if _in_quotes(doc, found.start()) or (days_ago == 0 and not _tells_an_event(doc, found.start())):
            continue
        if found["inner"] and not _same_day(found["inner"], day):
            continue
        opening = "" if _follows(doc, found.start(), "of", "on", "since", "from", "until") else "on "
        opening = opening.capitalize() if found.start() == 0 else opening
        yield Edit(found.start(), found.end(), opening + _written(day))


def _weekdays(doc: Doc, published: date) -> Iterator[Edit]:
    for found in _WEEKDAY.finditer(doc.text):
        if _in_quotes(doc, found.start()) or not _is_past(doc):
            continue
        days_ago = (published.weekday() - _WEEKDAYS[found["name"]]) % 7
        yield Edit(found.start("name"), found.end("name"), _written(published - timedelta(days=days_ago)))


def _periods(doc: Doc, published: date) -> Iterator[Edit]:
    for found in _LAST_PERIOD.finditer(doc.text):
        before = doc.text[: found.start("which")].split()[-1:]
        if _in_quotes(doc, found.start()) or (
            before and before[0].lower() in ("the", "a", "at", "early", "late", "later")
        ):
            continue
        back = 1 if found["which"].lower() == "last" else 0
        if found["unit"] == "year":
            when = str(published.year - back)
        else:
            month = date(published.year, published.month, 1) - timedelta(days=back)
            when = f"{calendar.month_name[month.month]} {month.year}"
        opening = "" if found["prep"] else ("In " if found.start() == 0 else "in ")
        yield Edit(found.start("which"), found.end(), opening + when)


def _days_of_year(doc: Doc, published: date, taken: list[Edit]) -> Iterator[Edit]:
    """The nearest such day that is not after publication gives the year."""
    for found in _DAY_OF_YEAR.finditer(doc.text):
        covered = any(edit.start <= found.start() < edit.end for edit in taken)
        if covered or not _stands_as_a_day(doc, found.start(), found.end()) or not _is_past(doc):
            continue
        if year := _latest_year(*_month_and_day(found), published):
            end = len(doc.text[: found.end()].rstrip(".")) if found.end() == len(doc.text) else found.end()
            yield Edit(end, end, f", {year}" if found["month"] else f" {year}")


def _latest_year(month: int, day: int, published: date) -> int | None:
    for year in (published.year, published.year - 1):
        if 1 <= day <= calendar.monthrange(year, month)[1] and date(year, month, day) <= published:
            return year
    return None


def _stands_as_a_day(doc: Doc, start: int, end: int) -> bool:
    """True for `on February 24`; false for `the September 11 attacks`, which names something else."""
    before = doc.text[:start].split()[-1:]
    token = next((t for t in doc if t.idx >= end), None)
    names = token is not None and token.tag_.startswith(("NN", "JJ"))
    return (not before or before[0].lower() in _ON_A_DAY) and not names


def _is_past(doc: Doc) -> bool:
    tags = {token.tag_ for token in doc}
    return bool(tags & {"VBD", "VBN"}) and not any(token.lower_ in ("will", "'ll", "shall", "next") for token in doc)


def _tells_an_event(doc: Doc, position: int) -> bool:
    """`The bank cut rates today` names a day; `Turkey today is a bridge` does not."""
    token = next((t for t in doc if t.idx >= position), None)
    verb = next((t for t in (token.ancestors if token is not None else ()) if t.pos_ in ("VERB", "AUX")), None)
    if verb is None:
        return False
    future = verb.tag_ == "VB" and verb.head.lower_ in ("set", "due", "scheduled", "expected")
    return verb.tag_ in ("VBD", "VBN") or future


def _same_day(inner: str, day: date) -> bool:
    found = _DAY_OF_YEAR.search(inner)
    if not found:
        return inner.strip() in _WEEKDAYS and _WEEKDAYS[inner.strip()] == day.weekday()
    return _month_and_day(found) == (day.month, day.day)


def _month_and_day(found: re.Match[str]) -> tuple[int, int]:
    return _MONTHS[found["month"] or found["then_month"]], int(found["day"] or found["first_day"])


def _follows(doc: Doc, position: int, *words: str) -> bool:
    return doc.text[:position].lower().split()[-1:] in [[word] for word in words]


def _in_quotes(doc: Doc, position: int) -> bool:
    before = doc.text[:position]
    return before.count('"') % 2 == 1 or before.count("“") > before.count("”")


def _written(day: date) -> str:
    return f"{calendar.month_name[day.month]} {day.day}, {day.year}"
