"""A morning without anybody watching: notices, status, prune, the red page, and the schedule's own checks."""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from flows import notify as notifying
from flows.morning import Done
from flows.notify import News, NotifyTargetError, notify_all, require_target
from flows.prune import prune
from flows.publish import write_all
from flows.red import never_green, show_newest
from flows.schedule import Schedule, ScheduleError, held, kept_schedule, next_run
from flows.watch import tell_all
from tests.flows.conftest import Outcome
from tests.verifier.factories import make_article, make_claim, make_evidence, make_run, make_verdict
from verifier.rows import RunReport
from verifier.store import RunGoingOnError, Store, query_file
from verifier.types import Failure, Label, RunStatus, Stance

FAILED = Failure("a.txt", "read", "SourceError", "expected text, found nothing")


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """With one finished run."""
    path = tmp_path / "v.duckdb"
    article = make_article()
    claim = make_claim(article)
    with Store.open(path) as store:
        store.begin_run(make_run(), n_articles=1)
        store.save("run-1", [article], [claim], [make_verdict(claim)])
        store.finish_run("run-1", RunStatus.FINISHED, make_run().started_at + timedelta(seconds=30))
    return path


@pytest.fixture
def news(tmp_path: Path) -> News:
    flips = [{"claim": "Vell’s dam", "old_label": "SUPPORTED", "label": "REFUTED"}]
    return News.of(RunReport(make_run(), (FAILED,), ()), flips, tmp_path / "v.duckdb", tmp_path)


