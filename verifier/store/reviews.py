"""What people said of verdicts: rows are only added, and each refers to the run whose verdict was looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb

from corpus.documents import content_id
from verifier.store.connection import StoreError, one_row
from verifier.types import Label, Review, Stance

MIN_BEGINNING_CHARS = 4  # of an id that is not given whole
_MAX_CANDIDATES = 5
_MAX_CANDIDATE_CHARS = 60
_NEAR = 0.85  # Jaro-Winkler: a letter or two mistyped
_COLUMNS = "review_id, claim_id, run_id, label, reviewer, comment, passage_id, reviewed_at"


class ReviewError(StoreError):
    """A review that says nothing, or does not say whose it is."""


class UnknownClaimError(StoreError):
    """No claim has that id, nor one that begins so."""


class AmbiguousClaimError(StoreError):
    """Several claims have ids that begin so."""


class UnjudgedClaimError(StoreError):
    """The claim has no verdict that could be reviewed."""


class NotEvidenceError(StoreError):
    """The passage is none that the claim's verdict was given on, or several begin so."""


@dataclass(frozen=True, slots=True)
class CitedPassage:
    """A passage that a verdict was given on; `quote` is what is cited of it, and empty where nothing is."""

    passage_id: str
    stance: Stance
    title: str
    url: str | None
    quote: str


@dataclass(frozen=True, slots=True)
class JudgedClaim:
    """A claim with its latest verdict, the passages that this was given on, and all that was said of its verdicts."""

    claim_id: str
    claim: str
    article: str
    run_id: str
    run_started_at: datetime
    label: Label
    confidence: float
    passages: tuple[CitedPassage, ...]  # strongest first
    reviews: tuple[Review, ...]  # oldest first


