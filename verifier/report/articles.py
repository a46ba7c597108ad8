"""What a report shows of one article: its claims, its text with what became of each sentence, and what was left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from verifier.report.cards import Card, card_of
from verifier.report.pictures import Bar, Mark, coverage_bar
from verifier.report.words import LABEL_WORDS, NO_VERDICT_WORDS, one_line, safe_href
from verifier.rows import NO_REASON, ArticleReport, ClaimReport, coverage_of
from verifier.types import Article, Claim, ClaimStatus


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of an article's text; `mark` tells what became of it where it is a sentence or line that was read."""

    text: str
    mark: Mark | None


@dataclass(frozen=True, slots=True)
class ArticleView:
    """One article: its claims, those most worth checking first; its text; and what was not checked."""

    article: Article
    title: str
    href: str | None
    coverage: Bar
    cards: tuple[Card, ...]
    text: tuple[Stretch, ...]
    strip: tuple[Mark, ...]
    strip_words: str
    not_checked: tuple[tuple[str, str], ...]  # each statement or line with its reason

    @property
    def n_new(self) -> int:
        """How many of its claims were never judged before."""
        return sum(card.is_new for card in self.cards)


def reason_of(claim: Claim) -> str:
    """Why a claim, or a stretch of the article, was not checked."""
    reason = one_line(claim.reason) or NO_REASON
    return f"ambiguous: {reason}" if claim.status is ClaimStatus.AMBIGUOUS else reason


def is_checkable(row: ClaimReport) -> bool:
    """Whether a claim has a card."""
    return row.claim.status is ClaimStatus.CHECKABLE


def worth_of(card: Card) -> tuple[float, float]:
    """Orders claims: the most worth checking first, of these the surest verdict."""
    return -(card.claim.checkworthiness or 0.0), -(card.confidence or 0.0)


def article_view(report: ArticleReport, run_id: str) -> ArticleView:
    """What is shown of an article of a run.

    :raises QuoteError: a rationale lies outside its passage.
    """
    rows = sorted(report.claims, key=lambda row: (row.claim.start, row.claim.end))
    cards = {row.claim.id: card_of(row, report.article, run_id) for row in rows if is_checkable(row)}
    coverage = coverage_of(row.claim for row in rows)
    text = tuple(_stretches(report.article.text, rows, cards))
    return ArticleView(
        article=report.article,
        title=one_line(report.article.title) or "Untitled article",
        href=safe_href(report.article.url),
        coverage=coverage_bar(coverage),
        cards=tuple(sorted(cards.values(), key=lambda card: (not card.is_new, worth_of(card)[0], card.claim.start))),
        text=text,
        strip=tuple(stretch.mark for stretch in text if stretch.mark),
        strip_words=_strip_words(cards.values()),
        not_checked=tuple(_not_checked(rows)),
    )


def _strip_words(cards: Iterable[Card]) -> str:
    counts = Counter(card.label_words for card in cards)
    told = [
        f"{counts[words]:,} {words.lower()}" for words in (*LABEL_WORDS.values(), NO_VERDICT_WORDS) if counts[words]
    ]
    return f"Where in the text the claims stand: {', '.join(told)}" if told else "No claim stands in the text"


def _stretches(text: str, rows: Sequence[ClaimReport], cards: dict[str, Card]) -> Iterator[Stretch]:
    """The whole text in order; rows with the same place are one stretch, and none begins inside another."""
    done = 0
    for (start, end), unit in groupby(rows, key=lambda row: (row.claim.start, row.claim.end)):
        if start < done:
            continue
        if start > done:
            yield Stretch(text[done:start], None)
        yield Stretch(text[start:end], _mark(list(unit), len(text) or 1, cards))
        done = end
    if done < len(text):
        yield Stretch(text[done:], None)


_READING_ORDER = {label: n for n, label in enumerate([*LABEL_WORDS, None])}


def _mark(unit: Sequence[ClaimReport], n_chars: int, cards: dict[str, Card]) -> Mark:
    """A sentence with several claims has the colour of the one that an editor should read first."""
    claim = unit[0].claim
    place = (100 * claim.start / n_chars, 100 * (claim.end - claim.start) / n_chars)
    judged = [cards[row.claim.id] for row in unit if row.claim.id in cards]
    if not judged:
        is_open = any(row.claim.status is ClaimStatus.AMBIGUOUS for row in unit)
        return Mark("AMBIGUOUS" if is_open else "NOT_CHECKED", *place, None)
    first = min(judged, key=lambda card: _READING_ORDER[card.label])
    return Mark(first.label or "NO_VERDICT", *place, first.claim.id)


def _not_checked(rows: Sequence[ClaimReport]) -> list[tuple[str, str]]:
    """What a person could clear up stands before the captions and headings."""
    left = [row.claim for row in rows if not is_checkable(row)]
    ordered = sorted(left, key=lambda claim: claim.status is not ClaimStatus.AMBIGUOUS)
    return list(dict.fromkeys((one_line(claim.text or claim.sentence), reason_of(claim)) for claim in ordered))
