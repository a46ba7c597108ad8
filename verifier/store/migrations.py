"""The numbered steps from an empty file to today's schema."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import duckdb

from verifier.fingerprint import fingerprint_of
from verifier.store.connection import NewerDatabaseError, NotADatabaseError, StoreOpenError, explain_open_error, one_row

SCHEMA_FOLDER = Path(__file__).parent / "schema"

_EMPTY = 0
_OWN_TABLES = {"schema_version", "runs", "claims", "verdicts"}


class OlderDatabaseError(StoreOpenError):
    """The file has an older schema and was opened read-only, so that it cannot be brought up to date."""


def migrations(folder: Path = SCHEMA_FOLDER) -> dict[int, Path]:
    """The SQL file of each schema version, oldest first; a name is `0001_what_it_does.sql`."""
    return {int(path.name.split("_")[0]): path for path in sorted(folder.glob("*.sql"))}


def bring_up_to_date(
    connection: duckdb.DuckDBPyConnection, path: str, *, read_only: bool, folder: Path = SCHEMA_FOLDER
) -> None:
    """Apply the missing migrations, each in its own transaction.

    :raises NotADatabaseError: when the file holds another program's tables, or none and is read-only.
    :raises NewerDatabaseError: when its schema is newer than the newest migration.
    :raises OlderDatabaseError: when migrations are missing and the file is read-only.
    """
    steps = migrations(folder)
    try:
        found, newest = _version(connection, path), max(steps)
    except duckdb.Error as error:
        raise explain_open_error(path, error) from error
    if found > newest:
        raise NewerDatabaseError(
            f"{path} has schema {found}, this program knows schemas up to {newest}; upgrade this program to use it"
        )
    if not read_only:
        apply_to(connection, path, newest, found, folder)
    elif found == _EMPTY:
        raise NotADatabaseError(f"expected verdicts in {path}, found an empty database; verify articles first")
    elif found < newest:
        raise OlderDatabaseError(
            f"{path} has schema {found}, this program reads schema {newest}; the next run that writes to it updates it"
        )


def apply_to(
    connection: duckdb.DuckDBPyConnection, path: str, version: int, found: int = _EMPTY, folder: Path = SCHEMA_FOLDER
) -> None:
    """Apply the migrations after `found` up to a version, each in its own transaction.

    :raises StoreOpenError: when one cannot be applied.
    """
    if found >= version:
        return
    connection.create_function("fingerprint_of", fingerprint_of, ["VARCHAR", "VARCHAR"], "VARCHAR")
    for number in range(found + 1, version + 1):
        _apply(connection, path, number, migrations(folder)[number])
    connection.remove_function("fingerprint_of")


def _version(connection: duckdb.DuckDBPyConnection, path: str) -> int:
    rows = connection.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = current_database() AND NOT temporary"
    ).fetchall()
    tables = {row[0] for row in rows}
    if not tables:
        return _EMPTY
    if not tables >= _OWN_TABLES:
        some = ", ".join(sorted(tables)[:5])
        raise NotADatabaseError(f"expected this program's tables in {path}, found others ({some}); give another path")
    row = one_row(connection, "SELECT max(version) FROM schema_version")
    return int(row[0]) if row else _EMPTY


def _apply(connection: duckdb.DuckDBPyConnection, path: str, version: int, step: Path) -> None:
    connection.begin()
    try:
        connection.execute(step.read_text(encoding="utf-8"))
        connection.execute(
            "INSERT INTO schema_version VALUES (?, ?)", [version, datetime.now(UTC).replace(tzinfo=None)]
        )
        connection.commit()
    except duckdb.Error as error:
        # No rollback: the connection is closed by its opener, and an open transaction ends with it.
        raise explain_open_error(path, error) from error
