"""What stands in the store beside a run's verdicts: reviews, what came before, sightings and fact-checks.

All is read for the whole run at once, and as the store has it now: a report that is written again shows what was
said and seen since.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC

import duckdb

from verifier.rows import ClaimReport, Earlier, Sightings
from verifier.store.reviews import read_reviews
from verifier.types import Cause, CauseKind, Claim, FactCheck, Label, Review, Verdict


@dataclass(frozen=True, slots=True)
class Remembered:
    """What is remembered of the claims of a run, by claim_id."""

    reviews: Mapping[str, list[Review]]
    previous: Mapping[str, Earlier]
    causes: Mapping[str, list[Cause]]
    same_claim: Mapping[str, Earlier]
    judged_as: Mapping[str, str]
    sightings: Mapping[str, Sightings]
    fact_checks: Mapping[str, list[FactCheck]]

    def beside(self, claim: Claim, verdict: Verdict | None) -> ClaimReport:
        """The claim's row of a report."""
        return ClaimReport(
            claim,
            verdict,
            reviews=tuple(self.reviews.get(claim.id, ())),
            previous=self.previous.get(claim.id),
            causes=tuple(self.causes.get(claim.id, ())),
            same_claim=self.same_claim.get(claim.id),
            judged_as=self.judged_as.get(claim.id),
            sightings=self.sightings.get(claim.id),
            fact_checks=tuple(self.fact_checks.get(claim.id, ())),
        )


def read_remembered(cursor: duckdb.DuckDBPyConnection, run_id: str) -> Remembered:
    """What is remembered of the claims that a run read or judged."""
    reviews: defaultdict[str, list[Review]] = defaultdict(list)
    for review in read_reviews(cursor, "claim_id IN (SELECT claim_id FROM run_claims WHERE run_id = ?)", [run_id]):
        reviews[review.claim_id].append(review)
    return Remembered(
        reviews=reviews,
        previous=_earlier(cursor, _PREVIOUS, run_id),
        causes=_causes(cursor, run_id),
        same_claim=_earlier(cursor, _SAME_CLAIM, run_id),
        judged_as=_judged_as(cursor, run_id),
        sightings=_sightings(cursor, run_id),
        fact_checks=_fact_checks(cursor, run_id),
    )


# What each checkable claim of the run says, and every wording that says so.
_STATEMENTS = """
    WITH own AS (
        SELECT rc.claim_id, coalesce(s.statement_id, c.fingerprint) AS statement_id
        FROM run_claims AS rc
        JOIN claims AS c USING (claim_id)
        LEFT JOIN statements AS s USING (fingerprint)
        WHERE rc.run_id = $1 AND rc.status = 'CHECKABLE'
    ),
    wordings AS (
        SELECT statement_id, fingerprint FROM statements WHERE statement_id IN (SELECT statement_id FROM own)
        UNION
        SELECT statement_id, statement_id FROM own
    )"""

_PREVIOUS = """
    SELECT v.claim_id, o.claim_id, a.title, o.run_id, r.started_at, o.label, o.confidence
    FROM verdicts AS v
    JOIN verdicts AS o ON o.run_id = v.previous_run_id AND o.claim_id = v.claim_id
    JOIN runs AS r ON r.run_id = o.run_id
    JOIN claims AS c ON c.claim_id = o.claim_id
    JOIN articles AS a USING (article_id)
    WHERE v.run_id = $1"""
_SAME_CLAIM = (
    _STATEMENTS
    + """,
    others AS (
        SELECT own.claim_id AS own_id, c.claim_id, c.article_id
        FROM own
        JOIN claims AS mine ON mine.claim_id = own.claim_id
        JOIN wordings USING (statement_id)
        JOIN claims AS c ON c.fingerprint = wordings.fingerprint
        WHERE c.article_id <> mine.article_id
    )
    SELECT o.own_id, o.claim_id, a.title, v.run_id, r.started_at, v.label, v.confidence
    FROM others AS o
    JOIN articles AS a USING (article_id)
    JOIN verdicts AS v USING (claim_id)
    JOIN runs AS r USING (run_id)
    WHERE r.started_at < (SELECT started_at FROM runs WHERE run_id = $1)
    QUALIFY row_number() OVER (
        PARTITION BY o.own_id ORDER BY r.started_at DESC, v.saved_at DESC, v.run_id, o.claim_id
    ) = 1"""
)


