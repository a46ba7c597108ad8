"""Floors under claim matching: a wrong match would show a reader the verdict of another claim.

Pairs by hand in own words (`claim_pairs_by_hand.tsv`), and true claims of public sets with one value changed. The
figures are in docs/memory.md.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from tests.quality.swaps import swapped, true_pairs
from verifier.encode import load_encoder
from verifier.matching import Matcher
from verifier.pipeline import claim_from_text
from verifier.stance import load_pair_scorer
from verifier.types import ClaimKind, Wording

PAIRS = Path(__file__).parent / "claim_pairs_by_hand.tsv"
DATA = Path(__file__).parents[3] / "shared" / "data"
HALVES = ("tune", "held out", "fresh")
MIN_PRECISION = 0.95
MIN_RECALL = {"tune": 0.75, "held out": 0.70, "fresh": 0.55}  # one or two pairs under what is reached
N_SWAPS, SEED = 300, 7

pytestmark = pytest.mark.models


@dataclass(frozen=True, slots=True)
class Judged:
    """A pair with what people and the matcher say of it."""

    half: str
    claim: str
    other: str
    is_same: bool
    is_matched: bool


def matched(pairs: list[tuple[str, str]]) -> list[bool]:
    """Whether the second of each pair joins the first, with the shipped models."""
    encoder, matcher = load_encoder(), Matcher(load_pair_scorer())
    found = []
    for first, second in pairs:
        vectors = encoder.encode([first, second])
        known = Wording("first", "first", first, ClaimKind.CONTENT)
        [wording] = matcher.match([claim_from_text(second)], vectors[1:], [known], vectors[:1])
        found.append(wording.statement_id == "first")
    return found


@cache
def judged() -> list[Judged]:
    rows = [line.split("\t") for line in PAIRS.read_text(encoding="utf-8").splitlines()[2:]]
    answers = matched([(row[3], row[4]) for row in rows])
    return [
        Judged(half, claim, other, same == "yes", answer)
        for (same, half, _, claim, other), answer in zip(rows, answers, strict=True)
    ]


def test_the_pairs_are_many_and_of_both_sorts() -> None:
    """A figure over few pairs would say little."""
    sizes = {
        half: [sum(j.half == half and j.is_same is same for j in judged()) for same in (True, False)] for half in HALVES
    }
    assert all(min(both) >= 20 for both in sizes.values()), sizes
    assert sum(map(sum, sizes.values())) == len(judged())


@pytest.mark.parametrize("half", HALVES)
def test_what_is_matched_says_the_same(half: str) -> None:
    """Hard negatives among them: other numbers, dates, names, roles, tenses, parts, and stronger claims."""
    found = [j for j in judged() if j.half == half and j.is_matched]
    wrong = [(j.claim, j.other) for j in found if not j.is_same]
    assert len(wrong) <= (1 - MIN_PRECISION) * len(found), wrong


@pytest.mark.parametrize("half", HALVES)
def test_most_of_what_says_the_same_is_matched(half: str) -> None:
    """Else the memory would remember little."""
    same = [j for j in judged() if j.half == half and j.is_same]
    missed = [(j.claim, j.other) for j in same if not j.is_matched]
    assert len(missed) <= (1 - MIN_RECALL[half]) * len(same), missed


@pytest.mark.shared_data
@pytest.mark.skipif(not DATA.exists(), reason="the public data sets are not beside the project (../shared/data)")
def test_a_claim_with_one_value_changed_is_never_matched() -> None:
    """Numbers, years, months, days, magnitudes, ranks and counted words of public claims."""
    swaps = swapped(true_pairs(DATA), N_SWAPS, random.Random(SEED))
    pairs = [(s.original, s.claim) for s in swaps]
    assert [pair for pair, is_matched in zip(pairs, matched(pairs), strict=True) if is_matched] == []
