"""One line of SQL answers what a desk asks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.verifier.factories import (
    DOCUMENT_TEXTS,
    make_article,
    make_claim,
    make_document,
    make_evidence,
    make_run,
    make_verdict,
)
from verifier.store import Store
from verifier.types import ClaimStatus, Failure, Label, RunStatus, Span, Stance


@pytest.fixture
def store() -> Iterator[Store]:
    """An in-memory store with run-1 begun."""
    with Store.open(":memory:") as store:
        store.begin_run(make_run())
        yield store


def judge(store: Store, run_id: str, label: Label, started_at: datetime) -> None:
    """One run with one verdict on the default claim."""
    store.begin_run(make_run(run_id, started_at=started_at))
    store.save(run_id, [make_article()], [], [make_verdict(label=label)])


def test_one_line_says_what_is_refuted_and_by_what(store: Store) -> None:
    """The refuted claim with the refuting quote, its document's title and URL, and nothing else."""
    other = make_article("The Orla dam was opened in 1998.")
    store.save("run-1", [make_article()], [], [make_verdict(label=Label.REFUTED)])
    store.save("run-1", [other], [], [make_verdict(make_claim(other), Label.SUPPORTED)])
    result = store.query(
        "SELECT claim, quote, title, url FROM claim_evidence WHERE label='REFUTED' AND stance='REFUTES'"
    )
    assert result.columns == ("claim", "quote", "title", "url")
    quote = "The Orla dam holds 2 million litres of water."
    assert result.rows == [(make_claim().text, quote, "Dam register", "https://register.example/dams")]


def test_claim_evidence_has_one_row_per_quote(store: Store) -> None:
    """Two sentences of one passage are two verbatim quotes; a passage without rationale has one row, quote NULL."""
    document = make_document("It holds 2 million. It never held 3 million.")
    passage_texts = ["It holds 2 million.", "It never held 3 million."]
    evidence = make_evidence(document=document)
    whole = make_evidence(
        document=document,
        passage=type(evidence.passage)("whole", document.id, 0, len(document.text), document.text),
        rationale=(Span(0, 19), Span(20, 44)),
    )
    store.save("run-1", [make_article()], [], [make_verdict(evidence=[whole, make_evidence(stance=Stance.NEUTRAL)])])
    rows = store.query("SELECT rank, quote, passage FROM claim_evidence ORDER BY rank, document_start").rows
    neutral = DOCUMENT_TEXTS[Stance.NEUTRAL].split(". ")[1]
    assert rows == [(1, t, document.text) for t in passage_texts] + [(2, None, neutral)]


def test_latest_verdicts_is_the_newest_run_by_its_start(store: Store) -> None:
    """A run that started earlier but was saved later does not win; claim_evidence follows."""
    judge(store, "new", Label.SUPPORTED, datetime(2026, 4, 1, tzinfo=UTC))
    judge(store, "old", Label.REFUTED, datetime(2026, 1, 1, tzinfo=UTC))
    assert store.query("SELECT run_id, label FROM latest_verdicts").rows == [("new", "SUPPORTED")]
    assert store.query("SELECT DISTINCT run_id FROM claim_evidence").rows == [("new",)]


def test_latest_verdicts_breaks_ties_by_insertion(store: Store) -> None:
    """Of two runs that started at the same moment the one saved later counts."""
    moment = datetime(2026, 4, 1, tzinfo=UTC)
    judge(store, "z-first", Label.SUPPORTED, moment)
    judge(store, "a-second", Label.REFUTED, moment)
    assert store.query("SELECT run_id FROM latest_verdicts").rows == [("a-second",)]


def test_latest_verdicts_names_claim_sentence_article_and_speaker(store: Store) -> None:
    """What a newcomer looks for stands in the view itself."""
    claim = make_claim(text="The dam at Orla holds 3 million litres.")
    store.save("run-1", [make_article()], [], [make_verdict(claim)])
    row = store.query(
        "SELECT claim, sentence, label, confidence, article, speaker, published FROM latest_verdicts"
    ).rows
    article = make_article()
    assert row == [(claim.text, claim.sentence, "REFUTED", 0.8, article.title, "Ada Brook", article.published)]


def test_claim_that_is_no_longer_checked_leaves_the_latest_verdicts(store: Store) -> None:
    """A claim stands among the verdicts or among the not checked, never in both; its history stays."""
    judge(store, "run-1", Label.REFUTED, datetime(2026, 3, 2, 6, 0, tzinfo=UTC))
    store.begin_run(make_run("run-2", started_at=datetime(2026, 4, 1, tzinfo=UTC)))
    store.save("run-2", [make_article()], [make_claim(status=ClaimStatus.AMBIGUOUS, reason="who is 'it'")], [])
    assert store.query("FROM latest_verdicts").rows == []
    assert store.query("SELECT status, reason FROM not_checked").rows == [("AMBIGUOUS", "who is 'it'")]
    assert store.query("SELECT count(*) FROM verdicts").rows == [(1,)]


