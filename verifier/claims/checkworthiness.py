"""How worth checking a sentence is: the calibrated probability of a small model trained on political debates."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from verifier.inference import SHIPPED_MODELS, ModelDamagedError, OnnxModel, read_model_info

NOT_WORTHY, WORTHY = LABELS = ("NOT_CHECK_WORTHY", "CHECK_WORTHY")  # column order in training; bound by name in use


class WorthinessScorer(Protocol):
    """Says how likely sentences are to be worth a check; `id` names its model and weights."""

    id: str

    def score(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """:return: float32 (n_texts,), the probability in [0, 1] that each text is worth a check."""
        ...


class OnnxWorthiness:
    """The shipped check-worthiness model. Safe to call from several threads.

    `threshold` is the probability from which on a sentence counts as worth a check, fitted on debates; `id` names the
    model and its weights.
    """

    def __init__(self, folder: Path = SHIPPED_MODELS / "checkworthiness", threads: int = 0):
        """:param threads: texts run at the same time; 0 takes every core.

        :raises ModelError: when the folder is incomplete, its weights are not those described, or its description names
            no threshold or not both classes.
        """
        info = read_model_info(folder)
        if set(info.labels) != set(LABELS) or info.threshold is None:
            raise ModelDamagedError(
                f"{folder / 'model.json'}: expected the classes {' and '.join(LABELS)} and a threshold, found"
                f" {', '.join(info.labels) or 'no classes'} and the threshold {info.threshold}; reinstall the package"
            )
        self.id = f"{info.name}@{info.fingerprint}"
        self.threshold = info.threshold
        self._temperature = info.temperature
        self._columns = [info.labels.index(label) for label in LABELS]
        self._model = OnnxModel(folder, threads)

    def score(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """As in WorthinessScorer; a text's score does not depend on its neighbours."""
        logits = self._model.run(texts)[:, self._columns] / self._temperature
        p: npt.NDArray[np.float32] = (1 / (1 + np.exp(logits[:, 0] - logits[:, 1]))).astype(np.float32)
        return p
