"""Articles -> claims -> evidence -> verdicts -> rows -> report, as a Prefect flow of batch tasks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from corpus.documents import content_id
from flows.publish import write_report
from verifier.pipeline import Basis, CheckedArticle, Verifier, open_verifier, read_articles
from verifier.rows import RunReport
from verifier.settings import Settings
from verifier.store import Store
from verifier.types import Article, Failure, Run, RunStatus


@dataclass(frozen=True, slots=True)
class VerifyRequest:
    """What to verify, against what, and where the results go."""

    sources: tuple[str | Path, ...]
    corpus: Path
    database: Path
    report: Path
    settings: Settings


@task(name="read articles", cache_policy=NO_CACHE)
def read_all(sources: Sequence[str | Path]) -> tuple[list[Article], list[Failure]]:
    """Every article, and what could not be read."""
    return read_articles(sources)


@task(name="check articles", cache_policy=NO_CACHE)
def check_batch(verifier: Verifier, articles: Sequence[Article]) -> tuple[list[CheckedArticle], list[Failure]]:
    """Claims, evidence and verdicts of one batch."""
    return verifier.check_articles(articles)


@task(name="save verdicts", cache_policy=NO_CACHE, retries=2, retry_delay_seconds=1)
def save_batch(database: Path, run_id: str, checked: Sequence[CheckedArticle], failures: Sequence[Failure]) -> None:
    """One transaction a batch; saving it twice adds nothing, so a retry is safe.

    The file is held only while writing, so that others can query it during the run.
    """
    claims = [claim for c in checked for claim in c.claims]
    verdicts = [verdict for c in checked for verdict in c.verdicts]
    with Store.open(database) as store:
        store.save(run_id, [c.article for c in checked], claims, verdicts)
        store.record_failures(run_id, failures)


@task(name="write report", cache_policy=NO_CACHE, retries=1)
def render(report: RunReport, folder: Path) -> Path:
    """The HTML page and the Markdown beside it."""
    return write_report(report, folder)


@flow(name="verify", validate_parameters=False)
def verify(request: VerifyRequest, progress: Callable[[int, int], None] | None = None) -> RunReport:
    """Verify articles against a corpus, store the verdicts and write the report.

    :param progress: called after each batch with the articles done and the articles in all.
    :return: the run as stored; its status says whether anything failed.
    :raises SourceError, CorpusError, ModelError, StoreError: when the run cannot start or go on; what was
        stored before stays, and a run that had begun is marked FAILED.
    :raises ReportWriteError: when the report cannot be written; the verdicts are stored, the error holds them.
    """
    articles, unread = read_all(request.sources)
    with open_verifier(request.corpus, request.settings) as (verifier, basis):
        run = new_run(request.settings, basis, [a.id for a in articles] + [f.source for f in unread])
        with recorded(request.database, run):
            save_batch(request.database, run.id, [], unread)
            for start in range(0, len(articles), request.settings.batch_articles):
                batch = articles[start : start + request.settings.batch_articles]
                save_batch(request.database, run.id, *check_batch(verifier, batch))
                if progress:
                    progress(start + len(batch), len(articles))
    with Store.open(request.database, read_only=True) as store:
        report = store.report_rows(run.id)
    render(report, request.report)
    return report


def new_run(settings: Settings, basis: Basis, inputs: Sequence[str]) -> Run:
    """A run that begins now.

    Its id hashes all that its verdicts depend on: the same articles, corpus, models, settings and code are the same
    run, so running them again adds no row.
    """
    code, chosen = version("claim-verifier"), settings.as_json()
    return Run(
        id=content_id("run", code, chosen, basis.corpus_version, *basis.model_ids, *sorted(inputs)),
        started_at=datetime.now(UTC),
        finished_at=None,
        status=RunStatus.RUNNING,
        code_version=code,
        settings_json=chosen,
        model_ids=basis.model_ids,
        corpus_version=basis.corpus_version,
    )


@contextmanager
def recorded(database: Path, run: Run) -> Iterator[None]:
    """Begin the run in the store, and end it there as it ended: a failed run must never look finished."""
    with Store.open(database) as store:
        store.begin_run(run)
    try:
        yield
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
