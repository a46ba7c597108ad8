"""One writer at a time: an advisory lock that the operating system drops when its holder dies."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from corpus.index.errors import CorpusBusyError, CorpusWriteError

LOCK = ".lock"


@contextmanager
def write_lock(folder: Path) -> Iterator[None]:
    """Hold the folder's lock.

    :raises CorpusBusyError: at once, where another process (or another index in this one) holds it.
    :raises CorpusWriteError: where the lock file cannot be made.
    """
    try:
        descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise CorpusWriteError(f"{folder} cannot be changed ({error}); check its permissions") from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CorpusBusyError(f"{folder} is being changed by another run; try again when it has ended") from None
        yield
    finally:
        os.close(descriptor)
