"""Changed values that end as SUPPORTED, true claims that are vetoed, and the comparer's time a claim.

`python -m pytest tests/bench/bench_compare.py -s`
"""

from __future__ import annotations

import random
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from tests.quality.swaps import swapped, true_pairs
from tests.quality.test_swapped_values import believed, passed_by_comparer, supported
from verifier.compare import compare
from verifier.pipeline import claim_from_text, hits_of_texts, load_judge
from verifier.settings import Settings

DATA = Path(__file__).parents[3] / "shared" / "data"
N_PAIRS, SEED, N_PASSAGES = 1_000, 1, 10

pytestmark = [
    pytest.mark.bench,
    pytest.mark.shared_data,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(not DATA.exists(), reason="the public data sets are not beside the project (../shared/data)"),
]


@pytest.mark.parametrize("chain", ["comparer alone", "shipped chain"])
def test_swapped_values_and_their_price(chain: str) -> None:
    """Prints how many of 1,000 changed claims are SUPPORTED, by kind, and how many true ones are not."""
    judge = None if chain == "comparer alone" else load_judge(Settings())
    pairs = true_pairs(DATA)
    swaps = swapped(pairs, N_PAIRS, random.Random(SEED))
    true = random.Random(SEED + 100).sample(pairs, N_PAIRS)
    wrong = passed_by_comparer(swaps) if judge is None else supported(judge, swaps)
    n_right = len(passed_by_comparer(true) if judge is None else supported(judge, true))
    n_wrong = Counter(s.kind for s in wrong)
    kinds = {kind: f"{n_wrong[kind]}/{n}" for kind, n in Counter(s.kind for s in swaps).items()}
    print(f"\n{chain}: {len(wrong)} of {len(swaps)} changed claims SUPPORTED; {kinds}")
    print(f"{chain}: {N_PAIRS - n_right} of {N_PAIRS} true claims not SUPPORTED")


def test_time_of_one_claim_with_ten_passages() -> None:
    """Prints milliseconds of CPU time; asserts only that it is no order of magnitude off."""
    rows = random.Random(SEED).sample(true_pairs(DATA), 1_100)
    hits = [replace(hits_of_texts([r.evidence])[0], rank=1) for r in rows[:1_000]]
    claims = [claim_from_text(r.claim) for r in rows[1_000:]]
    evidence = [believed(c, hits[i * N_PASSAGES : (i + 1) * N_PASSAGES]) for i, c in enumerate(claims)]
    started = time.process_time()
    for claim, judged in zip(claims, evidence, strict=True):
        for item in judged:
            compare(claim, item)
    took_ms = (time.process_time() - started) / len(claims) * 1e3
    print(f"\n{took_ms:.1f} ms a claim with {N_PASSAGES} passages")
    assert took_ms < 50
