"""What the stance model said of each pair of texts, kept in a file: a run that comes again reads only what is new."""

from __future__ import annotations

import hashlib
import logging
import sqlite3
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
import numpy.typing as npt

from verifier.stance import PairScorer
from verifier.types import STANCES

log = logging.getLogger(__name__)
MAX_ROWS = 2_000_000  # about 100 MB, some months of a newsroom; the oldest go first
_ROW_BYTES = 4 * len(STANCES)
_WAIT_S = 5.0


class ScoreMemory:
    """Scores by key in one SQLite file, which several threads and processes may use at the same time.

    It only saves time: a file that cannot be read or written is told of in the log, and everything is computed again.
    """

    def __init__(self, path: Path):
        self._path = path
        self._lock = threading.Lock()
        self._connection = self._opened()

    def get(self, keys: Sequence[bytes]) -> dict[bytes, npt.NDArray[np.float32]]:
        """The scores that are known, each float32 (3,)."""
        found = {}
        with self._lock:
            for key in keys if self._connection else ():
                row = self._first(key)
                if row and len(row[0]) == _ROW_BYTES:
                    found[key] = np.frombuffer(row[0], dtype=np.float32)
        return found

    def put(self, scores: Mapping[bytes, npt.NDArray[np.float32]]) -> None:
        """Keep scores, each float32 (3,)."""
        rows = [(key, score.astype(np.float32).tobytes()) for key, score in scores.items()]
        with self._lock:
            if self._connection and rows:
                try:
                    with self._connection:
                        self._connection.executemany("INSERT OR IGNORE INTO scores (key, p) VALUES (?, ?)", rows)
                except sqlite3.Error as error:
                    self._give_up(error)

    def _first(self, key: bytes) -> tuple[bytes] | None:
        if self._connection is None:
            return None
        try:
            row: tuple[bytes] | None = self._connection.execute("SELECT p FROM scores WHERE key = ?", (key,)).fetchone()
        except sqlite3.Error as error:
            self._give_up(error)
            return None
        return row

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
            connection.execute("CREATE TABLE IF NOT EXISTS scores (n INTEGER PRIMARY KEY, key BLOB UNIQUE, p BLOB)")
            connection.execute("DELETE FROM scores WHERE n <= (SELECT max(n) FROM scores) - ?", (MAX_ROWS,))
    except sqlite3.Error:
        connection.close()
        raise
    return connection


class RememberingPairScorer:
    """A pair scorer that asks another one only for what is not remembered."""

    def __init__(self, scorer: PairScorer, memory: ScoreMemory):
        self.id = scorer.id
        self._scorer = scorer
        self._memory = memory

    def probabilities(self, pairs: Sequence[tuple[str, str]]) -> npt.NDArray[np.float32]:
        """As in PairScorer; bit by bit what the scorer says or said."""
        keys = [_key(self.id, *pair) for pair in pairs]
        known = self._memory.get(keys)
        unread = {key: pair for key, pair in zip(keys, pairs, strict=True) if key not in known}
        if unread:
            scores = self._scorer.probabilities(list(unread.values()))
            if scores.shape != (len(unread), len(STANCES)):
                return scores  # the stance model says what is wrong with it; nothing of it is kept
            fresh = dict(zip(unread, scores, strict=True))
            self._memory.put({key: score for key, score in fresh.items() if np.isfinite(score).all()})
            known |= fresh
        return np.array([known[key] for key in keys], dtype=np.float32).reshape(len(pairs), len(STANCES))


def _key(model_id: str, evidence: str, claim: str) -> bytes:
    """128 bits of a SHA-256 over the model's weights (in its id) and both texts."""
    parts = "\x1f".join((model_id, claim, evidence)).encode("utf-8", "surrogatepass")
    return hashlib.sha256(parts).digest()[:16]
