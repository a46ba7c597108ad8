-- Schema 1. Names follow verifier/types.py; keys are called article_id, claim_id, ... so that tables join with USING.
-- Offsets count characters from 0, the end exclusive: substr(text, start_char + 1, end_char - start_char).
-- Timestamps are TIMESTAMP in UTC: every client reads them, and they look the same on every desk.
-- Nothing is ever deleted, and a text that is stored never changes.

CREATE TYPE run_status AS ENUM ('RUNNING', 'FINISHED', 'FINISHED_WITH_FAILURES', 'FAILED');
CREATE TYPE claim_status AS ENUM ('CHECKABLE', 'NOT_CHECKABLE', 'AMBIGUOUS');
CREATE TYPE label AS ENUM ('SUPPORTED', 'REFUTED', 'CONFLICTING_EVIDENCE', 'NOT_ENOUGH_EVIDENCE');
CREATE TYPE stance AS ENUM ('SUPPORTS', 'REFUTES', 'NEUTRAL');
CREATE TYPE relation AS ENUM ('AGREES', 'DIFFERS', 'OUTDATED', 'MISSING');

CREATE TABLE schema_version (
    version    INTEGER PRIMARY KEY,
    applied_at TIMESTAMP NOT NULL
);

CREATE TABLE runs (
    run_id         VARCHAR PRIMARY KEY,
    started_at     TIMESTAMP NOT NULL,
    finished_at    TIMESTAMP,
    status         run_status NOT NULL,
    code_version   VARCHAR NOT NULL,
    settings_json  JSON NOT NULL,
    model_ids      VARCHAR[] NOT NULL,
    corpus_version VARCHAR NOT NULL
);

CREATE TABLE failures (
    run_id      VARCHAR NOT NULL REFERENCES runs (run_id),
    failure_id  VARCHAR NOT NULL,
    position    INTEGER NOT NULL,
    source      VARCHAR NOT NULL,
    stage       VARCHAR NOT NULL,
    error       VARCHAR NOT NULL,
    message     VARCHAR NOT NULL,
    PRIMARY KEY (run_id, failure_id)
);

CREATE TABLE articles (
    article_id VARCHAR PRIMARY KEY,
    title      VARCHAR NOT NULL,
    url        VARCHAR,
    source     VARCHAR,
    published  DATE,
    text       VARCHAR NOT NULL
);

CREATE TABLE claims (
    claim_id        VARCHAR PRIMARY KEY,
    article_id      VARCHAR NOT NULL REFERENCES articles (article_id),
    start_char      INTEGER NOT NULL CHECK (start_char >= 0),
    end_char        INTEGER NOT NULL CHECK (end_char > start_char),
    sentence        VARCHAR NOT NULL,
    text            VARCHAR NOT NULL,
    speaker         VARCHAR,
    claim_date      DATE,
    checkworthiness DOUBLE CHECK (checkworthiness BETWEEN 0 AND 1),
    status          claim_status NOT NULL,
    reason          VARCHAR NOT NULL
);

CREATE TABLE run_articles (
    run_id     VARCHAR NOT NULL REFERENCES runs (run_id),
    article_id VARCHAR NOT NULL REFERENCES articles (article_id),
    position   INTEGER NOT NULL,
    PRIMARY KEY (run_id, article_id)
);

CREATE TABLE run_claims (
    run_id          VARCHAR NOT NULL REFERENCES runs (run_id),
    claim_id        VARCHAR NOT NULL REFERENCES claims (claim_id),
    position        INTEGER NOT NULL,
    text            VARCHAR NOT NULL,
    speaker         VARCHAR,
    claim_date      DATE,
    checkworthiness DOUBLE,
    status          claim_status NOT NULL,
    reason          VARCHAR NOT NULL,
    PRIMARY KEY (run_id, claim_id)
);

CREATE TABLE documents (
    document_id VARCHAR PRIMARY KEY,
    origin      VARCHAR NOT NULL,
    title       VARCHAR NOT NULL,
    url         VARCHAR,
    source      VARCHAR,
    published   DATE,
    ingested    TIMESTAMP NOT NULL,
    text        VARCHAR NOT NULL
);

CREATE TABLE passages (
    passage_id  VARCHAR PRIMARY KEY,
    document_id VARCHAR NOT NULL REFERENCES documents (document_id),
    start_char  INTEGER NOT NULL CHECK (start_char >= 0),
    end_char    INTEGER NOT NULL CHECK (end_char > start_char),
    text        VARCHAR NOT NULL
);

