"""Measuring retrieval on data in BEIR's form: what the folder must hold, and what is ranked."""

import gzip
import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.corpus.conftest import FakeEncoder
from verifier.evaluation.files import BadValueError, EmptyFileError, EvaluationDataError, MissingFileError
from verifier.evaluation.metrics import Result
from verifier.evaluation.retrieval import (
    evaluate_retrieval,
    evaluation_index,
    rank_documents,
    read_documents,
    read_qrels,
    read_queries,
)
from verifier.pipeline import claim_from_text
from verifier.retrieve import Query, Retriever, RetrieverConfig

CORPUS = [
    {"_id": "tea", "title": "Tea", "text": "Tea is hot."},
    {"_id": "milk", "title": "", "text": "Milk is white."},
    {"_id": "q1", "title": "Copy", "text": "Is tea hot?"},
    {"_id": "untold", "title": "Cold coffee", "text": ""},
]
QUERIES = [{"_id": "q1", "text": "Is tea hot?"}, {"_id": 2, "text": "White milk"}, {"_id": "unjudged", "text": "Ice"}]
QRELS = "query-id\tcorpus-id\tscore\nq1\ttea\t2\nq1\tmilk\t0\n2\tmilk\t1\n"
TINY = RetrieverConfig(k=1, depth=2)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "corpus.jsonl").write_text("\n".join(map(json.dumps, CORPUS)), encoding="utf-8")
    (tmp_path / "queries.jsonl").write_text("\n".join(map(json.dumps, QUERIES)), encoding="utf-8")
    (tmp_path / "qrels").mkdir()
    (tmp_path / "qrels" / "test.tsv").write_text(QRELS, encoding="utf-8")
    return tmp_path


def measured(folder: Path) -> Result:
    with evaluation_index(read_documents(folder), FakeEncoder()) as index:
        return evaluate_retrieval(read_queries(folder), index, FakeEncoder(), TINY)


def test_folder_is_read_as_beir_writes_it(folder: Path) -> None:
    """Ids are texts, whatever they were; queries that nobody judged are left out; a title stands in for a text."""
    documents, queries = read_documents(folder), read_queries(folder)
    assert {d.origin: d.text for d in documents}["untold"] == "Cold coffee"
    assert [(q.id, dict(q.relevance)) for q in queries] == [("q1", {"tea": 2.0, "milk": 0.0}), ("2", {"milk": 1.0})]


def test_packed_corpus_is_read(folder: Path) -> None:
    """As BEIR keeps large ones."""
    plain = folder / "corpus.jsonl"
    (folder / "corpus.jsonl.gz").write_bytes(gzip.compress(plain.read_bytes()))
    plain.unlink()
    assert len(read_documents(folder)) == 4


def test_qrels_may_lie_elsewhere(folder: Path, tmp_path: Path) -> None:
    """In qrels.tsv beside the corpus, or in a file that is named."""
    (folder / "qrels" / "test.tsv").rename(folder / "qrels.tsv")
    assert len(read_queries(folder)) == 2
    other = tmp_path / "other.tsv"
    other.write_text("query-id\tcorpus-id\tscore\nunjudged\ttea\t1\n", encoding="utf-8")
    assert [q.id for q in read_queries(folder, other)] == ["unjudged"]


@pytest.mark.parametrize(
    ("text", "error", "told"),
    [
        ("", EvaluationDataError, "query-id"),
        ("a\tb\tc\nq1\ttea\t1\n", EvaluationDataError, "no query-id, corpus-id, score"),
        ("query-id\tcorpus-id\tscore\nq1\ttea\tyes\n", BadValueError, "line 2: .*'yes'"),
        ("query-id\tcorpus-id\tscore\nq1\ttea\tinf\n", BadValueError, "line 2: .*'inf'"),
        ("query-id\tcorpus-id\tscore\nq1\ttea\n", BadValueError, "line 2"),
        ("query-id\tcorpus-id\tscore\nq1\ttea\t0\n", EmptyFileError, "found none"),
    ],
)
def test_unusable_relevance_is_refused(tmp_path: Path, text: str, error: type[Exception], told: str) -> None:
    """With the column or line that is wrong."""
    path = tmp_path / "qrels.tsv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(error, match=told):
        read_qrels(path)


