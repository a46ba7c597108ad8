"""A run as JSON: one object for the whole, or JSON Lines with one object per claim, for other programs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from verifier.report.fields import Fields, claim_fields, report_fields
from verifier.rows import ClaimReport, RunReport
from verifier.types import Claim, Verdict

# Characters that some readers take for a line's end, and halves of surrogate pairs, which UTF-8 cannot encode.
_UNSAFE_IN_A_LINE = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def render_json(report: RunReport) -> str:
    """The whole report as one JSON object on one line, as `report.schema.json` describes it.

    :raises QuoteError: a rationale lies outside its passage.
    :raises ValueError: a number is not finite, the run's settings are no JSON, or a count of the desk has not one
        number a label.
    """
    return f"{dumped(report_fields(report))}\n"


def report_json_lines(report: RunReport) -> Iterator[str]:
    """One line per claim, checked or not, in the order of the report; no line feed at the end of each."""
    for article in report.articles:
        for row in article.claims:
            yield row_json(row)


def claim_json(claim: Claim, verdict: Verdict | None) -> str:
    """One claim as `row_json`, of which nothing is remembered."""
    return row_json(ClaimReport(claim, verdict))


def row_json(row: ClaimReport) -> str:
    """One claim with what is remembered of it, as a JSON object on one line.

    :raises QuoteError: a rationale lies outside its passage.
    :raises ValueError: a confidence, probability, score, credibility or check-worthiness is not a finite number.
    """
    return dumped(claim_fields(row))


def dumped(value: Fields, unsafe: re.Pattern[str] = _UNSAFE_IN_A_LINE) -> str:
    """JSON on one line that UTF-8 can encode.

    :param unsafe: characters of the basic plane that are escaped; none that JSON itself is written with.
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    return unsafe.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
