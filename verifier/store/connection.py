"""Opening the database file: locks, versions and what to say when it cannot be opened."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from verifier.store.mending import mend

MEMORY = ":memory:"
SNAPSHOT_MARK = ".snapshot"  # at the end of the stem of a published copy: verdicts.snapshot.duckdb

_LOCK_HOLDER = re.compile(r"lock is held in (?P<program>.+?)(?: \(deleted\))? \(PID (?P<pid>\d+)\)")
_FIRST_PAUSE_S = 0.05
_LONGEST_PAUSE_S = 0.1  # who looks seldom gets no turn beside a program that writes batch after batch

# Files in this format can also be read by DuckDB 1.5 tools; nothing here needs a newer one.
_FILE_FORMAT = "v1.5.0"
# Many small tables with keys: an almost empty file takes 0.6 MB, with DuckDB's default of 256 KB blocks 9 MB.
_BLOCK_BYTES = 16_384

# Eight bytes of checksum, then this. Without it DuckDB would open a CSV or JSON file as if it were a database.
_MAGIC, _MAGIC_AT = b"DUCK", 8


class StoreError(Exception):
    """Any failure of the store; the message says what was expected, what was found and what to do."""


class StoreOpenError(StoreError):
    """The file cannot be opened."""


class MissingDatabaseError(StoreOpenError):
    """There is no file to read."""


class NotADatabaseError(StoreOpenError):
    """The file is not one of this program's databases, or is damaged."""


class CopyError(StoreOpenError):
    """The file is the copy for readers, which the next one replaces: what is written there would be lost."""


class NewerDatabaseError(StoreOpenError):
    """The file was made by a newer version of this program or of DuckDB."""


class StoreReadError(StoreError):
    """The file is open, and a part of it cannot be read."""


class StoreBusyError(StoreOpenError):
    """Another process, or another part of this one, holds the file."""


def was_interrupted(error: BaseException) -> bool:
    """Whether a signal came while DuckDB executed a statement: it raises an error of its own in place of Python's."""
    return type(error) is RuntimeError and str(error) == "Query interrupted"


def first_line(error: BaseException) -> str:
    """DuckDB's message without its code excerpt, on one line."""
    message = str(error).split("\n\nLINE ")[0]
    return " ".join(message.split())


def one_row(cursor: duckdb.DuckDBPyConnection, sql: str, params: Sequence[object] = ()) -> tuple[Any, ...] | None:
    """The first row, or None. All are fetched: DuckDB refuses other work while a result is half read."""
    rows = cursor.execute(sql, list(params)).fetchall()
    return rows[0] if rows else None


def connect(path: str, *, read_only: bool, wait_s: float, reach_files: bool = False) -> duckdb.DuckDBPyConnection:
    """A connection that reaches no other file and whose configuration is locked.

    :param path: a file, or ":memory:".
    :param wait_s: for how many seconds to retry while another process holds the file.
    :param reach_files: let it read and write other files; only for SQL that no user wrote.
    :raises StoreOpenError: one of its kinds above.
    """
    _require_place(path, read_only)
    deadline = time.monotonic() + wait_s
    pause_s = _FIRST_PAUSE_S
    while True:
        _mend(path)  # each time: whom we wait for may be killed
        try:
            connection = duckdb.connect(path, read_only=read_only, config=_config(read_only, reach_files))
            return _lock_down(connection, read_only)
        except duckdb.Error as error:
            if not _is_held(error):
                raise explain_open_error(path, error) from error
            if time.monotonic() + pause_s > deadline:
                raise StoreBusyError(_busy_message(path, error, wait_s)) from error
        time.sleep(pause_s)
        pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)


def _mend(path: str) -> None:
    if path == MEMORY:
        return
    try:
        mend(Path(path), snapshot_path(path))
    except OSError as error:
        raise StoreOpenError(
            f"{path}: a process was killed within a checkpoint, and it cannot be undone"
            f" ({error.strerror or error}); give write access, or free the disk, and try again"
        ) from error


def _config(read_only: bool, reach_files: bool) -> dict[str, str | bool | int | float | list[str]]:
    config: dict[str, str | bool | int | float | list[str]] = {
        "enable_external_access": reach_files,
        "autoload_known_extensions": False,
        "autoinstall_known_extensions": False,
    }
    return (
        config
        if read_only
        else config | {"storage_compatibility_version": _FILE_FORMAT, "default_block_size": _BLOCK_BYTES}
    )


