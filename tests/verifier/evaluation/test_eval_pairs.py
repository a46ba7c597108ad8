"""Measuring verdicts over given evidence: what a file must be, what is counted, and what becomes of long claims."""

import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from verifier.evaluation.files import (
    BadLabelError,
    BadValueError,
    EmptyFileError,
    EvaluationDataError,
    MissingColumnsError,
    MissingFileError,
)
from verifier.evaluation.pairs import (
    Answer,
    LabelledPair,
    PairsResult,
    evaluate_pairs,
    figures_of,
    read_pairs,
    stance_alone,
    whole_decision,
)
from verifier.pipeline import claim_from_text, hits_of_texts
from verifier.types import Claim, Hit, Label, Verdict

S, R, C, N = Label.SUPPORTED, Label.REFUTED, Label.CONFLICTING_EVIDENCE, Label.NOT_ENOUGH_EVIDENCE
ROW = {"claim": "Tea is hot.", "evidence": "It is.", "label": "SUPPORTED"}
LONG = "word " * 120


def written(tmp_path: Path, *rows: Any) -> Path:
    path = tmp_path / "pairs.jsonl"
    path.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows), encoding="utf-8")
    return path


def measured(golds: Sequence[Label], answers: Sequence[Answer | None]) -> PairsResult:
    """The result over pairs with these labels and answers; None is a claim that is too long."""
    pairs = [
        LabelledPair(i + 1, claim_from_text(f"Claim {i}.") if answer else None, ("Text.",), "", gold)
        for i, (gold, answer) in enumerate(zip(golds, answers, strict=True))
    ]
    by_text = {p.claim.text: a for p, a in zip(pairs, answers, strict=True) if p.claim and a}
    return evaluate_pairs(pairs, lambda questions: [by_text[claim.text] for claim, _ in questions], {})


def test_rows_are_read_as_they_stand(tmp_path: Path) -> None:
    """A text or several, with or without a title; other columns and blank lines are passed over."""
    more = {"claim": " Tea is red. ", "evidence": ["It is.", "No."], "label": C, "title": "Tea", "id": 3}
    one, two = read_pairs(written(tmp_path, ROW | {"title": None}, "", more))
    assert one.claim and two.claim
    assert (one.claim.text, one.texts, one.title, one.label, one.line) == ("Tea is hot.", ("It is.",), "", S, 1)
    assert (two.claim.text, two.texts, two.title) == ("Tea is red.", ("It is.", "No."), "Tea")
    assert (two.label, two.line) == (C, 3)


def test_packed_file_is_read(tmp_path: Path) -> None:
    """By its name's end; a broken one is told of."""
    path = tmp_path / "pairs.jsonl.gz"
    path.write_bytes(gzip.compress(json.dumps(ROW).encode()))
    assert len(read_pairs(path)) == 1
    path.write_bytes(gzip.compress(json.dumps(ROW).encode())[:-9])
    with pytest.raises(EvaluationDataError, match="gzip"):
        read_pairs(path)


@pytest.mark.parametrize(
    ("row", "error", "told"),
    [
        ("{", EvaluationDataError, "expected JSON"),
        ("[" * 100_000, EvaluationDataError, "expected JSON"),
        ("9" * 5000, EvaluationDataError, "expected JSON"),
        ("[1]", EvaluationDataError, "expected an object"),
        ({"claim": "a", "label": "SUPPORTED"}, MissingColumnsError, "no evidence"),
        (ROW | {"label": "TRUE"}, BadLabelError, "'TRUE'"),
        (ROW | {"label": ["SUPPORTED"]}, BadLabelError, "expected one of SUPPORTED"),
        (ROW | {"label": None}, BadLabelError, "'None'"),
        (ROW | {"label": "CONFLICTING_EVIDENCE"}, BadLabelError, "a single text"),
        (ROW | {"claim": ""}, BadValueError, "as claim"),
        (ROW | {"claim": 7}, BadValueError, "as claim"),
        (ROW | {"claim": "\u200b \u200b"}, BadValueError, "as claim"),
        (ROW | {"claim": "3 > 2"}, BadValueError, "full sentence"),
        (ROW | {"evidence": " "}, BadValueError, "as evidence"),
        (ROW | {"evidence": {"text": "a"}}, BadValueError, "as evidence"),
        (ROW | {"evidence": []}, BadValueError, "empty list"),
        (ROW | {"evidence": ["a", ""]}, BadValueError, "each piece of evidence"),
        (ROW | {"evidence": ["a", None]}, BadValueError, "each piece of evidence"),
        (ROW | {"title": 3}, BadValueError, "as title"),
        ('{"claim": "A \\ud800 b.", "evidence": "a", "label": "REFUTED"}', BadValueError, "half a character"),
        ('{"claim": "A b.", "evidence": "a \\udfff", "label": "REFUTED"}', BadValueError, "half a character"),
    ],
)
def test_unusable_row_is_refused_by_its_line(tmp_path: Path, row: Any, error: type[Exception], told: str) -> None:
    """Each with what is wrong; nothing becomes a label in silence."""
    with pytest.raises(error, match=rf"pairs\.jsonl, line 2: .*{told}"):
        read_pairs(written(tmp_path, ROW, row))


