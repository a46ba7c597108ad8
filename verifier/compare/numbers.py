"""Numbers as texts write them: in digits of several customs, in words, as ordinals, shares and multiples."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache

from verifier.compare.units import unit_before

SCALES = (
    dict.fromkeys(("hundred",), 1e2)
    | dict.fromkeys(("thousand", "k"), 1e3)
    | dict.fromkeys(("lakh", "lakhs"), 1e5)
    | dict.fromkeys(("million", "millions", "mln", "mn"), 1e6)
    | dict.fromkeys(("crore", "crores"), 1e7)
    | dict.fromkeys(("billion", "billions", "bn"), 1e9)
    | dict.fromkeys(("trillion", "trillions", "tn"), 1e12)
)
_UNDER_20 = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"  # noqa: SIM905
    " eighteen nineteen".split()
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()  # noqa: SIM905
_VALUE = (
    {word: float(value) for value, word in enumerate(_UNDER_20, 1)}
    | {word: 10.0 * value for value, word in enumerate(_TENS, 2)}
    | {"a": 1.0, "an": 1.0, "dozen": 12.0}
)
NUMBER_WORDS = frozenset({*_UNDER_20, *_TENS, *(f"{tens}-{unit}" for tens in _TENS for unit in _UNDER_20[:9])})
_ORDINAL_UNDER_20 = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth"  # noqa: SIM905
    " fifteenth sixteenth seventeenth eighteenth nineteenth".split()
)
_ORDINAL = (
    {word: value for value, word in enumerate(_ORDINAL_UNDER_20, 1)}
    | {f"{word[:-1]}ieth": 10 * value for value, word in enumerate(_TENS, 2)}
    | {
        f"{tens}-{unit}": 10 * i + j
        for i, tens in enumerate(_TENS, 2)
        for j, unit in enumerate(_ORDINAL_UNDER_20[:9], 1)
    }
    | {"hundredth": 100}
)
_VULGAR = {"½": 1 / 2, "⅓": 1 / 3, "⅔": 2 / 3, "¼": 1 / 4, "¾": 3 / 4, "⅕": 1 / 5, "⅛": 1 / 8}
_PARTS = {"half": 2, "halves": 2, "quarter": 4, "quarters": 4} | {
    f"{word}{ending}": value for word, value in _ORDINAL.items() if 3 <= value <= 20 for ending in ("", "s")
}
_MULTIPLES = {
    "doubl": 2.0, "tripl": 3.0, "trebl": 3.0, "quadrupl": 4.0, "quintupl": 5.0, "halv": 0.5, "twofold": 2.0,
    "threefold": 3.0, "fourfold": 4.0, "fivefold": 5.0, "tenfold": 10.0,
}  # fmt: skip

# One part of a number in words: "forty-two", "three hundred and five", "half a"; and such parts with their scales.
_ONES = "|".join(_UNDER_20)
_BELOW_100 = rf"(?:(?:{'|'.join(_TENS)})(?:[\s-](?:{'|'.join(_UNDER_20[:9])}))?|{_ONES})"
_BELOW_1000 = rf"(?:(?:an?|{_BELOW_100})\s+hundred(?:\s+(?:and\s+)?{_BELOW_100})?|{_BELOW_100})"
_HALF = r"[\s-]+and[\s-]+a[\s-]+half"
_BIG = "thousand|million|billion|trillion|lakhs?|crores?"
_IN_WORDS = (
    rf"half\s+an?\s+(?:{_BIG}|dozen)|(?:an?|{_BELOW_100})\s+dozen"
    rf"|an?\s+(?:hundred(?:\s+and\s+{_BELOW_100})?\b(?:\s+(?:{_BIG}))?|{_BIG})"
    rf"|{_BELOW_1000}(?:\s+(?:{_BIG})\b(?:,?\s+(?:and\s+)?{_BELOW_1000}(?:\s+(?:{_BIG}))?)*)?"
    rf"(?:{_HALF}(?:\s+(?:{_BIG}))?|\s+point\s+(?:{_ONES})(?:\s+(?:{_BIG}))?)?"
)
_GAP = "[\u00a0\u202f\u2009'’ ]"
_DIGITS = (
    rf"\d{{1,3}}(?:{_GAP}\d{{3}})+(?:[.,]\d+)?(?!\d)"
    r"|\d{1,3}(?:,\d{2,3})*,\d{3}(?:\.\d+)?(?!\d)"
    r"|\d{1,3}(?:\.\d{3}){2,}(?:,\d+)?(?!\d)|\d{1,3}(?:\.\d{3})+,\d+(?!\d)"
    r"|\d+[.,]\d+|\d+"
)
# Units that stand right behind their number; m may be metres or millions.
_ATTACHED = (
    "km/h|kmh|kph|mph|km2?|km²|kgs?|mi|cm|mm|mg|ml|lbs?|oz|ft|yd|nmi|ha|[mt]w|[kmg]w"
    "|gb|tb|mb|min|hrs?|pp|m²|m2|ppm|ppb|mt|gt|[mgtlchfb]"
)
# Letters for a scale, behind amounts of money ("$2.4 m"), else in capitals ("40K", "3 B people").
_LETTER = re.compile(r"(?P<gap>\s?)(?P<letter>[KMBkmb])(?![\w/²&'’-]|\.\w)")
_OF_LETTER = {"k": 1e3, "m": 1e6, "b": 1e9}
_LOWER_WORD = re.compile(r"\s+[a-z]{3,}")
_CARDINAL = re.compile(
    rf"(?<![\w/.,:\u2010-\u2012-])(?:(?P<digits>{_DIGITS})(?:(?P<vulgar>[½⅓⅔¼¾⅕⅛])|[\s-](?P<mixed>[1-7]/[2-8])(?![\d/])"
    rf"|(?P<half>{_HALF})\b)?\+?(?:[\s-]?(?P<scale>{'|'.join(SCALES)})\b)?"
    rf"|(?P<only>[½⅓⅔¼¾⅕⅛])|(?P<words>{_IN_WORDS})\b)"
    rf"(?:(?=(?:{_ATTACHED})(?![\w/]))|(?![\w/]|[-:–]\d))",
    re.IGNORECASE,
)
_ORDINALS = re.compile(
    rf"(?<!\w)(?:(?P<word>{'|'.join(sorted(_ORDINAL, key=len, reverse=True))})"
    r"|(?P<digits>\d{1,3}(?:,\d{3})*)(?:st|nd|rd|th)"
    rf"|(?:number|no\.|nr\.|№|(?<!\#)\#)\s?(?P<rank>\d{{1,3}}\b|(?:{_ONES})\b))(?![\w/])",
    re.IGNORECASE,
)
_SHARE = re.compile(
    rf"(?<![\w/.,-])(?:(?:(?P<count>an?|{_BELOW_100}|\d{{1,2}})[\s-])?"
    rf"(?P<part>{'|'.join(sorted(_PARTS, key=len, reverse=True))})"
    r"(?:\b(?=\s+(?:of|the)\b)|(?<=s)\b(?!-))|(?P<top>\d{1,2})/(?P<under>\d{1,2})(?=\s+of\b)"
    r"|(?P<points>\d{1,3}(?:\.\d+)?)/(?P<most>5|10|100)(?![\w/.,]\d|[\w/])"
    rf"|(?P<n>{_ONES}|\d{{1,3}}(?:\.\d+)?)\s+(?:in|out\s+of)\s+(?:a\s+(?:possible\s+)?)?(?P<of>{_BELOW_100}|\d{{1,3}})\b)",
    re.IGNORECASE,
)
_STARS = (5.0, 10.0)  # the most points of a score; "42 out of 100" is 42%
_COUNTS_BEHIND = re.compile(r"\s+(?!stars|points)[a-z]+s\b")
_HALF_OF_TIME = re.compile(r"\b(?:first|second|latter|other|better|final|last|opening|1st|2nd)\s+$", re.IGNORECASE)
_MULTIPLE = re.compile(
    r"\b(?:(?P<stem>doubl|tripl|trebl|quadrupl|quintupl|halv)(?:ed|ing)|(?P<fold>two|three|four|five|ten)-?fold)\b",
    re.IGNORECASE,
)
_VAGUE = re.compile(
    r"\b(?:(?P<tens>tens|hundreds)\s+of\s+)?(?P<many>dozens|hundreds|thousands|millions|billions)\b", re.I
)
_VAGUE_LEAST = {"dozens": 24.0, "tens": 20.0, "hundreds": 200.0, "thousands": 2e3, "millions": 2e6, "billions": 2e9}
CACHED_TEXTS = 512  # a claim is read once for all its passages, a passage once for all that is looked up in it
VAGUE_SPAN = 50.0  # "hundreds" is 200 up to 10,000
MAX_VALUE = 1e30  # nobody counts as many: longer runs of digits are identifiers, and the longest no number at all
_POINT_SHOWS = re.compile(r"\d,\d{3}(?![\d,]*\d)|(?<![\d.])\d+\.(?:\d{1,2}|\d{4,})(?![\d.])")
_COMMA_SHOWS = re.compile(r"(?<![\d,])\d+,\d{1,2}(?![\d,])|\d\.\d{3}\.\d{3}|\d\.\d{3},\d")


class NumberKind(Enum):
    """What a number tells."""

    CARDINAL = auto()
    ORDINAL = auto()
    SHARE = auto()  # in percent
    SCORE = auto()  # 6.6/10, in percent of the most
    MULTIPLE = auto()  # of what was before
    VAGUE = auto()  # "hundreds": from `value` to VAGUE_SPAN times as much


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a text, `text[start:end]`.

    `readings` holds every value that the spelling allows: "1.234" is 1.234 and 1,234 where nothing tells which.
    """

    start: int
    end: int
    value: float
    slack: float  # half a unit of the last digit written; 0 where the number means what it says
    kind: NumberKind
    readings: tuple[float, ...]
    has_scale: bool = False


