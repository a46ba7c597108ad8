"""One line of SQL answers what a desk asks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.verifier.factories import (
    DOCUMENT_TEXTS,
    SPEECH_TEXT,
    make_article,
    make_claim,
    make_document,
    make_evidence,
    make_run,
    make_speech,
    make_verdict,
)
from verifier.rows import coverage_of
from verifier.store import Store
from verifier.store.migrations import migrations
from verifier.types import Article, Claim, ClaimStatus, Failure, Label, RunStatus, Span, Stance, Timing


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


def test_claim_evidence_says_where_it_comes_from(store: Store) -> None:
    """Timing, tier and credibility; copies share an origin, and a passage that was not weighed is its own."""
    first = make_evidence(tier="official", credibility=0.95, timing=Timing.AFTER_CLAIM)
    first = replace(first, origin=first.passage.id)
    reprint = make_document(f"By our staff. {DOCUMENT_TEXTS[Stance.REFUTES]}")
    copy = make_evidence(document=reprint, origin=first.origin, tier="news", credibility=0.8)
    plain = make_evidence(stance=Stance.NEUTRAL)
    store.save("run-1", [make_article()], [], [make_verdict(evidence=[first, copy, plain])])
    rows = store.query("SELECT timing, tier, credibility, origin FROM claim_evidence ORDER BY rank").rows
    assert rows == [
        ("AFTER_CLAIM", "official", 0.95, first.passage.id),
        ("UNDATED", "news", 0.8, first.passage.id),
        ("UNDATED", "", 1.0, plain.passage.id),
    ]


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


def read_anew(store: Store, article: Article, claims: list[Claim]) -> None:
    """A newer run that reads the article otherwise."""
    store.begin_run(make_run("run-2", started_at=datetime(2026, 4, 1, tzinfo=UTC)))
    store.save("run-2", [article], claims, [])


def current(store: Store) -> list[object]:
    """The ids of the current claims."""
    return [row[0] for row in store.query("SELECT claim_id FROM current_claims ORDER BY claim_id").rows]


def test_sentence_that_a_newer_run_takes_apart_has_only_the_new_claims(store: Store) -> None:
    """One claim of a sentence gives way to three, and of three the one that is worded anew."""
    article, (said, holds, built) = make_article(SPEECH_TEXT), make_speech()
    store.save("run-1", [article], [replace(said, id="whole", text=said.sentence)], [])
    read_anew(store, article, [said, holds, built])
    assert current(store) == ["built", "holds", "said"]
    store.begin_run(make_run("run-3", started_at=datetime(2026, 5, 1, tzinfo=UTC)))
    store.save("run-3", [article], [said, holds, replace(built, id="erected", text="The dam dates from 1998.")], [])
    assert current(store) == ["erected", "holds", "said"]


def test_claim_that_a_newer_run_no_longer_finds_is_out_of_date(store: Store) -> None:
    """Of three claims of a sentence two are found again; a verdict on one of them alone, later, changes nothing."""
    article, (said, holds, built) = make_article(SPEECH_TEXT), make_speech()
    store.save("run-1", [article], [said, holds, built], [])
    read_anew(store, article, [said, holds])
    assert current(store) == ["holds", "said"]
    store.begin_run(make_run("run-3", started_at=datetime(2026, 5, 1, tzinfo=UTC)))
    store.save("run-3", [article], [], [make_verdict(holds)])
    assert current(store) == ["holds", "said"]


def test_claim_that_is_judged_in_other_words_replaces_those_on_the_same_stretch(store: Store) -> None:
    """Without a new reading too: two sentences taken as one replace both, and the neighbour stays."""
    article = make_article("One came. Two came. Three came.")
    before = [make_claim(article, sentence) for sentence in ("One came.", "Two came.", "Three came.")]
    store.save("run-1", [article], before, [])
    store.begin_run(make_run("run-2", started_at=datetime(2026, 4, 1, tzinfo=UTC)))
    store.save("run-2", [article], [], [make_verdict(make_claim(article, "One came. Two came.", id="joined"))])
    assert set(current(store)) == {"joined", before[2].id}


def test_article_read_in_two_batches_of_one_run_keeps_all_its_claims(store: Store) -> None:
    """What counts is the run, not the batch."""
    article, (said, holds, built) = make_article(SPEECH_TEXT), make_speech()
    store.save("run-1", [article], [], [make_verdict(said)])
    store.save("run-1", [article], [holds, built], [])
    assert current(store) == ["built", "holds", "said"]
    assert store.query("SELECT read_whole FROM run_articles").rows == [(True,)]


def mixed_article() -> tuple[Article, list[Claim]]:
    """A heading, a caption, three claims of one sentence, an ambiguous one, two opinions and a question."""
    article = make_article(f"Dam news. A picture. {SPEECH_TEXT} They left. Nice. Good. Why?", author="Nora Feld")
    said, holds, built = make_speech(article)
    plain = {"status": ClaimStatus.NOT_CHECKABLE, "speaker": None}
    return article, [
        make_claim(article, "Dam news.", role="heading", reason="heading", **plain),
        make_claim(article, "A picture.", role="caption", reason="caption", **plain),
        make_claim(article, "The Orla dam is old.", reason="vague", **plain),
        said,
        replace(holds, status=ClaimStatus.NOT_CHECKABLE, reason="prediction"),
        replace(built, status=ClaimStatus.AMBIGUOUS, reason="unclear"),
        make_claim(article, "They left.", status=ClaimStatus.AMBIGUOUS, reason="unclear referent"),
        make_claim(article, "They left.", id="second", reason="opinion", **plain),
        make_claim(article, "Nice.", reason="opinion", **plain),
        make_claim(article, "Good.", reason="vague", **plain),
        make_claim(article, "Good.", id="good", reason="opinion", **plain),
        make_claim(article, "Why?", reason="", **plain),
    ]


def test_coverage_counts_each_stretch_once_and_its_shares_add_up(store: Store) -> None:
    """A stretch is checked if any of its claims can be, else ambiguous if any is, else it has its reason."""
    article, claims = mixed_article()
    store.save("run-1", [make_article(), article], [make_claim(), *claims], [])
    rows = store.query(
        "SELECT outcome, n_units, n_chars FROM coverage WHERE article_id = ? ORDER BY outcome", [article.id]
    ).rows
    assert rows == [
        ("ambiguous", 1, len("They left.")),
        ("caption", 1, len("A picture.")),
        ("checked", 1, len(claims[3].sentence)),
        ("heading", 1, len("Dam news.")),
        ("no reason given", 1, len("Why?")),
        ("opinion", 2, len("Nice.Good.")),
        ("vague", 1, len("The Orla dam is old.")),
    ]
    totals = store.query("SELECT sum(share) FROM coverage GROUP BY article_id").rows
    assert [total for (total,) in totals] == [pytest.approx(1), pytest.approx(1)]
    assert store.query("SELECT share FROM coverage WHERE outcome = 'opinion'").rows == [(0.25,)]


def test_article_coverage_has_one_row_per_article_that_agrees_with_the_report(store: Store) -> None:
    """Sentences and other lines add up to all, as `coverage_of` counts them; an article without text has a row too."""
    article, claims = mixed_article()
    store.save("run-1", [article, make_article("Empty", title="Empty", published=None)], claims, [])
    columns = "n_units, n_sentences, n_sentences_checked, n_ambiguous, n_not_checked, n_other, n_claims, share_checked"
    rows = store.query(f"SELECT {columns} FROM article_coverage ORDER BY n_units DESC").rows
    assert rows == [(8, 6, 1, 1, 4, 2, 1, 1 / 6), (0, 0, 0, 0, 0, 0, 0, None)]
    counted = coverage_of(claims)
    assert rows[0][:6] == (
        counted.n_units,
        counted.n_sentences,
        counted.n_checked,
        counted.n_ambiguous,
        counted.n_not_checked,
        counted.n_others,
    )


def test_speakers_are_counted_by_what_they_claimed(store: Store) -> None:
    """Who has most refuted claims is one line; that somebody said something, or nobody did, does not count."""
    article, (said, holds, built) = make_article(SPEECH_TEXT), make_speech()
    other = make_article("The dam leaks.", published=date(2026, 3, 9))
    claims = [make_claim(other, "The dam leaks.", speaker="Bo Lind"), make_claim(speaker=None)]
    refuted = [make_verdict(c) for c in (holds, built, claims[1])]
    verdicts = [*refuted, make_verdict(said, Label.SUPPORTED), make_verdict(claims[0], Label.NOT_ENOUGH_EVIDENCE)]
    store.save("run-1", [article, other, make_article()], [], verdicts)
    assert store.query("SELECT speaker, n_refuted FROM speakers ORDER BY n_refuted DESC").rows == [
        ("The Orla dam's keeper", 2),
        ("Bo Lind", 0),
    ]
    row = ("Bo Lind", 1, 0, 0, 0, 1, date(2026, 3, 9), 1, 0)
    assert store.query("FROM speakers WHERE speaker = 'Bo Lind'").rows == [row]


def test_views_tell_what_was_said_from_what_is_true(store: Store) -> None:
    """Verdicts and their evidence carry the kind of claim and the verb of saying."""
    article, (said, holds, _) = make_article(SPEECH_TEXT), make_speech()
    store.save("run-1", [article], [], [make_verdict(said, Label.SUPPORTED), make_verdict(holds)])
    rows = store.query("SELECT claim_id, label, kind, verb FROM latest_verdicts ORDER BY claim_id").rows
    assert rows == [("holds", "REFUTED", "CONTENT", None), ("said", "SUPPORTED", "SPEECH_ACT", "said")]
    assert store.query("SELECT DISTINCT claim_id, kind FROM claim_evidence ORDER BY ALL").rows == [
        ("holds", "CONTENT"),
        ("said", "SPEECH_ACT"),
    ]


def test_claim_substitutions_are_those_of_the_newest_run(store: Store) -> None:
    """What was put otherwise, in what claim and why; an earlier run's do not stand beside them."""
    article, (said, *_) = make_article(SPEECH_TEXT), make_speech()
    store.save("run-1", [article], [said], [])
    better = replace(said.substitutions[0], why="the subject before")
    read_anew(store, article, [replace(said, substitutions=(better,))])
    assert store.query("SELECT claim, original, replacement, why, article FROM claim_substitutions").rows == [
        (said.text, "Its", "The Orla dam's", "the subject before", article.title)
    ]


