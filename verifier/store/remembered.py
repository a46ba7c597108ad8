"""What stands in the store beside a run's verdicts: reviews, history, sightings and fact-checks.

All is read for the whole run at once, and as the store has it now: a report that is written again shows what was
said and seen since.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC

import duckdb

from verifier.rows import MAX_SIGHTINGS, ClaimReport, Earlier, PastVerdict, Sighting, Sightings
from verifier.store.reviews import read_reviews
from verifier.types import Cause, CauseKind, Claim, FactCheck, Label, Review, Verdict

_VerdictKey = tuple[str, str]  # run id, claim id
Causes = Mapping[_VerdictKey, Sequence[Cause]]


@dataclass(frozen=True, slots=True)
class History:
    """How the verdict on a claim changed, and how often it was judged."""

    steps: tuple[PastVerdict, ...] = ()
    n_verdicts: int = 0


_NO_HISTORY = History()


@dataclass(frozen=True, slots=True)
class Remembered:
    """What is remembered of the claims of a run, by claim_id."""

    reviews: Mapping[str, list[Review]]
    previous: Mapping[str, Earlier]
    causes: Mapping[str, Sequence[Cause]]
    same_claim: Mapping[str, Earlier]
    judged_as: Mapping[str, str]
    sightings: Mapping[str, Sightings]
    fact_checks: Mapping[str, list[FactCheck]]
    histories: Mapping[str, History]

    def beside(self, claim: Claim, verdict: Verdict | None) -> ClaimReport:
        """The claim's row of a report."""
        history = self.histories.get(claim.id, _NO_HISTORY)
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
            history=history.steps,
            n_verdicts=history.n_verdicts,
        )


def read_remembered(cursor: duckdb.DuckDBPyConnection, run_id: str) -> Remembered:
    """What is remembered of the claims that a run read or judged."""
    reviews: defaultdict[str, list[Review]] = defaultdict(list)
    for review in read_reviews(cursor, "claim_id IN (SELECT claim_id FROM run_claims WHERE run_id = ?)", [run_id]):
        reviews[review.claim_id].append(review)
    causes = read_causes(cursor, "claim_id IN (SELECT claim_id FROM run_claims WHERE run_id = ?)", [run_id])
    _find_statements(cursor, run_id)
    return Remembered(
        reviews=reviews,
        previous=_earlier(cursor, _PREVIOUS, run_id),
        causes={claim_id: of_verdict for (by, claim_id), of_verdict in causes.items() if by == run_id},
        same_claim=_earlier(cursor, _SAME_CLAIM, run_id),
        judged_as=_judged_as(cursor, run_id),
        sightings=_sightings(cursor),
        fact_checks=_fact_checks(cursor),
        histories=_histories(cursor, run_id, causes),
    )


def read_causes(cursor: duckdb.DuckDBPyConnection, where: str, params: Sequence[object]) -> Causes:
    """The causes for which a condition on their columns holds, by the verdict that they explain; likeliest first."""
    sql = f"SELECT run_id, claim_id, cause, passage_id, detail FROM causes WHERE {where} ORDER BY position"
    found: defaultdict[_VerdictKey, list[Cause]] = defaultdict(list)
    for run_id, claim_id, kind, passage_id, detail in cursor.execute(sql, list(params)).fetchall():
        found[run_id, claim_id].append(Cause(CauseKind(kind), passage_id, detail))
    return found


# In the order of latest_verdicts. As in label_changes, what was saved after a verdict of a newer run changed nothing of
# what was shown: it counts, and is no step. What is left is the chain of previous_run_id.
_HISTORIES = """
    WITH told AS (
        SELECT
            v.claim_id, v.run_id, v.saved_at, v.label, v.confidence, r.started_at,
            count(*) OVER (PARTITION BY v.claim_id) AS n_verdicts,
            coalesce(v.saved_at > min(v.saved_at) OVER (
                PARTITION BY v.claim_id ORDER BY r.started_at, v.saved_at, v.run_id
                ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
            ), false) AS came_late
        FROM verdicts AS v JOIN runs AS r USING (run_id)
        WHERE v.claim_id IN (SELECT claim_id FROM run_claims WHERE run_id = $1)
    )
    SELECT claim_id, n_verdicts, run_id, saved_at, label, confidence
    FROM told
    WHERE NOT came_late
    QUALIFY label IS DISTINCT FROM lag(label) OVER (PARTITION BY claim_id ORDER BY started_at, saved_at, run_id)
    ORDER BY claim_id, started_at, saved_at, run_id"""


