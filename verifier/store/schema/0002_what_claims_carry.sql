-- Schema 2. Claims say what their stretch is in the article, whether they assert or report speech, and where their
-- words come from.
-- DuckDB changes a list by deleting and inserting its row, which the foreign keys on claims forbid. So the lists stand
-- in run_claims alone, where rows are only added. It can add no NOT NULL column either: defaults fill the earlier rows.

CREATE TYPE claim_kind AS ENUM ('CONTENT', 'SPEECH_ACT');

ALTER TABLE articles ADD COLUMN author VARCHAR;

ALTER TABLE claims ADD COLUMN role VARCHAR DEFAULT 'body';
ALTER TABLE claims ADD COLUMN kind claim_kind DEFAULT 'CONTENT';
ALTER TABLE claims ADD COLUMN verb VARCHAR;

ALTER TABLE run_claims ADD COLUMN role VARCHAR DEFAULT 'body';
ALTER TABLE run_claims ADD COLUMN kind claim_kind DEFAULT 'CONTENT';
ALTER TABLE run_claims ADD COLUMN verb VARCHAR;
ALTER TABLE run_claims ADD COLUMN quotes VARCHAR[];
ALTER TABLE run_claims ADD COLUMN parts STRUCT(start_char INTEGER, end_char INTEGER)[];

-- Until now every run read the whole article.
ALTER TABLE run_articles ADD COLUMN read_whole BOOLEAN DEFAULT true;

CREATE TABLE substitutions (
    run_id      VARCHAR NOT NULL,
    claim_id    VARCHAR NOT NULL,
    position    INTEGER NOT NULL,
    start_char  INTEGER NOT NULL CHECK (start_char >= 0),
    end_char    INTEGER NOT NULL CHECK (end_char >= start_char),
    original    VARCHAR NOT NULL,
    replacement VARCHAR NOT NULL,
    why         VARCHAR NOT NULL,
    PRIMARY KEY (run_id, claim_id, position),
    FOREIGN KEY (run_id, claim_id) REFERENCES run_claims (run_id, claim_id)
);

-- Schema 1 told of a heading or caption only by its reason.
UPDATE claims SET role = reason
WHERE status = 'NOT_CHECKABLE' AND reason IN (
    'title', 'heading', 'caption', 'photo credit', 'byline', 'dateline', 'timestamp', 'boilerplate', 'table row',
    'code', 'separator'
);
UPDATE run_claims SET role = reason
WHERE status = 'NOT_CHECKABLE' AND reason IN (
    'title', 'heading', 'caption', 'photo credit', 'byline', 'dateline', 'timestamp', 'boilerplate', 'table row',
    'code', 'separator'
);

-- A claim is out of date where a newer run read the whole article and did not find it; and where a newer run, whatever
-- it read, has another claim on its words, one that never stood beside this one in a run. (Claims of one sentence do
-- stand in one run, and all stay when one is judged anew.) Sentences may be cut otherwise too, so what counts is that
-- two stretches overlap, not that they are the same.
CREATE OR REPLACE VIEW current_claims AS
WITH seen AS (
    SELECT
        c.claim_id, c.article_id, c.start_char, c.end_char,
        max(r.started_at) AS last_run_at,
        arg_max(rc.quotes, (r.started_at, r.run_id)) AS quotes,
        arg_max(rc.parts, (r.started_at, r.run_id)) AS parts
    FROM claims AS c
    JOIN run_claims AS rc USING (claim_id)
    JOIN runs AS r USING (run_id)
    GROUP BY ALL
),
newer AS (
    SELECT o.claim_id AS old_id, n.claim_id AS new_id
    FROM seen AS o
    JOIN seen AS n USING (article_id)
    WHERE n.last_run_at > o.last_run_at AND n.start_char < o.end_char AND o.start_char < n.end_char
),
together AS (
    SELECT newer.old_id, newer.new_id
    FROM newer
    JOIN run_claims AS o ON o.claim_id = newer.old_id
    JOIN run_claims AS n ON n.claim_id = newer.new_id AND n.run_id = o.run_id
),
out_of_date AS (
    SELECT old_id FROM (FROM newer EXCEPT FROM together)
    UNION
    SELECT seen.claim_id
    FROM seen
    JOIN run_articles AS ra USING (article_id)
    JOIN runs AS r USING (run_id)
    WHERE ra.read_whole AND r.started_at > seen.last_run_at
)
SELECT
    c.claim_id, c.article_id, c.start_char, c.end_char, c.sentence, c.text, c.speaker, c.claim_date, c.checkworthiness,
    c.status, c.reason, c.role, c.kind, c.verb, coalesce(seen.quotes, []) AS quotes, coalesce(seen.parts, []) AS parts
FROM claims AS c
JOIN seen USING (claim_id)
WHERE c.claim_id NOT IN (SELECT old_id FROM out_of_date);

CREATE OR REPLACE VIEW latest_verdicts AS
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
    r.corpus_version,
    rc.kind,
    rc.verb
