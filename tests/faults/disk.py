"""A full disk, a folder that nobody may write to, and a clock that is set back."""

from __future__ import annotations

import os
import random
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from tests.faults.bench import Bench, NotSurvivedError, Result, is_red
from tests.faults.child import POINTS
from tests.faults.kills import Report

ROOM = "64m"
LEAST_KB, MOST_KB = 50, 9000
DAYS_BACK_S = -2 * 86400.0


def limited_files(bench: Bench, n: int, report: Report, seed: int = 8) -> Result:
    """No file may grow beyond a random size; with room again the run goes on to the same rows."""
    sizes = random.Random(seed)
    trials = [partial(_limited, bench, sizes.randint(LEAST_KB, MOST_KB) * 1024) for _ in range(n)]
    return bench.many("a file that cannot grow, at a random size", trials, report)


def _limited(bench: Bench, most_bytes: int) -> None:
    trial = bench.trial(most_bytes=most_bytes)
    bench.ended(trial, bench.start(trial), 0, 1, 2)
    bench.not_green(trial)
    bench.finish(replace(trial, most_bytes=None))
    bench.same_rows(trial)


def full_disk(bench: Bench, n: int, report: Report, seed: int = 8) -> Result:
    """Database and copy on a file system of a random size (needs root, to mount it)."""
    sizes = random.Random(seed)
    if not _can_mount(bench):
        report(result := Result("a full disk (left out: it needs the right to mount)"))
        return result
    trials = [partial(_full, bench, sizes.randint(LEAST_KB, MOST_KB)) for _ in range(n)]
    return bench.many("a full disk, at a random size", trials, report, at_once=1)


def _full(bench: Bench, kilobytes: int) -> None:
    with _mounted(bench, f"{kilobytes}k") as place:
        trial = bench.trial(place)
        bench.ended(trial, bench.start(trial), 0, 1, 2)
        _remount(place, f"size={ROOM}")
        bench.not_green(trial)
        bench.finish(trial)
        bench.same_rows(trial)


def read_only(bench: Bench, n: int, report: Report) -> Result:
    """The database's folder may not be written to: exit code 2 and a red page; with leave again, the same rows."""
    if not _can_mount(bench):
        report(result := Result("a read-only folder (left out: it needs the right to mount)"))
        return result
    trials = [partial(_read_only, bench, k) for k in (False, True)]
    return bench.many("a read-only database folder", trials, report, at_once=1)


def _read_only(bench: Bench, has_run_before: bool) -> None:
    with _mounted(bench, ROOM) as place:
        trial = bench.trial(place)
        if has_run_before:
            process = bench.start(replace(trial, kill_at=("save", False, 2)))
            bench.ended(trial, process, -9)
        _remount(place, "ro")
        bench.ended(trial, bench.start(trial), 2)
        if not is_red((trial.report / "index.html").read_text(encoding="utf-8")):
            raise NotSurvivedError("the page is green")
        _remount(place, "rw")
        bench.finish(trial)
        bench.same_rows(trial)


def clock_set_back(bench: Bench, n: int, report: Report) -> Result:
    """Killed at a step, and started again two days earlier by the clock."""
    trials = [partial(_clock, bench, point) for point in list(POINTS)[::2][:n]]
    return bench.many("the clock set back between two runs", trials, report)


def _clock(bench: Bench, point: str) -> None:
    trial = bench.trial(kill_at=(point, False, 1))
    bench.ended(trial, bench.start(trial), -9)
    earlier = replace(trial, kill_at=None, clock_s=DAYS_BACK_S)
    bench.finish(earlier)
    bench.same_rows(earlier)
    bench.finish(replace(earlier, clock_s=2 * DAYS_BACK_S))  # nothing is new
    bench.same_rows(earlier)


def _can_mount(bench: Bench) -> bool:
    if os.geteuid():
        return False
    try:
        with _mounted(bench, ROOM):
            return True
    except (OSError, subprocess.CalledProcessError):
        return False


@contextmanager
def _mounted(bench: Bench, size: str) -> Iterator[Path]:
    place = bench.folder / "mounted"
    place.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)], check=True, capture_output=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True, capture_output=True)


def _remount(place: Path, option: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{option}", str(place)], check=True, capture_output=True)
