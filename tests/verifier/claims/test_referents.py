"""Pronouns, short names and descriptions: put into words that stand alone, or left open."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.verifier.claims.articles import checkable, claims_of
from tests.verifier.claims.whole import reasons, resolutions, rewritten, unclear
from verifier.claims.lexicon import words
from verifier.types import ClaimStatus


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("Ana Lopes joined Acme in 2015. Her sister left in 2020.", "Ana Lopes's sister left in 2020."),
        ("Ana Lopes joined Acme in 2015. Critics praised her in 2020.", "Critics praised Ana Lopes in 2020."),
        ("Acme Corp. is based in Ohio. It employs 400 people.", "Acme Corp. employs 400 people."),
        ("Acme Corp. is based in Ohio. Its plant closed in 2020.", "Acme Corp.'s plant closed in 2020."),
        ("Lithium prices fell in 2020. They rose in 2021.", "Lithium prices rose in 2021."),
        ("Ana Lopes and Tom Reed met in Riga. They left in 2020.", "Ana Lopes and Tom Reed left in 2020."),
        ("Ana Lopes won in 2015. The prize was 3 dollars. She left in 2020.", "Ana Lopes left in 2020."),
        ("The oldest judge was Tom Reed. He left in 2020.", "Tom Reed left in 2020."),
    ],
)
def test_pronoun_takes_the_name_that_fits(text: str, last: str) -> None:
    """One candidate agrees in number, gender and kind."""
    assert rewritten(text) == last


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Tom Reed met Karl Brandt in Riga. He left in 2020.", "He"),
        ("Wen Sato met Ana Lopes in Riga. Her sister left in 2020.", "Her"),
        ("Acme Corp. bought Beta Ltd. in 2015. Its plant closed in 2020.", "Its"),
        ("The bank sold the farm. This surprised the town.", "This"),
        ("Ana Lopes moved from Riga to Oslo. Tom Reed stayed there.", "there"),
        ("We sold the farm in 2015.", "We"),
        ("The town was hit by a flood. Our reporter visited Riga.", "Our"),
    ],
)
def test_pronoun_with_rivals_is_open(text: str, word: str) -> None:
    """Guessing is a defect."""
    assert unclear(text) == [word]


@pytest.mark.parametrize(
    "sentence",
    [
        "It is clear that prices rose by 3% in Riga.",
        "It took nine hours to reach the town.",
        "There were three banks in Riga.",
        "The law made it easy to open a bank.",
        "In her letter, Ana Lopes praised the town.",
        "Whoever finds a coin may keep what he or she finds.",
        "Those who left lost 3 dollars.",
        "Ana Lopes lost her hat in Riga.",
        "George Tupou I united Tonga in 1845.",
    ],
)
def test_words_that_need_no_antecedent_outside_stay(sentence: str) -> None:
    """Empty `it`, names that follow, and antecedents in the sentence itself."""
    assert rewritten(sentence) == sentence
    assert unclear(sentence) == []


def test_content_alone_names_the_speaker_that_it_leans_on() -> None:
    """`Price said that he had left`: whole it needs nothing, the content alone needs the name."""
    texts = [claim.text for claim in claims_of("Ned Price said that he had sold three houses in Riga.")]
    assert texts == [
        "Ned Price said that he had sold three houses in Riga.",
        "Ned Price had sold three houses in Riga.",
    ]


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("Ned Price came to Riga. Price left in 2020.", "Ned Price left in 2020."),
        ("Ned Price came to Riga. Price's car broke down.", "Ned Price's car broke down."),
        ("Ned Price came to Riga. Mr Price left in 2020.", "Ned Price left in 2020."),
        ("Ned Price came to Riga. The Price government fell in 2020.", "The Price government fell in 2020."),
        ("The road to Upper Senn was closed. Houses in Senn were flooded.", "Houses in Senn were flooded."),
    ],
)
def test_surname_takes_the_fullest_name(text: str, last: str) -> None:
    """Only a person's, and only where the word stands for the person."""
    assert rewritten(text) == last


def test_surname_of_two_people_is_open() -> None:
    """Either may be meant."""
    assert unclear("Tom Reed met Anna Reed in Riga. Reed left in 2020.") == ["Reed"]


@pytest.mark.parametrize(
    ("text", "last"),
    [
        (
            "Minister of Foreign Affairs Paul Reis and Secretary of State Ned Price met. The minister flew to Riga.",
            "Paul Reis flew to Riga.",
        ),
        ("Prime Minister Tom Reed and Interior Minister Ana Lopes met. The minister left.", "Ana Lopes left."),
        ("US Secretary of State Ned Price came. The US top diplomat left.", "Ned Price left."),
        (
            "The Ministry of Foreign Affairs hired Tom Reed. The ministry paid 3 dollars.",
            "The Ministry of Foreign Affairs paid 3 dollars.",
        ),
        ("Russia seized the Crimean Peninsula. Tom Reed left the Peninsula.", "Tom Reed left the Crimean Peninsula."),
        ("Acme Corp. hired Tom Reed. The company paid 3 dollars.", "Acme Corp. paid 3 dollars."),
        (
            "The ministry spoke in Riga. The Bridge Trust said in a statement that it was poor. "
            '"The road is closed," said the statement.',
            '"The road is closed," said the statement by the Bridge Trust.',
        ),
    ],
)
def test_description_takes_the_name_that_bears_it(text: str, last: str) -> None:
    """The article introduces one person or body with that title or noun."""
    assert rewritten(text) == last


