"""A changed number or date is not supported: swapped values on public pairs, with the shipped chain.

`python -m pytest tests/bench/bench_compare.py -s` has the figures over 1,000 pairs.
"""

import random
from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TypeVar

import pytest

from tests.quality.swaps import Pair, Swap, swapped, true_pairs
from verifier.compare import compare
from verifier.pipeline import Judge, claim_from_text, hits_of_texts, load_judge
from verifier.settings import Settings
from verifier.types import Claim, Evidence, Hit, Label, Span, Stance

DATA = Path(__file__).parents[3] / "shared" / "data"
N_PAIRS, SEED = 400, 11
Row = TypeVar("Row", Pair, Swap)
MAX_SUPPORTED, MAX_VETOED = 0.02, 0.08  # shares of the changed claims, and of the true ones

pytestmark = [
    pytest.mark.shared_data,
    pytest.mark.skipif(not DATA.exists(), reason="the public data sets are not beside the project (../shared/data)"),
]


def believed(claim: Claim, hits: Sequence[Hit]) -> list[Evidence]:
    """What a stance model makes of passages that believes everything."""
    return [
        Evidence(
            claim.id, h.passage, h.document, h.score, Stance.SUPPORTS, 0.98, 0.01, 0.01, (Span(0, len(h.passage.text)),)
        )
        for h in hits
    ]


@cache
def pairs() -> list[Pair]:
    return true_pairs(DATA)


def passed_by_comparer(rows: Sequence[Row]) -> list[Row]:
    """The rows whose claim keeps some support after the comparison alone."""
    return [row for row in rows if any(e.stance is Stance.SUPPORTS for e in _compared(row))]


def _compared(row: Pair | Swap) -> list[Evidence]:
    claim = claim_from_text(row.claim)
    return [compare(claim, e) for e in believed(claim, hits_of_texts([row.evidence]))]


def supported(judge: Judge, rows: Sequence[Row]) -> list[Row]:
    """The rows whose claim ends as SUPPORTED by its evidence."""
    labels = [judge.judge_given(claim_from_text(r.claim), hits_of_texts([r.evidence])).label for r in rows]
    return [r for r, label in zip(rows, labels, strict=True) if label is Label.SUPPORTED]


def test_the_comparer_alone_lets_hardly_a_changed_value_through() -> None:
    """Even where the stance model believes everything."""
    swaps = swapped(pairs(), N_PAIRS, random.Random(SEED))
    assert len(swaps) == N_PAIRS
    assert len(Counter(s.kind for s in swaps)) >= 7
    wrong = passed_by_comparer(swaps)
    assert len(wrong) <= MAX_SUPPORTED * N_PAIRS, [(r.claim, r.evidence) for r in wrong]


def test_few_true_claims_are_vetoed() -> None:
    """The price: true claims whose values the evidence does not state in words that can be matched."""
    true = random.Random(SEED).sample(pairs(), N_PAIRS)
    assert len(passed_by_comparer(true)) >= (1 - MAX_VETOED) * N_PAIRS


@pytest.mark.models
def test_a_changed_value_is_not_supported_by_the_shipped_chain() -> None:
    """Stance, comparer and decision together."""
    swaps = swapped(pairs(), N_PAIRS, random.Random(SEED))
    wrong = supported(load_judge(Settings()), swaps)
    assert len(wrong) <= MAX_SUPPORTED * N_PAIRS, [(r.claim, r.evidence) for r in wrong]
