"""`python -m tests.faults [--quick] [--minutes N]`: try every fault and print what became of the runs."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.faults import disk, feeds, kills, real, signals
from tests.faults.bench import Bench, Result

FAMILIES = (  # what matters most comes first, should the time not do for all
    (kills.at_every_step, 99),
    (kills.at_random, 100),
    (real.lost_server, 2),
    (real.damaged, 2),
    (signals.two_schedulers, 1),
    (signals.stops, 6),
    (disk.read_only, 2),
    (disk.full_disk, 6),
    (disk.limited_files, 6),
    (disk.clock_set_back, 6),
    (feeds.feeds, 99),  # each is a test of `make test` too
)
QUICK = 3


def main() -> int:
    """:return: 1 where a fault was not survived, or a row lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"at most {QUICK} trials of a fault")
    parser.add_argument("--only", help="families whose names hold this word, as lost_server")
    parser.add_argument("--minutes", type=float, default=9.0, help="no trial is begun later (9)")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), time.monotonic() + asked.minutes * 60)
        print(f"{'fault':<50} {'tried':>6} {'survived':>9} {'lost rows':>10}", flush=True)
        wanted = [(f, n) for f, n in FAMILIES if not asked.only or asked.only in f.__name__]
        results = [family(bench, min(n, QUICK) if asked.quick else n, show) for family, n in wanted]
    for note in (note for result in results for note in result.notes):
        print(note)
    return int(any(r.n_survived < r.n_tried or r.n_lost for r in results))


def show(result: Result) -> None:
    """A line of the table."""
    left = f"   {result.n_left_out} left out: no time" if result.n_left_out else ""
    print(f"{result.fault:<50} {result.n_tried:>6} {result.n_survived:>9} {result.n_lost:>10}{left}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
