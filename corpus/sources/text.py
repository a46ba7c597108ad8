"""Plain text and Markdown -> documents, and what all kinds of text share: titles and dates."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from email.utils import parsedate_to_datetime

from corpus.documents import Document, make_document, sentence_spans
from corpus.sources.errors import EmptySourceError, MetadataError


@dataclass(frozen=True, slots=True)
class Given:
    """What is known of a text before it is read.

    `url` is where it was fetched: what a fetched text says of its own address and publisher does not count, or any
    page could pass for one of somebody else's.
    """

    origin: str  # the path, or the URL as it was asked for; errors begin with it
    name: str  # the title of a text that has none
    ingested: datetime
    url: str | None = None
    outlet: str | None = None  # who publishes at `url`
    published: date | None = None  # the day of a text that names none


def text_document(text: str, given: Given) -> Document:
    """A document with what its front matter says.

    :raises EmptySourceError: no text.
    :raises MetadataError: a date that is none.
    """
    fields, body = _front_matter(text)
    if not body.strip():
        raise EmptySourceError(f"{given.origin}: has no text below its front matter; remove it or put its text in")
    published = parse_date(fields.get("published") or fields.get("date"), given.origin) or given.published
    title = fields.get("title") or heading(body) or given.name
    author = fields.get("author", "").strip("[]") or None  # a list of names too
    url, outlet = (given.url, given.outlet) if given.url else (fields.get("url"), fields.get("source"))
    return make_document(given.origin, title, body, url, outlet, published, given.ingested, author)


_FRONT_MATTER = re.compile(r"\s*---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|$)", re.DOTALL)
_KNOWN_FIELDS = ("title", "published", "date", "source", "url", "author")
_FIELD = re.compile(r"([A-Za-z_][\w-]*)[ \t]*:(?:[ \t]+(.*))?$")
_MARKED_HEADING = re.compile(r"^#{1,6}[ \t]++(.+)$|^(\S.*)\n(?:={3,}|-{3,})[ \t]*$", re.MULTILINE)
_HEADLINE = re.compile(r"\s*(\S[^\n]{0,150})\n[ \t]*\n\s*\S")


def _front_matter(text: str) -> tuple[dict[str, str], str]:
    """The `key: value` lines of a leading `---` block, keys in lower case, and the text after the block."""
    block = _FRONT_MATTER.match(text)
    rows = [_FIELD.match(line) for line in block[1].splitlines()] if block else []
    fields = {row[1].lower(): _unquoted(row[2] or "") for row in rows if row}
    if not block or fields.keys().isdisjoint(_KNOWN_FIELDS):
        return {}, text  # not front matter: text between two rules
    return {key: value for key, value in fields.items() if value}, text[block.end() :].lstrip("\n")


def _unquoted(value: str) -> str:
    value = value.strip()
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1].strip()
    return value


def heading(text: str) -> str | None:
    """The first Markdown heading, or a short first line that stands alone and is neither a sentence nor several."""
    if marked := _MARKED_HEADING.search(text):
        return (marked[1].rstrip(" \t#") or marked[1] if marked[1] else marked[2]).strip()
    line = _HEADLINE.match(text)
    headline = line[1].strip() if line else ""
    if headline.endswith((".", "!", ":", ";", ",")) or len(sentence_spans(headline)) > 1:
        return None
    return headline or None


_DATE_FORMATS = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%d %B %Y", "%B %d, %Y", "%d %b %Y", "%b %d, %Y")


def parse_date(value: object, source: str) -> date | None:
    """The calendar day of a date or timestamp; None where there is none.

    :raises MetadataError: where a value is there and is no date. To read on would hide how old a text is.
    """
    if value is None or value == "":
        return None
    text = str(value).strip()
    for attempt in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            return attempt(text).date()
        except (ValueError, TypeError):
            continue
    for form in _DATE_FORMATS:
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    raise MetadataError(f"{source}: published is {text[:60]!r}; write it as 2024-03-05, or leave it out")
