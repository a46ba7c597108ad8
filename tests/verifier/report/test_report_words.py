"""Wording: links, chances, times, counts and changes."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verifier.report.samples import make_article, make_claim, make_run
from verifier.report.words import (
    LABEL_WORDS,
    RELATION_WORDS,
    TIMING_WORDS,
    again_words,
    causes_words,
    copies_words,
    coverage_words,
    fact_check_words,
    moment,
    percent,
    period,
    resumed_words,
    review_words,
    safe_href,
    sighting_words,
    step_words,
    substitution_words,
    sureness,
)
from verifier.rows import PastVerdict, Resumed, Sighting, coverage_of
from verifier.types import (
    Cause,
    CauseKind,
    ClaimStatus,
    FactCheck,
    Label,
    Relation,
    Review,
    Substitution,
    Timing,
)


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "javascript:alert(1)",
        " JavaScript:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,<script>",
        "file:///etc/passwd",
        "//example.org/x",
        "reports/2024.pdf",
        "http://",
        "http://[broken",
    ],
)
def test_safe_href_refuses_all_but_web_addresses(url: str | None):
    """Nothing but http and https with a host becomes a link."""
    assert safe_href(url) is None


def test_safe_href_encodes_what_could_end_an_attribute_or_a_markdown_link():
    """Quotes, angle brackets, blanks, line feeds and half characters lose their force; a plain URL stays itself."""
    assert safe_href('https://example.org/"><b>\nx \ud800') == "https://example.org/%22%3E%3Cb%3E%0Ax%20?"
    assert safe_href("HTTPS://example.org/a_(b)?q=1&r=%20#c") == "HTTPS://example.org/a_(b)?q=1&r=%20#c"


@pytest.mark.parametrize(("p", "words"), [(1.0, ">99%"), (0.995, ">99%"), (0.87, "87%"), (0.012, "1%"), (0.0, "<1%")])
def test_percent_never_claims_certainty(p: float, words: str):
    """No verdict is shown as 0% or 100% sure."""
    assert percent(p) == words


def test_moment_is_in_utc():
    """A time from another zone is converted; a naive one is not given a zone that it may not have."""
    assert moment(datetime(2026, 1, 1, 1, 30, tzinfo=timezone(timedelta(hours=2)))) == "2025-12-31 23:30 UTC"
    assert moment(datetime(2026, 1, 1, 1, 30)) == "2026-01-01 01:30"


def test_period_says_one_day_once():
    """The end is a time on the same day, a date and time on another, and missing while the run goes on."""
    assert period(make_run()) == "2026-11-23 06:00 to 06:04 UTC"
    overnight = make_run(finished_at=datetime(2026, 11, 24, 0, 1, tzinfo=UTC))
    assert period(overnight) == "2026-11-23 06:00 to 2026-11-24 00:01 UTC"
    assert period(make_run(finished_at=None)) == "started 2026-11-23 06:00 UTC"


def test_words_cover_every_label_relation_and_timing():
    """Each has words for a reader; a timing that is no reason to be wary has none."""
    assert set(LABEL_WORDS) == set(Label)
    assert set(RELATION_WORDS) == set(Relation)
    assert {timing for timing in Timing if TIMING_WORDS[timing]} == {Timing.AFTER_CLAIM, Timing.BEFORE_EVENT}


def test_copies_words_count_the_others():
    """A passage that is alone with its text needs no words."""
    assert [copies_words(n) for n in (0, 1, 2)] == ["", "same text as 1 other", "same text as 2 others"]


ROLES, REASONS = ("body", "heading", "table row", "code"), ("opinion", "question", "")


@given(
    st.lists(
        st.tuples(st.integers(0, 9), st.sampled_from(ROLES), st.sampled_from(ClaimStatus), st.sampled_from(REASONS)),
        max_size=20,
    )
)
def test_coverage_words_add_up(made: list[tuple[int, str, ClaimStatus, str]]):
    """Whatever the claims, each stretch is told once, and the parts make up the numbers before them."""
    article = make_article("abcdefghij")
    claims = [
        make_claim(article, article.text[at], role=role, status=status, reason=reason)
        for at, role, status, reason in made
    ]
    line = coverage_words(coverage_of(claims))
    assert sum(int(n) for n in re.findall(r"(\d+) (?:sentences?|other lines?)\b", line)) == len({at for at, *_ in made})
    sentences, _, others = line.partition("; ")
    for part in (re.sub(r"\(.*?\)", "", sentences), *re.findall(r"\d+ not checked \(.*?\)", sentences), others):
        whole, *parts = (int(n) for n in re.findall(r"\d+(?! of them)", part) or ["0"])
        assert whole == sum(parts)


def test_coverage_words_are_plain():
    """Singular and plural, words and reasons without a plural, and a heading that was checked all the same."""
    article = make_article("abcdefghi")
    roles = ("body", "heading", "heading", "byline", "code", "code", "boilerplate")
    claims = [
        make_claim(article, article.text[at], role=role, status=ClaimStatus.NOT_CHECKABLE, reason="opinion")
        for at, role in enumerate(roles)
    ]
    claims.append(make_claim(article, "h", role="caption"))
    others = "7 other lines (2 code, 2 headings, 1 boilerplate, 1 byline, 1 caption, 1 of them checked)"
    assert coverage_words(coverage_of(claims)) == f"1 sentence: 1 not checked (1 opinion); {others}"
    assert coverage_words(coverage_of([make_claim(article, "i")]), checked="to check") == "1 sentence: 1 to check"
    assert coverage_words(coverage_of([])) == "0 sentences"
    reasons = ("prediction", "prediction", "vague", "vague", "opinion")
    set_aside = [
        make_claim(article, article.text[at], status=ClaimStatus.NOT_CHECKABLE, reason=reason)
        for at, reason in enumerate(reasons)
    ]
    told = "5 sentences: 5 not checked (2 predictions, 2 vague, 1 opinion)"
    assert coverage_words(coverage_of(set_aside)) == told


@pytest.mark.parametrize(
    ("original", "replacement", "why", "words"),
    [
        ("he", "Ned Price", "the only man named", "“he” became “Ned Price” (the only man named)"),
        ("", " in 2022", "the year of the article", "“in 2022” was added (the year of the article)"),
        ("reportedly ", "", "a hedge", "“reportedly” was left out (a hedge)"),
        ("the\ntown", "Orla", "", "“the town” became “Orla”"),
    ],
)
def test_substitution_words_tell_a_change_from_words_added_or_left_out(
    original: str, replacement: str, why: str, words: str
):
    """Each reads as a sentence, on one line, with its reason where there is one."""
    assert substitution_words(Substitution(0, len(original), original, replacement, why)) == words


@pytest.mark.parametrize(
    ("label", "passage_id", "comment", "told"),
    [
        (Label.REFUTED, None, "", "Reviewed: Refuted, by Ada (2026-11-12)"),
        (
            Label.REFUTED,
            "p1",
            "Other\ndam.",
            "Reviewed: Refuted, wrong evidence “Dams”, by Ada (2026-11-12): Other dam.",
        ),
        (None, "p1", "", "Reviewed: wrong evidence “Dams”, by Ada (2026-11-12)"),
        (None, None, "Asked.", "Comment by Ada (2026-11-12): Asked."),
    ],
)
def test_review_words_say_what_who_when_and_why(label: Label | None, passage_id: str | None, comment: str, told: str):
    """Each kind of review in one line."""
    review = Review("r", "c", "run", label, "Ada", comment, passage_id, datetime(2026, 11, 12, tzinfo=UTC))
    assert review_words(review, "run", "Dams") == told
    assert "(2026-11-12, on another run's verdict)" in review_words(review, "later", "Dams")


def test_review_words_name_a_passage_that_is_not_shown_by_its_id():
    """It was evidence of another run's verdict."""
    review = Review("r", "c", "run", None, "Ada", "", "p1", datetime(2026, 11, 12, tzinfo=UTC))
    assert review_words(review, "later").startswith("Reviewed: wrong evidence p1, by Ada")