@pytest.mark.parametrize("name", ["corpus.jsonl", "queries.jsonl", "qrels/test.tsv"])
def test_missing_file_is_named(folder: Path, name: str) -> None:
    """With where it was looked for."""
    (folder / name).unlink()
    with pytest.raises(MissingFileError, match=name):
        measured(folder)


@pytest.mark.parametrize(
    ("name", "row", "told"),
    [
        ("corpus.jsonl", {"_id": "tea", "text": "Again."}, "line 5: .*'tea' again"),
        ("corpus.jsonl", {"_id": "x"}, "line 5: .*no text"),
        ("corpus.jsonl", {"_id": "x", "text": 4}, "line 5: .*as text"),
        ("queries.jsonl", {"text": "a"}, "line 4: .*no _id"),
        ("queries.jsonl", {"_id": "2", "text": ""}, "line 4: .*as text"),
    ],
)
def test_unusable_row_is_refused_by_its_line(folder: Path, name: str, row: Mapping[str, object], told: str) -> None:
    """With what is wrong."""
    with (folder / name).open("a", encoding="utf-8") as file:
        file.write("\n" + json.dumps(row))
    with pytest.raises(EvaluationDataError, match=told):
        measured(folder)


def test_judged_query_must_be_there(folder: Path) -> None:
    """Queries and relevance of two sets are told apart."""
    with (folder / "qrels" / "test.tsv").open("a", encoding="utf-8") as file:
        file.write("q9\ttea\t1\n")
    with pytest.raises(EvaluationDataError, match="found no 'q9'"):
        read_queries(folder)


def test_figures_over_two_queries(folder: Path) -> None:
    """Both find their document first, a query's own copy apart; figures have intervals, speed and counts are facts."""
    result = measured(folder)
    assert result.figures == {"ndcg_at_10": 1.0, "recall_at_10": 1.0, "recall_at_100": 1.0, "mrr_at_10": 1.0}
    assert set(result.ci95) == set(result.figures)
    assert (result.n, result.facts["n_documents"], result.facts["encoder"]) == (2, 4, "fake@f00d")
    assert result.facts["queries_per_s"] > 0


def test_long_query_finds_nothing_and_counts(folder: Path) -> None:
    """It is told of by its line."""
    rows = [QUERIES[0], {"_id": "2", "text": "white milk " * 60}]
    (folder / "queries.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    result = measured(folder)
    assert result.figures["recall_at_100"] == 0.5
    assert (result.facts["n_too_long"], result.facts["too_long_lines"]) == (1, "2")


def test_ranking_goes_on_below_what_the_pipeline_looks_at(folder: Path) -> None:
    """First its own hits in their order, then every other document; each once."""
    encoder, queries = FakeEncoder(), [Query(claim_from_text("Is tea hot?")), Query(claim_from_text("White milk"))]
    with evaluation_index(read_documents(folder), encoder) as index:
        hits = Retriever(index, encoder, TINY).retrieve(queries)
        both = Retriever(index, encoder, RetrieverConfig(k=2, depth=2)).retrieve(queries)
        backwards = [found[::-1] for found in both]
        rankings = rank_documents(index, encoder, TINY, queries, hits)
        turned = rank_documents(index, encoder, TINY, queries, backwards)
    assert [ranking[0] for ranking in rankings] == [found[0].document.origin for found in hits]
    assert [ranking[:2] for ranking in turned] == [[hit.document.origin for hit in found] for found in backwards]
    assert all(sorted(ranking) == ["milk", "q1", "tea", "untold"] for ranking in rankings)
