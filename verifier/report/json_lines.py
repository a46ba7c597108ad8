"""A run as JSON Lines: one object per claim, for other programs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict

from verifier.report.quotes import quote_of
from verifier.rows import ClaimReport, Earlier, RunReport, Sightings
from verifier.types import Claim, Evidence, FactCheck, Review, Verdict

# Characters that some readers take for a line's end, and halves of surrogate pairs, which UTF-8 cannot encode.
_UNSAFE_IN_A_LINE = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def report_json_lines(report: RunReport) -> Iterator[str]:
    """One line per claim, checked or not, in the order of the report; no line feed at the end of each."""
    for article in report.articles:
        for row in article.claims:
            yield row_json(row)


def claim_json(claim: Claim, verdict: Verdict | None) -> str:
    """One claim as `row_json`, of which nothing is remembered."""
    return row_json(ClaimReport(claim, verdict))


def row_json(row: ClaimReport) -> str:
    """One claim with what is remembered of it, as a JSON object on one line.

    `label` and `confidence` are null where it was not checked, `article_id` where it was typed by hand. The offsets of
    `parts` and `substitutions` count characters of the article, like `start` and `end`.

    :raises QuoteError: a rationale lies outside its passage.
    :raises ValueError: a confidence, probability, credibility or check-worthiness is not a finite number.
    """
    claim, verdict = row.claim, row.verdict
    fields = {
        "id": claim.id,
        "article_id": claim.article_id or None,
        "start": claim.start,
        "end": claim.end,
        "sentence": claim.sentence,
        "text": claim.text,
        "speaker": claim.speaker,
        "status": claim.status.value,
        "reason": claim.reason,
        "label": verdict.label.value if verdict else None,
        "confidence": verdict.confidence if verdict else None,
        "evidence": [_evidence_fields(item) for item in verdict.evidence] if verdict else [],
        "role": claim.role,
        "kind": claim.kind.value,
        "verb": claim.verb,
        "quotes": list(claim.quotes),
        "parts": [asdict(part) for part in claim.parts],
        "substitutions": [asdict(substitution) for substitution in claim.substitutions],
        "checkworthiness": claim.checkworthiness,
        "reviews": [_review_fields(review) for review in row.reviews],
        "previous": _earlier_fields(row.previous),
        "causes": [{"cause": c.kind.value, "passage_id": c.passage_id, "detail": c.detail} for c in row.causes],
        "same_claim": _earlier_fields(row.same_claim),
        "judged_as": row.judged_as,
        "sightings": _sightings_fields(row.sightings),
        "fact_checks": [_fact_check_fields(check) for check in row.fact_checks],
    }
    return _UNSAFE_IN_A_LINE.sub(
        lambda match: f"\\u{ord(match[0]):04x}", json.dumps(fields, ensure_ascii=False, allow_nan=False)
    )


def _evidence_fields(evidence: Evidence) -> dict[str, str | int | float | None]:
    document, quote = evidence.document, quote_of(evidence)
    return {
        "stance": evidence.stance.value,
        "p_supports": evidence.p_supports,
        "p_refutes": evidence.p_refutes,
        "p_neutral": evidence.p_neutral,
        "quote": quote.text,
        "start": quote.start,
        "end": quote.end,
        "title": document.title,
        "url": document.url,
        "source": document.source,
        "published": document.published.isoformat() if document.published else None,
        "document_id": document.id,
        "passage_id": evidence.passage.id,
        "timing": evidence.timing.value,
        "origin": evidence.origin or evidence.passage.id,
        "tier": evidence.tier,
        "credibility": evidence.credibility,
    }


def _review_fields(review: Review) -> dict[str, str | None]:
    return {
        "review_id": review.id,
        "run_id": review.run_id,
        "label": review.label.value if review.label else None,
        "reviewer": review.reviewer,
        "comment": review.comment,
        "passage_id": review.passage_id,
        "reviewed_at": review.reviewed_at.isoformat(),
    }


def _earlier_fields(earlier: Earlier | None) -> dict[str, str | float] | None:
    if earlier is None:
        return None
    return {
        "claim_id": earlier.claim_id,
        "article": earlier.article,
        "run_id": earlier.run_id,
        "run_started_at": earlier.run_started_at.isoformat(),
        "label": earlier.label.value,
        "confidence": earlier.confidence,
    }


def _sightings_fields(sightings: Sightings | None) -> dict[str, str | int] | None:
    if sightings is None:
        return None
    return {**asdict(sightings), "first_seen": sightings.first_seen.isoformat()}


def _fact_check_fields(check: FactCheck) -> dict[str, str | list[str] | None]:
    return {
        "fact_check_id": check.id,
        "claim": check.claim,
        "claimant": check.claimant,
        "claim_date": check.claim_date.isoformat() if check.claim_date else None,
        "appearances": list(check.appearances),
        "publisher": check.publisher,
        "url": check.url,
        "title": check.title,
        "reviewed": check.reviewed.isoformat() if check.reviewed else None,
        "rating": check.rating,
        "label": check.label.value if check.label else None,
    }
