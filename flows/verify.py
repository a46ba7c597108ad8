"""Articles -> claims -> evidence -> verdicts -> rows -> report, as a Prefect flow of batch tasks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from corpus.documents import content_id
from flows.cluster import Checked, ClusterChecker, cluster_of_flow
from flows.publish import DEFAULT_FORMATS, write_report
from flows.web import fetches_of, open_web
from flows.worker import CODE
from verifier.confidence import Calibration
from verifier.memory import Memory
from verifier.pipeline import Basis, CheckedArticle, Desk, open_verifier, read_articles
from verifier.recall import KnownWordings
from verifier.rows import RunReport
from verifier.settings import Settings
from verifier.store import DocumentsAt, Publisher, Store, open_published, refresh
from verifier.types import Article, Failure, Fetch, Run, RunKind, RunStatus

Batch = Sequence[Article]
CheckAll = Callable[[Sequence[Batch]], Iterator[tuple[Batch, Callable[[], Checked]]]]


@dataclass(frozen=True, slots=True)
class VerifyRequest:
    """What to verify, against what, and where the results go."""

    sources: tuple[str | Path, ...]
    corpus: Path
    database: Path
    report: Path
    settings: Settings
    formats: tuple[str, ...] = DEFAULT_FORMATS  # of the report, by their names in `flows.publish.FORMS`
    allow_private: bool = False  # fetch from addresses of this machine and its networks too
    only_new: bool = False  # pass over articles that an earlier run read and stored


@task(name="read articles", cache_policy=NO_CACHE)
def read_all(request: VerifyRequest) -> tuple[list[Article], list[Failure], list[Fetch]]:
    """Every article, what could not be read, and what was fetched."""
    with open_web(request.sources, request.database, request.settings.fetch, request.allow_private) as web:
        articles, unread = read_articles(request.sources, web)
        fetches = fetches_of(web, articles)
    return (new_of(request.database, articles) if request.only_new else articles), unread, fetches


def new_of(database: Path, articles: Sequence[Article]) -> list[Article]:
    """The articles that no run has read yet; an edited one is another article."""
    if not database.exists():
        return list(articles)
    with Store.open(database) as store:  # to write: an older database is brought up to date first
        known = store.read_before([article.id for article in articles])
    return [article for article in articles if article.id not in known]


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
    return write_report(report, request.report, request.formats, request.settings.report)


@flow(name="verify", validate_parameters=False)
def verify(request: VerifyRequest, progress: Callable[[int, int], None] | None = None) -> RunReport:
    """Verify articles against a corpus, store the verdicts and write the report.

    :param progress: called after each batch with the articles done and the articles in all.
    :return: the run as stored; its status says whether anything failed.
    :raises SourceError, CorpusError, ModelError, StoreError: when the run cannot start or go on; what was
        stored before stays, and a run that had begun is marked FAILED. On a cluster (`flows.cluster.on_runner`), the
        errors of `flows.cluster` and `flows.worker` likewise.
    :raises ReportWriteError: when the report cannot be written; the verdicts are stored, the error holds them.
    """
    articles, unread, fetches = read_all(request)
    n_batch, n_done = request.settings.batch_articles, 0
    batches = [articles[start : start + n_batch] for start in range(0, len(articles), n_batch)]
    with open_checker(request) as checker:
        run = new_run(request.settings, checker.basis, [a.id for a in articles] + [f.source for f in unread])
        with recorded(request.database, run) as (run_id, is_done):
            publisher = Publisher(request.database)
            save_batch(request.database, run_id, [], unread)
            if fetches:
                save_fetches(request.database, run_id, fetches)
            for batch, check in checker.check_all([] if is_done else batches):
                save_batch(request.database, run_id, *check_batch(check), checker.documents_at)
                publisher.after_batch()
                n_done += len(batch)
                if progress:
                    progress(n_done, len(articles))
    with open_published(request.database)[0] as store:
        report = store.report_rows(run_id)
    render(report, request)
    return report


@dataclass(frozen=True, slots=True)
class Checker:
    """What checks batches, and what the verdicts rest on; on a cluster nobody can ask the corpus."""

    check_all: CheckAll
    basis: Basis
    documents_at: DocumentsAt | None


@contextmanager
def open_checker(request: VerifyRequest) -> Iterator[Checker]:
    """What checks batches, one after the other in this process or on the flow's cluster."""
    if cluster := cluster_of_flow():
        on_cluster = ClusterChecker(cluster, request.corpus, request.settings, calibration_of(request.database))
        yield Checker(on_cluster.check_all, on_cluster.basis, None)
        return
    with open_verifier(request.corpus, request.settings, desk=desk_of(request.database)) as (verifier, basis):

        def check_all(batches: Sequence[Batch]) -> Iterator[tuple[Batch, Callable[[], Checked]]]:
            checked = verifier.check_batches(batches)
            return ((batch, partial(next, checked)) for batch in batches)

        yield Checker(check_all, basis, verifier.documents_at)


def memory_of(database: Path) -> Path:
    """Where what models said is kept beside a database, so that the next run need not ask them again."""
    return database.with_name(f"{database.name}.memory")


def desk_of(database: Path) -> Desk:
    """What the database adds to the shipped pipeline; nothing yet where it is not made."""
    return Desk(Memory(memory_of(database)), CODE, calibration_of(database), partial(_known_wordings, database))


def _known_wordings(database: Path) -> KnownWordings:
    with Store.open(database, read_only=True) as store:
        return KnownWordings(*store.known_wordings())


def calibration_of(database: Path) -> Calibration | None:
    """The confidence refitted on reviews that is in force."""
    if not database.exists():
        return None
    with Store.open(database) as store:  # to write: an older database is brought up to date first
        return store.calibration()


def new_run(settings: Settings, basis: Basis, inputs: Sequence[str], kind: RunKind = RunKind.VERIFY) -> Run:
    """A run that begins now.

    Its id hashes all that its verdicts depend on: the same articles, corpus, models, settings and code (its version and
    a hash of the sources) are the same run, so running them again adds no row.
    """
    code, chosen = f"{version('claim-verifier')}+{CODE}", settings.as_json()
    return Run(
        id=content_id(
            "run" if kind is RunKind.VERIFY else kind,
            code,
            chosen,
            basis.corpus_version,
            *basis.model_ids,
            *sorted(inputs),
        ),
        started_at=datetime.now(UTC),
        finished_at=None,
        status=RunStatus.RUNNING,
        code_version=code,
        settings_json=chosen,
        model_ids=basis.model_ids,
        corpus_version=basis.corpus_version,
        kind=kind,
    )


@contextmanager
def recorded(database: Path, run: Run) -> Iterator[tuple[str, bool]]:
    """Begin the run in the store, and end it there as it ended: a failed run must never look finished.

    :return: the id under which it is stored, and whether it finished before without failures, so that nothing is left
        to check.
    """
    with Store.open(database) as store:
        run = replace(run, id=store.id_after(run))
        is_done = store.begin_run(run)
    try:
        yield run.id, is_done
    except BaseException:
        _finish(database, run.id, RunStatus.FAILED)
        raise
    _finish(database, run.id, None)


def _finish(database: Path, run_id: str, status: RunStatus | None) -> None:
    """:param status: how the run ended; where left out, FINISHED unless it recorded failures."""
    with Store.open(database) as store:
        if status is None:
            status = RunStatus.FINISHED_WITH_FAILURES if store.n_failures(run_id) else RunStatus.FINISHED
        store.finish_run(run_id, status, datetime.now(UTC))
    refresh(database)
