"""From claims to passages: dense and lexical search, fused by rank."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Protocol

import numpy as np
import numpy.typing as npt

from corpus.documents import Document, Passage
from verifier.types import Article, Claim, Hit

SHINGLE_WORDS = 5
COPY_SHARE = 0.5  # of a text's shingles, from which on it is a copy
MIN_EXCERPT_SHINGLES = 40
AS_OF_DEPTH = 10  # times as many candidates where later ones are left out again


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


@dataclass(frozen=True)
class RetrieverConfig:
    """How many passages a claim gets, and how the two rankings are fused."""

    k: int = 10  # passages per claim
    depth: int = 50  # candidates taken from each ranking
    rrf_constant: float = 60.0  # Cormack et al. 2009: score = sum of 1 / (constant + rank)
    lexical_weight: float = 1.0  # of the lexical ranking beside the dense one

    def __post_init__(self) -> None:
        if self.k < 1 or self.depth < self.k:
            raise ValueError(f"k should be at least 1 and depth at least k, found k {self.k} and depth {self.depth}")
        if not self.rrf_constant >= 0 or not self.lexical_weight >= 0:
            raise ValueError("rrf_constant and lexical_weight should be 0 or more")


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

    def retrieve(self, queries: Sequence[Query]) -> list[list[Hit]]:
        """At most `k` hits for each query, best first, ranks from 1; a text that stands twice is one hit."""
        if not queries:
            return []
        texts = [query.claim.text for query in queries]
        depth = self._config.depth * (AS_OF_DEPTH if any(query.as_of for query in queries) else 1)
        dense = self._index.search_dense(self._encoder.encode(texts), depth)
        lexical = self._index.search_lexical(texts, depth)
        return [self._fuse(query, d, x) for query, d, x in zip(queries, dense, lexical, strict=True)]

    def _fuse(self, query: Query, dense: list[tuple[int, float]], lexical: list[tuple[int, float]]) -> list[Hit]:
        scores: dict[int, float] = {}
        for ranking, weight in ((dense, 1.0), (lexical, self._config.lexical_weight)):
            for rank, (number, _) in enumerate(ranking, start=1):
                scores[number] = scores.get(number, 0.0) + weight / (self._config.rrf_constant + rank)
        found = self._index.fetch(scores)
        hits: list[Hit] = []
        seen: set[str] = set()
        # Ties go to the passage's id, which is stable, not to its number in this index.
        for number in sorted(found, key=lambda n: (-scores[n], found[n][0].id)):
            passage, document = found[number]
            if passage.text in seen or not _may_testify(document, query):
                continue
            seen.add(passage.text)
            hits.append(Hit(passage, document, scores[number], len(hits) + 1))
            if len(hits) == self._config.k:
                break
        return hits


def _may_testify(document: Document, query: Query) -> bool:
    """Whether a document may be evidence: not the article itself, and not later than the as-of date."""
    if query.as_of and document.published and document.published > query.as_of:
        return False
    return query.article is None or not is_same_text(query.article, document)


def is_same_text(article: Article, document: Document) -> bool:
    """Whether a document is the article under check: at its address, or as a copy, an excerpt or a reprint of it.

    Texts are held against each other by their runs of five words, so that a corrected word, another markup or an
    added line makes no difference. A short text that the article quotes is no copy of it.
    """
    if article.url and article.url == document.url:
        return True
    ours, theirs = _shingles(article.text), _shingles(document.text)
    shared = len(ours & theirs)
    is_reprint = shared >= COPY_SHARE * len(ours)
    is_excerpt = len(theirs) >= MIN_EXCERPT_SHINGLES and shared >= COPY_SHARE * len(theirs)
    return bool(ours) and (is_reprint or is_excerpt)


@lru_cache(maxsize=512)  # an article and its hits are compared again for every claim
def _shingles(text: str) -> frozenset[tuple[str, ...]]:
    plain = "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")
    words = re.findall(r"[^\W_]+", plain.casefold())
    return frozenset(zip(*(words[i:] for i in range(SHINGLE_WORDS)), strict=False)) or frozenset([tuple(words)])
