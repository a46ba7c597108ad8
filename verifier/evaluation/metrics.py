"""Figures of a benchmark, with bootstrap intervals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

ECE_BINS = 10
N_RESAMPLES = 1000
SEED = 20261123


@dataclass(frozen=True, slots=True)
class Result:
    """What a benchmark found over `n` rows; each figure lies in [0, 1] and has its 95% interval in `ci95`.

    `facts` tell what was measured, and how: the model, thresholds, counts.
    """

    n: int
    figures: Mapping[str, float]
    ci95: Mapping[str, tuple[float, float]]
    facts: Mapping[str, str | int | float]


def ratio(part: float, whole: float) -> float:
    """The share, and 0 of nothing."""
    return float(part / whole) if whole else 0.0


def f1_of(precision: float, recall: float) -> float:
    """The harmonic mean; 0 where both are 0."""
    return ratio(2 * precision * recall, precision + recall)


def binary_figures(p: npt.NDArray[np.float32], positive: npt.NDArray[np.bool_], threshold: float) -> dict[str, float]:
    """F1, precision and recall of the positive class, accuracy, and calibration error.

    :param p: probabilities (n,) that a row is positive; from `threshold` on it is called so. n > 0.
    :param positive: bool (n,), whether it is.
    """
    called = p >= threshold
    right = float((called & positive).sum())
    precision, recall = ratio(right, float(called.sum())), ratio(right, float(positive.sum()))
    return {
        "f1_positive": f1_of(precision, recall),
        "precision": precision,
        "recall": recall,
        "accuracy": float((called == positive).mean()),
        "ece": calibration_error(p, positive),
    }


def calibration_error(p: npt.NDArray[np.float32], positive: npt.NDArray[np.bool_], n_bins: int = ECE_BINS) -> float:
    """Expected calibration error: how far probabilities lie from frequencies, over bins of equal width.

    :param p: probabilities (n,) of the positive class, n > 0.
    """
    bins = np.minimum((p * n_bins).astype(int), n_bins - 1)
    gaps = np.bincount(bins, weights=p.astype(float) - positive, minlength=n_bins)
    return float(np.abs(gaps).sum() / len(p))


def bootstrap(
    n: int,
    figures_of: Callable[[npt.NDArray[np.int64]], Mapping[str, float]],
    facts: Mapping[str, str | int | float],
    seed: int = SEED,
) -> Result:
    """Figures of all rows, with percentile intervals over 1,000 resamples of the rows.

    :param n: rows, at least one.
    :param figures_of: from row indices, which may repeat, to figures; always of the same names.
    """
    rng = np.random.default_rng(seed)
    samples = [figures_of(rng.integers(0, n, n)) for _ in range(N_RESAMPLES)]
    figures = figures_of(np.arange(n))
    intervals = {}
    for name in figures:
        low, high = np.percentile([sample[name] for sample in samples], [2.5, 97.5])
        intervals[name] = (float(low), float(high))
    return Result(n, figures, intervals, facts)
