-- Schema 4. What the desk remembers: why a verdict differs from the one before, which claims say the same, earlier
-- fact-checks, what reviewers said, and confidence refitted on it.
-- The large tables lose their keys. An index over a million verdicts took four fifths of the file and was written anew
-- at every checkpoint: 1.5 s for a batch. That nothing stands twice is seen to when it is written (one writer, which
-- asks for every id first), and `verifier doctor` counts what would break it.
-- A CHECK calls no function: after a crash the file is read before DuckDB knows them, and could not be opened.

CREATE TYPE run_kind AS ENUM ('VERIFY', 'REVERIFY');
CREATE TYPE cause AS ENUM (
    'NEW_PASSAGE', 'REMOVED_PASSAGE', 'EDITED_PASSAGE', 'OTHER_RANKING', 'NEW_MODEL', 'NEW_RULE', 'OTHER_READING'
);

CREATE TABLE new_rationales (
    run_id         VARCHAR NOT NULL,
    claim_id       VARCHAR NOT NULL,
    passage_id     VARCHAR NOT NULL,
    position       INTEGER NOT NULL,
    start_char     INTEGER NOT NULL CHECK (start_char >= 0),
    end_char       INTEGER NOT NULL CHECK (end_char > start_char),
    quote          VARCHAR NOT NULL CHECK (quote <> ''),
    document_start INTEGER NOT NULL,
    document_end   INTEGER NOT NULL
);
INSERT INTO new_rationales BY NAME FROM rationales;
DROP TABLE rationales;
ALTER TABLE new_rationales RENAME TO rationales;

CREATE TABLE new_comparisons (
    run_id         VARCHAR NOT NULL,
    claim_id       VARCHAR NOT NULL,
    passage_id     VARCHAR NOT NULL,
    position       INTEGER NOT NULL,
    claim_value    VARCHAR NOT NULL,
    evidence_value VARCHAR,
    relation       relation NOT NULL,
    explanation    VARCHAR NOT NULL
);
INSERT INTO new_comparisons BY NAME FROM comparisons;
DROP TABLE comparisons;
ALTER TABLE new_comparisons RENAME TO comparisons;

CREATE TABLE new_evidence (
    run_id          VARCHAR NOT NULL,
    claim_id        VARCHAR NOT NULL,
    passage_id      VARCHAR NOT NULL,
    rank            INTEGER NOT NULL CHECK (rank >= 1),
    stance          stance NOT NULL,
    p_supports      DOUBLE NOT NULL CHECK (p_supports BETWEEN 0 AND 1),
    p_refutes       DOUBLE NOT NULL CHECK (p_refutes BETWEEN 0 AND 1),
    p_neutral       DOUBLE NOT NULL CHECK (p_neutral BETWEEN 0 AND 1),
    retrieval_score DOUBLE NOT NULL,
    timing          timing NOT NULL,
    origin          VARCHAR NOT NULL,
    tier            VARCHAR NOT NULL,
    credibility     DOUBLE NOT NULL CHECK (credibility BETWEEN 0 AND 1)
);
INSERT INTO new_evidence BY NAME FROM evidence;
DROP TABLE evidence;
ALTER TABLE new_evidence RENAME TO evidence;

CREATE TABLE new_verdicts (
    run_id          VARCHAR NOT NULL,
    claim_id        VARCHAR NOT NULL,
    label           label NOT NULL,
    confidence      DOUBLE NOT NULL CHECK (confidence BETWEEN 0 AND 1),
    justification   VARCHAR NOT NULL,
    saved_at        TIMESTAMP NOT NULL,
    previous_run_id VARCHAR,
    reused_from     VARCHAR
);
INSERT INTO new_verdicts BY NAME FROM verdicts;
DROP TABLE verdicts;
ALTER TABLE new_verdicts RENAME TO verdicts;

