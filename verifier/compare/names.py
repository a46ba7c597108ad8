"""Numbers that belong to a name ("Apollo 11", "COVID-19", "3-kinase") and count nothing."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from verifier.compare.numbers import CACHED_TEXTS, NUMBER_WORDS, SCALES, in_words
from verifier.compare.ordinals import ROMAN
from verifier.compare.units import UNIT_WORDS, unit_after
from verifier.compare.written_dates import masked_dates
from verifier.types import Comparison, Relation

_DASHES = "\u2010-\u2013-"
_ENZYME = "(?:in|at|id|er|ol|al|ct|ip|te|th|cl|yl|ot|ge|tr)ase"
_MEASURED = r"(?:[KMGT]Wh?|[KMGT]B|[MG]Hz|MPa?|HP|KM|KG|MM|CM|ML|MG)\b"  # "20-MW" tells how much
# The number is no value at all: COVID–19, disease 19 (COVID-19), 25-OHD, 25(OH)D, 3-kinase, PI(3,4)P2.
_PART_OF_NAME = re.compile(
    rf"(?<![A-Za-z])[A-Z]{{2}}[A-Za-z]{{0,20}}[{_DASHES}](?P<behind>\d{{1,3}})(?![\w,.]\d|\w)"
    rf"|(?<![\w.,])(?P<twice>\d{{1,3}})(?=\s\([A-Za-z][\w{_DASHES}]{{0,20}}[{_DASHES}](?P=twice)\))"
    rf"|(?<![\w.,])(?P<before>\d{{1,2}})(?=[{_DASHES}](?:(?!{_MEASURED})[A-Z]{{2}}\w*|[a-z]{{0,30}}{_ENZYME}s?)\b|\([A-Z]{{1,3}}\)[A-Z])"
    r"|(?<!\w)\w{0,20}[A-Z]\w{0,20}\((?P<inside>\d+(?:,\s?\d+)*)\)(?=[A-Z])(?:[A-Z]\s?\d\b)?"
)
_NUMBER = r"(?P<number>\d{1,4})(?![\w%/#°+]|[.,:]\d|\s?[–-]\s?[\w#]|\s?[-–~]\s?\d|\s(?:to\s\d|out of\s|or\s))"
_NAMED = re.compile(rf"(?<![\w#$€£’'-])(?P<head>[A-Z][\w’'-]*)[ \u00a0]{_NUMBER}")
# "Grade 2" tells which, however it is written.
_CLASSES = "grade|type|phase|stage|class|category|tier"
_WORDS = "|".join(sorted(NUMBER_WORDS, key=len, reverse=True))
_CLASSED = re.compile(
    rf"\b(?P<head>{_CLASSES})[ \u00a0](?:{_NUMBER}"
    rf"|(?P<word>{_WORDS})\b(?!\s(?:or|and|to|hundred|thousand|[mb]illion)\b))",
    re.IGNORECASE,
)
# "EU-27", "G20", "A320": held against the same letters with another number.
_JOINED = re.compile(
    rf"(?<![\w.,/’'$€£{_DASHES}])(?P<head>[A-Z][A-Za-z]*(?:[{_DASHES}][A-Z][A-Za-z]+)*)[{_DASHES}]?(?P<number>\d{{1,4}})"
    rf"(?![\w%/°+]|[.,:]\d|[{_DASHES}]\d)"
)
_NO_NAMES = frozenset(
    "the a an this that these those all another other any some no not only just even of and or but nor yet so if as"  # noqa: SIM905
    " than then in on at by to up over under about around near nearly almost with from for between within without"
    " after before since until till during per via into out off approximately roughly exactly precisely circa total"
    " number nr last first next past every each both least most more less fewer many has had have was were is are be"
    " he she it they we you i who which that when where while there here its his her their our my your against"
    " season seasons series episode episodes chapter part volume book round act issue week game level"
    " population rs chf".split()
)
_PREPOSED = re.compile(
    r"(?:^|[.,;:!?(]\s*)(?i:in|on|at|during|from|by|since|for|with|after|before)\s+(?:[A-Z][\w’'-]*\s+)*$"
    r"|\b(?:in|at|near|across|outside|around)\s+(?:[A-Z][\w’'-]*\s+)*$"  # "killed in Kabul 14 people"
)
_STARTS = re.compile(r"(?:^|[.;:!?]\s*)[\"“(]?$")
_FUNCTION = frozenset(
    "and or but as in on at by to of for from with was is were are has had have will would may might can could did does"  # noqa: SIM905
    " that which who when where while after before during since until than not also then".split()
)
_COUNTED_WORDS = frozenset({"people", "men", "women", "children", "percent", "new", "more", "other", "confirmed"})
# What no name counts: "her class 20 pupils".
_HEADS_COUNTED = frozenset(
    "people persons men women children boys girls civilians soldiers troops officers passengers migrants refugees"  # noqa: SIM905
    " patients pupils students workers protesters victims deaths dead killed injured wounded cases seats votes".split()
)
_MOST_WORDS = 3
_TITLE_SHARE, _TITLE_WORDS = 0.75, 3  # of the longer words of a headline, which are at least as many
_SENTENCE_END = re.compile(r"[.!?]\s|\n")
# What stands before a number that is told again without its name: "the 737", "flight number 815".
_TOLD_AGAIN = re.compile(r"(?:\b(?:the|an?|this|that|these|those|its|their|number|nr|no)\.?\s|#|\b[A-Z][\w’'-]*\s)$")
_NR = r"(?:(?:number|no\.?|nr\.?)\s|#)?"
DISTINCTIVE = 100
NEAR_CHARS = 80  # on either side, which tell a name's number from a count


@dataclass(frozen=True, slots=True)
class Designation:
    """A number that is part of a name: the word right before it, and where its digits or its word stand."""

    head: str
    number: int
    digits: str  # as written, of a number in words those that it means
    text: str
    start: int
    end: int


@lru_cache(maxsize=CACHED_TEXTS)
def find_designations(text: str) -> tuple[Designation, ...]:
    """The integers behind a capitalised name ("PlayStation 4") or a class ("grade two") that count nothing.

    In a headline, where every word is capitalised, a capital tells no name.
    """
    masked = masked_dates(text)
    ends = [0, *(m.end() for m in _SENTENCE_END.finditer(masked)), len(masked)]
    titles = [_is_title(masked[start:end]) for start, end in pairwise(ends)]
    found = {}
    for match in _NAMED.finditer(masked):
        if not titles[min(bisect_right(ends, match.start()), len(titles)) - 1] and _is_name(match, masked):
            found[match.start("number")] = _designation(match, "number")
    for match in _CLASSED.finditer(masked):
        part = "number" if match["number"] else "word"
        if not _HEADS_COUNTED & {*_next_words(masked[match.end() : match.end() + NEAR_CHARS])}:
            found[match.start(part)] = _designation(match, part)
    return tuple(found[start] for start in sorted(found))


def _designation(match: re.Match[str], part: str) -> Designation:
    digits = match[part] if part == "number" else str(int(in_words(match[part])[0]))
    return Designation(match["head"], int(digits), digits, match[0], *match.span(part))


def _is_title(sentence: str) -> bool:
    words = [w for w in re.findall(r"[^\W\d_]{4,}", sentence) if w not in _FUNCTION]
    return len(words) >= _TITLE_WORDS and sum(w[0].isupper() for w in words) > _TITLE_SHARE * len(words)


def masked_names(text: str) -> str:
    """A text at the same length with _ for every number that belongs to a name, and # for its dates."""
    characters = list(masked_dates(text))
    spans = [(d.start, d.end) for d in find_designations(text)]
    for match in _PART_OF_NAME.finditer(text):
        group = match.lastgroup or ""
        spans.append((match.start(group), match.end() if group == "inside" else match.end(group)))
    for start, end in spans:
        characters[start:end] = "_" * (end - start)  # part of a word, as in COVID-__, and no end of one
    return "".join(characters)


