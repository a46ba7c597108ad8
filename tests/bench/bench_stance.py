"""Pairs of about 64 tokens a second through the shipped stance model, and through the whole decision.

`python -m pytest tests/bench/bench_stance.py -s`
"""

from __future__ import annotations

import statistics
import time
from pathlib import Path

import pytest

from verifier.inference import SHIPPED_MODELS
from verifier.pipeline import claim_from_text, hits_of_texts, load_judge
from verifier.settings import Settings
from verifier.stance import load_pair_scorer

DATA = Path(__file__).parents[3] / "shared" / "data"
N_PAIRS, N_RUNS, TOKENS = 300, 5, range(58, 71)

pytestmark = [
    pytest.mark.bench,
    pytest.mark.shared_data,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not DATA.exists(), reason="the public data sets are not beside the project (../shared/data)"),
]


def pairs_of_64_tokens() -> list[tuple[str, str]]:
    """Held-out VitaminC pairs of 58 to 70 tokens."""
    from tokenizers import Tokenizer

    from verifier.training.data import stance_dev_sets

    tokenizer = Tokenizer.from_file(str(SHIPPED_MODELS / "stance" / "tokenizer.json"))
    tokenizer.no_padding()
    pairs = [(p.evidence, p.claim) for p in stance_dev_sets(DATA)["vitaminc-held-out"]]
    lengths = [len(e.ids) for e in tokenizer.encode_batch(pairs)]
    return [pair for pair, n in zip(pairs, lengths, strict=True) if n in TOKENS][:N_PAIRS]


def test_pairs_a_second() -> None:
    """Prints medians of five interleaved runs, models loaded."""
    scorer, judge, pairs = load_pair_scorer(), load_judge(Settings()), pairs_of_64_tokens()
    questions = [(claim_from_text(claim), hits_of_texts([evidence])) for evidence, claim in pairs]
    speeds: dict[str, list[float]] = {"stance model": [], "whole decision": []}
    scorer.probabilities(pairs[:10])
    for _ in range(N_RUNS):
        started = time.perf_counter()
        scorer.probabilities(pairs)
        between = time.perf_counter()
        for claim, hits in questions:
            judge.judge_given(claim, hits)
        speeds["stance model"].append(len(pairs) / (between - started))
        speeds["whole decision"].append(len(pairs) / (time.perf_counter() - between))
    for name, runs in speeds.items():
        spread = f"{min(runs):.0f} to {max(runs):.0f}"
        print(f"\n{name}: {statistics.median(runs):.0f} pairs of 64 tokens a second ({spread}, {len(pairs)} pairs)")
