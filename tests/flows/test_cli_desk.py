"""`verifier review` and `verifier calibrate`: what people say is stored, shown, and learned from."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.flows.conftest import Outcome
from tests.verifier.factories import make_article, make_claim, make_run, make_verdict
from verifier.store import Store, query_file
from verifier.types import Label

Call = Callable[..., Outcome]
CLAIM = make_claim()
VERDICT = make_verdict(CLAIM, Label.REFUTED)
DOCS = Path(__file__).parents[2] / "docs" / "review.md"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """One claim, REFUTED with 80%."""
    path = tmp_path / "v.duckdb"
    with Store.open(path) as store:
        store.begin_run(make_run())
        store.save("run-1", [make_article()], [CLAIM], [VERDICT])
    return path


@pytest.fixture
def reviewed(tmp_path: Path) -> Path:
    """A hundred verdicts at 90%, of which people found sixty right."""
    path = tmp_path / "r.duckdb"
    words = [f"The dam of town number {i} holds {i} litres." for i in range(100)]
    article = make_article(" ".join(words))
    claims = [make_claim(article, sentence) for sentence in words]
    with Store.open(path) as store:
        store.begin_run(make_run())
        store.save("run-1", [article], claims, [make_verdict(c, Label.REFUTED, confidence=0.9) for c in claims])
        for i, claim in enumerate(claims):
            store.add_review(claim.id, Label.REFUTED if i % 5 < 3 else Label.SUPPORTED, "Ada")
    return path


def test_review_stores_what_was_said_and_prints_the_row(verifier: Call, database: Path) -> None:
    """As the columns of the table are called."""
    said = ("--label", "supported", "--by", "Ada Brook", "--comment", "The register is old.")
    outcome = verifier("review", CLAIM.id[:6], *said, "--db", database, "--json")
    row = json.loads(outcome.out)
    result = query_file(database, "SELECT * FROM reviews")
    assert outcome.code == 0
    assert tuple(row) == result.columns
    assert (row["claim_id"], row["run_id"], row["label"]) == (CLAIM.id, "run-1", "SUPPORTED")
    assert (row["reviewer"], row["comment"], len(result.rows)) == ("Ada Brook", "The register is old.", 1)


def test_review_says_in_words_what_it_stored(verifier: Call, database: Path) -> None:
    """Beside what the machine says."""
    passage = VERDICT.evidence[0].passage.id
    wrong = verifier("review", CLAIM.id, "--label", "SUPPORTED", "--by", "Ada", "--db", database)
    right = verifier("review", CLAIM.id, "--label", "REFUTED", "--by", "Bo", "--db", database)
    evidence = verifier("review", CLAIM.id, "--wrong-evidence", passage, "--by", "Cy", "--db", database)
    assert wrong.out == f"Ada: SUPPORTED, not REFUTED: {CLAIM.text}\n"
    assert right.out == f"Bo: REFUTED confirmed: {CLAIM.text}\n"
    assert evidence.out == f"Cy: wrong evidence {passage} “Dam register”: {CLAIM.text}\n"


def test_review_alone_shows_the_verdict_its_evidence_and_its_reviews(verifier: Call, database: Path) -> None:
    """All that one needs to say something of it."""
    verifier("review", CLAIM.id, "--label", "SUPPORTED", "--by", "Ada", "--comment", "Old.", "--db", database)
    outcome = verifier("review", CLAIM.id[:5], "--db", database)
    assert outcome.code == 0
    for words in ("REFUTED  80%", CLAIM.id, *(e.passage.id for e in VERDICT.evidence), "SUPPORTED", "Ada", "Old."):
        assert words in outcome.out
    row = json.loads(verifier("review", CLAIM.id, "--db", database, "--json").out)
    assert (row["label"], row["confidence"], row["reviews"][0]["reviewer"]) == ("REFUTED", 0.8, "Ada")
    assert [p["passage_id"] for p in row["passages"]] == [e.passage.id for e in VERDICT.evidence]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("zzzz", "--label", "REFUTED", "--by", "Ada"), "expected a claim_id"),
        ((CLAIM.id, "--label", "FALSE", "--by", "Ada"), "SUPPORTED, REFUTED, CONFLICTING_EVIDENCE, NOT_ENOUGH"),
        ((CLAIM.id, "--label", "REFUTED"), "give --by NAME"),
        ((CLAIM.id, "--by", "Ada"), "say what is wrong"),
        ((CLAIM.id, "--wrong-evidence", "zzzz", "--by", "Ada"), VERDICT.evidence[0].passage.id),
        ((CLAIM.id, "--comment", "\udcff", "--by", "Ada"), "expected the comment in UTF-8"),
    ],
)
def test_review_refuses_what_it_cannot_store(
    verifier: Call, database: Path, arguments: tuple[str, ...], told: str
) -> None:
    """One sentence on standard error, exit code 2, and no row."""
    outcome = verifier("review", *arguments, "--db", database)
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith("verifier: ") and outcome.err.count("\n") == 1 and told in outcome.err
    assert query_file(database, "SELECT * FROM reviews").rows == []


def test_review_makes_no_database(verifier: Call, tmp_path: Path) -> None:
    """A wrong path is told, not filled."""
    outcome = verifier("review", "abcd", "--label", "REFUTED", "--by", "Ada", "--db", tmp_path / "no.duckdb")
    assert outcome.code == 2 and "found no file" in outcome.err
    assert not (tmp_path / "no.duckdb").exists()


def test_a_review_is_in_the_report_of_the_run(verifier: Call, database: Path, tmp_path: Path) -> None:
    """Beside the machine's verdict, which stays."""
    verifier("review", CLAIM.id, "--label", "SUPPORTED", "--by", "Ada", "--db", database)
    verifier("report", "--db", database, "--report", tmp_path / "report")
    page = (tmp_path / "report" / "index.html").read_text(encoding="utf-8")
    assert "Reviewed: Supported, by Ada (" in page and "Refuted <span" in page


