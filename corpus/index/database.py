"""passages.sqlite: documents, passages and their vectors. Everything else in a corpus folder can be made from it."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from itertools import groupby, islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from corpus.documents import Document, Passage, PassageConfig, id_of
from corpus.index.errors import CorpusBusyError, CorruptCorpusError

# AUTOINCREMENT: no rowid is given twice, so that an index opened before a change cannot point at another passage.
_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE documents (
    rowid INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, origin TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL, url TEXT, source TEXT, published TEXT, ingested TEXT NOT NULL, text TEXT NOT NULL
);
CREATE TABLE passages (
    rowid INTEGER PRIMARY KEY AUTOINCREMENT, document INTEGER NOT NULL REFERENCES documents (rowid),
    id TEXT NOT NULL, "start" INTEGER NOT NULL, "end" INTEGER NOT NULL,
    vector BLOB NOT NULL, -- float16
    hash BLOB -- of the text that the vector is of
);
CREATE INDEX passages_document ON passages (document);
CREATE INDEX passages_hash ON passages (hash);
"""
_DOCUMENT_COLUMNS = "rowid, id, origin, title, url, source, published, ingested, text"
_BATCH = 10_000  # rows read at once
_MAX_PARAMETERS = 500
# A commit's pages wait in memory, up to 256 MB: spilt to the file earlier, they would shut readers out until it ends.
_SPILL_PAGES = 65_536


@dataclass(frozen=True, slots=True)
class Meta:
    """What the corpus was built with. `corpus_id` is drawn at random when it is made, and kept."""

    format_version: int
    corpus_id: str
    encoder_name: str
    encoder_fingerprint: str
    dim: int
    passages: PassageConfig


@dataclass(frozen=True, slots=True)
class EncodedDocument:
    """A document with its passages, and for each a float16 vector and the `text_hash` of what was encoded."""

    document: Document
    passages: list[Passage]
    vectors: npt.NDArray[np.float16]  # (n_passages, dim)
    hashes: list[bytes]


def presented(title: str, text: str) -> str:
    """The form in which the encoder sees a passage."""
    return f"{title}: {text}" if title else text


def text_hash(presented_text: str) -> bytes:
    """16 bytes by which a text that was encoded before is known again."""
    return hashlib.sha256(presented_text.encode()).digest()[:16]


