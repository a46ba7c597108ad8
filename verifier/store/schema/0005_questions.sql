-- Schema 5. What a desk asks, each as a view or a table macro; verifier/store/questions.py asks them by name.
-- At a million verdicts each has to answer within a second, so views join what they need and no more.

-- Written at save since schema 4; here for the verdicts before.
UPDATE verdicts SET previous_run_id = told.before
FROM (
    SELECT v.run_id, v.claim_id, lag(v.run_id) OVER history AS before
    FROM verdicts AS v JOIN runs AS r USING (run_id)
    WINDOW history AS (PARTITION BY v.claim_id ORDER BY r.started_at, v.saved_at, v.run_id)
) AS told
WHERE verdicts.previous_run_id IS NULL AND told.before IS NOT NULL
    AND told.run_id = verdicts.run_id AND told.claim_id = verdicts.claim_id;

-- Says what current_claims of schema 2 left out, in less time. What the newest reading of a whole article found stands,
-- and stands together; only where an article has other claims too are its claims held against each other.
CREATE VIEW outdated_claims AS
WITH last_readings AS (
    SELECT ra.article_id, max(r.started_at) AS read_at, arg_max(ra.run_id, (r.started_at, ra.run_id)) AS read_by
    FROM run_articles AS ra
    JOIN runs AS r USING (run_id)
    WHERE ra.read_whole
    GROUP BY ra.article_id
),
doubtful AS (
    SELECT DISTINCT c.article_id
    FROM (SELECT claim_id, article_id, read_by FROM claims LEFT JOIN last_readings USING (article_id)) AS c
    ANTI JOIN run_claims AS rc ON rc.run_id = c.read_by AND rc.claim_id = c.claim_id
),
in_doubt AS (
    FROM claims SEMI JOIN doubtful USING (article_id) SELECT claim_id, article_id, start_char, end_char
),
seen AS (
    SELECT rc.claim_id, max(r.started_at) AS last_run_at
    FROM run_claims AS rc
    JOIN runs AS r USING (run_id)
    SEMI JOIN in_doubt USING (claim_id)
    GROUP BY rc.claim_id
),
placed AS (
    SELECT d.*, seen.last_run_at, coalesce(seen.last_run_at < l.read_at, false) AS is_gone
    FROM in_doubt AS d
    JOIN seen USING (claim_id)
    LEFT JOIN last_readings AS l USING (article_id)
),
newer AS (
    SELECT o.claim_id AS old_id, n.claim_id AS new_id
    FROM placed AS o
    JOIN placed AS n USING (article_id)
    WHERE NOT o.is_gone AND NOT n.is_gone
        AND n.last_run_at > o.last_run_at AND n.start_char < o.end_char AND o.start_char < n.end_char
),
together AS (
    SELECT newer.old_id, newer.new_id
    FROM newer
    JOIN run_claims AS o ON o.claim_id = newer.old_id
    JOIN run_claims AS n ON n.claim_id = newer.new_id AND n.run_id = o.run_id
)
SELECT claim_id FROM placed WHERE is_gone
UNION
SELECT old_id FROM (FROM newer EXCEPT FROM together);

CREATE OR REPLACE VIEW current_claims AS
SELECT
    c.claim_id, c.article_id, c.start_char, c.end_char, c.sentence, c.text, c.speaker, c.claim_date, c.checkworthiness,
    c.status, c.reason, c.role, c.kind, c.verb, coalesce(rc.quotes, []) AS quotes, coalesce(rc.parts, []) AS parts,
    c.fingerprint
FROM claims AS c
JOIN (
    SELECT
        claim_id,
        arg_max(quotes, (started_at, run_id)) AS quotes,
        arg_max(parts, (started_at, run_id)) AS parts
    FROM run_claims JOIN runs USING (run_id)
    GROUP BY claim_id
) AS rc USING (claim_id)
ANTI JOIN outdated_claims AS o ON o.claim_id = c.claim_id;

-- What latest_verdicts and the questions begin with: few columns, no texts.
CREATE VIEW standing_verdicts AS
WITH newest AS (
    SELECT
        v.claim_id, v.run_id, v.label, v.confidence, v.justification, v.saved_at, v.reused_from, r.started_at,
        lead(v.label) OVER history AS previous_label
    FROM verdicts AS v
    JOIN runs AS r USING (run_id)
    WINDOW history AS (PARTITION BY v.claim_id ORDER BY r.started_at DESC, v.saved_at DESC, v.run_id DESC)
    QUALIFY row_number() OVER history = 1
)
SELECT
    v.claim_id, v.run_id, v.label, v.confidence, v.previous_label, v.justification, v.reused_from,
    v.saved_at, v.started_at AS run_started_at, c.article_id, c.fingerprint, c.sentence, c.start_char, c.end_char
