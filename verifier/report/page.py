"""What a report shows, chosen and worded once for both the HTML page and the Markdown text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from verifier.report.quotes import Piece, pieces_of, quote_of
from verifier.report.words import LABEL_WORDS, NO_VERDICT_WORDS, day, n_of, one_line, safe_href
from verifier.rows import ArticleReport, ClaimReport, RunReport
from verifier.types import Article, Claim, ClaimStatus, Comparison, Evidence, Failure, Label, Run, RunStatus, Stance

MAX_NEIGHBOUR_CHARS = 280
"""A sentence of context longer than this is cut on its far side."""

ATTENTION = (Label.REFUTED, Label.CONFLICTING_EVIDENCE)


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
class PassageView:
    """One passage as evidence; `href` is None where its URL may not become a link."""

    stance: Stance
    quote: str
    pieces: tuple[Piece, ...]
    has_rationale: bool
    title: str
    href: str | None
    source: str | None
    published: str
    comparisons: tuple[Comparison, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """One checkable claim: its verdict and the passages that carry it."""

    claim: Claim
    label: Label | None  # None: checkable, yet the run left no verdict
    label_words: str
    confidence: float | None  # probability in [0, 1] that the label is right
    before: str
    after: str
    strongest_for: PassageView | None
    strongest_against: PassageView | None
    nearest: PassageView | None  # only where the evidence does not suffice
    further: tuple[PassageView, ...]
    justification: str

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
    def key_quotes(self) -> tuple[PassageView, ...]:
        """The passages for the index: the one against, and beside it the one for where they conflict."""
        conflicting = self.label is Label.CONFLICTING_EVIDENCE
        chosen = (self.strongest_against, self.strongest_for if conflicting else None)
        return tuple(view for view in chosen if view)


@dataclass(frozen=True, slots=True)
class ArticleView:
    """One article: cards in the order of its text, then the sentences that were not checked."""

    article: Article
    href: str | None
    cards: tuple[Card, ...]
    not_checked: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A whole report."""

    run: Run
    banner: Banner
    label_counts: tuple[tuple[Label | None, str, int], ...]
    not_checked_counts: tuple[tuple[str, int], ...]  # by reason, most frequent first
    attention: tuple[Card, ...]  # refuted, then conflicting; the surest first
    articles: tuple[ArticleView, ...]

    @property
    def n_cards(self) -> int:
        """How many claims were to be checked."""
        return sum(n for _, _, n in self.label_counts)

    @property
    def n_not_checked(self) -> int:
        """How many sentences were set aside."""
        return sum(n for _, n in self.not_checked_counts)


def page_of(report: RunReport) -> Page:
    """Choose and word what is shown of a run.

    :raises QuoteError: a rationale lies outside its passage.
    """
    rows = [row for article in report.articles for row in article.claims]
    shown = [row for row in rows if _is_checkable(row)]
    reasons = Counter(reason_of(row.claim) for row in rows if not _is_checkable(row))
    articles = tuple(_article_view(article) for article in report.articles)
    return Page(
        run=report.run,
        banner=_banner(report, n_unjudged=sum(row.verdict is None for row in shown)),
        label_counts=_label_counts(shown),
        not_checked_counts=tuple(sorted(reasons.items(), key=lambda item: (-item[1], item[0]))),
        attention=_attention(articles),
        articles=articles,
    )


def reason_of(claim: Claim) -> str:
    """Why a sentence was not checked."""
    reason = one_line(claim.reason) or "no reason given"
    return f"ambiguous: {reason}" if claim.status is ClaimStatus.AMBIGUOUS else reason


def _is_checkable(row: ClaimReport) -> bool:
    return row.claim.status is ClaimStatus.CHECKABLE


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


def _label_counts(rows: Sequence[ClaimReport]) -> tuple[tuple[Label | None, str, int], ...]:
    counts = Counter(row.verdict.label if row.verdict else None for row in rows)
    labels = tuple((label, words, counts[label]) for label, words in LABEL_WORDS.items())
    return (*labels, (None, NO_VERDICT_WORDS, counts[None])) if counts[None] else labels


