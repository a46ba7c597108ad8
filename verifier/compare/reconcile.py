"""What the comparisons allow a stance to be."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from corpus.documents import sentence_spans
from verifier.compare.counts import compare_quantities, contradicts_plainly
from verifier.compare.dates import compare_dates, find_dates, tells_of_later, without_start
from verifier.compare.directions import compare_directions
from verifier.compare.ordinals import compare_ordinals
from verifier.compare.polarity import compare_polarity, find_denials
from verifier.compare.scores import compare_scores
from verifier.compare.speech import SpeechFinding, weigh_speech
from verifier.compare.wording import without_quotations
from verifier.types import MAX_RATIONALE, SIDES, Claim, ClaimKind, Comparison, Evidence, Relation, Span, Stance

# Two or more parts with a digit in the last: 68/262, ES-11/4, 2014/512/CFSP; not and/or, and not a date like 3/4.
_REFERENCE = re.compile(
    r"(?<![\w/.])(?:[A-Z]{1,4}-?)?\d{1,4}/(?!100?\b)\d{2,4}(?:/[A-Z]{2,4})?(?![\w/])|(?<![\w/])[A-Z]{2,4}-\d+/\d+"
)


def compare(claim: Claim, evidence: Evidence) -> Evidence:
    """The evidence with its comparisons, and without the sides that they bar.

    - A number that differs bars SUPPORTS, and is REFUTES where the passage is about the same count at the same time
      and leaves no other reading.
    - A date, a time of day, a rank or a score that differs bars SUPPORTS; so does a statement that one side denies and
      the other makes, or whose direction differs ("raised", "cut").
    - A number or a date that the quoted text does not state is not supported by it, and not refuted: both are barred
      where the model leans to SUPPORTS.
    - A passage that does not name the resolution, case or law that the claim names by its number: both.
    - A running total at another date, or a number of another year or of an event later than the claim, neither
      confirms nor refutes: both.
    - That somebody said it, and that it is so, prove nothing of each other: both, as `weigh_speech` has it. Numbers
      and dates outside the quotes of a SPEECH_ACT have to agree for SUPPORTS; they never refute that it was said.

    Evidence that the model finds NEUTRAL stays so: what a passage is about is the model's to judge.
    """
    evidence = _quoting_values(claim, evidence)
    findings = _find(claim, evidence)
    stated = replace(evidence, comparisons=findings.comparisons())
    return stated if evidence.stance is Stance.NEUTRAL else _barred(claim, stated, findings)


@dataclass(frozen=True, slots=True)
class _Findings:
    """Everything found of one claim and one passage."""

    counts: tuple[Comparison, ...]
    ranks: tuple[Comparison, ...]
    scores: tuple[Comparison, ...]
    dates: tuple[Comparison, ...]
    denials: tuple[Comparison, ...]  # and directions
    elsewhere: tuple[Comparison, ...]  # resolutions, cases and laws that the passage does not name
    speech: SpeechFinding

    def comparisons(self) -> tuple[Comparison, ...]:
        """All of them, in the order in which a report tells them."""
        return (
            *self.speech.comparisons,
            *self.counts,
            *self.ranks,
            *self.scores,
            *self.dates,
            *self.denials,
            *self.elsewhere,
        )


def _find(claim: Claim, evidence: Evidence) -> _Findings:
    document, text = evidence.document, _quoted(evidence)
    known = f"{document.title}. {text}"
    told, counts = _told(claim), _counts(claim, evidence)
    # A count "since 24 February" is held against one that may not say from when on it counts.
    ours = find_dates(without_start(told) if counts and " since " not in known else told)
    dates = compare_dates(ours, find_dates(known), _years_meant(evidence)) if ours else ()
    return _Findings(
        counts=tuple(counts),
        ranks=tuple(compare_ordinals(told, text, known)),
        scores=tuple(compare_scores(told, text)),
        dates=tuple(dates),
        denials=(*_compare_denials(told, evidence), *compare_directions(told, text)),
        elsewhere=tuple(_other_references(claim.text, f"{document.title}. {evidence.passage.text}")),
        speech=weigh_speech(claim, evidence),
    )


def _compare_denials(told: str, evidence: Evidence) -> Iterator[Comparison]:
    """Held against each quoted sentence by itself: one that denies is not made up for by its neighbour."""
    if find_denials(told):
        yield from compare_polarity(told, _quoted(evidence))
    else:
        for sentence in evidence.quotes() or (evidence.passage.text,):
            yield from compare_polarity(told, sentence)


def _told(claim: Claim) -> str:
    """What is held against the evidence; the quotes of a SPEECH_ACT are held word for word, elsewhere."""
    return without_quotations(claim.text) if claim.kind is ClaimKind.SPEECH_ACT else claim.text


def _quoted(evidence: Evidence) -> str:
    return " ".join(evidence.quotes()) or evidence.passage.text


def _quoting_values(claim: Claim, evidence: Evidence) -> Evidence:
    """With one more sentence in the rationale, where that states a number of the claim which the others lack."""
    if evidence.stance is not Stance.SUPPORTS or not 0 < len(evidence.rationale) < MAX_RATIONALE:
        return evidence
    found = _counts(claim, evidence)
    if any(c.relation not in (Relation.AGREES, Relation.MISSING) for c in found):
        return evidence  # what is quoted tells the number otherwise
    fewest, best = _n_unproven(found), evidence
    if not fewest:
        return evidence
    for start, end in sentence_spans(evidence.passage.text):
        span = Span(start, end)
        if span not in evidence.rationale:
            longer = replace(evidence, rationale=tuple(sorted((*evidence.rationale, span), key=lambda s: s.start)))
            if (unproven := _n_unproven(_counts(claim, longer))) < fewest:
                fewest, best = unproven, longer
    return best


def _counts(claim: Claim, evidence: Evidence) -> list[Comparison]:
    """How the claim's numbers stand to the quotes; the one nearest to the claim is not made up for by its neighbours.

    "12 people in Lyon. In Paris 45 people" does not tell of 45 people in Lyon.
    """
    found = _compare_counts(claim, evidence, _quoted(evidence))
    quotes = evidence.quotes()
    if len(quotes) < 2 or not any(c.relation is Relation.AGREES for c in found):
        return found
    wanted = _words(claim.text)
    shared = [len(wanted & _words(quote)) for quote in quotes]
    nearest = [quote for quote, n in zip(quotes, shared, strict=True) if n == max(shared)]
    alone = [c for quote in nearest for c in _compare_counts(claim, evidence, quote)]
    otherwise = {c.claim_value: c for c in alone if c.relation in (Relation.DIFFERS, Relation.OUTDATED)}
    return [otherwise.get(c.claim_value, c) if c.relation is Relation.AGREES else c for c in found]


def _compare_counts(claim: Claim, evidence: Evidence, text: str) -> list[Comparison]:
    document = evidence.document
    return compare_quantities(_told(claim), text, f"{document.title}. {text}", claim.claim_date, document.published)


def _words(text: str) -> set[str]:
    return {word[:STEM_CHARS] for word in re.findall(r"[^\W\d_]{4,}", text.lower())}


def _n_unproven(found: Sequence[Comparison]) -> int:
    return sum(c.relation is not Relation.AGREES for c in found)


def _barred(claim: Claim, stated: Evidence, findings: _Findings) -> Evidence:
    if findings.elsewhere or findings.speech.bars:
        return stated.without(*SIDES)
    is_saying = claim.kind is ClaimKind.SPEECH_ACT
    if is_saying and stated.stance is Stance.REFUTES:
        return stated.without(Stance.SUPPORTS)
    if is_saying:
        stated = stated.without(Stance.REFUTES)  # whether it was denied has not been looked at
    if findings.denials or any(c.relation is Relation.DIFFERS for c in findings.scores):
        return stated.without(*_unproven(stated))
    text = _quoted(stated)
    is_later = claim.claim_date is not None and tells_of_later(find_dates(text), claim.claim_date)
    # The whole document is read for numbers only where one differs.
    differs = not is_saying and any(c.relation is Relation.DIFFERS for c in findings.counts)
    is_plain = differs and contradicts_plainly(claim.text, text, stated.document.text)
    return _by_counts_and_dates(
        stated, findings.counts, (*findings.dates, *findings.ranks, *findings.scores), is_later, is_plain
    )


_YEAR = re.compile(r"(?<![\w.,])(?:1[89]|20)\d\d(?![\w%]|[.,]\d)")
STEM_CHARS = 6
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
        return evidence.without(*SIDES)
    if Relation.DIFFERS in relations and is_plain:
        return replace(evidence, stance=Stance.REFUTES, barred=(Stance.SUPPORTS,))
    within = any(c.relation is Relation.AGREES and c.claim_value != c.evidence_value for c in counts)
    if Relation.OUTDATED in relations:
        return evidence.without(*SIDES)
    if within:
        evidence = evidence.without(Stance.REFUTES)  # "977" does not speak against "at least 726"
    relations |= {d.relation for d in dates}
    if Relation.DIFFERS in relations:
        return evidence.without(Stance.SUPPORTS)
    return evidence.without(*_unproven(evidence)) if Relation.MISSING in relations else evidence


def _unproven(evidence: Evidence) -> tuple[Stance, ...]:
    """What is barred where support is not proven: what the model reads as support is no refutation either."""
    return SIDES if evidence.stance is Stance.SUPPORTS else (Stance.SUPPORTS,)
