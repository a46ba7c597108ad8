"""The work of a flow on the workers of a Dask cluster: encoding passages and checking articles.

The flow runs on Prefect's DaskTaskRunner and uses its client; what is sent to the workers is in `flows.worker`, which
says why these are no tasks of Prefect's. Documents are read, and corpus and database are written, by this process.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeAlias, TypeVar
from urllib.parse import urlsplit

import numpy as np
import numpy.typing as npt

from corpus.shards import shard_name
from flows import worker
from flows.worker import CODE, OnDisk, PartFacts, ShardLostError, Work, WorkerMismatchError

if TYPE_CHECKING:
    from distributed import Client, Future
    from prefect import Flow

    from verifier.confidence import Calibration
    from verifier.pipeline import Basis, CheckedArticle
    from verifier.settings import Settings
    from verifier.types import Article, Failure

P = ParamSpec("P")
R = TypeVar("R")
Checked: TypeAlias = "tuple[list[CheckedArticle], list[Failure]]"

CONNECT_S = 10.0
LOST_S = 30.0  # how long a cluster may be without any worker before a command gives up
TEXTS_PER_TASK = 32  # about half a second of encoding on two cores: small enough to keep all workers busy to the end
_POLL_S = 2.0
_HERE = "this machine"


class RunnerAddressError(ValueError):
    """What `--runner` names is no address of a Dask scheduler."""


class ClusterNotInstalledError(Exception):
    """The packages for a cluster are not installed."""


class ClusterUnreachableError(Exception):
    """Nobody answers at the scheduler's address, or the scheduler has no workers."""


class ClusterLostError(Exception):
    """The scheduler, or all of its workers, went away during the work."""


def on_runner(flow: Flow[P, R], runner: str | None) -> Flow[P, R]:
    """The flow on the cluster that `runner` names (dask://HOST:PORT); in this process where left out.

    :raises RunnerAddressError: when it is no such address.
    :raises ClusterNotInstalledError: when prefect-dask is not installed.
    """
    if runner is None:
        return flow
    address = scheduler_address(runner)
    try:
        from prefect_dask.task_runners import DaskTaskRunner
    except ImportError as error:
        raise ClusterNotInstalledError(
            f"--runner needs {error.name}, which is not installed; give: pip install 'claim-verifier[cluster]'"
        ) from error
    for name in ("distributed", "distributed.client", "tornado"):  # we tell of losses ourselves, without traces
        logging.getLogger(name).setLevel(logging.CRITICAL)
    options = {"timeout": CONNECT_S, "name": "verifier"}
    task_runner: Any = DaskTaskRunner(address=address, client_kwargs=options)  # typed as of its own futures only
    return flow.with_options(task_runner=task_runner)


def scheduler_address(runner: str) -> str:
    """Dask's form of an address: dask://HOST:PORT -> tcp://HOST:PORT; raises RunnerAddressError."""
    try:
        parts = urlsplit(runner)
        is_address = parts.scheme == "dask" and parts.hostname and parts.port and not parts.path.strip("/")
    except ValueError:  # a port that is no number
        is_address = None
    if not is_address:
        raise RunnerAddressError(
            f"expected --runner dask://HOST:PORT, found {runner!r}; give the address that `dask scheduler` prints"
        )
    return f"tcp://{parts.netloc}"


def cluster_of_flow() -> Cluster | None:
    """The cluster of the flow that is running; None where it runs in this process.

    :raises ClusterUnreachableError: when nobody answers there, or there are no workers.
    """
    from prefect.context import FlowRunContext

    context = FlowRunContext.get()
    runner: Any = context.task_runner if context else None
    if not hasattr(type(runner), "client"):  # of the class: asking the runner itself would connect
        return None
    try:
        client = runner.client
    except (OSError, TimeoutError) as error:
        raise ClusterUnreachableError(
            f"nobody answers as a Dask scheduler at {runner.address} ({error}); start one with: dask scheduler"
        ) from error
    return Cluster(client)


