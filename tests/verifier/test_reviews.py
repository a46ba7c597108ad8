"""Reviews: what a person says of a verdict is added, never changed, and refers to the run whose verdict it is about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.verifier.factories import make_article, make_claim, make_run, make_verdict
from verifier.store import (
    AmbiguousClaimError,
    NotEvidenceError,
    ReviewError,
    Store,
    UnjudgedClaimError,
    UnknownClaimError,
)
from verifier.types import ClaimStatus, Label

TEXT = "The Orla dam holds 3 million litres. The Orla dam was built in 1998. It is a fine sight."
ARTICLE = make_article(TEXT)
HOLDS = make_claim(ARTICLE, id="ab12cd34")
BUILT = make_claim(ARTICLE, "The Orla dam was built in 1998.", id="ab12ff00")
SIGHT = make_claim(ARTICLE, "It is a fine sight.", id="77777777", status=ClaimStatus.NOT_CHECKABLE, reason="opinion")
FIRST = make_run("first", started_at=datetime(2026, 3, 1, tzinfo=UTC))
SECOND = make_run("second", started_at=datetime(2026, 3, 8, tzinfo=UTC))
VERDICT = make_verdict(HOLDS, Label.REFUTED)


@pytest.fixture
def store() -> Iterator[Store]:
    """Two claims judged by one run, and a sentence that was not."""
    with Store.open(":memory:") as opened:
        opened.begin_run(FIRST)
        opened.save("first", [ARTICLE], [HOLDS, BUILT, SIGHT], [VERDICT, make_verdict(BUILT, Label.SUPPORTED)])
        yield opened


def judge_again(store: Store, label: Label) -> None:
    """A later run gives the claim another verdict."""
    store.begin_run(SECOND)
    store.save("second", [ARTICLE], [HOLDS], [make_verdict(HOLDS, label)])


def test_a_review_is_stored_as_it_was_said(store: Store) -> None:
    """Label, name, comment, the claim and the run whose verdict it is about."""
    made = store.add_review("ab12cd34", Label.SUPPORTED, " Ada  Brook ", " The register\nis old. ")
    assert (made.label, made.reviewer, made.comment) == (Label.SUPPORTED, "Ada Brook", "The register\nis old.")
    assert (made.claim_id, made.run_id, made.passage_id) == ("ab12cd34", "first", None)
    assert store.judged_claim("ab12cd34").reviews == (made,)


def test_a_run_leaves_reviews_as_they_are(store: Store) -> None:
    """What was said of the first verdict stays with it; what is said afterwards is about the second."""
    before = store.add_review("ab12cd34", Label.SUPPORTED, "Ada")
    judge_again(store, Label.SUPPORTED)
    after = store.add_review("ab12cd34", Label.SUPPORTED, "Ada")
    judged = store.judged_claim("ab12cd34")
    assert (judged.run_id, judged.label, judged.reviews) == ("second", Label.SUPPORTED, (before, after))
    assert [r.run_id for r in judged.reviews] == ["first", "second"]


def test_the_same_review_said_twice_is_one(store: Store) -> None:
    """A command that is given again adds nothing."""
    made = [store.add_review("ab12cd34", Label.SUPPORTED, "Ada", "old") for _ in range(2)]
    assert made[0] == made[1]
    assert len(store.judged_claim("ab12cd34").reviews) == 1


def test_what_is_said_again_after_somebody_objected_counts_again(store: Store) -> None:
    """The newest label counts, so that Ada's second word must not vanish as a copy of her first."""
    for name, label in (("Ada", Label.SUPPORTED), ("Bo", Label.REFUTED), ("Ada", Label.SUPPORTED)):
        store.add_review("ab12cd34", label, name)
    assert [r.reviewer for r in store.judged_claim("ab12cd34").reviews] == ["Ada", "Bo", "Ada"]


def test_a_clock_that_was_set_back_does_not_hide_a_review(store: Store) -> None:
    """The order in which reviews were given is that of their times, always."""
    store.add_review("ab12cd34", Label.SUPPORTED, "Ada")
    store._connection.execute("UPDATE reviews SET reviewed_at = TIMESTAMP '2099-01-01'")
    assert store.add_review("ab12cd34", Label.REFUTED, "Bo").reviewed_at > datetime(2099, 1, 1, tzinfo=UTC)
    assert [r.reviewer for r in store.judged_claim("ab12cd34").reviews] == ["Ada", "Bo"]


