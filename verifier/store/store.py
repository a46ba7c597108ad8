"""The store: one DuckDB file with every run, claim, verdict and quote."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb

from verifier.confidence import Calibration
from verifier.rows import RunReport
from verifier.store.attempts import (
    Attempt,
    Beside,
    Ending,
    Notification,
    begin_attempt,
    end_attempt,
    give_sign,
    has_dead,
    read_attempts,
    require_room,
    settle,
    write_notifications,
    write_stages,
)
from verifier.store.calibrations import ReviewedConfidence, read_calibration, read_reviewed, write_calibration
from verifier.store.causes import DocumentsAt
from verifier.store.connection import (
    StoreError,
    StoreOpenError,
    StoreReadError,
    connect,
    first_line,
    one_row,
    require_file,
)
from verifier.store.integrity import faults
from verifier.store.known import Change, KnownClaim, id_after, known_claim_ids, read_changes, read_known
from verifier.store.migrations import bring_up_to_date
from verifier.store.proof import prove
from verifier.store.query import QueryResult, run_query
from verifier.store.reading import read_report, read_run
from verifier.store.reviews import JudgedClaim, add_review, read_judged_claim
from verifier.store.statements import (
    KnownFactCheck,
    own_wordings,
    read_fact_checks,
    read_wordings,
    read_wordings_of_fact_checks,
    write_fact_checks,
    write_wordings,
)
from verifier.store.writing import in_utc, write_batch, write_failures, write_fetches
from verifier.timing import StageTime
from verifier.types import Article, Claim, FactCheck, Failure, Fetch, Label, Review, Run, RunStatus, Verdict, Wording

DEFAULT_WAIT_S = 5.0


class StoreWriteError(StoreError):
    """DuckDB could not write: a full disk, a lost file, a value that it cannot hold."""


class RunMismatchError(StoreError):
    """A run was begun again with other code, settings, models or corpus."""


class Store:
    """Reads and writes one database; safe to share between threads of one process.

    While a Store has a file open for writing, no other process can open that file, not even to read. Keep it open
    for short: a run that opens it for each batch leaves room for readers, who retry for some seconds.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, path: str, read_only: bool):
        self.path = path
        self.read_only = read_only
        self._connection = connection
        self._writing = threading.Lock()

    @classmethod
    def open(
        cls, path: str | Path, read_only: bool = False, wait_s: float = DEFAULT_WAIT_S, create: bool = True
    ) -> Store:
        """Open the file, or create it; ":memory:" makes a store that is gone when it is closed.

        :param create: whether to make a file where there is none; never done where it is opened to read.
        :param wait_s: for how many seconds to retry while another process holds the file.
        :raises StoreOpenError: MissingDatabaseError, NotADatabaseError, NewerDatabaseError, OlderDatabaseError or
            StoreBusyError.
        """
        if not create:
            require_file(str(path))
        connection = connect(str(path), read_only=read_only, wait_s=wait_s)
        try:
            bring_up_to_date(connection, str(path), read_only=read_only)
        except StoreOpenError:
            connection.close()
            raise
        return cls(connection, str(path), read_only)

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def begin_run(self, run: Run, n_articles: int | None = None, beside: Beside = Beside.ANY) -> bool:
        """Store a run before its first batch; begun again it goes on, keeps its verdicts and tells its failures anew.

        Runs whose process died are marked as interrupted first.

        :param n_articles: how many its sources gave.
        :param beside: what other processes may do meanwhile.
        :return: whether it had finished before, without failures: all of it is stored, and nothing is left to do.
        :raises RunMismatchError: when the id is known with other code, settings, models or corpus.
        :raises RunGoingOnError: when another process does what it may not.
        """
        self.settle()
        with self._transaction() as cursor:
            require_room(cursor, run.id, beside)
            row = one_row(cursor, "SELECT 1 FROM runs WHERE run_id = ?", [run.id])
            if row is None:
                _insert_run(cursor, run)
                begin_attempt(cursor, run, n_articles)
                return False
            stored = read_run(cursor, run.id)
            _require_same(stored, run)
            _begin_again(cursor, run)
            begin_attempt(cursor, run, n_articles)
            return stored.status is RunStatus.FINISHED

    def has_finished(self, run: Run) -> bool:
        """Whether the run, as `begin_run` would begin it, finished without failures: nothing is left to do.

        :raises StoreReadError: when DuckDB could not read.
        """
        with self._reading() as cursor:
            sql = "SELECT 1 FROM runs WHERE run_id = ? AND status = ?"
            return one_row(cursor, sql, [id_after(cursor, run), RunStatus.FINISHED.value]) is not None

    def settle(self) -> int:
        """Mark runs whose process died as interrupted, and say how many they were."""
        with self._transaction() as cursor:
            return settle(cursor, datetime.now(UTC))

    def require_quiet(self) -> None:
        """:raises RunGoingOnError: another process does a run on this database."""
        with self._reading() as cursor:
            require_room(cursor, "", Beside.NO_RUN)

    def has_dead_runs(self) -> bool:
        """Whether a run is marked as going on whose process died.

        :raises StoreReadError: when DuckDB could not read.
        """
        with self._reading() as cursor:
            return has_dead(cursor, datetime.now(UTC))

    def attempts(self, most: int = 10) -> list[Attempt]:
        """The newest starts of runs, newest first.

        :raises StoreReadError: when DuckDB could not read.
        """
        with self._reading() as cursor:
            return read_attempts(cursor, most)

    def articles_done(self, run_id: str) -> frozenset[str]:
        """The ids of the articles that the run has saved, each with all its claims and verdicts.

        :raises StoreReadError: when DuckDB could not read.
        """
        with self._reading() as cursor:
            rows = cursor.execute("SELECT article_id FROM run_articles WHERE run_id = ? AND read_whole", [run_id])
            return frozenset(row[0] for row in rows.fetchall())

    def id_after(self, run: Run) -> str:
        """The run's id, or another where since it began a run on another basis gave newer verdicts.

        The same run again adds nothing. But where the corpus, a model, the settings or the code became others meanwhile
        and are now as they were, it is another run: what it finds differs from the verdicts of the run between.
        """
        with self._reading() as cursor:
            return id_after(cursor, run)

    def save(
        self,
        run_id: str,
        articles: Sequence[Article],
        claims: Sequence[Claim],
        verdicts: Sequence[Verdict],
        documents_at: DocumentsAt | None = None,
        wordings: Sequence[Wording] = (),
    ) -> None:
        """Store a batch of articles in one transaction: all of it, or nothing.

        Saved again by the same run it changes nothing; verdicts of another run are added beside the earlier ones.

        :param claims: all claims of the articles, as this run read them; none of an article of which only known claims
            are judged anew. What an earlier run found and this one did not is no longer current.
        :param documents_at: asks the corpus for the documents from some origins, to tell why a verdict changed.
        :param wordings: what checkable claims say that was said before in other words; the others say it first.
        :raises UnprovenVerdictError: when a verdict, quote or offset is not backed by its text.
        :raises InconsistentBatchError: when the parts of the batch do not fit together.
        :raises TextChangedError: when an id is already stored with another text.
        :raises UnknownRunError: when the run was not begun.
        :raises StoreWriteError: when DuckDB could not write.
        """
        batch = prove(articles, claims, verdicts)
        with self._transaction() as cursor:
            write_batch(cursor, read_run(cursor, run_id), batch, documents_at)
            write_wordings(cursor, [*wordings, *own_wordings(batch.claims.values())], datetime.now(UTC))
            give_sign(cursor, run_id)

    def record_failures(self, run_id: str, failures: Sequence[Failure]) -> None:
        """Store what a run did not do; the same failure twice is stored once.

        :raises UnknownRunError: when the run was not begun.
        """
        with self._transaction() as cursor:
            read_run(cursor, run_id)
            write_failures(cursor, run_id, failures)

    def record_fetches(self, run_id: str, fetches: Sequence[Fetch]) -> None:
        """Store what a run fetched; what it fetched before and found unchanged is not stored again.

        :raises UnknownRunError: when the run was not begun.
        """
        with self._transaction() as cursor:
            read_run(cursor, run_id)
            write_fetches(cursor, run_id, fetches)

    def finish_run(
        self,
        run_id: str,
        status: RunStatus,
        finished_at: datetime,
        cause: Failure | None = None,
        interrupted: bool = False,
    ) -> None:
        """Store how and when a run ended.

        :param finished_at: with its time zone.
        :param cause: why it failed; stored as one of its failures.
        :param interrupted: it was stopped, and goes on when it is started again.
        :raises UnknownRunError: when the run was not begun.
        """
        with self._transaction() as cursor:
            read_run(cursor, run_id)
            _set_status(cursor, run_id, status, finished_at)
            end_attempt(cursor, run_id, finished_at, Ending(status, cause.message if cause else None, interrupted))
            write_failures(cursor, run_id, [cause] if cause else [])

    def record_stages(self, run_id: str, stages: Sequence[StageTime]) -> None:
        """Store how long the stages of the run's last attempt took; a stage given again replaces what was stored."""
        with self._transaction() as cursor:
            write_stages(cursor, run_id, stages)

    def record_notifications(self, run_id: str, told: Sequence[Notification], as_of: datetime) -> None:
        """Store what was told to whom after the run.

        :param as_of: what was stored later is not among it, though the notice may have gone out after that.
        """
        with self._transaction() as cursor:
            write_notifications(cursor, run_id, told, as_of)

    def report_rows(self, run_id: str | None = None) -> RunReport:
        """All of one run, as it was saved; without an id the newest run.

        :raises UnknownRunError: when there is no such run.
        :raises StoreReadError: when DuckDB could not read.
        """
        with self._reading() as cursor:
            return read_report(cursor, run_id)

    def read_before(self, article_ids: Sequence[str]) -> frozenset[str]:
        """Which of the articles a run has read for their claims and stored whole.

        :raises StoreReadError: when DuckDB could not read.
        """
        with self._reading() as cursor:
            sql = "SELECT article_id FROM run_articles WHERE read_whole AND article_id IN (SELECT unnest(?::VARCHAR[]))"
            return frozenset(row[0] for row in cursor.execute(sql, [list(article_ids)]).fetchall())

    def known_claim_ids(self) -> list[str]:
        """The current, checkable claims, those of an article together.

        :raises StoreReadError: when DuckDB could not read.
        """
        with self._reading() as cursor:
            return known_claim_ids(cursor)

    def known_claims(self, claim_ids: Sequence[str]) -> list[KnownClaim]:
        """The claims with these ids as they were last read, each with its latest verdict.

        :raises StoreReadError: when DuckDB could not read.
        """
        with self._reading() as cursor:
            return read_known(cursor, claim_ids)

    def changes(self, run_id: str) -> list[Change]:
        """The run's verdicts beside those before, other labels first.

        :raises StoreReadError: when DuckDB could not read.
        """
        with self._reading() as cursor:
            return read_changes(cursor, run_id)

    def faults(self) -> list[str]:
        """What is wrong with the rows, one sentence each: any that stand twice, or whose other half is missing.

        :raises StoreReadError: when DuckDB could not read.
        """
        with self._reading() as cursor:
            return list(faults(cursor))

    def judged_claim(self, claim: str) -> JudgedClaim:
        """A claim with its latest verdict and all that was said of it.

        :param claim: a claim_id, or an unambiguous beginning of one.
        :raises UnknownClaimError, AmbiguousClaimError, UnjudgedClaimError: as their names say.
        :raises StoreReadError: when DuckDB could not read.
        """
        with self._reading() as cursor:
            return read_judged_claim(cursor, claim)

    def add_review(
        self, claim: str, label: Label | None, reviewer: str, comment: str = "", passage: str | None = None
    ) -> Review:
        """Store what a person says of the claim's latest verdict, and give it back; see `verifier.store.reviews`.

        :raises ReviewError, UnknownClaimError, AmbiguousClaimError, UnjudgedClaimError, NotEvidenceError: nothing was
            stored.
        """
        with self._transaction() as cursor:
            return add_review(cursor, claim, label, reviewer, comment, passage)

    def reviewed(self) -> list[ReviewedConfidence]:
        """How sure verdicts were that people reviewed, and whether they were right: what confidence is refitted on.

        :raises StoreReadError: when DuckDB could not read.
        """
        with self._reading() as cursor:
            return read_reviewed(cursor)

    def calibration(self) -> Calibration | None:
        """The calibration in force, if there is any.

        :raises StoreReadError: when DuckDB could not read.
        """
        with self._reading() as cursor:
            return read_calibration(cursor)

    def add_calibration(
        self, slope: float, intercept: float, n_reviews: int, ece_before: float | None, ece_after: float | None
    ) -> Calibration:
        """Store a calibration, which is in force from the next run on; 1 and 0 leave confidence as models give it."""
        with self._transaction() as cursor:
            return write_calibration(cursor, slope, intercept, n_reviews, ece_before, ece_after)

    def known_wordings(self) -> tuple[list[Wording], frozenset[str]]:
        """All wordings, oldest first, and the fingerprints of those that only a fact-check has.

        :raises StoreReadError: when DuckDB could not read.
        """
        with self._reading() as cursor:
            return read_wordings(cursor), read_wordings_of_fact_checks(cursor)

    def add_wordings(self, wordings: Sequence[Wording]) -> int:
        """Store the wordings that are new, and say how many they were; what is stored stays as it is.

        :raises UnknownStatementError: when a statement's first wording is neither stored nor among these.
        """
        with self._transaction() as cursor:
            return write_wordings(cursor, wordings, datetime.now(UTC))

    def add_fact_checks(self, checks: Sequence[FactCheck], wordings: Sequence[Wording]) -> int:
        """Store the fact-checks that are new with the wordings of their claims, and say how many they were.

        :raises UnknownStatementError: as in `add_wordings`.
        """
        with self._transaction() as cursor:
            return write_fact_checks(cursor, checks, wordings, datetime.now(UTC))

    def fact_checks(self, statement_ids: Sequence[str] | None = None) -> list[KnownFactCheck]:
        """The fact-checks that count, newest first; those of some statements, where they are given.

        :raises StoreReadError: when DuckDB could not read.
        """
        with self._reading() as cursor:
            return read_fact_checks(cursor, statement_ids)

    def n_failures(self, run_id: str) -> int:
        """How many failures of the run are stored."""
        return len(self.query("SELECT 1 FROM failures WHERE run_id = ?", [run_id]).rows)

    def query(self, sql: str, params: Sequence[object] = ()) -> QueryResult:
        """The result of one SQL statement that only reads.

        :raises QueryError: when DuckDB refuses the statement, or it is not exactly one.
        """
        cursor = self._connection.cursor()
        try:
            return run_query(cursor, sql, params)
        finally:
            cursor.close()

    @contextmanager
    def _reading(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """One snapshot, whatever is written meanwhile."""
        cursor = self._connection.cursor()
        try:
            cursor.begin()
            yield cursor
        except duckdb.Error as error:
            raise StoreReadError(f"cannot read {self.path} ({first_line(error)}); restore it from a copy") from error
        finally:
            cursor.close()

    @contextmanager
    def _transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """One writer at a time; whatever is raised inside undoes everything."""
        with self._writing:
            cursor = self._connection.cursor()
            try:
                cursor.begin()
                yield cursor
                cursor.commit()
            except BaseException as error:
                with suppress(duckdb.Error):  # a failed commit has already rolled back
                    cursor.rollback()
                if isinstance(error, duckdb.Error):
                    raise StoreWriteError(self._write_message(error)) from error
                raise
            finally:
                cursor.close()

    def _write_message(self, error: duckdb.Error) -> str:
        return (
            f"cannot write to {self.path} ({first_line(error)}); nothing of this batch was stored,"
            " what was stored before is intact. Remove the cause and run again: a rerun adds no duplicates"
        )


def query_file(
    path: str | Path, sql: str, params: Sequence[object] = (), wait_s: float = DEFAULT_WAIT_S
) -> QueryResult:
    """The result of one SQL statement on a file that is opened read-only and closed again; reaches no other file.

    :raises StoreOpenError: when the file is missing, held by another process, or not a database of this version.
    :raises QueryError: when DuckDB refuses the statement.
    """
    with Store.open(path, read_only=True, wait_s=wait_s) as store:
        return store.query(sql, params)


def _insert_run(cursor: duckdb.DuckDBPyConnection, run: Run) -> None:
    finished_at = None if run.finished_at is None else in_utc(run.finished_at)
    cursor.execute(
        "INSERT INTO runs (run_id, started_at, finished_at, status, code_version, settings_json, model_ids,"
        " corpus_version, kind) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            run.id,
            in_utc(run.started_at),
            finished_at,
            run.status.value,
            run.code_version,
            run.settings_json,
            list(run.model_ids),
            run.corpus_version,
            run.kind.value,
        ],
    )


def _require_same(stored: Run, run: Run) -> None:
    for name in ("code_version", "settings_json", "model_ids", "corpus_version", "kind"):
        was, now = getattr(stored, name), getattr(run, name)
        if was != now:
            raise RunMismatchError(
                f"run {run.id}: expected {name} {was!r} as it was begun, found {now!r}; begin a new run"
            )


def _begin_again(cursor: duckdb.DuckDBPyConnection, run: Run) -> None:
    """The run's verdicts stay; when it began and what it could not do are told anew by this attempt."""
    cursor.execute("UPDATE runs SET started_at = ? WHERE run_id = ?", [in_utc(run.started_at), run.id])
    cursor.execute("DELETE FROM failures WHERE run_id = ?", [run.id])
    _set_status(cursor, run.id, run.status, run.finished_at)


def _set_status(
    cursor: duckdb.DuckDBPyConnection, run_id: str, status: RunStatus, finished_at: datetime | None
) -> None:
    cursor.execute(
        "UPDATE runs SET status = ?, finished_at = ? WHERE run_id = ?",
        [status.value, None if finished_at is None else in_utc(finished_at), run_id],
    )
