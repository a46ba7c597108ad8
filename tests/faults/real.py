"""The real command with its models and Prefect's server: the server is killed, the index cut short, a model gone."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import psutil

from tests.faults.bench import Bench, NotSurvivedError, Result, Rows, compare, is_red, rows_of, wait_for
from tests.faults.child import Trial
from tests.faults.kills import Report

MODEL = Path(__file__).parents[2] / "verifier" / "models" / "stance"
COMMAND = [sys.executable, "-m", "flows.cli"]
BATCH_ARTICLES = 2
LONGEST_S = 120.0


def lost_server(bench: Bench, n: int, report: Report, seed: int = 8) -> Result:
    """Prefect's server is killed after a random batch: the run ends well, with the rows of an undisturbed one."""
    _prepare(bench)
    after, expected = random.Random(seed), rows_of(_undisturbed(bench))
    trials = [partial(_server_killed, bench, expected, after.randint(1, 2)) for _ in range(n)]
    return bench.many("kill -9 of Prefect's server in mid-run", trials, report)


def _server_killed(bench: Bench, expected: Rows, n_batches: int) -> None:
    trial = bench.trial()
    process = _start(bench, trial)
    wait_for(lambda: _n_saved(trial) >= n_batches or process.poll() is not None, "nothing was saved", LONGEST_S)
    servers = [p for p in psutil.Process(process.pid).children(recursive=True) if "uvicorn" in p.cmdline()]
    if not servers:
        raise NotSurvivedError(f"there is no server to kill: {trial.stderr[-300:]}")
    for server in servers:
        server.kill()
    _ended(trial, process, 0)
    compare(expected, rows_of(trial.database))


def _n_saved(trial: Trial) -> int:
    lines = [line for line in trial.stderr.splitlines() if line.startswith("{") and line.endswith("}")]
    return sum(json.loads(line).get("stage") == "save" for line in lines)


def _prepare(bench: Bench) -> None:
    """Once: the articles as a corpus, a model of its own to harm, and a run of all that nobody touched."""
    if _undisturbed(bench).exists():
        return
    command = [*COMMAND, "corpus", "add", bench.articles, "--corpus", bench.folder / "corpus"]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    shutil.copytree(MODEL, bench.folder / "stance")
    folder = _undisturbed(bench).parent
    (folder / "report").mkdir(parents=True)
    trial = Trial(folder, (str(bench.articles),), _undisturbed(bench))
    _ended(trial, _start(bench, trial), 0)


def _undisturbed(bench: Bench) -> Path:
    return bench.folder / "undisturbed" / "v.duckdb"


def damaged(bench: Bench, n: int, report: Report) -> Result:
    """Exit code 2, one sentence, a red page, and the older verdicts are there; mended, the run goes on."""
    _prepare(bench)
    trials = [partial(_damaged, bench, harm) for harm in (_cut_index, _lose_model)[:n]]
    return bench.many("an index cut short, a model file gone", trials, report, at_once=1)


def _damaged(bench: Bench, harm: Callable[[Path], Path]) -> None:
    trial = bench.trial()
    shutil.copyfile(_undisturbed(bench), trial.database)
    (bench.articles / "new.txt").write_text("Dam 9-9 holds 18 million litres.", encoding="utf-8")
    whole = harm(bench.folder)
    try:
        _ended(trial, _start(bench, trial), 2)
    finally:
        whole.rename(whole.with_suffix(""))
    said = [line for line in trial.stderr.splitlines() if line and not line.startswith("{")]
    page = (trial.report / "index.html").read_text(encoding="utf-8")
    if len(said) != 1 or not is_red(page):
        raise NotSurvivedError(f"{harm.__name__}: the page is {'red' if is_red(page) else 'green'}, it said {said}")
    compare(rows_of(_undisturbed(bench)), rows_of(trial.database))
    _ended(trial, _start(bench, trial), 0)
    (bench.articles / "new.txt").unlink()


def _cut_index(folder: Path) -> Path:
    return _put_aside(max((folder / "corpus").rglob("*.faiss"), key=lambda path: path.stat().st_size), keep=0.5)


def _lose_model(folder: Path) -> Path:
    return _put_aside(folder / "stance" / "model.onnx", keep=0)


def _put_aside(file: Path, keep: float) -> Path:
    """Rename it, and leave so much of it in its place."""
    whole = file.rename(file.with_name(f"{file.name}.whole"))
    if keep:
        file.write_bytes(whole.read_bytes()[: int(keep * whole.stat().st_size)])
    return whole


def _ended(trial: Trial, process: subprocess.Popen[bytes], expected: int) -> None:
    try:
        code = process.wait(LONGEST_S)
    except subprocess.TimeoutExpired as error:
        process.kill()
        raise NotSurvivedError(f"hung for {LONGEST_S:g} s") from error
    if code != expected or "Traceback" in trial.stderr:
        raise NotSurvivedError(f"exit code {code}, expected {expected}: {trial.stderr[-600:]}")


def _start(bench: Bench, trial: Trial) -> subprocess.Popen[bytes]:
    """With a Prefect database of its own, for two servers at once would wait for each other."""
    home, made = trial.folder / "prefect", _undisturbed(bench).parent / "prefect"
    if made.exists() and not home.exists():
        shutil.copytree(made, home)
    given = os.environ | {
        "PREFECT_HOME": str(home),
        "VERIFIER_STANCE__MODEL": str(bench.folder / "stance"),
        "VERIFIER_BATCH_ARTICLES": str(BATCH_ARTICLES),
    }
    given.pop("PREFECT_API_URL", None)
    command = [*COMMAND, "run", *trial.sources, "--corpus", str(bench.folder / "corpus"), "--log-json"]
    command += ["--db", str(trial.database), "--report", str(trial.report)]
    with (trial.folder / "stderr").open("w") as log:
        return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=log, env=given)
