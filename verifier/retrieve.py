"""From claims to passages: dense and lexical search, fused by rank."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Protocol

import numpy as np
import numpy.typing as npt

from corpus.documents import Document, Passage
from verifier.types import Article, Claim, Hit


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
        dense = self._index.search_dense(self._encoder.encode(texts), self._config.depth)
        lexical = self._index.search_lexical(texts, self._config.depth)
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
    """Whether a document is the article under check, at its address or as a copy of its text."""
    if article.url and article.url == document.url:
        return True
    ours, theirs = _letters(article.text), _letters(document.text)
    return bool(ours) and (ours in theirs or (len(theirs) > len(ours) // 2 and theirs in ours))


@lru_cache(maxsize=512)  # an article and its hits are compared again for every claim
def _letters(text: str) -> str:
    return re.sub(r"\W+", " ", text).strip().lower()
