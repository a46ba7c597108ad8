"""Confidence refitted on reviews: better on what it was not fitted on, or not used."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verifier.factories import make_article, make_claim, make_evidence, make_run, make_verdict
from verifier.calibration import measured, refit, why_too_few
from verifier.confidence import MAX_SLOPE, MIN_SLOPE, SUREST, Calibration, sigmoid
from verifier.store import ReviewedConfidence, Store
from verifier.types import Label, Stance
from verifier.verdict import decide

SOME = Calibration("some", slope=0.5, intercept=-0.4)
SLOPES, SHIFTS = st.floats(MIN_SLOPE, MAX_SLOPE), st.floats(-3, 3)


def reviewed(n: int, slope: float = 1.0, intercept: float = 0.0, seed: int = 7) -> list[ReviewedConfidence]:
    """Reviews of verdicts whose labels are right as often as a calibration says."""
    rng = np.random.default_rng(seed)
    given, true = rng.uniform(0.3, 0.98, n), Calibration("", slope, intercept)
    return [ReviewedConfidence(f"{i:04}", p, rng.random() < true.apply(p)) for i, p in enumerate(given.tolist())]


@given(st.floats(0, 1), st.floats(0, 1), SLOPES, SHIFTS)
def test_a_surer_verdict_stays_a_surer_one(p: float, q: float, slope: float, intercept: float) -> None:
    """A calibration keeps the order, and the range."""
    calibration = Calibration("", slope, intercept)
    assert 0 <= calibration.apply(min(p, q)) <= calibration.apply(max(p, q)) <= 1


@given(st.floats(1 - SUREST, SUREST), SLOPES, SHIFTS)
def test_a_calibration_can_be_undone(p: float, slope: float, intercept: float) -> None:
    """Far more exactly than a report shows."""
    calibration = Calibration("", slope, intercept)
    assert calibration.undone(calibration.apply(p)) == pytest.approx(p, abs=0.002)


@given(st.floats(0, 1))
def test_slope_one_and_intercept_nought_change_nothing(p: float) -> None:
    """To the last bit, at the ends too."""
    assert Calibration("").apply(p) == p == Calibration("").undone(p)


def test_label_and_evidence_are_the_same_with_any_calibration() -> None:
    """Only the confidence is another."""
    claim = make_claim()
    evidence = [make_evidence(claim, Stance.REFUTES), make_evidence(claim, Stance.NEUTRAL)]
    plain, refitted = decide(claim, evidence), decide(claim, evidence, calibration=SOME)
    assert (plain.label, plain.evidence, plain.justification) == (
        refitted.label,
        refitted.evidence,
        refitted.justification,
    )
    assert refitted.confidence == SOME.apply(plain.confidence) != plain.confidence


@pytest.mark.parametrize(("n_right", "n_wrong", "is_enough"), [(40, 10, True), (39, 10, False), (91, 9, False)])
def test_how_many_reviews_are_enough(n_right: int, n_wrong: int, is_enough: bool) -> None:
    """Fifty, with ten of each; the message says what is missing."""
    rows = [ReviewedConfidence(str(i), 0.8, i < n_right) for i in range(n_right + n_wrong)]
    told = why_too_few(rows)
    assert (told == "") is is_enough
    assert is_enough or f"found {n_right + n_wrong}: {n_right} right, {n_wrong} wrong" in told


def test_confidence_that_says_too_much_is_lowered() -> None:
    """Slope and intercept come near those by which the labels were drawn, and are better on what was left out."""
    found = refit(reviewed(2000, 0.5, -0.5), None)
    assert (found.slope, found.intercept) == (pytest.approx(0.5, abs=0.12), pytest.approx(-0.5, abs=0.12))
    assert found.is_better
    assert found.after.ece < 0.05 < found.before.ece


def test_few_reviews_change_little() -> None:
    """The prior holds back what fifty reviews alone would say."""
    rows = [ReviewedConfidence(f"{i:02}", 0.9, i % 5 > 0) for i in range(50)]
    found = refit(rows, None)
    assert 0.8 < Calibration("", found.slope, found.intercept).apply(0.9) < 0.87


def test_confidence_that_holds_is_left_alone() -> None:
    """Over ten draws of reviews on which nothing is to be gained, most are not used, and none moves it far."""
    found = [refit(reviewed(300, seed=seed), None) for seed in range(10)]
    assert sum(f.is_better for f in found) <= 5
    assert all(abs(Calibration("", f.slope, f.intercept).apply(0.8) - 0.8) < 0.07 for f in found)


def test_it_must_beat_what_is_in_force() -> None:
    """A calibration that holds already is not replaced by one fitted on the same reviews."""
    rows = reviewed(500, 0.5, -0.5)
    first = refit(rows, None)
    again = refit(rows, Calibration("first", first.slope, first.intercept))
    assert first.is_better and not again.is_better
    assert (again.slope, again.intercept) == (first.slope, first.intercept)
    assert again.before == measured(rows, Calibration("first", first.slope, first.intercept))


def test_confidence_that_means_nothing_keeps_its_order() -> None:
    """Where surer verdicts are more often wrong, the slope stops above nought."""
    rows = [ReviewedConfidence(f"{i:03}", p, right) for i, (p, right) in enumerate([(0.9, False), (0.4, True)] * 100)]
    assert refit(rows, None).slope == MIN_SLOPE


# ---- from the store

STARTED = datetime(2026, 3, 1, tzinfo=UTC)


def stored_run(store: Store, name: str, confidence: float, label: Label = Label.REFUTED, **changes: object) -> str:
    """A run that judges one claim; the claim's id."""
    order = int(name.split("-")[1])
    store.begin_run(make_run(name, **{"started_at": STARTED + timedelta(days=order), **changes}))
    claim = make_claim()
    store.save(name, [make_article()], [claim], [make_verdict(claim, label, confidence=confidence)])
    return claim.id


