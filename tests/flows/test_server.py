"""Prefect's server: one that does not answer, or goes away while a schedule is kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from httpx import ConnectError

from flows import schedule as keeping
from flows import server
from flows.schedule import Schedule, keep
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


@pytest.mark.parametrize("url", [NOWHERE, "nonsense"])
def test_a_configured_server_that_does_not_answer_is_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence that names it, rather than a schedule that never fires."""
    monkeypatch.setattr(server, "configured_api", lambda: url)
    with pytest.raises(ServerStartError, match=f"no Prefect server answers at {url}"), server_for_schedules(4200):
        pass
