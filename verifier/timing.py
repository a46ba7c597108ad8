"""How long the stages of a run take, added up, and told as they pass."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StageTime:
    """A stage's seconds, added up over threads, and how many articles, claims or batches it did."""

    stage: str
    seconds: float
    n: int


@dataclass(frozen=True, slots=True)
class Passed:
    """One passage of a stage: over an article, where it names one, or a batch."""

    stage: str
    seconds: float
    n: int
    article: str | None
    run_id: str | None  # None before the run has begun


class StageClock:
    """Adds up what stages take; several threads may use it at the same time."""

    def __init__(self, told: Callable[[Passed], None] | None = None):
        """:param told: called for every passage of a stage, from the thread that made it."""
        self._told = told
        self._lock = threading.Lock()
        self._totals: dict[str, tuple[float, int]] = {}
        self._run_id: str | None = None

    def begin(self, run_id: str) -> None:
        """The run that passages belong to from here on."""
        self._run_id = run_id

    def add(self, stage: str, seconds: float, n: int = 1, article: str | None = None) -> None:
        """Count one passage of a stage."""
        with self._lock:
            before, done = self._totals.get(stage, (0.0, 0))
            self._totals[stage] = (before + seconds, done + n)
        if self._told:
            self._told(Passed(stage, seconds, n, article, self._run_id))

    @contextmanager
    def of(self, stage: str, n: int = 1, article: str | None = None) -> Iterator[None]:
        """Count what happens inside, also where it fails."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.add(stage, time.perf_counter() - start, n, article)

    def totals(self) -> tuple[StageTime, ...]:
        """So far, in the order in which stages came first."""
        with self._lock:
            return tuple(StageTime(stage, seconds, n) for stage, (seconds, n) in self._totals.items())