def test_missing_and_empty_files_are_refused(tmp_path: Path) -> None:
    """Neither is a file with nothing wrong in it; a folder is no file."""
    for path in (tmp_path / "none.jsonl", tmp_path, tmp_path / "none" / "a.jsonl"):
        with pytest.raises(MissingFileError):
            read_pairs(path)
    with pytest.raises(EmptyFileError):
        read_pairs(written(tmp_path, "", " "))


@settings(deadline=None)
@given(st.text(max_size=80), st.one_of(st.text(max_size=40), st.lists(st.text(max_size=20), max_size=3)))
def test_any_text_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, claim: str, evidence: Any) -> None:
    """Whatever a row holds, it is either a claim with evidence that can be judged, or an error that names the line."""
    path = written(tmp_path_factory.mktemp("rows"), {"claim": claim, "evidence": evidence, "label": "REFUTED"})
    try:
        [pair] = read_pairs(path)
    except EvaluationDataError as error:
        assert "line 1" in str(error)
    else:
        assert pair.claim and pair.claim.text == claim.strip()
        assert hits_of_texts(pair.texts, pair.title)


def test_long_claim_has_no_answer_and_counts(tmp_path: Path) -> None:
    """It is told of by line; it is not right, no label is made of it, and no coverage reaches it."""
    pairs = read_pairs(written(tmp_path, ROW, ROW | {"claim": LONG}))
    result = evaluate_pairs(pairs, lambda questions: [Answer(S, 0.9) for _ in questions], {"model": "fake"})
    assert result.result.n == 2
    assert result.result.figures["accuracy"] == 0.5
    assert result.result.figures["ece"] == pytest.approx(0.1)
    assert (result.per_class["SUPPORTED"].precision, result.per_class["SUPPORTED"].recall) == (1.0, 0.5)
    assert [point.coverage for point in result.risk_coverage] == [0.5]
    assert result.result.facts == {"model": "fake", "n_too_long": 1, "too_long_lines": "2"}


def test_nothing_but_long_claims_has_no_risk_and_no_speed() -> None:
    """Every figure is there, and none is a division by zero."""
    result = measured([S, N], [None, None])
    assert result.result.figures == {"accuracy": 0.0, "macro_f1": 0.0, "ece": 0.0}
    assert (result.risk_coverage, result.pairs_per_s) == ((), 0.0)
    assert {one.n for one in result.reliability} == {0}


def test_figures_of_a_case_counted_by_hand() -> None:
    """Three of five right; a label that nobody gave counts for per_class, not for macro_f1."""
    golds = [S, S, R, N, N]
    result = measured(golds, [Answer(label, p) for label, p in ((S, 0.9), (R, 0.8), (R, 0.7), (N, 0.6), (C, 0.5))])
    figures = {name: (c.precision, c.recall, c.f1, c.n) for name, c in result.per_class.items()}
    assert figures == {
        "SUPPORTED": (1.0, 0.5, pytest.approx(2 / 3), 2),
        "REFUTED": (0.5, 1.0, pytest.approx(2 / 3), 1),
        "CONFLICTING_EVIDENCE": (0.0, 0.0, 0.0, 0),
        "NOT_ENOUGH_EVIDENCE": (1.0, 0.5, pytest.approx(2 / 3), 2),
    }
    assert result.result.figures["accuracy"] == pytest.approx(0.6)
    assert result.result.figures["macro_f1"] == pytest.approx(2 / 3)
    # Gaps: 0.9 right, 0.8 wrong, 0.7 right, 0.6 right, 0.5 wrong.
    assert result.result.figures["ece"] == pytest.approx((0.1 + 0.8 + 0.3 + 0.4 + 0.5) / 5)
    assert [(p.coverage, p.risk) for p in result.risk_coverage] == [
        (0.2, 0.0), (0.4, 0.5), (0.6, pytest.approx(1 / 3)), (0.8, 0.25), (1.0, 0.4),
    ]  # fmt: skip


