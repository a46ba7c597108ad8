"""Run a shipped ONNX model: each text is tokenised and fed by itself on one of the cores, the longest first.

One text a call, never a padded batch: int8 activations take their scale from the whole input tensor, so in a
batch a text's result would depend on its neighbours. Alone it is bit-identical in any order, and on two cores
unpadded single texts ran 1.7 times as fast as padded batches of 32.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

MODEL_FILES = ("model.json", "model.onnx", "tokenizer.json")
SHIPPED_MODELS = Path(__file__).parent / "models"


class ModelError(Exception):
    """A model cannot be used as it is."""


class ModelNotFoundError(ModelError):
    """A model folder, or a file in it, is missing."""


class ModelDamagedError(ModelError):
    """A model file does not have the hash that its description records."""


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What `model.json` says of a model folder."""

    name: str
    kind: str  # "encoder", "stance" or "checkworthiness"
    sha256: str  # of model.onnx
    tokenizer_sha256: str
    dim: int  # columns of the output
    max_tokens: int
    labels: tuple[str, ...]  # output columns by name; empty for an encoder
    temperature: float  # the logits are divided by it; 1 for an encoder
    threshold: float | None = None  # a probability, for a model that decides between two

    @property
    def fingerprint(self) -> str:
        """The first 12 hex digits of the weights' SHA-256."""
        return self.sha256[:12]


def read_model_info(folder: Path) -> ModelInfo:
    """What the folder's `model.json` says.

    :raises ModelNotFoundError: when one of the three files is missing.
    :raises ModelDamagedError: when `model.json` does not hold what it should.
    """
    for name in MODEL_FILES:
        if not (folder / name).is_file():
            raise ModelNotFoundError(
                f"{folder} is not a model folder: expected {', '.join(MODEL_FILES)}, found no {name}; "
                "reinstall the package or give another model"
            )
    try:
        fields = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        return ModelInfo(
            name=fields["name"],
            kind=fields["kind"],
            sha256=fields["sha256"],
            tokenizer_sha256=fields["tokenizer_sha256"],
            dim=int(fields["dim"]),
            max_tokens=int(fields["max_tokens"]),
            labels=tuple(fields.get("labels", ())),
            temperature=float(fields.get("temperature", 1.0)),
            threshold=float(fields["threshold"]) if "threshold" in fields else None,
        )
    except (ValueError, KeyError, TypeError) as error:
        raise ModelDamagedError(f"{folder / 'model.json'} cannot be read ({error}); reinstall the package") from error


def sha256_of(path: Path) -> str:
    """Hex SHA-256 of a file's bytes."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def check_files(folder: Path, info: ModelInfo) -> None:
    """Compare the folder's files with the hashes in their description.

    :raises ModelDamagedError: when one differs; another tokenizer changes verdicts as other weights do.
    """
    for name, recorded in (("model.onnx", info.sha256), ("tokenizer.json", info.tokenizer_sha256)):
        found = sha256_of(folder / name)
        if found != recorded:
            raise ModelDamagedError(
                f"{folder / name} has sha256 {found[:12]}…, model.json records {recorded[:12]}…; reinstall the package"
            )


def stay_offline() -> None:
    """Keep the model libraries from asking a hub; who wants a download sets HF_HUB_OFFLINE=0."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")


def default_threads() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class OnnxModel:
    """A model folder. Safe to call from several threads; the weights are loaded when the first text comes."""

    def __init__(self, folder: Path, threads: int = 0):
        """:param threads: texts run at the same time; 0 takes every core.

        :raises ModelError: when the folder is incomplete or its weights are not those described.
        """
        self.info = read_model_info(folder)
        check_files(folder, self.info)
        self._folder = folder
        self._n_threads = threads or default_threads()
        self._loading = threading.Lock()
        self._loaded: _Loaded | None = None

    def run(self, texts: Sequence[str] | Sequence[tuple[str, str]]) -> npt.NDArray[np.float32]:
        """:return: float32 (n_texts, dim), the model's output for each text or pair, in order."""
        if not texts:
            return np.zeros((0, self.info.dim), dtype=np.float32)
        loaded = self._load()
        # A long text that comes last would keep one core busy while the others wait.
        order = sorted(range(len(texts)), key=lambda row: -_n_chars(texts[row]))
        output = np.empty((len(texts), self.info.dim), dtype=np.float32)
        output[order] = np.concatenate(list(loaded.pool.map(loaded.run_one, [texts[row] for row in order])))
        return output

    def _load(self) -> _Loaded:
        with self._loading:
            if self._loaded is None:
                self._loaded = _Loaded(self._folder, self.info, self._n_threads)
            return self._loaded


class _Loaded:
    """The weights in memory, with the threads that run them."""

    def __init__(self, folder: Path, info: ModelInfo, n_threads: int):
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self._inputs = {i.name for i in self._session.get_inputs()}
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(info.max_tokens, strategy="longest_first")
        self.pool = ThreadPoolExecutor(n_threads, thread_name_prefix=info.kind)

    def run_one(self, text: str | tuple[str, str]) -> npt.NDArray[np.float32]:
        """:return: float32 (1, dim)."""
        encoding = self._tokenizer.encode(text) if isinstance(text, str) else self._tokenizer.encode(*text)
        ids = np.array([encoding.ids], dtype=np.int64)
        feed = {
            "input_ids": ids,
            "attention_mask": np.ones_like(ids),
            "token_type_ids": np.array([encoding.type_ids], dtype=np.int64),
        }
        output: npt.NDArray[np.float32] = self._session.run(None, {k: v for k, v in feed.items() if k in self._inputs})[
            0
        ]
        return output


def _n_chars(text: str | tuple[str, str]) -> int:
    return len(text) if isinstance(text, str) else len(text[0]) + len(text[1])