@pytest.mark.parametrize(
    ("text", "open_words"),
    [
        ("Interior Minister Tom Reed met Defence Minister Ana Lopes. The minister left.", "The minister"),
        ("A boy fell into the river in Riga. The boy was saved.", "The boy"),
        ("Tom Reed spoke to Ana Lopes over the phone. The phone call lasted an hour.", "The phone call"),
        ("Russia seized Crimea. Turkey does not recognise this act, which is illegal.", "this act"),
        ("The Ministry of Trade and the Ministry of War moved. The ministry paid 3 dollars.", "The ministry"),
    ],
)
def test_description_that_leans_on_the_text_is_open(text: str, open_words: str) -> None:
    """No few words of the article say which one is meant."""
    assert unclear(text) == [open_words]


@pytest.mark.parametrize(
    "sentence",
    [
        "The government raised taxes in Riga.",
        "The capital of France lies on the Seine.",
        "The invasion of Ukraine began in 2022.",
        "The tallest tower was closed in 2020.",
        "The bridge that fell in 2018 was rebuilt.",
        "The United Nations has 193 members.",
        "The Russian president left Riga.",
    ],
)
def test_description_that_stands_by_itself_is_left_alone(sentence: str) -> None:
    """Unique things, names, and nouns with words that say which."""
    text = f"Tom Reed came to Riga. {sentence}"
    assert rewritten(text) == sentence
    assert unclear(text) == []


def test_quote_inside_a_claim_keeps_its_words() -> None:
    """Where the marks stay, nothing between them is changed."""
    text = 'Ned Price came to Riga. Tom Reed called the trip of Ana Lopes "a gift that Price paid for yesterday".'
    assert rewritten(text).endswith('"a gift that Price paid for yesterday".')
    assert "yesterday" in unclear(text)[0]


def test_quote_that_is_the_whole_content_is_made_explicit() -> None:
    """The content of a quote drops the marks and names its day; the act of speaking keeps the exact words."""
    act, content = claims_of('"The port closed three docks yesterday," the ministry said.')
    assert act.text == '"The port closed three docks yesterday," the ministry said.'
    assert content.text == "The port closed three docks on March 16, 2022."


@pytest.mark.parametrize(
    ("sentence", "without"),
    [
        ("The bank also closed three branches.", "The bank closed three branches."),
        ("The bank, however, closed three branches.", "The bank closed three branches."),
        ("The bank closed three branches, too.", "The bank closed three branches."),
        ("The bank closed not only shops but also schools.", "The bank closed not only shops but also schools."),
        ("Bitumen, also known as asphalt, is a liquid.", "Bitumen, also known as asphalt, is a liquid."),
    ],
)
def test_connectives_go_where_they_lean_back(sentence: str, without: str) -> None:
    """A word that joins two parts of the same sentence stays."""
    assert rewritten(sentence) == without


def test_reasons_are_plain() -> None:
    """An editor reads why a word was put otherwise."""
    assert reasons("Ned Price came to Riga. Price left.") == ["surname of Ned Price"]
    assert reasons("Ned Price came to Riga. He left.") == [
        "the only man who comes into question in the sentences before"
    ]


def test_nothing_points_back_over_a_heading() -> None:
    """A new section has to name its people again."""
    last = claims_of("Acme Corp. is based in Ohio.\n\nWhat came next\n\nIt employs 400 people in Riga.")[-1]
    assert last.status is ClaimStatus.AMBIGUOUS


def test_pronoun_in_a_clause_of_its_own_takes_the_name() -> None:
    """A clause cut out of its sentence no longer has its antecedent before it."""
    assert "Paula Reis showed Henrik Voss a yellow card." in checkable(
        "Henrik Voss was unhappy with Paula Reis, who showed him a yellow card."
    )


_VOCABULARY = words(
    "he She it They their this these I my we there also however yesterday Monday last week year ago on in March 16"
    ' the minister Price Ned Mr company " “ ” said that told , . ; ( ) s and was has will Acme Corp. 2022 which & who'
)
_SENTENCES = st.lists(st.sampled_from(sorted(_VOCABULARY)), max_size=25).map(" ".join)


@settings(max_examples=80, deadline=None)
@given(st.one_of(_SENTENCES, st.text(max_size=80)))
def test_any_text_is_resolved_without_overlaps(text: str) -> None:
    """Edits lie within their sentence and never overlap; unclear words lie within it too."""
    for sentence, resolution in resolutions(text):
        edits = resolution.edits
        assert all(0 <= place.start <= place.end <= len(sentence) for place in (*edits, *resolution.unclear))
        assert all(first.end <= second.start for first, second in pairwise(edits))
