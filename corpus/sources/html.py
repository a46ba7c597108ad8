"""HTML pages -> documents: the article's text alone, without menus and what a browser does not show."""

from __future__ import annotations

import copy
import itertools
import logging
from functools import lru_cache
from typing import Any

from corpus.decode import tidy
from corpus.documents import Document, make_document
from corpus.sources.errors import EmptySourceError, SourceTooLargeError, UnreadableSourceError
from corpus.sources.text import Given, heading, parse_date

# What a browser does not show must not be quoted. Not the body itself, which some pages hide until a script has run.
_HIDDEN = [
    "//body//*[@hidden]",
    "//body//*[translate(@aria-hidden, 'TRUE', 'true') = 'true']",
    "//body//*[contains(translate(@style, 'DISPLAYNOE \t\n', 'displaynoe'), 'display:none')]",
]


# Of "<", in pages of the web. Long reports have some 10,000; what takes the text out of ten times as many runs for
# minutes.
MAX_TAGS = 40_000


def html_document(html: str, given: Given) -> Document:
    """The page's article with what the page declares of it.

    :raises EmptySourceError: no article text.
    :raises SourceTooLargeError: fetched, and longer than any article.
    :raises UnreadableSourceError: the extractor fails on it.
    :raises MetadataError: a date that is none.
    """
    if given.url and (n_tags := html.count("<")) > MAX_TAGS:
        raise SourceTooLargeError(f"{given.origin}: has {n_tags:,} tags, the limit is {MAX_TAGS:,}; save it as a file")
    page = _extracted(html, given.origin)
    body = tidy(_paragraphed(_marked(page.text or "", page.body))) if page else ""
    if not body.strip():
        raise EmptySourceError(f"{given.origin}: no article text was found in the page; save the text itself as .txt")
    title = page.title or heading(body) or given.name
    url, outlet = (given.url, given.outlet) if given.url else (_web_url(page.url), page.sitename or page.hostname)
    published = parse_date(page.date, given.origin) or given.published
    author = tidy(page.author).replace("; ", ", ") if page.author else None
    return make_document(given.origin, tidy(title), body, url, outlet, published, given.ingested, author)


def _extracted(html: str, origin: str) -> Any:
    try:
        return _extract(html)
    except Exception as error:  # it promises none; whatever a page does to it, the rest is read
        message = f"{origin}: is no page that can be read ({error}); save its text as .txt"
        raise UnreadableSourceError(message) from error


def _web_url(declared: str | None) -> str | None:
    return declared if declared and declared.startswith(("http://", "https://")) else None


def _extract(html: str) -> Any:
    """Trafilatura's result (title, author, date, sitename, hostname, url, text) or None; no scripts and menus."""
    from trafilatura import bare_extraction

    if "html" not in html[:50].lower():  # trafilatura passes over fragments
        html = f"<html>{html}"
    # Only a date that the page declares: one found somewhere in its text may be any date.
    dates = {"original_date": True, "extensive_search": False}
    return bare_extraction(
        html,
        with_metadata=True,
        include_comments=False,
        date_extraction_params=dates,
        prune_xpath=_HIDDEN,
        config=_extraction_config(),
    )


@lru_cache(maxsize=1)
def _extraction_config() -> Any:
    """Trafilatura's settings without its rescue for short pages, which breaks sentences at every link."""
    from trafilatura.settings import DEFAULT_CONFIG

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # its complaints become our errors
    config = copy.deepcopy(DEFAULT_CONFIG)
    config.set("DEFAULT", "MIN_EXTRACTED_SIZE", "1")
    return config


def _marked(text: str, body: Any) -> str:
    """The text with its headings below the first and its block quotes marked as in Markdown: else they read as body."""
    marks = {
        _one_line(block): mark
        for mark, path in (("## ", ".//head[not(@rend='h1')]"), ("> ", ".//quote[not(.//p)] | .//quote//p"))
        for block in body.xpath(path)
    }
    return "\n".join(marks.get(line.strip(), "") + line for line in text.split("\n"))


def _one_line(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())


def _paragraphed(text: str) -> str:
    """A blank line between blocks, which trafilatura sets on one line each; list items and table rows stay together."""
    lines = [line.rstrip() for line in text.strip().split("\n")]
    parts = lines[:1]
    for before, line in itertools.pairwise(lines):
        together = before[:2] == line[:2] == "- " or before[:1] == line[:1] == "|"
        parts += ["\n" if together else "\n\n", line]
    return "".join(parts)