class Cluster:
    """The workers behind a scheduler."""

    def __init__(self, client: Client) -> None:
        """:raises ClusterUnreachableError: when the scheduler has no workers."""
        self._client = client
        self._address = str(client.scheduler_info()["address"])
        try:
            client.wait_for_workers(1, timeout=CONNECT_S)
        except TimeoutError:
            raise ClusterUnreachableError(
                f"the scheduler at {self._address} has no workers; start one with: dask worker {self._address}"
            ) from None

    def ask_all(self, question: Callable[..., R], *args: Any) -> dict[str, R]:
        """The answer of each worker, by address.

        :raises WorkerMismatchError: names the worker that failed to answer, and why.
        """
        answers = self._client.run(worker.in_thread, question, *args, on_error="return")
        for address, found in answers.items():
            if isinstance(found, Exception):
                raise WorkerMismatchError(f"worker {address}: {found}") from found
        return dict(answers)

    def submit(self, function: Callable[..., Any], *args: Any) -> Future[Any]:
        """Have a worker call the function; when that worker is lost, another one does."""
        return self._client.submit(function, *args, pure=False)

    def window(self) -> int:
        """How many tasks to have on the way: one at work and one waiting for each thread of all workers."""
        return max(2, 2 * sum(self._threads().values()))

    def result(self, future: Future[Any]) -> Any:
        """What the task returned, or raised.

        :raises KilledWorker: when several workers were lost over this task.
        :raises ClusterLostError: when the scheduler or all workers are gone.
        """
        seen = time.monotonic()
        while True:
            try:
                return future.result(timeout=_POLL_S)
            except TimeoutError:
                if future.done():  # meanwhile, or it is the task's own error
                    return future.result()
                if self._threads():
                    seen = time.monotonic()
                elif time.monotonic() > seen + LOST_S:
                    raise ClusterLostError(
                        f"the scheduler at {self._address} has had no worker for {LOST_S:.0f} s; start some, then run"
                        " the command again"
                    ) from None
            except CancelledError:
                raise self._scheduler_lost() from None

    def _threads(self) -> Mapping[str, int]:
        try:
            threads: Mapping[str, int] = self._client.nthreads()
            return threads
        except (OSError, TimeoutError, CancelledError, ValueError) as error:
            raise self._scheduler_lost() from error

    def _scheduler_lost(self) -> ClusterLostError:
        return ClusterLostError(
            f"the scheduler at {self._address} went away; start it and its workers, then run the command again"
        )


class ClusterEncoder:
    """The encoder that all workers have: texts are encoded there, in shards, and come back in order."""

    def __init__(self, cluster: Cluster, name: str, threads: int) -> None:
        """:raises WorkerMismatchError: when the workers have other encoders, or other code than this machine."""
        self._cluster = cluster
        self._asked = name, threads
        facts = cluster.ask_all(worker.encoder_facts, name, threads)
        self._facts = _agreed(facts, ("the code", "the encoder", "the encoder's weights", "the encoder's size"))
        _, self.name, self.fingerprint, self.dim = self._facts

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """:return: float32 (n_texts, dim), rows unit-norm."""
        shards = [list(texts[at : at + TEXTS_PER_TASK]) for at in range(0, len(texts), TEXTS_PER_TASK)]
        futures = [self._cluster.submit(worker.encode_texts, *self._asked, self._facts, shard) for shard in shards]
        vectors = [self._cluster.result(future) for future in futures]
        return np.concatenate(vectors) if vectors else np.zeros((0, self.dim), dtype=np.float32)