def _attention(articles: Sequence[ArticleView]) -> tuple[Card, ...]:
    cards = [card for article in articles for card in article.cards if card.label in ATTENTION]
    return tuple(sorted(cards, key=lambda card: (card.label is not Label.REFUTED, -(card.confidence or 0.0))))


def _article_view(report: ArticleReport) -> ArticleView:
    rows = sorted(report.claims, key=lambda row: (row.claim.start, row.claim.end))
    neighbours = _neighbours(report.article, [row.claim for row in rows])
    return ArticleView(
        article=report.article,
        href=safe_href(report.article.url),
        cards=tuple(_card(row, *neighbours[row.claim.start]) for row in rows if _is_checkable(row)),
        not_checked=tuple(row.claim for row in rows if not _is_checkable(row)),
    )


def _neighbours(article: Article, claims: Iterable[Claim]) -> dict[int, tuple[str, str]]:
    """The sentence before and the one after each, by the start of the sentence: every sentence has its row."""
    spans = sorted({claim.start: claim.end for claim in claims}.items())
    sentences = ["", *(one_line(article.text[start:end]) for start, end in spans), ""]
    return {start: (_last_chars(sentences[i]), _first_chars(sentences[i + 2])) for i, (start, _) in enumerate(spans)}


def _first_chars(text: str) -> str:
    return text if len(text) <= MAX_NEIGHBOUR_CHARS else f"{text[:MAX_NEIGHBOUR_CHARS].rstrip()}…"


def _last_chars(text: str) -> str:
    return text if len(text) <= MAX_NEIGHBOUR_CHARS else f"…{text[-MAX_NEIGHBOUR_CHARS:].lstrip()}"


def _card(row: ClaimReport, before: str, after: str) -> Card:
    verdict = row.verdict
    label = verdict.label if verdict else None
    evidence = verdict.evidence if verdict else ()
    shown = _shown_evidence(label, evidence)
    views = {stance: _passage_view(item) for stance, item in shown.items()}
    return Card(
        claim=row.claim,
        label=label,
        label_words=LABEL_WORDS[label] if label else NO_VERDICT_WORDS,
        confidence=verdict.confidence if verdict else None,
        before=before,
        after=after,
        strongest_for=views.get(Stance.SUPPORTS),
        strongest_against=views.get(Stance.REFUTES),
        nearest=views.get(Stance.NEUTRAL),
        further=tuple(_passage_view(item) for item in evidence if item not in shown.values()),
        justification=verdict.justification if verdict else "",
    )


def _shown_evidence(label: Label | None, evidence: Sequence[Evidence]) -> dict[Stance, Evidence]:
    """The strongest passage of each side; where the evidence does not suffice, only the first of all, as NEUTRAL."""
    if label is Label.NOT_ENOUGH_EVIDENCE:
        return {Stance.NEUTRAL: evidence[0]} if evidence else {}
    supporting = [item for item in evidence if item.stance is Stance.SUPPORTS]
    refuting = [item for item in evidence if item.stance is Stance.REFUTES]
    shown = {}
    # A passage that can be quoted goes before one that cannot: only that one can have carried the verdict.
    if supporting:
        shown[Stance.SUPPORTS] = max(supporting, key=lambda item: (bool(item.rationale), item.p_supports))
    if refuting:
        shown[Stance.REFUTES] = max(refuting, key=lambda item: (bool(item.rationale), item.p_refutes))
    return shown


def _passage_view(evidence: Evidence) -> PassageView:
    document = evidence.document
    return PassageView(
        stance=evidence.stance,
        quote=one_line(quote_of(evidence).text),
        pieces=pieces_of(evidence),
        has_rationale=bool(evidence.rationale),
        title=one_line(document.title) or "Untitled",
        href=safe_href(document.url),
        source=document.source,
        published=day(document.published),
        comparisons=evidence.comparisons,
    )
