"""What the comparisons allow a stance to be."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from verifier.compare.counts import compare_quantities, contradicts_plainly
from verifier.compare.dates import compare_dates, find_dates, tells_of_later, without_start
from verifier.compare.directions import compare_directions
from verifier.compare.ordinals import compare_ordinals
from verifier.compare.polarity import compare_polarity
from verifier.compare.scores import compare_scores
from verifier.compare.speech import weigh_speech
from verifier.compare.wording import without_quotations
from verifier.types import Claim, ClaimKind, Comparison, Evidence, Relation, Stance

# Two or more parts with a digit in the last: 68/262, ES-11/4, 2014/512/CFSP; not and/or, and not a date like 3/4.
_REFERENCE = re.compile(
    r"(?<![\w/.])(?:[A-Z]{1,4}-?)?\d{1,4}/(?!100?\b)\d{2,4}(?:/[A-Z]{2,4})?(?![\w/])|(?<![\w/])[A-Z]{2,4}-\d+/\d+"
)


def compare(claim: Claim, evidence: Evidence) -> Evidence:
    """The evidence with its comparisons, and with the stance that they allow.

    - A number that differs is never SUPPORTS: it turns to REFUTES where the passage is about the same count at the
      same time and leaves no other reading, else to NEUTRAL.
    - A statement that one side denies and the other makes, or whose direction differs ("raised", "cut"), is never
      SUPPORTS: NEUTRAL, unless the model refutes it.
    - A number that the quoted text does not state at all is not supported by it: NEUTRAL.
    - A passage that does not name the resolution, case or law that the claim names by its number: NEUTRAL.
    - A running total at another date, or a number of another year or of an event later than the claim, neither
      confirms nor refutes: NEUTRAL.
    - A date, a time of day, a rank or a score that differs is never SUPPORTS: NEUTRAL.
    - That somebody said it, and that it is so, prove nothing of each other: NEUTRAL, as `weigh_speech` has it. Numbers
      and dates outside the quotes of a SPEECH_ACT have to agree for SUPPORTS; they never refute that it was said.

    Evidence that the model finds NEUTRAL stays so: what a passage is about is the model's to judge.
    """
    document, text = evidence.document, " ".join(evidence.quotes()) or evidence.passage.text
    known = f"{document.title}. {text}"
    is_saying = claim.kind is ClaimKind.SPEECH_ACT
    told = without_quotations(claim.text) if is_saying else claim.text  # quotes are held word for word
    counts = compare_quantities(told, text, known, claim.claim_date, document.published)
    # A count "since 24 February" is held against one that may not say from when on it counts.
    when = without_start(told) if counts and " since " not in known else told
    when_told = find_dates(when)
    dates = list(compare_dates(when_told, find_dates(known), _years_meant(evidence))) if when_told else []
    ranks = [*compare_ordinals(told, text, known), *compare_scores(told, text)]
    denials = [*compare_polarity(told, text), *compare_directions(told, text)]
    elsewhere = list(_other_references(claim.text, f"{document.title}. {evidence.passage.text}"))
    speech = weigh_speech(claim, evidence)
    stated = replace(evidence, comparisons=(*speech.comparisons, *counts, *ranks, *dates, *denials, *elsewhere))
    if evidence.stance is Stance.NEUTRAL:
        return stated
    if elsewhere or speech.bars:
        return _neutral(stated)
    if is_saying and evidence.stance is Stance.REFUTES:
        return stated
    if denials:
        return _neutral(stated) if evidence.stance is Stance.SUPPORTS else stated
    is_later = claim.claim_date is not None and tells_of_later(find_dates(text), claim.claim_date)
    # The whole document is read for numbers only where one differs.
    differs = not is_saying and any(c.relation is Relation.DIFFERS for c in counts)
    is_plain = differs and contradicts_plainly(claim.text, text, document.text)
    return _by_counts_and_dates(stated, counts, (*dates, *ranks), is_later, is_plain)


_YEAR = re.compile(r"(?<![\w.,])(?:1[89]|20)\d\d(?![\w%]|[.,]\d)")
CONTEXT_CHARS = 600  # before a passage, where its year may have been named


def _years_meant(evidence: Evidence) -> frozenset[int]:
    """The years that a passage may mean where it writes none: of its publication, or the last named before it."""
    start = evidence.passage.start
    named = _YEAR.findall(evidence.document.text[max(0, start - CONTEXT_CHARS) : start])
    published = evidence.document.published
    return frozenset([int(y) for y in named[-1:]] + ([published.year] if published else []))


def _other_references(claim: str, passage: str) -> Iterator[Comparison]:
    """A MISSING for each reference such as 68/262 or ES-11/1 in the claim that the passage does not name."""
    for reference in dict.fromkeys(_REFERENCE.findall(claim)):
        if reference not in passage:
            yield Comparison(reference, None, Relation.MISSING, f"the passage does not name {reference}")


def _by_counts_and_dates(
    evidence: Evidence, counts: Sequence[Comparison], dates: Sequence[Comparison], is_later: bool, is_plain: bool
) -> Evidence:
    relations = {c.relation for c in counts}
    other_date = any(d.relation is Relation.DIFFERS for d in dates)
    if Relation.DIFFERS in relations and (is_later or other_date):
        return _neutral(evidence)
    if Relation.DIFFERS in relations and is_plain:
        return _refuting(evidence)
    within = any(c.relation is Relation.AGREES and c.claim_value != c.evidence_value for c in counts)
    if Relation.OUTDATED in relations or (within and evidence.stance is Stance.REFUTES):
        return _neutral(evidence)  # "977" does not speak against "at least 726"
    relations |= {d.relation for d in dates}
    unproven = relations & {Relation.DIFFERS, Relation.MISSING}
    return _neutral(evidence) if unproven and evidence.stance is Stance.SUPPORTS else evidence


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
