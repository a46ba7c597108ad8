"""What says the same gets one statement; what differs in anything never does."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.verifier.factories import make_claim
from verifier.fingerprint import fingerprint_of
from verifier.matching import Matcher, MatcherConfig, why_other
from verifier.types import Claim, ClaimKind, Wording

FIRST = "The council closed the old swimming pool in Hartwell."
SAME = "The old swimming pool in Hartwell was closed by the council."
SAME_TOO = "In Hartwell, the council closed the old swimming pool."
NO_VECTORS = np.zeros((0, 2), dtype=np.float32)


class SureScorer:
    """Finds that everything entails everything, or as likely as it is told; `asked` keeps the pairs."""

    id = "sure"

    def __init__(self, p: float = 0.9):
        self.asked: list[tuple[str, str]] = []
        self._p = p

    def probabilities(self, pairs: Sequence[tuple[str, str]]) -> npt.NDArray[np.float32]:
        self.asked += pairs
        return np.array([[self._p, 0.0, 1 - self._p]] * len(pairs), dtype=np.float32)


def claim(text: str, kind: ClaimKind = ClaimKind.CONTENT, speaker: str | None = None) -> Claim:
    return make_claim(text=text, kind=kind, speaker=speaker)


def wording(text: str) -> Wording:
    key = fingerprint_of(text, ClaimKind.CONTENT)
    return Wording(key, key, text, ClaimKind.CONTENT)


def vectors(n: int) -> npt.NDArray[np.float32]:
    """All alike: for the encoder, everything says the same."""
    return np.tile(np.array([[1, 0]], dtype=np.float32), (n, 1))


def match(
    new: Sequence[str | Claim], known: Sequence[Wording] = (), scorer: SureScorer | None = None, **config: float
) -> list[Wording]:
    claims = [claim(c) if isinstance(c, str) else c for c in new]
    matcher = Matcher(scorer or SureScorer(), MatcherConfig(**config))  # type: ignore[arg-type]
    return matcher.match(claims, vectors(len(new)), known, vectors(len(known)))


def test_a_claim_joins_the_statement_of_what_says_the_same() -> None:
    """With the figures that it rests on, and its own words."""
    [found] = match([SAME], [wording(FIRST)])
    assert (found.text, found.statement_id) == (SAME, wording(FIRST).fingerprint)
    assert (found.similarity, found.p_entails, found.p_entailed) == pytest.approx((1.0, 0.9, 0.9))


def test_a_new_claim_is_known_to_the_next_of_its_batch() -> None:
    """The first of a batch becomes the first wording, and the others join it, not one another."""
    first, same, too, other = match([FIRST, SAME, SAME_TOO, "It rains in Hartwell."])
    assert first.statement_id == first.fingerprint == same.statement_id == too.statement_id
    assert first.similarity is None
    assert other.statement_id == other.fingerprint


def test_the_same_words_need_no_model() -> None:
    """Whatever their case, and although nothing is near."""
    scorer = SureScorer()
    matcher = Matcher(scorer)
    [found] = matcher.match([claim(FIRST.upper())], vectors(1), [wording(FIRST)], np.zeros((1, 2), dtype=np.float32))
    assert (found.statement_id, found.similarity, scorer.asked) == (wording(FIRST).fingerprint, None, [])


def test_the_words_of_a_joined_claim_join_too() -> None:
    """Within a batch, a claim that stands there twice is matched once."""
    _, once, again = match([FIRST, SAME, SAME.upper()])
    assert again.statement_id == once.statement_id == wording(FIRST).fingerprint
    assert again.text == SAME.upper()


def test_only_first_wordings_are_matched_against() -> None:
    """A chain of small steps leads nowhere: what joined a statement draws nothing into it."""
    joined = Wording("b" * 16, "a" * 16, SAME, ClaimKind.CONTENT, 0.9, 0.9, 0.9)
    [found] = match([FIRST], [joined])
    assert found.statement_id == found.fingerprint


@pytest.mark.parametrize(("p", "least"), [(0.49, 0.5), (0.79, 0.8)])
def test_both_have_to_entail_each_other(p: float, least: float) -> None:
    """As likely as the setting asks."""
    [found] = match([SAME], [wording(FIRST)], SureScorer(p), min_p_entails=least)
    assert found.statement_id == found.fingerprint


def test_far_claims_are_not_even_asked_about() -> None:
    """Below the least similarity, no model is run."""
    scorer = SureScorer()
    far = np.array([[0, 1]], dtype=np.float32)
    [found] = Matcher(scorer).match([claim(SAME)], far, [wording(FIRST)], vectors(1))
    assert (found.statement_id == found.fingerprint, scorer.asked) == (True, [])


def test_that_it_was_said_never_joins_that_it_is_so() -> None:
    """Whatever the words."""
    said = claim(SAME, ClaimKind.SPEECH_ACT, "The council")
    [found] = match([said], [wording(FIRST)])
    assert found.statement_id == found.fingerprint


@pytest.mark.parametrize(("speaker", "joins"), [("Ada Brook", True), ("Ben Stone", False), (None, False)])
def test_a_saying_joins_only_what_the_same_speaker_said(speaker: str | None, joins: bool) -> None:
    """The known wording has to name the speaker."""
    text, other = "Ada Brook said the dam is safe.", "The dam is safe, Ada Brook said."
    key = fingerprint_of(text, ClaimKind.SPEECH_ACT)
    known = Wording(key, key, text, ClaimKind.SPEECH_ACT)
    [found] = match([claim(other, ClaimKind.SPEECH_ACT, speaker)], [known])
    assert (found.statement_id == key) is joins


def test_other_languages_are_not_matched() -> None:
    """What none of the models can read joins nothing."""
    german = "Der Stadtrat hat das alte Schwimmbad in Hartwell nach dem Sturm geschlossen, sagte die Bürgermeisterin."
    [found] = match(["Nach dem Sturm hat " + german[4:]], [wording(german)])
    assert found.statement_id == found.fingerprint


def test_of_several_the_nearest_is_joined() -> None:
    """And of equally near ones the first."""
    known = [wording(FIRST), wording(SAME)]
    near = np.array([[0.8, 0.6], [1, 0]], dtype=np.float32)
    [found] = Matcher(SureScorer()).match([claim(SAME_TOO)], vectors(1), known, near)
    assert found.statement_id == known[1].fingerprint


def test_matching_nothing_gives_nothing() -> None:
    """No claims, no models."""
    assert Matcher(SureScorer()).match([], NO_VECTORS, [], NO_VECTORS) == []


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Russia attacked Ukraine.", "Ukraine attacked Russia."),
        ("Exports of wheat grew.", "Exports of barley grew."),
        ("The firm will cut jobs.", "The firm cut jobs."),
        ("The plant is to close.", "The plant is closed."),
        ("A minister resigned.", "Ministers resigned."),
        ("The drug may help patients.", "The drug helps patients."),
        ("Sales fell to 11%.", "Sales fell by 11%."),
        ("At least 700 people died.", "700 people died."),
        ("12 men and 5 women were arrested.", "5 men and 12 women were arrested."),
        ("The dam was built in 1998.", "The dam was built."),
        ("Migrants fled to Poland.", "Migrants fled from Poland."),
        ("She worked for Google.", "She worked with Google."),
        ("Google started Waze.", "Waze started Google."),
        ("Shut Up is by a car.", "Shut Up is a car."),
        ("Luanda is the largest city.", "Luanda is one of the largest cities."),
        ("Action films are a kind of war films.", "War films are a kind of action films."),
        ("Did the mayor resign?", "The mayor did resign."),
        ("King Charles spoke.", "Prince Charles spoke."),
        ("He called it “a mess”.", "He called it “a success”."),
        ("The mayor resigned yesterday.", "Yesterday, the mayor resigned."),
        ("The court did not say that it is legal.", "The court said that it is not legal."),
    ],
)
def test_a_difference_is_found_either_way(a: str, b: str) -> None:
    """Each of them is read as nearly the same by an embedding."""
    assert why_other(a, b)
    assert why_other(b, a)


TEMPLATE = "{name} said on {day} March 2022 that {n} soldiers {verb} the harbour of {place}."
VALUES = {
    "name": ("Ada Brook", "Ben Stone", "Cora Field"),
    "day": ("3", "13", "30"),
    "n": ("40", "44", "400", "forty-five"),
    "verb": ("left", "did not leave", "entered", "will leave", "may leave"),
    "place": ("Odesa", "Mykolaiv", "Kherson"),
}


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_claims_with_one_value_changed_are_never_matched(data: st.DataObject) -> None:
    """A number, date, name, place or negation; although both models are sure that it is the same."""
    values = {key: data.draw(st.sampled_from(options)) for key, options in VALUES.items()}
    key = data.draw(st.sampled_from(sorted(VALUES)))
    other = data.draw(st.sampled_from([v for v in VALUES[key] if v != values[key]]))
    a, b = TEMPLATE.format(**values), TEMPLATE.format(**{**values, key: other})
    first, second = match([a, b], min_p_entails=0, min_similarity=0)
    assert first.statement_id != second.statement_id


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_any_two_texts_can_be_held_against_each_other(a: str, b: str) -> None:
    """Nothing in a text breaks the reading, and the order of the two does not matter."""
    assert bool(why_other(a, b)) == bool(why_other(b, a))


@pytest.mark.parametrize(
    "config", [{"min_similarity": 1.5}, {"min_p_entails": -0.1}, {"n_candidates": 0}], ids=lambda c: next(iter(c))
)
def test_settings_out_of_range_are_refused(config: dict[str, float]) -> None:
    """Before anything is matched."""
    with pytest.raises(ValueError, match="should be"):
        MatcherConfig(**config)  # type: ignore[arg-type]
