"""Who says what: attribution, quotes over several sentences, pronouns as speakers."""

from __future__ import annotations

import pytest

from tests.verifier.claims.articles import AGENCY, BUSINESS, INTERVIEW, claims_of
from verifier.types import Claim, ClaimKind, ClaimStatus


def said(text: str) -> list[tuple[str | None, str]]:
    """Speaker and stand-alone form of every row that states content."""
    claims = claims_of(text, published=None)
    return [(claim.speaker, claim.text) for claim in claims if claim.kind is ClaimKind.CONTENT]


def speech_acts(text: str) -> list[Claim]:
    """The rows that state that something was said."""
    return [claim for claim in claims_of(text, published=None) if claim.kind is ClaimKind.SPEECH_ACT]


@pytest.mark.parametrize(
    ("sentence", "speaker", "text"),
    [
        ("Prices rose by 3% in May, according to the central bank.", "the central bank", "Prices rose by 3% in May."),
        ("According to the bank, prices rose by 3%.", "the bank", "Prices rose by 3%."),
        ("The plant, according to two officials, cost $3 million.", "two officials", "The plant cost $3 million."),
        ("Mayor Ana Lopes said that the city had 40 wards.", "Ana Lopes", "The city had 40 wards."),
        ("In a statement, the ministry said the port had closed.", "the ministry", "The port had closed."),
        ('"The port closed in May," the ministry said.', "the ministry", "The port closed in May."),
        ("“The port closed in May,” said Ana Lopes, the mayor.", "Ana Lopes", "The port closed in May."),
        (
            'According to Ana Lopes, the poem "Ode" inspired the play "Storm".',
            "Ana Lopes",
            'The poem "Ode" inspired the play "Storm".',
        ),
        ("The Bridge Trust (BT) said that the road had 40 bridges.", "the Bridge Trust", "The road had 40 bridges."),
        ("The army told reporters that Riga was safe.", "the army", "Riga was safe."),
    ],
)
def test_speaker_and_content_are_told_apart(sentence: str, speaker: str, text: str) -> None:
    """One row says that it was said, one what was said, its wording unchanged; both name the speaker."""
    assert said(sentence) == [(speaker, text)]
    assert [(act.speaker, act.text) for act in speech_acts(sentence)] == [(speaker, sentence)]


@pytest.mark.parametrize(
    "sentence",
    [
        "The ministry did not say that the port had closed.",
        "Mr. Reis denied that warnings had been ignored.",
        "After the flood hit Riga, the city reported losses of $3 million.",
        "The mayor said why the port had closed in May.",
        "The mayor said that the port had closed but refused to name the ship.",
        "The company could say that the port had closed.",
    ],
)
def test_no_claim_is_made_of_what_was_not_asserted(sentence: str) -> None:
    """Negated, indirect and shared statements stay whole; of a denial nothing but the denial is claimed."""
    assert all(claim.text == sentence for claim in claims_of(sentence, published=None))


def test_first_person_content_is_claimed_only_as_said() -> None:
    """`We` means something only beside the speaker."""
    whole = '"We have rebuilt two bridges," Reis said.'
    assert said(whole) == []
    [act] = speech_acts(whole)
    assert (act.speaker, act.text, act.verb, act.quotes) == ("Reis", whole, "said", ("We have rebuilt two bridges,",))


def test_second_assertion_in_an_attribution_is_not_lost() -> None:
    """Where the tail says something too, the sentence stays whole, as what was said."""
    sentence = '"The port closed in May," Reis said, adding that two ships had sunk.'
    assert [act.text for act in speech_acts(sentence)] == [sentence]


def test_denial_is_a_speech_act_without_content() -> None:
    """`X denied that P` claims neither P nor its opposite."""
    [act] = claims_of("Mr. Reis denied that warnings had been ignored.")
    assert (act.kind, act.speaker, act.verb) == (ClaimKind.SPEECH_ACT, "Reis", "denied")


def test_direct_quotes_keep_their_exact_words() -> None:
    """Every quote of a speech act stands in its sentence, verbatim."""
    acts = [claim for text in (AGENCY, BUSINESS) for claim in speech_acts(text)]
    assert {quote for act in acts for quote in act.quotes} >= {"This is our best quarter,", "Revenue rose 12%."}
    assert all(quote in act.sentence for act in acts for quote in act.quotes)


def test_each_of_several_speakers_has_a_speech_act() -> None:
    """`X and Y said that P`: that X said so, that Y said so, and P once."""
    sentence = "Mayor Ana Lopes and the deputy mayor, Tom Reed, said that the port had closed."
    assert [(act.speaker, act.text) for act in speech_acts(sentence)] == [
        ("Ana Lopes", "Mayor Ana Lopes said that the port had closed."),
        ("Tom Reed", "Tom Reed said that the port had closed."),
    ]
    assert [text for _, text in said(sentence)] == ["The port had closed."]


