"""Rows back into the objects that were stored."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import duckdb

from corpus.documents import Document, Passage
from verifier.rows import ArticleReport, Resumed, RunReport
from verifier.store.connection import StoreError, one_row
from verifier.store.desk import read_desk
from verifier.store.remembered import read_remembered
from verifier.types import (
    Article,
    Claim,
    ClaimKind,
    ClaimStatus,
    Comparison,
    Evidence,
    Failure,
    Label,
    Relation,
    Run,
    RunKind,
    RunStatus,
    Span,
    Stance,
    Substitution,
    Timing,
    Verdict,
)

_EvidenceKey = tuple[str, str]  # claim id, passage id


class UnknownRunError(StoreError):
    """The store has no such run."""


def read_run(cursor: duckdb.DuckDBPyConnection, run_id: str | None) -> Run:
    """The run with that id, or the newest.

    :raises UnknownRunError: when there is none.
    """
    columns = "run_id, started_at, finished_at, status, code_version, settings_json, model_ids, corpus_version, kind"
    where = "ORDER BY started_at DESC, rowid DESC LIMIT 1" if run_id is None else "WHERE run_id = $1"
    row = one_row(cursor, f"SELECT {columns} FROM runs {where}", [] if run_id is None else [run_id])
    if row is None:
        wanted = "a run" if run_id is None else f"run {run_id!r}"
        raise UnknownRunError(
            f"expected {wanted} in the store, found none; list the runs with SELECT * FROM run_summary"
        )
    return Run(
        id=row[0],
        started_at=_from_utc(row[1]),
        finished_at=None if row[2] is None else _from_utc(row[2]),
        status=RunStatus(row[3]),
        code_version=row[4],
        settings_json=row[5],
        model_ids=tuple(row[6]),
        corpus_version=row[7],
        kind=RunKind(row[8]),
    )


def read_report(cursor: duckdb.DuckDBPyConnection, run_id: str | None) -> RunReport:
    """Everything of one run, articles in the order in which they were saved, claims in the order of the text."""
    run = read_run(cursor, run_id)
    claims = _claims(cursor, run.id)
    verdicts = _verdicts(cursor, run.id, {c.id: c for of_article in claims.values() for c in of_article})
    remembered = read_remembered(cursor, run.id)
    return RunReport(
        run=run,
        failures=_failures(cursor, run.id),
        articles=tuple(
            ArticleReport(article, tuple(remembered.beside(c, verdicts.get(c.id)) for c in claims[article.id]))
            for article in _articles(cursor, run.id)
        ),
        desk=read_desk(cursor, run),
        resumed=_resumed(cursor, run.id),
    )


def _resumed(cursor: duckdb.DuckDBPyConnection, run_id: str) -> Resumed | None:
    sql = "SELECT n_resumed, n_articles FROM last_attempts WHERE run_id = ? AND n_resumed > 0 AND n_articles > 0"
    row = one_row(cursor, sql, [run_id])
    return None if row is None else Resumed(*row)


def _rows(cursor: duckdb.DuckDBPyConnection, sql: str, run_id: str) -> list[tuple[Any, ...]]:
    return cursor.execute(sql, [run_id]).fetchall()


def _from_utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC)


def _failures(cursor: duckdb.DuckDBPyConnection, run_id: str) -> tuple[Failure, ...]:
    sql = "SELECT source, stage, error, message FROM failures WHERE run_id = ? ORDER BY position"
    return tuple(Failure(*row) for row in _rows(cursor, sql, run_id))


def _articles(cursor: duckdb.DuckDBPyConnection, run_id: str) -> list[Article]:
    sql = """
        SELECT article_id, title, url, source, published, text, author
        FROM run_articles JOIN articles USING (article_id) WHERE run_id = ? ORDER BY position"""
    return [Article(*row) for row in _rows(cursor, sql, run_id)]


def _claims(cursor: duckdb.DuckDBPyConnection, run_id: str) -> defaultdict[str, list[Claim]]:
    """The claims of each article as this run saw them."""
    sql = """
        SELECT c.claim_id, c.article_id, c.start_char, c.end_char, c.sentence, rc.text, rc.speaker, rc.claim_date,
            rc.checkworthiness, rc.status, rc.reason, rc.role, rc.kind, rc.verb, rc.quotes, rc.parts
        FROM run_claims AS rc JOIN claims AS c USING (claim_id)
        WHERE rc.run_id = ? ORDER BY c.start_char, rc.position, c.claim_id"""
    substitutions = _substitutions(cursor, run_id)
    found: defaultdict[str, list[Claim]] = defaultdict(list)
    for row in _rows(cursor, sql, run_id):
        claim = claim_from_row(row, substitutions[row[0]])
        found[claim.article_id].append(claim)
    return found


def claim_from_row(row: Sequence[Any], substitutions: Sequence[Substitution]) -> Claim:
    """:param row: the columns of `claims` and `run_claims` in the order of Claim's fields, from `id` to `parts`."""
    *plain, quotes, parts = row
    claim = Claim(*plain)
    return replace(
        claim,
        status=ClaimStatus(claim.status),
        kind=ClaimKind(claim.kind),
        quotes=tuple(quotes or ()),
        parts=tuple(Span(part["start_char"], part["end_char"]) for part in parts or ()),
        substitutions=tuple(substitutions),
    )


