"""How often the verdict over given evidence is right, and its confidence true: rows of claim, evidence and label."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from verifier.evaluation.files import (
    BadLabelError,
    BadValueError,
    batches,
    checked_text,
    claim_in,
    json_rows,
    optional_text,
    refusals,
)
from verifier.evaluation.metrics import (
    CalibrationBin,
    CoveragePoint,
    Result,
    bootstrap,
    calibration_bins,
    calibration_error,
    ratio,
    risk_coverage,
)
from verifier.pipeline import hits_of_texts
from verifier.stance import PairScorer
from verifier.types import SIDES, STANCE_LABEL, STANCES, Claim, Hit, Label, Stance, Verdict, present_evidence

COLUMNS = ("claim", "evidence", "label")
LABELS = tuple(Label)
BATCH_PAIRS = 64  # asked at once, which keeps every core busy
NO_ANSWER = -1  # in place of a label's index: the claim was too long to be judged


@dataclass(frozen=True, slots=True)
class LabelledPair:
    """A claim, the texts it is to be judged by, and the label that people gave it."""

    line: int  # in its file, from 1
    claim: Claim | None  # None where it is longer than the pipeline checks
    texts: tuple[str, ...]
    title: str
    label: Label


@dataclass(frozen=True, slots=True)
class Answer:
    """A label with the probability that it is right."""

    label: Label
    confidence: float


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """Precision, recall and F1 of one label, and how many rows have it."""

    precision: float
    recall: float
    f1: float
    n: int


@dataclass(frozen=True, slots=True)
class PairsResult:
    """What was found over all pairs; `result.figures` are accuracy, macro_f1 and ece."""

    result: Result
    per_class: Mapping[str, ClassFigures]  # of the labels that stand in the file or were given
    reliability: tuple[CalibrationBin, ...]
    risk_coverage: tuple[CoveragePoint, ...]
    pairs_per_s: float

    def as_row(self) -> dict[str, Any]:
        """The result as one flat object for programs."""
        return {
            "n": self.result.n,
            "accuracy": self.result.figures["accuracy"],
            "macro_f1": self.result.figures["macro_f1"],
            "per_class": {name: asdict(figures) for name, figures in self.per_class.items()},
            "ci95": dict(self.result.ci95),
            "ece": self.result.figures["ece"],
            "reliability": [asdict(one) for one in self.reliability],
            "risk_coverage": [asdict(point) for point in self.risk_coverage],
            "pairs_per_s": self.pairs_per_s,
            "facts": dict(self.result.facts),
        }


class VerdictJudge(Protocol):
    """The shipped decision, or a fake of it."""

    def judge_given(self, claim: Claim, hits: Sequence[Hit]) -> Verdict:
        """The verdict over texts handed over."""


Question = tuple[Claim, Sequence[Hit]]
Answerer = Callable[[Sequence[Question]], list[Answer]]


def read_pairs(path: Path) -> list[LabelledPair]:
    """The rows of a JSON Lines file, gzipped or not: `claim`, `evidence` (a text or several), `label`, maybe `title`.

    Labels are AVeriTeC's four; CONFLICTING_EVIDENCE needs a list of texts.

    :raises EvaluationDataError: names the line that is no such row.
    """
    return [_pair(row, number, f"{path}, line {number}") for number, row in json_rows(path, COLUMNS)]


def _pair(row: Mapping[str, Any], number: int, where: str) -> LabelledPair:
    claim, label, evidence = claim_in(row, "claim", where), _label(row["label"], where), row["evidence"]
    if isinstance(evidence, list):
        if not evidence:
            raise BadValueError(f"{where}: expected texts as evidence, found an empty list; give at least one")
        texts = tuple(checked_text(text, "each piece of evidence", where) for text in evidence)
    else:
        texts = (checked_text(evidence, "evidence (a text or a list of texts)", where),)
        if label is Label.CONFLICTING_EVIDENCE:
            raise BadLabelError(
                f"{where}: expected a list of texts as evidence for {label}, found a single text; give all texts"
            )
    return LabelledPair(number, claim, texts, optional_text(row, "title", where), label)


def _label(value: Any, where: str) -> Label:
    try:
        return Label(value)
    except ValueError as error:
        raise BadLabelError(
            f"{where}: expected one of {', '.join(LABELS)}, found the label {str(value)[:40]!r}; correct the row"
        ) from error


def whole_decision(judge: VerdictJudge) -> Answerer:
    """What the product says: stance, comparison and calibrated decision."""

    def answer(questions: Sequence[Question]) -> list[Answer]:
        verdicts = [judge.judge_given(claim, hits) for claim, hits in questions]
        return [Answer(verdict.label, verdict.confidence) for verdict in verdicts]

    return answer


def stance_alone(scorer: PairScorer) -> Answerer:
    """What the stance model says by itself: the class with the highest probability.

    Of several passages (a list of texts, or one that is longer than the model reads) one that takes a side outweighs
    any that take none, and two that take different sides are conflicting evidence.
    """

    def answer(questions: Sequence[Question]) -> list[Answer]:
        p = scorer.probabilities([
            (present_evidence(hit.document.title, hit.passage.text), claim.text)
            for claim, hits in questions
            for hit in hits
        ])  # fmt: skip
        ends = np.cumsum([len(hits) for _, hits in questions])
        return [_likeliest(rows) for rows in np.split(p, ends[:-1])]

    return answer


def _likeliest(p: npt.NDArray[np.float32]) -> Answer:
    """:param p: float32 (n_passages, 3) of one claim, n_passages > 0, columns in the order of STANCES."""
    chosen = p.argmax(axis=1)
    p_of = {stance: p[chosen == column, column] for column, stance in enumerate(STANCES)}
    sides = [stance for stance in SIDES if len(p_of[stance])]
    if not sides:
        return Answer(Label.NOT_ENOUGH_EVIDENCE, float(p_of[Stance.NEUTRAL].min()))
    label = STANCE_LABEL[sides[0]] if len(sides) == 1 else Label.CONFLICTING_EVIDENCE
    return Answer(label, min(float(p_of[stance].max()) for stance in sides))


def evaluate_pairs(
    pairs: Sequence[LabelledPair],
    answer: Answerer,
    facts: Mapping[str, str | int | float],
    advance: Callable[[int, int], None] | None = None,
) -> PairsResult:
    """Accuracy, macro-F1 over the labels that the pairs have, calibration, and risk against coverage.

    A claim that is too long to be judged has no answer. It counts as not right, and as a row of its label that was
    not found; calibration is measured over answers only, and no coverage reaches it.

    :param pairs: at least one.
    :param advance: called with the number of answers given, and to be given.
    """
    predicted = np.full(len(pairs), NO_ANSWER)
    confidence = np.zeros(len(pairs))
    asked, seconds = [i for i, pair in enumerate(pairs) if pair.claim], 0.0
    for batch in batches(asked, BATCH_PAIRS, advance):
        questions = [(claim, hits_of_texts(pairs[i].texts, pairs[i].title)) for i in batch if (claim := pairs[i].claim)]
        if batch[0] == asked[0]:
            answer(questions[:1])  # the first call of a model takes longer than any other
        started = time.perf_counter()
        answers = answer(questions)
        seconds += time.perf_counter() - started
        predicted[batch] = [LABELS.index(found.label) for found in answers]
        confidence[batch] = [found.confidence for found in answers]
    gold = np.array([LABELS.index(pair.label) for pair in pairs])
    answered = predicted != NO_ANSWER
    p, right = confidence[answered], (predicted == gold)[answered]
    told = {**facts, **refusals([pair.line for pair in pairs if not pair.claim])}
    return PairsResult(
        bootstrap(len(pairs), lambda rows: figures_of(gold[rows], predicted[rows], confidence[rows]), told),
        {LABELS[k]: _class_figures(gold, predicted, k) for k in sorted({*gold, *predicted} - {NO_ANSWER})},
        calibration_bins(p, right),
        risk_coverage(p, right, len(pairs)),
        ratio(int(answered.sum()), seconds),
    )


def figures_of(
    gold: npt.NDArray[np.int64], predicted: npt.NDArray[np.int64], confidence: npt.NDArray[np.float64]
) -> dict[str, float]:
    """Accuracy, macro-F1 and calibration error of labels given as indices into LABELS, or NO_ANSWER.

    :param gold: (n,), n > 0, as `predicted` and `confidence`.
    """
    answered = predicted != NO_ANSWER
    right = gold == predicted
    return {
        "accuracy": float(right.mean()),
        "macro_f1": float(np.mean([_class_figures(gold, predicted, k).f1 for k in np.unique(gold)])),
        "ece": calibration_error(confidence[answered], right[answered]) if answered.any() else 0.0,
    }


def _class_figures(gold: npt.NDArray[np.int64], predicted: npt.NDArray[np.int64], label: int) -> ClassFigures:
    is_gold, is_called = gold == label, predicted == label
    right, n_gold, n_called = (int(rows.sum()) for rows in (is_gold & is_called, is_gold, is_called))
    return ClassFigures(ratio(right, n_called), ratio(right, n_gold), ratio(2 * right, n_gold + n_called), n_gold)
