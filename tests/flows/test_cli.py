"""The command line: data on standard output, messages on standard error, exit codes that a script can trust."""

import io
import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from flows import cli
from flows.cli.entry import sentence_of
from flows.publish import ReportWriteError, write_report
from tests.flows.conftest import Outcome
from verifier.rows import RunReport
from verifier.store import Store

Call = Callable[..., Outcome]
COMMANDS = [
    ("run",), ("check",), ("claims",), ("report",), ("sql",), ("doctor",), ("review",), ("calibrate",),
    ("reverify",), ("export",), ("import",), ("ask",), ("schedule",), ("status",), ("prune",),
    ("corpus", "add"), ("corpus", "remove"), ("corpus", "repair"), ("corpus", "info"), ("corpus", "search"),
    ("eval", "checkworthy"), ("eval", "extraction"), ("eval", "propositions"), ("eval", "pairs"), ("eval", "open"),
    ("eval", "retrieval"), ("factchecks", "add"), ("factchecks", "list"),
]  # fmt: skip
CLAIM_FIELDS = ["id", "article_id", "start", "end", "sentence", "text", "speaker", "status", "reason", "label"]
EVIDENCE_FIELDS = [
    "stance", "p_supports", "p_refutes", "p_neutral", "quote", "start", "end", "title", "url", "source", "published",
    "document_id", "passage_id", "timing", "origin", "tier", "credibility",
]  # fmt: skip


def test_every_command_is_listed_here() -> None:
    """A new command gets a help text with an example, or this fails."""
    groups = {"": cli.app, **{g.name: g.typer_instance for g in cli.app.registered_groups}}
    found = {
        tuple(filter(None, (group, command.name or command.callback.__name__.removeprefix(f"{group}_"))))
        for group, commands in groups.items()
        for command in commands.registered_commands
        if command.callback
    }
    assert found == set(COMMANDS)


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


def test_the_page_says_that_a_run_goes_on_before_the_rest_is_loaded(tmp_path: Path) -> None:
    """A run that is stopped within its first second leaves no older page."""
    code = "sys.modules['flows.morning'] = None"  # what takes a second to import
    process = _process("run", "a.txt", "--db", tmp_path / "v.duckdb", "--report", tmp_path / "r", code=code)
    assert b"flows.morning" in process.communicate(timeout=60)[1]
    assert "This run failed" in (tmp_path / "r" / "index.html").read_text(encoding="utf-8")


