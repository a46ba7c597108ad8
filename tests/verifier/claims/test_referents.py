"""Pronouns, short names and descriptions: put into words that stand alone, or left open."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.verifier.claims.articles import article, checkable, claims_of
from tests.verifier.claims.whole import reasons, resolutions, rewritten, unclear
from verifier.claims.lexicon import words
from verifier.claims.parse import parse
from verifier.claims.referents import Context
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


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("President Xyra Orlova met Tom Hale. The president said he had lied.", "he"),
        ("Kerem Ortak runs the plant. Hale Sunde met Riku Ono in Riga. Sunde said he was misinformed.", "he"),
        ("Dr. Dessau was born in 1932. Hugh Carden is 95. Her claim was disproved.", "Her"),
        ("Democrat Rita Sandoval won the seat. He left in 2020.", "He"),
        ('Ana Lopes praised the town. "Tom Reed lied in 2019," Lopes said. He left in 2020.', "He"),
        ("Xyra Demir praised the town. She left in 2020. Demir said he had lied.", "he"),
        ("Tom Hale was charged in 2019. His lawyer said that he never paid.", "he"),
    ],
)
def test_person_of_unknown_or_other_sex_is_not_taken(text: str, word: str) -> None:
    """He and she need a name that fits for sure, or nobody else nearby; once shown, a person's sex stays."""
    assert unclear(text) == [word]


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("Xyra Demir praised the town. He left in 2020.", "Xyra Demir left in 2020."),
        ("Leyla Demir met Tom Hale in Riga. Demir said he had lied.", "Leyla Demir said Tom Hale had lied."),
        ("Mrs Orlova met Tom Hale in Riga. Orlova said he had lied.", "Orlova said Tom Hale had lied."),
    ],
)
def test_person_whose_sex_fits_is_taken(text: str, last: str) -> None:
    """Titles and given names say who is meant."""
    assert rewritten(text) == last


def test_possessive_of_a_clause_is_its_subjects() -> None:
    """`Demir lost his hat`: nobody else's, whoever was named before."""
    assert unclear("Tom Reed came to Riga. Xyra Demir lost his hat in Riga.") == []


def test_speaker_of_a_quote_is_not_he_in_it() -> None:
    """Those who speak call themselves `I`."""
    start = 'Senator Nina Patel met Paul Hale. "The bill is dead," Patel said. '
    assert "Paul Hale sold three houses in Riga." in checkable(start + '"He sold three houses in Riga."')
    told = [c.text for c in claims_of('Boris Kanev answered, "He sold three houses in Riga."')]
    assert not any("Boris Kanev sold" in text for text in told)


def test_owner_and_owned_are_two_candidates() -> None:
    """`Hale's lawyer said that he`: Hale or the lawyer."""
    texts = checkable("Tom Hale was charged in 2019. Hale's lawyer said that he never sold three houses in Riga.")
    assert not any("lawyer never sold" in text or "Tom Hale never sold" in text for text in texts)


@pytest.mark.parametrize(
    "text",
    [
        "Hale went to his trial. It began in 2019.",
        "Nina Patel praised Hale. It cost 300 dollars.",
        'The rate rose. "Inflation was 9%," said Avery. "It was 3% in 2019."',
        "The rate rose. Acme Corp. left. It was 3% in 2019.",
    ],
)
def test_surname_alone_is_no_thing(text: str) -> None:
    """Somebody who speaks or owns something is never `it`."""
    assert "It" in unclear(text)


def test_author_of_a_thing_named_before_is_open_among_several() -> None:
    """`Hale, its author`: of the act or of the Senate."""
    last = claims_of("The Senate passed the Clean Water Act in 2020, a day after Tom Hale, its author, died.")[-1]
    assert (last.text, last.status) == ("Tom Hale was its author.", ClaimStatus.AMBIGUOUS)


@pytest.mark.parametrize(
    ("text", "open_words"),
    [
        ("Fair Fare is a consumer group. Acme Corp. left. The union paid 3 dollars.", "The union"),
        ("Acme Corp. hired Tom Reed. The railway lost 300 trains. The company paid 3 dollars.", "The company"),
        ("Fair Fare is a consumer group. The company paid 3 dollars.", "The company"),
        ("Acme LLC, of Dover, sold seats. The regulator said the firm had warned Acme LLC in 2019.", "the firm"),
        ("An earthquake struck Riga in 2019. The quake lasted a minute.", "The quake"),
    ],
)
def test_description_with_rivals_is_open(text: str, open_words: str) -> None:
    """A consumer group is no company, and a company does not warn itself."""
    assert unclear(text) == [open_words]


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("Acme LLC, of Dover, sold seats. The company paid 3 dollars.", "Acme LLC paid 3 dollars."),
        ("The Riga earthquake killed 300 people. The quake lasted a minute.", "The Riga earthquake lasted a minute."),
    ],
)
def test_description_takes_the_bare_name(text: str, last: str) -> None:
    """Without the place that was added to it; two nouns may name one event."""
    assert rewritten(text) == last


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("One was built in 1960.", "One"),
        ("Both were sold in 2019.", "Both"),
        ("Neither was sold in 2019.", "Neither"),
        ("Karl Voss voted in 2019. Tom Berg did not.", "did"),
        ("The people there were poor in 1960.", "there"),
        ("Tom Smith told you that the bill was paid in 2019.", "you"),
        ("The bridge had been built before then.", "before then"),
    ],
)
def test_words_that_lean_on_another_sentence_are_open(text: str, word: str) -> None:
    """A noun, a verb, a place or a listener is missing."""
    assert unclear(text) == [word]


@pytest.mark.parametrize(
    "sentence",
    [
        "If you mix red with yellow, you can create orange.",
        "You can find land on Earth.",
        "One of the towers was built in 1960.",
        "One in five people lives in Riga.",
        "Both houses were sold in 2019.",
        "Ana Lopes has two sons, and both live in Riga.",
        "Tom Reed left Riga in 2019, but Ana Lopes did not.",
        "Prices rose faster than wages did in 2019.",
    ],
)
def test_words_that_the_sentence_itself_completes_are_clear(sentence: str) -> None:
    """Anybody is meant, or the noun and the verb stand before."""
    assert unclear(sentence) == []


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=".,'’-–\"“”()&@#*A", min_size=1, max_size=12))
def test_names_of_punctuation_are_read(name: str) -> None:
    """What the model takes for a name may hold no letter at all."""
    for text in (f"{name} said he left.", f"Mr {name} met Tom Reed. President {name} said it fell."):
        assert resolutions(text)
    assert Context.of(article(name), list(parse([name]))).named(name)


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


def test_pronoun_stands_beside_all_that_it_may_mean() -> None:
    """Which of the two is meant is as open as in the sentence itself: nothing outside of the statement is needed."""
    texts = checkable("Copper is more reactive than iron, so it can displace iron from its salt solution.", None)
    assert "Copper can displace iron from its salt solution." in texts
