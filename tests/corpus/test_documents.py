import time
from datetime import UTC, date, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.documents import Document, PassageConfig, make_document, split_passages

NOW = datetime(2024, 5, 1, tzinfo=UTC)
# Arbitrary text, and text dense in the characters that the splitter looks at.
TEXTS = st.text() | st.text(alphabet=" \n\r\t.!?…\"'”()-*1aA。！\u2003\x1c", max_size=300)
CONFIGS = st.builds(
    PassageConfig,
    sentences=st.just(3),
    overlap=st.integers(0, 2),
    max_words=st.integers(1, 12),
    max_chars=st.integers(1, 60),
    tiny_words=st.integers(0, 10),
)


def document(text: str) -> Document:
    """A document of nothing but this text."""
    return make_document("/docs/a.txt", "", text, None, None, None, NOW)


def cut(text: str, **config: int) -> list[str]:
    """The texts of the passages."""
    return [passage.text for passage in split_passages(document(text), PassageConfig(**config))]


def sentences(text: str) -> list[str]:
    """One passage per sentence."""
    return cut(text, sentences=1, overlap=0, tiny_words=0)


@given(TEXTS, CONFIGS)
def test_passages_quote_the_document_verbatim_and_are_never_blank(text: str, config: PassageConfig) -> None:
    """Each passage is document.text[start:end], with something in it and no white space around it."""
    for passage in split_passages(document(text), config):
        assert passage.text == text[passage.start : passage.end]
        assert passage.text and passage.text == passage.text.strip()


@given(TEXTS, CONFIGS)
def test_passages_cover_every_character_that_is_not_white_space(text: str, config: PassageConfig) -> None:
    """Nothing of a document is out of a search's reach."""
    covered = {i for p in split_passages(document(text), config) for i in range(p.start, p.end)}
    assert all(i in covered for i, char in enumerate(text) if not char.isspace())


@given(TEXTS, CONFIGS)
def test_passages_keep_to_the_limits_and_move_forward(text: str, config: PassageConfig) -> None:
    """No window is over the word or character limit, repeats another or lies within the one before."""
    passages = split_passages(document(text), config)
    for passage in passages:
        assert len(passage.text.split()) <= config.max_words
        assert len(passage.text) <= config.max_chars
    for before, after in pairwise(passages):
        assert after.start > before.start and after.end > before.end
    assert len({passage.id for passage in passages}) == len(passages)


def test_windows_hold_three_sentences_and_share_one() -> None:
    """The last sentence of a window opens the next; no window holds only what the one before has."""
    assert cut("One. Two. Three. Four. Five. Six.") == ["One. Two. Three.", "Three. Four. Five.", "Five. Six."]
    assert cut("One. Two. Three.") == ["One. Two. Three."]


def test_paragraphs_are_not_joined_unless_tiny() -> None:
    """A blank line parts windows; a heading goes with the paragraph that it heads."""
    first, second = "The council met on Monday. " * 6, "The mayor spoke on Tuesday. " * 6
    found = cut(f"# Budget\n\n{first.strip()}\r\n  \r\n{second.strip()}")
    assert found[0].startswith("# Budget\n\nThe council")
    assert not any("council" in passage and "mayor" in passage for passage in found)


def test_last_tiny_paragraph_goes_with_the_one_before() -> None:
    """A closing line keeps its context."""
    assert cut("The council met on Monday. " * 6 + "\n\nIt rose at nine.")[-1].endswith("Monday. \n\nIt rose at nine.")


def test_overlap_is_dropped_where_it_leaves_no_room() -> None:
    """A window that could only repeat the last sentence is not made."""
    assert cut("A b c. D e f. G h i.", max_words=4) == ["A b c.", "D e f.", "G h i."]


def test_long_sentence_is_cut_between_words() -> None:
    """A sentence over the limit becomes parts of whole words."""
    assert cut("one two three four five six seven", max_words=3) == ["one two three", "four five six", "seven"]


def test_long_word_is_chopped() -> None:
    """Text with no spaces still gives passages of bounded length."""
    assert [len(passage) for passage in cut("x" * 2500)] == [1500, 1000]


@pytest.mark.parametrize(
    "expected",
    [
        ["Dr. J. A. Smith met Mr. Wu of the U.S. Senate on Jan. 5 at 3.5 per cent.", "He left."],
        ["Sales at Acme Inc. rose.", "The U.S.", "The rest fell."],
        ["He said no.", "Then what?", "See No. 5."],
        ['"What?" he asked.', "“Go!”", "She went (at 9 p.m.)."],
        ["1. First thing.", "2. Second thing."],
        ["第一句。", "第二句！"],
        ["We shall see ...", "Perhaps not."],
    ],
)
def test_sentences_end_where_a_reader_ends_them(expected: list[str]) -> None:
    """Abbreviations, initials, decimals and list numbers end no sentence."""
    assert sentences(" ".join(expected)) == expected


def test_list_items_are_sentences() -> None:
    """Lines with bullets are parted though they end in no full stop, hard-wrapped lines are not."""
    assert sentences("It says:\n- one item\n- another\nwrapped") == ["It says:", "- one item", "- another\nwrapped"]


def test_document_id_hashes_origin_and_content_only() -> None:
    """The same content read later, or with its author known, has the same id; any other change gives another."""
    fields = {"origin": "/a", "title": "T", "text": "x", "url": None, "source": None, "published": None}
    later = datetime(2025, 1, 1, tzinfo=UTC)
    doc_id = make_document(**fields, ingested=NOW).id  # type: ignore[arg-type]
    assert make_document(**fields, ingested=later).id == doc_id  # type: ignore[arg-type]
    assert make_document(**fields, ingested=NOW, author="A").id == doc_id  # type: ignore[arg-type]
    for change in ({"origin": "/b"}, {"title": "U"}, {"text": "y"}, {"url": "u"}, {"published": date(2024, 1, 1)}):
        assert make_document(**{**fields, **change}, ingested=NOW).id != doc_id  # type: ignore[arg-type]


@pytest.mark.parametrize("bad", [{"overlap": 3}, {"overlap": -1}, {"max_words": 0}, {"sentences": 0}])
def test_config_refuses_windows_that_cannot_be(bad: dict[str, int]) -> None:
    """A window that does not move forward, or holds nothing, is refused at once."""
    with pytest.raises(ValueError):
        PassageConfig(**bad)


@pytest.mark.parametrize("unit", [".", "\n ", '."', "a.", "\r", "(" * 9 + ".", " ", "1.", "- \n"])
def test_hostile_text_takes_linear_time(unit: str) -> None:
    """Half a megabyte of marks takes seconds at most, not the minutes of a quadratic scan."""
    started = time.process_time()
    split_passages(document(unit * (500_000 // len(unit)) + "x"))
    assert time.process_time() - started < 10
