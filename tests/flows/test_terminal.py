"""What the commands print of claims and verdicts."""

from __future__ import annotations

import pytest

from flows import terminal
from flows.terminal import print_claims, print_verdict, print_verdicts
from tests.verifier.report.samples import said_report

COVERAGE = "1 ambiguous, 1 not checked (1 opinion); 2 other lines (1 byline, 1 heading)"


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Room for a whole row on one line."""
    monkeypatch.setattr(terminal, "NARROWEST_LOG", 400)


def rows_of(output: str) -> list[list[str]]:
    """The cells of a printed table."""
    return [[cell.strip() for cell in line.split("│")[1:-1]] for line in output.splitlines() if line.startswith("│")]


def test_print_claims_says_why_what_is_asked_and_what_is_put_otherwise(capsys: pytest.CaptureFixture[str]) -> None:
    """A heading is named once, a speech act asks whether it was said, and a changed word stands with its reason."""
    [article] = said_report().articles
    print_claims("Oil", [row.claim for row in article.claims])
    output = capsys.readouterr().out
    rows = rows_of(output)
    changed = "“She” became “Ilse Brandt” (the only woman named in the sentence before)"
    assert rows[0] == ["NOT_CHECKABLE", "heading", "", "Oil in the harbour", "", ""]
    assert (rows[3][2], rows[3][4], rows[3][5]) == ("Was it said?", "Ilse Brandt", changed)
    assert rows[4] == ["CHECKABLE", "", "Is it true?", "The tanker lost 900 tonnes of oil.", "Ilse Brandt", ""]
    assert output.splitlines()[-1] == f"4 sentences: 2 to check, {COVERAGE}"


def test_print_verdicts_counts_what_was_said_apart(capsys: pytest.CaptureFixture[str]) -> None:
    """Each verdict says what it answers, and no number adds the two up."""
    print_verdicts(said_report())
    printed = capsys.readouterr()
    assert [(row[0], row[2]) for row in rows_of(printed.out)] == [
        ("SUPPORTED", ""),
        ("SUPPORTED", "Was it said?"),
        ("REFUTED", "Is it true?"),
        ("SUPPORTED", "Is it true?"),
    ]
    assert printed.out.splitlines()[-1] == f"4 sentences: 2 checked, {COVERAGE}"
    assert printed.err.splitlines() == ["Is it true? 2 SUPPORTED, 1 REFUTED", "Was it said? 1 SUPPORTED"]


def test_print_verdict_says_what_it_answers(capsys: pytest.CaptureFixture[str]) -> None:
    """One line for a speech act, one for what was claimed, one for what the article itself states."""
    for row in said_report().articles[0].claims:
        if row.verdict:
            print_verdict(row.verdict)
    heads = [line for line in capsys.readouterr().out.splitlines() if not line.startswith(" ")]
    assert heads[0] == "SUPPORTED  92%  Ilse Brandt opened the hearing on 4 May 2026."
    assert heads[1].startswith("SUPPORTED  90%  Was it said?  Ilse Brandt said the tanker")
    assert heads[2] == "REFUTED  94%  Is it true?  The tanker lost 900 tonnes of oil."
