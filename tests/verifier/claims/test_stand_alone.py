"""The stand-alone form: dates, connectives, pronouns, and sentences taken apart."""

from __future__ import annotations

import pytest

from tests.verifier.claims.articles import checkable, claims_of
from verifier.types import ClaimStatus


@pytest.mark.parametrize(
    ("sentence", "text"),
    [
        ("The bank closed three branches yesterday (March 16).", "The bank closed three branches on March 16, 2022."),
        ("Yesterday, the bank closed three branches.", "On March 16, 2022, the bank closed three branches."),
        ("The bank closed three branches today.", "The bank closed three branches on March 17, 2022."),
        ("The bank closed three branches on Monday.", "The bank closed three branches on March 14, 2022."),
        ("The war in Ukraine began on February 24.", "The war in Ukraine began on February 24, 2022."),
        ("The war in Ukraine began on 24 February.", "The war in Ukraine began on 24 February 2022."),
        ("The bank closed three branches on December 1.", "The bank closed three branches on December 1, 2021."),
        ("The bank closed three branches last year.", "The bank closed three branches in 2021."),
        ("Prices have risen by 3% since last month.", "Prices have risen by 3% since February 2022."),
    ],
)
def test_relative_dates_are_made_absolute(sentence: str, text: str) -> None:
    """The day of publication, 17 March 2022, says which day is meant."""
    assert checkable(sentence) == [text]


@pytest.mark.parametrize(
    "sentence",
    [
        "The referendum was held on 16 March 2014.",
        "The September 11 attacks changed New York.",
        "The festival took place on May 5 every year.",
        "Paris marked the Bastille storming of 1789 on July 14.",
        "Turkey today is a bridge between Europe and Asia.",
        "The bank closed three branches yesterday (March 3).",
    ],
)
def test_dates_with_more_than_one_reading_stay(sentence: str) -> None:
    """A wrong date is worse than a relative one."""
    assert checkable(sentence) == [sentence]


def test_relative_dates_are_open_where_publication_is_unknown() -> None:
    """Without a day of publication nothing is guessed, and nothing is checked."""
    [claim] = claims_of("The bank closed three branches yesterday.", published=None)
    assert claim.text == "The bank closed three branches yesterday."
    assert (claim.status, claim.reason) == (
        ClaimStatus.AMBIGUOUS,
        'relative date in an undated article: "yesterday"',
    )


def test_opening_connectives_go() -> None:
    """`Meanwhile,` leans on the sentence before and says nothing itself."""
    assert checkable("Meanwhile, the bank closed three branches. But prices rose by 3%.") == [
        "The bank closed three branches.",
        "Prices rose by 3%.",
    ]


def test_pronoun_with_one_candidate_is_replaced() -> None:
    """`She` after a sentence about one woman is that woman."""
    assert checkable("Ana Lopes joined Acme in 2015. She left in 2020.")[1] == "Ana Lopes left in 2020."


@pytest.mark.parametrize(
    "text",
    [
        "Ana Lopes met Maria Kovac in Riga. She left in 2020.",
        "Ana Lopes met the minister in Riga. She left in 2020.",
        "Acme bought Beta in 2015. It closed in 2020.",
        "The storm hit Riga in May. He left in 2020.",
    ],
)
def test_pronoun_with_several_or_no_candidates_is_ambiguous(text: str) -> None:
    """The row says which word is unclear, and keeps it."""
    last = claims_of(text)[-1]
    assert last.status is ClaimStatus.AMBIGUOUS
    assert last.reason == f'unclear referent: "{last.text.split()[0]}"'


def test_pronoun_does_not_reach_over_a_heading() -> None:
    """A new section mentions nobody yet."""
    text = "Ana Lopes joined Acme in 2015.\n\nWhat came next\n\nShe left in 2020."
    assert claims_of(text)[-1].status is ClaimStatus.AMBIGUOUS


def test_impersonal_it_needs_no_referent() -> None:
    """`It rained` is about nothing that could be unclear."""
    assert checkable("It rained for 40 days in Riga.") == ["It rained for 40 days in Riga."]


@pytest.mark.parametrize(
    ("sentence", "texts"),
    [
        (
            "The dam, which was built in 1962, has failed twice.",
            ["The dam has failed twice.", "The dam was built in 1962."],
        ),
        (
            "The minister visited Mariupol, which was shelled in March.",
            ["The minister visited Mariupol.", "Mariupol was shelled in March 2022."],
        ),
        (
            "In 1990, Iraq invaded Kuwait, a move condemned by the UN Security Council.",
            [
                "In 1990, Iraq invaded Kuwait.",
                "Iraq's invasion of Kuwait in 1990 was condemned by the UN Security Council.",
            ],
        ),
        (
            "At least 12 people were killed and 30 injured in Riga.",
            ["At least 12 people were killed in Riga.", "At least 30 people were injured in Riga."],
        ),
    ],
)
def test_sentence_with_two_claims_is_taken_apart(sentence: str, texts: list[str]) -> None:
    """Each part can be right or wrong on its own."""
    assert checkable(sentence) == texts


@pytest.mark.parametrize(
    "sentence",
    [
        "Three houses were sold to the bank, which surprised the town.",
        "Ana Lopes met Tom Reed in Riga, which surprised the town.",
        "The files were sorted according to the size of the town.",
        "Banks which cut rates lost customers.",
    ],
)
def test_sentence_that_cannot_be_split_safely_stays_whole(sentence: str) -> None:
    """No claim is made that the article does not make."""
    assert checkable(sentence) == [sentence]