def test_evidence_is_named_by_the_beginning_of_its_id(store: Store) -> None:
    """A label and wrong evidence may be one review."""
    passage = VERDICT.evidence[0].passage.id
    made = store.add_review("ab12cd34", Label.NOT_ENOUGH_EVIDENCE, "Ada", passage=passage[:6])
    assert (made.label, made.passage_id) == (Label.NOT_ENOUGH_EVIDENCE, passage)


@pytest.mark.parametrize("passage", ["abcdef", "", "84"])
def test_what_is_no_evidence_of_the_claim_is_refused(store: Store, passage: str) -> None:
    """The message lists what is, and nothing is stored."""
    with pytest.raises(NotEvidenceError) as told:
        store.add_review("ab12cd34", Label.REFUTED, "Ada", passage=passage)
    assert all(e.passage.id in str(told.value) for e in VERDICT.evidence)
    assert store.judged_claim("ab12cd34").reviews == ()


def test_evidence_of_another_claim_is_no_evidence(store: Store) -> None:
    """Passages are those of the verdict that is looked at."""
    [other] = [e for e in make_verdict(BUILT, Label.SUPPORTED).evidence if e not in VERDICT.evidence][:1]
    with pytest.raises(NotEvidenceError):
        store.add_review("ab12cd34", None, "Ada", passage=other.passage.id)


@pytest.mark.parametrize(("beginning", "found"), [("ab12cd34", HOLDS), ("ab12c", HOLDS), (" ab12f ", BUILT)])
def test_a_claim_is_named_by_the_beginning_of_its_id(store: Store, beginning: str, found: object) -> None:
    """As many characters as tell it from the others."""
    assert store.judged_claim(beginning).claim_id == found.id  # type: ignore[attr-defined]


def test_an_id_that_another_one_begins_with_is_itself(store: Store) -> None:
    """The whole id is never ambiguous."""
    longer = make_claim(ARTICLE, "It is a fine sight.", id="ab12cd3499")
    store.begin_run(SECOND)
    store.save("second", [ARTICLE], [HOLDS, longer], [])
    assert store.judged_claim("ab12cd34").claim_id == "ab12cd34"


def test_an_ambiguous_beginning_lists_the_claims(store: Store) -> None:
    """With their words, so that one can choose."""
    with pytest.raises(AmbiguousClaimError) as told:
        store.judged_claim("ab12")
    assert all(part in str(told.value) for part in (HOLDS.id, BUILT.id, "holds 3 million", "built in 1998"))


@pytest.mark.parametrize("claim", ["ab1", "", "zzzz", "ab12cd34ff", "%", "____"])
def test_an_unknown_claim_is_refused(store: Store, claim: str) -> None:
    """Too short a beginning names nothing either, and no character is a wildcard."""
    with pytest.raises(UnknownClaimError, match="expected a claim_id, or its first 4 characters or more"):
        store.add_review(claim, Label.REFUTED, "Ada")


def test_a_mistyped_id_is_told_of_those_near_it(store: Store) -> None:
    """One wrong letter, and the claim that was meant is named."""
    with pytest.raises(UnknownClaimError, match="near it are ab12cd34 “The Orla dam holds"):
        store.judged_claim("ab12ce3")


def test_a_claim_without_a_verdict_cannot_be_reviewed(store: Store) -> None:
    """The message says why there is none."""
    with pytest.raises(UnjudgedClaimError, match=r"it was not checked \(opinion\)"):
        store.add_review(SIGHT.id, Label.REFUTED, "Ada")
    pending = replace(SIGHT, id="88888888", status=ClaimStatus.CHECKABLE, reason="")
    store.begin_run(SECOND)
    store.save("second", [ARTICLE], [pending], [])
    with pytest.raises(UnjudgedClaimError, match="no run left one on it"):
        store.add_review(pending.id, Label.REFUTED, "Ada")


@pytest.mark.parametrize(("label", "reviewer", "comment"), [(Label.REFUTED, " ", "x"), (None, "Ada", " ")])
def test_a_review_says_something_and_whose_it_is(
    store: Store, label: Label | None, reviewer: str, comment: str
) -> None:
    """An empty one is refused, and nothing is stored."""
    with pytest.raises(ReviewError):
        store.add_review("ab12cd34", label, reviewer, comment)
    assert store.judged_claim("ab12cd34").reviews == ()
