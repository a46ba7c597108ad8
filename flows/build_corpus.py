"""Sources -> documents -> passages -> index, as a Prefect flow of batch tasks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from corpus.documents import Document
from corpus.index import AddReport, PassageIndex
from corpus.sources import SourceFailure, read_documents
from verifier.encode import load_encoder
from verifier.pipeline import read_failure
from verifier.settings import Settings
from verifier.types import Failure

DOCUMENTS_PER_TASK = 500


@dataclass(frozen=True, slots=True)
class CorpusBuilt:
    """What a build changed, and which sources it could not read."""

    report: AddReport
    failures: tuple[Failure, ...]


class Reader:
    """Reads sources in batches and sets aside those that cannot be read."""

    def __init__(self, sources: Sequence[str | Path]):
        self._rows = read_documents(sources)
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
def read_batch(reader: Reader) -> list[Document]:
    """The next batch of documents."""
    return reader.batch(DOCUMENTS_PER_TASK)


@task(name="index documents", cache_policy=NO_CACHE, retries=1)
def index_batch(index: PassageIndex, documents: list[Document], progress: Callable[[int], None] | None) -> AddReport:
    """Split, encode and index one batch; a batch already indexed changes nothing, so a retry is safe."""
    return index.add(documents, progress)


@flow(name="build-corpus", validate_parameters=False)
def build_corpus(
    sources: Sequence[str | Path], corpus: Path, settings: Settings, progress: Callable[[int], None] | None = None
) -> CorpusBuilt:
    """Add sources to the corpus folder.

    :param progress: called with the number of documents done so far.
    :raises SourceNotFoundError: when a source does not exist.
    :raises CorpusError: when the folder cannot be used or written.
    """
    reader = Reader(sources)
    with PassageIndex.create_or_open(corpus, load_encoder(settings.encoder, settings.threads)) as index:
        reports: list[AddReport] = []
        n_done = 0
        while documents := read_batch(reader):
            reports.append(index_batch(index, documents, _from(n_done, progress)))
            n_done += len(documents)
    return CorpusBuilt(_total(reports), tuple(reader.failures))


def _from(n_done: int, progress: Callable[[int], None] | None) -> Callable[[int], None] | None:
    return None if progress is None else lambda n: progress(n_done + n)


def _total(reports: Sequence[AddReport]) -> AddReport:
    return AddReport(
        n_added=sum(r.n_added for r in reports),
        n_replaced=sum(r.n_replaced for r in reports),
        n_unchanged=sum(r.n_unchanged for r in reports),
        n_passages=sum(r.n_passages for r in reports),
    )
