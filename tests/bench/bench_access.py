"""What readers cost a run, and whether they are always answered.

`python -m tests.bench.bench_access`: `verifier run` by itself and beside four readers, in turn. A reader asks one of
the named questions of the database, waits `--pause` seconds, and asks the next, as `verifier ask` would.
"""

from __future__ import annotations

import argparse
import os
import select
import statistics
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import cycle
from pathlib import Path

from tests.bench.commands import command
from tests.bench.setting import Setting, Sizes, articles_file, wikipedia_corpus
from verifier.store import MissingDatabaseError, StoreError, open_published
from verifier.store.questions import prepared

N_READERS = 4
ASKED = ("flipped", "single-origin", "conflicts", "speakers", "not-checked", "last-run")


def main() -> None:
    """Print the seconds of each round, the ratio of the medians, and what the readers met."""
    told = _arguments()
    if told.reader:
        _read(told.reader, told.pause)
    else:
        _measure(told)


def _measure(told: argparse.Namespace) -> None:
    setting = Setting(replace(Sizes(), claims=told.claims), told.out)
    alone, beside, outcomes = list[float](), list[float](), Counter[str]()
    for round_ in range(told.rounds + 1):  # the first warms up
        a = _run(setting, _folder(setting, "alone"))
        shared = _folder(setting, "shared")
        with _readers(shared / "verdicts.duckdb", told.pause, outcomes):
            b = _run(setting, shared)
        print(f"round {round_}: alone {a:.1f} s, beside {N_READERS} readers {b:.1f} s")
        if round_:
            alone.append(a)
            beside.append(b)
    print(f"median of ratios: {statistics.median(b / a for a, b in zip(alone, beside, strict=True)):.3f}")
    print(", ".join(f"{kind}: {n}" for kind, n in sorted(outcomes.items())))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--claims", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--pause", type=float, default=1.0)
    parser.add_argument("--out", type=Path, default=Path(os.environ.get("BENCH_OUT", "build/bench")))
    parser.add_argument("--reader", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def _folder(setting: Setting, name: str) -> Path:
    path = setting.scratch(name)
    path.mkdir()
    return path


def _run(setting: Setting, folder: Path) -> float:
    corpus = wikipedia_corpus(setting, setting.sizes.corpora[0])
    given = ("run", articles_file(setting), "--corpus", corpus, "--db", folder / "verdicts.duckdb")
    return command(setting, [*map(str, given), "--report", str(folder / "report")]).wall_s


@contextmanager
def _readers(database: Path, pause_s: float, outcomes: Counter[str]) -> Iterator[None]:
    call = [sys.executable, "-m", "tests.bench.bench_access", "--reader", str(database), "--pause", str(pause_s)]
    readers = [
        subprocess.Popen(call, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(N_READERS)
    ]
    try:
        yield
    finally:
        for reader in readers:
            out, _ = reader.communicate("enough\n")
            outcomes.update(line for line in out.splitlines() if line)


def _read(database: Path, pause_s: float) -> None:
    """Ask until a line comes; tell of each time what came of it."""
    for question in cycle(ASKED):
        print(_asked(database, question), flush=True)
        if select.select([sys.stdin], [], [], pause_s)[0]:
            return


def _asked(database: Path, question: str) -> str:
    try:
        store, _ = open_published(database)
        with store:
            store.query(*prepared(question, {}))
    except MissingDatabaseError:
        return "not begun yet"
    except StoreError as error:
        return f"FAILED {type(error).__name__}: {error}"
    return "answered"


if __name__ == "__main__":
    main()