def _is_name(match: re.Match[str], text: str) -> bool:
    head, after = match["head"].lower(), text[match.end() : match.end() + NEAR_CHARS]
    word = _first_word(after)
    is_amount = word in SCALES or bool(unit_after(after)[0]) or after.lstrip()[:1] in "%$€£"
    if head in _NO_NAMES or head in NUMBER_WORDS or head in UNIT_WORDS or (after.strip() and is_amount):
        return False
    if _HEADS_COUNTED & {*_next_words(after)}:
        return False
    start = max(0, match.start() - NEAR_CHARS)
    before = ("_" if start else "") + text[start : match.start()]
    return not ((_STARTS.search(before) or _PREPOSED.search(before)) and _counts(after))


def _first_word(text: str) -> str:
    found = re.match(r"\s*([A-Za-z]+)", text)
    return found[1].lower() if found else ""


def _next_words(after: str) -> list[str]:
    """The few words behind a number in its clause, capitalised ones left out, up to one that joins."""
    found = []
    for word in re.split(r"[.;:,()]", after, maxsplit=1)[0].split()[:_MOST_WORDS]:
        if word in _FUNCTION:
            break
        if word.islower():
            found.append(word)
    return found


def _counts(after: str) -> bool:
    """Whether words such as "new cases" or "Leopard tanks" follow, which a number may count."""
    return any(
        word in _COUNTED_WORDS or (word.endswith("s") and not word.endswith(("ss", "us", "is")))
        for word in _next_words(after)
    )


