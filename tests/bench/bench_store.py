"""How fast verdicts are stored and read: `pytest -m bench tests/bench/bench_store.py -s`."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.verifier.factories import make_article, make_claim, make_document, make_evidence, make_run, make_verdict
from verifier.store import Store, query_file
from verifier.types import Article, Label, Stance, Verdict

N_ARTICLES = 250
N_CLAIMS_PER_ARTICLE = 20
N_EVIDENCE = 5
MAX_SAVE_S = 5.0
MAX_QUERY_S = 0.5


def batch() -> tuple[list[Article], list[Verdict]]:
    """5,000 verdicts with 5 passages each, all of different documents of about 1,500 characters."""
    articles = [
        make_article(" ".join(f"Claim {i} of article {a} is so." for i in range(N_CLAIMS_PER_ARTICLE)))
        for a in range(N_ARTICLES)
    ]
    claims = [
        make_claim(article, f"Claim {i} of article {a} is so.")
        for a, article in enumerate(articles)
        for i in range(N_CLAIMS_PER_ARTICLE)
    ]
    filler = "Some context goes before it. " * 50
    verdicts = []
    for n, claim in enumerate(claims):
        documents = [make_document(f"{filler}Passage {n}-{i} says no.") for i in range(N_EVIDENCE)]
        evidence = [make_evidence(claim, Stance.REFUTES, document) for document in documents]
        verdicts.append(make_verdict(claim, Label.REFUTED, evidence))
    return articles, verdicts


@pytest.mark.bench
def test_saving_5000_verdicts_takes_under_5_s(tmp_path: Path) -> None:
    """On top of three earlier runs: 5,000 verdicts and 25,000 passages, the same again, the report, one line of SQL."""
    articles, verdicts = batch()
    path = tmp_path / "verdicts.duckdb"
    took = {}
    with Store.open(path) as store:
        for n in range(3):
            store.begin_run(make_run(f"earlier-{n}", started_at=datetime(2025, 1, 1 + n, tzinfo=UTC)))
            store.save(f"earlier-{n}", articles, [], [replace(v, evidence=v.evidence[:1]) for v in verdicts])
        store.begin_run(make_run())
        for name in ("save", "save again"):
            start = time.perf_counter()
            store.save("run-1", articles, [], verdicts)
            took[name] = time.perf_counter() - start
        start = time.perf_counter()
        assert len(store.report_rows().articles) == N_ARTICLES
        took["report_rows"] = time.perf_counter() - start
        start = time.perf_counter()
    took["close"] = time.perf_counter() - start
    start = time.perf_counter()
    result = query_file(path, "SELECT claim, quote, title, url FROM claim_evidence WHERE label = 'REFUTED' LIMIT 20")
    took["query_file"] = time.perf_counter() - start
    print({name: round(s, 2) for name, s in took.items()}, f"{path.stat().st_size / 1e6:.1f} MB")
    assert len(result.rows) == 20
    assert took["save"] < MAX_SAVE_S
    assert took["query_file"] < MAX_QUERY_S


@pytest.mark.bench
def test_opening_for_each_small_batch_stays_cheap(tmp_path: Path) -> None:
    """Ten batches, each with its own open and close, so that readers get between them."""
    path = tmp_path / "verdicts.duckdb"
    with Store.open(path) as store:
        store.begin_run(make_run())
    start = time.perf_counter()
    for n in range(10):
        article = make_article(f"Article {n} says so.")
        claim = make_claim(article)
        with Store.open(path) as store:
            store.save("run-1", [article], [], [make_verdict(claim)])
    per_batch_s = (time.perf_counter() - start) / 10
    print(f"{per_batch_s:.3f} s a batch, {path.stat().st_size / 1e6:.1f} MB")
    assert per_batch_s < MAX_QUERY_S
