"""Every table as a Parquet file, and back into a new database."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from verifier.store.connection import StoreError, connect, explain_open_error, first_line, one_row
from verifier.store.migrations import apply_to, bring_up_to_date, migrations
from verifier.store.snapshot import open_published

MANIFEST = "manifest.json"
_PARTIAL = ".partial"
_READ_AT_ONCE = 1 << 20


class ExchangeError(StoreError):
    """The tables cannot be written to, or read from, a folder."""


@dataclass(frozen=True, slots=True)
class Exchanged:
    """How many rows of each table were written or read."""

    n_rows: Mapping[str, int]


def export_tables(database: str | Path, folder: str | Path) -> Exchanged:
    """Write every table to a new folder, and a manifest with row counts and hashes; whole or not at all.

    :raises ExchangeError: the folder is there already, or cannot be written.
    :raises StoreOpenError: the database cannot be read.
    """
    target = Path(folder)
    if target.exists():
        raise ExchangeError(f"expected a folder that is not there yet, found {target}; give another name")
    partial = target.with_name(f"{target.name}.{os.getpid()}{_PARTIAL}")
    store, _ = open_published(database)
    source = store.path
    store.close()
    try:
        partial.mkdir(parents=True)
        manifest = _written(source, partial)
        (partial / MANIFEST).write_text(json.dumps(manifest, indent=2), encoding="utf-8")
        partial.rename(target)
    except (OSError, duckdb.Error) as error:
        raise ExchangeError(
            f"{target}: the tables cannot be written ({_reason(error)}); nothing was left there. Free the disk or give"
            " another folder"
        ) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return Exchanged({name: table["n_rows"] for name, table in manifest["tables"].items()})


def import_tables(folder: str | Path, database: str | Path) -> Exchanged:
    """Make a database of exported tables; one of an earlier schema is brought up to date.

    :raises ExchangeError: the folder holds no export, a file is missing or changed, the export is of a newer version,
        or there is a database with rows already.
    """
    source, target = Path(folder), Path(database)
    manifest = _read_manifest(source)
    _require_room(target)
    _require_whole(source, manifest)
    partial = target.with_name(f"{target.name}.{os.getpid()}{_PARTIAL}")
    try:
        _fill(partial, source, manifest)
        target.with_name(f"{target.name}.wal").unlink(missing_ok=True)
        partial.replace(target)
    except (OSError, duckdb.Error) as error:
        raise ExchangeError(
            f"{target}: the tables cannot be read in ({_reason(error)}); nothing was changed. Free the disk, or export"
            " again"
        ) from error
    finally:
        for left in (partial, partial.with_name(f"{partial.name}.wal")):
            with suppress(OSError):
                left.unlink(missing_ok=True)
    return Exchanged({name: table["n_rows"] for name, table in manifest["tables"].items()})


def _written(source: str, folder: Path) -> dict[str, Any]:
    with _reaching_files(source, read_only=True) as connection:
        connection.begin()
        tables = {name: _write_table(connection, name, folder) for name in _tables(connection)}
        version = one_row(connection, "SELECT max(version) FROM schema_version")
        return {"schema": version[0] if version else 0, "tables": tables}


def _write_table(connection: duckdb.DuckDBPyConnection, name: str, folder: Path) -> dict[str, Any]:
    path = folder / f"{name}.parquet"
    connection.execute(f"COPY {name} TO {_quoted(path)} (FORMAT parquet, COMPRESSION zstd)")
    n_rows = one_row(connection, f"SELECT count(*) FROM {name}")
    return {"n_rows": n_rows[0] if n_rows else 0, "sha256": _sha256(path)}


def _fill(path: Path, source: Path, manifest: Mapping[str, Any]) -> None:
    with _reaching_files(str(path), read_only=False) as connection:
        apply_to(connection, str(path), manifest["schema"])
        connection.execute("DELETE FROM schema_version")
        for name in _tables(connection):
            if name in manifest["tables"]:
                connection.execute(
                    f"INSERT INTO {name} BY NAME FROM read_parquet({_quoted(source / f'{name}.parquet')})"
                )
        bring_up_to_date(connection, str(path), read_only=False)
        connection.execute("CHECKPOINT")


@contextmanager
def _reaching_files(path: str, *, read_only: bool) -> Iterator[duckdb.DuckDBPyConnection]:
    """The only connection that may reach other files than the database; it runs nothing that a user wrote."""
    connection = connect(path, read_only=read_only, wait_s=0, reach_files=True)
    try:
        yield connection
    finally:
        connection.close()


def _tables(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """In the order in which they were made: what others refer to comes first."""
    sql = "SELECT table_name FROM duckdb_tables() WHERE NOT internal AND NOT temporary ORDER BY table_oid"
    return [row[0] for row in connection.execute(sql).fetchall()]


def _read_manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    try:
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        version = int(manifest["schema"])
        files = {str(name): str(table["sha256"]) for name, table in manifest["tables"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ExchangeError(
            f"expected exported tables in {folder}, found no manifest that can be read ({_reason(error)}); give a"
            " folder that `verifier export` made"
        ) from error
    newest = max(migrations())
    if not 1 <= version <= newest or not all(name.isidentifier() for name in files):
        raise ExchangeError(
            f"{folder} was exported with schema {version}, this program knows schemas up to {newest}; upgrade it"
        )
    return manifest


def _require_whole(folder: Path, manifest: Mapping[str, Any]) -> None:
    for name, table in manifest["tables"].items():
        path = folder / f"{name}.parquet"
        try:
            found = _sha256(path)
        except OSError as error:
            raise ExchangeError(f"expected {path}, found none ({_reason(error)}); export again") from error
        if found != table["sha256"]:
            raise ExchangeError(f"{path}: expected the file that was exported, found a change; export again")


def _require_room(target: Path) -> None:
    """No file, or a database without a row."""
    if not target.exists():
        return
    connection = connect(str(target), read_only=True, wait_s=0)
    try:
        held = [
            name
            for name in _tables(connection)
            if name != "schema_version" and one_row(connection, f"SELECT 1 FROM {name} LIMIT 1")
        ]
    except duckdb.Error as error:
        raise explain_open_error(str(target), error) from error
    finally:
        connection.close()
    if held:
        raise ExchangeError(
            f"expected no database at {target}, or an empty one, found rows in {', '.join(held[:3])}; give another path"
        )


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_READ_AT_ONCE):
            digest.update(block)
    return digest.hexdigest()


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _reason(error: BaseException) -> str:
    return first_line(error) if isinstance(error, duckdb.Error) else getattr(error, "strerror", None) or repr(error)