def test_not_checked_tells_a_heading_from_a_sentence(store: Store) -> None:
    """The role stands beside the reason."""
    article, claims = mixed_article()
    store.save("run-1", [article], claims, [])
    rows = store.query("SELECT sentence, role FROM not_checked WHERE role <> 'body' ORDER BY start_char").rows
    assert rows == [("Dam news.", "heading"), ("A picture.", "caption")]


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
    views = {"latest_verdicts", "coverage", "article_coverage", "speakers", "claim_substitutions", "units"}
    assert views <= {row[0] for row in store.query("SELECT name FROM schema_guide WHERE kind = 'view'").rows}
    told = store.query("SELECT count(*) FROM schema_guide WHERE name = 'article_coverage' AND \"column\" IS NOT NULL")
    assert told.rows[0][0] == 5


def former_view(name: str) -> str:
    """The view as schema 2 defines it: slow, and what the faster one has to agree with."""
    sql = migrations()[2].read_text(encoding="utf-8")
    body = sql.split(f"CREATE OR REPLACE VIEW {name} AS\n")[1].split(";\n")[0]
    return f"CREATE VIEW former_{name} AS {body.replace('current_claims', 'former_current_claims')}"


@pytest.fixture(scope="module")
def both() -> Iterator[Store]:
    """A store with the former views beside today's."""
    with Store.open(":memory:") as store:
        for name in ("current_claims", "latest_verdicts", "not_checked"):
            store._connection.execute(former_view(name))
        yield store


