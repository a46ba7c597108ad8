"""`verifier sql`, `ask`, `export`, `import`: answers in three forms, while others write, and one sentence where not."""

import csv
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from tests.flows.conftest import Outcome
from tests.verifier.small_desk import fill
from verifier.store import Store, publish, snapshot_path
from verifier.store.questions import QUESTIONS

Call = Callable[..., Outcome]
WRITER = Path(__file__).parents[1] / "writer.py"
SINCE = ("--since", "2026-03-01")


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    path = tmp_path / "v.duckdb"
    with Store.open(path) as store:
        fill(store)
    return path


@contextmanager
def held(path: Path) -> Iterator[int]:
    """Another program writes; its process id."""
    process = subprocess.Popen(
        [sys.executable, str(WRITER), str(path), "hold"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    assert process.stdout.readline() == "holding\n"
    try:
        yield process.pid
    finally:
        process.communicate("go\n")


def test_a_question_is_answered_in_three_forms(verifier: Call, desk: Path) -> None:
    """The same rows as a table, as JSON Lines and as CSV."""
    table = verifier("ask", "flipped", *SINCE, "--db", desk)
    rows = [json.loads(line) for line in verifier("ask", "flipped", *SINCE, "--db", desk, "--json").out.splitlines()]
    lines = list(csv.DictReader(io.StringIO(verifier("ask", "flipped", *SINCE, "--db", desk, "--csv").out)))
    assert table.code == 0
    assert "NEW_PASSAGE" in table.out
    assert [row["claim_id"] for row in rows] == [line["claim_id"] for line in lines] == ["said-by-ada"]


def test_sql_prints_csv_and_json_but_not_both(verifier: Call, desk: Path) -> None:
    """A comma or line break in a value stays one field."""
    query = "SELECT 'a,b\nc' AS text, NULL AS nothing"
    assert list(csv.reader(io.StringIO(verifier("sql", query, "--db", desk, "--csv").out))) == [
        ["text", "nothing"],
        ["a,b\nc", ""],
    ]
    outcome = verifier("sql", query, "--db", desk, "--csv", "--json")
    assert (outcome.code, outcome.err) == (2, "verifier: expected --json or --csv, found both; give one\n")


def test_every_question_is_listed_and_can_be_asked(verifier: Call, desk: Path) -> None:
    """By the name that the list gives, with nothing but what it requires."""
    rows = [json.loads(line) for line in verifier("ask", "--list", "--json").out.splitlines()]
    assert [row["question"] for row in rows] == list(QUESTIONS)
    needs = {"claim": ("--claim", "said-by-bo"), "version": ("--version", "c0ffee")}
    for question in QUESTIONS.values():
        given = [word for p in question.parameters if p.name in needs for word in needs[p.name]]
        assert verifier("ask", question.name, *given, "--db", desk).code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "expected the name of a question, found none"),
        (("flips",), "found 'flips'"),
        (("flipped", "--since", "soon"), "soon"),
        (("flipped", "--since"), "expected parameters as --since 7d"),
        (("flipped", "7d"), "expected parameters as --since 7d"),
        (("flipped", "--until", "7d"), "until"),
        (("verdicts-of",), "version"),
        (("flipped", "--limit", "-1"), "limit"),
        (("flipped", "--limit", "1; DROP TABLE runs"), "limit"),
    ],
)
def test_a_question_that_is_not_one_gets_one_sentence(
    verifier: Call, desk: Path, words: tuple[str, ...], said: str
) -> None:
    """With what is wrong in it."""
    outcome = verifier("ask", *words, "--db", desk)
    assert (outcome.code, outcome.out, len(outcome.err.splitlines())) == (2, "", 1)
    assert said in outcome.err


@pytest.mark.parametrize("command", [("sql", "SELECT count(*) AS n FROM reviews"), ("ask", "overrides", *SINCE)])
def test_asking_goes_on_while_somebody_writes(verifier: Call, desk: Path, command: tuple[str, ...]) -> None:
    """From the copy; standard error says of when it is, standard output has only rows."""
    publish(desk)
    with Store.open(desk) as store:
        store.add_review("said-by-bo", "SUPPORTED", "Ada")  # type: ignore[arg-type]
    with held(desk):
        outcome = verifier(*command, "--db", desk, "--json")
    assert outcome.code == 0
    assert json.loads(outcome.out.splitlines()[0]).get("n", 3) == 3
    assert f"{desk} is being written: this is as of 20" in outcome.err


def test_who_holds_the_database_is_named(verifier: Call, desk: Path) -> None:
    """A review waits, then says which process; nothing is lost, and it can be given again."""
    said = ("review", "said-by-bo", "--by", "Nora", "--comment", "Look again.", "--db", desk)
    with held(desk) as pid:
        refused = verifier(*said)
    assert refused.code == 2
    assert f"held by process {pid} (python" in refused.err
    assert verifier(*said).code == 0


