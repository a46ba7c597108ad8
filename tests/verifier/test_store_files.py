"""Files: opening, locks, versions, crashes, and SQL that reaches nothing else."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import textwrap
import threading
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from tests.verifier.factories import make_article, make_run, make_verdict
from verifier.store import (
    MissingDatabaseError,
    NewerDatabaseError,
    NotADatabaseError,
    OlderDatabaseError,
    QueryError,
    Store,
    StoreBusyError,
    StoreOpenError,
    StoreReadError,
    StoreWriteError,
    publish,
    query_file,
    was_interrupted,
)
from verifier.store.connection import explain_open_error
from verifier.store.migrations import SCHEMA_FOLDER, bring_up_to_date, migrations
from verifier.types import Comparison, Relation, Timing

ROOT = Path(__file__).parents[2]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A closed database with one run and one verdict."""
    path = tmp_path / "verdicts.duckdb"
    with Store.open(path) as store:
        store.begin_run(make_run())
        store.save("run-1", [make_article()], [], [make_verdict()])
    return path


def python(code: str, *arguments: str) -> subprocess.Popen[str]:
    """Another process, which reports on its standard output."""
    command = [sys.executable, "-c", textwrap.dedent(code), *arguments]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def holder(path: Path) -> subprocess.Popen[str]:
    """Another process that has the file open for writing until its input ends."""
    process = python(
        "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); input()", str(path)
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "open\n"
    return process


def test_what_is_saved_outlives_the_process(path: Path) -> None:
    """Reopened, read-only or not, the report is whole."""
    for read_only in (True, False):
        with Store.open(path, read_only=read_only) as store:
            assert store.report_rows().articles[0].claims[0].verdict == make_verdict()


def test_query_file_reads_one_statement(path: Path) -> None:
    """Columns, rows and parameters."""
    result = query_file(path, "SELECT label, confidence FROM latest_verdicts WHERE confidence > ?", [0.5])
    assert (result.columns, result.rows) == (("label", "confidence"), [("REFUTED", 0.8)])


def test_query_file_finds_no_file(tmp_path: Path) -> None:
    """A wrong path is told, and no empty database is left behind."""
    with pytest.raises(MissingDatabaseError, match="found no file"):
        query_file(tmp_path / "nope.duckdb", "SELECT 1")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("read_only", [True, False])
@pytest.mark.parametrize("content", [b"", b"title,text\n" * 2000])
def test_other_kinds_of_file_are_refused_and_left_alone(tmp_path: Path, content: bytes, read_only: bool) -> None:
    """A text file, or an empty one, is no database; it is not touched."""
    path = tmp_path / "notes.csv"
    path.write_bytes(content)
    with pytest.raises(NotADatabaseError, match="another kind of file"):
        Store.open(path, read_only=read_only)
    assert path.read_bytes() == content


def test_folder_is_refused(tmp_path: Path) -> None:
    """A folder in place of a file, and a file in a folder that does not exist."""
    with pytest.raises(NotADatabaseError, match="is a folder"):
        Store.open(tmp_path)
    with pytest.raises(StoreOpenError, match="there is no folder"):
        Store.open(tmp_path / "nowhere" / "verdicts.duckdb")


@pytest.mark.parametrize("read_only", [True, False])
def test_another_programs_database_is_refused_and_left_alone(tmp_path: Path, read_only: bool) -> None:
    """A DuckDB file with other tables gets none of ours."""
    path = tmp_path / "sales.duckdb"
    with duckdb.connect(path) as connection:
        connection.execute("CREATE TABLE sales (amount INTEGER)")
    with pytest.raises(NotADatabaseError, match=r"others \(sales\)"):
        Store.open(path, read_only=read_only)
    with duckdb.connect(path, read_only=True) as connection:
        assert connection.execute("SHOW TABLES").fetchall() == [("sales",)]


@pytest.mark.parametrize("read_only", [True, False])
def test_truncated_file_is_told_as_damaged(path: Path, read_only: bool) -> None:
    """Half a file is never read as fewer verdicts."""
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(NotADatabaseError, match="damaged or cut short"):
        Store.open(path, read_only=read_only)


def test_changed_byte_is_told_as_damage(path: Path) -> None:
    """A file that opens, but whose documents are not what was written, gives no rows."""
    publish(path)
    content = path.read_bytes()
    path.write_bytes(content.replace(b"holds 2 million", b"holds 9 million"))
    assert path.read_bytes() != content
    with pytest.raises(StoreReadError, match="restore"), Store.open(path, read_only=True) as store:
        store.report_rows()
    with pytest.raises(StoreReadError, match="damaged"):
        query_file(path, "SELECT text FROM documents")


@pytest.mark.parametrize("read_only", [True, False])
def test_newer_schema_is_refused(path: Path, read_only: bool) -> None:
    """A file of a later version of this program is neither read nor written."""
    with duckdb.connect(path) as connection:
        connection.execute("INSERT INTO schema_version VALUES (999, TIMESTAMP '2030-01-01')")
    with pytest.raises(NewerDatabaseError, match="has schema 999"):
        Store.open(path, read_only=read_only)


def test_newer_duckdb_format_is_named() -> None:
    """DuckDB's refusal of a file format that it does not know says to upgrade."""
    said = "Trying to read a database file with version number 99, but we can only read versions between 64 and 69."
    error = explain_open_error("x.duckdb", duckdb.IOException(said))
    assert isinstance(error, NewerDatabaseError)
    assert "upgrade" in str(error)


def test_older_schema_is_migrated_by_a_writer_and_refused_by_a_reader(path: Path, tmp_path: Path) -> None:
    """Later migrations are applied once, in order, and keep what is stored."""
    folder, newest = tmp_path / "schema", max(migrations())
    shutil.copytree(SCHEMA_FOLDER, folder)
    (folder / f"{newest + 1:04}_note.sql").write_text("ALTER TABLE verdicts ADD COLUMN note VARCHAR")
    (folder / f"{newest + 2:04}_fill.sql").write_text("UPDATE verdicts SET note = 'old'")
    refused = pytest.raises(OlderDatabaseError, match=f"has schema {newest}, .* reads schema {newest + 2}")
    with duckdb.connect(path, read_only=True) as connection, refused:
        bring_up_to_date(connection, str(path), read_only=True, folder=folder)
    for _ in range(2):
        with duckdb.connect(path) as connection:
            bring_up_to_date(connection, str(path), read_only=False, folder=folder)
    with duckdb.connect(path) as connection:
        versions = connection.execute("SELECT version FROM schema_version ORDER BY 1").fetchall()
        assert versions == [(version,) for version in range(1, newest + 3)]
        assert connection.execute("SELECT label, note FROM verdicts").fetchall() == [("REFUTED", "old")]


def older_file(folder: Path, schema: int = 1) -> Path:
    """A database as an earlier schema left it: a verdict, a heading, an opinion and an ambiguous sentence."""
    (folder / "schema").mkdir()
    path = folder / "old.duckdb"
    for version in range(1, schema + 1):
        shutil.copy(migrations()[version], folder / "schema")
        with duckdb.connect(path) as connection:
            bring_up_to_date(connection, str(path), read_only=False, folder=folder / "schema")
            if version == 1:
                connection.execute(SCHEMA_1_ROWS)
    return path


SCHEMA_1_ROWS = """
    INSERT INTO runs VALUES ('old', '2026-01-01', NULL, 'FINISHED', '0.1.0', '{}', ['m'], 'c');
    INSERT INTO articles VALUES ('a', 'Dam', NULL, 'dam.txt', '2026-01-01', 'Water. It is full. It is fine. So it is.');
    INSERT INTO run_articles VALUES ('old', 'a', 0);
    INSERT INTO claims VALUES
        ('c0', 'a', 0, 6, 'Water.', 'Water.', NULL, NULL, NULL, 'NOT_CHECKABLE', 'heading'),
        ('c1', 'a', 7, 18, 'It is full.', 'The dam is full.', 'Ada', '2026-01-01', 0.5, 'CHECKABLE', ''),
        ('c2', 'a', 19, 30, 'It is fine.', 'It is fine.', NULL, NULL, NULL, 'NOT_CHECKABLE', 'opinion'),
        ('c3', 'a', 31, 40, 'So it is.', 'So it is.', NULL, NULL, NULL, 'AMBIGUOUS', 'heading');
    INSERT INTO run_claims SELECT 'old', claim_id, start_char, text, speaker, claim_date, checkworthiness, status,
        reason FROM claims;
    INSERT INTO documents VALUES ('d', 'd.txt', 'Dams', NULL, NULL, NULL, '2026-01-01', 'The dam is full.');
    INSERT INTO passages VALUES ('p', 'd', 0, 16, 'The dam is full.');
    INSERT INTO verdicts VALUES ('old', 'c1', 'SUPPORTED', 0.9, 'As it says.', '2026-01-01');
    INSERT INTO evidence VALUES ('old', 'c1', 'p', 1, 'SUPPORTS', 0.9, 0.05, 0.05, 1.0);
    INSERT INTO rationales VALUES ('old', 'c1', 'p', 0, 0, 16, 'The dam is full.', 0, 16);
    INSERT INTO comparisons VALUES ('old', 'c1', 'p', 0, '2 million', '2 million', 'AGREES', 'both state 2 million');
"""


def test_schema_1_file_is_migrated_with_nothing_lost(tmp_path: Path) -> None:
    """Its report reads as before; headings get their role, all else is body and content, and new claims go in."""
    path = older_file(tmp_path)
    with Store.open(path) as store:
        report = store.report_rows("old")
        claims = [row.claim for row in report.articles[0].claims]
        assert [(c.text, c.role, c.kind, c.speaker, c.status) for c in claims] == [
            ("Water.", "heading", "CONTENT", None, "NOT_CHECKABLE"),
            ("The dam is full.", "body", "CONTENT", "Ada", "CHECKABLE"),
            ("It is fine.", "body", "CONTENT", None, "NOT_CHECKABLE"),
            ("So it is.", "body", "CONTENT", None, "AMBIGUOUS"),
        ]
        assert {(c.verb, c.quotes, c.parts, c.substitutions) for c in claims} == {(None, (), (), ())}
        verdict = report.articles[0].claims[1].verdict
        assert verdict is not None
        assert verdict.evidence[0].quotes() == ("The dam is full.",)
        assert store.query("SELECT role, count(*) FROM claims GROUP BY role ORDER BY role").rows == [
            ("body", 3),
            ("heading", 1),
        ]
        store.begin_run(make_run())
        store.save("run-1", [report.articles[0].article], claims, [verdict])
    with Store.open(path, read_only=True) as store:
        for run_id in ("old", "run-1"):
            again = store.report_rows(run_id).articles[0]
            assert [(row.claim, row.verdict) for row in again.claims] == [
                (row.claim, row.verdict) for row in report.articles[0].claims
            ]


@pytest.mark.parametrize("schema", [1, 2])
def test_older_evidence_stands_for_itself(tmp_path: Path, schema: int) -> None:
    """Each passage is its own origin and counts in full, undated; new evidence and relations go in beside it."""
    path = older_file(tmp_path, schema)
    with Store.open(path) as store:
        report = store.report_rows("old")
        row = report.articles[0].claims[1]
        assert row.verdict is not None
        [old] = row.verdict.evidence
        assert (old.timing, old.origin, old.tier, old.credibility) == (Timing.UNDATED, "p", "", 1.0)
        assert old.comparisons == (Comparison("2 million", "2 million", Relation.AGREES, "both state 2 million"),)
        store.begin_run(make_run())
        weighed = replace(old, timing=Timing.IN_TIME, tier="news", credibility=0.8)
        store.save("run-1", [report.articles[0].article], [row.claim], [replace(row.verdict, evidence=(weighed,))])
        store.query("SELECT 'AMBIGUOUS'::relation")
    sql = "SELECT origin, timing, tier, credibility FROM claim_evidence WHERE run_id = 'run-1'"
    assert query_file(path, sql).rows == [("p", "IN_TIME", "news", 0.8)]


@pytest.mark.parametrize("schema", [1, 2])
def test_crash_right_after_the_migration_loses_nothing(tmp_path: Path, schema: int) -> None:
    """What was migrated and not yet checkpointed is there when the file is opened again."""
    path = older_file(tmp_path, schema)
    code = """
        import os, signal, sys
        from verifier.store import Store
        store = Store.open(sys.argv[1])
        os.kill(os.getpid(), signal.SIGKILL)
    """
    assert python(code, str(path)).wait() != 0
    rows = query_file(path, "SELECT sentence, role FROM not_checked ORDER BY start_char").rows
    assert rows == [("Water.", "heading"), ("It is fine.", "body"), ("So it is.", "body")]
    assert query_file(path, "SELECT claim, label, kind FROM latest_verdicts").rows == [
        ("The dam is full.", "SUPPORTED", "CONTENT")
    ]
    assert query_file(path, "SELECT quote, timing, origin, credibility FROM claim_evidence").rows == [
        ("The dam is full.", "UNDATED", "p", 1.0)
    ]
    assert query_file(path, "SELECT relation, explanation FROM comparisons").rows == [
        ("AGREES", "both state 2 million")
    ]


@pytest.mark.parametrize("read_only", [True, False])
def test_busy_file_names_its_holder(path: Path, read_only: bool) -> None:
    """While another process writes, the error says which, after the wait."""
    with holder(path) as process:
        with pytest.raises(StoreBusyError, match=rf"held by process {process.pid} .*waited 0.2 s"):
            Store.open(path, read_only=read_only, wait_s=0.2)
        process.communicate("\n")


def test_busy_file_is_waited_for(path: Path) -> None:
    """A reader gets through once the writer lets go within the wait."""
    with holder(path) as process:
        assert process.stdin is not None
        release = threading.Timer(0.3, process.stdin.close)
        release.start()
        assert query_file(path, "SELECT count(*) FROM verdicts", wait_s=10).rows == [(1,)]
        release.join()


def test_busy_within_the_same_process_is_told(path: Path) -> None:
    """DuckDB cannot open a file for reading that this process has open for writing."""
    with Store.open(path), pytest.raises(StoreBusyError, match="another part of this program"):
        query_file(path, "SELECT 1", wait_s=0)


def test_readers_share_a_file(path: Path) -> None:
    """Two processes may read at the same time."""
    code = "import sys; from verifier.store import query_file; print(query_file(sys.argv[1], 'SELECT 42').rows)"
    with Store.open(path, read_only=True):
        assert python(code, str(path)).communicate()[0] == "[(42,)]\n"


def test_read_only_store_refuses_to_save(path: Path) -> None:
    """A read-only store writes nothing."""
    with Store.open(path, read_only=True) as store, pytest.raises(StoreWriteError, match="read-only"):
        store.begin_run(make_run("run-2"))


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO runs SELECT * FROM runs",
        "UPDATE verdicts SET label = 'SUPPORTED'",
        "DELETE FROM evidence",
        "DROP VIEW latest_verdicts",
        "CREATE TABLE mine (a INTEGER)",
        "WITH gone AS (DELETE FROM rationales RETURNING *) SELECT * FROM gone",
    ],
)
def test_queries_cannot_write(path: Path, sql: str) -> None:
    """Neither query_file nor a store that is open for writing lets SQL from a user change anything."""
    with pytest.raises(QueryError, match="only reads"):
        query_file(path, sql)
    with Store.open(path) as store, pytest.raises(QueryError, match="only reads"):
        store.query(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "COPY runs TO '{folder}/out.csv'",
        "EXPORT DATABASE '{folder}/out'",
        "ATTACH '{folder}/other.duckdb' AS other",
        "SELECT * FROM read_text('{folder}/secret.txt')",
        "SELECT * FROM '{folder}/secret.csv'",
        "SELECT * FROM glob('{folder}/*')",
        "SET enable_external_access = true",
        "SET lock_configuration = false",
        "INSTALL httpfs",
    ],
)
def test_queries_reach_no_other_file(path: Path, sql: str) -> None:
    """SQL can neither read nor write outside its database, nor lift that rule."""
    folder = path.parent
    for name in ("secret.txt", "secret.csv"):
        (folder / name).write_text("a,b\n1,2\n")
    before = sorted(p.name for p in folder.iterdir())
    with pytest.raises(QueryError):
        query_file(path, sql.format(folder=folder))
    assert sorted(p.name for p in folder.iterdir()) == before


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELEC 1", "syntax error"),
        ("SELECT * FROM claim", "Did you mean"),
        ("SELECT 1; SELECT 2", "found 2"),
        ("", "found 0"),
        ("SELECT CAST(label AS DATE) FROM verdicts", "REFUTED"),
        ("SELECT ?", "parameters"),
    ],
)
def test_bad_sql_is_one_clear_line(path: Path, sql: str, said: str) -> None:
    """DuckDB's message, on one line."""
    with pytest.raises(QueryError) as refused:
        query_file(path, sql)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_full_disk_keeps_what_was_stored(path: Path) -> None:
    """A write that does not fit fails by name; earlier verdicts are intact and the next write works."""
    pytest.importorskip("resource")
    code = """
        import resource, signal, sys
        from tests.verifier.factories import make_article, make_claim, make_run, make_verdict
        from verifier.store import Store, StoreWriteError
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        articles = [make_article(f"Article {n} says so. " + "More text. " * 500) for n in range(500)]
        verdicts = [make_verdict(make_claim(a)) for a in articles]
        with Store.open(sys.argv[1]) as store:
            _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
            resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, hard))
            try:
                store.save("run-1", articles, [], verdicts)
            except StoreWriteError as error:
                print("refused", error)
            resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
            store.save("run-1", articles[:1], [], verdicts[:1])
            print(store.query("SELECT count(*) FROM verdicts").rows)
    """
    output, _ = python(code, str(path)).communicate()
    refused, count = output.splitlines()
    assert "too large" in refused
    assert count == "[(2,)]"
    assert query_file(path, "SELECT count(*) FROM verdicts").rows == [(2,)]