def add_review(
    cursor: duckdb.DuckDBPyConnection,
    claim: str,
    label: Label | None,
    reviewer: str,
    comment: str = "",
    passage: str | None = None,
) -> Review:
    """Add what a person says of the claim's latest verdict.

    Said again while nobody has said anything else of the claim, it is the same review and adds nothing; afterwards it
    is a new one, for the newest counts.

    :param claim: a claim_id, or an unambiguous beginning of one; `passage` likewise, of a passage of its evidence.
    :raises ReviewError, UnknownClaimError, AmbiguousClaimError, UnjudgedClaimError, NotEvidenceError:
    """
    reviewer, comment = " ".join(reviewer.split()), comment.strip()
    if not reviewer:
        raise ReviewError("expected the name of who reviews, found none; give --by NAME")
    if label is None and passage is None and not comment:
        raise ReviewError("expected a label, wrong evidence or a comment, found none of them; say what is wrong")
    judged = read_judged_claim(cursor, claim)
    passage_id = None if passage is None else _evidence_of(judged, passage)
    said = (judged.claim_id, judged.run_id, label, reviewer, comment, passage_id)
    last = judged.reviews[-1] if judged.reviews else None
    if last and said == (last.claim_id, last.run_id, last.label, last.reviewer, last.comment, last.passage_id):
        return last
    now = datetime.now(UTC)
    if last:
        now = max(now, last.reviewed_at + timedelta(microseconds=1))  # a clock set back must not hide the newer one
    key = content_id("review", last.id if last else "", *(part or "" for part in said))
    review = Review(key, *said, now)
    values = [review.id, *said[:2], label, reviewer, comment, passage_id, now.replace(tzinfo=None)]
    cursor.execute(f"INSERT INTO reviews ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)
    return review


def read_judged_claim(cursor: duckdb.DuckDBPyConnection, claim: str) -> JudgedClaim:
    """The claim with its latest verdict.

    :param claim: a claim_id, or an unambiguous beginning of one.
    :raises UnknownClaimError, AmbiguousClaimError, UnjudgedClaimError:
    """
    claim_id = _claim_id(cursor, claim)
    row = one_row(
        cursor,
        """
        SELECT rc.text, a.title, v.run_id, r.started_at, v.label, v.confidence
        FROM verdicts AS v
        JOIN runs AS r USING (run_id)
        JOIN run_claims AS rc USING (run_id, claim_id)
        JOIN claims AS c USING (claim_id)
        JOIN articles AS a USING (article_id)
        WHERE v.claim_id = ?
        ORDER BY r.started_at DESC, v.saved_at DESC, v.run_id DESC LIMIT 1
        """,
        [claim_id],
    )
    if row is None:
        raise UnjudgedClaimError(_why_unjudged(cursor, claim_id))
    text, article, run_id, started_at, label, confidence = row
    return JudgedClaim(
        claim_id,
        text,
        article,
        run_id,
        started_at.replace(tzinfo=UTC),
        Label(label),
        confidence,
        _passages(cursor, run_id, claim_id),
        tuple(read_reviews(cursor, "claim_id = ?", [claim_id])),
    )


def read_reviews(cursor: duckdb.DuckDBPyConnection, where: str, params: Sequence[object]) -> list[Review]:
    """The reviews for which a condition on their columns holds, oldest first."""
    rows = cursor.execute(f"SELECT {_COLUMNS} FROM reviews WHERE {where} ORDER BY reviewed_at, review_id", list(params))
    return [_review(row) for row in rows.fetchall()]


def _review(row: Sequence[Any]) -> Review:
    key, claim_id, run_id, label, reviewer, comment, passage_id, reviewed_at = row
    given = None if label is None else Label(label)
    return Review(key, claim_id, run_id, given, reviewer, comment, passage_id, reviewed_at.replace(tzinfo=UTC))


def _claim_id(cursor: duckdb.DuckDBPyConnection, claim: str) -> str:
    beginning = claim.strip()
    sql = """
        SELECT claim_id, text FROM claims
        WHERE claim_id = $1 OR (length($1) >= $2 AND starts_with(claim_id, $1))
        ORDER BY claim_id <> $1, claim_id LIMIT $3"""
    found = cursor.execute(sql, [beginning, MIN_BEGINNING_CHARS, _MAX_CANDIDATES + 1]).fetchall()
    if not found:
        raise UnknownClaimError(_unknown(cursor, beginning))
    if len(found) > 1 and found[0][0] != beginning:
        raise AmbiguousClaimError(
            f"expected one claim whose id begins with {beginning!r}, found {_candidates(found)}; give more of its id"
        )
    return str(found[0][0])


def _unknown(cursor: duckdb.DuckDBPyConnection, beginning: str) -> str:
    sql = """
        SELECT claim_id, text FROM claims
        WHERE status = 'CHECKABLE' AND jaro_winkler_similarity(left(claim_id, length($1)), $1) > $2
        ORDER BY jaro_winkler_similarity(left(claim_id, length($1)), $1) DESC, claim_id LIMIT $3"""
    near = cursor.execute(sql, [beginning, _NEAR, _MAX_CANDIDATES]).fetchall()
    return (
        f"expected a claim_id, or its first {MIN_BEGINNING_CHARS} characters or more, found {beginning!r},"
        f" which no claim has{f'; near it are {_candidates(near)}' if near else ''};"
        " for all ids, SELECT claim_id, claim FROM latest_verdicts"
    )


def _candidates(rows: Sequence[Sequence[Any]]) -> str:
    """`0f3a… “The dam holds …”, …`, and that there are more where there are."""
    told = [f"{claim_id} “{_short(text)}”" for claim_id, text in rows[:_MAX_CANDIDATES]]
    return ", ".join([*told, "and more"] if len(rows) > _MAX_CANDIDATES else told)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _MAX_CANDIDATE_CHARS else f"{line[: _MAX_CANDIDATE_CHARS - 1].rstrip()}…"


def _why_unjudged(cursor: duckdb.DuckDBPyConnection, claim_id: str) -> str:
    row = one_row(cursor, "SELECT text, status::VARCHAR, reason FROM claims WHERE claim_id = ?", [claim_id])
    text, status, reason = row or ("", "", "")
    why = f"it was not checked ({reason or status.lower()})" if status != "CHECKABLE" else "no run left one on it"
    return f"expected a verdict on claim {claim_id} “{_short(text)}”, found none: {why}; only verdicts can be reviewed"


def _passages(cursor: duckdb.DuckDBPyConnection, run_id: str, claim_id: str) -> tuple[CitedPassage, ...]:
    rows = cursor.execute(
        """
        SELECT e.passage_id, e.stance, d.title, d.url, coalesce(string_agg(q.quote, ' … ' ORDER BY q.position), '')
        FROM evidence AS e
        JOIN passages AS p USING (passage_id)
        JOIN documents AS d USING (document_id)
        LEFT JOIN rationales AS q USING (run_id, claim_id, passage_id)
        WHERE e.run_id = ? AND e.claim_id = ?
        GROUP BY e.passage_id, e.stance, d.title, d.url, e.rank ORDER BY e.rank
        """,
        [run_id, claim_id],
    ).fetchall()
    return tuple(CitedPassage(key, Stance(stance), title, url, quote) for key, stance, title, url, quote in rows)


def _evidence_of(judged: JudgedClaim, passage: str) -> str:
    beginning = passage.strip()
    ids = [cited.passage_id for cited in judged.passages]
    found = [key for key in ids if len(beginning) >= MIN_BEGINNING_CHARS and key.startswith(beginning)]
    if beginning in ids:
        return beginning
    if len(found) == 1:
        return found[0]
    listed = ", ".join(f"{cited.passage_id} “{_short(cited.title)}”" for cited in judged.passages) or "none"
    raise NotEvidenceError(
        f"expected one passage of the evidence on claim {judged.claim_id}, its id or its first {MIN_BEGINNING_CHARS}"
        f" characters or more, found {beginning!r}; its evidence is {listed}"
    )
