"""Measuring statement boundaries against marked propositions."""

import json
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verifier.factories import make_claim
from verifier.evaluation.files import EmptyFileError, EvaluationDataError, MissingFileError
from verifier.evaluation.propositions import evaluate_propositions, n_matches, read_marked_documents
from verifier.types import Article, Claim, Span

PROPOSITIONS = st.lists(st.frozensets(st.integers(0, 6), min_size=1), max_size=4, unique=True)
SENTENCES = ("Ada wrote.", "Ada ran, Bo sang.")


class PartsExtractor:
    """One claim for each given list of substrings, laid on those substrings."""

    def __init__(self, *claims: list[str]):
        self.claims = claims

    def extract(self, article: Article) -> list[Claim]:
        places = [tuple((article.text.index(words), len(words)) for words in parts) for parts in self.claims]
        return [make_claim(article, parts=tuple(Span(start, start + n) for start, n in found)) for found in places]


def tokens(sentence: str) -> list[dict[str, Any]]:
    spaced = sentence.replace(".", " .").replace(",", " ,")
    made, position = [], 0
    for word in spaced.split():
        position = sentence.index(word, position)
        made.append({"text": word, "character_offset_of_token_in_sentence": position})
        position += len(word)
    return made


def write_folder(folder: Path, *raters: list[list[int]], **answer: Any) -> Path:
    """Two sentences; the raters' propositions are those of the second."""
    sentences = [{"sentence_text": s, "tokens": tokens(s)} for s in SENTENCES]
    clusters = [{"cluster_id": "c", "documents": [{"document_id": "d", "sentences": sentences}]}]
    flags = {"non_informational": False, "rater_did_not_understand_sentence": False, **answer}
    answers = [{**flags, "propositions": [{"token_indices": t} for t in propositions]} for propositions in raters]
    key = {"cluster_id": "c", "document_id": "d", "sentence_index": 1}
    rows = [{"sentence_id": key, "segmentation_responses": answers}]
    (folder / "document_clusters.dev.json").write_text(json.dumps(clusters))
    (folder / "propositions.dev.json").write_text(json.dumps(rows))
    return folder


def test_words_are_compared_without_punctuation(tmp_path: Path) -> None:
    """Full stops and commas that a rater marked, or that our parts take in, change nothing."""
    folder = write_folder(tmp_path, [[0, 1, 2], [3, 4, 5]])
    found = evaluate_propositions(read_marked_documents(folder), PartsExtractor(["Ada ran"], ["Bo sang."]))
    assert found.figures["f1"] == found.figures["f1_exact"] == 1.0
    assert found.n == 1


def test_figures_are_averaged_over_raters(tmp_path: Path) -> None:
    """One rater marks both clauses, the other the whole: our two match 2 of 2 and 0 of 1."""
    folder = write_folder(tmp_path, [[0, 1], [3, 4]], [[0, 1, 3, 4]])
    found = evaluate_propositions(read_marked_documents(folder), PartsExtractor(["Ada ran"], ["Bo sang"]))
    assert found.figures["precision"] == pytest.approx(1 / 2)
    assert found.figures["recall"] == pytest.approx(2 / 3)
    assert found.figures["f1_between_raters"] == 0.0


def test_lower_threshold_lets_similar_sets_match(tmp_path: Path) -> None:
    """Three of four words are enough at 0.75 and too few at 0.8, and never exact."""
    documents = read_marked_documents(write_folder(tmp_path, [[0, 1, 3, 4]]))
    extractor = PartsExtractor(["Ada ran, Bo"])
    at_75, at_80 = (evaluate_propositions(documents, extractor, jaccard=j).figures for j in (0.75, 0.8))
    assert (at_75["f1"], at_80["f1"], at_75["f1_exact"]) == (1.0, 0.0, 0.0)


@given(PROPOSITIONS, PROPOSITIONS, st.sampled_from([0.3, 0.5, 0.8, 1.0]))
def test_no_one_to_one_pairing_has_more_matches(ours: list, theirs: list, jaccard: float) -> None:
    """The matching is the best of all orders in which ours could be laid beside theirs."""
    short, long = sorted((ours, theirs), key=len)
    best = max(
        sum(len(a & b) >= jaccard * len(a | b) for a, b in zip(short, order, strict=False))
        for order in permutations(long)
    )
    assert n_matches(ours, theirs, jaccard) == best


@pytest.mark.parametrize("flag", ["non_informational", "rater_did_not_understand_sentence"])
def test_sentences_without_a_usable_answer_are_left_out(tmp_path: Path, flag: str) -> None:
    """A folder in which nobody marked anything cannot be measured on."""
    with pytest.raises(EmptyFileError):
        read_marked_documents(write_folder(tmp_path, [[0]], **{flag: True}))


def test_unusable_folder_is_refused(tmp_path: Path) -> None:
    """A missing file and one of another form are told apart."""
    with pytest.raises(MissingFileError, match="document_clusters"):
        read_marked_documents(tmp_path)
    write_folder(tmp_path, [[0]])
    (tmp_path / "propositions.dev.json").write_text('[{"sentence": 1}]')
    with pytest.raises(EvaluationDataError, match="sentence_id"):
        read_marked_documents(tmp_path)
