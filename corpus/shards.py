"""A corpus in several indexes: each passage lies in one shard, and a search asks all of them.

A folder is a sharded corpus when it holds corpora in `shard-000`, `shard-001`, and so on. `shards.json`, there and in
each shard, says how many there are: one that got lost, or is on another machine, is missed and not overlooked.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Protocol

import numpy as np
import numpy.typing as npt

from corpus.documents import Document, Passage
from corpus.index import (
    AddReport,
    CorpusError,
    CorpusInfo,
    CorpusNotFoundError,
    CorruptCorpusError,
    Encoder,
    PassageIndex,
    UnknownDocumentError,
)
from corpus.index.database import Database
from corpus.index.folder import holds_corpus, writing
from corpus.index.manifest import DATABASE, check_folder

Found = list[list[tuple[int, float]]]

MAX_SHARDS = 1000  # names have three digits
_SHARDS = "shards.json"
_ROWID_BITS = 40  # a passage's number is its shard and, in the lower bits, its rowid there
_NAME = re.compile(r"shard-(\d{3})")


class ShardCountError(CorpusError):
    """The corpus has another number of shards than was asked for."""


class ShardMissingError(CorpusNotFoundError):
    """A shard of the corpus is not there."""


class Shard(Protocol):
    """What a sharded index needs of its parts: a PassageIndex has it, and so may one on another machine."""

    @property
    def corpus_version(self) -> str:
        """A hash over the ids of the shard's documents."""

    @property
    def n_documents(self) -> int:
        """How many documents."""

    @property
    def n_passages(self) -> int:
        """How many passages."""

    def search_dense(self, vectors: npt.NDArray[np.float32], k: int) -> Found:
        """For each row of float32 (n, dim) up to k (rowid, cosine), best first."""

    def search_lexical(self, texts: Sequence[str], k: int) -> Found:
        """For each text up to k (rowid, BM25 score), best first."""

    def fetch(self, ids: Iterable[int]) -> dict[int, tuple[Passage, Document]]:
        """The passages with these rowids; one that is gone is left out."""

    def documents_at(self, origins: Sequence[str]) -> dict[str, str]:
        """The ids of the documents from these origins, by origin; one that is not here is left out."""

    def close(self) -> None:
        """Give up what it holds."""


class ShardedSearch:
    """Several shards searched as one index, all at the same time.

    Dense results are those of one index over all documents. Lexical scores are weighed by each shard's own word
    counts: with documents spread evenly they are near those of one index, and not equal to them.
    """

    def __init__(self, shards: Sequence[Shard]) -> None:
        """:param shards: in order of their numbers."""
        self._searched = tuple(shards)
        self._pool = ThreadPoolExecutor(max(1, len(shards)), thread_name_prefix="shard")

    def close(self) -> None:
        """Close every shard; the index cannot be used afterwards."""
        self._pool.shutdown()
        for shard in self._searched:
            shard.close()

    @property
    def corpus_version(self) -> str:
        """A hash over those of the shards, in order."""
        return combined_version([shard.corpus_version for shard in self._searched])

    @property
    def n_documents(self) -> int:
        """How many documents in all shards."""
        return sum(shard.n_documents for shard in self._searched)

    @property
    def n_passages(self) -> int:
        """How many passages in all shards."""
        return sum(shard.n_passages for shard in self._searched)

    def search_dense(self, vectors: npt.NDArray[np.float32], k: int) -> Found:
        """For each row of float32 (n, dim), rows unit-norm, up to k (passage number, cosine), best first."""
        return self._merged(lambda shard: shard.search_dense(vectors, k), len(vectors), k)

    def search_lexical(self, texts: Sequence[str], k: int) -> Found:
        """For each text up to k (passage number, BM25 score), best first."""
        return self._merged(lambda shard: shard.search_lexical(texts, k), len(texts), k)

    def fetch(self, ids: Iterable[int]) -> dict[int, tuple[Passage, Document]]:
        """The passages with these numbers; one that was removed since the search is left out."""
        rowids: dict[int, list[int]] = {}
        for number in ids:
            rowids.setdefault(number >> _ROWID_BITS, []).append(number & (1 << _ROWID_BITS) - 1)
        wanted = [n for n in rowids if n < len(self._searched)]
        parts = self._pool.map(lambda n: self._searched[n].fetch(rowids[n]), wanted)
        return {_number(n, rowid): row for n, part in zip(wanted, parts, strict=True) for rowid, row in part.items()}

    def documents_at(self, origins: Sequence[str]) -> dict[str, str]:
        """The ids of the documents from these origins, by origin; one that is not here is left out."""
        parts = self._pool.map(lambda shard: shard.documents_at(origins), self._searched)
        return {origin: doc_id for part in parts for origin, doc_id in part.items()}

    def _merged(self, search: Callable[[Shard], Found], n_queries: int, k: int) -> Found:
        """The shards' lists of each query as one, best first, ties by number, cut to k."""
        merged: Found = [[] for _ in range(n_queries)]
        for n, found in enumerate(self._pool.map(search, self._searched)):
            for hits, part in zip(merged, found, strict=True):
                hits += ((_number(n, rowid), score) for rowid, score in part)
        return [sorted(hits, key=lambda hit: (-hit[1], hit[0]))[:k] for hits in merged]


