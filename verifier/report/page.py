"""What a report shows, chosen and worded once for both the HTML page and the Markdown text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from verifier.report.quotes import Piece, pieces_of, quote_of
from verifier.report.words import (
    LABEL_WORDS,
    NO_VERDICT_WORDS,
    QUESTION_WORDS,
    TIMING_WORDS,
    changed_words,
    copies_words,
    coverage_words,
    day,
    fact_check_words,
    n_of,
    one_line,
    question_of,
    review_words,
    safe_href,
    same_claim_words,
    sightings_words,
    substitution_words,
)
from verifier.rows import NO_REASON, SENTENCE_ROLES, ArticleReport, ClaimReport, Coverage, RunReport, coverage_of
from verifier.types import (
    Article,
    Claim,
    ClaimKind,
    ClaimStatus,
    Comparison,
    Evidence,
    Failure,
    Label,
    Run,
    RunStatus,
    Stance,
)

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
    """One passage as evidence; `href` is None where its URL may not become a link.

    `marks` are what a reader has to be wary of: its day, that other passages have the same text, that a person found it
    to be about something else.
    """

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
class Card:
    """One checkable claim: its verdict, what people said of it, and the passages that carry it."""

    claim: Claim
    label: Label | None  # None: checkable, yet the run left no verdict
    label_words: str
    confidence: float | None  # probability in [0, 1] that the label is right
    question: str  # what the verdict answers, where that could be mistaken
    changes: tuple[str, ...]  # what the claim's text puts otherwise than its sentence, in words
    strongest_for: PassageView | None
    strongest_against: PassageView | None
    nearest: PassageView | None  # only where the evidence does not suffice
    further: tuple[PassageView, ...]
    justification: str
    reviews: tuple[str, ...] = ()  # what people said of its verdicts, oldest first
    notes: tuple[Note, ...] = ()  # why the verdict changed, where else the claim was seen, who checked it before

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
    def key_quotes(self) -> tuple[PassageView, ...]:
        """The passages for the index: the one against, and beside it the one for where they conflict."""
        conflicting = self.label is Label.CONFLICTING_EVIDENCE
        chosen = (self.strongest_against, self.strongest_for if conflicting else None)
        return tuple(view for view in chosen if view)


@dataclass(frozen=True, slots=True)
class SentenceView:
    """One sentence of an article with the claims that it makes."""

    text: str
    before: str
    after: str
    cards: tuple[Card, ...]
    not_checked: tuple[Claim, ...]  # what else it states


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of the bar that shows the coverage; `start` and `width` in percent of the bar."""

    name: str
    words: str
    start: float
    width: float


@dataclass(frozen=True, slots=True)
class CoverageView:
    """What became of all stretches of the text, in words and as a bar."""

    line: str
    bar: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class ArticleView:
    """One article: what its sentences claim, in the order of its text, then the stretches that were not checked."""

    article: Article
    href: str | None
    coverage: CoverageView
    sentences: tuple[SentenceView, ...]
    not_checked: tuple[tuple[str, str], ...]  # each stretch with its reasons

    @property
    def cards(self) -> tuple[Card, ...]:
        """The cards of all sentences."""
        return tuple(card for sentence in self.sentences for card in sentence.cards)


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
class Page:
    """A whole report."""

    run: Run
    banner: Banner
    tallies: tuple[Tally, ...]  # what is true, and after it what was said, where there is any such claim
    coverage: str
    attention: tuple[Card, ...]  # refuted, then conflicting; the surest first
    articles: tuple[ArticleView, ...]

    @property
    def n_cards(self) -> int:
        """How many claims were to be checked."""
        return sum(tally.n for tally in self.tallies)


def page_of(report: RunReport) -> Page:
    """Choose and word what is shown of a run.

    :raises QuoteError: a rationale lies outside its passage.
    """
    rows = [row for article in report.articles for row in article.claims]
    shown = [row for row in rows if _is_checkable(row)]
    articles = tuple(_article_view(article, report.run.id) for article in report.articles)
    return Page(
        run=report.run,
        banner=_banner(report, n_unjudged=sum(row.verdict is None for row in shown)),
        tallies=_tallies(shown),
        coverage=coverage_words(coverage_of(row.claim for row in rows)),
        attention=_attention(articles),
        articles=articles,
    )


def reason_of(claim: Claim) -> str:
    """Why a claim, or a stretch of the article, was not checked."""
    reason = one_line(claim.reason) or NO_REASON
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


def _attention(articles: Sequence[ArticleView]) -> tuple[Card, ...]:
    cards = [card for article in articles for card in article.cards if card.label in ATTENTION]
    return tuple(sorted(cards, key=lambda card: (card.label is not Label.REFUTED, -(card.confidence or 0.0))))


def _ambiguous_first(units: Sequence[Sequence[ClaimReport]]) -> list[Sequence[ClaimReport]]:
    """The stretches without a card; those that a person could clear up stand before the captions and headings."""
    rest = [unit for unit in units if not _has_card(unit)]
    return sorted(rest, key=lambda unit: all(row.claim.status is not ClaimStatus.AMBIGUOUS for row in unit))


