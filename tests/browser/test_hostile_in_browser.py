"""Strings that try to be more than text, in a real browser: none of them runs, asks for anything or says a word."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest

from tests.browser.conftest import Tab
from tests.verifier.report.hostile import hostile_reports
from verifier.report import render_claim_html, render_html
from verifier.rows import RunReport

pytestmark = pytest.mark.browser

OpenTab = Callable[..., Tab]


def all_of_them() -> RunReport:
    """Every string in every field of one page, each with ids of its own."""
    reports = [report for _, report in hostile_reports()]
    articles, flips, failures = [], [], []
    for n, report in enumerate(reports):
        for rows in report.articles:
            article = replace(rows.article, id=f"article-{n}")
            claims = tuple(replace(row, claim=replace(row.claim, id=f"{row.claim.id}-{n}")) for row in rows.claims)
            articles.append(replace(rows, article=article, claims=claims))
        flips += report.desk.flips
        failures += report.failures
    desk = replace(reports[0].desk, flips=tuple(flips), n_flips=len(flips))
    return replace(reports[0], articles=tuple(articles), failures=tuple(failures), desk=desk)


def test_no_hostile_string_runs_on_the_page(tmp_path: Path, open_tab: OpenTab):
    """With all unfolded, hovered, filtered, put in order and followed; `open_tab` fails on any word or request."""
    path = tmp_path / "index.html"
    path.write_text(render_html(all_of_them()), "utf-8", "replace")
    page = open_tab(path).page
    page.set_default_timeout(60_000)  # six megabytes, all unfolded
    page.on("dialog", lambda dialog: pytest.fail(f"a dialog: {dialog.message}"))
    page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
    for order in ("worth", "verdict", "unsure", "sure", "newest", "speaker", ""):
        page.locator("[name=order]").select_option(order)
    speakers = page.locator("[name=speaker] option").count()
    for n in range(1, min(speakers, 20)):
        page.locator("[name=speaker]").select_option(index=n)
    page.get_by_role("button", name="Reset").click()
    page.evaluate("document.querySelectorAll('.strip [data-claim]').forEach((mark) => "
                  "mark.dispatchEvent(new MouseEvent('mouseover', {bubbles: true})))")  # fmt: skip
    page.evaluate("document.querySelectorAll('.full a').forEach((link) => link.click())")
    page.wait_for_timeout(200)
    assert page.evaluate("document.querySelectorAll('script').length") == 1
    assert page.url.startswith("file:") and page.evaluate("document.title").endswith("UTC")
    schemes = page.evaluate("[...new Set([...document.querySelectorAll('a')].map((link) => link.protocol))]")
    assert set(schemes) <= {"file:", "http:", "https:"}


def test_no_hostile_string_runs_on_the_page_of_a_claim(tmp_path: Path, open_tab: OpenTab):
    """Every fourth by itself: one string that ended an element would hide those behind it.

    That none of them adds an element is tested for all without a browser.
    """
    for n, (_, report) in enumerate(islice(hostile_reports(), 0, None, 4)):
        path = tmp_path / f"{n}.html"
        path.write_text(render_claim_html(report, "hostile-1"), "utf-8", "replace")
    tab = open_tab(tmp_path / "0.html")
    tab.page.on("dialog", lambda dialog: pytest.fail(f"a dialog: {dialog.message}"))
    for path in sorted(tmp_path.glob("*.html")):
        tab.page.goto(path.as_uri())
        assert tab.page.locator(".panel").count() == 1 and tab.page.locator("script").count() == 1, path.name
