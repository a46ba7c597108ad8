"""Attempts at runs: by which process, how each ended, and what one that died leaves for the next to find."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import duckdb

from corpus.documents import content_id
from verifier.store.connection import StoreError, one_row
from verifier.store.processes import ProcessMark, is_at_work, this_process
from verifier.store.writing import in_utc, write_failures
from verifier.timing import StageTime
from verifier.types import Failure, Run, RunKind, RunStatus

INTERRUPTED = "INTERRUPTED"
THE_RUN = "the run"  # the source of failures that are none of an article
_AGAIN = "run it again: it goes on from what is saved"


class RunGoingOnError(StoreError):
    """Another process is doing what is not to be done twice at the same time."""


class Beside(StrEnum):
    """What other processes may do on the database while a run begins."""

    ANY = "ANY"
    OTHER_RUNS = "OTHER_RUNS"  # but not this one
    NO_RUN = "NO_RUN"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One start of a run, and what became of it. `status` is that of a run, or INTERRUPTED."""

    run_id: str
    attempt: int
    started_at: datetime
    seen_at: datetime
    finished_at: datetime | None
    status: str
    cause: str | None
    process: ProcessMark | None  # None of attempts from before they were kept
    n_articles: int | None
    n_resumed: int
    n_verdicts: int
    n_failures: int  # of the run

    @property
    def took_s(self) -> float | None:
        """Seconds; None while it goes on."""
        return (self.finished_at - self.started_at).total_seconds() if self.finished_at else None


@dataclass(frozen=True, slots=True)
class Ending:
    """How an attempt ended: as its run did, or INTERRUPTED, with why."""

    status: RunStatus
    cause: str | None = None
    interrupted: bool = False


@dataclass(frozen=True, slots=True)
class Notification:
    """What was told to whom after a run; `error` says why it did not arrive."""

    target: str
    n_flips: int
    n_failures: int
    error: str | None


def settle(cursor: duckdb.DuckDBPyConnection, now: datetime) -> int:
    """Mark attempts whose process died as INTERRUPTED, and their runs as failed; say how many they were."""
    dead = [a for a in _going_on(cursor) if a.process and not is_at_work(a.process, a.seen_at, now)]
    for attempt in dead:
        process = attempt.process
        cause = f"process {process.pid if process else '?'} was killed, or its machine went down"
        end_attempt(cursor, attempt.run_id, attempt.seen_at, Ending(RunStatus.FAILED, cause, interrupted=True))
        cursor.execute(
            "UPDATE runs SET status = ?, finished_at = ? WHERE run_id = ?",
            [RunStatus.FAILED.value, in_utc(attempt.seen_at), attempt.run_id],
        )
        write_failures(cursor, attempt.run_id, [interruption(cause)])
    return len(dead)


def interruption(cause: str) -> Failure:
    """An interrupted run's failure, as reports show it."""
    return Failure(THE_RUN, "run", "Interrupted", f"{cause}; {_AGAIN}")


def has_dead(cursor: duckdb.DuckDBPyConnection, now: datetime) -> bool:
    """Whether an attempt is marked as going on whose process died."""
    return any(a.process and not is_at_work(a.process, a.seen_at, now) for a in _going_on(cursor))


def require_room(cursor: duckdb.DuckDBPyConnection, run_id: str, beside: Beside) -> None:
    """:raises RunGoingOnError: another process does what the run is not to be done beside."""
    if beside is Beside.ANY:
        return
    mine = this_process()
    for attempt in _going_on(cursor):
        process = attempt.process
        if process and process != mine and (beside is Beside.NO_RUN or attempt.run_id == run_id):
            which = "this run" if attempt.run_id == run_id else f"another run ({attempt.run_id[:8]}) on this database"
            raise RunGoingOnError(
                f"{which} is being done by process {process.pid} on {process.host} since"
                f" {attempt.started_at:%Y-%m-%d %H:%M:%S} UTC; nothing was begun. Wait for its end, or end it"
            )


def begin_attempt(cursor: duckdb.DuckDBPyConnection, run: Run, n_articles: int | None) -> None:
    """A new attempt of this process; one that this process left open is interrupted."""
    now, process = in_utc(run.started_at), this_process()
    cursor.execute(
        "UPDATE attempts SET status = ?, finished_at = seen_at, cause = 'left open' WHERE run_id = ? AND status = ?",
        [INTERRUPTED, run.id, RunStatus.RUNNING.value],
    )
    row = one_row(
        cursor,
        "SELECT (SELECT coalesce(max(attempt), 0) + 1 FROM attempts WHERE run_id = $1),"
        " (SELECT count(*) FROM run_articles WHERE run_id = $1 AND read_whole)",
        [run.id],
    )
    number, n_resumed = row or (1, 0)
    finished_at = None if run.finished_at is None else in_utc(run.finished_at)
    told = (run.status.value, None, process.host, process.boot, process.pid, process.started, n_articles, n_resumed, 0)
    cursor.execute(
        f"INSERT INTO attempts VALUES ({', '.join('?' * 14)})", [run.id, number, now, now, finished_at, *told]
    )


