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
    "m": 1e6,
    "billion": 1e9,
    "bn": 1e9,
    "trillion": 1e12,
}
_WORDS = "two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905 - readable so
_WORD_VALUE = {word: float(value) for value, word in enumerate(_WORDS, start=2)} | {"one": 1.0, "a": 1.0, "half a": 0.5}
_NUMBER_WORD = f"half a|{'|'.join(_WORDS)}|(?:one|a)(?=\\s+(?:hundred|thousand|million|billion|trillion))"
_QUANTITY = re.compile(
    r"(?<![\w/.,:-])(?P<currency>[$€£]\s?)?"
    rf"(?:(?P<digits>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?)|(?P<word>{_NUMBER_WORD}))"
    rf"(?:[\s-]?(?P<scale>{'|'.join(sorted(_SCALE, key=len, reverse=True))})\b)?"
    r"(?P<percent>\s?(?:%|per\s?cent\b|percentage points?\b))?(?![\w/]|[-:–]\d)",
    re.IGNORECASE,
)


class Bound(Enum):
    """How a number is qualified."""

    EXACT = auto()
    LOWER = auto()
    UPPER = auto()
    ABOUT = auto()


_MORE = "at least|more than|over|above|exceed\\w*|no fewer than|no less than|upwards of|surpass\\w*|passed"
_LESS = "at most|fewer than|less than|under|below|up to|no more than"
_NEAR = "about|around|some|roughly|approximately|nearly|almost|close to|an estimated|circa"
_QUALIFIERS = (
    (re.compile(rf"\b({_MORE})\W+(?:\w+\W+)?$", re.IGNORECASE), Bound.LOWER),
    (re.compile(rf"\b({_LESS})\W+(?:\w+\W+)?$", re.IGNORECASE), Bound.UPPER),
    (re.compile(rf"\b({_NEAR})\W+$", re.IGNORECASE), Bound.ABOUT),
)
# Totals that only grow: another figure at another date is an update, not a contradiction.
_RUNNING = re.compile(
    r"\b(kill|dead|death|die|injur|wound|casualt|refugee|fled|flee|displac|case|infect|dose|vaccinat|homeless|evacuat"
    r"|detain|arrest|missing|crossed|left the country|toll)\w*",
    re.IGNORECASE,
)
_STOP = frozenset(
    "the a an of in on at to for and or by with from as been have has had was were is are be this that it its"  # noqa: SIM905
    " their than more least over about some others who which people persons them out into since after before during"
    " per".split()
)
ABOUT_TOLERANCE = 0.10  # relative; "about", "some", "nearly"
BOUND_REACH = 1.25  # "more than 3 million" is confirmed by 3.2 million, not by 8 million at some other time


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number in a text: its value, how it is qualified, its unit, and the words that say what it counts."""

    value: float
    slack: float  # half a unit of the last digit written
    bound: Bound
    unit: str  # "", "%", "$", "€", "£"
    keys: frozenset[str]
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
    number = float(digits.replace(",", "")) if digits else _WORD_VALUE[word.lower()]
    decimals = len(digits.split(".")[1]) if digits and "." in digits else 0
    bound = next((bound for pattern, bound in _QUALIFIERS if pattern.search(before)), Bound.EXACT)
    unit = "%" if match["percent"] else (match["currency"] or "").strip()
    # Integers without a scale word are counts and mean what they say.
    slack = 0.5 * 10**-decimals * scale if decimals or scale > 1 else 0.0
    return Quantity(number * scale, slack, bound, unit, _keys(before, after), match[0].strip())


def _keys(before: str, after: str) -> frozenset[str]:
    """What a number counts: the content words behind it in its clause, else those in front of it."""
    behind = _content(re.split(r"[.;:,()–—#]", after, maxsplit=1)[0])[:5]
    front = _content(re.split(r"[.;:,()–—#]", before)[-1])[-4:]
    return frozenset(behind or front)


def _content(text: str) -> list[str]:
    words = re.findall(r"[a-z]+", text.lower().replace("favor", "favour"))
    return [w[:5] for w in words if len(w) > 2 and w not in _STOP]


def compare_quantities(
    claim: str, evidence: str, known: str, claimed: date | None, published: date | None
) -> list[Comparison]:
    """How each number of the claim stands to what the evidence states of the same count.

    :param known: the evidence with its title, which may say what is counted.
    :param claimed: the date for which the claim speaks; None where unknown.
    :param published: the date of the evidence; None where unknown.
    """
    theirs, running = find_quantities(evidence), bool(_RUNNING.search(known))
    return [_compare(ours, theirs, running, claimed, published) for ours in find_quantities(claim)]


def _compare(
    ours: Quantity, all_theirs: Sequence[Quantity], running: bool, claimed: date | None, published: date | None
) -> Comparison:
    theirs = [q for q in all_theirs if q.unit == ours.unit]
    overlap = max((len(ours.keys & q.keys) for q in theirs), default=0)
    same_count = [q for q in theirs if overlap and len(ours.keys & q.keys) == overlap]
    agreeing = next((q for q in same_count or theirs if _agrees(ours, q)), None)
    if agreeing:
        return Comparison(ours.text, agreeing.text, Relation.AGREES, f"both state {agreeing.text}")
    if not same_count:
        return Comparison(ours.text, None, Relation.MISSING, f"the passage does not state {ours.text}")
    other = same_count[0]
    as_of = f" (as of {published.isoformat()})" if published else ""
    explanation = f"article: {ours.text}; evidence: {other.text}{as_of}"
    relation = Relation.DIFFERS
    if running and _is_update(ours, other, claimed, published):
        relation = Relation.OUTDATED
    elif ours.bound is Bound.EXACT and other.bound is Bound.LOWER and ours.value > other.value:
        relation = Relation.MISSING  # "more than 3 million" says nothing against exactly 4 million
    return Comparison(ours.text, other.text, relation, explanation)


def _agrees(ours: Quantity, theirs: Quantity) -> bool:
    slack = max(ours.slack, theirs.slack) * (1 + 1e-9)
    if abs(ours.value - theirs.value) <= slack:
        return True
    if Bound.ABOUT in (ours.bound, theirs.bound):
        return abs(ours.value - theirs.value) <= ABOUT_TOLERANCE * max(abs(ours.value), abs(theirs.value))
    if ours.bound is Bound.LOWER and theirs.bound is not Bound.UPPER:
        return ours.value <= theirs.value <= BOUND_REACH * ours.value
    if ours.bound is Bound.UPPER and theirs.bound is not Bound.LOWER:
        return ours.value / BOUND_REACH <= theirs.value <= ours.value
    return False


def _is_update(ours: Quantity, theirs: Quantity, claimed: date | None, published: date | None) -> bool:
    """Whether the other figure of a running total is what another date would show."""
    if claimed is None or published is None:
        return True
    if theirs.value > ours.value:
        return published > claimed or ours.bound is Bound.LOWER
    return published < claimed
