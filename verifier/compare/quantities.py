"""Numbers of a claim held against those of its evidence, each looked up by what it counts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum, auto
from functools import lru_cache

from verifier.compare.dates import find_dates, masked_dates
from verifier.compare.numbers import CACHED_TEXTS, NUMBER_WORDS, VAGUE_SPAN, Number, NumberKind, find_numbers
from verifier.compare.units import UNIT_WORDS, comparable, convert, is_whole_ratio, unit_after, unit_before
from verifier.types import Comparison, Relation


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
# Totals that only grow: another figure at another date is an update, not a contradiction.
_RUNNING = re.compile(
    r"\b(killed|dead|deaths?|died|injured|injur(?:y|ies)|wounded|casualt(?:y|ies)|refugees?|fled|displaced|cases|infected"
    r"|infections|doses|vaccinated|homeless|evacuated|detained|arrest(?:s|ed)|missing|crossed|left the country|toll"
    r"|views|subscribers|followers|sold|recover(?:ed|ies))\b",
    re.IGNORECASE,
)
_STOP = frozenset(
    "the a an of in on at to for and or by with from as been have has had was were is are be this that it its"  # noqa: SIM905
    " their than more least over about some others who which them out into since after before during"
    " per".split()
)
_OTHER_READING = re.compile(
    r"\b(?:each|every|apiece|between|ranging|of the|respectively)\b|\d\s?[-–]\s?\d|\d to \d", re.I
)
_DENIED = re.compile(r"\bnot\s+(?:(?:about|around|some|the|only)\s+)?$", re.IGNORECASE)
_OUT_OF = re.compile(r"\bout of\s+(?:a\s+(?:possible|maximum)\s+)?$", re.IGNORECASE)  # the scale of a score, no count
_SCALE_ENDS = (5.0, 10.0, 20.0, 100.0)
_AGED = re.compile(r"\b(?:aged?(?:\s+of)?)\s+$", re.IGNORECASE)
# "One" says how many only before what it counts.
_ONE_COUNTS = re.compile(
    r"\s+(?!(?:of|or|and|who|that|day|time|another|can|may|is|was|to|in|on)\b)[a-z]{3,}", re.IGNORECASE
)
_PEOPLE = re.compile(
    r"m\s+(?:people|users|viewers|copies|refugees|views|followers|residents|jobs|doses|children|women|men)\b"
)
ABOUT_TOLERANCE = 0.10  # relative; "about", "some", "nearly"
BOUND_REACH = 2.5  # "more than 100" is confirmed by 141, not by 1,000
RUNNING_REACH = 1.25  # and "at least 726 killed" by no total that belongs to a much later date
MAX_SLACK = 0.05  # relative; 1.97 million may be told as 2 million, 1.6 million may not
MAX_AGE = 120  # years
MAX_YEARS = 4  # more of them have too many spans between them to say anything
SMALL_STEP = 3  # "at least one" is confirmed by three
WEAK_REACH = 10  # "one" stands against no number above it: "140 characters" and "counts as one character"
OPEN_REACH = 1.25  # "over 30 million" is told of no 38 million: it confirms "less than 35 million"
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
    """Counts, amounts, shares and percentages; dates, ordinals, scores and identifiers such as 68/262 are none."""
    return list(_read_quantities(text))


@lru_cache(maxsize=CACHED_TEXTS)
def _read_quantities(text: str) -> tuple[Quantity, ...]:
    masked = _HYPHEN_RANGE.sub(_as_range, masked_dates(text))
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
    return text[number.start : number.end].lower() == "one" and not _ONE_COUNTS.match(text, number.end)


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
    while top.is_round and low.value * factor * 1e3 <= top.value:
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
    if number.kind is NumberKind.SHARE:
        return "%", 0
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


@dataclass(frozen=True, slots=True)
class _Match:
    """A number of the claim with what the evidence states of the same count, if it does."""

    ours: Quantity
    theirs: Quantity | None
    relation: Relation
    is_only_candidate: bool
    note: str = ""


def compare_quantities(
    claim: str, evidence: str, known: str, claimed: date | None, published: date | None
) -> list[Comparison]:
    """How each number of the claim stands to what the evidence states of the same count.

    :param known: the evidence with its title, which may say what is counted.
    :param claimed: the date for which the claim speaks; None where unknown.
    :param published: the date of the evidence; None where unknown.
    """
    is_update = _Update(bool(_RUNNING.search(known)), claimed, published)
    as_of = f" (as of {published.isoformat()})" if published else ""
    ours = find_quantities(claim)
    if not ours:
        return []
    theirs = find_quantities(evidence)
    matches = [_match(q, theirs, is_update) for q in ours]
    matches = [_lasted(_named(m, known), known) if m.theirs is None else m for m in matches]
    return [_told(m, as_of) for m in matches if m.theirs or not m.ours.is_weak]


def _named(match: _Match, known: str) -> _Match:
    """A number that is no count of the evidence, but stands in its title or as a rank: "17 albums", "her 17th"."""
    ours = match.ours
    if ours.unit or ours.bound is not Bound.EXACT:
        return match
    masked = masked_dates(known)
    same = next((n for n in find_numbers(masked) if n.value == ours.value and not n.readings[1:]), None)
    if same is None or same.kind not in (NumberKind.ORDINAL, NumberKind.CARDINAL) or unit_after(masked[same.end :])[0]:
        return match
    text = masked[same.start : same.end]
    return replace(match, theirs=replace(ours, text=text, full_text=text), relation=Relation.AGREES)


def _lasted(match: _Match, known: str) -> _Match:
    """A number of years that lies between two that the evidence names: "12 years", "from 1816 to 1828"."""
    if match.theirs or match.ours.unit != "yr":
        return match
    years = sorted({d.year for d in find_dates(known) if d.year})
    spans = [(a, b) for a in years for b in years if a < b] if len(years) <= MAX_YEARS else []
    for start, end in spans:
        lasted = replace(match.ours, value=float(end - start), bound=Bound.EXACT, text=f"{start} to {end}")
        if _agrees(match.ours, lasted, BOUND_REACH):
            return replace(match, theirs=replace(lasted, full_text=lasted.text), relation=Relation.AGREES)
    return match


def contradicts_plainly(claim: str, evidence: str, document: str) -> bool:
    """Whether every number that differs stands against the one other number of the same count.

    Also where two numbers changed places: 11 for and 100 against, 100 for and 11 against. A claim's number that stands
    elsewhere in the document, ranges, shares ("each", "of the") and counts that are told by the words in front of them
    leave another reading.
    """
    if _OTHER_READING.search(evidence):
        return False
    theirs = find_quantities(evidence)
    matches = [_match(q, theirs, _Update(False, None, None)) for q in find_quantities(claim)]
    differing = [m for m in matches if m.relation is Relation.DIFFERS]
    if not differing:
        return False
    pairs = {(m.ours.value, m.theirs.value) for m in differing if m.theirs}
    stated = {q.value for q in find_quantities(document)}
    return all(
        m.theirs is not None
        and m.ours.is_counted
        and m.theirs.is_counted
        and not m.ours.is_weak
        and not m.theirs.is_weak
        and ((m.theirs.value, m.ours.value) in pairs or (m.is_only_candidate and m.ours.value not in stated))
        for m in differing
    )


@dataclass(frozen=True, slots=True)
class _Update:
    """Whether the other figure of a running total is what another date would show."""

    running: bool
    claimed: date | None
    published: date | None

    def __call__(self, ours: Quantity, theirs: Quantity) -> bool:
        if not self.running:
            return False
        if self.claimed is None or self.published is None:
            return True
        if theirs.value > ours.value:
            return self.published > self.claimed or ours.bound is Bound.LOWER
        return self.published < self.claimed


def _match(ours: Quantity, all_theirs: Sequence[Quantity], is_update: _Update) -> _Match:
    theirs = [_in_unit_of(ours, q) for q in all_theirs if comparable(ours.unit, q.unit) or _may_be_age(ours, q)]
    overlap = max((len(ours.keys & q.keys) for q in theirs), default=0)
    same_count = [q for q in theirs if overlap and len(ours.keys & q.keys) == overlap]
    reach = RUNNING_REACH if is_update.running and is_update.published else BOUND_REACH
    near = [q for q in theirs if len(ours.keys & q.keys) >= max(1, overlap - 1)] if overlap else theirs
    if agreeing := next((q for q in (*same_count, *near) if _agrees(ours, q, reach)), None):
        note = _ambiguity(ours, agreeing)
        return _Match(ours, agreeing, Relation.MISSING if note else Relation.AGREES, False, note)
    for reading in ours.readings:
        other = replace(ours, value=reading)
        if agreeing := next((q for q in theirs if _agrees(other, q, reach)), None):
            return _Match(ours, agreeing, Relation.MISSING, False, _two_readings(ours))
    rivals = [q for q in same_count if not q.is_weak or ours.value <= WEAK_REACH]
    if ours.is_weak:
        rivals = [q for q in rivals if q.noun == ours.noun]
    if not rivals:
        return _Match(ours, None, Relation.MISSING, False)
    other = next((q for q in rivals if not q.is_weak), rivals[0])
    if is_update(ours, other):
        relation = Relation.OUTDATED
    elif _is_open(ours, other):
        relation = Relation.MISSING
    else:
        relation = Relation.DIFFERS
    return _Match(ours, other, relation, len(same_count) == 1)


def _may_be_age(ours: Quantity, theirs: Quantity) -> bool:
    """ "Nine years old" is often told as "he was nine"."""
    return ours.unit == "yr" and not theirs.unit and not theirs.is_counted and 0 < theirs.value < MAX_AGE


def _ambiguity(ours: Quantity, theirs: Quantity) -> str:
    """Why two numbers that agree by one reading may not by another; empty where they do in any."""
    if ours.text == theirs.text or not (ours.readings or theirs.readings):
        return ""
    return _two_readings(ours if ours.readings else theirs)


def _two_readings(quantity: Quantity) -> str:
    values = " or ".join(f"{v:,.10g}" for v in (quantity.value, *quantity.readings))
    return f"“{quantity.text}” is ambiguous: {values}"


def _in_unit_of(ours: Quantity, theirs: Quantity) -> Quantity:
    """The evidence's number in the claim's unit, as exact as both are written."""
    if ours.unit == theirs.unit or not ours.unit or not theirs.unit:
        return theirs
    value = convert(theirs.value, theirs.unit, ours.unit)
    top = convert(theirs.top, theirs.unit, ours.unit)
    slack = theirs.slack and abs(convert(theirs.value + theirs.slack, theirs.unit, ours.unit) - value)
    rounded = 0.0
    if not is_whole_ratio(ours.unit, theirs.unit):
        rounded = 0.5 * (_last_digit(ours.value) + _last_digit(theirs.value) * abs(value / (theirs.value or 1.0)))
    return replace(theirs, value=value, top=top, slack=max(slack, min(rounded, MAX_SLACK * abs(value))))


def _last_digit(value: float) -> float:
    """The unit of the last digit that is not zero: 10 for 160, 0.1 for 2.5."""
    digits = f"{value:.10g}"
    if "e" in digits:
        return 1.0
    if "." in digits:
        return 10.0 ** -len(digits.split(".")[1])
    return float(10 ** (len(digits) - len(digits.rstrip("0")))) if value else 1.0


def _told(match: _Match, as_of: str) -> Comparison:
    ours, theirs = match.ours.text, match.theirs.text if match.theirs else None
    if match.theirs and match.theirs.full_text.removeprefix(theirs or "") != match.ours.full_text.removeprefix(ours):
        ours, theirs = match.ours.full_text, match.theirs.full_text  # "5 miles" beside "8 km"
    if match.note:
        explanation = match.note
    elif theirs is None:
        explanation = f"the passage does not state {ours}"
    elif match.relation is Relation.AGREES and ours == theirs:
        explanation = f"both state {ours}"
    else:
        explanation = f"article: {ours}; evidence: {theirs}{as_of}"
    return Comparison(ours, theirs, match.relation, explanation)


def _agrees(ours: Quantity, theirs: Quantity, reach: float) -> bool:
    """Whether the evidence's number confirms the claim's, as both are qualified."""
    gap, size = abs(ours.value - theirs.value), max(abs(ours.value), abs(theirs.value))
    if ours.bound is Bound.PRECISE and theirs.bound not in (Bound.EXACT, Bound.PRECISE):
        return False
    if ours.is_strict and gap == 0 and theirs.bound in (Bound.EXACT, Bound.PRECISE):
        return False
    if Bound.RANGE in (ours.bound, theirs.bound):
        return _ranges_agree(ours, theirs)
    if (ours.bound, theirs.bound) in ((Bound.UPPER, Bound.LOWER), (Bound.LOWER, Bound.UPPER)):
        low, high = sorted((ours.value, theirs.value))
        return gap > 0 and (ours.value > theirs.value) is (ours.bound is Bound.UPPER) and high <= OPEN_REACH * low
    if gap <= max(ours.slack, theirs.slack) * (1 + 1e-9):
        return True
    if ours.bound is Bound.ABOUT:
        return gap <= ABOUT_TOLERANCE * size
    if ours.bound is Bound.LOWER and theirs.bound is not Bound.UPPER:
        return ours.value <= theirs.value <= max(reach * ours.value, ours.value + SMALL_STEP)
    if ours.bound is Bound.UPPER and theirs.bound is not Bound.LOWER:
        return ours.value / reach <= theirs.value <= ours.value
    return False


def _ranges_agree(ours: Quantity, theirs: Quantity) -> bool:
    """A range is confirmed by what lies in it, "about 8" by a range with 8 in its middle, "over 4" by 5 to 10."""
    if ours.bound is Bound.RANGE:
        top = theirs.top if theirs.bound is Bound.RANGE else theirs.value
        return ours.value * (1 - 1e-9) <= theirs.value and top <= ours.top * (1 + 1e-9)
    if ours.bound is Bound.LOWER:
        return ours.value <= theirs.value
    if ours.bound is Bound.UPPER:
        return theirs.top <= ours.value
    middle = (theirs.value + theirs.top) / 2
    return ours.bound is Bound.ABOUT and abs(ours.value - middle) <= ABOUT_TOLERANCE * middle


def _is_open(ours: Quantity, theirs: Quantity) -> bool:
    """Whether the evidence's number, though another, leaves the claim's possible.

    "More than 100" stands beside 141 and 1,000, exactly 4 million beside "more than 3 million", and 5,000 beside
    "about 5,400".
    """
    above = theirs.value > ours.value
    if ours.value == theirs.value:
        return (ours.bound, theirs.bound) not in ((Bound.UPPER, Bound.LOWER), (Bound.LOWER, Bound.UPPER))
    if theirs.bound is Bound.RANGE:
        return theirs.value <= ours.value <= theirs.top or ours.bound in (Bound.LOWER, Bound.UPPER, Bound.RANGE)
    if ours.bound is Bound.LOWER:
        return above or theirs.bound is Bound.LOWER
    if ours.bound is Bound.UPPER:
        return not above or theirs.bound is Bound.UPPER
    if theirs.bound is Bound.ABOUT:
        return abs(ours.value - theirs.value) <= ABOUT_TOLERANCE * theirs.value
    return theirs.bound is (Bound.UPPER if above else Bound.LOWER)