class Database:
    """One connection, which threads may share."""

    def __init__(self, path: Path) -> None:
        """Open the file of an existing corpus.

        :raises CorruptCorpusError: where it is missing, cut short or no such database.
        """
        self._path = path
        self._lock = threading.Lock()
        self._check_whole()
        # A read-only file is opened for reading.
        self._connection = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode=rw", uri=True, timeout=30, isolation_level=None, check_same_thread=False
        )
        try:
            self.meta = self._read_meta()
        except CorruptCorpusError:
            self.close()
            raise

    @classmethod
    def create(cls, path: Path, meta: Meta) -> Database:
        """Make an empty database, all or nothing; raises OSError or sqlite3.Error where it cannot be written."""
        unfinished = path.with_name(path.name + ".new")
        unfinished.unlink(missing_ok=True)
        connection = sqlite3.connect(unfinished)
        try:
            connection.executescript(_SCHEMA)
            rows = [("meta", json.dumps(asdict(meta))), ("generation", "0")]
            connection.executemany("INSERT INTO meta VALUES (?, ?)", rows)
            connection.commit()
        finally:
            connection.close()
        unfinished.replace(path)
        return cls(path)

    def reload(self) -> None:
        """Read `meta` again, which another connection may have changed."""
        self.meta = self._read_meta()

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _check_whole(self) -> None:
        """Compare the file's size with the one in its header; SQLite itself would notice only on the way."""
        try:
            with self._path.open("rb") as file:
                header = file.read(100)
            size = self._path.stat().st_size
        except OSError as error:
            raise self._damaged(error) from error
        page_bytes = int.from_bytes(header[16:18], "big")
        expected = (65536 if page_bytes == 1 else page_bytes) * int.from_bytes(header[28:32], "big")
        has_journal = self._path.with_name(self._path.name + "-journal").exists()
        if not header.startswith(b"SQLite format 3\0") or (size < expected and not has_journal):
            raise self._damaged(f"{size:,} bytes instead of {expected:,}")

    def _damaged(self, reason: object) -> CorruptCorpusError:
        return CorruptCorpusError(
            f"{self._path} is damaged ({reason}) and holds the corpus itself: restore it from a copy, or build "
            f"the corpus again; `verifier corpus repair --corpus {self._path.parent}` tells if the rest can be used"
        )

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                yield self._connection
            except sqlite3.DatabaseError as error:
                if getattr(error, "sqlite_errorcode", None) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                    raise CorpusBusyError(
                        f"{self._path} is locked by another run; try again when it has ended"
                    ) from error
                raise self._damaged(error) from error

    def _read_meta(self) -> Meta:
        try:
            values = json.loads(self._meta_value("meta"))
            return Meta(**{**values, "passages": PassageConfig(**values["passages"])})
        except (TypeError, ValueError, KeyError) as error:
            raise self._damaged(error) from error

    def _meta_value(self, key: str) -> str:
        with self._reading() as connection:
            row = connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        if row is None:
            raise self._damaged(f"no {key} in it")
        return str(row[0])

    def check_integrity(self) -> None:
        """Read the whole file.

        :raises CorruptCorpusError: where SQLite finds anything wrong, or a document is not as it was taken in.
        """
        with self._reading() as connection:
            found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if found != "ok":
            raise self._damaged(found)
        query = f"SELECT {_DOCUMENT_COLUMNS} FROM documents WHERE rowid > ? ORDER BY rowid LIMIT ?"
        for rows in self._batches(query, 0):
            for row in rows:
                self._require_unchanged(_document(row))

    # ---- reading

    @property
    def generation(self) -> int:
        """How many changes were committed."""
        return int(self._meta_value("generation"))

    def counts(self) -> tuple[int, int]:
        """How many documents and passages."""
        with self._reading() as connection:
            query = "SELECT (SELECT count(*) FROM documents), (SELECT count(*) FROM passages)"
            n_documents, n_passages = connection.execute(query).fetchone()
        return n_documents, n_passages

    def corpus_version(self) -> str:
        """A hash over the ids of all documents, whatever their order: 16 hex digits."""
        digest = hashlib.sha256()
        with self._reading() as connection:
            for (doc_id,) in connection.execute("SELECT id FROM documents ORDER BY id"):
                digest.update(f"{doc_id}\n".encode())
        return digest.hexdigest()[:16]

    def id_at(self, origin: str) -> str | None:
        """The id of the document from this origin."""
        with self._reading() as connection:
            row = connection.execute("SELECT id FROM documents WHERE origin = ?", (origin,)).fetchone()
        return row[0] if row else None

    def ids_at(self, origins: Sequence[str]) -> dict[str, str]:
        """The ids of the documents from these origins, by origin; one that is not here is left out."""
        return dict(self._select("SELECT origin, id FROM documents WHERE origin IN ({})", origins))

    def find(self, key: str) -> list[str]:
        """Ids of the documents with this id, origin or url, of this file, or whose origin ends in `#key`."""
        path, tail = f"{Path(key).resolve()}#", key if key.startswith("#") else f"#{key}"
        query = """SELECT id FROM documents WHERE id = :key OR origin IN (:key, :file) OR url = :key
            OR substr(origin, 1, length(:path)) = :path OR substr(origin, -length(:tail)) = :tail"""
        with self._reading() as connection:
            rows = connection.execute(query, {"key": key, "file": path[:-1], "path": path, "tail": tail}).fetchall()
        return [doc_id for (doc_id,) in rows]

    def vectors(self, after: int = 0) -> Iterator[tuple[list[int], npt.NDArray[np.float32]]]:
        """The rowids over `after` with their vectors, float32 (n, dim), in batches."""
        for rows in self._batches("SELECT rowid, vector FROM passages WHERE rowid > ? ORDER BY rowid LIMIT ?", after):
            stored = np.frombuffer(b"".join(vector for _, vector in rows), dtype=np.float16)
            yield [rowid for rowid, _ in rows], stored.reshape(len(rows), self.meta.dim).astype(np.float32)

    def known_vectors(self, hashes: Sequence[bytes]) -> dict[bytes, npt.NDArray[np.float16]]:
        """The vectors, float16 (dim,), of the texts with these hashes that are already here."""
        query = """SELECT hash, vector FROM passages WHERE rowid IN
            (SELECT min(rowid) FROM passages WHERE hash IN ({}) GROUP BY hash)"""
        return {key: np.frombuffer(vector, dtype=np.float16) for key, vector in self._select(query, hashes)}

    def texts(self, after: int = 0) -> Iterator[tuple[int, str, str]]:
        """(rowid, title, text) of the passages with a rowid over `after`."""
        query = """SELECT p.rowid, d.rowid, d.title, "start", "end"
            FROM passages p JOIN documents d ON d.rowid = document WHERE p.rowid > ? ORDER BY p.rowid LIMIT ?"""
        for rows in self._batches(query, after):
            for document, group in groupby(rows, key=lambda row: row[1]):
                text = self._text(document)
                yield from ((rowid, title, text[start:end]) for rowid, _, title, start, end in group)

    def _text(self, document: int) -> str:
        with self._reading() as connection:
            return str(connection.execute("SELECT text FROM documents WHERE rowid = ?", (document,)).fetchone()[0])

    def _batches(self, query: str, after: int) -> Iterator[list[Any]]:
        while True:
            with self._reading() as connection:
                rows = connection.execute(query, (after, _BATCH)).fetchall()
            if not rows:
                return
            yield rows
            after = rows[-1][0]

    def last_rowid(self) -> int:
        """The highest rowid of a passage, 0 where there is none."""
        with self._reading() as connection:
            return int(connection.execute("SELECT coalesce(max(rowid), 0) FROM passages").fetchone()[0])

    def fetch(self, rowids: Iterable[int]) -> dict[int, tuple[Passage, Document]]:
        """The passages with these rowids, each with its document; one that is gone is left out.

        :raises CorruptCorpusError: where a document is not as it was taken in.
        """
        wanted = list(dict.fromkeys(rowids))
        rows = self._select('SELECT rowid, document, id, "start", "end" FROM passages WHERE rowid IN ({})', wanted)
        keys = list(dict.fromkeys(row[1] for row in rows))
        documents = {
            row[0]: _document(row)
            for row in self._select(f"SELECT {_DOCUMENT_COLUMNS} FROM documents WHERE rowid IN ({{}})", keys)
        }
        found = {}
        for quoted in documents.values():
            self._require_unchanged(quoted)
        for rowid, key, passage_id, start, end in rows:
            if document := documents.get(key):
                passage = Passage(passage_id, document.id, start, end, document.text[start:end])
                found[rowid] = passage, document
        return found

    def _require_unchanged(self, document: Document) -> None:
        if id_of(document) != document.id:
            raise self._damaged(f"the document from {document.origin} is not as it was taken in")

    def _select(self, query: str, keys: Sequence[Any]) -> list[Any]:
        """All rows of a query whose `{}` stands for the keys."""
        rows: list[Any] = []
        for at in range(0, len(keys), _MAX_PARAMETERS):
            batch = keys[at : at + _MAX_PARAMETERS]
            with self._reading() as connection:
                rows += connection.execute(query.format(",".join("?" * len(batch))), batch).fetchall()
        return rows

    # ---- writing

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All changes inside happen, and count as one generation, or none does."""
        with self._all_or_nothing():
            self._connection.execute("UPDATE meta SET value = value + 1 WHERE key = 'generation'")
            yield

    @contextmanager
    def _all_or_nothing(self) -> Iterator[None]:
        self._connection.execute(f"PRAGMA cache_spill = {_SPILL_PAGES}")
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise

    def upgrade(self, format_version: int) -> None:
        """Bring a database of format 1 up: each passage gets the hash of its text. The generation stays."""
        if self.meta.format_version >= format_version:
            return
        with self._all_or_nothing():
            self._connection.execute("ALTER TABLE passages ADD COLUMN hash BLOB")
            hashed = ((text_hash(presented(title, text)), rowid) for rowid, title, text in self.texts())
            while batch := list(islice(hashed, _BATCH)):
                self._connection.executemany("UPDATE passages SET hash = ? WHERE rowid = ?", batch)
            self._connection.execute("CREATE INDEX passages_hash ON passages (hash)")
            meta = json.dumps(asdict(replace(self.meta, format_version=format_version)))
            self._connection.execute("UPDATE meta SET value = ? WHERE key = 'meta'", (meta,))

    def delete(self, doc_ids: Sequence[str]) -> list[int]:
        """Take out documents and their passages; gives the passages' rowids."""
        of_these = "FROM passages WHERE document IN (SELECT rowid FROM documents WHERE id IN ({}))"
        removed = [rowid for (rowid,) in self._select(f"SELECT rowid {of_these}", doc_ids)]
        keys = [(doc_id,) for doc_id in doc_ids]
        self._connection.executemany(f"DELETE {of_these.format('?')}", keys)
        self._connection.executemany("DELETE FROM documents WHERE id = ?", keys)
        return removed

    def insert(self, encoded: EncodedDocument) -> None:
        """Put in a document with its passages."""
        doc = encoded.document
        day = doc.published.isoformat() if doc.published else None
        values = (doc.id, doc.origin, doc.title, doc.url, doc.source, day, doc.ingested.isoformat(), doc.text)
        columns = _DOCUMENT_COLUMNS.removeprefix("rowid, ")
        row = self._connection.execute(f"INSERT INTO documents ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)
        self._connection.executemany(
            'INSERT INTO passages (document, id, "start", "end", vector, hash) VALUES (?, ?, ?, ?, ?, ?)',
            [
                (row.lastrowid, passage.id, passage.start, passage.end, vector.tobytes(), key)
                for passage, vector, key in zip(encoded.passages, encoded.vectors, encoded.hashes, strict=True)
            ],
        )


def _document(row: Any) -> Document:
    _, doc_id, origin, title, url, source, published, ingested, text = row
    day = date.fromisoformat(published) if published else None
    return Document(doc_id, origin, title, url, source, day, datetime.fromisoformat(ingested), text)
