"""What the workers of a Dask cluster do: plain functions that the command's process sends to them.

No Prefect here. A task of Prefect's would report to Prefect's server, which the command starts for itself and which
listens on loopback only: a worker on another machine could not reach it. Nor would Prefect start a task run anew that
is already running, and that is just what Dask does when a worker is lost. So Prefect's tasks stay in the process of
the command, where each waits for the answer to one of these functions.
"""

from __future__ import annotations

import asyncio
import hashlib
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from corpus.documents import Document, Passage
from corpus.index import CorpusInfo, Encoder, PassageIndex
from corpus.index.manifest import MANIFEST
from corpus.shards import Found, Shard, ShardedSearch, is_sharded, local_shards, open_index, shard_count, shard_name

if TYPE_CHECKING:
    from distributed import Client, Worker

    from verifier.confidence import Calibration
    from verifier.pipeline import Basis, CheckedArticle, Verifier
    from verifier.settings import Settings
    from verifier.types import Article, Failure

SHARD_WAIT_S = 30.0  # how long a shard may be without a worker: one that was lost is started anew within this time
_ONE_INDEX = -1  # stands for a shard's number where the corpus is one index


class WorkerMismatchError(Exception):
    """A machine of the cluster lacks the corpus, or has another corpus, other models or other code."""


class ShardLostError(Exception):
    """No living worker holds a shard of the corpus."""


@dataclass(frozen=True, slots=True)
class PartFacts:
    """What a machine has of a corpus: one index, or one of its shards. `state` changes with every change to it."""

    corpus_version: str
    n_documents: int
    n_passages: int
    state: str


@dataclass(frozen=True, slots=True)
class OnDisk:
    """What a machine has of a corpus; `n_shards` is 0 where it is one index or not there."""

    n_shards: int
    parts: dict[int, PartFacts]


@dataclass(frozen=True)
class Work:
    """What a worker has to know to check articles. Equal for two runs only where nothing changed between them."""

    corpus: str  # as it was given: a relative path is looked up in the working folder of each worker
    settings: Settings
    shards: tuple[PartFacts, ...]  # in order; empty where the corpus is one index
    state: str  # of all parts of the corpus on all machines
    calibration: Calibration | None = None  # confidence refitted on the reviews of the desk's database


