"""Who says what: attribution, quotes over several sentences, pronouns as speakers."""

from __future__ import annotations

import pytest

from tests.verifier.claims.articles import AGENCY, BUSINESS, INTERVIEW, claims_of
from verifier.types import ClaimStatus


def said(text: str) -> list[tuple[str | None, str]]:
    """Speaker and stand-alone form of every row."""
    return [(claim.speaker, claim.text) for claim in claims_of(text)]


@pytest.mark.parametrize(
    ("sentence", "speaker", "text"),
    [
        ("Prices rose by 3% in May, according to the central bank.", "the central bank", "Prices rose by 3% in May."),
        ("According to the bank, prices rose by 3%.", "the bank", "Prices rose by 3%."),
        ("The plant, according to two officials, cost $3 million.", "two officials", "The plant cost $3 million."),
        ("Mayor Ana Lopes said that the city had 40 wards.", "Mayor Ana Lopes", "The city had 40 wards."),
        ("In a statement, the ministry said the port had closed.", "the ministry", "The port had closed."),
        ('"The port closed in May," the ministry said.', "the ministry", "The port closed in May."),
        ("“The port closed in May,” said Ana Lopes, the mayor.", "Ana Lopes", "The port closed in May."),
        (
            'According to Ana Lopes, the poem "Ode" inspired the play "Storm".',
            "Ana Lopes",
            'The poem "Ode" inspired the play "Storm".',
        ),
        ("The Bridge Trust (BT) said that the road had 40 bridges.", "The Bridge Trust", "The road had 40 bridges."),
        ("The army told reporters that Riga was safe.", "The army", "Riga was safe."),
    ],
)
def test_speaker_and_content_are_told_apart(sentence: str, speaker: str, text: str) -> None:
    """The claim is what was said, its wording unchanged."""
    assert said(sentence) == [(speaker, text)]


@pytest.mark.parametrize(
    "sentence",
    [
        "The ministry did not say that the port had closed.",
        "Mr. Reis denied that warnings had been ignored.",
        "After the flood hit Riga, the city reported losses of $3 million.",
        "Foreign affairs are handled by the ministry, which answers to the president of Riga.",
        "The mayor said why the port had closed in May.",
        "The mayor said that the port had closed but refused to name the ship.",
        "The company could say that the port had closed.",
    ],
)
def test_no_claim_is_made_of_what_was_not_asserted(sentence: str) -> None:
    """Negated, indirect and shared statements stay whole."""
    assert all(claim.text == sentence for claim in claims_of(sentence))


def test_content_about_the_speaker_keeps_its_attribution() -> None:
    """`It` and `we` mean something only beside the speaker."""
    assert said("Acme said that it had bought Beta.") == [("Acme", "Acme said that it had bought Beta.")]
    whole = '"We have rebuilt two bridges," Reis said.'
    assert said(whole) == [("Reis", whole)]


def test_second_assertion_in_an_attribution_is_not_lost() -> None:
    """Where the tail says something too, the sentence stays whole."""
    sentence = '"The port closed in May," Reis said, adding that two ships had sunk.'
    assert said(sentence) == [("Reis", sentence)]


def test_he_added_continues_the_speaker_before() -> None:
    """A pronoun as speaker takes the name of the sentence before."""
    speakers = {claim.text: claim.speaker for claim in claims_of(AGENCY)}
    assert speakers["The army had sent six helicopters."] == "Interior Minister Paulo Reis"


def test_speaker_named_later_is_given_to_the_whole_quote() -> None:
    """Both sentences of a quote have the speaker who is named behind the second."""
    speakers = {claim.text: claim.speaker for claim in claims_of(AGENCY)}
    assert speakers["The water came within minutes."] == "Ana Lopes"
    assert speakers["Nobody in the valley had seen this before."] == "Ana Lopes"


def test_quote_of_its_own_continues_the_speaker_before() -> None:
    """`"P," X said. "Q."`: X said Q too."""
    assert ("CEO Ann Bell", "Revenue rose 12%.") in said(BUSINESS)


def test_prose_after_a_quote_has_no_speaker() -> None:
    """Only quotes are continued."""
    assert said('"The port closed in May," Reis said. The rain stopped in Riga.')[1] == (
        None,
        "The rain stopped in Riga.",
    )


def test_unknown_pronoun_as_speaker_names_nobody() -> None:
    """A wrong speaker is worse than none."""
    assert said("She said that the port had closed.") == [(None, "The port had closed.")]


def test_interview_labels_are_speakers() -> None:
    """A name before a colon that recurs speaks; first-person answers are put in their mouth."""
    checked = [claim for claim in claims_of(INTERVIEW) if claim.status is ClaimStatus.CHECKABLE]
    assert [(claim.speaker, claim.text) for claim in checked] == [
        ("Brandt", 'Brandt said: "My first job was at the harbour."'),
        ("Brandt", "Norway exported 1.2 million tonnes of fish that year."),
    ]


def test_clause_about_the_speaker_is_no_part_of_what_was_said() -> None:
    """`"P," said X, who ...` gives P with the speaker X."""
    [claim] = claims_of('"Ukraine applied to join the union in February," said Ilse Brandt, who teaches law in Bremen.')
    assert claim.text == "Ukraine applied to join the union in February."
    assert claim.speaker == "Ilse Brandt"
