"""The verify flow with parameters that JSON can hold: what schedules, prefect.yaml and Prefect's UI start."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prefect import flow
from prefect.states import Cancelled, Completed, Failed

from flows.artifacts import leave_artifacts, name_of_run
from flows.morning import Done, is_failed, run_once
from flows.publish import REPORT_HTML
from flows.request import Read, VerifyRequest
from flows.verify import verify
from flows.watch import watched
from verifier.rows import RunReport
from verifier.settings import load_settings
from verifier.store import Beside, RunGoingOnError
from verifier.timing import StageClock

if TYPE_CHECKING:
    from prefect.client.schemas.objects import State


@flow(name="verify sources", flow_run_name=name_of_run, persist_result=False)
def verify_sources(
    sources: list[str],
    corpus: str = ".verifier/corpus",
    db: str = "verdicts.duckdb",
    report: str = "report",
    settings: str | None = None,
    notify: list[str] | None = None,
    allow_private: bool = False,
    only_new: bool = False,
) -> State[Any]:
    """Verify what the sources hold, as `verifier run` does; beside another run on the database it is not begun.

    :param sources: files, folders, globs and URLs, read anew each time.
    :param settings: the path of a TOML file.
    :param allow_private: fetch URLs of this machine and its networks too.
    :param only_new: pass over articles that an earlier run read.
    :param notify: commands and URLs to tell of flips and failures.
    :return: Failed where anything failed, though the rest is stored; Cancelled where another run is going on.
    """
    warnings.filterwarnings("ignore")  # of Prefect's, which a reader cannot change
    database, folder = Path(db), Path(report)
    try:
        with watched(database, folder, notify or ()):
            chosen = load_settings(Path(settings) if settings else None)
        request = VerifyRequest(
            tuple(sources),
            Path(corpus),
            database,
            folder,
            chosen,
            allow_private=allow_private,
            only_new=only_new,
            beside=Beside.NO_RUN,
        )
        done = run_once(request, _in_this_flow, notify or ())
    except RunGoingOnError as error:
        _say(f"not begun: {error}")
        return Cancelled(message=str(error))
    if done.is_unchanged:
        leave_artifacts(done.report, folder)
    sentence = sentence_of(done, folder)
    _say(sentence)
    return Failed(message=sentence) if is_failed(done.report) else Completed(message=sentence)


def _in_this_flow(request: VerifyRequest, read: Read | None, clock: StageClock) -> RunReport:
    """The tasks belong to the flow that runs already; a flow within it would take another second."""
    return verify.fn(request, None, read, clock)


def sentence_of(done: Done, folder: Path) -> str:
    """What a run did, for a log."""
    n_claims = sum(c.verdict is not None for article in done.report.articles for c in article.claims)
    parts: Sequence[str] = [
        "nothing new" if done.is_unchanged else done.report.run.status.value.lower().replace("_", " "),
        f"{len(done.report.articles)} articles, {n_claims} verdicts, {len(done.report.failures)} failures",
        f"report: {folder / REPORT_HTML}",
        *done.not_told,
    ]
    return "; ".join(parts)


def _say(sentence: str) -> None:
    print(f"{datetime.now().astimezone():%Y-%m-%d %H:%M:%S} {sentence}", file=sys.stderr, flush=True)
