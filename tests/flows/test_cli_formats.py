"""`verifier report --format` and `verifier run --format`: the forms of a report, and what is asked of each."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from flows.publish import FORMS, ReportWriteError, write_report
from tests.flows.conftest import Outcome
from tests.verifier.factories import make_article, make_claim, make_run, make_verdict
from verifier.claimreview import read_fact_checks
from verifier.store import Store
from verifier.types import Label, RunStatus

Call = Callable[..., Outcome]
CLAIM = make_claim()
FILES = {"html": "index.html", "md": "index.md", "json": "report.json", "csv": "claims.csv"}
ALL = [part for name in FORMS for part in ("--format", name)]


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """One claim, REFUTED."""
    path = tmp_path / "v.duckdb"
    with Store.open(path) as store:
        store.begin_run(make_run())
        store.save("run-1", [make_article()], [CLAIM], [make_verdict(CLAIM, Label.REFUTED)])
        store.finish_run("run-1", RunStatus.FINISHED, make_run().started_at)
    return path


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    path = tmp_path / "verifier.toml"
    path.write_text('[report]\npublisher_name = "Example Gazette"\nbase_url = "https://gazette.example/checks"\n')
    return path


def test_report_writes_every_form(verifier: Call, database: Path, settings: Path, tmp_path: Path) -> None:
    """Each into its file, all of one run; what a person approved is read back as a fact-check."""
    with Store.open(database) as store:
        store.add_review(CLAIM.id, Label.SUPPORTED, "Ada Brook")
    folder = tmp_path / "r"
    outcome = verifier("report", "--db", database, "--report", folder, "--settings", settings, *ALL)
    files = [folder / name for name in (*FILES.values(), "claimreview.jsonld")]
    assert (outcome.code, outcome.out) == (0, "")
    assert outcome.err == f"report: {', '.join(map(str, files))}\n"
    page = folder / f"claim-{CLAIM.id}.html"
    assert sorted(folder.iterdir()) == sorted([*files, page])
    [entry] = json.loads(files[4].read_text(encoding="utf-8"))
    assert entry["url"].endswith(f"/{page.name}")
    assert '<script type="application/ld+json">{"@context": "https://schema.org"' in page.read_text(encoding="utf-8")
    assert json.loads(files[2].read_text(encoding="utf-8"))["articles"][0]["claims"][0]["id"] == CLAIM.id
    [row] = csv.DictReader(io.StringIO(files[3].read_bytes().decode("utf-8-sig"), newline=""))
    assert (row["claim_id"], row["label"], row["review_label"]) == (CLAIM.id, "REFUTED", "SUPPORTED")
    [check], failures = read_fact_checks(files[4])
    assert (check.claim, check.label, check.publisher, failures) == (CLAIM.text, Label.SUPPORTED, "Example Gazette", [])


def test_report_writes_the_page_and_its_markdown_unless_told_otherwise(
    verifier: Call, database: Path, tmp_path: Path
) -> None:
    """And only what was asked for, each once."""
    verifier("report", "--db", database, "--report", tmp_path / "a")
    verifier("report", "--db", database, "--report", tmp_path / "b", "--format", "csv", "--format", "csv")
    assert [path.name for path in sorted((tmp_path / "a").iterdir())] == ["index.html", "index.md"]
    assert [path.name for path in (tmp_path / "b").iterdir()] == ["claims.csv"]


def test_report_writes_the_page_of_one_claim(verifier: Call, database: Path, tmp_path: Path) -> None:
    """Of the run with its latest verdict, by the first characters of its id; a claim that is none is told."""
    outcome = verifier("report", "--db", database, "--report", tmp_path / "r", "--claim", CLAIM.id[:6])
    page = tmp_path / "r" / f"claim-{CLAIM.id}.html"
    assert (outcome.code, outcome.err) == (0, f"report: {page}\n")
    assert [path.name for path in (tmp_path / "r").iterdir()] == [page.name]
    assert "ld+json" not in page.read_text(encoding="utf-8")
    outcome = verifier("report", "--db", database, "--report", tmp_path / "r", "--claim", "nothing")
    assert outcome.code == 2 and "which no claim has" in outcome.err


def test_a_list_without_an_approved_verdict_is_empty_and_says_so(
    verifier: Call, database: Path, settings: Path, tmp_path: Path
) -> None:
    """An empty list that nobody remarks on would pass for a published one."""
    outcome = verifier(
        "report", "--db", database, "--report", tmp_path / "r", "--settings", settings, "--format", "claimreview"
    )
    assert outcome.code == 0
    assert outcome.err.startswith("claimreview.jsonld: the list is empty, for nobody gave a label")
    assert json.loads((tmp_path / "r" / "claimreview.jsonld").read_text()) == []


@pytest.mark.parametrize("command", [("report",), ("run", "a.txt")])
def test_an_unknown_format_is_named_with_those_that_are_known(
    verifier: Call, tmp_path: Path, command: tuple[str, ...]
) -> None:
    """Before anything is read or made."""
    outcome = verifier(*command, "--report", tmp_path / "r", "--db", tmp_path / "v", "--format", "pdf")
    assert (outcome.code, outcome.err) == (
        2,
        "verifier: expected --format as one of html, md, json, csv, claimreview, found 'pdf'; give one of them\n",
    )
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("command", [("report",), ("run", "a.txt")])
def test_verdicts_are_not_published_by_nobody(verifier: Call, tmp_path: Path, command: tuple[str, ...]) -> None:
    """Refused before hours of work, in one sentence that names the setting."""
    outcome = verifier(*command, "--report", tmp_path / "r", "--db", tmp_path / "v", "--format", "claimreview")
    assert (outcome.code, len(outcome.err.splitlines())) == (2, 1)
    assert "expected report.publisher_name" in outcome.err and "VERIFIER_REPORT__PUBLISHER_NAME" in outcome.err
    assert not (tmp_path / "r" / "claimreview.jsonld").exists()


def test_a_publisher_may_be_named_by_variables(
    verifier: Call, database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As every setting."""
    monkeypatch.setenv("VERIFIER_REPORT__PUBLISHER_NAME", "Example Gazette")
    monkeypatch.setenv("VERIFIER_REPORT__BASE_URL", "https://gazette.example")
    outcome = verifier("report", "--db", database, "--report", tmp_path / "r", "--format", "claimreview")
    assert outcome.code == 0


def test_a_form_that_cannot_be_written_leaves_the_others_whole(database: Path, tmp_path: Path) -> None:
    """The error names the file; no half file stays beside it."""
    (tmp_path / "r" / "claims.csv").mkdir(parents=True)
    with Store.open(database) as store:
        report = store.report_rows()
    with pytest.raises(ReportWriteError, match=r"claims\.csv: the report cannot be written"):
        write_report(report, tmp_path / "r", ("json", "csv"))
    assert sorted(path.name for path in (tmp_path / "r").iterdir()) == ["claims.csv", "report.json"]
