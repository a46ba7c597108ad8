"""Runs on a cluster: a real scheduler and real workers on loopback, and rows like those of a run in this process."""

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from corpus.index import PassageIndex
from corpus.shards import create_or_open_index, open_index, shard_name
from corpus.sources import read_documents
from flows import cluster
from flows.cluster import Cluster, ClusterChecker, ClusterLostError, RunnerAddressError, scheduler_address
from tests.flows.conftest import SAMPLE, Outcome
from tests.verifier.factories import make_article
from verifier.encode import load_encoder
from verifier.settings import Settings
from verifier.store import Store, query_file

ROOT = Path(__file__).parents[2]
Call = Callable[..., Outcome]
CLAIMS = [
    "The James Webb Space Telescope was launched from French Guiana on 25 December 2021.",
    "Sweden applied to join NATO in May 2022.",
    "The UN General Assembly adopted resolution ES-11/1 with 5 votes in favour and 141 against.",
    "Argentina won the 2022 World Cup final against France.",
    "The cruiser Moskva sank in April 2022.",
    "Kherson was captured on 2 March 2022.",
]
ROWS = {
    "runs": "SELECT * EXCLUDE (started_at, finished_at) FROM runs",
    "claims": "SELECT * FROM claims ORDER BY ALL",
    "verdicts": "SELECT * EXCLUDE (saved_at) FROM verdicts ORDER BY ALL",
    "evidence": "SELECT * FROM claim_evidence ORDER BY ALL",
    "rationales": "SELECT * FROM rationales ORDER BY ALL",
}


@dataclass
class Machines:
    """A scheduler and its workers, each a process with a working folder of its own."""

    address: str
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def runner(self) -> str:
        """What `--runner` gets."""
        return self.address.replace("tcp://", "dask://")

    def start(self, *folders: Path) -> None:
        """One worker a folder, and wait until the scheduler knows them."""
        from distributed import Client

        options = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--memory-limit", "0")
        self.workers += [dask("worker", folder, self.address, *options) for folder in folders]
        with Client(self.address, set_as_default=False) as client:
            client.wait_for_workers(len(folders), timeout=60)


def dask(role: str, folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    """A process of a Dask cluster, to which the project can be imported."""
    command = [sys.executable, "-m", f"distributed.cli.dask_{role}", *arguments]
    log = (folder / f"{role}.log").open("wb")
    path = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}
    return subprocess.Popen(command, cwd=folder, env=path, stdout=log, stderr=log)


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[Machines]:
    """A scheduler on a free port, still without workers."""
    pytest.importorskip("prefect_dask", reason="needs the extra: pip install 'claim-verifier[cluster]'")
    told = tmp_path / "scheduler.json"
    options = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(told))
    scheduler = dask("scheduler", tmp_path, *options)
    deadline = time.monotonic() + 60
    while not told.exists() or not told.read_text():
        assert time.monotonic() < deadline, (tmp_path / "scheduler.log").read_text()
        time.sleep(0.1)
    found = Machines(json.loads(told.read_text())["address"])
    yield found
    for process in (*found.workers, scheduler):
        process.kill()
        process.wait()


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    """A folder of short articles, checked one a batch."""
    folder = tmp_path / "articles"
    folder.mkdir()
    for n, claim in enumerate(CLAIMS):
        (folder / f"{n}.txt").write_text(f"Report {n}\n\n{claim}\n", encoding="utf-8")
    (tmp_path / "settings.toml").write_text("batch_articles = 1\nthreads = 1\n", encoding="utf-8")
    return folder


def folders(parent: Path, *names: str) -> list[Path]:
    for name in names:
        (parent / name).mkdir()
    return [parent / name for name in names]


def rows(database: Path) -> dict[str, list[Any]]:
    """Everything that a run stored, but for the clock."""
    return {name: query_file(database, query).rows for name, query in ROWS.items()}


def run_options(tmp_path: Path, name: str) -> tuple[object, ...]:
    return ("--db", tmp_path / name, "--report", tmp_path / "r", "--settings", tmp_path / "settings.toml", "--json")


@pytest.fixture
def tasks_lost(monkeypatch: pytest.MonkeyPatch, machines: Machines) -> list[int]:
    """Kills the first worker with SIGKILL when tasks are on their way: how many it had."""
    lost: list[int] = []
    result = Cluster.result

    def kill_and_wait(self: Cluster, future: Any) -> Any:
        if not lost:
            [address] = [a for a, pid in self._client.run(os.getpid).items() if pid == machines.workers[0].pid]
            lost.append(len(self._client.processing()[address]))
            machines.workers[0].kill()
        return result(self, future)

    monkeypatch.setattr(Cluster, "result", kill_and_wait)
    return lost


