"""Values in the many ways in which texts write them, and what each is held against."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verifier.test_compare import judged, relations
from verifier.compare.quantities import Bound, find_quantities
from verifier.compare.written_dates import find_dates
from verifier.types import Relation, Stance


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("It cost $2.4 M then.", 2.4e6, "$"),
        ("It cost $2.4M then.", 2.4e6, "$"),
        ("It cost €2.4 m then.", 2.4e6, "€"),
        ("It cost €3 bn then.", 3e9, "€"),
        ("It cost £3b then.", 3e9, "£"),
        ("3B users came.", 3e9, ""),
        ("40K fans came.", 40e3, ""),
        ("40 K fans came.", 40e3, ""),
        ("The pole is 5 m tall.", 5, "m"),
        ("The pole is 5m tall.", 5, "m"),
        ("918 million metric tons burnt.", 918e6, "t"),
        ("2 Mt burnt.", 2, "Mt"),
        ("550 ppm were measured.", 550, "ppm"),
        ("550 parts per million were measured.", 550, "ppm"),
        ("It warmed by 6 degrees Celsius.", 6, "°C"),
        ("It warmed by 6 degrees.", 6, "°"),
        ("The 2 1/2-hour film bored.", 2.5, "h"),
        ("The 2 and a half hour film bored.", 2.5, "h"),
        ("It took four-and-a-half months.", 4.5, "mo"),
        ("It took two and a half months.", 2.5, "mo"),
    ],
)
def test_letters_for_scales_fractions_and_units_are_read(text: str, value: float, unit: str) -> None:
    """M, B and K behind money or in capitals; mixed fractions; tons of all names, parts per million, degrees."""
    [found] = find_quantities(text)
    assert (found.value, found.unit) == (value, unit)


@given(st.integers(1, 999), st.sampled_from([("K", 1e3), ("M", 1e6), ("B", 1e9), ("m", 1e6), ("bn", 1e9)]))
def test_a_letter_behind_money_scales_it_with_or_without_a_space(n: int, letter: tuple[str, float]) -> None:
    """Both spellings are one amount."""
    values = [
        q.value for text in (f"for ${n}{letter[0]} in", f"for ${n} {letter[0]} in") for q in find_quantities(text)
    ]
    assert values == [n * letter[1]] * 2


def test_a_range_in_words_is_the_range_in_digits() -> None:
    """ "One" opens a range as any other number does."""
    [words], [digits] = find_quantities("one to three days before"), find_quantities("1-3 days before")
    assert (words.value, words.top, words.bound) == (digits.value, digits.top, digits.bound) == (1, 3, Bound.RANGE)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("between April 19-28, 2020", [(2020, 4, 19, 28)]),
        ("on 19–28 April 2020", [(2020, 4, 19, 28)]),
        ("on 28 April 2020", [(2020, 4, 28, None)]),
        ("they won 3-1 on 5 May", [(None, 5, 5, None)]),
    ],
)
def test_a_range_of_days_is_one_date_and_no_number(text: str, days: list[tuple[int | None, ...]]) -> None:
    """What does not rise is a score."""
    assert [(d.year, d.month, d.day, d.last_day) for d in find_dates(text)] == days
    assert find_quantities(text) == []


@pytest.mark.parametrize(
    "text", ["It may 5 times fail.", "They march 12 miles.", "You may rest on day 19 may it rain."]
)
def test_may_and_march_in_lower_case_are_words(text: str) -> None:
    """Unless a year stands with them."""
    assert find_dates(text) == ()
    assert [d.month for d in find_dates("on 19 may 2020")] == [5]


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("It has a rating of less than 65%.", "It has a rating of 64% and an average rating of 6.6/10."),
        ("It has an average rating of 6.6/10.", "It has a rating of 64% and an average of 6.6 out of 10."),
        ("It earned a worldwide total of $303,177,962.",
         "It earned $67,305,159 at home and $235,872,803 in other lands, for a worldwide total of $303,177,962."),
        ("It grossed $106 million.", "It grossed $74.6 million at home, for sales in all of $106,288,215."),
        ("Humans emit around 29 billion tonnes of gas.",
         "Volcanoes emit 0.645 billion tonnes of gas, whereas humans contribute 29 billion tonnes."),
        ("The mine yielded 918 million metric tons.", "The mine yielded 918 million tonnes (Mt)."),
        ("It starts one to three days before.", "It starts 1-3 days before."),
        ("The 2 1/2-hour film bored.", "The 2.5-hour film bored."),
        ("They waited less than five months.", "They waited four-and-a-half months."),
        ("It rose by 6 degrees.", "It rose by 6 °C."),
        ("The custom was known before the 20th century.", "The custom was known until the mid nineteenth century."),
        ("The book appeared before 1900.", "The book appeared in 1839."),
        ("She left after June 2001.", "She left on 24 June 2007."),
        ("It was built in the 1800s.", "It was built in 1888."),
        ("The fair was held on 19–28 April 2020.", "The fair was held on April 19-28, 2020."),
        ("The Panel (2013), Lindt (2017) say that ice melts.", "Ice melts, as was found in 2009."),
    ],
)  # fmt: skip
def test_what_the_passage_states_in_another_way_keeps_its_support(claim: str, evidence: str) -> None:
    """Scores beside shares, exact values in other words, units, fractions, open dates, citations."""
    found = judged(claim, evidence, published=None)
    assert found.stance is Stance.SUPPORTS, found.comparisons


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("It has an average rating of 6.6/10.", "It has an average rating of 7.6/10."),
        ("It earned a worldwide total of $303,177,962.", "It earned a worldwide total of $303,717,962."),
        ("It grossed $106 million.", "It grossed $107,288,215."),
        ("941 voted in favour and 1,123 against.", "1,123 voted in favour and 941 against."),
        ("It killed 20 people and hurt 7.", "It killed 3 people; 20 dogs were hurt, and 7 cats."),
        ("The custom was known before the 20th century.", "The custom was known in 1950."),
        ("The fair was held on 19–28 April 2020.", "The fair was held on 3–8 April 2020."),
        ("The fair was held on 19 April 2020.", "The fair was held on 20–28 April 2020."),
        ("The Panel (2013) wrote it.", "The panel wrote it in 2009."),
        ("It cost $2.4 M.", "It cost $2.4 bn."),
        ("The air holds 550 ppm.", "The air holds 550 ppb."),
        ("It rose by 6 degrees.", "It rose by 7 °C."),
    ],
)
def test_another_value_is_still_never_support(claim: str, evidence: str) -> None:
    """Another score, total, day, scale or unit; two numbers that changed places; a small count of something else."""
    assert judged(claim, evidence, published=None).stance is not Stance.SUPPORTS


def test_an_open_date_that_holds_is_never_said_to_differ() -> None:
    """Far away it is left alone, near by it agrees; what lies on the other side differs."""
    claim = "She wrote it before 2014."
    assert relations(judged(claim, "She wrote it in 2013.", published=None)) == [Relation.AGREES]
    assert relations(judged(claim, "She wrote it in 1950.", published=None)) == []
    assert relations(judged(claim, "She wrote it in 2016.", published=None)) == [Relation.DIFFERS]


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("The mill employs 1,250 workers.", "The mill employs 800 workers and made 1,250 chairs last month."),
        ("The mill employs 1,200 workers.", "The mill employs 800 workers and made 1,200 chairs last month."),
        ("Turnout was 61.5 percent.", "Turnout was 54.2 percent, and the winner took 61.5 percent of the vote."),
        ("The arena seats 61,500.", "The arena seats 45,000. Some 61,500 fans had asked for tickets."),
        ("The arena seats 60,000.", "The arena seats 45,000. Some 60,000 fans had asked for tickets."),
        ("The flood hurt 345 people.", "The flood hurt 120 people. Some 345 barns collapsed."),
        ("The flood hurt 345 people.", "The flood hurt many. Some 345 barns collapsed."),
        ("The town put $455 million in schools.", "The town put $300 million in schools and $455 million in roads."),
        ("The town spent $455 million in schools.", "It put $300 million in schools and $455 million in roads."),
        ("The mill employs 1,250 workers.", "The mill made 1,250. It employs 800 workers."),
    ],
)
def test_the_same_number_of_something_else_is_never_support(claim: str, evidence: str) -> None:
    """Neither beside another number of what the claim counts, nor where its own noun is another."""
    assert judged(claim, evidence, published=None).stance is not Stance.SUPPORTS


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("It earned a worldwide total of $303,177,962.",
         "It earned $235,872,803 in other lands for a worldwide total of $303,177,962."),
        ("It had a gross total of $106 million.", "It made $74.6 million at home, for a total gross of $106,288,215."),
        ("Sheep give about 29 billion tonnes of wool.",
         "Goats give 0.645 billion tonnes of wool, whereas sheep contribute 29 billion tonnes."),
        ("The hall cost $45,250,000.", "In all $45,250,000 was paid for the hall."),
        ("14 countries signed.", "It was signed by 14 nations."),
    ],
)  # fmt: skip
def test_the_same_number_in_the_claims_own_context_keeps_its_support(claim: str, evidence: str) -> None:
    """A sum beside its part, the claim's subject beside another one, and a number without a rival."""
    assert judged(claim, evidence, published=None).stance is Stance.SUPPORTS


