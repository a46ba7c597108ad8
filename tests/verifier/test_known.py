"""What is known of claims before a run."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.verifier.factories import (
    SPEECH_TEXT,
    make_article,
    make_claim,
    make_evidence,
    make_run,
    make_speech,
    make_verdict,
)
from verifier.store import Store
from verifier.types import CauseKind, ClaimStatus, Label, RunStatus, Stance


@pytest.fixture
def store():
    with Store.open(":memory:") as opened:
        yield opened


def at(day: int) -> datetime:
    return datetime(2026, 3, day, tzinfo=UTC)


def test_claims_come_back_as_they_were_read(store: Store) -> None:
    """With article, quotes, parts, substitutions, and the latest verdict's run, label and passages."""
    article = make_article(SPEECH_TEXT)
    claims = make_speech(article)
    evidence = make_evidence(claims[1], Stance.REFUTES)
    store.begin_run(make_run())
    store.save("run-1", [article], claims, [make_verdict(claims[1], Label.REFUTED, [evidence])])
    known = store.known_claims(store.known_claim_ids())
    assert {item.claim.id: item.claim for item in known} == {claim.id: claim for claim in claims}
    assert {item.article for item in known} == {article}
    earlier = {item.claim.id: item.earlier for item in known}
    assert (earlier["said"], earlier["built"]) == (None, None)
    assert earlier["holds"] is not None
    assert (earlier["holds"].run.id, earlier["holds"].label) == ("run-1", Label.REFUTED)
    assert [p.passage_id for p in earlier["holds"].passages] == [evidence.passage.id]


def test_only_current_checkable_claims_are_known(store: Store) -> None:
    """Not a heading, and not a claim that a newer run no longer finds."""
    article = make_article("Orla dam full. The Orla dam holds 3 litres. It was built in 1998.")
    gone = make_claim(article, "The Orla dam holds 3 litres.")
    stays = make_claim(article, "It was built in 1998.")
    heading = make_claim(article, "Orla dam full.", status=ClaimStatus.NOT_CHECKABLE, reason="heading")
    for n, claims in ((1, [heading, gone, stays]), (2, [heading, stays])):
        store.begin_run(make_run(f"run-{n}", started_at=at(n)))
        store.save(f"run-{n}", [article], claims, [])
    assert store.known_claim_ids() == [stays.id]


def test_a_claim_is_known_as_the_newest_run_read_it(store: Store) -> None:
    """Its stand-alone text and day of the run before are history."""
    article, claim = make_article(), make_claim()
    for n, text in ((1, "It holds 3 litres."), (2, "The Orla dam holds 3 litres.")):
        store.begin_run(make_run(f"run-{n}", started_at=at(n)))
        store.save(f"run-{n}", [article], [replace(claim, text=text, claim_date=at(n).date())], [])
    known = store.known_claims([claim.id])[0].claim
    assert (known.text, known.claim_date) == ("The Orla dam holds 3 litres.", at(2).date())


def test_the_same_run_again_is_the_same_run(store: Store) -> None:
    """Also when other runs on the same basis came between."""
    run = make_run("a", started_at=at(1))
    for made in (run, make_run("b", started_at=at(2))):
        store.begin_run(made)
    assert store.id_after(run) == "a"
    assert store.id_after(make_run("never begun")) == "never begun"


@pytest.mark.parametrize(
    "change", [{"corpus_version": "x"}, {"model_ids": ("x",)}, {"code_version": "x"}, {"settings_json": '{"k": 1}'}]
)
def test_a_run_after_one_on_another_basis_is_a_new_one(store: Store, change: dict[str, object]) -> None:
    """The corpus was changed and put back: what is found now differs from the verdicts of the run between."""
    run, between = make_run("a", started_at=at(1)), make_run("b", started_at=at(2), **change)
    store.begin_run(run)
    store.begin_run(between)
    assert store.id_after(run) == "a"  # the run between gave no verdict yet, and may have failed
    store.save("b", [make_article()], [], [make_verdict(make_claim(), Label.NOT_ENOUGH_EVIDENCE, [])])
    again = replace(run, id=store.id_after(run), started_at=at(3))
    assert again.id != "a"
    store.begin_run(again)
    store.finish_run(again.id, RunStatus.FINISHED, at(3))
    assert store.id_after(replace(run, started_at=at(4))) == again.id


def test_history_goes_there_and_back(store: Store) -> None:
    """REFUTED, then not, then REFUTED again, each with the verdict before it and its cause."""
    run, claim = make_run("a", started_at=at(1)), make_claim()
    refuted = make_verdict(claim, Label.REFUTED, [make_evidence(claim, Stance.REFUTES)])
    nothing = make_verdict(claim, Label.NOT_ENOUGH_EVIDENCE, [])
    here = {e.document.origin: e.document.id for e in refuted.evidence}
    for verdict, version, corpus in ((refuted, "1", here), (nothing, "2", {}), (refuted, "1", here)):
        made = replace(run, corpus_version=version)
        made = replace(made, id=store.id_after(made) if version == "1" else "b", started_at=datetime.now(UTC))
        store.begin_run(made)
        store.save(made.id, [make_article()], [claim], [verdict], lambda origins, held=corpus: held)
    last = store.changes(made.id)[0]
    assert (last.old_label, last.label) == (Label.NOT_ENOUGH_EVIDENCE, Label.REFUTED)
    assert [cause.kind for cause in last.causes] == [CauseKind.OTHER_RANKING]
    went = store.changes("b")[0]
    assert (went.old_label, [cause.kind for cause in went.causes]) == (Label.REFUTED, [CauseKind.REMOVED_PASSAGE])
    n = store.query("SELECT count(*) FROM verdicts WHERE previous_run_id IS NOT NULL").rows
    assert n == [(2,)]
