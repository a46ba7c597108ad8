"""How high the retriever ranks the documents that people found relevant, on data in BEIR's form."""

from __future__ import annotations

import csv
import io
import math
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from corpus.documents import Document, make_document
from corpus.index import Encoder, PassageIndex
from verifier.evaluation.files import (
    BadValueError,
    EmptyFileError,
    EvaluationDataError,
    MissingFileError,
    batches,
    claim_in,
    json_rows,
    optional_text,
    read_text,
    refusals,
    require,
)
from verifier.evaluation.metrics import RANKED, Result, bootstrap, ranking_figures, ratio
from verifier.retrieve import Query, Retriever, RetrieverConfig
from verifier.types import Claim, Hit

QRELS_COLUMNS = ("query-id", "corpus-id", "score")
QRELS_FILES = ("qrels/test.tsv", "qrels.tsv")
BATCH_QUERIES = 16  # retrieved for at once: their deep rankings are held in memory
READ_ON = datetime(2000, 1, 1, tzinfo=UTC)  # a fixed day of intake, so that documents are the same in every run


@dataclass(frozen=True, slots=True)
class JudgedQuery:
    """A query with the documents that people judged for it."""

    id: str
    line: int  # in its file, from 1
    claim: Claim | None  # None where it is longer than the pipeline checks
    relevance: Mapping[str, float]  # by document id; relevant where over 0


def read_documents(folder: Path) -> list[Document]:
    """The rows of `corpus.jsonl` or `corpus.jsonl.gz`: `_id`, `text`, maybe `title`; the id becomes the origin.

    A row without text is found by its title.

    :raises EvaluationDataError: the file is missing, or a row is no such row, or an id stands twice.
    """
    path = _first_file(folder, ("corpus.jsonl", "corpus.jsonl.gz"))
    documents: dict[str, Document] = {}
    for number, row in json_rows(path, ("_id", "text")):
        where = f"{path}, line {number}"
        key, title = str(row["_id"]), optional_text(row, "title", where)
        if key in documents:
            raise BadValueError(f"{where}: expected each _id once, found {key!r} again; remove one of them")
        text = optional_text(row, "text", where) or title
        documents[key] = make_document(key, title, text, None, None, None, READ_ON)
    return list(documents.values())


def read_queries(folder: Path, qrels: Path | None = None) -> list[JudgedQuery]:
    """The queries of `queries.jsonl` (`_id`, `text`) for which the relevance file names a relevant document.

    :param qrels: tab-separated with the columns query-id, corpus-id, score; `qrels/test.tsv` or `qrels.tsv` of the
        folder where left out.
    :raises EvaluationDataError: a file is missing or not of this form, or no query is left.
    """
    path = _first_file(folder, ("queries.jsonl", "queries.jsonl.gz"))
    judged = read_qrels(qrels or _first_file(folder, QRELS_FILES))
    rows = {str(row["_id"]): (number, row) for number, row in json_rows(path, ("_id", "text"))}
    if unknown := [key for key in judged if key not in rows]:
        raise EvaluationDataError(
            f"{path}: expected every query that was judged, found no {unknown[0]!r}; give queries and qrels of one set"
        )
    return [
        JudgedQuery(key, rows[key][0], claim_in(rows[key][1], "text", f"{path}, line {rows[key][0]}"), relevance)
        for key, relevance in judged.items()
        if any(value > 0 for value in relevance.values())
    ]


def read_qrels(path: Path) -> dict[str, dict[str, float]]:
    """By query id the relevance of each judged document.

    :raises EvaluationDataError: a column is missing, a score is no number, or nothing is relevant.
    """
    rows = csv.DictReader(io.StringIO(read_text(path), newline=""), delimiter="\t", quoting=csv.QUOTE_NONE)
    require(dict.fromkeys(rows.fieldnames or ()), QRELS_COLUMNS, f"{path} (tab-separated)")
    judged: dict[str, dict[str, float]] = defaultdict(dict)
    for row in rows:
        try:
            score = float(row["score"])
            if not math.isfinite(score):
                raise ValueError(row["score"])
            judged[row["query-id"]][row["corpus-id"]] = score
        except (TypeError, ValueError) as error:
            raise BadValueError(
                f"{path}, line {rows.line_num}: expected a number as score, found {row['score']!r}; correct the row"
            ) from error
    if not any(value > 0 for relevance in judged.values() for value in relevance.values()):
        raise EmptyFileError(f"{path}: expected relevant documents, found none; give a file with scores over 0")
    return dict(judged)