def test_causes_words_tell_three_reasons_and_count_the_rest():
    """A corpus that was built anew gives a reason a passage."""
    causes = [Cause(CauseKind.NEW_PASSAGE, None, f"“{i}” came") for i in range(5)]
    assert causes_words([]) == ""
    assert causes_words(causes) == "“0” came; “1” came; “2” came; 2 further reasons"


def test_a_step_of_a_history_says_label_chance_and_why():
    """The first verdict has no reason; how often one was given again is told in words."""
    moment = datetime(2026, 5, 3, tzinfo=UTC)
    why = (Cause(CauseKind.NEW_PASSAGE, None, "“Dam register” came into the corpus on 2026-05-04"),)
    assert step_words(PastVerdict("r", moment, Label.SUPPORTED, 0.914, ())) == "Supported 91%"
    assert step_words(PastVerdict("r", moment, Label.REFUTED, 0.73, why)) == (
        "Refuted 73%: “Dam register” came into the corpus on 2026-05-04"
    )
    assert [again_words(n) for n in (1, 2, 1200)] == [
        "given again once",
        "given again twice",
        "given again 1,200 times",
    ]


@pytest.mark.parametrize(
    ("p", "words"),
    [
        (1.0, "very likely right"),
        (0.9, "very likely right"),
        (0.75, "likely right"),
        (0.6, "probably right"),
        (0, "unsure"),
    ],
)
def test_sureness_says_a_chance_in_words(p: float, words: str):
    """Each step begins where its number does."""
    assert sureness(p) == words


def test_a_sighting_names_day_article_and_speaker():
    """Without a title or a speaker it still says where to look."""
    seen = Sighting("c", "Orla dam  full", None, "Ada Brook", date(2026, 5, 3))
    assert sighting_words(seen) == "2026-05-03, “Orla dam full”, claimed by Ada Brook"
    assert sighting_words(replace(seen, article="", speaker=None)) == "2026-05-03, “Untitled article”"


@pytest.mark.parametrize(
    ("publisher", "claim", "told"),
    [
        ("Facts", "THE DAM  is full.", "Checked by Facts: False"),
        (None, "It is full.", "Checked by somebody unnamed: False, of “It is full.”"),
    ],
)
def test_fact_check_words_quote_the_claim_where_its_words_are_others(publisher: str | None, claim: str, told: str):
    """A reader has to see what was checked."""
    check = FactCheck("f", claim, None, None, (), publisher, None, None, None, "False", None)
    assert fact_check_words(check, "The dam is full.") == told


def test_a_run_without_news_is_not_told_as_one_that_was_stopped():
    """Only what left something to do goes on."""
    assert resumed_words(Resumed(12, 40)) == "Resumed: 12 of 40 articles had been checked before"
    assert resumed_words(Resumed(30, 30)) == "Nothing new: 30 articles, checked before"