def compare_designations(claim: str, known: str) -> Iterator[Comparison]:
    """How the numbers in names of the claim stand to those that the evidence and its title give the same names.

    A name that stands there without a number, or not at all, settles nothing where its number is small: texts call
    "Ocean 2" "the film". A number from DISTINCTIVE on is told again ("the 737"), or it is missing. Digits are held
    as they are written: 0815 is neither confirmed nor contradicted by 815.
    """
    for name in {d.text: d for d in find_designations(claim)}.values():
        numbered = list(_numbered(name.head, known))
        if same := next((text for text, digits in numbered if digits == name.digits), None):
            why = f"both state {name.text}" if same == name.text else f"article: {name.text}; evidence: {same}"
            yield Comparison(name.text, same, Relation.AGREES, why)
        elif numbered:
            told = ", ".join(dict.fromkeys(text for text, _ in numbered))
            is_same_value = any(int(digits) == name.number for _, digits in numbered)
            relation = Relation.MISSING if is_same_value else Relation.DIFFERS
            yield Comparison(name.text, told, relation, f"article: {name.text}; evidence: {told}")
        elif name.number >= DISTINCTIVE:
            again = _told_again(name, known)
            why = f"both state {again}" if again else f"the passage does not state {name.text}"
            yield Comparison(name.text, again, Relation.AGREES if again else Relation.MISSING, why)
    yield from _compare_joined(claim, known)


def _told_again(name: Designation, known: str) -> str | None:
    """Where the evidence has a name's number without the name, and it counts nothing there."""
    for match in re.finditer(rf"(?<![\w.,]){name.digits}(?P<plural>[’']?s)?(?![\w%]|[.,]\d)", known):
        after = known[match.end() : match.end() + NEAR_CHARS]
        before = known[max(0, match.start() - NEAR_CHARS) : match.start()]
        counts = _counts(after) or bool(after.strip() and unit_after(after)[0]) or _first_word(after) in SCALES
        if match["plural"] or (_TOLD_AGAIN.search(before) and not counts):
            return match[0]
    return None


def _compare_joined(claim: str, known: str) -> Iterator[Comparison]:
    """A finding where "EU-27" stands against "EU-28" alone; where the evidence has no such name, it settles nothing."""
    for name in {m[0]: m for m in _JOINED.finditer(masked_dates(claim))}.values():
        head, number = name["head"], name["number"]
        if head.lower() in _NO_NAMES:
            continue
        if re.search(rf"(?<!\w){re.escape(head)}[ \u00a0{_DASHES}]?{number}(?!\d)", known):
            continue
        if others := [m[0] for m in _JOINED.finditer(masked_dates(known)) if m["head"] == head]:
            told = ", ".join(dict.fromkeys(others))
            yield Comparison(name[0], told, Relation.DIFFERS, f"article: {name[0]}; evidence: {told}")


def _numbered(head: str, text: str) -> Iterator[tuple[str, str]]:
    """Each place where a name's last word has a number behind it, and the number.

    In digits or Roman numerals, and in words behind a class ("category three") or capitalised ("Apollo Eleven").
    """
    romans = "|".join(sorted(ROMAN, key=len, reverse=True))
    is_class = head.lower() in _CLASSES.split("|")
    number = rf"(?:(?P<digits>\d{{1,4}})|(?P<roman>(?-i:{romans}))|(?P<word>{_WORDS}))(?![\w%]|[.,]\d)"
    place = rf"(?<!\w){re.escape(head)}(?:s?\s{_NR}|[{_DASHES}]){number}"
    for match in re.finditer(place, masked_dates(text), re.IGNORECASE):
        if match["digits"]:
            yield match[0], match["digits"]
        elif match["roman"]:
            yield match[0], str(ROMAN[match["roman"]])
        elif is_class or match["word"][0].isupper():
            yield match[0], str(int(in_words(match["word"])[0]))