class ShardedIndex(ShardedSearch):
    """The shards of a corpus folder, opened with the encoder they were built with."""

    def __init__(self, folder: Path, shards: Sequence[PassageIndex]) -> None:
        """Use `open_index` or `create_or_open_index`."""
        super().__init__(shards)
        self._folder = folder
        self._shards = tuple(shards)

    def __enter__(self) -> ShardedIndex:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def folder(self) -> Path:
        """Where the corpus lies."""
        return self._folder

    @property
    def n_shards(self) -> int:
        """How many shards."""
        return len(self._shards)

    def add(self, documents: Iterable[Document], progress: Callable[[int], None] | None = None) -> AddReport:
        """As `PassageIndex.add`, which raises what it raises there; each shard commits by itself.

        The documents are first dealt out among the shards in memory: give them in batches.
        """
        dealt: list[list[Document]] = [[] for _ in self._shards]
        for document in documents:
            dealt[shard_of(document.origin, len(self._shards))].append(document)
        reports, n_done = [], 0
        for shard, batch in zip(self._shards, dealt, strict=True):
            reports.append(shard.add(batch, _from(n_done, progress)))
            n_done += len(batch)
        return total_report(reports)

    def remove(self, keys: Sequence[str]) -> int:
        """As `PassageIndex.remove`: a key may name documents of several shards, and one that fits none stops all."""
        fitting = [_fitting(shard, keys) for shard in self._shards]
        if unknown := [key for key in keys if not any(key in found for found in fitting)]:
            raise UnknownDocumentError(
                f"nothing was removed: {', '.join(unknown)} is no id, origin, file or url in {self._folder}"
            )
        return sum(shard.remove(found) for shard, found in zip(self._shards, fitting, strict=True) if found)


def open_index(folder: str | Path, encoder: Encoder) -> PassageIndex | ShardedIndex:
    """Open the corpus in `folder`, sharded or not, as a context manager.

    :raises ShardMissingError: names the shard that is not there; and whatever `PassageIndex.open` raises.
    """
    folder = Path(folder)
    if not is_sharded(folder):
        return PassageIndex.open(folder, encoder)
    shards: list[PassageIndex] = []
    try:
        for part in corpus_folders(folder):
            shards.append(PassageIndex.open(part, encoder))
    except BaseException:
        for shard in shards:
            shard.close()
        raise
    return ShardedIndex(folder, shards)


def create_or_open_index(
    folder: str | Path, encoder: Encoder, n_shards: int | None = None
) -> PassageIndex | ShardedIndex:
    """As `open_index`, or begin a corpus where the folder is empty or not there.

    :param n_shards: how many to begin a sharded corpus with; where left out, as the folder is, or one index.
    :raises ShardCountError: the folder has another number of shards, or is one index.
    :raises CorpusError: as `PassageIndex.create_or_open`.
    """
    folder = Path(folder)
    check_folder(folder)
    if is_sharded(folder):
        there = shard_count(folder)
        if n_shards not in (None, there):
            raise ShardCountError(
                f"{folder} has {there} shards, not {n_shards}: documents would move between them; leave --shards out, "
                "or build the corpus again in another folder"
            )
        _complete(folder, encoder, there)
        return open_index(folder, encoder)
    if n_shards is None:
        return PassageIndex.create_or_open(folder, encoder)
    if holds_corpus(folder):
        raise ShardCountError(f"{folder} is a corpus in one index; leave --shards out, or build it in another folder")
    _create(folder, encoder, n_shards)
    return open_index(folder, encoder)


def is_sharded(folder: Path) -> bool:
    """Whether the folder is a sharded corpus, whole or not."""
    return not holds_corpus(folder) and ((folder / _SHARDS).exists() or bool(_numbers(folder)))


def shard_count(folder: Path) -> int:
    """How many shards a sharded corpus has, those that are not on this disk included.

    Shards that somebody put together without `shards.json` are taken to go up to the highest number.

    :raises CorruptCorpusError: `shards.json` cannot be read.
    """
    numbers = _numbers(folder)
    told = [_told_count(path / _SHARDS) for path in (folder, *(folder / shard_name(n) for n in numbers))]
    return max(max(told), max(numbers, default=-1) + 1)


def _told_count(path: Path) -> int:
    """The number of shards that the file tells; 0 where there is no such file."""
    try:
        return int(json.loads(path.read_text("utf-8"))["n_shards"])
    except FileNotFoundError:
        return 0
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CorruptCorpusError(
            f'{path} cannot be read ({error!r}); write {{"n_shards": N}} into it, with the number of shards'
        ) from error


