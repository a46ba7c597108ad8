-- Schema 7. Each time that a run was started: by which process, how it ended, what it found done already, and how long its
-- stages took. A run that is started again is the same run, so its own row cannot tell.

CREATE TABLE attempts (
    run_id          VARCHAR NOT NULL,
    attempt         INTEGER NOT NULL CHECK (attempt >= 1),
    started_at      TIMESTAMP NOT NULL,
    seen_at         TIMESTAMP NOT NULL,
    finished_at     TIMESTAMP,
    status          VARCHAR NOT NULL
        CHECK (status IN ('RUNNING', 'FINISHED', 'FINISHED_WITH_FAILURES', 'FAILED', 'INTERRUPTED')),
    cause           VARCHAR,
    host            VARCHAR,
    boot            VARCHAR,
    pid             INTEGER,
    process_started VARCHAR,
    n_articles      INTEGER,
    n_resumed       INTEGER NOT NULL,
    n_verdicts      INTEGER NOT NULL
);

CREATE TABLE run_stages (
    run_id  VARCHAR NOT NULL,
    attempt INTEGER NOT NULL,
    stage   VARCHAR NOT NULL,
    seconds DOUBLE NOT NULL CHECK (seconds >= 0),
    n       INTEGER NOT NULL CHECK (n >= 0)
);

CREATE TABLE notifications (
    run_id     VARCHAR NOT NULL,
    attempt    INTEGER NOT NULL,
    position   INTEGER NOT NULL,
    sent_at    TIMESTAMP NOT NULL,
    target     VARCHAR NOT NULL,
    n_flips    INTEGER NOT NULL,
    n_failures INTEGER NOT NULL,
    error      VARCHAR
);

-- Runs of before: one attempt each. Whatever still says RUNNING was killed, for no other process has the file open now.
INSERT INTO attempts
SELECT
    run_id, 1, started_at, coalesce(finished_at, started_at), coalesce(finished_at, started_at),
    CASE WHEN status = 'RUNNING' THEN 'INTERRUPTED' ELSE status::VARCHAR END,
    CASE WHEN status = 'RUNNING' THEN 'the run was killed' END, NULL, NULL, NULL, NULL,
    (SELECT count(*) FROM run_articles AS ra WHERE ra.run_id = runs.run_id), 0,
    (SELECT count(*) FROM verdicts AS v WHERE v.run_id = runs.run_id)
FROM runs;
INSERT INTO failures (run_id, failure_id, position, source, stage, error, message)
SELECT
    run_id, 'interrupted', (SELECT count(*) FROM failures AS f WHERE f.run_id = runs.run_id), 'the run', 'run',
    'Interrupted', 'the run was killed; run again to go on from what is saved'
FROM runs WHERE status = 'RUNNING';
UPDATE runs SET status = 'FAILED', finished_at = coalesce(finished_at, started_at) WHERE status = 'RUNNING';

CREATE VIEW last_attempts AS
SELECT * FROM attempts QUALIFY row_number() OVER (PARTITION BY run_id ORDER BY attempt DESC) = 1;

CREATE MACRO attempts_of(most) AS TABLE
SELECT
    a.started_at,
    a.finished_at,
    round(date_diff('millisecond', a.started_at, a.finished_at) / 1000, 1) AS took_s,
    a.status,
    r.kind,
    a.n_articles,
    a.n_resumed,
    a.n_verdicts,
    (SELECT count(*) FROM failures AS f WHERE f.run_id = a.run_id) AS n_failures,
    a.cause,
    a.run_id,
    a.attempt
FROM attempts AS a
JOIN runs AS r USING (run_id)
ORDER BY a.started_at DESC, a.attempt DESC
LIMIT most;

CREATE MACRO stages_of(wanted) AS TABLE
WITH chosen AS (
    SELECT a.*
    FROM attempts AS a
    JOIN (
        SELECT run_id FROM runs WHERE starts_with(run_id, wanted) ORDER BY started_at DESC, run_id DESC LIMIT 1
    ) USING (run_id)
)
SELECT
    s.stage,
    round(s.seconds, 3) AS seconds,
    s.n,
    round(60 * a.n_verdicts / nullif(date_diff('millisecond', a.started_at, a.finished_at) / 1000, 0), 1)
        AS claims_per_minute,
    a.n_verdicts,
    a.attempt,
    a.started_at,
    a.run_id
FROM run_stages AS s
JOIN chosen AS a USING (run_id, attempt)
ORDER BY a.attempt DESC, s.seconds DESC, s.stage;

CREATE OR REPLACE VIEW run_summary AS
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
    CASE WHEN a.status = 'INTERRUPTED' THEN a.status ELSE r.status::VARCHAR END AS status,
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
    r.corpus_version,
    coalesce(a.attempt, 0) AS n_attempts,
    coalesce(a.n_resumed, 0) AS n_resumed
