"""Wording: links, chances and times."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from tests.verifier.report.samples import make_run
from verifier.report.words import LABEL_WORDS, moment, percent, period, safe_href
from verifier.types import Label


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "javascript:alert(1)",
        " JavaScript:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,<script>",
        "file:///etc/passwd",
        "//example.org/x",
        "reports/2024.pdf",
        "http://",
        "http://[broken",
    ],
)
def test_safe_href_refuses_all_but_web_addresses(url: str | None):
    """Nothing but http and https with a host becomes a link."""
    assert safe_href(url) is None


def test_safe_href_encodes_what_could_end_an_attribute_or_a_markdown_link():
    """Quotes, angle brackets, blanks, line feeds and half characters lose their force; a plain URL stays itself."""
    assert safe_href('https://example.org/"><b>\nx \ud800') == "https://example.org/%22%3E%3Cb%3E%0Ax%20?"
    assert safe_href("HTTPS://example.org/a_(b)?q=1&r=%20#c") == "HTTPS://example.org/a_(b)?q=1&r=%20#c"


@pytest.mark.parametrize(("p", "words"), [(1.0, ">99%"), (0.995, ">99%"), (0.87, "87%"), (0.012, "1%"), (0.0, "<1%")])
def test_percent_never_claims_certainty(p: float, words: str):
    """No verdict is shown as 0% or 100% sure."""
    assert percent(p) == words


def test_moment_is_in_utc():
    """A time from another zone is converted; a naive one is not given a zone that it may not have."""
    assert moment(datetime(2026, 1, 1, 1, 30, tzinfo=timezone(timedelta(hours=2)))) == "2025-12-31 23:30 UTC"
    assert moment(datetime(2026, 1, 1, 1, 30)) == "2026-01-01 01:30"


def test_period_says_one_day_once():
    """The end is a time on the same day, a date and time on another, and missing while the run goes on."""
    assert period(make_run()) == "2026-11-23 06:00 to 06:04 UTC"
    overnight = make_run(finished_at=datetime(2026, 11, 24, 0, 1, tzinfo=UTC))
    assert period(overnight) == "2026-11-23 06:00 to 2026-11-24 00:01 UTC"
    assert period(make_run(finished_at=None)) == "started 2026-11-23 06:00 UTC"


def test_label_words_cover_every_label():
    """Each label has words for a reader."""
    assert set(LABEL_WORDS) == set(Label)