CREATE TABLE verdicts (
    run_id        VARCHAR NOT NULL,
    claim_id      VARCHAR NOT NULL,
    label         label NOT NULL,
    confidence    DOUBLE NOT NULL CHECK (confidence BETWEEN 0 AND 1),
    justification VARCHAR NOT NULL,
    saved_at      TIMESTAMP NOT NULL,
    PRIMARY KEY (run_id, claim_id),
    FOREIGN KEY (run_id, claim_id) REFERENCES run_claims (run_id, claim_id)
);

CREATE TABLE evidence (
    run_id          VARCHAR NOT NULL,
    claim_id        VARCHAR NOT NULL,
    passage_id      VARCHAR NOT NULL REFERENCES passages (passage_id),
    rank            INTEGER NOT NULL CHECK (rank >= 1),
    stance          stance NOT NULL,
    p_supports      DOUBLE NOT NULL CHECK (p_supports BETWEEN 0 AND 1),
    p_refutes       DOUBLE NOT NULL CHECK (p_refutes BETWEEN 0 AND 1),
    p_neutral       DOUBLE NOT NULL CHECK (p_neutral BETWEEN 0 AND 1),
    retrieval_score DOUBLE NOT NULL,
    PRIMARY KEY (run_id, claim_id, passage_id),
    FOREIGN KEY (run_id, claim_id) REFERENCES verdicts (run_id, claim_id)
);

CREATE TABLE rationales (
    run_id         VARCHAR NOT NULL,
    claim_id       VARCHAR NOT NULL,
    passage_id     VARCHAR NOT NULL,
    position       INTEGER NOT NULL,
    start_char     INTEGER NOT NULL CHECK (start_char >= 0),
    end_char       INTEGER NOT NULL CHECK (end_char > start_char),
    quote          VARCHAR NOT NULL CHECK (quote <> ''),
    document_start INTEGER NOT NULL,
    document_end   INTEGER NOT NULL,
    PRIMARY KEY (run_id, claim_id, passage_id, position),
    FOREIGN KEY (run_id, claim_id, passage_id) REFERENCES evidence (run_id, claim_id, passage_id)
);

CREATE TABLE comparisons (
    run_id         VARCHAR NOT NULL,
    claim_id       VARCHAR NOT NULL,
    passage_id     VARCHAR NOT NULL,
    position       INTEGER NOT NULL,
    claim_value    VARCHAR NOT NULL,
    evidence_value VARCHAR,
    relation       relation NOT NULL,
    explanation    VARCHAR NOT NULL,
    PRIMARY KEY (run_id, claim_id, passage_id, position),
    FOREIGN KEY (run_id, claim_id, passage_id) REFERENCES evidence (run_id, claim_id, passage_id)
);

-- A claim is out of date where a newer run reads its sentence otherwise: it then has another claim there, one that
-- never stood beside this one in a run. (Two claims of one sentence do stand in one run, and both stay.)
CREATE VIEW current_claims AS
WITH seen AS (
    SELECT c.claim_id, c.article_id, c.start_char, c.end_char, max(r.started_at) AS last_run_at
    FROM claims AS c
    JOIN run_claims AS rc USING (claim_id)
    JOIN runs AS r USING (run_id)
    GROUP BY ALL
),
newer AS (
    SELECT o.claim_id AS old_id, n.claim_id AS new_id
    FROM seen AS o
    JOIN seen AS n USING (article_id, start_char, end_char)
    WHERE n.last_run_at > o.last_run_at
),
together AS (
    SELECT newer.old_id, newer.new_id
    FROM newer
    JOIN run_claims AS o ON o.claim_id = newer.old_id
    JOIN run_claims AS n ON n.claim_id = newer.new_id AND n.run_id = o.run_id
),
out_of_date AS (
    SELECT old_id FROM (FROM newer EXCEPT FROM together)
)
SELECT claim_id, article_id, start_char, end_char, sentence, text, speaker, claim_date, checkworthiness, status, reason
FROM claims
WHERE claim_id NOT IN (SELECT old_id FROM out_of_date);

CREATE VIEW latest_verdicts AS
SELECT
    c.claim_id,
    rc.text AS claim,
    c.sentence,
    v.label,
    v.confidence,
    v.justification,
    rc.speaker,
    rc.claim_date,
    rc.checkworthiness,
    c.article_id,
    a.title AS article,
    a.url AS article_url,
    a.source AS article_source,
    a.published,
    c.start_char,
    c.end_char,
    v.run_id,
    r.started_at AS run_started_at,
    r.code_version,
    r.model_ids,
    r.corpus_version
FROM verdicts AS v
JOIN runs AS r USING (run_id)
JOIN run_claims AS rc USING (run_id, claim_id)
JOIN current_claims AS c USING (claim_id)
JOIN articles AS a USING (article_id)
WHERE c.status = 'CHECKABLE'
QUALIFY row_number() OVER (PARTITION BY v.claim_id ORDER BY r.started_at DESC, v.saved_at DESC, v.run_id DESC) = 1;

