"""How labels, dates, chances and links are worded for a reader."""

from __future__ import annotations

from datetime import UTC, date, datetime
from urllib.parse import quote, urlsplit

from verifier.types import Label, Relation, Run, RunStatus, Stance

LABEL_WORDS = {
    Label.REFUTED: "Refuted",
    Label.CONFLICTING_EVIDENCE: "Conflicting evidence",
    Label.SUPPORTED: "Supported",
    Label.NOT_ENOUGH_EVIDENCE: "Not enough evidence",
}
"""In the order in which an editor should read them."""

NO_VERDICT_WORDS = "No verdict"

STANCE_WORDS = {Stance.SUPPORTS: "For", Stance.REFUTES: "Against", Stance.NEUTRAL: "Does not settle it"}

RELATION_WORDS = {
    Relation.AGREES: "Agrees",
    Relation.DIFFERS: "Differs",
    Relation.OUTDATED: "Another date",
    Relation.MISSING: "Not stated",
}

RUN_STATUS_WORDS = {
    RunStatus.RUNNING: "Still running",
    RunStatus.FINISHED: "Finished",
    RunStatus.FINISHED_WITH_FAILURES: "Finished with failures",
    RunStatus.FAILED: "Failed",
}


def percent(p: float) -> str:
    """A probability in [0, 1] as a percentage; never `0%` or `100%`, since no model is certain."""
    if p > 0.99:
        return ">99%"
    return "<1%" if p < 0.01 else f"{p:.0%}"


def day(value: date | None) -> str:
    """A publication date, or `undated`."""
    return value.isoformat() if value else "undated"


def moment(value: datetime) -> str:
    """A point in time to the minute, in UTC where its zone is known."""
    if value.tzinfo is None:
        return f"{value:%Y-%m-%d %H:%M}"
    return f"{value.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def period(run: Run) -> str:
    """From when to when a run took, to the minute; only its start where it has not ended."""
    start = moment(run.started_at)
    if run.finished_at is None:
        return f"started {start}"
    end = moment(run.finished_at)
    # On one day, say the day once: "2026-11-23 06:00 to 06:04 UTC".
    return f"{start.removesuffix(' UTC')} to {end[11:] if end[:10] == start[:10] else end}"


def one_line(text: str) -> str:
    """The text with every run of white space made one blank."""
    return " ".join(text.split())


def n_of(n: int, noun: str) -> str:
    """`1 claim`, `2 claims`."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def safe_href(url: str | None) -> str | None:
    """The URL if it may become a link: http or https with a host; anything else (`javascript:`, a path) is None."""
    if not url:
        return None
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return None
    return quote(url.strip(), safe="!#$%&'()*+,-./:;=?@_~[]", errors="replace")
