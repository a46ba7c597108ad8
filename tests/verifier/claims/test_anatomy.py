"""What each line of an article is."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

import pytest

from tests.verifier.claims.articles import AGENCY, LIVE_BLOG, MARKDOWN
from verifier.claims.anatomy import Role, find_blocks
from verifier.claims.sentences import split_block
from verifier.pipeline import read_articles

FIXTURES = Path(__file__).parent / "fixtures"
_BODY = "\nThe council met in March and raised the tax by 3%."


def roles(text: str, title: str = "", author: str | None = None) -> list[Role]:
    """The role of every block."""
    return [block.role for block in find_blocks(text, title, author)]


def blocks(text: str) -> list[tuple[Role, str]]:
    """The role and words of every block."""
    return [(block.role, text[block.start : block.end]) for block in find_blocks(text)]


def read(text: str) -> list[str]:
    """The sentences that are read, as a reader sees them."""
    found = [split_block(text, block.start, block.end) for block in find_blocks(text) if block.role.is_read]
    return [sentence.text for block in found for sentence in block]


@pytest.mark.parametrize(
    ("line", "role"),
    [
        ("By John Smith, Political Editor", Role.BYLINE),
        ("(AB/CD)", Role.BYLINE),
        ("Reporting by Ann Lee in Seoul; editing by Bo Ek", Role.BYLINE),
        ("Interview by Noor Adeyemi", Role.BYLINE),
        ("Sylvie Brandauer, Court Reporter", Role.BYLINE),
        ("Capital Daily politics team", Role.BYLINE),
        ("— Jane Doe (@janedoe) March 3, 2022", Role.BYLINE),
        ("March 16, 2022", Role.DATELINE),
        ("Last updated on 16 March 2022 at 10:15", Role.DATELINE),
        ("Read more: Ten facts about rivers", Role.BOILERPLATE),
        ("We use cookies to improve your experience.", Role.BOILERPLATE),
        ("Get the best of our reporting straight to your inbox.", Role.BOILERPLATE),
        ("© 2022 Example News. All rights reserved.", Role.BOILERPLATE),
        ("https://example.org/a/b", Role.BOILERPLATE),
        ("[1]: https://example.org/a/b", Role.BOILERPLATE),
        ("doi:10.9999/abyss.2023.118", Role.BOILERPLATE),
        ("Write to Ann Lee at ann.lee@news.example", Role.BOILERPLATE),
        ("The views expressed in this article are the author's own.", Role.BOILERPLATE),
        ("This interview has been edited for length and clarity.", Role.BOILERPLATE),
        ("Correction: An earlier version of this article misspelt a name.", Role.BOILERPLATE),
        ("Good morning and welcome to our live coverage.", Role.BOILERPLATE),
        ("Rovers (4-4-2): Hall; Ames, Duffy; Lund.", Role.TABLE),
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
        "Write to your mayor, the council said.",
        "This article of the law was published in 2019.",
        "The views of the council differ.",
        "Support fell to 40%. Reuters/Ipsos polls agree.",
        "Ann Lee, the court reporter, was freed.",
        "Inter (4-2) won.",
    ],
)
def test_sentences_that_look_like_furniture_stay_body(sentence: str) -> None:
    """An opening word alone does not make boilerplate of a sentence."""
    assert roles(sentence + _BODY) == [Role.BODY, Role.BODY]


def test_caption_and_its_credit_are_two_blocks() -> None:
    """Neither the picture's text nor the photographer is checked."""
    assert blocks("A ferry leaves the port of Riga. (Photo: J. Silva)") == [
        (Role.CAPTION, "A ferry leaves the port of Riga."),
        (Role.CREDIT, "(Photo: J. Silva)"),
    ]


@pytest.mark.parametrize("credit", ["Northwire/Pavel Imre", "AP Photo/Ann Lee", "Ann Lee/AFP"])
def test_credit_with_a_slash_tells_a_caption(credit: str) -> None:
    """Agency and photographer behind the last full stop."""
    assert roles(f"A ferry leaves the port of Riga on Sunday. {credit}{_BODY}") == [
        Role.CAPTION,
        Role.CREDIT,
        Role.BODY,
    ]


