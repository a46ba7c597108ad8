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
class Sightings:
    """In how many articles claims stand that say the same, this one's included, and since which day."""

    statement_id: str
    n_articles: int  # at least 2
    first_seen: date  # the first article's day of publication, or else of the run that read it


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


@dataclass(frozen=True, slots=True)
class ArticleReport:
    """One article with its claims, in the order of its text."""

    article: Article
    claims: tuple[ClaimReport, ...]


@dataclass(frozen=True, slots=True)
class Resumed:
    """What a run that was started again found done: so many of its articles it had saved before, whole."""

    n_done: int  # at least 1
    n_articles: int


@dataclass(frozen=True, slots=True)
class RunReport:
    """One run with what it did and what it failed to do."""

    run: Run
    failures: tuple[Failure, ...]
    articles: tuple[ArticleReport, ...]
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
