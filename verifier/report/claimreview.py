"""Verdicts that a person gave as schema.org ClaimReview, for the pages on which they are published.

What is written follows schema.org and what search engines document for fact-checks; `claim_review.schema.json` is the
part of the vocabulary that is used, and `verifier.claimreview` reads it back.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from verifier.claimreview import plain_line
from verifier.report.config import Publisher
from verifier.report.json import dumped
from verifier.report.words import LABEL_WORDS, safe_href
from verifier.rows import ClaimReport, RunReport, Sighting
from verifier.types import Article, CauseKind, Claim, ClaimKind, ClaimStatus, Label, Review

Entry = Mapping[str, Any]

CONTEXT = "https://schema.org"
SCALE = {Label.REFUTED: 1, Label.CONFLICTING_EVIDENCE: 3, Label.SUPPORTED: 5}
"""How true a claim is found, from 1 to 5; that the evidence does not suffice is no degree of truth."""
_WORST, _BEST = min(SCALE.values()), max(SCALE.values())

# With these escaped, no text ends a script element, opens a comment or breaks a line of JavaScript.
_UNSAFE_IN_A_SCRIPT = re.compile("[<>&\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def render_claim_reviews(report: RunReport, publisher: Publisher) -> str:
    """The verdicts that a person gave as a JSON list of ClaimReview entries, which a script element can hold.

    The newest review with a label counts, and the machine's own label is never published. Texts are plain lines,
    without control characters and marks that hide or turn text; comments of reviewers stay in the house.
    """
    entries = claim_reviews(report, publisher).values()
    return f"[{','.join(f'{chr(10)}{entry}' for entry in entries)}\n]\n"


def claim_reviews(report: RunReport, publisher: Publisher) -> dict[str, str]:
    """The same entries each by itself, by the id of its claim."""
    return {
        row.claim.id: dumped(_entry(row, review, article.article, publisher), _UNSAFE_IN_A_SCRIPT)
        for article in report.articles
        for row in article.claims
        if (review := publishable_review(row))
    }


def n_publishable(report: RunReport) -> int:
    """How many claims have a person's label that can be published."""
    return sum(publishable_review(row) is not None for article in report.articles for row in article.claims)


def publishable_review(row: ClaimReport) -> Review | None:
    """The review whose label may be published; None where there is none, or it was of other words.

    A review is of the words in which the claim was read then; where a later run reads the sentence otherwise, nobody
    has approved what it says now.
    """
    review = row.standing_review
    if review is None or row.verdict is None or row.claim.status is not ClaimStatus.CHECKABLE:
        return None
    if not plain_line(row.claim.text):
        return None
    later = [cause for past in row.history if past.saved_at > review.reviewed_at for cause in past.causes]
    if row.previous and row.previous.run_id == review.run_id:
        later += row.causes
    return None if any(cause.kind is CauseKind.OTHER_READING for cause in later) else review


def _entry(row: ClaimReport, review: Review, article: Article, publisher: Publisher) -> Entry:
    claim = row.claim
    reviewer = plain_line(review.reviewer)
    entry = {
        "@context": CONTEXT,
        "@type": "ClaimReview",
        "url": f"{publisher.base_url}claim-{quote(claim.id, safe='', errors='replace')}.html",
        "datePublished": review.reviewed_at.date().isoformat(),
        "author": _told({"@type": "Organization", "name": publisher.name, "url": publisher.url}),
        "editor": {"@type": "Person", "name": reviewer} if reviewer else None,
        "claimReviewed": plain_line(claim.text),
        "itemReviewed": _claim(row, article),
        "reviewRating": _rating(review.label) if review.label else None,
    }
    return _told(entry)


def _rating(label: Label) -> Entry:
    rating: dict[str, Any] = {"@type": "Rating", "alternateName": LABEL_WORDS[label]}
    if label in SCALE:
        rating |= {"ratingValue": SCALE[label], "bestRating": _BEST, "worstRating": _WORST}
    return rating


def _claim(row: ClaimReport, article: Article) -> Entry:
    url = safe_href(article.url)
    where = {"@type": "Article", "url": url, "headline": plain_line(article.title), "datePublished": article.published}
    return _told(
        {
            "@type": "Claim",
            "author": _claimant(row.claim, article),
            "datePublished": row.claim.claim_date,
            "appearance": _told(where) if url else None,
            "firstAppearance": _first_appearance(row, article),
        }
    )


def _claimant(claim: Claim, article: Article) -> Entry | None:
    """Who claims it: the speaker, or else the publication; that somebody said something is the publication's claim."""
    if claim.kind is ClaimKind.CONTENT and claim.speaker and (speaker := plain_line(claim.speaker)):
        return {"@type": "Person", "name": speaker}
    if url := safe_href(article.url):
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.")
        return {"@type": "Organization", "name": host, "url": f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}/"}
    author = plain_line(article.author or "")
    return {"@type": "Person", "name": author} if author else None


def _first_appearance(row: ClaimReport, article: Article) -> Entry | None:
    """The article that claimed it first, where that is another one and stands on the web.

    The day on which it was seen is told only of our own article: of another it may be that of the run which read it.
    """
    first = _first(row)
    url = safe_href(first.url) if first else None
    if first is None or url is None or (article.published and article.published <= first.seen):
        return None
    return _told({"@type": "Article", "url": url, "headline": plain_line(first.article)})


def _first(row: ClaimReport) -> Sighting | None:
    sightings = row.sightings
    if sightings is None:
        return None
    return next((other for other in sightings.others if other.seen == sightings.first_seen), None)


def _told(fields: Mapping[str, Any]) -> Entry:
    """The properties that are known; days in their written form."""
    dated = {k: v.isoformat() if hasattr(v, "isoformat") else v for k, v in fields.items()}
    return {key: value for key, value in dated.items() if value}
