"""Feeds and sitemaps as they should be, as they are, and as somebody made them to do harm."""

from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.decode import decode
from corpus.sources import ListingError
from corpus.sources.listings import Kind, kind_of_xml, read_feed, read_sitemap
from tests.faulty_server import billion_laughs, external_entity, feed, quadratic, sitemap

URL = "http://news.example/feed"
ATOM = """<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom"><title>T</title>
<entry><link rel="alternate" href="/a"/>
<updated>2022-11-03T08:00:00Z</updated><published>2022-11-01T08:00:00Z</published>
<content type="html">All of it.</content></entry></feed>"""
NEWS = """<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
 xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc> http://news.example/a </loc>
<lastmod>2022-11-05</lastmod><news:news><news:publication_date>2022-11-04T10:00:00+01:00</news:publication_date>
</news:news></url><url></url></urlset>"""


def test_rss_gives_its_links_and_days() -> None:
    """In the order in which they stand."""
    listing = read_feed(feed("http://news.example/1", "http://news.example/2").decode(), URL)
    assert [(e.url, e.published) for e in listing.entries] == [
        ("http://news.example/1", date(2022, 11, 1)),
        ("http://news.example/2", date(2022, 11, 2)),
    ]
    assert listing.problem == ""


def test_atom_gives_the_day_it_was_published_and_whole_addresses() -> None:
    """A relative link counts from where the feed was fetched; the content is left in the feed."""
    [entry] = read_feed(ATOM, URL).entries
    assert (entry.url, entry.published, entry.changed) == ("http://news.example/a", date(2022, 11, 1), "2022-11-03")


def test_a_broken_feed_gives_what_comes_before_the_break_and_says_so() -> None:
    """What is missing is not passed over in silence."""
    whole = feed("http://news.example/1", "http://news.example/2").decode()
    listing = read_feed(whole[: whole.rindex("<item>") + 10], URL)
    assert [e.url for e in listing.entries] == ["http://news.example/1"]
    assert "is broken" in listing.problem and "may be missing" in listing.problem


def test_an_entry_without_a_link_is_told() -> None:
    """Its summary is no article."""
    text = feed("http://news.example/1").decode().replace("</channel>", "<item><title>No link</title></item></channel>")
    assert read_feed(text, URL).problem == "has 1 entries without a link, which cannot be fetched"


def test_a_sitemap_gives_addresses_and_the_day_of_news() -> None:
    """`lastmod` is when a page changed, and no day of publication."""
    listing = read_sitemap(NEWS, URL)
    [entry] = listing.entries
    assert (entry.url, entry.published, entry.changed) == ("http://news.example/a", date(2022, 11, 4), "2022-11-05")
    assert listing.problem == "has 1 entries without an address"
    assert read_sitemap(sitemap("http://news.example/a").decode(), URL).entries[0].published is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1", "windows-1252"])
@pytest.mark.parametrize("declared", ["utf-8", "iso-8859-1", "utf-16", "none-such"])
def test_a_feed_is_read_whatever_encoding_it_declares(encoding: str, declared: str) -> None:
    """The bytes tell, the declaration only helps where they do not."""
    text = f'<?xml version="1.0" encoding="{declared}"?>' + feed("http://news.example/caf%C3%A9").decode()[21:]
    text = text.replace("Only a summary", "Café crème, naïve, déjà vu")
    [entry] = read_feed(decode(text.encode(encoding)) or "", URL).entries
    assert entry.url == "http://news.example/caf%C3%A9"


@pytest.mark.parametrize("bomb", [billion_laughs, quadratic, external_entity])
@pytest.mark.parametrize("reader", [read_feed, read_sitemap])
@pytest.mark.parametrize("cut", [None, -20])
def test_entities_are_refused_before_they_unfold(bomb: object, reader: object, cut: int | None) -> None:
    """At once, in feed and sitemap, also where what comes after is broken."""
    text = bomb().decode()[:cut]  # type: ignore[operator]
    began = time.monotonic()
    with pytest.raises(ListingError, match="entities"):
        reader(text, URL)  # type: ignore[operator]
    assert time.monotonic() - began < 2


def test_entities_that_are_only_told_of_are_text() -> None:
    """An article on XML may name them."""
    text = feed("http://news.example/1").decode().replace("Only a summary.", "<![CDATA[<!ENTITY a 'b'> explained]]>")
    assert len(read_feed(text, URL).entries) == 1


def test_what_is_nested_without_end_is_refused() -> None:
    """The parser would take minutes for it."""
    with pytest.raises(ListingError, match=r"has 200,001 tags, the limit is 100,000"):
        read_feed("<rss>" + "<a>" * 200_000, URL)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("\ufeff <?xml version='1.0'?>\n<!-- <html> --><?style a?><rss version='2.0'>", Kind.FEED),
        ("<atom:feed xmlns:atom='x'>", Kind.FEED),
        ("<rdf:RDF>", Kind.FEED),
        ("<urlset>", Kind.SITEMAP),
        ("<sitemapindex>", Kind.INDEX),
        ("<!DOCTYPE html><body>", Kind.HTML),
        ("<!doctype rss [<!ENTITY a 'b'>]><rss>", Kind.FEED),
        ("<HTML>", Kind.HTML),
        ("<svg>", Kind.OTHER),
        ("Plain text with <rss> in it", None),
        ("<!-- never ends", None),
        ("", None),
    ],
)
def test_the_first_element_tells_what_a_text_is(text: str, kind: Kind | None) -> None:
    """After declarations and comments, whatever the server calls it."""
    assert kind_of_xml(text) is kind


@pytest.mark.parametrize("piece", ["<!---->", "<?a?>", "<!--", "<?", "\n"])
def test_a_prologue_without_end_is_passed_at_once(piece: str) -> None:
    """Its cost grows with its length alone."""
    began = time.monotonic()
    assert kind_of_xml(piece * 200_000 + "<html>") in (Kind.HTML, None)
    assert time.monotonic() - began < 2


PIECES = [
    "<rss>", "<channel>", "<item>", "<link>", "</link>", "<entry>", "<loc>", "<urlset>", "<url>", "&#0;", "&nbsp;",
    "&a;", "<![CDATA[", "]]>", "<!--", "-->", "<?xml encoding='x'?>", "<!DOCTYPE a [", "<!ENTITY a 'b'>", "]>",
    "http://[", "\x00", "&#xD800;", "&#55296;",
]  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=25).map("".join)
    | st.binary(max_size=200).map(lambda b: decode(b) or "")
)
def test_any_text_is_a_listing_or_refused_by_name(text: str) -> None:
    """Nothing but a ListingError is raised, and every address is text."""
    kind_of_xml(text)
    for reader in (read_feed, read_sitemap):
        try:
            listing = reader(text, URL)
        except ListingError as error:
            assert str(error).startswith(URL)
        else:
            assert all(entry.url.encode() for entry in listing.entries)
