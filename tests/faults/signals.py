"""Ctrl-C and SIGTERM at random moments, and two schedulers of one database."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import time
from functools import partial

from tests.faults.bench import Bench, NotSurvivedError, Result, wait_for
from tests.faults.kills import Report

CODES = {signal.SIGINT: 130, signal.SIGTERM: 143}


def stops(bench: Bench, n: int, report: Report, seed: int = 8) -> Result:
    """The command ends with its code, or was done before; given again it gives the rows of an undisturbed run."""
    moments = random.Random(seed)
    trials = [partial(_stopped, bench, number, moments.uniform(0, bench.took_s)) for _ in range(n) for number in CODES]
    return bench.many("Ctrl-C or SIGTERM at a random moment", trials, report)


def _stopped(bench: Bench, number: signal.Signals, seconds: float) -> None:
    trial = bench.trial()
    process = bench.start(trial)
    bench.wait_begun(trial)
    time.sleep(seconds)
    if process.is_alive() and process.pid:
        os.kill(process.pid, number)
    if bench.ended(trial, process, 0, CODES[number]):
        bench.not_green(trial)
        bench.finish(trial)
    bench.same_rows(trial)


def two_schedulers(bench: Bench, n: int, report: Report) -> Result:
    """The second is refused in one sentence, with exit code 2; the first goes on. The real command."""
    return bench.many("two schedulers of one database", [partial(_two, bench)], report)


def _two(bench: Bench) -> None:
    trial = bench.trial()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    command = [sys.executable, "-m", "flows.cli", "schedule", "--cron", "0 6 1 1 *", *trial.sources]
    command += ["--db", str(trial.database), "--report", str(trial.report), "--port", port]
    given = os.environ | {"PREFECT_HOME": str(bench.folder / "prefect")}
    with (trial.folder / "stderr").open("w") as log:
        first = subprocess.Popen(command, stdout=log, stderr=log, env=given)
    try:
        wait_for(trial.database.with_name("v.duckdb.schedule").exists, "the first scheduler did not begin")
        second = subprocess.run(command, capture_output=True, text=True, env=given, timeout=60, check=False)
        if second.returncode != 2 or "already" not in second.stderr or "Traceback" in second.stderr:
            raise NotSurvivedError(f"the second ended with {second.returncode}: {second.stderr[-300:]}")
        if first.poll() is not None:
            raise NotSurvivedError(f"the first ended with {first.returncode}: {trial.stderr[-300:]}")
    finally:
        first.terminate()
        first.wait(60)
    if "Traceback" in trial.stderr:
        raise NotSurvivedError(trial.stderr[-300:])
