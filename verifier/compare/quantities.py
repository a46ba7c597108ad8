"""Counts, amounts and shares read from a text: value, qualifier, unit, and the words that say what is counted."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import lru_cache

from verifier.compare.names import masked_names
from verifier.compare.numbers import CACHED_TEXTS, NUMBER_WORDS, VAGUE_SPAN, Number, NumberKind, find_numbers
from verifier.compare.units import UNIT_WORDS, unit_after, unit_before


class Bound(Enum):
    """How a number is qualified."""

    EXACT = auto()
    LOWER = auto()
    UPPER = auto()
    ABOUT = auto()
    RANGE = auto()  # from `value` to `top`
    PRECISE = auto()  # "exactly", "only": no bound and no rough figure confirms it


_MORE = (
    "at least|more than|greater than|(?:higher|larger|bigger|longer|older|better) than|over|above|exceed\\w*"
    "|no fewer than|no less than|not less than|upwards of|surpass\\w*|in excess of|a minimum of|beyond|topp(?:ed|ing)"
)
_LESS = (
    "at most|fewer than|less than|(?:lower|smaller|shorter|younger|worse) than|under|below|up to|no more than"
    "|not more than|as many as|a maximum of|nearly|almost|just short of|close to|(?:fewer|less) then"
)
_NEAR = "about|around|some|roughly|approximately|approx\\.?|an estimated|estimated at|circa|or so|near|~|≈|c\\."
_NEARLY = frozenset({"nearly", "almost", "just short of", "close to"})  # told of what lies a little below
_PLAIN = re.compile(r"\b(?:exactly|precisely|only|just)\W+(?:[$€£¥₹]\s?)?$", re.IGNORECASE)
_MONEY = r"(?:(?:US|A|C|NZ|HK)?[$€£¥₹₽]|Rs\.?|USD|EUR|GBP)?\s?"
_SIGN = re.compile(r"(?:(?:US|A|C|NZ|HK)?[$€£¥₹₽₩₺₪])\s?$")
_QUALIFIERS = (
    (re.compile(rf"\b({_MORE})\W+(?:(?!than)\w+\W+)?{_MONEY}$", re.IGNORECASE), Bound.LOWER),
    (re.compile(rf"\bpassed\W+{_MONEY}$", re.IGNORECASE), Bound.LOWER),  # not "passed with 100 votes"
    (re.compile(rf"\b({_LESS})\W+(?:\w+\W+)?{_MONEY}$", re.IGNORECASE), Bound.UPPER),
    (re.compile(rf"(?:\b|(?<=\s))({_NEAR})\s*(?:a\s+)?(?:total\s+of\s+)?{_MONEY}$", re.IGNORECASE), Bound.ABOUT),
)
_STRICT = re.compile(
    rf"\b(?:than|over|above|exceed\w*|surpass\w*|beyond|under|below|excess of)\W+(?:(?!than)\w+\W+)?{_MONEY}$",
    re.IGNORECASE,
)
_NOT_STRICT = re.compile(r"\bno[t]?\s+(?:less|fewer|more)\s+than\b[^.]*$", re.IGNORECASE)
_OR_MORE = re.compile(r"\+?\s*(?:\w+\s+)?(?:or|and)\s+(?:more|higher|older|above|over|greater)|\+", re.IGNORECASE)
_OR_LESS = re.compile(r"\s*(?:\w+\s+)?or\s+(?:less|fewer|lower|younger|under)\b", re.I)
# "5-10 people" and "between 5 and 10 people" are ranges; "beat them 2-4" is a score.
_HYPHEN_RANGE = re.compile(
    r"(?<![\w/.,:–-])(?P<from>\d+(?:[.,]\d+)*%?)(?P<dash>\s?[-–—]\s?)(?P<to>[$€£]?\d+(?:[.,]\d+)*)(?=[\s%]?\s?[a-z%])",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"\b(?:between|from|ranging)\W+(?:[a-z]+\W+)?[$€£]?$", re.IGNORECASE)
_RANGE_MARK = "~"
_FROM = re.compile(r"\bfrom\W+(?:\w+\W+)?$", re.IGNORECASE)
_CHANGED = re.compile(
    r"\b(?:rose|fell|grew|increas|decreas|rais|cut|drop|declin|up|down|chang|went)\w*\b", re.IGNORECASE
)
_STOP = frozenset(
    "the a an of in on at to for and or by with from as been have has had was were is are be this that it its"  # noqa: SIM905
    " their than more least over about some others who which them out into since after before during"
    " per".split()
)
_DENIED = re.compile(r"\bnot\s+(?:(?:about|around|some|the|only)\s+)?$", re.IGNORECASE)
_OUT_OF = re.compile(r"\bout of\s+(?:a\s+(?:possible|maximum)\s+)?$", re.IGNORECASE)  # the scale of a score, no count
_SCALE_ENDS = (5.0, 10.0, 20.0, 100.0)
_AGED = re.compile(r"\b(?:aged?(?:\s+of)?)\s+$", re.IGNORECASE)
# "One" says how many only before what it counts.
_ONE_COUNTS = re.compile(
    r"\s+(?!(?:of|or|and|who|that|day|time|another|can|may|is|was|to|in|on)\b)[a-z]{3,}", re.IGNORECASE
)
# "One to three days".
_ONE_UP = re.compile(rf"\s+to\s+(?:\d|(?:{'|'.join(sorted(NUMBER_WORDS))})\b)", re.IGNORECASE)
_PEOPLE = re.compile(
    r"m\s+(?:people|users|viewers|copies|refugees|views|followers|residents|jobs|doses|children|women|men)\b"
)
MAX_SLACK = 0.05  # relative; 1.97 million may be told as 2 million, 1.6 million may not
_WEAK_KINDS = frozenset({NumberKind.MULTIPLE, NumberKind.VAGUE})


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number in a text: its value, how it is qualified, its unit, and the words that say what it counts."""

    value: float
    slack: float  # half a unit of the last digit written
    bound: Bound
    unit: str  # a symbol of `units`, "×" for a multiple, or empty for a count
    keys: frozenset[str]
    is_counted: bool  # the keys stand behind the number, where what is counted usually stands
    noun: str  # the first of the words behind
    text: str
    full_text: str  # with its unit
    is_strict: bool = False  # "more than", which the number itself does not confirm; "at least" is not strict
    top: float = 0.0  # of a range
    readings: tuple[float, ...] = ()  # other values that the spelling allows
    is_weak: bool = False  # "one man", "hundreds", "doubled": told in many other ways, so its absence says nothing
    is_round: bool = False  # has a scale or stands in no exact unit


