"""The whole job with the network cut: any attempt to reach another machine fails the test."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

GUARD = """
import socket, sys
_real = socket.socket.connect
def _local(address):
    return not isinstance(address, tuple) or address[0] in ("127.0.0.1", "::1", "localhost")
def _note(what):
    with open({log!r}, "a") as log:
        log.write(repr(what) + "\\n")
    raise OSError("the network is cut")
def _connect(self, address):
    return _real(self, address) if _local(address) else _note(address)
_lookup = socket.getaddrinfo
def _getaddrinfo(host, *rest, **options):
    known = host in (None, "127.0.0.1", "::1", "localhost", "0.0.0.0", socket.gethostname())
    return _lookup(host, *rest, **options) if known else _note(host)
socket.socket.connect = _connect
socket.socket.connect_ex = _connect
socket.getaddrinfo = _getaddrinfo
"""


@pytest.mark.models
def test_build_and_run_reach_no_other_machine(corpus: Path, article: Path, tmp_path: Path) -> None:
    """`corpus add` and `run` work with sockets blocked, in every process they start, and print no noise."""
    attempts = tmp_path / "attempts.log"
    guard = tmp_path / "guard"
    guard.mkdir()
    (guard / "sitecustomize.py").write_text(GUARD.format(log=str(attempts)))
    environment = os.environ | {"PYTHONPATH": str(guard), "PREFECT_HOME": str(tmp_path / "prefect")}
    environment.pop("PREFECT_API_URL", None)
    command = [sys.executable, "-m", "flows.cli"]
    options = ["--db", str(tmp_path / "v.duckdb"), "--report", str(tmp_path / "report"), "--json"]
    for arguments in (
        ["corpus", "add", str(article), "--corpus", str(tmp_path / "index")],
        ["run", str(article), "--corpus", str(corpus), *options],
    ):
        done = subprocess.run(
            command + arguments,
            env=environment,
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            timeout=240,
        )
        assert done.returncode == 0, done.stderr
        assert "rror" not in done.stderr, done.stderr
    assert not attempts.exists(), attempts.read_text()
