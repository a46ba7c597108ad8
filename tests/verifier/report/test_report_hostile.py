"""Strings that try to be more than text stay text in the page and in Markdown; other forms have tests of their own."""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from markdown_it import MarkdownIt

from tests.verifier.report.hostile import HOSTILE, hostile_report
from verifier.report import render_claim_html, render_html, render_markdown

HARMLESS = "Harmless words."
SAYING = [name for name, text in HOSTILE.items() if text.strip()]  # what says nothing leaves whole lines out
# What browsers take for the same, or leave out, before they read a link's scheme.
IGNORED_IN_LINKS = {ord(mark): None for mark in "\t\n\r\x00"}


class _Tags(HTMLParser):
    """The elements of a page with the names of their attributes, but for links, and where links lead."""

    def __init__(self, html: str):
        super().__init__()
        self.elements: list[tuple[str, tuple[str, ...]]] = []
        self.links: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.links += [value or "" for name, value in attrs if name == "href"]
            assert {name for name, _ in attrs} <= {"href", "class"}
        else:
            self.elements.append((tag, tuple(name for name, _ in attrs)))


def safe(link: str) -> bool:
    """Whether a link leads to a place on the page, or to the web."""
    plain = link.translate(IGNORED_IN_LINKS).strip()
    return plain.startswith("#") or urlsplit(plain).scheme in ("http", "https")


@pytest.mark.parametrize("name", SAYING)
def test_html_has_the_elements_of_a_harmless_report(name: str):
    """Whatever the string is, it adds no element and no attribute anywhere, and no link but to the web."""
    report, harmless = hostile_report(HOSTILE[name]), hostile_report(HARMLESS)
    for page, other in (
        (render_html(report), render_html(harmless)),
        (render_claim_html(report, "hostile-1"), render_claim_html(harmless, "hostile-1")),
    ):
        tags = _Tags(page)
        assert tags.elements == _Tags(other).elements
        assert all(map(safe, tags.links))


@pytest.mark.parametrize("name", SAYING)
def test_markdown_has_the_blocks_of_a_harmless_report(name: str):
    """Read as CommonMark with tables it has the same headings, lists and rows, no HTML, and no link but to the web."""
    reader = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])

    def structure(text: str) -> list[str]:
        found = []
        for token in reader.parse(render_markdown(hostile_report(text))):
            for part in (token, *(token.children or ())):
                if part.type in ("link_open", "link_close", "text", "softbreak"):
                    assert part.type != "link_open" or safe(str(part.attrGet("href")))
                else:
                    found.append(f"{part.type} {part.tag}")
        return found

    assert structure(HOSTILE[name]) == structure(HARMLESS)


@pytest.mark.parametrize("name", sorted(HOSTILE.keys() - SAYING))
def test_texts_that_say_nothing_leave_a_page(name: str):
    """An article, a title or a claim of nothing is shown as such."""
    report = hostile_report(HOSTILE[name])
    assert "Untitled article" in render_html(report) and "Untitled article" in render_markdown(report)
