"""SciFact's open task: what the files must be, how verdicts become predictions, and the official definitions."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import astuple, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from corpus.documents import sentence_spans
from corpus.index import PassageIndex
from tests.corpus.conftest import FakeEncoder
from tests.verifier.factories import make_evidence
from verifier.evaluation.abstracts import (
    Counts,
    GoldAbstract,
    PredictedAbstract,
    abstract_counts,
    abstract_documents,
    evaluate_open,
    figures_of,
    predicted_abstracts,
    read_open_claims,
)
from verifier.evaluation.files import BadLabelError, BadValueError, EvaluationDataError, MissingColumnsError
from verifier.evaluation.retrieval import evaluation_index
from verifier.pipeline import claim_from_text
from verifier.retrieve import RetrieverConfig
from verifier.types import Claim, Evidence, Hit, Label, Span, Stance, Verdict

SUPPORTS, REFUTES, NEUTRAL = Stance.SUPPORTS, Stance.REFUTES, Stance.NEUTRAL
ABSTRACTS = [
    {"doc_id": 1, "title": "Tea", "abstract": ["Tea is hot.", "Tea is brown.", "Tea cools in the cup."]},
    {"doc_id": 2, "title": "Milk", "abstract": ["Milk is white.", "Milk is cold."]},
]
SENTENCES = {"1": [(0, 11), (12, 25), (26, 47)], "2": [(0, 14), (15, 28)]}
CLAIM = {"id": 5, "claim": "Tea is hot.", "evidence": {}, "cited_doc_ids": [1]}


def lines(path: Path, *rows: Any) -> Path:
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return path


def found(label: str, *rationales: Sequence[int]) -> list[dict[str, Any]]:
    return [{"sentences": list(sentences), "label": label} for sentences in rationales]


def gold(stance: Stance, *rationales: set[int]) -> GoldAbstract:
    return GoldAbstract(stance, tuple(map(frozenset, rationales)))


def scored(*cases: tuple[Mapping[str, GoldAbstract], Mapping[str, PredictedAbstract]]) -> dict[str, float]:
    counts = np.array([astuple(abstract_counts(*case)) for case in cases])
    return figures_of(counts.sum(axis=0), np.full((len(cases), 3), np.nan))


def test_the_fixture_of_the_official_evaluator_gives_its_figures() -> None:
    """Ten claims of SciFact dev with the predictions and the expected metrics of allenai/scifact-evaluator."""
    cases = [
        ({}, {}),
        ({"14717500": gold(SUPPORTS, {2, 5}, {7})}, {}),
        ({"13734012": gold(SUPPORTS, {4})}, {"13734012": PredictedAbstract(REFUTES, (4,))}),
        ({}, {}),
        ({}, {"33409100": PredictedAbstract(REFUTES, (8,))}),
        ({"18174210": gold(REFUTES, {1, 9}, {10})}, {"18174210": PredictedAbstract(REFUTES, (1, 9, 10))}),
        ({"13734012": gold(REFUTES, {4})}, {"13734012": PredictedAbstract(REFUTES, (7,))}),
        ({"5953485": gold(SUPPORTS, {1}, {2})}, {"5953485": PredictedAbstract(SUPPORTS, (2,))}),
        ({"12580014": gold(SUPPORTS, {1})}, {}),
        ({"45638119": gold(REFUTES, {4})}, {"2140497": PredictedAbstract(REFUTES, (6, 7))}),
    ]
    found = scored(*cases)
    expected = {  # precision, recall, F1
        "abstract_label_only": (0.5, 0.428571, 0.461538),
        "abstract_rationalized": (0.333333, 0.285714, 0.307692),
        "sentence_selection": (0.555556, 0.416667, 0.476190),
        "sentence_label": (0.444444, 0.333333, 0.380952),
    }
    for name, figures in expected.items():
        assert [round(found[f"{name}_{kind}"], 6) for kind in ("precision", "recall", "f1")] == list(figures)


@pytest.mark.parametrize(
    ("truth", "predicted", "expected"),
    [
        # Half a rationale is none, for the sentence as for the abstract.
        (gold(SUPPORTS, {2, 5}), (SUPPORTS, 2), Counts(1, 1, 1, 0, 2, 1, 0, 0)),
        (gold(SUPPORTS, {2, 5}), (SUPPORTS, 2, 5, 6), Counts(1, 1, 1, 1, 2, 3, 2, 2)),
        # With the wrong label sentences count for selection alone.
        (gold(SUPPORTS, {2}), (REFUTES, 2), Counts(1, 1, 0, 0, 1, 1, 1, 0)),
        # The first three sentences rationalise; all of them are selected.
        (gold(SUPPORTS, {7}), (SUPPORTS, 1, 2, 3, 7), Counts(1, 1, 1, 0, 1, 4, 1, 1)),
        (gold(SUPPORTS, {7}), (SUPPORTS, 1, 2, 7, 3), Counts(1, 1, 1, 1, 1, 4, 1, 1)),
        # A sentence in two rationales is right if either is whole; each rationale's sentences are to be found.
        (gold(SUPPORTS, {1, 2}, {2}), (SUPPORTS, 2), Counts(1, 1, 1, 1, 3, 1, 1, 1)),
        (gold(SUPPORTS, {1}), (SUPPORTS,), Counts(1, 1, 1, 0, 1, 0, 0, 0)),
    ],
)
def test_official_definitions_by_hand(truth: GoldAbstract, predicted: tuple[Any, ...], expected: Counts) -> None:
    """One abstract, what people marked in it, and what was predicted."""
    assert abstract_counts({"1": truth}, {"1": PredictedAbstract(predicted[0], predicted[1:])}) == expected


def test_unjudged_abstracts_are_wrong_and_missing_ones_lower_recall() -> None:
    """Precision counts what was predicted, recall what is to be found."""
    figures = scored(({"1": gold(SUPPORTS, {0})}, {"2": PredictedAbstract(SUPPORTS, (0,))}))
    assert set(figures.values()) == {0.0}
    assert abstract_counts({"1": gold(SUPPORTS, {0})}, {}) == Counts(1, 0, 0, 0, 1, 0, 0, 0)


def test_abstracts_are_documents_with_the_offsets_of_their_sentences(tmp_path: Path) -> None:
    """The id is the origin; blanks around a sentence are dropped, and an empty one has no length."""
    padded = {"doc_id": 3, "title": None, "abstract": [" A b. ", "", "C d."]}
    documents, sentences = abstract_documents(lines(tmp_path / "c.jsonl", *ABSTRACTS, padded))
    assert [d.origin for d in documents] == ["1", "2", "3"]
    assert documents[0].title == "Tea"
    assert {key: sentences[key] for key in SENTENCES} == SENTENCES
    assert [documents[2].text[a:b] for a, b in sentences["3"]] == ["A b.", "", "C d."]
    assert sentences["1"] == sentence_spans(documents[0].text)


@pytest.mark.parametrize(
    ("row", "error", "told"),
    [
        ({"title": "a", "abstract": []}, MissingColumnsError, "no doc_id"),
        ({"doc_id": 3, "abstract": "One text."}, BadValueError, "list of sentences"),
        ({"doc_id": 3, "abstract": ["a", 2]}, BadValueError, "list of sentences"),
        ({"doc_id": "2", "abstract": ["a"]}, BadValueError, "once, found 2 again"),
        ({"doc_id": 3, "abstract": ["a"], "title": 4}, BadValueError, "as title"),
    ],
)
def test_unusable_abstract_is_refused_by_its_line(tmp_path: Path, row: Any, error: type[Exception], told: str) -> None:
    """With what is wrong."""
    with pytest.raises(error, match=rf"line 3: .*{told}"):
        abstract_documents(lines(tmp_path / "c.jsonl", *ABSTRACTS, row))


def test_claims_are_read_as_scifact_writes_them(tmp_path: Path) -> None:
    """One stance for an abstract, its rationales apart; ids are texts; cited abstracts may settle nothing."""
    row = CLAIM | {"evidence": {"2": found("CONTRADICT", [0, 1], [1])}, "cited_doc_ids": [1, 2, 2]}
    [claim] = read_open_claims(lines(tmp_path / "q.jsonl", row), SENTENCES)
    assert claim.evidence == {"2": gold(REFUTES, {0, 1}, {1})}
    assert claim.cited == {"1", "2"}


@pytest.mark.parametrize(
    ("change", "error", "told"),
    [
        ({"claim": ""}, BadValueError, "as claim"),
        ({"cited_doc_ids": [9]}, BadValueError, "found 9"),
        ({"cited_doc_ids": None}, BadValueError, "SciFact's form"),
        ({"evidence": []}, BadValueError, "SciFact's form"),
        ({"evidence": {"1": [{"label": "SUPPORT"}]}}, BadValueError, "'sentences'"),
        ({"evidence": {"9": found("SUPPORT", [0])}}, BadValueError, "found 9"),
        ({"evidence": {"1": found("SUPPORT", [3])}}, BadValueError, "from 0 to 2, found 3"),
        ({"evidence": {"1": found("SUPPORT", [-1])}}, BadValueError, "from 0 to 2"),
        ({"evidence": {"1": found("SUPPORT", [float("inf")])}}, BadValueError, "SciFact's form"),
        ({"evidence": {"1": found(["SUPPORT"], [0])}}, BadLabelError, "found .'SUPPORT'"),
        ({"evidence": {"1": found("SUPPORTS", [0])}}, BadLabelError, "found SUPPORTS"),
        ({"evidence": {"1": found("SUPPORT", [0]) + found("CONTRADICT", [1])}}, BadLabelError, "one label"),
    ],
)
def test_unusable_claim_is_refused_by_its_line(tmp_path: Path, change: Any, error: type[Exception], told: str) -> None:
    """With what is wrong."""
    with pytest.raises(error, match=rf"line 2: .*{told}"):
        read_open_claims(lines(tmp_path / "q.jsonl", CLAIM, CLAIM | change), SENTENCES)


def test_claims_without_any_citation_are_refused(tmp_path: Path) -> None:
    """Nothing could be measured on SciFact's own test claims, whose answers are kept back."""
    with pytest.raises(EvaluationDataError, match="cited_doc_ids"):
        read_open_claims(lines(tmp_path / "q.jsonl", CLAIM | {"cited_doc_ids": []}), SENTENCES)


