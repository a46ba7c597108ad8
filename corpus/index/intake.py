"""From documents to encoded passages, ready to be committed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from corpus.documents import Document, Passage, split_passages
from corpus.index.database import Database, EncodedDocument, presented, text_hash
from corpus.index.errors import EncoderOutputError

_ENCODE_PASSAGES = 2048  # passages given to the encoder at once: enough to sort them by length
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
    """What an `add` did. `n_passages` counts the passages written, not those of the whole corpus.

    `n_reused` of these were not encoded: the same text, under the same title, had been before.
    """

    n_added: int
    n_replaced: int
    n_unchanged: int
    n_passages: int
    n_reused: int = 0


class Intake:
    """Collects documents for a commit and encodes their passages batch by batch."""

    def __init__(self, database: Database, encoder: Encoder, progress: Callable[[int], None] | None) -> None:
        self._database = database
        self._encoder = encoder
        self._progress = progress
        self._waiting: list[tuple[Document, list[Passage]]] = []
        self._n_waiting = 0
        self._encoded: list[EncodedDocument] = []
        self._vectors: dict[bytes, npt.NDArray[np.float16]] = {}  # by the hash of the text, since the last commit
        self._removed: list[str] = []
        self._origins: set[str] = set()
        self._n_uncommitted = self._n_done = self._n_passages = self._n_reused = 0
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
        self._vectors = {}
        return taken

    def report(self) -> AddReport:
        """What was done so far."""
        return AddReport(self._n_added, self._n_replaced, self._n_unchanged, self._n_passages, self._n_reused)

    def _encode(self) -> None:
        texts = [presented(doc.title, passage.text) for doc, passages in self._waiting for passage in passages]
        hashes = [text_hash(text) for text in texts]
        vectors = self._vectors_of(texts, hashes)
        at = 0
        for document, passages in self._waiting:
            rows = slice(at, at + len(passages))
            self._encoded.append(EncodedDocument(document, passages, vectors[rows], hashes[rows]))
            at = rows.stop
        self._n_passages += at
        self._advance(len(self._waiting))
        self._waiting, self._n_waiting = [], 0

    def _vectors_of(self, texts: list[str], hashes: list[bytes]) -> npt.NDArray[np.float16]:
        """The texts' vectors, float16 (n_texts, dim); only what was never encoded is.

        This comes before the commit that takes replaced documents out, so that their vectors are still at hand.
        """
        wanted = {key: text for key, text in zip(hashes, texts, strict=True) if key not in self._vectors}
        self._vectors.update(self._database.known_vectors(list(wanted)))
        new = {key: text for key, text in wanted.items() if key not in self._vectors}
        self._vectors.update(zip(new, _encoded(self._encoder, list(new.values())), strict=True))
        self._n_reused += len(texts) - len(new)
        return np.array([self._vectors[key] for key in hashes]).reshape(len(texts), self._encoder.dim)

    def _advance(self, n_documents: int) -> None:
        self._n_done += n_documents
        if self._progress and n_documents:
            self._progress(self._n_done)


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
