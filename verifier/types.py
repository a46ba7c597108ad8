"""The types that travel from article to report. All are frozen; ids hash content and position."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from corpus.documents import Document, Passage
from corpus.fetching.pages import Page


class Stance(StrEnum):
    """What one passage says about one claim."""

    SUPPORTS = "SUPPORTS"
    REFUTES = "REFUTES"
    NEUTRAL = "NEUTRAL"


STANCES = tuple(Stance)  # the order of columns and rows wherever probabilities of all three stand together
SIDES = (Stance.SUPPORTS, Stance.REFUTES)
MAX_RATIONALE = 3  # sentences that are quoted of a passage; SciFact's official score counts as many


class Label(StrEnum):
    """What all evidence together says about a claim (AVeriTeC's four labels)."""

    SUPPORTED = "SUPPORTED"
    REFUTED = "REFUTED"
    CONFLICTING_EVIDENCE = "CONFLICTING_EVIDENCE"
    NOT_ENOUGH_EVIDENCE = "NOT_ENOUGH_EVIDENCE"


LABEL_STANCE = {
    Label.SUPPORTED: Stance.SUPPORTS,
    Label.REFUTED: Stance.REFUTES,
    Label.NOT_ENOUGH_EVIDENCE: Stance.NEUTRAL,
}
STANCE_LABEL = {stance: label for label, stance in LABEL_STANCE.items()}


class ClaimStatus(StrEnum):
    """Whether a sentence is checked; every other sentence stays as a row, with its reason."""

    CHECKABLE = "CHECKABLE"
    NOT_CHECKABLE = "NOT_CHECKABLE"
    AMBIGUOUS = "AMBIGUOUS"


@dataclass(frozen=True, slots=True)
class Span:
    """Character offsets, end exclusive."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Article:
    """One article under check."""

    id: str
    title: str
    url: str | None
    source: str | None  # the file it was read from
    published: date | None
    text: str
    author: str | None = None


class ClaimKind(StrEnum):
    """What a claim asserts: that something is so, or that somebody said it. The two are never taken for each other."""

    CONTENT = "CONTENT"
    SPEECH_ACT = "SPEECH_ACT"


@dataclass(frozen=True, slots=True)
class Substitution:
    """Words of the article that a claim's stand-alone text puts otherwise: `original == article.text[start:end]`.

    `original` is empty where words were added at `start`.
    """

    start: int
    end: int
    original: str
    replacement: str
    why: str


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that a sentence of an article states, or a stretch of the article that is not checked.

    `sentence == article.text[start:end]`, verbatim; `text` is the stand-alone form that is checked, and `parts` are
    the stretches of the article that its words come from, inside the sentence. `reason` says why a claim is not
    CHECKABLE, and is empty where it is. `role` is what the stretch is in the article: `body`, `heading`, `caption`...

    A SPEECH_ACT has a `speaker`, the `verb` of saying as written, and in `quotes` the speaker's exact words, verbatim.
    A CONTENT claim with a `speaker` is what that speaker is said to have claimed.
    """

    id: str
    article_id: str
    start: int
    end: int
    sentence: str
    text: str
    speaker: str | None
    claim_date: date | None
    checkworthiness: float | None  # probability in [0, 1]; None where nothing scored it
    status: ClaimStatus
    reason: str
    role: str = "body"
    kind: ClaimKind = ClaimKind.CONTENT
    verb: str | None = None
    quotes: tuple[str, ...] = ()
    parts: tuple[Span, ...] = ()  # offsets in the article
    substitutions: tuple[Substitution, ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """One retrieved passage with its document; `rank` is 1-based, `score` unbounded (fused)."""

    passage: Passage
    document: Document
    score: float
    rank: int


class Relation(StrEnum):
    """How a value in a claim stands to one in the evidence."""

    AGREES = "AGREES"
    DIFFERS = "DIFFERS"
    OUTDATED = "OUTDATED"  # a running total at another date: neither confirms nor refutes
    MISSING = "MISSING"  # the evidence states no such value


@dataclass(frozen=True, slots=True)
class Comparison:
    """A number or date of the claim beside the evidence's: `article: 726; evidence: 977 (as of 2022-03-22)`."""

    claim_value: str
    evidence_value: str | None
    relation: Relation
    explanation: str


class Timing(StrEnum):
    """When evidence was published, held against the day of the claim and the days that the claim is about."""

    UNDATED = "UNDATED"  # the document or the claim has no date
    IN_TIME = "IN_TIME"
    AFTER_CLAIM = "AFTER_CLAIM"  # it may inform, and is marked
    BEFORE_EVENT = "BEFORE_EVENT"  # it cannot know: it never refutes


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one passage says about one claim. The three probabilities add up to 1.

    `rationale` holds character offsets in `passage.text` of the sentences that carry the stance. `origin` is the id of
    the passage that stands for all passages of nearly the same text, and its own where there is no other; `tier` is
    the source's tier by the file of tiers, and `credibility` in [0, 1] what that tier's word counts for.
    `barred` holds the sides that a comparison or a date keeps the passage from taking; the decision applies it.
    """

    claim_id: str
    passage: Passage
    document: Document
    retrieval_score: float
    stance: Stance
    p_supports: float
    p_refutes: float
    p_neutral: float
    rationale: tuple[Span, ...]
    comparisons: tuple[Comparison, ...] = ()
    timing: Timing = Timing.UNDATED
    origin: str = ""
    tier: str = ""
    credibility: float = 1.0
    barred: tuple[Stance, ...] = ()

    def without(self, *sides: Stance) -> Evidence:
        """NEUTRAL where it took one of `sides`, now barred; the probabilities stay what the model gave.

        Where both sides are barred, nothing is left that could be quoted for one.
        """
        barred = tuple(side for side in SIDES if side in {*self.barred, *sides})
        stance = Stance.NEUTRAL if self.stance in barred else self.stance
        return replace(self, barred=barred, stance=stance, rationale=() if barred == SIDES else self.rationale)

    def quotes(self) -> tuple[str, ...]:
        """The rationale's sentences, verbatim."""
        return tuple(self.passage.text[s.start : s.end] for s in self.rationale)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The label of one claim; `confidence` in [0, 1] is the probability that the label is right."""

    claim: Claim
    label: Label
    confidence: float
    evidence: tuple[Evidence, ...]  # strongest first
    justification: str
    reused_from: str | None = None  # the statement in whose first words the claim was judged, in place of its own


class RunStatus(StrEnum):
    """How a run ended; a run that was killed stays RUNNING."""

    RUNNING = "RUNNING"
    FINISHED = "FINISHED"
    FINISHED_WITH_FAILURES = "FINISHED_WITH_FAILURES"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class Failure:
    """Something of a run that was not done: which source, at which stage, and why."""

    source: str
    stage: str
    error: str  # the exception's name
    message: str


@dataclass(frozen=True, slots=True)
class Fetch:
    """A URL that a run fetched, and the article that it gave; feeds and sitemaps give none."""

    page: Page
    article_id: str | None


class RunKind(StrEnum):
    """What a run set out to do."""

    VERIFY = "VERIFY"  # articles, from their text
    REVERIFY = "REVERIFY"  # known claims, after the corpus changed


@dataclass(frozen=True, slots=True)
class Run:
    """One verification run: what was used, when, and how it ended."""

    id: str
    started_at: datetime
    finished_at: datetime | None
    status: RunStatus
    code_version: str
    settings_json: str
    model_ids: tuple[str, ...]
    corpus_version: str
    kind: RunKind = RunKind.VERIFY

    @property
    def is_over(self) -> bool:
        """It came to its end, with or without failures: all of it is stored."""
        return self.status in (RunStatus.FINISHED, RunStatus.FINISHED_WITH_FAILURES)


class CauseKind(StrEnum):
    """Why a verdict differs from the one before."""

    NEW_PASSAGE = "NEW_PASSAGE"  # added to the corpus since
    REMOVED_PASSAGE = "REMOVED_PASSAGE"  # no longer in the corpus
    EDITED_PASSAGE = "EDITED_PASSAGE"  # of a document that now has another text
    OTHER_RANKING = "OTHER_RANKING"  # the corpus changed, and other passages that it held before are now the nearest
    NEW_MODEL = "NEW_MODEL"
    NEW_RULE = "NEW_RULE"  # other code or settings
    OTHER_READING = "OTHER_READING"  # the claim's stand-alone text, speaker or date is another


@dataclass(frozen=True, slots=True)
class Cause:
    """One reason why a verdict differs from the one before, with the passage that came, went or changed."""

    kind: CauseKind
    passage_id: str | None
    detail: str


@dataclass(frozen=True, slots=True)
class Wording:
    """One wording of a checkable claim, and what it says: all wordings with one `statement_id` say the same.

    The three figures are None for the wording seen first, whose fingerprint the statement's id is.
    """

    fingerprint: str
    statement_id: str
    text: str
    kind: ClaimKind
    similarity: float | None = None  # cosine to the first wording
    p_entails: float | None = None  # probability that this wording entails the first
    p_entailed: float | None = None  # and the other way round


@dataclass(frozen=True, slots=True)
class FactCheck:
    """A fact-check that somebody else published; `label` is None where the rating fits none of ours."""

    id: str
    claim: str
    claimant: str | None
    claim_date: date | None
    appearances: tuple[str, ...]  # URLs
    publisher: str | None
    url: str | None
    title: str | None
    reviewed: date | None
    rating: str
    label: Label | None


@dataclass(frozen=True, slots=True)
class Review:
    """What a person said of a verdict: another label, evidence that is about something else, or a comment."""

    id: str
    claim_id: str
    run_id: str
    label: Label | None
    reviewer: str
    comment: str
    passage_id: str | None
    reviewed_at: datetime


def present_evidence(title: str | None, text: str) -> str:
    """The form in which the stance model sees a passage, in training and in use: its title, then its text."""
    return f"{title}: {text}" if title else text
