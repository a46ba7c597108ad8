"""Numbers that belong to names, which count nothing."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verifier.test_compare import judged, relations
from verifier.compare.names import find_designations, masked_names
from verifier.compare.quantities import find_quantities
from verifier.compare.written_dates import find_dates
from verifier.types import Relation, Stance


@pytest.mark.parametrize(
    "text",
    [
        "COVID-19 may be spread by touch.",
        "COVID\u201119 may be spread by touch.",
        "COVID\u201319 may be spread by touch.",
        "The virus SARS-CoV-2 may survive on steel.",
        "Coronavirus disease 19 (COVID-19) may be spread by touch.",
        "Phosphoinositide 3-kinase and a 3-phosphatase bind PI(3,4)P2.",
        "25-OHD and 25(OH)D are measured in blood, like CIN2.",
        "The cells need MEK 1/2 and CO 2 to grow.",
        "The Falcon 9 was launched.",
        "Boeing 737 was grounded.",
        "The phase 3 trial was stopped.",
        "A grade 2 tumour was found.",
    ],
)
def test_numbers_of_names_are_neither_counts_nor_dates(text: str) -> None:
    """Hyphens of every kind, chemistry, model numbers, classes."""
    assert find_quantities(text) == []
    assert find_dates(text) == ()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("In Assam 26 cases were found.", 26),
        ("On Monday 5 people came.", 5),
        ("Killed 12 people.", 12),
        ("The 3-storey house burnt.", 3),
        ("A 4-phase motor hums.", 4),
        ("Total 500 deaths were counted.", 500),
        ("The town has 75 COVID-19 cases.", 75),
        ("Peru 5 million.", 5e6),
    ],
)
def test_numbers_that_count_something_stay_counts(text: str, value: float) -> None:
    """A capital letter before a number makes no name of it where a counted noun, a unit or a scale follows."""
    assert [q.value for q in find_quantities(text)] == [value]


@pytest.mark.parametrize(
    ("claim", "evidence", "expected"),
    [
        ("Sky Racer 4 was sold in Riga.", "Sky Racer 4 was sold in Riga.", [Relation.AGREES]),
        ("Sky Racer 3 was sold in Riga.", "Sky Racer III was sold in Riga.", [Relation.AGREES]),
        ("Sky Racer 4 was sold in Riga.", "Sky Racer 3 was sold in Riga.", [Relation.DIFFERS]),
        ("Sky Racer 4 was sold in Riga.", "Sky Racer 3 and Sky Racer 4 were sold in Riga.", [Relation.AGREES]),
        ("Sky Racer 4 was sold in Riga.", "The game was sold in Riga to 12 million people.", []),
        ("The Antonov 124 landed in Riga.", "In Riga the 124 landed.", [Relation.AGREES]),
        ("The Antonov 124 landed in Riga.", "It landed in Riga.", [Relation.MISSING]),
        ("A grade 2 tumour was found.", "A grade 3 tumour was found.", [Relation.DIFFERS]),
        ("A grade 2 tumour was found.", "A tumour was found.", []),
    ],
)
def test_the_number_of_a_name_is_held_against_the_same_name(
    claim: str, evidence: str, expected: list[Relation]
) -> None:
    """Another number of the same name differs; a small one is left alone where the name stands without a number."""
    found = judged(claim, evidence)
    assert relations(found) == expected
    assert (found.stance is Stance.SUPPORTS) is (expected in ([], [Relation.AGREES]))


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("Storm Fells 14 in Tallinn Park", "A storm felled 40 in a park in Tallinn."),
        ("Judge Sends 12 to Prison", "The judge sent 7 to prison."),
        ("Norway Buys 18 Viking Boats for Bergen", "Norway bought 14 Viking boats for Bergen."),
        ("Baker Opens 25 Shops in Latvia", "The baker opened 5 shops in Latvia."),
        ("The storm hurt in Tallinn 14 people.", "The storm hurt in Tallinn 40 people."),
        ("In her class 20 pupils passed.", "In her class 30 pupils passed."),
        ("In Norway 18 Viking boats were sold.", "In Norway 14 Viking boats were sold."),
        ("They built a 20-MW plant.", "They built a 50-MW plant."),
        ("They built a 20-MW plant.", "They built a plant of 50 MW."),
        ("It has a 12-MP lens.", "It has a 48-MP lens."),
        ("Its 16-GB card failed.", "Its 32-GB card failed."),
    ],
)
def test_a_count_beside_a_capital_is_never_taken_for_a_name(claim: str, evidence: str) -> None:
    """In headlines, before people and other counted nouns, and with a unit behind a hyphen, another number differs."""
    assert judged(claim, evidence).stance is not Stance.SUPPORTS
    assert judged(claim, claim).stance is Stance.SUPPORTS


@pytest.mark.parametrize(
    ("claim", "evidence", "expected"),
    [
        ("Lena was a category 5 storm.", "Lena was a category three storm.", [Relation.DIFFERS]),
        ("Lena was a category three storm.", "Lena was a category 5 storm.", [Relation.DIFFERS]),
        ("Lena was a category five storm.", "Lena was a Category 5 storm.", [Relation.AGREES]),
        ("Phase one of it ended.", "Phase two of it ended.", [Relation.DIFFERS]),
        ("The Antonov 124 landed.", "The 124s landed.", [Relation.AGREES]),
        ("The Antonov 124 landed.", "Some 124 people came; the Antonov landed.", [Relation.MISSING]),
        ("The Antonov 124 landed.", "The 124 people came; the Antonov landed.", [Relation.MISSING]),
        ("Flight 0916 was late.", "Flight number 0916 was late.", [Relation.AGREES]),
        ("Flight 0916 was late.", "Flight 916 was late.", [Relation.MISSING]),
        ("Flight 0916 was late.", "Flight number 0917 was late.", [Relation.DIFFERS]),
        ("The EU-27 met.", "The EU-28 met.", [Relation.DIFFERS]),
        ("The G20 met.", "The G7 met.", [Relation.DIFFERS]),
        ("The EU-27 met.", "The EU-27, once the EU-28, met.", []),
        ("The EU-27 met.", "The EU 27 met.", []),
        ("The G20 met.", "The group met.", []),
        ("The shop sold USD50 tickets.", "The shop sold USD60 tickets.", [Relation.DIFFERS]),
    ],
)
def test_the_number_of_a_name_is_known_in_each_spelling(claim: str, evidence: str, expected: list[Relation]) -> None:
    """In words, in the plural, behind "number" and a hyphen; digits as they are written, and no count of people."""
    assert relations(judged(claim, evidence)) == expected


def test_a_counted_number_does_not_tell_a_model_again() -> None:
    """737 people are no jets of that number, whichever way the claim's number is read."""
    claim = "Antonov 124 jets were grounded."
    told = "Some 124 people were hurt; all Antonov jets were grounded."
    assert judged(claim, told).stance is not Stance.SUPPORTS