def _code_hash() -> str:
    """A hash over the sources of the three packages."""
    digest = hashlib.sha256()
    root = Path(__file__).parents[1]
    for path in sorted(p for package in ("corpus", "flows", "verifier") for p in (root / package).rglob("*.py")):
        digest.update(f"{path.relative_to(root)}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:12]


CODE = _code_hash()  # when this is imported: a worker that outlived an update runs the old code and has to say so


# ---- asked of every worker

# Where the scheduler is for this worker. Dask tells tasks, and not what `Client.run` calls.
_SCHEDULER: ContextVar[str | None] = ContextVar("scheduler", default=None)


async def in_thread(function: Callable[..., Any], *args: Any, dask_worker: Worker) -> Any:
    """Call a function beside the worker's tasks, for `Client.run`, which would block the worker otherwise.

    :param dask_worker: given by Dask.
    """
    _SCHEDULER.set(dask_worker.scheduler.address)
    return await asyncio.to_thread(function, *args)


def look(corpus: str) -> OnDisk:
    """What this machine has of the corpus; nothing opened, and nothing raised where there is none.

    :raises CorpusError: a manifest is damaged.
    """
    folder = Path(corpus)
    if is_sharded(folder):
        return OnDisk(shard_count(folder), {n: _facts(path) for n, path in local_shards(folder).items()})
    return OnDisk(0, {_ONE_INDEX: _facts(folder)} if (folder / MANIFEST).exists() else {})


def _facts(folder: Path) -> PartFacts:
    state = hashlib.sha256((folder / MANIFEST).read_bytes()).hexdigest()[:16]
    info: CorpusInfo = PassageIndex.info(folder)
    return PartFacts(info.corpus_version, info.n_documents, info.n_passages, state)


def foundation(work: Work) -> tuple[str, Basis]:
    """The code and the basis on which this worker would check; opens the verifier.

    :raises CorpusError, ModelError, SourceTiersError: when it cannot be opened.
    """
    with _ONE_AT_A_TIME:
        return CODE, _opened(work).basis


def encoder_facts(name: str, threads: int) -> tuple[str, str, str, int]:
    """The code, and the encoder's name, fingerprint and dim on this worker.

    :raises ModelError: when it cannot be loaded.
    """
    encoder = _encoder(name, threads)
    return CODE, encoder.name, encoder.fingerprint, encoder.dim


# ---- tasks


def encode_texts(name: str, threads: int, expected: tuple[str, str, str, int], texts: Sequence[str]) -> Any:
    """:return: float32 (n_texts, dim), rows unit-norm.

    :raises WorkerMismatchError: when this worker has another encoder than was expected of all.
    """
    if (found := encoder_facts(name, threads)) != expected:
        raise WorkerMismatchError(f"expected the encoder {expected}, found {found}; install the same on all machines")
    return _encoder(name, threads).encode(texts)


def check_articles(
    work: Work, expected: tuple[str, Basis], articles: Sequence[Article]
) -> tuple[list[CheckedArticle], list[Failure]]:
    """As `Verifier.check_articles`, on the verifier that this worker keeps open.

    :raises WorkerMismatchError: when this worker would check on another basis; it may have joined late.
    """
    with _ONE_AT_A_TIME:
        opened = _opened(work)
        if (found := (CODE, opened.basis)) != expected:
            raise WorkerMismatchError(
                f"expected {expected}, found {found} on a worker that joined late; give all machines the same corpus,"
                " models and code"
            )
        return opened.verifier.check_articles(articles)


# The models use every core by themselves, and the parser is not made for threads: a worker with several threads checks
# one batch after the other. Searches for others do not take this lock, so that no two workers wait for each other.
_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True)
class _Opened:
    """A verifier with what keeps its index open."""

    verifier: Verifier
    basis: Basis
    manager: AbstractContextManager[tuple[Verifier, Basis]]


@lru_cache(maxsize=2)
def _opened(work: Work) -> _Opened:
    """The verifier for this work, loaded once; hold the lock."""
    from verifier.pipeline import Desk, open_verifier

    here = local_shards(Path(work.corpus))
    is_whole = all(n in here for n in range(len(work.shards)))
    open_with = open_index if is_whole else _opener(work, here)
    manager = open_verifier(
        Path(work.corpus), work.settings, desk=Desk(calibration=work.calibration), open_with=open_with
    )
    verifier, basis = manager.__enter__()
    return _Opened(verifier, basis, manager)


@lru_cache(maxsize=2)
def _encoder(name: str, threads: int) -> Encoder:
    from verifier.encode import load_encoder

    return load_encoder(name, threads)


# ---- shards on other machines


def _opener(work: Work, here: Iterable[int]) -> Callable[[Path, Encoder], AbstractContextManager[ShardedSearch]]:
    """Opens the corpus with the shards that this disk has, and asks other workers for the rest."""

    @contextmanager
    def open_with(folder: Path, encoder: Encoder) -> Iterator[ShardedSearch]:
        from distributed import get_client

        holders = Holders(get_client(_SCHEDULER.get()), work)
        yield ShardedSearch(
            [_shard(work, n) if n in here else RemoteShard(holders, n) for n in range(len(work.shards))]
        )

    return open_with


