"""How well sentences worth a check are told from others, on the tab-separated files of the CheckThat! shared tasks."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from verifier.claims.checkworthiness import WorthinessScorer
from verifier.evaluation.files import BadLabelError, EmptyFileError, EvaluationDataError, read_text, require
from verifier.evaluation.metrics import Result, binary_figures, bootstrap

COLUMNS = ("Sentence_id", "Text", "class_label")
_IS_WORTHY = {"Yes": True, "No": False}


@dataclass(frozen=True, slots=True)
class LabelledSentence:
    """One sentence, and whether people found it worth a check."""

    id: str
    text: str
    is_worthy: bool


def read_labelled_sentences(path: Path, skip_bad_labels: bool = False) -> list[LabelledSentence]:
    """The rows of a file with the columns Sentence_id, Text and class_label (Yes or No).

    :param skip_bad_labels: leave rows without a text or one of the two labels out, as training does.
    :raises EvaluationDataError: a column or all rows are missing, or a label is unknown.
    """
    rows = csv.DictReader(io.StringIO(read_text(path), newline=""), delimiter="\t")
    if rows.fieldnames is not None:
        require(dict.fromkeys(rows.fieldnames), COLUMNS, f"{path} (tab-separated)")
    found = []
    try:
        for row in rows:
            if row["class_label"] in _IS_WORTHY and row["Text"]:
                found.append(LabelledSentence(row["Sentence_id"], row["Text"], _IS_WORTHY[row["class_label"]]))
            elif not skip_bad_labels:
                raise BadLabelError(
                    f"{path}, line {rows.line_num}: expected a text and the label Yes or No, found the label"
                    f" {row['class_label']!r}; correct the row"
                )
    except csv.Error as error:
        raise EvaluationDataError(f"{path}, line {rows.line_num}: {error}; correct the row") from error
    if not found:
        raise EmptyFileError(f"{path}: expected labelled sentences, found none; give a file with rows")
    return found


def evaluate_checkworthiness(rows: Sequence[LabelledSentence], scorer: WorthinessScorer, threshold: float) -> Result:
    """F1, precision and recall of the sentences worth a check, accuracy, and calibration error over 10 bins.

    :param rows: at least one.
    :param threshold: the probability from which on a sentence is called worth a check.
    """
    p = scorer.score([row.text for row in rows])
    worthy = np.array([row.is_worthy for row in rows])
    facts: dict[str, str | int | float] = {"threshold": threshold, "model": scorer.id}
    return bootstrap(len(rows), lambda chosen: binary_figures(p[chosen], worthy[chosen], threshold), facts)
