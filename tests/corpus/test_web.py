"""What URLs stand for: pages, feeds, sitemaps, lists; each page once, and each failure told."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from corpus.documents import Document
from corpus.sources import ListingError, NoNetworkError, SourceFailure, SourceNotFoundError, names_url, read_documents
from corpus.sources.web import Web
from tests.corpus.fetching.conftest import NOW, QUICK
from tests.corpus.test_pdf import make_pdf
from tests.faulty_server import FaultyServer, article, feed, sitemap

Listing = Callable[..., bytes]


@pytest.fixture
def site() -> Iterator[FaultyServer]:
    with FaultyServer() as server:
        yield server


def page(site: FaultyServer, name: str) -> str:
    return site.put(f"/{name}", article(f"Title {name}", f"The dam {name} holds three million litres."))


def read(tmp_path: Path, *sources: str | Path, config: object = QUICK) -> list[Document | SourceFailure]:
    with Web.open(tmp_path / "pages", config, allow_private=True) as web:  # type: ignore[arg-type]
        return list(read_documents(sources, ingested=NOW, web=web))


def told(rows: list[Document | SourceFailure]) -> list[str]:
    """Titles of documents, names of errors."""
    return [row.title if isinstance(row, Document) else type(row.error).__name__ for row in rows]


def test_a_feed_gives_the_articles_behind_its_links(site: FaultyServer, tmp_path: Path) -> None:
    """In full, with the feed's day where the page names none; one that is gone is a failure, never its summary."""
    url = site.put("/feed.xml", feed(page(site, "a"), site.url("/gone"), page(site, "b")), content_type="text/xml")
    first, gone, second = read(tmp_path, url)
    assert isinstance(first, Document) and isinstance(second, Document) and isinstance(gone, SourceFailure)
    assert (first.title, first.published, second.published) == ("Title a", date(2022, 11, 1), date(2022, 11, 3))
    assert "404" in str(gone.error) and "Only a summary" not in first.text


def test_a_sitemap_index_gives_the_pages_of_its_sitemaps(site: FaultyServer, tmp_path: Path) -> None:
    """Also where they are packed."""
    site.put("/one.xml", sitemap(page(site, "a")))
    site.put("/two.xml.gz", gzip.compress(sitemap(page(site, "b"))), content_type="application/gzip")
    url = site.put("/index.xml", sitemap(site.url("/one.xml"), site.url("/two.xml.gz"), index=True))
    assert told(read(tmp_path, url)) == ["Title a", "Title b"]


def test_a_listing_in_a_listing_is_no_way_to_go_on_for_ever(site: FaultyServer, tmp_path: Path) -> None:
    """A feed lists articles, and an index sitemaps."""
    inner = site.put("/inner.xml", feed(page(site, "a")))
    assert told(read(tmp_path, site.put("/feed.xml", feed(inner)))) == ["UnsupportedSourceError"]
    index = site.put("/index.xml", sitemap(site.url("/index2.xml"), index=True))
    site.put("/index2.xml", sitemap(index, index=True))
    assert told(read(tmp_path, index)) == ["ListingError"]


def test_each_page_is_fetched_once(site: FaultyServer, tmp_path: Path) -> None:
    """Whichever feeds list it, and however they write it."""
    url = page(site, "a")
    one = site.put("/one.xml", feed(url, f"{url}#comments"))
    two = site.put("/two.xml", feed(url.replace("http://", "HTTP://")))
    assert told(read(tmp_path, one, two, url)) == ["Title a"]
    assert len(site.asked("/a")) == 1


def test_of_a_long_listing_the_newest_are_read_and_the_rest_told_of(site: FaultyServer, tmp_path: Path) -> None:
    """The limit is for all that one source lists."""
    url = site.put("/map.xml", sitemap(*(page(site, name) for name in "abc")))
    rows = read(tmp_path, url, config=replace(QUICK, max_pages=2))
    assert told(rows) == ["ListingError", "Title b", "Title c"]
    assert "lists 3 pages, of which the newest 2 are fetched" in str(getattr(rows[0], "error", ""))