def evidence_on(stance: Stance, start: int, *spans: tuple[int, int], origin: str = "1") -> Evidence:
    """Evidence of a passage that starts at a character of an abstract."""
    made = make_evidence(stance=stance)
    return replace(
        made,
        passage=replace(made.passage, start=start),
        document=replace(made.document, origin=origin),
        rationale=tuple(Span(*span) for span in spans),
    )


def predictions(*evidence: Evidence) -> dict[str, PredictedAbstract]:
    return predicted_abstracts(Verdict(claim_from_text("Tea."), Label.SUPPORTED, 1.0, evidence, ""), SENTENCES)


def test_an_abstract_takes_its_strongest_passage_and_that_sides_sentences() -> None:
    """Evidence comes strongest first: the sentences stand in its order, once; the other side's are left out."""
    found = predictions(
        evidence_on(SUPPORTS, 12, (14, 35)),
        evidence_on(REFUTES, 12, (0, 13)),
        evidence_on(SUPPORTS, 0, (0, 11), (26, 47)),
        evidence_on(REFUTES, 0, (15, 28), origin="2"),
    )
    assert found == {"1": PredictedAbstract(SUPPORTS, (2, 0)), "2": PredictedAbstract(REFUTES, (1,))}


def test_what_takes_no_side_or_cannot_be_quoted_predicts_nothing() -> None:
    """NEUTRAL passages, and those without a rationale."""
    assert predictions(evidence_on(NEUTRAL, 0, (0, 11)), evidence_on(SUPPORTS, 0)) == {}


