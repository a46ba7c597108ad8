"""The same answer twice, and an answer to whatever is handed over: the shipped judge on odd input and in any order."""

import random

import pytest

from verifier.pipeline import claim_from_text, hits_of_texts, load_judge
from verifier.settings import Settings
from verifier.types import Label

pytestmark = pytest.mark.models
CLAIMS = ("The dam holds 3 million litres.", "The bridge was opened in May 2004.", "Nobody was hurt in the fire.")
TEXTS = (
    "The Orla dam was finished in 1931. It holds 2 million litres and feeds two towns.",
    "In May 2004 the minister opened the bridge over the Orla, a year late.",
    "The fire in the depot burnt for two days. Four people were taken to hospital.",
    "The dam, the bridge and the depot are all within a mile of the old town.",
)


@pytest.fixture(scope="module")
def judge():
    return load_judge(Settings())


def test_verdicts_are_bit_identical_whatever_the_order(judge) -> None:
    """Claims in any order, beside any neighbours, and passages in any order: the same label, confidence, quotes."""
    claims = [claim_from_text(text) for text in CLAIMS]
    first = {c.id: judge.judge(c, hits_of_texts(TEXTS)) for c in claims}
    for seed in range(3):
        rng = random.Random(seed)
        for claim in rng.sample(claims, len(claims)):
            hits = hits_of_texts(TEXTS)
            again = judge.judge(claim, rng.sample(hits, len(hits)))
            assert (again.label, again.confidence) == (first[claim.id].label, first[claim.id].confidence)
            assert again.evidence == first[claim.id].evidence


def test_a_passage_of_ten_thousand_words_is_judged_by_its_windows(judge) -> None:
    """What settles the claim is found wherever it stands in the text, and quoted verbatim."""
    filler = "The council met on other matters and the clerk read the minutes of the last session aloud. " * 300
    text = f"{filler}The Orla bridge was opened in May 2004 by the minister. {filler}"
    verdict = judge.judge_given(claim_from_text("The Orla bridge was opened in May 2004."), hits_of_texts([text]))
    assert len(text.split()) > 10_000
    assert verdict.label is Label.SUPPORTED
    assert all(quote in text for e in verdict.evidence for quote in e.quotes())


@pytest.mark.parametrize(
    "text",
    [
        "<p>The dam holds <b>2</b> million litres.</p>",
        "The\u200b dam\u200d holds 2 million\ufeff litres.",
        "\u202eThe dam holds 2 million litres.\u202c",
        "El embalse tiene 2 millones de litros.",
        "2 2 2 2 2",
        "💧" * 500,
        "1.234.567,89 and 1,234,567.89 and 03/04/2022",
        "½ of ⅔ of a dozen",
    ],
)
def test_odd_evidence_gets_a_verdict_and_never_a_changed_number(judge, text: str) -> None:
    """Markup, zero-width characters, other languages and bare figures are read; 2 million never supports 3 million."""
    verdict = judge.judge_given(claim_from_text(CLAIMS[0]), hits_of_texts([text]))
    assert verdict.label is not Label.SUPPORTED
    assert 0 <= verdict.confidence <= 1
