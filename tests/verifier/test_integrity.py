"""A sound database has no fault; a row that stands twice or alone is found."""

from __future__ import annotations

import pytest

from tests.verifier.factories import SPEECH_TEXT, make_article, make_evidence, make_run, make_speech, make_verdict
from verifier.store import Store
from verifier.store.integrity import _KEYS
from verifier.types import Label, Stance


@pytest.fixture
def store():
    """With a speech of three claims, one of them refuted."""
    article = make_article(SPEECH_TEXT)
    claims = make_speech(article)
    with Store.open(":memory:") as opened:
        for run_id in ("run-1", "run-2"):
            opened.begin_run(make_run(run_id))
            verdict = make_verdict(claims[1], Label.REFUTED, [make_evidence(claims[1], Stance.REFUTES)])
            opened.save(run_id, [article], claims, [verdict])
        yield opened


def test_what_runs_store_is_sound(store: Store) -> None:
    """Also when an article is checked twice."""
    assert store.faults() == []


@pytest.mark.parametrize("table", sorted(_KEYS))
def test_a_row_that_stands_twice_is_found(store: Store, table: str) -> None:
    """In every table that has rows here."""
    n = store.query(f"SELECT count(*) FROM {table}").rows[0][0]
    store._connection.execute(f"INSERT INTO {table} FROM {table} LIMIT 1")
    assert [f for f in store.faults() if f.startswith(f"{table}: 1 rows stand twice")] != [] or n == 0


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ("verdicts", "evidence: 2 rows without their row in verdicts"),
        ("evidence", "verdicts: 2 have a label that no evidence takes the side of"),
        ("documents", "passages: 1 rows without their row in documents"),
        ("articles", "claims: 3 rows without their row in articles"),
    ],
)
def test_a_row_that_lost_its_other_half_is_found(store: Store, table: str, says: str) -> None:
    """The sentence names the table and how many."""
    store._connection.execute(f"DELETE FROM {table}")
    assert says in store.faults()
