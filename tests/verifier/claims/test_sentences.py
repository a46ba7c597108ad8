"""Sentence boundaries and offsets."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.claims.anatomy import find_blocks
from verifier.claims.sentences import EMOJI, Sentence, split_block

# Text dense in the characters that the rules look at, and lines of every kind, badly joined.
_MARKS = " \n\r\t.!?…\"'“”‘’«»()[]{}*_-–—#>|`~:;,1aAé\u2028\x00\x0b\x1c\x85\xa0\u200b\u202e\ufeffאב中😀"
_LINES = (
    "The council met.", "- item", "> quoted", "```", "| a | b | c |", "![x](y)", '[a](b "c")', "# Head", "By Ann Lee",
    "10:42 GMT", "\n", "\n\n", "  ", "“He said ‘no’.", "(", "*", "Photo: A B", "1. ", "LISBON, May 4 (Reuters) - ",
    "مرحبا بالعالم.", "😀😀", "ALL CAPS!", "Key points:", "[1]", "\t", "...", "“", "”", "He said \"she said 'yes'\".",
)  # fmt: skip
TEXTS = (
    st.text(max_size=200)
    | st.text(alphabet=_MARKS, max_size=200)
    | st.lists(st.sampled_from(_LINES), max_size=20).map("".join)
)


def whole(text: str) -> list[Sentence]:
    """The sentences of all blocks of a text."""
    found = [split_block(text, block.start, block.end) for block in find_blocks(text, "The council met", "Ann Lee")]
    return [sentence for block in found for sentence in block]


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


@pytest.mark.parametrize(
    "parts",
    [
        ["“One in 2019.", "”Two in 2020.“", "Avery said «three.", "Four came in 2021.»", "He left."],
        ["”It fell,“ she said.", "”Nobody died.“", "He left."],
        ["»It fell.", "Nobody died.«", "He left."],
        ["The mayor said: “The bridge fell.", "Nobody died."],
    ],
)
def test_reversed_and_unclosed_quote_marks_stay_in_their_places(parts: list[str]) -> None:
    """No mark is lost, and one behind a full stop goes with the sentence before it."""
    assert sentences(" ".join(parts)) == parts


@pytest.mark.parametrize(
    "parts",
    [
        ["Avery paid 12 million euros 👍", "The town sold 3 halls."],
        ["Avery paid 12 million euros 🎉🎉", "Hale paid nothing at all."],
        ["Avery paid 12 million euros. 👍", "Hale left."],
        ["The town of Ashby is a great place ❤️", "The council met."],
    ],
)
def test_emoji_in_place_of_a_full_stop_ends_a_sentence(parts: list[str]) -> None:
    """Where words enough stand before it and what follows may start a sentence."""
    assert sentences(" ".join(parts)) == parts


@pytest.mark.parametrize(
    "text",
    [
        "We ❤ Paris in the spring.",
        "Joan Avery of the council beat 🇩🇪 Lund in the final.",
        "The council flew to ✈ Paris on Monday.",
        "The council met 👍 and rose.",
        "Avery, 🎉 The Mayor of Ashby, left.",
    ],
)
def test_emoji_inside_a_sentence_does_not_end_it(text: str) -> None:
    """Hearts and flags stand for words, and a sentence goes on behind a preposition or a comma."""
    assert sentences(text) == [text]


def test_emoji_are_not_read() -> None:
    """They stay in the span; the signs of a text stay in what is read."""
    article = "😀 Joan👍🏽Avery paid 5 euros at 20 °C to Acme™ 🎉"
    (found,) = split_block(article, 0, len(article))
    assert found.text == "Joan Avery paid 5 euros at 20 °C to Acme™"
    assert article[found.start : found.end] == article


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


@given(TEXTS)
def test_every_character_that_is_not_white_space_is_in_one_sentence(text: str) -> None:
    """In order, none twice, and with no white space around them, whatever the text."""
    end = 0
    covered = [False] * len(text)
    for sentence in whole(text):
        assert end <= sentence.start < sentence.end
        verbatim = text[sentence.start : sentence.end]
        assert verbatim == verbatim.strip()
        end = sentence.end
        covered[sentence.start : end] = [True] * (end - sentence.start)
    assert all(covered[i] or char.isspace() for i, char in enumerate(text))


@given(TEXTS)
def test_each_character_that_is_read_is_found_in_the_article(text: str) -> None:
    """Offsets lead to the same character, or to white space or an emoji for a blank, inside the sentence."""
    for sentence in whole(text):
        assert len(sentence.offsets) == len(sentence.text)
        assert all(sentence.start <= offset < sentence.end for offset in sentence.offsets)
        for offset, char in zip(sentence.offsets, sentence.text, strict=True):
            assert text[offset] == char or (char == " " and (text[offset].isspace() or EMOJI.match(text[offset])))


@pytest.mark.parametrize(
    "text",
    [
        "no sentence end at all",
        "THE COUNCIL RAISED THE TAX AND NOBODY VOTED AGAINST IT",
        "The council met 😀😀 and rose 🇩🇪",
        "اجتمع المجلس يوم الاثنين ورفع الضريبة",
        "“He said ‘she said “no” to me’ and (left",
    ],
)
def test_odd_text_without_an_end_is_one_sentence(text: str) -> None:
    """Capitals, pictures, right-to-left script and quotes that never close make no boundaries."""
    assert [text[one.start : one.end] for one in whole(text)] == [text]


def test_sentence_of_5000_words_is_one_and_takes_no_time() -> None:
    """Ten times the words take about ten times as long, not a hundred times (measured: 0.02 s for 5,000)."""
    text = "The council, which met in March, said " + ", ".join(["that the tax (of 3%) rose"] * 1000)
    started = time.process_time()
    assert len(whole(text)) == 1 and len(text.split()) > 5000
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    "unit",
    [
        ".",
        "\n ",
        '."',
        "a.",
        "\r",
        "(",
        " ",
        "1.",
        "- \n",
        "[",
        "> \n",
        "*",
        "word ",
        "[a](",
        "Ab ",
        "“",
        "mr. ",
        "😀 A",
        "a b c 😀 The ",
    ],
)
def test_hostile_text_takes_linear_time(unit: str) -> None:
    """A hundred thousand characters of one mark take seconds at most, not the minutes of a quadratic scan."""
    started = time.process_time()
    whole(unit * (100_000 // len(unit)) + "x")
    assert time.process_time() - started < 8