CREATE TABLE new_substitutions (
    run_id      VARCHAR NOT NULL,
    claim_id    VARCHAR NOT NULL,
    position    INTEGER NOT NULL,
    start_char  INTEGER NOT NULL CHECK (start_char >= 0),
    end_char    INTEGER NOT NULL CHECK (end_char >= start_char),
    original    VARCHAR NOT NULL,
    replacement VARCHAR NOT NULL,
    why         VARCHAR NOT NULL
);
INSERT INTO new_substitutions BY NAME FROM substitutions;
DROP TABLE substitutions;
ALTER TABLE new_substitutions RENAME TO substitutions;

CREATE TABLE new_run_claims (
    run_id          VARCHAR NOT NULL,
    claim_id        VARCHAR NOT NULL,
    position        INTEGER NOT NULL,
    text            VARCHAR NOT NULL,
    speaker         VARCHAR,
    claim_date      DATE,
    checkworthiness DOUBLE,
    status          claim_status NOT NULL,
    reason          VARCHAR NOT NULL,
    role            VARCHAR NOT NULL,
    kind            claim_kind NOT NULL,
    verb            VARCHAR,
    quotes          VARCHAR[],
    parts           STRUCT(start_char INTEGER, end_char INTEGER)[]
);
INSERT INTO new_run_claims BY NAME FROM run_claims;
DROP TABLE run_claims;
ALTER TABLE new_run_claims RENAME TO run_claims;

CREATE TABLE new_run_articles (
    run_id     VARCHAR NOT NULL,
    article_id VARCHAR NOT NULL,
    position   INTEGER NOT NULL,
    read_whole BOOLEAN NOT NULL
);
INSERT INTO new_run_articles BY NAME FROM run_articles;
DROP TABLE run_articles;
ALTER TABLE new_run_articles RENAME TO run_articles;

CREATE TABLE new_claims (
    claim_id        VARCHAR NOT NULL,
    article_id      VARCHAR NOT NULL,
    start_char      INTEGER NOT NULL CHECK (start_char >= 0),
    end_char        INTEGER NOT NULL CHECK (end_char > start_char),
    sentence        VARCHAR NOT NULL,
    text            VARCHAR NOT NULL,
    speaker         VARCHAR,
    claim_date      DATE,
    checkworthiness DOUBLE CHECK (checkworthiness BETWEEN 0 AND 1),
    status          claim_status NOT NULL,
    reason          VARCHAR NOT NULL,
    role            VARCHAR NOT NULL,
    kind            claim_kind NOT NULL,
    verb            VARCHAR,
    fingerprint     VARCHAR NOT NULL
);
INSERT INTO new_claims BY NAME SELECT *, fingerprint_of(text, kind::VARCHAR) AS fingerprint FROM claims;
DROP TABLE claims;
ALTER TABLE new_claims RENAME TO claims;

CREATE TABLE new_articles (
    article_id VARCHAR NOT NULL,
    title      VARCHAR NOT NULL,
    url        VARCHAR,
    source     VARCHAR,
    published  DATE,
    text       VARCHAR NOT NULL,
    author     VARCHAR
);
INSERT INTO new_articles BY NAME FROM articles;
DROP TABLE articles;
ALTER TABLE new_articles RENAME TO articles;

CREATE TABLE new_passages (
    passage_id  VARCHAR NOT NULL,
    document_id VARCHAR NOT NULL,
    start_char  INTEGER NOT NULL CHECK (start_char >= 0),
    end_char    INTEGER NOT NULL CHECK (end_char > start_char),
    text        VARCHAR NOT NULL
);
INSERT INTO new_passages BY NAME FROM passages;
DROP TABLE passages;
ALTER TABLE new_passages RENAME TO passages;

CREATE TABLE new_documents (
    document_id VARCHAR NOT NULL,
    origin      VARCHAR NOT NULL,
    title       VARCHAR NOT NULL,
    url         VARCHAR,
    source      VARCHAR,
    published   DATE,
    ingested    TIMESTAMP NOT NULL,
    text        VARCHAR NOT NULL
);
INSERT INTO new_documents BY NAME FROM documents;
DROP TABLE documents;
ALTER TABLE new_documents RENAME TO documents;

