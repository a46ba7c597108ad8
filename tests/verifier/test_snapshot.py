"""The published copy is whole, of one moment, and there for everybody, whatever happens to the writer."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from tests.verifier.factories import make_article, make_claim, make_run, make_verdict
from verifier.store import (
    CopyError,
    MissingDatabaseError,
    Publisher,
    SnapshotError,
    Store,
    StoreBusyError,
    open_published,
    publish,
    snapshot,
    snapshot_path,
)
from verifier.store.connection import NotADatabaseError
from verifier.types import Label

WRITER = Path(__file__).parents[1] / "writer.py"
COUNT = "SELECT count(*) FROM verdicts"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """With one verdict."""
    path = tmp_path / "verdicts.duckdb"
    with Store.open(path) as store:
        store.begin_run(make_run())
        store.save("run-1", [make_article()], [make_claim()], [make_verdict(label=Label.NOT_ENOUGH_EVIDENCE)])
    return path


def add_verdict(database: Path, text: str) -> None:
    """One more."""
    article = make_article(f"{text} is so.")
    with Store.open(database) as store:
        store.save("run-1", [article], [make_claim(article)], [make_verdict(make_claim(article), Label.REFUTED)])


def n_verdicts(database: Path) -> int:
    store, _ = open_published(database)
    with store:
        return int(str(store.query(COUNT).rows[0][0]))


def writer(database: Path, *more: str) -> subprocess.Popen[str]:
    """A process that saves batches and tells each."""
    command = [sys.executable, str(WRITER), str(database), *more]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True)


def test_the_copy_shows_what_is_stored_and_where_it_lies(database: Path) -> None:
    """Beside the database, under a name that tells what it is."""
    assert publish(database) == snapshot_path(database) == database.with_name("verdicts.snapshot.duckdb")
    assert snapshot.is_current(database)
    add_verdict(database, "Another")
    assert not snapshot.is_current(database)
    assert n_verdicts(database) == 2  # it is published anew by who reads first
    assert snapshot.is_current(database)


def test_who_has_the_old_copy_open_keeps_it(database: Path) -> None:
    """A notebook goes on with what it saw; opened again it sees the new."""
    publish(database)
    notebook = duckdb.connect(str(snapshot_path(database)), read_only=True)
    add_verdict(database, "Another")
    publish(database)
    assert notebook.execute(COUNT).fetchall() == [(1,)]
    notebook.close()
    with duckdb.connect(str(snapshot_path(database)), read_only=True) as again:
        assert again.execute(COUNT).fetchall() == [(2,)]


def test_while_somebody_writes_the_last_copy_is_read(database: Path) -> None:
    """At once, with the moment that it shows."""
    publish(database)
    process = writer(database, "hold")
    assert process.stdout is not None
    assert process.stdout.readline() == "holding\n"
    start = time.monotonic()
    store, as_of = open_published(database)
    with store:
        assert (store.query(COUNT).rows, as_of is None) == ([(1,)], True)  # nothing was written yet: it is current
    process.communicate("go\n")
    assert time.monotonic() - start < 3


def test_a_stale_copy_says_as_of_when(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody writes, and has stored more than the copy shows."""
    publish(database)
    add_verdict(database, "Another")
    process = writer(database, "hold")
    assert process.stdout is not None
    process.stdout.readline()
    store, as_of = open_published(database)
    with store:
        assert store.query(COUNT).rows == [(1,)]
    assert as_of is not None
    process.communicate("go\n")


def test_what_a_killed_writer_left_in_the_log_is_published(database: Path) -> None:
    """Its last transactions are in the write-ahead log; a copy of the file alone would lose them."""
    process = writer(database, "batches")
    assert process.stdout is not None
    told = [process.stdout.readline() for _ in range(3)]
    process.kill()
    process.wait()
    assert n_verdicts(database) >= 1 + len(told)
    assert not database.with_name("verdicts.duckdb.wal").exists()


def test_a_damaged_copy_is_made_anew(database: Path) -> None:
    """It is only a copy."""
    copy = publish(database)
    moment = copy.stat().st_mtime_ns
    copy.write_bytes(copy.read_bytes()[:9_000])
    os.utime(copy, ns=(moment, moment))
    assert n_verdicts(database) == 1
    assert copy.stat().st_size > 9_000


