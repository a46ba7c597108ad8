"""Judging passages with any three-class scorer."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from tests.verifier.factories import make_claim, make_document, make_passage
from verifier.inference import SHIPPED_MODELS, ModelError
from verifier.stance import OnnxPairScorer, StanceError, StanceModel, stance_columns
from verifier.types import Hit, Span, Stance

CLAIM = make_claim()
TEXT = "The lake froze early. The Orla dam holds 3 million litres. Fishing is allowed."


class KeywordScorer:
    """Supports where a text holds "litres"; leans to it where it holds "dam"."""

    id = "keyword"

    def probabilities(self, pairs: Sequence[tuple[str, str]]) -> np.ndarray:
        rows = [[0.9, 0.05, 0.05] if "litres" in text else [0.02, 0.03, 0.95] for text, _ in pairs]
        return np.array(rows, dtype=np.float32).reshape(-1, 3)


def hit(text: str) -> Hit:
    document = make_document(text, title="Survey")
    return Hit(make_passage(document, 0), document, 0.03, 1)


def test_rationale_is_the_sentence_that_carries_the_stance() -> None:
    """Of a passage only the sentence that supports is quoted, verbatim."""
    [found] = StanceModel(KeywordScorer()).judge(CLAIM, [hit(TEXT)])
    assert found.stance is Stance.SUPPORTS
    assert found.quotes() == ("The Orla dam holds 3 million litres.",)


def test_passage_on_the_topic_is_neutral_and_quotes_nothing() -> None:
    """A passage that settles nothing has no rationale."""
    [found] = StanceModel(KeywordScorer()).judge(CLAIM, [hit("The Orla dam opened in 1998.")])
    assert found.stance is Stance.NEUTRAL
    assert found.rationale == ()


def test_no_hits_give_no_evidence() -> None:
    """A claim without passages is no error."""
    assert StanceModel(KeywordScorer()).judge(CLAIM, []) == []


@pytest.mark.parametrize("output", [np.zeros((1, 2)), np.full((1, 3), np.nan), np.array([[0.9, 0.9, 0.9]])])
def test_unreadable_output_is_an_error_and_never_a_label(output: np.ndarray) -> None:
    """A failure names the claim; NEUTRAL is only ever a model's judgement."""

    class Broken:
        id = "broken"

        def probabilities(self, pairs: Sequence[tuple[str, str]]) -> np.ndarray:
            return output

    with pytest.raises(StanceError, match=CLAIM.id):
        StanceModel(Broken()).judge(CLAIM, [hit(TEXT)])


def test_classes_are_bound_by_name_not_by_position() -> None:
    """Models order their classes as they like."""
    assert stance_columns({0: "contradiction", 1: "entailment", 2: "neutral"}) == [1, 0, 2]


def test_model_without_a_neutral_class_is_refused() -> None:
    """A two-class model cannot say that a passage settles nothing."""
    with pytest.raises(ModelError, match="three-class"):
        stance_columns({0: "entailment", 1: "contradiction"})


class CountingScorer(KeywordScorer):
    """Remembers what it was asked."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def probabilities(self, pairs: Sequence[tuple[str, str]]) -> np.ndarray:
        self.texts += [text for text, _ in pairs]
        return super().probabilities(pairs)


def test_passage_of_one_sentence_is_read_once() -> None:
    """Its sentence is the passage: no second look is paid for."""
    scorer = CountingScorer()
    [found] = StanceModel(scorer).judge(CLAIM, [hit("The Orla dam holds 3 million litres.")])
    assert len(scorer.texts) == 1
    assert found.rationale == (Span(0, len(found.passage.text)),)


def test_rationale_holds_up_to_three_sentences_that_are_most_about_the_claim() -> None:
    """In the order of the text; a fourth is left out, and so is one with few of the claim's words."""
    sentences = ["It opened in 1998.", *["The reservoir holds 3 million litres."] * 4]
    [found] = StanceModel(KeywordScorer()).judge(CLAIM, [hit(" ".join(sentences))])
    assert found.quotes() == tuple(sentences[1:4])


def test_leaning_passage_takes_its_side_even_where_neutral_is_likelier() -> None:
    """How much a leaning counts is the decision's to weigh; a stance without a quote it could not."""

    class Leaning:
        id = "leaning"

        def probabilities(self, pairs: Sequence[tuple[str, str]]) -> np.ndarray:
            return np.tile(np.array([0.3, 0.1, 0.6], dtype=np.float32), (len(pairs), 1))

    [found] = StanceModel(Leaning()).judge(CLAIM, [hit("The Orla dam holds 3 million litres.")])
    assert found.stance is Stance.SUPPORTS
    assert found.rationale
    assert found.p_neutral > found.p_supports


def test_another_temperature_is_another_model(tmp_path: Path) -> None:
    """Its probabilities are others, so nothing that was kept of the first may be taken for them."""
    shutil.copytree(SHIPPED_MODELS / "stance", tmp_path / "stance")
    description = json.loads((tmp_path / "stance" / "model.json").read_text(encoding="utf-8"))
    changed = {**description, "temperature": description["temperature"] + 0.5}
    (tmp_path / "stance" / "model.json").write_text(json.dumps(changed), encoding="utf-8")
    assert OnnxPairScorer(tmp_path / "stance").id != OnnxPairScorer().id
