"""Numbers of a claim held against those of its evidence, each looked up by what it counts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from verifier.compare.names import compare_designations
from verifier.compare.numbers import NUMBER_WORDS, SCALES, NumberKind, find_numbers
from verifier.compare.quantities import MAX_SLACK, Bound, Quantity, find_quantities
from verifier.compare.units import UNIT_WORDS, comparable, convert, is_whole_ratio, unit_after
from verifier.compare.written_dates import find_dates, masked_dates
from verifier.types import Comparison, Relation

# Totals that only grow: another figure at another date is an update, not a contradiction.
_RUNNING = re.compile(
    r"\b(killed|dead|deaths?|died|injured|injur(?:y|ies)|wounded|casualt(?:y|ies)|refugees?|fled|displaced|cases|infected"
    r"|infections|doses|vaccinated|homeless|evacuated|detained|arrest(?:s|ed)|missing|crossed|left the country|toll"
    r"|views|subscribers|followers|sold|recover(?:ed|ies))\b",
    re.IGNORECASE,
)
_OTHER_READING = re.compile(
    r"\b(?:each|every|apiece|between|ranging|of the|respectively)\b|\d\s?[-–]\s?\d|\d to \d", re.I
)
ABOUT_TOLERANCE = 0.10  # relative; "about", "some", "nearly"
BOUND_REACH = 2.5  # "more than 100" is confirmed by 141, not by 1,000
RUNNING_REACH = 1.25  # and "at least 726 killed" by no total that belongs to a much later date
DISTINCT_DIGITS = 3  # that are not zero: such a value is told of nothing else by chance
LARGE = 100  # a count from here on is confirmed by none of something else; 14 countries are, by 14 nations
CLAUSE_CHARS = 160  # on either side of a number
MAX_AGE = 120  # years
MAX_YEARS = 4  # more of them have too many spans between them to say anything
SMALL_STEP = 3  # "at least one" is confirmed by three
WEAK_REACH = 10  # "one" stands against no number above it: "140 characters" and "counts as one character"
OPEN_REACH = 1.25  # "over 30 million" is told of no 38 million: it confirms "less than 35 million"


_CLAUSE_END = re.compile(r"[.,](?!\d)|[;:()–—\n]|\b(?:and|but|while|whereas)\b|\d", re.IGNORECASE)
_TOTAL = re.compile(r"\b(?:total\w*|in all|altogether|overall|combined|all told)\b", re.IGNORECASE)
_NOT_TOLD = frozenset(
    "the and for with from have has had was were are been that this its their his her more than least over about some"  # noqa: SIM905
    " others other who which them out into since after before during per they most all not also".split()
) | UNIT_WORDS | NUMBER_WORDS | frozenset(SCALES)  # fmt: skip


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
    named = list(compare_designations(claim, known))
    ours = find_quantities(claim)
    if not ours:
        return named
    theirs = find_quantities(evidence)
    texts = _Texts(claim, evidence)
    matches = [_match(q, theirs, is_update, ours, texts) for q in ours]
    matches = [_lasted(_named(m, known, theirs, texts), known) if m.theirs is None else m for m in matches]
    return [*(_told(m, as_of) for m in matches if m.theirs or not m.ours.is_weak), *named]


def _named(match: _Match, known: str, theirs: Sequence[Quantity], texts: _Texts) -> _Match:
    """A number that is no count of the evidence, but stands in its title or as a rank: "17 albums", "her 17th"."""
    ours = match.ours
    if ours.unit or ours.bound is not Bound.EXACT:
        return match
    if ours.noun and any(q.value == ours.value and texts.counts_other(q) for q in theirs):
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
    ours = find_quantities(claim)
    texts = _Texts(claim, evidence)
    matches = [_match(q, theirs, _Update(False, None, None), ours, texts) for q in ours]
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


@dataclass(frozen=True, slots=True)
class _Texts:
    """A claim and its evidence, for the words that stand beside their numbers."""

    claim: str
    evidence: str

    def told(self) -> list[str]:
        """The claim's content words; the first is what it speaks of."""
        return _words(self.claim)

    def beside(self, theirs: Quantity) -> str:
        """The clause in which a number of the evidence stands, without it, up to the numbers beside it."""
        found = re.search(rf"(?<![\w.,]){re.escape(theirs.full_text)}", self.evidence)
        if not found:
            return ""
        before = self.evidence[max(0, found.start() - CLAUSE_CHARS) : found.start()]
        after = self.evidence[found.end() : found.end() + CLAUSE_CHARS]
        return f"{_CLAUSE_END.split(before)[-1]} {_CLAUSE_END.split(after, maxsplit=1)[0]}"

    def counts_other(self, theirs: Quantity) -> bool:
        """Whether a number of the evidence counts what the claim does not name."""
        return bool(theirs.noun) and theirs.noun not in self.told()

    def is_nearer(self, exact: Quantity, rival: Quantity) -> bool:
        """Whether the clause of one number is more about what the claim tells than that of another.

        It shares more of the claim's words, or it names what the claim speaks of, and the other one something else.
        """
        told, near, far = self.told(), _words(self.beside(exact)), _words(self.beside(rival))
        is_subject = bool(told and far) and told[0] in near and far[0] not in told
        return is_subject or len({*near} & {*told}) > len({*far} & {*told})


