"""The morning page: what is shown of a run, in which order, worded once for HTML and Markdown.

First what changed, then what needs a person, then what failed, then the claims by article, and the figures last.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import islice

from verifier.report.articles import ArticleView, article_view, is_checkable, worth_of
from verifier.report.cards import Card, card_of
from verifier.report.pictures import Counted, charted
from verifier.report.words import (
    LABEL_WORDS,
    LOW_CONFIDENCE,
    NO_VERDICT_WORDS,
    QUESTION_WORDS,
    causes_words,
    coverage_words,
    n_of,
    one_line,
    percent,
    resumed_words,
    safe_href,
    same_claim_words,
)
from verifier.rows import NO_REASON, ArticleReport, ClaimReport, Count, Desk, Flip, RunReport, coverage_of
from verifier.types import Article, Claim, ClaimKind, ClaimStatus, Failure, Label, Run, RunKind, RunStatus

NO_SITE = "no web address"
MAX_CONCERNS = 100
"""More claims that need a person for one reason than this are counted, and stand with their articles only."""
MAX_FULL_CARDS = 2000


class NoSuchCardError(ValueError):
    """A page was asked for of a claim that the run does not have, or did not check."""


class Alarm(StrEnum):
    """How loudly the page says that it is not the whole story."""

    NONE = "NONE"
    UNFINISHED = "UNFINISHED"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class Banner:
    """What stands above everything else when a run did not do all it should."""

    alarm: Alarm
    headline: str
    detail: str
    failures: tuple[Failure, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A verdict that is not what it was, or a conflict that was not there before."""

    what: str  # `Was Supported 91% (run of 2026-05-03)`, `New conflict`
    because: str
    card: Card


@dataclass(frozen=True, slots=True)
class ElsewhereChange:
    """A verdict that another run changed since the run before this one: it has no card here."""

    claim_id: str
    claim: str
    article: str
    label: Label
    label_words: str
    confidence: float
    what: str
    because: str
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class Concern:
    """Verdicts that need a person for one reason, the claims most worth checking first."""

    title: str
    why: str
    n: int
    cards: tuple[Card, ...]  # at most MAX_CONCERNS


@dataclass(frozen=True, slots=True)
class OpenStatement:
    """A statement that is not judged because the article leaves open whom or what it means."""

    claim: Claim
    reason: str
    article: str


@dataclass(frozen=True, slots=True)
class Tally:
    """The verdicts on claims of one kind; every tally of a page has the same labels in the same order."""

    kind: ClaimKind
    question: str
    counts: tuple[tuple[Label | None, str, int], ...]

    @property
    def n(self) -> int:
        """How many claims of this kind were to be checked."""
        return sum(n for _, _, n in self.counts)


