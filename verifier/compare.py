"""Numbers and dates of a claim held against those of its evidence, without a model.

A cross-encoder reads "726 killed" and "977 killed" as nearly the same. Here every number of the claim is looked
up in the evidence by what it counts, and a passage that states another number is never let through as support.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum, auto

from verifier.types import Claim, Comparison, Evidence, Relation, Stance

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
_MONTHS = (
    "january february march april may june july august september october november december".split()  # noqa: SIM905
)
_MONTH = "|".join(f"{name}|{name[:3]}\\.?" for name in _MONTHS) + "|sept\\.?"

_DATE = re.compile(
    rf"\b(?:(?P<iso>\d{{4}}-\d{{2}}-\d{{2}})"
    rf"|(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<m1>{_MONTH})(?:,?\s+(?P<y1>\d{{4}}))?"
    rf"|(?P<m2>{_MONTH})\s+(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?(?:,?\s+(?P<y2>\d{{4}}))?"
    rf"|(?P<m3>{_MONTH})\s+(?P<y3>\d{{4}})"
    r"|(?P<year>(?:1[5-9]|20)\d{2}))(?![\w%/-]|[.,]\d)",
    re.IGNORECASE,
)
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


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date as written; fields that are not written are None."""

    year: int | None
    month: int | None
    day: int | None
    text: str

    def agrees(self, other: PartialDate) -> bool:
        """Whether no field that both state differs, and they share one at all."""
        pairs = [(self.year, other.year), (self.month, other.month), (self.day, other.day)]
        stated = [(a, b) for a, b in pairs if a is not None and b is not None]
        return bool(stated) and all(a == b for a, b in stated)


def find_dates(text: str) -> list[PartialDate]:
    """Dates with a day, months with a year, and bare years from 1500 to 2099."""
    return [_as_date(match) for match in _DATE.finditer(text)]


def _as_date(match: re.Match[str]) -> PartialDate:
    part = match.groupdict()
    if part["iso"]:
        y, m, d = part["iso"].split("-")
        return PartialDate(int(y), int(m), int(d), match[0])
    year_text = part["y1"] or part["y2"] or part["y3"] or part["year"]
    month_text = part["m1"] or part["m2"] or part["m3"]
    day_text = part["d1"] or part["d2"]
    month = next(
        (i for i, name in enumerate(_MONTHS, 1) if month_text and name.startswith(month_text[:3].lower())), None
    )
    return PartialDate(int(year_text) if year_text else None, month, int(day_text) if day_text else None, match[0])


def find_quantities(text: str) -> list[Quantity]:
    """Counts, amounts and percentages; dates, years, scores and identifiers such as 68/262 are none."""
    masked = _DATE.sub(lambda m: "#" * len(m[0]), text)
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


def compare(claim: Claim, evidence: Evidence) -> Evidence:
    """The evidence with its comparisons, and with the stance that they allow.

    - A number that differs is never SUPPORTS: it turns to REFUTES where the passage is about the same count and
      leaves no other reading, else to NEUTRAL.
    - A number that the quoted text does not state at all is not supported by it: NEUTRAL.
    - A running total at another date neither confirms nor refutes: NEUTRAL.
    - A date that differs is never SUPPORTS: NEUTRAL.
    """
    text = " ".join(evidence.quotes()) or evidence.passage.text
    known = f"{evidence.document.title}. {text}"
    counts = [
        _compare_quantity(q, find_quantities(text), claim, evidence.document.published, known)
        for q in find_quantities(claim.text)
    ]
    comparisons = (*counts, *_compare_dates(find_dates(claim.text), find_dates(known)))
    return _reconcile(replace(evidence, comparisons=comparisons), len(counts), text)


def _compare_quantity(
    ours: Quantity, all_theirs: Sequence[Quantity], claim: Claim, published: date | None, known: str
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
    if _RUNNING.search(known) and _is_update(ours, other, claim.claim_date, published):
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


def _compare_dates(ours: Sequence[PartialDate], theirs: Sequence[PartialDate]) -> Iterable[Comparison]:
    for when in ours:
        same_grain = [t for t in theirs if (t.day is None) == (when.day is None)]
        agreeing = next((t for t in theirs if when.agrees(t)), None)
        if agreeing:
            yield Comparison(when.text, agreeing.text, Relation.AGREES, f"both state {agreeing.text}")
        elif same_grain:
            stated = ", ".join(dict.fromkeys(t.text for t in same_grain))
            yield Comparison(when.text, stated, Relation.DIFFERS, f"article: {when.text}; evidence: {stated}")
        else:
            yield Comparison(when.text, None, Relation.MISSING, f"the passage does not state {when.text}")


def _reconcile(evidence: Evidence, n_counts: int, text: str) -> Evidence:
    """Let the comparisons overrule the model where they know better; the probabilities follow the stance."""
    counts, dates = evidence.comparisons[:n_counts], evidence.comparisons[n_counts:]
    relations = {c.relation for c in counts}
    if evidence.stance is Stance.NEUTRAL:
        return evidence
    if Relation.DIFFERS in relations:
        differing = [c for c in counts if c.relation is Relation.DIFFERS]
        if _is_plain_contradiction(differing, text):
            return _refuting(evidence)
        return evidence if evidence.stance is Stance.REFUTES else _neutral(evidence)
    if Relation.OUTDATED in relations:
        return _neutral(evidence)
    unproven = Relation.MISSING in relations or any(d.relation is Relation.DIFFERS for d in dates)
    return _neutral(evidence) if unproven and evidence.stance is Stance.SUPPORTS else evidence


def _is_plain_contradiction(differing: Sequence[Comparison], text: str) -> bool:
    """Every differing number stands against one other number, and the claim's own is nowhere in the text.

    Two numbers that changed places (11 for 100 and 100 for 11) contradict as plainly.
    """
    stated = {q.value for q in find_quantities(text)}
    pairs = {(c.claim_value, c.evidence_value) for c in differing}
    swapped = all((theirs, ours) in pairs for ours, theirs in pairs)
    absent = all(q.value not in stated for c in differing for q in find_quantities(c.claim_value))
    return swapped or absent


def _refuting(evidence: Evidence) -> Evidence:
    """REFUTES: what the model gave to either side, because the passage is about the claim, speaks against it."""
    return replace(evidence, stance=Stance.REFUTES, p_supports=0.0, p_refutes=evidence.p_supports + evidence.p_refutes)


def _neutral(evidence: Evidence) -> Evidence:
    """NEUTRAL, with what the model gave to its own stance handed to neutral."""
    moved = evidence.p_supports if evidence.stance is Stance.SUPPORTS else evidence.p_refutes
    rest = 1.0 - evidence.p_neutral - moved
    return replace(
        evidence,
        stance=Stance.NEUTRAL,
        p_supports=rest if evidence.stance is Stance.REFUTES else 0.0,
        p_refutes=rest if evidence.stance is Stance.SUPPORTS else 0.0,
        p_neutral=evidence.p_neutral + moved,
        rationale=(),
    )