FROM newest AS v
JOIN claims AS c USING (claim_id)
ANTI JOIN outdated_claims AS o ON o.claim_id = v.claim_id
WHERE c.status = 'CHECKABLE';

CREATE VIEW standing_reviews AS
SELECT claim_id, run_id, label, reviewer, comment, reviewed_at, review_id
FROM reviews
WHERE label IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY claim_id ORDER BY reviewed_at DESC, review_id DESC) = 1;

CREATE OR REPLACE VIEW latest_verdicts AS
SELECT
    l.claim_id,
    rc.text AS claim,
    l.sentence,
    l.label,
    l.confidence,
    l.justification,
    rc.speaker,
    rc.claim_date,
    rc.checkworthiness,
    l.article_id,
    a.title AS article,
    a.url AS article_url,
    a.source AS article_source,
    a.published,
    l.start_char,
    l.end_char,
    l.run_id,
    r.started_at AS run_started_at,
    r.code_version,
    r.model_ids,
    r.corpus_version,
    rc.kind,
    rc.verb,
    coalesce(s.statement_id, l.fingerprint) AS statement_id,
    l.reused_from,
    l.previous_label,
    w.label AS review_label,
    w.reviewer,
    w.comment AS review_comment,
    w.reviewed_at
FROM standing_verdicts AS l
JOIN runs AS r ON r.run_id = l.run_id
JOIN run_claims AS rc ON rc.run_id = l.run_id AND rc.claim_id = l.claim_id
JOIN articles AS a ON a.article_id = l.article_id
LEFT JOIN statements AS s ON s.fingerprint = l.fingerprint
LEFT JOIN standing_reviews AS w ON w.claim_id = l.claim_id;

CREATE OR REPLACE VIEW speakers AS
SELECT
    speaker,
    count(*) AS n_claims,
    count(*) FILTER (label = 'SUPPORTED') AS n_supported,
    count(*) FILTER (label = 'REFUTED') AS n_refuted,
    count(*) FILTER (label = 'CONFLICTING_EVIDENCE') AS n_conflicting_evidence,
    count(*) FILTER (label = 'NOT_ENOUGH_EVIDENCE') AS n_not_enough_evidence,
    max(published) AS last_published,
    count(DISTINCT statement_id) AS n_statements,
    count(DISTINCT statement_id) FILTER (label = 'REFUTED') AS n_statements_refuted
FROM latest_verdicts
WHERE kind = 'CONTENT' AND speaker IS NOT NULL
GROUP BY speaker
ORDER BY n_claims DESC, speaker;

-- A verdict that was saved after one of a newer run changed nothing of what is shown, so it is no change.
CREATE OR REPLACE VIEW label_changes AS
WITH changed AS (
    SELECT
        v.run_id, v.claim_id, v.label, v.confidence, v.saved_at, r.started_at,
        o.run_id AS old_run_id, o.label AS old_label, o.confidence AS old_confidence
    FROM verdicts AS v
    JOIN runs AS r ON r.run_id = v.run_id
    JOIN verdicts AS o ON o.run_id = v.previous_run_id AND o.claim_id = v.claim_id
    JOIN runs AS p ON p.run_id = o.run_id
    WHERE o.label <> v.label AND p.started_at <= r.started_at
)
SELECT
    ch.claim_id,
    rc.text AS claim,
    ch.old_label,
    ch.label,
    ch.started_at AS run_started_at,
    a.title AS article,
    ch.old_run_id,
    ch.run_id,
    ch.saved_at,
    ch.old_confidence,
    ch.confidence,
    coalesce(t.causes, []) AS causes,
    t.why,
    coalesce(t.documents, []) AS documents,
    coalesce(t.urls, []) AS urls,
    coalesce(t.passages, []) AS passages,
    a.url AS article_url
