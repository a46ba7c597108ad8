"""The comparer's reading of numbers, units, dates, ranks, scores and directions, and what it lets through."""

import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.verifier.test_compare import judged, relations
from verifier.compare.dates import find_dates
from verifier.compare.directions import compare_directions
from verifier.compare.numbers import NumberKind, find_numbers
from verifier.compare.ordinals import find_ordinals
from verifier.compare.polarity import find_denials
from verifier.compare.quantities import Bound, find_quantities
from verifier.compare.scores import find_scores, find_times
from verifier.compare.units import convert
from verifier.compare.written_dates import masked_dates
from verifier.types import Relation, Stance


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.234,5 kg", 1234.5),
        ("1 234 men", 1234.0),
        ("1'234 men", 1234.0),
        ("5,00,000 men", 500_000.0),
        ("1.234.567 men", 1_234_567.0),
        ("3,5 million men", 3_500_000.0),
        ("1.234 and 2.5 men", 1.234),
        ("one hundred and five men", 105.0),
        ("two and a half million", 2_500_000.0),
        ("a hundred and twenty thousand", 120_000.0),
        ("half a million", 500_000.0),
        ("two dozen eggs", 24.0),
        ("5 crore", 50_000_000.0),
        ("$3.5bn", 3.5e9),
        ("two thirds of them", pytest.approx(66.67, abs=0.01)),
        ("3/4 of them", 75.0),
        ("half of voters", 50.0),
        ("one in five", 20.0),
        ("tripled", 3.0),
        ("the twenty-first", 21.0),
        ("number one", 1.0),
    ],
)
def test_numbers_are_read_in_every_spelling(text: str, value: float) -> None:
    """Separators of both kinds, scales, words, fractions, multiples and ordinals."""
    assert find_numbers(text)[0].value == value


def test_a_number_that_may_mean_two_things_has_both_readings() -> None:
    """ "1.234" alone is 1.234 or 1,234; a scale word or another number of the text tells which."""
    assert find_numbers("1.234 men")[0].readings == (1.234, 1234.0)
    assert find_numbers("1.234 million men")[0].readings == (1_234_000.0,)
    assert find_numbers("1.234 men and 3.5 women")[0].readings == (1.234,)


