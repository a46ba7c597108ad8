"""What a desk asks, on a desk whose answers are known."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verifier.factories import make_run
from tests.verifier.small_desk import BOARD, FULL, HOLDS, NOW, OLDER, OPENED, answers, ask, fetch_again, fill, written
from verifier.store import Store
from verifier.store.questions import (
    QUESTIONS,
    ParameterValueError,
    QuestionError,
    UnknownParameterError,
    UnknownQuestionError,
    prepared,
)


@pytest.fixture(scope="module")
def desk() -> Iterator[Store]:
    with Store.open(":memory:") as store:
        fill(store)
        yield store


def test_every_answer_in_the_document_is_the_one_given() -> None:
    """`python -m tests.verifier.small_desk` writes them again."""
    assert written()[1] == answers()


def test_every_view_and_macro_is_in_the_document(desk: Store) -> None:
    """And every question is under its name."""
    rows = desk.query("SELECT name FROM schema_guide WHERE kind IN ('view', 'table macro')").rows
    told = set(re.findall(r"`([^`\n]+)`", written()[2]))
    assert {str(row[0]) for row in rows} <= told
    assert re.findall(r"^### (.+)$", written()[1], re.MULTILINE) == list(QUESTIONS)


def test_flipped_names_the_document_that_caused_it(desk: Store) -> None:
    """One label changed in the last week, by a document that came; the verdicts that stayed are not listed."""
    [row] = ask(desk, "flipped")
    assert (row["claim_id"], row["old_label"], row["label"]) == ("said-by-ada", "SUPPORTED", "REFUTED")
    assert (row["causes"], row["documents"]) == (["NEW_PASSAGE"], ["Dam register"])
    assert (row["urls"], row["article"]) == (["https://library.example/dam"], FULL.title)


def test_causes_are_told_once_each_and_the_likeliest_first() -> None:
    """In the order in which they were stored, not in that of a hash."""
    kinds = ["REMOVED_PASSAGE", "NEW_RULE", "NEW_PASSAGE", "NEW_RULE", "OTHER_RANKING", "REMOVED_PASSAGE"]
    with Store.open(":memory:") as store:
        fill(store)
        store._connection.execute("DELETE FROM causes WHERE run_id = 'run-4' AND claim_id = 'said-by-ada'")
        for place, kind in enumerate(kinds):
            row = ["run-4", "said-by-ada", place, kind, None, kind.lower()]
            store._connection.execute("INSERT INTO causes VALUES (?, ?, ?, ?, ?, ?)", row)
        told = ["REMOVED_PASSAGE", "NEW_RULE", "NEW_PASSAGE", "OTHER_RANKING"]
        assert ask(store, "flipped")[0]["causes"] == told
        assert [row["causes"] for row in ask(store, "history", claim="said-by-ada") if row["causes"]] == [told]


def test_flipped_looks_back_as_far_as_asked(desk: Store) -> None:
    """It is 20 March; the label changed on the 16th."""
    assert len(ask(desk, "flipped", since="5d")) == 1
    assert ask(desk, "flipped", since="3d") == []
    assert len(ask(desk, "flipped", since="2026-03-16")) == 1
    assert ask(desk, "flipped", since="2026-03-17") == []


def test_single_origin_says_what_a_claim_rests_on(desk: Store) -> None:
    """One passage, and two that are copies of each other; the refuted and the conflicting claim are no support."""
    rows = {row["claim_id"]: (row["rests_on"], row["n_passages"]) for row in ask(desk, "single-origin")}
    assert rows == {"opened-1998": ("one passage", 1), "said-by-bo": ("copies of one text", 2)}


def test_single_origin_knows_one_document_and_one_publisher() -> None:
    """Two passages of one document are one voice; two texts of one publisher too, and of two publishers are not."""
    with Store.open(":memory:") as store:
        fill(store)
        cursor = store._connection
        cursor.execute("UPDATE evidence SET origin = passage_id")
        assert [row["claim_id"] for row in ask(store, "single-origin")] == ["opened-1998"]
        cursor.execute("UPDATE documents SET source = 'Evening Post' WHERE title = 'Annual survey'")
        assert ask(store, "single-origin")[1]["rests_on"] == "one publisher"
        cursor.execute("UPDATE documents SET source = NULL")
        assert [row["claim_id"] for row in ask(store, "single-origin")] == ["opened-1998"]
        cursor.execute("UPDATE passages SET document_id = (SELECT min(document_id) FROM documents)")
        assert ask(store, "single-origin")[1]["rests_on"] == "one document"


def test_old_evidence_is_counted_to_the_article(desk: Store) -> None:
    """The survey is four months old, the chronicle of 2010 sixteen years."""
    [row] = ask(desk, "old-evidence")
    assert (row["claim_id"], row["newest_evidence"]) == ("opened-1998", date(2010, 6, 1))
    assert row["days_before_article"] == (date(2026, 3, 5) - date(2010, 6, 1)).days
    assert {row["claim_id"] for row in ask(desk, "old-evidence", days="12w")} == {"opened-1998", "said-by-bo"}


def test_conflicts_name_both_sides(desk: Store) -> None:
    """Publishers and documents."""
    [row] = ask(desk, "conflicts")
    assert (row["claim"], row["supported_by"], row["refuted_by"]) == (OLDER, ["Orla town"], ["Hill Press"])
    assert (row["supporting_documents"], row["refuting_documents"]) == (["Town chronicle"], ["Walking guide"])


def test_spread_says_who_said_it_first_and_how_often_since(desk: Store) -> None:
    """Two articles say the same; of the fact-check the newest rating counts."""
    [row] = ask(desk, "spread")
    assert (row["claim"], row["n_articles"], row["n_sightings"]) == (HOLDS, 2, 2)
    assert (row["first_seen"], row["last_seen"]) == (date(2026, 3, 1), date(2026, 3, 5))
    assert (row["first_speaker"], row["first_article"]) == ("Ada Brook", FULL.title)
    assert (row["speakers"], row["labels"]) == (["Ada Brook", "Bo Lind"], ["REFUTED", "SUPPORTED"])
    assert row["fact_checks"] == ["Facts First: False"]
    assert len(ask(desk, "spread", articles="1")) == 4
    assert len(ask(desk, "spread", articles="1", limit="2")) == 2


def test_sightings_of_a_claim_are_those_of_its_statement(desk: Store) -> None:
    """The first article first, also when asked with the beginning of an id."""
    rows = ask(desk, "sightings", claim="said-by-b")
    assert [(row["claim_id"], row["article"]) for row in rows] == [
        ("said-by-ada", FULL.title),
        ("said-by-bo", BOARD.title),
    ]


def test_wordings_that_say_the_same_are_one_statement() -> None:
    """Matched to an earlier wording, a claim is a sighting of it."""
    with Store.open(":memory:") as store:
        fill(store)
        store._connection.execute(
            "UPDATE statements SET statement_id = (SELECT fingerprint FROM statements WHERE text = ?) WHERE text = ?",
            [HOLDS, OPENED],
        )
        [row] = ask(store, "spread")
        assert (row["claim"], row["n_articles"], row["n_sightings"]) == (HOLDS, 2, 3)


def test_speakers_are_listed_by_what_of_theirs_is_refuted(desk: Store) -> None:
    """Bo Lind's claim stands as supported."""
    [row] = ask(desk, "speakers")
    assert (row["speaker"], row["n_statements_refuted"], row["n_statements"]) == ("Ada Brook", 1, 2)