def _histories(cursor: duckdb.DuckDBPyConnection, run_id: str, causes: Causes) -> dict[str, History]:
    steps: defaultdict[str, list[PastVerdict]] = defaultdict(list)
    n_verdicts: dict[str, int] = {}
    for claim_id, n, by, saved_at, label, confidence in cursor.execute(_HISTORIES, [run_id]).fetchall():
        why = tuple(causes.get((by, claim_id), ()))
        steps[claim_id].append(PastVerdict(by, saved_at.replace(tzinfo=UTC), Label(label), confidence, why))
        n_verdicts[claim_id] = n
    return {claim_id: History(tuple(found), n_verdicts[claim_id]) for claim_id, found in steps.items()}


# What each checkable claim of the run says, every wording that says so, and the claims of all articles in these words.
_STATEMENTS = (
    """
    CREATE OR REPLACE TEMP TABLE own AS
    SELECT rc.claim_id, c.article_id, coalesce(s.statement_id, c.fingerprint) AS statement_id
    FROM run_claims AS rc
    JOIN claims AS c USING (claim_id)
    LEFT JOIN statements AS s USING (fingerprint)
    WHERE rc.run_id = ? AND rc.status = 'CHECKABLE'""",
    """
    CREATE OR REPLACE TEMP TABLE wordings AS
    SELECT statement_id, fingerprint FROM statements WHERE statement_id IN (SELECT statement_id FROM own)
    UNION
    SELECT statement_id, statement_id FROM own""",
    """
    CREATE OR REPLACE TEMP TABLE alike AS
    SELECT w.statement_id, c.claim_id, c.article_id, c.start_char, c.speaker, c.status
    FROM wordings AS w JOIN claims AS c USING (fingerprint)""",
)


def _find_statements(cursor: duckdb.DuckDBPyConnection, run_id: str) -> None:
    """Make the tables `own`, `wordings` and `alike`, which three questions below read."""
    of_run, *others = _STATEMENTS
    cursor.execute(of_run, [run_id])
    for sql in others:
        cursor.execute(sql)


_PREVIOUS = """
    SELECT v.claim_id, o.claim_id, a.title, o.run_id, r.started_at, o.label, o.confidence
    FROM verdicts AS v
    JOIN verdicts AS o ON o.run_id = v.previous_run_id AND o.claim_id = v.claim_id
    JOIN runs AS r ON r.run_id = o.run_id
    JOIN claims AS c ON c.claim_id = o.claim_id
    JOIN articles AS a USING (article_id)
    WHERE v.run_id = $1"""
_SAME_CLAIM = """
    SELECT own.claim_id, o.claim_id, a.title, v.run_id, r.started_at, v.label, v.confidence
    FROM own
    JOIN alike AS o ON o.statement_id = own.statement_id AND o.article_id <> own.article_id
    JOIN articles AS a ON a.article_id = o.article_id
    JOIN verdicts AS v ON v.claim_id = o.claim_id
    JOIN runs AS r USING (run_id)
    WHERE r.started_at < (SELECT started_at FROM runs WHERE run_id = $1)
    QUALIFY row_number() OVER (
        PARTITION BY own.claim_id ORDER BY r.started_at DESC, v.saved_at DESC, v.run_id, o.claim_id
    ) = 1"""


def _earlier(cursor: duckdb.DuckDBPyConnection, sql: str, run_id: str) -> dict[str, Earlier]:
    found = {}
    for claim_id, other_id, title, other_run, started_at, label, confidence in cursor.execute(sql, [run_id]).fetchall():
        started = started_at.replace(tzinfo=UTC)
        found[claim_id] = Earlier(other_id, title, other_run, started, Label(label), confidence)
    return found


