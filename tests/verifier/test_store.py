"""What is saved is proven, whole, stored once, and read back as it was."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from tests.verifier.factories import (
    SPEECH_TEXT,
    make_article,
    make_claim,
    make_document,
    make_evidence,
    make_passage,
    make_run,
    make_speech,
    make_verdict,
)
from verifier.rows import ArticleReport, ClaimReport
from verifier.store import (
    InconsistentBatchError,
    NaiveTimestampError,
    RunMismatchError,
    Store,
    StoreWriteError,
    TextChangedError,
    UnknownRunError,
    UnprovenVerdictError,
)
from verifier.types import (
    ClaimStatus,
    Comparison,
    Failure,
    Label,
    Relation,
    RunStatus,
    Span,
    Stance,
    Substitution,
    Timing,
    Verdict,
)

TABLES = ("articles", "claims", "run_articles", "run_claims", "documents", "passages", "verdicts", "evidence")
PARTS = ("runs", "failures", "rationales", "comparisons", "substitutions")
LATER = datetime(2026, 3, 9, 6, 0, tzinfo=UTC)


@pytest.fixture
def store() -> Iterator[Store]:
    """An empty in-memory store with run-1 begun."""
    with Store.open(":memory:") as store:
        store.begin_run(make_run())
        yield store


def counts(store: Store) -> dict[str, int]:
    """Rows per table."""
    return {t: store.query(f"SELECT count(*) FROM {t}").rows[0][0] for t in TABLES + PARTS}  # type: ignore[misc]


def save_verdict(store: Store, verdict: Verdict, run_id: str = "run-1") -> None:
    """Save one verdict on the default article."""
    store.save(run_id, [make_article()], [verdict.claim], [verdict])


def test_report_rows_gives_back_equal_objects(store: Store) -> None:
    """Run, failures, articles, claims, verdicts, evidence, passages and documents come back equal and in order."""
    article, empty = make_article(), make_article("Nothing to check", url=None, source=None, published=None)
    claim = make_claim(article)
    opinion = make_claim(
        article,
        "It is a fine sight.",
        status=ClaimStatus.NOT_CHECKABLE,
        reason="opinion",
        speaker=None,
        claim_date=None,
        checkworthiness=None,
    )
    verdict = make_verdict(claim, Label.CONFLICTING_EVIDENCE)
    failure = Failure("b.txt", "read", "UnicodeDecodeError", "byte 0xff in line 3")
    store.save("run-1", [empty, article], [opinion, claim], [verdict])
    store.record_failures("run-1", [failure])
    report = store.report_rows("run-1")
    assert (report.run, report.failures) == (make_run(), (failure,))
    assert [a.article for a in report.articles] == [empty, article]
    assert [[(row.claim, row.verdict) for row in a.claims] for a in report.articles] == [
        [],
        [(claim, verdict), (opinion, None)],
    ]


def test_report_rows_gives_back_all_that_claims_carry(store: Store) -> None:
    """Role, kind, verb, quotes, parts and substitutions in order, and the article's author, come back equal."""
    article = make_article(SPEECH_TEXT, author="Nora Feld")
    heading = make_claim(
        article, "The Orla dam is old.", role="heading", status=ClaimStatus.NOT_CHECKABLE, reason="heading"
    )
    said, holds, built = make_speech(article)
    twice = replace(said, substitutions=said.substitutions + holds.substitutions)
    claims = [heading, twice, holds, built]
    store.save("run-1", [article], claims, [])
    assert store.report_rows().articles == (ArticleReport(article, tuple(ClaimReport(c, None) for c in claims)),)
    unproven = store.query(
        "SELECT original FROM substitutions JOIN claims USING (claim_id) JOIN articles AS a USING (article_id) "
        "WHERE substr(a.text, substitutions.start_char + 1, substitutions.end_char - substitutions.start_char) "
        "<> original"
    )
    assert unproven.rows == []


