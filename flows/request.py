"""What a run is asked, what it is called, and what the database adds to it; no Prefect here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path

from corpus.documents import content_id
from flows.publish import DEFAULT_FORMATS, write_all
from flows.web import fetches_of, open_web
from flows.worker import CODE
from verifier.confidence import Calibration
from verifier.memory import Memory
from verifier.pipeline import Basis, Desk, read_articles
from verifier.recall import KnownWordings
from verifier.rows import RunReport
from verifier.settings import Settings
from verifier.store import Beside, Store
from verifier.types import Article, Failure, Fetch, Run, RunKind, RunStatus


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
    beside: Beside = Beside.OTHER_RUNS  # what other processes may do on the database meanwhile


@dataclass(frozen=True, slots=True)
class Found:
    """What the sources gave: every article, what could not be read, and what was fetched."""

    articles: list[Article]
    unread: list[Failure]
    fetches: list[Fetch]

    @property
    def inputs(self) -> list[str]:
        """What a run's id stands for, besides all that its verdicts rest on."""
        return [article.id for article in self.articles] + [failure.source for failure in self.unread]


Read = Callable[[VerifyRequest], Found]


def read_sources(request: VerifyRequest) -> Found:
    """:raises SourceNotFoundError: when a source does not exist."""
    with open_web(request.sources, request.database, request.settings.fetch, request.allow_private) as web:
        articles, unread = read_articles(request.sources, web)
        fetches = fetches_of(web, articles)
    once = list({article.id: article for article in reversed(articles)}.values())[::-1]  # copies: the first of them
    return Found(new_of(request.database, once) if request.only_new else once, unread, fetches)


def new_of(database: Path, articles: list[Article]) -> list[Article]:
    """The articles that no run has read yet; an edited one is another article."""
    if not database.exists():
        return articles
    with Store.open(database) as store:  # to write: an older database is brought up to date first
        known = store.read_before([article.id for article in articles])
    return [article for article in articles if article.id not in known]


def write_files(report: RunReport, request: VerifyRequest) -> tuple[Path, ...]:
    """The report in the forms that were asked for, and those that stand in its folder.

    :raises ReportWriteError: when a file cannot be written.
    """
    return write_all(report, request.report, request.formats, request.settings.report)


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


def code_version() -> str:
    """The program's version, and a hash of its sources."""
    return f"{version('claim-verifier')}+{CODE}"


def new_run(settings: Settings, basis: Basis, inputs: Sequence[str], kind: RunKind = RunKind.VERIFY) -> Run:
    """A run that begins now.

    Its id hashes all that its verdicts depend on: the same articles, corpus, models, settings and code (its version and
    a hash of the sources) are the same run, so running them again adds no row.
    """
    code, chosen = code_version(), settings.as_json()
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
