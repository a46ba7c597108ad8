"""Relative dates made absolute, from the day on which the article was published; only where one reading is left."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from verifier.claims.dates.days import (
    DAY_OF_YEAR,
    EARLIEST_YEAR,
    FULL_MONTH,
    MONTHS,
    WEEKDAYS,
    Dates,
    Today,
    coming_year,
    latest_year,
    month_and_day,
)
from verifier.claims.dates.relative import NUMBERS, ON_A_DAY, Found, relative
from verifier.claims.dates.tense import INTENDING, tense_at, token_at, verb_of
from verifier.claims.lexicon import words
from verifier.claims.rewrite import Edit, Unclear

if TYPE_CHECKING:
    from spacy.tokens import Doc

__all__ = ["EARLIEST_YEAR", "UNDATED", "Dates", "Today", "resolve_dates", "years_in"]

UNDATED = "relative date in an undated article"
NO_SUCH_DAY = "relative date"
_LATER = re.compile(
    rf"\b(?:(?:\d{{1,3}}|{'|'.join(NUMBERS)})\s(?:day|week|month|year)s?\s(?:earlier|later)"
    r"|the\s(?:previous|following|same|next)\s(?:day|week|month|year)|the\sday\s(?:before|after)"
    r"|that\s(?:day|week|month|year|night|evening|morning|time)|(?:since|before|by|until|till)\sthen|back\sthen)\b(?!\s(?:the|than|that|a|an|of|for|when)\b)",
    re.IGNORECASE,
)
_IN_MONTH = re.compile(
    rf"\b(?P<prep>(?:[Ii]n|[Ff]or|[Ss]ince|[Uu]ntil|[Bb]y|[Bb]efore|[Aa]fter|[Oo]f)\s(?:(?:early|late|mid-?)\s?)?)"
    rf"(?P<month>{FULL_MONTH})\b(?!['’]|,?\s(?:and|or|to|through)\s[A-Z]|\s?[-–—]|,?\s\d)"
)
_YEAR = re.compile(r"\b(?:1[6-9]|20)\d{2}\b")
_REPEATED = re.compile(
    r"\b(?:every|each|annual(?:ly)?|anniversary|usually|always|typically|born|birthday)\b", re.IGNORECASE
)
_FEASTS = words("fall celebrate mark observe commemorate honor honour")
_WITHIN = re.compile(
    rf"^Within\s(?:\d{{1,3}}|{'|'.join(NUMBERS)}|hours|days|weeks|months|years)(?:\s(?:hour|day|week|month|year)s?)?,"
)
_SINCE_WAR = re.compile(
    r"\b(?P<since>since\s)(?:the\s(?:beginning|start|outbreak)\sof\s)the\s(?:war|invasion|conflict|fighting|offensive)\b"
    r"(?!\s(?:of|in|on|against|between)\b)"
)


def resolve_dates(doc: Doc, dates: Dates, years_before: Sequence[str]) -> tuple[list[Edit], list[Unclear]]:
    """What to write in place of `yesterday`, `on Monday`, `last year` or `February 24`, and what stays open.

    :param doc: the parsed sentence.
    :param years_before: the years that the sentence before names: one may be the year that is meant.
    :return: edits and unclear words with offsets in `doc.text`, none of them overlapping.
    """
    today = dates.today
    edits: list[Edit] = []
    unclear: list[Unclear] = []
    for found in _distinct(relative(doc, today)):
        if found.text is None:
            why = UNDATED if today is None or not today.year_known else NO_SUCH_DAY
            unclear.append(Unclear(found.start, found.end, doc.text[found.start : found.end], why))
        elif today is not None:
            edits.append(Edit(found.start, found.end, found.text, today.why))
    taken = _places(edits, unclear)
    edits += [edit for edit in _since_the_war(doc, dates) if _is_free(edit.start, edit.end, taken)]
    if today is not None and today.year_known and not _names_a_year(doc, years_before, today):
        years = (*_days_of_year(doc, today), *_months_of_year(doc, today))
        edits += [edit for edit in years if _is_free(edit.start, edit.end, taken)]
        unclear += [day for day in _days_of_no_year(doc) if _is_free(day.start, day.end, taken)]
    taken = _places(edits, unclear)
    unclear += [word for word in _leaning(doc, years_before) if _is_free(word.start, word.end, taken)]
    return edits, unclear


def years_in(text: str) -> list[str]:
    """The years named in `text`, as written."""
    return _YEAR.findall(text)


def _places(edits: Sequence[Edit], unclear: Sequence[Unclear]) -> list[tuple[int, int]]:
    return [(edit.start, edit.end) for edit in edits] + [(word.start, word.end) for word in unclear]


def _distinct(found: Iterator[Found]) -> list[Found]:
    taken: list[tuple[int, int]] = []
    kept = []
    for one in found:
        if _is_free(one.start, one.end, taken):
            taken.append((one.start, one.end))
            kept.append(one)
    return kept


def _is_free(start: int, end: int, taken: Sequence[tuple[int, int]]) -> bool:
    return not any((start < last and first < end) or first <= start == end <= last for first, last in taken)


def _since_the_war(doc: Doc, dates: Dates) -> Iterator[Edit]:
    if dates.war is None:
        return
    for found in _SINCE_WAR.finditer(doc.text):
        yield Edit(found.end("since"), found.end(), dates.war[0], f"the article says that it began on {dates.war[1]}")


def _names_a_year(doc: Doc, years_before: Sequence[str], today: Today) -> bool:
    """Whether the sentence, or the one before it, may speak of another year."""
    other = any(int(year) != today.day.year for year in years_before[-1:])
    return other or bool(_YEAR.search(doc.text)) or bool(_REPEATED.search(doc.text))


def _days_of_year(doc: Doc, today: Today) -> Iterator[Edit]:
    """The nearest such day that is not after publication gives the year, or the nearest after it for a plan."""
    for found in DAY_OF_YEAR.finditer(doc.text):
        tense = tense_at(doc, found.start())
        if not tense or not _stands_as_a_day(doc, found.start(), found.end()):
            continue
        find = latest_year if tense == "past" else coming_year
        if year := find(*month_and_day(found), today.day):
            end = len(doc.text[: found.end()].rstrip(".")) if found.end() == len(doc.text) else found.end()
            yield Edit(end, end, f", {year}" if found["month"] else f" {year}", today.why)


def _days_of_no_year(doc: Doc) -> Iterator[Unclear]:
    """`The trial begins on May 3`: this year, or every year; a feast is every year's."""
    for found in DAY_OF_YEAR.finditer(doc.text):
        verb = verb_of(doc, found.start())
        if tense_at(doc, found.start()) or verb is None or not _stands_as_a_day(doc, found.start(), found.end()):
            continue
        group = {token.lemma_.lower() for token in (verb, *verb.children)}
        # "applied to join on 28 February" tells of the past, "agreed to meet on 28 February" may look ahead
        told = any(token.tag_ == "VBD" and token.lemma_ not in INTENDING for token in verb.ancestors)
        if verb.tag_ in ("VBZ", "VBP", "VB") and verb.lemma_ not in _FEASTS and not group & {"be"} and not told:
            yield Unclear(found.start(), found.end(), found.group().rstrip("."), NO_SUCH_DAY)


