"""The comparer: numbers and dates without a model."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verifier.factories import make_article, make_claim, make_document, make_evidence, make_passage
from verifier.compare import compare
from verifier.compare.dates import find_dates
from verifier.compare.polarity import find_denials
from verifier.compare.quantities import Bound, find_quantities
from verifier.types import Evidence, Relation, Span, Stance


def judged(
    claim_text: str,
    evidence_text: str,
    stance: Stance = Stance.SUPPORTS,
    claim_date: date | None = date(2022, 3, 17),
    published: date | None = date(2022, 3, 16),
) -> Evidence:
    claim = make_claim(make_article(claim_text), claim_text, claim_date=claim_date)
    document = make_document(evidence_text, title="Update", published=published)
    passage = make_passage(document, 0)
    evidence = make_evidence(claim, stance, passage=passage, rationale=(Span(0, len(passage.text)),))
    return compare(claim, replace(evidence, document=document))


def relations(evidence: Evidence) -> list[Relation]:
    return [c.relation for c in evidence.comparisons]


@pytest.mark.parametrize(
    ("text", "value", "bound", "unit"),
    [
        ("At least 1,174 people were injured.", 1174, Bound.LOWER, ""),
        ("About 3.2 million refugees fled.", 3.2e6, Bound.ABOUT, ""),
        ("Inflation was 10.1% then.", 10.1, Bound.EXACT, "%"),
        ("It cost $1.5bn in all.", 1.5e9, Bound.EXACT, "$"),
        ("Half a million people left.", 5e5, Bound.EXACT, ""),
        ("Fewer than twelve seats were lost.", 12, Bound.UPPER, ""),
    ],
)
def test_quantities_are_read_with_value_bound_and_unit(text: str, value: float, bound: Bound, unit: str) -> None:
    """Thousands separators, scale words, number words, currencies and qualifiers."""
    [found] = find_quantities(text)
    assert (found.value, found.bound, found.unit) == (value, bound, unit)


@pytest.mark.parametrize(
    "text", ["resolution 68/262", "ES-11/1", "a 3-3 draw", "in 2014", "on 5 March 2021", "COVID-19"]
)
def test_identifiers_scores_and_dates_are_no_quantities(text: str) -> None:
    """What counts nothing is not compared as a count."""
    assert find_quantities(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("on 24 February 2022", (2022, 2, 24)),
        ("on February 24, 2022,", (2022, 2, 24)),
        ("February 24", (None, 2, 24)),
        ("in March 2022", (2022, 3, None)),
        ("2022-03-17", (2022, 3, 17)),
        ("in 2014", (2014, None, None)),
    ],
)
def test_dates_are_read_as_far_as_they_are_written(text: str, expected: tuple[int | None, ...]) -> None:
    """A missing year or day stays open."""
    [found] = find_dates(text)
    assert (found.year, found.month, found.day) == expected


@given(st.text(max_size=300))
def test_reading_numbers_and_dates_never_raises(text: str) -> None:
    """Any text at all gives a list."""
    assert all(q.value >= 0 for q in find_quantities(text))
    find_dates(text)
    find_denials(text)


@given(st.integers(1, 10**9))
def test_thousands_separators_do_not_change_a_number(n: int) -> None:
    """1,234 and 1234 are one number, unless it reads as a year."""
    values = {q.value for text in (f"{n:,} cows graze", f"{n}.0 cows graze") for q in find_quantities(text)}
    assert values == {float(n)}


def test_changed_number_is_never_support() -> None:
    """The passage counts the same thing and states another number: refuted, and the finding says so."""
    found = judged("The dam holds 5 million litres of water.", "The dam holds 3 million litres of water.")
    assert found.stance is Stance.REFUTES
    assert found.comparisons[0].explanation == "article: 5 million; evidence: 3 million (as of 2022-03-16)"


def test_a_number_that_the_passage_denies_is_not_stated() -> None:
    """ "600, not about 300" stands against 300."""
    found = judged("The strike killed about 300 people.", "The strike killed close to 600 people, not about 300.")
    assert found.stance is Stance.REFUTES


def test_number_of_a_later_event_does_not_refute() -> None:
    """A vote in October says nothing of the one that was reported in March."""
    claim, evidence = "It was adopted by 141 votes.", "On 12 October 2022 it was adopted by 143 votes."
    assert judged(claim, evidence, published=date(2022, 10, 12)).stance is Stance.NEUTRAL


def test_number_that_stands_elsewhere_in_the_document_is_not_refuted_by_a_sentence() -> None:
    """ "Five countries voted against" says nothing against "by 141 votes" where the document has the 141."""
    text = "It passed by 141 votes to 5. The five countries that voted against were Belarus and others."
    claim = make_claim(make_article("It was passed by 141 votes."), "It was passed by 141 votes.")
    document = make_document(text, title="Update")
    passage, start = make_passage(document, 0), text.index("The five")
    evidence = make_evidence(claim, Stance.SUPPORTS, passage=passage, rationale=(Span(start, len(text)),))
    assert compare(claim, replace(evidence, document=document)).stance is not Stance.REFUTES


def test_passage_on_another_resolution_settles_nothing() -> None:
    """A vote on ES-11/1 neither supports nor refutes what is said of 68/262."""
    claim = "Resolution 68/262 was adopted with 11 votes in favour and 100 against."
    for stance in (Stance.SUPPORTS, Stance.REFUTES):
        assert judged(claim, "There were 141 votes in favour of ES-11/1, 5 against.", stance).stance is Stance.NEUTRAL
    assert judged(claim, "68/262 passed with 100 votes in favour and 11 against.").stance is Stance.REFUTES


def test_swapped_votes_are_refuted() -> None:
    """Two numbers that changed places contradict, though both stand in the passage."""
    found = judged(
        "It was adopted with 11 votes in favour and 100 against.", "It passed with 100 in favour, 11 against."
    )
    assert found.stance is Stance.REFUTES


def test_later_higher_total_does_not_refute_an_earlier_at_least() -> None:
    """726 on 17 March stands beside 977 on 22 March: neither confirmed nor refuted."""
    claim = "At least 726 civilians have been killed."
    for claim_date in (date(2022, 3, 17), None):
        found = judged(claim, "977 civilians were killed so far.", Stance.REFUTES, claim_date, date(2022, 3, 22))
        assert found.stance is Stance.NEUTRAL
        assert relations(found) == [Relation.OUTDATED]


def test_lower_total_of_a_later_date_still_differs() -> None:
    """A running total only grows: fewer at a later date is a contradiction, not an update."""
    found = judged("900 civilians have been killed.", "726 civilians were killed so far.", published=date(2022, 3, 20))
    assert relations(found) == [Relation.DIFFERS]
    assert found.stance is Stance.REFUTES


def test_more_than_is_confirmed_by_a_little_more() -> None:
    """3.2 million confirms "more than 3 million"; the stance stays."""
    found = judged("More than 3 million refugees fled.", "Some 3.2 million refugees fled.")
    assert relations(found) == [Relation.AGREES]
    assert found.stance is Stance.SUPPORTS


def test_number_that_the_passage_does_not_state_is_not_supported() -> None:
    """Partial support is not support."""
    found = judged("The minister met 14 mayors in Lviv.", "The minister met mayors in Lviv.")
    assert relations(found) == [Relation.MISSING]
    assert found.stance is Stance.NEUTRAL


def test_other_date_is_not_support() -> None:
    """A passage about 4 March does not support the 7th."""
    found = judged("The plant was seized on 7 March 2022.", "The plant was seized on 4 March 2022.")
    assert found.stance is Stance.NEUTRAL
    assert relations(found) == [Relation.DIFFERS]


def test_neutral_evidence_keeps_its_stance_and_gets_its_findings() -> None:
    """Comparisons explain neutral passages too, and never turn them."""
    found = judged("It has 5 doors in all.", "It has 3 doors in all.", Stance.NEUTRAL)
    assert found.stance is Stance.NEUTRAL
    assert relations(found) == [Relation.DIFFERS]


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("Sber is among the seven banks excluded.", "Sber was not among the seven banks excluded in March."),
        ("Radioactive material was released at the plant.", "No radioactive material was released, the agency said."),
        ("The player did not score a hat-trick.", "The player scored a hat-trick in the final."),
        ("The mayor didn't sign the housing contract.", "The mayor had to sign the housing contract."),
    ],
)
def test_what_one_side_denies_and_the_other_states_is_not_supported(claim: str, evidence: str) -> None:
    """A dropped or added negation is never support; whether it refutes is the model's to say."""
    assert judged(claim, evidence).stance is Stance.NEUTRAL
    assert judged(claim, evidence, Stance.REFUTES).stance is Stance.REFUTES


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("Croatia took third place.", "Croatia, not Morocco, took third place."),
        ("The player scored two goals.", "The player scored two goals and did not score a hat-trick."),
        ("The bridge was opened for traffic.", "The bridge was not only opened for traffic but also painted."),
        ("The treaty was not signed by Peru.", "Peru has never signed the treaty."),
    ],
)
def test_denying_something_else_is_no_refutation(claim: str, evidence: str) -> None:
    """A negation refutes only what it denies."""
    assert judged(claim, evidence).stance is Stance.SUPPORTS


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("More than 100 countries voted in favour.", "It got 141 votes in favour, five against, of 193 countries."),
        ("At least 3 ministers resigned.", "Within a day 5 ministers resigned."),
        ("Fewer than 50 seats were lost.", "In the end 20 seats were lost."),
        ("The tower is 330 metres tall.", "The tower is 330 m tall."),
        ("The wall is 1,991 metres long.", "The wall is 1.991 km long."),
        ("The firm employs 12,000 people.", "The firm employs 12 000 people."),
        ("Some 10,000 soldiers took part.", "Between 7,000 and 15,000 soldiers took part."),
        ("The law was passed by 300 of 450 deputies.", "300 deputies of the 450 passed the law."),
        ("The plant produces 6,000 megawatts.", "Each of the six reactors produces 1,000 megawatts."),
        ("Russia did not withdraw its troops.", "It demands that Russia withdraw its troops immediately."),
        ("The vaccine does not cause autism.", "Claims that the vaccine can cause autism are false."),
        ("Russian troops failed to take Kyiv.", "Russian troops could not take Kyiv."),
    ],
)
def test_true_claims_are_not_turned_into_refuted_ones(claim: str, evidence: str) -> None:
    """Bounds that hold, units, ranges, shares and denials in other words: never REFUTES against the model."""
    assert judged(claim, evidence).stance is not Stance.REFUTES


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("The town has 1 million inhabitants.", "The town has 600,000 inhabitants."),
        ("Some two million people left the town.", "Some 1.6 million people left the town."),
        ("5,000 people attended.", "About 5,900 people attended."),
        ("5 countries abstained.", "There were 141 votes in favour, 5 against and 35 abstentions."),
        ("Fifteen soldiers were honoured.", "Thirteen soldiers were honoured."),
        ("The town was taken on 3 March 2022.", "In 2022 the town was taken on 2 March."),
        ("The treaty was signed in 2019.", "The treaty was signed on 6 May 2020."),
    ],
)
def test_changed_values_are_not_waved_through(claim: str, evidence: str) -> None:
    """Another number or date in the same sentence is never support."""
    assert judged(claim, evidence).stance is not Stance.SUPPORTS


