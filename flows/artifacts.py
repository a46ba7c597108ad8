"""What Prefect's UI shows of a run: its name, how far it is, how many of each label, and where the report lies."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from prefect.artifacts import (
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)
from prefect.runtime import flow_run

from flows.publish import REPORT_HTML
from verifier.report.words import LABEL_WORDS, QUESTION_WORDS
from verifier.rows import RunReport

log = logging.getLogger(__name__)
COUNTS, LINK, PROGRESS = "verdict-counts", "report", "articles-checked"
_NAMES_SHOWN = 2


def name_of_run() -> str:
    """As `morning.html, budget.html and 3 more, 28 November 06:00`."""
    parameters: Mapping[str, Any] = flow_run.parameters
    request = parameters.get("request")
    sources = parameters.get("sources") or getattr(request, "sources", None) or _of(request, "sources")
    return f"{short_names(sources or ())}, {datetime.now().astimezone():%-d %B %H:%M}"


def short_names(sources: object) -> str:
    """The last part of each path or URL, the first two by name."""
    names = [Path(str(s).rstrip("/")).name or str(s) for s in sources] if isinstance(sources, list | tuple) else []
    more = f" and {len(names) - _NAMES_SHOWN} more" if len(names) > _NAMES_SHOWN else ""
    return (", ".join(names[:_NAMES_SHOWN]) or "claims") + more


def leave_artifacts(report: RunReport, folder: Path) -> None:
    """A table of verdict counts and a link to the report; a server that is gone is no failure of the run."""
    page = (folder / REPORT_HTML).resolve()
    failed = f", {len(report.failures)} failures" if report.failures else ""
    text = f"[{page}]({page.as_uri()})\n\nRun {report.run.id}: {report.run.status.value}{failed}"
    try:
        create_table_artifact(table=counts_of(report), key=COUNTS, description="Verdicts by what was asked")
        create_markdown_artifact(markdown=text, key=LINK, description="Where the report lies")
    except Exception as error:
        log.debug("no artifacts were left: %s", error)


def counts_of(report: RunReport) -> list[dict[str, Any]]:
    """One row a label, one column a question."""
    counts = Counter(
        (c.claim.kind, c.verdict.label) for article in report.articles for c in article.claims if c.verdict
    )
    return [
        {"verdict": words} | {question: counts[kind, label] for kind, question in QUESTION_WORDS.items()}
        for label, words in LABEL_WORDS.items()
    ]


class ProgressBar:
    """How many articles are checked, in Prefect's UI; a server that is gone is no failure of the run."""

    def __init__(self, n_articles: int):
        self._artifact: Any = None  # typed by Prefect as of its asynchronous use too
        if n_articles:
            self._try(0.0, "articles checked")

    def show(self, n_done: int, n_articles: int) -> None:
        """:param n_done: so many of `n_articles` are done."""
        if self._artifact:
            self._try(100 * n_done / max(n_articles, 1), f"{n_done} of {n_articles} articles checked")

    def _try(self, percent: float, words: str) -> None:
        try:
            if self._artifact:
                update_progress_artifact(self._artifact, percent, description=words)
            else:
                self._artifact = create_progress_artifact(percent, key=PROGRESS, description=words)
        except Exception as error:
            log.debug("progress is not shown: %s", error)
            self._artifact = None


def _of(request: object, name: str) -> object:
    return request.get(name) if isinstance(request, Mapping) else None
