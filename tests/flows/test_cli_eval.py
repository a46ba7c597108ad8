"""`verifier eval`: a table for people, one JSON object for programs, one sentence where a file cannot be used."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from tests.flows.conftest import Outcome
from tests.verifier.factories import make_claim
from verifier.types import Article, Claim

Call = Callable[..., Outcome]


class FakeWorthiness:
    id = "fake@1"
    threshold = 0.4

    def score(self, texts: Sequence[str]) -> np.ndarray:
        return np.array([0.9 if "tax" in text else 0.1 for text in texts], dtype=np.float32)


class WholeExtractor:
    """Takes each article for one claim."""

    def extract(self, article: Article) -> list[Claim]:
        return [make_claim(article, article.text, text=article.text)]

    def stand_alone(self, article: Article) -> list[Claim]:
        return self.extract(article)


class SameTextScorer:
    id = "same@1"

    def probabilities(self, pairs: Sequence[tuple[str, str]]) -> np.ndarray:
        return np.array([[float(a == b), 0, float(a != b)] for a, b in pairs], np.float32).reshape(-1, 3)


@pytest.fixture(autouse=True)
def fakes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("verifier.claims.checkworthiness.OnnxWorthiness", FakeWorthiness)
    for name in ("SpacyClaimExtractor", "shipped_extractor"):
        monkeypatch.setattr(f"verifier.claims.{name}", WholeExtractor)
    monkeypatch.setattr("verifier.stance.load_pair_scorer", SameTextScorer)


@pytest.fixture
def sentences(tmp_path: Path) -> Path:
    path = tmp_path / "dev.tsv"
    path.write_text("Sentence_id\tText\tclass_label\n1\tThey cut taxes.\tYes\n2\tHello.\tNo\n")
    return path


@pytest.fixture
def readings(tmp_path: Path) -> Path:
    row = {"response": "Tea.", "sentence": "Tea.", "decontextualised": "Tea.", "checkworthy": "yes", "claims": ["Tea."]}
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps(row))
    return path


def marked(folder: Path) -> Path:
    flags = {"non_informational": False, "rater_did_not_understand_sentence": False}
    token = {"text": "Tea", "character_offset_of_token_in_sentence": 0}
    document = {"document_id": "d", "sentences": [{"sentence_text": "Tea.", "tokens": [token]}]}
    answer = {**flags, "propositions": [{"token_indices": [0]}]}
    key = {"cluster_id": "c", "document_id": "d", "sentence_index": 0}
    (folder / "document_clusters.x.json").write_text(json.dumps([{"cluster_id": "c", "documents": [document]}]))
    rows = [{"sentence_id": key, "segmentation_responses": [answer]}]
    (folder / "propositions.x.json").write_text(json.dumps(rows))
    return folder


def test_checkworthy_prints_one_object(verifier: Call, sentences: Path) -> None:
    """The documented keys, each figure with its interval, the threshold and the model."""
    outcome = verifier("eval", "checkworthy", sentences, "--json")
    found = json.loads(outcome.out)
    figures = ["f1_positive", "precision", "recall", "accuracy", "ece"]
    assert outcome.code == 0
    assert list(found) == [*figures, "n", "ci95", "threshold", "model"]
    assert (found["f1_positive"], found["n"], found["threshold"], found["model"]) == (1.0, 2, 0.4, "fake@1")
    assert list(found["ci95"]) == figures
    assert all(low <= found[name] <= high for name, (low, high) in found["ci95"].items() if name == "ece")


def test_extraction_prints_one_object(verifier: Call, readings: Path) -> None:
    """Joint figures first, then the pairwise ones and stand-alone forms, with counts."""
    found = json.loads(verifier("eval", "extraction", readings, "--json", "--threshold", 0.7).out)
    assert list(found)[:7] == [
        "element_recall", "element_precision", "element_recall_pairwise", "element_precision_pairwise",
        "decontextualisation_accuracy", "decontextualisation_accuracy_changed", "n",
    ]  # fmt: skip
    assert {"ci95", "threshold", "n_human_claims", "n_extracted"} <= set(found)
    assert (found["element_recall"], found["threshold"], found["n_human_claims"]) == (1.0, 0.7, 1)


def test_propositions_prints_one_object(verifier: Call, tmp_path: Path) -> None:
    """Precision, recall and F1 with the similarity that they were matched at."""
    found = json.loads(verifier("eval", "propositions", marked(tmp_path), "--json", "--jaccard", 0.5).out)
    assert (found["n"], found["jaccard"], found["n_propositions_a_rater"]) == (1, 0.5, 1.0)
    assert {"f1", "precision", "recall", "f1_exact", "f1_between_raters", "ci95"} <= set(found)


def test_without_json_a_table_is_printed(verifier: Call, sentences: Path) -> None:
    """Figures with three decimals and their intervals; what was measured stands below."""
    out = verifier("eval", "checkworthy", sentences).out
    assert "f1_positive" in out
    assert "95% interval" in out
    assert "1.000" in out
    assert "fake@1" in out


@pytest.mark.parametrize(
    ("command", "text", "told"),
    [
        ("checkworthy", "Text\nHello\n", "found no Sentence_id, class_label"),
        ("checkworthy", "", "expected labelled sentences, found none"),
        ("checkworthy", "Sentence_id\tText\tclass_label\n1\tHello.\tPerhaps\n", "found the label 'Perhaps'"),
        ("extraction", '{"sentence": "a"}', "found no response"),
        ("propositions", "", "expected a file document_clusters"),
    ],
)
def test_unusable_file_is_one_sentence_and_bad_usage(
    verifier: Call, tmp_path: Path, command: str, text: str, told: str
) -> None:
    """No traceback, nothing on standard output, exit code 2."""
    path = tmp_path / "rows.txt"
    path.write_text(text)
    outcome = verifier("eval", command, path)
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith("verifier: ")
    assert outcome.err.count("\n") == 1
    assert told in outcome.err