@settings(deadline=None)  # the other side's first call is slow
@given(st.lists(st.tuples(st.sampled_from(list(Label)), st.sampled_from(list(Label))), min_size=1, max_size=12))
def test_macro_f1_agrees_with_scikit_learn(rows: list[tuple[Label, Label]]) -> None:
    """Over the labels that stand in the file."""
    golds, called = zip(*rows, strict=True)
    gold, predicted = (np.array([list(Label).index(label) for label in labels]) for labels in (golds, called))
    expected = f1_score(gold, predicted, labels=np.unique(gold), average="macro", zero_division=0)
    assert figures_of(gold, predicted, np.ones(len(gold)))["macro_f1"] == pytest.approx(expected)


def test_intervals_are_the_same_each_time() -> None:
    """And hold the figures."""
    answers = [Answer(S if i % 3 else R, 0.5 + i / 100) for i in range(30)]
    first, second = (measured([S] * 30, answers) for _ in range(2))
    assert first.result == second.result
    assert set(first.result.ci95) == {"accuracy", "macro_f1", "ece"}
    low, high = first.result.ci95["accuracy"]
    assert low <= first.result.figures["accuracy"] <= high


class FakeScorer:
    """Support where the text says yes, refutation where it says no, both sure to 0.8; else neutral at 0.6."""

    id = "fake@1"

    def probabilities(self, pairs: Sequence[tuple[str, str]]) -> np.ndarray:
        rows = {"yes": [0.8, 0.1, 0.1], "no": [0.1, 0.8, 0.1]}
        found = [rows.get(text.split(": ")[-1], [0.2, 0.2, 0.6]) for text, _ in pairs]
        return np.array(found, dtype=np.float32).reshape(-1, 3)


@pytest.mark.parametrize(
    ("texts", "label", "confidence"),
    [
        (["yes"], S, 0.8),
        (["no"], R, 0.8),
        (["perhaps"], N, 0.6),
        (["perhaps", "no"], R, 0.8),
        (["yes", "perhaps", "no"], C, 0.8),
    ],
)
def test_stance_alone_is_the_likeliest_class(texts: list[str], label: Label, confidence: float) -> None:
    """A text that takes a side outweighs those that take none; two sides are conflicting evidence."""
    claim, other = claim_from_text("Tea is hot."), hits_of_texts(["yes", "perhaps"])
    answers = stance_alone(FakeScorer())([(claim, other), (claim, hits_of_texts(texts, "Tea")), (claim, other)])
    assert (answers[1].label, answers[1].confidence) == (label, pytest.approx(confidence))
    assert answers[0] == answers[2] == Answer(S, pytest.approx(0.8))


def test_whole_decision_is_the_verdict() -> None:
    """Its label and its confidence, over all texts at once."""

    class FakeJudge:
        def judge_given(self, claim: Claim, hits: Sequence[Hit]) -> Verdict:
            return Verdict(claim, C, len(hits) / 10, (), "")

    claim = claim_from_text("Tea is hot.")
    answers = whole_decision(FakeJudge())([(claim, hits_of_texts(["a b", "c d"])), (claim, hits_of_texts(["a"]))])
    assert answers == [Answer(C, 0.2), Answer(C, 0.1)]


def test_progress_is_told() -> None:
    """After each batch, with how many there are."""
    told: list[tuple[int, int]] = []
    pairs = [LabelledPair(1, claim_from_text("Tea is hot."), ("It is.",), "", S)] * 100
    answer = stance_alone(FakeScorer())
    evaluate_pairs(pairs, answer, {}, lambda done, total: told.append((done, total)))
    assert told == [(64, 100), (100, 100)]
