"""URLs -> documents: pages, and the pages that feeds and sitemaps list. The only part that reaches the network."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self
from urllib.parse import unquote, urlsplit

from corpus.decode import decode, tidy
from corpus.documents import Document
from corpus.fetching.addresses import parse_url
from corpus.fetching.client import unpacked
from corpus.fetching.config import FetchConfig
from corpus.fetching.errors import FetchError, TimeIsUpError
from corpus.fetching.fetcher import Fetcher
from corpus.fetching.pages import Listed, Page, Pages
from corpus.sources.errors import (
    BinarySourceError,
    EmptySourceError,
    ListingError,
    SourceError,
    SourceFailure,
    UnsupportedSourceError,
)
from corpus.sources.html import html_document
from corpus.sources.listings import Entry, Kind, Listing, kind_of_xml, read_feed, read_sitemap
from corpus.sources.mail import mail_document
from corpus.sources.pdf import SIGNATURE, pdf_document
from corpus.sources.text import Given, text_document

_GZIP = b"\x1f\x8b"
_AT_ONCE = 1 << 16
_HTML_TYPES = ("text/html", "application/xhtml+xml")
_TEXT_TYPES = ("text/plain", "text/markdown", "text/x-markdown", "")
_LISTINGS = (Kind.FEED, Kind.SITEMAP, Kind.INDEX)
_MESSAGE = "message/rfc822"
_UNKNOWN = datetime.min.replace(tzinfo=UTC)  # when something changed of which no day is told: before all others
_YEAR_OR_MONTH = re.compile(r"\d{4}(?:-\d\d)?")
_BINARY = re.compile(r"(?:image|audio|video|font)/")


class PageSource(Protocol):
    """Fetches pages; the fetcher does."""

    pages: Pages  # the copies, and what is remembered of URLs

    def fetch_all(self, urls: Sequence[str]) -> Iterator[tuple[str, Page | SourceError]]:
        """Each URL with its page, or why there is none, in order."""

    def body(self, page: Page) -> bytes:
        """The bytes of a page."""

    def close(self) -> None:
        """Let go of all connections."""


@dataclass(frozen=True, slots=True)
class _Link:
    """A URL to fetch: given by the user, or listed by what was."""

    url: str
    root: str  # what the user gave
    listed_by: Kind | None = None
    published: date | None = None
    changed: datetime = _UNKNOWN


@dataclass(slots=True)
class _Newest:
    """The newest of what one source lists, in the order in which it lists them; no more than that is held."""

    most: int
    what: str  # pages or sitemaps
    links: list[_Link] = field(default_factory=list)
    n_left: int = 0

    def add(self, links: Iterable[_Link]) -> None:
        """Take these in, each URL once, and leave out what is too much."""
        known = {link.url for link in self.links}
        for link in links:
            if link.url not in known:
                known.add(link.url)
                self.links.append(link)
        if len(self.links) > self.most:
            order = sorted(range(len(self.links)), key=lambda i: self.links[i].changed, reverse=True)
            self.n_left += len(self.links) - self.most
            self.links = [self.links[i] for i in sorted(order[: self.most])]

    @property
    def problem(self) -> str:
        """What was left out; empty where nothing was."""
        which = "newest" if any(link.changed > _UNKNOWN for link in self.links) else "first"
        told = f"lists {self.most + self.n_left} {self.what}, of which the {which} {self.most} are fetched"
        return f"{told}; raise fetch.max_{self.what} for more" if self.n_left else ""


class Web:
    """Reads URLs, and remembers in `pages` what was fetched for it, in order."""

    def __init__(self, fetcher: PageSource, config: FetchConfig | None = None):
        self._fetcher = fetcher
        self._config = config or FetchConfig()
        self.pages: list[Page] = []

    @classmethod
    def open(cls, folder: Path, config: FetchConfig | None = None, allow_private: bool = False) -> Web:
        """Over the network, with the copies of pages in a folder.

        :param allow_private: fetch from addresses of this machine and its networks too.
        """
        return cls(Fetcher.open(folder, config, allow_private), config)

    def close(self) -> None:
        """Let go of all connections."""
        self._fetcher.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def read(self, urls: Sequence[str], ingested: datetime) -> Iterator[Document | SourceFailure]:
        """The documents at URLs: those given first, then what they list, each page once.

        :raises PagesError: a copy cannot be stored or read.
        """
        seen: set[str] = set()
        links = [_Link(url, url) for url in urls]
        while links := _unseen(links, seen):
            found: dict[str, _Newest] = {}  # by what the user gave
            late: dict[str, list[TimeIsUpError]] = {}
            for link, (_, page) in zip(links, self._fetcher.fetch_all([link.url for link in links]), strict=True):
                try:
                    read = self._opened(link, page, ingested)
                    if isinstance(read, Document):
                        yield read
                        continue
                    kind, listing = read
                    newest = found.setdefault(link.root, self._newest_of(kind))
                    newest.add(_link(entry, link, kind) for entry in listing.entries)
                    if listing.problem:
                        raise ListingError(f"{link.url}: {listing.problem}")
                except TimeIsUpError as error:
                    late.setdefault(link.root, []).append(error)
                except SourceError as error:
                    yield SourceFailure(link.url, error)
            yield from (SourceFailure(root, _time_is_up(root, errors)) for root, errors in late.items())
            for root, newest in found.items():
                if newest.problem:
                    yield SourceFailure(root, ListingError(f"{root}: {newest.problem}"))
            links = [link for newest in found.values() for link in newest.links]

    def _newest_of(self, kind: Kind) -> _Newest:
        if kind is Kind.INDEX:
            return _Newest(self._config.max_sitemaps, "sitemaps")
        return _Newest(self._config.max_pages, "pages")

    def _opened(self, link: _Link, page: Page | SourceError, ingested: datetime) -> Document | tuple[Kind, Listing]:
        """:raises SourceError: what a page is not, or why there is none."""
        if isinstance(page, SourceError):
            raise page
        self.pages.append(page)
        body = self._fetcher.body(page)
        if body.startswith(_GZIP):
            parts = (body[i : i + _AT_ONCE] for i in range(0, len(body), _AT_ONCE))
            body = unpacked(parts, self._config.max_bytes, page.url)
        before = self._fetcher.pages.listed(page.url) if link.listed_by is None else None
        if before and (kind := _kind_if_no_listing(body, page)):
            raise ListingError(
                f"{page.url}: expected a {before.kind}, which it was on {before.day}, found a {kind}; check the URL,"
                f" or delete {self._fetcher.pages.place_of_listed(page.url)} to have it read as a {kind}"
            )
        final = parse_url(page.final_url)
        given = Given(
            origin=page.url,
            name=_name_of(page.final_url),
            ingested=ingested,
            url=page.final_url,
            outlet=final.host.removeprefix("www."),
            published=link.published,
        )
        read = _read(body, page, given, link.listed_by)
        if link.listed_by or isinstance(read, Document):
            return read
        return read[0], self._remembered(page, *read, before)

    def _remembered(self, page: Page, kind: Kind, listing: Listing, before: Listed | None) -> Listing:
        """A listing, noted for later runs; with a problem where it once listed something and does no more."""
        if listing.entries or not before:
            day = page.fetched_at.date()
            self._fetcher.pages.note_listed(page.url, Listed(kind, len(listing.entries), day))
        elif before.n_entries:
            told = (
                f"lists nothing, where it listed {before.n_entries} on {before.day}; check the URL, or delete"
                f" {self._fetcher.pages.place_of_listed(page.url)} if that is right"
            )
            return replace(listing, problem="; ".join(filter(None, (listing.problem, told))))
        return listing


def _time_is_up(root: str, errors: Sequence[TimeIsUpError]) -> TimeIsUpError:
    """One for all pages of what the user gave."""
    if len(errors) == 1:
        return errors[0]
    return TimeIsUpError(f"{root}: {len(errors)} pages of it were left out, the first for: {errors[0]}")


def _link(entry: Entry, by: _Link, kind: Kind) -> _Link:
    url = entry.url
    if "://" not in url:
        with suppress(FetchError):  # refused where it is fetched, which tells why
            url = str(parse_url(url, base=parse_url(by.url)))
    told = entry.changed or (entry.published.isoformat() if entry.published else "")
    # A page of which a sitemap tells no day changed when the sitemap did, as far as one knows.
    return _Link(url, by.root, kind, entry.published, _moment(told) if told else by.changed)


def _moment(text: str) -> datetime:
    """A date or time as sitemaps have them: ISO 8601, also a year or month alone; in UTC where no zone is told."""
    whole = text + "-01" * (2 - text.count("-")) if _YEAR_OR_MONTH.fullmatch(text) else text
    try:
        moment = datetime.fromisoformat(whole)
    except ValueError:
        return _UNKNOWN
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _unseen(links: Iterable[_Link], seen: set[str]) -> list[_Link]:
    """Each URL once, however it is written."""
    new = []
    for link in links:
        try:
            key = str(parse_url(link.url))
        except FetchError:
            key = link.url
        if key not in seen:
            seen.add(key)
            new.append(link)
    return new


def _name_of(url: str) -> str:
    """What to call a page without a title: the last part of its path, or its host."""
    parts = urlsplit(url)
    last = unquote(parts.path.rstrip("/").rsplit("/", 1)[-1], errors="replace")
    return " ".join(tidy(last).split()) or parts.netloc


def _read(body: bytes, page: Page, given: Given, listed_by: Kind | None) -> Document | tuple[Kind, Listing]:
    """By what the bytes are; what the server calls them decides only where they do not tell."""
    if not body.strip():
        raise EmptySourceError(f"{page.url}: is empty; check the URL")
    if listed_by is Kind.INDEX:
        return _listing(_decoded(body, page), page, (Kind.SITEMAP,))
    if body.startswith(SIGNATURE):
        return pdf_document(body, given)
    if page.content_type == _MESSAGE:
        return mail_document(body, given)
    text = _decoded(body, page)
    kind = kind_of_xml(text)
    if kind in _LISTINGS:
        if listed_by:
            raise UnsupportedSourceError(f"{page.url}: expected an article, found a {kind}; give it by itself")
        return _listing(text, page, _LISTINGS)
    if kind is Kind.HTML or page.content_type in _HTML_TYPES:
        return html_document(text, given)
    if page.content_type in _TEXT_TYPES and kind is None:
        return text_document(text, given)
    raise _unsupported(page)


def _kind_if_no_listing(body: bytes, page: Page) -> str:
    """What came in place of a feed or sitemap; empty where it is one, or nothing at all."""
    if body.startswith(SIGNATURE):
        return "PDF"
    if page.content_type == _MESSAGE:
        return "message"
    kind = kind_of_xml(_decoded(body, page))
    if kind in _LISTINGS or not body.strip():
        return ""
    return "page" if kind or page.content_type in _HTML_TYPES else "text"


def _listing(text: str, page: Page, expected: tuple[Kind, ...]) -> tuple[Kind, Listing]:
    kind = kind_of_xml(text)
    if kind not in expected:
        raise ListingError(f"{page.url}: expected a {' or '.join(expected)}, found a {kind or 'text'}; leave it out")
    reader = read_feed if kind is Kind.FEED else read_sitemap
    return kind, reader(text, page.final_url)


def _decoded(body: bytes, page: Page) -> str:
    text = None if _BINARY.match(page.content_type) else decode(body, page.charset)
    if text is None:
        if page.content_type in (*_HTML_TYPES, *_TEXT_TYPES):
            raise BinarySourceError(f"{page.url}: is not text (or its encoding is unknown); leave it out")
        raise _unsupported(page)
    return text


def _unsupported(page: Page) -> UnsupportedSourceError:
    return UnsupportedSourceError(
        f"{page.url}: expected a page, PDF, text, message, feed or sitemap,"
        f" found {page.content_type or 'another kind'}; leave it out"
    )
