"""The report's files."""

from __future__ import annotations

from pathlib import Path

from verifier.report import render_html, render_markdown
from verifier.rows import RunReport

REPORT_HTML, REPORT_MARKDOWN = "index.html", "index.md"


def write_report(report: RunReport, folder: Path) -> Path:
    """Write the HTML page and the Markdown beside it, each whole or not at all.

    :return: the page.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in ((REPORT_HTML, render_html(report)), (REPORT_MARKDOWN, render_markdown(report))):
        partial = folder / f"{name}.partial"
        partial.write_text(text, encoding="utf-8")
        partial.replace(folder / name)
    return folder / REPORT_HTML
