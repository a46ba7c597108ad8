"""Published fact-checks are read in every form in which they come; what cannot be used is told, and breaks nothing."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.claimreview import (
    MAX_CLAIM_CHARS,
    NotClaimReviewError,
    claim_of,
    label_of,
    parse_fact_checks,
    read_fact_checks,
)
from verifier.types import FactCheck, Failure, Label

ENTRY: dict[str, Any] = {
    "@context": "https://schema.org",
    "@type": "ClaimReview",
    "url": "https://check.example/dam",
    "headline": "No, the dam is not full",
    "claimReviewed": "The Orla dam is full.",
    "datePublished": "2026-03-04T08:00:00Z",
    "author": {"@type": "Organization", "name": "Check Desk", "url": "https://check.example/"},
    "inLanguage": "en",
    "reviewRating": {"ratingValue": "1", "worstRating": "1", "bestRating": "5", "alternateName": "False"},
    "itemReviewed": {
        "@type": "Claim",
        "author": {"@type": "Person", "name": "Ada Brook"},
        "datePublished": "2026-03-01",
        "firstAppearance": {"@type": "CreativeWork", "url": "https://blog.example/1"},
        "appearance": [{"url": "https://blog.example/2"}, "https://blog.example/1", "javascript:alert(1)"],
    },
}


def read(value: Any) -> tuple[list[FactCheck], list[Failure]]:
    return parse_fact_checks(json.dumps(value), "feed.json")


def only(**changes: Any) -> FactCheck:
    [[check], []] = read({**ENTRY, **changes})
    return check


def test_every_field_of_an_entry_is_read() -> None:
    """Addresses that are none are left out, and each is named once, the first place first."""
    found = only()
    assert found == FactCheck(
        id=found.id,
        claim="The Orla dam is full.",
        claimant="Ada Brook",
        claim_date=date(2026, 3, 1),
        appearances=("https://blog.example/1", "https://blog.example/2"),
        publisher="Check Desk",
        url="https://check.example/dam",
        title="No, the dam is not full",
        reviewed=date(2026, 3, 4),
        rating="False",
        label=Label.REFUTED,
    )


@pytest.mark.parametrize(
    "form",
    [
        ENTRY,
        [ENTRY],
        {"@type": "DataFeed", "dataFeedElement": [{"@type": "DataFeedItem", "item": [ENTRY]}]},
        {"@type": "DataFeed", "dataFeedElement": [{"item": ENTRY}]},
        {"@context": "https://schema.org", "@graph": [ENTRY]},
        {**ENTRY, "@type": ["Review", "ClaimReview"]},
        {**ENTRY, "@type": "http://schema.org/ClaimReview"},
        [[ENTRY]],
    ],
)
def test_entries_are_found_in_every_form(form: Any) -> None:
    """A feed, a page's JSON-LD, a list, or one entry: all give the same fact-check."""
    assert read(form) == ([only()], [])


def test_one_entry_a_line_is_read_with_or_without_its_tag() -> None:
    """As the historical data set has them; a line that is no JSON is left out, and named."""
    other = {**ENTRY, "claimReviewed": "The Orla dam is empty."}
    text = f'<script type="application/ld+json">{json.dumps(ENTRY)}</script>\n\n{json.dumps(other)}\n{{"cut of'
    checks, failures = parse_fact_checks(text, "old.txt")
    assert [c.claim for c in checks] == ["The Orla dam is full.", "The Orla dam is empty."]
    assert [(f.source, f.error) for f in failures] == [("old.txt#line 4", "NotJson")]


def test_what_is_incomplete_is_left_out_with_its_reason() -> None:
    """Each by its number; the others are read."""
    entries = [{**ENTRY, "claimReviewed": " "}, ENTRY, {**ENTRY, "reviewRating": None}, {"@type": "Article"}, 7]
    checks, failures = read(entries)
    assert len(checks) == 1
    assert [(f.source, f.error) for f in failures] == [
        ("feed.json#1", "IncompleteClaimReview"),
        ("feed.json#3", "IncompleteClaimReview"),
        ("feed.json#4", "NotClaimReview"),
        ("feed.json#5", "NotClaimReview"),
    ]
    assert "expected reviewRating" in failures[1].message
    assert "found Article" in failures[2].message


def test_the_same_entry_twice_is_one_and_another_rating_is_another() -> None:
    """An updated fact-check stands beside the earlier one."""
    checks, _ = read([ENTRY, ENTRY, {**ENTRY, "reviewRating": {"alternateName": "Mostly false"}}])
    assert [(c.rating, c.label) for c in checks] == [("False", Label.REFUTED), ("Mostly false", None)]
    assert checks[0].id != checks[1].id


@pytest.mark.parametrize(
    ("words", "label"),
    [
        ("TRUE", Label.SUPPORTED),
        ("Correct.", Label.SUPPORTED),
        ("Pants on Fire!", Label.REFUTED),
        ("Rating: False", Label.REFUTED),
        ("“Fake”", Label.REFUTED),
        ("This is false.", Label.REFUTED),
        ("Four Pinocchios", Label.REFUTED),
        ("Unproven", Label.NOT_ENOUGH_EVIDENCE),
        ("Mostly true", None),
        ("Half True", None),
        ("Misleading", None),
        ("Missing context", None),
        ("Not false", None),
        ("True but old", None),
        ("Satire", None),
    ],
)
def test_a_label_is_given_only_where_the_words_are_plain(words: str, label: Label | None) -> None:
    """Whatever the number beside them says."""
    assert label_of(words, 1, 1, 5) is label


