"""Taking away what is old and can be made again; verdicts only on request, and into a folder."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from flows.request import memory_of
from flows.web import pages_of
from verifier.store import Store, publish, require_file
from verifier.store.processes import is_running
from verifier.store.pruning import move_superseded

OUR_FLOWS = ["verify", "verify sources", "reverify", "build-corpus"]
_PARTIAL = ".partial"
_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Gone:
    """What was taken away, or would be: how many, and how many bytes the disk has back."""

    what: str
    n: int
    n_bytes: int
    why: str


def prune(
    database: Path,
    before: datetime,
    keep_runs: int,
    verdicts: Path | None = None,
    with_prefect: bool = True,
    dry_run: bool = False,
) -> list[Gone]:
    """Take away what is from before a moment.

    :param keep_runs: of so many newest runs nothing is moved.
    :param verdicts: where superseded verdicts go; they stay where left out.
    :raises MissingDatabaseError, RunGoingOnError: there is none; or a run is going on.
    :raises PruneError: verdicts cannot be moved.
    """
    require_file(str(database))
    with Store.open(database) as store:  # to write: an older database is brought up to date first
        store.settle()
        store.require_quiet()
    parts = (_partial_files, _pages, _memory)
    gone = [part(database, before, dry_run) for part in parts]
    if verdicts:
        gone.append(_verdicts(database, verdicts, before, keep_runs, dry_run))
    if with_prefect:
        gone.append(_prefect(before, dry_run))
    return gone


def _partial_files(database: Path, before: datetime, dry_run: bool) -> Gone:
    """What processes that were killed left half written beside the database."""
    old = [p for p in _halves(database) if _modified(p) < before]
    n_bytes = sum(p.stat().st_size for p in old)
    if not dry_run:
        for path in old:
            path.unlink(missing_ok=True)
    return Gone("partial files", len(old), n_bytes, "left by processes that were killed while writing")


def _halves(database: Path) -> Iterator[Path]:
    for path in database.parent.glob(f"{database.stem}*{_PARTIAL}"):
        pid = path.name.removesuffix(_PARTIAL).rpartition(".")[2]
        if path.is_file() and not (pid.isdecimal() and is_running(int(pid))):
            yield path


def _pages(database: Path, before: datetime, dry_run: bool) -> Gone:
    """Copies of fetched pages that newer ones of their URLs replaced; what was read from them is in the database."""
    folder = pages_of(database)
    current = {_sha256_in(path) for path in folder.glob("urls/*/*.json")}
    old = [p for p in folder.glob("bodies/*/*.gz") if p.name[:-3] not in current and _modified(p) < before]
    n_bytes = sum(p.stat().st_size for p in old)
    if not dry_run:
        for path in old:
            path.unlink(missing_ok=True)
    return Gone("fetched pages", len(old), n_bytes, "replaced by newer versions; the articles read from them stay")


def _sha256_in(path: Path) -> str:
    try:
        return str(json.loads(path.read_text(encoding="utf-8"))["sha256"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""  # who cannot read it fetches the page again


def _memory(database: Path, before: datetime, dry_run: bool) -> Gone:
    """Rows carry no age; the oldest go by themselves when it is full. So it goes whole when no run used it since."""
    files = [p for end in ("", "-wal", "-shm") if (p := Path(f"{memory_of(database)}{end}")).exists()]
    if not files or max(map(_modified, files)) >= before:
        return Gone("memory of models", 0, 0, "used since; its oldest rows go by themselves when it is full")
    n_bytes = sum(p.stat().st_size for p in files)
    if not dry_run:
        for path in files:
            path.unlink(missing_ok=True)
    return Gone("memory of models", 1, n_bytes, "not used since; the next run reads its passages again")


def _verdicts(database: Path, folder: Path, before: datetime, keep_runs: int, dry_run: bool) -> Gone:
    moved = move_superseded(database, folder, before, keep_runs, dry_run).n_rows
    rows = ", ".join(f"{n} {table}" for table, n in moved.items() if n) or "none"
    if not dry_run:
        publish(database)
    why = f"{rows}; moved to {folder}. The room within the file is used again; the file does not shrink"
    return Gone("superseded verdicts", moved["verdicts"], 0, why)


def _prefect(before: datetime, dry_run: bool) -> Gone:
    """Through Prefect's API, so that its limits and states stay right; the file is then shortened, where it is here."""
    from prefect.settings import PREFECT_API_URL, PREFECT_HOME

    file = Path(PREFECT_HOME.value()) / "prefect.db"
    is_here = not PREFECT_API_URL.value() and file.exists()
    if not PREFECT_API_URL.value() and not file.exists():
        return Gone("runs in Prefect's database", 0, 0, "there is none here")
    size = file.stat().st_size if is_here else 0
    n = _delete_flow_runs(before, dry_run)
    if is_here and n and not dry_run:
        with suppress(sqlite3.Error), closing(sqlite3.connect(file, timeout=5)) as connection:
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    freed = max(0, size - file.stat().st_size) if is_here and not dry_run else 0
    why = "ended before; the file is shortened" if is_here else "ended before; the server shortens its file itself"
    return Gone("runs in Prefect's database", n, freed, why)


def _delete_flow_runs(before: datetime, dry_run: bool) -> int:
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import (
        FlowFilter,
        FlowFilterName,
        FlowRunFilter,
        FlowRunFilterEndTime,
    )

    flows = FlowFilter(name=FlowFilterName(any_=OUR_FLOWS))
    ended = FlowRunFilter(end_time=FlowRunFilterEndTime.model_validate({"before_": before}))
    n = 0
    with get_client(sync_client=True) as client:
        while found := client.read_flow_runs(
            flow_filter=flows, flow_run_filter=ended, limit=_AT_ONCE, offset=n if dry_run else 0
        ):
            for run in found:
                if not dry_run:
                    client.delete_flow_run(run.id)
            n += len(found)
    return n


def _modified(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)