def _earlier(cursor: duckdb.DuckDBPyConnection, sql: str, run_id: str) -> dict[str, Earlier]:
    found = {}
    for claim_id, other_id, title, other_run, started_at, label, confidence in cursor.execute(sql, [run_id]).fetchall():
        started = started_at.replace(tzinfo=UTC)
        found[claim_id] = Earlier(other_id, title, other_run, started, Label(label), confidence)
    return found


def _causes(cursor: duckdb.DuckDBPyConnection, run_id: str) -> defaultdict[str, list[Cause]]:
    sql = "SELECT claim_id, cause, passage_id, detail FROM causes WHERE run_id = ? ORDER BY claim_id, position"
    found: defaultdict[str, list[Cause]] = defaultdict(list)
    for claim_id, kind, passage_id, detail in cursor.execute(sql, [run_id]).fetchall():
        found[claim_id].append(Cause(CauseKind(kind), passage_id, detail))
    return found


def _judged_as(cursor: duckdb.DuckDBPyConnection, run_id: str) -> dict[str, str]:
    sql = """
        SELECT v.claim_id, s.text FROM verdicts AS v JOIN statements AS s ON s.fingerprint = v.reused_from
        WHERE v.run_id = ?"""
    return dict(cursor.execute(sql, [run_id]).fetchall())


def _sightings(cursor: duckdb.DuckDBPyConnection, run_id: str) -> dict[str, Sightings]:
    rows = cursor.execute(
        _STATEMENTS
        + """,
        seen AS (
            SELECT DISTINCT w.statement_id, c.article_id
            FROM wordings AS w JOIN claims AS c USING (fingerprint) WHERE c.status = 'CHECKABLE'
        ),
        first_read AS (
            SELECT ra.article_id, min(r.started_at)::DATE AS day
            FROM run_articles AS ra JOIN runs AS r USING (run_id)
            WHERE ra.article_id IN (SELECT article_id FROM seen)
            GROUP BY ra.article_id
        ),
        spread AS (
            SELECT statement_id, count(*) AS n_articles, min(coalesce(a.published, f.day)) AS first_seen
            FROM seen JOIN articles AS a USING (article_id) JOIN first_read AS f USING (article_id)
            GROUP BY statement_id HAVING n_articles > 1
        )
        SELECT claim_id, statement_id, n_articles, first_seen FROM own JOIN spread USING (statement_id)
        """,
        [run_id],
    ).fetchall()
    return {claim_id: Sightings(*sighting) for claim_id, *sighting in rows}


def _fact_checks(cursor: duckdb.DuckDBPyConnection, run_id: str) -> defaultdict[str, list[FactCheck]]:
    """Of a fact-check that was imported again with another rating, the newest."""
    rows = cursor.execute(
        _STATEMENTS
        + """
        SELECT o.claim_id, f.fact_check_id, f.claim, f.claimant, f.claim_date, f.appearances, f.publisher,
            f.url, f.title, f.reviewed, f.rating, f.label, f.imported_at
        FROM own AS o JOIN wordings AS w USING (statement_id) JOIN fact_checks AS f USING (fingerprint)
        QUALIFY row_number() OVER (
            PARTITION BY o.claim_id, f.fingerprint, coalesce(f.url, f.fact_check_id)
            ORDER BY f.imported_at DESC, f.fact_check_id
        ) = 1
        ORDER BY o.claim_id, f.reviewed DESC NULLS LAST, f.imported_at DESC, f.fact_check_id
        """,
        [run_id],
    ).fetchall()
    found: defaultdict[str, list[FactCheck]] = defaultdict(list)
    for claim_id, key, claim, claimant, day, appearances, publisher, url, title, reviewed, rating, label, _ in rows:
        known = None if label is None else Label(label)
        places = tuple(appearances or ())
        check = FactCheck(key, claim, claimant, day, places, publisher, url, title, reviewed, rating, known)
        found[claim_id].append(check)
    return found