def give_sign(cursor: duckdb.DuckDBPyConnection, run_id: str) -> None:
    """The run's attempt is at work."""
    cursor.execute(f"UPDATE attempts SET seen_at = ? WHERE {_LAST}", [in_utc(datetime.now(UTC)), run_id, run_id])


def end_attempt(cursor: duckdb.DuckDBPyConnection, run_id: str, finished_at: datetime, ending: Ending) -> None:
    """How the run's attempt ended, and how many verdicts it saved."""
    status = INTERRUPTED if ending.interrupted else ending.status.value
    moment = in_utc(finished_at)
    cursor.execute(
        f"UPDATE attempts SET status = ?, cause = ?, finished_at = ?, seen_at = ?, n_verdicts = ("
        "SELECT count(*) FROM verdicts AS v WHERE v.run_id = attempts.run_id AND v.saved_at >= attempts.started_at)"
        f" WHERE {_LAST}",
        [status, ending.cause, moment, moment, run_id, run_id],
    )


def write_stages(cursor: duckdb.DuckDBPyConnection, run_id: str, stages: Sequence[StageTime]) -> None:
    """How long the stages of the run's attempt took; in place of what was stored of the same stages."""
    for stage in stages:
        cursor.execute(f"DELETE FROM run_stages WHERE stage = ? AND {_LAST}", [stage.stage, run_id, run_id])
        cursor.execute(
            "INSERT INTO run_stages SELECT run_id, attempt, ?, ?, ? FROM last_attempts WHERE run_id = ?",
            [stage.stage, stage.seconds, stage.n, run_id],
        )


def write_notifications(
    cursor: duckdb.DuckDBPyConnection, run_id: str, told: Sequence[Notification], as_of: datetime
) -> None:
    """What was told after the run's attempt, and as of when."""
    moment = in_utc(as_of)
    for i, one in enumerate(told):
        cursor.execute(
            "INSERT INTO notifications SELECT run_id, attempt, ?, ?, ?, ?, ?, ? FROM last_attempts WHERE run_id = ?",
            [i, moment, one.target, one.n_flips, one.n_failures, one.error, run_id],
        )


def read_attempts(cursor: duckdb.DuckDBPyConnection, most: int) -> list[Attempt]:
    """The newest attempts, newest first, as they are stored."""
    return _attempts(cursor, "ORDER BY a.started_at DESC, a.attempt DESC LIMIT ?", [most])


def failed_start(moment: datetime, code_version: str, settings_json: str, kind: RunKind = RunKind.VERIFY) -> Run:
    """A run that could not begin: nothing is known of what it would have rested on."""
    return Run(
        id=content_id("failed start", moment.isoformat(), str(this_process())),
        started_at=moment,
        finished_at=None,
        status=RunStatus.RUNNING,
        code_version=code_version,
        settings_json=settings_json,
        model_ids=(),
        corpus_version="",
        kind=kind,
    )


_LAST = "run_id = ? AND attempt = (SELECT max(attempt) FROM attempts WHERE run_id = ?)"


def _going_on(cursor: duckdb.DuckDBPyConnection) -> list[Attempt]:
    return _attempts(cursor, "WHERE a.status = 'RUNNING' ORDER BY a.started_at", [])


def _attempts(cursor: duckdb.DuckDBPyConnection, which: str, params: Sequence[object]) -> list[Attempt]:
    rows = cursor.execute(
        "SELECT a.run_id, a.attempt, a.started_at, a.seen_at, a.finished_at, a.status, a.cause, a.host, a.boot, a.pid,"
        " a.process_started, a.n_articles, a.n_resumed, a.n_verdicts,"
        " (SELECT count(*) FROM failures AS f WHERE f.run_id = a.run_id)"
        f" FROM attempts AS a {which}",
        list(params),
    ).fetchall()
    return [_attempt(*row) for row in rows]


def _attempt(
    run_id: str,
    attempt: int,
    started_at: datetime,
    seen_at: datetime,
    finished_at: datetime | None,
    status: str,
    cause: str | None,
    host: str | None,
    boot: str | None,
    pid: int | None,
    process_started: str | None,
    *counts: Any,
) -> Attempt:
    process = None if host is None or pid is None else ProcessMark(host, boot or "", pid, process_started or "")
    times = started_at.replace(tzinfo=UTC), seen_at.replace(tzinfo=UTC)
    ended = None if finished_at is None else finished_at.replace(tzinfo=UTC)
    n_articles, n_resumed, n_verdicts, n_failures = counts
    return Attempt(
        run_id, attempt, *times, ended, status, cause, process, n_articles, n_resumed, n_verdicts, n_failures
    )
