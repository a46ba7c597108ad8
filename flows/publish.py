"""The report's files."""

from __future__ import annotations

import os
from pathlib import Path

from verifier.report import render_html, render_markdown
from verifier.rows import RunReport

REPORT_HTML, REPORT_MARKDOWN = "index.html", "index.md"


class ReportWriteError(Exception):
    """The report cannot be written there; `report` holds its rows, where there are any yet."""

    def __init__(self, message: str, report: RunReport | None = None):
        super().__init__(message)
        self.report = report


def require_report_folder(folder: Path) -> None:
    """Make the folder, so that a wrong path is refused before hours of work.

    :raises ReportWriteError: when it is a file, cannot be made or cannot be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        found = "a file" if folder.is_file() else error.strerror or str(error)
        raise ReportWriteError(f"{folder}: expected a folder for the report, found: {found}; give another") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise ReportWriteError(f"{folder}: expected a folder that can be written to; change its rights or give another")


def write_report(report: RunReport, folder: Path) -> Path:
    """Write the HTML page and the Markdown beside it, each whole or not at all.

    :return: the page.
    :raises ReportWriteError: when the folder or a file cannot be written; no half file stays.
    """
    require_report_folder(folder)
    for name, text in ((REPORT_HTML, render_html(report)), (REPORT_MARKDOWN, render_markdown(report))):
        try:
            _write_whole(folder / name, text)
        except OSError as error:
            raise ReportWriteError(
                f"{folder / name}: the report cannot be written ({error.strerror or error}), the verdicts are stored;"
                " free the disk or choose another folder, then give: verifier report",
                report,
            ) from error
    return folder / REPORT_HTML


def _write_whole(path: Path, text: str) -> None:
    partial = path.with_name(f"{path.name}.partial")
    try:
        partial.write_text(text, encoding="utf-8")
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