def _months_of_year(doc: Doc, today: Today) -> Iterator[Edit]:
    """`in March`: the latest one that has begun, or the nearest one ahead for a plan."""
    for found in _IN_MONTH.finditer(doc.text):
        tense = tense_at(doc, found.start("month"))
        month, now = MONTHS[found["month"]], today.day
        if tense == "past":
            year = now.year - (month > now.month)
        elif tense == "future" and month != now.month:
            year = now.year + (month < now.month)
        else:
            continue
        yield Edit(found.end("month"), found.end("month"), f" {year}", today.why)


def _leaning(doc: Doc, years_before: Sequence[str]) -> Iterator[Unclear]:
    """`three weeks later`, `that year`: counted from a date that the sentence itself does not give."""
    for found in (*_LATER.finditer(doc.text), *_WITHIN.finditer(doc.text)):
        own = re.search(rf"\d|\b(?:{FULL_MONTH}|{'|'.join(WEEKDAYS)})\b", doc.text[: found.start()])
        if own is None and not _YEAR.search(doc.text):
            written = found.group().rstrip(",")
            yield Unclear(found.start(), found.end(), written, "counted from a date that another sentence gives")


def _stands_as_a_day(doc: Doc, start: int, end: int) -> bool:
    """True for `on February 24`; false for `the September 11 attacks`, which names something else."""
    before = doc.text[:start].split()[-1:]
    token = next((t for t in doc if t.idx >= end), None)
    names = token is not None and token.tag_.startswith(("NN", "JJ"))
    first = token_at(doc, start)
    alone = first is not None and first.dep_ in ("npadvmod", "tmod") and first.head.pos_ == "VERB"  # `died Jan. 2`
    alone = alone and not doc.text[:start].endswith("(")
    return (not before or alone or before[0].lower() in ON_A_DAY | {"for"}) and not names