@pytest.mark.parametrize("tells_pages", [True, False])
def test_of_an_index_the_newest_pages_of_all_its_sitemaps_are_read(
    site: FaultyServer, tmp_path: Path, tells_pages: bool
) -> None:
    """In whichever sitemap they stand; where that tells no days, its own day counts. Sitemaps are no pages."""
    for n, year in enumerate(("2019", "2026")):
        pages = [page(site, f"{year}-{k}") for k in range(3)]
        site.put(f"/{n}.xml", sitemap(*pages, month=f"{year}-03" if tells_pages else ""))
    index = site.put("/index.xml", sitemap(site.url("/0.xml"), site.url("/1.xml"), index=True))
    rows = read(tmp_path, index, config=replace(QUICK, max_pages=4))
    old = "2019-2" if tells_pages else "2019-0"
    assert told(rows) == ["ListingError", f"Title {old}", *(f"Title 2026-{k}" for k in range(3))]
    assert "index.xml: lists 6 pages, of which the newest 4 are fetched" in str(getattr(rows[0], "error", ""))


def test_of_a_long_index_only_the_newest_sitemaps_are_asked_for(site: FaultyServer, tmp_path: Path) -> None:
    """An archive is not fetched each morning; that it was not is told."""
    maps = [site.put(f"/{n}.xml", sitemap(page(site, f"p{n}"))) for n in range(4)]
    rows = read(tmp_path, site.put("/i.xml", sitemap(*maps, index=True)), config=replace(QUICK, max_sitemaps=2))
    assert told(rows) == ["ListingError", "Title p2", "Title p3"] and not site.asked("/0.xml")
    assert "lists 4 sitemaps, of which the newest 2 are fetched; raise fetch.max_sitemaps" in str(
        getattr(rows[0], "error", "")
    )


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("2026-03-01T12:00:00+05:00", "2026-03-01T08:00Z"),
        ("2026", "2026-02"),
        ("yesterday", "2019"),
        ("", "1970-01-01"),
    ],
)
def test_what_changed_later_is_told_by_the_clock(site: FaultyServer, tmp_path: Path, older: str, newer: str) -> None:
    """Not by how the day is written; what is no day is the oldest."""
    text = sitemap(page(site, "a"), page(site, "b")).decode()
    text = text.replace("2022-11-01", older).replace("2022-11-02", newer)
    rows = read(tmp_path, site.put("/map.xml", text.encode()), config=replace(QUICK, max_pages=1))
    assert told(rows) == ["ListingError", "Title b"]


@pytest.mark.parametrize("listing", [feed, sitemap])
def test_a_page_in_place_of_a_feed_is_no_article(site: FaultyServer, tmp_path: Path, listing: Listing) -> None:
    """Run after run, until the feed is back or its being one is forgotten."""
    closed = article("We will be back soon", "The site is down for maintenance, and we will be back soon.")
    good = listing(page(site, "a"))
    url = site.put("/feed.xml", good, closed, closed, good, closed)
    assert told(read(tmp_path, url)) == ["Title a"]
    for _ in range(2):
        [row] = read(tmp_path, url)
        assert isinstance(row, SourceFailure) and isinstance(row.error, ListingError)
        assert re.search(
            rf"expected a {listing.__name__}, which it was on \S+, found a page; .* delete", str(row.error)
        )
    assert told(read(tmp_path, url)) == ["Title a"]
    [remembered] = (tmp_path / "pages" / "listings").rglob("*.json")
    assert f"or delete {remembered} to have it read as a page" in str(row.error)
    remembered.unlink()
    assert told(read(tmp_path, url)) == ["We will be back soon"]


def test_a_feed_may_become_a_sitemap(site: FaultyServer, tmp_path: Path) -> None:
    """And a page a feed: what it lists is what is wanted of it."""
    url = site.put("/x", article("Page", "The dam holds water."), feed(page(site, "a")), sitemap(page(site, "b")))
    assert [told(read(tmp_path, url)) for _ in range(3)] == [["Page"], ["Title a"], ["Title b"]]