class ClusterChecker:
    """Checks articles on workers that all rest on the same basis."""

    def __init__(
        self, cluster: Cluster, corpus: Path, settings: Settings, calibration: Calibration | None = None
    ) -> None:
        """:raises WorkerMismatchError: when a worker cannot open the corpus, or has another basis than the rest.

        :raises ShardLostError: when no worker holds a shard of the corpus.
        """
        self._cluster = cluster
        self._work = _work(cluster, str(corpus), settings, calibration)
        found = cluster.ask_all(worker.foundation, self._work)
        told = {address: (code, basis.corpus_version, basis.model_ids) for address, (code, basis) in found.items()}
        _agreed(told, ("the code", f"the corpus {corpus}", "the models and source tiers"))
        self._expected = next(iter(found.values()))

    @property
    def basis(self) -> Basis:
        """What the verdicts of every worker rest on."""
        return self._expected[1]

    def check_all(
        self, batches: Sequence[Sequence[Article]]
    ) -> Iterator[tuple[Sequence[Article], Callable[[], Checked]]]:
        """Each batch, in order, with the call that waits for what became of it; few are on the way at a time."""
        on_the_way: deque[tuple[Sequence[Article], Future[Any]]] = deque()
        for batch in batches:
            on_the_way.append((batch, self._cluster.submit(worker.check_articles, self._work, self._expected, batch)))
            if len(on_the_way) >= self._cluster.window():
                yield on_the_way[0][0], partial(self._checked, *on_the_way.popleft())
        while on_the_way:
            yield on_the_way[0][0], partial(self._checked, *on_the_way.popleft())

    def _checked(self, batch: Sequence[Article], future: Future[Any]) -> Checked:
        from distributed import KilledWorker

        from verifier.types import Failure

        try:
            checked: Checked = self._cluster.result(future)
            return checked
        except KilledWorker:
            why = "several workers were lost while they checked this batch; see their logs, memory is a common cause"
            return [], [Failure(article.source or article.title, "check", "KilledWorker", why) for article in batch]


def _work(cluster: Cluster, corpus: str, settings: Settings, calibration: Calibration | None) -> Work:
    """What is to be checked, from what all disks hold of the corpus, that of this machine included."""
    on_workers = cluster.ask_all(worker.look, corpus)
    disks = {**on_workers, _HERE: worker.look(corpus)}
    parts = _parts(disks, corpus)
    n_shards = max(disk.n_shards for disk in disks.values())
    for n in range(n_shards):
        if not any(n in disk.parts for disk in on_workers.values()):
            raise ShardLostError(
                f"no living worker holds {shard_name(n)} of {corpus} ({n_shards} shards); start one on a machine that"
                " has it"
            )
    state = hashlib.sha256("\n".join(sorted(_states(disks))).encode()).hexdigest()[:16]
    return Work(corpus, settings, tuple(parts[n] for n in range(n_shards)), state, calibration)


def _parts(disks: Mapping[str, OnDisk], corpus: str) -> dict[int, PartFacts]:
    """The parts of the corpus by number; raises WorkerMismatchError where two machines have different ones."""
    parts: dict[int, PartFacts] = {}
    owner: dict[int, str] = {}
    if len({bool(disk.n_shards) for disk in disks.values() if disk.parts}) > 1:
        raise WorkerMismatchError(f"{corpus} is sharded on some machines and not on others; copy one form to all")
    for machine, disk in disks.items():
        for n, facts in disk.parts.items():
            known = parts.setdefault(n, facts)
            if known.corpus_version != facts.corpus_version:
                part = f"{shard_name(n)} of {corpus}" if disk.n_shards else corpus
                raise WorkerMismatchError(
                    f"{part} has version {known.corpus_version} on {owner[n]} and {facts.corpus_version} on {machine};"
                    " copy the newer one to all machines"
                )
            owner.setdefault(n, machine)
    return parts


def _states(disks: Mapping[str, OnDisk]) -> set[str]:
    return {f"{n} {facts.state}" for disk in disks.values() for n, facts in disk.parts.items()}


def _agreed(found: Mapping[str, tuple[Any, ...]], names: Sequence[str]) -> Any:
    """What all workers say; the first field is the code, which has to be that of this machine too.

    :raises WorkerMismatchError: names two machines that differ and in what.
    """
    (first, expected), *_ = found.items()
    for machine, facts in found.items():
        for name, ours, theirs in zip(names, expected, facts, strict=True):
            if ours != theirs:
                raise WorkerMismatchError(
                    f"{name}: {first} has {ours}, worker {machine} has {theirs}; give all machines the same"
                )
    if expected[0] != CODE:
        raise WorkerMismatchError(
            f"the code: this machine has {CODE}, worker {first} has {expected[0]}; install the same version on all"
            " machines and start the workers anew"
        )
    return expected
