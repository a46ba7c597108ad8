"""Fakes that the corpus tests share."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from zlib import crc32

import numpy as np
import numpy.typing as npt
import pytest

from corpus.documents import Document, make_document


class FakeEncoder:
    """Bag of words, hashed: texts that share words are near each other."""

    def __init__(self, name: str = "fake", fingerprint: str = "f00d", dim: int = 256) -> None:
        self.name, self.fingerprint, self.dim = name, fingerprint, dim
        self.seen: list[str] = []

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Float32 (n_texts, dim), rows unit-norm; `seen` keeps the texts."""
        self.seen += texts
        vectors = np.full((len(texts), self.dim), 1e-3, dtype=np.float32)
        for row, text in zip(vectors, texts, strict=True):
            for word in text.lower().replace(".", "").split():
                row[crc32(word.encode()) % self.dim] += 1
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors


@pytest.fixture
def encoder() -> FakeEncoder:
    """The encoder of most corpora here."""
    return FakeEncoder()


@pytest.fixture
def other_encoder() -> FakeEncoder:
    """One that differs in everything."""
    return FakeEncoder(name="other", fingerprint="beef", dim=8)


@pytest.fixture
def doc() -> Callable[..., Document]:
    """Makes documents that differ in name, text, title and url."""

    def make(name: str, text: str, title: str = "", url: str | None = None) -> Document:
        ingested = datetime(2024, 5, 1, tzinfo=UTC)
        return make_document(f"/docs/{name}", title, text, url, "Desk", date(2024, 3, 5), ingested)

    return make


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a corpus may be made."""
    return tmp_path / "corpus"
