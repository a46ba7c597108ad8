"""CSV: one row a claim that every reader takes apart alike, and that no spreadsheet computes."""

from __future__ import annotations

import csv
import io
import unicodedata
from dataclasses import replace

import pytest

from tests.verifier.report.hostile import FORMULAS, HOSTILE, hostile_report, hostile_reports
from tests.verifier.report.samples import full_report, make_report, remembered_report, said_report
from verifier.report import render_csv
from verifier.report.csv import BYTE_ORDER_MARK, defused
from verifier.rows import RunReport
from verifier.types import Failure, Label, RunStatus

# The strings that OWASP's page on CSV injection names, and what others list beside them.
OWASP = (
    "=1+1",
    '=1+2";=1+2',
    "=1+2'\" ;,=1+2",
    "+1+2",
    "-1+2",
    "@SUM(1+9)*cmd|' /C calc'!A0",
    "=cmd|' /C calc'!A0",
    "=2+5+cmd|' /C calc'!A0",
    '=HYPERLINK("https://evil.example","x")',
    '=WEBSERVICE("https://evil.example")',
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "  =1+1",
    "\u00a0\ufeff@SUM(1)",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(1)",
    "x;=1+1",
    "x; @SUM(1)",
    "x\r\n+1",
)


def cells_of(text: str, delimiter: str = ",") -> list[list[str]]:
    assert text.startswith(BYTE_ORDER_MARK)
    return list(csv.reader(io.StringIO(text.removeprefix(BYTE_ORDER_MARK), newline=""), delimiter=delimiter))


def rows_of(report: RunReport) -> list[dict[str, str]]:
    head, *rows = cells_of(render_csv(report))
    return [dict(zip(head, row, strict=True)) for row in rows]


def is_formula(cell: str) -> bool:
    """Whether the first sign that is seen begins one."""
    shown = next((char for char in cell if not (char.isspace() or unicodedata.category(char)[0] == "C")), "")
    return shown in tuple("=+-@＝＋－＠")


def is_computed(cell: str) -> bool:
    """Whether a spreadsheet might take the cell for a formula: also for what it drops at the start."""
    return is_formula(cell) or cell[:1] in ("\t", "\r", "\n")


def test_csv_has_a_row_for_every_claim_with_what_a_desk_asks_for():
    """Verdict, claim, speaker, article, the strongest passage against, and an empty cell where there is nothing."""
    rows = rows_of(full_report())
    assert len(rows) == 7
    refuted = rows[1]
    told = {
        "label": "REFUTED",
        "confidence": "0.93",
        "claim": "Work on the Harbour Bridge cost 48 million euros.",
        "question": "Is it true?",
        "speaker": "City of Harbourtown",
        "claim_date": "2026-11-22",
        "article_url": "https://example.org/bridge",
        "status": "CHECKABLE",
        "checkworthiness": "0.8",
        "against_title": "Council approves final accounts",
        "against_published": "2026-03-04",
        "for_quote": "",
        "review_label": "",
    }
    assert {name: refuted[name] for name in told} == told
    assert refuted["against_quote"].startswith("The final accounts put the cost")
    assert (rows[3]["label"], rows[3]["reason"], rows[6]["status"]) == ("", "opinion", "AMBIGUOUS")


def test_csv_of_a_run_that_is_not_over_says_so_above_its_claims():
    """A row of no claim, with why; every row has the status, so that a program need not look at the first."""
    failed = replace(full_report(), failures=(Failure("the run", "run", "CorpusError", "no corpus there"),))
    for status, why in ((RunStatus.FAILED, "no corpus there"), (RunStatus.RUNNING, "no corpus there")):
        rows = rows_of(replace(failed, run=replace(failed.run, status=status)))
        assert (rows[0]["claim_id"], rows[0]["reason"], rows[0]["run_status"]) == ("", why, status)
        assert len(rows) == 8 and {row["run_status"] for row in rows} == {status}
    [empty] = rows_of(replace(failed, run=replace(failed.run, status=RunStatus.RUNNING), articles=(), failures=()))
    assert empty["reason"].startswith("the run is still running")
    assert {row["run_status"] for row in rows_of(full_report())} == {full_report().run.status}