def test_overrides_are_where_a_person_gave_another_label(desk: Store) -> None:
    """A review that agrees is none, nor one without a label."""
    [row] = ask(desk, "overrides")
    assert (row["claim_id"], row["label"], row["review_label"]) == ("said-by-bo", "SUPPORTED", "REFUTED")
    assert (row["label_now"], row["reviewer"]) == ("SUPPORTED", "Nora Feld")


def test_newer_review_takes_an_override_back() -> None:
    """And with it the repeats."""
    with Store.open(":memory:") as store:
        fill(store)
        store._connection.execute(
            "INSERT INTO reviews VALUES ('w9', 'said-by-bo', 'run-5', 'SUPPORTED', 'Ida', '', NULL, '2026-03-18')"
        )
        assert ask(store, "overrides") == []
        assert [row["repeated"] for row in ask(store, "repeats")] == ["same evidence"]


def test_repeats_are_the_rejected_label_and_the_rejected_passage(desk: Store) -> None:
    """Only verdicts after the review."""
    rows = {(row["repeated"], row["claim_id"], row["run_id"]) for row in ask(desk, "repeats")}
    assert rows == {("same evidence", "opened-1998", "run-5"), ("same label", "said-by-bo", "run-5")}


def test_repeats_are_also_found_on_another_claim_that_says_the_same() -> None:
    """Rejected for Ada's claim, given again for Bo's."""
    with Store.open(":memory:") as store:
        fill(store)
        store._connection.execute(
            "UPDATE reviews SET claim_id = 'said-by-ada', run_id = 'run-1' WHERE review_id = 'w1'"
        )
        row = next(row for row in ask(store, "repeats") if row["repeated"] == "same label")
        assert (row["reviewed_claim_id"], row["claim_id"], row["run_id"]) == ("said-by-ada", "said-by-bo", "run-5")


