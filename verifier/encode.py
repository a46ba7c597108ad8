"""The bi-encoder: texts to unit-norm vectors."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from corpus.index import Encoder
from verifier.inference import SHIPPED_MODELS, ModelNotFoundError, OnnxModel, read_model_info, stay_offline

DEFAULT_ENCODER = "all-MiniLM-L6-v2"


class OnnxEncoder:
    """The shipped all-MiniLM-L6-v2 in int8, without torch."""

    def __init__(self, folder: Path = SHIPPED_MODELS / "encoder", threads: int = 0):
        self._model = OnnxModel(folder, threads)
        self.name = self._model.info.name
        self.fingerprint = self._model.info.fingerprint
        self.dim = self._model.info.dim

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """:return: float32 (n_texts, dim), rows unit-norm."""
        unique = list(dict.fromkeys(texts))
        row_of = {text: row for row, text in enumerate(unique)}
        vectors = self._model.run(unique)
        return vectors[[row_of[text] for text in texts]] if texts else vectors


class SentenceTransformerEncoder:
    """Any sentence-transformers model, by path or hub name, in torch."""

    def __init__(self, name: str):
        stay_offline()
        from sentence_transformers import SentenceTransformer

        try:
            self._model = SentenceTransformer(name)
        except (OSError, ValueError) as error:
            raise ModelNotFoundError(
                f"no sentence-transformers model {name!r}: expected a folder or a hub name in the local cache ({error})"
            ) from error
        self.name = name
        self.fingerprint = weights_hash(self._model)
        self.dim = int(self._model.get_embedding_dimension() or 0)

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """:return: float32 (n_texts, dim), rows unit-norm."""
        vectors = self._model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vectors, dtype=np.float32).reshape(len(texts), self.dim)


def weights_hash(model: Any) -> str:
    """The first 12 hex digits of a SHA-256 over a torch model's weights and their names."""
    digest = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(tensor.detach().cpu().float().numpy()).tobytes())
    return digest.hexdigest()[:12]


def load_encoder(name: str = DEFAULT_ENCODER, threads: int = 0) -> Encoder:
    """The shipped encoder for its own name, else a sentence-transformers model by path or hub name.

    :raises ModelError: when it is missing or damaged.
    """
    if name == DEFAULT_ENCODER:
        return OnnxEncoder(threads=threads)
    if (Path(name) / "model.json").is_file() and read_model_info(Path(name)).kind == "encoder":
        return OnnxEncoder(Path(name), threads)
    return SentenceTransformerEncoder(name)
