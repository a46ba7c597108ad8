"""The report's files."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from verifier.report import (
    PublisherError,
    ReportConfig,
    claim_reviews,
    publisher_of,
    render_claim_html,
    render_claim_reviews,
    render_csv,
    render_html,
    render_json,
    render_markdown,
)
from verifier.rows import RunReport

DEFAULT_FORMATS = ("html", "md")
CLAIM_REVIEW = "claimreview"


@dataclass(frozen=True, slots=True)
class Form:
    """A form of the report: the name of its file, and what makes its text."""

    file: str
    render: Callable[[RunReport, ReportConfig], str]


FORMS = {
    "html": Form("index.html", lambda report, _: render_html(report)),
    "md": Form("index.md", lambda report, _: render_markdown(report)),
    "json": Form("report.json", lambda report, _: render_json(report)),
    "csv": Form("claims.csv", lambda report, _: render_csv(report)),
    CLAIM_REVIEW: Form("claimreview.jsonld", lambda report, config: render_claim_reviews(report, publisher_of(config))),
}
"""By the name that `--format` takes."""
REPORT_HTML = FORMS["html"].file


class UnknownFormatError(ValueError):
    """There is no form of the report with that name."""


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


def require_known(formats: Sequence[str]) -> None:
    """:raises UnknownFormatError: a name is none of `FORMS`."""
    for name in formats:
        if name not in FORMS:
            raise UnknownFormatError(
                f"expected --format as one of {', '.join(FORMS)}, found {name!r}; give one of them"
            )


def require_formats(formats: Sequence[str], config: ReportConfig) -> None:
    """Refuse what no report can be written in, before hours of work.

    :raises UnknownFormatError: a name is none of `FORMS`.
    :raises PublisherError: verdicts are to be published, and the settings do not say by whom and where.
    """
    require_known(formats)
    if CLAIM_REVIEW in formats:
        publisher_of(config)


def write_report(
    report: RunReport,
    folder: Path,
    formats: Sequence[str] = DEFAULT_FORMATS,
    config: ReportConfig = ReportConfig(),
) -> tuple[Path, ...]:
    """Write the report in each form, each file whole or not at all.

    :param formats: names in `FORMS`; one named twice is written once.
    :return: the files, in the order of their forms.
    :raises UnknownFormatError, PublisherError: as `require_formats`.
    :raises ReportWriteError: when the folder or a file cannot be written; no half file stays.
    """
    require_formats(formats, config)
    require_report_folder(folder)
    forms = [FORMS[name] for name in dict.fromkeys(formats)]
    for form in forms:
        _write(folder / form.file, form.render(report, config), report)
    if CLAIM_REVIEW in formats:
        for claim_id, entry in claim_reviews(report, publisher_of(config)).items():
            _write(folder / claim_file(claim_id), render_claim_html(report, claim_id, entry), report)
    return tuple(folder / form.file for form in forms)


def write_all(
    report: RunReport,
    folder: Path,
    formats: Sequence[str],
    config: ReportConfig = ReportConfig(),
) -> tuple[Path, ...]:
    """Write the report in the forms that are asked for, and in those whose files stand there: none is older than it.

    Only the list of what people approved waits for a run that is over, for it says nothing of how a run went, and an
    empty one would take back what was published.

    :return, raises: as `write_report`.
    """
    there = standing(folder)
    if CLAIM_REVIEW not in formats and not _has_publisher(config):
        there = [name for name in there if name != CLAIM_REVIEW]
    forms = dict.fromkeys([*formats, *there])
    if not report.run.is_over:
        forms.pop(CLAIM_REVIEW, None)
    return write_report(report, folder, tuple(forms) or DEFAULT_FORMATS, config)


def write_claim(report: RunReport, claim_id: str, folder: Path) -> Path:
    """Write the page of one claim.

    :return: the page.
    :raises NoSuchCardError: the run has no checkable claim with that id.
    :raises ReportWriteError: when the folder or the file cannot be written.
    """
    require_report_folder(folder)
    path = folder / claim_file(claim_id)
    _write(path, render_claim_html(report, claim_id), report)
    return path


def standing(folder: Path) -> list[str]:
    """The forms whose files stand in a folder."""
    return [name for name, form in FORMS.items() if (folder / form.file).is_file()]


def _has_publisher(config: ReportConfig) -> bool:
    with suppress(PublisherError):
        publisher_of(config)
        return True
    return False


def claim_file(claim_id: str) -> str:
    """The name of the page of a claim, under which ClaimReview names it too."""
    return f"claim-{quote(claim_id, safe='', errors='replace')}.html"


def _write(path: Path, text: str, report: RunReport) -> None:
    try:
        _write_whole(path, text)
    except OSError as error:
        raise ReportWriteError(
            f"{path}: the report cannot be written ({error.strerror or error}), the verdicts are"
            " stored; free the disk or choose another folder, then give: verifier report",
            report,
        ) from error


def _write_whole(path: Path, text: str) -> None:
    partial = path.with_name(f"{path.name}.partial")
    try:
        partial.write_text(text, encoding="utf-8", newline="")  # the line ends of a table are its own
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
