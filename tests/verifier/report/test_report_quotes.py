"""Quotes are words of the document, at the offsets given."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verifier.report.samples import BUDGET_TEXT, SAFETY_TEXT, make_document, make_evidence
from verifier.report.quotes import Piece, Quote, QuoteError, pieces_of, quote_of, rationale_of, strongest
from verifier.types import Span, Stance

COST = "The final accounts put the cost of the bridge repairs at 61.4 million euros."
OVERRUN = "That is 13 million more than planned."


def test_quote_of_neighbouring_sentences_is_continuous():
    """Two sentences side by side are quoted as they stand, with the blank between them."""
    evidence = make_evidence(make_document("Accounts", BUDGET_TEXT), quotes=(COST, OVERRUN))
    assert quote_of(evidence).text == f"{COST} {OVERRUN}"


def test_quote_of_offsets_count_from_the_start_of_the_document():
    """A passage that starts inside its document shifts the offsets of its quotes."""
    evidence = make_evidence(make_document("Accounts", BUDGET_TEXT), quotes=(COST,), passage_from=28)
    quote = quote_of(evidence)
    assert (quote.start, BUDGET_TEXT[quote.start : quote.end]) == (BUDGET_TEXT.index(COST), COST)


def test_quote_of_no_rationale_is_the_whole_passage():
    """Without a rationale the passage itself is cited."""
    quote = quote_of(make_evidence(make_document("Accounts", BUDGET_TEXT), passage_from=28))
    assert (quote.text, quote.start, quote.end) == (BUDGET_TEXT[28:], 28, len(BUDGET_TEXT))


@given(st.lists(st.tuples(st.integers(0, 118), st.integers(1, 30)), max_size=5), st.integers(0, 20))
def test_quote_of_any_rationale_is_verbatim(spans: list[tuple[int, int]], passage_from: int):
    """Whatever the spans and their order, the quote is the document's text between its offsets and holds them all."""
    bare = make_evidence(make_document("Accidents", SAFETY_TEXT), passage_from=passage_from)
    n_chars = len(bare.passage.text)
    kept = tuple(Span(start, min(start + length, n_chars)) for start, length in spans if start < n_chars)
    quote = quote_of(replace(bare, rationale=kept))
    assert quote.text == SAFETY_TEXT[quote.start : quote.end]
    assert all(bare.passage.text[s.start : s.end] in quote.text for s in kept)


@given(st.lists(st.tuples(st.integers(0, 100), st.integers(1, 30)), max_size=5))
def test_pieces_of_any_rationale_make_up_the_passage(spans: list[tuple[int, int]]):
    """Marking loses and repeats nothing, even where spans overlap."""
    evidence = make_evidence(make_document("Accidents", SAFETY_TEXT))
    marked = replace(evidence, rationale=tuple(Span(start, start + length) for start, length in spans))
    assert "".join(piece.text for piece in pieces_of(marked)) == SAFETY_TEXT


def test_pieces_of_sentences_apart_are_marked_apart():
    """Text between two rationale sentences stays unmarked; neighbours are marked as one."""
    evidence = make_evidence(make_document("Accounts", "A one. B two. C three. D four."))
    apart = replace(evidence, rationale=(Span(23, 30), Span(0, 6), Span(7, 13)))
    assert pieces_of(apart) == (
        Piece("A one. B two.", True),
        Piece(" C three. ", False),
        Piece("D four.", True),
    )


@pytest.mark.parametrize("span", [Span(-1, 4), Span(3, 3), Span(0, 10_000)])
def test_quote_of_span_outside_the_passage_is_refused(span: Span):
    """A quote that cannot be on the page is an error that names the claim and what to do."""
    evidence = replace(make_evidence(make_document("Accounts", BUDGET_TEXT)), rationale=(span,))
    with pytest.raises(QuoteError, match="for claim claim: verify this claim again"):
        quote_of(evidence)


def test_rationale_of_gives_each_sentence_at_its_place_in_the_document():
    """In the order of the text, however the model named them."""
    evidence = make_evidence(make_document("Accounts", BUDGET_TEXT), quotes=(OVERRUN, COST), passage_from=28)
    places = [(BUDGET_TEXT.index(words), words) for words in (COST, OVERRUN)]
    assert rationale_of(evidence) == tuple(Quote(words, start, start + len(words)) for start, words in places)


def test_strongest_of_a_side_can_be_quoted():
    """A passage with a rationale goes before a surer one without; nothing speaks for a side that none takes."""
    document = make_document("Accounts", BUDGET_TEXT)
    bare, weak, strong = (
        make_evidence(document, Stance.REFUTES, quotes, p) for quotes, p in (((), 0.99), ((COST,), 0.6), ((COST,), 0.8))
    )
    assert strongest((bare, weak, strong), Stance.REFUTES) is strong
    assert strongest((bare,), Stance.REFUTES) is bare
    assert strongest((bare, weak), Stance.SUPPORTS) is None
    with pytest.raises(ValueError, match="expected SUPPORTS or REFUTES"):
        strongest((bare,), Stance.NEUTRAL)
