"""The page of a run that is not over, or failed: no older page stands there as if it were today's."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from flows.publish import DEFAULT_FORMATS, ReportWriteError, standing, write_all
from verifier.report import ReportConfig
from verifier.rows import RunReport
from verifier.store import THE_RUN, RunGoingOnError, Store, StoreError, failed_start, open_published, refresh
from verifier.types import Failure, Run, RunKind, RunStatus

NOT_BEGUN = "not begun"

Failed = Callable[[RunReport, BaseException], None]
"""Gets all of a run that failed, and what ended it."""


@contextmanager
def never_green(
    database: Path, report: Path, failed: Failed | None = None, formats: Sequence[str] = DEFAULT_FORMATS
) -> Iterator[None]:
    """Write a page that says that a run goes on and, should it fail, one that says so, with why.

    What is raised inside goes on its way. A run that fails before it is stored is stored as a failed one, if need be in
    a new database: whoever asks for the status is to hear of it.

    :param failed: called where it fails, after the page is written.
    :param formats: of the report; files of other forms that stand there say the same.
    :raises ReportWriteError: when the first page cannot be written.
    """
    began = datetime.now(UTC)
    write_all(RunReport(_unknown_run(began, RunStatus.RUNNING), (), ()), report, formats)
    try:
        yield
    except BaseException as error:
        rows = failed_report(database, began, error)
        if not isinstance(error, ReportWriteError):
            with suppress(ReportWriteError):  # what is there says that the run goes on, which is not green either
                write_all(rows, report, formats)
        if failed:
            failed(rows, error)
        raise


@contextmanager
def red_beside(database: Path, report: Path, failed: Failed | None = None) -> Iterator[None]:
    """Should it fail to check known claims again, say so in the files that stand there, above the morning's claims.

    No older page is in the way while it goes on: what that says of its own run stays true.

    :param failed: called where it fails, after the files are written.
    """
    began = datetime.now(UTC)
    try:
        yield
    except BaseException as error:
        rows = failed_report(database, began, error, RunKind.REVERIFY)
        if not isinstance(error, RunGoingOnError):
            causes = [replace(f, source="checking known claims again") for f in rows.failures if f.source == THE_RUN]
            with suppress(ReportWriteError, StoreError):
                show_newest(database, report, causes)
        if failed:
            failed(rows, error)
        raise


def show_newest(
    database: Path, folder: Path, beside: Sequence[Failure] = (), config: ReportConfig = ReportConfig()
) -> None:
    """Write the files that stand in a folder anew: the newest run over articles, with what failed since beside it.

    :raises ReportWriteError, StoreError: a file cannot be written, or the database not be read.
    """
    if not standing(folder):
        return
    newest = "SELECT run_id FROM runs WHERE kind = 'VERIFY' ORDER BY started_at DESC, run_id DESC LIMIT 1"
    with open_published(database)[0] as store:
        reports = [store.report_rows(str(run_id)) for (run_id,) in store.query(newest).rows]
    for report in reports:
        write_all(replace(report, failures=(*report.failures, *beside)), folder, (), config)


def failed_report(database: Path, began: datetime, error: BaseException, kind: RunKind = RunKind.VERIFY) -> RunReport:
    """All that is stored of the run that this process began after a moment or, where none is, why there is none."""
    from flows.recording import cause_of

    cause = cause_of(error)
    fallback = RunReport(_unknown_run(began, RunStatus.FAILED), (cause,), ())
    if isinstance(error, RunGoingOnError) or (kind is RunKind.REVERIFY and not database.is_file()):
        return fallback
    try:
        run_id = stored_since(database, began) or _stored_start(database, began, error, kind)
        with open_published(database)[0] as store:
            stored = store.report_rows(run_id)
    except StoreError:
        return fallback
    return _as_it_ended(stored, cause)


def _as_it_ended(stored: RunReport, cause: Failure) -> RunReport:
    """What is stored of a run, and what is not: it may be finished, or its end could not be written down."""
    if stored.run.status is RunStatus.FAILED:
        return stored
    if stored.run.status is RunStatus.RUNNING:
        run = replace(stored.run, status=RunStatus.FAILED, finished_at=datetime.now(UTC))
        return replace(stored, run=run, failures=(*stored.failures, cause))
    message = f"all verdicts are stored, but what comes after them was not completed: {cause.message}"
    return replace(stored, failures=(*stored.failures, replace(cause, message=message)))


def stored_since(database: Path, began: datetime) -> str | None:
    """The run that this process began after a moment, if any is stored."""
    from verifier.store.processes import this_process

    if not database.is_file():
        return None
    with open_published(database)[0] as store:
        mine = [a for a in store.attempts(20) if a.process == this_process() and a.started_at >= began]
    return mine[0].run_id if mine else None


def finished_since(database: Path, began: datetime) -> RunReport | None:
    """All of the run that this process began after a moment, if it is stored as finished."""
    run_id = stored_since(database, began)
    if run_id is None:
        return None
    with open_published(database)[0] as store:
        report = store.report_rows(run_id)
    return report if report.run.is_over else None


def _stored_start(database: Path, began: datetime, error: BaseException, kind: RunKind) -> str:
    from flows.recording import cause_of, is_interruption

    run = failed_start(began, version("claim-verifier"), "{}", kind)
    with Store.open(database) as store:
        store.begin_run(run)
        store.finish_run(run.id, RunStatus.FAILED, datetime.now(UTC), cause_of(error), is_interruption(error))
    refresh(database)
    return run.id


def _unknown_run(began: datetime, status: RunStatus) -> Run:
    ended = None if status is RunStatus.RUNNING else datetime.now(UTC)
    return Run(NOT_BEGUN, began, ended, status, version("claim-verifier"), "{}", (), "")