FROM changed AS ch
JOIN run_claims AS rc ON rc.run_id = ch.run_id AND rc.claim_id = ch.claim_id
JOIN claims AS c ON c.claim_id = ch.claim_id
JOIN articles AS a ON a.article_id = c.article_id
LEFT JOIN LATERAL (
    SELECT
        -- list_distinct has no order: each cause keeps its first place
        list(k.cause::VARCHAR ORDER BY k.position) FILTER (k.is_first) AS causes,
        string_agg(k.detail, '; ' ORDER BY k.position) AS why,
        list(d.title ORDER BY k.position) FILTER (d.title IS NOT NULL) AS documents,
        list(d.url ORDER BY k.position) FILTER (d.url IS NOT NULL) AS urls,
        list(p.text ORDER BY k.position) FILTER (p.text IS NOT NULL) AS passages
    FROM (
        SELECT *, row_number() OVER (PARTITION BY run_id, claim_id, cause ORDER BY position) = 1 AS is_first
        FROM causes
    ) AS k
    LEFT JOIN passages AS p ON p.passage_id = k.passage_id
    LEFT JOIN documents AS d ON d.document_id = p.document_id
    WHERE k.run_id = ch.run_id AND k.claim_id = ch.claim_id
) AS t ON true;

CREATE MACRO flipped(since) AS TABLE
SELECT
    saved_at, claim, old_label, label, causes, why, documents, urls, article, article_url, old_confidence, confidence,
    claim_id, run_id
FROM label_changes
WHERE saved_at >= since
ORDER BY saved_at DESC, claim_id;

CREATE VIEW supports AS
SELECT
    l.claim_id,
    l.run_id,
    l.article_id,
    l.confidence,
    l.saved_at,
    count(*) AS n_passages,
    min(coalesce(nullif(e.origin, ''), e.passage_id)) = max(coalesce(nullif(e.origin, ''), e.passage_id))
        AS is_one_text,
    min(p.document_id) = max(p.document_id) AS is_one_document,
    min(coalesce(d.source, p.document_id)) = max(coalesce(d.source, p.document_id)) AS is_one_source,
    max(d.published) AS newest,
    count(*) FILTER (d.published IS NULL) AS n_undated,
    arg_min(p.document_id, e.rank) AS document_id
FROM standing_verdicts AS l
JOIN evidence AS e ON e.run_id = l.run_id AND e.claim_id = l.claim_id
JOIN passages AS p ON p.passage_id = e.passage_id
JOIN documents AS d ON d.document_id = p.document_id
WHERE l.label = 'SUPPORTED' AND e.stance = 'SUPPORTS'
GROUP BY l.claim_id, l.run_id, l.article_id, l.confidence, l.saved_at;

-- The newest are chosen before texts are fetched for them; so in conflicts.
CREATE MACRO single_origin(since, most) AS TABLE
WITH chosen AS (
    FROM supports
    WHERE (is_one_text OR is_one_document OR is_one_source) AND saved_at >= since
    ORDER BY saved_at DESC, claim_id
    LIMIT most
)
SELECT
    rc.text AS claim,
    CASE
        WHEN s.n_passages = 1 THEN 'one passage'
        WHEN s.is_one_document THEN 'one document'
        WHEN s.is_one_text THEN 'copies of one text'
        ELSE 'one publisher'
    END AS rests_on,
    s.n_passages,
    d.title AS document,
    d.url,
    d.source,
    d.published AS document_published,
    a.title AS article,
    a.published,
    s.confidence,
    s.claim_id,
    s.run_id,
    s.saved_at
FROM chosen AS s
JOIN run_claims AS rc ON rc.run_id = s.run_id AND rc.claim_id = s.claim_id
JOIN articles AS a ON a.article_id = s.article_id
JOIN documents AS d ON d.document_id = s.document_id
ORDER BY s.saved_at DESC, s.claim_id;

CREATE MACRO old_evidence(days) AS TABLE
SELECT
    rc.text AS claim,
    s.newest AS newest_evidence,
    coalesce(a.published, s.saved_at::DATE) - s.newest AS days_before_article,
    s.n_passages,
    s.n_undated,
    a.title AS article,
    a.published,
    s.confidence,
    s.claim_id,
    s.run_id,
    s.saved_at
FROM supports AS s
JOIN run_claims AS rc ON rc.run_id = s.run_id AND rc.claim_id = s.claim_id
JOIN articles AS a ON a.article_id = s.article_id
WHERE coalesce(a.published, s.saved_at::DATE) - s.newest > days
ORDER BY days_before_article DESC, s.claim_id;

