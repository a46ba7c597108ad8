"""How labels, kinds of claims, counts, dates, chances and links are worded for a reader."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from urllib.parse import quote, urlsplit

from verifier.rows import Coverage, Earlier, PastVerdict, Resumed, Sighting, Sightings
from verifier.types import (
    Cause,
    Claim,
    ClaimKind,
    FactCheck,
    Label,
    Relation,
    Review,
    Run,
    RunStatus,
    Stance,
    Substitution,
    Timing,
)

LABEL_WORDS = {
    Label.REFUTED: "Refuted",
    Label.CONFLICTING_EVIDENCE: "Conflicting evidence",
    Label.SUPPORTED: "Supported",
    Label.NOT_ENOUGH_EVIDENCE: "Not enough evidence",
}
"""In the order in which an editor should read them."""

NO_VERDICT_WORDS = "No verdict"

MAX_CAUSES = 3
"""More reasons why a verdict changed are only counted."""

STANCE_WORDS = {Stance.SUPPORTS: "For", Stance.REFUTES: "Against", Stance.NEUTRAL: "Does not settle it"}

LOW_CONFIDENCE = 0.6
"""A verdict below this is right in fewer than six of ten cases, and wants a person's eye."""

_SURENESS = (
    (0.9, "very likely right"),
    (0.75, "likely right"),
    (LOW_CONFIDENCE, "probably right"),
    (0.0, "unsure"),
)

_MASS_NOUNS = {"boilerplate", "code"}  # roles that have no plural
_NOUNS = {"command", "fragment", "opinion", "prediction", "promise", "question"}  # reasons that have one

RELATION_WORDS = {
    Relation.AGREES: "Agrees",
    Relation.DIFFERS: "Differs",
    Relation.OUTDATED: "Another date",
    Relation.MISSING: "Not stated",
}

TIMING_WORDS = {
    Timing.UNDATED: "",
    Timing.IN_TIME: "",
    Timing.AFTER_CLAIM: "published after the claim",
    Timing.BEFORE_EVENT: "from before the event",
}
"""What a reader has to know of a passage's day; empty where there is nothing to be wary of."""

QUESTION_WORDS = {ClaimKind.CONTENT: "Is it true?", ClaimKind.SPEECH_ACT: "Was it said?"}
"""What a verdict answers: that somebody said something is another matter than whether it is so."""

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


def sureness(p: float) -> str:
    """A calibrated confidence in words, for readers who do not think in percent."""
    return next(words for least, words in _SURENESS if p >= least)


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


def resumed_words(resumed: Resumed) -> str:
    """`Resumed: 12 of 40 articles had been checked before`; or that nothing was left, where nobody stopped anything."""
    if resumed.is_all:
        return f"Nothing new: {n_of(resumed.n_articles, 'article')}, checked before"
    return f"Resumed: {resumed.n_done:,} of {n_of(resumed.n_articles, 'article')} had been checked before"


def one_line(text: str) -> str:
    """The text with every run of white space made one blank."""
    return " ".join(text.split())


def n_of(n: int, noun: str) -> str:
    """`1 claim`, `2 claims`."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def question_of(claim: Claim) -> str:
    """What the verdict on a claim answers, where that could be mistaken; empty for what the article itself states."""
    plain = claim.kind is ClaimKind.CONTENT and not claim.speaker
    return "" if plain else QUESTION_WORDS[claim.kind]


def copies_words(n_others: int) -> str:
    """`same text as 2 others`; empty where a passage is the only one with its text."""
    return f"same text as {n_others:,} {'other' if n_others == 1 else 'others'}" if n_others else ""


def substitution_words(made: Substitution) -> str:
    """What was put otherwise: `“he” became “Ned Price” (the only man named in the sentence before)`."""
    original, replacement = one_line(made.original), one_line(made.replacement)
    if not original:
        change = f"“{replacement}” was added"
    else:
        change = f"“{original}” became “{replacement}”" if replacement else f"“{original}” was left out"
    return f"{change} ({one_line(made.why)})" if made.why.strip() else change


def review_words(review: Review, run_id: str, title: str = "") -> str:
    """What a person said of a verdict: `Reviewed: Refuted, by Ada Brook (2026-11-12): the register says 2 million`.

    :param run_id: the run that is reported; a review of another one's verdict says so.
    :param title: of the document that holds the passage which the reviewer found wrong, where it is known.
    """
    what = [LABEL_WORDS[review.label]] if review.label else []
    if review.passage_id:
        what.append(f"wrong evidence {f'“{one_line(title)}”' if title else review.passage_id}")
    when = day(review.reviewed_at.date()) + ("" if review.run_id == run_id else ", on another run's verdict")
    by = f"by {one_line(review.reviewer)} ({when})"
    head = f"Reviewed: {', '.join(what)}, {by}" if what else f"Comment {by}"
    return f"{head}: {one_line(review.comment)}" if review.comment.strip() else head


def causes_words(causes: Sequence[Cause]) -> str:
    """Why a verdict differs from the one before: `“Dam register” came into the corpus on 2026-05-04`."""
    told = [one_line(cause.detail) for cause in causes[:MAX_CAUSES]]
    if len(causes) > MAX_CAUSES:
        told.append(n_of(len(causes) - MAX_CAUSES, "further reason"))
    return "; ".join(told)


def earlier_words(earlier: Earlier) -> str:
    """`Supported 91% (run of 2026-05-03)`."""
    return f"{verdict_words(earlier.label, earlier.confidence)} (run of {day(earlier.run_started_at.date())})"


def verdict_words(label: Label, confidence: float) -> str:
    """`Supported 91%`."""
    return f"{LABEL_WORDS[label]} {percent(confidence)}"


def step_words(past: PastVerdict) -> str:
    """A step of a claim's history: `Refuted 73%: “Dam register” came into the corpus on 2026-05-04`."""
    why = causes_words(past.causes)
    return verdict_words(past.label, past.confidence) + (f": {why}" if why else "")


