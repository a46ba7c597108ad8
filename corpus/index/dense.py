"""dense.faiss: inner-product search over the passages' vectors, exact in small corpora and near to exact in large ones.

Up to EXACT_PASSAGES every vector is compared (FAISS `IDMap2,Flat`). Above that the vectors lie in lists around trained
centres, with one byte a dimension (`IVF,SQ8`, residual), and a search reads the lists nearest to the claim.

Measured on two cores, shared with another run, with 384 dims, claims in batches of 100 and k=400, over real passages of
an encyclopaedia (100,000) and mixtures of neighbours among them (up to a million):

- exact: 7 ms a claim at 100,000 passages, 13-15 ms at 200,000, 20 ms at 300,000;
- a million passages in 2,000 lists: training 22 s, adding all 28 s, file and memory 0.4 GB. Of the exact 20 best are
  found, for held-out passages / for sentences of unseen documents, reading 64 lists 0.994 / 0.926 (1.6 ms a claim),
  128 lists 0.994 / 0.953 (3.3 ms), 250 lists 0.994 / 0.972 (6.2 ms), 320 lists 0.994 / 0.975 (7.6 ms), 500 lists
  0.994 / 0.979 (11.6 ms). The rest is lost by the one byte. 4,000 lists are no better for their 147 s of training:
  reading 320 gives 0.995 / 0.979 in 5.3 ms;
- 220,000 passages, the smallest such index, reading the same share of its lists: 0.995 / 0.970 in 4.5 ms.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from corpus.index.errors import damaged

Vectors = npt.NDArray[np.float32]
Batches = Iterable[tuple[list[int], Vectors]]  # rowids with float32 (n, dim), rows unit-norm

EXACT_PASSAGES = 200_000  # above, a claim would take longer than 10-15 ms
_EXACT_AGAIN = 0.75  # a corpus that shrinks goes back to exact search at this share of it, so that it does not flutter
_LISTS = 2  # lists, as a multiple of the square root of the number of passages
_SHARE_READ = 0.16  # of the lists, in a search
_TRAINED_PER_LIST = 40  # vectors; FAISS asks for 39
_SEED = 1234


class DenseIndex:
    """The vectors of all passages, found by passage rowid."""

    def __init__(self, index: Any) -> None:
        self._index = index

    @staticmethod
    def build(path: Path, dim: int, n_passages: int, vectors: Callable[[], Batches]) -> str:
        """Write the index file.

        :param vectors: gives all vectors, from the start at each call; they are not held in memory together, but for
            exact search.
        :return: the file's SHA-256.
        :raises OSError: where it cannot be written.
        """
        import faiss

        if n_passages > EXACT_PASSAGES:
            index = _trained(dim, n_passages, vectors())
        else:
            index = faiss.IndexIDMap2(faiss.IndexFlatIP(dim))
        for rowids, batch in vectors():
            index.add_with_ids(batch, np.asarray(rowids, dtype=np.int64))
        return _write(index, path)

    @staticmethod
    def extend(
        path: Path, base: Path, sha256: str, removed: Sequence[int], added: Batches, n_passages: int
    ) -> str | None:
        """Write the index file `base` less the `removed` rowids and with the `added` ones, which costs no training.

        :param sha256: of `base`.
        :param n_passages: how many there are afterwards.
        :return: the new file's SHA-256; None, with nothing written, where the index has to be built anew: it would be
            of the wrong kind for so many passages, has outgrown its training, or is damaged.
        :raises OSError: where it cannot be written.
        """
        import faiss

        try:
            if _sha256(base) != sha256:
                return None
            index: Any = faiss.read_index(str(base))
        except (OSError, RuntimeError):
            return None
        if not _suits(index, n_passages):
            return None
        if removed:
            index.remove_ids(np.asarray(removed, dtype=np.int64))
        for rowids, batch in added:
            ids = np.asarray(rowids, dtype=np.int64)
            index.remove_ids(ids)  # FAISS would keep a second vector of the same rowid in silence
            index.add_with_ids(batch, ids)
        return _write(index, path)

    @classmethod
    def open(cls, path: Path, dim: int, sha256: str) -> DenseIndex:
        """Map the index file into memory.

        :raises CorruptCorpusError: where it is not the file that was written.
        """
        import faiss

        try:
            if _sha256(path) != sha256:
                raise damaged(path, "it is not the file that was written")
            index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
        except (OSError, RuntimeError) as error:
            raise damaged(path, error) from error
        if index.d != dim:
            raise damaged(path, f"it holds {index.d} dims, not {dim}")
        return cls(index)

    def search(self, vectors: Vectors, k: int) -> list[list[tuple[int, float]]]:
        """For each row of float32 (n, dim) up to k (rowid, inner product), best first, ties by rowid."""
        k = min(k, self._index.ntotal)
        if not len(vectors) or k < 1:
            return [[] for _ in vectors]
        scores, rowids = self._nearest(np.ascontiguousarray(vectors, dtype=np.float32), k)
        return [
            sorted(
                ((rowid, score) for rowid, score in zip(ids, row, strict=True) if rowid != -1),
                key=lambda hit: (-hit[1], hit[0]),
            )
            for ids, row in zip(rowids.tolist(), scores.tolist(), strict=True)
        ]

    def _nearest(self, vectors: Vectors, k: int) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
        """Scores and rowids, both (n, k), best first."""
        import faiss

        if not isinstance(self._index, faiss.IndexIVF):
            scores, rowids = self._index.search(vectors, k)
            return scores, rowids
        n_lists = self._index.nlist
        scores, rowids = self._index.search(vectors, k, params=_reading(math.ceil(n_lists * _SHARE_READ)))
        short = np.flatnonzero(rowids[:, -1] == -1)  # the lists read hold fewer than k
        if len(short):
            scores[short], rowids[short] = self._index.search(vectors[short], k, params=_reading(n_lists))
        return scores, rowids


def _reading(n_lists: int) -> Any:
    import faiss

    parameters = faiss.SearchParametersIVF()
    parameters.nprobe = n_lists
    return parameters


def _trained(dim: int, n_passages: int, batches: Batches) -> Any:
    """An empty index with lists for so many passages, from a sample spread evenly over them."""
    import faiss

    n_lists = round(_LISTS * math.sqrt(n_passages))
    step = max(1, n_passages // (n_lists * _TRAINED_PER_LIST))
    sample: list[Vectors] = []
    at = 0
    for _, batch in batches:
        sample.append(batch[-at % step :: step].copy())  # a view would keep the whole batch in memory
        at += len(batch)
    index = faiss.IndexIVFScalarQuantizer(
        faiss.IndexFlatIP(dim), dim, n_lists, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT, True
    )
    index.cp.seed = _SEED
    index.train(np.concatenate(sample))
    return index


def _suits(index: Any, n_passages: int) -> bool:
    """Whether this kind of index, trained as it is, is the right one for so many passages."""
    import faiss

    if not isinstance(index, faiss.IndexIVF):
        return n_passages <= EXACT_PASSAGES
    trained_for = (index.nlist / _LISTS) ** 2
    return n_passages >= _EXACT_AGAIN * EXACT_PASSAGES and trained_for / 2 <= n_passages <= trained_for * 2


def _write(index: Any, path: Path) -> str:
    import faiss

    try:
        faiss.write_index(index, str(path))
    except RuntimeError as error:  # how FAISS reports a full disk
        raise OSError(f"{path} could not be written: {error}") from error
    return _sha256(path)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
