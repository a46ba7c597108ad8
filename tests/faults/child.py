"""The real command in a child process, with fast fakes for the models and Prefect, and a fault where a trial wants it.

Everything else is real: reading, recording, resuming, DuckDB, publishing, the page, signals, sentences, exit codes.
"""

from __future__ import annotations

import os
import re
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

import flows.cli
import flows.cli.verify as command
import flows.morning
import flows.publish
import flows.verify as walk
import verifier.report.html
import verifier.store.snapshot
import verifier.store.store
from tests.verifier.factories import make_claim, make_verdict
from verifier.pipeline import Basis, CheckedArticle
from verifier.store import Publisher, Store
from verifier.types import Article, Label

BATCH_S = 0.02  # what a batch takes to check: kills are to fall into checks too
BEGUN = "begun"


@dataclass(frozen=True, slots=True)
class Trial:
    """One start of the command, in a folder of its own."""

    folder: Path  # gets the report, standard output and standard error
    sources: tuple[str, ...]
    database: Path
    kill_at: tuple[str, bool, int] | None = None  # a point of POINTS, whether before it, and at which call of it
    clock_s: float = 0.0  # by which the clock is wrong
    most_bytes: int | None = None  # that a file may have
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def report(self) -> Path:
        return self.folder / "report"

    @property
    def stderr(self) -> str:
        return (self.folder / "stderr").read_text(encoding="utf-8")


POINTS: dict[str, tuple[Any, str]] = {
    "begin_run": (Store, "begin_run"),
    "check": (walk, "check_batch"),
    "save": (Store, "save"),
    "within save": (verifier.store.store, "write_batch"),
    "end of save": (verifier.store.store, "give_sign"),
    "publish": (Publisher, "after_batch"),
    "checkpoint": (verifier.store.snapshot, "_checkpoint"),
    "copy": (verifier.store.snapshot, "_copy"),
    "finish_run": (Store, "finish_run"),
    "page": (flows.publish, "_write_whole"),
    "stages": (Store, "record_stages"),
}
OF_BATCHES = ("check", "save", "within save", "end of save")


class FakeVerifier:
    """Verdicts that hang on nothing but the sentence."""

    def check_batches(self, batches: Sequence[Sequence[Article]]) -> Iterator[tuple[list[CheckedArticle], list[Any]]]:
        for batch in batches:
            time.sleep(BATCH_S)
            yield [self._checked(article) for article in batch], []

    def documents_at(self, origins: Sequence[str]) -> dict[str, str]:
        return {}

    def _checked(self, article: Article) -> CheckedArticle:
        sentences = [s for s in re.findall(r"[^\s.][^.\n]*\.", article.text) if "holds" in s]
        claims = [make_claim(article, s.strip()) for s in sentences]
        labels = [list(Label)[sum(claim.text.encode()) % len(Label)] for claim in claims]
        verdicts = [make_verdict(claim, label) for claim, label in zip(claims, labels, strict=True)]
        return CheckedArticle(article, tuple(claims), tuple(verdicts))


@contextmanager
def _fake_verifier(*_: object, **__: object) -> Iterator[tuple[FakeVerifier, Basis]]:
    yield FakeVerifier(), Basis("c0ffee", ("fake-1",))


class _NoBar:
    def __init__(self, n_articles: int) -> None:
        pass

    def show(self, n_done: int, n_articles: int) -> None:
        pass


# Compiled once, before the forks of which each is a trial.
verifier.report.html._environment().get_template("morning.html.j2")


def run(trial: Trial) -> None:
    """What the process does; it ends as the command does."""
    for name, descriptor in (("stdout", 1), ("stderr", 2)):
        os.dup2(os.open(trial.folder / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), descriptor)
    os.environ.update({"VERIFIER_BATCH_ARTICLES": "2"} | trial.environment)
    _without_models_and_prefect()
    if trial.kill_at:
        _kill_at(*trial.kill_at)
    if trial.clock_s:
        _set_clock(trial.clock_s)
    if trial.most_bytes:
        resource.setrlimit(resource.RLIMIT_FSIZE, (trial.most_bytes, resource.RLIM_INFINITY))
    report, database = str(trial.report), str(trial.database)
    sys.argv = ["verifier", "run", *trial.sources, "--db", database, "--report", report, "--allow-private"]
    sys.stdout, sys.stderr = (open(n, "w", encoding="utf-8", closefd=False) for n in (1, 2))  # noqa: SIM115
    signal.signal(signal.SIGINT, signal.default_int_handler)
    (trial.folder / BEGUN).touch()
    flows.cli.main()


def _without_models_and_prefect() -> None:
    for module in (walk, flows.morning):
        module.open_verifier = _fake_verifier  # type: ignore[attr-defined]
    for task in ("check_batch", "save_batch", "save_fetches", "render", "read_all"):
        setattr(walk, task, getattr(walk, task).fn)
    walk.leave_artifacts = lambda *_: None  # type: ignore[attr-defined]
    walk.ProgressBar = _NoBar  # type: ignore[attr-defined,assignment]
    command._through_prefect = lambda runner, advance: (
        lambda request, read, clock: walk.verify.fn(  # type: ignore[attr-defined]
            request, advance, read, clock
        )
    )


def _kill_at(point: str, is_before: bool, call: int) -> None:
    owner, name = POINTS[point]
    original: Callable[..., Any] = getattr(owner, name)
    calls = 0

    def killed(*args: Any, **options: Any) -> Any:
        nonlocal calls
        calls += 1
        if is_before and calls == call:
            os.kill(os.getpid(), signal.SIGKILL)
        result = original(*args, **options)
        if calls == call:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, name, killed)


def _set_clock(seconds: float) -> None:
    class Wrong(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + timedelta(seconds=seconds)

    for name, module in list(sys.modules.items()):
        if name.split(".")[0] in ("flows", "verifier", "corpus") and getattr(module, "datetime", None) is datetime:
            module.datetime = Wrong  # type: ignore[attr-defined]