def test_address_of_a_picture_is_part_of_its_caption() -> None:
    """A folder called images is no credit."""
    assert roles("![The dam](images/dam.jpg)" + _BODY) == [Role.CAPTION, Role.BODY]


def test_sign_off_is_split_from_the_last_sentence() -> None:
    """Initials in brackets behind the last full stop are a byline of their own."""
    assert blocks("The council met in March and raised the tax by 3%. (AB/CD)") == [
        (Role.BODY, "The council met in March and raised the tax by 3%."),
        (Role.BYLINE, "(AB/CD)"),
    ]


def test_dateline_is_split_from_the_first_sentence() -> None:
    """Place, day and agency are no part of the claim."""
    assert blocks("LISBON, May 4 (Reuters) - The council raised the tax by 3%.") == [
        (Role.DATELINE, "LISBON, May 4 (Reuters) -"),
        (Role.BODY, "The council raised the tax by 3%."),
    ]


@pytest.mark.parametrize(
    "dateline",
    [
        "NEW YORK & LONDON--(BUSINESS WIRE)--",
        "PARIS/LONDON, 3 May (Reuters) - ",
        "SAN FRANCISCO, May 3, 2022 /PRNewswire/ -- ",
        "May 3 (Reuters) - ",
        "PARIS & LYON (AFP) — ",
        "(Reuters) - ",
        "(CNN) ",
        "(CNN) -- ",
        "Washington (CNN) ",
    ],
)
def test_datelines_of_agencies_are_cut_off_every_paragraph(dateline: str) -> None:
    """Whatever the agency's form, in the first paragraph and below."""
    sentence = "Acme Inc. lost 3%."
    assert (
        blocks(f"{dateline}{sentence}\n\n{dateline}{sentence}")
        == [
            (Role.DATELINE, dateline.strip()),
            (Role.BODY, sentence),
        ]
        * 2
    )


@pytest.mark.parametrize(
    "sentence",
    ["(NATO) troops left Riga.", "The Cable News Network (CNN) Center closed.", "The Alliance (AP) Party won 3 seats."],
)
def test_name_in_brackets_is_no_dateline(sentence: str) -> None:
    """Only an agency at the very start, or behind a place and before a dash, is one."""
    assert blocks(sentence) == [(Role.BODY, sentence)]


def test_short_line_of_two_sentences_is_no_heading() -> None:
    """Even where it ends in an emoji and sentences follow; one that ends in a full stop and an emoji is none either."""
    assert roles("The council bought 40 buses. Joan Avery paid 😀" + _BODY) == [Role.BODY, Role.BODY]
    assert roles("The council bought 40 buses. 😀" + _BODY) == [Role.BODY, Role.BODY]


def test_title_repeated_in_the_text_is_told_from_its_sentences() -> None:
    """The article's own title is recognised even where it is a sentence."""
    text = "The council raised the tax.\nThe council met in March 2021."
    assert roles(text, title="The council raised the tax") == [Role.TITLE, Role.BODY]


@pytest.mark.parametrize(
    "line",
    [
        "Calla Whitmore",
        "**Calla Whitmore**, Carrick",
        "Calla Whitmore at Millgate Park",
        "Calla Whitmore is a columnist for The Islander.",
    ],
)
def test_line_of_the_author_is_a_byline(line: str) -> None:
    """A name, with a place perhaps, or a line on who the author is, where the author is known."""
    assert roles(line + _BODY, author="Theo Marchetti and Calla Whitmore") == [Role.BYLINE, Role.BODY]


@pytest.mark.parametrize(
    "line", ["Calla Whitmore: Did you go back?", "Calla Whitmore met the mayor.", "Calla Whitmores moved to Riga."]
)
def test_sentence_that_begins_with_the_author_is_body(line: str) -> None:
    """What the author says or does is part of the text."""
    assert roles(line + _BODY, author="Calla Whitmore") == [Role.BODY, Role.BODY]


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


