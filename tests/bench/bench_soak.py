"""A soak: runs without news in a loop on one database, with memory and file sizes at start and end.

`python -m tests.bench.bench_soak --rounds 500`; every round is a process of its own, as cron or a schedule starts it.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SAMPLE = Path(__file__).parents[2] / "corpus" / "sample"
_EVERY = 50


def main() -> None:
    """Prepare, run, and print a line for the first, the last and every fiftieth round."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=500)
    parser.add_argument("--folder", type=Path, help="Where to work; a new folder where left out.")
    given = parser.parse_args()
    folder = given.folder or Path(tempfile.mkdtemp(prefix="soak-"))
    corpus, database = folder / "corpus", folder / "v.duckdb"
    verifier("corpus", "add", SAMPLE / "documents.jsonl", "--corpus", corpus)
    run = ("run", SAMPLE / "articles", "--corpus", corpus, "--db", database, "--report", folder / "report")
    verifier(*run)
    print(f"{'round':>6} {'seconds':>8} {'peak MB':>8} {'file':>10} {'copy':>10} {'memory':>10} {'folder':>12}")
    for number in range(1, given.rounds + 1):
        start = time.perf_counter()
        peak_mb = verifier(*run)
        took = time.perf_counter() - start
        if number in (1, given.rounds) or number % _EVERY == 0:
            print(f"{number:>6} {took:>8.2f} {peak_mb:>8.0f} {sizes(folder)}", flush=True)


def verifier(*arguments: object) -> float:
    """One command, whose output is shown if it fails; the most memory that it took, in MB."""
    command = [sys.executable, "-m", "flows.cli", *map(str, arguments)]
    with tempfile.TemporaryFile("w+") as told:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=told)
        _, code, used = os.wait4(process.pid, 0)
        if code:
            told.seek(0)
            sys.exit(f"{' '.join(command)} ended with {os.waitstatus_to_exitcode(code)}: {told.read()}")
    return used.ru_maxrss / 1024


def sizes(folder: Path) -> str:
    """Bytes of the database, its copy, its memory, and of all in the folder."""
    names = ("v.duckdb", "v.snapshot.duckdb", "v.duckdb.memory")
    files = [(folder / name).stat().st_size for name in names]
    everything = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return " ".join(f"{n:>10}" for n in files) + f" {everything:>12}"


if __name__ == "__main__":
    main()
