"""What checking known claims again costs beside verifying their articles again.

`python -m tests.bench.bench_reverify` for 10,000 claims over 10,000 passages; `--claims 500` sooner and rougher. It
verifies articles, adds 100 passages to the corpus, checks the claims again, and verifies all again twice: by a program
that remembers nothing, and by one that remembers what it read. The three must agree on every label and passage.
"""

from __future__ import annotations

import argparse
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from corpus.documents import Document, split_passages
from corpus.index import PassageIndex
from tests.bench.setting import N_HELD_OUT, Setting, Sizes, _documents, held_out_rows, wikipedia_corpus
from tests.verifier.factories import make_run
from verifier.claims import shipped_extractor
from verifier.encode import load_encoder
from verifier.memory import Memory
from verifier.pipeline import CheckedArticle, Desk, Verifier, open_verifier
from verifier.reverify import Rechecker
from verifier.settings import Settings
from verifier.store import Store
from verifier.types import Article, ClaimStatus, Verdict

N_NEW_PASSAGES = 100
CLAIMS_AT_ONCE = 500


def main() -> None:
    """Measure once, and print what was found."""
    chosen = _arguments()
    setting = Setting(Sizes(), chosen.out)
    corpus = setting.scratch("reverify-corpus")
    shutil.copytree(wikipedia_corpus(setting, chosen.passages), corpus)
    work = setting.scratch("reverify")
    work.mkdir(parents=True)
    articles = _articles(chosen.claims)
    memory = Memory(work / "memory")
    with Store.open(work / "verdicts.duckdb") as store:
        before, first_s = _verified(corpus, articles, memory, store, "first")
        added = _add(corpus, chosen.passages)
        found, again_s, n_judged, n_changed = _rechecked(corpus, memory, store)
    whole, whole_s = _verified(corpus, articles, None, None, "all")
    known, known_s = _verified(corpus, articles, memory, None, "all, remembering")
    n_claims = len(before)
    print(f"{len(articles)} articles, {n_claims} claims; {added} passages added to {chosen.passages}")
    print(f"verified {first_s:.1f} s; checked again {again_s:.1f} s; verified all again {whole_s:.1f} s, and")
    print(f"{known_s:.1f} s by a program that remembers what it read")
    print(f"checked again / verified all again: {again_s / whole_s:.1%}, remembering: {again_s / known_s:.1%}")
    print(f"{n_judged} claims with other passages, {n_changed} verdicts differ")
    latest = before | found
    for name, expected in (("all again", whole), ("all again, remembering", known)):
        same = sum(_as_row(latest[key]) == _as_row(expected[key]) for key in expected)
        print(f"the same label and passages as {name}: {same} of {len(expected)}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--claims", type=int, default=10_000)
    parser.add_argument("--passages", type=int, default=10_000)
    parser.add_argument("--out", type=Path, default=Path(os.environ.get("BENCH_OUT", "build/bench")))
    return parser.parse_args()


def _articles(n_claims: int) -> list[Article]:
    """Held-out articles of Wikipedia, as many as hold so many checkable claims."""
    extractor, articles, n_found = shipped_extractor(), list[Article](), 0
    for row in held_out_rows():
        if n_found >= n_claims:
            break
        articles.append(Article(row["_id"], row["title"], None, row["_id"], None, row["text"]))
        n_found += sum(claim.status is ClaimStatus.CHECKABLE for claim in extractor.extract(articles[-1]))
    return articles


def _add(corpus: Path, n_passages: int) -> int:
    """Documents that come after those of the corpus, as many as fill the wanted number of passages."""
    wanted, n_new = list[Document](), 0
    documents = _documents()
    with PassageIndex.open(corpus, load_encoder()) as index:
        for document in islice(documents, index.n_documents, len(documents) - N_HELD_OUT):
            if n_new >= N_NEW_PASSAGES:
                break
            wanted.append(document)
            n_new += len(split_passages(document))
        index.add(wanted)
    return n_new


def _verified(
    corpus: Path, articles: list[Article], memory: Memory | None, store: Store | None, run_id: str
) -> tuple[dict[str, Verdict], float]:
    """Verdicts by claim, and how long it took from opening the models to the last of them stored, if they are."""
    started = time.perf_counter()
    found: dict[str, Verdict] = {}
    with _opened(corpus, memory) as (verifier, version):
        if store:
            store.begin_run(make_run(run_id, started_at=datetime.now(UTC), corpus_version=version))
        for checked, failures in verifier.check_batches([articles[n : n + 4] for n in range(0, len(articles), 4)]):
            assert not failures, failures
            found |= {verdict.claim.id: verdict for item in checked for verdict in item.verdicts}
            if store:
                _save(store, run_id, checked, verifier)
    return found, time.perf_counter() - started


def _rechecked(corpus: Path, memory: Memory, store: Store) -> tuple[dict[str, Verdict], float, int, int]:
    started = time.perf_counter()
    found: dict[str, Verdict] = {}
    with _opened(corpus, memory) as (verifier, version):
        store.begin_run(make_run("again", started_at=datetime.now(UTC), corpus_version=version))
        rechecker, claim_ids = Rechecker(verifier), store.known_claim_ids()
        for at in range(0, len(claim_ids), CLAIMS_AT_ONCE):
            done = rechecker.recheck(store.known_claims(claim_ids[at : at + CLAIMS_AT_ONCE]))
            assert not done.failures, done.failures
            store.save(
                "again",
                [item.article for item in done.changed],
                [],
                [verdict for item in done.changed for verdict in item.verdicts],
                verifier.documents_at,
            )
            found |= {verdict.claim.id: verdict for item in done.changed for verdict in item.verdicts}
    return found, time.perf_counter() - started, rechecker.n_judged, len(found)


@contextmanager
def _opened(corpus: Path, memory: Memory | None) -> Iterator[tuple[Verifier, str]]:
    with open_verifier(corpus, Settings(), shipped_extractor(), desk=Desk(memory)) as (verifier, basis):
        yield verifier, basis.corpus_version


def _save(store: Store, run_id: str, checked: list[CheckedArticle], verifier: Verifier) -> None:
    claims = [claim for item in checked for claim in item.claims]
    verdicts = [verdict for item in checked for verdict in item.verdicts]
    store.save(run_id, [item.article for item in checked], claims, verdicts, verifier.documents_at)


def _as_row(verdict: Verdict) -> tuple[str, frozenset[str]]:
    return verdict.label, frozenset(e.passage.id for e in verdict.evidence)


if __name__ == "__main__":
    main()