def test_calibrate_stores_a_refit_that_is_better(verifier: Call, reviewed: Path) -> None:
    """Ninety per cent become about sixty; the figures of before and after are those stored."""
    outcome = verifier("calibrate", "--db", reviewed, "--json")
    row = json.loads(outcome.out)
    with Store.open(reviewed, read_only=True) as store:
        calibration = store.calibration()
        stored = store.query("SELECT n_reviews, ece_before, ece_after FROM calibrations").rows
    assert (outcome.code, row["stored"], row["n_reviews"], row["n_right"]) == (0, True, 100, 60)
    assert calibration is not None and calibration.apply(0.9) == pytest.approx(0.64, abs=0.05)
    assert stored == [(100, pytest.approx(0.3), row["ece_after"])]
    assert row["ece_after"] < 0.1 and row["brier_after"] < row["brier_before"]
    again = json.loads(verifier("calibrate", "--db", reviewed, "--json").out)
    assert again["stored"] is False and "no better" in again["outcome"]


def test_calibrate_off_goes_back_and_keeps_what_was(verifier: Call, reviewed: Path) -> None:
    """A row like the others; with nothing in force, there is nothing to do."""
    idle = verifier("calibrate", "--off", "--db", reviewed)
    verifier("calibrate", "--db", reviewed)
    back = verifier("calibrate", "--off", "--db", reviewed)
    with Store.open(reviewed, read_only=True) as store:
        assert store.calibration() is None
        assert store.query("SELECT slope = 1 FROM calibrations ORDER BY fitted_at").rows == [(False,), (True,)]
    assert (idle.code, back.code) == (0, 0)
    assert "no calibration is in force" in idle.err and "ece" in back.out


def test_calibrate_without_enough_reviews_says_what_is_missing(verifier: Call, database: Path) -> None:
    """Nothing went wrong, so a weekly job does not fail; nothing is stored."""
    outcome = verifier("calibrate", "--db", database)
    assert (outcome.code, outcome.out) == (0, "")
    assert "expected at least 50 reviewed claims" in outcome.err and "found 0" in outcome.err
    assert json.loads(verifier("calibrate", "--db", database, "--json").out)["stored"] is False
    assert query_file(database, "SELECT * FROM calibrations").rows == []


def test_a_later_run_shows_what_was_said_before(verifier: Call, database: Path) -> None:
    """In the rows as JSON, with the verdict before."""
    verifier("review", CLAIM.id, "--label", "SUPPORTED", "--by", "Ada", "--db", database)
    later = replace(make_run("run-2"), started_at=datetime(2026, 3, 9, tzinfo=UTC) + timedelta(hours=1))
    with Store.open(database) as store:
        store.begin_run(later)
        store.save("run-2", [make_article()], [CLAIM], [make_verdict(CLAIM, Label.NOT_ENOUGH_EVIDENCE)])
    [line] = verifier("report", "--db", database, "--json").out.splitlines()
    row = json.loads(line)
    assert (row["label"], row["previous"]["label"], row["reviews"][0]["label"]) == (
        "NOT_ENOUGH_EVIDENCE",
        "REFUTED",
        "SUPPORTED",
    )


def test_every_query_of_the_document_runs(database: Path) -> None:
    """Views and columns are those of the store."""
    queries = re.findall(r'verifier sql "(.+)"', DOCS.read_text(encoding="utf-8"))
    assert queries
    for query in queries:
        query_file(database, query)
