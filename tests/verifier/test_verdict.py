"""The decision over all evidence: pure, and fair to both sides."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verifier.factories import make_claim, make_evidence
from verifier.types import Evidence, Label, Stance
from verifier.verdict import VerdictConfig, decide

CLAIM = make_claim()


def evidence(stance: Stance, p: float) -> Evidence:
    """Evidence whose stance has probability `p`, the rest split evenly."""
    rest = (1 - p) / 2
    chosen = {"p_supports": rest, "p_refutes": rest, "p_neutral": rest, f"p_{stance.value.lower()}": p}
    return make_evidence(CLAIM, stance, **chosen)


@pytest.mark.parametrize(
    ("stances", "label"),
    [
        ([], Label.NOT_ENOUGH_EVIDENCE),
        ([Stance.NEUTRAL], Label.NOT_ENOUGH_EVIDENCE),
        ([Stance.SUPPORTS, Stance.NEUTRAL], Label.SUPPORTED),
        ([Stance.REFUTES, Stance.NEUTRAL], Label.REFUTED),
        ([Stance.SUPPORTS, Stance.REFUTES], Label.CONFLICTING_EVIDENCE),
    ],
)
def test_label_follows_the_sides_that_speak(stances: list[Stance], label: Label) -> None:
    """One side decides alone, two conflict, none is not enough."""
    assert decide(CLAIM, [evidence(s, 0.95) for s in stances]).label is label


def test_support_never_hides_refutation() -> None:
    """Nine strong supports and one strong refutation conflict."""
    verdict = decide(CLAIM, [evidence(Stance.SUPPORTS, 0.95)] * 9 + [evidence(Stance.REFUTES, 0.9)])
    assert verdict.label is Label.CONFLICTING_EVIDENCE


def test_stronger_evidence_below_its_threshold_still_stops_a_verdict() -> None:
    """Support that just counts does not win over refutation that nearly counts."""
    sides = [evidence(Stance.SUPPORTS, 0.6), *[evidence(Stance.REFUTES, 0.74)] * 3]
    config = VerdictConfig(min_p_supports=0.6, min_p_refutes=0.75)
    assert decide(CLAIM, sides, config).label is Label.NOT_ENOUGH_EVIDENCE


def test_weak_evidence_settles_nothing() -> None:
    """Below its threshold a side does not count; refutation needs more than support."""
    config = VerdictConfig(min_p_supports=0.6, min_p_refutes=0.75)
    assert decide(CLAIM, [evidence(Stance.SUPPORTS, 0.59)], config).label is Label.NOT_ENOUGH_EVIDENCE
    assert decide(CLAIM, [evidence(Stance.REFUTES, 0.7)], config).label is Label.NOT_ENOUGH_EVIDENCE


def test_stance_without_a_quote_does_not_count() -> None:
    """No verdict without checkable evidence."""
    unquoted = replace(evidence(Stance.REFUTES, 0.99), rationale=())
    assert decide(CLAIM, [unquoted]).label is Label.NOT_ENOUGH_EVIDENCE


def test_doubt_on_the_other_side_lowers_confidence() -> None:
    """A leaning the other way that is too weak to conflict still costs confidence."""
    alone = decide(CLAIM, [evidence(Stance.SUPPORTS, 0.9)])
    doubted = decide(CLAIM, [evidence(Stance.SUPPORTS, 0.9), evidence(Stance.REFUTES, 0.45)])
    assert doubted.label is Label.SUPPORTED
    assert doubted.confidence < alone.confidence


def test_justification_names_both_sources_of_a_conflict() -> None:
    """A reader sees whom to weigh against whom."""
    text = decide(CLAIM, [evidence(Stance.SUPPORTS, 0.9), evidence(Stance.REFUTES, 0.9)]).justification
    assert "Supported by" in text
    assert "Refuted by" in text


@given(st.lists(st.tuples(st.sampled_from(list(Stance)), st.floats(0.34, 1.0)), max_size=6), st.randoms())
def test_verdict_does_not_depend_on_the_order_of_evidence(sides: list[tuple[Stance, float]], rng) -> None:
    """The same evidence in any order gives the same label, confidence and order; confidence is a probability."""
    items = [evidence(stance, p) for stance, p in sides]
    shuffled = items[:]
    rng.shuffle(shuffled)
    one, other = decide(CLAIM, items), decide(CLAIM, shuffled)
    assert (one.label, one.confidence) == (other.label, other.confidence)
    assert 0 <= one.confidence <= 1