CREATE MACRO conflicts(since, most) AS TABLE
WITH chosen AS (
    FROM standing_verdicts
    WHERE label = 'CONFLICTING_EVIDENCE' AND saved_at >= since
    ORDER BY saved_at DESC, claim_id
    LIMIT most
),
sides AS (
    SELECT
        e.claim_id,
        list_sort(list(DISTINCT coalesce(d.source, d.title)) FILTER (e.stance = 'SUPPORTS')) AS supported_by,
        list_sort(list(DISTINCT coalesce(d.source, d.title)) FILTER (e.stance = 'REFUTES')) AS refuted_by,
        list(d.title ORDER BY e.rank) FILTER (e.stance = 'SUPPORTS') AS supporting_documents,
        list(d.title ORDER BY e.rank) FILTER (e.stance = 'REFUTES') AS refuting_documents
    FROM evidence AS e
    SEMI JOIN chosen USING (run_id, claim_id)
    JOIN passages AS p USING (passage_id)
    JOIN documents AS d USING (document_id)
    WHERE e.stance <> 'NEUTRAL'
    GROUP BY e.claim_id
)
SELECT
    rc.text AS claim,
    k.supported_by,
    k.refuted_by,
    k.supporting_documents,
    k.refuting_documents,
    a.title AS article,
    a.published,
    s.confidence,
    s.claim_id,
    s.run_id,
    s.saved_at
FROM chosen AS s
JOIN sides AS k USING (claim_id)
JOIN run_claims AS rc ON rc.run_id = s.run_id AND rc.claim_id = s.claim_id
JOIN articles AS a ON a.article_id = s.article_id
ORDER BY s.saved_at DESC, s.claim_id;

CREATE VIEW sightings AS
SELECT
    coalesce(s.statement_id, c.fingerprint) AS statement_id,
    c.article_id,
    min(coalesce(a.published, f.first_run_at::DATE)) AS seen,
    arg_min(c.speaker, c.start_char) AS speaker,
    arg_min(c.text, c.start_char) AS claim,
    arg_min(c.claim_id, (c.start_char, c.claim_id)) AS claim_id,
    count(*) AS n_claims,
    any_value(a.title) AS article,
    any_value(a.url) AS article_url,
    any_value(a.source) AS article_source
FROM claims AS c
JOIN articles AS a USING (article_id)
LEFT JOIN statements AS s USING (fingerprint)
LEFT JOIN (
    SELECT ra.article_id, min(r.started_at) AS first_run_at
    FROM run_articles AS ra JOIN runs AS r USING (run_id)
    GROUP BY ra.article_id
) AS f USING (article_id)
ANTI JOIN outdated_claims AS o ON o.claim_id = c.claim_id
WHERE c.status = 'CHECKABLE'
GROUP BY coalesce(s.statement_id, c.fingerprint), c.article_id;

CREATE VIEW newest_fact_checks AS
SELECT f.*, coalesce(s.statement_id, f.fingerprint) AS statement_id
FROM fact_checks AS f
LEFT JOIN statements AS s USING (fingerprint)
QUALIFY row_number() OVER (PARTITION BY f.url, f.claim ORDER BY f.imported_at DESC, f.fact_check_id DESC) = 1;

CREATE MACRO spread(least_articles, most) AS TABLE
WITH seen AS (
    SELECT coalesce(s.statement_id, c.fingerprint) AS statement_id, c.claim_id, c.article_id, c.speaker, c.text
    FROM claims AS c
    LEFT JOIN statements AS s USING (fingerprint)
    ANTI JOIN outdated_claims AS o ON o.claim_id = c.claim_id
    WHERE c.status = 'CHECKABLE'
),
widest AS (
    SELECT statement_id
    FROM (
        SELECT statement_id, count(*) AS n_articles
        FROM (SELECT DISTINCT statement_id, article_id FROM seen)
        GROUP BY statement_id
    )
    WHERE n_articles >= least_articles
    ORDER BY n_articles DESC, statement_id
    LIMIT most
),
chosen AS (
    SELECT seen.*, a.title AS article, a.source, coalesce(a.published, f.first_run_at::DATE) AS day
    FROM seen
    SEMI JOIN widest USING (statement_id)
    JOIN articles AS a USING (article_id)
    LEFT JOIN (
        SELECT ra.article_id, min(r.started_at) AS first_run_at
        FROM run_articles AS ra JOIN runs AS r USING (run_id)
        GROUP BY ra.article_id
    ) AS f USING (article_id)
),
labels AS (
    SELECT v.claim_id, arg_max(v.label, (r.started_at, v.saved_at, v.run_id)) AS label
    FROM verdicts AS v
    SEMI JOIN chosen USING (claim_id)
    JOIN runs AS r USING (run_id)
    GROUP BY v.claim_id
),
checked AS (
    SELECT f.statement_id, list(concat_ws(': ', f.publisher, f.rating) ORDER BY f.reviewed) AS fact_checks
    FROM newest_fact_checks AS f SEMI JOIN widest USING (statement_id)
    GROUP BY f.statement_id
)
SELECT
    arg_min(c.text, (c.day, c.article_id)) AS claim,
    count(DISTINCT c.article_id) AS n_articles,
    count(*) AS n_sightings,
    min(c.day) AS first_seen,
    max(c.day) AS last_seen,
    arg_min(c.article, (c.day, c.article_id)) AS first_article,
    arg_min(c.speaker, (c.day, c.article_id)) AS first_speaker,
    list_sort(list(DISTINCT c.speaker) FILTER (c.speaker IS NOT NULL)) AS speakers,
    list_sort(list(DISTINCT c.source) FILTER (c.source IS NOT NULL)) AS sources,
    list_sort(list(DISTINCT l.label::VARCHAR) FILTER (l.label IS NOT NULL)) AS labels,
    coalesce(any_value(k.fact_checks), []) AS fact_checks,
    c.statement_id
