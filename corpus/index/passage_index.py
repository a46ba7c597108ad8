"""PassageIndex: one corpus folder, opened with the encoder it was built with."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from corpus.documents import Document, Passage, PassageConfig
from corpus.index.database import Database, EncodedDocument, Meta
from corpus.index.dense import Vectors
from corpus.index.errors import (
    CorpusBusyError,
    CorpusNotFoundError,
    CorpusWriteError,
    CorruptCorpusError,
    IndexMismatchError,
    UnknownDocumentError,
    damaged,
)
from corpus.index.folder import (
    Change,
    Derived,
    StaleError,
    foreign,
    holds_corpus,
    open_derived,
    publish,
    rebuild,
    stage,
    writing,
)
from corpus.index.intake import AddReport, Encoder, Intake
from corpus.index.lock import LOCK, write_lock
from corpus.index.manifest import (
    DATABASE,
    DENSE,
    FORMAT_VERSION,
    CorpusInfo,
    Manifest,
    check_folder,
    check_format,
    read_info,
    read_manifest,
)

_SETTLE_S = 10.0  # how long an open waits for a writer that is just swapping files


class PassageIndex:
    """The passages of a corpus folder. Several threads may read; one process at a time may change it.

    An index that is open while another process changes the folder goes on with the passages it knew, less the removed.
    """

    def __init__(self, folder: Path, encoder: Encoder, heal: bool) -> None:
        """Use `create_or_open` or `open`. With `heal`, which needs the lock, stale files are made anew."""
        self._folder = folder
        self._encoder = encoder
        manifest = read_manifest(folder)
        _check_encoder(manifest, encoder)
        self._database = Database(folder / DATABASE)
        try:
            self._derived = self._load_or_heal() if heal else open_derived(folder, manifest, self._database)
        except BaseException:
            self._database.close()
            raise

    # ---- opening

    @classmethod
    def create_or_open(
        cls, folder: str | Path, encoder: Encoder, passages: PassageConfig | None = None
    ) -> PassageIndex:
        """Open the corpus in `folder`, or begin one where the folder is empty or not there.

        :param passages: how to cut documents; a corpus keeps to what it began with.
        :raises CorpusNotFoundError: the folder holds something else, or is a file.
        :raises CorpusWriteError: it cannot be made.
        :raises IndexMismatchError: it was begun with other `passages`; and whatever `open` raises.
        """
        folder = Path(folder)
        check_folder(folder)
        if not holds_corpus(folder):
            _create(folder, encoder, passages or PassageConfig())
        index = cls.open(folder, encoder)
        used = index._database.meta.passages
        if passages and passages != used:
            raise IndexMismatchError(
                f"{folder} was cut with {used}, not {passages}; build the corpus in another folder"
            )
        return index

    @classmethod
    def open(cls, folder: str | Path, encoder: Encoder) -> PassageIndex:
        """Open the corpus in `folder`. Derived files that an interrupted change left behind are made anew.

        :raises CorpusNotFoundError: no corpus there.
        :raises IndexMismatchError: built with another encoder.
        :raises NewerFormatError: written by a newer version.
        :raises CorruptCorpusError: a file is missing or damaged; the message says which.
        :raises CorpusWriteError: the folder may only be read, and it must be written to be opened.
        """
        folder = Path(folder)
        deadline = time.monotonic() + _SETTLE_S
        while True:
            try:
                return cls(folder, encoder, heal=False)
            except (StaleError, CorruptCorpusError) as error:
                # A writer may be swapping files at this moment: what is wrong under the lock is truly wrong.
                try:
                    with write_lock(folder):
                        return cls(folder, encoder, heal=True)
                except CorpusWriteError:
                    if isinstance(error, CorruptCorpusError):  # in a folder that may only be read
                        raise error from None
                    raise
                except CorpusBusyError:
                    if time.monotonic() > deadline:
                        raise
                    time.sleep(0.05)

    @staticmethod
    def info(folder: str | Path) -> CorpusInfo:
        """What the manifest says, without loading the index; raises as `open` does, but for a mismatch."""
        return read_info(Path(folder))

    @staticmethod
    def repair(folder: str | Path) -> CorpusInfo:
        """Make everything but the database anew from it; nothing is encoded.

        :raises CorpusNotFoundError: no corpus there.
        :raises CorpusBusyError: another run is changing it.
        :raises CorruptCorpusError: the database itself is damaged.
        :raises CorpusWriteError: the new files cannot be written.
        """
        folder = Path(folder)
        check_folder(folder)
        if not (folder / DATABASE).exists():
            raise CorpusNotFoundError(f"{folder} holds no {DATABASE}, from which to repair; build the corpus again")
        with write_lock(folder):
            database = Database(folder / DATABASE)
            try:
                check_format(folder, database.meta.format_version)
                database.check_integrity()
                rebuild(folder, database)
            finally:
                database.close()
        return read_info(folder)

    @staticmethod
    def check(folder: str | Path) -> CorpusInfo:
        """Read every file of the corpus to see that it is whole; needs no encoder.

        :raises CorpusNotFoundError: no corpus there.
        :raises NewerFormatError: written by a newer version.
        :raises CorruptCorpusError: a file is missing, damaged or of another corpus; the message says which.
        :raises CorpusWriteError: the folder may only be read, and it must be written to be opened.
        """
        folder = Path(folder)
        manifest = read_manifest(folder)
        database = Database(folder / DATABASE)
        try:
            database.check_integrity()
            corpus_version = database.corpus_version()
            open_derived(folder, manifest, database)
            if corpus_version != manifest.corpus_version:
                raise foreign(folder)
        except StaleError:
            raise damaged(folder / DENSE, "a change was interrupted before it") from None
        finally:
            database.close()
        return read_info(folder)

    def close(self) -> None:
        """Close the database; the index cannot be used afterwards."""
        self._database.close()

    def __enter__(self) -> PassageIndex:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # ---- reading

    @property
    def folder(self) -> Path:
        """Where the corpus lies."""
        return self._folder

    @property
    def corpus_version(self) -> str:
        """A hash over the ids of the documents: equal for the same documents from the same origins, in any order."""
        return self._derived.manifest.corpus_version

    @property
    def n_documents(self) -> int:
        """How many documents."""
        return self._derived.manifest.n_documents

    @property
    def n_passages(self) -> int:
        """How many passages."""
        return self._derived.manifest.n_passages

    def search_dense(self, vectors: Vectors, k: int) -> list[list[tuple[int, float]]]:
        """For each row of float32 (n, dim), rows unit-norm, the nearest passages by cosine.

        :return: per row up to k (passage rowid, cosine), best first.
        :raises ValueError: vectors of another shape.
        """
        dim = self._derived.manifest.dim
        if vectors.ndim != 2 or vectors.shape[1] != dim:
            raise ValueError(f"expected vectors of shape (n, {dim}), got {vectors.shape}")
        return self._derived.dense.search(vectors, k)

    def search_lexical(self, texts: Sequence[str], k: int) -> list[list[tuple[int, float]]]:
        """For each text the passages with its words, by BM25; any text is taken as plain words.

        :return: per text up to k (passage rowid, score), best first; scores are unbounded.
        """
        return self._derived.lexical.search(texts, k)

    def fetch(self, ids: Iterable[int]) -> dict[int, tuple[Passage, Document]]:
        """The passages with these rowids; one that was removed since the search is left out."""
        return self._database.fetch(ids)

    def documents_at(self, origins: Sequence[str]) -> dict[str, str]:
        """The ids of the documents from these origins, by origin; one that is not here is left out."""
        return self._database.ids_at(origins)

    # ---- changing

    def add(self, documents: Iterable[Document], progress: Callable[[int], None] | None = None) -> AddReport:
        """Take in documents. One from an origin already here replaces the earlier one, or is passed over if unchanged.

        The change is committed every 20,000 passages; a failure leaves the corpus as it was at the last commit.

        :param progress: called with the number of documents done so far.
        :raises CorpusBusyError: at once, where another run is changing the corpus.
        :raises CorpusWriteError: the disk is full or refuses.
        :raises EncoderOutputError: the encoder returned something else than it promised.
        """
        with self._changing():
            intake = Intake(self._database, self._encoder, progress)
            for document in documents:
                if intake.is_full(document):
                    self._commit(*intake.take())
                intake.put(document)
            self._commit(*intake.take())
            return intake.report()

    def remove(self, keys: Sequence[str]) -> int:
        """Take out the documents that the keys name, all or, if a key is unknown, none.

        :param keys: each a document's id, origin, url, file (all its records), or the id of a record in its file.
        :return: how many documents were removed.
        :raises UnknownDocumentError: names the keys that fit no document.
        :raises CorpusBusyError: as for `add`.
        :raises CorpusWriteError: as for `add`.
        """
        with self._changing():
            found = {key: self._database.find(key) for key in keys}
            if unknown := [key for key, ids in found.items() if not ids]:
                raise UnknownDocumentError(
                    f"nothing was removed: {', '.join(unknown)} is no id, origin, file or url in {self._folder}"
                )
            ids = list(dict.fromkeys(doc_id for matches in found.values() for doc_id in matches))
            self._commit(ids, [])
            return len(ids)

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Hold the lock, with the folder's newest state open."""
        with write_lock(self._folder):
            if self._database.generation != self._derived.manifest.generation:
                self._derived = self._load_or_heal()
            self._bring_up()
            yield

    def _bring_up(self) -> None:
        """Give an older database its present form; older derived files follow with the first commit."""
        if self._database.meta.format_version < FORMAT_VERSION:
            with writing(self._folder, "the corpus is as it was"):
                upgraded = Database(self._folder / DATABASE)
                try:
                    upgraded.upgrade(FORMAT_VERSION)
                finally:
                    upgraded.close()
            self._database.reload()

    def _commit(self, removed: list[str], added: list[EncodedDocument]) -> None:
        """Change the database and the derived files together.

        The new files are complete before the database commits; after that they only have to be renamed.
        """
        if not removed and not added:
            return
        database = Database(self._folder / DATABASE)  # its own, so that readers do not see half a change
        try:
            with writing(self._folder, "the corpus is as it was"), database.transaction():
                last = database.last_rowid()
                change = Change(self._derived.manifest, database.delete(removed), last)
                for encoded in added:
                    database.insert(encoded)
                stage(self._folder, database, change)
        finally:
            database.close()
        with writing(self._folder, "the change is kept, the next use of the corpus completes it"):
            publish(self._folder)
        self._derived = self._load_or_heal()

    def _load_or_heal(self) -> Derived:
        """The derived files, made anew where an interrupted change left them behind. Needs the lock."""
        try:
            return open_derived(self._folder, read_manifest(self._folder), self._database)
        except StaleError:
            rebuild(self._folder, self._database)
            return open_derived(self._folder, read_manifest(self._folder), self._database)


