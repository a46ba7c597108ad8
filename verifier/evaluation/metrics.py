"""Figures of a benchmark, with bootstrap intervals."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

ECE_BINS = 10
N_RESAMPLES = 1000
SEED = 20261123
MAX_COVERAGE_POINTS = 100
RANKED = 100  # documents of a ranking that its figures look at

Probabilities = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True)
class Result:
    """What a benchmark found over `n` rows; each figure lies in [0, 1] and has its 95% interval in `ci95`.

    `facts` tell what was measured, and how: the model, thresholds, counts.
    """

    n: int
    figures: Mapping[str, float]
    ci95: Mapping[str, tuple[float, float]]
    facts: Mapping[str, str | int | float]


@dataclass(frozen=True, slots=True)
class CalibrationBin:
    """The answers whose confidence lies from `low` to `high`: how sure they were, and how often right."""

    low: float
    high: float
    n: int
    confidence: float | None  # mean; None where n is 0
    accuracy: float | None


@dataclass(frozen=True, slots=True)
class CoveragePoint:
    """What taking every answer from a confidence of `threshold` on, and no other, covers and gets wrong."""

    coverage: float  # share of all rows
    risk: float  # share of those that are wrong
    threshold: float


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


def calibration_error(p: Probabilities, positive: npt.NDArray[np.bool_], n_bins: int = ECE_BINS) -> float:
    """Expected calibration error: how far probabilities lie from frequencies, over bins of equal width.

    :param p: probabilities (n,) of the positive class, n > 0.
    """
    gaps = np.bincount(_bins(p, n_bins), weights=p.astype(float) - positive, minlength=n_bins)
    return float(np.abs(gaps).sum() / len(p))


def calibration_bins(
    p: Probabilities, positive: npt.NDArray[np.bool_], n_bins: int = ECE_BINS
) -> tuple[CalibrationBin, ...]:
    """The bins of `calibration_error`, empty ones too, for a reliability diagram."""
    bins = _bins(p, n_bins)
    counts = np.bincount(bins, minlength=n_bins).tolist()
    sure = np.bincount(bins, weights=p.astype(float), minlength=n_bins).tolist()
    right = np.bincount(bins, weights=positive.astype(float), minlength=n_bins).tolist()
    return tuple(
        CalibrationBin(i / n_bins, (i + 1) / n_bins, n, sure[i] / n if n else None, right[i] / n if n else None)
        for i, n in enumerate(counts)
    )


def _bins(p: Probabilities, n_bins: int) -> npt.NDArray[np.int64]:
    bins: npt.NDArray[np.int64] = np.minimum((p * n_bins).astype(np.int64), n_bins - 1)
    return bins


def risk_coverage(
    p: Probabilities, right: npt.NDArray[np.bool_], n: int, max_points: int = MAX_COVERAGE_POINTS
) -> tuple[CoveragePoint, ...]:
    """The share of wrong answers against the share of answers given, from the surest on (El-Yaniv and Wiener 2010).

    Answers of the same confidence are taken or left together. Of more than `max_points` points those stay that first
    reach each further step of coverage, and the last.

    :param p: confidences (n_answers,).
    :param right: bool (n_answers,).
    :param n: rows asked about, those without an answer too; n_answers <= n.
    """
    order = np.argsort(-p, kind="stable")
    confidence, wrong = p[order], np.cumsum(~right[order])
    ends = np.flatnonzero(np.append(confidence[1:] != confidence[:-1], True)) if len(p) else np.array([], np.int64)
    if len(ends) > max_points:
        steps = np.searchsorted(ends + 1, np.arange(1, max_points + 1) * len(p) / max_points)
        ends = ends[np.unique(steps)]
    return tuple(
        CoveragePoint(float((i + 1) / n), float(wrong[i] / (i + 1)), float(confidence[i])) for i in ends.tolist()
    )


def ranking_figures(ranking: Sequence[str], relevance: Mapping[str, float]) -> dict[str, float]:
    """nDCG@10, recall@10, recall@100 and MRR@10 of one query, as trec_eval and BEIR compute them.

    A document's gain is its relevance, divided by log2(rank + 1); one counts as relevant where that is over 0.

    :param ranking: ids of documents, best first, each once.
    :param relevance: by document id; at least one over 0.
    """
    gains = [max(relevance.get(key, 0.0), 0.0) for key in ranking[:RANKED]]
    ideal = sorted((value for value in relevance.values() if value > 0), reverse=True)
    first = next((rank for rank, gain in enumerate(gains[:10], start=1) if gain), 0)
    return {
        "ndcg_at_10": ratio(_discounted(gains[:10]), _discounted(ideal[:10])),
        "recall_at_10": ratio(sum(gain > 0 for gain in gains[:10]), len(ideal)),
        "recall_at_100": ratio(sum(gain > 0 for gain in gains), len(ideal)),
        "mrr_at_10": ratio(1, first),
    }


def _discounted(gains: Sequence[float]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, start=1))


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
