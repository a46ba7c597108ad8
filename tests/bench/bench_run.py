"""Fifty articles against twenty thousand passages: `python -m pytest tests/bench/bench_run.py -s`.

Corpus and articles are Wikipedia's, from ../shared/data; the articles are none of the corpus' documents.
"""

from __future__ import annotations

import gzip
import itertools
import json
import resource
import time
from collections import Counter
from pathlib import Path

import pytest

from corpus.documents import split_passages
from corpus.index import PassageIndex
from corpus.sources import read_documents
from verifier.encode import load_encoder
from verifier.pipeline import open_verifier, read_articles
from verifier.settings import Settings

WIKIPEDIA = Path(__file__).parents[3] / "shared" / "data" / "wikipedia" / "corpus.jsonl.gz"
N_PASSAGES, N_ARTICLES, ARTICLE_CHARS = 20_000, 50, 2_500

pytestmark = [
    pytest.mark.bench,
    pytest.mark.shared_data,
    pytest.mark.timeout(3600),
    pytest.mark.skipif(not WIKIPEDIA.exists(), reason="the Wikipedia articles are not beside the project"),
]


def peak_mb() -> float:
    """Peak resident memory of this process in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def write_articles(path: Path, skip: int) -> None:
    """The heads of fifty articles as news, JSON Lines."""
    with gzip.open(WIKIPEDIA, "rt", encoding="utf-8") as lines, path.open("w", encoding="utf-8") as out:
        for row in map(json.loads, itertools.islice(lines, skip, skip + N_ARTICLES)):
            text = row["text"][:ARTICLE_CHARS].rsplit(".", 1)[0] + "."
            out.write(json.dumps({"_id": row["_id"], "title": row["title"], "text": text}) + "\n")


def test_fifty_articles_against_twenty_thousand_passages(tmp_path: Path) -> None:
    """Prints passages indexed a second, claims checked a second and peak memory; asserts only that it ran."""
    documents, n_passages = [], 0
    for document in read_documents([WIKIPEDIA]):
        if n_passages >= N_PASSAGES:
            break
        documents.append(document)  # type: ignore[arg-type]
        n_passages += len(split_passages(document))  # type: ignore[arg-type]
    started = time.monotonic()
    with PassageIndex.create_or_open(tmp_path / "index", load_encoder()) as index:
        index.add(documents)
    build_s = time.monotonic() - started
    print(f"\nindexed {n_passages:,} passages in {build_s:.0f} s: {n_passages / build_s:.1f} a second")
    write_articles(tmp_path / "articles.jsonl", skip=len(documents))
    articles, _ = read_articles([tmp_path / "articles.jsonl"])
    started = time.monotonic()
    with open_verifier(tmp_path / "index", Settings()) as (verifier, _):
        checked, failures = verifier.check_articles(articles)
    check_s = time.monotonic() - started
    labels = Counter(str(v.label) for c in checked for v in c.verdicts)
    n_claims = sum(labels.values())
    print(f"checked {n_claims} claims of {len(checked)} articles in {check_s:.0f} s: {n_claims / check_s:.2f} a second")
    print(f"labels {dict(labels)}; peak memory {peak_mb():.0f} MB")
    assert not failures
    assert n_claims > 0