@pytest.mark.parametrize("timing", Timing)
def test_report_rows_gives_back_where_evidence_comes_from(store: Store, timing: Timing) -> None:
    """Timing, origin, tier and credibility come back equal, and so does a comparison of every relation."""
    found = tuple(Comparison("3 million", None, relation, relation.lower()) for relation in Relation)
    first, copy = make_evidence(), make_evidence(stance=Stance.NEUTRAL)
    weighed = replace(
        first, timing=timing, origin=copy.passage.id, tier="news agency", credibility=0.9, comparisons=found
    )
    verdict = make_verdict(evidence=[weighed, copy])
    save_verdict(store, verdict)
    assert store.report_rows().articles[0].claims[0].verdict == verdict


@pytest.mark.parametrize("credibility", [-0.1, 1.1, float("nan"), float("inf")])
def test_save_refuses_a_credibility_that_is_no_share(store: Store, credibility: float) -> None:
    """It weighs evidence, so it stays from 0 to 1."""
    with pytest.raises(UnprovenVerdictError, match="a credibility within 0-1"):
        save_verdict(store, make_verdict(evidence=[make_evidence(credibility=credibility)]))
    assert counts(store)["evidence"] == 0


def test_another_run_may_read_a_claim_otherwise(store: Store) -> None:
    """What each run made of a claim stays with that run; `claims` has the last."""
    article, (said, *_) = make_article(SPEECH_TEXT), make_speech()
    store.save("run-1", [article], [said], [])
    store.begin_run(make_run("run-2", started_at=LATER))
    bare = replace(said, verb="told", quotes=(), parts=(), substitutions=(), role="caption")
    store.save("run-2", [article], [bare], [])
    assert [store.report_rows(run).articles[0].claims[0].claim for run in ("run-1", "run-2")] == [said, bare]
    rows = store.query("SELECT verb, role, quotes, parts FROM current_claims").rows
    assert rows == [("told", "caption", [], [])]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"quotes": ("holds 9 million litres",)}, "words verbatim in the sentence .* found 'holds 9 million litres'"),
        ({"quotes": ("The Orla dam is old",)}, "words verbatim in the sentence"),
        ({"quotes": (" ",)}, "found ' '"),
        ({"parts": (Span(0, 40),)}, "parts within its sentence at 21-87, found 0-40"),
        ({"parts": (Span(30, 88),)}, "found 30-88"),
        ({"parts": (Span(30, 30),)}, "found 30-30"),
        ({"substitutions": (Substitution(21, 24, "It", "The dam", "x"),)}, "has at 21-24, 'Its', found 'It'"),
        ({"substitutions": (Substitution(21, 21, "Its", "The dam", "x"),)}, "has at 21-21, '', found 'Its'"),
        ({"substitutions": (Substitution(80, 900, "Its", "The dam", "x"),)}, "within 0-87, found 80-900"),
        ({"substitutions": (Substitution(24, 21, "", "The dam", "x"),)}, "found 24-21"),
    ],
)
def test_save_refuses_words_that_the_article_does_not_have(store: Store, changes: dict[str, object], said: str) -> None:
    """Quotes, parts and substituted words stand where the claim says, or nothing of the batch is stored."""
    speech = replace(make_speech()[0], **changes)  # type: ignore[arg-type]
    with pytest.raises(UnprovenVerdictError, match=said):
        store.save("run-1", [make_article(SPEECH_TEXT)], [speech], [])
    assert counts(store)["claims"] == 0


def test_report_rows_keeps_characters_outside_the_basic_plane(store: Store) -> None:
    """Offsets count characters, not bytes or UTF-16 units, and SQL agrees with Python."""
    document = make_document("Überblick 🌍 – naïve. Der Damm 🏞️ fasst 2 Mio. m³, »nicht« 3.")
    passage = make_passage(document, start=21)
    evidence = make_evidence(document=document, passage=passage, rationale=(Span(4, 20), Span(21, len(passage.text))))
    verdict = make_verdict(evidence=[evidence])
    save_verdict(store, verdict)
    assert store.report_rows().articles[0].claims[0].verdict == verdict
    unproven = store.query(
        "SELECT quote FROM rationales JOIN passages USING (passage_id) JOIN documents AS d USING (document_id) "
        "WHERE substr(d.text, document_start + 1, document_end - document_start) <> quote"
    )
    assert unproven.rows == []