def _judged_as(cursor: duckdb.DuckDBPyConnection, run_id: str) -> dict[str, str]:
    sql = """
        SELECT v.claim_id, s.text FROM verdicts AS v JOIN statements AS s ON s.fingerprint = v.reused_from
        WHERE v.run_id = ?"""
    return dict(cursor.execute(sql, [run_id]).fetchall())


# One claim stands for an article: the first that says so. Of each statement one more is read than is shown, for one of
# them may be of the claim's own article.
_SIGHTINGS = f"""
    WITH seen AS (
        SELECT
            statement_id, article_id, arg_min(claim_id, (start_char, claim_id)) AS claim_id,
            arg_min_null(speaker, (start_char, claim_id)) AS speaker
        FROM alike
        WHERE status = 'CHECKABLE'
        GROUP BY statement_id, article_id
    ),
    first_read AS (
        SELECT ra.article_id, min(r.started_at)::DATE AS day
        FROM run_articles AS ra JOIN runs AS r USING (run_id)
        WHERE ra.article_id IN (SELECT article_id FROM seen)
        GROUP BY ra.article_id
    ),
    placed AS (
        SELECT s.*, a.title, a.url, coalesce(a.published, f.day) AS day
        FROM seen AS s JOIN articles AS a USING (article_id) JOIN first_read AS f USING (article_id)
    ),
    spread AS (
        SELECT *, count(*) OVER statement AS n_articles, min(day) OVER statement AS first_seen
        FROM placed
        WINDOW statement AS (PARTITION BY statement_id)
        QUALIFY n_articles > 1
            AND row_number() OVER (PARTITION BY statement_id ORDER BY day, title, claim_id) <= {MAX_SIGHTINGS + 1}
    )
    SELECT
        own.claim_id, p.statement_id, p.n_articles, p.first_seen,
        p.article_id <> own.article_id AS is_other, p.claim_id, p.title, p.url, p.speaker, p.day
    FROM own JOIN spread AS p USING (statement_id)
    ORDER BY own.claim_id, p.day, p.title, p.claim_id"""


def _sightings(cursor: duckdb.DuckDBPyConnection) -> dict[str, Sightings]:
    found: dict[str, Sightings] = {}
    for claim_id, statement_id, n_articles, first_seen, is_other, *other in cursor.execute(_SIGHTINGS).fetchall():
        known = found.setdefault(claim_id, Sightings(statement_id, n_articles, first_seen))
        if is_other and len(known.others) < MAX_SIGHTINGS:
            found[claim_id] = replace(known, others=(*known.others, Sighting(*other)))
    return found


def _fact_checks(cursor: duckdb.DuckDBPyConnection) -> defaultdict[str, list[FactCheck]]:
    """Of a fact-check that was imported again with another rating, the newest."""
    rows = cursor.execute(
        """
        SELECT o.claim_id, f.fact_check_id, f.claim, f.claimant, f.claim_date, f.appearances, f.publisher,
            f.url, f.title, f.reviewed, f.rating, f.label, f.imported_at
        FROM own AS o JOIN wordings AS w USING (statement_id) JOIN fact_checks AS f USING (fingerprint)
        QUALIFY row_number() OVER (
            PARTITION BY o.claim_id, f.fingerprint, coalesce(f.url, f.fact_check_id)
            ORDER BY f.imported_at DESC, f.fact_check_id
        ) = 1
        ORDER BY o.claim_id, f.reviewed DESC NULLS LAST, f.imported_at DESC, f.fact_check_id
        """
    ).fetchall()
    found: defaultdict[str, list[FactCheck]] = defaultdict(list)
    for claim_id, key, claim, claimant, day, appearances, publisher, url, title, reviewed, rating, label, _ in rows:
        known = None if label is None else Label(label)
        places = tuple(appearances or ())
        check = FactCheck(key, claim, claimant, day, places, publisher, url, title, reviewed, rating, known)
        found[claim_id].append(check)
    return found
