"""Sentences taken apart into what they state, and those that must stay whole."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verifier.claims.decompose import split
from verifier.claims.parse import parse
from verifier.claims.rewrite import compose
from verifier.types import Span


def stated(sentence: str) -> list[str]:
    """The texts of a sentence's statements; none where it stays whole."""
    doc = next(parse([sentence]))
    return [compose(doc.text, one.parts, one.edits).text for one in split(doc[:])]


@pytest.mark.parametrize(
    ("sentence", "texts"),
    [
        (
            "The bank cut 300 jobs and closed 12 branches in May.",
            ["The bank cut 300 jobs.", "The bank closed 12 branches in May."],
        ),
        (
            "The law was passed in 2010 and amended in 2015.",
            ["The law was passed in 2010.", "The law was amended in 2015."],
        ),
        (
            "The bill would cut taxes and raise spending.",
            ["The bill would cut taxes.", "The bill would raise spending."],
        ),
        (
            "The minister did not visit Riga and did not meet the mayor.",
            ["The minister did not visit Riga.", "The minister did not meet the mayor."],
        ),
        (
            "If the bank fails, the state pays and the owners leave.",
            ["If the bank fails, the state pays.", "If the bank fails, the owners leave."],
        ),
    ],
)
def test_joined_verbs_and_clauses(sentence: str, texts: list[str]) -> None:
    """Each keeps the subject, the auxiliaries and the condition that it shares."""
    assert stated(sentence) == texts


@pytest.mark.parametrize(
    ("sentence", "texts"),
    [
        (
            "Russia, which invaded Ukraine in February, shelled Kyiv and killed 12 people.",
            ["Russia shelled Kyiv.", "Russia invaded Ukraine in February.", "Russia killed 12 people."],
        ),
        (
            "The mayor, who was elected in 2019, and her deputy resigned.",
            ["The mayor and her deputy resigned.", "The mayor was elected in 2019."],
        ),
        (
            "Mondeca is a software company that sells tools.",
            ["Mondeca is a software company.", "Mondeca sells tools."],
        ),
        (
            "Colt announced tax cuts of 11 billion crowns, which were paid for by loans.",
            ["Colt announced tax cuts of 11 billion crowns.", "Tax cuts of 11 billion crowns were paid for by loans."],
        ),
        (
            "Karla Winter, whose son died in May, sued the city.",
            ["Karla Winter sued the city.", "Karla Winter's son died in May."],
        ),
        (
            "The bridge, which Hartwig Bau built in 1971, has fallen.",
            ["The bridge has fallen.", "Hartwig Bau built the bridge in 1971."],
        ),
    ],
)
def test_relative_clauses_get_the_noun_that_they_are_about(sentence: str, texts: list[str]) -> None:
    """`Who`, `which`, `whose` and `that` are replaced by what they stand for."""
    assert stated(sentence) == texts


@pytest.mark.parametrize(
    ("sentence", "texts"),
    [
        (
            "Ana Lopes, a teacher in Riga, wrote a play.",
            ["Ana Lopes wrote a play.", "Ana Lopes was a teacher in Riga."],
        ),
        ("Ana Lopes, 34, won the race.", ["Ana Lopes won the race.", "Ana Lopes was 34 years old."]),
        (
            "Joan Avery, 41, and Dan Reed, 44, were elected in 2020.",
            [
                "Joan Avery and Dan Reed were elected in 2020.",
                "Joan Avery was 41 years old.",
                "Dan Reed was 44 years old.",
            ],
        ),
        (
            "The company, founded in 1990, employs 300 people.",
            ["The company employs 300 people.", "The company was founded in 1990."],
        ),
        (
            "Founded in 1990, the company employs 300 people.",
            ["The company employs 300 people.", "The company was founded in 1990."],
        ),
        (
            "The court upheld the law, finding that it was fair.",
            ["The court upheld the law.", "The court found that it was fair."],
        ),
        (
            "Because the dam was old, the village was evacuated.",
            ["The village was evacuated.", "The dam was old."],
        ),
    ],
)
def test_appositions_participles_and_reasons(sentence: str, texts: list[str]) -> None:
    """Each becomes a sentence with a finite verb in the tense of its own."""
    assert stated(sentence) == texts


@pytest.mark.parametrize(
    ("sentence", "texts"),
    [
        (
            "He was a poet, a painter and a spy.",
            ["He was a poet.", "He was a painter.", "He was a spy."],
        ),
        (
            "Her research focuses on macroeconomics, public finance, trade and development, and history.",
            [
                "Her research focuses on macroeconomics.",
                "Her research focuses on public finance.",
                "Her research focuses on trade and development.",
                "Her research focuses on history.",
            ],
        ),
        (
            "Germany and France were hit by storms.",
            ["Germany was hit by storms.", "France was hit by storms."],
        ),
        (
            "The ship carried 300 passengers, including 40 children and 12 nurses.",
            ["The ship carried 300 passengers.", "The ship carried 40 children.", "The ship carried 12 nurses."],
        ),
        (
            "At least 726 civilians have been killed and 1,174 injured in Ukraine.",
            [
                "At least 726 civilians have been killed in Ukraine.",
                "At least 1,174 civilians have been injured in Ukraine.",
            ],
        ),
    ],
)
def test_lists_say_it_of_each_item(sentence: str, texts: list[str]) -> None:
    """Items get the article and the verb form that they need; each figure is a claim of its own."""
    assert stated(sentence) == texts


@pytest.mark.parametrize(
    "sentence",
    [
        "No one came and left.",
        "The minister neither visited Riga nor met the mayor.",
        "The two sides met in Geneva and Vienna.",
        "The talks between Russia and Ukraine failed.",
        "Germany and France signed the treaty.",
        "Germany and France are members of the union.",
        "The museum built and opened a new wing in 2019.",
        "Some people believe that the earth is flat and that the moon is hollow.",
        "The president denied that he had lied and that he had met the spy.",
        "He said he was innocent and left the court.",
        "Not only did he lie, but he also stole money.",
        "Only Australia grew, helped by a subsidy.",
        "Prices rose by 3% in May, which surprised the market.",
        "The bridge fell, killing 11 people.",
        "The quake hit while most residents were asleep.",
        "The plant was built by Siemens and Bosch.",
        "Foreign affairs are handled by the ministry, which answers to the president.",
        "If it rains and the dam breaks, the village is lost.",
        "It was Tom Hale, not Joan Avery, who sold the port.",
        "Tom Reed has one son and Ana Lopes has none.",
        "The firm has received 15 reports of burns, including two deaths.",
    ],
)
def test_nothing_is_said_that_the_sentence_does_not_say(sentence: str) -> None:
    """Negation, sharing, attitude, condition and doubt keep a sentence whole."""
    assert stated(sentence) == []


_WORDS = st.sampled_from(
    ["the", "a", "Riga", "Russia", "mayor", ",", "and", "or", "who", "which", "that", "was", "is", "cut", "killed",
     "12", "1,174", "people", "in", "of", "because", "if", "while", "making", "founded", "not", "no", "such", "as",
     "including", "—", ";", ":", "(", ")", '"', "said", "by", "34"]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.lists(_WORDS, min_size=1, max_size=40).map(" ".join), st.text(min_size=1, max_size=120)))
def test_any_words_are_split_without_error_into_parts_of_themselves(sentence: str) -> None:
    """Whatever the words, nothing raises, and every part lies in the sentence."""
    for doc in parse([sentence]):
        for statement in split(doc[:]):
            spans = [part for part in statement.parts if isinstance(part, Span)]
            assert all(0 <= span.start <= span.end <= len(doc.text) for span in spans)
