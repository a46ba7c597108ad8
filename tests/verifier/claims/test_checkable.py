"""What is not checked, and the reason given."""

from __future__ import annotations

import pytest

from tests.verifier.claims.articles import claims_of
from verifier.types import ClaimKind


def reasons(text: str) -> list[str]:
    """The reason of every row that states content, empty for what is checked."""
    return [claim.reason for claim in claims_of(text) if claim.kind is ClaimKind.CONTENT]


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("Who pays for the bridge in Riga?", "question"),
        ("Let us be honest about the tax.", "command"),
        ("Please send us your stories.", "command"),
        ("The bank will cut rates in May.", "prediction"),
        ("The minister is set to visit Riga in May.", "prediction"),
        ("The call comes as the minister is due to visit Riga.", "prediction"),
        ("Analysts said the bank would cut rates in May.", "prediction"),
        ("We will build 300 schools.", "promise"),
        ("I think the tax hurts shops.", "opinion"),
        ("The council should repeal the tax.", "opinion"),
        ("The tax was a terrible decision.", "opinion"),
        ("Unfortunately, nobody listened to the council.", "opinion"),
        ("We reaffirm our support for Riga.", "opinion"),
        ("A long road with many bends.", "fragment"),
        ("Because of the rain.", "fragment"),
        ("Men and women setting up road blocks in the north of Riga.", "fragment"),
        ("That changed.", "vague"),
        ("🙂", "separator"),
    ],
)
def test_unchecked_sentence_says_why(sentence: str, reason: str) -> None:
    """One short word names the rule."""
    assert reasons(sentence) == [reason]


@pytest.mark.parametrize(
    "sentence",
    [
        "The bank planned to cut rates in 2020.",
        "The firm pledged in May to build 300 schools.",
        "The bank could not cut rates in 2020.",
        "Riga has the second largest port in the region.",
        "The tax would have raised $3 million.",
        "There are 14 wards in the city.",
        "The signal frequency shifts up or down to designate brighter or darker pixels.",
        "The bank cut rates yesterday (March 16).",
        "The First Folio was reprinted three times in the 17th century:",
        "THE BANK CUT 300 JOBS IN MAY.",
        "Vaccines do not cause autism.",
    ],
)
def test_statement_of_fact_is_checked(sentence: str) -> None:
    """Facts about plans, promises and failures are facts."""
    assert reasons(sentence) == [""]