@pytest.fixture
def server() -> Iterator[tuple[str, list[bytes]]]:
    """Takes what is posted; /moved sends elsewhere."""
    taken: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            taken.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(302 if self.path == "/moved" else 204)
            self.send_header("Location", "/here")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as http:
        threading.Thread(target=http.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{http.server_port}", taken
        http.shutdown()


def test_a_command_reads_the_news_and_no_shell_the_command(news: News, tmp_path: Path) -> None:
    """JSON on standard input; what a shell would make of the words is left as it is."""
    out = tmp_path / "told $(date).json"
    script = "import pathlib,sys; pathlib.Path(sys.argv[1]).write_bytes(sys.stdin.buffer.read())"
    [told] = notify_all([f"{sys.executable} -c '{script}' '{out}'"], news)
    assert (told.error, told.n_flips, told.n_failures) == (None, 1, 1)
    found = json.loads(out.read_text(encoding="utf-8"))
    assert found["flips"][0]["claim"] == "Vell’s dam" and found["failures"][0]["source"] == "a.txt"


def test_a_url_gets_the_news_and_redirects_are_not_followed(news: News, server: tuple[str, list[bytes]]) -> None:
    """What is stored names the host alone: a path may be a secret."""
    url, taken = server
    arrived, moved = notify_all([f"{url}/hook/secret", f"{url}/moved"], news)
    assert json.loads(taken[0])["run_id"] == "run-1" and len(taken) == 2
    assert (arrived.error, arrived.target) == (None, "http://127.0.0.1")
    assert "302" in str(moved.error)


@pytest.mark.parametrize(
    ("target", "says"),
    [
        ("/nowhere/mail desk", "No such file"),
        (f"{sys.executable} -c 'import sys; sys.exit(\"no paper\")'", "code 1: no paper"),
        (f"{sys.executable} -c 'import time; time.sleep(60)'", "within 1 s"),
        ("http://127.0.0.1:1/hook", "refused"),
    ],
)
def test_a_notice_that_does_not_arrive_says_why(
    news: News, target: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is raised."""
    monkeypatch.setattr(notifying, "TIMEOUT_S", 1)
    [told] = notify_all([target], news)
    assert says in str(told.error)


def flip(database: Path, run_id: str, label: Label, stance: Stance) -> None:
    """A finished run that gives the claim of the database another label."""
    article = make_article()
    claim = make_claim(article)
    with Store.open(database) as store:
        store.begin_run(make_run(run_id, started_at=datetime.now(UTC)))
        store.save(run_id, [article], [claim], [make_verdict(claim, label, [make_evidence(claim, stance)])])
        store.finish_run(run_id, RunStatus.FINISHED, datetime.now(UTC))


def teller(path: Path) -> str:
    """A command that appends how many flips it was told of."""
    script = "import json,sys; open(sys.argv[1], 'a').write(str(json.load(sys.stdin)['n_flips']))"
    return f"{sys.executable} -c \"{script}\" '{path}'"


def test_a_flip_of_any_run_is_told_once_to_each_target_that_it_reached(database: Path, tmp_path: Path) -> None:
    """A run tells what others flipped, or what it was stopped before telling; what did not arrive is told again."""
    flip(database, "reverified", Label.SUPPORTED, Stance.SUPPORTS)
    with Store.open(database) as store:
        report = store.report_rows("run-1")
    told = [teller(tmp_path / "told"), "https://127.0.0.1:1/hook"]
    assert [len(tell_all(told, report, database, tmp_path)) for _ in range(3)] == [1, 1, 1]
    assert (tmp_path / "told").read_text() == "1"
    flip(database, "again", Label.REFUTED, Stance.REFUTES)
    tell_all(told, report, database, tmp_path)
    assert (tmp_path / "told").read_text() == "11"
    rows = query_file(database, "SELECT n_flips FROM notifications WHERE error IS NOT NULL ORDER BY sent_at").rows
    assert rows == [(1,), (1,), (1,), (2,)]


def test_a_target_that_never_answers_gets_no_list_without_end(database: Path, tmp_path: Path) -> None:
    """Flips of last week are in the report and in SQL; nobody is told of them any more."""
    flip(database, "reverified", Label.SUPPORTED, Stance.SUPPORTS)
    with Store.open(database) as store:
        store._connection.execute("UPDATE verdicts SET saved_at = saved_at - INTERVAL 8 DAY")
        report = store.report_rows("run-1")
    assert tell_all(["https://127.0.0.1:1/hook"], report, database, tmp_path) == ()


@pytest.mark.parametrize("target", ["", "  ", "https://", "say 'unclosed"])
def test_what_is_neither_command_nor_url_is_refused(target: str) -> None:
    """Before the run, not after it."""
    with pytest.raises(NotifyTargetError, match="expected a command"):
        require_target(target)


def test_no_older_page_stands_while_a_run_goes_on_or_after_it_failed(database: Path, tmp_path: Path) -> None:
    """The page says why; the failed start is the database's last run."""
    page = tmp_path / "report" / "index.html"
    page.parent.mkdir()
    page.write_text("all green", encoding="utf-8")
    with pytest.raises(OSError, match="no corpus"), never_green(database, page.parent):
        assert "still running, or was stopped" in page.read_text(encoding="utf-8")
        raise OSError("no corpus there")
    assert "This run failed" in page.read_text(encoding="utf-8") and "no corpus there" in page.read_text("utf-8")
    rows = query_file(database, "SELECT status, cause, n_verdicts FROM run_report('')").rows
    assert rows == [("FAILED", "no corpus there", 0)]


def test_no_file_of_the_report_is_older_than_the_run(database: Path, tmp_path: Path) -> None:
    """Those asked for and those that stood there say that it goes on, and that it failed; what was published stays."""
    folder = tmp_path / "r"
    folder.mkdir()
    for name in ("index.html", "claims.csv", "claimreview.jsonld"):
        (folder / name).write_text("yesterday's", encoding="utf-8")
    with pytest.raises(OSError, match="no corpus"), never_green(database, folder, formats=("json",)):
        assert json.loads((folder / "report.json").read_text("utf-8"))["run"]["status"] == "RUNNING"
        assert '"RUNNING"' in (folder / "claims.csv").read_text("utf-8")
        raise OSError("no corpus there")
    assert json.loads((folder / "report.json").read_text("utf-8"))["run"]["status"] == "FAILED"
    assert '"no corpus there"' in (folder / "claims.csv").read_text("utf-8")
    assert "This run failed" in (folder / "index.html").read_text("utf-8") and not (folder / "index.md").exists()
    assert (folder / "claimreview.jsonld").read_text("utf-8") == "yesterday's"


def test_a_run_writes_the_forms_asked_for_and_those_that_stand_there(database: Path, tmp_path: Path) -> None:
    """So a page that said that the run goes on does not say it for good."""
    (tmp_path / "index.html").write_text("still running", encoding="utf-8")
    with Store.open(database) as store:
        write_all(store.report_rows(), tmp_path, ("json",))
    assert "still running" not in (tmp_path / "index.html").read_text("utf-8")
    assert (tmp_path / "report.json").exists() and not (tmp_path / "claims.csv").exists()


def test_a_run_that_is_stopped_after_its_end_keeps_its_rows_and_says_what_is_missing(
    database: Path, tmp_path: Path
) -> None:
    """Page and notice have the verdicts that the database has, and its status; the end is what was not done."""
    found: list[RunReport] = []
    with pytest.raises(SystemExit), never_green(database, tmp_path / "r", lambda rows, _: found.append(rows)):
        flip(database, "mine", Label.SUPPORTED, Stance.SUPPORTS)
        sys.exit(143)
    [rows] = found
    assert (rows.run.id, rows.run.status, len(rows.articles)) == ("mine", RunStatus.FINISHED, 1)
    page = (tmp_path / "r" / "index.html").read_text(encoding="utf-8")
    assert "but part of it failed" in page and "was not completed: stopped by a signal" in page
    assert "1 claim" in page and query_file(database, "SELECT status FROM run_report('mine')").rows == [("FINISHED",)]


def test_a_run_whose_end_could_not_be_stored_is_red_with_its_rows(database: Path, tmp_path: Path) -> None:
    """A full disk: what is stored is shown, as of a run that failed."""
    with pytest.raises(OSError, match="disk"), never_green(database, tmp_path / "r"):
        with Store.open(database) as store:
            store.begin_run(make_run("mine", started_at=datetime.now(UTC)))
            store.save("mine", [make_article()], [make_claim(make_article())], [])
        raise OSError("the disk is full")
    page = (tmp_path / "r" / "index.md").read_text(encoding="utf-8")
    assert "THIS RUN FAILED" in page and "the disk is full" in page and "mine, failed" in page


def test_a_failed_start_is_known_to_status_also_in_a_new_database(
    verifier: Callable[..., Outcome], tmp_path: Path
) -> None:
    """The first morning may fail too."""
    with pytest.raises(OSError, match="no corpus"), never_green(tmp_path / "v.duckdb", tmp_path / "report"):
        raise OSError("no corpus there")
    assert "no corpus there" in (tmp_path / "report" / "index.html").read_text(encoding="utf-8")
    asked = verifier("status", "--db", tmp_path / "v.duckdb")
    assert asked.code == 1 and "FAILED" in asked.out and "no corpus there" in asked.out


def failing(tmp_path: Path, database: Path, *options: object) -> tuple[object, ...]:
    """A run over a green page, in vain."""
    (tmp_path / "r").mkdir(exist_ok=True)
    (tmp_path / "r" / "index.html").write_text("all green", encoding="utf-8")
    (tmp_path / "a.txt").write_text("Rome fell in the year 476 after a long decline.", encoding="utf-8")
    return "run", tmp_path / "a.txt", "--db", database, "--report", tmp_path / "r", *options


@pytest.mark.parametrize("broken", ["settings", "publisher", "corpus"])
def test_what_cannot_begin_is_red_stored_and_told(
    verifier: Callable[..., Outcome], database: Path, tmp_path: Path, broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever was wrong: only what is mistyped on the command line is for its writer alone. Prefect is not started."""
    monkeypatch.setattr("flows.server.spare_server_from_ctrl_c", lambda: pytest.fail("started Prefect"))
    (tmp_path / "bad.toml").write_text("retreiver = 1\n")
    options = {"settings": ("--settings", tmp_path / "bad.toml"), "publisher": ("--format", "claimreview")}
    chosen = options.get(broken, ("--corpus", tmp_path / "nowhere"))
    outcome = verifier(*failing(tmp_path, database, "--notify", teller(tmp_path / "told"), *chosen))
    assert outcome.code == 2 and (tmp_path / "told").read_text() == "0"
    assert "This run failed" in (tmp_path / "r" / "index.html").read_text(encoding="utf-8")
    assert verifier("status", "--db", database).code == 1


def test_a_reverify_that_cannot_begin_is_red_stored_and_told(
    verifier: Callable[..., Outcome], database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The claims of the morning stay on the page, and the next one that is done makes it as it was."""
    monkeypatch.setattr("flows.server.spare_server_from_ctrl_c", lambda: pytest.fail("started Prefect"))
    page, told = tmp_path / "r" / "index.html", teller(tmp_path / "told")
    page.parent.mkdir()
    page.write_text("all green", encoding="utf-8")
    options = ("--db", database, "--report", page.parent, "--corpus", tmp_path / "nowhere", "--notify", told)
    assert verifier("reverify", *options).code == 2
    text = page.read_text(encoding="utf-8")
    assert "part of it failed" in text and "checking known claims again" in text and make_claim().text in text
    assert query_file(database, "SELECT kind, status FROM run_report('')").rows == [("REVERIFY", "FAILED")]
    assert (tmp_path / "told").read_text() == "0" and verifier("status", "--db", database).code == 1
    show_newest(database, page.parent)
    assert "part of it failed" not in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(("stop", "code"), [(SystemExit(143), 143), (KeyboardInterrupt(), 130), (BrokenPipeError(), 2)])
def test_a_run_that_is_cut_off_never_exits_with_0_and_its_log_has_an_end(
    verifier: Callable[..., Outcome],
    database: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    stop: BaseException,
    code: int,
) -> None:
    """The last line of the log has the stored run and its status, also with --fail-on."""

    def cut(*_: object) -> None:
        raise stop

    monkeypatch.setattr("flows.morning._read", cut)
    outcome = verifier(*failing(tmp_path, database, "--log-json", "--fail-on", "refuted"))
    [end] = [json.loads(line) for line in outcome.err.splitlines() if line.startswith("{")]
    with Store.open(database) as store:
        [last] = store.attempts(1)
    assert outcome.code == code and (end["event"], end["status"], end["run_id"]) == ("end", "FAILED", last.run_id)
    assert end["cause"] == last.cause and last.cause


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_a_reader_that_goes_away_takes_no_refutation_with_it(
    verifier: Callable[..., Outcome],
    database: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: tuple[str, ...],
) -> None:
    """`verifier run --fail-on refuted | head -1` exits with 3."""
    with Store.open(database) as store:
        done = Done(store.report_rows(), (), False)
    monkeypatch.setattr("flows.morning.run_once", lambda *_, **__: done)
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w", encoding="utf-8") as out:
        monkeypatch.setattr("sys.stdout", out)
        assert verifier(*failing(tmp_path, database, "--fail-on", "refuted", *options)).code == 3


def test_status_tells_the_last_runs_and_exits_by_the_last(verifier: Callable[..., Outcome], database: Path) -> None:
    """0 where it finished, 1 where it failed; rows as JSON."""
    good = verifier("status", "--db", database)
    assert good.code == 0 and "FINISHED" in good.out and "next run: no `verifier schedule`" in good.err
    with Store.open(database) as store:
        store.begin_run(make_run())
        store.finish_run("run-1", RunStatus.FAILED, datetime.now(UTC), FAILED)
    bad = verifier("status", "--db", database, "--json")
    rows = [json.loads(line) for line in bad.out.splitlines()]
    assert bad.code == 1
    assert [(r["attempt"], r["status"], r["n_failures"]) for r in rows] == [(2, "FAILED", 1), (1, "FINISHED", 1)]


def schedule_of(database: Path, cron: str = "0 6 * * *") -> Schedule:
    return Schedule(cron, "Europe/Istanbul", ("morning",), "corpus", str(database), "report")


def test_one_database_has_one_scheduler_and_status_knows_it(verifier: Callable[..., Outcome], database: Path) -> None:
    """The second is refused with the first one's process; when that is gone, nobody comes next."""
    with held(schedule_of(database), "http://127.0.0.1:4200/api"):
        with pytest.raises(ScheduleError, match=f"process {os.getpid()} "), held(schedule_of(database), ""):
            pass
        assert "next run: 2" in verifier("status", "--db", database).err
    assert kept_schedule(database) is None


def test_status_before_the_first_run_tells_when_it_comes(verifier: Callable[..., Outcome], tmp_path: Path) -> None:
    """The database is not made yet; without a schedule there is nothing to tell."""
    with held(schedule_of(tmp_path / "v.duckdb"), "http://127.0.0.1:4200/api"):
        asked = verifier("status", "--db", tmp_path / "v.duckdb")
        as_json = verifier("status", "--db", tmp_path / "v.duckdb", "--json")
    assert asked.code == 0 and "no run yet" in asked.err and "next run: 2" in asked.err
    assert json.loads(as_json.out)["what"] == "schedule"
    assert verifier("status", "--db", tmp_path / "other.duckdb").code == 2


def test_the_next_run_is_told_in_its_own_zone() -> None:
    """Six in Istanbul is three in UTC."""
    now = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
    assert next_run("0 6 * * *", "Europe/Istanbul", now) == datetime(2026, 3, 3, 6, tzinfo=ZoneInfo("Europe/Istanbul"))


@pytest.mark.parametrize(("cron", "timezone"), [("daily", "UTC"), ("61 * * * *", "UTC"), ("0 6 * * *", "Mars/Phobos")])
def test_a_schedule_that_is_none_is_refused(cron: str, timezone: str) -> None:
    """With an example."""
    with pytest.raises(ScheduleError, match="such as"):
        next_run(cron, timezone)


def three_verdicts(database: Path) -> None:
    """Of one claim by three runs in January, the oldest of which alone cites its document."""
    article = make_article()
    claim = make_claim(article)
    with Store.open(database) as store:
        for day, stance, label in ((1, Stance.REFUTES, Label.REFUTED), (2, Stance.SUPPORTS, Label.SUPPORTED),
                                   (3, Stance.SUPPORTS, Label.SUPPORTED)):  # fmt: skip
            run = make_run(f"day-{day}", started_at=datetime(2026, 1, day, tzinfo=UTC))
            store.begin_run(run)
            store.save(run.id, [article], [claim], [make_verdict(claim, label, [make_evidence(claim, stance)])])
            store.finish_run(run.id, RunStatus.FINISHED, run.started_at)


def test_prune_moves_superseded_verdicts_into_a_folder_and_keeps_what_is_shown(tmp_path: Path) -> None:
    """The newest, the one before and what they cite stay; what goes is in the folder, with what only it cites."""
    database, folder, soon = tmp_path / "v.duckdb", tmp_path / "old", datetime.now(UTC) + timedelta(days=1)
    three_verdicts(database)
    [dry] = [g for g in prune(database, soon, 1, folder, False, dry_run=True) if g.what == "superseded verdicts"]
    assert dry.n == 1 and "1 passages, 1 documents" in dry.why and not folder.exists()
    assert query_file(database, "SELECT count(*) FROM verdicts").rows == [(3,)]
    prune(database, soon, 1, folder, False)
    assert query_file(database, "SELECT run_id FROM verdicts ORDER BY 1").rows == [("day-2",), ("day-3",)]
    assert {path.stem for path in folder.iterdir()} >= {"verdicts", "evidence", "passages", "documents"}
    with Store.open(database) as store:
        assert store.faults() == []
        [failure] = store.report_rows("day-1").failures
        assert "1 superseded verdicts of this run were moved away" in failure.message and str(folder) in failure.message
        assert not store.has_finished(make_run("day-1")) and store.has_finished(make_run("day-3"))


def test_prune_takes_partial_files_and_an_unused_memory_and_nothing_younger(database: Path) -> None:
    """Of dead processes, and only from before."""
    memory, half = database.with_name("v.duckdb.memory"), database.with_name(f"v.snapshot.duckdb.{2**22 + 1}.partial")
    mine = database.with_name(f"v.snapshot.duckdb.{os.getpid()}.partial")
    for path in (memory, half, mine):
        path.write_bytes(b"x" * 100)
    assert [g.n for g in prune(database, datetime.now(UTC) - timedelta(days=1), 1, None, False)] == [0, 0, 0]
    gone = prune(database, datetime.now(UTC) + timedelta(days=1), 1, None, False)
    assert [(g.what, g.n, g.n_bytes) for g in gone if g.n] == [("partial files", 1, 100), ("memory of models", 1, 100)]
    assert mine.exists() and not memory.exists() and not half.exists()


def test_prune_takes_pages_that_newer_ones_replaced(database: Path) -> None:
    """What a URL gave last stays, however old."""
    pages = database.with_name("v.duckdb.pages")
    for path, text in (
        ("urls/ab/u.json", '{"sha256": "ab1"}'),
        ("bodies/ab/ab1.gz", "new"),
        ("bodies/ab/ab0.gz", "old"),
    ):
        (pages / path).parent.mkdir(parents=True, exist_ok=True)
        (pages / path).write_text(text, encoding="utf-8")
    [gone] = [g for g in prune(database, datetime.now(UTC) + timedelta(days=1), 1, None, False) if g.n]
    assert (gone.what, gone.n, gone.n_bytes) == ("fetched pages", 1, 3)
    assert (pages / "bodies/ab/ab1.gz").exists()


def test_nothing_is_pruned_beside_a_run(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of another process."""
    with Store.open(database) as store:
        store.begin_run(make_run("run-2"))
        store._connection.execute("UPDATE attempts SET host = 'elsewhere', seen_at = now() WHERE run_id = 'run-2'")
    with pytest.raises(RunGoingOnError, match="on elsewhere"):
        prune(database, datetime.now(UTC), 1, None, False)
