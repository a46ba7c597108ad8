"""The two searches alone at a million passages: how near the vectors' comes to an exact one, and what both cost."""

from __future__ import annotations

import multiprocessing
import statistics
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from corpus.index import PassageIndex
from corpus.index.database import Database
from corpus.index.dense import DenseIndex
from corpus.index.lexical import LexicalIndex
from tests.bench.rounds import timed
from tests.bench.setting import Setting, claims_of_articles, wikipedia_corpus
from verifier.encode import load_encoder
from verifier.retrieve import RetrieverConfig

RECALL_AT = 20
NEIGHBOURS = 5  # of which one is mixed with a vector
NOISE = 0.2  # length of the noise that is added to a vector of unit length
SEED, BLOCK = 20261123, 20_000
N_PASSES = 5

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True)
class DenseCost:
    """The dense index at one size."""

    n_passages: int
    n_queries: int
    recall_at_20: float  # of the exact 20 nearest in float32, the share found
    ms_per_claim: float  # median of passes, all queries in one batch
    build_s: float
    file_mb: float
    resident_mb: float  # what a process grew by through opening and searching
    exact_float32_mb: float  # what the vectors alone would take


@dataclass(frozen=True)
class LexicalCost:
    """The lexical index at one size."""

    n_passages: int
    n_queries: int
    ms_per_claim: float
    build_s: float
    folder_mb: float


@dataclass(frozen=True)
class Million:
    """Both searches, the lexical one at two sizes."""

    dense: tuple[DenseCost, ...]
    lexical: tuple[LexicalCost, ...]


@dataclass(frozen=True)
class Likenesses:
    """Many vectors made of few: each lies between a real one and one of its neighbours, with noise, of unit length.

    It can be walked through any number of times, and gives the same each time.
    """

    real: Vectors
    neighbours: npt.NDArray[np.int64]  # (n_real, NEIGHBOURS) rows of `real`
    n: int

    def __iter__(self) -> Iterator[tuple[list[int], Vectors]]:
        rng = np.random.default_rng(SEED)
        for start in range(0, self.n, BLOCK):
            rowids = np.arange(start, min(start + BLOCK, self.n))
            rows = rowids % len(self.real)
            yield (rowids + 1).tolist(), self._made(rows, rng) if start >= len(self.real) else self.real[rows]

    def _made(self, rows: npt.NDArray[np.int64], rng: np.random.Generator) -> Vectors:
        beside = self.real[self.neighbours[rows, rng.integers(0, NEIGHBOURS, len(rows))]]
        share = rng.uniform(0.5, 1.0, (len(rows), 1)).astype(np.float32)
        noise = rng.standard_normal(beside.shape, dtype=np.float32) * np.float32(NOISE / np.sqrt(beside.shape[1]))
        mixed = share * self.real[rows] + (1 - share) * beside + noise
        made: Vectors = mixed / np.linalg.norm(mixed, axis=1, keepdims=True)
        return made