def _create(folder: Path, encoder: Encoder, passages: PassageConfig) -> None:
    meta = Meta(FORMAT_VERSION, uuid.uuid4().hex, encoder.name, encoder.fingerprint, encoder.dim, passages)
    with writing(folder, "no corpus was made"):
        folder.mkdir(parents=True, exist_ok=True)
        with write_lock(folder):
            if holds_corpus(folder):  # another run was quicker
                return
            if others := [path.name for path in folder.iterdir() if path.name not in (LOCK, f"{DATABASE}.new")]:
                raise CorpusNotFoundError(f"{folder} holds {others[0]} and no corpus; name an empty or a new folder")
            database = Database.create(folder / DATABASE, meta)
            try:
                rebuild(folder, database)
            except BaseException:
                (folder / DATABASE).unlink()
                raise
            finally:
                database.close()


def _check_encoder(built: Manifest, encoder: Encoder) -> None:
    if (built.encoder_name, built.encoder_fingerprint, built.dim) != (encoder.name, encoder.fingerprint, encoder.dim):
        raise IndexMismatchError(
            f"index was built with {_described(built.encoder_name, built.dim, built.encoder_fingerprint)}, encoder is "
            f"{_described(encoder.name, encoder.dim, encoder.fingerprint)}; use that encoder or build another corpus"
        )


def _described(name: str, dim: int, fingerprint: str) -> str:
    return f"{name} ({dim} dims, weights {fingerprint[:12]})"
