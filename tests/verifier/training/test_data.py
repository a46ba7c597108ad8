"""Training pairs: what is made, what is held out, what each label may rest on."""

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.training.data import (
    TrainingPair,
    hard_neutrals,
    in_windows,
    is_held_out,
    other_number,
    stance_dev_sets,
    stance_training_set,
    swapped_numbers,
    tidy,
)
from verifier.types import Stance

DATA = Path(__file__).parents[4] / "shared" / "data"


def pair(claim: str, evidence: str, stance: Stance = Stance.SUPPORTS, group: str = "page") -> TrainingPair:
    return TrainingPair(claim, evidence, stance, "test", group)


def test_held_out_pages_are_a_tenth_and_the_same_each_time() -> None:
    """The split depends on the title alone, so no run trains on another run's held-out pages."""
    titles = [f"page {i}" for i in range(2000)]
    held = [t for t in titles if is_held_out(t)]
    assert 150 < len(held) < 250
    assert held == [t for t in titles if is_held_out(t)]


def test_tidy_undoes_tokenised_spelling() -> None:
    """FEVER's brackets and spaces come back as people write them."""
    assert tidy("He -LRB- born 1961 -RRB- , said `` no '' .") == 'He (born 1961), said " no ".'


@given(st.one_of(st.integers(0, 10**9).map(str), st.floats(0.1, 1e6).map(lambda x: f"{x:,.2f}")), st.integers())
def test_other_number_differs_and_keeps_its_spelling(number: str, seed: int) -> None:
    """A swapped number is never the same number, and has as many decimals."""
    other = other_number(number, random.Random(seed))
    assert float(other.replace(",", "")) != float(number.replace(",", ""))
    assert len(other.partition(".")[2]) == len(number.partition(".")[2])


def test_swapped_number_is_refuted_only_where_the_evidence_states_the_other() -> None:
    """A changed number counts as refuted when the evidence holds the true one; hedged claims are left alone."""
    stated = pair("The bridge has 12 arches.", "It is a bridge with 12 arches.")
    silent = pair("The bridge has 12 arches.", "It is a bridge with a dozen arches.")
    hedged = pair("The bridge has more than 12 arches.", "It is a bridge with more than 12 arches.")
    made = swapped_numbers([stated, silent, hedged], 10, random.Random(0))
    assert [p.evidence for p in made] == [stated.evidence]
    assert made[0].stance is Stance.REFUTES
    assert "12" not in made[0].claim


def test_hard_neutral_is_on_topic_and_not_a_revision_of_the_evidence() -> None:
    """Another sentence of the same page serves; a revision of the evidence, or the claim's own fact, does not."""
    gold = "The comet was discovered from Palomar in March by two astronomers using plates."
    revision = "The comet was discovered from Palomar in May by two astronomers using plates."
    topical = "Fragments of the comet struck Jupiter over one week while observatories watched."
    claims = ("The comet was discovered in March.", "The comet was discovered in May.", "Fragments struck Jupiter.")
    pairs = [pair(claim, text) for claim, text in zip(claims, (gold, revision, topical), strict=True)]
    made = {p.claim: p for p in hard_neutrals(pairs, 10, random.Random(1))}
    assert made[claims[0]].evidence == topical
    assert made[claims[1]].evidence == topical
    assert all(p.stance is Stance.NEUTRAL for p in made.values())


def test_windows_keep_the_evidence_verbatim() -> None:
    """Setting evidence among neighbours changes nothing in it."""
    pairs = [pair("c", f"Sentence {word} about something else entirely {word}.") for word in ("alpha", "beta", "gamma")]
    for before, after in zip(pairs, in_windows(pairs, random.Random(0)), strict=True):
        assert before.evidence in after.evidence


@pytest.mark.shared_data
@pytest.mark.skipif(not DATA.exists(), reason="the public data sets are not beside the project (../shared/data)")
def test_no_dev_claim_is_trained_on() -> None:
    """No held-out VitaminC page, and no claim of any dev set with its evidence, is in the training set."""
    trained = {(p.claim, p.evidence) for p in stance_training_set(DATA, 1)}
    for name, pairs in stance_dev_sets(DATA).items():
        assert not [p for p in pairs if (p.claim, p.evidence) in trained], name