@lru_cache(maxsize=CACHED_TEXTS)
def find_numbers(text: str) -> tuple[Number, ...]:
    """The numbers of a text up to MAX_VALUE in its order, none of which overlap."""
    found: list[Number] = []
    taken: set[int] = set()
    for number in (*_shares(text), *_vague(text), *_multiples(text), *_ordinals(text), *_cardinals(text)):
        places = range(number.start, number.end)
        if number.value <= MAX_VALUE and taken.isdisjoint(places):
            taken.update(places)
            found.append(number)
    return tuple(sorted(found, key=lambda n: n.start))


def _cardinals(text: str) -> Iterator[Number]:
    for match in _CARDINAL.finditer(text):
        if match["words"]:
            if match["words"].lower() in ("a", "an"):
                continue
            value, has_scale = in_words(match["words"])
            slack = 0.05 * value if has_scale else 0.0
            yield Number(match.start(), match.end(), value, slack, NumberKind.CARDINAL, (value,), has_scale)
        elif match["only"]:
            yield _number(match, NumberKind.SHARE, 100 * _VULGAR[match["only"]], 0.7)
        elif number := _in_digits(match, text):
            yield number


def _in_digits(match: re.Match[str], text: str) -> Number | None:
    """A number in digits with its fraction and scale; None for an identifier such as "3b"."""
    scale, end = SCALES[match["scale"].lower()] if match["scale"] else 1.0, match.end()
    if not match["scale"] and (letter := _LETTER.match(text, end)):
        if _is_scale(letter, text, match.start()):
            scale, end = _OF_LETTER[letter["letter"].lower()], letter.end()
        elif not letter["gap"] and letter["letter"] in "bB":
            return None
    values, decimals = _readings(match["digits"], text, scale > 1)
    readings = tuple((v + _fraction(match)) * scale for v in values)
    slack = 0.5 * 10**-decimals * scale if decimals or scale > 1 else 0.0
    return Number(match.start(), end, readings[0], slack, NumberKind.CARDINAL, readings, scale > 1)


