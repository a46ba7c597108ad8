"""The decision over all evidence: pure, and fair to both sides."""

import json
import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verifier.factories import make_claim, make_evidence
from verifier.types import SIDES, Evidence, Label, Relation, Stance, Verdict
from verifier.verdict import (
    FEATURES,
    DecisionHead,
    DecisionModel,
    DecisionModelError,
    VerdictConfig,
    features_of,
    label_chances,
    load_decision,
    settling_evidence,
    shipped_decision,
)
from verifier.verdict import decide as decide_by

CLAIM = make_claim()
# Weights under which the calibrated probabilities are those of the stance model.
ONES = [tuple(float(name == lean) for name in FEATURES) for lean in ("lean_supports", "lean_refutes", "")]
AS_THEY_ARE = DecisionHead(tuple(ONES), (0.0, 0.0, 0.0))
PLAIN = DecisionModel("plain", AS_THEY_ARE, AS_THEY_ARE)
CONFIG = VerdictConfig(0.5, 0.5, 0.5, 0.25)


def decide(claim, items: Sequence[Evidence], config: VerdictConfig = CONFIG, given: bool = False) -> Verdict:
    """The decision without calibration; evidence of one document is one voice, so each is given its own."""
    apart = [
        item if item.origin else replace(item, document=replace(item.document, id=f"{item.document.id}-{i}"))
        for i, item in enumerate(items)
    ]
    return decide_by(claim, apart, config, PLAIN, given)


def evidence(stance: Stance, p: float, **changes) -> Evidence:
    """Evidence whose stance has probability `p`, the rest split evenly."""
    rest = (1 - p) / 2
    chosen = {"p_supports": rest, "p_refutes": rest, "p_neutral": rest, f"p_{stance.value.lower()}": p}
    return make_evidence(CLAIM, stance, **{**chosen, **changes})


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
    config = VerdictConfig(min_p_supports=0.6, min_p_refutes=0.75, min_p_conflict=0.7)
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
    one, other = decide_by(CLAIM, items, CONFIG, PLAIN), decide_by(CLAIM, shuffled, CONFIG, PLAIN)
    assert (one.label, one.confidence) == (other.label, other.confidence)
    assert 0 <= one.confidence <= 1


def test_copies_of_one_text_are_one_voice() -> None:
    """A wire story on ten sites that supports weighs no more than on one, and its confidence is the same."""
    one = evidence(Stance.SUPPORTS, 0.8, origin="wire")
    copies = [replace(one, passage=replace(one.passage, id=f"copy-{i}")) for i in range(10)]
    assert decide(CLAIM, copies).confidence == pytest.approx(decide(CLAIM, copies[:1]).confidence)
    assert "and 9 more" not in decide(CLAIM, copies).justification


def test_one_document_takes_one_side() -> None:
    """A document whose passages lean both ways speaks by its strongest one; that is no conflict."""
    sides = [evidence(Stance.SUPPORTS, 0.9), evidence(Stance.REFUTES, 0.6)]
    document = sides[0].document
    both = [replace(e, document=document, passage=replace(e.passage, id=str(i))) for i, e in enumerate(sides)]
    assert decide_by(CLAIM, both, CONFIG, PLAIN).label is Label.SUPPORTED


def test_a_document_that_shares_a_text_still_takes_one_side() -> None:
    """A passage copied from elsewhere and another one of the same document do not conflict with each other."""
    told = evidence(Stance.NEUTRAL, 0.9)
    first = replace(told, origin="x", passage=replace(told.passage, id="x"))
    own = replace(told.document, id="reprint")
    copy = replace(evidence(Stance.SUPPORTS, 0.9, origin="x"), document=own)
    other = evidence(Stance.REFUTES, 0.8, origin="y", document=own)
    other = replace(other, passage=replace(other.passage, id="y"))
    assert decide_by(CLAIM, [first, copy, other], CONFIG, PLAIN).label is Label.SUPPORTED


