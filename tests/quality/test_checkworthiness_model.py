"""Floors under the shipped check-worthiness model on debates that it was neither trained nor fitted on."""

from pathlib import Path

import pytest

DATA = Path(__file__).parents[3] / "shared" / "data"

pytestmark = [
    pytest.mark.models,
    pytest.mark.shared_data,
    pytest.mark.skipif(not DATA.exists(), reason="the public data sets are not beside the project (../shared/data)"),
]


def test_f1_on_dev_test_stays_above_its_floor() -> None:
    """At the shipped threshold, and with probabilities that can be read as such."""
    from verifier.claims.checkworthiness import OnnxWorthiness
    from verifier.evaluation.checkworthy import evaluate_checkworthiness, read_labelled_sentences

    scorer = OnnxWorthiness()
    rows = read_labelled_sentences(DATA / "checkworthiness/CT24_checkworthy_english_dev-test.tsv")
    figures = evaluate_checkworthiness(rows, scorer, scorer.threshold).figures
    assert figures["f1_positive"] >= 0.85
    assert figures["ece"] <= 0.10
