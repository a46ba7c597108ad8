"""Who wants to know of a run: its page turns red when it fails, and each target is told what it was not told before.

Nothing heavy is imported here, so that the page says that a run goes on before the rest of the program is loaded.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flows.notify import News, name_of, notify_all
from flows.publish import DEFAULT_FORMATS
from flows.red import Failed, never_green, red_beside
from verifier.rows import RunReport
from verifier.store import Notification, RunGoingOnError, Store, StoreError, open_published, refresh

LONGEST_UNTOLD = timedelta(days=7)
"""Flips from before are not told any more: a target that is new, or fails every time, gets no list without end."""

Ended = Callable[[RunReport, tuple[str, ...]], None]
"""Gets to know how a run ended, and what could not be told."""


@contextmanager
def watched(
    database: Path,
    report: Path,
    notify: Sequence[str],
    ended: Ended | None = None,
    formats: Sequence[str] = DEFAULT_FORMATS,
) -> Iterator[None]:
    """No older page stands while what is inside goes on; when it fails, the page says so, and all are told.

    A run that is not begun because another one goes on is no failure, and nobody is told.

    :param ended: called where it failed, after all were told.
    :param formats: of the report.
    """
    with never_green(database, report, _telling(database, report, notify, ended), formats):
        yield


@contextmanager
def watched_beside(database: Path, report: Path, notify: Sequence[str]) -> Iterator[None]:
    """As `watched`, of a run that checks known claims again and has no page of its own."""
    with red_beside(database, report, _telling(database, report, notify, None)):
        yield


def _telling(database: Path, report: Path, notify: Sequence[str], ended: Ended | None) -> Failed:
    def failed(rows: RunReport, error: BaseException) -> None:
        not_told = () if isinstance(error, RunGoingOnError) else tell_all(notify, rows, database, report)
        for sentence in not_told:
            print(f"verifier: {sentence}", file=sys.stderr, flush=True)
        if ended:
            ended(rows, not_told)

    return failed


def tell_all(targets: Sequence[str], report: RunReport, database: Path, folder: Path) -> tuple[str, ...]:
    """Tell each target of what failed, and of the flips that it was not told of, whichever run found them.

    What was told is stored; a notice that fails is no failure of the run.

    :return: what did not arrive, a sentence each.
    """
    if not targets:
        return ()
    untold, as_of = _untold(database, targets)
    told: list[Notification] = []
    for target in targets:
        news = News.of(report, untold.get(target, []), database, folder)
        if news.is_worth_telling:
            told += notify_all([target], news)
    not_told = tuple(f"{t.target} was not told: {t.error}" for t in told if t.error)
    try:
        if told and news.is_stored:
            with Store.open(database, create=False) as store:
                store.record_notifications(report.run.id, told, as_of)
            refresh(database)
    except StoreError as error:
        return (*not_told, f"that it was told cannot be stored: {error}")
    return not_told


_FLIPS = """
    SELECT claim, old_label, label, old_confidence, confidence, why, documents, urls, article, article_url, claim_id,
        saved_at
    FROM label_changes WHERE saved_at > ? ORDER BY saved_at, article, claim_id"""
# The notices of one round have one moment; two targets may have one name, for what they are told may be a secret.
_LAST_TOLD = """
    SELECT target, max(sent_at) FROM (
        SELECT target, sent_at FROM notifications GROUP BY ALL HAVING bool_and(error IS NULL)
    ) GROUP BY target"""


def _untold(database: Path, targets: Sequence[str]) -> tuple[dict[str, list[dict[str, object]]], datetime]:
    """The flips since the last notice that reached each target, as rows of label_changes, and as of when.

    Where the database cannot be read there are none: what ended the run is told all the same.
    """
    now = datetime.now(UTC)
    since = (now - LONGEST_UNTOLD).replace(tzinfo=None)  # as the store keeps moments
    with suppress(StoreError):
        store, as_of = open_published(database)
        with store:
            flips = store.query(_FLIPS, [since])
            last: dict[str, datetime] = dict(store.query(_LAST_TOLD).rows)  # type: ignore[arg-type]
        rows = [dict(zip(flips.columns, row, strict=True)) for row in flips.rows]
        moments: list[Any] = [row.pop("saved_at") for row in rows]
        told = {target: last.get(name_of(target), since) for target in targets}
        new = {t: [row for row, at in zip(rows, moments, strict=True) if at > told[t]] for t in targets}
        return new, as_of or now
    return {}, now