FROM chosen AS c
LEFT JOIN labels AS l USING (claim_id)
LEFT JOIN checked AS k USING (statement_id)
GROUP BY c.statement_id
ORDER BY n_articles DESC, n_sightings DESC, c.statement_id;

CREATE VIEW overrides AS
SELECT
    rc.text AS claim,
    v.label,
    w.label AS review_label,
    w.reviewer,
    w.comment,
    w.reviewed_at,
    v.confidence,
    a.title AS article,
    (
        SELECT arg_max(n.label, (r.started_at, n.saved_at, n.run_id))
        FROM verdicts AS n JOIN runs AS r USING (run_id) WHERE n.claim_id = w.claim_id
    ) AS label_now,
    w.claim_id,
    w.run_id
FROM standing_reviews AS w
JOIN verdicts AS v ON v.run_id = w.run_id AND v.claim_id = w.claim_id
JOIN run_claims AS rc ON rc.run_id = w.run_id AND rc.claim_id = w.claim_id
JOIN claims AS c ON c.claim_id = w.claim_id
JOIN articles AS a ON a.article_id = c.article_id
WHERE w.label <> v.label;

CREATE VIEW repeats AS
WITH rejected AS (
    SELECT claim_id, reviewed_at, reviewer, comment, label AS rejected_label, review_label, NULL AS passage_id
    FROM overrides
    UNION ALL BY NAME
    SELECT claim_id, reviewed_at, reviewer, comment, passage_id FROM reviews WHERE passage_id IS NOT NULL
),
alike AS (
    SELECT j.*, n.claim_id AS later_claim_id
    FROM rejected AS j
    JOIN claims AS c ON c.claim_id = j.claim_id
    LEFT JOIN statements AS s ON s.fingerprint = c.fingerprint
    JOIN (
        SELECT c.claim_id, coalesce(s.statement_id, c.fingerprint) AS statement_id
        FROM claims AS c LEFT JOIN statements AS s USING (fingerprint)
    ) AS n ON n.statement_id = coalesce(s.statement_id, c.fingerprint)
)
SELECT
    CASE WHEN k.passage_id IS NULL THEN 'same label' ELSE 'same evidence' END AS repeated,
    rc.text AS claim,
    v.label,
    k.review_label,
    d.title AS wrong_document,
    k.reviewer,
    k.comment,
    k.reviewed_at,
    v.saved_at,
    a.title AS article,
    v.claim_id,
    v.run_id,
    k.claim_id AS reviewed_claim_id,
    k.passage_id
FROM alike AS k
JOIN verdicts AS v ON v.claim_id = k.later_claim_id
JOIN run_claims AS rc ON rc.run_id = v.run_id AND rc.claim_id = v.claim_id
JOIN claims AS c ON c.claim_id = v.claim_id
JOIN articles AS a ON a.article_id = c.article_id
LEFT JOIN evidence AS e ON e.run_id = v.run_id AND e.claim_id = v.claim_id AND e.passage_id = k.passage_id
    AND e.stance <> 'NEUTRAL'
LEFT JOIN passages AS p ON p.passage_id = k.passage_id
LEFT JOIN documents AS d ON d.document_id = p.document_id
WHERE v.saved_at > k.reviewed_at AND (v.label = k.rejected_label OR e.passage_id IS NOT NULL);

CREATE VIEW agreement AS
SELECT
    strftime(w.reviewed_at, '%G-W%V') AS week,
    v.label,
    count(*) AS n_reviews,
    count(*) FILTER (w.label = v.label) AS n_agree,
    count(*) FILTER (w.label = v.label) / count(*) AS agreement
