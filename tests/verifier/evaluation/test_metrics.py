"""Figures and their intervals."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import f1_score, ndcg_score

from verifier.evaluation.metrics import (
    CalibrationBin,
    CoveragePoint,
    binary_figures,
    bootstrap,
    calibration_bins,
    calibration_error,
    ranking_figures,
    risk_coverage,
)

ROWS = st.lists(st.tuples(st.floats(0, 1, width=32), st.booleans()), min_size=1, max_size=60)


def arrays(rows: list[tuple[float, bool]]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([p for p, _ in rows], dtype=np.float32), np.array([y for _, y in rows])


def test_binary_figures_of_a_case_counted_by_hand() -> None:
    """Two of three called are right, two of four found, four of seven rows told right; the threshold itself counts."""
    p = np.array([0.9, 0.8, 0.5, 0.4, 0.1, 0.2, 0.3], dtype=np.float32)
    positive = np.array([True, True, False, True, True, False, False])
    found = binary_figures(p, positive, 0.5)
    assert found["precision"] == pytest.approx(2 / 3)
    assert found["recall"] == pytest.approx(1 / 2)
    assert found["f1_positive"] == pytest.approx(4 / 7)
    assert found["accuracy"] == pytest.approx(4 / 7)


@settings(deadline=None)  # the other side's first call is slow
@given(ROWS, st.floats(0, 1))
def test_f1_agrees_with_scikit_learn(rows: list[tuple[float, bool]], threshold: float) -> None:
    """Whatever the rows, 0 where nothing is found included."""
    p, positive = arrays(rows)
    expected = f1_score(positive, p >= threshold, zero_division=0)
    assert binary_figures(p, positive, threshold)["f1_positive"] == pytest.approx(expected)


def test_calibration_error_is_the_weighted_gap_of_each_bin() -> None:
    """Half the rows say 0.8 and hold in 1 of 2; half say 0.1 and never hold: (0.3 + 0.1) / 2."""
    p = np.array([0.8, 0.8, 0.1, 0.1], dtype=np.float32)
    assert calibration_error(p, np.array([True, False, False, False])) == pytest.approx(0.2)


@given(ROWS)
def test_calibration_error_is_the_mean_over_bins(rows: list[tuple[float, bool]]) -> None:
    """The same as bin by bin, with a probability of 1 in the last bin."""
    p, positive = arrays(rows)
    bins = [min(int(value * 10), 9) for value in p]
    gaps = [abs(sum(float(p[i]) - positive[i] for i, b in enumerate(bins) if b == k)) for k in range(10)]
    assert calibration_error(p, positive) == pytest.approx(sum(gaps) / len(p), abs=1e-6)


def test_bootstrap_interval_holds_the_figure_and_is_the_same_each_time() -> None:
    """A share of 30 in 100 has a 95% interval of about nine points on either side."""
    values = np.array([1.0] * 30 + [0.0] * 70)
    first, second = (bootstrap(100, lambda rows: {"share": float(values[rows].mean())}, {}) for _ in range(2))
    low, high = first.ci95["share"]
    assert first == second
    assert first.figures == {"share": 0.3}
    assert 0.19 <= low <= 0.24
    assert 0.36 <= high <= 0.41


def test_calibration_bins_tell_what_the_error_is_made_of() -> None:
    """Ten bins, empty ones with no figures; a probability of 1 lies in the last."""
    bins = calibration_bins(np.array([0.85, 0.81, 1.0]), np.array([True, False, True]))
    assert len(bins) == 10
    assert (bins[8].low, bins[8].high, bins[8].n) == (0.8, 0.9, 2)
    assert (bins[8].confidence, bins[8].accuracy) == (pytest.approx(0.83), 0.5)
    assert (bins[9].confidence, bins[9].accuracy, bins[9].n) == (1.0, 1.0, 1)
    assert bins[0] == CalibrationBin(0.0, 0.1, 0, None, None)


@given(ROWS)
def test_calibration_error_is_that_of_the_bins(rows: list[tuple[float, bool]]) -> None:
    """The diagram and the figure say the same."""
    p, right = arrays(rows)
    gaps = [b.n * abs(b.confidence - b.accuracy) for b in calibration_bins(p, right) if b.n]
    assert sum(gaps) / len(rows) == pytest.approx(calibration_error(p, right), abs=1e-6)


def test_risk_coverage_of_a_case_counted_by_hand() -> None:
    """The surest first; two of the same confidence are taken together; a row without an answer is never covered."""
    p = np.array([0.5, 0.9, 0.7, 0.7])
    points = risk_coverage(p, np.array([False, True, True, False]), 5)
    assert points == (
        CoveragePoint(0.2, 0.0, 0.9),
        CoveragePoint(0.6, pytest.approx(1 / 3), 0.7),
        CoveragePoint(0.8, 0.5, 0.5),
    )


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=300), st.integers(0, 5))
def test_risk_coverage_is_true_of_every_point(rows: list[tuple[float, bool]], n_unanswered: int) -> None:
    """At most 100 points, coverage rising, each what its threshold gives; the last takes every answer."""
    p, right = np.array([x for x, _ in rows]), np.array([y for _, y in rows], dtype=bool)
    points = risk_coverage(p, right, len(rows) + n_unanswered)
    assert len(points) <= 100
    assert [q.coverage for q in points] == sorted({q.coverage for q in points})
    for point in points:
        taken = p >= point.threshold
        assert point.coverage == pytest.approx(taken.sum() / (len(rows) + n_unanswered))
        assert point.risk == pytest.approx((~right[taken]).mean())
    assert not rows or points[-1].coverage == pytest.approx(len(rows) / (len(rows) + n_unanswered))


def test_ranking_figures_of_a_case_counted_by_hand() -> None:
    """Gains 0, 2 and 1 at ranks 2 and 4 of an ideal 2, 1, 1."""
    found = ranking_figures(["x", "a", "y", "b"], {"a": 2, "b": 1, "c": 1, "x": 0})
    dcg, ideal = 2 / math.log2(3) + 1 / math.log2(5), 2 + 1 / math.log2(3) + 1 / math.log2(4)
    assert found["ndcg_at_10"] == pytest.approx(dcg / ideal)
    assert found["recall_at_10"] == found["recall_at_100"] == pytest.approx(2 / 3)
    assert found["mrr_at_10"] == 0.5


def test_ranking_figures_stop_at_their_rank() -> None:
    """The eleventh document counts for recall@100 alone, the hundred-and-first for nothing."""
    others = [f"x{i}" for i in range(200)]
    assert ranking_figures([*others[:10], "a"], {"a": 1}) == {
        "ndcg_at_10": 0.0, "recall_at_10": 0.0, "recall_at_100": 1.0, "mrr_at_10": 0.0,
    }  # fmt: skip
    assert set(ranking_figures([*others[:100], "a"], {"a": 1}).values()) == {0.0}


@settings(deadline=None)  # the other side's first call is slow
@given(st.lists(st.integers(0, 3), min_size=1, max_size=12).filter(any), st.integers(0, 10**6))
def test_ndcg_agrees_with_scikit_learn(gains: list[int], seed: int) -> None:
    """On graded relevance, whatever the order of the documents."""
    order = np.random.default_rng(seed).permutation(len(gains))
    relevance = {str(i): float(gain) for i, gain in enumerate(gains)}
    scores = np.empty(len(gains))
    scores[order] = np.arange(len(gains), 0, -1)
    found = ranking_figures([str(i) for i in order], relevance)["ndcg_at_10"]
    assert found == pytest.approx(ndcg_score([gains], [scores], k=10) if len(gains) > 1 else 1.0)
