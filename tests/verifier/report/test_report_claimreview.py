"""ClaimReview: what a person approved, in schema.org's words, safe on a page, and read back as it was written."""

from __future__ import annotations

import html
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

import verifier.report as report_package
from tests.verifier.report.hostile import HOSTILE, hostile_config, hostile_report, hostile_reports
from tests.verifier.report.samples import full_report, remembered_report, said_report
from verifier.claimreview import MAX_CLAIM_CHARS, parse_fact_checks, plain_line
from verifier.report import (
    Publisher,
    PublisherError,
    ReportConfig,
    n_publishable,
    publisher_of,
    render_claim_reviews,
)
from verifier.report.words import LABEL_WORDS
from verifier.rows import ClaimReport, PastVerdict, RunReport, Sighting, Sightings
from verifier.types import Cause, CauseKind, ClaimKind, Label, Review

PUBLISHER = Publisher("Example Gazette", "https://gazette.example/", "https://gazette.example/checks/")
WHEN = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
SCHEMA = Draft202012Validator(
    json.loads(Path(report_package.__file__).with_name("claim_review.schema.json").read_text(encoding="utf-8"))
)


def with_row(report: RunReport, at: int, **changes: Any) -> RunReport:
    """The report with one claim of its only article changed."""
    [article] = report.articles
    rows = list(article.claims)
    rows[at] = replace(rows[at], **changes)
    return replace(report, articles=(replace(article, claims=tuple(rows)),))


def review_of(row: ClaimReport, label: Label | None, **changes: Any) -> Review:
    known = Review("r", row.claim.id, "run-20261123-0600", label, "Ada Brook", "Ask Bo first.", None, WHEN)
    return replace(known, **changes)


def approved(label: Label = Label.REFUTED, **changes: Any) -> RunReport:
    """The claim on what the bridge cost, with a person's label."""
    report = full_report()
    row = report.articles[0].claims[1]
    return with_row(report, 1, reviews=(review_of(row, label),), **changes)


def entries_of(report: RunReport, publisher: Publisher = PUBLISHER) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = json.loads(render_claim_reviews(report, publisher))
    SCHEMA.validate(entries)
    return entries


def test_claim_reviews_publish_only_what_a_person_gave():
    """Of five verdicts one has a person's label; the machine's own stay in the house, and so do comments."""
    assert entries_of(full_report()) == [] and n_publishable(full_report()) == 0
    report = approved()
    assert len(entries_of(report)) == n_publishable(report) == 1
    assert "Ask Bo" not in render_claim_reviews(report, PUBLISHER)


def test_a_claim_review_says_who_found_what_of_whom_and_where():
    """Every property of an entry."""
    assert entries_of(approved()) == [
        {
            "@context": "https://schema.org",
            "@type": "ClaimReview",
            "url": f"https://gazette.example/checks/claim-{full_report().articles[0].claims[1].claim.id}.html",
            "datePublished": "2026-11-24",
            "author": {"@type": "Organization", "name": "Example Gazette", "url": "https://gazette.example/"},
            "editor": {"@type": "Person", "name": "Ada Brook"},
            "claimReviewed": "Work on the Harbour Bridge cost 48 million euros.",
            "itemReviewed": {
                "@type": "Claim",
                "author": {"@type": "Person", "name": "City of Harbourtown"},
                "datePublished": "2026-11-22",
                "appearance": {
                    "@type": "Article",
                    "url": "https://example.org/bridge",
                    "headline": "Bridge reopens after repairs",
                    "datePublished": "2026-11-22",
                },
            },
            "reviewRating": {
                "@type": "Rating",
                "alternateName": "Refuted",
                "ratingValue": 1,
                "bestRating": 5,
                "worstRating": 1,
            },
        }
    ]


@pytest.mark.parametrize(
    ("label", "value"),
    [
        (Label.REFUTED, 1),
        (Label.CONFLICTING_EVIDENCE, 3),
        (Label.SUPPORTED, 5),
        (Label.NOT_ENOUGH_EVIDENCE, None),
    ],
)
def test_a_claim_review_rates_on_a_scale_only_what_is_a_degree_of_truth(label: Label, value: int | None):
    """The person's label counts, whatever the machine says; without enough evidence there is only the word."""
    [entry] = entries_of(approved(label))
    rating = entry["reviewRating"]
    assert (rating["alternateName"], rating.get("ratingValue")) == (LABEL_WORDS[label], value)
    assert ("bestRating" in rating) == ("worstRating" in rating) == (value is not None)


