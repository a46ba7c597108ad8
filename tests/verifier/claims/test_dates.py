"""Relative dates: each put as the day or period that it means, or left open."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.verifier.claims.whole import reasons, resolutions, rewritten, unclear
from verifier.claims.dates import UNDATED

BANK = "The bank closed three branches"


@pytest.mark.parametrize(
    ("words", "explicit"),
    [
        ("yesterday", "on March 16, 2022"),
        ("yesterday (March 16)", "on March 16, 2022"),
        ("earlier yesterday", "on March 16, 2022"),
        ("yesterday evening", "on the evening of March 16, 2022"),
        ("today", "on March 17, 2022"),
        ("this morning", "on the morning of March 17, 2022"),
        ("last night", "on the night of March 16, 2022"),
        ("on Monday", "on March 14, 2022"),
        ("Monday", "on March 14, 2022"),
        ("on Monday night", "on the night of March 14, 2022"),
        ("last Friday", "on March 11, 2022"),
        ("last week", "in the week of March 7, 2022"),
        ("last month", "in February 2022"),
        ("earlier this month", "earlier in March 2022"),
        ("last year", "in 2021"),
        ("over the weekend", "on the weekend of March 12, 2022"),
        ("two days ago", "on March 15, 2022"),
        ("three weeks ago", "around February 24, 2022"),
        ("two months ago", "in January 2022"),
        ("a year ago", "in 2021"),
        ("in December", "in December 2021"),
        ("last November", "in November 2021"),
        ("on March 3", "on March 3, 2022"),
        ("Jan. 2", "Jan. 2, 2022"),
        ("at noon today", "at noon on March 17, 2022"),
        ("at 10:52 a.m. on Monday", "at 10:52 a.m. on March 14, 2022"),
        ("last Christmas", "at Christmas 2021"),
        ("in Tuesday's storm", "in the March 15, 2022 storm"),
    ],
)
def test_words_become_the_day_or_period_they_mean(words: str, explicit: str) -> None:
    """Counted from 17 March 2022, a Thursday."""
    assert rewritten(f"{BANK} {words}.") == f"{BANK} {explicit}."


@pytest.mark.parametrize(
    ("sentence", "explicit"),
    [
        ("The bank will close three branches tomorrow.", "The bank will close three branches on March 18, 2022."),
        ("The bank will close three branches on Monday.", "The bank will close three branches on March 21, 2022."),
        ("The bank will close three branches next month.", "The bank will close three branches in April 2022."),
        ("The bank will close three branches in May.", "The bank will close three branches in May 2022."),
        ("Ana Lopes faces an election in May.", "Ana Lopes faces an election in May 2022."),
        ("The trial is set for May 3.", "The trial is set for May 3, 2022."),
        (
            "The bank will close three branches by the end of June.",
            "The bank will close three branches by the end of June 2022.",
        ),
    ],
)
def test_plans_look_ahead(sentence: str, explicit: str) -> None:
    """A day named in the future tense is the next one."""
    assert rewritten(sentence) == explicit


@pytest.mark.parametrize(
    "sentence",
    [
        "The bank closes its branches every Monday.",
        "The market opens from Monday to Friday.",
        "The bank recently closed three branches.",
        "The army shot 13 people on Bloody Sunday.",
        "Fossils show that the coast rose 12,500 years ago.",
        "The bank may close three branches.",
    ],
)
def test_words_that_are_not_counted_from_publication_stay(sentence: str) -> None:
    """Habits, names and vague words have no day."""
    assert rewritten(sentence) == sentence
    assert unclear(sentence) == []


@pytest.mark.parametrize(
    ("sentence", "explicit"),
    [
        ("By Sunday, 300 people had died.", "By March 13, 2022, 300 people had died."),
        (
            "Prices have risen by 3% since the beginning of the month.",
            "Prices have risen by 3% since the beginning of March 2022.",
        ),
        ("Prices have risen by 3% since the start of the year.", "Prices have risen by 3% since the start of 2022."),
        (
            "A girl died in Ohio, and last September a boy died in Maine.",
            "A girl died in Ohio, and in September 2021 a boy died in Maine.",
        ),
    ],
)
def test_dates_keep_the_words_around_them(sentence: str, explicit: str) -> None:
    """The preposition that the explicit date needs stands before it, once."""
    assert rewritten(sentence) == explicit


@pytest.mark.parametrize(
    ("sentence", "open_words"),
    [
        ("The bank closed two weeks ago Thursday.", "two weeks ago Thursday"),
        ("The bank closed a few minutes ago.", "a few minutes ago"),
        ("The bank closed last summer.", "last summer"),
        ("The bank closes three branches on 10 November.", "10 November"),
        ("The sides agreed to exchange 34 prisoners by 15 October.", "15 October"),
        ("Within two days, the bank closed three branches.", "Within two days"),
        ("The bridge had been built before then.", "before then"),
    ],
)
def test_dates_with_several_readings_are_open(sentence: str, open_words: str) -> None:
    """Which day is meant, or which year, cannot be told from the day of publication."""
    assert unclear(sentence) == [open_words]


@pytest.mark.parametrize(
    "sentence",
    ["Christmas falls on December 25.", "The feast is held on May 3.", "The country marks its independence on July 4."],
)
def test_day_of_every_year_stays(sentence: str) -> None:
    """A feast is no plan."""
    assert rewritten(sentence) == sentence
    assert "July 4" not in unclear(sentence)


@pytest.mark.parametrize("words", ["yesterday", "on Monday", "last year", "two days ago", "this week"])
def test_undated_article_leaves_relative_dates_open(words: str) -> None:
    """Nothing says which day is meant."""
    [(_, resolution)] = resolutions(f"{BANK} {words}.", None)
    assert [word.why for word in resolution.unclear] == [UNDATED]
    assert resolution.edits == ()


def test_undated_article_may_anchor_its_days() -> None:
    """`Yesterday (March 16)` makes today March 17, of a year that stays unknown."""
    start = f"{BANK} yesterday (March 16). "
    assert rewritten(f"{start}The mayor protested today.", None) == "The mayor protested on March 17."
    assert unclear(f"{start}The mayor protested last year.", None) == ["last year"]
    assert reasons(start.strip(), None) == ["the article gives yesterday as March 16"]


def test_disagreeing_anchors_are_no_anchor() -> None:
    """Two days cannot both be yesterday."""
    text = f"{BANK} yesterday (March 16). The school closed yesterday (March 3). The mayor protested today."
    assert unclear(text, None) == ["today"]


def test_beginning_of_the_war_is_dated_where_the_article_dates_it() -> None:
    """The day comes from another sentence of the same article, never from outside."""
    start = "Russia's invasion of Ukraine, which began on February 24, drew condemnation. "
    last = "At least 726 civilians have been killed since the beginning of the war."
    assert rewritten(start + last).endswith("killed since February 24, 2022.")
    assert rewritten(start + last, None).endswith("killed since February 24.")
    assert rewritten(last) == last


def test_dates_counted_from_another_sentence_are_open() -> None:
    """`Three weeks later` leans on a day that the sentence does not name."""
    assert unclear(f"The war began on March 1. Three weeks later, {BANK.lower()}.") == ["Three weeks later"]
    assert unclear("The war began on March 1, 2014 and ended three weeks later.") == []


def test_reason_names_the_day_of_publication() -> None:
    """An editor can follow where the date comes from."""
    assert reasons(f"{BANK} yesterday.") == ["the article is dated 17 March 2022"]


@settings(max_examples=60, deadline=None)
@given(
    day=st.dates(min_value=date(1, 1, 1)),
    words=st.sampled_from(
        ["yesterday", "tomorrow", "on Monday", "last month", "next year", "ten years ago", "last week", "on May 31"]
    ),
)
def test_any_day_of_publication_can_be_counted_from(day: date, words: str) -> None:
    """Neither the first nor the last day of the calendar breaks the counting."""
    [(sentence, resolution)] = resolutions(f"{BANK} {words}.", day)
    assert all(0 <= edit.start <= edit.end <= len(sentence) for edit in resolution.edits)
