"""Prefect's server: one that does not answer, or goes away while a schedule is kept."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from httpx import ConnectError

from flows import schedule as keeping
from flows import server
from flows.schedule import Schedule, keep, name_of
from flows.server import ServerLostError, ServerStartError, losing, server_for_schedules
from tests.faulty_server import FaultyServer

NOWHERE = "http://127.0.0.1:9/api"


def test_a_server_that_goes_away_does_not_end_the_schedule(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is started again or waited for, and the schedule goes on until it is stopped."""
    served: list[str] = []

    @contextmanager
    def fake_server(port: int) -> Iterator[str]:
        yield NOWHERE

    def serve(schedule: Schedule, api: str) -> None:
        served.append(api)
        if len(served) < 3:
            raise ServerLostError(f"Prefect's server at {api} does not answer; going on when it does")

    monkeypatch.setattr(server, "GONE", threading.Event())
    monkeypatch.setattr(server, "server_for_schedules", fake_server)
    monkeypatch.setattr(keeping, "_serve", serve)
    keep(Schedule("0 6 * * *", "UTC", (), "corpus", str(tmp_path / "v.duckdb"), "report"))
    assert len(served) == 3
    assert capsys.readouterr().err.count("does not answer; going on when it does") == 2


def test_the_loss_of_a_server_is_told_without_prefects_tracebacks(capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever groups of errors it comes in; other errors stay what they are while the server answers."""
    with pytest.raises(ServerLostError, match="going on when it does"), losing(NOWHERE):
        print("Traceback, as Prefect prints it")
        raise ExceptionGroup("unhandled errors in a TaskGroup", [RuntimeError("Service exceeded error threshold.")])
    assert capsys.readouterr().out == ""
    with FaultyServer() as site, pytest.raises(KeyError), losing(site.url("/api")):
        raise KeyError("a mistake of ours")
    with FaultyServer() as site, pytest.raises(ServerLostError), losing(site.url("/api")):
        raise ConnectError("it was away for a while")


def test_a_server_ends_with_the_process_that_started_it_also_after_a_kill() -> None:
    """Nothing is left behind that holds its port and memory."""
    program = (
        "import subprocess, time; from flows.server import end_with_us\n"
        "server = subprocess.Popen(['sleep', '60']); end_with_us(server.pid); print(server.pid, flush=True)\n"
        "time.sleep(60)"
    )
    starter = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert starter.stdout
    pid = int(starter.stdout.readline())
    time.sleep(0.2)
    assert psutil.pid_exists(pid)
    starter.kill()
    starter.wait()
    _, alive = psutil.wait_procs([psutil.Process(pid)] if psutil.pid_exists(pid) else [], timeout=10)
    assert not [p for p in alive if p.status() != psutil.STATUS_ZOMBIE]


def test_databases_that_are_called_alike_have_schedules_of_their_own(tmp_path: Path) -> None:
    """On one server the second would else take the place of the first, without a word."""
    names = [
        name_of(Schedule("0 6 * * *", "UTC", (), "corpus", str(tmp_path / folder / "a b.duckdb"), "report"))
        for folder in ("one", "two", "two")
    ]
    assert names[0] != names[1] == names[2] and names[0].startswith("a_b-")


@pytest.mark.parametrize("url", [NOWHERE, "nonsense"])
def test_a_configured_server_that_does_not_answer_is_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence that names it, rather than a schedule that never fires."""
    monkeypatch.setattr(server, "configured_api", lambda: url)
    with pytest.raises(ServerStartError, match=f"no Prefect server answers at {url}"), server_for_schedules(4200):
        pass