def test_a_claim_review_gives_the_newest_label():
    """A later comment takes none back."""
    row = full_report().articles[0].claims[1]
    first = review_of(row, Label.REFUTED, reviewed_at=WHEN.replace(hour=8))
    second = review_of(row, Label.SUPPORTED, reviewer="Bo", reviewed_at=WHEN.replace(day=25))
    comment = review_of(row, None, reviewer="Cy", reviewed_at=WHEN.replace(day=26))
    [entry] = entries_of(with_row(full_report(), 1, reviews=(first, second, comment)))
    assert (entry["reviewRating"]["alternateName"], entry["editor"]["name"]) == ("Supported", "Bo")
    assert entry["datePublished"] == "2026-11-25"


def test_no_claim_review_of_words_that_the_person_did_not_read():
    """Where the sentence is read otherwise since, nobody approved what it says now; a new passage is no such thing."""
    other, passage = (Cause(kind, None, "x") for kind in (CauseKind.OTHER_READING, CauseKind.NEW_PASSAGE))
    for cause, n in ((other, 0), (passage, 1)):
        later = PastVerdict("run-2", WHEN.replace(day=25), Label.SUPPORTED, 0.9, (cause,))
        assert n_publishable(approved(history=(later,))) == n
    before = PastVerdict("run-0", WHEN.replace(day=1), Label.SUPPORTED, 0.9, (other,))
    assert n_publishable(approved(history=(before,))) == 1
    report = remembered_report()
    assert n_publishable(report) == 1  # of an earlier run's verdict, on the same words
    assert n_publishable(with_row(report, 0, causes=(other,))) == 0
    assert n_publishable(approved(verdict=None)) == 0


def test_the_publication_claims_what_nobody_else_is_said_to():
    """And that somebody said something; an article without an address is its author's, or nobody's that is known."""
    report = said_report()
    [article] = report.articles
    rows = article.claims
    reviewed = tuple(replace(r, reviews=(review_of(r, Label.SUPPORTED),)) if r.verdict else r for r in rows)
    for known, expected in (
        ({"url": "https://www.paper.example:8080/a?b"}, ("Organization", "paper.example")),
        ({"author": "Nora Feld"}, ("Person", "Nora Feld")),
        ({}, None),
    ):
        named = replace(article, article=replace(article.article, **known), claims=reviewed)
        found = {e["claimReviewed"]: e["itemReviewed"] for e in entries_of(replace(report, articles=(named,)))}
        opened, said = found["Ilse Brandt opened the hearing on 4 May 2026."], found[reviewed[3].claim.text]
        assert reviewed[3].claim.kind is ClaimKind.SPEECH_ACT
        for item in (opened, said):
            author = item.get("author")
            assert (author and (author["@type"], author["name"])) == expected
        assert found["No beach was closed."]["author"] == {"@type": "Person", "name": "Ilse Brandt"}


def test_a_claim_review_names_where_the_claim_was_seen_first():
    """Only where that is another article, on the web, and before ours."""
    first = Sighting("other", "Bridge bill", "https://other.example/1", None, date(2026, 11, 2))
    later = Sighting("third", "Bill", "https://third.example/1", None, date(2026, 11, 4))

    def seen(*others: Sighting, since: date = date(2026, 11, 2)) -> dict[str, Any] | None:
        [entry] = entries_of(approved(sightings=Sightings("s", 3, since, others)))
        found: dict[str, Any] | None = entry["itemReviewed"].get("firstAppearance")
        return found

    assert seen(first, later) == {"@type": "Article", "url": "https://other.example/1", "headline": "Bridge bill"}
    assert seen(replace(first, url=None), later) is None
    assert seen(replace(first, url="javascript:alert(1)"), later) is None
    assert seen(later, since=date(2026, 11, 1)) is None
    assert seen(replace(first, seen=date(2026, 11, 22)), since=date(2026, 11, 22)) is None


@pytest.mark.parametrize(
    ("config", "words"),
    [
        (ReportConfig(), "report.publisher_name, .* found none"),
        (ReportConfig("\u200b", "", "https://x.example"), "report.publisher_name, .* found none"),
        (ReportConfig("A"), "report.base_url as an http or https address .* found none"),
        (ReportConfig("A", base_url="checks/"), "report.base_url .* found 'checks/'"),
        (ReportConfig("A", base_url="javascript:alert(1)"), "report.base_url .* found 'javascript"),
        (ReportConfig("A", base_url="https://x.example/?a="), "report.base_url"),
        (ReportConfig("A", "mailto:a@b.c", "https://x.example"), "report.publisher_url .* found 'mailto"),
    ],
)
def test_verdicts_are_published_only_by_somebody_and_somewhere(config: ReportConfig, words: str):
    """The error names the setting, what was found and where to set it."""
    with pytest.raises(PublisherError, match=f"expected {words}.*VERIFIER_REPORT__"):
        publisher_of(config)


