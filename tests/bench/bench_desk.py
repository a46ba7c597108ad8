"""A desk of a million verdicts: what it takes to ask it and to save to it.

`pytest -m bench tests/bench/bench_desk.py -s`; DESK_VERDICTS=10000 makes a small one.
"""

from __future__ import annotations

import os
import statistics
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.bench.desk import make_desk
from tests.verifier.factories import make_article, make_claim, make_document, make_evidence, make_run, make_verdict
from verifier.store import Store, query_file
from verifier.store.questions import QUESTIONS, prepared
from verifier.types import Article, Label, Stance, Verdict

N_VERDICTS = int(os.environ.get("DESK_VERDICTS", "1000000"))
ROUNDS = 5
N_ARTICLES, N_CLAIMS, N_EVIDENCE = 10, 20, 5
ALL_TIME = "2000-01-01"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("desk") / "verdicts.duckdb"
    start = time.perf_counter()
    make_desk(path, N_VERDICTS, datetime.now(UTC).replace(tzinfo=None, microsecond=0))
    print(f"\nmade in {time.perf_counter() - start:.0f} s: {path.stat().st_size / 1e6:.0f} MB")
    return path


def asked(path: Path, name: str, given: dict[str, str]) -> tuple[list[float], int]:
    """Seconds to open the file, ask and close it; and the number of rows."""
    took, n_rows = [], 0
    for _ in range(ROUNDS):
        start = time.perf_counter()
        n_rows = len(query_file(path, *prepared(name, given)).rows)
        took.append(time.perf_counter() - start)
    return took, n_rows


@pytest.mark.bench
@pytest.mark.timeout(1800)
def test_every_question_at_a_million_verdicts(desk: Path) -> None:
    """Each with its defaults; those that look back some time also over all time."""
    given = {"claim": str(query_file(desk, "SELECT min(claim_id) FROM reviews").rows[0][0]), "version": "stance@1"}
    for question in QUESTIONS.values():
        names = {p.name for p in question.parameters}
        values = {name: value for name, value in given.items() if name in names}
        for told in [values, values | {"since": ALL_TIME}] if "since" in names else [values]:
            took, n_rows = asked(desk, question.name, told)
            options = " ".join(f"--{k} {v}" for k, v in told.items())
            print(
                f"{question.name + ' ' + options:45} median {statistics.median(took):.2f} s, "
                f"worst {max(took):.2f} s, {n_rows} rows"
            )
            assert n_rows or question.name in ("skipped",)


def batch(round_: int) -> tuple[list[Article], list[Verdict]]:
    """200 claims with 5 passages each, all of new documents of about 1,500 characters."""
    articles = [
        make_article(f"Round {round_}. " + " ".join(f"Claim {i} of article {a} is so." for i in range(N_CLAIMS)))
        for a in range(N_ARTICLES)
    ]
    verdicts = []
    for a, article in enumerate(articles):
        for i in range(N_CLAIMS):
            claim = make_claim(article, f"Claim {i} of article {a} is so.")
            documents = [
                make_document(f"{'Some context goes before it. ' * 50}Passage {round_}-{a}-{i}-{n} says no.")
                for n in range(N_EVIDENCE)
            ]
            verdicts.append(
                make_verdict(claim, Label.REFUTED, [make_evidence(claim, Stance.REFUTES, d) for d in documents])
            )
    return articles, verdicts


@pytest.mark.bench
@pytest.mark.timeout(1800)
def test_saving_a_batch_to_a_million_verdicts(desk: Path) -> None:
    """Open, save 200 claims with 5 passages each, close; as a run does for every batch."""
    with Store.open(desk) as store:
        store.begin_run(make_run("bench", started_at=datetime.now(UTC)))
    for round_ in range(ROUNDS):
        articles, verdicts = batch(round_)
        start = time.perf_counter()
        with Store.open(desk) as store:
            opened = time.perf_counter()
            store.save("bench", articles, [], verdicts)
            saved = time.perf_counter()
        closed = time.perf_counter()
        print(
            f"open {opened - start:.2f} s, save {saved - opened:.2f} s, close {closed - saved:.2f} s, "
            f"in all {closed - start:.2f} s, {desk.stat().st_size / 1e6:.0f} MB"
        )
    assert query_file(desk, "SELECT count(*) FROM verdicts WHERE run_id = 'bench'").rows == [
        (ROUNDS * N_ARTICLES * N_CLAIMS,)
    ]
