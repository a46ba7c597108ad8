"""A run over a feed: what is new is checked, what changed is a new version, what cannot be fetched is a failure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from corpus.fetching import FetchConfig
from flows.verify import VerifyRequest, verify
from tests.faulty_server import FaultyServer, Reply, article, feed
from tests.flows.conftest import Outcome
from verifier.pipeline import Verifier
from verifier.settings import Settings
from verifier.store import query_file
from verifier.types import RunStatus

pytestmark = [pytest.mark.models, pytest.mark.usefixtures("prefect_home")]

WEBB = "The James Webb Space Telescope was launched from French Guiana on 25 December 2021."
VOTES = "The UN General Assembly adopted resolution ES-11/1 with 141 votes in favour and 5 against."


@pytest.fixture
def site() -> Iterator[FaultyServer]:
    with FaultyServer() as server:
        yield server


@pytest.fixture
def request_for(corpus: Path, tmp_path: Path, site: FaultyServer) -> VerifyRequest:
    """A feed of two articles, which the server says that it may be asked for conditionally."""
    links = [
        site.put(path, Reply(article(title, text), headers={"ETag": '"1"'}))
        for path, title, text in (("/webb", "Webb", WEBB), ("/votes", "Votes", VOTES))
    ]
    url = site.put("/feed.xml", Reply(feed(*links), "application/rss+xml", headers={"ETag": '"1"'}))
    quick = Settings(fetch=FetchConfig(delay_s=0, backoff_s=0, connect_s=2, read_s=2, total_s=4))
    return VerifyRequest((url,), corpus, tmp_path / "v.duckdb", tmp_path / "report", quick, allow_private=True)


def test_a_feed_is_checked_once_and_then_only_what_changed(
    request_for: VerifyRequest, site: FaultyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second run is told that nothing changed (304) and adds no row; an edited article alone is read again."""
    first = verify(request_for)
    assert first.run.status is RunStatus.FINISHED and len(first.articles) == 2
    checked = Verifier._judged
    monkeypatch.setattr(Verifier, "_judged", lambda *_: pytest.fail("checked again"))
    verify(request_for)
    assert "if-none-match" in site.asked("/webb")[1].headers
    assert query_file(request_for.database, "SELECT count(*) FROM fetches").rows == [(3,)]
    monkeypatch.setattr(Verifier, "_judged", checked)
    site.put("/votes", article("Votes", VOTES.replace("141", "140")))
    third = verify(replace(request_for, only_new=True))
    assert [a.article.title for a in third.articles] == ["Votes"]
    rows = query_file(request_for.database, "SELECT change, old_label, label FROM changed_articles('2000-01-01')").rows
    assert rows == [("removed", "SUPPORTED", None), ("added", None, "REFUTED")]


def test_a_run_over_urls_alone_stops_at_no_bad_one(request_for: VerifyRequest, site: FaultyServer) -> None:
    """Each is a failure of the run; without leave to, no private address is asked."""
    refused = verify(replace(request_for, allow_private=False))
    assert [f.error for f in refused.failures] == ["PrivateAddressError"] and site.requests == []
    urls = (site.url("/webb"), site.url("/endless"), site.url("/billion-laughs"), "ftp://news.example/a")
    outcome = verify(replace(request_for, sources=urls))
    assert outcome.run.status is RunStatus.FINISHED_WITH_FAILURES and [a.article.title for a in outcome.articles] == [
        "Webb"
    ]
    assert {f.error for f in outcome.failures} == {"SourceTooLargeError", "ListingError", "BadUrlError"}
    assert {f.stage for f in outcome.failures} == {"read"}


def test_a_corpus_takes_pages_and_replaces_those_that_changed(
    verifier: Callable[..., Outcome], site: FaultyServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Copies lie beside the corpus; without leave to, nothing is fetched from this machine."""
    monkeypatch.setenv("VERIFIER_FETCH__DELAY_S", "0")
    url, corpus = site.put("/a", article("Webb", WEBB), article("Webb", VOTES)), tmp_path / "index"
    refused = verifier("corpus", "add", url, "--corpus", corpus)
    assert refused.code == 2 and "give --allow-private" in refused.err
    for says in ("1 documents added", "1 replaced"):
        done = verifier("corpus", "add", url, "--corpus", corpus, "--allow-private")
        assert done.code == 0 and says in done.err + done.out
    assert (tmp_path / "index.pages" / "bodies").is_dir()