CREATE VIEW claim_evidence AS
SELECT
    l.claim_id,
    l.claim,
    l.label,
    l.confidence,
    e.stance,
    q.quote,
    d.title,
    d.url,
    d.source,
    d.published,
    e.rank,
    e.p_supports,
    e.p_refutes,
    e.p_neutral,
    e.retrieval_score,
    p.text AS passage,
    l.sentence,
    l.speaker,
    l.article_id,
    l.article,
    l.published AS article_published,
    q.document_start,
    q.document_end,
    e.passage_id,
    d.document_id,
    l.run_id
FROM latest_verdicts AS l
JOIN evidence AS e USING (run_id, claim_id)
JOIN passages AS p USING (passage_id)
JOIN documents AS d USING (document_id)
LEFT JOIN rationales AS q USING (run_id, claim_id, passage_id);

CREATE VIEW not_checked AS
SELECT
    c.claim_id,
    c.sentence,
    c.status,
    CASE WHEN c.status = 'CHECKABLE' THEN 'checkable, but no run left a verdict' ELSE c.reason END AS reason,
    c.speaker,
    c.article_id,
    a.title AS article,
    a.published,
    c.start_char,
    c.end_char
FROM current_claims AS c
JOIN articles AS a USING (article_id)
WHERE c.status <> 'CHECKABLE' OR NOT EXISTS (SELECT 1 FROM verdicts AS v WHERE v.claim_id = c.claim_id);

CREATE VIEW label_changes AS
SELECT
    claim_id,
    claim,
    old_label,
    label,
    run_started_at,
    article,
    old_run_id,
    run_id
FROM (
    SELECT
        v.claim_id,
        rc.text AS claim,
        lag(v.label) OVER history AS old_label,
        v.label,
        r.started_at AS run_started_at,
        a.title AS article,
        lag(v.run_id) OVER history AS old_run_id,
        v.run_id
    FROM verdicts AS v
    JOIN runs AS r USING (run_id)
    JOIN run_claims AS rc USING (run_id, claim_id)
    JOIN claims AS c USING (claim_id)
    JOIN articles AS a USING (article_id)
    WINDOW history AS (PARTITION BY v.claim_id ORDER BY r.started_at, v.saved_at, v.run_id)
)
WHERE old_label <> label;

CREATE VIEW run_summary AS
WITH claim_counts AS (
    SELECT
        rc.run_id,
        count(*) AS n_claims,
        count(*) FILTER (v.label IS NULL) AS n_not_checked,
        count(*) FILTER (v.label = 'SUPPORTED') AS n_supported,
        count(*) FILTER (v.label = 'REFUTED') AS n_refuted,
        count(*) FILTER (v.label = 'CONFLICTING_EVIDENCE') AS n_conflicting_evidence,
        count(*) FILTER (v.label = 'NOT_ENOUGH_EVIDENCE') AS n_not_enough_evidence
    FROM run_claims AS rc
    LEFT JOIN verdicts AS v USING (run_id, claim_id)
    GROUP BY rc.run_id
)
SELECT
    r.run_id,
    r.started_at,
    r.finished_at,
    r.status,
    (SELECT count(*) FROM run_articles AS ra WHERE ra.run_id = r.run_id) AS n_articles,
    coalesce(cc.n_claims, 0) AS n_claims,
    coalesce(cc.n_supported, 0) AS n_supported,
    coalesce(cc.n_refuted, 0) AS n_refuted,
    coalesce(cc.n_conflicting_evidence, 0) AS n_conflicting_evidence,
    coalesce(cc.n_not_enough_evidence, 0) AS n_not_enough_evidence,
    coalesce(cc.n_not_checked, 0) AS n_not_checked,
    (SELECT count(*) FROM failures AS f WHERE f.run_id = r.run_id) AS n_failures,
    r.code_version,
    r.model_ids,
    r.corpus_version
FROM runs AS r
LEFT JOIN claim_counts AS cc USING (run_id)
ORDER BY r.started_at DESC;

CREATE VIEW schema_guide AS
SELECT table_name AS name, NULL AS "column", 'table' AS kind, comment AS meaning
FROM duckdb_tables() WHERE database_name = current_database() AND NOT internal AND NOT temporary
UNION ALL
SELECT view_name, NULL, 'view', comment
FROM duckdb_views() WHERE database_name = current_database() AND NOT internal AND NOT temporary
UNION ALL
SELECT table_name, column_name, data_type, comment
FROM duckdb_columns() WHERE database_name = current_database() AND NOT internal AND comment IS NOT NULL
ORDER BY ALL;

