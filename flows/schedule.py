"""Runs by the clock: the verify flow with plain parameters, served on this machine or deployed by prefect.yaml."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import re
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from corpus.documents import content_id
from verifier.store.processes import children

if TYPE_CHECKING:
    from prefect.deployments.runner import RunnerDeployment

DEFAULT_PORT = 4200
LONGEST_BATCH_S = 100.0  # so long a run may take to finish its batch when the schedule is ended
_POLL_S = 0.2
_NO_NAME = re.compile(r"[^\w.-]+")  # what Prefect or a shell may refuse in a name


class ScheduleError(Exception):
    """The schedule cannot be kept as it is given."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """When what is verified; paths are absolute, so that they mean the same wherever a run starts."""

    cron: str
    timezone: str
    sources: tuple[str, ...]
    corpus: str
    db: str
    report: str
    settings: str | None = None
    notify: tuple[str, ...] = ()
    allow_private: bool = False
    only_new: bool = False

    @property
    def parameters(self) -> dict[str, Any]:
        """Those of the flow, as JSON has them."""
        fields = asdict(self)
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in fields.items()
            if name not in ("cron", "timezone")
        }


@dataclass(frozen=True, slots=True)
class Kept:
    """A schedule that a process keeps, or kept: `is_alive` says which."""

    cron: str
    timezone: str
    sources: tuple[str, ...]
    pid: int
    since: datetime
    api: str
    is_alive: bool


def next_run(cron: str, timezone: str, now: datetime | None = None) -> datetime:
    """When the schedule fires next, in its own time zone.

    :raises ScheduleError: when the expression or the time zone is none.
    """
    from cronsim import CronSim, CronSimError

    try:
        zone = ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ScheduleError(f"expected a time zone such as Europe/Istanbul, found {timezone!r}") from error
    try:
        return next(CronSim(cron, (now or datetime.now(UTC)).astimezone(zone)))
    except (CronSimError, StopIteration) as error:
        raise ScheduleError(
            f"expected minute, hour, day, month and weekday such as '0 6 * * *', found {cron!r}"
        ) from error


def name_of(schedule: Schedule) -> str:
    """Of the deployment: a server may hold those of several databases, on several machines, that are called alike."""
    path = Path(schedule.db)
    digest = content_id(socket.gethostname(), str(path.absolute()))[:8]
    return f"{re.sub(_NO_NAME, '_', path.stem)}-{digest}"


def mark_of(database: Path) -> Path:
    """The file by which a scheduler holds a database for itself, and tells others what it keeps."""
    return database.with_name(f"{database.name}.schedule")


@contextmanager
def held(schedule: Schedule, api: str) -> Iterator[None]:
    """Be the database's only scheduler; the operating system lets go when the process dies.

    :raises ScheduleError: another process is, or the mark cannot be made.
    """
    path = mark_of(Path(schedule.db))
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise ScheduleError(f"{path} cannot be made ({error.strerror}); check the folder and its rights") from error
    with os.fdopen(descriptor, "r+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            other = kept_schedule(Path(schedule.db))
            who = f"process {other.pid} ({other.cron} {other.timezone})" if other else "another process"
            raise ScheduleError(f"{schedule.db} is scheduled by {who} already; end that first") from None
        told = {
            "cron": schedule.cron,
            "timezone": schedule.timezone,
            "sources": schedule.sources,
            "pid": os.getpid(),
            "since": datetime.now(UTC).isoformat(),
            "api": api,
        }
        file.truncate(0)
        json.dump(told, file)
        file.flush()
        try:
            yield
        finally:
            with suppress(OSError):
                path.unlink()


def kept_schedule(database: Path) -> Kept | None:
    """The schedule that some process keeps for the database, or died keeping."""
    path = mark_of(database)
    try:
        with path.open(encoding="utf-8") as file:
            told = json.load(file)
            return Kept(
                told["cron"],
                told["timezone"],
                tuple(told["sources"]),
                int(told["pid"]),
                datetime.fromisoformat(told["since"]),
                told["api"],
                _is_held(file.fileno()),
            )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _is_held(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False


def keep(schedule: Schedule, port: int = DEFAULT_PORT) -> None:
    """Serve the schedule until the process is stopped, with a Prefect server where none is configured.

    A run that would overlap the one before is cancelled by a concurrency limit. A server that goes away is started
    again, or waited for where it is configured; runs that came due meanwhile are late, not lost.

    :raises ScheduleError: the schedule is none, or another process keeps one for the database.
    :raises ServerStartError: Prefect's server did not come up.
    """
    from flows.server import GONE, ServerLostError, api_at, server_for_schedules, wait_for_configured

    next_run(schedule.cron, schedule.timezone)  # a wrong one is refused before anything is started
    with held(schedule, api_at(port)):
        GONE.set()  # at a usual exit Python now and then aborts upon what Prefect's threads are in the midst of
        while True:
            try:
                with server_for_schedules(port) as api:
                    first = next_run(schedule.cron, schedule.timezone)
                    _say(
                        f"{schedule.cron} {schedule.timezone}, first at {first:%Y-%m-%d %H:%M %Z};"
                        f" runs are shown at {api.removesuffix('/api')}; Ctrl-C ends it"
                    )
                    _serve(schedule, api)
                return
            except ServerLostError as error:
                _say(str(error))
            wait_for_configured()


def _say(sentence: str) -> None:
    print(f"verifier: {sentence}", file=sys.stderr, flush=True)


def _serve(schedule: Schedule, api: str) -> None:
    """:raises ServerLostError: the server does not answer any more."""
    from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
    from prefect.runner import Runner
    from prefect.schedules import Cron
    from prefect.settings import PREFECT_API_URL, temporary_settings
    from prefect.types.entrypoint import EntrypointType

    from flows.scheduled import verify_sources
    from flows.server import losing, release_leftovers

    others, ending = children(), Ending()  # the server is no run

    class PatientRunner(Runner):
        def handle_sigterm(self, *_: Any, **__: Any) -> None:
            ending.let_finish(children() - others, signal.SIGTERM)
            super().handle_sigterm()

    def on_ctrl_c(number: int, frame: FrameType | None) -> None:
        ending.let_finish(children() - others, signal.SIGINT)
        raise KeyboardInterrupt

    with temporary_settings({PREFECT_API_URL: api}), losing(api):
        deployment = verify_sources.to_deployment(
            name=name_of(schedule),
            schedule=Cron(schedule.cron, timezone=schedule.timezone),
            parameters=schedule.parameters,
            concurrency_limit=ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW),
            entrypoint_type=EntrypointType.MODULE_PATH,
        )
        runner = PatientRunner(pause_on_shutdown=True)
        deployment_id = runner.add_deployment(cast("RunnerDeployment", deployment))  # no loop is running here
        if n := release_leftovers(cast(UUID, deployment_id)):
            _say(f"{n} that nobody goes on with {'is' if n == 1 else 'are'} ended in Prefect's records")
        signal.signal(signal.SIGINT, on_ctrl_c)
        try:
            asyncio.run(runner.start())
        except Exception:
            if not ending.has_begun:  # else the server went first, and the schedule cannot be paused there
                raise


class Ending:
    """Lets a run at hand finish its batch before Prefect, which would kill it, is told to stop."""

    def __init__(self) -> None:
        self.has_begun = False

    def let_finish(self, runs: set[int], number: signal.Signals) -> None:
        """Wait for the processes, after passing the signal to those that did not get it; asked again, wait no more."""
        if self.has_begun:
            return
        self.has_begun = True
        for pid in runs:
            with suppress(OSError):
                if number != signal.SIGINT or os.getpgid(pid) != os.getpgid(0):  # else the terminal told it
                    os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + LONGEST_BATCH_S
        while runs & children() and time.monotonic() < deadline:
            time.sleep(_POLL_S)
