"""A desk's database of any size, made in SQL: articles, runs, verdicts that flip, reviews, copies, failures.

Nothing is random: the same size and day give the same rows. Half of the runs read new articles, the other half judge
known claims again. Rows fit each other as those of real runs do (`verifier doctor` finds no fault in them).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from verifier.store import Store

CLAIMS_PER_ARTICLE, OTHERS_PER_ARTICLE = 25, 10
RUNS, DAYS = 1000, 500
PASSAGES_PER_DOCUMENT, N_EVIDENCE = 5, 5


@dataclass(frozen=True, slots=True)
class DeskSize:
    """How much a desk holds; every claim is judged twice, but for a few."""

    n_verdicts: int

    @property
    def n_claims(self) -> int:
        return self.n_verdicts // 2

    @property
    def n_articles(self) -> int:
        return max(self.n_claims // CLAIMS_PER_ARTICLE, 1)

    @property
    def n_pairs(self) -> int:
        """Of runs: one that reads new articles, one that judges known claims again."""
        return min(RUNS // 2, self.n_articles)

    @property
    def n_documents(self) -> int:
        return max(self.n_verdicts // 10, 20)


def make_desk(path: Path, n_verdicts: int, until: datetime) -> DeskSize:
    """Make the database.

    :param n_verdicts: about how many verdicts it will hold, five times as much evidence, and 1,000 runs at most.
    :param until: when its last run began; UTC, without a zone.
    """
    Store.open(path).close()
    size = DeskSize(n_verdicts)
    with duckdb.connect(str(path)) as connection:
        connection.execute(_macros(size, until))
        for step in (_TEXTS, _CORPUS, _ARTICLES, _RUNS, _JUDGED, _EVIDENCE, _MEMORY, _PEOPLE):
            connection.execute(step)
    return size


def _macros(size: DeskSize, until: datetime) -> str:
    """The sizes, and how ids and choices are made of numbers."""
    run_step = f"INTERVAL 1 SECOND * ({DAYS} * 86400 // {2 * size.n_pairs})"
    return f"""
    CREATE TEMP MACRO key_of(kind, n) AS substr(md5(kind || n::VARCHAR), 1, 16);
    CREATE TEMP MACRO pick(n, salt, among) AS (hash(xor(hash(n), hash(salt))) % among)::BIGINT;
    CREATE TEMP MACRO n_claims() AS {size.n_claims};
    CREATE TEMP MACRO n_articles() AS {size.n_articles};
    CREATE TEMP MACRO n_pairs() AS {size.n_pairs};
    CREATE TEMP MACRO n_documents() AS {size.n_documents};
    CREATE TEMP MACRO n_passages() AS {size.n_documents * PASSAGES_PER_DOCUMENT};
    CREATE TEMP MACRO began(run) AS TIMESTAMP '{until}' - ({2 * size.n_pairs} - 1 - run)::INTEGER * {run_step};
    CREATE TEMP MACRO read_by(article) AS 2 * (article * n_pairs() // n_articles());
    CREATE TEMP MACRO judged_again_by(claim, article)
        AS 2 * least(read_by(article) // 2 + 1 + pick(claim, 'again', 20), n_pairs()) - 1;
    """


_TEXTS = """
CREATE TEMP TABLE words AS
SELECT i, list_aggregate(list_transform(range(2 + pick(i, 'length', 2)), lambda k:
    ['ba','to','mer','lin','sa','do','ri','ken','vo','pal'][1 + pick(i, k, 10)]), 'string_agg', '') AS word
FROM range(900) AS t (i);
CREATE TEMP TABLE sentences AS
SELECT n, 'The ' || string_agg(word, ' ' ORDER BY k) AS text
FROM (SELECT n, k, pick(n, k, 900) AS i FROM range(20000) AS t (n), range(11) AS u (k)) JOIN words USING (i)
GROUP BY n;
"""

_CORPUS = f"""
CREATE TEMP TABLE numbered_passages AS
SELECT p, p // {PASSAGES_PER_DOCUMENT} AS d, a.text || ' ' || p || '. ' || b.text || '. ' AS text
FROM range(n_passages()) AS t (p)
JOIN sentences AS a ON a.n = pick(p, 'first', 20000)
JOIN sentences AS b ON b.n = pick(p, 'second', 20000);
CREATE TEMP TABLE texts AS SELECT d, string_agg(text, '' ORDER BY p) AS text FROM numbered_passages GROUP BY d;
INSERT INTO documents BY NAME
SELECT
    key_of('document', d) AS document_id, '/library/' || d || '.txt' AS origin, 'Document ' || d AS title,
    'https://library.example/' || d AS url,
    CASE WHEN pick(d, 'source', 20) > 0 THEN 'Outlet ' || pick(d, 'outlet', 400) END AS source,
    CASE WHEN pick(d, 'dated', 20) > 0
        THEN (began(2 * n_pairs()) - pick(d, 'day', 1500)::INTEGER * INTERVAL 1 DAY)::DATE END AS published,
    began(2 * (d * n_pairs() // n_documents())) AS ingested, text
FROM texts ORDER BY d;
INSERT INTO passages BY NAME
SELECT
    key_of('passage', p) AS passage_id, key_of('document', d) AS document_id,
    (sum(length(text)) OVER (PARTITION BY d ORDER BY p) - length(text))::INTEGER AS start_char,
    (start_char + length(text))::INTEGER AS end_char, text
FROM numbered_passages ORDER BY p;
"""

_ARTICLES = f"""
CREATE TEMP TABLE stretches AS
SELECT
    s, s // {CLAIMS_PER_ARTICLE + OTHERS_PER_ARTICLE} AS article, s % {CLAIMS_PER_ARTICLE + OTHERS_PER_ARTICLE} AS i,
    i < {CLAIMS_PER_ARTICLE} AS is_claim, CASE WHEN pick(s, 'said before', 10) < 3
        THEN pick(s, 'which', n_claims() // 50 + 1) * {CLAIMS_PER_ARTICLE + OTHERS_PER_ARTICLE} ELSE s END AS wording
FROM range(n_articles() * {CLAIMS_PER_ARTICLE + OTHERS_PER_ARTICLE}) AS t (s);
CREATE TEMP TABLE placed AS
SELECT
    s, article, i, is_claim, wording, n.text || ' ' || wording || ' times.' AS text,
    (sum(length(n.text) + length(wording::VARCHAR) + 9) OVER (PARTITION BY article ORDER BY i)
        - length(n.text) - length(wording::VARCHAR) - 9)::INTEGER AS start_char,
    start_char + length(n.text || ' ' || wording || ' times.') AS end_char,
    CASE WHEN pick(s, 'told', 3) = 0 THEN 'Speaker ' || pick(s, 'speaker', 3000) END AS speaker,
    began(read_by(article))::DATE AS day
FROM stretches JOIN sentences AS n ON n.n = pick(wording, 'words', 20000);
INSERT INTO articles BY NAME
SELECT
    key_of('article', article) AS article_id, 'Article ' || article AS title,
    'https://news.example/' || article AS url, 'source-' || article % 60 AS source, any_value(day) AS published,
    string_agg(text, ' ' ORDER BY i) AS text, 'Author ' || article % 300 AS author
FROM placed GROUP BY article ORDER BY article;
CREATE TEMP TABLE new_claims AS
SELECT
    s, article, i, key_of('claim', s) AS claim_id, key_of('article', article) AS article_id, start_char, end_char,
    text AS sentence, text, CASE WHEN is_claim THEN speaker END AS speaker,
    CASE WHEN is_claim THEN day END AS claim_date, CASE WHEN is_claim THEN 0.7 END AS checkworthiness,
    CASE WHEN is_claim THEN 'CHECKABLE' WHEN i % 5 = 0 THEN 'AMBIGUOUS' ELSE 'NOT_CHECKABLE' END AS status,
    CASE WHEN is_claim THEN '' ELSE ['opinion', 'heading', 'vague', 'question', 'unclear referent'][1 + i % 5] END
        AS reason,
    CASE WHEN NOT is_claim AND i % 5 = 1 THEN 'heading' ELSE 'body' END AS role,
    CASE WHEN is_claim AND pick(s, 'speech act', 10) = 0 AND speaker IS NOT NULL THEN 'SPEECH_ACT' ELSE 'CONTENT' END
        AS kind,
    CASE WHEN kind = 'SPEECH_ACT' THEN 'said' END AS verb, key_of(kind, wording) AS fingerprint, wording
FROM placed;
INSERT INTO claims BY NAME SELECT * EXCLUDE (s, article, i, wording) FROM new_claims ORDER BY s;
"""

_RUNS = """
INSERT INTO runs BY NAME
SELECT
    key_of('run', r) AS run_id, began(r) AS started_at, began(r) + INTERVAL 50 MINUTE AS finished_at,
    CASE WHEN r % 20 = 2 THEN 'FINISHED_WITH_FAILURES' ELSE 'FINISHED' END AS status,
    '0.' || r // 250 || '.0+abc' AS code_version, '{"retriever": {"k": 20}}' AS settings_json,
    ['encoder@' || r // 500, 'stance@' || r // 200] AS model_ids, key_of('corpus', r // 2) AS corpus_version,
    CASE WHEN r % 2 = 0 THEN 'VERIFY' ELSE 'REVERIFY' END AS kind
FROM range(2 * n_pairs()) AS t (r);
INSERT INTO failures BY NAME
SELECT
    key_of('run', r) AS run_id, key_of('failure', r * 2 + i) AS failure_id, i AS position,
    'articles/' || r || '-' || i || '.txt' AS source, 'read' AS stage, 'UnreadableError' AS error,
    'expected text, found 0 bytes' AS message
FROM range(2 * n_pairs()) AS t (r), range(2) AS u (i) WHERE r % 20 = 2;
"""

_JUDGED = """
CREATE TEMP TABLE judged AS
SELECT
    *, CASE n WHEN 0 THEN read_by(article) ELSE judged_again_by(s, article) END AS run,
    key_of('run', run) AS run_id, ['SUPPORTED', 'REFUTED', 'CONFLICTING_EVIDENCE', 'NOT_ENOUGH_EVIDENCE']
        [1 + pick(s + CASE WHEN pick(s, 'flips', 20) = 0 THEN n ELSE 0 END, 'label', 4)] AS label
FROM new_claims, range(2) AS t (n)
WHERE status = 'CHECKABLE' AND pick(s, 'left', 200) > 0
ORDER BY run, s;
INSERT INTO run_articles BY NAME
SELECT
    key_of('run', read_by(a)) AS run_id, key_of('article', a) AS article_id, a % 1000 AS position, true AS read_whole
FROM range(n_articles()) AS t (a);
INSERT INTO run_articles BY NAME
SELECT run_id, article_id, row_number() OVER (PARTITION BY run_id ORDER BY article) - 1 AS position,
    false AS read_whole
FROM (SELECT DISTINCT run, run_id, article_id, article FROM judged WHERE n = 1) ORDER BY run;
INSERT INTO run_claims BY NAME
SELECT
    run_id, claim_id, (row_number() OVER (PARTITION BY run ORDER BY s) - 1)::INTEGER AS position,
    text, speaker, claim_date, checkworthiness, status, reason, role, kind, verb, []::VARCHAR[] AS quotes,
    [{'start_char': start_char, 'end_char': end_char}] AS parts
FROM (
    SELECT *, read_by(article) AS run, key_of('run', read_by(article)) AS run_id FROM new_claims
    UNION ALL BY NAME
    SELECT * EXCLUDE (n, label) FROM judged WHERE n = 1
)
ORDER BY run, s;
INSERT INTO verdicts BY NAME
SELECT
    run_id, claim_id, label, 0.5 + pick(s, 'confidence', 50) / 100 AS confidence,
    'By “Document ' || pick(s, 'base', n_documents()) || '” (Outlet ' || pick(s, 'outlet', 400) || ') and others.'
        AS justification,
    began(run) + pick(s, 'minute', 50)::INTEGER * INTERVAL 1 MINUTE AS saved_at,
    CASE n WHEN 1 THEN key_of('run', read_by(article)) END AS previous_run_id,
    CASE WHEN n = 0 AND pick(s, 'reused', 50) = 0 AND wording < s THEN key_of(kind, wording) END AS reused_from
FROM judged ORDER BY run, s;
"""

# The passage that decides is the first; where the label flips another comes first. Of every tenth claim two passages
# are of one document; of every fifth the second is a copy of the first.
_EVIDENCE = f"""
CREATE TEMP TABLE cited AS
SELECT
    run, run_id, claim_id, s, n, rank, label,
    pick(s, 'base', n_passages()) AS base, pick(s, 'flips', 20) = 0 AND n = 1 AND rank = 1 AS is_new,
    CASE WHEN is_new THEN (base + 5 * (n_passages() // 7)) % n_passages()
        WHEN rank = 2 AND pick(s, 'one document', 10) = 0 THEN base - base % 5 + (base + 1) % 5
        ELSE (base + (rank - 1) * (n_passages() // 7)) % n_passages() END AS p,
    key_of('passage', p) AS passage_id, 1 + pick(s, 'settled', 3) AS n_sides,
    CASE
        WHEN rank > n_sides AND NOT (label = 'CONFLICTING_EVIDENCE' AND rank <= 2) THEN 'NEUTRAL'
        WHEN label = 'SUPPORTED' THEN 'SUPPORTS' WHEN label = 'REFUTED' THEN 'REFUTES'
        WHEN label = 'CONFLICTING_EVIDENCE' THEN ['SUPPORTS', 'REFUTES'][1 + rank % 2] ELSE 'NEUTRAL' END AS stance
FROM judged, range(1, {N_EVIDENCE + 1}) AS t (rank);
INSERT INTO evidence BY NAME
SELECT
    run_id, claim_id, passage_id, rank, stance, CASE stance WHEN 'SUPPORTS' THEN 0.9 ELSE 0.05 END AS p_supports,
    CASE stance WHEN 'REFUTES' THEN 0.9 ELSE 0.05 END AS p_refutes, 1 - p_supports - p_refutes AS p_neutral,
    1.2 - rank / 10 + pick(p, s, 1000) / 10000 AS retrieval_score, 'IN_TIME' AS timing,
    CASE WHEN rank = 2 AND pick(s, 'copies', 5) = 0 AND NOT (n = 1 AND pick(s, 'flips', 20) = 0)
        THEN key_of('passage', base) ELSE passage_id END AS origin,
    'news' AS tier, 0.8 AS credibility
FROM cited ORDER BY run, s, rank;
INSERT INTO rationales BY NAME
SELECT
    c.run_id, c.claim_id, c.passage_id, 0 AS position, 0 AS start_char,
    position('. ' IN p.text)::INTEGER AS end_char, substr(p.text, 1, end_char) AS quote,
    p.start_char AS document_start, p.start_char + position('. ' IN p.text)::INTEGER AS document_end
FROM cited AS c JOIN passages AS p USING (passage_id) WHERE c.stance <> 'NEUTRAL' ORDER BY c.run, c.s, c.rank;
INSERT INTO comparisons BY NAME
SELECT
    run_id, claim_id, passage_id, 0 AS position, s::VARCHAR AS claim_value, p::VARCHAR AS evidence_value,
    'DIFFERS' AS relation, 'article: ' || s || '; evidence: ' || p AS explanation
FROM cited WHERE stance = 'REFUTES' ORDER BY run, s, rank;
"""

_MEMORY = """
INSERT INTO causes BY NAME
SELECT
    j.run_id, j.claim_id, t.i AS position,
    CASE t.i WHEN 0 THEN 'NEW_PASSAGE' ELSE 'NEW_MODEL' END AS cause,
    CASE t.i WHEN 0 THEN c.passage_id END AS passage_id,
    CASE t.i WHEN 0 THEN '“Document ' || c.p // 5 || '” came into the corpus' ELSE 'stance@1 became stance@2' END
        AS detail
FROM judged AS j
JOIN cited AS c ON c.run = j.run AND c.s = j.s AND c.is_new
JOIN range(2) AS t (i) ON t.i = 0 OR pick(j.s, 'model', 4) = 0
ORDER BY j.run, j.s, t.i;
INSERT INTO statements BY NAME
SELECT
    fingerprint, CASE WHEN is_like THEN key_of('CONTENT', 0) ELSE fingerprint END AS statement_id,
    any_value(text) AS text, kind, CASE WHEN is_like THEN 0.93 END AS similarity,
    CASE WHEN is_like THEN 0.95 END AS p_entails, CASE WHEN is_like THEN 0.9 END AS p_entailed,
    began(read_by(min(article))) AS added_at
FROM (SELECT *, kind = 'CONTENT' AND wording BETWEEN 1 AND 200 AS is_like FROM new_claims WHERE status = 'CHECKABLE')
GROUP BY fingerprint, kind, is_like, wording ORDER BY wording;
INSERT INTO fact_checks BY NAME
SELECT
    key_of('fact-check', row_number() OVER (ORDER BY fingerprint)) AS fact_check_id, fingerprint, text AS claim,
    'Claimant ' || pick(fingerprint, 'who', 900) AS claimant, added_at::DATE AS claim_date,
    []::VARCHAR[] AS appearances, 'Checkers ' || pick(fingerprint, 'publisher', 30) AS publisher,
    'https://checks.example/' || fingerprint AS url, 'Is it so?' AS title, added_at::DATE AS reviewed,
    'False' AS rating, 'REFUTED' AS label, added_at AS imported_at
FROM statements WHERE pick(fingerprint, 'checked', 100) = 0 ORDER BY fingerprint;
"""

_PEOPLE = """
INSERT INTO reviews BY NAME
SELECT
    key_of('review', s) AS review_id, claim_id, run_id,
    CASE WHEN pick(s, 'kind', 10) = 0 THEN NULL WHEN pick(s, 'agrees', 3) > 0 THEN label
        ELSE ['SUPPORTED', 'REFUTED', 'CONFLICTING_EVIDENCE', 'NOT_ENOUGH_EVIDENCE'][1 + pick(s, 'better', 4)] END
        AS label,
    'Reviewer ' || pick(s, 'reviewer', 12) AS reviewer, 'See the register.' AS comment,
    CASE WHEN pick(s, 'kind', 10) = 0
        THEN key_of('passage', (pick(s, 'base', n_passages()) + 2 * (n_passages() // 7)) % n_passages()) END
        AS passage_id,
    began(run) + INTERVAL 2 HOUR AS reviewed_at
FROM judged WHERE n = 0 AND pick(s, 'reviewed', 100) = 0 ORDER BY run, s;
"""
