"""Prefect's server on this machine: the short-lived one of a single run, and one that fires schedules."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from pathlib import Path
from uuid import UUID

STARTUP_S = 120.0
_POLL_S = 0.2
GONE = threading.Event()  # nothing waits any more for a server, or for threads of Prefect's that do
_BETWEEN_S = 5.0
_ENDING_S = 5.0
_watchers: list[subprocess.Popen[bytes]] = []
_UNFINISHED = ("RUNNING", "PENDING", "CANCELLING")


class ServerStartError(Exception):
    """Prefect's server did not come up."""


class ServerLostError(Exception):
    """Prefect's server answered before, and does not any more."""


def spare_server_from_ctrl_c() -> None:
    """Start the server of a single run so that Ctrl-C in the terminal, which all its programs get, does not end it.

    Without it the batch at hand could be finished, but not reported to Prefect. Nothing is done where a server is
    configured.
    """
    from prefect.settings import PREFECT_API_URL

    if PREFECT_API_URL.value():
        return
    from prefect.server.api.server import SubprocessASGIServer

    failed: list[Exception] = []

    def start() -> None:
        # The server inherits what this thread blocks; Prefect itself ends it with SIGTERM.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            SubprocessASGIServer().start()
        except Exception as error:
            failed.append(error)

    thread = threading.Thread(target=start, name="start prefect", daemon=True)
    thread.start()
    thread.join()
    if failed:
        raise ServerStartError(f"Prefect's server did not start ({failed[0]}); try again") from failed[0]
    if (server := SubprocessASGIServer()).server_process:  # there is one of it
        end_with_us(server.server_process.pid)


def end_with_us(pid: int) -> None:
    """See to it that a process is told to end when this one is gone, however it went: also after kill -9."""
    # It waits for the end of a pipe, of which nobody but this process holds the other end.
    watcher = subprocess.Popen(  # noqa: S603 - the words are ours, and a number
        ["/bin/sh", "-c", 'read -r _; kill "$1" 2>/dev/null', "sh", str(pid)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    _watchers.append(watcher)  # forgotten, it would close the pipe


@contextmanager
def server_for_schedules(port: int) -> Iterator[str]:
    """A server that fires schedules, with its UI: the one that is configured, or a child for as long as this lasts.

    :return: the address of its API.
    :raises ServerStartError: it did not come up, does not answer, or another server has the port.
    """
    api = api_at(port)
    if configured_api():
        if not _answers(api):
            raise ServerStartError(
                f"no Prefect server answers at {api}; start it, correct PREFECT_API_URL, or leave that out to have one"
                " started here"
            )
        yield api
        return
    if not _falls_silent(api):
        raise ServerStartError(
            f"port {port} is taken by a server already; give another --port, or use that server with"
            f" PREFECT_API_URL={api}"
        )
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    # In a session of its own: Ctrl-C reaches the scheduler first, which ends the run at hand and then the server.
    child = subprocess.Popen(  # noqa: S603 - the words are ours, and a number
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True, env=_environment()
    )
    end_with_us(child.pid)
    try:
        _wait_for(api, child)
        yield api
    finally:
        child.terminate()
        try:
            child.wait(timeout=15)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


@contextmanager
def losing(api: str) -> Iterator[None]:
    """Tell the loss of the server in one sentence; Prefect tells it in pages of tracebacks, on standard output.

    :raises ServerLostError: what is done inside ended because the server does not answer, or did not for long.
    """
    try:
        with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):
            yield
    except Exception as error:
        if _answers(api) and not any(_is_loss(cause) for cause in _all_of(error)):
            raise
        raise ServerLostError(f"Prefect's server at {api} does not answer; going on when it does") from error


def _is_loss(error: BaseException) -> bool:
    from httpx import TransportError

    return isinstance(error, TransportError) or "error threshold" in str(error)


def _all_of(error: BaseException) -> Iterator[BaseException]:
    yield error
    for part in getattr(error, "exceptions", ()):
        yield from _all_of(part)


def wait_for_configured() -> None:
    """Until the server that is configured answers; at once where none is."""
    while (api := configured_api()) and not _answers(api):
        time.sleep(_BETWEEN_S)


def release_leftovers(deployment_id: UUID) -> int:
    """End in Prefect's records the runs of a deployment whose scheduler died, and give back what they hold.

    Only for its only scheduler: a run that died with its server holds its place in the concurrency limit for good, and
    every later run would be cancelled.

    :return: how many they were.
    """
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.actions import GlobalConcurrencyLimitUpdate
    from prefect.client.schemas.filters import FlowRunFilter
    from prefect.exceptions import ObjectNotFound
    from prefect.states import Crashed

    wanted = {"deployment_id": {"any_": [deployment_id]}, "state": {"type": {"any_": list(_UNFINISHED)}}}
    with get_client(sync_client=True) as client:
        left = client.read_flow_runs(flow_run_filter=FlowRunFilter.model_validate(wanted))
        for run in left:
            client.set_flow_run_state(run.id, Crashed(message="its scheduler died"), force=True)
        with suppress(ObjectNotFound):  # there is none before the first deployment
            client.update_global_concurrency_limit(
                f"deployment:{deployment_id}", GlobalConcurrencyLimitUpdate(active_slots=0)
            )
    return len(left)


def api_at(port: int) -> str:
    """The address of the API for schedules: the configured one, or that of a server of ours."""
    return configured_api() or f"http://127.0.0.1:{port}/api"


def configured_api() -> str | None:
    """The address of the API that Prefect is configured to use; None where it would start a server of its own."""
    from prefect.settings import PREFECT_API_URL

    return PREFECT_API_URL.value() or None


def _environment() -> dict[str, str]:
    """The server checks its database for what is old, and takes it away, by itself."""
    return {"PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs"} | os.environ


def _wait_for(api: str, child: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + STARTUP_S
    while time.monotonic() < deadline:
        if child.poll() is not None:
            raise ServerStartError(
                f"Prefect's server ended at once with code {child.returncode}; give: prefect server start, and read why"
            )
        if _answers(api):
            return
        time.sleep(_POLL_S)
    raise ServerStartError(f"Prefect's server did not answer at {api} within {STARTUP_S:g} s")


def _falls_silent(api: str) -> bool:
    """Whether nothing answers, or soon nothing does: the server of a scheduler that was killed is just ending."""
    deadline = time.monotonic() + _ENDING_S
    while is_there := _answers(api):
        if time.monotonic() > deadline:
            break
        time.sleep(_POLL_S)
    return not is_there


def _answers(api: str) -> bool:
    try:
        with urllib.request.urlopen(f"{api}/health", timeout=2) as answer:  # noqa: S310 - http on this machine
            return bool(answer.status == 200)
    except urllib.error.HTTPError:
        return True
    except (OSError, ValueError, http.client.HTTPException):
        return False
