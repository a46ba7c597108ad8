"""What a report shows of one claim: its verdict, the passages that carry it, and what is remembered of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from verifier.report.quotes import Piece, pieces_of, quote_of, strongest
from verifier.report.words import (
    LABEL_WORDS,
    NO_VERDICT_WORDS,
    TIMING_WORDS,
    again_words,
    causes_words,
    copies_words,
    day,
    earlier_words,
    fact_check_words,
    one_line,
    question_of,
    review_words,
    safe_href,
    same_claim_words,
    sighting_words,
    sightings_words,
    step_words,
    substitution_words,
    sureness,
)
from verifier.rows import ClaimReport
from verifier.types import SIDES, Article, Claim, ClaimKind, Comparison, Evidence, Label, Stance

MAX_CONTEXT_CHARS = 300
"""A paragraph is cut this far before and behind its sentence."""

_PARAGRAPH_END = re.compile(r"\n\s*\n")


@dataclass(frozen=True, slots=True)
class PassageView:
    """One passage as evidence; `href` is None where its URL may not become a link.

    `marks` are what a reader has to be wary of: its day, that other passages have the same text, that a person found it
    to be about something else.
    """

    passage_id: str
    stance: Stance
    quote: str
    pieces: tuple[Piece, ...]
    has_rationale: bool
    title: str
    href: str | None
    source: str | None
    published: str
    tier: str  # empty where the run weighed no sources
    marks: tuple[str, ...]
    comparisons: tuple[Comparison, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """A line of what is remembered; `href` is where it can be read, None where there is no such place."""

    words: str
    href: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A point of a claim's timeline: a verdict with another label than the one before, or what a person said."""

    moment: datetime
    label: Label
    words: str
    is_review: bool


@dataclass(frozen=True, slots=True)
class Context:
    """A sentence, and what stands before and behind it in its paragraph."""

    before: str
    sentence: str
    after: str


@dataclass(frozen=True, slots=True)
class Card:
    """One checkable claim: its verdict, what people said of it, and the passages that carry it."""

    claim: Claim
    context: Context
    day: date | None  # of the claim, or else of its article
    label: Label | None  # None: checkable, yet the run left no verdict
    label_words: str
    confidence: float | None  # probability in [0, 1] that the label is right
    sureness: str  # the same in words
    question: str  # what the verdict answers, where that could be mistaken
    changes: tuple[str, ...]  # what the claim's text puts otherwise than its sentence, in words
    strongest_for: PassageView | None
    strongest_against: PassageView | None
    nearest: PassageView | None  # only where the evidence does not suffice
    further: tuple[PassageView, ...]
    justification: str
    is_new: bool  # neither it nor one that says the same was judged before
    was: str  # the verdict before, in words, where that had another label
    because: str  # why the label is another
    approved: Label | None  # the label that a person gave last
    reviews: tuple[str, ...]  # what people said of its verdicts, oldest first
    notes: tuple[Note, ...]  # in which words it was judged, who checked it before
    sightings: tuple[Note, ...]  # in how many articles it stands, and in which
    timeline: tuple[Step, ...]  # oldest first; empty where it has but one step

    @property
    def claimed_by(self) -> str | None:
        """Who is said to have claimed this; that of a speech act stands in its text."""
        return self.claim.speaker if self.claim.kind is ClaimKind.CONTENT else None

    @property
    def sides(self) -> tuple[tuple[str, PassageView], ...]:
        """The strongest passage of each side under its heading; one that the verdict passed over is called weak."""
        weak_for, weak_against = self.label is Label.REFUTED, self.label is Label.SUPPORTED
        sides = (
            ("For, too weak to count" if weak_for else "For", self.strongest_for),
            ("Against, too weak to count" if weak_against else "Against", self.strongest_against),
        )
        return tuple((heading, view) for heading, view in sides if view)

    @property
    def further_settle_nothing(self) -> bool:
        """Whether none of the further passages takes a side."""
        return all(view.stance is Stance.NEUTRAL for view in self.further)

    @property
    def key_quotes(self) -> tuple[PassageView, ...]:
        """The passages that carry the verdict; of a conflict the one against, and beside it the one for."""
        against = self.strongest_against if self.label is not Label.SUPPORTED else None
        supporting = self.strongest_for if self.label is not Label.REFUTED else None
        return tuple(view for view in (against, supporting) if view and view.has_rationale)


