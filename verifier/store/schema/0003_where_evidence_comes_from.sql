-- Schema 3. Evidence says how its day stands to the claim's, which passages are copies of each other, and what its
-- source counts for. A comparison may be AMBIGUOUS.
-- Defaults fill the earlier rows: nobody weighed them, and every passage stood for itself.

CREATE TYPE timing AS ENUM ('UNDATED', 'IN_TIME', 'AFTER_CLAIM', 'BEFORE_EVENT');

ALTER TABLE evidence ADD COLUMN timing timing DEFAULT 'UNDATED';
ALTER TABLE evidence ADD COLUMN origin VARCHAR;
ALTER TABLE evidence ADD COLUMN tier VARCHAR DEFAULT '';
ALTER TABLE evidence ADD COLUMN credibility DOUBLE DEFAULT 1.0;
UPDATE evidence SET origin = passage_id;

-- DuckDB adds no value to an enum: the column waits as text while the type is made anew.
ALTER TABLE comparisons ALTER COLUMN relation TYPE VARCHAR;
DROP TYPE relation;
CREATE TYPE relation AS ENUM ('AGREES', 'DIFFERS', 'OUTDATED', 'MISSING', 'AMBIGUOUS');
ALTER TABLE comparisons ALTER COLUMN relation TYPE relation;

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
    l.kind,
    e.timing,
    e.tier,
    e.credibility,
    coalesce(nullif(e.origin, ''), e.passage_id) AS origin
FROM latest_verdicts AS l
JOIN evidence AS e USING (run_id, claim_id)
JOIN passages AS p USING (passage_id)
JOIN documents AS d USING (document_id)
LEFT JOIN rationales AS q USING (run_id, claim_id, passage_id);

COMMENT ON VIEW claim_evidence IS 'What the latest verdicts rest on: one row per quote; quote is NULL for a passage that has none.';
COMMENT ON COLUMN claim_evidence.stance IS 'What the passage says about the claim: SUPPORTS, REFUTES or NEUTRAL.';
COMMENT ON COLUMN claim_evidence.quote IS 'A sentence of the document, verbatim.';
COMMENT ON COLUMN claim_evidence.title IS 'Title of the document that is quoted; url, source and published are the document''s too.';
COMMENT ON COLUMN claim_evidence.rank IS 'Place among the claim''s evidence, 1 is the strongest.';
COMMENT ON COLUMN claim_evidence.p_refutes IS 'Probability in [0, 1] that the passage refutes the claim; the three p_ columns add up to 1.';
COMMENT ON COLUMN claim_evidence.kind IS 'SPEECH_ACT: the label says whether it was said. CONTENT: whether it is true.';
COMMENT ON COLUMN claim_evidence.timing IS 'AFTER_CLAIM: published after the claim. BEFORE_EVENT: published before what the claim tells of, so it refutes nothing.';
COMMENT ON COLUMN claim_evidence.tier IS 'The source''s tier by the run''s file of tiers; empty where none was weighed.';
COMMENT ON COLUMN claim_evidence.credibility IS 'What that tier counts for, in [0, 1].';
COMMENT ON COLUMN claim_evidence.origin IS 'Passages of a claim that share it are copies of one text; it is the passage_id of the first of them.';
COMMENT ON COLUMN evidence.timing IS 'How the document''s day stands to the claim''s and to the day of what it tells of.';
COMMENT ON COLUMN evidence.origin IS 'passage_id of the passage that stands for all of nearly the same text; empty where none was looked for.';
COMMENT ON COLUMN evidence.tier IS 'The source''s tier by the run''s file of tiers; empty where none was weighed.';
COMMENT ON COLUMN evidence.credibility IS 'What that tier counts for, in [0, 1].';