def test_report_rows_without_id_is_the_newest_run(store: Store) -> None:
    """The newest by start, not by insertion."""
    store.begin_run(make_run("earlier", started_at=datetime(2025, 1, 1, tzinfo=UTC)))
    assert store.report_rows().run.id == "run-1"


def test_report_rows_of_an_unknown_run_names_it(store: Store) -> None:
    """An unknown id, or a store with no run, is an error and not an empty report."""
    with pytest.raises(UnknownRunError, match="run 'nope'"):
        store.report_rows("nope")
    with Store.open(":memory:") as empty, pytest.raises(UnknownRunError, match="expected a run"):
        empty.report_rows()


def test_report_rows_orders_claims_by_their_place_in_the_article(store: Store) -> None:
    """Claims saved out of order are read in the order of the text; two of one sentence keep theirs."""
    article = make_article("One came. Two came. Three came.")
    last, first = make_claim(article, "Three came."), make_claim(article, "One came.")
    second = replace(first, id="0000", text="One person came.")
    store.save("run-1", [article], [last, first, second], [])
    assert [c.claim for c in store.report_rows().articles[0].claims] == [first, second, last]


def test_save_twice_adds_nothing(store: Store) -> None:
    """The same batch of the same run again changes no table, and the report stays equal."""
    article, speech = make_article(SPEECH_TEXT), make_speech()
    verdicts = [make_verdict(c) for c in speech]
    store.save("run-1", [article], speech, verdicts)
    before, report = counts(store), store.report_rows()
    assert before["substitutions"] == 3
    store.save("run-1", [article], speech, verdicts)
    assert counts(store) == before
    assert store.report_rows() == report


def test_save_again_in_the_same_run_keeps_the_first_verdict(store: Store) -> None:
    """A verdict of the same run is never overwritten, nor mixed with other evidence."""
    first = make_verdict(label=Label.REFUTED)
    save_verdict(store, first)
    save_verdict(store, make_verdict(label=Label.CONFLICTING_EVIDENCE, confidence=0.1))
    assert store.report_rows().articles[0].claims[0].verdict == first


def test_verdicts_of_another_run_are_added(store: Store) -> None:
    """Both runs keep their verdict; claims, articles and documents are stored once."""
    refuted, supported = make_verdict(label=Label.REFUTED), make_verdict(label=Label.SUPPORTED)
    save_verdict(store, refuted)
    store.begin_run(make_run("run-2", started_at=LATER))
    save_verdict(store, supported, "run-2")
    assert [store.report_rows(r).articles[0].claims[0].verdict for r in ("run-1", "run-2")] == [refuted, supported]
    rows = counts(store)
    assert (rows["articles"], rows["claims"], rows["verdicts"]) == (1, 1, 2)


def test_earlier_report_keeps_the_claim_as_it_was_judged(store: Store) -> None:
    """A later run that words or rates a claim differently changes `claims`, and not the earlier run's report."""
    save_verdict(store, make_verdict())
    before = store.report_rows("run-1").articles
    store.begin_run(make_run("run-2", started_at=LATER))
    reworded = make_claim(text="The dam at Orla holds 3 million litres.", speaker=None)
    store.save("run-2", [make_article()], [reworded], [])
    assert store.report_rows("run-1").articles == before
    assert store.report_rows("run-2").articles[0].claims[0].claim == reworded
    assert store.query("SELECT text, speaker FROM claims").rows == [(reworded.text, None)]


def test_save_takes_new_metadata_of_an_article(store: Store) -> None:
    """A corrected title of the same text is an update, not a second article."""
    store.save("run-1", [make_article()], [], [])
    store.save("run-1", [make_article(title="Corrected", published=date(2026, 3, 3))], [], [])
    assert store.query("SELECT title, published FROM articles").rows == [("Corrected", date(2026, 3, 3))]


