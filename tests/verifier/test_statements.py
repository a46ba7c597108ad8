"""Wordings and fact-checks are only added, and stand together by what they say."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tests.verifier.factories import make_article, make_claim, make_run, make_verdict
from verifier.fingerprint import fingerprint_of
from verifier.store import Store, UnknownStatementError
from verifier.types import ClaimKind, FactCheck, Label, Wording

DOCS = Path(__file__).parents[2] / "docs" / "memory.md"
FIRST = "The Orla dam holds 3 million litres."
SAME = "Three million litres are held by the Orla dam."


@pytest.fixture
def store() -> Store:
    return Store.open(":memory:")


def wording(text: str, statement_of: str | None = None) -> Wording:
    """A first wording, or one of the statement of another text."""
    key = fingerprint_of(text, ClaimKind.CONTENT)
    if statement_of is None:
        return Wording(key, key, text, ClaimKind.CONTENT)
    first = fingerprint_of(statement_of, ClaimKind.CONTENT)
    return Wording(key, first, text, ClaimKind.CONTENT, 0.9, 0.8, 0.7)


def fact_check(claim: str = FIRST, rating: str = "False", **changes: object) -> FactCheck:
    check = FactCheck(
        id=f"{claim}{rating}",
        claim=claim,
        claimant="Ada Brook",
        claim_date=date(2026, 3, 1),
        appearances=("https://blog.example/1",),
        publisher="Check Desk",
        url="https://check.example/dam",
        title="Is it full?",
        reviewed=date(2026, 3, 4),
        rating=rating,
        label=Label.REFUTED if rating == "False" else None,
    )
    return replace(check, **changes)  # type: ignore[arg-type]


def save_article(store: Store, text: str, title: str) -> None:
    """An article that claims the text."""
    article = make_article(text, title=title)
    claim = make_claim(article, text)
    store.begin_run(make_run())
    store.save("run-1", [article], [claim], [make_verdict(claim)])


def test_wordings_come_back_as_they_were_stored_oldest_first(store: Store) -> None:
    """With their figures."""
    given = [wording(FIRST), wording(SAME, FIRST), wording("It rains.")]
    assert store.add_wordings(given) == 3
    assert store.known_wordings() == (given, frozenset())


def test_a_wording_is_stored_once_and_stays_as_it_was(store: Store) -> None:
    """Twice in a batch, or again later with another statement."""
    assert store.add_wordings([wording(FIRST), wording(SAME), replace(wording(SAME), text=SAME.upper())]) == 2
    assert store.add_wordings([wording(SAME, FIRST)]) == 0
    assert store.known_wordings()[0] == [wording(FIRST), wording(SAME)]


def test_what_joins_a_wording_that_has_joined_another_joins_that(store: Store) -> None:
    """Another run may have stored meanwhile that the first wording says the same as an older one."""
    store.add_wordings([wording(FIRST), wording(SAME, FIRST)])
    store.add_wordings([wording("Third."), wording("So it holds 3 million litres.", SAME)])
    [joined] = [w for w in store.known_wordings()[0] if w.text.startswith("So")]
    assert joined.statement_id == wording(FIRST).fingerprint


def test_a_wording_without_its_first_is_refused(store: Store) -> None:
    """Nothing of the batch is stored."""
    with pytest.raises(UnknownStatementError, match="expected the first wording of statement"):
        store.add_wordings([wording("It rains."), wording(SAME, FIRST)])
    assert store.known_wordings() == ([], frozenset())


def test_a_fact_check_comes_back_as_it_was_stored(store: Store) -> None:
    """Its claim has a wording, which no claim of an article has."""
    check = fact_check()
    assert store.add_fact_checks([check], [wording(FIRST)]) == 1
    [known] = store.fact_checks()
    assert (known.check, known.statement_id, known.n_articles) == (check, wording(FIRST).fingerprint, 0)
    assert store.known_wordings() == ([wording(FIRST)], frozenset({wording(FIRST).fingerprint}))


def test_the_same_fact_check_twice_is_one_row(store: Store) -> None:
    """In one file, or imported again."""
    assert store.add_fact_checks([fact_check(), fact_check()], [wording(FIRST)]) == 1
    assert store.add_fact_checks([fact_check()], [wording(FIRST)]) == 0
    assert store.query("SELECT count(*) FROM fact_checks").rows == [(1,)]


def test_of_a_fact_check_with_another_rating_the_newest_counts(store: Store) -> None:
    """The earlier one stays in the table."""
    store.add_fact_checks([fact_check()], [])
    store.add_fact_checks([fact_check(rating="Half true")], [])
    store.add_fact_checks([fact_check(rating="True", url="https://other.example")], [])
    assert sorted(known.check.rating for known in store.fact_checks()) == ["Half true", "True"]
    assert store.query("SELECT count(*) FROM fact_checks").rows == [(3,)]


def test_fact_checks_stand_beside_what_articles_claim_in_other_words(store: Store) -> None:
    """Each article counts once, whichever of the wordings it uses."""
    store.add_wordings([wording(FIRST), wording(SAME, FIRST)])
    save_article(store, FIRST, "one")
    save_article(store, SAME, "two")
    store.add_fact_checks([fact_check(SAME), fact_check("It rains.")], [wording(SAME, FIRST)])
    assert {known.check.claim: known.n_articles for known in store.fact_checks()} == {SAME: 2, "It rains.": 0}
    assert store.known_wordings()[1] == {wording("It rains.").fingerprint}


def test_fact_checks_are_found_by_statement(store: Store) -> None:
    """Only those that are asked for, newest first, and undated ones last."""
    checks = [
        fact_check(SAME, reviewed=None),
        fact_check(),
        fact_check("It rains."),
        fact_check(SAME, "True", url="https://x.example", reviewed=date(2026, 5, 1)),
    ]
    store.add_fact_checks(checks, [wording(FIRST), wording(SAME, FIRST)])
    found = store.fact_checks([wording(FIRST).fingerprint])
    assert [known.check for known in found] == [checks[3], checks[1], checks[0]]
    assert store.fact_checks([]) == []


def test_rows_are_sound_after_all_that(store: Store) -> None:
    """No wording and no fact-check stands twice."""
    for _ in range(2):
        store.add_fact_checks([fact_check(), fact_check(SAME)], [wording(SAME, FIRST), wording(FIRST)])
    assert store.faults() == []


@pytest.mark.parametrize("table", ["statements", "fact_checks"])
def test_every_column_is_documented(store: Store, table: str) -> None:
    """In docs/memory.md."""
    told = re.findall(r"`(\w+)`", DOCS.read_text(encoding="utf-8"))
    assert set(store.query(f"SELECT * FROM {table}").columns) <= set(told)


def test_the_documented_query_counts_what_articles_claim(store: Store) -> None:
    """Two wordings in two articles are one statement."""
    store.add_wordings([wording(FIRST), wording(SAME, FIRST)])
    save_article(store, FIRST, "one")
    save_article(store, SAME, "two")
    [query] = re.findall(r"```sql\n(.+?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    assert store.query(query).rows == [(wording(FIRST).fingerprint, FIRST, 2, 2)]
