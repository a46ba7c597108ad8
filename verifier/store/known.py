"""What is known of claims before a run: their latest verdicts, and whether these still hold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from corpus.documents import content_id
from verifier.store.causes import EarlierVerdict, read_earlier
from verifier.store.connection import one_row
from verifier.store.reading import claim_from_row
from verifier.store.remembered import read_causes
from verifier.types import Article, Cause, Claim, Label, Run, Substitution

_NO_RUN = ""


@dataclass(frozen=True, slots=True)
class KnownClaim:
    """A current, checkable claim with its article and its latest verdict, if it has one."""

    article: Article
    claim: Claim
    earlier: EarlierVerdict | None


@dataclass(frozen=True, slots=True)
class Change:
    """A verdict that differs from the one before; both are None where it is the claim's first."""

    claim_id: str
    claim: str
    article: str
    old_label: Label | None
    old_confidence: float | None
    label: Label
    confidence: float
    causes: tuple[Cause, ...]


def known_claim_ids(cursor: duckdb.DuckDBPyConnection) -> list[str]:
    """The current, checkable claims, those of an article together."""
    sql = "SELECT claim_id FROM current_claims WHERE status = 'CHECKABLE' ORDER BY article_id, start_char, claim_id"
    return [row[0] for row in cursor.execute(sql).fetchall()]


def read_known(cursor: duckdb.DuckDBPyConnection, claim_ids: Sequence[str]) -> list[KnownClaim]:
    """The claims with these ids as they were last read, each with its latest verdict."""
    cursor.execute(
        """
        CREATE OR REPLACE TEMP TABLE asked AS
        SELECT rc.claim_id, arg_max(rc.run_id, (r.started_at, r.run_id)) AS run_id
        FROM run_claims AS rc JOIN runs AS r USING (run_id)
        WHERE rc.claim_id IN (SELECT unnest($1::VARCHAR[]))
        GROUP BY rc.claim_id
        """,
        [list(claim_ids)],
    )
    articles = _articles(cursor)
    claims = {claim.id: claim for claim in _claims(cursor)}
    earlier = read_earlier(cursor, _NO_RUN, claim_ids)
    asked = [claims[claim_id] for claim_id in claim_ids if claim_id in claims]
    return [KnownClaim(articles[claim.article_id], claim, earlier.get(claim.id)) for claim in asked]


def _articles(cursor: duckdb.DuckDBPyConnection) -> dict[str, Article]:
    rows = cursor.execute("""
        SELECT article_id, title, url, source, published, text, author FROM articles
        WHERE article_id IN (SELECT article_id FROM claims JOIN asked USING (claim_id))""").fetchall()
    return {row[0]: Article(*row) for row in rows}


def _claims(cursor: duckdb.DuckDBPyConnection) -> list[Claim]:
    substitutions: defaultdict[str, list[Substitution]] = defaultdict(list)
    for claim_id, *substitution in cursor.execute("""
        SELECT claim_id, start_char, end_char, original, replacement, why
        FROM substitutions JOIN asked USING (run_id, claim_id) ORDER BY claim_id, position""").fetchall():
        substitutions[claim_id].append(Substitution(*substitution))
    rows = cursor.execute("""
        SELECT c.claim_id, c.article_id, c.start_char, c.end_char, c.sentence, rc.text, rc.speaker, rc.claim_date,
            rc.checkworthiness, rc.status, rc.reason, rc.role, rc.kind, rc.verb, rc.quotes, rc.parts
        FROM asked JOIN run_claims AS rc USING (run_id, claim_id) JOIN claims AS c USING (claim_id)""").fetchall()
    return [claim_from_row(row, substitutions[row[0]]) for row in rows]


def id_after(cursor: duckdb.DuckDBPyConnection, run: Run) -> str:
    """The run's id, or another where since it began a run on another basis gave newer verdicts.

    The same run again adds nothing. But where the corpus, a model, the settings or the code became others meanwhile
    and are now as they were, it is another run: what it finds differs from the verdicts of the run between.
    """
    row = one_row(
        cursor,
        """
        SELECT n.run_id
        FROM runs AS o JOIN runs AS n ON n.started_at > o.started_at
        WHERE o.run_id = $1 AND n.run_id IN (SELECT v.run_id FROM verdicts AS v)
            AND (n.code_version, n.settings_json::VARCHAR, n.model_ids, n.corpus_version)
            IS DISTINCT FROM (o.code_version, o.settings_json::VARCHAR, o.model_ids, o.corpus_version)
        ORDER BY n.started_at DESC, n.run_id LIMIT 1
        """,
        [run.id],
    )
    return run.id if row is None else content_id("run after", run.id, row[0])


def read_changes(cursor: duckdb.DuckDBPyConnection, run_id: str) -> list[Change]:
    """The run's verdicts that differ from those before, or are the first; other labels first, then by article."""
    causes = read_causes(cursor, "run_id = ?", [run_id])
    rows = cursor.execute(
        """
        SELECT v.claim_id, rc.text, a.title, o.label, o.confidence, v.label, v.confidence
        FROM verdicts AS v
        JOIN run_claims AS rc USING (run_id, claim_id)
        JOIN claims AS c USING (claim_id)
        JOIN articles AS a USING (article_id)
        LEFT JOIN verdicts AS o ON o.run_id = v.previous_run_id AND o.claim_id = v.claim_id
        WHERE v.run_id = $1
        ORDER BY v.label IS NOT DISTINCT FROM o.label, a.title, c.start_char, v.claim_id
        """,
        [run_id],
    ).fetchall()
    return [
        Change(
            claim_id,
            text,
            title,
            None if old is None else Label(old),
            was,
            Label(new),
            now,
            tuple(causes.get((run_id, claim_id), ())),
        )
        for claim_id, text, title, old, was, new, now in rows
    ]