def _substitutions(cursor: duckdb.DuckDBPyConnection, run_id: str) -> defaultdict[str, list[Substitution]]:
    sql = """
        SELECT claim_id, start_char, end_char, original, replacement, why
        FROM substitutions WHERE run_id = ? ORDER BY position"""
    found: defaultdict[str, list[Substitution]] = defaultdict(list)
    for claim_id, *substitution in _rows(cursor, sql, run_id):
        found[claim_id].append(Substitution(*substitution))
    return found


def _verdicts(cursor: duckdb.DuckDBPyConnection, run_id: str, claims: dict[str, Claim]) -> dict[str, Verdict]:
    evidence = _evidence(cursor, run_id)
    sql = "SELECT claim_id, label, confidence, justification, reused_from FROM verdicts WHERE run_id = ?"
    return {
        claim_id: Verdict(
            claims[claim_id], Label(label), confidence, tuple(evidence[claim_id]), justification, reused_from
        )
        for claim_id, label, confidence, justification, reused_from in _rows(cursor, sql, run_id)
    }


def _evidence(cursor: duckdb.DuckDBPyConnection, run_id: str) -> defaultdict[str, list[Evidence]]:
    """The evidence of each claim, by rank."""
    documents, passages = _documents(cursor, run_id), _passages(cursor, run_id)
    rationales, comparisons = _rationales(cursor, run_id), _comparisons(cursor, run_id)
    sql = """
        SELECT claim_id, passage_id, retrieval_score, stance, p_supports, p_refutes, p_neutral,
            timing, origin, tier, credibility
        FROM evidence WHERE run_id = ? ORDER BY claim_id, rank"""
    found: defaultdict[str, list[Evidence]] = defaultdict(list)
    for claim_id, passage_id, *judged, timing, origin, tier, credibility in _rows(cursor, sql, run_id):
        score, stance, p_supports, p_refutes, p_neutral = judged
        passage, key = passages[passage_id], (claim_id, passage_id)
        evidence = Evidence(
            claim_id=claim_id,
            passage=passage,
            document=documents[passage.document_id],
            retrieval_score=score,
            stance=Stance(stance),
            p_supports=p_supports,
            p_refutes=p_refutes,
            p_neutral=p_neutral,
            rationale=tuple(rationales[key]),
            comparisons=tuple(comparisons[key]),
            timing=Timing(timing),
            origin=origin,
            tier=tier,
            credibility=credibility,
        )
        found[claim_id].append(evidence)
    return found


def _passages(cursor: duckdb.DuckDBPyConnection, run_id: str) -> dict[str, Passage]:
    sql = """
        SELECT passage_id, document_id, start_char, end_char, text FROM passages
        WHERE passage_id IN (SELECT passage_id FROM evidence WHERE run_id = ?)"""
    return {row[0]: Passage(*row) for row in _rows(cursor, sql, run_id)}


def _documents(cursor: duckdb.DuckDBPyConnection, run_id: str) -> dict[str, Document]:
    sql = """
        SELECT document_id, origin, title, url, source, published, ingested, text FROM documents
        WHERE document_id IN (SELECT document_id FROM passages JOIN evidence USING (passage_id) WHERE run_id = ?)"""
    return {row[0]: Document(*(*row[:6], _from_utc(row[6]), row[7])) for row in _rows(cursor, sql, run_id)}


def _rationales(cursor: duckdb.DuckDBPyConnection, run_id: str) -> defaultdict[_EvidenceKey, list[Span]]:
    sql = "SELECT claim_id, passage_id, start_char, end_char FROM rationales WHERE run_id = ? ORDER BY position"
    found: defaultdict[_EvidenceKey, list[Span]] = defaultdict(list)
    for claim_id, passage_id, start, end in _rows(cursor, sql, run_id):
        found[claim_id, passage_id].append(Span(start, end))
    return found


def _comparisons(cursor: duckdb.DuckDBPyConnection, run_id: str) -> defaultdict[_EvidenceKey, list[Comparison]]:
    sql = """
        SELECT claim_id, passage_id, claim_value, evidence_value, relation, explanation
        FROM comparisons WHERE run_id = ? ORDER BY position"""
    found: defaultdict[_EvidenceKey, list[Comparison]] = defaultdict(list)
    for claim_id, passage_id, claim_value, evidence_value, relation, explanation in _rows(cursor, sql, run_id):
        found[claim_id, passage_id].append(Comparison(claim_value, evidence_value, Relation(relation), explanation))
    return found
