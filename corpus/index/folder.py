"""The files of a corpus folder as a whole: made together, put in place together, opened together."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from corpus.index.database import Database
from corpus.index.dense import DenseIndex
from corpus.index.errors import CorpusWriteError, CorruptCorpusError
from corpus.index.lexical import LexicalIndex
from corpus.index.manifest import DATABASE, DENSE, FORMAT_VERSION, LEXICAL, MANIFEST, Manifest, write_manifest


class StaleError(Exception):
    """The database was changed and the derived files were not: a change was interrupted, or is going on."""


@dataclass(frozen=True, slots=True)
class Derived:
    """The derived files of one generation, open."""

    manifest: Manifest
    dense: DenseIndex
    lexical: LexicalIndex


@dataclass(frozen=True, slots=True)
class Change:
    """What a change did to the passages of which `before` speaks."""

    before: Manifest
    removed: list[int]  # rowids
    last: int  # the highest rowid before: those above it were added


def holds_corpus(folder: Path) -> bool:
    """Whether there is a corpus, whole or not."""
    return (folder / MANIFEST).exists() or (folder / DATABASE).exists()


def open_derived(folder: Path, manifest: Manifest, database: Database) -> Derived:
    """Open the derived files.

    :raises StaleError: where the database has gone on since they were made.
    :raises CorruptCorpusError: where one is missing or damaged, or the database is that of another corpus.
    """
    if database.meta.corpus_id != manifest.corpus_id:
        raise foreign(folder)
    counts = database.counts()  # before the generation, so that a change just committed is seen as one
    if database.generation != manifest.generation:
        raise StaleError
    if counts != (manifest.n_documents, manifest.n_passages):
        raise foreign(folder)
    dense = DenseIndex.open(folder / DENSE, manifest.dim, manifest.dense_sha256)
    return Derived(manifest, dense, LexicalIndex.open(folder / LEXICAL, manifest.n_passages, manifest.lexical_sha256))


def foreign(folder: Path) -> CorruptCorpusError:
    """The error for a database that the manifest does not vouch for."""
    return CorruptCorpusError(
        f"{folder / DATABASE} is not the file that {MANIFEST} was made from, but one of another corpus: put the right "
        f"one back, or, to keep what it holds, run `verifier corpus repair --corpus {folder}`"
    )


def rebuild(folder: Path, database: Database) -> None:
    """Make all derived files anew. Needs the lock.

    :raises CorpusWriteError: they cannot be written; those in use are as they were.
    """
    with writing(folder, "the corpus is as it was"):
        stage(folder, database)
        publish(folder)


@contextmanager
def writing(folder: Path, left: str) -> Iterator[None]:
    """Turn what the system says about a write into a `CorpusWriteError`; `left` tells how the corpus was left."""
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        with suppress(OSError):
            _clear(folder)
        raise CorpusWriteError(
            f"{folder} could not be written ({error}), and {left}; free space or check permissions, then try again"
        ) from error


def stage(folder: Path, database: Database, change: Change | None = None) -> None:
    """Write the derived files for the database's present state, beside those in use.

    :param change: what was done since those in use were made, which are then extended where that will do; else all are
        made anew.
    """
    _clear(folder)  # what an interrupted run may have left
    meta = database.meta
    n_documents, n_passages = database.counts()
    dense_sha256 = _stage_dense(folder, database, change, n_passages)
    lexical_sha256 = _stage_lexical(folder, database, change, n_passages)
    manifest = Manifest(
        format_version=FORMAT_VERSION,
        corpus_id=meta.corpus_id,
        encoder_name=meta.encoder_name,
        encoder_fingerprint=meta.encoder_fingerprint,
        dim=meta.dim,
        corpus_version=database.corpus_version(),
        n_documents=n_documents,
        n_passages=n_passages,
        generation=database.generation,
        dense_sha256=dense_sha256,
        lexical_sha256=lexical_sha256,
    )
    write_manifest(_new(folder / MANIFEST), manifest)


def _stage_dense(folder: Path, database: Database, change: Change | None, n_passages: int) -> str:
    new, sha256 = _new(folder / DENSE), None
    if change:
        added = database.vectors(after=change.last)
        sha256 = DenseIndex.extend(new, folder / DENSE, change.before.dense_sha256, change.removed, added, n_passages)
    return sha256 or DenseIndex.build(new, database.meta.dim, n_passages, database.vectors)


def _stage_lexical(folder: Path, database: Database, change: Change | None, n_passages: int) -> str:
    new, sha256 = _new(folder / LEXICAL), None
    if change and change.before.format_version >= 2:  # before, passages could not be taken out of it
        added = database.texts(after=change.last)
        sha256 = LexicalIndex.extend(
            new, folder / LEXICAL, change.before.lexical_sha256, change.removed, added, n_passages
        )
    return sha256 or LexicalIndex.build(new, database.texts())


def publish(folder: Path) -> None:
    """Put the staged files in place, the manifest last. If this stops half-way, the next open makes them anew."""
    _new(folder / DENSE).replace(folder / DENSE)
    shutil.rmtree(folder / LEXICAL, ignore_errors=True)
    _new(folder / LEXICAL).replace(folder / LEXICAL)
    _new(folder / MANIFEST).replace(folder / MANIFEST)


def _clear(folder: Path) -> None:
    for path in (_new(folder / DENSE), _new(folder / MANIFEST)):
        path.unlink(missing_ok=True)
    shutil.rmtree(_new(folder / LEXICAL), ignore_errors=True)


def _new(path: Path) -> Path:
    return path.with_name(path.name + ".new")