CREATE TABLE new_failures (
    run_id     VARCHAR NOT NULL,
    failure_id VARCHAR NOT NULL,
    position   INTEGER NOT NULL,
    source     VARCHAR NOT NULL,
    stage      VARCHAR NOT NULL,
    error      VARCHAR NOT NULL,
    message    VARCHAR NOT NULL
);
INSERT INTO new_failures BY NAME FROM failures;
DROP TABLE failures;
ALTER TABLE new_failures RENAME TO failures;

ALTER TABLE runs ADD COLUMN kind run_kind DEFAULT 'VERIFY';

CREATE TABLE causes (
    run_id     VARCHAR NOT NULL,
    claim_id   VARCHAR NOT NULL,
    position   INTEGER NOT NULL,
    cause      cause NOT NULL,
    passage_id VARCHAR,
    detail     VARCHAR NOT NULL
);

CREATE TABLE statements (
    fingerprint  VARCHAR NOT NULL,
    statement_id VARCHAR NOT NULL,
    text         VARCHAR NOT NULL,
    kind         claim_kind NOT NULL,
    similarity   DOUBLE,
    p_entails    DOUBLE CHECK (p_entails BETWEEN 0 AND 1),
    p_entailed   DOUBLE CHECK (p_entailed BETWEEN 0 AND 1),
    added_at     TIMESTAMP NOT NULL
);
INSERT INTO statements
SELECT c.fingerprint, c.fingerprint, arg_min(c.text, c.claim_id), any_value(c.kind), NULL, NULL, NULL, min(r.started_at)
FROM claims AS c
JOIN run_claims AS rc USING (claim_id)
JOIN runs AS r USING (run_id)
WHERE c.status = 'CHECKABLE'
GROUP BY c.fingerprint;

CREATE TABLE fact_checks (
    fact_check_id VARCHAR NOT NULL,
    fingerprint   VARCHAR NOT NULL,
    claim         VARCHAR NOT NULL,
    claimant      VARCHAR,
    claim_date    DATE,
    appearances   VARCHAR[],
    publisher     VARCHAR,
    url           VARCHAR,
    title         VARCHAR,
    reviewed      DATE,
    rating        VARCHAR NOT NULL,
    label         label,
    imported_at   TIMESTAMP NOT NULL
);

CREATE TABLE reviews (
    review_id   VARCHAR NOT NULL,
    claim_id    VARCHAR NOT NULL,
    run_id      VARCHAR NOT NULL,
    label       label,
    reviewer    VARCHAR NOT NULL CHECK (reviewer <> ''),
    comment     VARCHAR NOT NULL,
    passage_id  VARCHAR,
    reviewed_at TIMESTAMP NOT NULL,
    CHECK (label IS NOT NULL OR passage_id IS NOT NULL OR comment <> '')
);

CREATE TABLE calibrations (
    calibration_id VARCHAR NOT NULL,
    slope          DOUBLE NOT NULL,
    intercept      DOUBLE NOT NULL,
    model_ids      VARCHAR[] NOT NULL,
    n_reviews      INTEGER NOT NULL,
    ece_before     DOUBLE,
    ece_after      DOUBLE,
    fitted_at      TIMESTAMP NOT NULL
);

