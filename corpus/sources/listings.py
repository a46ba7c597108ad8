"""Feeds and sitemaps -> the pages that they list. No summary in a feed is ever taken for an article."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from corpus.decode import tidy
from corpus.sources.errors import ListingError, MetadataError
from corpus.sources.text import parse_date

# Of "<": a sitemap may list 50,000 pages. A feed has a few thousand, and its parser takes minutes for what is nested
# deeply.
MAX_TAGS_OF_FEED, MAX_TAGS_OF_SITEMAP = 100_000, 1_000_000

# Declarations and comments, and the blanks between them; whole ones, or nothing.
_PROLOGUE = re.compile(r"(?:[\ufeff \t\r\n]++|<\?(?s:.*?)\?>|<!--(?s:.*?)-->)*+")
_DOCTYPE = re.compile(r"<!DOCTYPE(?:\s+([\w.-]+))?", re.IGNORECASE)
_ROOT = re.compile(r"<(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)")
_ENTITY = re.compile(r"<!ENTITY", re.IGNORECASE)


class Kind(StrEnum):
    """What an XML text is, by its first element."""

    FEED = "feed"
    SITEMAP = "sitemap"
    INDEX = "sitemap index"
    HTML = "page"
    OTHER = "XML of another kind"


_KINDS = {"rss": Kind.FEED, "feed": Kind.FEED, "rdf": Kind.FEED, "urlset": Kind.SITEMAP, "sitemapindex": Kind.INDEX}
_KINDS |= {"html": Kind.HTML}


@dataclass(frozen=True, slots=True)
class Entry:
    """A page that is listed. `changed` sorts: an ISO date or time, empty where none is given."""

    url: str
    published: date | None
    changed: str


@dataclass(frozen=True, slots=True)
class Listing:
    """What a feed or sitemap lists, in its order; `problem` says what of it could not be read."""

    entries: tuple[Entry, ...]
    problem: str = ""


def kind_of_xml(text: str) -> Kind | None:
    """By the first element after declarations and comments; None where the text does not begin with one."""
    prologue = _PROLOGUE.match(text)
    at = prologue.end() if prologue else 0
    if doctype := _DOCTYPE.match(text, at, at + 100):
        return _KINDS.get((doctype[1] or "").lower(), Kind.OTHER)
    root = _ROOT.match(text, at)
    return _KINDS.get(root[1].lower(), Kind.OTHER) if root else None


def read_feed(text: str, url: str) -> Listing:
    """The entries of an RSS or Atom feed that have a link. Of a broken feed, what comes before the break.

    :param url: where it was fetched, for links that are relative.
    :raises ListingError: nothing in it can be read, it defines entities, or it is too long.
    """
    _refuse_bombs(text, url, MAX_TAGS_OF_FEED)
    import feedparser

    # Always UTF-8, which the text is now, whatever it declares.
    headers = {"content-type": "application/xml; charset=utf-8", "content-location": url}
    try:
        # From a file: a string could be read as the name of one.
        parsed: Any = feedparser.parse(io.BytesIO(text.encode("utf-8", "replace")), response_headers=headers)
        entries = [_entry(item) for item in parsed.entries]
    except Exception as error:  # feedparser promises none, and some broken feeds get one out of it
        raise ListingError(f"{url}: is no feed that can be read ({error}); tell its publisher") from error
    cause = parsed.get("bozo_exception") if parsed.get("bozo") else None
    found = tuple(entry for entry in entries if entry)
    if not found and (cause or not parsed.get("version")):
        raise ListingError(f"{url}: is no feed that can be read ({_reason(cause)}); tell its publisher")
    problems = [f"is broken ({_reason(cause)}), and what comes after the break may be missing"] if cause else []
    if n_bare := len(entries) - len(found):
        problems.append(f"has {n_bare} entries without a link, which cannot be fetched")
    return Listing(found, "; ".join(problems))


def _entry(item: Any) -> Entry | None:
    link = item.get("link")
    if not isinstance(link, str) or not link.strip():
        return None
    # Not `item.get`: feedparser's own falls back from one to the other, and warns of it.
    came, changed_at = (dict.get(item, key) for key in ("published_parsed", "updated_parsed"))
    day, changed = _day(came or changed_at), _day(changed_at or came)
    return Entry(tidy(link).strip(), day, changed.isoformat() if changed else "")


def _day(moment: Any) -> date | None:
    try:
        return date(*moment[:3]) if moment else None
    except (ValueError, TypeError, OverflowError):
        return None


def _reason(error: object) -> str:
    return " ".join(str(error or "it has none of the elements of one").split())[:150]


def read_sitemap(text: str, url: str) -> Listing:
    """The pages of a sitemap, or the sitemaps of an index.

    A page's `lastmod` says when it changed; only a `publication_date` of a news sitemap says when it appeared.

    :raises ListingError: it is no XML, defines entities, or is too long.
    """
    _refuse_bombs(text, url, MAX_TAGS_OF_SITEMAP)
    from defusedxml.ElementTree import fromstring

    try:
        # As bytes in UTF-8: a declaration of another encoding would be believed otherwise.
        root = fromstring(_undeclared(text).encode("utf-8", "replace"))
    except Exception as error:  # a parse error, or one of the dangers that defusedxml knows by name
        raise ListingError(f"{url}: is no sitemap that can be read ({_reason(error)}); tell its publisher") from error
    entries, n_bare = [], 0
    for item in root:
        if not isinstance(item.tag, str):
            continue
        loc = (item.findtext("{*}loc") or "").strip()
        if loc:
            published = _declared_day(item.findtext(".//{*}publication_date"), url)
            entries.append(Entry(loc, published, (item.findtext("{*}lastmod") or "").strip()))
        else:
            n_bare += 1
    return Listing(tuple(entries), f"has {n_bare} entries without an address" if n_bare else "")


def _declared_day(text: str | None, url: str) -> date | None:
    """A sitemap's word on a page is no more than a hint: what is no date is none."""
    try:
        return parse_date((text or "").strip(), url)
    except MetadataError:
        return None


def _undeclared(text: str) -> str:
    """Without the XML declaration, whose encoding is no longer that of the text."""
    text = text.lstrip("\ufeff \t\r\n")
    return text.split("?>", 1)[1] if text.startswith("<?xml") and "?>" in text else text


def _refuse_bombs(text: str, url: str, max_tags: int) -> None:
    """No feed needs entities of its own, and a few lines of them unfold to gigabytes, or to files of this machine.

    A parser finds them where the text is XML; where it breaks off, the word alone is enough.

    :raises ListingError: likewise.
    """
    from defusedxml import DefusedXmlException
    from defusedxml.sax import parseString

    if (n_tags := text.count("<")) > max_tags:
        raise ListingError(f"{url}: has {n_tags:,} tags, the limit is {max_tags:,}; give a shorter one")
    if not _ENTITY.search(text):
        return
    from xml.sax import ContentHandler

    try:
        parseString(_undeclared(text).encode("utf-8", "replace"), ContentHandler())
    except DefusedXmlException as error:
        raise ListingError(f"{url}: defines entities of its own, which is refused; tell its publisher") from error
    except Exception as error:
        raise ListingError(f"{url}: is broken and defines entities, which is refused; tell its publisher") from error