CLAIM_IDS = st.integers(0, 5)
PASSES = st.tuples(
    st.integers(0, 3),  # when it began: some at the same moment
    st.dictionaries(CLAIM_IDS, st.tuples(st.booleans(), st.integers(0, 2)), max_size=6),  # judged?, when saved
    st.sets(st.integers(0, 1)),  # the articles that it read whole
)
SPANS = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 6), st.integers(1, 5)), min_size=6, max_size=6)


def store_history(store: Store, spans: list[tuple[int, int, int]], passes: list[tuple[int, dict, set]]) -> None:
    """Claims of two articles, some on the same words; each run found some of them and judged some of those."""
    c = store._connection
    for table in ("articles", "claims", "runs", "run_articles", "run_claims", "verdicts"):
        c.execute(f"DELETE FROM {table}")
    c.execute("INSERT INTO articles (article_id, title, text) VALUES ('0', 'a', ''), ('1', 'b', '')")
    for i, (article, start, length) in enumerate(spans):
        status = "AMBIGUOUS" if i == 5 else "CHECKABLE"
        c.execute(
            "INSERT INTO claims VALUES (?, ?, ?, ?, 's', 't', NULL, NULL, 0.5, ?, '', 'body', 'CONTENT', NULL, 'f')",
            [str(i), str(article), start, start + length, status],
        )
    for n, (day, found, read) in enumerate(passes):
        run = f"run-{n}"
        began = datetime(2026, 3, 1 + day)
        c.execute("INSERT INTO runs VALUES (?, ?, NULL, 'FINISHED', '', '{}', [], '', 'VERIFY')", [run, began])
        for article in {spans[i][0] for i in found} | read:
            c.execute("INSERT INTO run_articles VALUES (?, ?, 0, ?)", [run, str(article), article in read])
        for i, (is_judged, hour) in found.items():
            c.execute(
                "INSERT INTO run_claims VALUES (?, ?, 0, ?, NULL, NULL, 0.5, 'CHECKABLE', '', 'body', 'CONTENT', NULL,"
                " [?], [])",
                [run, str(i), f"{i} by {n}", run],
            )
            if is_judged:
                label, saved = ("SUPPORTED", "REFUTED")[n % 2], began.replace(hour=hour)
                c.execute("INSERT INTO verdicts VALUES (?, ?, ?, 0.5, '', ?, NULL, NULL)", [run, str(i), label, saved])


@settings(max_examples=60, deadline=None)
@given(SPANS, st.lists(PASSES, max_size=6))
def test_views_say_what_their_slower_form_says(
    both: Store, spans: list[tuple[int, int, int]], passes: list[tuple[int, dict, set]]
) -> None:
    """Whatever runs found, read whole and judged, and in whatever order: the same rows and columns."""
    store_history(both, spans, passes)
    for name in ("current_claims", "latest_verdicts", "not_checked"):
        former = both.query(f"FROM former_{name} ORDER BY claim_id")
        columns = ", ".join(former.columns)
        assert both.query(f"SELECT {columns} FROM {name} ORDER BY claim_id").rows == former.rows
    judged = both.query("SELECT claim_id, run_id, label FROM former_latest_verdicts ORDER BY claim_id").rows
    assert both.query("SELECT claim_id, run_id, label FROM standing_verdicts ORDER BY claim_id").rows == judged
