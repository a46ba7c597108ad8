"""A fingerprint stands for one wording."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.fingerprint import fingerprint_of

TEXT = "The mayor said 3.5 million came."


@pytest.mark.parametrize(
    "same",
    ["the mayor said 3.5 million came", "The  mayor said\n3.5 million came!", "The “mayor” said 3.5 million came …"],
)
def test_layout_case_and_quotation_marks_do_not_count(same: str) -> None:
    """The same claim as another desk's editor would set it."""
    assert fingerprint_of(same, "CONTENT") == fingerprint_of(TEXT, "CONTENT")


@pytest.mark.parametrize(
    "other",
    [
        "The mayor said 35 million came.",
        "The mayor said 3.6 million came.",
        "The mayor said -3.5 million came.",
        ".The mayor said 3.5 million came.",
        "The mayor never said 3.5 million came.",
        "A mayor said 3.5 million came.",
    ],
)
def test_every_word_and_digit_counts(other: str) -> None:
    """One sign more or less is another claim."""
    assert fingerprint_of(other, "CONTENT") != fingerprint_of(TEXT, "CONTENT")


def test_that_it_was_said_is_another_claim_than_that_it_is_so() -> None:
    """The kind counts."""
    assert fingerprint_of(TEXT, "SPEECH_ACT") != fingerprint_of(TEXT, "CONTENT")


@given(st.text())
def test_any_text_has_one(text: str) -> None:
    """Sixteen hex digits, the same again, and for the text without its surrounding spaces."""
    found = fingerprint_of(text, "CONTENT")
    assert len(found) == 16
    assert fingerprint_of(f"  {text}\n", "CONTENT") == found
