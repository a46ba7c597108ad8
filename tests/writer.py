"""A process that writes into a database as a run does: `writer.py DATABASE batches|hold [CLAIMS]`.

With `batches` it saves articles of as many claims (1), publishes until it is killed, and prints each article's id once
it is stored; on standard error it says when it begins. With `hold` it has the database open for writing until a line
comes.
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


def save(database: Path, n_claims: int) -> str:
    """One article with claims that are all refuted."""
    sentences = [f"Dam {uuid.uuid4()} holds 3 million litres." for _ in range(n_claims)]
    article = make_article(" ".join(sentences))
    claims = [make_claim(article, sentence) for sentence in sentences]
    with Store.open(database, wait_s=PATIENCE_S) as store:
        store.begin_run(make_run())
        verdicts = [make_verdict(c, Label.REFUTED, [make_evidence(c, Stance.REFUTES)]) for c in claims]
        store.save("run-1", [article], claims, verdicts)
    return article.id


def main() -> None:
    """Write as told."""
    database, mode = Path(sys.argv[1]), sys.argv[2]
    if mode == "hold":
        with Store.open(database):
            print("holding", flush=True)
            sys.stdin.readline()
        return
    n_claims = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    publisher = Publisher(database)
    print("writing", file=sys.stderr, flush=True)
    while True:
        print(save(database, n_claims), flush=True)
        publisher.after_batch()


if __name__ == "__main__":
    main()
