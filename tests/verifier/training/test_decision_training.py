"""Fitting the decision model: weights that fit, halves that stay apart, a file that the verdict can read."""

from pathlib import Path

import numpy as np
import pytest

from verifier.training.decision import Rows, figures, fit_head, is_fitted_on, leave_one_out, write_decision
from verifier.verdict import FEATURES, load_decision


def rows_of(n: int, seed: int) -> Rows:
    """Claims whose leans tell the stance, with some noise; half of them are fitted on."""
    rng = np.random.default_rng(seed)
    stances = rng.integers(0, 3, n)
    features = rng.normal(0, 1, (n, len(FEATURES)))
    features[np.arange(n), np.minimum(stances, 1)] += np.where(stances < 2, 3, -3)
    return Rows(features, stances, rng.random(n) < 0.5)


def test_fitted_head_is_right_and_knows_how_often() -> None:
    """On rows that it was not fitted on it is right in most cases, and its probabilities are near the frequencies."""
    rows = rows_of(2000, 0)
    found = figures(fit_head({"a": rows}), rows, fitted=False)
    assert found.accuracy > 0.8
    assert found.ece < 0.05


def test_every_set_counts_the_same() -> None:
    """A set of two hundred rows moves the weights as much as one of two thousand that says the opposite."""
    large, small = rows_of(2000, 1), rows_of(200, 2)
    turned = Rows(small.features, np.array([1, 0, 2])[small.stances], small.fitted)
    weights = fit_head({"a": large, "b": turned}).weights
    assert np.abs(weights[0, :2] - weights[1, :2]).max() < 0.5


def test_leaving_one_out_names_every_set() -> None:
    """Each set is measured under the others."""
    assert set(leave_one_out({"a": rows_of(300, 3), "b": rows_of(300, 4)})) == {"a", "b"}


def test_halves_depend_on_the_claim_alone() -> None:
    """About half of the claims are fitted on, the same ones each time."""
    claims = [f"claim {i}" for i in range(1000)]
    assert 430 < sum(is_fitted_on(c) for c in claims) < 570


def test_written_weights_say_what_the_fitted_head_says(tmp_path: Path) -> None:
    """The file read back gives the same probabilities, to the four places that it keeps."""
    rows = rows_of(500, 5)
    head = fit_head({"a": rows})
    write_decision(tmp_path, {"found": head, "given": head})
    read = load_decision(tmp_path / "model.json").found
    for features, p in zip(rows.features[:20], head.probabilities(rows.features[:20]), strict=True):
        assert read.probabilities(features.tolist()) == pytest.approx(p.tolist(), abs=0.01)
