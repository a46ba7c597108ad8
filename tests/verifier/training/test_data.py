"""Training pairs: what is made, what is held out, what each label may rest on."""

import random

from verifier.training.data import (
    TrainingPair,
    hard_neutrals,
    in_windows,
    is_held_out,
    tidy,
)
from verifier.types import Stance


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


def test_windows_leave_out_neighbours_that_speak_of_the_claim() -> None:
    """A neighbour that settles what the pair leaves open would make its label wrong."""
    settles = "In 1952 Gwynne married the socialite Jean Reynard."
    other = "His films run to several dozen over forty years."
    page = [
        pair("Jean Reynard was the socialite Gwynne married.", "He was schooled at Groton.", Stance.NEUTRAL, "Gwynne")
    ]
    page += [pair("x", text, Stance.NEUTRAL, "Gwynne") for text in (settles, other)]
    made = [in_windows(page, random.Random(seed))[0].evidence for seed in range(20)]
    assert any(other in text for text in made)
    assert not any(settles in text for text in made)