def _article_view(report: ArticleReport, run_id: str) -> ArticleView:
    rows = sorted(report.claims, key=lambda row: (row.claim.start, row.claim.end))
    neighbours = _neighbours(report.article, [row.claim for row in rows])
    units = [tuple(unit) for _, unit in groupby(rows, key=lambda row: (row.claim.start, row.claim.end))]
    return ArticleView(
        article=report.article,
        href=safe_href(report.article.url),
        coverage=_coverage_view(coverage_of(row.claim for row in rows)),
        sentences=tuple(
            _sentence_view(unit, run_id, *neighbours[unit[0].claim.start]) for unit in units if _has_card(unit)
        ),
        not_checked=tuple((unit[0].claim.sentence, _reasons(unit)) for unit in _ambiguous_first(units)),
    )


def _has_card(unit: Sequence[ClaimReport]) -> bool:
    return any(map(_is_checkable, unit))


def _sentence_view(unit: Sequence[ClaimReport], run_id: str, before: str, after: str) -> SentenceView:
    return SentenceView(
        text=unit[0].claim.sentence,
        before=before,
        after=after,
        cards=tuple(_card(row, run_id) for row in unit if _is_checkable(row)),
        not_checked=tuple(row.claim for row in unit if not _is_checkable(row)),
    )


def _reasons(unit: Sequence[ClaimReport]) -> str:
    return "; ".join(dict.fromkeys(reason_of(row.claim) for row in unit))


def _coverage_view(coverage: Coverage) -> CoverageView:
    parts = (
        ("checked", coverage.n_checked, "checked"),
        ("ambiguous", coverage.n_ambiguous, "ambiguous"),
        ("not-checked", coverage.n_not_checked, "not checked"),
        ("other", coverage.n_others, "other line" if coverage.n_others == 1 else "other lines"),
    )
    bar, done = [], 0
    for name, n, what in parts:
        if n:
            percents = (100 * done / coverage.n_units, 100 * n / coverage.n_units)
            bar.append(Segment(name, f"{n:,} {what}", *percents))
            done += n
    return CoverageView(coverage_words(coverage), tuple(bar))


def _neighbours(article: Article, claims: Iterable[Claim]) -> dict[int, tuple[str, str]]:
    """The sentence before and the one after each, by its start: every sentence has its row, and a heading is none."""
    told = (claim for claim in claims if claim.role in SENTENCE_ROLES or claim.status is ClaimStatus.CHECKABLE)
    spans = sorted({claim.start: claim.end for claim in told}.items())
    sentences = ["", *(one_line(article.text[start:end]) for start, end in spans), ""]
    return {start: (_last_chars(sentences[i]), _first_chars(sentences[i + 2])) for i, (start, _) in enumerate(spans)}


def _first_chars(text: str) -> str:
    return text if len(text) <= MAX_NEIGHBOUR_CHARS else f"{text[:MAX_NEIGHBOUR_CHARS].rstrip()}…"


def _last_chars(text: str) -> str:
    return text if len(text) <= MAX_NEIGHBOUR_CHARS else f"…{text[-MAX_NEIGHBOUR_CHARS:].lstrip()}"


def _card(row: ClaimReport, run_id: str) -> Card:
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
        label=label,
        label_words=LABEL_WORDS[label] if label else NO_VERDICT_WORDS,
        confidence=verdict.confidence if verdict else None,
        question=question_of(row.claim),
        changes=tuple(map(substitution_words, row.claim.substitutions)),
        strongest_for=views.get(Stance.SUPPORTS),
        strongest_against=views.get(Stance.REFUTES),
        nearest=views.get(Stance.NEUTRAL),
        further=tuple(_passage_view(item, n_of_origin, doubted) for item in evidence if item not in shown.values()),
        justification=verdict.justification if verdict else "",
        reviews=tuple(review_words(review, run_id, titles.get(review.passage_id or "", "")) for review in row.reviews),
        notes=tuple(_notes(row)),
    )


def _notes(row: ClaimReport) -> Iterator[Note]:
    """A verdict is called changed where its label is another; a confidence that moved is told in JSON only."""
    if row.verdict and row.previous and row.previous.label is not row.verdict.label:
        yield Note(changed_words(row.previous, row.causes))
    if row.judged_as:
        yield Note(f"Judged in words that say the same: “{one_line(row.judged_as)}”")
    if row.same_claim and not row.previous:
        yield Note(same_claim_words(row.same_claim))
    if row.sightings:
        yield Note(sightings_words(row.sightings))
    for check in row.fact_checks:
        yield Note(fact_check_words(check, row.claim.text), safe_href(check.url))


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


def _passage_view(evidence: Evidence, n_of_origin: Mapping[str, int], doubted: Mapping[str, str]) -> PassageView:
    """:param doubted: who found a passage wrong for the claim, by passage id."""
    document, n_others = evidence.document, n_of_origin.get(evidence.origin, 1) - 1
    reviewer = doubted.get(evidence.passage.id, "")
    marks = (TIMING_WORDS[evidence.timing], copies_words(n_others), reviewer and f"found wrong by {one_line(reviewer)}")
    return PassageView(
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
