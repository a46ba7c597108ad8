"""A published copy of the database, which everybody can read while a run writes.

DuckDB lets one process write a file and shuts out all others meanwhile. So readers get a copy of their own: whole, of
one moment, and swapped for a newer one by a rename. Who has the old one open keeps it.
"""

from __future__ import annotations

import os
import shutil
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import duckdb

from verifier.store.connection import (
    StoreBusyError,
    StoreError,
    StoreOpenError,
    connect,
    explain_open_error,
    first_line,
    is_snapshot,
    require_file,
    snapshot_path,
)
from verifier.store.mending import first_copy, marked
from verifier.store.processes import is_running
from verifier.store.store import DEFAULT_WAIT_S, Store

_PARTIAL = ".partial"
_MAX_SHARE = 0.05  # of a run's time that copies may take: a file of some gigabytes is not copied after every batch
_NO_WAIT_S = 0.0
_COPIED_AT_ONCE = 1 << 20


class SnapshotError(StoreError):
    """The copy cannot be written; the database itself is as it was."""


def is_current(database: str | Path) -> bool:
    """Whether the copy shows all that is stored. What is in a write-ahead log, after a crash, is in no copy yet."""
    path = Path(database)
    return _is_same(path, snapshot_path(path)) and not _log_of(path).exists()


def publish(database: str | Path, wait_s: float = DEFAULT_WAIT_S) -> Path:
    """Make what is in the write-ahead log part of the file, and put a copy of the file in place of the one before.

    The bytes are copied: DuckDB's own copy takes five seconds a million rows.

    :param wait_s: for how many seconds to retry while another process writes.
    :raises SnapshotError: the disk is full, or the folder cannot be written to.
    :raises StoreOpenError: the database is missing, damaged, or held by another process for longer.
    """
    path, copy = Path(database), snapshot_path(database)
    require_file(str(path))
    if path == copy:
        return copy
    try:
        with path.open("rb") as source:  # closed last: to close any handle gives up this process's lock on the file
            held = connect(str(path), read_only=False, wait_s=wait_s)
            try:
                _keep_from_damage(held, path)
                _checkpoint(held, path, source)
                _copy(path, source, copy)
            finally:
                held.close()
    except (OSError, duckdb.Error) as error:
        raise SnapshotError(
            f"{copy}: the copy for readers cannot be written ({_reason(error)}); what was stored is stored,"
            " and readers see the copy before. Free the disk or change the folder's rights"
        ) from error
    finally:
        _sweep(copy)
    return copy


