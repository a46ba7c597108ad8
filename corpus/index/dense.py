"""dense.faiss: exact inner-product search over the passages' vectors."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from corpus.index.errors import damaged

Vectors = npt.NDArray[np.float32]


class DenseIndex:
    """The vectors of all passages, found by passage rowid."""

    def __init__(self, index: Any) -> None:
        self._index = index

    @staticmethod
    def build(path: Path, dim: int, batches: Iterable[tuple[list[int], Vectors]]) -> str:
        """Write the index file.

        :param batches: rowids with float32 (n, dim), rows unit-norm.
        :return: the file's SHA-256.
        :raises OSError: where it cannot be written.
        """
        import faiss

        index = faiss.IndexIDMap2(faiss.IndexFlatIP(dim))
        for rowids, vectors in batches:
            index.add_with_ids(vectors, np.asarray(rowids, dtype=np.int64))
        try:
            faiss.write_index(index, str(path))
        except RuntimeError as error:  # how FAISS reports a full disk
            raise OSError(f"{path} could not be written: {error}") from error
        return _sha256(path)

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
        scores, rowids = self._index.search(np.ascontiguousarray(vectors, dtype=np.float32), k)
        return [
            sorted(
                ((rowid, score) for rowid, score in zip(ids, row, strict=True) if rowid != -1),
                key=lambda hit: (-hit[1], hit[0]),
            )
            for ids, row in zip(rowids.tolist(), scores.tolist(), strict=True)
        ]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