def test_without_room_for_a_copy_the_database_itself_is_read(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk is full: publishing says so and leaves nothing, reading goes on."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("shutil.copyfileobj", full)
    with pytest.raises(SnapshotError, match=r"No space left on device.*what was stored is stored"):
        publish(database)
    assert sorted(p.name for p in database.parent.iterdir()) == ["verdicts.duckdb", "verdicts.duckdb.wal"]
    assert n_verdicts(database) == 1


def mark_of(database: Path) -> Path:
    return database.with_name(f"{database.name}.checkpoint")


def spoil(database: Path) -> None:
    """Everything but the headers, as no checkpoint that was broken off could do worse; and one block more."""
    headers = database.read_bytes()[:12_288]
    database.write_bytes(headers + b"half" * (database.stat().st_size // 4))


def test_a_checkpoint_that_was_broken_off_is_undone(database: Path) -> None:
    """The file's bytes come back from the copy, and all that was stored since from the write-ahead log."""
    publish(database)
    add_verdict(database, "Dam 2")
    spoil(database)
    mark_of(database).touch()
    assert n_verdicts(database) == 2
    assert not mark_of(database).exists()
    with Store.open(database) as store:
        assert store.faults() == []


def test_a_checkpoint_that_was_done_stays(database: Path) -> None:
    """Only the mark is left of it: the copy is of before, and is not put back."""
    before = publish(database).read_bytes()
    moment = snapshot_path(database).stat().st_mtime_ns
    add_verdict(database, "Dam 2")
    publish(database)
    snapshot_path(database).write_bytes(before)
    os.utime(snapshot_path(database), ns=(moment, moment))
    mark_of(database).touch()
    assert n_verdicts(database) == 2
    assert not mark_of(database).exists()


def test_a_checkpoint_of_a_living_process_is_left_alone(database: Path) -> None:
    """Who holds the file may be in the middle of it."""
    publish(database)
    process = writer(database, "hold")
    assert process.stdout is not None
    process.stdout.readline()
    mark_of(database).touch()
    with pytest.raises(StoreBusyError, match=f"process {process.pid}"):
        Store.open(database, wait_s=0)
    assert mark_of(database).exists()
    process.communicate("go\n")


def test_nothing_is_checkpointed_before_the_copy_has_the_same_bytes(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where rows were written straight into the file, past the log, since the copy was made."""
    publish(database)
    add_verdict(database, "Dam 2")
    with database.open("r+b") as file:
        file.truncate(database.stat().st_size + 16_384)
    bytes_then = database.read_bytes()
    copied: list[bytes] = []

    @contextmanager
    def watched(path: Path) -> Iterator[None]:
        copied.append(snapshot_path(path).read_bytes())
        yield

    monkeypatch.setattr(snapshot, "marked", watched)
    publish(database)
    assert copied == [bytes_then]


def test_saving_does_not_touch_the_file(database: Path) -> None:
    """It goes to the write-ahead log; the file changes only when it is published."""
    publish(database)
    before = database.read_bytes()
    add_verdict(database, "Dam 2")
    assert database.read_bytes() == before


def test_what_a_killed_publisher_left_goes(database: Path) -> None:
    """Its half copy is taken away by the next one; another's that is running stays."""
    gone = database.with_name("verdicts.snapshot.duckdb.999999999.partial")
    running = database.with_name("verdicts.snapshot.duckdb.1.partial")
    for path in (gone, running):
        path.write_bytes(b"half")
    publish(database)
    assert (gone.exists(), running.exists()) == (False, True)


def test_no_database_is_made_by_reading(tmp_path: Path) -> None:
    """One sentence, and no file."""
    with pytest.raises(MissingDatabaseError):
        open_published(tmp_path / "none.duckdb")
    (tmp_path / "text.duckdb").write_text("no database")
    with pytest.raises(NotADatabaseError):
        open_published(tmp_path / "text.duckdb")
    assert [p.name for p in tmp_path.iterdir()] == ["text.duckdb"]


def test_nobody_writes_into_the_copy(database: Path) -> None:
    """A review that went there would be lost with the next copy."""
    with pytest.raises(CopyError, match=r"give the database itself: .*/verdicts\.duckdb$"):
        Store.open(publish(database))


def test_the_copy_itself_can_be_asked(database: Path) -> None:
    """By its own name, as somebody would who was sent it alone."""
    alone = publish(database).rename(database.parent / "sent.snapshot.duckdb")
    assert n_verdicts(alone) == 1


def test_a_large_file_is_not_copied_after_every_batch(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Copies take a twentieth of the run's time; small ones come with every batch."""
    clock, published = [0.0], []

    def slow(path: object, wait_s: float) -> None:
        published.append(clock[0])
        clock[0] += 2.0

    monkeypatch.setattr(snapshot, "refresh", slow)
    monkeypatch.setattr("time.monotonic", lambda: clock[0])
    publisher = Publisher(database)
    for _ in range(100):
        clock[0] += 1.0
        publisher.after_batch()
    assert published == [1.0, 40.0, 80.0]


def test_killed_at_random_moments_nothing_is_lost(database: Path) -> None:
    """Twenty rounds: every acknowledged batch is there whole, none twice, and the copy opens at any time."""
    rng, told = random.Random(3), set[str]()
    for _ in range(ROUNDS):
        process = writer(database, "batches")
        assert process.stdout is not None
        os.set_blocking(process.stdout.fileno(), True)
        first = process.stdout.readline()
        time.sleep(rng.uniform(0, 0.2))
        os.kill(process.pid, signal.SIGKILL)
        told |= {first.strip(), *(line.strip() for line in process.stdout if line.endswith("\n"))} - {""}
        process.wait()
        if snapshot_path(database).exists():
            with duckdb.connect(str(snapshot_path(database)), read_only=True) as connection:
                assert connection.execute(COUNT).fetchall()[0][0] > 0
    store, _ = open_published(database)
    with store:
        assert store.faults() == []
        stored = {str(row[0]) for row in store.query("SELECT article_id FROM run_articles").rows}
        assert told <= stored
        n_claims = store.query("SELECT count(*) FROM run_claims ANTI JOIN verdicts USING (run_id, claim_id)").rows
        assert n_claims == [(0,)]


def test_before_the_first_checkpoint_is_done_there_is_no_copy_for_readers(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file is empty then, all is in the log: killed there, readers still get what was stored."""

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    snapshot_path(database).unlink(missing_ok=True)
    add_verdict(database, "Dam 2 holds.")
    with monkeypatch.context() as patched:
        patched.setattr(snapshot, "marked", killed)
        with pytest.raises(KeyboardInterrupt):
            publish(database)
    assert not snapshot_path(database).exists()
    assert n_verdicts(publish(database)) == 2
    assert sorted(p.name for p in database.parent.iterdir()) == ["verdicts.duckdb", "verdicts.snapshot.duckdb"]


def test_a_full_disk_under_a_checkpoint_loses_nothing(database: Path) -> None:
    """The process that met it says so; the next one undoes what was begun, and publishes."""
    resource = pytest.importorskip("resource")
    publish(database)
    code = """
import resource, signal, sys
from tests.verifier.test_snapshot import add_verdict, publish, SnapshotError, Path
database, limit = Path(sys.argv[1]), int(sys.argv[2])
for i in range(30):
    add_verdict(database, f"Dam {i + 2} " + "and so on " * 1000)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    publish(database)
except SnapshotError as error:
    print(error)
"""
    limit = database.stat().st_size + 16_384
    done = subprocess.run(
        [sys.executable, "-c", code, str(database), str(limit)],
        cwd=WRITER.parents[1], capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert resource
    assert "what was stored is stored" in done.stdout
    assert n_verdicts(database) == 31
    with Store.open(database) as store:
        assert store.faults() == []


def test_two_writers_at_once_take_turns(database: Path) -> None:
    """Neither fails, nothing is lost, and the copy has it all in the end."""
    processes = [writer(database, "batches") for _ in range(2)]
    told: list[str] = []
    for process in processes:
        assert process.stdout is not None
        told += [process.stdout.readline().strip() for _ in range(5)]
    for process in processes:
        process.kill()
        process.wait()
    store, as_of = open_published(database)
    with store:
        assert as_of is None
        stored = {str(row[0]) for row in store.query("SELECT article_id FROM run_articles").rows}
        assert set(told) <= stored
        assert store.faults() == []


ROUNDS = int(os.environ.get("KILL_ROUNDS", "20"))