def _is_scale(letter: re.Match[str], text: str, start: int) -> bool:
    if unit_before(text[max(0, start - 8) : start]):
        return True
    return letter["letter"].isupper() and (not letter["gap"] or bool(_LOWER_WORD.match(text, letter.end())))


def _fraction(match: re.Match[str]) -> float:
    """What stands behind a whole number: "2½", "2 1/2", "2 and a half"."""
    if match["mixed"]:
        top, under = (int(part) for part in match["mixed"].split("/"))
        return top / under if top < under else 0.0
    return 0.5 if match["half"] else _VULGAR.get(match["vulgar"] or "", 0.0)


def _number(match: re.Match[str], kind: NumberKind, value: float, slack: float = 0.0) -> Number:
    return Number(match.start(), match.end(), value, slack, kind, (value,))


def in_words(words: str) -> tuple[float, bool]:
    """The value of a number in words, and whether it is told with a scale such as `million`."""
    total, part, factor, has_scale = 0.0, 0.0, 1.0, False
    tokens = re.split(r"[\s,-]+", words.lower())
    for i, token in enumerate(tokens):
        if token == "half":
            if i == 0:
                factor = 0.5
            else:
                part = part - 1 + 0.5 if not total or part else 0.5  # "and a half": the "a" counted as one
        elif token == "point":
            part += _VALUE.get(tokens[i + 1], 0.0) / 10 if i + 1 < len(tokens) else 0.0
        elif i and tokens[i - 1] == "point":
            continue
        elif token == "dozen":
            part = (part or 1.0) * 12
        elif token == "hundred":
            part = (part or 1.0) * 100
        elif token in SCALES:
            total, part, has_scale = total + (part or 1.0) * SCALES[token], 0.0, True
        elif token in _VALUE:
            part += _VALUE[token]
    return (total + part) * factor, has_scale and not part


