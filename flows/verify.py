"""Articles -> claims -> evidence -> verdicts -> rows -> report, as a Prefect flow of batch tasks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from flows.artifacts import ProgressBar, leave_artifacts, name_of_run
from flows.cluster import Checked, ClusterChecker, cluster_of_flow
from flows.recording import recorded, tell
from flows.request import Found, Read, VerifyRequest, calibration_of, desk_of, new_run, read_sources, write_files
from flows.stopping import finishing_batches
from verifier.failures import FailureLimit
from verifier.pipeline import Basis, CheckedArticle, open_verifier
from verifier.rows import RunReport
from verifier.store import DocumentsAt, Publisher, Store
from verifier.timing import StageClock
from verifier.types import Article, Failure, Fetch

Batch = Sequence[Article]
CheckAll = Callable[[Sequence[Batch]], Iterator[tuple[Batch, Callable[[], Checked]]]]


@task(name="read articles", cache_policy=NO_CACHE)
def read_all(request: VerifyRequest, read: Read | None, clock: StageClock) -> Found:
    """Every article, and what could not be read."""
    if read:  # somebody else read them, and counted that
        return read(request)
    with clock.of("read"):
        return read_sources(request)


@task(name="check articles", cache_policy=NO_CACHE)
def check_batch(check: Callable[[], Checked]) -> Checked:
    """Claims, evidence and verdicts of one batch; on a cluster, the wait for them."""
    return check()


@task(name="save verdicts", cache_policy=NO_CACHE, retries=2, retry_delay_seconds=1)
def save_batch(
    database: Path,
    run_id: str,
    checked: Sequence[CheckedArticle],
    failures: Sequence[Failure],
    documents_at: DocumentsAt | None = None,
) -> None:
    """One transaction a batch; saving it twice adds nothing, so a retry is safe.

    The file is held only while writing, so that others can query it during the run.
    """
    claims = [claim for c in checked for claim in c.claims]
    verdicts = [verdict for c in checked for verdict in c.verdicts]
    with Store.open(database) as store:
        wordings = [wording for c in checked for wording in c.wordings]
        store.save(run_id, [c.article for c in checked], claims, verdicts, documents_at, wordings)
        store.record_failures(run_id, failures)


@task(name="save fetches", cache_policy=NO_CACHE, retries=2, retry_delay_seconds=1)
def save_fetches(database: Path, run_id: str, fetches: Sequence[Fetch]) -> None:
    """What the network gave: addresses, times, hashes."""
    with Store.open(database) as store:
        store.record_fetches(run_id, fetches)


@task(name="write report", cache_policy=NO_CACHE, retries=1)
def render(report: RunReport, request: VerifyRequest) -> tuple[Path, ...]:
    """The report's files."""
    return write_files(report, request)


@flow(name="verify", flow_run_name=name_of_run, validate_parameters=False)
def verify(
    request: VerifyRequest,
    progress: Callable[[int, int], None] | None = None,
    read: Read | None = None,
    clock: StageClock | None = None,
) -> RunReport:
    """Verify articles against a corpus, store the verdicts and write the report.

    Articles that the same run saved before it was stopped are not checked again. Ctrl-C and SIGTERM stop it after the
    batch at hand.

    :param progress: called after each batch with the articles done and the articles in all.
    :param read: gives what the sources held, where somebody else has read them already.
    :param clock: gets to know how long stages take; they are stored with the run.
    :return: the run as stored; its status says whether anything failed.
    :raises SourceError, CorpusError, ModelError, StoreError: when the run cannot start or go on; what was
        stored before stays, and a run that had begun is marked FAILED. On a cluster (`flows.cluster.on_runner`), the
        errors of `flows.cluster` and `flows.worker` likewise.
    :raises TooManyFailuresError: when so much failed alike that the rest was not tried; likewise.
    :raises ReportWriteError: when the report cannot be written; the verdicts are stored, the error holds them.
    """
    clock = clock or StageClock()
    found = read_all(request, read, clock)
    with open_checker(request, clock) as checker:
        run = new_run(request.settings, checker.basis, found.inputs)
        with recorded(request.database, run, clock, len(found.articles), request.beside) as begun:
            save_batch(request.database, begun.run_id, [], found.unread)
            if found.fetches:
                save_fetches(request.database, begun.run_id, found.fetches)
            left = [a for a in found.articles if a.id not in begun.articles_done] if not begun.is_done else []
            if left:
                show_unfinished(request, begun.run_id)
            check_and_save(request, begun.run_id, checker, left, len(found.articles), progress, clock)
    report = tell(request.database, begun.run_id, clock, lambda rows: render(rows, request))
    leave_artifacts(report, request.report)
    return report


def check_and_save(
    request: VerifyRequest,
    run_id: str,
    checker: Checker,
    left: Sequence[Article],
    n_articles: int,
    progress: Callable[[int, int], None] | None,
    clock: StageClock,
) -> None:
    """Check what is left of the run's articles, batch by batch, each saved before the next is waited for."""
    n_batch, n_done = request.settings.batch_articles, n_articles - len(left)
    batches = [left[start : start + n_batch] for start in range(0, len(left), n_batch)]
    publisher, limit = Publisher(request.database), FailureLimit(request.settings.max_failures_of_a_kind)
    bar = ProgressBar(len(left))
    with finishing_batches() as stop:
        for batch, check in checker.check_all(batches):
            checked, failures = check_batch(check)
            with clock.of("save", len(checked)):
                save_batch(request.database, run_id, checked, failures, checker.documents_at)
            with clock.of("publish"):
                publisher.after_batch()
            n_done += len(batch)
            for shown in (progress, bar.show):
                if shown:
                    shown(n_done, n_articles)
            limit.count(failures)
            if n_done < n_articles:
                stop.heed()


def show_unfinished(request: VerifyRequest, run_id: str) -> None:
    """A page that says that the run is not over: it stands there should the process be killed."""
    with Store.open(request.database, read_only=True) as store:
        report = store.report_rows(run_id)
    write_files(report, request)


@dataclass(frozen=True, slots=True)
class Checker:
    """What checks batches, and what the verdicts rest on; on a cluster nobody can ask the corpus."""

    check_all: CheckAll
    basis: Basis
    documents_at: DocumentsAt | None


@contextmanager
def open_checker(request: VerifyRequest, clock: StageClock | None = None) -> Iterator[Checker]:
    """What checks batches, one after the other in this process or on the flow's cluster."""
    if cluster := cluster_of_flow():
        on_cluster = ClusterChecker(cluster, request.corpus, request.settings, calibration_of(request.database))
        yield Checker(on_cluster.check_all, on_cluster.basis, None)
        return
    desk = desk_of(request.database)
    with open_verifier(request.corpus, request.settings, desk=desk, clock=clock) as (verifier, basis):

        def check_all(batches: Sequence[Batch]) -> Iterator[tuple[Batch, Callable[[], Checked]]]:
            checked = verifier.check_batches(batches)
            return ((batch, partial(next, checked)) for batch in batches)

        yield Checker(check_all, basis, verifier.documents_at)
