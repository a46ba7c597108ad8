"""SQL from users: one statement, which only reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from verifier.store.connection import StoreError, StoreReadError, first_line, is_damage


class QueryError(StoreError):
    """DuckDB refuses the statement; the message is DuckDB's, on one line."""


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
        raise QueryError(first_line(error)) from error