def test_a_source_of_little_credibility_cannot_settle_a_claim() -> None:
    """What a blog supports at 0.8 stays open; an unlisted source that says the same settles it."""
    assert decide(CLAIM, [evidence(Stance.SUPPORTS, 0.8, credibility=0.3)]).label is Label.NOT_ENOUGH_EVIDENCE
    assert decide(CLAIM, [evidence(Stance.SUPPORTS, 0.8, credibility=0.7)]).label is Label.SUPPORTED


def test_evidence_that_hardly_leans_is_neutral_in_the_verdict() -> None:
    """Below `min_p_leaning` a passage is shown for no side and quoted for none."""
    verdict = decide(
        CLAIM, [evidence(Stance.SUPPORTS, 0.9), evidence(Stance.REFUTES, 0.2, p_supports=0.05, p_neutral=0.75)]
    )
    assert [e.stance for e in verdict.evidence] == [Stance.SUPPORTS, Stance.NEUTRAL]
    assert settling_evidence(verdict) == [verdict.evidence[0]]


def test_a_barred_side_is_never_taken() -> None:
    """What a changed number bars stays barred however sure the model is; that it may be so still costs confidence."""
    vetoed = evidence(Stance.SUPPORTS, 0.6, p_refutes=0.1, p_neutral=0.3).without(*SIDES)
    verdict = decide(CLAIM, [vetoed], given=True)
    assert (verdict.label, verdict.evidence[0].stance) == (Label.NOT_ENOUGH_EVIDENCE, Stance.NEUTRAL)
    assert verdict.confidence == pytest.approx(0.3)


def test_found_passages_that_are_barred_leave_no_doubt_that_nothing_settles_it() -> None:
    """Ten passages with another number are about something else; that the corpus is silent stays as sure as it is."""
    barred = [evidence(Stance.SUPPORTS, 0.6, p_refutes=0.1, p_neutral=0.3).without(*SIDES)] * 10
    assert decide(CLAIM, barred).confidence == pytest.approx(1)


def test_where_one_side_is_barred_the_other_is_not_taken_for_it() -> None:
    """A passage that the model reads as support does not refute because its support was barred."""
    vetoed = evidence(Stance.SUPPORTS, 0.5, p_refutes=0.45, p_neutral=0.05).without(Stance.SUPPORTS)
    assert decide(CLAIM, [vetoed], given=True).label is Label.NOT_ENOUGH_EVIDENCE


def test_silent_voices_support_nothing() -> None:
    """Nine passages that hardly lean do not lift one that leans a little over the threshold."""
    silent = [evidence(Stance.NEUTRAL, 0.81, p_supports=0.14, p_refutes=0.05)] * 9
    assert decide(CLAIM, [evidence(Stance.SUPPORTS, 0.45), *silent]).label is Label.NOT_ENOUGH_EVIDENCE


def test_voices_that_agree_are_surer_together() -> None:
    """Two that support at 0.6 leave less doubt than one, and one on each side leaves room for every label."""
    one, two = ([evidence(Stance.SUPPORTS, 0.6)] * n for n in (1, 2))
    assert decide(CLAIM, two).confidence > decide(CLAIM, one).confidence
    chances = label_chances([evidence(Stance.SUPPORTS, 0.7), evidence(Stance.REFUTES, 0.6)], given=False)
    assert sum(chances.values()) == pytest.approx(1)


@given(st.lists(st.tuples(st.sampled_from(list(Stance)), st.floats(0.34, 1.0)), max_size=8))
def test_label_chances_are_probabilities(sides: list[tuple[Stance, float]]) -> None:
    """Whatever the voices say, the four lie in [0, 1]; they add up to 1 where every voice takes a side."""
    chances = label_chances([evidence(stance, p) for stance, p in sides], given=True)
    assert all(-1e-9 <= p <= 1 + 1e-9 for p in chances.values())
    assert sum(chances.values()) <= 1 + 1e-9
    assert sum(chances.values()) == pytest.approx(1) or any(stance is Stance.NEUTRAL for stance, _ in sides)


