"""What was fetched is stored, and articles that changed have versions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from corpus.fetching.pages import Page
from tests.verifier.factories import make_article, make_claim, make_run, make_verdict
from verifier.store import Store, UnknownRunError
from verifier.types import Fetch

MORNING = datetime(2026, 3, 1, 6, tzinfo=UTC)
ONE, TWO = make_article(), make_article("The Orla dam holds 2 million litres. It is a fine sight.")


@pytest.fixture
def store() -> Iterator[Store]:
    with Store.open(":memory:") as opened:
        yield opened


def fetched(article_id: str | None, sha256: str = "1" * 64, day: int = 0, **changes: object) -> Fetch:
    page = Page("http://n/a", "http://n/a", MORNING + timedelta(day), 200, "text/html", None, '"e"', None, sha256, 9)
    return Fetch(replace(page, **changes), article_id)  # type: ignore[arg-type]


def run(store: Store, day: int, fetch: Fetch | None, *articles: object) -> str:
    """A run on a day that read articles."""
    run_id = f"run-{day}"
    store.begin_run(make_run(run_id, started_at=MORNING + timedelta(day)))
    claims = [make_claim(article) for article in articles]  # type: ignore[arg-type]
    store.save(run_id, articles, claims, [make_verdict(claim) for claim in claims])  # type: ignore[arg-type]
    if fetch:
        store.record_fetches(run_id, [fetch])
    return run_id


def versions(store: Store) -> list[tuple[object, ...]]:
    return store.query(
        "SELECT version, article_id, previous_article_id FROM article_versions ORDER BY url, version"
    ).rows


def test_a_fetch_is_stored_once_for_a_run_and_again_when_the_page_changed(store: Store) -> None:
    """The same run over the same pages adds no row; back and forth are two changes."""
    run_id = run(store, 0, fetched(ONE.id), ONE)
    for n, (sha256, n_rows) in enumerate([("1" * 64, 1), ("2" * 64, 2), ("2" * 64, 2), ("1" * 64, 3)], start=1):
        store.record_fetches(run_id, [fetched(ONE.id, sha256, n)])
        assert len(store.query("FROM fetches").rows) == n_rows
    row = store.query("SELECT url, etag, status, n_bytes, article_id FROM fetches LIMIT 1").rows
    assert row == [("http://n/a", '"e"', 200, 9, ONE.id)]
    assert store.faults() == []


def test_a_fetch_of_an_unknown_run_is_refused(store: Store) -> None:
    """Nothing is stored that belongs to nothing."""
    with pytest.raises(UnknownRunError):
        store.record_fetches("none", [fetched(None)])


def test_a_page_that_changed_has_versions(store: Store) -> None:
    """One that stayed as it was has none more; one that is again as it was has."""
    for day, article in enumerate([ONE, ONE, TWO, TWO, ONE]):
        run(store, day, fetched(article.id, day=day), article)
    assert versions(store) == [(1, ONE.id, None), (2, TWO.id, ONE.id), (3, ONE.id, TWO.id)]


def test_a_page_named_differently_by_two_feeds_has_one_history(store: Store) -> None:
    """It is followed by its address after redirects."""
    run(store, 0, fetched(ONE.id), ONE)
    run(store, 1, fetched(TWO.id, day=1, url="http://n/short"), TWO)
    assert [row[0] for row in versions(store)] == [1, 2]


def test_a_file_that_changed_has_versions_too(store: Store) -> None:
    """By its path; an article that could not be checked, and is not stored, is none."""
    run(store, 0, None, ONE)
    run(store, 1, None, TWO)
    run(store, 2, fetched("never-stored", day=2))
    assert versions(store) == [(1, ONE.id, None), (2, TWO.id, ONE.id)]


def test_articles_read_before_are_known(store: Store) -> None:
    """Those that a run stored whole; not those of which only known claims were judged anew."""
    run(store, 0, None, ONE)
    store.begin_run(make_run("again"))
    store.save("again", [TWO], [], [make_verdict(make_claim(TWO))])
    assert store.read_before([ONE.id, TWO.id, "other"]) == {ONE.id}
