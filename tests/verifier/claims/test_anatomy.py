"""What each line of an article is."""

from __future__ import annotations

import pytest

from tests.verifier.claims.articles import AGENCY, LIVE_BLOG, MARKDOWN, claims_of, reasons
from verifier.claims.anatomy import Role, find_blocks

_BODY = "\nThe council met in March and raised the tax by 3%."


def roles(text: str, title: str = "") -> list[Role]:
    """The role of every block."""
    return [block.role for block in find_blocks(text, title)]


@pytest.mark.parametrize(
    ("line", "role"),
    [
        ("By John Smith, Political Editor", Role.BYLINE),
        ("(AB/CD)", Role.BYLINE),
        ("Reporting by Ann Lee in Seoul; editing by Bo Ek", Role.BYLINE),
        ("— Jane Doe (@janedoe) March 3, 2022", Role.BYLINE),
        ("March 16, 2022", Role.DATELINE),
        ("Last updated on 16 March 2022 at 10:15", Role.DATELINE),
        ("Read more: Ten facts about rivers", Role.BOILERPLATE),
        ("We use cookies to improve your experience.", Role.BOILERPLATE),
        ("Get the best of our reporting straight to your inbox.", Role.BOILERPLATE),
        ("© 2022 Example News. All rights reserved.", Role.BOILERPLATE),
        ("https://example.org/a/b", Role.BOILERPLATE),
        ("* * *", Role.SEPARATOR),
        ("## What happens next", Role.HEADING),
        ("**What happens next**", Role.HEADING),
        ("What happens next", Role.HEADING),
        ("FILE PHOTO: A ferry leaves the port of Riga.", Role.CAPTION),
        ("Year | 2020 | 2021", Role.TABLE),
    ],
)
def test_lines_beside_the_text_are_told_by_their_form(line: str, role: Role) -> None:
    """Bylines, dates, prompts, headings and captions are not sentences of the article."""
    assert roles(line + _BODY) == [role, Role.BODY]


@pytest.mark.parametrize(
    "sentence",
    [
        "By 2020 the city had 40 wards.",
        "Copyright law was reformed in 2019.",
        "Most popular apps collect data.",
        "Sponsored by the state, the team won three medals.",
        "Police released a video: it shows the attack in Riga.",
        "Support fell to 40%, according to a Reuters/Ipsos poll.",
        "Terms of the deal are secret.",
        "Related costs rose by 3%.",
        "FIFA - the football body - was founded in 1904.",
        "10.5 million people live there.",
    ],
)
def test_sentences_that_look_like_furniture_stay_body(sentence: str) -> None:
    """An opening word alone does not make boilerplate of a sentence."""
    assert roles(sentence + _BODY) == [Role.BODY, Role.BODY]


def test_caption_and_its_credit_are_two_rows() -> None:
    """Neither the picture's text nor the photographer is checked."""
    assert reasons("A ferry leaves the port of Riga. (Photo: J. Silva)") == ["caption", "photo credit"]


def test_sign_off_is_split_from_the_last_sentence() -> None:
    """Initials in brackets behind the last full stop are a byline of their own."""
    claims = claims_of("The council met in March and raised the tax by 3%. (AB/CD)")
    assert [claim.sentence for claim in claims] == ["The council met in March and raised the tax by 3%.", "(AB/CD)"]
    assert [claim.reason for claim in claims] == ["", "byline"]


def test_dateline_is_split_from_the_first_sentence() -> None:
    """Place, day and agency are no part of the claim."""
    claims = claims_of("LISBON, May 4 (Reuters) - The council raised the tax by 3%.")
    assert [claim.reason for claim in claims] == ["dateline", ""]
    assert claims[1].text == "The council raised the tax by 3%."


def test_title_repeated_in_the_text_is_not_checked() -> None:
    """The article's own title is recognised even where it is a sentence."""
    text = "The council raised the tax.\nThe council met in March 2021."
    assert reasons(text, title="The council raised the tax") == ["title", ""]


def test_single_line_without_full_stop_is_a_sentence() -> None:
    """A text of one line is what the reader wants checked, not a heading."""
    assert roles("The Eiffel Tower is 330 metres tall") == [Role.BODY]


def test_lines_without_any_full_stop_are_sentences() -> None:
    """A list of claims, one a line, has no headings."""
    assert roles("The tower is 330 metres tall\nThe river is 900 km long") == [Role.BODY, Role.BODY]


def test_hard_wrapped_paragraph_is_one_block() -> None:
    """Lines broken at a fixed width belong together, blank lines part them."""
    text = (
        "The council of the city met on Tuesday and raised the tax on parking by\n"
        "three per cent, which brings in about forty million pounds a year from\n"
        "drivers in the centre.\n\nThe mayor voted against it."
    )
    assert len(find_blocks(text)) == 2


def test_agency_report_names_all_its_parts() -> None:
    """Every part around the sentences is found, in order."""
    found = [role for role in roles(AGENCY) if role is not Role.BODY]
    head = [Role.HEADING, Role.BYLINE, Role.DATELINE, Role.DATELINE]
    assert found == [*head, Role.CAPTION, Role.CREDIT, Role.BOILERPLATE, Role.BOILERPLATE, Role.BYLINE]


def test_live_blog_times_are_rows_of_their_own() -> None:
    """The clock before an entry is not part of its claim."""
    assert [role for role in roles(LIVE_BLOG) if role is Role.TIMESTAMP] == [Role.TIMESTAMP] * 3


def test_markdown_is_read_as_its_reader_sees_it() -> None:
    """Headings, tables, code, images and rules are not checked; list items are, without their markup."""
    claims = claims_of(MARKDOWN)
    assert [claim.text for claim in claims if not claim.reason] == [
        "Solar power supplied 12% of the country's electricity in 2022.",
        "The first plant opened in 1985.",
        "The panels cost 40% less than in 2015.",
    ]
    assert {claim.reason for claim in claims if claim.reason} == {
        "heading", "byline", "fragment", "table row", "separator", "code", "caption",
    }  # fmt: skip
