"""Numbers of a claim held against those of its evidence, each looked up by what it counts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum, auto

from verifier.compare.dates import DATE
from verifier.types import Comparison, Relation

_SCALE = {
    "hundred": 1e2,
    "thousand": 1e3,
    "million": 1e6,
    "mln": 1e6,
    "billion": 1e9,
    "bn": 1e9,
    "trillion": 1e12,
}
# What a number measures, by the words for it; another unit is another quantity, and none is converted.
_UNIT_WORDS = {
    "$": "dollar dollars usd", "€": "euro euros eur", "£": "sterling gbp", "%": "percent percentage",
    "km": "km kilometre kilometres kilometer kilometers", "m": "m metre metres meter meters", "mi": "mile miles",
    "cm": "cm centimetre centimetres centimeter centimeters", "ft": "ft foot feet", "in": "inch inches",
    "kg": "kg kilogram kilograms", "g": "gram grams", "t": "tonne tonnes ton tons", "l": "litre litres liter liters",
    "bbl": "barrel barrels", "ha": "hectare hectares", "ac": "acre acres", "s": "second seconds",
    "min": "minute minutes", "h": "hour hours", "d": "day days", "wk": "week weeks", "mo": "month months",
    "yr": "year years",
    "MW": "mw megawatt megawatts", "GW": "gw gigawatt gigawatts", "RUB": "rouble roubles ruble rubles",
}  # fmt: skip
_UNIT_OF = {word: unit for unit, words in _UNIT_WORDS.items() for word in words.split()}
_SMALL = [
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()  # noqa: SIM905
WORD_VALUE = (
    {word: float(value) for value, word in enumerate(_SMALL, start=2)}
    | {word: 10.0 * value for value, word in enumerate(_TENS, start=2)}
    | {
        f"{tens}-{unit}": 10.0 * i + j
        for i, tens in enumerate(_TENS, 2)
        for j, unit in enumerate(["one", *_SMALL[:8]], 1)
    }
    | {"one": 1.0, "a": 1.0, "half a": 0.5}
)
_WORDS = sorted(set(WORD_VALUE) - {"one", "a", "half a"}, key=len, reverse=True)
_NUMBER_WORD = f"half a|{'|'.join(_WORDS)}|(?:one|a)(?=\\s+(?:hundred|thousand|million|billion|trillion))"
_QUANTITY = re.compile(
    r"(?<![\w/.,:-])(?P<currency>[$€£]\s?)?"
    rf"(?:(?P<digits>\d{{1,3}}(?:[,\u00a0\u202f ]\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?)|(?P<word>{_NUMBER_WORD}))"
    rf"(?:[\s-]?(?P<scale>{'|'.join(sorted(_SCALE, key=len, reverse=True))})\b)?"
    r"(?P<attached>(?<=\d)m\b)?"  # "$3,500m" is millions, "330m" metres
    r"(?P<percent>\s?(?:%|per\s?cent\b|percentage points?\b))?(?![\w/]|[-:–]\d)",
    re.IGNORECASE,
)


class Bound(Enum):
    """How a number is qualified."""

    EXACT = auto()
    LOWER = auto()
    UPPER = auto()
    ABOUT = auto()


_MORE = "at least|more than|over|above|exceed\\w*|no fewer than|no less than|upwards of|surpass\\w*"
_LESS = "at most|fewer than|less than|under|below|up to|no more than"
_NEAR = "about|around|some|roughly|approximately|nearly|almost|close to|an estimated|circa"
_QUALIFIERS = (
    (re.compile(rf"\b({_MORE})\W+(?:\w+\W+)?$", re.IGNORECASE), Bound.LOWER),
    (re.compile(r"\bpassed\W+$", re.IGNORECASE), Bound.LOWER),  # "passed 3 million", not "passed with 100 votes"
    (re.compile(rf"\b({_LESS})\W+(?:\w+\W+)?$", re.IGNORECASE), Bound.UPPER),
    (re.compile(rf"\b({_NEAR})\W+$", re.IGNORECASE), Bound.ABOUT),
)
# Totals that only grow: another figure at another date is an update, not a contradiction.
_RUNNING = re.compile(
    r"\b(killed|dead|deaths?|died|injured|injur(?:y|ies)|wounded|casualt(?:y|ies)|refugees?|fled|displaced|cases|infected"
    r"|infections|doses|vaccinated|homeless|evacuated|detained|arrest(?:s|ed)|missing|crossed|left the country|toll)\b",
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
ABOUT_TOLERANCE = 0.10  # relative; "about", "some", "nearly"
BOUND_REACH = 2.0  # "more than 100" is confirmed by 141, not by 1,000
RUNNING_REACH = 1.25  # and "at least 726 killed" by no total that belongs to a much later date
MAX_SLACK = 0.05  # relative; 1.97 million may be told as 2 million, 1.6 million may not


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number in a text: its value, how it is qualified, its unit, and the words that say what it counts."""

    value: float
    slack: float  # half a unit of the last digit written
    bound: Bound
    unit: str  # a key of _UNIT_WORDS, or empty for a count
    keys: frozenset[str]
    is_counted: bool  # the keys stand behind the number, where what is counted usually stands
    text: str


def find_quantities(text: str) -> list[Quantity]:
    """Counts, amounts and percentages; dates, years, scores and identifiers such as 68/262 are none."""
    masked = DATE.sub(lambda m: "#" * len(m[0]), text)
    matches = list(_QUANTITY.finditer(masked))
    found: list[Quantity] = []
    for i, match in enumerate(matches):
        before = masked[matches[i - 1].end() if i else 0 : match.start()]
        follows = i + 1 < len(matches)
        after = masked[match.end() : matches[i + 1].start() if follows else len(masked)]
        if _DENIED.search(before):
            continue  # "close to 600, not about 300" states 600
        quantity = _as_quantity(match, before, _own_clause(after) if follows else after)
        if found and quantity.bound is Bound.EXACT and re.search(r"\band\s*$", before):
            quantity = replace(quantity, bound=found[-1].bound)  # "at least 726 killed and 1,174 injured"
        found.append(quantity)
    return found


