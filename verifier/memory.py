"""What models said, kept in a file beside the database: what comes again is not computed again."""

from __future__ import annotations

import hashlib
import json
import logging
import sqlite3
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from corpus.index import Encoder
from verifier.stance import PairScorer
from verifier.types import STANCES, Claim, Comparison, Evidence, Hit, Relation, Span, Stance

log = logging.getLogger(__name__)
_WAIT_S = 5.0
_ASKED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Kept:
    """One kind of thing that is kept: its table, and how many rows; the oldest go first."""

    table: str
    column: str
    max_rows: int


SCORES = Kept("scores", "p", 2_000_000)  # about 100 MB, some months of a newsroom
VECTORS = Kept("vectors", "v", 200_000)  # of claims; about 300 MB
JUDGED = Kept("judged", "evidence", 1_000_000)  # pairs; about 400 MB


class Memory:
    """Bytes by key in one SQLite file, which several threads and processes may use at the same time.

    It only saves time: a file that cannot be read or written is told of in the log, and everything is computed again.
    """

    def __init__(self, path: Path):
        self._path = path
        self._lock = threading.Lock()
        self._connection = self._opened()

    def get(self, kept: Kept, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        """What is known of these keys."""
        found: dict[bytes, bytes] = {}
        with self._lock:
            for at in range(0, len(keys), _ASKED_AT_ONCE):
                found |= self._some(kept, keys[at : at + _ASKED_AT_ONCE])
        return found

    def put(self, kept: Kept, rows: Mapping[bytes, bytes]) -> None:
        """Keep these; what is known already stays."""
        with self._lock:
            if self._connection and rows:
                try:
                    with self._connection:
                        self._connection.executemany(
                            f"INSERT OR IGNORE INTO {kept.table} (key, {kept.column}) VALUES (?, ?)", rows.items()
                        )
                except sqlite3.Error as error:
                    self._give_up(error)

    def _some(self, kept: Kept, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        if self._connection is None:
            return {}
        marks = ",".join("?" * len(keys))
        try:
            query = f"SELECT key, {kept.column} FROM {kept.table} WHERE key IN ({marks})"
            return dict(self._connection.execute(query, keys).fetchall())
        except sqlite3.Error as error:
            self._give_up(error)
            return {}

    def _opened(self) -> sqlite3.Connection | None:
        """The file, made where there is none; one that is damaged is begun anew."""
        for attempt in range(2):
            try:
                return _connected(self._path)
            except sqlite3.DatabaseError as error:
                if attempt or isinstance(error, sqlite3.OperationalError):  # locked, read-only, no folder
                    log.debug("%s is not used: %s", self._path, error)
                    return None
                with suppress(OSError):
                    self._path.unlink()
        return None

    def _give_up(self, error: sqlite3.Error) -> None:
        log.debug("%s is used no more: %s", self._path, error)
        if self._connection:
            self._connection.close()
        self._connection = None


def _connected(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=_WAIT_S, check_same_thread=False)
    try:
        # What a crash takes is computed again, so nothing waits for the disk.
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = OFF")
        with connection:
            for kept in (SCORES, VECTORS, JUDGED):
                columns = f"n INTEGER PRIMARY KEY, key BLOB UNIQUE, {kept.column} BLOB"
                connection.execute(f"CREATE TABLE IF NOT EXISTS {kept.table} ({columns})")
                oldest = f"(SELECT max(n) FROM {kept.table}) - ?"
                connection.execute(f"DELETE FROM {kept.table} WHERE n <= {oldest}", (kept.max_rows,))
    except sqlite3.Error:
        connection.close()
        raise
    return connection


class RememberingPairScorer:
    """A pair scorer that asks another one only for what is not remembered."""

    def __init__(self, scorer: PairScorer, memory: Memory):
        self.id = scorer.id
        self._scorer = scorer
        self._memory = memory

    def probabilities(self, pairs: Sequence[tuple[str, str]]) -> npt.NDArray[np.float32]:
        """As in PairScorer; bit by bit what the scorer says or said."""
        keys = [_key(self.id, claim, evidence) for evidence, claim in pairs]
        known = _arrays(self._memory.get(SCORES, keys), len(STANCES))
        unread = {key: pair for key, pair in zip(keys, pairs, strict=True) if key not in known}
        if unread:
            scores = self._scorer.probabilities(list(unread.values()))
            if scores.shape != (len(unread), len(STANCES)):
                return scores  # the stance model says what is wrong with it; nothing of it is kept
            fresh = dict(zip(unread, scores, strict=True))
            self._memory.put(SCORES, {key: _bytes(score) for key, score in fresh.items() if np.isfinite(score).all()})
            known |= fresh
        return np.array([known[key] for key in keys], dtype=np.float32).reshape(len(pairs), len(STANCES))


class RememberingEncoder:
    """An encoder that asks another one only for texts that are not remembered; for claims, of which there are few."""

    def __init__(self, encoder: Encoder, memory: Memory):
        self.name, self.fingerprint, self.dim = encoder.name, encoder.fingerprint, encoder.dim
        self._encoder = encoder
        self._memory = memory

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """:return: float32 (n_texts, dim), rows unit-norm; bit by bit what the encoder says or said."""
        keys = [_key(self.name, self.fingerprint, text) for text in texts]
        known = _arrays(self._memory.get(VECTORS, keys), self.dim)
        unread = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        if unread:
            fresh = dict(zip(unread, self._encoder.encode(list(unread.values())), strict=True))
            self._memory.put(VECTORS, {key: _bytes(vector) for key, vector in fresh.items()})
            known |= fresh
        return np.array([known[key] for key in keys], dtype=np.float32).reshape(len(texts), self.dim)


class EvidenceMemory:
    """What the stance model and the comparer made of a passage for a claim.

    A passage that is found again for the same words is not judged again, in whatever article they stand; how near it
    is may have changed, and is taken as it is now. How passages stand to each other is left to those who have them all.
    """

    def __init__(self, memory: Memory, basis: str):
        """:param basis: names all else that the evidence depends on: models, settings, the program itself."""
        self._memory = memory
        self._basis = basis

    def get(self, claim: Claim, hits: Sequence[Hit]) -> list[Evidence | None]:
        """One Evidence a hit, in order; None where it is not known."""
        keys = [self._key(claim, hit) for hit in hits]
        known = self._memory.get(JUDGED, keys)
        return [self._read(claim, hit, known.get(key)) for hit, key in zip(hits, keys, strict=True)]

    def put(self, claim: Claim, hits: Sequence[Hit], evidence: Sequence[Evidence]) -> None:
        """Keep what was made of the hits, one Evidence each."""
        rows = zip(hits, evidence, strict=True)
        self._memory.put(JUDGED, {self._key(claim, hit): json.dumps(_row(e)).encode() for hit, e in rows})

    def _read(self, claim: Claim, hit: Hit, kept: bytes | None) -> Evidence | None:
        if kept is None:
            return None
        try:
            return _evidence(claim, hit, json.loads(kept))
        except (ValueError, KeyError, TypeError) as error:
            log.debug("what is remembered of claim %s cannot be read: %s", claim.id, error)
            return None

    def _key(self, claim: Claim, hit: Hit) -> bytes:
        """Of all that is read of the claim and of the passage; a document's id stands for its text and origin."""
        day, document = str(claim.claim_date or ""), hit.document
        told = (claim.text, claim.kind, claim.speaker or "", claim.verb or "", "\x1e".join(claim.quotes), day)
        about = (document.title, document.url or "", document.source or "", str(document.published or ""))
        return _key(self._basis, *told, hit.passage.id, *about)


def _row(evidence: Evidence) -> dict[str, Any]:
    return {
        "stance": evidence.stance,
        "p": [evidence.p_supports, evidence.p_refutes, evidence.p_neutral],
        "rationale": [[span.start, span.end] for span in evidence.rationale],
        "comparisons": [asdict(comparison) for comparison in evidence.comparisons],
        "barred": list(evidence.barred),
    }


def _evidence(claim: Claim, hit: Hit, row: dict[str, Any]) -> Evidence:
    p_supports, p_refutes, p_neutral = row["p"]
    return Evidence(
        claim_id=claim.id,
        passage=hit.passage,
        document=hit.document,
        retrieval_score=hit.score,
        stance=Stance(row["stance"]),
        p_supports=p_supports,
        p_refutes=p_refutes,
        p_neutral=p_neutral,
        rationale=tuple(Span(start, end) for start, end in row["rationale"]),
        comparisons=tuple(Comparison(**{**c, "relation": Relation(c["relation"])}) for c in row["comparisons"]),
        barred=tuple(Stance(side) for side in row["barred"]),
    )


def _bytes(row: npt.NDArray[np.float32]) -> bytes:
    return row.astype(np.float32).tobytes()


def _arrays(found: Mapping[bytes, bytes], n: int) -> dict[bytes, npt.NDArray[np.float32]]:
    """Each float32 (n,); what has another length is not known."""
    return {key: np.frombuffer(raw, dtype=np.float32) for key, raw in found.items() if len(raw) == 4 * n}


def _key(*parts: str) -> bytes:
    """128 bits of a SHA-256."""
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).digest()[:16]