FROM (
    FROM reviews WHERE label IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY claim_id, run_id ORDER BY reviewed_at DESC, review_id DESC) = 1
) AS w
JOIN verdicts AS v ON v.run_id = w.run_id AND v.claim_id = w.claim_id
GROUP BY ALL
ORDER BY week DESC, v.label;

CREATE MACRO verdicts_of(version) AS TABLE
SELECT
    v.saved_at, rc.text AS claim, v.label, v.confidence, r.code_version, r.model_ids, r.corpus_version,
    a.title AS article, v.claim_id, v.run_id
FROM runs AS r
JOIN verdicts AS v ON v.run_id = r.run_id
JOIN run_claims AS rc ON rc.run_id = v.run_id AND rc.claim_id = v.claim_id
JOIN claims AS c ON c.claim_id = v.claim_id
JOIN articles AS a ON a.article_id = c.article_id
WHERE contains(concat_ws(' ', r.code_version, r.corpus_version, array_to_string(r.model_ids, ' ')), version)
ORDER BY v.saved_at DESC, v.claim_id;

CREATE VIEW versions AS
WITH counted AS (
    SELECT run_id, count(*) AS n_verdicts FROM verdicts GROUP BY run_id
)
SELECT
    u.kind, u.version, min(r.started_at) AS first_run, max(r.started_at) AS last_run, count(*) AS n_runs,
    coalesce(sum(n.n_verdicts), 0)::BIGINT AS n_verdicts
FROM (
    SELECT run_id, 'code' AS kind, code_version AS version FROM runs
    UNION ALL SELECT run_id, 'corpus', corpus_version FROM runs
    UNION ALL SELECT run_id, 'model', unnest(model_ids) FROM runs
) AS u
JOIN runs AS r USING (run_id)
LEFT JOIN counted AS n USING (run_id)
GROUP BY u.kind, u.version
ORDER BY last_run DESC, u.kind, u.version;

CREATE OR REPLACE VIEW not_checked AS
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
    c.end_char,
    c.role
FROM claims AS c
JOIN articles AS a USING (article_id)
ANTI JOIN outdated_claims AS o ON o.claim_id = c.claim_id
WHERE (c.status <> 'CHECKABLE' OR c.claim_id NOT IN (SELECT v.claim_id FROM verdicts AS v))
    AND c.claim_id IN (SELECT rc.claim_id FROM run_claims AS rc);

CREATE VIEW not_checked_reasons AS
SELECT reason, status, count(*) AS n, min(sentence) AS example
FROM not_checked
GROUP BY reason, status
ORDER BY n DESC, reason;

