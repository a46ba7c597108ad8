"""From documents to encoded passages, ready to be committed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from corpus.documents import Document, Passage, split_passages
from corpus.index.database import Database, EncodedDocument
from corpus.index.errors import EncoderOutputError

_ENCODE_PASSAGES = 1024  # passages given to the encoder at once: enough to sort them by length
COMMIT_PASSAGES = 20_000  # a long build that is stopped loses at most about this many


class Encoder(Protocol):
    """Turns texts into vectors. `fingerprint` hashes the weights: with others the vectors mean something else."""

    @property
    def name(self) -> str:
        """The model's name."""

    @property
    def fingerprint(self) -> str:
        """A hash of the model's weights."""

    @property
    def dim(self) -> int:
        """The length of a vector."""

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """:return: float32 (n_texts, dim), rows unit-norm."""


@dataclass(frozen=True, slots=True)
class AddReport:
    """What an `add` did. `n_passages` counts the passages written, not those of the whole corpus."""

    n_added: int
    n_replaced: int
    n_unchanged: int
    n_passages: int


class Intake:
    """Collects documents for a commit and encodes their passages batch by batch."""

    def __init__(self, database: Database, encoder: Encoder, progress: Callable[[int], None] | None) -> None:
        self._database = database
        self._encoder = encoder
        self._progress = progress
        self._waiting: list[tuple[Document, list[Passage]]] = []
        self._n_waiting = 0
        self._encoded: list[EncodedDocument] = []
        self._removed: list[str] = []
        self._origins: set[str] = set()
        self._n_uncommitted = self._n_done = self._n_passages = 0
        self._n_added = self._n_replaced = self._n_unchanged = 0

    def is_full(self, document: Document) -> bool:
        """Whether to commit before `document`: enough has gathered, or an earlier form of it has."""
        return self._n_uncommitted >= COMMIT_PASSAGES or document.origin in self._origins

    def put(self, document: Document) -> None:
        """Take one in, unless it is unchanged."""
        known = self._database.id_at(document.origin)
        if known == document.id:
            self._n_unchanged += 1
            self._advance(1)
            return
        if known is None:
            self._n_added += 1
        else:
            self._n_replaced += 1
            self._removed.append(known)
        self._origins.add(document.origin)
        passages = split_passages(document, self._database.meta.passages)
        self._waiting.append((document, passages))
        self._n_waiting += len(passages)
        self._n_uncommitted += len(passages)
        if self._n_waiting >= _ENCODE_PASSAGES:
            self._encode()

    def take(self) -> tuple[list[str], list[EncodedDocument]]:
        """The ids to remove and the documents to put in, since the last call."""
        self._encode()
        taken = self._removed, self._encoded
        self._removed, self._encoded, self._origins, self._n_uncommitted = [], [], set(), 0
        return taken

    def report(self) -> AddReport:
        """What was done so far."""
        return AddReport(self._n_added, self._n_replaced, self._n_unchanged, self._n_passages)

    def _encode(self) -> None:
        texts = [_presented(document, passage) for document, passages in self._waiting for passage in passages]
        vectors = _encoded(self._encoder, texts)
        at = 0
        for document, passages in self._waiting:
            self._encoded.append(EncodedDocument(document, passages, vectors[at : at + len(passages)]))
            at += len(passages)
        self._n_passages += at
        self._advance(len(self._waiting))
        self._waiting, self._n_waiting = [], 0

    def _advance(self, n_documents: int) -> None:
        self._n_done += n_documents
        if self._progress and n_documents:
            self._progress(self._n_done)


def _presented(document: Document, passage: Passage) -> str:
    """The form in which the encoder sees a passage."""
    return f"{document.title}: {passage.text}" if document.title else passage.text


def _encoded(encoder: Encoder, texts: list[str]) -> npt.NDArray[np.float16]:
    """The texts' vectors, float16 (n_texts, dim).

    :raises EncoderOutputError: where the encoder breaks its promise, which would rank passages wrongly in silence.
    """
    if not texts:
        return np.zeros((0, encoder.dim), dtype=np.float16)
    vectors = encoder.encode(texts)
    if vectors.shape != (len(texts), encoder.dim):
        raise EncoderOutputError(f"{encoder.name} returned {vectors.shape}, expected {(len(texts), encoder.dim)}")
    norms = np.linalg.norm(vectors, axis=1)
    if not np.all(np.abs(norms - 1) < 0.01):
        worst = texts[int(np.argmax(np.abs(norms - 1)))]
        raise EncoderOutputError(f"{encoder.name} returned a vector that is not of unit length, for {worst[:80]!r}")
    return vectors.astype(np.float16)
