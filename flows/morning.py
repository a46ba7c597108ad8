"""One run from its first second to its last word: what is new is checked, failures turn the page red, and who wants to
know is told. What the command line and the schedule both do; Prefect is only asked where there is something to do.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from flows.recording import recorded, tell
from flows.request import Found, Read, VerifyRequest, desk_of, new_run, read_sources, write_files
from flows.watch import Ended, tell_all, watched
from verifier.pipeline import open_verifier
from verifier.rows import RunReport
from verifier.store import Store
from verifier.timing import StageClock
from verifier.types import Fetch, RunStatus

CheckNew = Callable[[VerifyRequest, Read | None, StageClock], RunReport]


@dataclass(frozen=True, slots=True)
class Done:
    """A run that is over, and what could not be told to whom it should be."""

    report: RunReport
    not_told: tuple[str, ...]
    is_unchanged: bool  # all was stored before: the flow was not asked


def run_once(
    request: VerifyRequest,
    check_new: CheckNew,
    notify: Sequence[str] = (),
    clock: StageClock | None = None,
    always: bool = False,
    ended: Ended | None = None,
) -> Done:
    """Run, write the report whatever happens, and tell of flips and failures.

    :param check_new: the flow, for what is not stored yet.
    :param notify: commands and URLs to tell; see `flows.notify` and `flows.watch.tell_all`.
    :param always: go through the flow also where all is stored.
    :param ended: called when it is over, also where it failed, and again when all were told.
    :raises ReportWriteError: the report cannot be written.
    :raises Exception: what ended the run, after the report and the notice of it.
    """
    clock = clock or StageClock()
    with watched(request.database, request.report, notify, ended, request.formats):
        unchanged = None if always else _unchanged(request, found := _read(request, clock), clock)
        report = unchanged or check_new(request, None if always else lambda _: found, clock)
    if ended:
        ended(report, ())
    not_told = tell_all(notify, report, request.database, request.report)
    if ended:
        ended(report, not_told)
    return Done(report, not_told, unchanged is not None)


def _read(request: VerifyRequest, clock: StageClock) -> Found:
    with clock.of("read"):
        return read_sources(request)


def _unchanged(request: VerifyRequest, found: Found, clock: StageClock) -> RunReport | None:
    """The report of a run that is all stored, written anew; None where something is left to check.

    No model is loaded, and Prefect not asked: its server alone takes five seconds to come up.
    """
    with open_verifier(request.corpus, request.settings, desk=desk_of(request.database)) as (_, basis):
        run = new_run(request.settings, basis, found.inputs)  # or a missing corpus is told, before Prefect is started
    if not request.database.exists():
        return None
    with Store.open(request.database) as store:
        if not store.has_finished(run):
            return None
    with recorded(request.database, run, clock, len(found.articles), request.beside) as begun:
        _save_fetches(request.database, begun.run_id, found.fetches)
    return tell(request.database, begun.run_id, clock, lambda rows: write_files(rows, request))


def _save_fetches(database: Path, run_id: str, fetches: Sequence[Fetch]) -> None:
    if fetches:
        with Store.open(database) as store:
            store.record_fetches(run_id, fetches)


def is_failed(report: RunReport) -> bool:
    """Whether anything of the run failed."""
    return bool(report.failures) or report.run.status in (RunStatus.FAILED, RunStatus.FINISHED_WITH_FAILURES)
