"""One run from its first second to its last word: what is new is checked, failures turn the page red, and who wants to
know is told. What the command line and the schedule both do; Prefect is only asked where there is something to do.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from flows.notify import News, notify_all
from flows.recording import recorded, tell
from flows.red import failed_report, never_green
from flows.request import Found, Read, VerifyRequest, desk_of, new_run, read_sources, write_files
from verifier.pipeline import open_verifier
from verifier.rows import RunReport
from verifier.store import RunGoingOnError, Store, StoreError, open_published, refresh
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
) -> Done:
    """Run, write the report whatever happens, and tell of flips and failures.

    :param check_new: the flow, for what is not stored yet.
    :param notify: commands and URLs to tell; see `flows.notify`.
    :param always: go through the flow also where all is stored.
    :raises ReportWriteError: the report cannot be written.
    :raises Exception: what ended the run, after the report and the notice of it.
    """
    clock = clock or StageClock()
    with watched(request.database, request.report, notify):
        unchanged = None if always else _unchanged(request, found := _read(request, clock), clock)
        report = unchanged or check_new(request, None if always else lambda _: found, clock)
    if not notify:
        return Done(report, (), unchanged is not None)
    news = News.of(report, _flips(request.database, report.run.id), request.database, request.report)
    not_told = _tell(notify, news, request.database) if news.is_worth_telling else ()
    return Done(report, not_told, unchanged is not None)


@contextmanager
def watched(database: Path, report: Path, notify: Sequence[str]) -> Iterator[None]:
    """No older page stands while what is inside goes on; when it fails, the page says so, and all are told.

    A run that is not begun because another one goes on is no failure, and nobody is told.
    """
    began = datetime.now(UTC)
    try:
        with never_green(database, report):
            yield
    except RunGoingOnError:
        raise
    except BaseException as error:
        if notify:
            failed = failed_report(database, began, error)
            for sentence in _tell(notify, News.of(failed, [], database, report), database):
                print(f"verifier: {sentence}", file=sys.stderr, flush=True)
        raise


def _read(request: VerifyRequest, clock: StageClock) -> Found:
    with clock.of("read"):
        return read_sources(request)


def _unchanged(request: VerifyRequest, found: Found, clock: StageClock) -> RunReport | None:
    """The report of a run that is all stored, written anew; None where something is left to check.

    No model is loaded, and Prefect not asked: its server alone takes five seconds to come up.
    """
    if not request.database.exists():
        return None
    with open_verifier(request.corpus, request.settings, desk=desk_of(request.database)) as (_, basis):
        run = new_run(request.settings, basis, found.inputs)
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


def _flips(database: Path, run_id: str) -> list[dict[str, object]]:
    """The claims whose label is another, as rows of label_changes; without what the run's end told before.

    Those are among them that an attempt found which then was stopped.
    """
    wanted = "claim, old_label, label, old_confidence, confidence, why, documents, urls, article, article_url, claim_id"
    with open_published(database)[0] as store:
        found = store.query(
            f"""
            SELECT {wanted} FROM label_changes
            WHERE run_id = $1 AND saved_at > coalesce((
                SELECT max(a.finished_at) FROM attempts AS a JOIN last_attempts AS l USING (run_id)
                WHERE a.run_id = $1 AND a.attempt < l.attempt AND starts_with(a.status, 'FINISHED')
            ), '-infinity')
            ORDER BY article, claim_id
            """,
            [run_id],
        )
    return [dict(zip(found.columns, row, strict=True)) for row in found.rows]


def _tell(targets: Sequence[str], news: News, database: Path) -> tuple[str, ...]:
    """Tell all, and store what was told; a notice that fails is no failure of the run.

    :return: what did not arrive, a sentence each.
    """
    told = notify_all(targets, news)
    try:
        if news.is_stored:
            with Store.open(database, create=False) as store:
                store.record_notifications(news.run_id, told)
            refresh(database)
    except StoreError as error:
        return (*(t.error for t in told if t.error), f"that it was told cannot be stored: {error}")
    return tuple(f"{t.target} was not told: {t.error}" for t in told if t.error)


def is_failed(report: RunReport) -> bool:
    """Whether anything of the run failed."""
    return bool(report.failures) or report.run.status in (RunStatus.FAILED, RunStatus.FINISHED_WITH_FAILURES)
