"""A run in the store from its begin to its end: it must never look finished, or go on, when it is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from verifier.rows import RunReport
from verifier.store import THE_RUN, Beside, Store, StoreError, refresh, was_interrupted
from verifier.timing import StageClock
from verifier.types import Failure, Run, RunStatus

_BY_PREFECT = (
    "TerminationSignal"  # named, for Prefect takes a second to import, and a run without news does not need it
)


@dataclass(frozen=True, slots=True)
class Begun:
    """A run that was begun, perhaps not for the first time."""

    run_id: str
    is_done: bool  # it finished before without failures, and nothing is left to do
    articles_done: frozenset[str]  # ids of the articles that it saved before, whole


@contextmanager
def recorded(
    database: Path,
    run: Run,
    clock: StageClock | None = None,
    n_articles: int | None = None,
    beside: Beside = Beside.OTHER_RUNS,
) -> Iterator[Begun]:
    """Begin the run in the store, and end it there as it ended, with why it failed.

    :param clock: what it counted is stored at the end.
    :raises RunGoingOnError: another process does what the run may not be done beside.
    """
    with Store.open(database) as store:
        run = replace(run, id=store.id_after(run))
        is_done = store.begin_run(run, n_articles, beside)
        if clock:
            clock.begin(run.id)
        begun = Begun(run.id, is_done, store.articles_done(run.id))
    try:
        yield begun
    except BaseException as error:
        with suppress(StoreError):  # the first error is the one to tell; the next run finds this one interrupted
            _finish(database, run.id, clock, error)
            refresh(database)
        raise
    _finish(database, run.id, clock, None)


def _finish(database: Path, run_id: str, clock: StageClock | None, error: BaseException | None) -> None:
    now = datetime.now(UTC)
    with Store.open(database) as store:
        if error:
            store.finish_run(run_id, RunStatus.FAILED, now, cause_of(error), is_interruption(error))
        elif store.n_failures(run_id):
            store.finish_run(run_id, RunStatus.FINISHED_WITH_FAILURES, now)
        else:
            store.finish_run(run_id, RunStatus.FINISHED, now)
        if clock:
            store.record_stages(run_id, clock.totals())


def tell(database: Path, run_id: str, clock: StageClock, write: Callable[[RunReport], object]) -> RunReport:
    """Write the report of a run that is over, store how long its stages took, and publish the database.

    :param write: writes the report's files.
    """
    try:
        with clock.of("report"):
            with Store.open(database, read_only=True) as store:
                report = store.report_rows(run_id)
            write(report)
    finally:
        with Store.open(database) as store:
            store.record_stages(run_id, clock.totals())
        refresh(database)
    return report


def is_interruption(error: BaseException) -> bool:
    """Whether somebody stopped the run, and nothing is wrong with it."""
    is_signal = isinstance(error, KeyboardInterrupt | SystemExit) or type(error).__name__ == _BY_PREFECT
    return is_signal or was_interrupted(error)


def cause_of(error: BaseException) -> Failure:
    """Why a run ended before its end, as its report shows it."""
    if is_interruption(error):
        by = "Ctrl-C" if isinstance(error, KeyboardInterrupt) else "a signal to end"
        message = f"stopped by {by}; run it again: it goes on from what is saved"
        return Failure(THE_RUN, "run", "Interrupted", message)
    text = " ".join(str(error).split()) or type(error).__name__
    return Failure(THE_RUN, "run", type(error).__name__, text)
