"""What the findings on one passage bar, and what they leave open."""

from datetime import date

from corpus.documents import Passage, sentence_spans
from tests.verifier.factories import make_article, make_claim, make_document, make_evidence
from verifier.compare import compare
from verifier.types import SIDES, Evidence, Relation, Span, Stance


def judged(claim: str, passage: str, quoted: str = "", published: date | None = None) -> Evidence:
    """A passage that the model finds supporting, after the comparisons; its rationale is `quoted`, or all of it."""
    document = make_document(text=passage, published=published)
    whole = Passage("p", document.id, 0, len(passage), passage)
    sentences = [Span(*span) for span in sentence_spans(passage)]
    spans = tuple(s for s in sentences if quoted in passage[s.start : s.end])
    about = make_claim(make_article(claim), claim, claim_date=None, speaker=None)
    return compare(about, make_evidence(about, Stance.SUPPORTS, document, passage=whole, rationale=spans))


def test_a_number_in_the_next_sentence_is_quoted_too() -> None:
    """Where the rationale lacks the claim's number, the sentence that states it joins the rationale."""
    told = "The dam at Orla failed on Sunday. In all 412 houses were flooded."
    found = judged("The dam at Orla failed and 412 houses were flooded.", told, "The dam at Orla failed on Sunday.")
    assert found.quotes() == ("The dam at Orla failed on Sunday.", "In all 412 houses were flooded.")
    assert (found.stance, found.barred) == (Stance.SUPPORTS, ())


def test_a_number_that_no_sentence_states_bars_both_sides() -> None:
    """What is not stated is neither supported nor refuted."""
    found = judged(
        "The dam at Orla failed and 412 houses were flooded.", "The dam at Orla failed. Houses were flooded."
    )
    assert (found.stance, found.barred, found.rationale) == (Stance.NEUTRAL, SIDES, ())


def test_a_number_that_differs_bars_support_alone() -> None:
    """The decision may still find that it speaks against the claim, and needs the quote for that."""
    found = judged("About 412 houses in Orla were flooded.", "It rained. In Orla some 300 houses were flooded.")
    assert Stance.SUPPORTS in found.barred
    assert found.p_supports > found.p_neutral  # what the model said is kept for the decision


def test_another_place_does_not_confirm_a_number() -> None:
    """Where the sentence nearest to the claim tells another number, a neighbour with the right one proves nothing."""
    told = "Guards stopped 12 lorries at Orla. At Mirel they stopped 45 lorries."
    found = judged("Guards stopped 45 lorries at Orla.", told)
    assert Stance.SUPPORTS in found.barred
    assert [(c.relation, c.evidence_value) for c in found.comparisons] == [(Relation.DIFFERS, "12")]