def _first_file(folder: Path, names: Sequence[str]) -> Path:
    for name in names:
        if (folder / name).is_file():
            return folder / name
    raise MissingFileError(f"{folder}: expected {' or '.join(names)}, found none; give a folder in BEIR's form")


@contextmanager
def evaluation_index(
    documents: Sequence[Document],
    encoder: Encoder,
    folder: Path | None = None,
    advance: Callable[[int, int], None] | None = None,
) -> Iterator[PassageIndex]:
    """An index over these documents and no others, in a temporary folder or kept in `folder`.

    :param advance: called with the number of documents done, and of all.
    :raises EvaluationDataError: the folder holds other documents; they are left as they are.
    :raises CorpusError: it cannot be opened or written.
    """
    with TemporaryDirectory(prefix="evaluation-") as temporary:
        kept = folder or Path(temporary) / "index"
        with PassageIndex.create_or_open(kept, encoder) as index:
            if index.n_documents not in (0, len(documents)):
                raise EvaluationDataError(
                    f"{kept}: expected an index of these {len(documents)} documents or an empty folder, found one of "
                    f"{index.n_documents}; name another folder"
                )
            index.add(documents, (lambda done: advance(done, len(documents))) if advance else None)
            yield index


def rank_documents(
    index: PassageIndex, encoder: Encoder, config: RetrieverConfig, queries: Sequence[Query], hits: Sequence[list[Hit]]
) -> list[list[str]]:
    """The origins of documents for each query, best first, each at the rank of its best passage.

    What the pipeline would look at comes first and in its order; to know recall@100, the rest is looked for deeper,
    until 100 documents are found or every passage was looked at.

    :param hits: what the retriever brings for each query.
    """
    rankings = [dict.fromkeys(hit.document.origin for hit in found) for found in hits]
    depth, short = config.depth, list(range(len(queries)))
    while short:
        deep = Retriever(index, encoder, replace(config, k=depth, depth=depth, margin=math.inf))
        for i, found in zip(short, deep.retrieve([queries[i] for i in short]), strict=True):
            rankings[i].update(dict.fromkeys(hit.document.origin for hit in found))
        if depth >= index.n_passages:
            break
        depth *= 4
        short = [i for i in short if len(rankings[i]) < RANKED]
    return [list(ranking)[:RANKED] for ranking in rankings]


def evaluate_retrieval(
    queries: Sequence[JudgedQuery],
    index: PassageIndex,
    encoder: Encoder,
    config: RetrieverConfig,
    advance: Callable[[int, int], None] | None = None,
) -> Result:
    """nDCG@10, recall@10, recall@100 and MRR@10 over the queries, and how many are answered a second.

    A document with the query's own id is passed over, as BEIR does. A query that is too long to be checked finds
    nothing, and counts.

    :param queries: at least one, each with a relevant document.
    :param advance: called with the number of queries done, and of all.
    """
    rankings: list[list[str]] = [[] for _ in queries]
    asked = [i for i, query in enumerate(queries) if query.claim]
    retriever, seconds = Retriever(index, encoder, config), 0.0
    for batch in batches(asked, BATCH_QUERIES, advance):
        given = [Query(claim) for i in batch if (claim := queries[i].claim)]
        started = time.perf_counter()
        hits = retriever.retrieve(given)
        seconds += time.perf_counter() - started
        for i, ranking in zip(batch, rank_documents(index, encoder, config, given, hits), strict=True):
            rankings[i] = [key for key in ranking if key != queries[i].id]
    figures = [ranking_figures(ranking, query.relevance) for ranking, query in zip(rankings, queries, strict=True)]
    facts: dict[str, str | int | float] = {
        "queries_per_s": ratio(len(asked), seconds),
        "encoder": f"{encoder.name}@{encoder.fingerprint}",
        "n_documents": index.n_documents,
        **refusals([query.line for query in queries if not query.claim]),
    }
    table = np.array([list(row.values()) for row in figures])
    return bootstrap(
        len(queries),
        lambda rows: dict(zip(figures[0], table[rows].mean(axis=0).tolist(), strict=True)),
        facts,
    )