def test_speaker_has_the_same_name_with_and_without_a_title() -> None:
    """Verdicts can be counted by speaker."""
    text = "Mayor Ana Lopes said that the port had closed. Lopes said that the road had 40 bridges."
    assert {speaker for speaker, _ in said(text)} == {"Ana Lopes"}


def test_he_added_continues_the_speaker_before() -> None:
    """A pronoun as speaker takes the name of the sentence before."""
    speakers = {claim.text: claim.speaker for claim in claims_of(AGENCY)}
    assert speakers["The army had sent six helicopters."] == "Paulo Reis"


def test_speaker_named_later_is_given_to_the_whole_quote() -> None:
    """Both sentences of a quote have the speaker who is named behind the second."""
    speakers = {claim.text: claim.speaker for claim in claims_of(AGENCY)}
    assert speakers["The water came within minutes."] == "Ana Lopes"
    assert speakers["Nobody in the valley had seen this before."] == "Ana Lopes"


def test_quote_of_its_own_continues_the_speaker_before() -> None:
    """`"P," X said. "Q."`: X said Q too."""
    assert ("Ann Bell", "Revenue rose 12%.") in said(BUSINESS)


def test_prose_after_a_quote_has_no_speaker() -> None:
    """Only quotes are continued."""
    assert said('"The port closed in May," Reis said. The rain stopped in Riga.')[-1] == (
        None,
        "The rain stopped in Riga.",
    )


def test_unknown_pronoun_as_speaker_names_nobody() -> None:
    """A wrong speaker is worse than none."""
    assert said("She said that the port had closed.") == [(None, "The port had closed.")]


def test_interview_labels_are_speakers() -> None:
    """A name before a colon that recurs speaks; first-person answers are put in their mouth."""
    checked = [claim for claim in claims_of(INTERVIEW) if claim.status is ClaimStatus.CHECKABLE]
    assert ("Brandt", 'Brandt said: "My first job was at the harbour."', ClaimKind.SPEECH_ACT) in [
        (claim.speaker, claim.text, claim.kind) for claim in checked
    ]
    assert {claim.speaker for claim in checked} == {"Brandt"}


def test_clause_about_the_speaker_is_no_part_of_what_was_said() -> None:
    """`"P," said X, who ...` gives P with the speaker X."""
    assert said('"Ukraine applied to join the union in February," said Ilse Brandt, who teaches law in Bremen.') == [
        ("Ilse Brandt", "Ukraine applied to join the union in February.")
    ]


@pytest.mark.parametrize("subject", ["Nobody", "No official", "Few experts", "None of the experts"])
def test_what_nobody_said_is_not_claimed(subject: str) -> None:
    """`Nobody said that P` is one statement about saying, and P is none."""
    sentence = f"{subject} said that 40 people died."
    assert [text for _, text in said(sentence)] == [sentence]


def test_quote_over_two_sentences_keeps_the_speakers_words_alone() -> None:
    """The narrator's words behind the closing mark are no part of the quote."""
    text = 'Ana Lopes came. "The dam failed in May. The road to Serra is gone," Lopes said.'
    quotes = [quote for act in speech_acts(text) for quote in act.quotes]
    assert quotes == ["The dam failed in May.", "The road to Serra is gone,"]
    assert all(quote in text for quote in quotes)


def test_quotes_of_the_narrator_are_not_the_speakers() -> None:
    """What is told about the speaker may have quote marks of its own."""
    [act] = speech_acts('"I bought 300 shares in May," said Colin Abara, who rates the stock "sell".')
    assert act.quotes == ("I bought 300 shares in May,",)


def test_quote_of_nobody_known_is_not_the_articles_own_statement() -> None:
    """It stays as a row that says so."""
    claims = claims_of('"The second goal was offside in Riga. The referee saw it," he said.', published=None)
    assert {claim.status for claim in claims if claim.kind is ClaimKind.CONTENT} == {ClaimStatus.AMBIGUOUS}


def test_content_of_several_speakers_names_them_all() -> None:
    """`X and Y said that P`: P is claimed by both."""
    assert said("Dana Whitaker and Mei Tanaka said that the port had closed.") == [
        ("Dana Whitaker and Mei Tanaka", "The port had closed.")
    ]


def test_that_behind_however_is_no_part_of_the_content() -> None:
    """`X warned, however, that P`."""
    assert ("Ana Lopes", "The port had closed.") in said("Ana Lopes warned, however, that the port had closed.")