def find_quantities(text: str) -> list[Quantity]:
    """Counts, amounts and shares; dates, ordinals, numbers of names and identifiers such as 68/262 are none."""
    return list(_read_quantities(text))


@lru_cache(maxsize=CACHED_TEXTS)
def _read_quantities(text: str) -> tuple[Quantity, ...]:
    masked = _HYPHEN_RANGE.sub(_as_range, masked_names(text))
    numbers = [n for n in find_numbers(masked) if n.kind is not NumberKind.ORDINAL and not _is_pronoun(n, masked)]
    found: list[Quantity] = []
    for i, number in enumerate(numbers):
        before = masked[numbers[i - 1].end if i else 0 : number.start]
        follows = i + 1 < len(numbers)
        after = masked[number.end : numbers[i + 1].start if follows else len(masked)]
        if _DENIED.search(before) or (number.value in _SCALE_ENDS and _OUT_OF.search(before)):
            continue  # "close to 600, not about 300" states 600
        quantity = _as_quantity(number, text, before, _own_clause(after) if follows else after)
        if found and (
            merged := _as_one_range(
                found[-1], quantity, before, masked[max(0, numbers[i - 1].start - 60) : numbers[i - 1].start]
            )
        ):
            found[-1] = merged
            continue
        if found and quantity.bound is Bound.EXACT and re.search(r"\band\s*$", before):
            quantity = replace(quantity, bound=_passed_on(found[-1]))  # "at least 726 killed and 1,174 injured"
        found.append(quantity)
    return tuple(found)


def _as_range(match: re.Match[str]) -> str:
    """A range with its dash marked; what does not rise is a score and stays."""
    low, top = (
        float(match[side].strip("$€£%").replace(",", "").replace(".", "", match[side].count(".") - 1))
        for side in ("from", "to")
    )
    return re.sub("[-–—]", _RANGE_MARK, match[0]) if low < top else match[0]


def _is_pronoun(number: Number, text: str) -> bool:
    is_one = text[number.start : number.end].lower() == "one"
    return is_one and not _ONE_COUNTS.match(text, number.end) and not _ONE_UP.match(text, number.end)


def _passed_on(previous: Quantity) -> Bound:
    return Bound.EXACT if previous.bound is Bound.RANGE else previous.bound


