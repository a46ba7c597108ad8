"""Edited pairs: what each edit changes, and the stance that it makes certain."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.training.augment import (
    ANTONYMS,
    negated,
    other_number,
    renamed_subjects,
    swapped_months,
    swapped_numbers,
    turned_about,
    turned_by_antonyms,
    unstated_numbers,
)
from verifier.training.data import TrainingPair
from verifier.types import Stance

SEEDS = range(12)


def pair(claim: str, evidence: str, stance: Stance = Stance.SUPPORTS) -> TrainingPair:
    return TrainingPair(claim, evidence, stance, "test", "page")


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
    assert len(made) == 1
    assert made[0].stance is Stance.REFUTES
    assert ("12" in made[0].claim) != ("12" in made[0].evidence)


def test_number_that_the_evidence_no_longer_states_is_left_open() -> None:
    """ "12 arches" beside "many arches" is neither supported nor refuted."""
    made = unstated_numbers([pair("The bridge has 12 arches.", "It is a bridge with 12 arches.")], 1, random.Random(0))
    assert made[0].stance is Stance.NEUTRAL
    assert "12" not in made[0].evidence


def test_another_month_on_one_side_refutes() -> None:
    """A date that both state is changed on one side only."""
    given_pair = pair("It opened on 3 May 2001.", "The hall opened on 3 May 2001.")
    made = [swapped_months([given_pair], 1, random.Random(seed))[0] for seed in SEEDS]
    assert all(p.stance is Stance.REFUTES and ("May" in p.claim) != ("May" in p.evidence) for p in made)


def test_negation_on_one_side_refutes_and_on_both_supports() -> None:
    """A "not" is no sign of a refutation by itself."""
    given_pair = pair("The dam is full.", "Officials say the dam is full.")
    made = [negated([given_pair], 1, random.Random(seed))[0] for seed in SEEDS]
    for p in made:
        both = ("not" in p.claim) == ("not" in p.evidence)
        assert p.stance is (Stance.SUPPORTS if both else Stance.REFUTES)
    assert len({p.stance for p in made}) == 2


def test_a_sentence_of_two_verbs_is_not_negated() -> None:
    """Where it is open what a "not" would deny, nothing is made."""
    assert not negated(
        [pair("He was there and has left.", "He was there and has left, they say.")], 1, random.Random(0)
    )


def test_opposite_word_on_one_side_refutes() -> None:
    """ "Rose" against "fell" of the same thing."""
    made = turned_by_antonyms([pair("Prices rose.", "In May prices rose again.")], 1, random.Random(0))[0]
    assert made.stance is Stance.REFUTES
    assert ("rose" in made.claim) != ("rose" in made.evidence)


def test_every_opposite_has_two_sides() -> None:
    """The table of opposites holds no row without a slash."""
    assert all(left and right and left != right for left, right in ANTONYMS)


def test_another_name_that_the_evidence_does_not_know_is_left_open() -> None:
    """What is told of one person settles nothing about another."""
    pairs = [
        pair("Ann Lee was a judge.", "Ann Lee was a judge in Ohio."),
        pair("Bo Rusk was a cook.", "Bo Rusk cooked."),
    ]
    made = [p for seed in SEEDS for p in renamed_subjects(pairs, 2, random.Random(seed))]
    assert made
    assert all(p.stance is Stance.NEUTRAL and p.claim.split()[0] not in p.evidence for p in made)


@pytest.mark.parametrize(("stance", "n"), [(Stance.REFUTES, 1), (Stance.SUPPORTS, 0)])
def test_only_contradiction_is_turned_about(stance: Stance, n: int) -> None:
    """A refutes B where B refutes A; support has a direction."""
    made = turned_about([pair("The dam is full.", "The dam is empty.", stance)], 1, random.Random(0))
    assert len(made) == n
    assert all(p.claim == "The dam is empty." for p in made)
