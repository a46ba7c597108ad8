"""What the whole database says around a run: verdicts that flipped, and labels by day, site and speaker.

As all that stands beside a run's verdicts, it is read as the store has it now. It is asked at every report, so each
statement takes few columns of the large tables, and texts only for the rows that are shown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import duckdb

from verifier.rows import Count, Desk, Flip
from verifier.store.connection import one_row
from verifier.store.remembered import read_causes
from verifier.types import Label, Run

MAX_FLIPS = 100
MAX_DAYS = 30
MAX_NAMES = 12  # of sites, and of speakers


def read_desk(cursor: duckdb.DuckDBPyConnection, run: Run) -> Desk:
    """The desk around a run.

    Flips are verdicts that other runs saved since the run before began: the last that verified articles and came to
    its end, for one that failed or was killed left no report in which they could have been read. Where there is no
    such run, there is nothing to compare with. A flip counts, and is listed, also where the claim has since gone back
    to its earlier label: it then is listed twice, and a reader who saw it in between learns what became of it.

    Labels are those of the latest verdicts on claims that articles still make. `by_day` has the last 30 days up to the
    run's on which articles were verified, named as in ISO 8601 and in UTC; claims are counted on the day on which such
    a run judged them first. `by_site` has the 12 largest hosts of articles, without `www.`; `""` is for those without
    an address. `by_speaker` has the 12 speakers, as named in the articles, with most CONTENT claims; what one of them
    says in several articles counts once, with the label given last.
    """
    flips, n_flips = _flips(cursor, run)
    counts = _counts(cursor, run)
    return Desk(
        flips=flips,
        n_flips=n_flips,
        by_day=tuple(sorted(counts["day"], key=lambda count: count.name)),
        by_site=_largest_first(counts["site"]),
        by_speaker=_largest_first(counts["speaker"]),
    )


# A verdict is a change as the view label_changes has it. It counts them before it fetches texts for the newest.
_FLIPS = """
    WITH chosen AS (
        SELECT v.run_id, v.claim_id, v.saved_at, o.label AS old_label, v.label, v.confidence, count(*) OVER () AS n
        FROM (FROM verdicts WHERE saved_at >= $since AND run_id <> $run_id) AS v
        JOIN verdicts AS o ON o.run_id = v.previous_run_id AND o.claim_id = v.claim_id
        JOIN runs AS r ON r.run_id = v.run_id
        JOIN runs AS p ON p.run_id = o.run_id
        WHERE o.label <> v.label AND p.started_at <= r.started_at
        ORDER BY v.saved_at DESC, v.claim_id, v.run_id
        LIMIT $most
    )
    SELECT ch.saved_at, ch.run_id, ch.claim_id, rc.text, a.title, ch.old_label, ch.label, ch.confidence, ch.n
    FROM chosen AS ch
    JOIN run_claims AS rc ON rc.run_id = ch.run_id AND rc.claim_id = ch.claim_id
    JOIN claims AS c ON c.claim_id = ch.claim_id
    JOIN articles AS a ON a.article_id = c.article_id
    ORDER BY ch.saved_at DESC, ch.claim_id, ch.run_id"""


def _flips(cursor: duckdb.DuckDBPyConnection, run: Run) -> tuple[tuple[Flip, ...], int]:
    """The newest, and how many there are."""
    since = _run_before_began(cursor, run)
    if since is None:
        return (), 0
    rows = cursor.execute(_FLIPS, {"since": since, "run_id": run.id, "most": MAX_FLIPS}).fetchall()
    keys = [[key for _, key, *_ in rows], [key for _, _, key, *_ in rows]]
    causes = read_causes(cursor, "(run_id, claim_id) IN (SELECT unnest($1::VARCHAR[]), unnest($2::VARCHAR[]))", keys)
    flips = tuple(
        Flip(
            saved_at=saved_at.replace(tzinfo=UTC),
            run_id=run_id,
            claim_id=claim_id,
            claim=text,
            article=title,
            old_label=Label(old),
            label=Label(new),
            confidence=confidence,
            causes=tuple(causes.get((run_id, claim_id), ())),
        )
        for saved_at, run_id, claim_id, text, title, old, new, confidence, _ in rows
    )
    return flips, rows[0][-1] if rows else 0


def _run_before_began(cursor: duckdb.DuckDBPyConnection, run: Run) -> datetime | None:
    """In UTC, without a zone."""
    sql = """
        SELECT max(started_at) FROM runs
        WHERE kind = 'VERIFY' AND status IN ('FINISHED', 'FINISHED_WITH_FAILURES') AND started_at < ?"""
    row = one_row(cursor, sql, [_in_utc(run.started_at)])
    return row[0] if row else None


# The view standing_verdicts without texts, and as a maximum of numbers, which takes a third of the time of its windows:
# a number orders verdicts as the view does, by run, moment and run's id, and ends in the label's place in its enum.
# Who speaks is told by `claims`, as the last run read it.
_EACH = ", ".join(f"count(*) FILTER (verdict % 4 = {code}) AS n{code}" for code in range(len(Label)))
_SUMS = ", ".join(f"coalesce(sum(n{code}), 0)::BIGINT" for code in range(len(Label)))
_HOST = r"^[a-z][a-z0-9+.-]*://(?:[^/?#@]*@)?(?:www\.)?(\[[^\]]*\]|[^/\\:?#]*)"
_COUNTS = f"""
    WITH ordered AS (
        SELECT
            run_id,
            CASE WHEN kind = 'VERIFY' THEN started_at::DATE END AS day,
            (dense_rank() OVER (ORDER BY started_at))::HUGEINT << 80 AS began,
            (row_number() OVER (ORDER BY run_id))::HUGEINT << 2 AS of_id
        FROM runs
    ),
    latest AS (
        SELECT
            v.claim_id,
            max(r.began + (epoch_us(v.saved_at)::HUGEINT << 24) + r.of_id + enum_code(v.label)) AS verdict,
            min(r.day) AS day
        FROM verdicts AS v JOIN ordered AS r USING (run_id)
        GROUP BY v.claim_id
    ),
    standing AS MATERIALIZED (
        SELECT
            l.verdict, l.day, c.article_id, c.fingerprint, CASE WHEN c.kind = 'CONTENT' THEN c.speaker END AS speaker
        FROM latest AS l
        JOIN claims AS c USING (claim_id)
        ANTI JOIN outdated_claims AS o ON o.claim_id = l.claim_id
        WHERE c.status = 'CHECKABLE'
    ),
    of_articles AS (
        SELECT article_id, day, count(*) AS n, {_EACH} FROM standing GROUP BY article_id, day
    ),
    statements_of AS (
        SELECT s.speaker, max(s.verdict) AS verdict
        FROM standing AS s LEFT JOIN statements AS t USING (fingerprint)
        WHERE s.speaker IS NOT NULL
        GROUP BY s.speaker, coalesce(t.statement_id, s.fingerprint)
    ),
    days AS (
        SELECT DISTINCT started_at::DATE AS day FROM runs WHERE kind = 'VERIFY' AND started_at < $until
        ORDER BY day DESC LIMIT {MAX_DAYS}
    ),
    sites AS (
        SELECT article_id, coalesce(regexp_extract(lower(url), $host, 1), '') AS site FROM articles
    )
    (SELECT 'day', strftime(day, '%Y-%m-%d'), {_SUMS} FROM days LEFT JOIN of_articles USING (day) GROUP BY day)
    UNION ALL (
        SELECT 'site', site, {_SUMS} FROM of_articles JOIN sites USING (article_id)
        GROUP BY site ORDER BY sum(n) DESC, site LIMIT {MAX_NAMES}
    )
    UNION ALL (
        SELECT 'speaker', speaker, {_EACH} FROM statements_of
        GROUP BY speaker ORDER BY count(*) DESC, speaker LIMIT {MAX_NAMES}
    )"""


def _counts(cursor: duckdb.DuckDBPyConnection, run: Run) -> dict[str, list[Count]]:
    """By what they count: `day`, `site` and `speaker`; in no order."""
    tomorrow = _in_utc(run.started_at).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    found: defaultdict[str, list[Count]] = defaultdict(list)
    for part, name, *n in cursor.execute(_COUNTS, {"until": tomorrow, "host": _HOST}).fetchall():
        found[part].append(Count(name, tuple(n)))
    return found


def _in_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)


def _largest_first(counts: Iterable[Count]) -> tuple[Count, ...]:
    return tuple(sorted(counts, key=lambda count: (-sum(count.n), count.name)))
