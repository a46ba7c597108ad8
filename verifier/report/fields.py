"""A report as plain JSON values: the one place that names the fields of every form for other programs.

`report.schema.json` describes them, `docs/report.md` says how they may change. Offsets count characters, end exclusive;
days are `2026-03-04`, moments have their zone. Text and URLs are as they were read: whoever shows them escapes them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime

from verifier.report.quotes import quote_of, rationale_of
from verifier.rows import (
    ArticleReport,
    ClaimReport,
    Count,
    Coverage,
    Desk,
    Earlier,
    Flip,
    PastVerdict,
    RunReport,
    Sighting,
    Sightings,
    coverage_of,
)
from verifier.types import Article, Cause, Evidence, FactCheck, Label, Review, Run

Fields = Mapping[str, object]

SCHEMA = "claim-verifier/report"
VERSION = "1.0"
"""Of the fields below, as `major.minor`: a field more is a minor version, one less or with another meaning a major."""


def report_fields(report: RunReport) -> Fields:
    """A whole run.

    :raises QuoteError: a rationale lies outside its passage.
    """
    return {
        "schema": SCHEMA,
        "version": VERSION,
        "run": _run_fields(report.run),
        "failures": [asdict(failure) for failure in report.failures],
        "changed": [row.claim.id for article in report.articles for row in article.claims if row.is_changed],
        "articles": [_article_fields(article) for article in report.articles],
        "resumed": asdict(report.resumed) if report.resumed else None,
        "desk": _desk_fields(report.desk),
    }


def claim_fields(row: ClaimReport) -> Fields:
    """One claim with what is remembered of it, checked or not.

    `label`, `confidence` and `justification` are null where it was not checked, `article_id` where it was typed by
    hand. The offsets of `parts` and `substitutions` are in the article, like `start` and `end`; those of evidence are
    in its document.

    :raises QuoteError: a rationale lies outside its passage.
    """
    claim, verdict = row.claim, row.verdict
    return {
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
        "causes": [_cause_fields(cause) for cause in row.causes],
        "same_claim": _earlier_fields(row.same_claim),
        "judged_as": row.judged_as,
        "sightings": _sightings_fields(row.sightings),
        "fact_checks": [_fact_check_fields(check) for check in row.fact_checks],
        "claim_date": _day(claim.claim_date),
        "justification": verdict.justification if verdict else None,
        "reused_from": verdict.reused_from if verdict else None,
        "history": [_past_fields(past) for past in row.history],
        "n_verdicts": row.n_verdicts,
    }


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def _moment(value: datetime | None) -> str | None:
    return value.isoformat() if value else None


def _run_fields(run: Run) -> Fields:
    return {
        "id": run.id,
        "kind": run.kind.value,
        "started_at": _moment(run.started_at),
        "finished_at": _moment(run.finished_at),
        "status": run.status.value,
        "code_version": run.code_version,
        "corpus_version": run.corpus_version,
        "model_ids": list(run.model_ids),
        "settings": json.loads(run.settings_json),
    }


def _article_fields(report: ArticleReport) -> Fields:
    return {
        **_known_fields(report.article),
        "coverage": _coverage_fields(coverage_of(row.claim for row in report.claims)),
        "claims": [claim_fields(row) for row in report.claims],
    }


def _known_fields(article: Article) -> Fields:
    return {
        "id": article.id,
        "title": article.title,
        "url": article.url,
        "source": article.source,
        "published": _day(article.published),
        "author": article.author,
        "text": article.text,
    }


def _coverage_fields(coverage: Coverage) -> Fields:
    return {
        "n_sentences": coverage.n_sentences,
        "n_checked": coverage.n_checked,
        "n_ambiguous": coverage.n_ambiguous,
        "n_not_checked": coverage.n_not_checked,
        "not_checked": [{"reason": reason, "n": n} for reason, n in coverage.not_checked],
        "n_others": coverage.n_others,
        "n_others_checked": coverage.n_others_checked,
        "others": [{"role": role, "n": n} for role, n in coverage.others],
    }


def _evidence_fields(evidence: Evidence) -> Fields:
    document, passage, quote = evidence.document, evidence.passage, quote_of(evidence)
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
        "published": _day(document.published),
        "document_id": document.id,
        "passage_id": passage.id,
        "timing": evidence.timing.value,
        "origin": evidence.origin or passage.id,
        "tier": evidence.tier,
        "credibility": evidence.credibility,
        "retrieval_score": evidence.retrieval_score,
        "rationale": [asdict(stretch) for stretch in rationale_of(evidence)],
        "comparisons": [
            {
                "claim_value": made.claim_value,
                "evidence_value": made.evidence_value,
                "relation": made.relation.value,
                "explanation": made.explanation,
            }
            for made in evidence.comparisons
        ],
        "passage": {"text": passage.text, "start": passage.start, "end": passage.end},
        "barred": [side.value for side in evidence.barred],
    }


def _review_fields(review: Review) -> Fields:
    return {
        "review_id": review.id,
        "run_id": review.run_id,
        "label": review.label.value if review.label else None,
        "reviewer": review.reviewer,
        "comment": review.comment,
        "passage_id": review.passage_id,
        "reviewed_at": _moment(review.reviewed_at),
    }


def _cause_fields(cause: Cause) -> Fields:
    return {"cause": cause.kind.value, "passage_id": cause.passage_id, "detail": cause.detail}


def _earlier_fields(earlier: Earlier | None) -> Fields | None:
    if earlier is None:
        return None
    return {
        "claim_id": earlier.claim_id,
        "article": earlier.article,
        "run_id": earlier.run_id,
        "run_started_at": _moment(earlier.run_started_at),
        "label": earlier.label.value,
        "confidence": earlier.confidence,
    }


def _past_fields(past: PastVerdict) -> Fields:
    return {
        "run_id": past.run_id,
        "saved_at": _moment(past.saved_at),
        "label": past.label.value,
        "confidence": past.confidence,
        "causes": [_cause_fields(cause) for cause in past.causes],
    }


def _sightings_fields(sightings: Sightings | None) -> Fields | None:
    if sightings is None:
        return None
    return {
        "statement_id": sightings.statement_id,
        "n_articles": sightings.n_articles,
        "first_seen": _day(sightings.first_seen),
        "others": [_sighting_fields(sighting) for sighting in sightings.others],
    }


def _sighting_fields(sighting: Sighting) -> Fields:
    return {
        "claim_id": sighting.claim_id,
        "article": sighting.article,
        "url": sighting.url,
        "speaker": sighting.speaker,
        "seen": _day(sighting.seen),
    }


def _fact_check_fields(check: FactCheck) -> Fields:
    return {
        "fact_check_id": check.id,
        "claim": check.claim,
        "claimant": check.claimant,
        "claim_date": _day(check.claim_date),
        "appearances": list(check.appearances),
        "publisher": check.publisher,
        "url": check.url,
        "title": check.title,
        "reviewed": _day(check.reviewed),
        "rating": check.rating,
        "label": check.label.value if check.label else None,
    }


def _desk_fields(desk: Desk) -> Fields:
    return {
        "n_flips": desk.n_flips,
        "flips": [_flip_fields(flip) for flip in desk.flips],
        "by_day": [_count_fields(count) for count in desk.by_day],
        "by_site": [_count_fields(count) for count in desk.by_site],
        "by_speaker": [_count_fields(count) for count in desk.by_speaker],
    }


def _flip_fields(flip: Flip) -> Fields:
    return {
        "claim_id": flip.claim_id,
        "claim": flip.claim,
        "article": flip.article,
        "run_id": flip.run_id,
        "saved_at": _moment(flip.saved_at),
        "old_label": flip.old_label.value,
        "label": flip.label.value,
        "confidence": flip.confidence,
        "causes": [_cause_fields(cause) for cause in flip.causes],
    }


def _count_fields(count: Count) -> Fields:
    return {"name": count.name, **{label.value: n for label, n in zip(Label, count.n, strict=True)}}