def test_claim_that_a_newer_run_words_otherwise_is_replaced(store: Store) -> None:
    """The same sentence is not listed twice after it was read anew, neither as a verdict nor as not checked."""
    article, other_sentence = make_article(), make_claim(sentence="It is a fine sight.", status=ClaimStatus.AMBIGUOUS)
    store.save("run-1", [article], [other_sentence], [make_verdict()])
    store.begin_run(make_run("run-2", started_at=datetime(2026, 4, 1, tzinfo=UTC)))
    reworded = make_claim(id="new-id", text="The dam at Orla holds 3 million litres.")
    opinion = make_claim(sentence=other_sentence.sentence, id="opinion", status=ClaimStatus.NOT_CHECKABLE)
    store.save("run-2", [article], [opinion], [make_verdict(reworded, Label.SUPPORTED)])
    assert store.query("SELECT claim_id, label FROM latest_verdicts").rows == [("new-id", "SUPPORTED")]
    assert store.query("SELECT claim_id FROM not_checked").rows == [("opinion",)]


def test_claims_of_one_sentence_stay_when_judged_anew_one_by_one(store: Store) -> None:
    """Two statements of one sentence, each judged again in a run of its own, both keep their latest verdict."""
    both = [make_claim(), make_claim(id="second", text="The Orla dam exists.")]
    store.save("run-1", [make_article()], [], [make_verdict(c) for c in both])
    for day, claim in enumerate(both, start=1):
        store.begin_run(make_run(f"again-{day}", started_at=datetime(2026, 4, day, tzinfo=UTC)))
        store.save(f"again-{day}", [make_article()], [], [make_verdict(claim, Label.SUPPORTED)])
    rows = store.query("SELECT claim_id, run_id FROM latest_verdicts ORDER BY run_id").rows
    assert rows == [(both[0].id, "again-1"), ("second", "again-2")]


def test_not_checked_gives_each_reason(store: Store) -> None:
    """Opinions and ambiguous sentences with their reason, and a checkable claim that got no verdict."""
    article = make_article("A is 3. B is fine. C is it.")
    claims = [
        make_claim(article, "A is 3."),
        make_claim(article, "B is fine.", status=ClaimStatus.NOT_CHECKABLE, reason="opinion"),
        make_claim(article, "C is it.", status=ClaimStatus.AMBIGUOUS, reason="unclear reference"),
    ]
    store.save("run-1", [article], claims, [])
    assert store.query("SELECT sentence, reason FROM not_checked ORDER BY start_char").rows == [
        ("A is 3.", "checkable, but no run left a verdict"),
        ("B is fine.", "opinion"),
        ("C is it.", "unclear reference"),
    ]


def test_run_summary_counts_add_up(store: Store) -> None:
    """One row per run, newest first, with a count per label, the not checked and the failures."""
    article = make_article("A is 3. B is fine. C is 4.")
    a, c = make_claim(article, "A is 3."), make_claim(article, "C is 4.")
    opinion = make_claim(article, "B is fine.", status=ClaimStatus.NOT_CHECKABLE, reason="opinion")
    verdicts = [make_verdict(a, Label.REFUTED), make_verdict(c, Label.NOT_ENOUGH_EVIDENCE)]
    store.save("run-1", [article], [opinion], verdicts)
    store.record_failures("run-1", [Failure("b.txt", "read", "OSError", "gone")])
    store.finish_run("run-1", RunStatus.FINISHED_WITH_FAILURES, datetime(2026, 3, 2, 7, tzinfo=UTC))
    store.begin_run(make_run("run-2", started_at=datetime(2026, 4, 1, tzinfo=UTC)))
    rows = store.query(
        "SELECT run_id, status, n_articles, n_claims, n_supported, n_refuted, n_conflicting_evidence, "
        "n_not_enough_evidence, n_not_checked, n_failures FROM run_summary"
    ).rows
    assert rows == [
        ("run-2", "RUNNING", 0, 0, 0, 0, 0, 0, 0, 0),
        ("run-1", "FINISHED_WITH_FAILURES", 1, 3, 0, 1, 0, 1, 1, 1),
    ]


def test_label_changes_tells_what_flipped(store: Store) -> None:
    """Only a label that differs from the run before is listed."""
    for day, label in enumerate((Label.REFUTED, Label.REFUTED, Label.SUPPORTED), start=1):
        judge(store, f"day-{day}", label, datetime(2026, 4, day, tzinfo=UTC))
    rows = store.query("SELECT old_run_id, old_label, run_id, label FROM label_changes").rows
    assert rows == [("day-2", "REFUTED", "day-3", "SUPPORTED")]


def test_every_table_and_view_says_what_it_is(store: Store) -> None:
    """The schema documents itself: no table or view without a comment."""
    assert store.query("SELECT name FROM schema_guide WHERE kind IN ('table', 'view') AND meaning IS NULL").rows == []
    assert ("latest_verdicts", "view") in store.query("SELECT name, kind FROM schema_guide").rows