FROM verdicts AS v
JOIN runs AS r USING (run_id)
JOIN run_claims AS rc USING (run_id, claim_id)
JOIN current_claims AS c USING (claim_id)
JOIN articles AS a USING (article_id)
WHERE c.status = 'CHECKABLE'
QUALIFY row_number() OVER (PARTITION BY v.claim_id ORDER BY r.started_at DESC, v.saved_at DESC, v.run_id DESC) = 1;

CREATE OR REPLACE VIEW claim_evidence AS
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
    l.run_id,
    l.kind
FROM latest_verdicts AS l
JOIN evidence AS e USING (run_id, claim_id)
JOIN passages AS p USING (passage_id)
JOIN documents AS d USING (document_id)
LEFT JOIN rationales AS q USING (run_id, claim_id, passage_id);

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
FROM current_claims AS c
JOIN articles AS a USING (article_id)
WHERE c.status <> 'CHECKABLE' OR NOT EXISTS (SELECT 1 FROM verdicts AS v WHERE v.claim_id = c.claim_id);

-- verifier/rows.py counts in the same way.
CREATE VIEW units AS
SELECT
    article_id,
    start_char,
    end_char,
    coalesce(min(role) FILTER (role IN ('body', 'list item', 'quote')), min(role)) AS role,
    bool_or(role IN ('body', 'list item', 'quote')) AS is_sentence,
    CASE
        WHEN bool_or(status = 'CHECKABLE') THEN 'checked'
        WHEN bool_or(status = 'AMBIGUOUS') THEN 'ambiguous'
        ELSE coalesce(min(nullif(reason, '')), 'no reason given')
    END AS outcome,
    count(*) FILTER (status = 'CHECKABLE') AS n_claims
FROM current_claims
GROUP BY article_id, start_char, end_char;

CREATE VIEW coverage AS
SELECT
    u.article_id,
    a.title AS article,
    u.outcome,
    count(*) AS n_units,
    sum(u.end_char - u.start_char)::BIGINT AS n_chars,
    count(*) / sum(count(*)) OVER (PARTITION BY u.article_id) AS share,
    a.published
FROM units AS u
JOIN articles AS a USING (article_id)
GROUP BY u.article_id, a.title, a.published, u.outcome
ORDER BY a.published DESC, u.article_id, n_units DESC, u.outcome;

CREATE VIEW article_coverage AS
SELECT
    a.article_id,
    a.title AS article,
    count(u.role) AS n_units,
    count(*) FILTER (u.is_sentence) AS n_sentences,
    count(*) FILTER (u.is_sentence AND u.outcome = 'checked') AS n_sentences_checked,
    count(*) FILTER (u.is_sentence AND u.outcome = 'ambiguous') AS n_ambiguous,
    count(*) FILTER (u.is_sentence AND u.outcome NOT IN ('checked', 'ambiguous')) AS n_not_checked,
    count(*) FILTER (NOT u.is_sentence) AS n_other,
    coalesce(sum(u.n_claims), 0)::BIGINT AS n_claims,
    n_sentences_checked / nullif(n_sentences, 0) AS share_checked,
    a.published,
    a.author
FROM articles AS a
LEFT JOIN units AS u USING (article_id)
GROUP BY a.article_id, a.title, a.published, a.author
ORDER BY a.published DESC, a.article_id;

CREATE VIEW speakers AS
SELECT
    speaker,
    count(*) AS n_claims,
    count(*) FILTER (label = 'SUPPORTED') AS n_supported,
    count(*) FILTER (label = 'REFUTED') AS n_refuted,
    count(*) FILTER (label = 'CONFLICTING_EVIDENCE') AS n_conflicting_evidence,
    count(*) FILTER (label = 'NOT_ENOUGH_EVIDENCE') AS n_not_enough_evidence,
    max(published) AS last_published
FROM latest_verdicts
WHERE kind = 'CONTENT' AND speaker IS NOT NULL
GROUP BY speaker
ORDER BY n_claims DESC, speaker;

CREATE VIEW claim_substitutions AS
SELECT
    c.text AS claim,
    s.original,
    s.replacement,
    s.why,
    a.title AS article,
    c.sentence,
    s.start_char,
    s.end_char,
    s.claim_id,
    c.article_id,
    s.run_id
FROM current_claims AS c
JOIN (
    SELECT claim_id, arg_max(run_id, (started_at, run_id)) AS run_id
    FROM run_claims JOIN runs USING (run_id)
    GROUP BY claim_id
) USING (claim_id)
JOIN substitutions AS s USING (run_id, claim_id)
JOIN articles AS a USING (article_id)
ORDER BY c.article_id, c.start_char, s.claim_id, s.position;

