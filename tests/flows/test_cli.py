"""The command line: data on standard output, messages on standard error, exit codes that a script can trust."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.flows.conftest import Outcome
from verifier.store import Store

Call = Callable[..., Outcome]
COMMANDS = [
    ("run",), ("check",), ("claims",), ("report",), ("sql",), ("doctor",),
    ("corpus", "add"), ("corpus", "remove"), ("corpus", "repair"), ("corpus", "info"), ("corpus", "search"),
]  # fmt: skip
CLAIM_FIELDS = ["id", "article_id", "start", "end", "sentence", "text", "speaker", "status", "reason", "label"]
EVIDENCE_FIELDS = [
    "stance", "p_supports", "p_refutes", "p_neutral", "quote", "start", "end", "title", "url", "source", "published",
    "document_id",
]  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_of_every_command_has_an_example(verifier: Call, command: tuple[str, ...]) -> None:
    """Someone who has never used it can copy a line that works."""
    outcome = verifier(*command, "--help")
    assert outcome.code == 0
    assert "Example: verifier " + " ".join(command) in " ".join(outcome.out.split())


def test_help_and_sql_import_nothing_heavy() -> None:
    """`verifier --help` and `verifier sql` start in half a second: no models, no Prefect, no numpy."""
    code = (
        "import sys, flows.cli, verifier.store;"
        "heavy = {'torch', 'prefect', 'spacy', 'faiss', 'onnxruntime', 'sentence_transformers', 'numpy'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_check_prints_one_json_object_a_claim(verifier: Call, corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Claims from the command line and from standard input, in order, in the documented fields."""
    import io

    monkeypatch.setattr("sys.stdin", io.StringIO("Kherson was captured.\n\nSomething else happened.\n"))
    first = "Sweden applied to join NATO in May 2022."
    outcome = verifier("check", first, "-", "--corpus", corpus, "--json")
    rows = [json.loads(line) for line in outcome.out.splitlines()]
    assert outcome.code == 0
    assert [row["text"] for row in rows] == [first, "Kherson was captured.", "Something else happened."]
    assert list(rows[0])[: len(CLAIM_FIELDS)] == CLAIM_FIELDS
    assert list(rows[0]["evidence"][0]) == EVIDENCE_FIELDS


def test_check_as_of_a_date_leaves_out_later_passages(verifier: Call, corpus: Path) -> None:
    """What was not yet published cannot testify."""
    outcome = verifier(
        "check", "Argentina won the World Cup final.", "--as-of", "2022-06-01", "--corpus", corpus, "--json"
    )
    dates = [e["published"] for e in json.loads(outcome.out)["evidence"]]
    assert dates
    assert max(dates) <= "2022-06-01"


def test_claims_lists_what_is_not_checked_with_its_reason(verifier: Call, article: Path) -> None:
    """Every sentence is a row; labels are null because nothing was checked."""
    rows = [json.loads(line) for line in verifier("claims", article, "--json").out.splitlines()]
    by_sentence = {row["sentence"]: row for row in rows}
    assert by_sentence["The town band will play on Sunday."]["reason"] == "prediction"
    assert {row["label"] for row in rows} == {None}


def test_corpus_search_shows_the_passage(verifier: Call, corpus: Path) -> None:
    """The best passage for a question of the sample."""
    outcome = verifier("corpus", "search", "cruiser Moskva sank", "--corpus", corpus, "--k", "3", "--json")
    rows = [json.loads(line) for line in outcome.out.splitlines()]
    assert len(rows) == 3
    assert "Moskva" in rows[0]["passage"]


def test_doctor_reports_damage_and_exits_with_failures(verifier: Call, corpus: Path, tmp_path: Path) -> None:
    """A sound corpus is ok, a file that is no database is a fault with its name."""
    fake = tmp_path / "v.duckdb"
    fake.write_text("not a database")
    outcome = verifier("doctor", "--corpus", corpus, "--db", fake, "--json")
    states = {row["subject"]: row["state"] for row in map(json.loads, outcome.out.splitlines())}
    assert states[f"corpus {corpus}"] == "ok"
    assert states[f"database {fake}"] == "fault"
    assert outcome.code == 1


def test_sql_reads_and_never_writes(verifier: Call, tmp_path: Path) -> None:
    """A SELECT gives rows; anything that writes is refused in one sentence."""
    db = tmp_path / "v.duckdb"
    Store.open(db).close()
    assert json.loads(verifier("sql", "SELECT 1 AS one", "--db", db, "--json").out) == {"one": 1}
    refused = verifier("sql", "DROP TABLE claims", "--db", db)
    assert (refused.code, refused.out, len(refused.err.splitlines())) == (2, "", 1)


BAD_CALLS = {
    "missing file": ("claims", "{tmp}/nothing.txt"),
    "empty file": ("claims", "{tmp}/empty.txt"),
    "binary file": ("claims", "{tmp}/binary.txt"),
    "50 MB file": ("claims", "{tmp}/huge.txt"),
    "missing corpus": ("check", "Water is wet.", "--corpus", "{tmp}/nowhere"),
    "missing database": ("sql", "SELECT 1", "--db", "{tmp}/none.duckdb"),
    "blank claim": ("check", "  ", "--corpus", "{corpus}"),
    "unknown document": ("corpus", "remove", "no-such-document", "--corpus", "{corpus}"),
    "unknown setting": ("check", "Water is wet.", "--settings", "{tmp}/bad.toml", "--corpus", "{corpus}"),
    "wrong date": ("check", "Water is wet.", "--as-of", "last week"),
    "unknown command": ("verfiy",),
}


@pytest.mark.parametrize("name", BAD_CALLS)
def test_bad_input_gets_one_clear_sentence_and_exit_2(verifier: Call, corpus: Path, tmp_path: Path, name: str) -> None:
    """No traceback; the message names the thing at fault; nothing on standard output."""
    (tmp_path / "empty.txt").touch()
    (tmp_path / "binary.txt").write_bytes(b"\x00\x01\x02PNG" * 200)
    with (tmp_path / "huge.txt").open("wb") as huge:
        huge.truncate(50_000_000)
    (tmp_path / "bad.toml").write_text("retreiver = 1\n")
    arguments = [a.format(tmp=tmp_path, corpus=corpus) for a in BAD_CALLS[name]]
    outcome = verifier(*arguments)
    assert outcome.code == 2
    assert outcome.out == ""
    assert "Traceback" not in outcome.err
    assert outcome.err.strip()


def test_broken_line_is_named_and_the_rest_goes_on(verifier: Call, tmp_path: Path) -> None:
    """A JSON Lines file with a broken line gives its other articles; exit code 1 says that something failed."""
    path = tmp_path / "articles.jsonl"
    path.write_text('{"_id": "a", "title": "A", "text": "Rome fell in 476."}\n{broken\n')
    outcome = verifier("claims", path, "--json")
    assert outcome.code == 1
    assert "Rome fell in 476." in outcome.out
    assert "articles.jsonl" in outcome.err
    assert "2" in outcome.err
