"""Which texts count as copies of each other."""

from hypothesis import given
from hypothesis import strategies as st

from corpus.copies import are_copies, may_share_runs, shingles

STORY = (
    "The council of Orla approved the final accounts of the dam on Tuesday evening. They put the cost at 61 million "
    "euros, which is 13 million more than planned. The mayor of the town did not comment on the figures. A hearing "
    "is to follow in the spring of next year."
)
OTHER = (
    "Traffic over the bridge has doubled since it was opened. Engineers of the county expect that the deck will have "
    "to be laid anew within ten years, and have asked for the money to do it."
)


def test_a_story_is_a_copy_of_itself_with_small_changes() -> None:
    """Another dateline, a changed word, other case and marks, soft hyphens and a cut end make no other text."""
    for copy in (
        f"ORLA, 3 March (Agency) - {STORY} Read more.",
        STORY.replace("euros", "EUR"),
        STORY.upper().replace(",", ";"),
        STORY.replace("figures", "fig\u00adures"),
        STORY[: STORY.index(" A hearing")],
        STORY[STORY.index("They put") :],
    ):
        assert are_copies(STORY, copy) and are_copies(copy, STORY), copy[:60]


def test_a_short_sentence_within_a_story_is_no_copy_of_it() -> None:
    """Few words stand in two texts by chance, or because one quotes the other."""
    sentence = "The mayor of the town did not comment on the figures."
    assert sentence in STORY
    assert not are_copies(STORY, sentence)
    assert are_copies(sentence, f"{sentence} ")


def test_a_phrase_that_is_used_again_makes_no_copy() -> None:
    """Two months' forecasts of one bank differ only in month and figure, and are two statements."""
    told = "In {} 2022 the bank of Orla forecast that the economy of the county would grow by {} in 2022."
    assert not are_copies(told.format("January", "4.4%"), f"{told.format('October', '3.2%')} {STORY}")
    assert not are_copies(told.format("January", "4.4%"), told.format("October", "3.2%"))


def test_other_texts_are_no_copies() -> None:
    """Neither are two stories on other things, nor two halves of one."""
    assert not are_copies(STORY, OTHER)
    assert not are_copies(STORY[: len(STORY) // 2], STORY[len(STORY) // 2 :])


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_texts_can_be_held_against_each_other(one: str, other: str) -> None:
    """Whatever the characters: a text is its own copy, and the order makes no difference."""
    assert shingles(one)
    assert are_copies(one, one)
    assert are_copies(one, other) == are_copies(other, one)


@given(st.text(), st.text().filter(lambda text: any(map(str.isalnum, text))), st.text())
def test_a_first_look_never_overlooks_a_text_inside_another(before: str, text: str, after: str) -> None:
    """Whatever stands around it: `may_share_runs` only says no where there is nothing."""
    assert may_share_runs(text, f"{before} {text} {after}")
    assert may_share_runs(f"{before} {text} {after}", text)


def test_a_first_look_tells_texts_apart_and_finds_half_a_copy() -> None:
    """Half of a long text, in other quotes and case, with soft hyphens in it, is seen; another text is not."""
    ours = " ".join(f"word{n}" for n in range(400))
    half = " ".join(f"WORD{n}" for n in range(200, 400)).replace("WORD300", "WO\u00adRD300")
    assert may_share_runs(ours, f"Something else came first. “{half}”")
    assert not may_share_runs(ours, " ".join(f"other{n}" for n in range(400)))
