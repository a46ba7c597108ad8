"""Sentence boundaries and offsets."""

from __future__ import annotations

import pytest

from verifier.claims.sentences import split_block


def sentences(text: str) -> list[str]:
    """The verbatim sentences of a text."""
    return [text[one.start : one.end] for one in split_block(text, 0, len(text))]


@pytest.mark.parametrize(
    "text",
    [
        "Mr. Reis met Dr. Ana Lopes in St. Gallen.",
        "The U.S. Embassy closed at 5 p.m. Monday.",
        "Acme Inc. Chairman J. K. Brown left.",
        "It cost $3.5 million, i.e. 4% more.",
        "The award went to No. 7 on Jan. 5 last year.",
        '"Did you see it?" she asked.',
        "The law (see Art. 5. It is short.) was passed.",
        "Visit example.com for details.",
    ],
)
def test_no_boundary_inside(text: str) -> None:
    """Titles, initials, abbreviations, decimals, quoted questions and brackets do not end a sentence."""
    assert sentences(text) == [text]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("It happened in the U.S.", "The court agreed."),
        ("They left at 5 p.m.", "It was dark."),
        ('"It is over."', "He left."),
        ("“The rain came.", "Nobody slept,” he said."),
        ("Really?!", "Yes."),
        ("The road is closed (for now).", "Trains run."),
        ("He lives at No. 10.", "She does not."),
    ],
)
def test_boundary_between(first: str, second: str) -> None:
    """Quotes, brackets and abbreviations at the end of a sentence leave it its end."""
    assert sentences(f"{first} {second}") == [first, second]


def test_missing_space_behind_a_full_stop_is_survived() -> None:
    """A careless scrape glues sentences together."""
    assert sentences("They ended the war.The next day it rained.") == ["They ended the war.", "The next day it rained."]


def test_markup_stays_in_the_offsets_and_leaves_the_text() -> None:
    """What is read has no markup; what is quoted is verbatim."""
    article = "- The **bank** cut [300 jobs](https://e.org/x).[1] *Trains* run."
    first, second = split_block(article, 0, len(article))
    assert (first.text, second.text) == ("The bank cut 300 jobs.", "Trains run.")
    assert article[first.start : first.end] == "- The **bank** cut [300 jobs](https://e.org/x).[1]"
    assert article[second.start : second.end] == "*Trains* run."


def test_line_breaks_inside_a_sentence_become_blanks() -> None:
    """A wrapped sentence is read on one line."""
    article = "The bank\n  cut 300\u00a0jobs."
    assert [one.text for one in split_block(article, 0, len(article))] == ["The bank cut 300 jobs."]