@pytest.mark.parametrize(("span", "sentences"), [((0, 5), ()), ((0, 6), (0,)), ((5, 19), (0, 1)), ((0, 47), (0, 1, 2))])
def test_a_sentence_counts_from_more_than_half_of_it(span: tuple[int, int], sentences: tuple[int, ...]) -> None:
    """Of the 11 characters of the first sentence six are needed, of the 13 of the second seven."""
    assert predictions(evidence_on(SUPPORTS, 0, span))["1"].sentences == sentences


class FirstHitJudge:
    """Finds support in the first sentence of the best passage."""

    def judge(self, claim: Claim, hits: Sequence[Hit]) -> Verdict:
        made = make_evidence(stance=SUPPORTS)
        first = replace(made, passage=hits[0].passage, document=hits[0].document, rationale=(Span(0, 11),))
        return Verdict(claim, Label.SUPPORTED, 0.9, (first,), "")


def test_open_task_over_two_abstracts(tmp_path: Path) -> None:
    """One claim of three finds its abstract, label and sentence; one settles nothing; one is too long to be asked."""
    documents, sentences = abstract_documents(lines(tmp_path / "c.jsonl", *ABSTRACTS))
    rows = [
        CLAIM | {"evidence": {"1": found("SUPPORT", [0])}},
        CLAIM | {"claim": "Milk is white.", "cited_doc_ids": []},
        CLAIM | {"claim": "word " * 200, "cited_doc_ids": [2]},
    ]
    claims = read_open_claims(lines(tmp_path / "q.jsonl", *rows), sentences)
    encoder, config = FakeEncoder(), RetrieverConfig(k=1, depth=1)
    with evaluation_index(documents, encoder) as index:
        result = evaluate_open(claims, sentences, index, encoder, FirstHitJudge(), config, {"model": "fake"})
    assert result.n == 3
    assert (result.figures["ndcg_at_10"], result.figures["recall_at_100"]) == (0.5, 0.5)
    assert result.figures["abstract_label_only_precision"] == 0.5
    assert result.figures["abstract_rationalized_recall"] == 1.0
    assert result.figures["sentence_label_f1"] == pytest.approx(2 / 3)
    assert set(result.ci95) == set(result.figures)
    assert (result.facts["n_too_long"], result.facts["too_long_lines"], result.facts["model"]) == (1, "3", "fake")
    assert result.facts["claims_per_s"] > 0


def test_index_of_other_documents_is_left_alone(tmp_path: Path) -> None:
    """A folder given by mistake is not filled up; the same documents are not encoded again."""
    documents, _ = abstract_documents(lines(tmp_path / "c.jsonl", *ABSTRACTS))
    for _ in range(2):
        with evaluation_index(documents, FakeEncoder(), tmp_path / "kept") as index:
            assert index.n_documents == 2
    with (
        pytest.raises(EvaluationDataError, match="name another folder"),
        evaluation_index(documents[:1], FakeEncoder(), tmp_path / "kept"),
    ):
        pass
    with PassageIndex.open(tmp_path / "kept", FakeEncoder()) as index:
        assert index.n_documents == 2