def _own_clause(after: str) -> str:
    """What belongs to a number and not, behind the last "and", to the next one."""
    return re.split(r"\band\b(?!.*\band\b)", after)[0]


def _as_quantity(match: re.Match[str], before: str, after: str) -> Quantity:
    digits, word = match["digits"], match["word"]
    scale = _SCALE[match["scale"].lower()] if match["scale"] else 1.0
    if match["attached"] and match["currency"]:
        scale = 1e6
    number = float(re.sub(r"[^\d.]", "", digits)) if digits else WORD_VALUE[word.lower()]
    decimals = len(digits.split(".")[1]) if digits and "." in digits else 0
    bound = next((bound for pattern, bound in _QUALIFIERS if pattern.search(before)), Bound.EXACT)
    # Integers without a scale word are counts and mean what they say.
    slack = 0.5 * 10**-decimals * scale if decimals or scale > 1 else 0.0
    behind, front = _keys(before, after)
    return Quantity(
        value=number * scale,
        slack=min(slack, MAX_SLACK * number * scale),
        bound=bound,
        unit=_unit(match, after),
        keys=frozenset(behind or front),
        is_counted=bool(behind),
        text=match[0].strip(),
    )


def _unit(match: re.Match[str], after: str) -> str:
    if match["percent"]:
        return "%"
    if match["currency"]:
        return match["currency"].strip()
    if match["attached"]:
        return "m"
    following = re.match(r"[\s-]*([A-Za-z]+)", after)
    return _UNIT_OF.get(following[1].lower(), "") if following else ""


def _keys(before: str, after: str) -> tuple[list[str], list[str]]:
    """The content words behind a number in its clause, which say what it counts, and those in front of it."""
    behind = _content(re.split(r"[.;:,()–—#]", after, maxsplit=1)[0])[:5]
    front = _content(re.split(r"[.;:,()–—#]", before)[-1])[-4:]
    return behind, front


def _content(text: str) -> list[str]:
    """Content words cut to four letters: "abstained" and "abstentions", "votes" and "voted" count the same."""
    words = re.findall(r"[a-z]+", text.lower())
    return [w[:4] for w in words if len(w) > 2 and w not in _STOP and w not in _UNIT_OF]


@dataclass(frozen=True, slots=True)
class _Match:
    """A number of the claim with what the evidence states of the same count, if it does."""

    ours: Quantity
    theirs: Quantity | None
    relation: Relation
    is_only_candidate: bool


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
    theirs = find_quantities(evidence)
    return [_told(_match(q, theirs, is_update), as_of) for q in find_quantities(claim)]


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
    theirs = [q for q in all_theirs if q.unit == ours.unit]
    overlap = max((len(ours.keys & q.keys) for q in theirs), default=0)
    same_count = [q for q in theirs if overlap and len(ours.keys & q.keys) == overlap]
    reach = RUNNING_REACH if is_update.running else BOUND_REACH
    agreeing = next((q for q in same_count or theirs if _agrees(ours, q, reach)), None)
    if agreeing:
        return _Match(ours, agreeing, Relation.AGREES, False)
    if not same_count:
        return _Match(ours, None, Relation.MISSING, False)
    other = same_count[0]
    if is_update(ours, other):
        relation = Relation.OUTDATED
    elif _is_open(ours, other):
        relation = Relation.MISSING
    else:
        relation = Relation.DIFFERS
    return _Match(ours, other, relation, len(same_count) == 1)


def _told(match: _Match, as_of: str) -> Comparison:
    ours, theirs = match.ours.text, match.theirs.text if match.theirs else None
    if theirs is None:
        explanation = f"the passage does not state {ours}"
    elif match.relation is Relation.AGREES and ours == theirs:
        explanation = f"both state {ours}"
    else:
        explanation = f"article: {ours}; evidence: {theirs}{as_of}"
    return Comparison(ours, theirs, match.relation, explanation)


def _agrees(ours: Quantity, theirs: Quantity, reach: float) -> bool:
    """Whether the evidence's number confirms the claim's, as both are qualified."""
    gap, size = abs(ours.value - theirs.value), max(abs(ours.value), abs(theirs.value))
    if gap <= max(ours.slack, theirs.slack) * (1 + 1e-9):
        return True
    if ours.bound is Bound.ABOUT:
        return gap <= ABOUT_TOLERANCE * size
    if ours.bound is Bound.LOWER and theirs.bound is not Bound.UPPER:
        return ours.value <= theirs.value <= reach * ours.value
    if ours.bound is Bound.UPPER and theirs.bound is not Bound.LOWER:
        return ours.value / reach <= theirs.value <= ours.value
    return False


def _is_open(ours: Quantity, theirs: Quantity) -> bool:
    """Whether the evidence's number, though another, leaves the claim's possible.

    "More than 100" stands beside 141 and 1,000, exactly 4 million beside "more than 3 million", and 5,000 beside
    "about 5,400".
    """
    above = theirs.value > ours.value
    if ours.bound is Bound.LOWER:
        return above or theirs.bound is Bound.LOWER
    if ours.bound is Bound.UPPER:
        return not above or theirs.bound is Bound.UPPER
    if theirs.bound is Bound.ABOUT:
        return abs(ours.value - theirs.value) <= ABOUT_TOLERANCE * theirs.value
    return theirs.bound is (Bound.UPPER if above else Bound.LOWER)
