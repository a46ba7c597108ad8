"""Rows into tables, in bulk, within the caller's transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb

from corpus.documents import Document, Passage, content_id
from verifier.fingerprint import fingerprint_of
from verifier.store.causes import DocumentsAt, EarlierVerdict, causes_of, read_earlier
from verifier.store.connection import StoreError, one_row
from verifier.store.proof import Batch
from verifier.types import Article, Claim, Evidence, Failure, Fetch, Run, Verdict

Row = tuple[object, ...]


class TextChangedError(StoreError):
    """What is stored under an id has another text or place."""


class NaiveTimestampError(StoreError):
    """A timestamp has no time zone."""


@dataclass(frozen=True, slots=True)
class _Table:
    """A table whose rows are merged by key: `fixed` columns never change, `changing` ones take the newest value."""

    name: str
    key: str
    fixed: tuple[str, ...]
    changing: tuple[str, ...]

    @property
    def columns(self) -> list[str]:
        return [self.key, *self.fixed, *self.changing]


_ARTICLES = _Table("articles", "article_id", ("text",), ("title", "url", "source", "published", "author"))
_CLAIMS = _Table(
    "claims",
    "claim_id",
    ("article_id", "start_char", "end_char", "sentence"),
    ("text", "speaker", "claim_date", "checkworthiness", "status", "reason", "role", "kind", "verb", "fingerprint"),
)
_DOCUMENTS = _Table(
    "documents", "document_id", ("text",), ("origin", "title", "url", "source", "published", "ingested")
)
_PASSAGES = _Table("passages", "passage_id", ("document_id", "start_char", "end_char", "text"), ())


def in_utc(moment: datetime) -> datetime:
    """The moment as the database holds it: UTC, without a zone.

    :raises NaiveTimestampError: when the moment has no zone.
    """
    if moment.tzinfo is None:
        raise NaiveTimestampError(f"expected a time with its zone, found {moment.isoformat()}; use datetime.now(UTC)")
    return moment.astimezone(UTC).replace(tzinfo=None)


def write_batch(
    cursor: duckdb.DuckDBPyConnection, run: Run, batch: Batch, documents_at: DocumentsAt | None = None
) -> None:
    """Store a proven batch; what this run has already said of an article or claim stays as it is.

    :param documents_at: asks the corpus; where left out, a passage that went is not told from one that was edited.
    :raises TextChangedError: when an id is already stored with another text or place.
    """
    run_id = run.id
    _merge(cursor, _ARTICLES, [_article_row(a) for a in batch.articles.values()])
    _write_run_articles(cursor, run_id, list(batch.articles), batch.read_ids)
    told = _already(cursor, run_id, "run_claims", "claim_id", batch.claims)
    new_claims = [(i, c) for i, c in enumerate(batch.claims.values()) if c.id not in told]
    _merge(cursor, _CLAIMS, [_claim_row(c) for _, c in new_claims])
    _append(cursor, "run_claims", [_run_claim_row(run_id, i, c) for i, c in new_claims])
    _append(cursor, "substitutions", [row for _, c in new_claims for row in _substitution_rows(run_id, c)])
    judged = _already(cursor, run_id, "verdicts", "claim_id", batch.verdicts)
    new = [v for claim_id, v in batch.verdicts.items() if claim_id not in judged]
    earlier = read_earlier(cursor, run_id, [v.claim.id for v in new])
    _write_verdicts(cursor, run_id, new, earlier)
    _append(cursor, "causes", list(_cause_rows(run, new, earlier, documents_at)))


def write_failures(cursor: duckdb.DuckDBPyConnection, run_id: str, failures: Sequence[Failure]) -> None:
    """Add the failures that the run does not have yet, in order."""
    by_id = {content_id(f.source, f.stage, f.error, f.message): f for f in failures}
    known = _already(cursor, run_id, "failures", "failure_id", by_id)
    first = _next_position(cursor, run_id, "failures")
    new = [(key, f) for key, f in by_id.items() if key not in known]
    rows = [(run_id, key, first + i, f.source, f.stage, f.error, f.message) for i, (key, f) in enumerate(new)]
    _append(cursor, "failures", rows)


def write_fetches(cursor: duckdb.DuckDBPyConnection, run_id: str, fetches: Sequence[Fetch]) -> None:
    """Add what was fetched, without what the run stored last of a URL and is the same."""
    rows = cursor.execute(
        "SELECT url, arg_max((run_id, final_url, sha256, article_id), (fetched_at, rowid)) FROM fetches"
        " SEMI JOIN (SELECT unnest(?::VARCHAR[]) AS url) USING (url) GROUP BY url",
        [[fetch.page.url for fetch in fetches]],
    ).fetchall()
    last = {url: tuple(told.values()) if isinstance(told, dict) else tuple(told) for url, told in rows}
    new = [f for f in fetches if last.get(f.page.url) != (run_id, f.page.final_url, f.page.sha256, f.article_id)]
    _append(cursor, "fetches", [_fetch_row(run_id, fetch) for fetch in new])


def _fetch_row(run_id: str, fetch: Fetch) -> Row:
    p = fetch.page
    told = (p.status, p.content_type, p.etag, p.last_modified, p.sha256, p.n_bytes)
    return (run_id, p.url, p.final_url, in_utc(p.fetched_at), *told, fetch.article_id)


def _write_run_articles(
    cursor: duckdb.DuckDBPyConnection, run_id: str, article_ids: Sequence[str], read_ids: Collection[str]
) -> None:
    known = _already(cursor, run_id, "run_articles", "article_id", article_ids)
    first = _next_position(cursor, run_id, "run_articles")
    new = [a for a in article_ids if a not in known]
    _append(cursor, "run_articles", [(run_id, a, first + i, False) for i, a in enumerate(new)])
    cursor.execute(
        "UPDATE run_articles SET read_whole = true WHERE run_id = ? AND article_id IN (SELECT unnest(?::VARCHAR[]))",
        [run_id, list(read_ids)],
    )


def _write_verdicts(
    cursor: duckdb.DuckDBPyConnection,
    run_id: str,
    verdicts: Sequence[Verdict],
    earlier: Mapping[str, EarlierVerdict],
) -> None:
    evidence = [(rank, e) for v in verdicts for rank, e in enumerate(v.evidence, start=1)]
    documents = {e.document.id: e.document for _, e in evidence}
    passages = {e.passage.id: e.passage for _, e in evidence}
    _merge(cursor, _DOCUMENTS, [_document_row(d) for d in documents.values()])
    _merge(cursor, _PASSAGES, [_passage_row(p) for p in passages.values()])
    now = in_utc(datetime.now(UTC))
    before = {claim_id: verdict.run.id for claim_id, verdict in earlier.items()}
    rows = [
        (run_id, v.claim.id, v.label, v.confidence, v.justification, now, before.get(v.claim.id), v.reused_from)
        for v in verdicts
    ]
    _append(cursor, "verdicts", rows)
    _append(cursor, "evidence", [_evidence_row(run_id, rank, e) for rank, e in evidence])
    _append(cursor, "rationales", [row for _, e in evidence for row in _rationale_rows(run_id, e)])
    _append(cursor, "comparisons", [row for _, e in evidence for row in _comparison_rows(run_id, e)])


def _cause_rows(
    run: Run,
    verdicts: Sequence[Verdict],
    earlier: Mapping[str, EarlierVerdict],
    documents_at: DocumentsAt | None,
) -> Iterator[Row]:
    origins = {p.origin for verdict in earlier.values() for p in verdict.passages}
    current = documents_at(sorted(origins)) if documents_at else None
    for verdict in verdicts:
        before = earlier.get(verdict.claim.id)
        for i, cause in enumerate(causes_of(before, verdict, run, current) if before else ()):
            yield (run.id, verdict.claim.id, i, cause.kind, cause.passage_id, cause.detail)


def _merge(cursor: duckdb.DuckDBPyConnection, table: _Table, rows: Sequence[Row]) -> None:
    """Insert new rows and update changed ones; a row whose fixed columns differ is refused."""
    if not rows:
        return
    columns = ", ".join(table.columns)
    cursor.execute(f"CREATE OR REPLACE TEMP TABLE staged AS SELECT {columns} FROM {table.name} LIMIT 0")
    _append(cursor, "staged", rows)
    _refuse_changes(cursor, table)
    update = ", ".join(f"{c} = staged.{c}" for c in table.changing)
    differs = " OR ".join(f"stored.{c} IS DISTINCT FROM staged.{c}" for c in table.changing)
    when_known = f"WHEN MATCHED AND ({differs}) THEN UPDATE SET {update}" if update else ""
    cursor.execute(
        f"MERGE INTO {table.name} AS stored USING staged USING ({table.key}) {when_known}"
        f" WHEN NOT MATCHED THEN INSERT ({columns}) VALUES ({', '.join(f'staged.{c}' for c in table.columns)})"
    )


def _refuse_changes(cursor: duckdb.DuckDBPyConnection, table: _Table) -> None:
    differs = " OR ".join(f"staged.{c} IS DISTINCT FROM stored.{c}" for c in table.fixed)
    changed = one_row(
        cursor,
        f"SELECT {table.key} FROM staged JOIN {table.name} AS stored USING ({table.key}) WHERE {differs} LIMIT 1",
    )
    if changed:
        raise TextChangedError(
            f"{table.key} {changed[0]}: expected the {', '.join(table.fixed)} that {table.name} holds already,"
            " found a change. What changes gets a new id, so that nothing is lost; nothing of this batch was stored"
        )


def _append(cursor: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Row]) -> None:
    if rows:
        with cursor.appender(table) as appender:
            appender.append_rows(rows)


def _already(cursor: duckdb.DuckDBPyConnection, run_id: str, table: str, column: str, ids: Collection[str]) -> set[str]:
    """Which of the ids the run has in the table."""
    rows = cursor.execute(
        f"SELECT {column} FROM {table} WHERE run_id = ? AND {column} IN (SELECT unnest(?::VARCHAR[]))",
        [run_id, list(ids)],
    ).fetchall()
    return {row[0] for row in rows}


def _next_position(cursor: duckdb.DuckDBPyConnection, run_id: str, table: str) -> int:
    row = one_row(cursor, f"SELECT coalesce(max(position) + 1, 0) FROM {table} WHERE run_id = ?", [run_id])
    return int(row[0]) if row else 0


def _article_row(a: Article) -> Row:
    return (a.id, a.text, a.title, a.url, a.source, a.published, a.author)


def _claim_row(c: Claim) -> Row:
    return (c.id, c.article_id, c.start, c.end, c.sentence, *_changing_of(c), fingerprint_of(c.text, c.kind))


def _run_claim_row(run_id: str, position: int, c: Claim) -> Row:
    parts = [{"start_char": part.start, "end_char": part.end} for part in c.parts]
    return (run_id, c.id, position, *_changing_of(c), list(c.quotes), parts)


def _changing_of(c: Claim) -> Row:
    return (c.text, c.speaker, c.claim_date, c.checkworthiness, c.status, c.reason, c.role, c.kind, c.verb)


def _substitution_rows(run_id: str, c: Claim) -> Iterator[Row]:
    for i, s in enumerate(c.substitutions):
        yield (run_id, c.id, i, s.start, s.end, s.original, s.replacement, s.why)


def _document_row(d: Document) -> Row:
    return (d.id, d.text, d.origin, d.title, d.url, d.source, d.published, in_utc(d.ingested))


def _passage_row(p: Passage) -> Row:
    return (p.id, p.document_id, p.start, p.end, p.text)


def _evidence_row(run_id: str, rank: int, e: Evidence) -> Row:
    key = (run_id, e.claim_id, e.passage.id)
    judged = (e.stance, e.p_supports, e.p_refutes, e.p_neutral, e.retrieval_score)
    return (*key, rank, *judged, e.timing, e.origin, e.tier, e.credibility)


def _rationale_rows(run_id: str, e: Evidence) -> Iterator[Row]:
    offset = e.passage.start
    for i, (span, quote) in enumerate(zip(e.rationale, e.quotes(), strict=True)):
        place = (span.start, span.end, quote, offset + span.start, offset + span.end)
        yield (run_id, e.claim_id, e.passage.id, i, *place)


def _comparison_rows(run_id: str, e: Evidence) -> Iterator[Row]:
    for i, c in enumerate(e.comparisons):
        yield (run_id, e.claim_id, e.passage.id, i, c.claim_value, c.evidence_value, c.relation, c.explanation)
