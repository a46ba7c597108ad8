"""Trials and what is asked of each: the rows of an undisturbed run, no traceback, no hang, no green page before."""

from __future__ import annotations

import itertools
import multiprocessing
import shutil
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults import child
from tests.faults.child import BEGUN, Trial
from verifier.store import Store

HANG_S = 60.0
N_ARTICLES = 6
AT_ONCE = 2  # trials, for two cores
OLD_PAGE = "yesterday's page, all green"
TABLES = ("articles", "claims", "verdicts", "evidence", "rationales", "passages", "documents", "run_articles")
Rows = dict[str, list[tuple[object, ...]]]


class NotSurvivedError(AssertionError):
    """A trial that ended otherwise than it must; `n_lost` rows are missing."""

    def __init__(self, message: str, n_lost: int = 0):
        super().__init__(message)
        self.n_lost = n_lost


@dataclass(slots=True)
class Result:
    """A line of the table."""

    fault: str
    n_tried: int = 0
    n_survived: int = 0
    n_lost: int = 0
    n_left_out: int = 0
    notes: list[str] = field(default_factory=list)


class Bench:
    """Articles, the rows that an undisturbed run gives, and a folder for each trial."""

    def __init__(self, folder: Path, ends_at: float):
        """:param ends_at: by the monotonic clock; no trial is begun after it."""
        self._processes = multiprocessing.get_context("forkserver")
        self._processes.set_forkserver_preload(["tests.faults.child"])
        self.folder, self.ends_at = folder, ends_at
        self._numbers, self._mine = itertools.count(1), threading.local()
        self.articles = folder / "articles"
        self.articles.mkdir()
        for n in range(N_ARTICLES):
            text = " ".join(f"Dam {n}-{k} holds {k + n} million litres." for k in range(3))
            (self.articles / f"a{n}.txt").write_text(text, encoding="utf-8")
        self.finish(self.trial())  # starts the server of forks
        whole, began = self.trial(), time.monotonic()
        self.finish(whole)
        self.took_s = time.monotonic() - began
        self.rows = rows_of(whole.database)

    def trial(self, place: Path | None = None, **changes: object) -> Trial:
        """A new one, with an older page standing there."""
        folder = self.folder / f"trial-{next(self._numbers)}"
        self._mine.folders = [*getattr(self._mine, "folders", ()), folder]
        (folder / "report").mkdir(parents=True)
        (folder / "report" / "index.html").write_text(OLD_PAGE, encoding="utf-8")
        given = {"sources": (str(self.articles),), "database": (place or folder) / "v.duckdb"} | changes
        return Trial(folder, **given)  # type: ignore[arg-type]

    def start(self, trial: Trial) -> multiprocessing.process.BaseProcess:
        """Begin; the command's handlers are not set before `wait_begun`."""
        (trial.folder / BEGUN).unlink(missing_ok=True)
        process = self._processes.Process(target=child.run, args=(trial,))
        process.start()
        return process

    def wait_begun(self, trial: Trial) -> None:
        """Until the command is called."""
        wait_for(lambda: (trial.folder / BEGUN).exists(), "the command did not begin")
        time.sleep(0.02)

    def ended(self, trial: Trial, process: multiprocessing.process.BaseProcess, *codes: int) -> int:
        """Its exit code, which is to be one of these; no traceback, no hang."""
        process.join(HANG_S)
        if process.is_alive():
            process.kill()
            raise NotSurvivedError(f"hung for {HANG_S:g} s")
        code = process.exitcode or 0
        if "Traceback" in trial.stderr or code not in codes:
            raise NotSurvivedError(f"exit code {code}, expected {codes}: {trial.stderr[-600:]}")
        return code

    def finish(self, trial: Trial) -> None:
        """Start it and let it come to its good end."""
        self.ended(trial, self.start(trial), 0)

    def same_rows(self, trial: Trial) -> None:
        """:raises NotSurvivedError: rows are lost, are there twice, or differ; or the store is unsound."""
        compare(self.rows, rows_of(trial.database))
        with Store.open(trial.database) as store:
            if faults := store.faults():
                raise NotSurvivedError(f"unsound: {faults}")

    def not_green(self, trial: Trial) -> None:
        """The page tells of a run that is over only where the store does; an older one stands before the run alone."""
        page = (trial.report / "index.html").read_text(encoding="utf-8")
        stored = statuses(trial.database)
        if page == OLD_PAGE:
            if stored:
                raise NotSurvivedError("an older page stands though the run had begun")
        elif not is_red(page) and (not stored or not stored[-1].startswith("FINISHED")):
            raise NotSurvivedError(f"the page is green, the run is {stored}")

    def many(
        self, fault: str, trials: list[Callable[[], None]], report: Callable[[Result], None], at_once: int = AT_ONCE
    ) -> Result:
        """Try all for which there is time.

        :param at_once: 1 where trials share what they harm.
        """
        result, counting = Result(fault), threading.Lock()

        def tried(one: Callable[[], None]) -> None:
            is_late = time.monotonic() > self.ends_at
            error = None if is_late else self._failed(one)
            with counting:
                result.n_left_out += is_late
                result.n_tried += not is_late
                result.n_survived += not is_late and error is None
                if error:
                    result.n_lost += error.n_lost
                    result.notes.append(f"{fault}: {error}")

        with ThreadPoolExecutor(at_once) as pool:
            list(pool.map(tried, trials))
        report(result)
        return result

    def _failed(self, trial: Callable[[], None]) -> NotSurvivedError | None:
        """Try it; what came of it stays where it failed."""
        self._mine.folders = []
        try:
            trial()
        except NotSurvivedError as error:
            return error
        for folder in self._mine.folders:
            shutil.rmtree(folder, ignore_errors=True)
        return None


def rows_of(database: Path) -> Rows:
    """Every row of the tables that hold results, sorted, without the moments of writing."""
    found: Rows = {}
    sql = "SELECT column_name FROM duckdb_columns() WHERE table_name = ? AND NOT starts_with(data_type, 'TIMESTAMP')"
    with Store.open(database, read_only=True) as store:
        for table in TABLES:
            columns = [str(row[0]) for row in store.query(sql, [table]).rows]
            rows = store.query(f"SELECT {', '.join(columns)} FROM {table}").rows
            found[table] = sorted((repr(row),) for row in rows)
    return found


def compare(expected: Rows, found: Rows) -> None:
    """:raises NotSurvivedError: rows are lost, are there twice, or differ."""
    lost = sum(len(set(rows) - set(found[table])) for table, rows in expected.items())
    if lost or found != expected:
        raise NotSurvivedError(f"{lost} rows lost, {sum(map(len, found.values()))} found", lost)


def statuses(database: Path) -> list[str]:
    """Of the attempts, in order; none where nothing is stored."""
    if not database.exists():
        return []
    with Store.open(database) as store:  # to write: a kill may have left it before its tables were made
        return [attempt.status for attempt in reversed(store.attempts(100))]


def is_red(page: str) -> bool:
    """Whether the page says at its top that the run is not over, or failed."""
    return "is still running, or was stopped" in page or "This run failed" in page


def wait_for(is_so: Callable[[], bool], otherwise: str, seconds: float = HANG_S) -> None:
    """:raises NotSurvivedError: it does not come to be so in time."""
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            raise NotSurvivedError(otherwise)
        time.sleep(0.005)