def test_killed_writer_loses_no_saved_batch(path: Path) -> None:
    """After kill -9 a reader finds every batch that was saved, whole."""
    code = """
        import os, signal, sys
        from tests.verifier.factories import make_article, make_claim, make_verdict
        from verifier.store import Store
        store = Store.open(sys.argv[1])
        article = make_article("Saved just before the end.")
        store.save("run-1", [article], [], [make_verdict(make_claim(article))])
        os.kill(os.getpid(), signal.SIGKILL)
    """
    assert python(code, str(path)).wait() != 0
    rows = query_file(path, "SELECT count(*), count(DISTINCT claim_id) FROM claim_evidence").rows
    assert rows == [(4, 2)]


def test_import_is_light() -> None:
    """`verifier sql` must start at once: the store imports no model, array or web library."""
    heavy = "numpy torch faiss spacy transformers prefect pandas"
    code = f"import sys, verifier.store; print([m for m in {heavy.split()!r} if m in sys.modules])"
    assert python(code).communicate()[0] == "[]\n"


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timer that sends a signal here")
def test_a_signal_within_a_statement_is_told_from_an_error(path: Path) -> None:
    """DuckDB raises an error of its own in place of KeyboardInterrupt; what is stored is as it was."""
    with Store.open(path) as store:
        before = signal.signal(signal.SIGALRM, lambda *_: signal.raise_signal(signal.SIGINT))
        try:
            signal.setitimer(signal.ITIMER_REAL, 0.2)
            with pytest.raises((RuntimeError, KeyboardInterrupt)) as raised:
                store.query(
                    "SELECT count(*) FROM range(1000000) AS a, range(1000000) AS b WHERE a.range % 7 = b.range % 3"
                )
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
        assert isinstance(raised.value, KeyboardInterrupt) or was_interrupted(raised.value)
        assert store.faults() == []
