"""kill -9 at random moments of a writing run: `python -m tests.bench.bench_kills --kills 200`.

A process saves batch after batch into one database, and publishes after each, as a run does; it prints what is stored.
It is killed, and a reader looks: the copy opens at once, and so does the database; all that was printed is there, no
row stands twice, none stands alone. Then the next process goes on in the same file.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import duckdb

from tests.verifier.factories import make_run
from verifier.store import Store, open_published, publish, snapshot_path

WRITER = Path(__file__).parents[1] / "writer.py"
# A kill comes after none to three batches that were told, and up to this later: on a machine as busy as it may be. The
# first batch is the one that mends what the kill before left.
MOST_BATCHES, LONGEST_S = 3, 0.3
N_CLAIMS = 5  # with one passage each, in a batch
WHOLE = """
    SELECT c.article_id, count(DISTINCT v.claim_id), count(DISTINCT q.claim_id)
    FROM claims AS c LEFT JOIN verdicts AS v USING (claim_id) LEFT JOIN rationales AS q USING (run_id, claim_id)
    GROUP BY ALL"""


def written_until_killed(database: Path, n_batches: int, after_s: float) -> set[str]:
    """The ids of the articles that the process said were stored before it was killed."""
    command = [sys.executable, str(WRITER), str(database), "batches", str(N_CLAIMS)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    assert process.stdout is not None
    assert process.stderr.readline() == "writing\n"
    told = "".join(process.stdout.readline() for _ in range(n_batches))
    time.sleep(after_s)
    assert process.poll() is None, process.stderr.read()
    process.kill()
    told += process.communicate()[0]
    return {line.strip() for line in told.splitlines(keepends=True) if line.endswith("\n")}  # else it was not told


def read_copy(database: Path) -> set[str]:
    """The articles in the copy as the kill left it, opened by another tool, with their verdicts whole.

    :raises AssertionError: an article has another number of verdicts or quotes.
    """
    with duckdb.connect(str(snapshot_path(database)), read_only=True) as copy:
        return whole_articles(copy.execute(WHOLE).fetchall())


def whole_articles(rows: list[tuple[object, ...]]) -> set[str]:
    """:raises AssertionError: an article has another number of verdicts or quotes."""
    for article, *counts in rows:
        assert counts == [N_CLAIMS, N_CLAIMS], f"half of {article} is stored: {counts} verdicts and quotes"
    return {str(article) for article, *_ in rows}


def main() -> None:
    """Kill, look, go on."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=6)
    asked = parser.parse_args()
    moments = random.Random(asked.seed)
    told: set[str] = set()
    left = Counter[str]()
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "verdicts.duckdb"
        with Store.open(database) as store:
            store.begin_run(make_run())
        publish(database)
        for n in range(asked.kills):
            told |= written_until_killed(database, moments.randint(0, MOST_BATCHES), moments.uniform(0, LONGEST_S))
            left["with a log"] += database.with_name(f"{database.name}.wal").exists()
            left["within a checkpoint"] += database.with_name(f"{database.name}.checkpoint").exists()
            read_copy(database)
            store, as_of = open_published(database)
            with store:
                found = whole_articles(store.query(WHOLE).rows)
                assert as_of is None and not store.faults(), store.faults()
            assert told <= found, f"kill {n + 1}: {len(told - found)} batches that were acknowledged are lost"
            if (n + 1) % 20 == 0:
                print(f"{n + 1} kills: {len(found)} batches, {len(told)} acknowledged", flush=True)
    how = ", ".join(f"{count} {what}" for what, count in left.items())
    print(
        f"{asked.kills} kills ({how}): nothing acknowledged lost, nothing twice, nothing half; the copy always opened"
    )


if __name__ == "__main__":
    main()