def card_of(row: ClaimReport, article: Article, run_id: str) -> Card:
    """What is shown of a checkable claim.

    :raises QuoteError: a rationale lies outside its passage.
    """
    verdict = row.verdict
    label = verdict.label if verdict else None
    evidence = verdict.evidence if verdict else ()
    shown = _shown_evidence(label, evidence)
    n_of_origin = Counter(item.origin for item in evidence if item.origin)
    doubted = {review.passage_id: review.reviewer for review in row.reviews if review.passage_id}
    views = {stance: _passage_view(item, n_of_origin, doubted) for stance, item in shown.items()}
    titles = {item.passage.id: item.document.title for item in evidence}
    return Card(
        claim=row.claim,
        context=_context(article, row.claim),
        day=row.claim.claim_date or article.published,
        label=label,
        label_words=LABEL_WORDS[label] if label else NO_VERDICT_WORDS,
        confidence=verdict.confidence if verdict else None,
        sureness=sureness(verdict.confidence) if verdict else "",
        question=question_of(row.claim),
        changes=tuple(map(substitution_words, row.claim.substitutions)),
        strongest_for=views.get(Stance.SUPPORTS),
        strongest_against=views.get(Stance.REFUTES),
        nearest=views.get(Stance.NEUTRAL),
        further=tuple(_passage_view(item, n_of_origin, doubted) for item in evidence if item not in shown.values()),
        justification=verdict.justification if verdict else "",
        is_new=row.n_verdicts <= 1 and not (row.previous or row.same_claim),
        was=earlier_words(row.previous) if row.is_changed and row.previous else "",
        because=causes_words(row.causes) if row.is_changed else "",
        approved=row.standing_review.label if row.standing_review else None,
        reviews=tuple(review_words(review, run_id, titles.get(review.passage_id or "", "")) for review in row.reviews),
        notes=tuple(_notes(row)),
        sightings=tuple(_sightings(row)),
        timeline=_timeline(row),
    )


def _context(article: Article, claim: Claim) -> Context:
    """The paragraph around the sentence, each side on one line and not longer than what can be taken in."""
    before, after = article.text[: claim.start], article.text[claim.end :]
    ends = [found.end() for found in _PARAGRAPH_END.finditer(before)]
    before, after = before[ends[-1] if ends else 0 :], _PARAGRAPH_END.split(after, maxsplit=1)[0]
    return Context(_last_chars(one_line(before)), one_line(claim.sentence), _first_chars(one_line(after)))


def _first_chars(text: str) -> str:
    return text if len(text) <= MAX_CONTEXT_CHARS else f"{text[:MAX_CONTEXT_CHARS].rstrip()}…"


def _last_chars(text: str) -> str:
    return text if len(text) <= MAX_CONTEXT_CHARS else f"…{text[-MAX_CONTEXT_CHARS:].lstrip()}"


def _notes(row: ClaimReport) -> Iterator[Note]:
    if row.judged_as:
        yield Note(f"Judged in words that say the same: “{one_line(row.judged_as)}”")
    if row.same_claim and not row.previous:
        yield Note(same_claim_words(row.same_claim))
    for check in row.fact_checks:
        yield Note(fact_check_words(check, row.claim.text), safe_href(check.url))


def _sightings(row: ClaimReport) -> Iterator[Note]:
    if row.sightings:
        yield Note(sightings_words(row.sightings))
        yield from (Note(sighting_words(seen), safe_href(seen.url)) for seen in row.sightings.others)


def _timeline(row: ClaimReport) -> tuple[Step, ...]:
    """A confidence that moved under the same label is no step; that it was said again is told at the last one."""
    verdicts = [Step(past.saved_at, past.label, step_words(past), is_review=False) for past in row.history]
    if verdicts and (n_again := row.n_verdicts - len(verdicts)):
        last = verdicts[-1]
        verdicts[-1] = Step(last.moment, last.label, f"{last.words}; {again_words(n_again)}", is_review=False)
    reviews = [
        Step(review.reviewed_at, review.label, f"{LABEL_WORDS[review.label]}, said {one_line(review.reviewer)}", True)
        for review in row.reviews
        if review.label
    ]
    steps = tuple(sorted([*verdicts, *reviews], key=lambda step: step.moment))
    return steps if len(steps) > 1 or row.n_verdicts > 1 else ()


def _shown_evidence(label: Label | None, evidence: Sequence[Evidence]) -> dict[Stance, Evidence]:
    """The strongest passage of each side; where the evidence does not suffice, only the first of all, as NEUTRAL."""
    if label is Label.NOT_ENOUGH_EVIDENCE:
        return {Stance.NEUTRAL: evidence[0]} if evidence else {}
    return {side: found for side in SIDES if (found := strongest(evidence, side))}


def _passage_view(evidence: Evidence, n_of_origin: Mapping[str, int], doubted: Mapping[str, str]) -> PassageView:
    """:param doubted: who found a passage wrong for the claim, by passage id."""
    document, n_others = evidence.document, n_of_origin.get(evidence.origin, 1) - 1
    reviewer = doubted.get(evidence.passage.id, "")
    marks = (TIMING_WORDS[evidence.timing], copies_words(n_others), reviewer and f"found wrong by {one_line(reviewer)}")
    return PassageView(
        passage_id=evidence.passage.id,
        stance=evidence.stance,
        quote=one_line(quote_of(evidence).text),
        pieces=pieces_of(evidence),
        has_rationale=bool(evidence.rationale),
        title=one_line(document.title) or "Untitled",
        href=safe_href(document.url),
        source=document.source,
        published=day(document.published),
        tier=one_line(evidence.tier),
        marks=tuple(mark for mark in marks if mark),
        comparisons=evidence.comparisons,
    )
