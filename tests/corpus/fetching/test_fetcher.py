"""Fetching over loopback: each fault ends in time with one clear failure, and nothing is asked for more than needed."""

from __future__ import annotations

import gzip
import itertools
import re
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from corpus.documents import Document
from corpus.fetching import FetchConfig, addresses
from corpus.fetching.pages import Page, Pages, PagesError
from corpus.sources import SourceFailure
from tests.corpus.fetching.conftest import NOW, QUICK, Read, failed
from tests.faulty_server import FAULTS, FaultyServer, Reply, article, feed

REACH_OTHERS = ("/to-metadata", "/to-private")  # only tried where other machines are refused
TEXT = "The dam holds three million litres."


def test_a_page_is_read_as_its_article(site: FaultyServer, read: Read) -> None:
    """Under the address that it was fetched from, with the host as its publisher, whatever it says of itself."""
    body = article("Dam full", TEXT).replace(
        b"<head>",
        b'<head><link rel="canonical" href="https://other.example/x"><meta property="og:site_name" content="UN">',
    )
    url = site.put("/dam", body)
    [found] = read(url)
    assert isinstance(found, Document)
    assert (found.title, found.url, found.source, found.origin) == ("Dam full", url, "127.0.0.1", url)
    assert TEXT in found.text and site.asked("/dam")[0].headers["user-agent"] == "claim-verifier"


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/hang", "SilentError"),
        ("/hang-in-body", "SilentError"),
        ("/drip", "SilentError"),
        ("/drip-headers", "SilentError"),
        ("/claims-2-gb", "SourceTooLargeError: .* has 2,000,000,000 bytes, the limit is 2,000,000"),
        ("/endless", "SourceTooLargeError"),
        ("/gzip-bomb", "SourceTooLargeError"),
        ("/gzip-of-gzip", "TransferError: .* 'gzip, gzip'"),
        ("/gzip-cut", "TransferError: .* cut short"),
        ("/gzip-none", "TransferError: .* found damage"),
        ("/brotli", "TransferError: .* 'br'"),
        ("/cut-short", "TransferError"),
        ("/reset", "TransferError"),
        ("/no-http", "TransferError"),
        ("/loop", "RedirectError: .* in a circle"),
        ("/chain-0", "RedirectError: .* more than 5 times"),
        ("/to-nowhere", "RedirectError: .* to nowhere"),
        ("/to-file", "RedirectError: .* found file"),
        ("/to-ftp", "RedirectError: .* found ftp"),
        ("/to-javascript", "RedirectError: .* found javascript"),
        ("/to-user", "RedirectError: .* user name"),
        ("/billion-laughs", "ListingError: .* entities"),
        ("/quadratic", "ListingError: .* entities"),
        ("/external-entity", "ListingError: .* entities"),
        ("/not-xml", "ListingError: .* no feed"),
        ("/empty", "EmptySourceError"),
        ("/image", "UnsupportedSourceError: .* image/png"),
        ("/503", "HttpStatusError: .* 503 Service Unavailable"),
        ("/missing", "HttpStatusError: .* 404 Not Found"),
    ],
)
def test_each_fault_is_one_failure_in_time(site: FaultyServer, read: Read, path: str, says: str) -> None:
    """Beside it a good page is read; nothing takes longer than the time for one request, and some to spare."""
    began = time.monotonic()
    rows = read(site.url(path), site.put("/good", article("Good", TEXT)))
    assert time.monotonic() - began < QUICK.total_s + 2
    assert re.match(says, failed(rows))
    assert [row.title for row in rows if isinstance(row, Document)] == ["Good"]


def test_a_refused_connection_is_not_told_as_silence(read: Read) -> None:
    """No longer time would help."""
    says = failed(read("http://127.0.0.1:9/dam"))
    assert "no connection to its server (Connection refused); check the URL" in says
    assert "silence" not in says and "raise the times" not in says


