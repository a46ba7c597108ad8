"""Lists with a line that opens them: each item says that it is in the list, and what stands behind its name."""

from __future__ import annotations

from tests.verifier.claims.articles import checkable, claims_of


def test_items_are_joined_to_the_line_that_opens_the_list() -> None:
    """`The tools include:` and `Orla: a tool for ...` give two statements, the line itself none."""
    text = "The tools sold by Acme include:\n- Orla: a tool for linking data\n- Tavo - bought by Acme in 2010\n"
    assert checkable(text, published=None) == [
        "The tools sold by Acme include Orla.",
        "Orla is a tool for linking data.",
        "The tools sold by Acme include Tavo.",
        "Tavo was bought by Acme in 2010.",
    ]
    assert claims_of(text)[0].reason == "opens a list"


def test_words_put_before_an_item_stand_in_no_part_of_it() -> None:
    """Parts stay inside the item's own line."""
    text = "The tools sold by Acme include:\n- Orla: a tool for linking data\n"
    rows = [claim for claim in claims_of(text) if claim.role == "list item"]
    assert all(row.start <= part.start <= part.end <= row.end for row in rows for part in row.parts)


def test_items_without_bullets_are_items_below_such_a_line() -> None:
    """`Name: what it is` on lines of their own."""
    text = "The tools sold by Acme include:\nOrla: a tool for linking data\nTavo: a tool for maps\n"
    assert "Tavo is a tool for maps." in checkable(text, published=None)


def test_list_below_an_unclear_line_does_not_say_what_it_lists() -> None:
    """`They are:` leaves open who they are."""
    texts = checkable("They are:\n1. Ana Lopes - elected in 2010.\n2. Tom Reed - elected in 2012.\n", published=None)
    assert texts == ["Ana Lopes was elected in 2010.", "Tom Reed was elected in 2012."]


def test_full_sentences_in_a_list_stand_for_themselves() -> None:
    """An item that is a sentence is read like any."""
    text = "The rules are:\n- Each state reports its withdrawals by 31 March.\n"
    assert checkable(text, published=None) == ["Each state reports its withdrawals by 31 March."]


def test_pronoun_behind_a_name_and_a_dash_means_the_name() -> None:
    """`“Square One” (2016) - This is ...`, and the change is recorded."""
    [claim] = claims_of('1. "Square One" (2016) - This is the first album by Orla.', published=None)
    assert claim.text == "Square One is the first album by Orla."
    assert [(one.original, one.replacement) for one in claim.substitutions] == [("This", "Square One")]
