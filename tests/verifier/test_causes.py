"""A verdict that differs from the one before says why, and names the passages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from corpus.documents import Document
from tests.verifier.factories import make_article, make_claim, make_document, make_evidence, make_run, make_verdict
from verifier.store import Store
from verifier.store.causes import causes_of, is_other, read_earlier
from verifier.types import CauseKind, Claim, Evidence, Label, Run, Stance, Verdict

FIRST = make_run("first", started_at=datetime(2026, 3, 1, tzinfo=UTC))
SECOND = make_run("second", started_at=datetime(2026, 3, 8, tzinfo=UTC))
OLD = make_document("The register of dams. The Orla dam holds 2 million litres of water.")


def ingested_later(document: Document) -> Document:
    """Taken in between the two runs."""
    return replace(document, ingested=FIRST.started_at + timedelta(days=2))


def told(
    before: Verdict, after: Verdict, now: Sequence[Document] = (), first: Run = FIRST, second: Run = SECOND
) -> list[tuple[CauseKind, str | None]]:
    """The causes stored with the second verdict, the corpus holding `now` besides what the second one cites."""
    current = {d.origin: d.id for d in (*now, *(e.document for e in after.evidence))}
    with Store.open(":memory:") as store:
        for run, verdict in ((first, before), (second, after)):
            store.begin_run(run)
            store.save(run.id, [make_article()], [verdict.claim], [verdict], lambda origins: current)
        sql = "SELECT cause, passage_id FROM causes WHERE run_id = 'second' ORDER BY position"
        return [(CauseKind(str(row[0])), row[1]) for row in store.query(sql).rows]  # type: ignore[misc]


def verdict(label: Label, *evidence: Evidence, claim: Claim | None = None) -> Verdict:
    """A verdict on the claim of the article."""
    return make_verdict(claim or make_claim(), label, list(evidence))


def refuting(document: Document) -> Evidence:
    """Evidence from its last sentence."""
    return make_evidence(make_claim(), Stance.REFUTES, document)


def neutral(document: Document) -> Evidence:
    """Evidence that takes no side."""
    return make_evidence(make_claim(), Stance.NEUTRAL, document)


NOTHING = verdict(Label.NOT_ENOUGH_EVIDENCE)


def test_a_passage_that_came_into_the_corpus_is_named() -> None:
    """Taken in after the earlier run."""
    new = refuting(ingested_later(OLD))
    assert told(NOTHING, verdict(Label.REFUTED, new)) == [(CauseKind.NEW_PASSAGE, new.passage.id)]


def test_a_passage_that_went_from_the_corpus_is_named() -> None:
    """Its document is there no more."""
    old = refuting(OLD)
    assert told(verdict(Label.REFUTED, old), NOTHING) == [(CauseKind.REMOVED_PASSAGE, old.passage.id)]


def test_an_edited_document_is_told_once() -> None:
    """The passage of its new text, not the one that went with the old text too."""
    text = OLD.text.replace("2 million", "4 million")
    edited = refuting(ingested_later(make_document(text, origin=OLD.origin)))
    found = told(verdict(Label.REFUTED, refuting(OLD)), verdict(Label.REFUTED, edited))
    assert found == [(CauseKind.EDITED_PASSAGE, edited.passage.id)]


def test_an_edited_document_that_is_found_no_more_is_told() -> None:
    """By the passage that the earlier verdict cited."""
    old, edited = refuting(OLD), make_document("The Orla dam is closed.", origin=OLD.origin)
    assert told(verdict(Label.REFUTED, old), NOTHING, now=[edited]) == [(CauseKind.EDITED_PASSAGE, old.passage.id)]


def test_the_same_words_in_a_new_edition_change_nothing() -> None:
    """A sentence was added elsewhere in the document: no cause, for nothing is different."""
    edition = ingested_later(make_document(f"Corrected. {OLD.text}", origin=OLD.origin))
    assert told(verdict(Label.REFUTED, refuting(OLD)), verdict(Label.REFUTED, refuting(edition))) == []


def test_what_was_there_and_now_ranks_higher_is_no_new_passage() -> None:
    """The corpus changed elsewhere, and with it the ranks."""
    found = told(NOTHING, verdict(Label.REFUTED, refuting(OLD)), now=[OLD])
    assert found == [(CauseKind.OTHER_RANKING, refuting(OLD).passage.id)]


def test_what_made_room_for_a_new_passage_is_no_cause() -> None:
    """The one that came is; the one that went is still in the corpus."""
    other = make_document("A list. The Orla dam is tall.", origin="/library/list.txt")
    new = refuting(ingested_later(OLD))
    found = told(verdict(Label.NOT_ENOUGH_EVIDENCE, neutral(other)), verdict(Label.REFUTED, new), now=[other])
    assert found == [(CauseKind.NEW_PASSAGE, new.passage.id)]


def test_passages_that_take_a_side_come_first() -> None:
    """Then models and rules, then what is neutral."""
    other = ingested_later(make_document("A list. The Orla dam is tall.", origin="/library/list.txt"))
    second = replace(SECOND, model_ids=("stance@2",), code_version="0.3.0", settings_json='{"retriever": {"k": 20}}')
    first = replace(FIRST, model_ids=("stance@1",), code_version="0.2.0", settings_json='{"retriever": {"k": 10}}')
    after = verdict(Label.REFUTED, refuting(ingested_later(OLD)), neutral(other))
    kinds = [kind for kind, _ in told(NOTHING, after, first=first, second=second)]
    model, rule, passage = CauseKind.NEW_MODEL, CauseKind.NEW_RULE, CauseKind.NEW_PASSAGE
    assert kinds == [passage, model, rule, rule, passage]


def test_a_claim_that_is_read_otherwise_says_so() -> None:
    """Its stand-alone words are others than before."""
    claim = replace(make_claim(), text="The Orla dam in Orla holds 3 million litres.")
    found = told(NOTHING, verdict(Label.REFUTED, refuting(OLD), claim=claim), now=[OLD])
    assert (CauseKind.OTHER_READING, None) in found


@pytest.mark.parametrize(("shift", "is_told"), [(0.004, False), (0.02, True)])
def test_a_confidence_that_moves_visibly_is_told(shift: float, is_told: bool) -> None:
    """By other ranks where the corpus is another; a shift that rounding hides is none."""
    before = verdict(Label.REFUTED, refuting(OLD))
    after = replace(before, confidence=before.confidence - shift)
    found = told(before, after, second=replace(SECOND, corpus_version="another"))
    assert found == ([(CauseKind.OTHER_RANKING, None)] if is_told else [])


def test_the_settings_that_changed_are_named() -> None:
    """Each with its value before and now."""
    second = replace(SECOND, settings_json='{"retriever": {"k": 20, "depth": 4}}')
    first = replace(FIRST, settings_json='{"retriever": {"k": 10, "depth": 4}}')
    with Store.open(":memory:") as store:
        store.begin_run(first)
        store.save("first", [make_article()], [], [NOTHING])
        earlier = read_earlier(store._connection.cursor(), "second", [NOTHING.claim.id])[NOTHING.claim.id]
    details = [cause.detail for cause in causes_of(earlier, verdict(Label.REFUTED, refuting(OLD)), second, None)]
    assert "settings changed: retriever.k 10 to 20" in details
    assert not is_other(earlier, NOTHING)


def test_the_verdict_before_is_named_even_where_nothing_differs() -> None:
    """So that the history of a claim can be followed."""
    with Store.open(":memory:") as store:
        for run in (FIRST, SECOND):
            store.begin_run(run)
            store.save(run.id, [make_article()], [], [NOTHING])
        rows = store.query("SELECT run_id, previous_run_id FROM verdicts ORDER BY run_id").rows
    assert rows == [("first", None), ("second", "first")]