def test_a_base_url_is_a_folder_with_or_without_its_slash():
    """Pages stand below it."""
    for base in ("https://x.example/checks", "https://x.example/checks/"):
        assert publisher_of(ReportConfig(" A  B ", base_url=base)) == Publisher(
            "A B", None, "https://x.example/checks/"
        )


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("ratingValue",), 5),
        (("reviewRating", "colour"), "red"),
        (("reviewRating", "ratingValue"), 4),
        (("reviewRating", "alternateName"), "Pants on fire"),
        (("itemReviewed", "sameAs"), "x"),
        (("itemReviewed", "appearance", "url"), "javascript:alert(1)"),
        (("author", "@type"), "Person"),
        (("datePublished",), "24 November 2026"),
        (("claimReviewed",), "two\nlines"),
        (("@context",), "https://evil.example"),
    ],
)
def test_the_vocabulary_refuses_what_it_does_not_know(path: tuple[str, ...], value: object):
    """A property, class or value that is none of schema.org, or none that we use."""
    entries = entries_of(approved())
    at = entries[0]
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    with pytest.raises(ValidationError):
        SCHEMA.validate(entries)


def test_the_vocabulary_asks_for_what_search_engines_ask_for():
    """Claim, rating in words and address; a scale only whole."""
    for name in ("claimReviewed", "reviewRating", "url"):
        [entry] = entries_of(approved())
        del entry[name]
        assert not SCHEMA.is_valid([entry])
    [entry] = entries_of(approved())
    del entry["reviewRating"]["bestRating"]
    assert not SCHEMA.is_valid([entry])


@pytest.mark.parametrize("label", Label)
def test_claim_reviews_are_read_back_as_they_were_written(label: Label):
    """By the reader of published fact-checks: claim, claimant, days, places, rating and label."""
    [check], failures = parse_fact_checks(render_claim_reviews(approved(label), PUBLISHER), "x")
    assert not failures
    assert (check.claim, check.claimant) == ("Work on the Harbour Bridge cost 48 million euros.", "City of Harbourtown")
    assert (check.rating, check.label) == (LABEL_WORDS[label], label)
    assert (check.publisher, check.reviewed, check.claim_date) == ("Example Gazette", WHEN.date(), date(2026, 11, 22))
    assert check.appearances == ("https://example.org/bridge",)
    assert check.url and check.url.startswith(PUBLISHER.base_url)


def test_hostile_claim_reviews_are_valid_and_read_back():
    """Entities are what a reader of pages takes them for; all else is the plain line, without hidden marks."""
    n_read = 0
    for name, report in hostile_reports():
        entries = entries_of(report)
        line = plain_line(HOSTILE[name])
        assert len(entries) == (4 if line else 0), name
        assert all(entry["claimReviewed"] == line for entry in entries), name
        if not any(char.isalpha() for char in line) or len(line) > MAX_CLAIM_CHARS:
            continue
        checks, failures = parse_fact_checks(json.dumps(entries), name)
        assert [check.label for check in checks] == list(Label) and not failures, name
        assert {check.claim for check in checks} == {plain_line(html.unescape(line))}, name
        n_read += 1
    assert n_read > 100


class _Scripts(HTMLParser):
    """What stands in script elements, and every tag."""

    def __init__(self, page: str):
        super().__init__()
        self.tags: list[str] = []
        self.scripts: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.scripts.append(data)


def test_claim_reviews_stand_in_a_script_element_whatever_they_say():
    """No text ends the element, begins a comment or breaks a line of a script."""
    for name, report in hostile_reports():
        text = render_claim_reviews(report, PUBLISHER)
        assert not set(text) & set("<>&\u2028\u2029\x85\0") and text.encode(), name
        page = _Scripts(f'<script type="application/ld+json">{text}</script><p>')
        assert page.tags == ["script", "p"] and json.loads("".join(page.scripts)) == json.loads(text), name


def test_hostile_settings_are_refused_or_harmless():
    """Whatever stands in them, what is published links to the web alone."""
    n_refused = 0
    for name, text in HOSTILE.items():
        try:
            publisher = publisher_of(hostile_config(text))
        except PublisherError:
            n_refused += 1
            continue
        [entry, *_] = entries_of(hostile_report("Some words."), publisher)
        assert entry["url"].startswith("https://") and entry["author"]["url"].startswith("https://"), name
    assert n_refused > 100
