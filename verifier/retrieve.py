"""From claims to passages: dense and lexical search, fused by score."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import numpy as np
import numpy.typing as npt

from corpus.copies import may_share_runs, shingles
from corpus.documents import Document, Passage
from verifier.types import Article, Claim, Hit

COPY_SHARE = 0.5  # of a text's shingles, from which on it is a copy
MIN_EXCERPT_SHINGLES = 40
AS_OF_DEPTH = 4  # times as many candidates where later ones are left out again
MAX_REMEMBERED = 100_000  # pairs of article and document


class ClaimEncoder(Protocol):
    """What the retriever needs of an encoder."""

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """:return: float32 (n_texts, dim), rows unit-norm."""


class SearchableIndex(Protocol):
    """What the retriever needs of a passage index."""

    def search_dense(self, vectors: npt.NDArray[np.float32], k: int) -> list[list[tuple[int, float]]]:
        """The k nearest passages of each row: (passage number, cosine), best first."""

    def search_lexical(self, texts: Sequence[str], k: int) -> list[list[tuple[int, float]]]:
        """The k best passages of each text: (passage number, BM25 score), best first."""

    def fetch(self, numbers: Iterable[int]) -> dict[int, tuple[Passage, Document]]:
        """The passages with their documents."""

    def documents_at(self, origins: Sequence[str]) -> dict[str, str]:
        """The ids of the documents from these origins, by origin; one that is not here is left out."""


@dataclass(frozen=True)
class RetrieverConfig:
    """How many passages a claim gets, and how the scores of the two searches are fused."""

    k: int = 10  # passages per claim
    depth: int = 400  # candidates taken from each search; few of them are fetched
    lexical_weight: float = 0.3  # of the lexical score, as a share of the claim's best, beside the cosine
    # Hits score at most this much less than the first, but for the best passage of each of the first few documents:
    # what lies further off settles little, misleads more often and costs as much to read (docs/benchmarks.md).
    margin: float = 0.07
    min_documents: int = 2

    def __post_init__(self) -> None:
        if not self.margin >= 0 or self.min_documents < 1:
            raise ValueError("margin should be 0 or more and min_documents at least 1")
        if self.k < 1 or self.depth < self.k:
            raise ValueError(f"k should be at least 1 and depth at least k, found k {self.k} and depth {self.depth}")
        if not self.lexical_weight >= 0:
            raise ValueError("lexical_weight should be 0 or more")


@dataclass(frozen=True, slots=True)
class Query:
    """A claim to retrieve for, the article it stands in (never its own evidence), and the as-of date."""

    claim: Claim
    article: Article | None = None
    as_of: date | None = None  # passages published later are left out


class Retriever:
    """Hybrid retrieval over one passage index."""

    def __init__(self, index: SearchableIndex, encoder: ClaimEncoder, config: RetrieverConfig = RetrieverConfig()):
        self._index = index
        self._encoder = encoder
        self._config = config
        self._is_same: dict[tuple[str, str], bool] = {}  # by article and document: asked again for every claim

    def retrieve(self, queries: Sequence[Query]) -> list[list[Hit]]:
        """At most `k` hits for each query, best first, ranks from 1; a text that stands twice is one hit.

        Those within the margin of the first, and the best passage of each of the first `min_documents` documents.
        """
        if not queries:
            return []
        texts = [query.claim.text for query in queries]
        depth = self._config.depth * (AS_OF_DEPTH if any(query.as_of for query in queries) else 1)
        dense = self._index.search_dense(self._encoder.encode(texts), depth)
        lexical = self._index.search_lexical(texts, depth)
        return [self._fuse(query, d, x) for query, d, x in zip(queries, dense, lexical, strict=True)]

    def documents_at(self, origins: Sequence[str]) -> dict[str, str]:
        """The ids of the documents that the corpus has from these origins, by origin."""
        return self._index.documents_at(origins)

    def _fuse(self, query: Query, dense: list[tuple[int, float]], lexical: list[tuple[int, float]]) -> list[Hit]:
        scores = fused_scores(dense, lexical, self._config.lexical_weight)
        hits: list[Hit] = []
        seen, documents = set[str](), set[str]()
        for score, passage, document in self._best_first(scores):
            is_near = not hits or score >= hits[0].score - self._config.margin
            if not is_near and len(documents) >= self._config.min_documents:
                break
            is_wanted = (is_near or document.id not in documents) and passage.text not in seen
            if not is_wanted or not self._may_testify(document, query):
                continue
            seen.add(passage.text)
            documents.add(document.id)
            hits.append(Hit(passage, document, score, len(hits) + 1))
            if len(hits) == self._config.k:
                break
        return hits

    def _best_first(self, scores: Mapping[int, float]) -> Iterator[tuple[float, Passage, Document]]:
        """The candidates, fetched only as far as they are looked at: few of them become hits.

        Ties go to the passage's id, which is stable, not to its number in this index.
        """
        numbers = sorted(scores, key=scores.__getitem__, reverse=True)
        start = 0
        while start < len(numbers):
            stop = start + self._config.k
            while stop < len(numbers) and scores[numbers[stop]] == scores[numbers[stop - 1]]:
                stop += 1
            found = self._index.fetch(numbers[start:stop])
            for number in sorted(found, key=lambda n: (-scores[n], found[n][0].id)):
                yield scores[number], *found[number]
            start = stop

    def _may_testify(self, document: Document, query: Query) -> bool:
        """Whether a document may be evidence: not the article itself, and not later than the as-of date."""
        if query.as_of and document.published and document.published > query.as_of:
            return False
        if query.article is None:
            return True
        key = query.article.id, document.id
        if key not in self._is_same:
            if len(self._is_same) >= MAX_REMEMBERED:
                self._is_same.clear()
            self._is_same[key] = is_same_text(query.article, document)
        return not self._is_same[key]


def fused_scores(
    dense: Sequence[tuple[int, float]], lexical: Sequence[tuple[int, float]], lexical_weight: float
) -> dict[int, float]:
    """Cosine plus the weighted share of the best lexical score, per passage number.

    A cosine says how near a passage is whatever else was found, so the decision can use the sum as it is; ranks would
    not tell. A passage that only words found is taken to be as near as the last that the vectors found.
    """
    floor = min((cosine for _, cosine in dense), default=0.0)
    best = max((score for _, score in lexical), default=0.0)
    scores = dict(dense)
    for number, score in lexical:
        share = score / best if best > 0 else 0.0
        scores[number] = scores.get(number, floor) + lexical_weight * share
    return scores


def is_same_text(article: Article, document: Document) -> bool:
    """Whether a document is the article under check: at its address, or as a copy, an excerpt or a reprint of it.

    Texts are held against each other by their runs of five words, so that a corrected word, another markup or an
    added line makes no difference. A short text that the article quotes is no copy of it.
    """
    if article.url and article.url == document.url:
        return True
    if not may_share_runs(article.text, document.text):
        return False
    ours, theirs = shingles(article.text), shingles(document.text)
    shared = len(ours & theirs)
    is_reprint = shared >= COPY_SHARE * len(ours)
    is_excerpt = len(theirs) >= MIN_EXCERPT_SHINGLES and shared >= COPY_SHARE * len(theirs)
    return bool(ours) and (is_reprint or is_excerpt)