def test_agreement_is_counted_by_week_and_label(desk: Store) -> None:
    """10 March 2026 is in the eleventh week."""
    rows = {(r["week"], r["label"], r["n_reviews"], r["agreement"]) for r in ask(desk, "agreement")}
    assert rows == {("2026-W11", "SUPPORTED", 1, 0.0), ("2026-W11", "CONFLICTING_EVIDENCE", 1, 1.0)}


def test_versions_count_their_verdicts(desk: Store) -> None:
    """Of the code, each model and each state of the corpus."""
    rows = {(r["kind"], r["version"]): (r["n_runs"], r["n_verdicts"]) for r in ask(desk, "versions")}
    assert rows[("corpus", "c0ffee01")] == (3, 4)
    assert rows[("corpus", "beef02")] == (2, 3)
    assert rows[("model", "stance-1")] == rows[("code", "0.1.0")] == (5, 7)


@pytest.mark.parametrize(("version", "n"), [("beef", 3), ("stance-1", 7), ("0.1.0", 7), ("stance-2", 0)])
def test_verdicts_of_a_version_are_found_by_a_part_of_it(desk: Store, version: str, n: int) -> None:
    """Corpus, model or code."""
    assert len(ask(desk, "verdicts-of", version=version)) == n


def test_not_checked_and_why(desk: Store) -> None:
    """Each with its reason, and how often each."""
    assert {row["sentence"] for row in ask(desk, "not-checked", reason="Opinion")} == {
        "It is a fine sight.",
        "What a view!",
    }
    assert len(ask(desk, "not-checked")) == 4
    assert {row["reason"]: row["n"] for row in ask(desk, "reasons")} == {
        "opinion": 2,
        "unclear referent": 1,
        "checkable, but no run left a verdict": 1,
    }


def test_last_run_is_the_newest_unless_another_is_named(desk: Store) -> None:
    """How it ended, how long it took, and what is missing."""
    [last] = ask(desk, "last-run")
    assert (last["run_id"], last["status"], last["took_s"], last["n_verdicts"]) == ("run-5", "FINISHED", 720, 2)
    [third] = ask(desk, "last-run", run="run-3")
    assert (third["status"], third["n_failures"]) == ("FINISHED_WITH_FAILURES", 1)
    assert (third["n_articles"], third["n_articles_without_claims"], third["n_unjudged"]) == (2, 1, 1)


def test_run_that_was_killed_is_seen_to_be_unfinished() -> None:
    """RUNNING, with no end."""
    with Store.open(":memory:") as store:
        store.begin_run(make_run())
        [row] = ask(store, "last-run")
        assert (row["status"], row["finished_at"], row["took_s"]) == ("RUNNING", None, None)


def test_skipped_lists_all_that_was_not_done(desk: Store) -> None:
    """A file that failed, an article with nothing to check, a claim that was left."""
    rows = {(row["what"], row["name"]) for row in ask(desk, "skipped", run="run-3")}
    assert rows == {
        ("failure", "11.html"),
        ("article without claims", "Picture page"),
        ("claim without verdict", "The Vell dam leaks."),
    }
    assert ask(desk, "skipped") == []


def test_history_tells_verdicts_and_reviews_in_order(desk: Store) -> None:
    """A person's label counts also after the next run."""
    rows = [(r["what"], r["given_by"], r["label"], r["label_that_counts"]) for r in ask(desk, "history")]
    assert rows == [
        ("verdict", "run-2", "SUPPORTED", "SUPPORTED"),
        ("review", "Nora Feld", "REFUTED", "REFUTED"),
        ("verdict", "run-5", "SUPPORTED", "REFUTED"),
    ]
    [_, flipped] = ask(desk, "history", claim="said-by-a")
    assert (flipped["causes"], flipped["label_that_counts"]) == (["NEW_PASSAGE"], "REFUTED")


