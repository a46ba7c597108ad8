"""SQL from users: one statement, which only reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from verifier.store.connection import StoreError, StoreReadError, first_line, is_damage

_READING = frozenset({"SELECT", "EXPLAIN", "PRAGMA", "MULTI"})  # PIVOT is several in one; CHECKPOINT is a CALL
# What DuckDB says when a statement does more than read, and what is said of it here.
_REFUSALS = (
    ("read-only", "found one that writes; nothing was changed, and the database is only ever written by its commands"),
    ("file system operations are disabled", "found one that reaches another file; open the copy for readers in your own"
     " tools for that"),
    ("configuration has been locked", "found one that changes DuckDB's settings; they are fixed"),
    ("external extensions is disabled", "found one that loads an extension; open the copy for readers in your own tools"
     " for that"),
)  # fmt: skip


class QueryError(StoreError):
    """The statement does more than read, or DuckDB refuses it; then the message is DuckDB's, on one line."""


@dataclass(frozen=True, slots=True)
class QueryResult:
    """Column names, and rows of Python values in the order of the columns."""

    columns: tuple[str, ...]
    rows: list[tuple[object, ...]]


def run_query(cursor: duckdb.DuckDBPyConnection, sql: str, params: Sequence[object]) -> QueryResult:
    """Run one statement in a transaction that cannot write.

    :raises QueryError: when it is not exactly one statement, writes, or cannot run.
    :raises StoreReadError: when the file is damaged.
    """
    try:
        statements = cursor.extract_statements(sql)
        if len(statements) != 1:
            raise QueryError(f"expected one SQL statement, found {len(statements)}; give one at a time")
        _require_reading(statements[0].type.name)
        cursor.execute("BEGIN TRANSACTION READ ONLY")
        cursor.execute(sql, list(params))
        if cursor.description is None:
            return QueryResult((), [])
        return QueryResult(tuple(column[0] for column in cursor.description), cursor.fetchall())
    except duckdb.Error as error:
        if is_damage(error):
            raise StoreReadError(
                f"the database is damaged or cut short ({first_line(error)}); restore a copy"
            ) from error
        raise QueryError(_refusal(first_line(error))) from error


def _require_reading(kind: str) -> None:
    """DuckDB itself lets some pass that write nothing: they would look as if they had done something."""
    if kind not in _READING:
        raise QueryError(
            f"expected a statement that only reads (SELECT, FROM, DESCRIBE, SHOW, SUMMARIZE, EXPLAIN), found"
            f" {kind.replace('_', ' ')}; nothing was changed"
        )


def _refusal(said: str) -> str:
    for sign, told in _REFUSALS:
        if sign in said:
            return f"expected a statement that only reads this database, {told} ({said})"
    return said