@pytest.mark.parametrize(
    ("text", "value", "top", "unit"),
    [
        ("between 5 and 10 people", 5, 10, ""),
        ("5-10 people", 5, 10, ""),
        ("3 to 4 million people", 3e6, 4e6, ""),
        ("$30–40 million", 30e6, 40e6, "$"),
        ("hundreds of people", 200, 10_000, ""),
    ],
)
def test_ranges_are_one_quantity(text: str, value: float, top: float, unit: str) -> None:
    """However they are written; "hundreds" is a wide one."""
    [found] = find_quantities(text)
    assert (found.value, found.top, found.unit, found.bound) == (value, top, unit, Bound.RANGE)


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("The road is 5 miles long.", "The road is 8 km long."),
        ("The load weighed 2 tonnes.", "The load weighed 2,000 kg."),
        ("The peak is 3,000 feet high.", "The peak is 914 metres high."),
        ("It was 68 degrees Fahrenheit.", "It was 20 °C."),
        ("The strike lasted two weeks.", "The strike lasted 14 days."),
        ("The war lasted 12 years.", "The war went on from 1816 to 1828."),
        ("Half of voters stayed home.", "50% of voters stayed home."),
        ("Two thirds of voters stayed home.", "67% of voters stayed home."),
        ("A dozen ships sank.", "12 ships sank."),
        ("Hundreds of people fled.", "450 people fled."),
        ("Between 5 and 10 people fled.", "7 people fled."),
        ("The bridge opened in the 1990s.", "The bridge opened in May 1994."),
        ("Sales rose in the third quarter of 2021.", "Sales rose in August 2021."),
        ("The vote was on 13/04/2022.", "The vote was on 13 April 2022."),
        ("The vote was on Wednesday.", "The vote was on 13 April 2022."),
        ("The match ended 4-2.", "The match ended 2–4."),
        ("The train leaves at 9pm.", "The train leaves at 21:00."),
        ("Her third book sold well.", "Her 3rd book sold well."),
        ("She wrote it before 2014.", "She wrote it in 2012."),
        ("It was their eighth season.", "It was season 8 for them."),
    ],
)
def test_the_same_value_in_other_words_keeps_its_support(claim: str, evidence: str) -> None:
    """Units, spans, shares, ranges, decades, quarters, weekdays, times, ordinals."""
    found = judged(claim, evidence, published=None)
    assert found.stance is Stance.SUPPORTS, found.comparisons


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("The road is 5 miles long.", "The road is 5 km long."),
        ("The firm paid $5 million.", "The firm paid €5 million."),
        ("The rate rose by 2 percent.", "The rate rose by 2 percentage points."),
        ("The strike lasted two weeks.", "The strike lasted 15 days."),
        ("It was the third term of the mayor.", "It was the fourth term of the mayor."),
        ("The match ended 4-2.", "The match ended 3-2."),
        ("The train leaves at 9am.", "The train leaves at 9pm."),
        ("A third of voters stayed home.", "Half of voters stayed home."),
        ("Prices tripled that year.", "Prices doubled that year."),
        ("More than 80% of voters came.", "Less than 80% of voters came."),
        ("Exactly 80 boats came.", "More than 80 boats came."),
        ("1.5 billion people came.", "1.5 million people came."),
        ("The bridge opened in the 1990s.", "The bridge opened in 1987."),
        ("She wrote it before 2014.", "She wrote it in 2016."),
        ("Sales fell in the second quarter of 2021.", "Sales fell in August 2021."),
        ("The vote was on Monday.", "The vote was on 13 April 2022."),
        ("It happened in March.", "It happened in April."),
        ("The bridge opened on 4 May 1990.", "The bridge opened on 4 May."),
        ("It opened in the 19th century.", "It opened in 1911."),
    ],
)
def test_a_changed_value_is_never_support(claim: str, evidence: str) -> None:
    """Another unit, currency, rank, score, time, share, magnitude, hedge, decade, quarter, weekday or month."""
    assert judged(claim, evidence, published=None).stance is not Stance.SUPPORTS


def test_an_ambiguous_date_is_flagged_and_never_guessed() -> None:
    """03/04/2022 may be either day; where one of them agrees, the finding says so and settles nothing."""
    found = judged("The vote was on 03/04/2022.", "The vote was on 4 March 2022.")
    assert found.stance is Stance.NEUTRAL
    assert found.comparisons[0].explanation == "“03/04/2022” is ambiguous: 3 April 2022 or 4 March 2022"
    assert relations(judged("It was on 03/04/2022.", "It was on 03/04/2022.")) == [Relation.AGREES]
    assert relations(judged("It was on 03/04/2022.", "It was on 9 May 2022.")) == [Relation.DIFFERS]


def test_an_ambiguous_separator_is_flagged_and_never_guessed() -> None:
    """ "1.234" may be a thousand or one; the finding names both."""
    found = judged("It has 1.234 employees.", "It has 1,234 employees.")
    assert found.stance is Stance.NEUTRAL
    assert "ambiguous: 1.234 or 1,234" in found.comparisons[0].explanation


def test_a_year_that_is_not_written_is_taken_from_the_publication() -> None:
    """ "On 4 March", published in 2022, is of 2022; without a date nothing tells the year."""
    claim, evidence = "The bridge opened on 4 March 2022.", "The bridge opened on 4 March."
    assert judged(claim, evidence, published=date(2022, 3, 16)).stance is Stance.SUPPORTS
    assert judged(claim, evidence, published=None).stance is Stance.NEUTRAL


@pytest.mark.parametrize(
    ("claim", "evidence", "told"),
    [
        ("The bank raised its key rate.", "The bank cut its key rate.", "article: raised; evidence: cut"),
        ("Sales of cars rose sharply.", "Sales of cars fell sharply.", "article: rose; evidence: fell"),
        ("The mayor rejected the plan.", "The mayor accepted the plan.", "article: rejected; evidence: accepted"),
        ("The port lies north of Riga.", "The port lies south of Riga.", "article: north; evidence: south"),
    ],
)
def test_the_opposite_direction_is_never_support(claim: str, evidence: str, told: str) -> None:
    """The finding names both words; whether it refutes is the model's to say."""
    found = judged(claim, evidence)
    assert found.stance is Stance.NEUTRAL
    assert told in [c.explanation for c in found.comparisons]
    assert judged(claim, evidence, Stance.REFUTES).stance is Stance.REFUTES


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("The bank raised its key rate.", "The bank raised its key rate after it had cut it in May."),
        ("The bank raised its key rate.", "Unemployment fell in the south, people said."),
        ("The bank raised its key rate.", "The bank did not cut its key rate."),
    ],
)
def test_an_opposite_word_of_something_else_is_no_finding(claim: str, evidence: str) -> None:
    """Both directions in the evidence, another subject, or a denied word leave it to the model."""
    assert list(compare_directions(claim, evidence)) == []