def test_csv_cites_both_sides_of_a_conflict_and_none_where_nothing_settles_it():
    """A passage that is near to a claim and does not settle it speaks for neither side."""
    _, _, conflict, _, _, unsettled, _ = rows_of(full_report())
    assert (conflict["for_title"], conflict["against_title"]) == ("Contractor's note", "Accidents at work 2025")
    assert unsettled["label"] == "NOT_ENOUGH_EVIDENCE"
    assert not any(unsettled[name] for name in unsettled if name.startswith(("for_", "against_")))


def test_csv_says_what_changed_and_what_people_said():
    """The newest review that gives a label goes before a newer one that gives none."""
    [row] = rows_of(remembered_report())
    assert (row["previous_label"], row["why_changed"]) == ("SUPPORTED", "“Accounts” came into the corpus on 2026-05-04")
    assert (row["review_label"], row["reviewer"], row["reviewed_at"]) == ("SUPPORTED", "Ada Brook", "2026-11-12")
    assert row["comment"] == "The bill says so."
    report = remembered_report()
    [article] = report.articles
    [claim] = article.claims
    commented = replace(article, claims=(replace(claim, reviews=claim.reviews[1:]),))
    [row] = rows_of(replace(report, articles=(commented,)))
    assert (row["review_label"], row["reviewer"]) == ("", "Bo")


def test_csv_tells_what_was_said_from_what_is_true():
    """Each row says which of the two its verdict answers."""
    assert [row["question"] for row in rows_of(said_report())].count("Was it said?") == 1


def test_csv_is_as_rfc_4180_has_it():
    """Lines end in CR LF, cells are in quotation marks, and a mark before the first says that this is UTF-8."""
    text = render_csv(full_report())
    assert text.startswith('\ufeff"claim_id","label",') and text.endswith('"\r\n')
    head, *rows = cells_of(text)
    assert len(head) == len(set(head)) and {len(row) for row in rows} == {len(head)}
    assert len(cells_of(render_csv(make_report()))) == 1


@pytest.mark.parametrize("text", [*OWASP, *FORMULAS.values()])
def test_csv_defuses_what_a_spreadsheet_would_compute(text: str):
    """With an apostrophe, which says that what follows is text; nothing is taken away."""
    assert not is_computed(defused(text)) and not any(map(is_formula, defused(text).split(";")))
    assert defused(text).replace("'", "") == text.replace("'", "")


@pytest.mark.parametrize(
    "text", ["", "a = b", "1-2", "It rose by 3; then it fell.", "'quoted'", "a\nb", "e-mail a@b.c"]
)
def test_csv_leaves_other_text_alone(text: str):
    """A sign inside a text computes nothing."""
    assert defused(text) == text


def test_csv_carries_hostile_text_as_data():
    """Every string comes back as it was, but for the apostrophe and for what UTF-8 or a table cannot hold."""
    for name, report in hostile_reports():
        text = HOSTILE[name].replace("\0", "\ufffd").replace("\ud800", "\ufffd").replace("\udfff", "\ufffd")
        rows = rows_of(report)
        assert [row["claim_id"] for row in rows] == [f"hostile-{n}" for n in range(4)] + ["hostile-skipped"], name
        for column in ("claim", "sentence", "article", "speaker"):
            assert {row[column].replace("'", "") for row in rows[:4]} == {text.replace("'", "")}, (name, column)
        assert rows[1]["comment"] == rows[1]["against_quote"] == rows[1]["reviewer"] == defused(text), name
        assert all(row["article_url"] == "" or row["article_url"].startswith("https://") for row in rows), name


def test_csv_computes_nothing_whatever_separates_the_cells():
    """Where a spreadsheet takes `;` or a tab for the separator, cells begin inside ours; none of them is a formula."""
    for name, report in hostile_reports():
        text = render_csv(report)
        assert text.encode(), name
        assert not any(is_computed(cell) for row in cells_of(text) for cell in row), name
        for delimiter in ";\t":
            assert not any(is_formula(cell) for row in cells_of(text, delimiter) for cell in row), (name, delimiter)


def test_csv_keeps_marks_that_are_not_seen():
    """A table is data: what turns or hides text is shown by the pages, not dropped here."""
    [row, *_] = rows_of(hostile_report(HOSTILE["right to left override"]))
    assert "\u202e" in row["claim"]
    assert row["label"] == Label.SUPPORTED