COMMENT ON COLUMN runs.kind IS 'REVERIFY: known claims were judged again after the corpus changed; no article was read.';
COMMENT ON COLUMN verdicts.previous_run_id IS 'The run of the claim''s verdict before this one; NULL for the first.';
COMMENT ON COLUMN verdicts.reused_from IS 'The statement in whose first words the claim was judged; NULL where it was judged in its own.';
COMMENT ON TABLE causes IS 'Why a verdict differs from the one before (verdicts.previous_run_id), the likeliest reason first.';
COMMENT ON COLUMN causes.passage_id IS 'The passage that came, went or changed; NULL where the cause is none.';
COMMENT ON TABLE statements IS 'Every wording of a checkable claim or of a fact-check, and which wording seen earlier says the same.';
COMMENT ON COLUMN statements.fingerprint IS 'A hash of the wording, whatever its case, spaces and quotation marks.';
COMMENT ON COLUMN statements.statement_id IS 'What all wordings that say the same share: the fingerprint of the one seen first.';
COMMENT ON COLUMN statements.similarity IS 'Cosine to the wording seen first; NULL for that one itself.';
COMMENT ON COLUMN statements.p_entails IS 'Probability in [0, 1] that this wording entails the first one; p_entailed the other way round.';
COMMENT ON TABLE fact_checks IS 'Fact-checks that others published, as imported from ClaimReview.';
COMMENT ON COLUMN fact_checks.rating IS 'The publisher''s words.';
COMMENT ON COLUMN fact_checks.label IS 'What the rating says in our labels; NULL where it cannot be told.';
COMMENT ON TABLE reviews IS 'What people said of verdicts. Rows are only added; the newest with a label counts.';
COMMENT ON COLUMN reviews.run_id IS 'The run whose verdict was looked at.';
COMMENT ON COLUMN reviews.label IS 'The label that the reviewer gives; NULL where only evidence was found wrong or a comment made.';
COMMENT ON COLUMN reviews.passage_id IS 'Evidence that the reviewer found to be about something else.';
COMMENT ON TABLE calibrations IS 'Confidence refitted on reviews; runs use the newest.';
COMMENT ON COLUMN calibrations.slope IS 'New confidence = sigmoid(slope * logit(old confidence) + intercept).';
COMMENT ON COLUMN calibrations.model_ids IS 'The models whose verdicts were reviewed: it holds for runs with the same.';
COMMENT ON COLUMN calibrations.ece_after IS 'Expected calibration error on reviews left out of the fit (cross-validated); ece_before without it.';
-- The tables made anew lost theirs.
COMMENT ON TABLE failures IS 'What a run did not do: which source, at which stage, and why.';
COMMENT ON COLUMN failures.error IS 'Name of the exception.';
COMMENT ON TABLE articles IS 'The articles under check; an article whose text changes gets a new article_id.';
COMMENT ON TABLE claims IS 'Every claim of an article as the last run saw it, and every stretch that is not checked.';
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
COMMENT ON COLUMN articles.author IS 'As the article names its author.';
COMMENT ON COLUMN claims.role IS 'What the stretch is in the article: body, heading, caption, ...';
COMMENT ON COLUMN claims.kind IS 'CONTENT asserts that something is so, SPEECH_ACT that somebody said it.';
COMMENT ON COLUMN claims.verb IS 'The verb of saying as the article has it.';
COMMENT ON COLUMN run_claims.quotes IS 'The speaker''s exact words, verbatim in claims.sentence; NULL in rows of schema 1.';
COMMENT ON COLUMN run_claims.parts IS 'The stretches of the article that the text comes from: offsets in articles.text; NULL in rows of schema 1.';
COMMENT ON COLUMN run_articles.read_whole IS 'Whether the run read the article for its claims; false where it only judged known claims anew.';
COMMENT ON TABLE substitutions IS 'Which words of the article each run''s stand-alone claims put otherwise, in order.';
COMMENT ON COLUMN substitutions.original IS 'Verbatim: substr(articles.text, start_char + 1, end_char - start_char); empty where words were added.';
COMMENT ON COLUMN evidence.timing IS 'How the document''s day stands to the claim''s and to the day of what it tells of.';
COMMENT ON COLUMN evidence.origin IS 'passage_id of the passage that stands for all of nearly the same text; empty where none was looked for.';
COMMENT ON COLUMN evidence.tier IS 'The source''s tier by the run''s file of tiers; empty where none was weighed.';
COMMENT ON COLUMN evidence.credibility IS 'What that tier counts for, in [0, 1].';
COMMENT ON COLUMN claims.fingerprint IS 'A hash of the stand-alone text, whatever its case, spaces and quotation marks; joins statements.';