COMMENT ON VIEW latest_verdicts IS 'Start here: one row per claim with a verdict, the one of the newest run that judged it.';
COMMENT ON COLUMN latest_verdicts.claim IS 'The stand-alone form of the claim that was judged.';
COMMENT ON COLUMN latest_verdicts.sentence IS 'The sentence as the article has it, verbatim.';
COMMENT ON COLUMN latest_verdicts.confidence IS 'Probability in [0, 1] that the label is right.';
COMMENT ON COLUMN latest_verdicts.published IS 'When the article was published.';
COMMENT ON COLUMN latest_verdicts.kind IS 'SPEECH_ACT: the label says whether it was said. CONTENT: whether it is true, whoever claimed it.';
COMMENT ON COLUMN latest_verdicts.verb IS 'The verb of saying as the article has it; NULL where nobody is said to have spoken.';
COMMENT ON VIEW current_claims IS 'The claims without those that a newer run did not find again, or replaced by others for the same words.';
COMMENT ON COLUMN current_claims.quotes IS 'The speaker''s exact words, verbatim.';
COMMENT ON COLUMN current_claims.parts IS 'The stretches of the article that the text comes from; offsets in the article.';
COMMENT ON VIEW claim_evidence IS 'What the latest verdicts rest on: one row per quote; quote is NULL for a passage that has none.';
COMMENT ON COLUMN claim_evidence.stance IS 'What the passage says about the claim: SUPPORTS, REFUTES or NEUTRAL.';
COMMENT ON COLUMN claim_evidence.quote IS 'A sentence of the document, verbatim.';
COMMENT ON COLUMN claim_evidence.title IS 'Title of the document that is quoted; url, source and published are the document''s too.';
COMMENT ON COLUMN claim_evidence.rank IS 'Place among the claim''s evidence, 1 is the strongest.';
COMMENT ON COLUMN claim_evidence.p_refutes IS 'Probability in [0, 1] that the passage refutes the claim; the three p_ columns add up to 1.';
COMMENT ON COLUMN claim_evidence.kind IS 'SPEECH_ACT: the label says whether it was said. CONTENT: whether it is true.';
COMMENT ON VIEW not_checked IS 'Claims and stretches of articles that were not checked, each with its reason.';
COMMENT ON COLUMN not_checked.role IS 'What the stretch is in the article: body, heading, caption, ...';
COMMENT ON VIEW units IS 'The stretches of each article, one row each: what it is and what became of it.';
COMMENT ON COLUMN units.role IS 'What the stretch is in the article: body (a sentence), heading, caption, ...';
COMMENT ON COLUMN units.outcome IS 'checked if any of its claims can be checked, else ambiguous if any is, else the reason why not.';
COMMENT ON COLUMN units.n_claims IS 'How many checkable claims it makes.';
COMMENT ON VIEW coverage IS 'What became of each article: per outcome how many stretches (units) it has, and their share.';
COMMENT ON COLUMN coverage.outcome IS 'checked, ambiguous, or the reason why not: opinion, heading, ...';
COMMENT ON COLUMN coverage.share IS 'Share of the article''s units in [0, 1]; the shares of an article add up to 1.';
COMMENT ON VIEW article_coverage IS 'One row per article: how many of its sentences were checked, and what the rest is.';
COMMENT ON COLUMN article_coverage.n_units IS 'All stretches: n_sentences + n_other.';
COMMENT ON COLUMN article_coverage.n_sentences IS 'Sentences of the body: n_sentences_checked + n_ambiguous + n_not_checked.';
COMMENT ON COLUMN article_coverage.n_other IS 'Headings, captions, bylines and the like.';
COMMENT ON COLUMN article_coverage.n_claims IS 'Checkable claims; a sentence may make several.';
COMMENT ON COLUMN article_coverage.share_checked IS 'n_sentences_checked / n_sentences in [0, 1]; NULL where there is no sentence.';
COMMENT ON VIEW speakers IS 'One row per speaker as named in the articles: the latest verdicts on what they claimed, not on whether they said it.';
COMMENT ON COLUMN speakers.speaker IS 'As the article names them: one person may have several names.';
COMMENT ON COLUMN speakers.last_published IS 'When the newest article with such a claim was published.';
COMMENT ON VIEW claim_substitutions IS 'Which words of the article the stand-alone claims put otherwise, and why.';
COMMENT ON COLUMN claim_substitutions.original IS 'The article''s words, verbatim; empty where words were added.';

COMMENT ON TABLE claims IS 'Every claim of an article as the last run saw it, and every stretch that is not checked.';
COMMENT ON COLUMN articles.author IS 'As the article names its author.';
COMMENT ON COLUMN claims.role IS 'What the stretch is in the article: body, heading, caption, ...';
COMMENT ON COLUMN claims.kind IS 'CONTENT asserts that something is so, SPEECH_ACT that somebody said it.';
COMMENT ON COLUMN claims.verb IS 'The verb of saying as the article has it.';
COMMENT ON COLUMN run_claims.quotes IS 'The speaker''s exact words, verbatim in claims.sentence; NULL in rows of schema 1.';
COMMENT ON COLUMN run_claims.parts IS 'The stretches of the article that the text comes from: offsets in articles.text; NULL in rows of schema 1.';
COMMENT ON COLUMN run_articles.read_whole IS 'Whether the run read the article for its claims; false where it only judged known claims anew.';
COMMENT ON TABLE substitutions IS 'Which words of the article each run''s stand-alone claims put otherwise, in order.';
COMMENT ON COLUMN substitutions.original IS 'Verbatim: substr(articles.text, start_char + 1, end_char - start_char); empty where words were added.';