def test_number_of_another_year_neither_confirms_nor_refutes() -> None:
    """1.45 degrees in 2023 says nothing of 1.15 degrees in 2022."""
    for stance in (Stance.SUPPORTS, Stance.REFUTES):
        found = judged("In 2022 the mean rose by 1.15 degrees.", "In 2023 the mean rose by 1.45 degrees.", stance)
        assert found.stance is Stance.NEUTRAL


@given(st.sampled_from(list(Stance)), st.text(max_size=80), st.text(max_size=80))
def test_probabilities_still_add_up_to_one(stance: Stance, ours: str, theirs: str) -> None:
    """Whatever the texts, the three probabilities stay a distribution and a side without a quote stays neutral."""
    if ours.strip() and theirs.strip():
        found = judged(f"X{ours.strip()}x", f"X{theirs.strip()}x", stance)
        assert found.p_supports + found.p_refutes + found.p_neutral == pytest.approx(1.0)


def test_start_of_a_count_is_no_date_of_its_own() -> None:
    """`726 killed since 24 February` agrees with 726 killed by 15 March; mayor since 2010 is not mayor since 2014."""
    counted = "At least 726 civilians have been killed in Ukraine since 24 February 2022."
    assert judged(counted, "By 15 March 2022, 726 civilians had been killed in Ukraine.").stance is Stance.SUPPORTS
    held = "Ana Lopes has been mayor of Riga since 2010."
    assert judged(held, "Ana Lopes became mayor of Riga in 2014.").stance is Stance.NEUTRAL