def test_check_prints_one_json_object_a_claim(verifier: Call, corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Claims from the command line and from standard input, in order, in the documented fields."""
    monkeypatch.setattr("sys.stdin", io.StringIO("Kherson was captured.\n\nSomething else happened.\n"))
    first = "Sweden applied to join NATO in May 2022."
    outcome = verifier("check", first, "-", "--corpus", corpus, "--json")
    rows = [json.loads(line) for line in outcome.out.splitlines()]
    assert outcome.code == 0
    assert [row["text"] for row in rows] == [first, "Kherson was captured.", "Something else happened."]
    assert list(rows[0])[: len(CLAIM_FIELDS)] == CLAIM_FIELDS
    assert list(rows[0]["evidence"][0])[: len(EVIDENCE_FIELDS)] == EVIDENCE_FIELDS


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


def test_claims_are_scored_as_in_a_run(verifier: Call, article: Path) -> None:
    """What `run` would set aside as not worth a check is told here too, and a setting changes it."""
    article.write_text("Orla dam full again\n\nMoney is a weapon too.\n", encoding="utf-8")
    settings = article.with_name("settings.toml")
    settings.write_text("[claims]\nmin_checkworthiness = 0.0\n", encoding="utf-8")
    *_, shipped = map(json.loads, verifier("claims", article, "--json").out.splitlines())
    *_, lenient = map(json.loads, verifier("claims", article, "--settings", settings, "--json").out.splitlines())
    assert (shipped["status"], shipped["reason"]) == ("NOT_CHECKABLE", "not worth a check")
    assert 0 < shipped["checkworthiness"] < 0.1
    assert lenient["status"] == "CHECKABLE"


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
    "empty claim": ("check", "", "--corpus", "{corpus}"),
    "blank claim": ("check", "  ", "--corpus", "{corpus}"),
    "claim without a letter": ("check", "?! 12", "--corpus", "{corpus}"),
    "claim that is no UTF-8": ("check", "Caf\udce9 is open.", "--corpus", "{corpus}"),
    "report that is a file": ("run", "{tmp}/empty.txt", "--report", "{tmp}/bad.toml", "--corpus", "{corpus}"),
    "report below a file": ("run", "{tmp}/empty.txt", "--report", "{tmp}/bad.toml/r", "--corpus", "{corpus}"),
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
    assert "unexpected" not in outcome.err
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


def _process(*arguments: object, code: str = "") -> subprocess.Popen[bytes]:
    """The `verifier` command in a process of its own, after some Python code."""
    start = f"import sys; from flows import cli; sys.argv[0] = 'verifier'\n{code}\ncli.main()"
    command = [sys.executable, "-c", start, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=Path(__file__).parents[2])


@pytest.mark.parametrize(
    ("number", "code", "word"), [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")]
)
def test_a_signal_ends_the_command_with_one_sentence(tmp_path: Path, number: int, code: int, word: str) -> None:
    """Cleaning up runs first; the exit code is the one that a shell expects for the signal."""
    Store.open(tmp_path / "v.duckdb").close()
    slow = f"""
import os, verifier.store
def query(*_):
    try:
        os.kill(os.getpid(), {int(number)})
        __import__("time").sleep(20)
    finally:
        print("cleaned up", flush=True)
verifier.store.open_published = query
"""
    process = _process("sql", "SELECT 1", "--db", tmp_path / "v.duckdb", code=slow)
    out, err = process.communicate(timeout=60)
    assert out == b"cleaned up\n"
    assert err.decode() == f"verifier: {word}; what was saved before stays saved\n"
    assert process.returncode == code


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_a_reader_that_goes_away_is_no_failure(tmp_path: Path, options: tuple[str, ...]) -> None:
    """`verifier sql ... | head -1` ends quietly with 0."""
    Store.open(tmp_path / "v.duckdb").close()
    process = _process("sql", "SELECT range AS number FROM range(50000)", "--db", tmp_path / "v.duckdb", *options)
    assert process.stdout
    assert process.stderr
    process.stdout.read(10)
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait(60) == 0


def test_an_error_leaves_only_its_sentence_on_standard_error(tmp_path: Path) -> None:
    """DuckDB's own handles, held by the error's frames, are let go before Python looks for leaks."""
    hold = """
import atexit, verifier.store
class Handle:
    def __del__(self):
        print("let go", flush=True)
atexit.register(print, "exit", flush=True)
def query(*_):
    global kept
    handle = Handle()
    kept = verifier.store.QueryError("no such thing; ask for another")
    raise kept
verifier.store.open_published = query
"""
    process = _process("sql", "SELECT 1", code=hold)
    assert process.communicate(timeout=60) == (b"let go\nexit\n", b"verifier: no such thing; ask for another\n")
    assert process.returncode == 2


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_wrong_file_of_authorities_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str | None
) -> None:
    """Prefect reads it when it is imported, and its error names no file."""
    named = tmp_path / "authorities.pem"
    if content:
        named.write_text(content)
    monkeypatch.setenv("SSL_CERT_FILE", str(named))
    says = sentence_of(OSError(2, "No such file or directory"))
    assert f"in SSL_CERT_FILE={named}, found none" in says and "correct the variable or unset it" in says
    monkeypatch.delenv("SSL_CERT_FILE")
    assert sentence_of(OSError(28, "No space left on device")).endswith("free the disk or check the path and try again")


def test_an_error_of_the_system_without_a_file_names_none(
    verifier: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk under standard output has no file's name."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("verifier.store.open_published", full)
    assert verifier("sql", "SELECT 1").err.startswith("verifier: No space left on device; free the disk")


def test_a_report_that_is_a_file_is_named_and_nothing_is_stored(verifier: Call, article: Path, tmp_path: Path) -> None:
    """The check comes before reading, models and database."""
    report = tmp_path / "report"
    report.touch()
    outcome = verifier("run", article, "--db", tmp_path / "v.duckdb", "--report", report)
    assert (outcome.code, len(outcome.err.splitlines())) == (2, 1)
    assert f"{report}: expected a folder" in outcome.err
    assert not (tmp_path / "v.duckdb").exists()


def _report(monkeypatch: pytest.MonkeyPatch) -> RunReport:
    """Some rows, whose pages are a word each."""
    monkeypatch.setattr("flows.publish.render_html", lambda _: "page")
    monkeypatch.setattr("flows.publish.render_markdown", lambda _: "page")
    return RunReport.__new__(RunReport)


def test_a_report_that_cannot_be_written_leaves_no_half_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the file, says what to do and keeps the rows."""
    report = _report(monkeypatch)
    (tmp_path / "index.md").mkdir()
    with pytest.raises(ReportWriteError, match=r"index\.md: .*verdicts are stored; .*verifier report") as caught:
        write_report(report, tmp_path)
    assert caught.value.report is report
    assert sorted(path.name for path in tmp_path.iterdir()) == ["index.html", "index.md"]


def test_run_prints_the_data_though_the_report_cannot_be_written(
    verifier: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The verdicts are stored, so they are shown; exit code 1 says that something failed."""
    report = _report(monkeypatch)

    def run_once(*_: object, **__: object) -> None:
        raise ReportWriteError("index.md: the report cannot be written", report)

    monkeypatch.setattr("flows.morning.run_once", run_once)
    monkeypatch.setattr(cli.verify, "_print_outcome", lambda outcome, json: print(outcome is report, json))
    outcome = verifier("run", "a.txt", "--report", tmp_path / "r", "--json")
    assert (outcome.code, outcome.out) == (1, "True True\n")
    assert outcome.err == "verifier: index.md: the report cannot be written\n"


SQL_VALUES = {
    "'nan'::DOUBLE": None,
    "'-infinity'::FLOAT": None,
    "[1.5, 'nan'::DOUBLE]": [1.5, None],
    "{'x': {'y': 'inf'::DOUBLE}}": {"x": {"y": None}},
    "MAP {1: 2}": {"1": 2},
    "MAP {DATE '2022-03-02': [DATE '2022-03-03']}": {"2022-03-02": ["2022-03-03"]},
    "TIMESTAMP '2022-03-02 10:00:00'": "2022-03-02T10:00:00",
    "TIME '10:00:00'": "10:00:00",
    "'\\xAB\\x01'::BLOB": "ab01",
    "1.50::DECIMAL(9, 2)": 1.5,
    "12345678901234567890.123::DECIMAL(38, 3)": "12345678901234567890.123",
    "INTERVAL '1 day 2 hours'": "P1DT7200S",
    "INTERVAL '-500 milliseconds'": "-PT0.5S",
    "chr(8232) || chr(8233) || chr(133)": "\u2028\u2029\x85",
}


@pytest.mark.parametrize("value", SQL_VALUES)
def test_sql_json_is_valid_json_whatever_the_type(verifier: Call, tmp_path: Path, value: str) -> None:
    """One line that any JSON reader takes."""
    Store.open(tmp_path / "v.duckdb").close()
    out = verifier("sql", f"SELECT {value} AS v", "--db", tmp_path / "v.duckdb", "--json").out

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    assert len(out.splitlines()) == 1
    assert json.loads(out, parse_constant=refuse) == {"v": SQL_VALUES[value]}


def test_sql_json_keeps_columns_of_the_same_name(verifier: Call, tmp_path: Path) -> None:
    """None overwrites another, nor one that had the numbered name already."""
    Store.open(tmp_path / "v.duckdb").close()
    out = verifier("sql", "SELECT 1 AS a, 2 AS a, 3 AS a_2, 4 AS a", "--db", tmp_path / "v.duckdb", "--json").out
    assert json.loads(out) == {"a": 1, "a_3": 2, "a_2": 3, "a_4": 4}


def test_sql_prints_many_columns_as_lines(verifier: Call, tmp_path: Path) -> None:
    """A table of thirteen columns would be letters one below the other."""
    Store.open(tmp_path / "v.duckdb").close()
    columns = ", ".join(f"range + {n} AS column_{n}" for n in range(13))
    out = verifier("sql", f"SELECT {columns} FROM range(2)", "--db", tmp_path / "v.duckdb").out
    first, second = out.split("\n\n")
    assert first.splitlines()[:2] == ["column_0: 0", "column_1: 1"]
    assert second.splitlines()[12] == "column_12: 13"


def test_check_passes_over_bad_lines_and_checks_the_rest(
    verifier: Call, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bad lines are told of by number; exit code 1 says that something failed."""
    lines = io.TextIOWrapper(io.BytesIO(b"Sweden applied to join NATO.\n\nCaf\xe9 is open.\n...\nKherson fell.\n"))
    monkeypatch.setattr("sys.stdin", lines)
    outcome = verifier("check", "-", "--corpus", corpus, "--json")
    texts = [json.loads(line)["text"] for line in outcome.out.splitlines()]
    assert texts == ["Sweden applied to join NATO.", "Kherson fell."]
    messages = outcome.err.splitlines()
    assert [m.split(":")[1].strip() for m in messages] == ["line 3 of standard input", "line 4 of standard input"]
    assert "UTF-8" in messages[0]
    assert outcome.code == 1


def test_check_of_an_empty_standard_input_is_refused(verifier: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty pipe is a mistake somewhere before it."""
    monkeypatch.setattr("sys.stdin", io.StringIO("\n"))
    outcome = verifier("check", "-")
    assert (outcome.code, outcome.out) == (2, "")
    assert "no claim on standard input" in outcome.err


def test_no_arguments_show_the_help(verifier: Call) -> None:
    """The bare command says what it can do."""
    outcome = verifier()
    assert "corpus" in outcome.out + outcome.err
    assert outcome.code in (0, 2)  # Typer's choice differs between versions