@dataclass(frozen=True, slots=True)
class Figures:
    """The run and the desk in numbers and pictures."""

    tallies: tuple[Tally, ...]  # what is true, and after it what was said, where there is any such claim
    coverage: str
    by_day: tuple[Counted, ...]
    by_site: tuple[Counted, ...]
    by_speaker: tuple[Counted, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A whole report."""

    run: Run
    title: str
    resumed: str  # what a run that was started again found done, in words
    banner: Banner
    changes: tuple[Change, ...]
    elsewhere: tuple[ElsewhereChange, ...]
    n_elsewhere: int
    concerns: tuple[Concern, ...]  # each has at least one card
    open_statements: tuple[OpenStatement, ...]  # at most MAX_CONCERNS
    n_open: int
    n_reviewed: int  # would need a person, had none said what is right
    articles: tuple[ArticleView, ...]
    speakers: tuple[str, ...]
    figures: Figures

    @property
    def n_cards(self) -> int:
        """How many claims were to be checked."""
        return sum(tally.n for tally in self.figures.tallies)

    @property
    def is_brief(self) -> bool:
        """Whether further passages are only counted, so that the page stays small enough to open at once."""
        return self.n_cards > MAX_FULL_CARDS

    @property
    def n_changed(self) -> int:
        """How many verdicts are not what they were."""
        return len(self.changes) + self.n_elsewhere

    @property
    def n_for_a_person(self) -> int:
        """How many claims need a person."""
        return sum(concern.n for concern in self.concerns) + self.n_open


def page_of(report: RunReport) -> Page:
    """Choose and word what is shown of a run.

    :raises QuoteError: a rationale lies outside its passage.
    """
    rows = [row for article in report.articles for row in article.claims]
    shown = [row for row in rows if is_checkable(row)]
    articles = tuple(_by_worth(article_view(article, report.run.id) for article in report.articles))
    cards = [card for view in articles for card in view.cards]
    elsewhere = dict(_differing_elsewhere(shown))
    troubling = [card for card in cards if _concern_of(card)]
    return Page(
        run=report.run,
        title="Claims checked again" if report.run.kind is RunKind.REVERIFY else "Claim check",
        resumed=resumed_words(report.resumed) if report.resumed else "",
        banner=_banner(report, n_unjudged=sum(row.verdict is None for row in shown)),
        changes=tuple(change for card in cards for change in _changes(card, elsewhere.get(card.claim.id))),
        elsewhere=tuple(map(_elsewhere, report.desk.flips)),
        n_elsewhere=report.desk.n_flips,
        concerns=tuple(_concerns(card for card in troubling if not card.approved)),
        open_statements=tuple(islice(_open_statements(report.articles), MAX_CONCERNS)),
        n_open=sum(row.claim.status is ClaimStatus.AMBIGUOUS for row in rows),
        n_reviewed=sum(card.approved is not None for card in troubling),
        articles=articles,
        speakers=tuple(
            sorted({one_line(card.claim.speaker) for card in cards if card.claim.speaker}, key=str.casefold)
        ),
        figures=_figures(shown, coverage_words(coverage_of(row.claim for row in rows)), report.desk),
    )


@dataclass(frozen=True, slots=True)
class ClaimPage:
    """A claim by itself."""

    run: Run
    banner: Banner
    card: Card
    article: Article
    title: str  # of the article
    href: str | None


def claim_page_of(report: RunReport, claim_id: str) -> ClaimPage:
    """Choose and word what is shown of one claim of a run.

    :raises NoSuchCardError: the run has no checkable claim with that id.
    :raises QuoteError: a rationale lies outside its passage.
    """
    for rows in report.articles:
        for row in rows.claims:
            if row.claim.id == claim_id and is_checkable(row):
                article = rows.article
                return ClaimPage(
                    run=report.run,
                    banner=_banner(report, n_unjudged=row.verdict is None),
                    card=card_of(row, article, report.run.id),
                    article=article,
                    title=one_line(article.title) or "Untitled article",
                    href=safe_href(article.url),
                )
    raise NoSuchCardError(
        f"expected a checkable claim of run {report.run.id}, found {claim_id!r}, which is none; give the id of one that"
        " was checked"
    )


def _banner(report: RunReport, n_unjudged: int) -> Banner:
    status, failures = report.run.status, report.failures
    unjudged = f"{n_of(n_unjudged, 'checkable claim')} without a verdict." if n_unjudged else ""
    failed = f"{n_of(len(failures), 'failure')}: {'it is' if len(failures) == 1 else 'they are'} listed below."
    if status is RunStatus.FAILED:
        why = failed if failures else "No reason was recorded."
        return Banner(Alarm.FAILED, "This run failed. What follows is incomplete.", f"{why} {unjudged}", failures)
    if status is RunStatus.RUNNING:
        headline = "This run is still running, or was stopped before its end. What follows is incomplete."
        detail = f"{failed if failures else ''} {unjudged}"
        return Banner(Alarm.FAILED if failures else Alarm.UNFINISHED, headline, detail, failures)
    if failures or status is RunStatus.FINISHED_WITH_FAILURES:
        why = failed if failures else "What failed was not recorded."
        return Banner(Alarm.FAILED, "This run finished, but part of it failed.", f"{why} {unjudged}", failures)
    if n_unjudged:
        return Banner(Alarm.FAILED, "This run finished, but left claims unchecked.", unjudged, failures)
    return Banner(Alarm.NONE, "", "", failures)


def _changes(card: Card, elsewhere: str | None) -> Iterator[Change]:
    """:param elsewhere: the same claim's verdict in another article, where that has another label."""
    if card.was:
        yield Change(f"Was {card.was}", card.because, card)
    elif elsewhere:
        yield Change("Other verdict than before", elsewhere, card)
    elif card.is_new and card.label is Label.CONFLICTING_EVIDENCE:
        yield Change("New conflict", "", card)


def _differing_elsewhere(rows: Iterable[ClaimReport]) -> Iterator[tuple[str, str]]:
    """Claims that were first judged now, and the other label that the same claim has in another article."""
    for row in rows:
        earlier = row.same_claim
        if row.verdict and earlier and not row.previous and earlier.label is not row.verdict.label:
            yield row.claim.id, same_claim_words(earlier)


def _elsewhere(flip: Flip) -> ElsewhereChange:
    return ElsewhereChange(
        claim_id=flip.claim_id,
        claim=one_line(flip.claim),
        article=one_line(flip.article),
        label=flip.label,
        label_words=LABEL_WORDS[flip.label],
        confidence=flip.confidence,
        what=f"Was {LABEL_WORDS[flip.old_label]}",
        because=causes_words(flip.causes),
        saved_at=flip.saved_at,
    )


_CONCERNS = {
    "Refuted": "a passage states the contrary",
    "Conflicting evidence": "passages stand on both sides",
    "Low confidence": f"the verdict is right in fewer than {percent(LOW_CONFIDENCE)} of such cases",
}


def _concern_of(card: Card) -> str | None:
    if card.label in (Label.REFUTED, Label.CONFLICTING_EVIDENCE):
        return LABEL_WORDS[card.label]
    return "Low confidence" if card.confidence is not None and card.confidence < LOW_CONFIDENCE else None


def _concerns(cards: Iterable[Card]) -> Iterator[Concern]:
    of_title: dict[str, list[Card]] = {title: [] for title in _CONCERNS}
    for card in cards:
        if title := _concern_of(card):
            of_title[title].append(card)
    for title, found in of_title.items():
        if found:
            yield Concern(title, _CONCERNS[title], len(found), tuple(sorted(found, key=worth_of)[:MAX_CONCERNS]))


def _open_statements(articles: Iterable[ArticleReport]) -> Iterator[OpenStatement]:
    for report in articles:
        for row in report.claims:
            if row.claim.status is ClaimStatus.AMBIGUOUS:
                reason = one_line(row.claim.reason) or NO_REASON
                yield OpenStatement(row.claim, reason, one_line(report.article.title))


def _by_worth(views: Iterable[ArticleView]) -> list[ArticleView]:
    """Articles with new claims first, the one with the claim most worth checking before the others."""

    def key(view: ArticleView) -> tuple[bool, float]:
        first = next((card for card in view.cards if card.is_new), None)
        return first is None, -(first.claim.checkworthiness or 0.0) if first else 0.0

    return sorted(views, key=key)


def _figures(rows: Sequence[ClaimReport], coverage: str, desk: Desk) -> Figures:
    return Figures(
        tallies=_tallies(rows),
        coverage=coverage,
        by_day=charted(desk.by_day),
        by_site=charted(_named(desk)),
        by_speaker=charted(desk.by_speaker),
    )


def _named(desk: Desk) -> Iterator[Count]:
    for count in desk.by_site:
        yield count if count.name else Count(NO_SITE, count.n)


def _tallies(rows: Sequence[ClaimReport]) -> tuple[Tally, ...]:
    counts = Counter((row.claim.kind, row.verdict.label if row.verdict else None) for row in rows)
    labels: list[tuple[Label | None, str]] = [*LABEL_WORDS.items()]
    if any(row.verdict is None for row in rows):
        labels.append((None, NO_VERDICT_WORDS))
    tallies = (
        Tally(kind, question, tuple((label, words, counts[kind, label]) for label, words in labels))
        for kind, question in QUESTION_WORDS.items()
    )
    return tuple(tally for tally in tallies if tally.kind is ClaimKind.CONTENT or tally.n)