def _words(text: str) -> list[str]:
    """The content words of a text in order, cut as the keys of a quantity are."""
    return [w[:4] for w in re.findall(r"[a-z]{3,}", text.lower()) if w not in _NOT_TOLD]


def _match(
    ours: Quantity, all_theirs: Sequence[Quantity], is_update: _Update, all_ours: Sequence[Quantity], texts: _Texts
) -> _Match:
    theirs = [_in_unit_of(ours, q) for q in all_theirs if comparable(ours.unit, q.unit) or _may_be_age(ours, q)]
    overlap = max((len(ours.keys & q.keys) for q in theirs), default=0)
    same_count = [q for q in theirs if overlap and len(ours.keys & q.keys) == overlap]
    reach = RUNNING_REACH if is_update.running and is_update.published else BOUND_REACH
    if overlap:
        near = [q for q in theirs if len(ours.keys & q.keys) >= max(1, overlap - 1)]
    else:
        is_named = bool(ours.noun) and not ours.unit and ours.value >= LARGE
        near = [q for q in theirs if not (is_named and texts.counts_other(q))]
    if agreeing := next((q for q in (*same_count, *near) if _agrees(ours, q, reach)), None):
        note = _ambiguity(ours, agreeing)
        return _Match(ours, agreeing, Relation.MISSING if note else Relation.AGREES, False, note)
    if exact := _stated_elsewhere(ours, theirs, same_count, all_ours, texts):
        return _Match(ours, exact, Relation.AGREES, False)
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


def _stated_elsewhere(
    ours: Quantity,
    theirs: Sequence[Quantity],
    same_count: Sequence[Quantity],
    all_ours: Sequence[Quantity],
    texts: _Texts,
) -> Quantity | None:
    """The claim's very value, if distinctive, told in other words than the claim's.

    None where it counts something else, where another number stands nearer to what the claim counts, and where what
    the words lead to is another number of the claim: the two changed places.
    """
    if ours.bound not in (Bound.EXACT, Bound.ABOUT, Bound.PRECISE) or ours.readings:
        return None
    if any(q is not ours and q.value == t.value for q in all_ours for t in same_count):
        return None
    exact = [q for q in theirs if q.bound in (Bound.EXACT, Bound.ABOUT, Bound.PRECISE) and q.unit == ours.unit]
    exact = [q for q in exact if abs(q.value - ours.value) <= ours.slack * (1 + 1e-9)]
    others = [q for q in theirs if q not in exact and not q.is_weak]
    return next((q for q in exact if _is_same_count(ours, q, others, texts)), None)


def _is_same_count(ours: Quantity, exact: Quantity, others: Sequence[Quantity], texts: _Texts) -> bool:
    """Whether the claim's value, told in other words, counts what the claim's does."""
    near = {*_words(texts.beside(exact))}
    if texts.counts_other(exact) and (ours.noun or not near & {*texts.told()}):
        return False
    rivals = [q for q in others if ours.keys & (q.keys | {*_words(texts.beside(q))})]
    if not _is_distinctive(ours.value):
        return bool(ours.unit and rivals) and all(texts.is_nearer(exact, q) for q in rivals)
    # "$74 million at home, in all $106 million": a part is no rival of a sum.
    is_sum = not ours.noun and bool(_TOTAL.search(texts.beside(exact)))
    return all((is_sum and q.value < exact.value) or texts.is_nearer(exact, q) for q in rivals)


def _is_distinctive(value: float) -> bool:
    """Whether hardly two things in a passage share a value: one with three digits that are not zero."""
    digits = f"{value:.15g}".split("e")[0].replace(".", "").strip("0")
    return len(digits) >= DISTINCT_DIGITS


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
        explanation = f"the passage does not state {match.ours.full_text}"
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