@pytest.mark.parametrize(
    ("rating", "told", "label"),
    [
        ({"ratingValue": 1, "worstRating": 1, "bestRating": 5}, "1 on a scale from 1 to 5", Label.REFUTED),
        ({"ratingValue": "5", "worstRating": "1", "bestRating": "5"}, "5 on a scale from 1 to 5", Label.SUPPORTED),
        ({"ratingValue": 2, "worstRating": 1, "bestRating": 5}, "2 on a scale from 1 to 5", None),
        ({"ratingValue": 1, "worstRating": 1, "bestRating": 1}, "1 on a scale from 1 to 1", None),
        ({"ratingValue": 1}, "1", None),
    ],
)
def test_a_rating_without_words_is_read_at_the_ends_of_its_own_scale(
    rating: dict[str, Any], told: str, label: Label | None
) -> None:
    """In between, and without a scale, nothing is guessed."""
    found = only(reviewRating=rating)
    assert (found.rating, found.label) == (told, label)


def test_texts_are_cleaned() -> None:
    """No control characters, no marks that turn the direction of a text, no halves of characters, no entities."""
    found = only(claimReviewed="The\u0000 dam\n\u202e &quot;is&quot;\ud800 fu\u00adll.", headline="x" * 5000)
    assert found.claim == 'The dam "is" full.'
    assert len(found.title or "") == 1000


@pytest.mark.parametrize("url", ["ftp://a.example", "//a.example", "https://", "https://[", "https://a b", 5, None, {}])
def test_only_web_addresses_are_kept(url: Any) -> None:
    """A report links to them."""
    assert only(url=url).url is None


def test_names_may_be_lists_or_plain_texts() -> None:
    """As many publishers write them; without an author the publisher is named."""
    assert only(author=[{"name": "One"}, {"name": "Two"}]).publisher == "One"
    assert only(author="One").publisher == "One"
    assert only(author=None, publisher={"name": "House"}).publisher == "House"
    assert only(itemReviewed=[{"author": "Ada Brook"}]).claimant == "Ada Brook"


def test_a_claim_that_is_too_long_is_left_out() -> None:
    """It is an article rather than a claim."""
    assert read({**ENTRY, "claimReviewed": "dam " * MAX_CLAIM_CHARS})[1][0].error == "IncompleteClaimReview"


def test_what_a_fact_check_is_about_is_matched_as_a_claim() -> None:
    """With the day on which it was made."""
    found = claim_of(only())
    assert (found.text, found.claim_date, found.kind) == ("The Orla dam is full.", date(2026, 3, 1), "CONTENT")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "expected JSON"),
        (b"no JSON", "expected JSON"),
        (b"\xff\xfe{}", "expected JSON in UTF-8"),
        (b"[]", "found none"),
        (b'{"name": "package"}', "found none"),
        (b"[" * 200_000, "nested too deeply|expected JSON"),
        (b"1" * 5000, "expected JSON"),
        (b"null", "found none"),
    ],
    ids=range(8),
)
def test_a_file_without_fact_checks_is_one_named_error(tmp_path: Path, content: bytes, told: str) -> None:
    """It names the file, says what was found, and what to do."""
    (file := tmp_path / "feed.json").write_bytes(content)
    with pytest.raises(NotClaimReviewError, match=told) as caught:
        read_fact_checks(file)
    assert str(file) in str(caught.value)


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    """Some programs write one."""
    (file := tmp_path / "feed.json").write_text(json.dumps(ENTRY), encoding="utf-8-sig")
    assert len(read_fact_checks(file)[0]) == 1


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
KEYS = st.sampled_from([*ENTRY, *ENTRY["reviewRating"], *ENTRY["itemReviewed"], "name", "item", "@graph", "url"])
ANY_JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS | st.text(max_size=5), inner, max_size=6)
)


def check_outcome(text: str) -> None:
    """Rows that can be stored, reasons, or the named error."""
    try:
        checks, failures = parse_fact_checks(text, "any")
    except NotClaimReviewError:
        return
    assert checks or failures
    for check in checks:
        assert check.claim
        assert check.rating
        assert re.sub("[\u200c\u200d]", "", check.claim + check.rating + (check.title or "")).isprintable()
        assert all(url.startswith(("http://", "https://")) for url in (*check.appearances, check.url or "http://"))


@given(ANY_JSON)
def test_any_json_gives_rows_reasons_or_the_named_error(value: Any) -> None:
    """Whatever stands where."""
    check_outcome(json.dumps(value))


@given(st.dictionaries(st.sampled_from(sorted(ENTRY)), ANY_JSON))
def test_any_value_of_an_entry_gives_rows_reasons_or_the_named_error(changes: dict[str, Any]) -> None:
    """An entry that is right but for some fields."""
    check_outcome(json.dumps([{**ENTRY, **changes}]))


@given(st.text())
def test_any_text_gives_rows_reasons_or_the_named_error(text: str) -> None:
    """Also where it is no JSON."""
    check_outcome(text)
