"""How fast articles are read: `pytest tests/bench/bench_claims.py -s`."""

import resource
import statistics
import time
from dataclasses import replace
from pathlib import Path

import pytest

from verifier.claims import shipped_extractor
from verifier.pipeline import read_articles

pytestmark = [pytest.mark.bench, pytest.mark.models]
FIXTURES = Path(__file__).parents[1] / "verifier" / "claims" / "fixtures"
N_ROUNDS = 5


def test_a_thousand_sentences() -> None:
    """Ten articles of ten kinds, read until 1,000 sentences are done; the median of five rounds."""
    articles, _ = read_articles([FIXTURES])
    extractor = shipped_extractor()
    extractor.extract(articles[0])  # loads the models
    seconds, n_sentences, n_claims = [], 0, 0
    for _ in range(N_ROUNDS):
        started, n_sentences, n_claims = time.perf_counter(), 0, 0
        while n_sentences < 1_000:
            for number, article in enumerate(articles):
                claims = extractor.extract(replace(article, id=f"{number}"))
                n_sentences += len({(claim.start, claim.end) for claim in claims})
                n_claims += len(claims)
        seconds.append(1_000 * (time.perf_counter() - started) / n_sentences)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"\n1,000 sentences: {statistics.median(seconds):.1f} s (median of {N_ROUNDS}, {min(seconds):.1f} to"
        f" {max(seconds):.1f}), {n_claims / n_sentences:.2f} rows a sentence, peak {peak_mb:.0f} MB"
    )
