"""How fast documents are split into passages: `pytest tests/bench/bench_documents.py -s`."""

import statistics
import time
from datetime import UTC, datetime

import pytest

from corpus.documents import make_document, split_passages

N_ROUNDS = 5


@pytest.mark.bench
def test_splitting() -> None:
    """Five megabytes of plain text; the median of five rounds."""
    text = (
        "The council of St. Ives met on Monday, Mr. Hall said. It voted 4.5 to 3 on the plan! Was it legal?\n\n"
        * 50_000
    )
    document = make_document("a.txt", "", text, None, None, None, datetime(2024, 5, 1, tzinfo=UTC))
    seconds = []
    for _ in range(N_ROUNDS):
        started = time.perf_counter()
        split_passages(document)
        seconds.append(time.perf_counter() - started)
    print(f"\n{len(text) / 1e6 / statistics.median(seconds):.1f} MB of text a second")
