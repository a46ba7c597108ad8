"""Why a verdict differs from the one before: what changed in the corpus, the models, the rules or the claim."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb

from verifier.store.reading import read_run
from verifier.types import Cause, CauseKind, Claim, Evidence, Label, Run, Stance, Verdict

DocumentsAt = Callable[[Sequence[str]], Mapping[str, str]]
"""The ids of the documents that the corpus now has from some origins, by origin."""

MIN_SHIFT = 0.005  # of the confidence: less is not seen in a report, where it is rounded
_MAX_TITLE_CHARS = 80


@dataclass(frozen=True, slots=True)
class EarlierPassage:
    """A passage that an earlier verdict was given on, and the stance that it took."""

    passage_id: str
    document_id: str
    origin: str
    title: str
    text: str
    stance: Stance


@dataclass(frozen=True, slots=True)
class EarlierVerdict:
    """The verdict on a claim before the one that is stored now."""

    run: Run
    label: Label
    confidence: float
    reading: tuple[object, ...]  # as `_reading` gives it
    passages: tuple[EarlierPassage, ...]


def is_other(earlier: EarlierVerdict, verdict: Verdict) -> bool:
    """Whether a reader would see a difference: in the label, the confidence, or what the evidence says.

    The same words in a new edition of a document are the same evidence.
    """
    before = {(p.origin, p.text, p.stance) for p in earlier.passages}
    now = {(e.document.origin, e.passage.text, e.stance) for e in verdict.evidence}
    return (
        earlier.label is not verdict.label or abs(earlier.confidence - verdict.confidence) >= MIN_SHIFT or before != now
    )


def causes_of(
    earlier: EarlierVerdict, verdict: Verdict, run: Run, current: Mapping[str, str] | None
) -> tuple[Cause, ...]:
    """Why the verdict differs from the earlier one, the likeliest reason first; empty where it does not.

    :param current: the ids of the documents that the corpus has from the origins of the earlier evidence; None where
        nobody can tell, as on a cluster.
    """
    if not is_other(earlier, verdict):
        return ()
    passages = list(_of_passages(earlier, verdict, current))
    decisive = [cause for cause, takes_side in passages if takes_side]
    others = [cause for cause, takes_side in passages if not takes_side]
    found = [*decisive, *_of_models(earlier.run, run), *_of_rules(earlier.run, run)]
    if earlier.reading != _reading(verdict.claim):
        found.append(Cause(CauseKind.OTHER_READING, None, "the claim is read otherwise: its words, speaker or day"))
    found += others
    if not found and earlier.run.corpus_version != run.corpus_version:
        found.append(Cause(CauseKind.OTHER_RANKING, None, "the corpus changed, and with it how near its passages rank"))
    if not found and verdict.reused_from:
        found.append(Cause(CauseKind.OTHER_READING, None, "taken over from a claim that says the same"))
    return tuple(found)


def _of_passages(
    earlier: EarlierVerdict, verdict: Verdict, current: Mapping[str, str] | None
) -> Iterator[tuple[Cause, bool]]:
    """Passages that came, changed or went, each with whether it takes a side."""
    before = {p.passage_id for p in earlier.passages}
    now = {e.passage.id for e in verdict.evidence}
    editions = {p.origin: p.document_id for p in earlier.passages}
    said = {(p.origin, p.text) for p in earlier.passages}
    came = [
        e for e in verdict.evidence if e.passage.id not in before and (e.document.origin, e.passage.text) not in said
    ]
    for item in came:
        yield _that_came(item, editions, earlier.run.started_at), item.stance is not Stance.NEUTRAL
    told = {e.document.origin for e in came}
    still = {(e.document.origin, e.passage.text) for e in verdict.evidence}
    for passage in earlier.passages:
        if passage.passage_id in now or (passage.origin, passage.text) in still:
            continue
        cause = _that_went(passage, current, is_pushed_out=bool(came))
        if cause and (cause.kind is not CauseKind.EDITED_PASSAGE or passage.origin not in told):
            yield cause, passage.stance is not Stance.NEUTRAL


def _that_came(item: Evidence, editions: Mapping[str, str], since: datetime) -> Cause:
    document, passage_id = item.document, item.passage.id
    if editions.get(document.origin, document.id) != document.id:
        return Cause(CauseKind.EDITED_PASSAGE, passage_id, f"“{_short(document.title)}” has another text now")
    if document.ingested > since:
        day = document.ingested.astimezone(UTC).date().isoformat()
        return Cause(CauseKind.NEW_PASSAGE, passage_id, f"“{_short(document.title)}” came into the corpus on {day}")
    return Cause(
        CauseKind.OTHER_RANKING,
        passage_id,
        f"“{_short(document.title)}” was in the corpus, and is now among the nearest",
    )


def _that_went(passage: EarlierPassage, current: Mapping[str, str] | None, is_pushed_out: bool) -> Cause | None:
    """None where it is still there and only made room for what came."""
    name, key = f"“{_short(passage.title)}”", passage.passage_id
    if current is not None and passage.origin not in current:
        return Cause(CauseKind.REMOVED_PASSAGE, key, f"{name} is no longer in the corpus")
    if current is not None and current[passage.origin] != passage.document_id:
        return Cause(CauseKind.EDITED_PASSAGE, key, f"{name} has another text now")
    if is_pushed_out:
        return None
    return Cause(CauseKind.OTHER_RANKING, key, f"{name} is no longer among the nearest")


def _of_models(before: Run, now: Run) -> Iterator[Cause]:
    came, went = (
        sorted(set(a) - set(b)) for a, b in ((now.model_ids, before.model_ids), (before.model_ids, now.model_ids))
    )
    if came or went:
        detail = f"{', '.join(went) or 'nothing'} became {', '.join(came) or 'nothing'}"
        yield Cause(CauseKind.NEW_MODEL, None, detail)


def _of_rules(before: Run, now: Run) -> Iterator[Cause]:
    if before.code_version != now.code_version:
        yield Cause(CauseKind.NEW_RULE, None, f"version {before.code_version} became {now.code_version}")
    if changed := sorted(_changed(json.loads(before.settings_json), json.loads(now.settings_json))):
        yield Cause(CauseKind.NEW_RULE, None, f"settings changed: {', '.join(changed)}")


def _changed(before: object, now: object, name: str = "") -> Iterator[str]:
    """The settings that differ: `retriever.k 10 to 20`."""
    if isinstance(before, dict) and isinstance(now, dict):
        for key in {*before, *now}:
            yield from _changed(before.get(key), now.get(key), f"{name}.{key}".lstrip("."))
    elif before != now:
        yield f"{name} {before} to {now}"


def _short(title: str) -> str:
    return title if len(title) <= _MAX_TITLE_CHARS else f"{title[: _MAX_TITLE_CHARS - 1].rstrip()}…"


def _reading(claim: Claim) -> tuple[object, ...]:
    """What of a claim is judged."""
    return claim.text, claim.speaker, claim.claim_date, claim.kind, claim.verb, tuple(claim.quotes)


# ---- from the store


def read_earlier(cursor: duckdb.DuckDBPyConnection, run_id: str, claim_ids: Sequence[str]) -> dict[str, EarlierVerdict]:
    """The newest verdict of each claim that another run gave, by claim; those that have none are left out."""
    cursor.execute(
        """
        CREATE OR REPLACE TEMP TABLE earlier AS
        SELECT v.run_id, v.claim_id, v.label::VARCHAR AS label, v.confidence
        FROM verdicts AS v JOIN runs AS r USING (run_id)
        WHERE v.run_id <> $1 AND v.claim_id IN (SELECT unnest($2::VARCHAR[]))
        QUALIFY row_number() OVER (
            PARTITION BY v.claim_id ORDER BY r.started_at DESC, v.saved_at DESC, v.run_id DESC
        ) = 1
        """,
        [run_id, list(claim_ids)],
    )
    rows = cursor.execute("FROM earlier").fetchall()
    if not rows:
        return {}
    runs = {key: read_run(cursor, key) for key in {row[0] for row in rows}}
    readings, passages = _readings(cursor), _passages(cursor)
    return {
        claim_id: EarlierVerdict(runs[key], Label(label), confidence, readings[claim_id], tuple(passages[claim_id]))
        for key, claim_id, label, confidence in rows
    }


def _readings(cursor: duckdb.DuckDBPyConnection) -> dict[str, tuple[object, ...]]:
    rows = cursor.execute("""
        SELECT claim_id, rc.text, rc.speaker, rc.claim_date, rc.kind, rc.verb, rc.quotes
        FROM earlier JOIN run_claims AS rc USING (run_id, claim_id)""").fetchall()
    return {claim_id: (*plain, tuple(quotes or ())) for claim_id, *plain, quotes in rows}


def _passages(cursor: duckdb.DuckDBPyConnection) -> defaultdict[str, list[EarlierPassage]]:
    rows = cursor.execute("""
        SELECT claim_id, p.passage_id, d.document_id, d.origin, d.title, p.text, e.stance
        FROM earlier
        JOIN evidence AS e USING (run_id, claim_id)
        JOIN passages AS p USING (passage_id)
        JOIN documents AS d USING (document_id)
        ORDER BY claim_id, e.rank""").fetchall()
    found: defaultdict[str, list[EarlierPassage]] = defaultdict(list)
    for claim_id, passage_id, document_id, origin, title, text, stance in rows:
        found[claim_id].append(EarlierPassage(passage_id, document_id, origin, title, text, Stance(stance)))
    return found