FROM runs AS r
LEFT JOIN last_attempts AS a USING (run_id)
LEFT JOIN claim_counts AS cc USING (run_id)
ORDER BY r.started_at DESC;

CREATE OR REPLACE MACRO run_report(wanted) AS TABLE
WITH chosen AS (
    SELECT * FROM runs WHERE starts_with(run_id, wanted) ORDER BY started_at DESC, run_id DESC LIMIT 1
),
attempted AS (
    FROM last_attempts WHERE run_id = (SELECT run_id FROM chosen)
),
judged AS (
    SELECT rc.claim_id, c.article_id, rc.status, v.label, v.saved_at
    FROM (FROM run_claims WHERE run_id = (SELECT run_id FROM chosen)) AS rc
    JOIN claims AS c USING (claim_id)
    LEFT JOIN (FROM verdicts WHERE run_id = (SELECT run_id FROM chosen)) AS v USING (claim_id)
),
read AS (
    FROM run_articles WHERE run_id = (SELECT run_id FROM chosen)
)
SELECT
    r.run_id,
    r.kind,
    CASE WHEN a.status = 'INTERRUPTED' THEN a.status ELSE r.status::VARCHAR END AS status,
    r.started_at,
    r.finished_at,
    datediff('second', r.started_at, r.finished_at) AS took_s,
    (SELECT max(saved_at) FROM judged) AS last_saved_at,
    (SELECT count(*) FROM read) AS n_articles,
    (SELECT count(*) FROM judged) AS n_claims,
    (SELECT count(label) FROM judged) AS n_verdicts,
    (SELECT count(*) FROM failures AS f WHERE f.run_id = r.run_id) AS n_failures,
    (SELECT count(*) FROM read WHERE article_id NOT IN (SELECT article_id FROM judged WHERE status = 'CHECKABLE'))
        AS n_articles_without_claims,
    (SELECT count(*) FROM judged WHERE status = 'CHECKABLE' AND label IS NULL) AS n_unjudged,
    r.code_version,
    r.model_ids,
    r.corpus_version,
    a.attempt AS n_attempts,
    a.n_resumed,
    a.cause
FROM chosen AS r
LEFT JOIN attempted AS a USING (run_id);

COMMENT ON TABLE attempts IS 'Each time that a run was started: by which process, and how that ended. A run that is started again goes on, and is the same run.';
COMMENT ON COLUMN attempts.attempt IS 'From 1 on; the last one tells how the run stands.';
COMMENT ON COLUMN attempts.seen_at IS 'When the process last began, saved or ended something, UTC.';
COMMENT ON COLUMN attempts.status IS 'INTERRUPTED: stopped by a signal, or its process died; the run is FAILED until it is started again.';
COMMENT ON COLUMN attempts.cause IS 'Why it did not finish.';
COMMENT ON COLUMN attempts.host IS 'The machine; boot, pid and process_started tell the process from a later one with the same number.';
COMMENT ON COLUMN attempts.n_articles IS 'How many articles its sources gave; NULL where it checked known claims again.';
COMMENT ON COLUMN attempts.n_resumed IS 'How many of them the run had saved before, whole, so that they were passed over.';
COMMENT ON COLUMN attempts.n_verdicts IS 'How many verdicts it saved.';
COMMENT ON TABLE run_stages IS 'How long each stage of an attempt took, and how many articles, claims or batches it did.';
COMMENT ON COLUMN run_stages.stage IS 'read, extract, recognise, retrieve, judge, decide, save, publish, report.';
COMMENT ON COLUMN run_stages.seconds IS 'Added up over threads: stages that go on at the same time add up to more than the run took.';
COMMENT ON TABLE notifications IS 'What was told to whom after an attempt (--notify), and whether it arrived.';
COMMENT ON COLUMN notifications.target IS 'The program, or the scheme and host of the URL.';
COMMENT ON COLUMN notifications.error IS 'Why it did not arrive; NULL where it did.';
COMMENT ON VIEW last_attempts IS 'The newest attempt of each run.';
COMMENT ON MACRO TABLE attempts_of IS 'The newest attempts, whichever run they belong to, at most so many.';
COMMENT ON MACRO TABLE stages_of IS 'How long the stages of the newest run whose run_id begins so took, newest attempt first; '''' for the last run.';
COMMENT ON VIEW run_summary IS 'One row per run, newest first: how it ended, its counts per label, and what failed.';
COMMENT ON COLUMN run_summary.status IS 'INTERRUPTED for a run that was stopped or killed; RUNNING for one that is not over.';
COMMENT ON MACRO TABLE run_report IS 'Whether the newest run whose run_id begins so finished, and what it did; '''' for the last run.';
COMMENT ON COLUMN runs.status IS 'FAILED also for a run that was stopped or killed; its last attempt says INTERRUPTED.';
