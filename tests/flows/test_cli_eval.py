"""`verifier eval`: a table for people, one JSON object for programs, one sentence where a file cannot be used."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.corpus.conftest import FakeEncoder
from tests.flows.conftest import Outcome
from tests.verifier.factories import make_claim, make_evidence
from verifier.settings import Settings
from verifier.types import Article, Claim, Hit, Label, Span, Stance, Verdict

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

    def __init__(self, model: str = "", threads: int = 0): ...

    def probabilities(self, pairs: Sequence[tuple[str, str]]) -> np.ndarray:
        return np.array([[float(a == b), 0, float(a != b)] for a, b in pairs], np.float32).reshape(-1, 3)


class SupportingJudge:
    """Finds that the first passage supports whatever is claimed."""

    def __init__(self, settings: Settings): ...

    def judge(self, claim: Claim, hits: Sequence[Hit]) -> Verdict:
        evidence = make_evidence(claim, Stance.SUPPORTS)
        first = replace(evidence, passage=hits[0].passage, document=hits[0].document, rationale=(Span(0, 11),))
        return Verdict(claim, Label.SUPPORTED, 0.75, (first,), "")

    judge_given = judge


@pytest.fixture(autouse=True)
def fakes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("verifier.claims.checkworthiness.OnnxWorthiness", FakeWorthiness)
    for name in ("SpacyClaimExtractor", "shipped_extractor"):
        monkeypatch.setattr(f"verifier.claims.{name}", WholeExtractor)
    monkeypatch.setattr("verifier.stance.load_pair_scorer", SameTextScorer)
    monkeypatch.setattr("verifier.pipeline.load_judge", SupportingJudge)
    monkeypatch.setattr("verifier.encode.load_encoder", lambda name, threads: FakeEncoder())


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


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    claim, texts = "Tea is hot.", ["Tea is hot.", "Tea is not."]
    rows = [(claim, texts, "SUPPORTED"), (claim, texts[0], "SUPPORTED"), (claim, texts[1], "NOT_ENOUGH_EVIDENCE")]
    path = tmp_path / "pairs.jsonl"
    path.write_text("\n".join(json.dumps({"claim": c, "evidence": e, "label": label}) for c, e, label in rows))
    return path


def test_pairs_prints_one_object(verifier: Call, pairs: Path) -> None:
    """The documented keys; the whole decision answers, sure to three quarters and right in two of three."""
    outcome = verifier("eval", "pairs", pairs, "--json")
    found = json.loads(outcome.out)
    assert (outcome.code, outcome.err) == (0, "")
    assert list(found) == [
        "n", "accuracy", "macro_f1", "per_class", "ci95", "ece", "reliability", "risk_coverage", "pairs_per_s", "facts",
    ]  # fmt: skip
    assert (found["n"], found["accuracy"], found["ece"]) == (3, pytest.approx(2 / 3), pytest.approx(0.75 - 2 / 3))
    assert found["per_class"]["NOT_ENOUGH_EVIDENCE"] == {"precision": 0.0, "recall": 0.0, "f1": 0.0, "n": 1}
    assert set(found["ci95"]) == {"accuracy", "macro_f1", "ece"}
    assert found["risk_coverage"] == [{"coverage": 1.0, "risk": pytest.approx(1 / 3), "threshold": 0.75}]
    assert found["reliability"][0] == {"low": 0.0, "high": 0.1, "n": 0, "confidence": None, "accuracy": None}
    assert found["facts"]["judged_by"] == "whole decision"


def test_pairs_by_the_stance_model_alone(verifier: Call, pairs: Path) -> None:
    """Its class with the highest probability, and its name."""
    found = json.loads(verifier("eval", "pairs", pairs, "--stance-only", "--json").out)
    assert (found["accuracy"], found["facts"]["model"]) == (1.0, "same@1")
    assert found["facts"]["judged_by"] == "stance model alone"


def test_pairs_writes_charts(verifier: Call, pairs: Path, tmp_path: Path) -> None:
    """Where they are wanted; data alone goes to standard output."""
    wanted = [tmp_path / name for name in ("reliability.svg", "risk.svg")]
    outcome = verifier("eval", "pairs", pairs, "--reliability-chart", wanted[0], "--risk-chart", wanted[1], "--json")
    assert json.loads(outcome.out)["n"] == 3
    assert all(path.read_text(encoding="utf-8").startswith("<svg") for path in wanted)
    assert all(str(path) in outcome.err for path in wanted)


def test_pairs_asks_for_the_charts_folder_before_the_work(verifier: Call, pairs: Path, tmp_path: Path) -> None:
    """Nothing is judged for a chart that cannot be written."""
    outcome = verifier("eval", "pairs", pairs, "--risk-chart", tmp_path / "none" / "risk.svg")
    assert (outcome.code, outcome.out) == (2, "")
    assert "expected an existing folder" in outcome.err
    outcome = verifier("eval", "pairs", pairs, "--reliability-chart", tmp_path)
    assert (outcome.code, outcome.out) == (2, "")
    assert "expected a file" in outcome.err


def test_pairs_prints_tables_for_people(verifier: Call, pairs: Path) -> None:
    """Figures, each label, each filled bin, and what coverage costs."""
    out = verifier("eval", "pairs", pairs).out
    for told in ("macro_f1", "pairs_per_s", "precision", "SUPPORTED", "0.7 to 0.8", "of those wrong", "33.3%"):
        assert told in out


def test_open_prints_one_object(verifier: Call, tmp_path: Path) -> None:
    """The documented keys, with precision and recall beside; the index is kept where it is wanted."""
    corpus, claims = tmp_path / "corpus.jsonl", tmp_path / "claims.jsonl"
    corpus.write_text(json.dumps({"doc_id": 7, "title": "Tea", "abstract": ["Tea is hot.", "Tea is brown."]}))
    gold = {"7": [{"sentences": [0], "label": "SUPPORT"}]}
    claims.write_text(json.dumps({"id": 1, "claim": "Tea is hot.", "evidence": gold, "cited_doc_ids": [7]}))
    outcome = verifier("eval", "open", corpus, claims, "--index", tmp_path / "index", "--json")
    found = json.loads(outcome.out)
    figures = [
        "ndcg_at_10", "recall_at_10", "recall_at_100", "abstract_label_only_f1", "abstract_rationalized_f1",
        "sentence_selection_f1", "sentence_label_f1",
    ]  # fmt: skip
    assert (outcome.code, outcome.err) == (0, "")
    assert {name: found[name] for name in figures} == dict.fromkeys(figures, 1.0)
    assert {"n", "ci95", "claims_per_s", "sentence_label_precision", "n_too_long", "encoder"} <= set(found)
    assert set(figures) <= set(found["ci95"])
    assert (tmp_path / "index" / "manifest.json").is_file()


def test_retrieval_prints_one_object(verifier: Call, tmp_path: Path) -> None:
    """The documented keys, from a folder in BEIR's form."""
    (tmp_path / "corpus.jsonl").write_text(json.dumps({"_id": "d", "title": "Tea", "text": "Tea is hot."}))
    (tmp_path / "queries.jsonl").write_text(json.dumps({"_id": "q", "text": "Is tea hot?"}))
    (tmp_path / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq\td\t1\n")
    found = json.loads(verifier("eval", "retrieval", tmp_path, "--qrels", tmp_path / "test.tsv", "--json").out)
    figures = ["ndcg_at_10", "recall_at_10", "recall_at_100", "mrr_at_10"]
    assert [found[name] for name in figures] == [1.0] * 4
    assert list(found) == [*figures, "n", "ci95", "queries_per_s", "encoder", "n_documents", "n_too_long"]


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
        ("pairs", '{"claim": "a", "evidence": [], "label": "SUPPORTED"}', "line 1: expected texts as evidence"),
        ("pairs", "", "expected rows, found none"),
        ("retrieval", "", "expected queries.jsonl"),
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
