"""A process that writes into a database as a run does: `writer.py DATABASE batches|hold`.

With `batches` it saves and publishes until it is killed, and prints each article's id once it is stored. With `hold`
it has the database open for writing until a line comes.
"""

from __future__ import annotations

import sys
import uuid
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.verifier.factories import make_article, make_claim, make_evidence, make_run, make_verdict
from verifier.store import Publisher, Store
from verifier.types import Label, Stance

PATIENCE_S = 60.0  # turns are taken, but on a machine that is busy otherwise they may be long


def save(database: Path) -> str:
    """One article with a claim that is refuted."""
    article = make_article(f"Dam {uuid.uuid4()} holds 3 million litres.")
    claim = make_claim(article)
    with Store.open(database, wait_s=PATIENCE_S) as store:
        store.begin_run(make_run())
        verdict = make_verdict(claim, Label.REFUTED, [make_evidence(claim, Stance.REFUTES)])
        store.save("run-1", [article], [claim], [verdict])
    return article.id


def main() -> None:
    """Write as told."""
    database, mode = Path(sys.argv[1]), sys.argv[2]
    if mode == "hold":
        with Store.open(database):
            print("holding", flush=True)
            sys.stdin.readline()
        return
    publisher = Publisher(database)
    while True:
        print(save(database), flush=True)
        publisher.after_batch()


if __name__ == "__main__":
    main()
