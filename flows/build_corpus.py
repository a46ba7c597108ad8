"""Sources -> documents -> passages -> index, as a Prefect flow of batch tasks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from corpus.documents import Document
from corpus.index import AddReport, Encoder, PassageIndex
from corpus.shards import ShardedIndex, create_or_open_index, total_report
from corpus.sources import SourceFailure, UrlReader, read_documents
from flows.cluster import ClusterEncoder, cluster_of_flow
from flows.web import open_web
from verifier.encode import load_encoder
from verifier.pipeline import read_failure
from verifier.settings import Settings
from verifier.types import Failure

DOCUMENTS_PER_TASK = 500  # for each shard: a commit writes a shard's files anew, so few documents at a time cost much


@dataclass(frozen=True, slots=True)
class CorpusBuilt:
    """What a build changed, and which sources it could not read."""

    report: AddReport
    failures: tuple[Failure, ...]


class Reader:
    """Reads sources in batches and sets aside those that cannot be read."""

    def __init__(self, sources: Sequence[str | Path], web: UrlReader | None = None):
        self._rows = read_documents(sources, web=web)
        self.failures: list[Failure] = []

    def batch(self, n: int) -> list[Document]:
        """The next `n` documents at most; empty when all are read."""
        return list(islice(self._documents(), n))

    def _documents(self) -> Iterator[Document]:
        for row in self._rows:
            if isinstance(row, SourceFailure):
                self.failures.append(read_failure(row))
            else:
                yield row


@task(name="read documents", cache_policy=NO_CACHE)
def read_batch(reader: Reader, n_documents: int) -> list[Document]:
    """The next batch of documents."""
    return reader.batch(n_documents)


@task(name="index documents", cache_policy=NO_CACHE, retries=1)
def index_batch(
    index: PassageIndex | ShardedIndex, documents: list[Document], progress: Callable[[int], None] | None
) -> AddReport:
    """Split, encode and index one batch; a batch already indexed changes nothing, so a retry is safe."""
    return index.add(documents, progress)


@flow(name="build-corpus", validate_parameters=False)
def build_corpus(
    sources: Sequence[str | Path],
    corpus: Path,
    settings: Settings,
    progress: Callable[[int], None] | None = None,
    n_shards: int | None = None,
    allow_private: bool = False,
) -> CorpusBuilt:
    """Add sources to the corpus folder.

    :param progress: called with the number of documents done so far.
    :param n_shards: begin a sharded corpus with so many; where left out, the corpus stays as it is.
    :param allow_private: fetch from addresses of this machine and its networks too.
    :raises SourceNotFoundError: when a source does not exist.
    :raises CorpusError: when the folder cannot be used or written.
    :raises WorkerMismatchError, ClusterLostError: when the flow's cluster cannot encode or went away.
    """
    with open_web(sources, corpus, settings.fetch, allow_private) as web:
        reader = Reader(sources, web)
        with create_or_open_index(corpus, _encoder(settings), n_shards) as index:
            n_batch = DOCUMENTS_PER_TASK * (index.n_shards if isinstance(index, ShardedIndex) else 1)
            reports: list[AddReport] = []
            n_done = 0
            while documents := read_batch(reader, n_batch):
                reports.append(index_batch(index, documents, _from(n_done, progress)))
                n_done += len(documents)
    return CorpusBuilt(total_report(reports), tuple(reader.failures))


def _encoder(settings: Settings) -> Encoder:
    """In this process, or on the workers of the flow's cluster; only this process reads documents and commits."""
    if cluster := cluster_of_flow():
        return ClusterEncoder(cluster, settings.encoder, settings.threads)
    return load_encoder(settings.encoder, settings.threads)


def _from(n_done: int, progress: Callable[[int], None] | None) -> Callable[[int], None] | None:
    return None if progress is None else lambda n: progress(n_done + n)