COMMENT ON VIEW latest_verdicts IS 'Start here: one row per claim with a verdict, the one of the newest run that judged it.';
COMMENT ON COLUMN latest_verdicts.claim IS 'The stand-alone form of the claim that was judged.';
COMMENT ON COLUMN latest_verdicts.sentence IS 'The sentence as the article has it, verbatim.';
COMMENT ON COLUMN latest_verdicts.confidence IS 'Probability in [0, 1] that the label is right.';
COMMENT ON COLUMN latest_verdicts.published IS 'When the article was published.';
COMMENT ON VIEW current_claims IS 'The claims without those that a newer run replaced by others for the same sentence.';
COMMENT ON VIEW claim_evidence IS 'What the latest verdicts rest on: one row per quote; quote is NULL for a passage that has none.';
COMMENT ON COLUMN claim_evidence.stance IS 'What the passage says about the claim: SUPPORTS, REFUTES or NEUTRAL.';
COMMENT ON COLUMN claim_evidence.quote IS 'A sentence of the document, verbatim.';
COMMENT ON COLUMN claim_evidence.title IS 'Title of the document that is quoted; url, source and published are the document''s too.';
COMMENT ON COLUMN claim_evidence.rank IS 'Place among the claim''s evidence, 1 is the strongest.';
COMMENT ON COLUMN claim_evidence.p_refutes IS 'Probability in [0, 1] that the passage refutes the claim; the three p_ columns add up to 1.';
COMMENT ON VIEW not_checked IS 'Sentences that were not checked, each with its reason.';
COMMENT ON VIEW label_changes IS 'Claims whose label differs from the one of the run before.';
COMMENT ON VIEW run_summary IS 'One row per run, newest first: how it ended, its counts per label, and what failed.';
COMMENT ON COLUMN run_summary.status IS 'RUNNING for a run that is not over, or was killed.';
COMMENT ON VIEW schema_guide IS 'What the tables, views and columns mean.';

COMMENT ON TABLE runs IS 'Each verification run: when, with which code, settings, models and corpus, and how it ended.';
COMMENT ON COLUMN runs.started_at IS 'UTC.';
COMMENT ON COLUMN runs.finished_at IS 'UTC; NULL while running.';
COMMENT ON COLUMN runs.status IS 'A run that was killed stays RUNNING.';
COMMENT ON TABLE failures IS 'What a run did not do: which source, at which stage, and why.';
COMMENT ON COLUMN failures.error IS 'Name of the exception.';
COMMENT ON TABLE articles IS 'The articles under check; an article whose text changes gets a new article_id.';
COMMENT ON TABLE claims IS 'Every sentence of an article as the last run saw it, also those not checked.';
COMMENT ON COLUMN claims.sentence IS 'Verbatim: substr(articles.text, start_char + 1, end_char - start_char).';
COMMENT ON COLUMN claims.text IS 'The stand-alone form that is checked.';
COMMENT ON COLUMN claims.claim_date IS 'The day to which the claim refers (as-of date).';
COMMENT ON COLUMN claims.checkworthiness IS 'Probability in [0, 1] that the claim is worth a check; NULL where nothing scored it.';
COMMENT ON COLUMN claims.reason IS 'Why it was not checked; empty where it was.';
COMMENT ON TABLE run_articles IS 'Which articles a run went through, in order.';
COMMENT ON TABLE run_claims IS 'What each run made of each claim: the text it judged, or why it did not.';
COMMENT ON TABLE documents IS 'The reference documents that are cited, whole, so that every quote can be proved.';
COMMENT ON COLUMN documents.origin IS 'Where it was read: a path or a URL.';
COMMENT ON COLUMN documents.ingested IS 'When it was taken in, UTC.';
COMMENT ON TABLE passages IS 'The cited windows of documents: substr(documents.text, start_char + 1, end_char - start_char).';
COMMENT ON TABLE verdicts IS 'Every verdict of every run; rows are only ever added. latest_verdicts picks the newest.';
COMMENT ON COLUMN verdicts.confidence IS 'Probability in [0, 1] that the label is right.';
COMMENT ON COLUMN verdicts.saved_at IS 'UTC.';
COMMENT ON TABLE evidence IS 'Each passage that was judged for a verdict.';
COMMENT ON COLUMN evidence.rank IS 'Place among the claim''s evidence, 1 is the strongest.';
COMMENT ON COLUMN evidence.retrieval_score IS 'Score of the retriever, unbounded.';
COMMENT ON TABLE rationales IS 'The sentences that carry a passage''s stance.';
COMMENT ON COLUMN rationales.quote IS 'Verbatim: substr(documents.text, document_start + 1, document_end - document_start).';
COMMENT ON COLUMN rationales.start_char IS 'Offset in the passage; document_start is the offset in the document.';
COMMENT ON TABLE comparisons IS 'Numbers and dates of a claim beside those of a passage.';
COMMENT ON TABLE schema_version IS 'The migrations that this file has gone through.';
