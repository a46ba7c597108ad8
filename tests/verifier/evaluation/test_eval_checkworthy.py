"""Measuring check-worthiness: what a file must be, and what is counted."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.evaluation.checkworthy import LabelledSentence, evaluate_checkworthiness, read_labelled_sentences
from verifier.evaluation.files import (
    BadLabelError,
    EmptyFileError,
    EvaluationDataError,
    MissingColumnsError,
    MissingFileError,
)

HEADER = "Sentence_id\tText\tclass_label\n"
TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1)


class DigitScorer:
    """Finds whatever holds a digit worth a check."""

    id = "digits"

    def score(self, texts: Sequence[str]) -> np.ndarray:
        return np.array([0.9 if any(c.isdigit() for c in t) else 0.2 for t in texts], dtype=np.float32)


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "rows.tsv"
    path.write_text(text, encoding="utf-8", newline="")
    return path


@pytest.mark.parametrize(
    ("text", "error", "told"),
    [
        ("id\tText\tclass_label\n1\ta\tYes\n", MissingColumnsError, "Sentence_id"),
        (HEADER, EmptyFileError, "found none"),
        ("", EmptyFileError, "found none"),
        (HEADER + "1\tTaxes rose.\tYes\n2\tHello.\tMaybe\n", BadLabelError, "line 3.*'Maybe'"),
        (HEADER + "1\tTaxes rose.\n", BadLabelError, "line 2"),
    ],
)
def test_unusable_file_is_refused_with_what_is_wrong(
    tmp_path: Path, text: str, error: type[Exception], told: str
) -> None:
    """Columns, rows and labels are told of by name and line."""
    with pytest.raises(error, match=told):
        read_labelled_sentences(written(tmp_path, text))


def test_missing_file_and_other_encodings_are_refused(tmp_path: Path) -> None:
    """Neither is taken for an empty file."""
    with pytest.raises(MissingFileError):
        read_labelled_sentences(tmp_path / "none.tsv")
    path = tmp_path / "latin.tsv"
    path.write_bytes((HEADER + "1\tCaf\xe9.\tNo\n").encode("latin-1"))
    with pytest.raises(EvaluationDataError, match="UTF-8"):
        read_labelled_sentences(path)


def test_training_may_leave_broken_labels_out(tmp_path: Path) -> None:
    """A row that was glued to the next one is dropped; the others stay."""
    path = written(tmp_path, HEADER + "1\tInvest.\tNo29286\tJobs.\tNo\n2\tIt rose by 3%.\tYes\n")
    assert read_labelled_sentences(path, skip_bad_labels=True) == [LabelledSentence("2", "It rose by 3%.", True)]


@given(rows=st.lists(st.tuples(TEXT, st.booleans()), min_size=1, max_size=8))
def test_texts_come_back_as_they_were_written(tmp_path_factory: pytest.TempPathFactory, rows) -> None:
    """Quote marks and other marks inside a text are neither lost nor taken for the file's own."""
    lines = [f'{i}\t"{t.replace(chr(34), chr(34) * 2)}"\t{"Yes" if y else "No"}' for i, (t, y) in enumerate(rows)]
    path = written(tmp_path_factory.mktemp("tsv"), HEADER + "\n".join(lines))
    assert [(row.text, row.is_worthy) for row in read_labelled_sentences(path)] == rows


def test_figures_follow_the_threshold() -> None:
    """One of two worthy sentences is found, and nothing else; with a threshold under every score all are."""
    rows = [LabelledSentence(str(i), t, y) for i, (t, y) in enumerate([("3 rose", True), ("b", True), ("c", False)])]
    strict, loose = (evaluate_checkworthiness(rows, DigitScorer(), t) for t in (0.5, 0.1))
    assert (strict.figures["precision"], strict.figures["recall"]) == (1.0, 0.5)
    assert (loose.figures["precision"], loose.figures["recall"]) == (pytest.approx(2 / 3), 1.0)
    assert strict.facts == {"threshold": 0.5, "model": "digits"}