def test_a_feed_that_lists_nothing_any_more_is_told(site: FaultyServer, tmp_path: Path) -> None:
    """As long as it does not; one that never listed anything may still be filled."""
    url = site.put("/feed.xml", feed(), feed(page(site, "a")), feed(), feed(), feed(page(site, "a")))
    rows = [read(tmp_path, url) for _ in range(5)]
    assert [told(run) for run in rows] == [[], ["Title a"], ["ListingError"], ["ListingError"], ["Title a"]]
    assert "feed.xml: lists nothing, where it listed 1 on 20" in str(rows[3][0].error)  # type: ignore[union-attr]


def test_a_list_of_urls_is_read_line_by_line(site: FaultyServer, tmp_path: Path) -> None:
    """Blank lines and remarks are passed over; what is no URL is a failure of its own."""
    listed = tmp_path / "morning.txt"
    listed.write_text(f"# the desk's list\n\n{page(site, 'a')}\nnot a url\n  {page(site, 'b')}  \n")
    assert told(read(tmp_path, f"urls:{listed}")) == ["Title a", "BadUrlError", "Title b"]
    with pytest.raises(SourceNotFoundError, match="a URL a line"):
        read_documents([f"urls:{tmp_path / 'none.txt'}"])
    listed.write_bytes(b"\x00\x01\x02")
    assert told(read(tmp_path, f"urls:{listed}")) == ["BinarySourceError"]


def test_files_come_before_urls_and_need_no_network(site: FaultyServer, tmp_path: Path) -> None:
    """Without the network each URL is a failure; a list in a folder is a text like others."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("https://news.example/a")
    rows = list(read_documents([site.url("/a"), tmp_path / "in"]))
    assert isinstance(rows[0], Document)
    assert isinstance(rows[1], SourceFailure) and isinstance(rows[1].error, NoNetworkError)
    assert site.requests == []


@pytest.mark.parametrize(
    ("source", "is_url"),
    [
        ("https://a.example/b", True), ("HTTP://a", True), ("urls:list.txt", True), ("file:///etc/passwd", True),
        ("notes.txt", False), ("folder/*.md", False), ("http:/a", False), (Path("http://a"), False),
    ],
)  # fmt: skip
def test_a_url_is_told_from_a_path_by_its_scheme(source: str | Path, is_url: bool) -> None:
    """What names another scheme is refused as a URL, not looked for as a file."""
    assert names_url(source) is is_url


def test_bytes_tell_what_a_page_is(site: FaultyServer, tmp_path: Path) -> None:
    """PDF, text and message, also where the server calls them something else; a page may come as no type at all."""
    urls = [
        site.put("/a.pdf", make_pdf("The dam holds three million litres."), content_type="text/html"),
        site.put("/b", b"# Notes\n\nThe dam holds water.", content_type="text/markdown"),
        site.put("/c", b"Subject: Dam\nFrom: a@b.example\n\nIt holds water.", content_type="message/rfc822"),
        site.put("/d", article("Page", "The dam holds water."), content_type="application/octet-stream"),
        site.put("/e", b'{"dam": 3}', content_type="application/json"),
    ]
    assert told(read(tmp_path, *urls)) == ["a.pdf", "Notes", "Dam", "Page", "UnsupportedSourceError"]


def test_a_page_in_an_old_encoding_is_read_by_what_the_server_says(site: FaultyServer, tmp_path: Path) -> None:
    """And by what its bytes are, where the server is wrong."""
    text = article("Staudamm", "Der Damm fasst drei Millionen Liter für Köln, nächste Woche.")
    one = site.put("/1", text.decode().encode("iso-8859-2"), content_type="text/html; charset=ISO-8859-2")
    two = site.put("/2", text, content_type="text/html; charset=utf-16")
    three = site.put("/3", text, content_type="text/html; charset=punycode")
    rows = read(tmp_path, one, two, three)
    assert all(isinstance(row, Document) and "für Köln" in row.text for row in rows)
