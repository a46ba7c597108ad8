"""Rows of a run to text for people and programs: pure functions, no model, no database, no network."""

from verifier.report.html import render_claim_html, render_html
from verifier.report.json_lines import claim_json, report_json_lines
from verifier.report.markdown import render_markdown
from verifier.report.page import NoSuchCardError
from verifier.report.quotes import QuoteError
from verifier.report.words import QUESTION_WORDS, coverage_words, question_of, substitution_words

__all__ = [
    "QUESTION_WORDS",
    "NoSuchCardError",
    "QuoteError",
    "claim_json",
    "coverage_words",
    "question_of",
    "render_claim_html",
    "render_html",
    "render_markdown",
    "report_json_lines",
    "substitution_words",
]