def test_changed_articles_set_old_and_new_claims_side_by_side() -> None:
    """A changed number is one claim that went and one that came, each with its verdict."""
    with Store.open(":memory:") as store:
        fill(store)
        assert ask(store, "changed-articles", since="2000-01-01") == []
        fetch_again(store)
        rows = ask(store, "changed-articles")
        told = [(r["change"], r["claim"], r["old_label"], r["label"]) for r in rows]
        assert told == [
            ("removed", HOLDS, "REFUTED", None),
            ("added", HOLDS.replace("3", "2"), None, "SUPPORTED"),
            ("added", OPENED, None, None),
        ]
        assert {(r["url"], r["version"], r["previous_article_id"]) for r in rows} == {(FULL.url, 2, FULL.id)}
        assert ask(store, "changed-articles", since="2026-03-20") == []


def test_latest_verdicts_show_what_a_person_said_beside_the_machine(desk: Store) -> None:
    """The label stays the machine's."""
    columns = "claim_id, label, previous_label, review_label, reviewer, review_comment"
    rows = set(desk.query(f"SELECT {columns} FROM latest_verdicts").rows)
    assert rows == {
        ("said-by-ada", "REFUTED", "SUPPORTED", None, None, None),
        ("said-by-bo", "SUPPORTED", "SUPPORTED", "REFUTED", "Nora Feld", "The register says 2."),
        ("opened-1998", "SUPPORTED", "SUPPORTED", None, None, None),
        ("older-dam", "CONFLICTING_EVIDENCE", None, "CONFLICTING_EVIDENCE", "Nora Feld", "They do differ."),
    }


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_question_runs_on_an_empty_desk(name: str) -> None:
    """With no rows, not an error; but a claim that is asked for has to be one."""
    with Store.open(":memory:") as store:
        if any(p.name == "claim" for p in QUESTIONS[name].parameters):
            with pytest.raises(ParameterValueError, match="found 'said-by-bo', which is no claim's"):
                ask(store, name)
        else:
            assert ask(store, name) == []


@pytest.mark.parametrize(
    ("name", "given", "said"),
    [
        ("history", {"claim": "said"}, r"found 'said', with which several begin \(said-by-ada, said-by-bo, \.\.\.\)"),
        ("sightings", {"claim": "%"}, "found '%', which is no claim's"),
        ("skipped", {"run": "run-"}, r"with which several begin \(run-1, run-2, \.\.\.\)"),
        ("last-run", {"run": "run-9"}, "found 'run-9', which is no run's"),
    ],
)
def test_a_claim_or_run_that_is_none_or_several_is_told(
    desk: Store, name: str, given: dict[str, str], said: str
) -> None:
    """The answer of another one, or none, would pass for its own."""
    with pytest.raises(ParameterValueError, match=said):
        ask(desk, name, **given)


def test_values_are_bound_and_never_read_as_sql(desk: Store) -> None:
    """A quotation mark is a character like others."""
    assert ask(desk, "verdicts-of", version="' OR true --") == []


@pytest.mark.parametrize(
    ("typed", "moment"),
    [
        ("7d", datetime(2026, 3, 13, 8)),
        ("2W", datetime(2026, 3, 6, 8)),
        ("12h", datetime(2026, 3, 19, 20)),
        ("2026-03-01", datetime(2026, 3, 1)),
        ("2026-03-01T12:00+02:00", datetime(2026, 3, 1, 10)),
    ],
)
def test_since_counts_back_or_is_a_day(typed: str, moment: datetime) -> None:
    """In UTC, as the database has it."""
    assert prepared("flipped", {"since": typed}, NOW)[1][0] == moment


def test_what_cannot_be_asked_is_told_with_what_can() -> None:
    """The question, its parameters, or the form of a value."""
    with pytest.raises(UnknownQuestionError, match=r"flipped, single-origin, .* found 'fliped'"):
        prepared("fliped")
    with pytest.raises(UnknownParameterError, match=r"flipped \(since, limit\), found sinse"):
        prepared("flipped", {"sinse": "7d"})
    with pytest.raises(ParameterValueError, match=r"count back \(7d, 2w, 12h\) .* --since of flipped, found 'soon'"):
        prepared("flipped", {"since": "soon"})
    with pytest.raises(ParameterValueError, match="expected --claim for history"):
        prepared("history")


@given(st.sampled_from(sorted(QUESTIONS)), st.dictionaries(st.sampled_from(["since", "limit", "days"]), st.text()))
def test_any_value_is_taken_or_refused_by_name(name: str, typed: dict[str, str]) -> None:
    """Nothing else is raised, whatever is typed."""
    try:
        sql, params = prepared(name, typed, NOW)
    except QuestionError:
        return
    assert len(params) == len(set(re.findall(r"\$\d", sql)))
