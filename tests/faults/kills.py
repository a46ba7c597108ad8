"""kill -9 of a run: at random moments, and before and after every step of it."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from tests.faults.bench import Bench, NotSurvivedError, Result
from tests.faults.child import OF_BATCHES, POINTS, Trial

Report = Callable[[Result], None]


def at_random(bench: Bench, n: int, report: Report, seed: int = 8) -> Result:
    """Killed at a random moment, started again, its rows are those of a run that nobody touched."""
    moments = random.Random(seed)
    times = [moments.uniform(0, bench.took_s) for _ in range(n)]
    return bench.many("kill -9 at a random moment", [partial(_killed_after, bench, t) for t in times], report)


def at_every_step(bench: Bench, n: int, report: Report) -> Result:
    """Killed right before and right after each step, at its first call and, of batches, at the third."""
    where = [(p, before, 1) for p in POINTS for before in (True, False)]
    where += [(p, before, 3) for p in OF_BATCHES for before in (True, False)]
    trials = [partial(_killed_at, bench, w) for w in where[:n]]
    return bench.many("kill -9 before and after each step", trials, report)


def _killed_after(bench: Bench, seconds: float) -> None:
    trial = bench.trial()
    process = bench.start(trial)
    time.sleep(seconds)
    process.kill()
    process.join()
    _goes_on(bench, trial)


def _killed_at(bench: Bench, where: tuple[str, bool, int]) -> None:
    trial = bench.trial(kill_at=where)
    process = bench.start(trial)
    try:
        bench.ended(trial, process, -9)
    except NotSurvivedError as error:
        raise NotSurvivedError(f"at {where}: {error}", error.n_lost) from error
    _goes_on(bench, trial)


def _goes_on(bench: Bench, trial: Trial) -> None:
    bench.not_green(trial)
    bench.finish(replace(trial, kill_at=None))
    bench.same_rows(trial)
