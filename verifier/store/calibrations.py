"""Calibrations of confidence, and the reviews that they are fitted on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb

from corpus.documents import content_id
from verifier.confidence import CALIBRATION_MODEL, Calibration
from verifier.store.connection import one_row

# Who counts for what is edited often and seldom moves a confidence; which models judged is another matter.
_TIERS_MODEL = "source-tiers@"


@dataclass(frozen=True, slots=True)
class ReviewedConfidence:
    """How sure the models were of a verdict, before any calibration, and whether its reviewer gave the same label."""

    statement_id: str
    confidence: float  # in [0, 1]
    is_right: bool


def read_reviewed(cursor: duckdb.DuckDBPyConnection) -> list[ReviewedConfidence]:
    """The newest review with a label of each statement, in order, of verdicts by the models of the newest run.

    A claim that stands in ten articles counts once, and so does one that three people reviewed: they are no
    independent observations. Other models are sure in another way.
    """
    rows = cursor.execute(
        """
        WITH used AS (
            SELECT run_id, started_at, model_ids,
                list_sort(list_filter(model_ids, lambda m: NOT starts_with(m, $1) AND NOT starts_with(m, $2))) AS models
            FROM runs
        ),
        newest AS (SELECT models FROM used ORDER BY started_at DESC, run_id LIMIT 1)
        SELECT coalesce(s.statement_id, c.fingerprint) AS statement_id, v.confidence, rv.label = v.label AS is_right,
            k.slope, k.intercept
        FROM reviews AS rv
        JOIN verdicts AS v USING (run_id, claim_id)
        JOIN used AS u USING (run_id)
        JOIN newest USING (models)
        JOIN claims AS c USING (claim_id)
        LEFT JOIN statements AS s USING (fingerprint)
        LEFT JOIN calibrations AS k ON list_contains(u.model_ids, $1 || k.calibration_id)
        WHERE rv.label IS NOT NULL
            AND (k.calibration_id IS NOT NULL OR len(list_filter(u.model_ids, lambda m: starts_with(m, $1))) = 0)
        QUALIFY row_number() OVER (
            PARTITION BY coalesce(s.statement_id, c.fingerprint) ORDER BY rv.reviewed_at DESC, rv.review_id DESC
        ) = 1
        ORDER BY statement_id
        """,
        [CALIBRATION_MODEL, _TIERS_MODEL],
    ).fetchall()
    return [
        ReviewedConfidence(
            key, confidence if slope is None else Calibration("", slope, shift).undone(confidence), right
        )
        for key, confidence, right, slope, shift in rows
    ]


def read_calibration(cursor: duckdb.DuckDBPyConnection) -> Calibration | None:
    """The newest, which runs use; None where there is none, or where it was put back to what the models give."""
    columns = "calibration_id, slope, intercept, model_ids"
    row = one_row(cursor, f"SELECT {columns} FROM calibrations ORDER BY fitted_at DESC, rowid DESC LIMIT 1")
    calibration = Calibration(row[0], row[1], row[2], tuple(row[3])) if row else None
    return None if calibration is None or calibration.changes_nothing else calibration


def write_calibration(
    cursor: duckdb.DuckDBPyConnection,
    slope: float,
    intercept: float,
    n_reviews: int,
    ece_before: float | None,
    ece_after: float | None,
) -> Calibration:
    """Add a calibration, which is in force from the next run on, for the models of the newest one."""
    row = one_row(cursor, "SELECT model_ids FROM runs ORDER BY started_at DESC, run_id LIMIT 1")
    models = [m for m in row[0] if not m.startswith((CALIBRATION_MODEL, _TIERS_MODEL))] if row else []
    now = datetime.now(UTC).replace(tzinfo=None)
    made = Calibration(
        content_id("calibration", repr(slope), repr(intercept), now.isoformat()), slope, intercept, tuple(models)
    )
    cursor.execute(
        "INSERT INTO calibrations (calibration_id, slope, intercept, model_ids, n_reviews, ece_before, ece_after,"
        " fitted_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [made.id, slope, intercept, models, n_reviews, ece_before, ece_after, now],
    )
    return made
