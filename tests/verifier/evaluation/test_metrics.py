"""Figures and their intervals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from verifier.evaluation.metrics import binary_figures, bootstrap, calibration_error

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