def test_save_refuses_another_text_under_a_stored_id(store: Store) -> None:
    """What is stored never changes its text: article, claim, document and passage alike."""
    save_verdict(store, make_verdict())
    with pytest.raises(TextChangedError, match="article_id a1"):
        store.save("run-1", [make_article(id="a1")], [], [])
        store.save("run-1", [make_article("Another text.", id="a1")], [], [])
    changed = make_document("Another text. The dam holds little.", id=make_document().id)
    store.begin_run(make_run("run-2"))
    verdict = make_verdict(evidence=[make_evidence(document=changed)])
    with pytest.raises(TextChangedError, match="document_id"):
        save_verdict(store, verdict, "run-2")


def test_changed_article_with_a_new_id_leaves_the_old_one(store: Store) -> None:
    """An article whose text changed is stored beside the earlier one."""
    store.save("run-1", [make_article("Old text.")], [], [])
    store.save("run-1", [make_article("New text.")], [], [])
    assert store.query("SELECT text FROM articles ORDER BY text").rows == [("New text.",), ("Old text.",)]


@pytest.mark.parametrize("label", [Label.SUPPORTED, Label.REFUTED, Label.CONFLICTING_EVIDENCE])
def test_save_refuses_a_label_without_evidence(store: Store, label: Label) -> None:
    """No evidence, no verdict."""
    with pytest.raises(UnprovenVerdictError, match="found no passage at all"):
        save_verdict(store, make_verdict(label=label, evidence=[]))


@pytest.mark.parametrize(
    ("label", "stances"),
    [
        (Label.SUPPORTED, [Stance.REFUTES]),
        (Label.SUPPORTED, [Stance.NEUTRAL]),
        (Label.REFUTED, [Stance.SUPPORTS, Stance.NEUTRAL]),
        (Label.CONFLICTING_EVIDENCE, [Stance.SUPPORTS]),
        (Label.CONFLICTING_EVIDENCE, [Stance.REFUTES, Stance.NEUTRAL]),
    ],
)
def test_save_refuses_a_label_that_its_stances_do_not_carry(store: Store, label: Label, stances: list[Stance]) -> None:
    """SUPPORTED needs SUPPORTS, REFUTED needs REFUTES, CONFLICTING_EVIDENCE needs both."""
    evidence = [make_evidence(stance=s) for s in stances]
    with pytest.raises(UnprovenVerdictError, match=f"expected for {label} a passage that") as refused:
        save_verdict(store, make_verdict(label=label, evidence=evidence))
    assert refused.value.claim_id == make_claim().id
    assert refused.value.passage_id == evidence[0].passage.id


def test_save_refuses_a_stance_without_rationale(store: Store) -> None:
    """A refuting passage with no sentence to quote does not carry REFUTED."""
    with pytest.raises(UnprovenVerdictError, match="with 0 sentences"):
        save_verdict(store, make_verdict(evidence=[make_evidence(rationale=())]))


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (Span(0, 10_000), "found 0-10000"),
        (Span(-1, 5), "found -1-5"),
        (Span(5, 5), "found 5-5"),
        (Span(3, 4), "found a blank at 3-4"),
    ],
)
def test_save_refuses_a_rationale_that_quotes_nothing(store: Store, span: Span, said: str) -> None:
    """A rationale outside its passage, empty or blank is refused, also on a NOT_ENOUGH_EVIDENCE verdict."""
    evidence = make_evidence(rationale=(span,))
    with pytest.raises(UnprovenVerdictError, match=said):
        save_verdict(store, make_verdict(label=Label.NOT_ENOUGH_EVIDENCE, evidence=[evidence]))


