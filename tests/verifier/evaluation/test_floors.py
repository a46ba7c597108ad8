"""Floors under extraction and statement boundaries on public data; `verifier eval` has the intervals."""

from pathlib import Path

import pytest

from verifier.claims import SpacyClaimExtractor, shipped_extractor

DATA = Path(__file__).parents[4] / "shared" / "data"

pytestmark = [
    pytest.mark.models,
    pytest.mark.shared_data,
    pytest.mark.skipif(not DATA.exists(), reason="the public data sets are not beside the project (../shared/data)"),
]


def test_extraction_stays_above_its_floors() -> None:
    """About a standard error under what was measured when the floors were set."""
    from verifier.evaluation.extraction import evaluate_extraction, read_human_readings
    from verifier.stance import load_pair_scorer

    rows = read_human_readings(DATA / "extraction/factcheck_bench_sentences.jsonl")
    figures = evaluate_extraction(rows, shipped_extractor(), load_pair_scorer()).figures
    assert figures["element_recall"] >= 0.75
    assert figures["element_precision"] >= 0.87
    assert figures["decontextualisation_accuracy"] >= 0.64


def test_statement_boundaries_stay_above_their_floor() -> None:
    """Raters mark finer propositions than our statements: at half of the words in common recall is what is low."""
    from verifier.evaluation.propositions import evaluate_propositions, read_marked_documents

    documents = read_marked_documents(DATA / "propsegment")
    figures = evaluate_propositions(documents, SpacyClaimExtractor(), jaccard=0.5).figures
    assert figures["precision"] >= 0.70
    assert figures["f1"] >= 0.32
