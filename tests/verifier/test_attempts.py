"""Attempts: a run that died is told from one that goes on, what was saved is known, and how it ended stays."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.verifier.factories import make_article, make_claim, make_run, make_verdict
from verifier.store import INTERRUPTED, Beside, Notification, RunGoingOnError, Store, open_published
from verifier.store.processes import is_at_work, this_process
from verifier.timing import StageClock, StageTime
from verifier.types import Failure, RunStatus

NOW = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
BEGIN_AND_DIE = """
import os, signal, sys
from tests.verifier.factories import make_run
from verifier.store import Store
with Store.open(sys.argv[1]) as store:
    store.begin_run(make_run(), n_articles=3)
if sys.argv[2] == "die":
    os.kill(os.getpid(), signal.SIGKILL)
print("begun", flush=True)
sys.stdin.readline()
"""


def elsewhere(database: Path, then: str) -> subprocess.Popen[str]:
    """Another process that begins the run, and dies or waits."""
    command = [sys.executable, "-c", BEGIN_AND_DIE, str(database), then]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "v.duckdb"
    Store.open(path).close()
    return path


def test_a_run_whose_process_was_killed_is_interrupted_for_whoever_looks_next(database: Path) -> None:
    """Not RUNNING: in the attempts, the last run, the summary, and as a failure of its report."""
    elsewhere(database, "die").wait()
    store, _ = open_published(database)
    with store:
        [attempt] = store.attempts()
        assert (attempt.status, attempt.n_articles) == (INTERRUPTED, 3) and "killed" in str(attempt.cause)
        assert store.query("SELECT status FROM run_report('')").rows == [(INTERRUPTED,)]
        assert store.query("SELECT status, n_attempts FROM run_summary").rows == [(INTERRUPTED, 1)]
        report = store.report_rows()
    assert report.run.status is RunStatus.FAILED
    assert [(f.source, f.error) for f in report.failures] == [("the run", "Interrupted")]


def test_a_run_that_another_process_does_is_not_begun_again(database: Path) -> None:
    """Nor any other run, where it wants to be alone; when the process has gone, it goes on."""
    other = elsewhere(database, "wait")
    assert other.stdout is not None and other.stdout.readline() == "begun\n"
    with Store.open(database) as store, pytest.raises(RunGoingOnError, match=f"process {other.pid} "):
        store.begin_run(make_run(), beside=Beside.OTHER_RUNS)
    with Store.open(database) as store:
        with pytest.raises(RunGoingOnError, match="another run"):
            store.begin_run(make_run("run-2"), beside=Beside.NO_RUN)
        store.begin_run(make_run("run-2"), beside=Beside.OTHER_RUNS)
    other.communicate("\n")
    with Store.open(database) as store:
        store.begin_run(make_run(), beside=Beside.NO_RUN)
        assert {(a.run_id, a.attempt, a.status) for a in store.attempts()} >= {
            ("run-1", 1, INTERRUPTED),
            ("run-1", 2, "RUNNING"),
        }


def test_what_a_run_saved_before_it_was_stopped_is_known_to_its_next_attempt() -> None:
    """The articles by id, and how many they were in the report and the last run."""
    article = make_article()
    claim = make_claim(article)
    with Store.open(":memory:") as store:
        store.begin_run(make_run(), n_articles=2)
        store.save("run-1", [article], [claim], [make_verdict(claim)])
        stopped = Failure("the run", "run", "Interrupted", "stopped by Ctrl-C")
        store.finish_run("run-1", RunStatus.FAILED, NOW, stopped, interrupted=True)
        assert store.begin_run(replace(make_run(), started_at=NOW), n_articles=2) is False
        assert store.articles_done("run-1") == {article.id}
        resumed = store.report_rows("run-1").resumed
        assert resumed is not None and (resumed.n_done, resumed.n_articles) == (1, 2)
        assert store.query("SELECT n_resumed, n_attempts FROM run_report('run-1')").rows == [(1, 2)]


def test_a_failed_run_says_why_and_a_finished_one_nothing() -> None:
    """The cause is one of its failures."""
    with Store.open(":memory:") as store:
        store.begin_run(make_run())
        store.finish_run("run-1", RunStatus.FAILED, NOW, Failure("the run", "run", "CorpusError", "no corpus there"))
        assert store.query("SELECT status, cause FROM run_report('')").rows == [("FAILED", "no corpus there")]
        store.begin_run(make_run())
        store.finish_run("run-1", RunStatus.FINISHED, NOW)
        assert store.query("SELECT status, cause, n_failures FROM run_report('')").rows == [("FINISHED", None, 0)]


def test_a_run_without_verdicts_between_makes_no_other_run_of_the_same() -> None:
    """A start that failed tells nothing of claims: yesterday's run given again is yesterday's run."""
    failed = replace(make_run("failed"), started_at=NOW, corpus_version="", model_ids=())
    with Store.open(":memory:") as store:
        store.begin_run(make_run())
        store.begin_run(failed)
        assert store.id_after(make_run()) == "run-1"


def test_stages_and_notices_are_stored_with_their_attempt() -> None:
    """A stage that is told again replaces what was stored; both are sound rows."""
    with Store.open(":memory:") as store:
        store.begin_run(make_run())
        store.record_stages("run-1", [StageTime("judge", 1.0, 10)])
        store.record_stages("run-1", [StageTime("judge", 2.0, 20), StageTime("report", 0.5, 1)])
        told = [Notification("mail", 1, 0, None), Notification("https://x", 1, 0, "no")]
        store.record_notifications("run-1", told, NOW)
        store.finish_run("run-1", RunStatus.FINISHED, make_run().started_at + timedelta(minutes=1))
        rows = store.query("SELECT stage, seconds, n, claims_per_minute FROM stages_of('')").rows
        assert rows == [("judge", 2.0, 20, 0.0), ("report", 0.5, 1, 0.0)]
        assert store.faults() == []


@pytest.mark.parametrize(
    ("change", "silent", "at_work"),
    [
        ({}, timedelta(days=9), True),
        ({"pid": 2**22 + 1}, timedelta(0), False),
        ({"started": "1"}, timedelta(0), False),
        ({"boot": "another"}, timedelta(0), False),
        ({"host": "elsewhere"}, timedelta(hours=1), True),
        ({"host": "elsewhere"}, timedelta(days=2), False),
    ],
)
def test_a_process_is_told_from_one_with_its_number(
    change: dict[str, object], silent: timedelta, at_work: bool
) -> None:
    """By its start and its machine's boot; of another machine's, only a sign tells."""
    assert is_at_work(replace(this_process(), **change), NOW - silent, NOW) is at_work


def test_a_clock_adds_up_and_tells_of_each_passage() -> None:
    """Also where the stage fails; the run is named once it has begun."""
    told = []
    clock = StageClock(told.append)
    clock.add("judge", 1.0, 2, "a.txt")
    clock.begin("run-1")
    with pytest.raises(ZeroDivisionError), clock.of("judge", 3):
        _ = 1 / 0
    [total] = clock.totals()
    assert (total.stage, total.n) == ("judge", 5) and total.seconds >= 1.0
    assert [(p.article, p.run_id, p.n) for p in told] == [("a.txt", None, 2), (None, "run-1", 3)]
