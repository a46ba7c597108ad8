"""How runs went, when the next comes, and taking away what nobody needs any more."""

from __future__ import annotations

import json as json_
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli.app import DEFAULT_DATABASE, EXIT_FAILURES, Database, InputError, Json, app, quiet
from flows.terminal import print_table, say

if TYPE_CHECKING:
    from flows.prune import Gone
    from flows.schedule import Kept
    from verifier.store import Attempt

_COLUMNS = ("started", "status", "took", "articles", "resumed", "verdicts", "failures", "cause", "run")
_GOOD = ("FINISHED", "RUNNING")


@app.command(epilog="Example: verifier status --db verdicts.duckdb")
def status(
    db: Database = DEFAULT_DATABASE,
    runs: Annotated[int, typer.Option("--runs", min=1, help="How many of the last runs.")] = 5,
    json: Json = False,
) -> None:
    """Say how the last runs went and when the next comes; exits with 1 where the last did not finish well."""
    from flows.schedule import kept_schedule
    from verifier.store import MissingDatabaseError, open_published

    kept = kept_schedule(db)
    attempts: list[Attempt] = []
    as_of: datetime | None = None
    try:
        store, as_of = open_published(db)
    except MissingDatabaseError:
        if kept is None:
            raise
        say(f"no run yet: {db} comes with the first")
    else:
        with store:
            attempts = store.attempts(runs)
    if json:
        for row in _records(attempts, kept, as_of):
            print(json_.dumps(row, default=_plain))
    else:
        if as_of:
            say(f"{db} is being written: this is as of {as_of:%Y-%m-%d %H:%M:%S} UTC")
        if attempts:
            print_table("", _COLUMNS, [_row(attempt) for attempt in attempts])
        say(_next_words(kept))
    if attempts and attempts[0].status not in _GOOD:
        raise typer.Exit(EXIT_FAILURES)


def _row(a: Attempt) -> tuple[object, ...]:
    took = "" if a.took_s is None else f"{a.took_s:.0f} s"
    return (
        f"{a.started_at.astimezone():%Y-%m-%d %H:%M}", a.status, took, a.n_articles, a.n_resumed or "", a.n_verdicts,
        a.n_failures or "", a.cause, a.run_id[:8],
    )  # fmt: skip


def _records(attempts: list[Attempt], kept: Kept | None, as_of: datetime | None) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [{"what": "run", **asdict(a), "took_s": a.took_s} for a in attempts]
    if kept:
        rows.append({"what": "schedule", **asdict(kept), "next_run": _next(kept)})
    if as_of:
        rows.append({"what": "as of", "moment": as_of})
    return rows


def _next(kept: Kept) -> datetime | None:
    from flows.schedule import next_run

    return next_run(kept.cron, kept.timezone) if kept.is_alive else None


def _next_words(kept: Kept | None) -> str:
    if kept is None:
        return "next run: no `verifier schedule` keeps this database; cron, systemd or a Prefect server may"
    if moment := _next(kept):
        return f"next run: {moment:%Y-%m-%d %H:%M %Z} ({kept.cron} {kept.timezone}, process {kept.pid})"
    return f"next run: none; the schedule {kept.cron} {kept.timezone} ended with process {kept.pid}. Start it again"


@app.command(epilog="Example: verifier prune --older-than 90d --dry-run")
def prune(
    older_than: Annotated[str, typer.Option("--older-than", help="As 90d, 12w.")],
    db: Database = DEFAULT_DATABASE,
    keep_runs: Annotated[int, typer.Option("--keep-runs", min=1, help="Keep all of so many newest runs.")] = 10,
    verdicts: Annotated[
        Path | None,
        typer.Option("--verdicts", metavar="FOLDER", help="Move superseded verdicts into this folder, as Parquet."),
    ] = None,
    prefect: Annotated[bool, typer.Option("--prefect/--no-prefect", help="Old runs in Prefect's database too.")] = True,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    json: Json = False,
) -> None:
    """Take away what is old and can be made again: partial files, what models said, Prefect's records of runs.

    Nothing that was verified is lost: verdicts stay, unless --verdicts moves those that were superseded into a folder.
    """
    quiet()
    from flows.prune import prune as prune_all

    before = datetime.now(UTC) - _span(older_than)
    gone = prune_all(db, before, keep_runs, verdicts, with_prefect=prefect, dry_run=dry_run)
    if json:
        for one in gone:
            print(json_.dumps(asdict(one) | {"dry_run": dry_run}))
    else:
        _print_gone(gone, dry_run)


def _print_gone(gone: list[Gone], dry_run: bool) -> None:
    print_table("", ("what", "how many", "bytes", "why"), [(g.what, g.n, f"{g.n_bytes:,}", g.why) for g in gone])
    say(f"{sum(g.n_bytes for g in gone):,} bytes {'would be' if dry_run else 'were'} freed")


def _span(text: str) -> timedelta:
    number, unit = text[:-1], text[-1:]
    if not number.isdecimal() or unit not in ("d", "w"):
        raise InputError(f"expected an age as 90d or 12w, found {text!r}")
    return timedelta(days=int(number) * (7 if unit == "w" else 1))


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