def local_shards(folder: Path) -> dict[int, Path]:
    """The shards that are on this disk, by number."""
    return {n: folder / shard_name(n) for n in sorted(_numbers(folder)) if holds_corpus(folder / shard_name(n))}


def corpus_folders(folder: str | Path) -> list[Path]:
    """The folders of one index each: the shards of a sharded corpus, else the folder itself.

    :raises ShardMissingError: names the shard that is not there.
    """
    folder = Path(folder)
    if not is_sharded(folder):
        return [folder]
    here, n_shards = local_shards(folder), shard_count(folder)
    if missing := [shard_name(n) for n in range(n_shards) if n not in here]:
        raise ShardMissingError(
            f"{folder} lacks {', '.join(missing)} of its {n_shards} shards; copy it there, or give --runner with a "
            "worker that has it"
        )
    return [here[n] for n in range(n_shards)]


def index_info(folder: str | Path) -> CorpusInfo:
    """What the manifests say of all shards together, or of the one index; raises as `PassageIndex.info`."""
    folder = Path(folder)
    infos = [PassageIndex.info(part) for part in corpus_folders(folder)]
    if not is_sharded(folder):
        return infos[0]
    return replace(
        infos[0],
        folder=folder,
        corpus_version=combined_version([info.corpus_version for info in infos]),
        n_documents=sum(info.n_documents for info in infos),
        n_passages=sum(info.n_passages for info in infos),
        size_bytes=sum(info.size_bytes for info in infos),
    )


def shard_of(origin: str, n_shards: int) -> int:
    """The number of the shard for documents from this origin: the same on every machine, at any time."""
    return int.from_bytes(hashlib.sha256(origin.encode()).digest()[:8], "big") % n_shards


def shard_name(number: int) -> str:
    """The name of a shard's folder."""
    return f"shard-{number:03d}"


def combined_version(versions: Sequence[str]) -> str:
    """The version of a sharded corpus from those of its shards, in order: 16 hex digits."""
    return hashlib.sha256("\n".join(versions).encode()).hexdigest()[:16]


def total_report(reports: Iterable[AddReport]) -> AddReport:
    """What several additions did together."""
    done = list(reports)
    return AddReport(
        n_added=sum(r.n_added for r in done),
        n_replaced=sum(r.n_replaced for r in done),
        n_unchanged=sum(r.n_unchanged for r in done),
        n_passages=sum(r.n_passages for r in done),
        n_reused=sum(r.n_reused for r in done),
    )


def _number(shard: int, rowid: int) -> int:
    return shard << _ROWID_BITS | rowid


def _from(n_done: int, progress: Callable[[int], None] | None) -> Callable[[int], None] | None:
    return None if progress is None else lambda n: progress(n_done + n)


def _numbers(folder: Path) -> list[int]:
    if not folder.is_dir():
        return []
    return [int(name[1]) for path in folder.iterdir() if path.is_dir() and (name := _NAME.fullmatch(path.name))]


def _fitting(shard: PassageIndex, keys: Sequence[str]) -> list[str]:
    """Those of the keys that name documents of the shard."""
    database = Database(shard.folder / DATABASE)
    try:
        return [key for key in keys if database.find(key)]
    finally:
        database.close()


def _create(folder: Path, encoder: Encoder, n_shards: int) -> None:
    if not 1 <= n_shards <= MAX_SHARDS:
        raise ShardCountError(f"expected 1 to {MAX_SHARDS} shards, found {n_shards}; choose another number")
    if others := [path.name for path in folder.iterdir()] if folder.exists() else []:
        raise CorpusNotFoundError(f"{folder} holds {others[0]} and no corpus; name an empty or a new folder")
    # First, so that what is interrupted from here on is seen to lack shards, and not taken for a smaller corpus.
    _tell_count(folder, n_shards)
    _complete(folder, encoder, n_shards)


def _complete(folder: Path, encoder: Encoder, n_shards: int) -> None:
    """Make the shards that an interrupted beginning left out; where there are documents already, one was lost."""
    here = local_shards(folder)
    if len(here) < n_shards and not any(PassageIndex.info(part).n_documents for part in here.values()):
        for n in range(n_shards):
            PassageIndex.create_or_open(folder / shard_name(n), encoder).close()
            _tell_count(folder / shard_name(n), n_shards)


def _tell_count(folder: Path, n_shards: int) -> None:
    with writing(folder, "no corpus was made"):
        folder.mkdir(parents=True, exist_ok=True)
        partial = folder / f"{_SHARDS}.new"
        partial.write_text(json.dumps({"n_shards": n_shards}) + "\n", "utf-8")
        partial.replace(folder / _SHARDS)