class Holders:
    """Which workers have which shard on disk, and the way to ask them."""

    def __init__(self, client: Client, work: Work) -> None:
        self._client = client
        self._work = work
        self._lock = threading.Lock()
        self._known: dict[str, frozenset[int]] = {}

    def ask(self, number: int, method: str, *args: Any) -> Any:
        """Call a method of the shard where it is.

        The call runs beside the tasks of the other worker (`in_thread`), not as a task: it needs none of the worker's
        slots, so two workers that check with one thread each can ask each other and never wait for one another. Where
        that worker dies, the call fails at once, and the next one that holds the shard is asked.

        :raises ShardLostError: when no living worker has had it for `SHARD_WAIT_S`.
        """
        deadline = time.monotonic() + SHARD_WAIT_S
        while True:
            for worker in self._with(number):
                try:
                    found = self._client.run(in_thread, answer, self._work, number, method, args, workers=[worker])
                    return found[worker]
                except OSError:  # lost, and perhaps started anew under another address
                    self._forget(worker)
            if time.monotonic() > deadline:
                raise ShardLostError(
                    f"no living worker holds {shard_name(number)} of {self._work.corpus}; start one on a machine that"
                    " has it, then run the command again"
                )
            time.sleep(0.5)

    def _with(self, number: int) -> list[str]:
        with self._lock:
            if not any(number in held for held in self._known.values()):
                found = self._client.run(in_thread, shards_here, self._work, on_error="ignore")
                self._known = {worker: frozenset(held) for worker, held in found.items()}
            return [worker for worker, held in self._known.items() if number in held]

    def _forget(self, worker: str) -> None:
        with self._lock:
            self._known.pop(worker, None)


class RemoteShard:
    """A shard on the disks of other workers, with the search interface of one that is here."""

    def __init__(self, holders: Holders, number: int) -> None:
        self._holders = holders
        self._number = number
        self._facts = holders._work.shards[number]

    @property
    def corpus_version(self) -> str:
        """A hash over the ids of the shard's documents."""
        return self._facts.corpus_version

    @property
    def n_documents(self) -> int:
        """How many documents."""
        return self._facts.n_documents

    @property
    def n_passages(self) -> int:
        """How many passages."""
        return self._facts.n_passages

    def search_dense(self, vectors: npt.NDArray[np.float32], k: int) -> Found:
        """For each row of float32 (n, dim) up to k (rowid, cosine), best first; raises ShardLostError."""
        found: Found = self._holders.ask(self._number, "search_dense", vectors, k)
        return found

    def search_lexical(self, texts: Sequence[str], k: int) -> Found:
        """For each text up to k (rowid, BM25 score), best first; raises ShardLostError."""
        found: Found = self._holders.ask(self._number, "search_lexical", texts, k)
        return found

    def fetch(self, ids: Iterable[int]) -> dict[int, tuple[Passage, Document]]:
        """The passages with these rowids; raises ShardLostError."""
        found: dict[int, tuple[Passage, Document]] = self._holders.ask(self._number, "fetch", list(ids))
        return found

    def documents_at(self, origins: Sequence[str]) -> dict[str, str]:
        """The ids of the documents from these origins; raises ShardLostError."""
        found: dict[str, str] = self._holders.ask(self._number, "documents_at", list(origins))
        return found

    def close(self) -> None:
        """Nothing is held here."""


def shards_here(work: Work) -> list[int]:
    """The numbers of the shards that this machine has, in the version that the work is about."""
    here = look(work.corpus).parts
    return [n for n, facts in enumerate(work.shards) if n in here and here[n].corpus_version == facts.corpus_version]


def answer(work: Work, number: int, method: str, args: tuple[Any, ...]) -> Any:
    """Search a shard on this disk for another worker.

    :raises CorpusError: when it cannot be opened.
    """
    return getattr(_shard(work, number), method)(*args)


_OPENING = threading.Lock()


def _shard(work: Work, number: int) -> Shard:
    with _OPENING:
        return _opened_shard(work, number)


@lru_cache(maxsize=256)
def _opened_shard(work: Work, number: int) -> PassageIndex:
    encoder = _encoder(work.settings.encoder, work.settings.threads)
    index = PassageIndex.open(Path(work.corpus) / shard_name(number), encoder)
    if index.corpus_version != (expected := work.shards[number].corpus_version):
        index.close()
        raise WorkerMismatchError(
            f"{index.folder}: expected version {expected}, found {index.corpus_version}; the corpus was changed during"
            " the run, run the command again"
        )
    return index