def test_save_refuses_a_passage_that_is_not_in_its_document(store: Store) -> None:
    """The message names claim and passage, what the document has there, and what was given."""
    passage = replace(make_passage(), text="The Orla dam holds 9 million litres of water.")
    with pytest.raises(UnprovenVerdictError) as refused:
        save_verdict(store, make_verdict(evidence=[make_evidence(passage=passage)]))
    message = str(refused.value)
    assert f"claim {make_claim().id}, passage {passage.id}" in message
    assert "holds 2 million" in message
    assert "holds 9 million" in message


def test_save_refuses_a_passage_of_another_document(store: Store) -> None:
    """A quote is never attributed to a document that it was not cut from."""
    other = replace(make_document(), id="other")
    with pytest.raises(UnprovenVerdictError, match="found document other"):
        save_verdict(store, make_verdict(evidence=[replace(make_evidence(), document=other)]))


def test_save_refuses_evidence_on_another_claim(store: Store) -> None:
    """Evidence is joined by claim id, and the ids must agree."""
    with pytest.raises(UnprovenVerdictError, match="found evidence on elsewhere"):
        save_verdict(store, make_verdict(evidence=[make_evidence(claim_id="elsewhere")]))


def test_save_refuses_the_same_passage_twice(store: Store) -> None:
    """One passage counts once."""
    with pytest.raises(UnprovenVerdictError, match="each passage once"):
        save_verdict(store, make_verdict(evidence=[make_evidence(), make_evidence(retrieval_score=0.5)]))


@pytest.mark.parametrize(
    "changes", [{"sentence": "The Orla dam holds 4 million litres."}, {"start": 1}, {"end": 9_999}]
)
def test_save_refuses_a_sentence_that_is_not_in_the_article(store: Store, changes: dict[str, object]) -> None:
    """A claim's sentence stands in the article where the claim says, with or without a verdict."""
    with pytest.raises(UnprovenVerdictError, match="the sentence"):
        store.save("run-1", [make_article()], [replace(make_claim(), **changes)], [])  # type: ignore[arg-type]


def test_save_refuses_a_verdict_on_what_is_not_checkable(store: Store) -> None:
    """A sentence that is not checked has no verdict."""
    with pytest.raises(UnprovenVerdictError, match="NOT_CHECKABLE"):
        save_verdict(store, make_verdict(make_claim(status=ClaimStatus.NOT_CHECKABLE, reason="opinion")))


def test_save_refuses_two_things_with_one_id(store: Store) -> None:
    """Two claims that share an id would lose one of them."""
    with pytest.raises(InconsistentBatchError, match="two that differ"):
        store.save("run-1", [make_article()], [make_claim(), make_claim(text="Other.")], [])
    with pytest.raises(InconsistentBatchError, match="one verdict on claim"):
        store.save("run-1", [make_article()], [], [make_verdict(), make_verdict(label=Label.SUPPORTED)])


def test_save_refuses_a_claim_without_its_article(store: Store) -> None:
    """A sentence cannot be proved without its article."""
    with pytest.raises(InconsistentBatchError, match="save an article together with its claims"):
        store.save("run-1", [], [make_claim()], [])


def test_refused_batch_leaves_nothing(store: Store) -> None:
    """One unproven verdict keeps the good ones of its batch out, and what was stored before stays."""
    save_verdict(store, make_verdict())
    before = counts(store)
    good, bad = make_article("All fine here."), make_article("All wrong here.")
    verdicts = [
        make_verdict(make_claim(good), Label.SUPPORTED),
        make_verdict(make_claim(bad), Label.SUPPORTED, evidence=[]),
    ]
    with pytest.raises(UnprovenVerdictError):
        store.save("run-1", [good, bad], [], verdicts)
    assert counts(store) == before


@pytest.mark.parametrize("changes", [{"confidence": 1.5}, {"confidence": float("nan")}, {"justification": "\ud800"}])
def test_failed_write_leaves_nothing(store: Store, changes: dict[str, object]) -> None:
    """What the database refuses half-way undoes the articles and claims written before it."""
    before = counts(store)
    with pytest.raises(StoreWriteError, match="nothing of this batch was stored"):
        save_verdict(store, make_verdict(**changes))
    assert counts(store) == before
    save_verdict(store, make_verdict())
    assert counts(store)["verdicts"] == 1