def test_no_calibration_is_in_force_at_first_nor_when_it_was_put_back() -> None:
    """Rows are only added: the newest counts."""
    with Store.open(":memory:") as store:
        assert store.calibration() is None
        made = store.add_calibration(0.5, -0.4, 60, 0.2, 0.1)
        assert store.calibration() == made == Calibration(made.id, 0.5, -0.4)
        store.add_calibration(1.0, 0.0, 60, 0.1, 0.2)
        assert store.calibration() is None
        assert store.query("SELECT count(*) FROM calibrations").rows == [(2,)]


def test_reviews_tell_whether_the_label_was_right() -> None:
    """A wrong-evidence review without a label says nothing on that."""
    with Store.open(":memory:") as store:
        claim = stored_run(store, "run-1", 0.8)
        store.add_review(claim, None, "Ada", "look again")
        assert store.reviewed() == []
        store.add_review(claim, Label.SUPPORTED, "Ada")
        assert [(r.confidence, r.is_right) for r in store.reviewed()] == [(0.8, False)]


def test_the_newest_review_of_a_statement_counts_once() -> None:
    """The claim of two articles, reviewed three times, is one observation."""
    with Store.open(":memory:") as store:
        first = stored_run(store, "run-1", 0.8)
        article = make_article("Our own words. The Orla dam holds 3 million litres.", title="Another")
        claim = make_claim(article, "The Orla dam holds 3 million litres.")
        store.save("run-1", [article], [claim], [make_verdict(claim, Label.REFUTED, confidence=0.7)])
        for claim_id, label in ((first, Label.SUPPORTED), (claim.id, Label.SUPPORTED), (claim.id, Label.REFUTED)):
            store.add_review(claim_id, label, "Ada")
        assert [(r.confidence, r.is_right) for r in store.reviewed()] == [(0.7, True)]


def test_what_was_calibrated_is_undone_before_it_counts() -> None:
    """Else a second refit would be applied to what the models give and fitted on something else."""
    with Store.open(":memory:") as store:
        made = store.add_calibration(0.5, -0.4, 60, 0.2, 0.1)
        models = (*make_run().model_ids, made.model_id)
        claim = stored_run(store, "run-1", made.apply(0.9), model_ids=models)
        store.add_review(claim, Label.REFUTED, "Ada")
        assert store.reviewed()[0].confidence == pytest.approx(0.9)


@pytest.mark.parametrize(
    ("models", "n"),
    [
        (("stance-1", "encoder-1"), 1),
        (("encoder-1", "stance-1", "source-tiers@2"), 1),
        (("encoder-1", "stance-1", "calibration@gone"), 1),
        (("encoder-1", "stance-2"), 0),
    ],
)
def test_only_reviews_of_the_present_models_count(models: tuple[str, ...], n: int) -> None:
    """Other models are sure in another way; an edited list of sources or a calibration makes no other models."""
    with Store.open(":memory:") as store:
        claim = stored_run(store, "run-1", 0.8)
        store.add_review(claim, Label.SUPPORTED, "Ada")
        store.begin_run(make_run("run-2", started_at=STARTED + timedelta(days=2), model_ids=models))
        assert len(store.reviewed()) == n


def test_a_review_of_a_calibration_that_is_not_there_does_not_count() -> None:
    """What the models gave cannot be told any more."""
    with Store.open(":memory:") as store:
        claim = stored_run(store, "run-1", 0.8, model_ids=("stance-1", "calibration@gone"))
        store.add_review(claim, Label.SUPPORTED, "Ada")
        assert store.reviewed() == []


def test_nothing_measured_is_no_number() -> None:
    """Where no review counts, putting a calibration back has no figures."""
    assert np.isnan(measured([], SOME).ece)
    assert measured([ReviewedConfidence("a", sigmoid(0.0), True)], None).ece == pytest.approx(0.5)