def measure(setting: Setting) -> Million:
    """Claims of held-out articles, in one batch, against the largest corpus and against many more passages."""
    corpus = wikipedia_corpus(setting, setting.sizes.corpora[-1])
    texts = [claim.text for claim in claims_of_articles(setting)][: setting.sizes.queries]
    n_passages = PassageIndex.info(corpus).n_passages
    queries = load_encoder().encode(texts)
    with closing(Database(corpus / "passages.sqlite")) as database:
        real = np.concatenate([vectors for _, vectors in database.vectors()])
        rows = list(database.texts())
    real /= np.linalg.norm(real, axis=1, keepdims=True)  # they are kept in float16
    likenesses = Likenesses(real, _neighbours(real), setting.sizes.many)
    dense = tuple(
        _dense(setting, Likenesses(real, likenesses.neighbours, n), queries) for n in (n_passages, setting.sizes.many)
    )
    copies = -(-setting.sizes.many // n_passages)
    return Million(dense, tuple(_lexical(setting, rows, n, texts) for n in (1, copies)))


def _neighbours(real: Vectors) -> npt.NDArray[np.int64]:
    """For each vector its nearest ones among a tenth of all, which are near enough and ten times as quick to find."""
    import faiss

    among = np.arange(0, len(real), 10)
    index = faiss.IndexFlatIP(real.shape[1])
    index.add(real[among])
    found: npt.NDArray[np.int64] = among[index.search(real, NEIGHBOURS + 1)[1][:, 1:]]
    return found


def _dense(setting: Setting, vectors: Likenesses, queries: Vectors) -> DenseCost:
    folder = setting.scratch(f"dense-{vectors.n}")
    folder.mkdir()
    path = folder / "dense.faiss"
    sha256, build_s = timed(lambda: DenseIndex.build(path, vectors.real.shape[1], vectors.n, vectors.__iter__))
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        found, seconds, resident_mb = pool.apply(search_alone, (path, queries, sha256))
    exact = exact_nearest(vectors, queries)
    recall = np.mean([len(set(ours) & set(true)) / len(true) for ours, true in zip(found, exact, strict=True)])
    return DenseCost(
        n_passages=vectors.n,
        n_queries=len(queries),
        recall_at_20=float(recall),
        ms_per_claim=1e3 * statistics.median(seconds) / len(queries),
        build_s=build_s,
        file_mb=_size_mb(folder),
        resident_mb=resident_mb,
        exact_float32_mb=vectors.n * queries.shape[1] * 4 / 1e6,
    )


def search_alone(path: Path, queries: Vectors, sha256: str) -> tuple[list[list[int]], list[float], float]:
    """In a process of its own: rowids of the RECALL_AT nearest, seconds of each pass at the pipeline's depth, MB."""
    import faiss

    assert faiss  # imported before the first look at the memory
    before_mb = _resident_mb()
    index = DenseIndex.open(path, queries.shape[1], sha256)
    depth, seconds = RetrieverConfig().depth, []
    index.search(queries, depth)
    for _ in range(N_PASSES):
        started = time.perf_counter()
        found = index.search(queries, depth)
        seconds.append(time.perf_counter() - started)
    return [[rowid for rowid, _ in hits[:RECALL_AT]] for hits in found], seconds, _resident_mb() - before_mb


def exact_nearest(vectors: Likenesses, queries: Vectors) -> list[list[int]]:
    """The rowids of the RECALL_AT nearest vectors of each query, by float32 inner products with all."""
    scores = np.full((len(queries), RECALL_AT), -np.inf, dtype=np.float32)
    rowids = np.zeros((len(queries), RECALL_AT), dtype=np.int64)
    for ids, block in vectors:
        all_scores = np.concatenate([scores, queries @ block.T], axis=1)
        all_ids = np.concatenate([rowids, np.broadcast_to(ids, (len(queries), len(ids)))], axis=1)
        best = np.argpartition(-all_scores, RECALL_AT, axis=1)[:, :RECALL_AT]
        scores, rowids = np.take_along_axis(all_scores, best, 1), np.take_along_axis(all_ids, best, 1)
    nearest: list[list[int]] = rowids.tolist()
    return nearest


def _lexical(setting: Setting, rows: list[tuple[int, str, str]], copies: int, texts: list[str]) -> LexicalCost:
    """The passages `copies` times over, each time with other rowids."""
    n, step = len(rows) * copies, max(rowid for rowid, _, _ in rows)
    folder = setting.scratch(f"lexical-{n}")
    many = ((rowid + i * step, title, text) for i in range(copies) for rowid, title, text in rows)
    sha256, build_s = timed(lambda: LexicalIndex.build(folder, many))
    index = LexicalIndex.open(folder, n, sha256)
    depth = RetrieverConfig().depth
    index.search(texts, depth)
    seconds = [timed(lambda: index.search(texts, depth))[1] for _ in range(N_PASSES)]
    return LexicalCost(n, len(texts), 1e3 * statistics.median(seconds) / len(texts), build_s, _size_mb(folder))


def _size_mb(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def _resident_mb() -> float:
    fields = Path("/proc/self/statm").read_text().split()
    return int(fields[1]) * 4096 / 1e6
