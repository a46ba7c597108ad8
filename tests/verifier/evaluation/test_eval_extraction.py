"""Measuring extraction: which claims count as covered and right, and which stand-alone forms as right."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.verifier.factories import make_claim
from verifier.evaluation.extraction import HumanReading, added_names, evaluate_extraction, read_human_readings
from verifier.evaluation.files import BadLabelError, EmptyFileError, EvaluationDataError, MissingColumnsError
from verifier.types import Article, Claim, ClaimStatus, Span

TEXT = "Ada Brook is mayor. She was born in 1970 and studied law."
BORN_AND_STUDIED = TEXT.split(". ")[1]


def _words(text: str) -> set[str]:
    return set(text.replace(".", "").split())


class WordScorer:
    """A text supports another when it holds all of its words but "and"."""

    id = "words"

    def probabilities(self, pairs: Sequence[tuple[str, str]]) -> np.ndarray:
        entailed = [_words(b) - {"and"} <= _words(a) for a, b in pairs]
        return np.array([[0.8, 0.1, 0.1] if e else [0.3, 0.1, 0.6] for e in entailed], np.float32).reshape(-1, 3)


class FixedExtractor:
    """Gives for an article the claims (sentence, text, changes) that it was made with."""

    def __init__(self, *claims: tuple[str, str, dict[str, object]]):
        self.claims = claims
        self.n_read = 0

    def extract(self, article: Article) -> list[Claim]:
        self.n_read += 1
        made = [
            make_claim(article, sentence, text=text, **changes)
            for sentence, text, changes in self.claims
            if sentence in article.text
        ]
        return [claim if claim.parts else replace(claim, parts=(Span(claim.start, claim.end),)) for claim in made]

    def stand_alone(self, article: Article) -> list[Claim]:
        self.n_read -= 1
        return list({claim.start: claim for claim in reversed(self.extract(article))}.values())


def reading(*claims: str, sentence: str = BORN_AND_STUDIED, stand_alone: str = "", **changes: object) -> HumanReading:
    return HumanReading(TEXT, sentence, stand_alone or sentence, bool(claims), claims, **changes)  # type: ignore[arg-type]


def measured(row: HumanReading, *claims: tuple[str, str, dict[str, object]]) -> dict[str, float]:
    return dict(evaluate_extraction([row], FixedExtractor(*claims), WordScorer()).figures)


def test_another_cut_of_the_same_facts_is_right_jointly_and_wrong_pairwise() -> None:
    """One claim against two that say the same: everything is covered and right, but no pair says the same."""
    row = reading("Ada Brook was born in 1970.", "Ada Brook studied law.")
    whole = "Ada Brook was born in 1970 and studied law."
    figures = measured(row, (BORN_AND_STUDIED, whole, {}))
    assert figures["element_recall"] == figures["element_precision"] == 1.0
    assert figures["element_recall_pairwise"] == figures["element_precision_pairwise"] == 0.0


def test_only_what_is_checked_counts_as_extracted() -> None:
    """What is not checked or unclear is no claim here."""
    row = reading("Ada Brook studied law.")
    claims = [
        (BORN_AND_STUDIED, "Ada Brook studied law.", {"status": ClaimStatus.AMBIGUOUS}),
        (BORN_AND_STUDIED, "Ada Brook studied law .", {"status": ClaimStatus.NOT_CHECKABLE}),
    ]
    result = evaluate_extraction([row], FixedExtractor(*claims), WordScorer())
    assert result.facts["n_extracted"] == 0
    assert result.figures["element_recall"] == 0.0


def test_fact_may_be_covered_by_a_claim_of_another_sentence() -> None:
    """A human claim is looked for in all that was extracted from its text; what people did not read is not judged."""
    figures = measured(reading("Ada Brook is mayor."), ("Ada Brook is mayor.", "Ada Brook is mayor.", {}))
    assert figures["element_recall"] == 1.0
    assert figures["element_precision"] == 0.0  # of nothing


def test_what_is_taken_from_a_sentence_without_claims_is_wrong() -> None:
    """A sentence that people found not worth a check lowers precision and leaves recall alone."""
    figures = measured(reading(), (BORN_AND_STUDIED, "She studied law.", {}))
    assert figures["element_precision"] == 0.0


def test_each_text_is_read_once_and_a_reworded_sentence_is_found_by_its_words() -> None:
    """Rows of one response share its reading; half a sentence with the name put in is the sentence that it is of."""
    extractor = FixedExtractor((BORN_AND_STUDIED, "Ada Brook studied law.", {}))
    apart = reading("Ada Brook studied law.", sentence="She studied law in 1970.")
    result = evaluate_extraction([apart, reading("x")], extractor, WordScorer())
    assert extractor.n_read == 1
    assert result.figures["element_recall"] == pytest.approx(1 / 2)
    assert result.facts["n_extracted"] == 1


@pytest.mark.parametrize(
    ("ours", "changes", "is_right"),
    [
        ("Ada Brook was born in 1970 and studied law.", {}, True),
        ("She was born in 1970 and studied law.", {}, False),  # a pronoun that the human form replaced
        ("Ada was born in 1970 and studied law.", {}, False),  # a name that it added is missing
        ("Ada Brook was born in 1970 and studied law.", {"status": ClaimStatus.AMBIGUOUS}, False),
        ("Ada Brook was born in 1970.", {}, False),  # says less
    ],
)
def test_stand_alone_form_needs_meaning_names_and_no_pronoun(
    ours: str, changes: dict[str, object], is_right: bool
) -> None:
    """The scorer takes everything of the sentence for the same; names and pronouns are looked at by themselves."""

    class Lenient(WordScorer):
        def probabilities(self, pairs: Sequence[tuple[str, str]]) -> np.ndarray:
            return np.array([[float("studied" in a), 0, 0] for a, _ in pairs], np.float32).reshape(-1, 3)

    row = reading("Ada Brook studied law.", stand_alone="Ada Brook was born in 1970 and studied law.")
    result = evaluate_extraction([row], FixedExtractor((BORN_AND_STUDIED, ours, changes)), Lenient())
    assert result.figures["decontextualisation_accuracy"] == float(is_right)
    assert result.figures["decontextualisation_accuracy_changed"] == float(is_right)


def test_unchanged_sentences_stay_out_of_the_changed_share() -> None:
    """A sentence that stands alone as it is counts once, not among those that people changed."""
    figures = measured(reading("x"), (BORN_AND_STUDIED, BORN_AND_STUDIED, {}))
    assert figures["decontextualisation_accuracy"] == 1.0
    assert figures["decontextualisation_accuracy_changed"] == 0.0


@pytest.mark.parametrize(
    ("text", "sentence", "stand_alone", "added"),
    [
        ("In 1986, Argentina won.", "They won.", "Argentina won.", {"Argentina"}),
        ("It is fast. A falcon.", "It is fast.", "The falcon is fast.", set()),
        ("A falcon.", "It dives.", "It dives at 240 mph in U.S. skies.", {"240", "U.S"}),
        ("A falcon.", "His team won.", "Smith's team won.", set()),
        ("Here Ann Smith plays.", "His team won.", "Ann Smith's team won.", {"Ann", "Smith"}),
    ],
)
def test_added_names_are_capitalised_words_and_numbers(
    text: str, sentence: str, stand_alone: str, added: set[str]
) -> None:
    """The first word is capitalised anyhow: it is a name only if the text writes it so inside a sentence."""
    assert added_names(HumanReading(text, sentence, stand_alone, True, ())) == added


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("", EmptyFileError),
        ("{", EvaluationDataError),
        ("[1]", EvaluationDataError),
        ('{"response": "a"}', MissingColumnsError),
        (
            json.dumps(
                {"response": "a", "sentence": "a", "decontextualised": "a", "checkworthy": "yes", "claims": "a"}
            ),
            BadLabelError,
        ),
    ],
)
def test_unusable_rows_are_refused(tmp_path: Path, line: str, error: type[Exception]) -> None:
    """Each with an exception of its own that names the file."""
    path = tmp_path / "rows.jsonl"
    path.write_text(line, encoding="utf-8")
    with pytest.raises(error, match=r"rows\.jsonl"):
        read_human_readings(path)


def test_rows_that_are_not_worth_a_check_have_no_claims(tmp_path: Path) -> None:
    """Whatever stands in their list; a line separator inside a text does not end the row."""
    row = {"response": "a\u2028b", "sentence": "a", "decontextualised": "a", "checkworthy": "other", "claims": ["a"]}
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps(row, ensure_ascii=False) + "\n", encoding="utf-8")
    assert read_human_readings(path) == [HumanReading("a\u2028b", "a", "a", False, ())]
