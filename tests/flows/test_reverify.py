"""After a change of the corpus the command finds the claims that it touches, says why, and stores it."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.index import PassageIndex
from tests.flows.conftest import Outcome
from verifier.encode import load_encoder
from verifier.pipeline import Judge
from verifier.store import query_file

pytestmark = [pytest.mark.models, pytest.mark.usefixtures("prefect_home")]
Call = Callable[..., Outcome]


@pytest.fixture
def desk(corpus: Path, article: Path, tmp_path: Path, verifier: Call) -> tuple[object, ...]:
    """Options for a corpus of its own and a database in which the article is verified."""
    own = tmp_path / "corpus"
    shutil.copytree(corpus, own)
    options = ("--corpus", own, "--db", tmp_path / "v.duckdb")
    assert verifier("run", article, *options, "--report", tmp_path / "report").code == 0
    return options


def evidence_documents(desk: tuple[object, ...]) -> list[str]:
    sql = "SELECT DISTINCT document_id FROM claim_evidence WHERE stance <> 'NEUTRAL'"
    return [str(row[0]) for row in query_file(Path(str(desk[3])), sql).rows]


def remove(desk: tuple[object, ...], ids: list[str]) -> None:
    with PassageIndex.open(Path(str(desk[1])), load_encoder()) as index:
        index.remove(ids)


def test_nothing_changed_and_nothing_is_judged_or_stored(
    desk: tuple[object, ...], verifier: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run is recorded, without verdicts."""
    monkeypatch.setattr("verifier.stance.StanceModel.judge", lambda *_: pytest.fail("judged"))
    outcome = verifier("reverify", *desk)
    assert (outcome.code, outcome.out) == (0, "")
    assert outcome.err == "1 known claims: 0 with other passages than before, 0 verdicts differ, 0 with another label\n"
    rows = query_file(Path(str(desk[3])), "SELECT kind, status FROM runs ORDER BY started_at").rows
    assert rows == [("VERIFY", "FINISHED"), ("REVERIFY", "FINISHED")]


def test_a_removed_document_flips_the_verdict_and_is_named(
    desk: tuple[object, ...], verifier: Call, tmp_path: Path
) -> None:
    """In the table, as JSON, to whom is to be told, and in the database; a second time there is nothing to do."""
    remove(desk, evidence_documents(desk))
    told, script = tmp_path / "told", "import pathlib,sys; pathlib.Path(sys.argv[1]).write_text(sys.stdin.read())"
    outcome = verifier("reverify", *desk, "--notify", f"{sys.executable} -c '{script}' '{told}'")
    assert [flip["label"] for flip in json.loads(told.read_text())["flips"]] == ["NOT_ENOUGH_EVIDENCE"]
    assert (outcome.code, "SUPPORTED → NOT_ENOUGH_EVIDENCE" in " ".join(outcome.out.split())) == (0, True)
    assert "1 with another label" in outcome.err
    sql = "SELECT DISTINCT cause FROM causes WHERE passage_id IS NOT NULL"
    assert ("REMOVED_PASSAGE",) in query_file(Path(str(desk[3])), sql).rows
    again = verifier("reverify", *desk, "--json")
    row = json.loads(again.out.splitlines()[0])
    assert (row["old_label"], row["label"]) == ("SUPPORTED", "NOT_ENOUGH_EVIDENCE")
    assert {cause["kind"] for cause in row["causes"]} >= {"REMOVED_PASSAGE"}
    assert query_file(Path(str(desk[3])), "SELECT count(*) FROM verdicts").rows == [(2,)]


def test_a_claim_that_cannot_be_checked_is_a_failure(
    desk: tuple[object, ...], verifier: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It keeps its verdict, the run says so, and the exit code is 1."""
    remove(desk, evidence_documents(desk))

    def broken(*_: object) -> None:
        raise ValueError("no judge today")

    monkeypatch.setattr(Judge, "weigh", broken)
    outcome = verifier("reverify", *desk)
    assert (outcome.code, "failed (check): no judge today" in outcome.err) == (1, True)
    rows = query_file(Path(str(desk[3])), "SELECT status FROM runs WHERE kind = 'REVERIFY'").rows
    assert rows == [("FINISHED_WITH_FAILURES",)]


def test_without_a_database_one_sentence(verifier: Call, tmp_path: Path, corpus: Path) -> None:
    """There are no claims to check again."""
    outcome = verifier("reverify", "--db", tmp_path / "none.duckdb", "--corpus", corpus)
    assert (outcome.code, outcome.out) == (2, "")
    assert "expected a database" in outcome.err
    assert not (tmp_path / "none.duckdb").exists()