def _keep_from_damage(held: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Bytes that no run of this program wrote since it made the copy are read whole before they take its place.

    :raises NotADatabaseError: a part of the file is damaged; the copy may be all that is left of it.
    """
    copy = snapshot_path(path)
    if not copy.exists() or _is_same(path, copy):
        return
    try:
        for (name,) in held.execute("SELECT table_name FROM duckdb_tables() WHERE NOT temporary").fetchall():
            held.execute(f"SELECT bit_xor(hash(COLUMNS(*))) FROM {name}").fetchall()
    except duckdb.Error as error:
        raise explain_open_error(str(path), error) from error


def _checkpoint(held: duckdb.DuckDBPyConnection, path: Path, source: BinaryIO) -> None:
    """Not before a copy has the bytes that the file has, from which a broken checkpoint is mended."""
    if not _log_of(path).exists():
        return
    first = first_copy(path)
    _copy(path, source, snapshot_path(path) if snapshot_path(path).exists() else first)
    with marked(path):
        held.execute("CHECKPOINT")
    first.unlink(missing_ok=True)


def _copy(path: Path, source: BinaryIO, copy: Path) -> None:
    if _is_same(path, copy):
        return
    partial = copy.with_name(f"{copy.name}.{os.getpid()}{_PARTIAL}")
    try:
        source.seek(0)
        with partial.open("wb") as target:
            shutil.copyfileobj(source, target, _COPIED_AT_ONCE)
        moment = path.stat().st_mtime_ns
        os.utime(partial, ns=(moment, moment))
        partial.replace(copy)
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)


def _is_same(path: Path, copy: Path) -> bool:
    """Whether the bytes are those that were copied, by moment and size."""
    try:
        mine, other = path.stat(), copy.stat()
    except OSError:
        return False
    return (mine.st_mtime_ns, mine.st_size) == (other.st_mtime_ns, other.st_size)


def _reason(error: Exception) -> str:
    return first_line(error) if isinstance(error, duckdb.Error) else getattr(error, "strerror", None) or str(error)


def _sweep(copy: Path) -> None:
    """Take away what processes that were killed while copying left."""
    for path in copy.parent.glob(f"{copy.name}.*{_PARTIAL}"):
        pid = path.name.removeprefix(f"{copy.name}.").removesuffix(_PARTIAL)
        if pid.isdecimal() and not is_running(int(pid)):
            with suppress(OSError):
                path.unlink()


def open_published(database: str | Path) -> tuple[Store, datetime | None]:
    """A store over the copy, open for reading, brought up to date first where nobody is writing.

    Where no copy can be made, the database itself is read.

    :return: the store, and the moment that it shows; None where that is now.
    :raises StoreOpenError: the database is missing, damaged or of another version; or somebody is writing and there
        is no copy yet.
    """
    path, copy = Path(database), snapshot_path(database)
    require_file(str(path))
    if not is_snapshot(path) and not is_current(path):
        try:
            publish(path, _NO_WAIT_S)
        except StoreBusyError:
            if not copy.exists():
                return Store.open(path, read_only=True), None
        except (SnapshotError, StoreOpenError):
            return Store.open(path, read_only=True), None
    store, as_of = _opened(path, copy)
    return (store, as_of) if is_snapshot(path) else _settled(path, store, as_of)


def _settled(path: Path, store: Store, as_of: datetime | None) -> tuple[Store, datetime | None]:
    """As it was opened, but where a run in it died, which is then marked as interrupted, and opened again."""
    try:
        if not store.has_dead_runs():
            return store, as_of
        with Store.open(path, wait_s=_NO_WAIT_S) as writer:
            writer.settle()
    except StoreError:  # somebody is writing, or nobody may: the mark comes with the next run
        return store, as_of
    store.close()
    refresh(path, _NO_WAIT_S)
    return _opened(path, snapshot_path(path))


def _opened(path: Path, copy: Path) -> tuple[Store, datetime | None]:
    as_of = None if path == copy or is_current(path) else datetime.fromtimestamp(copy.stat().st_mtime, UTC)
    try:
        return Store.open(copy, read_only=True), as_of
    except StoreOpenError:
        if path == copy:
            raise
    # Somebody wrote into the copy, or holds it to write: it is made anew, and they keep their own. What else is wrong
    # is said of the database itself.
    with suppress(SnapshotError, StoreOpenError):
        return Store.open(publish(path), read_only=True), None
    return Store.open(path, read_only=True), None


def refresh(database: str | Path, wait_s: float = DEFAULT_WAIT_S) -> None:
    """Publish if that can be done; whoever reads next tries again, and reads the database itself where it cannot."""
    with suppress(SnapshotError, StoreOpenError):
        publish(database, wait_s)


class Publisher:
    """Publishes while a run writes: after every batch as long as that takes little of its time, and at its end."""

    def __init__(self, database: str | Path):
        self._database = database
        self._started = time.monotonic()
        self._spent_s = 0.0

    def after_batch(self) -> None:
        """Publish, unless that would hold up the run: then a later batch does, or the end."""
        before = time.monotonic()
        if self._spent_s > _MAX_SHARE * (before - self._started):
            return
        refresh(self._database, _NO_WAIT_S)
        self._spent_s += time.monotonic() - before


def _log_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.wal")
