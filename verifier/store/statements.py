"""Wordings and the statements that they belong to, and fact-checks of others; rows are only added."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import duckdb

from verifier.fingerprint import fingerprint_of
from verifier.store.connection import StoreError
from verifier.types import Claim, ClaimKind, ClaimStatus, FactCheck, Label, Wording

_WORDING_COLUMNS = "fingerprint, statement_id, text, kind, similarity, p_entails, p_entailed"
_FACT_CHECK_COLUMNS = (
    "fact_check_id, claim, claimant, claim_date, appearances, publisher, url, title, reviewed, rating, label"
)


class UnknownStatementError(StoreError):
    """A wording belongs to a statement whose first wording is not known."""


@dataclass(frozen=True, slots=True)
class KnownFactCheck:
    """A fact-check with the claims of articles that say the same."""

    check: FactCheck
    statement_id: str
    imported_at: datetime
    n_articles: int


def write_wordings(cursor: duckdb.DuckDBPyConnection, wordings: Sequence[Wording], now: datetime) -> int:
    """Add the wordings that are new; what is stored stays as it is.

    :param now: with its time zone.
    :return: how many were new.
    :raises UnknownStatementError: when a statement's first wording is neither stored nor among these.
    """
    by_key = {w.fingerprint: w for w in reversed(wordings)}
    _stage(cursor, "statements", [(*_row(w), _in_utc(now)) for w in reversed(by_key.values())])
    # What another run stored meanwhile as saying the same as something older, is no first wording any more.
    cursor.execute(
        "UPDATE staged SET statement_id = stored.statement_id FROM statements AS stored"
        " WHERE stored.fingerprint = staged.statement_id"
    )
    unknown = cursor.execute(
        "SELECT fingerprint, statement_id FROM staged"
        " WHERE statement_id NOT IN (SELECT fingerprint FROM staged UNION ALL SELECT fingerprint FROM statements)"
        " LIMIT 1"
    ).fetchone()
    if unknown:
        raise UnknownStatementError(
            f"wording {unknown[0]}: expected the first wording of statement {unknown[1]}, found none;"
            " store it before or together with what says the same"
        )
    return _add_staged(cursor, "statements", "fingerprint")


def own_wordings(claims: Iterable[Claim]) -> list[Wording]:
    """Those of checkable claims, each as the first of a statement; where it is stored otherwise, that holds."""
    return [
        Wording(key, key, claim.text, claim.kind)
        for claim in claims
        if claim.status is ClaimStatus.CHECKABLE
        for key in (fingerprint_of(claim.text, claim.kind),)
    ]


def write_fact_checks(
    cursor: duckdb.DuckDBPyConnection, checks: Sequence[FactCheck], wordings: Sequence[Wording], now: datetime
) -> int:
    """Add the fact-checks that are new, and the wordings of their claims.

    A fact-check with another rating than before is a new row; the one imported last counts.

    :param wordings: those of the checks' claims; a claim without one gets a statement of its own.
    :param now: with its time zone.
    :return: how many were new.
    :raises UnknownStatementError: as in `write_wordings`.
    """
    own = [_own_wording(check.claim) for check in checks]
    write_wordings(cursor, [*wordings, *own], now)
    rows = [(*_fact_check_row(check, w.fingerprint), _in_utc(now)) for check, w in zip(checks, own, strict=True)]
    _stage(cursor, "fact_checks", list({row[0]: row for row in reversed(rows)}.values())[::-1])
    return _add_staged(cursor, "fact_checks", "fact_check_id")


def read_wordings(cursor: duckdb.DuckDBPyConnection) -> list[Wording]:
    """All wordings, oldest first."""
    rows = cursor.execute(f"SELECT {_WORDING_COLUMNS} FROM statements ORDER BY added_at, rowid").fetchall()
    return [Wording(key, first, text, ClaimKind(kind), *figures) for key, first, text, kind, *figures in rows]


def read_wordings_of_fact_checks(cursor: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """The fingerprints of wordings that no claim of an article has, only a fact-check."""
    rows = cursor.execute(
        "SELECT DISTINCT fingerprint FROM fact_checks WHERE fingerprint NOT IN"
        " (SELECT fingerprint FROM claims WHERE status = 'CHECKABLE')"
    ).fetchall()
    return frozenset(row[0] for row in rows)


# Of a fact-check that was imported again with another rating, the newest.
_LATEST = f"""
    latest AS (
        SELECT {_FACT_CHECK_COLUMNS}, f.fingerprint, imported_at,
            coalesce(s.statement_id, f.fingerprint) AS statement_id
        FROM fact_checks AS f LEFT JOIN statements AS s USING (fingerprint)
        QUALIFY row_number() OVER (
            PARTITION BY f.fingerprint, coalesce(url, fact_check_id) ORDER BY imported_at DESC, fact_check_id
        ) = 1
    )"""


def read_fact_checks(
    cursor: duckdb.DuckDBPyConnection, statement_ids: Sequence[str] | None = None
) -> list[KnownFactCheck]:
    """The fact-checks that count, newest first, with the number of articles that claim the same.

    :param statement_ids: only those of these statements.
    """
    rows = cursor.execute(
        f"""
        WITH {_LATEST},
        wordings AS (
            SELECT statement_id, fingerprint FROM statements UNION SELECT statement_id, fingerprint FROM latest
        ),
        seen AS (
            SELECT statement_id, count(DISTINCT article_id) AS n_articles
            FROM wordings JOIN claims USING (fingerprint) WHERE status = 'CHECKABLE' GROUP BY statement_id
        )
        SELECT {_FACT_CHECK_COLUMNS}, statement_id, imported_at, coalesce(n_articles, 0)
        FROM latest LEFT JOIN seen USING (statement_id)
        WHERE $1 IS NULL OR list_contains($1::VARCHAR[], statement_id)
        ORDER BY reviewed DESC NULLS LAST, imported_at DESC, fact_check_id
        """,
        [None if statement_ids is None else list(statement_ids)],
    ).fetchall()
    return [_known_fact_check(row) for row in rows]


def _known_fact_check(row: Sequence[Any]) -> KnownFactCheck:
    key, claim, claimant, day, appearances, publisher, url, title, reviewed, rating, label, *known = row
    given = None if label is None else Label(label)
    places = tuple(appearances or ())
    check = FactCheck(key, claim, claimant, day, places, publisher, url, title, reviewed, rating, given)
    statement_id, imported_at, n_articles = known
    return KnownFactCheck(check, statement_id, imported_at.replace(tzinfo=UTC), n_articles)


def _row(w: Wording) -> tuple[object, ...]:
    return (w.fingerprint, w.statement_id, w.text, w.kind, w.similarity, w.p_entails, w.p_entailed)


def _own_wording(claim: str) -> Wording:
    key = fingerprint_of(claim, ClaimKind.CONTENT)
    return Wording(key, key, claim, ClaimKind.CONTENT)


def _fact_check_row(c: FactCheck, fingerprint: str) -> tuple[object, ...]:
    made = (c.claim, c.claimant, c.claim_date, list(c.appearances))
    return (c.id, fingerprint, *made, c.publisher, c.url, c.title, c.reviewed, c.rating, c.label)


def _in_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)


def _stage(cursor: duckdb.DuckDBPyConnection, table: str, rows: Sequence[tuple[object, ...]]) -> None:
    cursor.execute(f"CREATE OR REPLACE TEMP TABLE staged AS SELECT * FROM {table} LIMIT 0")
    if rows:
        with cursor.appender("staged") as appender:
            appender.append_rows(rows)


def _add_staged(cursor: duckdb.DuckDBPyConnection, table: str, key: str) -> int:
    """Insert the staged rows whose key is not there yet, in order."""
    new = f"FROM staged WHERE {key} NOT IN (SELECT {key} FROM {table})"
    [n] = cursor.execute(f"SELECT count(*) {new}").fetchone() or (0,)
    if n:
        cursor.execute(f"INSERT INTO {table} SELECT * {new} ORDER BY rowid")
    return int(n)
