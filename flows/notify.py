"""Telling somebody of flips and failures: a command that reads JSON, or a URL that it is posted to."""

from __future__ import annotations

import json
import shlex
import subprocess
import urllib.request
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flows.publish import REPORT_HTML
from flows.red import NOT_BEGUN
from verifier.rows import RunReport
from verifier.store import Notification
from verifier.types import Failure, RunStatus

TIMEOUT_S = 30.0
_MAX_SAID = 200  # characters of a command's standard error


class NotifyTargetError(ValueError):
    """What is to be told is neither a URL nor a command."""


@dataclass(frozen=True, slots=True)
class News:
    """What there is to tell of a run."""

    run_id: str
    status: RunStatus
    started_at: datetime
    finished_at: datetime | None
    flips: Sequence[dict[str, object]]  # columns of the view label_changes
    failures: Sequence[Failure]
    labels: dict[str, int]
    database: Path
    report: Path

    @classmethod
    def of(cls, report: RunReport, flips: Sequence[dict[str, object]], database: Path, folder: Path) -> News:
        """Of a run that is over."""
        run = report.run
        labels = Counter(str(c.verdict.label) for a in report.articles for c in a.claims if c.verdict)
        page = (folder / REPORT_HTML).resolve()
        times = run.started_at, run.finished_at
        return cls(run.id, run.status, *times, flips, report.failures, dict(labels), database.resolve(), page)

    @property
    def is_worth_telling(self) -> bool:
        """Something flipped or failed."""
        return bool(self.flips or self.failures) or self.status is not RunStatus.FINISHED

    @property
    def is_stored(self) -> bool:
        """Whether the database knows the run."""
        return self.run_id != NOT_BEGUN

    def as_json(self) -> str:
        """One JSON object."""
        fields: dict[str, Any] = {
            "run_id": self.run_id,
            "status": self.status.value,
            "started_at": self.started_at,
            "finished_at": self.finished_at,
            "n_flips": len(self.flips),
            "n_failures": len(self.failures),
            "flips": list(self.flips),
            "failures": [asdict(failure) for failure in self.failures],
            "labels": self.labels,
            "database": self.database,
            "report": self.report,
        }
        return json.dumps(fields, ensure_ascii=False, default=_plain)


def require_target(target: str) -> str:
    """The target as it is.

    :raises NotifyTargetError: when it is neither a URL with a host nor words of a command.
    """
    try:
        usable = bool(urlsplit(target).hostname if is_url(target) else shlex.split(target))
    except ValueError:
        usable = False
    if not usable:
        raise NotifyTargetError(
            f"expected a command such as 'mail -s verdicts desk@example.org' or an http(s) URL, found {target!r}"
        )
    return target


def notify_all(targets: Sequence[str], news: News) -> list[Notification]:
    """Tell each; one that fails does not stop the rest, and says why."""
    body = news.as_json().encode()
    return [Notification(name_of(t), len(news.flips), len(news.failures), _told(t, body)) for t in targets]


def is_url(target: str) -> bool:
    """Whether it is posted to; anything else is a command."""
    return target.lower().startswith(("http://", "https://"))


def _told(target: str, body: bytes) -> str | None:
    """Why it did not arrive."""
    try:
        if is_url(target):
            _post(target, body)
        else:
            _run(target, body)
    except subprocess.TimeoutExpired:
        return f"it did not end within {TIMEOUT_S:g} s"
    except (OSError, ValueError, HTTPException) as error:
        return " ".join(str(error).split()) or type(error).__name__
    return None


def _run(command: str, body: bytes) -> None:
    # The words are the user's own, split without a shell; what articles say goes to standard input only.
    words = shlex.split(command)
    done = subprocess.run(words, input=body, capture_output=True, timeout=TIMEOUT_S, check=False)  # noqa: S603
    if done.returncode:
        said = " ".join(done.stderr.decode(errors="replace").split())[:_MAX_SAID]
        raise OSError(f"it ended with code {done.returncode}{': ' if said else ''}{said}")


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """What is told goes to the address that was given, and to no other."""

    def redirect_request(self, *args: object, **named: object) -> None:
        """None: the answer stays an error."""


def _post(url: str, body: bytes) -> None:
    # Of http and https only: is_url said so, and the handler follows nothing.
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})  # noqa: S310
    with urllib.request.build_opener(_NoRedirects).open(request, timeout=TIMEOUT_S):
        pass


def name_of(target: str) -> str:
    """What is stored of it: a URL's path and a command's other words may hold secrets."""
    if is_url(target):
        parts = urlsplit(target)
        return f"{parts.scheme}://{parts.hostname}"
    return shlex.split(target)[0]


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