def _lock_down(connection: duckdb.DuckDBPyConnection, read_only: bool) -> duckdb.DuckDBPyConnection:
    """Set UTC and that no checkpoint comes unasked, then lock; a second connection finds it done."""
    locked = one_row(connection, "SELECT current_setting('lock_configuration')")
    if locked is not None and not locked[0]:
        connection.execute("SET GLOBAL TimeZone = 'UTC'")
        if not read_only:
            connection.execute("SET GLOBAL wal_autocheckpoint = '1TB'")
            connection.execute("PRAGMA disable_checkpoint_on_shutdown")
        connection.execute("SET GLOBAL lock_configuration = true")
    return connection


def _require_place(path: str, read_only: bool) -> None:
    if path == MEMORY:
        return
    place = Path(path)
    if place.is_dir():
        raise NotADatabaseError(f"expected a database file, {path} is a folder; give the path of a file in it")
    if read_only:
        require_file(path)
    if place.exists() and not _is_duckdb(place):
        raise NotADatabaseError(f"expected a DuckDB database at {path}, found another kind of file; give another path")
    if not read_only and is_snapshot(place):
        raise CopyError(
            f"{path} is named as the copy that readers get, which every run replaces; give the database itself:"
            f" {place.with_stem(place.stem.removesuffix(SNAPSHOT_MARK))}"
        )
    if not place.parent.is_dir():
        raise StoreOpenError(f"cannot create {path}: there is no folder {place.parent}; create it first")


def is_snapshot(path: Path) -> bool:
    """Whether a file is named as the published copy of a database."""
    return path.stem.endswith(SNAPSHOT_MARK)


def snapshot_path(database: str | Path) -> Path:
    """Where the copy of a database lies: `verdicts.snapshot.duckdb` beside `verdicts.duckdb`."""
    path = Path(database)
    return path if is_snapshot(path) else path.with_stem(f"{path.stem}{SNAPSHOT_MARK}")


def require_file(path: str) -> None:
    """:raises MissingDatabaseError: when there is no file."""
    if path != MEMORY and not Path(path).exists():
        raise MissingDatabaseError(
            f"expected a database at {path}, found no file; check the path or verify articles first"
        )


def _is_duckdb(place: Path) -> bool:
    try:
        with place.open("rb") as file:
            return file.read(_MAGIC_AT + len(_MAGIC))[_MAGIC_AT:] == _MAGIC
    except OSError as error:
        raise StoreOpenError(f"cannot read {place} ({error.strerror}); check its permissions") from error


def _is_held(error: duckdb.Error) -> bool:
    message = str(error)
    return (
        "Could not set lock on file" in message
        or "being used by another process" in message  # Windows
        or "different configuration than existing connections" in message
    )


def _busy_message(path: str, error: duckdb.Error, wait_s: float) -> str:
    holder = _LOCK_HOLDER.search(str(error))
    if holder:
        who = f"process {holder['pid']} ({Path(holder['program']).name})"
    elif "different configuration" in str(error):
        who = "another part of this program, in another mode"
    else:
        who = "another process"
    return f"{path} is held by {who}, waited {wait_s:g} s; let it finish, or end it, and try again"


def is_damage(error: duckdb.Error) -> bool:
    """Whether DuckDB met a part of the file that is missing or not what was written."""
    return "Corrupt database file" in str(error) or "Could not read enough bytes" in str(error)


def explain_open_error(path: str, error: duckdb.Error) -> StoreOpenError:
    """The named error for what DuckDB said when it was asked to open the file."""
    line = first_line(error)
    if "replaying WAL file" in line and "No space left" not in line:
        return NotADatabaseError(
            f"{path}.wal is damaged ({line}); it holds what was stored since {snapshot_path(path)} was made: keep both,"
            " and go on from that copy, or from an export"
        )
    if "can only read versions between" in line:
        return NewerDatabaseError(f"{path} was written by a newer DuckDB ({line}); upgrade this program to read it")
    if is_damage(error):
        copy = snapshot_path(path)
        known = path != MEMORY and copy != Path(path) and copy.exists()
        return NotADatabaseError(
            f"{path} is damaged or cut short ({line}); restore it from {copy if known else 'a copy'}"
        )
    return StoreOpenError(f"cannot open {path} ({line}); check the path, its permissions and the free space")
