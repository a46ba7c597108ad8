"""A morning of 5,000 claims: how long its page takes to render and to show, and how large it is.

`pytest tests/bench/bench_report.py -s`; REPORT_CLAIMS=1000 makes a smaller one.
"""

from __future__ import annotations

import os
import statistics
import time
from pathlib import Path

import pytest

from tests.bench.morning import make_morning
from tests.browser.conftest import browser  # noqa: F401
from verifier.report import render_html, render_markdown
from verifier.rows import RunReport

N_CLAIMS = int(os.environ.get("REPORT_CLAIMS", "5000"))
ROUNDS = 5
TIMINGS = """() => {
  const paint = performance.getEntriesByName("first-contentful-paint")[0];
  const page = performance.getEntriesByType("navigation")[0];
  return [paint.startTime, page.domInteractive];
}"""
FILTERED = """([name, value]) => new Promise((done) => {
  const tools = document.querySelector(".tools"), start = performance.now();
  tools.elements[name].value = value;
  tools.dispatchEvent(new Event("change"));
  requestAnimationFrame(() => setTimeout(() => done(performance.now() - start)));
})"""
ASKED = [("verdict", "CONTENT REFUTED"), ("verdict", ""), ("order", "unsure"), ("order", ""), ("words", "ferry 4711")]


@pytest.fixture(scope="module")
def morning() -> RunReport:
    return make_morning(N_CLAIMS)


@pytest.mark.bench
def test_rendering(morning: RunReport) -> None:
    """The page and its Markdown; the median of five rounds."""
    for name, render in (("html", render_html), ("markdown", render_markdown)):
        took = []
        for _ in range(ROUNDS):
            start = time.perf_counter()
            text = render(morning)
            took.append(time.perf_counter() - start)
        print(f"\n{name}: {statistics.median(took):.2f} s, {len(text.encode()) / 1e6:.1f} MB")


@pytest.mark.bench
@pytest.mark.timeout(300)
def test_showing(morning: RunReport, tmp_path: Path, browser) -> None:  # type: ignore[no-untyped-def]  # noqa: F811
    """First paint, the moment from which it can be used, and what each filter takes; medians of five openings."""
    path = tmp_path / "index.html"
    path.write_text(render_html(morning), "utf-8")
    timings, filters = [], []
    for _ in range(ROUNDS):
        page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
        page.goto(path.as_uri())
        timings.append(page.evaluate(TIMINGS))
        filters.append([page.evaluate(FILTERED, asked) for asked in ASKED])
        page.context.close()
    for name, took in zip(("first paint", "usable"), zip(*timings, strict=True), strict=True):
        print(f"\n{name}: {statistics.median(took):.0f} ms", end="")
    for (name, value), took in zip(ASKED, zip(*filters, strict=True), strict=True):
        print(f"\n{name} {value or 'all'}: {statistics.median(took):.0f} ms", end="")
