"""What the commands print: tables, JSON Lines and progress. Data to standard output, the rest to standard error."""

from __future__ import annotations

import csv
import json
import math
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from verifier.rows import ClaimReport, RunReport
    from verifier.types import Claim, Failure, Verdict

NARROWEST_LOG = 160  # characters
WIDEST_TABLE = 12  # columns; with more, each cell is a few letters wide and rows are printed as lines instead

# Characters that some readers take for a line's end, and halves of surrogate pairs, which UTF-8 cannot encode.
_UNSAFE_IN_A_LINE = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def say(message: str) -> None:
    """A message for people, on standard error."""
    print(message, file=sys.stderr)


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on standard error; silent where that is no terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total or None)


def print_table(title: str, columns: tuple[str, ...], rows: Sequence[Sequence[object]]) -> None:
    """A table; rows of more columns than fit are printed as lines."""
    if len(columns) > WIDEST_TABLE:
        _print_records(columns, rows)
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title or None, title_justify="left")
    for name in columns:
        table.add_column(name, no_wrap=name in ("verdict", "confidence", "status"), overflow="fold")
    for row in rows:
        table.add_row(*(Text("" if cell is None else str(cell)) for cell in row))
    console = Console()
    # Into a pipe or a log, a table is not squeezed to the 80 columns that Rich assumes there.
    console.print(table) if console.is_terminal else Console(width=NARROWEST_LOG).print(table)


def _print_records(columns: tuple[str, ...], rows: Sequence[Sequence[object]]) -> None:
    """One `column: value` a line, with a blank line between rows."""
    records = ("\n".join(f"{c}: {'' if v is None else v}" for c, v in zip(columns, row, strict=True)) for row in rows)
    print("\n\n".join(records))


def print_json_rows(columns: tuple[str, ...], rows: Sequence[Sequence[object]]) -> None:
    """One JSON object a row, valid whatever the values; a column name that stands twice gets a number."""
    names = _distinct(columns)
    for row in rows:
        fields = {name: _plain(value) for name, value in zip(names, row, strict=True)}
        line = json.dumps(fields, ensure_ascii=False, allow_nan=False)
        print(_UNSAFE_IN_A_LINE.sub(lambda match: f"\\u{ord(match[0]):04x}", line))


def print_csv_rows(columns: tuple[str, ...], rows: Sequence[Sequence[object]]) -> None:
    """RFC 4180, with a head; a list or a struct stands as JSON, and nothing for NULL."""
    writer = csv.writer(sys.stdout)
    writer.writerow(columns)
    writer.writerows([_cell(value) for value in row] for row in rows)


def _cell(value: object) -> object:
    plain = _plain(value)
    return json.dumps(plain, ensure_ascii=False, allow_nan=False) if isinstance(plain, list | dict) else plain


def _distinct(columns: Sequence[str]) -> list[str]:
    """The names; one that was there before gets a number that makes it a name of its own: a, a_2, a_3."""
    names: list[str] = []
    for column in columns:
        name, n = column, 1
        while name in names or (n > 1 and name in columns):
            n += 1
            name = f"{column}_{n}"
        names.append(name)
    return names


def _plain(value: object) -> object:
    """The value in the types that JSON has: what has none of its own becomes a string."""
    if isinstance(value, dict):
        return {str(key if isinstance(key, float) else _plain(key)): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, str | int):
        return value
    return _plain_scalar(value)


def _plain_scalar(value: object) -> str | float:
    if isinstance(value, date | time):  # datetimes are dates
        return value.isoformat()
    if isinstance(value, timedelta):
        return _iso_duration(value)
    if isinstance(value, Decimal) and Decimal(repr(float(value))) == value:
        return float(value)  # one with more digits than a float holds stays exact, as a string
    return value.hex() if isinstance(value, bytes) else str(value)


def _iso_duration(value: timedelta) -> str:
    """ISO 8601: P1DT7200S, -PT0.5S."""
    sign, span = ("-", -value) if value < timedelta(0) else ("", value)
    fraction = f".{span.microseconds:06d}".rstrip("0") if span.microseconds else ""
    days = f"{span.days}D" if span.days else ""
    return f"{sign}P{days}T{span.seconds}{fraction}S"


def print_verdicts(outcome: RunReport) -> None:
    """A table of verdicts and a line of coverage per article, and how many of each label there are."""
    from verifier.report import coverage_words
    from verifier.rows import coverage_of

    columns = ("verdict", "confidence", "question", "claim", "strongest quote", "source")
    for article in outcome.articles:
        rows = [_verdict_row(c.verdict) for c in article.claims if c.verdict]
        print_table(article.article.title, columns, rows)
        print(coverage_words(coverage_of(c.claim for c in article.claims)))
    _say_labels([c for article in outcome.articles for c in article.claims])


def _say_labels(found: Sequence[ClaimReport]) -> None:
    """How many of each label; what was said is counted apart from what is true."""
    from verifier.report import QUESTION_WORDS
    from verifier.types import ClaimStatus

    checkable = [c for c in found if c.claim.status is ClaimStatus.CHECKABLE]
    for kind, question in QUESTION_WORDS.items():
        labels = Counter(str(c.verdict.label) if c.verdict else "no verdict" for c in checkable if c.claim.kind is kind)
        if labels:
            say(f"{question} {', '.join(f'{n} {label}' for label, n in labels.most_common())}")


def _verdict_row(verdict: Verdict) -> tuple[object, ...]:
    from verifier.report import question_of
    from verifier.types import Label

    settled = verdict.label is not Label.NOT_ENOUGH_EVIDENCE and verdict.evidence
    top = verdict.evidence[0] if settled else None
    quote = " … ".join(top.quotes()) if top else ""
    source = f"{top.document.source or top.document.title}, {top.document.published or 'no date'}" if top else ""
    return verdict.label, f"{verdict.confidence:.0%}", question_of(verdict.claim), verdict.claim.text, quote, source


def print_verdict(verdict: Verdict) -> None:
    """One verdict with what it answers, its justification and the quotes on either side."""
    from verifier.report import question_of
    from verifier.types import Stance

    head = (verdict.label, f"{verdict.confidence:.0%}", question_of(verdict.claim), verdict.claim.text)
    print(f"{'  '.join(part for part in head if part)}\n  {verdict.justification}")
    for evidence in verdict.evidence:
        if evidence.stance is not Stance.NEUTRAL:
            document = evidence.document
            about = ", ".join(str(x) for x in (document.source, document.published, document.url) if x)
            print(f"  {evidence.stance}: “{' … '.join(evidence.quotes())}”\n    {document.title} ({about})")


def print_claims(title: str, found: list[Claim]) -> None:
    """A table of an article's claims and of what is not checked, and a line that counts them."""
    from verifier.report import coverage_words
    from verifier.rows import coverage_of

    columns = ("status", "reason", "question", "claim", "speaker", "put otherwise")
    print_table(title, columns, [_claim_row(c) for c in found])
    print(coverage_words(coverage_of(found), checked="to check"))


def _claim_row(claim: Claim) -> tuple[object, ...]:
    from verifier.report import question_of, substitution_words

    # A heading is not checked because it is one: told once.
    told = [claim.role] if claim.role not in ("body", claim.reason) else []
    reason = ": ".join(part for part in (*told, claim.reason) if part)
    changes = "\n".join(map(substitution_words, claim.substitutions))
    return claim.status, reason, question_of(claim), claim.text, claim.speaker, changes


def print_failures(failures: tuple[Failure, ...] | list[Failure]) -> None:
    """One line a failure, on standard error."""
    for failure in failures:
        say(f"verifier: failed ({failure.stage}): {failure.message}")
