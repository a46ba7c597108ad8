"""A run as a table for spreadsheets: one row a claim, checked or not."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from verifier.report.quotes import quote_of, strongest
from verifier.report.words import QUESTION_WORDS, safe_href
from verifier.rows import ClaimReport, RunReport
from verifier.types import Article, Evidence, Label, Review, Run, Stance

BYTE_ORDER_MARK = "\ufeff"
"""Excel takes a table without it for the machine's old code page, and shows `GrÃ¶ÃŸe`; others pass over it."""

_FORMULA_SIGNS = "=+-@＝＋－＠"
# Where a spreadsheet may begin a cell: at the start, and, in a locale whose separator is `;`, inside a quoted cell too.
_CELL_STARTS = re.compile("[;\t\r\n]")
_UNWRITABLE = re.compile("[\0\ud800-\udfff]")
_REPLACEMENT = "\ufffd"
_NOT_OVER = "the run is still running, or was stopped before its end"


@dataclass(frozen=True, slots=True)
class _Row:
    """A claim with what its cells are taken from."""

    run: Run
    article: Article
    claim: ClaimReport
    favourable: Evidence | None
    contrary: Evidence | None
    review: Review | None


def _of_evidence(side: Callable[[_Row], Evidence | None], name: str) -> dict[str, Callable[[_Row], object]]:
    """The four columns of one side."""

    def of(value: Callable[[Evidence], object]) -> Callable[[_Row], object]:
        return lambda row: value(found) if (found := side(row)) else None

    return {
        f"{name}_quote": of(lambda item: quote_of(item).text),
        f"{name}_title": of(lambda item: item.document.title),
        f"{name}_url": of(lambda item: safe_href(item.document.url)),
        f"{name}_published": of(lambda item: item.document.published),
    }


_COLUMNS: dict[str, Callable[[_Row], object]] = {
    "claim_id": lambda row: row.claim.claim.id,
    "label": lambda row: row.claim.verdict.label if row.claim.verdict else None,
    "confidence": lambda row: row.claim.verdict.confidence if row.claim.verdict else None,
    "claim": lambda row: row.claim.claim.text,
    "question": lambda row: QUESTION_WORDS[row.claim.claim.kind] if row.claim.verdict else None,
    "speaker": lambda row: row.claim.claim.speaker,
    "claim_date": lambda row: row.claim.claim.claim_date,
    "article": lambda row: row.article.title,
    "article_url": lambda row: safe_href(row.article.url),
    "article_published": lambda row: row.article.published,
    "sentence": lambda row: row.claim.claim.sentence,
    "status": lambda row: row.claim.claim.status,
    "reason": lambda row: row.claim.claim.reason,
    "checkworthiness": lambda row: row.claim.claim.checkworthiness,
    "previous_label": lambda row: row.claim.previous.label if row.claim.previous else None,
    "why_changed": lambda row: "; ".join(c.detail for c in row.claim.causes) if row.claim.is_changed else None,
    **_of_evidence(lambda row: row.favourable, "for"),
    **_of_evidence(lambda row: row.contrary, "against"),
    "review_label": lambda row: row.review.label if row.review else None,
    "reviewer": lambda row: row.review.reviewer if row.review else None,
    "reviewed_at": lambda row: row.review.reviewed_at.date() if row.review else None,
    "comment": lambda row: row.review.comment if row.review else None,
    "run_status": lambda row: row.run.status,
}


def render_csv(report: RunReport) -> str:
    """All claims as RFC 4180, every cell in quotation marks, with a byte order mark before the first.

    Above those of a run that is not over, or failed, stands a row of no claim with its status and why: what follows is
    incomplete, and may be nothing.

    The quotes for and against are those of the strongest passage of each side, and empty where the evidence does not
    suffice; the review is the newest that gives a label, or else the newest. A URL that may not become a link is empty.
    Cells are data and keep their line breaks, turned directions and invisible marks; only what a spreadsheet would
    compute is defused, and what no file in UTF-8 can hold (and NUL) is `U+FFFD`.

    :raises QuoteError: a rationale lies outside its passage.
    """
    table = io.StringIO()
    table.write(BYTE_ORDER_MARK)
    writer = csv.writer(table, quoting=csv.QUOTE_ALL)
    writer.writerow(_COLUMNS)
    if not report.run.is_over:
        why = "; ".join(failure.message for failure in report.failures) or _NOT_OVER
        told = {"reason": why, "run_status": report.run.status}
        writer.writerow([_cell(told.get(name)) for name in _COLUMNS])
    for article in report.articles:
        for claim in article.claims:
            row = _row(report.run, article.article, claim)
            writer.writerow([_cell(value(row)) for value in _COLUMNS.values()])
    return table.getvalue()


def defused(text: str) -> str:
    """The text with an apostrophe before all that a spreadsheet would take for a formula.

    That is `=`, `+`, `-` or `@`, also in their full widths, at the start of the text or after a `;`, a tab or a line
    break, with any white space and invisible marks between; and a tab or line break that the text starts with.
    """
    marked = "'" if text[:1] in ("\t", "\r", "\n") else ""
    done = 0
    for start in (0, *(match.end() for match in _CELL_STARTS.finditer(text))):
        sign = next((at for at in range(start, len(text)) if not _is_passed_over(text[at])), len(text))
        if text[sign : sign + 1] in tuple(_FORMULA_SIGNS) and not (start == 0 and marked):
            marked += f"{text[done:start]}'"
            done = start
    return marked + text[done:]


def _is_passed_over(char: str) -> bool:
    """Whether a spreadsheet may look for a formula behind it; a cell that begins behind it is looked at by itself."""
    return not _CELL_STARTS.match(char) and (char.isspace() or unicodedata.category(char)[0] == "C")


def _cell(value: object) -> object:
    if isinstance(value, float):
        return round(value, 4)
    return "" if value is None else defused(_UNWRITABLE.sub(_REPLACEMENT, str(value)))


def _row(run: Run, article: Article, claim: ClaimReport) -> _Row:
    verdict = claim.verdict
    settled = verdict.evidence if verdict and verdict.label is not Label.NOT_ENOUGH_EVIDENCE else ()
    newest = claim.reviews[-1] if claim.reviews else None
    return _Row(
        run,
        article,
        claim,
        strongest(settled, Stance.SUPPORTS),
        strongest(settled, Stance.REFUTES),
        claim.standing_review or newest,
    )