@given(st.integers(1, 98), st.integers(1, 98))
def test_joined_names_differ_just_where_their_numbers_do(ours: int, theirs: int) -> None:
    """Whatever the numbers."""
    found = relations(judged(f"The XQ-{ours} flew.", f"The XQ-{theirs} flew."))
    assert found == ([] if ours == theirs else [Relation.DIFFERS])


@pytest.mark.parametrize(
    "word",
    ["Apollo 11 ", "A", "Ax-", "In Riga 5 ", "a(3", "kinase 3-", "9 (A-", "A-A", "A5 ", "type two ", "In A ", "X 5. "],
)
def test_ten_thousand_names_are_read_in_seconds(word: str) -> None:
    """No text makes the reader go back and forth without end."""
    started = time.process_time()
    judged(f"X {word * 20} x.", f"X {word * 10_000} x.")
    assert time.process_time() - started < 10


@given(st.text(max_size=60), st.integers(0, 9999))
def test_masking_names_keeps_the_length_and_never_raises(text: str, number: int) -> None:
    """Each designation stands where it says."""
    for whole in (text, f"Xylo {number} {text}", f"{text} Xylo-{number}"):
        assert len(masked_names(whole)) == len(whole)
        assert all(int(whole[d.start : d.end]) == d.number for d in find_designations(whole))