@pytest.mark.models
@pytest.mark.usefixtures("prefect_home")
def test_a_run_that_loses_a_worker_ends_with_the_rows_of_a_local_run(
    verifier: Call, corpus: Path, articles: Path, tmp_path: Path, machines: Machines, tasks_lost: list[int]
) -> None:
    """One of two workers is killed with batches on it: same run id, claims, verdicts, quotes; exit code 0."""
    local = verifier("run", articles, "--corpus", corpus, *run_options(tmp_path, "local.duckdb"))
    machines.start(*folders(tmp_path, "one", "two"))
    options = run_options(tmp_path, "far.duckdb")
    far = verifier("run", articles, "--corpus", corpus, *options, "--runner", machines.runner)
    assert (far.code, timeless(far.out)) == (0, timeless(local.out)), far.err
    assert machines.workers[0].wait() == -9 and tasks_lost[0] > 0
    assert len(rows(tmp_path / "far.duckdb")["verdicts"]) >= len(CLAIMS)
    assert rows(tmp_path / "far.duckdb") == rows(tmp_path / "local.duckdb")


@pytest.mark.models
@pytest.mark.usefixtures("prefect_home")
def test_a_corpus_built_with_a_lost_worker_is_that_of_a_local_build(
    verifier: Call, corpus: Path, tmp_path: Path, machines: Machines, tasks_lost: list[int], monkeypatch: Any
) -> None:
    """One of two workers is killed with texts on it: the vectors are the same to the bit."""
    monkeypatch.setattr("flows.build_corpus.DOCUMENTS_PER_TASK", 20)
    monkeypatch.setattr("flows.cluster.TEXTS_PER_TASK", 4)
    machines.start(*folders(tmp_path, "one", "two"))
    built = verifier(
        "corpus", "add", SAMPLE / "documents.jsonl", "--corpus", tmp_path / "far", "--runner", machines.runner
    )
    assert built.code == 0, built.err
    assert machines.workers[0].wait() == -9 and tasks_lost[0] > 0
    assert vectors(tmp_path / "far") == vectors(corpus)


def timeless(lines: str) -> str:
    """Without the moments at which verdicts were saved."""
    return re.sub(r'"saved_at": "[^"]+"', '"saved_at": ""', lines)


def vectors(folder: Path) -> list[tuple[str, bytes]]:
    """Each passage's id with its vector, as stored."""
    with sqlite3.connect(folder / "passages.sqlite") as connection:
        return connection.execute("SELECT id, vector FROM passages ORDER BY id").fetchall()