def _as_one_range(low: Quantity, top: Quantity, between: str, before: str) -> Quantity | None:
    """One quantity from "between 5 and 10 people", "5 to 10 people" or "5-10 people"; None where they are two."""
    joint = re.sub(r"[\s$€£%]", "", between.lower())
    is_marked = joint == _RANGE_MARK
    is_spelt = joint in ("and", "to") and bool(_BETWEEN.search(before))
    is_plain = joint == "to" and (not low.is_counted or not low.keys - top.keys)
    comparable_units = not low.unit or not top.unit or low.unit == top.unit
    if not (is_marked or is_spelt or is_plain) or not comparable_units or low.value >= top.value:
        return None
    if _FROM.search(before) and _CHANGED.search(before):
        return None  # "rose from 5 to 10"
    factor = 1e3 if top.is_round and low.value < 1e3 <= top.value else 1.0
    while top.is_round and 0 < low.value * factor * 1e3 <= top.value:
        factor *= 1e3  # "3 to 4 million"
    text = f"{low.text}{between}{top.text}".replace(_RANGE_MARK, "–")
    unit = low.unit or top.unit
    return replace(
        top, value=low.value * factor, top=top.value, bound=Bound.RANGE, text=text, full_text=text, unit=unit
    )


def _own_clause(after: str) -> str:
    """What belongs to a number and not, behind the last "and", to the next one."""
    return re.split(r"\band\b(?!.*\band\b)", after)[0]


def _as_quantity(number: Number, text: str, before: str, after: str) -> Quantity:
    bound = _bound(number, before, after)
    unit, unit_end = _unit(number, before, after)
    scale = 1.0
    if re.match(r"m\b", after) and (unit_before(before) or _counts_people(after)):
        unit, scale = unit_before(before), 1e6  # "$3,500m" and "10m people" are millions, "330m" metres
        unit_end = 1
    behind, front = _keys(before, after[unit_end:])
    slack = number.slack * scale or (0.5e6 if scale > 1 else 0.0)
    value = number.value * scale
    money = _SIGN.search(before)
    start = number.start - len(money[0]) if money else number.start
    end = number.end + unit_end
    short = number.end + (unit_end if unit in ("%", "pp", "×") or scale > 1 else 0)
    return Quantity(
        value=value,
        slack=min(slack, MAX_SLACK * value),
        bound=bound,
        unit=unit,
        keys=frozenset(behind or front),
        is_counted=bool(behind),
        noun=behind[0] if behind else "",
        text=text[start:short].strip(),
        full_text=text[start:end].strip(),
        is_strict=bound in (Bound.LOWER, Bound.UPPER)
        and bool(_STRICT.search(before))
        and not _NOT_STRICT.search(before),
        readings=tuple(r * scale for r in number.readings[1:]),
        top=number.value * VAGUE_SPAN if number.kind is NumberKind.VAGUE else 0.0,
        is_weak=number.kind in _WEAK_KINDS or text[number.start : number.end].lower() == "one",
        is_round=number.has_scale,
    )


def _bound(number: Number, before: str, after: str) -> Bound:
    if number.kind is NumberKind.VAGUE:
        return Bound.RANGE
    if _OR_MORE.match(after):
        return Bound.LOWER
    if _OR_LESS.match(after):
        return Bound.UPPER
    if _PLAIN.search(before):
        return Bound.PRECISE
    for pattern, bound in _QUALIFIERS:
        if found := pattern.search(before):
            return Bound.ABOUT if found.groups() and found[1].lower() in _NEARLY else bound
    return Bound.EXACT


def _unit(number: Number, before: str, after: str) -> tuple[str, int]:
    if number.kind is NumberKind.MULTIPLE:
        return "×", 0
    if times := re.match(r"[\s-]*(?:times|fold)\b(?=\s+(?:as|more|the|higher|larger|greater|bigger))", after):
        return "×", times.end()
    if number.kind in (NumberKind.SHARE, NumberKind.SCORE):
        return ("%" if number.kind is NumberKind.SHARE else "/"), 0
    if money := unit_before(before):
        return money, 0
    return ("yr", 0) if _AGED.search(before) else unit_after(after)


def _counts_people(after: str) -> bool:
    return bool(_PEOPLE.match(after))


def _keys(before: str, after: str) -> tuple[list[str], list[str]]:
    """The content words behind a number in its clause, which say what it counts, and those in front of it."""
    behind = _content(re.split(r"[.;:,()–—#]", after, maxsplit=1)[0])[:5]
    front = _content(re.split(r"[.;:,()–—#]", before)[-1])[-4:]
    return behind, front


def _content(text: str) -> list[str]:
    """Content words cut to four letters: "abstained" and "abstentions", "votes" and "voted" count the same."""
    words = re.findall(r"[a-z]+", text.lower())
    return [w[:4] for w in words if len(w) > 2 and w not in _STOP and w not in UNIT_WORDS and w not in NUMBER_WORDS]
