"""Superseded verdicts, moved out of the database into a folder: first written and counted there, then removed here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from verifier.store.connection import StoreError, connect, first_line, one_row
from verifier.store.migrations import bring_up_to_date
from verifier.store.writing import in_utc, write_failures
from verifier.types import Failure

_WAIT_S = 5.0
_OF_VERDICTS = ("verdicts", "evidence", "rationales", "comparisons", "causes")

# Superseded is what nobody is shown any more: older than asked, of no run that is kept, neither a claim's newest
# verdict nor the one before it (which says what flipped), never reviewed, of an article that a newer run read whole.
_CHOOSE = """
CREATE OR REPLACE TEMP TABLE going AS
WITH kept_runs AS (
    SELECT run_id FROM runs ORDER BY started_at DESC, run_id DESC LIMIT $2
),
ranked AS (
    SELECT
        v.run_id, v.claim_id, v.saved_at, r.started_at, c.article_id,
        row_number() OVER (PARTITION BY v.claim_id ORDER BY r.started_at DESC, v.saved_at DESC, v.run_id DESC) AS age
    FROM verdicts AS v JOIN runs AS r USING (run_id) JOIN claims AS c USING (claim_id)
),
last_readings AS (
    SELECT ra.article_id, max(r.started_at) AS read_at
    FROM run_articles AS ra JOIN runs AS r USING (run_id) WHERE ra.read_whole GROUP BY ra.article_id
)
SELECT run_id, claim_id, article_id
FROM ranked
JOIN last_readings AS l USING (article_id)
ANTI JOIN kept_runs USING (run_id)
ANTI JOIN reviews USING (run_id, claim_id)
WHERE age > 2 AND saved_at < $1 AND l.read_at > started_at
"""
_UNCITED_PASSAGES = """
passage_id NOT IN (SELECT passage_id FROM evidence)
    AND passage_id NOT IN (SELECT passage_id FROM causes WHERE passage_id IS NOT NULL)
    AND passage_id NOT IN (SELECT passage_id FROM reviews WHERE passage_id IS NOT NULL)
"""
_UNCITED_DOCUMENTS = "document_id NOT IN (SELECT document_id FROM passages)"


class PruneError(StoreError):
    """Superseded verdicts cannot be moved; the database is as it was."""


@dataclass(frozen=True, slots=True)
class Moved:
    """How many rows of each table were moved, or would be."""

    n_rows: Mapping[str, int]


def move_superseded(database: Path, folder: Path, before: datetime, keep_runs: int, dry_run: bool = False) -> Moved:
    """Write superseded verdicts, and what only they rest on, to a new folder as Parquet, and remove them here.

    :param before: verdicts saved since then stay; with a zone.
    :param keep_runs: the newest runs, of which all stays.
    :raises PruneError: the folder is there already or cannot be written, or what stands in it is not what goes.
    :raises StoreOpenError: the database cannot be opened to write.
    """
    if folder.exists() and not dry_run:
        raise PruneError(f"expected a folder that is not there yet, found {folder}; give another name")
    connection = connect(str(database), read_only=False, wait_s=_WAIT_S, reach_files=True)
    try:
        bring_up_to_date(connection, str(database), read_only=False)
        connection.begin()
        connection.execute(_CHOOSE, [in_utc(before), keep_runs])
        if not dry_run:
            folder.mkdir(parents=True)
        target = None if dry_run else folder
        moved = {table: _move(connection, table, "SEMI JOIN going USING (run_id, claim_id)", target)
                 for table in _OF_VERDICTS}  # fmt: skip
        if moved["verdicts"]:
            _reopen_runs(connection, folder)
            moved["passages"] = _move(connection, "passages", f"WHERE {_UNCITED_PASSAGES}", target)
            moved["documents"] = _move(connection, "documents", f"WHERE {_UNCITED_DOCUMENTS}", target)
        connection.rollback() if dry_run else connection.commit()
    except (OSError, duckdb.Error) as error:
        why = first_line(error) if isinstance(error, duckdb.Error) else error.strerror
        raise PruneError(f"{folder}: verdicts cannot be moved there ({why}); the database is as it was") from error
    finally:
        connection.close()
    return Moved(moved)


def _move(connection: duckdb.DuckDBPyConnection, table: str, which: str, folder: Path | None) -> int:
    """:param folder: where they are written first; None where all of it will be undone."""
    n = _count(connection, f"SELECT count(*) FROM {table} {which}")
    if n and folder:
        target = "'" + str(folder / f"{table}.parquet").replace("'", "''") + "'"
        connection.execute(f"COPY (SELECT * FROM {table} {which}) TO {target} (FORMAT parquet, COMPRESSION zstd)")
        written = _count(connection, f"SELECT count(*) FROM read_parquet({target})")
        if written != n:
            raise PruneError(f"{folder}: expected {n} rows of {table}, found {written}; the database is as it was")
    if n:
        connection.execute(f"DELETE FROM {table} WHERE rowid IN (SELECT rowid FROM {table} {which})")
    return n


def _reopen_runs(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """A run that lost verdicts says so, and is not all stored any more: given again, it would judge those articles."""
    connection.execute(
        "UPDATE run_articles SET read_whole = false"
        " WHERE (run_id, article_id) IN (SELECT run_id, article_id FROM going)"
    )
    connection.execute(
        "UPDATE runs SET status = 'FINISHED_WITH_FAILURES'"
        " WHERE status = 'FINISHED' AND run_id IN (SELECT run_id FROM going)"
    )
    for run_id, n in connection.execute("SELECT run_id, count(*) FROM going GROUP BY run_id").fetchall():
        message = f"{n} superseded verdicts of this run were moved away by `verifier prune`; they are in {folder}"
        write_failures(connection, run_id, [Failure(str(folder), "prune", "MovedAway", message)])


def _count(connection: duckdb.DuckDBPyConnection, sql: str) -> int:
    row = one_row(connection, sql)
    return int(row[0]) if row else 0