def again_words(n: int) -> str:
    """How often a verdict was given again, in later runs or between: `given again twice`."""
    return f"given again {'once' if n == 1 else 'twice' if n == 2 else f'{n:,} times'}"


def same_claim_words(earlier: Earlier) -> str:
    """`Same claim checked on 2026-05-03: Supported 91%, in “Orla dam full again”`."""
    where = f", in “{one_line(earlier.article)}”" if earlier.article.strip() else ""
    when = day(earlier.run_started_at.date())
    return f"Same claim checked on {when}: {verdict_words(earlier.label, earlier.confidence)}{where}"


def sightings_words(sightings: Sightings) -> str:
    """`Seen in 6 articles since 2026-05-03`."""
    return f"Seen in {n_of(sightings.n_articles, 'article')} since {day(sightings.first_seen)}"


def sighting_words(seen: Sighting) -> str:
    """`2026-05-03, “Orla dam full again”, claimed by Ada Brook`."""
    speaker = f", claimed by {one_line(seen.speaker)}" if seen.speaker else ""
    return f"{day(seen.seen)}, “{one_line(seen.article) or 'Untitled article'}”{speaker}"


def fact_check_words(check: FactCheck, claim: str) -> str:
    """What somebody else found: `Checked by Example Facts (2026-05-03): False`.

    :param claim: the words of ours; those of the fact-check are told where they are others.
    """
    when = f" ({day(check.reviewed)})" if check.reviewed else ""
    head = f"Checked by {one_line(check.publisher or 'somebody unnamed')}{when}: {one_line(check.rating)}"
    theirs = one_line(check.claim)
    return head if theirs.casefold() == one_line(claim).casefold() else f"{head}, of “{theirs}”"


def coverage_words(coverage: Coverage, checked: str = "checked") -> str:
    """One line in which the parts add up to all: `3 sentences: 2 checked, 1 not checked (1 opinion); 1 other line …`.

    :param checked: the word for the sentences with a checkable claim.
    """
    reasons = _listed(n_of(n, why) if why in _NOUNS else f"{n:,} {one_line(why)}" for why, n in coverage.not_checked)
    parts = [
        (coverage.n_checked, checked),
        (coverage.n_ambiguous, "ambiguous"),
        (coverage.n_not_checked, f"not checked{reasons}"),
    ]
    told = ", ".join(f"{n:,} {what}" for n, what in parts if n)
    line = n_of(coverage.n_sentences, "sentence") + (f": {told}" if told else "")
    return f"{line}; {_others_words(coverage)}" if coverage.n_others else line


def _others_words(coverage: Coverage) -> str:
    roles = [f"{n:,} {role}" if role in _MASS_NOUNS else n_of(n, one_line(role)) for role, n in coverage.others]
    checked = [f"{coverage.n_others_checked:,} of them checked"] if coverage.n_others_checked else []
    return n_of(coverage.n_others, "other line") + _listed([*roles, *checked])


def _listed(parts: Iterable[str]) -> str:
    listed = ", ".join(parts)
    return f" ({listed})" if listed else ""


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