def test_given_texts_need_no_threshold() -> None:
    """A text handed over settles the claim by its likeliest stance; a found one has to be sure enough."""
    weak = evidence(Stance.SUPPORTS, 0.45, p_neutral=0.40, p_refutes=0.15)
    assert decide(CLAIM, [weak], given=True).label is Label.SUPPORTED
    assert decide(CLAIM, [weak]).label is Label.NOT_ENOUGH_EVIDENCE


def test_a_passage_is_as_near_as_the_nearest_of_its_document() -> None:
    """Relevance is told per document; agreeing and differing values are counted, at most two of each."""
    near, far = evidence(Stance.SUPPORTS, 0.9, retrieval_score=0.9), evidence(Stance.REFUTES, 0.9, retrieval_score=0.4)
    far = replace(far, document=near.document, comparisons=far.comparisons * 3)
    rows = [dict(zip(FEATURES, row, strict=True)) for row in features_of([near, far])]
    assert [row["relevance"] for row in rows] == [0.9, 0.9]
    assert [row["n_differing"] for row in rows] == [0, 2]
    assert far.comparisons[0].relation is Relation.DIFFERS


def test_documents_are_ranked_by_their_nearest_passage() -> None:
    """The first document has rank 0 whichever of its passages is looked at; texts handed over all have it."""
    near, far = evidence(Stance.SUPPORTS, 0.9, retrieval_score=0.9), evidence(Stance.REFUTES, 0.9, retrieval_score=0.4)
    other = replace(far, document=replace(far.document, id="other"), retrieval_score=0.5)
    far = replace(far, document=near.document)
    ranks = [dict(zip(FEATURES, row, strict=True))["rank"] for row in features_of([near, far, other])]
    assert ranks == pytest.approx([0, 0, math.log(2)])


def test_what_was_barred_or_turned_is_told_to_the_decision() -> None:
    """The model's leaning and what the comparisons made of it are features of their own."""
    told = evidence(Stance.SUPPORTS, 0.8)
    items = [told, told.without(Stance.SUPPORTS), replace(told, stance=Stance.REFUTES, barred=(Stance.SUPPORTS,))]
    rows = [dict(zip(FEATURES, row, strict=True)) for row in features_of(items)]
    assert [(row["supports_barred"], row["turned"]) for row in rows] == [(0, 0), (1, 0), (0, 1)]
    assert len({row["lean_supports"] for row in rows}) == 1


def test_shipped_weights_are_read_and_named() -> None:
    """The file beside the code loads, and its id changes with its content."""
    assert shipped_decision().id.startswith("decision-v2@")


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"name": "x", "features": ["a"], "stances": []}'])
def test_damaged_weights_are_refused(tmp_path: Path, text: str) -> None:
    """A file that is no decision model, or made for other features, says so with its path."""
    path = tmp_path / "model.json"
    path.write_text(text)
    with pytest.raises(DecisionModelError, match=r"decision model|expected weights"):
        load_decision(path)


def test_weights_that_are_no_numbers_are_refused(tmp_path: Path) -> None:
    """NaN would make every claim NOT_ENOUGH_EVIDENCE without a confidence."""
    head = {"weights": [[float("nan")] * len(FEATURES)] * 3, "biases": [0, 0, 0]}
    row = {"name": "x", "features": list(FEATURES), "stances": list(Stance), "found": head, "given": head}
    (tmp_path / "model.json").write_text(json.dumps(row))
    with pytest.raises(DecisionModelError, match="no finite number"):
        load_decision(tmp_path / "model.json")


def test_weights_of_another_shape_are_refused(tmp_path: Path) -> None:
    """Two rows of weights for three stances are no decision model."""
    head = {"weights": [[0] * len(FEATURES)] * 2, "biases": [0, 0]}
    row = {"name": "x", "features": list(FEATURES), "stances": list(Stance), "found": head, "given": head}
    (tmp_path / "model.json").write_text(json.dumps(row))
    with pytest.raises(DecisionModelError, match="2 rows"):
        load_decision(tmp_path / "model.json")