PIECES = st.sampled_from(
    [
        "1.234", "1,234.5", "03/04/2022", "31/02/2020", "99/99/9999", "½", "two thirds of", "½ million", "\u200b",
        "\u202e", "🙂", "<b>5</b>", "a hundred and", "twenty-", "point", "0/0", "1e9", "٣٤", "５", "Q3", "19th century",
        "BC", "°C", "-", "–", "000", "million", "to", "between", "and", "not", "'90s", "12:60", "4-2", "no. ", "#1",
        "the third of", "شهر", "\x00",
    ]
)  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(st.lists(st.one_of(PIECES, st.text(max_size=6)), max_size=25))
def test_reading_any_text_gives_a_list(pieces: list[str]) -> None:
    """Zero-width characters, markup, other scripts, emoji, broken dates and numbers: never an error."""
    for text in (" ".join(pieces), "".join(pieces)):
        assert len(masked_dates(text)) == len(text)
        for read in (find_numbers, find_quantities, find_dates, find_ordinals, find_scores, find_times, find_denials):
            list(read(text))
        list(compare_directions(text, text))


@settings(deadline=None, max_examples=60)
@given(st.lists(PIECES, min_size=1, max_size=12), st.lists(PIECES, min_size=1, max_size=12))
def test_comparing_any_values_never_raises(ours: list[str], theirs: list[str]) -> None:
    """Whatever stands on the two sides, there is evidence with its findings."""
    found = judged("X " + " ".join(ours) + " x.", "X " + " ".join(theirs) + " x.")
    assert found.p_supports + found.p_refutes + found.p_neutral == pytest.approx(1.0)


@pytest.mark.parametrize(
    "word", ["5 ", "five ", "1.234 ", "not ", "May ", "one hundred and ", "3/4/2020 ", "a", "-1", "1,111"]
)
def test_ten_thousand_words_are_read_in_seconds(word: str) -> None:
    """No text makes a reader go back and forth without end."""
    started = time.process_time()
    judged(f"X {word * 30} x.", f"X {word * 10_000} x.")
    assert time.process_time() - started < 10


@pytest.mark.parametrize(
    "text",
    [f"between 5 and {'9' * 400} million people", f"{'9' * 400} people", f"the 1{',000' * 110}th visitor"],
)
def test_a_run_of_digits_beyond_any_count_is_no_number(text: str) -> None:
    """It neither hangs a reader nor breaks it."""
    assert all(q.value < 1e30 for q in find_quantities(text))
    assert find_ordinals(text) == ()


def test_a_range_from_zero_is_a_range() -> None:
    """Its lower end takes no scale from its upper one."""
    [found] = find_quantities("between 0 and 4 million people fled")
    assert (found.value, found.top) == (0.0, 4e6)


@given(st.floats(1, 1e6), st.sampled_from([("km", "mi"), ("kg", "lb"), ("m", "ft"), ("°C", "°F"), ("wk", "d")]))
def test_a_unit_converted_there_and_back_is_the_same(value: float, units: tuple[str, str]) -> None:
    """Within rounding."""
    assert convert(convert(value, *units), *reversed(units)) == pytest.approx(value)


def test_kinds_of_numbers_are_told_apart() -> None:
    """A rank is no count, a share no rank."""
    kinds = [n.kind for n in find_numbers("the third of 5 tripled, a third of hundreds")]
    assert kinds == [
        NumberKind.ORDINAL, NumberKind.CARDINAL, NumberKind.MULTIPLE, NumberKind.SHARE, NumberKind.VAGUE,
    ]  # fmt: skip