def test_save_needs_a_begun_run(store: Store) -> None:
    """A batch of a run that was not begun is refused."""
    with pytest.raises(UnknownRunError, match="ghost"):
        save_verdict(store, make_verdict(), "ghost")


def test_finish_run_stores_status_and_time_in_utc(store: Store) -> None:
    """A time of any zone is stored in UTC and comes back as the same moment."""
    berlin = datetime(2026, 3, 2, 8, 30, tzinfo=timezone(timedelta(hours=2)))
    store.finish_run("run-1", RunStatus.FINISHED_WITH_FAILURES, berlin)
    run = store.report_rows().run
    assert (run.status, run.finished_at) == (RunStatus.FINISHED_WITH_FAILURES, berlin)
    assert store.query("SELECT finished_at FROM runs").rows == [(datetime(2026, 3, 2, 6, 30),)]
    with pytest.raises(UnknownRunError, match="ghost"):
        store.finish_run("ghost", RunStatus.FINISHED, berlin)


def test_time_without_zone_is_refused(store: Store) -> None:
    """No guess is made about the zone of a time."""
    with pytest.raises(NaiveTimestampError, match="2026-03-02T06:00:00"):
        store.finish_run("run-1", RunStatus.FINISHED, datetime(2026, 3, 2, 6, 0))


def test_begin_run_again_goes_on(store: Store) -> None:
    """A retried run is running again and keeps its verdicts; what failed before is told anew, or no longer."""
    save_verdict(store, make_verdict())
    store.record_failures("run-1", [Failure("a.txt", "read", "OSError", "gone")])
    store.finish_run("run-1", RunStatus.FAILED, LATER)
    assert not store.begin_run(make_run(started_at=LATER))
    assert store.report_rows().run == make_run(started_at=LATER)
    assert store.n_failures("run-1") == 0
    assert counts(store)["verdicts"] == 1


def test_begin_run_tells_whether_the_run_is_all_done(store: Store) -> None:
    """Only one that finished without failures is; a new one, one that broke off or failed in part is not."""
    assert not store.begin_run(make_run())
    assert not store.begin_run(make_run())
    store.finish_run("run-1", RunStatus.FINISHED_WITH_FAILURES, LATER)
    assert not store.begin_run(make_run())
    store.finish_run("run-1", RunStatus.FINISHED, LATER)
    assert store.begin_run(make_run())


def test_begin_run_again_with_another_model_is_refused(store: Store) -> None:
    """One run id never covers two models."""
    with pytest.raises(RunMismatchError, match=r"model_ids .*stance-2.*begin a new run"):
        store.begin_run(make_run(model_ids=("encoder-1", "stance-2")))


def test_record_failures_keeps_order_and_stores_each_once(store: Store) -> None:
    """Failures come back in order; told again they are not doubled."""
    failures = [Failure(f"{n}.txt", "read", "OSError", "gone") for n in "cab"]
    store.record_failures("run-1", failures[:2])
    store.record_failures("run-1", failures)
    assert store.report_rows().failures == tuple(failures)
    assert store.n_failures("run-1") == len(failures)
    with pytest.raises(UnknownRunError, match="ghost"):
        store.record_failures("ghost", failures)


def test_threads_share_one_store(store: Store) -> None:
    """Batches saved from several threads at once are all stored, while others read."""
    articles = [make_article(f"Article {n} says so.") for n in range(8)]

    def save(article: object) -> None:
        claim = make_claim(article)  # type: ignore[arg-type]
        store.save("run-1", [article], [claim], [make_verdict(claim)])  # type: ignore[list-item]
        store.report_rows("run-1")

    threads = [threading.Thread(target=save, args=(a,)) for a in articles]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts(store)["verdicts"] == len(articles)
    assert len(store.report_rows().articles) == len(articles)
