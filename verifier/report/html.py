"""A run as one self-contained HTML page: nothing is fetched, and a strict policy forbids that anything could be."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from verifier.report import words
from verifier.report.access import ReviewAccess
from verifier.report.page import Alarm, claim_page_of, page_of
from verifier.rows import RunReport


def render_html(report: RunReport, review: ReviewAccess | None = None) -> str:
    """The morning page as an HTML document, readable without scripts, on paper and in the dark.

    :param review: where the page may store reviews, if it is served; left out, it shows the command that does.
    :raises QuoteError: a rationale lies outside its passage.
    """
    return _rendered("morning.html.j2", page_of(report), review)


def render_claim_html(
    report: RunReport, claim_id: str, claim_review: str = "", review: ReviewAccess | None = None
) -> str:
    """One claim of a run as an HTML document of its own, to link to.

    :param claim_review: an entry of `claim_reviews`, which search engines read off the page.
    :param review: as in `render_html`.
    :raises NoSuchCardError: the run has no checkable claim with that id.
    :raises QuoteError: a rationale lies outside its passage.
    """
    return _rendered("claim.html.j2", claim_page_of(report, claim_id), review, claim_review=Markup(claim_review))


def content_policy(*, is_served: bool) -> str:
    """The Content Security Policy of a page: its own style and script by hash; served, it may reach its server."""
    style, script = _policy_hash(_style()), _policy_hash(_script())
    reach = " connect-src 'self';" if is_served else ""
    return (
        f"default-src 'none'; style-src '{style}'; script-src '{script}';{reach} "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _rendered(template: str, page: object, review: ReviewAccess | None, **more: Markup) -> str:
    policy = content_policy(is_served=review is not None)
    return _environment().get_template(template).render(page=page, review=review, policy=policy, **more)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("verifier.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        Alarm=Alarm,
        label_words=words.LABEL_WORDS,
        relation_words=words.RELATION_WORDS,
        run_status_words=words.RUN_STATUS_WORDS,
        stance_words=words.STANCE_WORDS,
        style=_style(),
        script=_script(),
    )
    environment.filters.update(
        day=words.day,
        moment=words.moment,
        n_of=words.n_of,
        one_line=words.one_line,
        percent=words.percent,
        period=words.period,
    )
    return environment


@cache
def _style() -> Markup:
    return _inline("report.css") + _inline("review.css")


@cache
def _script() -> Markup:
    return _inline("report.js") + _inline("review.js")


def _inline(name: str) -> Markup:
    """A file of ours that goes into the page as it is."""
    return Markup((resources.files("verifier.report") / "templates" / name).read_text("utf-8"))


def _policy_hash(content: str) -> str:
    """The source expression by which a Content Security Policy admits exactly this inline content."""
    digest = hashlib.sha256(content.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
