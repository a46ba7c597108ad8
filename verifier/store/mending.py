"""What makes a checkpoint safe against a kill.

DuckDB writes a checkpoint's metadata into the free parts of blocks that the file still needs. Killed within such a
write it leaves a block half new, with a wrong checksum, and the file opens no more (DuckDB 2.0.0: seen once in some
2,000 kills). So the store lets DuckDB checkpoint only when told, and only while a copy has the same bytes: the one that
is published, or one of its own before the first is, for the file is empty then and no reader must get it. As long as it
does, a mark lies beside the database. Who finds the mark, and nobody holding the file, puts the bytes of the copy back:
the write-ahead log has all that was stored since.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

if sys.platform != "win32":  # there nobody can open a file for writing that DuckDB holds
    import fcntl

_MARK = ".checkpoint"
# DuckDB's two headers, of which the one with the higher number counts; a checkpoint ends by writing one.
_HEADERS_AT, _HEADERS_BYTES = 4096, 8192

_by_this_process = set[Path]()


@contextmanager
def marked(database: Path) -> Iterator[None]:
    """Mark a checkpoint while it lasts; the mark stays where it fails."""
    mark = _mark_of(database)
    _by_this_process.add(mark)
    try:
        mark.touch()
        yield
        mark.unlink()
    finally:
        _by_this_process.discard(mark)


def first_copy(database: Path) -> Path:
    """Where the bytes of a database lie during its first checkpoint."""
    return database.with_name(f"{database.name}.first")


def mend(database: Path, published: Path) -> None:
    """Undo a checkpoint that was broken off; nothing, where none was or somebody holds the database.

    :raises OSError: the database cannot be written to.
    """
    mark = _mark_of(database)
    if mark in _by_this_process or not mark.exists() or not database.exists():
        return
    with database.open("r+b") as file:
        if not _lock(file) or not mark.exists():
            return
        for copy in (published, first_copy(database)):
            if copy.exists() and _headers(file) == _headers_of(copy):  # else it was done, but for the mark
                _put_back(copy, file)
                moment = copy.stat().st_mtime_ns
                os.utime(database, ns=(moment, moment))
                break
        mark.unlink()


def _put_back(copy: Path, file: BinaryIO) -> None:
    """Broken off it can be done again: the headers stay as they are."""
    file.seek(0)
    with copy.open("rb") as source:
        shutil.copyfileobj(source, file)
    file.truncate()
    file.flush()
    os.fsync(file.fileno())


def _lock(file: BinaryIO) -> bool:
    """Whether nobody else has the database open; DuckDB's own lock is of this kind."""
    if sys.platform != "win32":
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
    return True


def _headers(file: BinaryIO) -> bytes:
    file.seek(_HEADERS_AT)
    return file.read(_HEADERS_BYTES)


def _headers_of(path: Path) -> bytes:
    with path.open("rb") as file:
        return _headers(file)


def _mark_of(database: Path) -> Path:
    return database.with_name(f"{database.name}{_MARK}")