CREATE MACRO run_report(wanted) AS TABLE
WITH chosen AS (
    SELECT * FROM runs WHERE starts_with(run_id, wanted) ORDER BY started_at DESC, run_id DESC LIMIT 1
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
    r.status,
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
    r.corpus_version
FROM chosen AS r;

CREATE MACRO skipped(wanted) AS TABLE
WITH chosen AS (
    SELECT run_id FROM runs WHERE starts_with(run_id, wanted) ORDER BY started_at DESC, run_id DESC LIMIT 1
),
judged AS (
    SELECT rc.claim_id, rc.text, rc.status, c.article_id, v.claim_id IS NOT NULL AS has_verdict
    FROM (FROM run_claims WHERE run_id = (SELECT run_id FROM chosen)) AS rc
    JOIN claims AS c USING (claim_id)
    LEFT JOIN (FROM verdicts WHERE run_id = (SELECT run_id FROM chosen)) AS v USING (claim_id)
)
SELECT 'failure' AS what, f.source AS name, f.stage || ': ' || f.error || ': ' || f.message AS detail, f.run_id
FROM failures AS f SEMI JOIN chosen USING (run_id)
UNION ALL
SELECT 'article without claims', a.title, coalesce(a.source, a.url, a.article_id), ra.run_id
FROM run_articles AS ra
SEMI JOIN chosen USING (run_id)
JOIN articles AS a USING (article_id)
WHERE ra.article_id NOT IN (SELECT article_id FROM judged WHERE status = 'CHECKABLE')
UNION ALL
SELECT 'claim without verdict', j.text, a.title, (SELECT run_id FROM chosen)
FROM judged AS j
JOIN articles AS a USING (article_id)
WHERE j.status = 'CHECKABLE' AND NOT j.has_verdict
ORDER BY what DESC, name;

CREATE MACRO history(wanted) AS TABLE
WITH chosen AS (
    SELECT claim_id FROM claims WHERE claim_id = wanted OR (length(wanted) >= 4 AND starts_with(claim_id, wanted))
    ORDER BY claim_id <> wanted, claim_id LIMIT 1
),
told AS (
    SELECT
        v.saved_at AS moment, 'verdict' AS what, v.run_id AS given_by, v.label, v.confidence,
        coalesce((
            SELECT list(k.cause::VARCHAR ORDER BY k.position) FROM (
                SELECT cause, min(position) AS position FROM causes
                WHERE run_id = v.run_id AND claim_id = v.claim_id GROUP BY cause
            ) AS k
        ), []) AS causes,
        coalesce((
            SELECT string_agg(k.detail, '; ' ORDER BY k.position) FROM causes AS k
            WHERE k.run_id = v.run_id AND k.claim_id = v.claim_id
        ), v.justification) AS detail,
        v.claim_id, v.run_id AS key
    FROM verdicts AS v SEMI JOIN chosen USING (claim_id)
    UNION ALL
    SELECT
        w.reviewed_at, 'review', w.reviewer, w.label, NULL, ['REVIEW'],
        concat_ws('; ', nullif(w.comment, ''), 'wrong evidence: ' || d.title), w.claim_id, w.review_id
    FROM reviews AS w
    SEMI JOIN chosen USING (claim_id)
    LEFT JOIN passages AS p ON p.passage_id = w.passage_id
    LEFT JOIN documents AS d ON d.document_id = p.document_id
)
SELECT
    moment, what, given_by, label, confidence, causes, detail,
    coalesce(
        last_value(CASE WHEN what = 'review' THEN label END IGNORE NULLS) OVER so_far,
        last_value(CASE WHEN what = 'verdict' THEN label END IGNORE NULLS) OVER so_far
    ) AS label_that_counts,
    claim_id
FROM told
WINDOW so_far AS (ORDER BY moment, what DESC, key ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
ORDER BY moment, what DESC, key;

CREATE OR REPLACE VIEW schema_guide AS
SELECT table_name AS name, NULL AS "column", 'table' AS kind, comment AS meaning
FROM duckdb_tables() WHERE database_name = current_database() AND NOT internal AND NOT temporary
UNION ALL
SELECT view_name, NULL, 'view', comment
FROM duckdb_views() WHERE database_name = current_database() AND NOT internal AND NOT temporary
UNION ALL
SELECT function_name || '(' || array_to_string(parameters, ', ') || ')', NULL, 'table macro', comment
FROM duckdb_functions()
WHERE database_name = current_database() AND NOT internal AND function_type = 'table_macro'
UNION ALL
SELECT table_name, column_name, data_type, comment
FROM duckdb_columns() WHERE database_name = current_database() AND NOT internal AND comment IS NOT NULL
ORDER BY ALL;

COMMENT ON VIEW schema_guide IS 'What the tables, views, macros and columns mean.';
COMMENT ON VIEW outdated_claims IS 'Claims that a newer run did not find again, or replaced by others for the same words.';
COMMENT ON VIEW current_claims IS 'The claims without those that a newer run did not find again, or replaced by others for the same words.';
COMMENT ON COLUMN current_claims.quotes IS 'The speaker''s exact words, verbatim.';
COMMENT ON COLUMN current_claims.parts IS 'The stretches of the article that the text comes from; offsets in the article.';
COMMENT ON VIEW standing_verdicts IS 'latest_verdicts without most texts, in two thirds of the time: for counting and for your own joins.';
COMMENT ON VIEW standing_reviews IS 'The newest review with a label of each claim: the label that a person gave.';
COMMENT ON VIEW latest_verdicts IS 'Start here: one row per claim with a verdict, the one of the newest run that judged it.';
COMMENT ON COLUMN latest_verdicts.claim IS 'The stand-alone form of the claim that was judged.';
COMMENT ON COLUMN latest_verdicts.sentence IS 'The sentence as the article has it, verbatim.';
COMMENT ON COLUMN latest_verdicts.label IS 'What the machine says, whatever a reviewer said.';
COMMENT ON COLUMN latest_verdicts.confidence IS 'Probability in [0, 1] that the label is right.';
COMMENT ON COLUMN latest_verdicts.published IS 'When the article was published.';
COMMENT ON COLUMN latest_verdicts.kind IS 'SPEECH_ACT: the label says whether it was said. CONTENT: whether it is true, whoever claimed it.';
COMMENT ON COLUMN latest_verdicts.verb IS 'The verb of saying as the article has it; NULL where nobody is said to have spoken.';
COMMENT ON COLUMN latest_verdicts.statement_id IS 'Claims that say the same share it; spread counts them.';
COMMENT ON COLUMN latest_verdicts.previous_label IS 'The label of the verdict before; NULL for the first.';
COMMENT ON COLUMN latest_verdicts.reused_from IS 'The statement in whose first words the claim was judged; NULL where in its own.';
COMMENT ON COLUMN latest_verdicts.review_label IS 'The label that a person gave last; NULL where nobody did.';
COMMENT ON VIEW not_checked IS 'Claims and stretches of articles that were not checked, each with its reason.';
COMMENT ON COLUMN not_checked.role IS 'What the stretch is in the article: body, heading, caption, ...';
COMMENT ON VIEW not_checked_reasons IS 'Why things were not checked: how often each reason, with an example.';
COMMENT ON VIEW speakers IS 'One row per speaker as named in the articles: the latest verdicts on what they claimed, not on whether they said it.';
COMMENT ON COLUMN speakers.speaker IS 'As the article names them: one person may have several names.';
COMMENT ON COLUMN speakers.last_published IS 'When the newest article with such a claim was published.';
COMMENT ON COLUMN speakers.n_statements_refuted IS 'As n_refuted, but what they said in several articles counts once.';
COMMENT ON VIEW label_changes IS 'Verdicts whose label differs from the one of the verdict before, with the causes and the documents that came, went or changed.';
COMMENT ON COLUMN label_changes.causes IS 'NEW_PASSAGE, REMOVED_PASSAGE, NEW_MODEL, ..., the likeliest first.';
COMMENT ON COLUMN label_changes.documents IS 'Titles of the documents that caused it; urls and passages go with them.';
COMMENT ON VIEW supports IS 'One row per SUPPORTED claim: how many passages, texts, documents and publishers support it, and how new they are.';
COMMENT ON COLUMN supports.is_one_text IS 'Whether all supporting passages are copies of one text.';
COMMENT ON COLUMN supports.newest IS 'The day of the newest dated document that supports it.';
COMMENT ON COLUMN supports.document_id IS 'The document of the strongest supporting passage.';
COMMENT ON VIEW sightings IS 'One row per statement and article that makes it.';
COMMENT ON COLUMN sightings.seen IS 'The day the article was published; where it has none, the day of the first run that read it.';
COMMENT ON COLUMN sightings.n_claims IS 'How often the article says it.';
COMMENT ON VIEW newest_fact_checks IS 'Fact-checks of others, the newest rating of each, with the statement that they are about.';
COMMENT ON VIEW overrides IS 'Where the newest label that a person gave differs from that of the verdict they looked at.';
COMMENT ON COLUMN overrides.label_now IS 'What the machine says of the claim today.';
COMMENT ON VIEW repeats IS 'Verdicts given after a review, on the same claim or one that says the same, that give the rejected label or cite the rejected passage again.';
COMMENT ON COLUMN repeats.reviewed_claim_id IS 'The claim that was reviewed; claim_id is the one that was judged again.';
COMMENT ON VIEW agreement IS 'How often reviewers gave the label of the verdict they looked at, per ISO week and label of the verdict.';
COMMENT ON COLUMN agreement.agreement IS 'n_agree / n_reviews, in [0, 1].';
COMMENT ON VIEW versions IS 'Every version of code, corpus and models that runs used, and how many verdicts came from it.';
COMMENT ON MACRO TABLE flipped IS 'label_changes since a moment, newest first.';
COMMENT ON MACRO TABLE single_origin IS 'SUPPORTED claims that rest on one voice: one passage, one document, copies of one text, or one publisher; since a moment, newest first, at most so many.';
COMMENT ON MACRO TABLE conflicts IS 'Claims with CONFLICTING_EVIDENCE, and which publishers stand on which side (the title where a document names none); since a moment, newest first, at most so many.';
COMMENT ON MACRO TABLE old_evidence IS 'SUPPORTED claims whose newest dated support is more than that many days older than the article.';
COMMENT ON MACRO TABLE spread IS 'What was said in at least so many articles, the widest first, at most so many rows: first and last seen, by whom, where.';
COMMENT ON MACRO TABLE verdicts_of IS 'All verdicts of runs whose code, corpus or model version contains the text, newest first.';
COMMENT ON MACRO TABLE run_report IS 'Whether the newest run whose run_id begins so finished, and what it did; '''' for the last run.';
COMMENT ON MACRO TABLE skipped IS 'What that run did not do: failures, articles without checkable claims, claims without verdict.';
COMMENT ON MACRO TABLE history IS 'All verdicts and reviews of a claim (its id, or the first characters of it) in order, and the label that counts after each.';
