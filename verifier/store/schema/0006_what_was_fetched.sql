-- Schema 6. What was fetched from the network, and the versions of articles that were read more than once.
-- The bytes are in a folder beside the database, by their hash: they are large, and nobody asks for them in SQL.

CREATE TABLE fetches (
    run_id        VARCHAR NOT NULL,
    url           VARCHAR NOT NULL,
    final_url     VARCHAR NOT NULL,
    fetched_at    TIMESTAMP NOT NULL,
    status        INTEGER NOT NULL,
    content_type  VARCHAR NOT NULL,
    etag          VARCHAR,
    last_modified VARCHAR,
    sha256        VARCHAR NOT NULL,
    n_bytes       BIGINT NOT NULL CHECK (n_bytes >= 0),
    article_id    VARCHAR
);

-- A page by its address after redirects, so that an article which two feeds name differently has one history; what was
-- read from a file by the file's path. An article that is as it was before is no new version; one that is again as it
-- was earlier is.
CREATE VIEW article_versions AS
WITH seen AS (
    SELECT f.final_url AS url, f.article_id, f.fetched_at AS seen_at
    FROM fetches AS f
    SEMI JOIN articles AS a ON a.article_id = f.article_id
    UNION ALL
    SELECT a.source, ra.article_id, r.started_at
    FROM run_articles AS ra
    JOIN runs AS r USING (run_id)
    JOIN articles AS a USING (article_id)
    ANTI JOIN fetches AS f ON f.article_id = ra.article_id
    WHERE ra.read_whole AND a.source IS NOT NULL
),
followed AS (
    SELECT url, article_id, seen_at, lag(article_id) OVER (PARTITION BY url ORDER BY seen_at, article_id) AS before
    FROM seen
)
SELECT
    f.url,
    row_number() OVER (PARTITION BY f.url ORDER BY f.seen_at, f.article_id) AS version,
    f.seen_at AS first_seen_at,
    a.title AS article,
    f.article_id,
    f.before AS previous_article_id
FROM followed AS f
JOIN articles AS a ON a.article_id = f.article_id
WHERE f.before IS DISTINCT FROM f.article_id;

CREATE MACRO changed_articles(since) AS TABLE
WITH changed AS (
    FROM article_versions WHERE previous_article_id IS NOT NULL AND first_seen_at >= since
),
-- What an article says twice in the same words counts once.
said AS (
    SELECT
        c.article_id, c.fingerprint,
        arg_min(c.claim_id, (c.start_char, c.claim_id)) AS claim_id,
        arg_min(c.text, (c.start_char, c.claim_id)) AS claim,
        min(c.start_char) AS start_char
    FROM claims AS c
    ANTI JOIN outdated_claims AS o ON o.claim_id = c.claim_id
    WHERE c.status = 'CHECKABLE'
        AND c.article_id IN (SELECT article_id FROM changed UNION SELECT previous_article_id FROM changed)
    GROUP BY c.article_id, c.fingerprint
),
compared AS (
    SELECT v.url, v.version, n.claim_id, o.claim_id AS old_claim_id, n.claim, o.claim AS old_claim, n.start_char,
        o.start_char AS old_start_char
    FROM changed AS v
    JOIN said AS n ON n.article_id = v.article_id
    LEFT JOIN said AS o ON o.article_id = v.previous_article_id AND o.fingerprint = n.fingerprint
    UNION ALL
    SELECT v.url, v.version, NULL, o.claim_id, NULL, o.claim, NULL, o.start_char
    FROM changed AS v
    JOIN said AS o ON o.article_id = v.previous_article_id
    ANTI JOIN said AS n ON n.article_id = v.article_id AND n.fingerprint = o.fingerprint
),
-- Only of these claims: standing_verdicts looks at all.
newest AS (
    SELECT
        v.claim_id,
        arg_max(v.label, (r.started_at, v.saved_at, v.run_id)) AS label,
        arg_max(v.confidence, (r.started_at, v.saved_at, v.run_id)) AS confidence
    FROM verdicts AS v
    SEMI JOIN said ON said.claim_id = v.claim_id
    JOIN runs AS r ON r.run_id = v.run_id
    GROUP BY v.claim_id
)
SELECT
    v.first_seen_at AS changed_at,
    v.url,
    v.version,
    v.article,
    CASE WHEN k.old_claim_id IS NULL THEN 'added' WHEN k.claim_id IS NULL THEN 'removed' ELSE 'kept' END AS change,
    coalesce(k.claim, k.old_claim) AS claim,
    p.label AS old_label,
    l.label,
    p.confidence AS old_confidence,
    l.confidence,
    k.old_claim_id,
    k.claim_id,
    v.previous_article_id,
    v.article_id
FROM changed AS v
LEFT JOIN compared AS k ON k.url = v.url AND k.version = v.version
LEFT JOIN newest AS l ON l.claim_id = k.claim_id
LEFT JOIN newest AS p ON p.claim_id = k.old_claim_id
ORDER BY v.first_seen_at DESC, v.url, v.version DESC, change = 'kept', coalesce(k.start_char, k.old_start_char),
    change DESC, coalesce(k.claim_id, k.old_claim_id);

COMMENT ON TABLE fetches IS 'What runs fetched: pages, and the feeds and sitemaps that list them. Rows are only added; asked for again by the same run and unchanged, none is.';
COMMENT ON COLUMN fetches.url IS 'As it was asked for; articles.source of the article that it gave.';
COMMENT ON COLUMN fetches.final_url IS 'After redirects.';
COMMENT ON COLUMN fetches.fetched_at IS 'UTC.';
COMMENT ON COLUMN fetches.status IS '200, or 304 where the server said that the copy of an earlier run still holds.';
COMMENT ON COLUMN fetches.etag IS 'As the server sent it; with last_modified it is asked whether the page changed.';
COMMENT ON COLUMN fetches.sha256 IS 'Hash of the bytes; they are in the folder of pages beside the database, as bodies/ab/abcd....gz.';
COMMENT ON COLUMN fetches.article_id IS 'The article that was read from it; NULL for feeds and sitemaps, and where no article could be read.';
COMMENT ON VIEW article_versions IS 'One row per version of an article that was fetched, or read from a file: version 1 is the first that was seen.';
COMMENT ON COLUMN article_versions.url IS 'Its address after redirects, or the path of its file.';
COMMENT ON COLUMN article_versions.first_seen_at IS 'When it was first fetched or read as this version, UTC.';
COMMENT ON COLUMN article_versions.previous_article_id IS 'The version before; NULL for the first.';
COMMENT ON MACRO TABLE changed_articles IS 'Articles of which a new version came since a moment, newest first: which claims were added, removed or kept, with the newest verdict of both versions; one row without a claim where neither has any.';
