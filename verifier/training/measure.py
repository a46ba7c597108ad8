"""How well a stance model does on pairs it was not trained on, and the temperature that makes it honest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from verifier.evaluation.metrics import calibration_error
from verifier.stance import softmax
from verifier.training.data import TrainingPair
from verifier.types import STANCES

ECE_BINS = 15


@dataclass(frozen=True, slots=True)
class PairScores:
    """Figures over one set of pairs; all but `n` in [0, 1]."""

    n: int
    accuracy: float
    macro_f1: float  # over the stances that the set holds
    ece: float  # expected calibration error, 15 equal-width bins (Guo et al. 2017)
    recall: dict[str, float]


def targets_of(pairs: Sequence[TrainingPair]) -> npt.NDArray[np.int64]:
    """:return: int64 (n_pairs,), each pair's stance as its column."""
    return np.array([STANCES.index(pair.stance) for pair in pairs], dtype=np.int64)


def score(probabilities: npt.NDArray[np.float32], targets: npt.NDArray[np.int64]) -> PairScores:
    """:param probabilities: float32 (n_pairs, 3) in the order of STANCES."""
    from sklearn.metrics import f1_score

    predicted = probabilities.argmax(axis=1)
    right = predicted == targets
    present = sorted(set(targets.tolist()))
    return PairScores(
        n=len(targets),
        accuracy=float(right.mean()),
        macro_f1=float(f1_score(targets, predicted, labels=present, average="macro", zero_division=0)),
        ece=calibration_error(probabilities.max(axis=1), right, ECE_BINS),
        recall={str(STANCES[k]): float(right[targets == k].mean()) for k in present},
    )


def fit_temperature(logits: npt.NDArray[np.float32], targets: npt.NDArray[np.int64]) -> float:
    """The temperature with the lowest negative log-likelihood (Guo et al. 2017)."""
    from scipy.optimize import minimize_scalar

    def loss(temperature: float) -> float:
        p = softmax(logits / temperature)[np.arange(len(targets)), targets]
        return float(-np.log(p + 1e-9).mean())

    return float(minimize_scalar(loss, bounds=(0.3, 5.0), method="bounded").x)
