"""Checking known claims again gives the verdicts that verifying their articles again would give."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from corpus.documents import Document
from corpus.index import PassageIndex
from corpus.sources import read_documents
from tests.verifier.factories import make_run
from verifier.claims import shipped_extractor
from verifier.encode import load_encoder
from verifier.memory import Memory
from verifier.pipeline import Desk, open_verifier, read_articles
from verifier.reverify import Rechecker
from verifier.settings import Settings
from verifier.store import Store
from verifier.types import Run

pytestmark = pytest.mark.models
SAMPLE = Path(__file__).parents[2] / "corpus" / "sample"
ROUNDS = 4
Row = tuple[str, str, float, list[str]]


@pytest.fixture(scope="module")
def documents() -> list[Document]:
    return [d for d in read_documents([SAMPLE / "documents.jsonl"]) if isinstance(d, Document)]


def verdict_rows(store: Store) -> list[Row]:
    """Each claim's latest label, confidence and passages."""
    sql = """
        SELECT claim_id, l.label, l.confidence, list(passage_id ORDER BY passage_id)
        FROM latest_verdicts AS l JOIN evidence USING (run_id, claim_id) GROUP BY ALL ORDER BY claim_id"""
    return store.query(sql).rows  # type: ignore[return-value]


def changed(folder: Path, documents: Sequence[Document], rng: random.Random) -> None:
    """Some documents go, some come back, one has another text."""
    with PassageIndex.open(folder, load_encoder()) as index:
        held = index.documents_at([d.origin for d in documents])
        going = rng.sample(sorted(held.values()), 4)
        index.remove(going)
        back = [d for d in documents if d.origin not in held]
        index.add(rng.sample(back, min(3, len(back))))


def verify_all(folder: Path, store: Store, run: Run, memory: Memory | None) -> None:
    """Every article, from its text."""
    articles, _ = read_articles([SAMPLE / "articles"])
    with open_verifier(folder, Settings(), shipped_extractor(), desk=Desk(memory)) as (verifier, _):
        checked, failures = verifier.check_articles(articles)
        store.begin_run(run)
        claims = [c for item in checked for c in item.claims]
        verdicts = [v for item in checked for v in item.verdicts]
        store.save(run.id, articles, claims, verdicts, verifier.documents_at)
    assert not failures


def test_reverify_gives_the_verdicts_of_verifying_all_again(tmp_path: Path, documents: list[Document]) -> None:
    """Documents go and come back at random; labels and passages are equal, and confidence to where it is rounded."""
    rng, folder, memory = random.Random(7), tmp_path / "corpus", Memory(tmp_path / "memory")
    with PassageIndex.create_or_open(folder, load_encoder()) as index:
        index.add(documents)
    n_judged = n_flipped = 0
    with Store.open(tmp_path / "v.duckdb") as store:
        verify_all(folder, store, make_run("first"), memory)
        known = store.known_claim_ids()
        for n in range(ROUNDS):
            changed(folder, documents, rng)
            with open_verifier(folder, Settings(), desk=Desk(memory)) as (verifier, basis):
                run = make_run(f"again-{n}", started_at=datetime.now(UTC), corpus_version=basis.corpus_version)
                rechecker = Rechecker(verifier)
                done = rechecker.recheck(store.known_claims(known))
                store.begin_run(run)
                for item in done.changed:
                    store.save(run.id, [item.article], [], item.verdicts, verifier.documents_at)
            n_judged += rechecker.n_judged
            changes = store.changes(run.id)
            n_flipped += sum(c.label is not c.old_label for c in changes)
            assert all(c.causes for c in changes), "a verdict differs and nobody can say why"
            with Store.open(":memory:") as fresh:
                verify_all(folder, fresh, make_run("all"), None)
                expected, found = verdict_rows(fresh), verdict_rows(store)
            assert [(r[0], r[1], r[3]) for r in found] == [(r[0], r[1], r[3]) for r in expected]
            assert all(abs(a[2] - b[2]) < 0.005 for a, b in zip(found, expected, strict=True))
    assert 0 < n_judged < ROUNDS * len(known)
    assert n_flipped > 0
