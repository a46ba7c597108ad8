"""Which process does a run, so that one that died is told from one that is still at work."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_AFTER_NAME, _START_TIME = ")", 19  # of /proc/PID/stat: the 22nd field, counted from behind the name
_LONGEST_SILENCE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ProcessMark:
    """A process, told from any later one with its number: by its machine, that machine's boot, and its start."""

    host: str
    boot: str  # empty where the system does not tell
    pid: int
    started: str  # clock ticks since boot, which no change of the clock moves; empty where the system does not tell


def this_process() -> ProcessMark:
    """The one that asks."""
    pid = os.getpid()
    return ProcessMark(socket.gethostname(), _boot(), pid, _started(pid) or "")


def is_at_work(mark: ProcessMark, seen_at: datetime, now: datetime) -> bool:
    """Whether the process still lives; of another machine's, whether it gave a sign within a day.

    :param seen_at: when it last gave a sign; with a zone, as `now`.
    """
    if mark.host != socket.gethostname():
        return now - seen_at < _LONGEST_SILENCE
    if mark.boot != _boot():
        return False
    return is_running(mark.pid) and (not mark.started or _started(mark.pid) == mark.started)


def is_running(pid: int) -> bool:
    """Whether this machine has a process of that number."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True  # somebody else's
    return True


def children() -> set[int]:
    """The processes that this one started and that have not ended; none where the system does not tell."""
    found: set[int] = set()
    for path in Path("/proc/self/task").glob("*/children"):
        with suppress(OSError):  # the thread has ended
            found |= {int(pid) for pid in path.read_text(encoding="ascii").split()}
    return {pid for pid in found if _started(pid) is not None}


def _boot() -> str:
    try:
        return _BOOT_ID.read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _started(pid: int) -> str | None:
    """None where there is no such process; a zombie has ended too."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(_AFTER_NAME)[2]
    except OSError:
        return None
    state, *rest = fields.split()
    return None if state == "Z" else rest[_START_TIME - 1]