def test_list_items_and_block_quotes_are_read() -> None:
    """Their sentences are claims, and their place is kept beside that."""
    text = "Key points\n- The bank cut 300 jobs\n1. It opened in 1985.\n\n> The tax rose by 3%.\n\nIt fell."
    assert roles(text) == [Role.HEADING, Role.LIST_ITEM, Role.LIST_ITEM, Role.QUOTE, Role.BODY]
    assert all(role.is_read for role in (Role.BODY, Role.LIST_ITEM, Role.QUOTE))
    assert not any(role.is_read for role in (Role.HEADING, Role.CAPTION, Role.TABLE, Role.BYLINE))


def test_wrapped_list_item_and_block_quote_are_one_block() -> None:
    """A line that broke off in mid-sentence goes on in the next, and the marks between are not read."""
    item = "- The bank cut three hundred jobs in\n  Dresden and Reno."
    quote = "> This river has been a reason for war for the\n> Union and its members."
    assert [role for role, _ in blocks(f"{item}\n\n{quote}")] == [Role.LIST_ITEM, Role.QUOTE]
    assert read(quote) == ["This river has been a reason for war for the Union and its members."]


def test_fence_that_is_never_closed_hides_nothing() -> None:
    """Three stray backticks do not make code of the rest of the article."""
    assert roles("```" + _BODY) == [Role.CODE, Role.BODY]
    assert roles("```\ncode = 1\n```" + _BODY) == [Role.CODE, Role.CODE, Role.CODE, Role.BODY]


def test_markdown_is_read_as_its_reader_sees_it() -> None:
    """Headings, tables, code, images and rules are not checked; list items are, without their markup."""
    assert read(MARKDOWN) == [
        "Solar power supplied 12% of the country's electricity in 2022.",
        "3 million roofs",
        "The first plant opened in 1985.",
        "The panels cost 40% less than in 2015.",
    ]
    assert {role for role in roles(MARKDOWN) if not role.is_read} == {
        Role.HEADING, Role.BYLINE, Role.TABLE, Role.SEPARATOR, Role.CODE, Role.CAPTION,
    }  # fmt: skip


def test_page_pasted_with_its_furniture_leaves_only_its_sentences() -> None:
    """Menu, cookie line, labels of pictures, prompts, related headlines and footer are not read."""
    page = """Skip to content
Home
World
We use cookies to improve your experience. Accept all?
The Meridian Post
Published
2 hours ago
Image source, Getty Images
Image caption,
The first sleeper waits at Brennick Central
The first night train in 15 years left Brennick for Port Alma on Sunday evening.
Have your say: would you take a night train?
Related Topics
Rail
Why night trains died
12 March 2022
Sign up for our Travel newsletter
AFP contributed to this report.
This story was produced with support from the Brennick Fund.
Privacy policy | Terms of use | Contact
"""
    assert read(page) == ["The first night train in 15 years left Brennick for Port Alma on Sunday evening."]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("agency_report.txt", "title byline dateline body*7 caption credit body byline"),
        ("interview.txt", "title byline dateline body*14 boilerplate"),
        (
            "live_blog.txt",
            "title byline dateline heading list_item*4 timestamp heading body timestamp body timestamp body timestamp"
            " heading body byline timestamp body*2 timestamp body caption credit boilerplate*3",
        ),
        ("opinion_column.txt", "heading title byline body*8 byline boilerplate"),
        ("science_story.txt", "title byline dateline body*5 caption credit body*3 boilerplate"),
        ("sports_report.txt", "title byline heading*2 body*7 table*2 body*2 caption credit"),
        ("business_story.txt", "title byline dateline body*10 table*4 boilerplate*2"),
        ("court_report.txt", "title byline body*9"),
        (
            "explainer.md",
            "title byline body heading list_item*4 heading body table separator table*3 body quote separator quote"
            " heading list_item*3 body heading body caption*2 credit separator body code*3 boilerplate",
        ),
        ("news_page.html", "title body*4 heading body*2 quote body*2 boilerplate"),
    ],
)
def test_parts_of_the_fixtures_are_what_a_careful_reader_calls_them(name: str, expected: str) -> None:
    """Ten articles of ten kinds, block by block."""
    (article,), _ = read_articles([FIXTURES / name])
    found = [block.role for block in find_blocks(article.text, article.title, article.author)]
    runs = [(role.name.lower(), len(list(group))) for role, group in groupby(found)]
    assert " ".join(f"{role}*{n}" if n > 1 else role for role, n in runs) == expected