@pytest.mark.parametrize(
    "query",
    ["DELETE FROM reviews", "UPDATE verdicts SET label = 'SUPPORTED'", "DROP TABLE runs", "CREATE TABLE t (n INTEGER)",
     "COPY reviews TO '/tmp/stolen.csv'", "ATTACH 'other.duckdb'", "SELECT 1; DELETE FROM reviews",
     "SET lock_configuration = false", "FROM read_csv('/etc/passwd')", "INSTALL httpfs", "CHECKPOINT", "COMMIT",
     "WITH gone AS (DELETE FROM reviews RETURNING *) FROM gone", "CREATE TEMP TABLE t AS SELECT 1",
     "SET VARIABLE x = 1", "PREPARE p AS DELETE FROM reviews", "EXPLAIN ANALYZE DELETE FROM reviews",
     "PRAGMA disable_checkpoint_on_shutdown"],
)  # fmt: skip
def test_sql_that_writes_or_reaches_out_is_refused(verifier: Call, desk: Path, query: str) -> None:
    """One sentence, and everything is as it was."""
    outcome = verifier("sql", query, "--db", desk)
    assert (outcome.code, outcome.out, len(outcome.err.splitlines())) == (2, "", 1)
    assert re.match("verifier: expected (a statement that only reads|one SQL statement)", outcome.err)
    assert json.loads(verifier("sql", "SELECT count(*) AS n FROM reviews", "--db", desk, "--json").out) == {"n": 3}


@pytest.mark.parametrize(
    "query", ["FROM reviews", "DESCRIBE verdicts", "SHOW TABLES", "SUMMARIZE runs", "EXPLAIN FROM runs", "VALUES (1)",
              "PRAGMA database_list", "PIVOT runs ON kind USING count(*)", "WITH x AS (SELECT 1) FROM x", "SELECT 1;"],
)  # fmt: skip
def test_whatever_reads_is_answered(verifier: Call, desk: Path, query: str) -> None:
    """Not only what begins with SELECT."""
    outcome = verifier("sql", query, "--db", desk, "--json")
    assert outcome.code == 0
    assert outcome.out


def test_no_rows_are_said_and_not_an_empty_line(verifier: Call, desk: Path) -> None:
    """On standard error; to programs, no rows are no lines."""
    outcome = verifier("ask", "flipped", "--since", "0d", "--db", desk)
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "no rows\n")
    assert verifier("ask", "flipped", "--since", "0d", "--db", desk, "--json").out == ""


def newer(path: Path) -> None:
    """A later version of this program was here."""
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "UPDATE schema_version SET version = 99 WHERE version = (SELECT max(version) FROM schema_version)"
        )


def cut(path: Path) -> None:
    publish(path)
    path.write_bytes(path.read_bytes()[:20_000])
    snapshot_path(path).unlink()


@pytest.mark.parametrize(("spoil", "said"), [(newer, "upgrade this program"), (cut, "damaged or cut short")])
@pytest.mark.parametrize(
    "command", [("sql", "SELECT 1"), ("ask", "flipped"), ("review", "said-by-bo", "--by", "A", "--comment", "b"),
                ("export", "out"), ("report",), ("calibrate",)], ids=lambda command: command[0]
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_told_by_every_command(
    verifier: Call, desk: Path, spoil: Callable[[Path], None], said: str, command: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """In one sentence that names it; it is left as it is."""
    monkeypatch.chdir(desk.parent)
    spoil(desk)
    before = desk.read_bytes()
    outcome = verifier(*command, "--db", desk)
    assert (outcome.code, len(outcome.err.splitlines())) == (2, 1), outcome.err
    assert said in outcome.err
    assert desk.name in outcome.err
    assert desk.read_bytes() == before


def test_a_damaged_log_is_told_and_kept(verifier: Call, desk: Path) -> None:
    """It holds what was stored last: it is not thrown away."""
    log = desk.with_name(f"{desk.name}.wal")
    content = log.read_bytes()
    log.write_bytes(content[:200] + b"\xff" * 50 + content[250:])
    outcome = verifier("sql", "SELECT 1", "--db", desk)
    assert (outcome.code, len(outcome.err.splitlines())) == (2, 1)
    assert f"{log} is damaged" in outcome.err
    assert "go on from that copy" in outcome.err
    assert log.stat().st_size == len(content)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_without_rights_is_read_all_the_same(verifier: Call, desk: Path) -> None:
    """No copy can be made there; the database itself is asked."""
    desk.parent.chmod(0o500)
    try:
        assert verifier("sql", "SELECT 1 AS n", "--db", desk, "--json").out == '{"n": 1}\n'
    finally:
        desk.parent.chmod(0o700)


def test_a_review_of_an_unknown_claim_is_told(verifier: Call, desk: Path) -> None:
    """And nothing is stored."""
    outcome = verifier("review", "nobody", "--label", "SUPPORTED", "--by", "Nora", "--db", desk)
    assert (outcome.code, len(outcome.err.splitlines())) == (2, 1)
    assert json.loads(verifier("sql", "SELECT count(*) AS n FROM reviews", "--db", desk, "--json").out) == {"n": 3}


def test_export_and_import_from_the_command_line(verifier: Call, desk: Path, tmp_path: Path) -> None:
    """Out, back, and the same answers."""
    out = verifier("export", tmp_path / "out", "--db", desk)
    back = verifier("import", tmp_path / "out", "--db", tmp_path / "back.duckdb")
    assert (out.code, back.code) == (0, 0)
    assert "rows" in back.err
    asked = [
        verifier("ask", "flipped", *SINCE, "--db", path, "--json").out for path in (desk, tmp_path / "back.duckdb")
    ]
    assert asked[0] == asked[1]
