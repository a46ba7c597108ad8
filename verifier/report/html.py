"""A run as one self-contained HTML page: nothing is fetched, and a strict policy forbids that anything could be."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from verifier.report import words
from verifier.report.page import Alarm, claim_page_of, page_of
from verifier.rows import RunReport


def render_html(report: RunReport) -> str:
    """The morning page as an HTML document, readable without scripts, on paper and in the dark.

    :raises QuoteError: a rationale lies outside its passage.
    """
    return _environment().get_template("morning.html.j2").render(page=page_of(report), review=None)


def render_claim_html(report: RunReport, claim_id: str, claim_review: str = "") -> str:
    """One claim of a run as an HTML document of its own, to link to.

    :param claim_review: an entry of `claim_reviews`, which search engines read off the page.
    :raises NoSuchCardError: the run has no checkable claim with that id.
    :raises QuoteError: a rationale lies outside its passage.
    """
    return (
        _environment()
        .get_template("claim.html.j2")
        .render(page=claim_page_of(report, claim_id), review=None, claim_review=Markup(claim_review))
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("verifier.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style, script = _inline("report.css"), _inline("report.js")
    environment.globals.update(
        Alarm=Alarm,
        label_words=words.LABEL_WORDS,
        relation_words=words.RELATION_WORDS,
        run_status_words=words.RUN_STATUS_WORDS,
        stance_words=words.STANCE_WORDS,
        style=style,
        script=script,
        policy=(
            f"default-src 'none'; style-src '{_policy_hash(style)}'; script-src '{_policy_hash(script)}'; "
            "img-src data:; base-uri 'none'; form-action 'none'"
        ),
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


def _inline(name: str) -> Markup:
    """A file of ours that goes into the page as it is."""
    return Markup((resources.files("verifier.report") / "templates" / name).read_text("utf-8"))


def _policy_hash(content: str) -> str:
    """The source expression by which a Content Security Policy admits exactly this inline content."""
    digest = hashlib.sha256(content.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
