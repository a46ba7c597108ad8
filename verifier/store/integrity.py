"""Whether a database holds what its tables promise: no key checks it while rows are written; this does afterwards."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

from verifier.store.connection import StoreError, one_row


class DamagedRowsError(StoreError):
    """Rows stand twice, or lack their other half."""


_KEYS = {
    "articles": "article_id",
    "claims": "claim_id",
    "documents": "document_id",
    "passages": "passage_id",
    "run_articles": "run_id, article_id",
    "run_claims": "run_id, claim_id",
    "verdicts": "run_id, claim_id",
    "evidence": "run_id, claim_id, passage_id",
    "rationales": "run_id, claim_id, passage_id, position",
    "comparisons": "run_id, claim_id, passage_id, position",
    "substitutions": "run_id, claim_id, position",
    "causes": "run_id, claim_id, position",
    "failures": "run_id, failure_id",
    "fetches": "run_id, url, fetched_at",
    "statements": "fingerprint",
    "fact_checks": "fact_check_id",
    "reviews": "review_id",
    "calibrations": "calibration_id",
    "attempts": "run_id, attempt",
    "run_stages": "run_id, attempt, stage",
    "notifications": "run_id, attempt, position",
}
_REFERENCES = (
    ("run_articles", "runs", "run_id"),
    ("run_articles", "articles", "article_id"),
    ("claims", "articles", "article_id"),
    ("run_claims", "runs", "run_id"),
    ("run_claims", "claims", "claim_id"),
    ("failures", "runs", "run_id"),
    ("fetches", "runs", "run_id"),
    ("verdicts", "run_claims", "run_id, claim_id"),
    ("substitutions", "run_claims", "run_id, claim_id"),
    ("causes", "verdicts", "run_id, claim_id"),
    ("evidence", "verdicts", "run_id, claim_id"),
    ("evidence", "passages", "passage_id"),
    ("passages", "documents", "document_id"),
    ("rationales", "evidence", "run_id, claim_id, passage_id"),
    ("comparisons", "evidence", "run_id, claim_id, passage_id"),
    ("reviews", "verdicts", "run_id, claim_id"),
    ("attempts", "runs", "run_id"),
    ("run_stages", "attempts", "run_id, attempt"),
    ("notifications", "attempts", "run_id, attempt"),
)
# A label other than this has evidence that takes a side.
_UNDECIDED = "NOT_ENOUGH_EVIDENCE"


def faults(cursor: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """What is wrong, one sentence each; nothing where all is well."""
    for table, key in _KEYS.items():
        if n := _count(cursor, f"SELECT count(*) - count(DISTINCT ({key})) FROM {table}"):
            yield f"{table}: {n} rows stand twice by {key}"
    for table, other, key in _REFERENCES:
        if n := _count(cursor, f"SELECT count(*) FROM {table} ANTI JOIN {other} USING ({key})"):
            yield f"{table}: {n} rows without their row in {other}"
    sql = f"""
        SELECT count(*) FROM verdicts AS v ANTI JOIN (FROM evidence WHERE stance <> 'NEUTRAL') USING (run_id, claim_id)
        WHERE v.label <> '{_UNDECIDED}'"""
    if n := _count(cursor, sql):
        yield f"verdicts: {n} have a label that no evidence takes the side of"


def _count(cursor: duckdb.DuckDBPyConnection, sql: str) -> int:
    row = one_row(cursor, sql)
    return int(row[0]) if row else 0