@pytest.mark.models
@pytest.mark.usefixtures("prefect_home")
def test_workers_that_hold_different_shards_search_for_each_other(
    verifier: Call, articles: Path, tmp_path: Path, machines: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No machine has both shards, this one has none, and the rows are those of a local run over both."""
    sharded = sharded_corpus(tmp_path / "reference")
    monkeypatch.chdir(tmp_path)
    verifier("run", articles, "--corpus", "reference", *run_options(tmp_path, "local.duckdb"))
    for n, folder in enumerate(folders(tmp_path, "one", "two", "empty")[:2]):
        shutil.copytree(sharded / shard_name(n), folder / "reference" / shard_name(n))
    machines.start(tmp_path / "one", tmp_path / "two")
    monkeypatch.chdir(tmp_path / "empty")
    options = run_options(tmp_path, "far.duckdb")
    far = verifier("run", articles, "--corpus", "reference", *options, "--runner", machines.runner)
    assert far.code == 0, far.err
    assert rows(tmp_path / "far.duckdb") == rows(tmp_path / "local.duckdb")
    machines.workers[1].kill()
    machines.workers[1].wait()
    refused = verifier("run", articles, "--corpus", "reference", *options, "--runner", machines.runner)
    assert (refused.code, len(refused.err.splitlines())) == (2, 1)
    assert "no living worker holds shard-001 of reference" in refused.err


def sharded_corpus(folder: Path) -> Path:
    """The bundled sample in two shards."""
    with create_or_open_index(folder, load_encoder(), 2) as index:
        index.add([d for d in read_documents([SAMPLE / "documents.jsonl"])])  # noqa: C416 - only documents are there
    with open_index(folder, load_encoder()) as index:
        assert index.n_documents == 80
    return folder


@pytest.mark.models
@pytest.mark.usefixtures("prefect_home")
def test_a_worker_without_the_corpus_or_with_another_is_refused_by_name(
    verifier: Call, corpus: Path, articles: Path, tmp_path: Path, machines: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One sentence and exit code 2; nothing is stored but that the run could not be begun."""
    one, two = folders(tmp_path, "one", "two")
    shutil.copytree(corpus, one / "reference")
    machines.start(one, two)
    monkeypatch.chdir(one)
    call = ("run", articles, "--corpus", "reference", *run_options(tmp_path, "v.duckdb"), "--runner", machines.runner)
    lacking = verifier(*call)
    shutil.copytree(corpus, two / "reference")
    with PassageIndex.open(two / "reference", load_encoder()) as index:
        index.remove([a_document(two / "reference")])
    differing = verifier(*call)
    assert [lacking.code, differing.code] == [2, 2]
    assert "worker tcp://" in lacking.err and "holds no corpus" in lacking.err
    assert "reference has version" in differing.err
    with Store.open(tmp_path / "v.duckdb", read_only=True) as store:
        assert [attempt.status for attempt in store.attempts()] == ["FAILED", "FAILED"]
        assert store.query("SELECT 1 FROM articles").rows == []


def a_document(folder: Path) -> str:
    with sqlite3.connect(folder / "passages.sqlite") as connection:
        return str(connection.execute("SELECT id FROM documents LIMIT 1").fetchone()[0])


@pytest.mark.parametrize(
    "runner", ["127.0.0.1:8786", "tcp://a:1", "dask://", "dask://a", "dask://a:x", "dask://a:1/x", ""]
)
def test_what_is_no_address_of_a_scheduler_is_refused(runner: str) -> None:
    """The message shows the form that is expected."""
    with pytest.raises(RunnerAddressError, match="dask://HOST:PORT"):
        scheduler_address(runner)


def test_an_address_in_either_family_is_taken() -> None:
    """Names, IPv4 and IPv6."""
    assert scheduler_address("dask://head.example:8786") == "tcp://head.example:8786"
    assert scheduler_address("dask://[::1]:8786/") == "tcp://[::1]:8786"


@pytest.mark.usefixtures("prefect_home")
def test_no_scheduler_no_workers_and_no_packages_are_one_sentence_each(
    verifier: Call, article: Path, tmp_path: Path, machines: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 2, for `run` and `corpus add` alike."""
    monkeypatch.setattr("flows.cluster.CONNECT_S", 1.0)
    run = ("run", article, "--db", tmp_path / "v.duckdb", "--report", tmp_path / "r", "--runner")
    nobody = verifier(*run, "dask://127.0.0.1:9")
    idle = verifier("corpus", "add", article, "--corpus", tmp_path / "c", "--runner", machines.runner)
    monkeypatch.setitem(sys.modules, "prefect_dask.task_runners", None)
    missing = verifier(*run, machines.runner)
    told = [(o.code, len(o.err.splitlines()), o.out) for o in (nobody, idle, missing)]
    assert told == [(2, 1, "")] * 3, [nobody.err, idle.err, missing.err]
    assert "nobody answers" in nobody.err
    assert "has no workers" in idle.err
    assert "claim-verifier[cluster]" in missing.err
    assert not (tmp_path / "c").exists()


def test_a_run_here_imports_nothing_of_dask() -> None:
    """Nor do the workers and the scheduler import Prefect to call what is sent to them."""
    for modules, unwanted in (("flows.verify, flows.build_corpus", "distributed"), ("flows.worker", "prefect")):
        code = f"import sys, {modules}; print({unwanted!r} in sys.modules)"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert done.stdout.strip() == "False"


class DoomedCluster(Cluster):
    """Loses a worker over every task, or has none left."""

    def __init__(self, error: Exception | None) -> None:
        self._address = "tcp://gone"
        self._error = error

    def submit(self, function: Callable[..., Any], *args: Any) -> Any:
        future: Future[Any] = Future()
        if self._error:
            future.set_exception(self._error)
        return future

    def window(self) -> int:
        return 2

    def _threads(self) -> dict[str, int]:
        return {}


def test_a_batch_that_kills_every_worker_is_recorded_as_failures() -> None:
    """One failure an article; the other batches go on."""
    distributed = pytest.importorskip("distributed")
    error = distributed.KilledWorker("task", "worker", 3)
    checker = ClusterChecker.__new__(ClusterChecker)
    checker._cluster, checker._work, checker._expected = DoomedCluster(error), None, None  # type: ignore[assignment]
    batches = [[make_article("One."), make_article("Two.")], [make_article("Three.")], []]
    outcomes = [check() for _, check in checker.check_all(batches)]
    assert [(checked, len(failures)) for checked, failures in outcomes] == [([], 2), ([], 1), ([], 0)]
    assert {f.error for _, failures in outcomes for f in failures} == {"KilledWorker"}


def test_a_cluster_without_workers_is_given_up_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not waited for for ever."""
    monkeypatch.setattr(cluster, "LOST_S", 0.05)
    monkeypatch.setattr(cluster, "_POLL_S", 0.01)
    with pytest.raises(ClusterLostError, match="no worker"):
        DoomedCluster(None).result(DoomedCluster(None).submit(print))


def test_the_settings_of_a_run_do_not_name_the_runner() -> None:
    """The run's id hashes them, and where it was checked changes no verdict."""
    assert "runner" not in Settings().as_json()
