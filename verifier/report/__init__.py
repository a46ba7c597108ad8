"""Rows of a run to text for people and programs: pure functions, no model, no database, no network."""

from verifier.report.claimreview import claim_reviews, n_publishable, render_claim_reviews
from verifier.report.config import Publisher, PublisherError, ReportConfig, publisher_of
from verifier.report.csv import render_csv
from verifier.report.html import render_claim_html, render_html
from verifier.report.json import claim_json, render_json, report_json_lines
from verifier.report.markdown import render_markdown
from verifier.report.page import NoSuchCardError
from verifier.report.quotes import QuoteError
from verifier.report.words import QUESTION_WORDS, coverage_words, question_of, substitution_words

__all__ = [
    "QUESTION_WORDS",
    "NoSuchCardError",
    "Publisher",
    "PublisherError",
    "QuoteError",
    "ReportConfig",
    "claim_json",
    "claim_reviews",
    "coverage_words",
    "n_publishable",
    "publisher_of",
    "question_of",
    "render_claim_html",
    "render_claim_reviews",
    "render_csv",
    "render_html",
    "render_json",
    "render_markdown",
    "report_json_lines",
    "substitution_words",
]