@given(st.integers(101, 9999), st.integers(101, 9999))
def test_no_number_of_chairs_confirms_workers(ours: int, theirs: int) -> None:
    """Whatever the two numbers, as long as they are two."""
    told = f"The mill employs {theirs:,} workers. It made {ours:,} chairs."
    is_support = judged(f"The mill employs {ours:,} workers.", told, published=None).stance is Stance.SUPPORTS
    assert is_support is (ours == theirs)


def test_a_far_year_does_not_hide_one_that_contradicts() -> None:
    """Planned long ago and opened too late is not "opened before"; alone, the far year settles nothing."""
    claim = "The pier opened before 2014."
    assert relations(judged(claim, "The pier, planned since 1985, opened in 2016.", published=None)) == [
        Relation.MISSING
    ]
    assert relations(judged(claim, "The pier opened in 1985.", published=None)) == []


@pytest.mark.parametrize(
    ("evidence", "is_support"),
    [
        ("Owl (1979) and Owls (1986) were hits.", False),
        ("Owl came out in 1979, and Owls in 1986.", False),
        ("Owl (1980) and Owls (1986) were hits.", True),
        ("Both were hits with those who saw them in 2009.", True),
    ],
)
def test_a_cited_year_is_dropped_only_where_nothing_of_its_name_is_dated(evidence: str, is_support: bool) -> None:
    """Another year of the same name differs."""
    found = judged("Owl (1980) and Owls (1986) were hits.", evidence, published=None)
    assert (found.stance is Stance.SUPPORTS) is is_support


@given(st.integers(1, 27), st.integers(1, 27), st.integers(1, 3), st.integers(1, 3))
def test_a_range_of_days_is_confirmed_by_the_same_range_alone(start: int, other: int, n: int, m: int) -> None:
    """Neither one inside it, nor one about it, nor one across its end."""
    claim, told = (f"The fair ran on {a}-{a + k} June 2022." for a, k in ((start, n), (other, m)))
    is_support = judged(claim, told, published=None).stance is Stance.SUPPORTS
    assert is_support is ((start, n) == (other, m))
