"""One run's rows as they are read for a report, and how they are counted."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from verifier.types import Article, Cause, Claim, ClaimStatus, FactCheck, Failure, Label, Review, Run, Verdict

CHECKED = "checked"
AMBIGUOUS = "ambiguous"
NO_REASON = "no reason given"
MAX_SIGHTINGS = 5
SENTENCE_ROLES = ("body", "list item", "quote")  # the roles whose stretches are sentences


@dataclass(frozen=True, slots=True)
class Earlier:
    """A verdict given before on the same claim, or on one that says the same."""

    claim_id: str
    article: str  # its title
    run_id: str
    run_started_at: datetime
    label: Label
    confidence: float


@dataclass(frozen=True, slots=True)
class PastVerdict:
    """A step in the history of a claim: its first verdict, or one with another label than the one before."""

    run_id: str
    saved_at: datetime
    label: Label
    confidence: float
    causes: tuple[Cause, ...]  # why it differs from the one before, the likeliest first


@dataclass(frozen=True, slots=True)
class Sighting:
    """Another article in which a claim stands that says the same."""

    claim_id: str
    article: str  # its title
    url: str | None
    speaker: str | None
    seen: date  # the article's day of publication, or else of the run that read it


@dataclass(frozen=True, slots=True)
class Sightings:
    """In how many articles claims stand that say the same, this one's included, and since which day."""

    statement_id: str
    n_articles: int  # at least 2
    first_seen: date  # the first article's day of publication, or else of the run that read it
    others: tuple[Sighting, ...] = ()  # the first ones of other articles, at most MAX_SIGHTINGS


@dataclass(frozen=True, slots=True)
class ClaimReport:
    """One claim of an article with what is remembered of it; `verdict` is None where it was not checked."""

    claim: Claim
    verdict: Verdict | None
    reviews: tuple[Review, ...] = ()  # of its verdicts of all runs, oldest first
    previous: Earlier | None = None  # the verdict before this one
    causes: tuple[Cause, ...] = ()  # why it differs from that, the likeliest first
    same_claim: Earlier | None = None  # the newest verdict of an earlier run on a claim of another article that says so
    judged_as: str | None = None  # the words seen first that say the same, where the verdict was given on them
    sightings: Sightings | None = None  # where other articles claim the same
    fact_checks: tuple[FactCheck, ...] = ()  # of what the claim says, newest first
    history: tuple[PastVerdict, ...] = ()  # of all runs, oldest first
    n_verdicts: int = 0  # of all runs, those that say again what the one before said included

    @property
    def is_changed(self) -> bool:
        """Whether the verdict has another label than the one before."""
        return bool(self.verdict and self.previous and self.verdict.label is not self.previous.label)

    @property
    def standing_review(self) -> Review | None:
        """The newest review that gives a label: what a person says of the claim; None where nobody gave one."""
        return max((review for review in self.reviews if review.label), key=lambda r: r.reviewed_at, default=None)


@dataclass(frozen=True, slots=True)
class ArticleReport:
    """One article with its claims, in the order of its text."""

    article: Article
    claims: tuple[ClaimReport, ...]


@dataclass(frozen=True, slots=True)
class Flip:
    """A verdict with another label than the one before, of another run than the one that is reported."""

    saved_at: datetime
    run_id: str
    claim_id: str
    claim: str
    article: str  # its title
    old_label: Label
    label: Label
    confidence: float
    causes: tuple[Cause, ...]  # the likeliest first


@dataclass(frozen=True, slots=True)
class Count:
    """How many claims have each label, of a day, a site or a speaker; `n` is in the order of `Label`."""

    name: str
    n: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Desk:
    """What the whole database says around a run: what flipped since the one before, and how labels are spread.

    `by_day` counts claims by the day of the verification run that judged them first, oldest day first; `by_site` by
    the host of the article's address, `by_speaker` what people are said to have claimed; the largest first, each
    claim by its latest verdict.
    """

    flips: tuple[Flip, ...] = ()  # newest first
    n_flips: int = 0  # more than are listed, where there are many
    by_day: tuple[Count, ...] = ()
    by_site: tuple[Count, ...] = ()
    by_speaker: tuple[Count, ...] = ()


@dataclass(frozen=True, slots=True)
class Resumed:
    """What a run that was started again found done: so many of its articles it had saved before, whole."""

    n_done: int  # at least 1
    n_articles: int

    @property
    def is_all(self) -> bool:
        """Nothing was left to check."""
        return self.n_done >= self.n_articles


@dataclass(frozen=True, slots=True)
class RunReport:
    """One run with what it did and what it failed to do, and what the database says around it."""

    run: Run
    failures: tuple[Failure, ...]
    articles: tuple[ArticleReport, ...]
    desk: Desk = Desk()
    resumed: Resumed | None = None  # by its last attempt


@dataclass(frozen=True, slots=True)
class Coverage:
    """What became of the stretches of one or more articles: each stretch is counted once, however many claims it makes.

    Sentences stand in the body, in lists and in block quotes; the rest are headings, captions and the like.
    """

    n_checked: int
    n_ambiguous: int
    not_checked: tuple[tuple[str, int], ...]  # sentences by reason, most frequent first
    others: tuple[tuple[str, int], ...]  # other lines by role, most frequent first
    n_others_checked: int

    @property
    def n_not_checked(self) -> int:
        """How many sentences are neither checked nor ambiguous."""
        return sum(n for _, n in self.not_checked)

    @property
    def n_others(self) -> int:
        """How many lines are no sentences."""
        return sum(n for _, n in self.others)

    @property
    def n_sentences(self) -> int:
        """How many sentences there are."""
        return self.n_checked + self.n_ambiguous + self.n_not_checked

    @property
    def n_units(self) -> int:
        """How many stretches there are in all."""
        return self.n_sentences + self.n_others


def coverage_of(claims: Iterable[Claim]) -> Coverage:
    """Count the stretches that claims stand for, as the views `units` and `article_coverage` of the store do.

    A stretch is checked if any of its claims is CHECKABLE, else ambiguous if any is, else it has the first reason
    in the alphabet.
    """
    units: defaultdict[tuple[str, int, int], list[Claim]] = defaultdict(list)
    for claim in claims:
        units[claim.article_id, claim.start, claim.end].append(claim)
    told = [(_role(unit), _outcome(unit)) for unit in units.values()]
    sentences = Counter(outcome for role, outcome in told if role in SENTENCE_ROLES)
    return Coverage(
        n_checked=sentences.pop(CHECKED, 0),
        n_ambiguous=sentences.pop(AMBIGUOUS, 0),
        not_checked=_most_first(sentences),
        others=_most_first(Counter(role for role, _ in told if role not in SENTENCE_ROLES)),
        n_others_checked=sum(role not in SENTENCE_ROLES and outcome == CHECKED for role, outcome in told),
    )


def _role(unit: Sequence[Claim]) -> str:
    roles = {claim.role for claim in unit}
    return min(roles & set(SENTENCE_ROLES) or roles)


def _outcome(unit: Sequence[Claim]) -> str:
    statuses = {claim.status for claim in unit}
    if ClaimStatus.CHECKABLE in statuses:
        return CHECKED
    if ClaimStatus.AMBIGUOUS in statuses:
        return AMBIGUOUS
    return min((claim.reason for claim in unit if claim.reason), default=NO_REASON)


def _most_first(counts: Counter[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