def _readings(digits: str, text: str, has_scale: bool) -> tuple[tuple[float, ...], int]:
    """The values that a number in digits may have, the likelier first, and its decimals.

    "1.234" and "1,234" mean one thing or a thousandth of the other. A scale word, a leading zero, or another number of
    the text tells which; a comma is taken for English thousands unless the text writes decimals with it.
    """
    plain = re.sub(_GAP, "", digits)
    points, commas = plain.count("."), plain.count(",")
    if points > 1 or (points and commas and plain.rindex(",") > plain.rindex(".")):
        plain, points, commas = plain.replace(".", "").replace(",", "."), commas, 0
    elif commas > 1 or (commas and points) or (commas and len(plain.split(",")[1]) == 3):
        if commas == 1 and not points and not plain.startswith("0") and _has_decimal_commas(text):
            return (float(plain.replace(",", "")), float(plain.replace(",", "."))), 0
        plain = plain.replace(",", "")
    elif commas:
        plain, points = plain.replace(",", "."), 1
    elif points and re.fullmatch(r"[1-9]\d{0,2}\.\d{3}", plain) and not has_scale and not _is_english(text):
        return (float(plain), float(plain.replace(".", ""))), 3
    return (float(plain),), len(plain.split(".")[1]) if "." in plain else 0


@lru_cache(maxsize=CACHED_TEXTS)
def _is_english(text: str) -> bool:
    return bool(_POINT_SHOWS.search(text)) and not _has_decimal_commas(text)


@lru_cache(maxsize=CACHED_TEXTS)
def _has_decimal_commas(text: str) -> bool:
    return bool(_COMMA_SHOWS.search(text))


def _ordinals(text: str) -> Iterator[Number]:
    for match in _ORDINALS.finditer(text):
        if match["word"]:
            value = float(_ORDINAL[match["word"].lower()])
        elif match["digits"]:
            value = float(match["digits"].replace(",", ""))
        else:
            rank = match["rank"].lower()
            value = float(rank) if rank.isdigit() else _VALUE[rank]
        yield _number(match, NumberKind.ORDINAL, value)


def _shares(text: str) -> Iterator[Number]:
    """Fractions, as percentages: "two thirds of", "half of", "3/4 of", "one in five"; and scores."""
    for match in _SHARE.finditer(text):
        count, under, kind = 1.0, 0.0, NumberKind.SHARE
        if match["part"]:
            named, counted = match["part"].lower(), (match["count"] or "").lower()
            is_half = (
                not counted
                and named == "half"
                and not _HALF_OF_TIME.search(text[max(0, match.start() - 20) : match.start()])
            )
            if not is_half and (not counted or named.endswith("s") == (counted in ("a", "an", "one", "1"))):
                continue  # "the third of them" is an ordinal
            count, under = _counted(counted or "a"), float(_PARTS[named])
        elif match["top"]:
            count, under = float(match["top"]), float(match["under"])
        elif match["points"]:
            count, under = float(match["points"]), float(match["most"])
            kind = NumberKind.SCORE if "." in match["points"] or under in _STARS else kind
        else:
            count, under = _counted(match["n"]), _counted(match["of"])
            if under > 10 and under != 100:
                continue  # "25 out of 28 provinces" counts them
            is_score = "out" in match[0].lower() and under in _STARS and not _COUNTS_BEHIND.match(text, match.end())
            kind = NumberKind.SCORE if "." in match["n"] or is_score else kind
        if 0 < count <= under:
            yield _number(match, kind, 100 * count / under, 0.7)


def _counted(text: str) -> float:
    return float(text) if text[0].isdigit() else in_words(text)[0]


def _multiples(text: str) -> Iterator[Number]:
    for match in _MULTIPLE.finditer(text):
        value = _MULTIPLES[match["stem"].lower()] if match["stem"] else _MULTIPLES[f"{match['fold'].lower()}fold"]
        yield _number(match, NumberKind.MULTIPLE, value)


def _vague(text: str) -> Iterator[Number]:
    for match in _VAGUE.finditer(text):
        least = _VAGUE_LEAST[match["many"].lower()]
        if match["tens"]:
            least *= _VAGUE_LEAST[match["tens"].lower()] / 2
        yield _number(match, NumberKind.VAGUE, least)
