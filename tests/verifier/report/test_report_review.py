"""What a page holds so that a review can be given on it."""

from __future__ import annotations

import re
from html import unescape

from tests.verifier.report.samples import full_report
from verifier.report import render_html
from verifier.report.access import ReviewAccess
from verifier.report.html import content_policy
from verifier.types import ClaimStatus, Label


def policy_of(page: str) -> str:
    return unescape(re.findall(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)[0])


def test_a_page_in_a_file_reaches_nothing_and_knows_no_secret() -> None:
    """Its form gives the command to copy."""
    page = render_html(full_report())
    assert policy_of(page) == content_policy(is_served=False)
    assert "connect-src" not in policy_of(page)
    assert "<body" in page and not re.search(r"<body[^>]*data-(review-url|csrf)", page)


def test_a_served_page_reaches_its_own_server_alone() -> None:
    """What it is given goes into attributes, where it stays text."""
    page = render_html(full_report(), ReviewAccess('/a"b/reviews', "<c>"))
    assert policy_of(page) == content_policy(is_served=True)
    assert re.findall(r"connect-src ([^;]+);", policy_of(page)) == ["'self'"]
    [body] = re.findall(r"<body[^>]*>", page)
    assert 'data-review-url="/a&#34;b/reviews" data-csrf="&lt;c&gt;"' in body


def test_every_checkable_claim_has_a_place_for_its_review() -> None:
    """With the verdict's label, and the command for who has no script."""
    page = render_html(full_report())
    rows = [row for article in full_report().articles for row in article.claims]
    checkable = {row.claim.id: row.verdict for row in rows if row.claim.status is ClaimStatus.CHECKABLE}
    hooks = re.findall(
        r'<p class="review-hook" data-claim="([^"]+)" data-label="([^"]*)"><code>([^<]+)</code></p>', page
    )
    assert {claim for claim, _, _ in hooks} == set(checkable)
    for claim, label, command in hooks:
        verdict = checkable[claim]
        assert (label, command) == (verdict.label if verdict else "", f"verifier review {claim} …")


def test_the_form_offers_the_four_labels() -> None:
    """In the words and the order of the report."""
    form = render_html(full_report()).split('<template id="review-form">')[1].split("</template>")[0]
    assert re.findall(r'<option value="([A-Z_]+)">', form) == [
        Label.REFUTED,
        Label.CONFLICTING_EVIDENCE,
        Label.SUPPORTED,
        Label.NOT_ENOUGH_EVIDENCE,
    ]