def test_no_fault_raises(site: FaultyServer, read: Read) -> None:
    """All of them in one run: a failure or a document each."""
    rows = read(*(site.url(path) for path in FAULTS if path not in (*REACH_OTHERS, "/broken-xml")))
    assert len(rows) == len(FAULTS) - len(REACH_OTHERS) - 1


def test_loopback_is_refused_unless_private_addresses_are_allowed(site: FaultyServer, read: Read) -> None:
    """Nothing is sent."""
    url = site.put("/dam", article("Dam", TEXT))
    assert "PrivateAddressError" in failed(read(url, allow_private=False))
    assert site.requests == []


@pytest.mark.parametrize("path", REACH_OTHERS)
def test_a_redirect_to_a_private_address_is_refused(
    site: FaultyServer, read: Read, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each hop is looked up and checked as the first was; here this server passes for a public one."""
    real = addresses.is_public
    monkeypatch.setattr(addresses, "is_public", lambda address: str(address) == "127.0.0.1" or real(address))
    assert "PrivateAddressError" in failed(read(site.url(path), allow_private=False))
    assert len(site.requests) == 2  # robots.txt and the page that redirects


def test_a_feed_cannot_make_a_private_address_be_fetched(
    site: FaultyServer, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its links are checked like any other; the rest of it is read."""
    real = addresses.is_public
    monkeypatch.setattr(addresses, "is_public", lambda address: str(address) == "127.0.0.1" or real(address))
    url = site.put("/feed", feed("http://192.168.0.1/admin", "file:///etc/passwd", site.put("/a", article("A", TEXT))))
    rows = read(url, allow_private=False)
    errors = [type(row.error).__name__ for row in rows if isinstance(row, SourceFailure)]
    assert errors == ["PrivateAddressError", "BadUrlError"]
    assert [row.title for row in rows if isinstance(row, Document)] == ["A"]


# ---- asking again


def test_a_page_that_did_not_change_is_not_sent_again(site: FaultyServer, read: Read) -> None:
    """The server is told what is here (ETag), and the copy stands for its 304."""
    url = site.put("/dam", Reply(article("Dam", TEXT), headers={"ETag": '"v1"', "Last-Modified": "some day"}))
    first, second = read(url), read(url)
    assert first == second
    again = site.asked("/dam")[1].headers
    assert (again["if-none-match"], again["if-modified-since"]) == ('"v1"', "some day")


def test_a_damaged_copy_is_fetched_anew(site: FaultyServer, read: Read, tmp_path: Path) -> None:
    """It is never taken for the page."""
    url = site.put("/dam", Reply(article("Dam", TEXT), headers={"ETag": '"v1"'}))
    first = read(url)
    [copy] = (tmp_path / "pages" / "bodies").rglob("*.gz")
    copy.write_bytes(gzip.compress(b"something else"))
    assert read(url) == first
    assert "if-none-match" not in site.asked("/dam")[1].headers


def test_a_304_that_nobody_asked_for_is_a_failure(site: FaultyServer, read: Read) -> None:
    """There is no copy that it could stand for."""
    assert "304 Not Modified" in failed(read(site.put("/dam", b"", status=304)))


def test_a_changed_page_is_another_version(site: FaultyServer, read: Read, tmp_path: Path) -> None:
    """And both copies stay."""
    url = site.put("/dam", article("Dam", TEXT), article("Dam", TEXT.replace("three", "two")))
    assert read(url) != read(url)
    assert len([*(tmp_path / "pages" / "bodies").rglob("*.gz")]) == 2


def test_a_folder_of_copies_that_cannot_be_written_stops_the_run(tmp_path: Path) -> None:
    """With one sentence: no page after it could be stored either."""
    (tmp_path / "pages").write_text("a file")
    page = Page("http://a/", "http://a/", NOW, 200, "text/html", None, None, None, "", 0)
    with pytest.raises(PagesError, match=r"cannot be written .* free the disk"):
        Pages(tmp_path / "pages").keep(page, b"x")


# ---- manners


def test_robots_are_obeyed_and_asked_for_once(site: FaultyServer, read: Read) -> None:
    """What is forbidden is a failure that says so; redirects lead no way around."""
    site.put("/robots.txt", b"User-agent: claim-verifier\nDisallow: /closed", content_type="text/plain")
    urls = [site.put("/closed/a", article("A", TEXT)), site.put("/open", article("B", TEXT))]
    site.put("/way-around", Reply(b"", status=302, headers={"Location": "/closed/a"}))
    closed, opened, around = read(*urls, site.url("/way-around"))
    assert isinstance(closed, SourceFailure) and "robots.txt asks claim-verifier" in str(closed.error)
    assert isinstance(opened, Document) and isinstance(around, SourceFailure)
    assert len(site.asked("/robots.txt")) == 1 and site.asked("/closed/a") == []


@pytest.mark.parametrize(("status", "is_read"), [(404, True), (403, True), (410, True), (500, False), (503, False)])
def test_robots_that_cannot_be_had(site: FaultyServer, read: Read, status: int, is_read: bool) -> None:
    """RFC 9309: where there is none (4xx) all is open, where the server cannot tell (5xx) nothing is."""
    site.put("/robots.txt", b"", status=status)
    [row] = read(site.put("/dam", article("Dam", TEXT)))
    assert isinstance(row, Document) is is_read


def test_robots_that_hang_close_the_site_for_this_run(site: FaultyServer, read: Read) -> None:
    """Its pages are not waited for one by one."""
    site.put("/robots.txt", Reply(b"", status=302, headers={"Location": "/hang"}))
    rows = read(*(site.put(f"/{n}", article("A", TEXT)) for n in range(9)))
    assert [type(row.error).__name__ for row in rows if isinstance(row, SourceFailure)] == ["RobotsError"] * 9
    assert len(site.requests) == 2


def test_a_host_is_asked_one_request_at_a_time_with_a_pause(site: FaultyServer, read: Read) -> None:
    """Whichever is longer counts, the setting's or the site's own."""
    site.put("/robots.txt", b"User-agent: *\nCrawl-delay: 0.2", content_type="text/plain")
    read(*(site.put(f"/{n}", article("A", TEXT)) for n in range(3)), config=replace(QUICK, delay_s=0.05))
    moments = [request.at for request in site.requests]
    pauses = [after - before for before, after in itertools.pairwise(moments)]
    assert min(pauses[1:]) >= 0.19 and pauses[0] >= 0.04


def test_hosts_do_not_wait_for_each_other(read: Read) -> None:
    """Two that hang take the time of one."""
    with FaultyServer() as one, FaultyServer() as other:
        began = time.monotonic()
        rows = read(one.url("/hang"), other.url("/hang", "localhost"))
        assert time.monotonic() - began < 2 * QUICK.read_s and len(rows) == 2


def test_a_busy_server_is_asked_again_when_it_says(site: FaultyServer, read: Read) -> None:
    """After Retry-After; the page is read."""
    busy = Reply(b"", status=429, headers={"Retry-After": "1"})
    [row] = read(site.put("/dam", busy, Reply(article("Dam", TEXT))), config=replace(QUICK, n_tries=2))
    assert isinstance(row, Document)
    first, second = site.asked("/dam")
    assert second.at - first.at >= 1.0


def test_a_retry_after_beyond_the_limit_is_not_waited_for(site: FaultyServer, read: Read) -> None:
    """A day is too long for a morning's run."""
    assert "429 Too Many Requests at try 1 of 3" in failed(
        read(site.url("/429-long"), config=replace(QUICK, n_tries=3))
    )
    assert len(site.asked("/429-long")) == 1


def test_a_broken_server_is_asked_again_and_then_left(site: FaultyServer, read: Read) -> None:
    """As often as the setting says."""
    failed(read(site.url("/503"), config=replace(QUICK, n_tries=3)))
    assert len(site.asked("/503")) == 3


def test_a_host_that_leaves_requests_unanswered_is_given_up(site: FaultyServer, read: Read) -> None:
    """A hundred pages of it do not take a hundred timeouts."""
    site.put("/feed", feed(*(site.url(f"/hang?{n}") for n in range(3)), *(site.url(f"/{n}") for n in range(9))))
    for n in range(3):
        site.fault(f"/hang?{n}", "/hang")
    rows = read(site.url("/feed"), config=replace(QUICK, max_silent=2))
    names = [type(row.error).__name__ for row in rows if isinstance(row, SourceFailure)]
    assert names == ["SilentError"] * 2 + ["HostGivenUpError"] * 10


@pytest.mark.parametrize("like", ["/503", "/429-long", "/cut-short", "/reset"])
def test_a_host_that_is_busy_for_page_after_page_is_given_up(site: FaultyServer, read: Read, like: str) -> None:
    """A feed of it does not take a wait for each page and try."""
    urls = [site.fault(f"/{n}", like) for n in range(9)]
    rows = read(*urls, config=replace(QUICK, max_busy=2, n_tries=2))
    names = [type(row.error).__name__ for row in rows if isinstance(row, SourceFailure)]
    assert names[2:] == ["HostGivenUpError"] * 7 and "HostGivenUpError" not in names[:2]
    assert "was busy or broken for 2 pages in a row (the last: " in str(rows[-1].error)  # type: ignore[union-attr]
    assert not site.asked("/2")


def test_a_host_is_not_given_up_for_single_broken_pages(site: FaultyServer, read: Read) -> None:
    """A page that answers in between tells that it is up."""
    urls = [url for n in range(4) for url in (site.fault(f"/{n}", "/503"), site.put(f"/ok{n}", article("A", TEXT)))]
    assert sum(isinstance(row, Document) for row in read(*urls, config=replace(QUICK, max_busy=2))) == 4


def test_a_run_fetches_for_no_longer_than_it_may_and_the_next_one_gets_to_the_rest(
    site: FaultyServer, read: Read
) -> None:
    """However long a site wants to be left alone; what was left out is one failure."""
    site.put("/robots.txt", b"User-agent: *\nCrawl-delay: 0.4", content_type="text/plain")
    site.put("/feed", feed(*(site.put(f"/{n}", article(f"Title {n}", TEXT)) for n in range(5))))
    tight = replace(QUICK, max_minutes=1 / 60)
    began = time.monotonic()
    first = read(site.url("/feed"), config=tight)
    assert time.monotonic() - began < 1 + QUICK.total_s
    assert re.search("/feed: [34] pages of it were left out, the first for: .* run again for the rest", failed(first))
    second = read(site.url("/feed"), config=tight)
    then, now = ({row.title for row in rows if isinstance(row, Document)} for rows in (first, second))
    assert then and now and not then & now


def test_limits_that_nothing_can_be_fetched_with_are_refused() -> None:
    """When the settings are read, not in the night."""
    for wrong in ({"n_tries": 0}, {"total_s": 0}, {"user_agent": ""}, {"user_agent": "a\nb"}, {"delay_s": -1}):
        with pytest.raises(ValueError, match="should be"):
            FetchConfig(**wrong)  # type: ignore[arg-type]


def test_without_a_url_nothing_of_the_network_is_imported(tmp_path: Path) -> None:
    """Reading files costs no HTTP client, feed or PDF reader."""
    (tmp_path / "a.txt").write_text("Text.")
    code = (
        "import sys, flows.web, verifier.settings; from corpus.sources import read_documents\n"
        f"list(read_documents([{str(tmp_path)!r}]))\n"
        "bad = {'httpcore2', 'httpx', 'feedparser', 'protego', 'defusedxml', 'pypdf'} & set(sys.modules)\n"
        "sys.exit(', '.join(bad) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, "")
