import hashlib
import json
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from corpus.documents import Document
from corpus.index import (
    CorpusBusyError,
    CorpusNotFoundError,
    CorpusWriteError,
    CorruptCorpusError,
    Encoder,
    EncoderOutputError,
    IndexMismatchError,
    NewerFormatError,
    PassageIndex,
)
from corpus.index.lexical import LexicalIndex
from corpus.index.lock import write_lock

Doc = Callable[..., Document]


@pytest.fixture
def built(folder: Path, encoder: Encoder, doc: Doc) -> Path:
    """A corpus of 20 documents."""
    with PassageIndex.create_or_open(folder, encoder) as index:
        index.add([doc(f"d{i}", f"The council met on day{i}.") for i in range(20)])
    return folder


def answers(folder: Path, encoder: Encoder) -> tuple[list[str], list[str]]:
    """What both searches find."""
    with PassageIndex.open(folder, encoder) as index:
        hits = (
            index.search_dense(encoder.encode(["the council met on day3"]), 3)[0],
            index.search_lexical(["day3"], 3)[0],
        )
        first, second = ([index.fetch([rowid])[rowid][0].text for rowid, _ in found] for found in hits)
        return first, second


def leftovers(folder: Path) -> list[str]:
    """Files of an unfinished change."""
    return [path.name for path in folder.iterdir() if path.name.endswith((".new", "-journal"))]


# ---- the wrong folder, encoder or version


def test_open_without_corpus_says_so(tmp_path: Path, encoder: Encoder) -> None:
    """A missing folder and an empty one are told from a damaged corpus."""
    for folder in (tmp_path / "gone", tmp_path):
        with pytest.raises(CorpusNotFoundError, match="holds no"):
            PassageIndex.open(folder, encoder)
        with pytest.raises(CorpusNotFoundError):
            PassageIndex.info(folder)
        with pytest.raises(CorpusNotFoundError):
            PassageIndex.repair(folder)


def test_create_refuses_a_folder_with_other_files(tmp_path: Path, encoder: Encoder) -> None:
    """A corpus is never mixed into somebody's documents."""
    (tmp_path / "article.txt").write_text("x")
    with pytest.raises(CorpusNotFoundError, match=r"article\.txt"):
        PassageIndex.create_or_open(tmp_path, encoder)


def test_create_where_no_folder_can_be(tmp_path: Path, encoder: Encoder) -> None:
    """A file in the way is a write error that names the path."""
    (tmp_path / "file").write_text("x")
    with pytest.raises(CorpusWriteError, match="file"):
        PassageIndex.create_or_open(tmp_path / "file" / "corpus", encoder)


def test_a_file_is_no_corpus_folder(tmp_path: Path, encoder: Encoder) -> None:
    """Whatever is asked of it; and below a file there is none either."""
    file = tmp_path / "article.txt"
    file.write_text("x")
    for ask in (
        lambda: PassageIndex.open(file, encoder),
        lambda: PassageIndex.create_or_open(file, encoder),
        lambda: PassageIndex.info(file),
        lambda: PassageIndex.check(file),
        lambda: PassageIndex.repair(file),
    ):
        with pytest.raises(CorpusNotFoundError, match=r"article\.txt is a file, not a corpus folder"):
            ask()
    with pytest.raises(CorpusNotFoundError, match="holds no corpus"):
        PassageIndex.open(file / "corpus", encoder)


def test_another_encoder_is_refused_with_both_sides(built: Path, other_encoder: Encoder) -> None:
    """Vectors of different models cannot be compared."""
    message = r"built with fake \(256 dims, weights f00d\), encoder is other \(8 dims, weights beef\)"
    for opening in (PassageIndex.open, PassageIndex.create_or_open):
        with pytest.raises(IndexMismatchError, match=message):
            opening(built, other_encoder)


def test_same_name_with_other_weights_is_refused(built: Path, encoder: Encoder) -> None:
    """The name alone does not vouch for a model."""
    encoder.fingerprint = "0001"  # type: ignore[misc]
    with pytest.raises(IndexMismatchError, match="weights 0001"):
        PassageIndex.open(built, encoder)


def test_newer_format_is_refused(built: Path, encoder: Encoder) -> None:
    """Even where the newer manifest has other fields."""
    (built / "manifest.json").write_text('{"format_version": 99}')
    with pytest.raises(NewerFormatError, match="format 99"):
        PassageIndex.open(built, encoder)
    with pytest.raises(NewerFormatError):
        PassageIndex.info(built)


# ---- damage


def put(path: Path, data: bytes | bytearray) -> None:
    """Set another file in its place: to change one that is still mapped into memory would kill the process."""
    path.unlink()
    path.write_bytes(data)


def truncate(path: Path) -> None:
    """Cut a file in half."""
    put(path, path.read_bytes()[: path.stat().st_size // 2])


def garble(path: Path) -> None:
    """Turn the bits of one byte."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    put(path, data)


def delete(path: Path) -> None:
    """Take a file away."""
    path.unlink()


@pytest.mark.parametrize("harm", [truncate, garble, delete])
@pytest.mark.parametrize("name", ["dense.faiss", "lexical/meta.json", "lexical/*.idx", "lexical/*.fast"])
def test_damaged_index_file_is_named_and_repaired(
    built: Path, encoder: Encoder, name: str, harm: Callable[[Path], None]
) -> None:
    """Open refuses and says what to run; repair brings the same answers back with nothing encoded."""
    before = answers(built, encoder)
    n_encoded = len(encoder.seen)  # type: ignore[attr-defined]
    harm(next(built.glob(name)))
    with pytest.raises(CorruptCorpusError, match=rf"{name.split('/')[0]}.*verifier corpus repair --corpus {built}"):
        PassageIndex.open(built, encoder)
    assert PassageIndex.repair(built).n_passages == 20
    assert len(encoder.seen) == n_encoded  # type: ignore[attr-defined]
    assert answers(built, encoder) == before


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"format_version": "x"}', '{"format_version": 1}'])
def test_damaged_manifest_is_named_and_repaired(built: Path, encoder: Encoder, content: str) -> None:
    """Whatever stands in it."""
    (built / "manifest.json").write_text(content)
    for opening in (lambda: PassageIndex.open(built, encoder), lambda: PassageIndex.info(built)):
        with pytest.raises(CorruptCorpusError, match=r"manifest\.json.*verifier corpus repair"):
            opening()
    PassageIndex.repair(built)
    assert answers(built, encoder)[1] == ["The council met on day3."]


def test_everything_but_the_database_can_be_lost(built: Path, encoder: Encoder) -> None:
    """Repair needs passages.sqlite and nothing else."""
    before = answers(built, encoder)
    shutil.rmtree(built / "lexical")
    (built / "dense.faiss").unlink()
    (built / "manifest.json").unlink()
    PassageIndex.repair(built)
    assert answers(built, encoder) == before


@pytest.mark.parametrize("harm", [truncate, delete, lambda path: path.write_bytes(b"not a database" * 999)])
def test_damaged_database_is_named(built: Path, encoder: Encoder, harm: Callable[[Path], None]) -> None:
    """It holds the corpus itself: the message tells to restore it, and repair does not pretend."""
    harm(built / "passages.sqlite")
    with pytest.raises(CorruptCorpusError, match=r"passages\.sqlite.*restore"):
        PassageIndex.open(built, encoder)
    with pytest.raises((CorruptCorpusError, CorpusNotFoundError), match=r"passages\.sqlite"):
        PassageIndex.repair(built)


def test_damage_inside_the_database_is_an_error_on_the_way(built: Path, encoder: Encoder) -> None:
    """Pages of rubbish raise the corpus's own error, not SQLite's."""
    path = built / "passages.sqlite"
    path.write_bytes(path.read_bytes()[:4096] + b"\xff" * (path.stat().st_size - 4096))
    with pytest.raises(CorruptCorpusError, match=r"passages\.sqlite"), PassageIndex.open(built, encoder) as index:
        index.fetch([1])
    with pytest.raises(CorruptCorpusError):
        PassageIndex.repair(built)


def test_database_of_another_corpus_is_refused_until_repair(
    built: Path, tmp_path: Path, encoder: Encoder, doc: Doc
) -> None:
    """Equal counts and changes do not make it the right one; repair takes what it holds."""
    with PassageIndex.create_or_open(tmp_path / "other", encoder) as other:
        other.add([doc(f"o{i}", f"The board met on day{i}.") for i in range(20)])
    shutil.copy(tmp_path / "other" / "passages.sqlite", built)
    for opening in (lambda: PassageIndex.open(built, encoder), lambda: PassageIndex.check(built)):
        with pytest.raises(CorruptCorpusError, match=rf"passages\.sqlite.*another corpus.*repair --corpus {built}"):
            opening()
    PassageIndex.repair(built)
    assert answers(built, encoder)[1] == ["The board met on day3."]


@pytest.mark.parametrize("n_documents", [1, 2])
def test_database_of_a_copy_that_went_its_own_way_is_refused(
    built: Path, tmp_path: Path, encoder: Encoder, doc: Doc, n_documents: int
) -> None:
    """Check compares the documents' ids; open, which does not read them all, at least their number."""
    shutil.copytree(built, tmp_path / "copy")
    PassageIndex.open(built, encoder).add([doc("rain", "Rain fell.")])
    PassageIndex.open(tmp_path / "copy", encoder).add([doc(f"s{i}", f"Snow fell {i}.") for i in range(n_documents)])
    shutil.copy(tmp_path / "copy" / "passages.sqlite", built)
    with pytest.raises(CorruptCorpusError, match=r"passages\.sqlite"):
        PassageIndex.check(built)
    if n_documents == 2:
        with pytest.raises(CorruptCorpusError, match=r"passages\.sqlite"):
            PassageIndex.open(built, encoder)


# ---- a folder that may only be read


@pytest.fixture
def read_only(built: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The corpus as on a read-only mount, where tantivy cannot make its lock file."""
    really = LexicalIndex._open

    def refused(folder: Path) -> LexicalIndex:
        if not folder.stat().st_mode & 0o200:
            raise ValueError("Failed to acquire Lockfile: Read-only file system")
        return really(folder)

    monkeypatch.setattr(LexicalIndex, "_open", refused)
    (built / "lexical").chmod(0o555)
    yield built
    (built / "lexical").chmod(0o755)


def test_read_only_corpus_is_opened_by_way_of_a_copy(
    read_only: Path, encoder: Encoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It answers as ever, counts as whole, and leaves no copy behind."""
    (tmp_path / "temp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temp"))
    assert answers(read_only, encoder)[1] == ["The council met on day3."]
    assert PassageIndex.check(read_only).n_passages == 20
    assert not list((tmp_path / "temp").iterdir())


def test_read_only_corpus_that_cannot_be_copied_is_not_called_damaged(
    read_only: Path, encoder: Encoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message says that the folder must be writable."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "gone"))
    for opening in (lambda: PassageIndex.open(read_only, encoder), lambda: PassageIndex.check(read_only)):
        with pytest.raises(CorpusWriteError, match=r"lexical must be writable"):
            opening()


# ---- interruptions


@pytest.mark.parametrize("n_renamed", [0, 1, 2])
def test_add_interrupted_after_its_commit_is_completed_at_the_next_open(
    built: Path, encoder: Encoder, doc: Doc, monkeypatch: pytest.MonkeyPatch, n_renamed: int
) -> None:
    """The new document is in, with nothing encoded again, wherever between the renames it stopped."""
    index, replace, done = PassageIndex.open(built, encoder), Path.replace, list[Path]()

    def interrupted(path: Path, target: Path) -> Path:
        if len(done) == n_renamed:
            raise KeyboardInterrupt
        done.append(path)
        return replace(path, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", interrupted)
        with pytest.raises(KeyboardInterrupt):
            index.add([doc("new", "Rain fell.")])
    n_encoded = len(encoder.seen)  # type: ignore[attr-defined]
    with PassageIndex.open(built, encoder) as healed:
        assert healed.n_documents == 21 and len(healed.search_lexical(["rain"], 3)[0]) == 1
    assert len(encoder.seen) == n_encoded and not leftovers(built)  # type: ignore[attr-defined]


@pytest.mark.parametrize("step", ["DenseIndex.extend", "LexicalIndex.build", "write_manifest"])
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), sqlite3.OperationalError("disk is full")])
def test_full_disk_leaves_the_old_state(
    built: Path, encoder: Encoder, doc: Doc, monkeypatch: pytest.MonkeyPatch, step: str, error: Exception
) -> None:
    """Before the commit nothing has happened: the error names the folder, index and files still work."""
    before = answers(built, encoder)
    index = PassageIndex.open(built, encoder)
    with monkeypatch.context() as patch:
        patch.setattr(f"corpus.index.folder.{step}", lambda *args, **kwargs: (_ for _ in ()).throw(error))
        with pytest.raises(CorpusWriteError, match=rf"{built}.*as it was"):
            index.add([doc("new", "Rain fell."), doc("d3", "Changed.")])
    assert answers(built, encoder) == before and not leftovers(built)
    assert index.n_documents == 20 and index.add([doc("new", "Rain fell.")]).n_added == 1


def test_real_write_failure_leaves_the_old_state(built: Path, encoder: Encoder, doc: Doc) -> None:
    """With a limit on file sizes, as on a full disk, each of the libraries fails in its own way."""
    before = answers(built, encoder)
    index = PassageIndex.open(built, encoder)
    old = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        for n_bytes in (2_000, 20_000, 30_000, 60_000):
            resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, limits[1]))
            with pytest.raises(CorpusWriteError):
                index.add([doc("new", "Rain fell on the council. " * 600)])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, old)
    assert answers(built, encoder) == before and not leftovers(built)


def test_killed_add_leaves_an_openable_corpus(built: Path, encoder: Encoder) -> None:
    """kill -9 at any moment: the next open finds every document whole or not at all."""
    code = f"""if True:
        import sys
        sys.path[:0] = [{str(Path(__file__).parents[2])!r}, {str(Path(__file__).parent)!r}]
        from datetime import UTC, datetime
        from conftest import FakeEncoder
        from corpus.documents import make_document
        from corpus.index import PassageIndex
        index = PassageIndex.open({str(built)!r}, FakeEncoder())
        for i in range(10_000):
            now = datetime.now(UTC)
            index.add([make_document(f"/k{{i}}", "", f"Rain fell on day{{i}}.", None, None, None, now)])
            print(i, flush=True)"""
    for delay in (0.0, 0.011, 0.023, 0.037):
        process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
        assert process.stdout and process.stdout.readline()
        time.sleep(delay)
        process.kill()
        process.wait()
        process.stdout.close()
        with PassageIndex.open(built, encoder) as index:
            assert index.n_documents == index.n_passages
            assert len(index.search_lexical(["rain"], 10_000)[0]) == index.n_documents - 20


def test_encoder_failure_leaves_the_old_state(
    built: Path, encoder: Encoder, doc: Doc, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the encoder raises comes through, and nothing was written."""
    index = PassageIndex.open(built, encoder)
    with monkeypatch.context() as patch:
        patch.setattr(encoder, "encode", lambda texts: (_ for _ in ()).throw(RuntimeError("out of memory")))
        with pytest.raises(RuntimeError, match="out of memory"):
            index.add([doc("new", "Rain fell.")])
    assert PassageIndex.info(built).n_documents == 20


@pytest.mark.parametrize("factor", [2.0, float("nan"), 0.0])
def test_vectors_not_of_unit_length_are_refused(
    built: Path, encoder: Encoder, doc: Doc, monkeypatch: pytest.MonkeyPatch, factor: float
) -> None:
    """They would rank passages wrongly in silence."""
    index = PassageIndex.open(built, encoder)
    encode = encoder.encode

    def scaled(texts: Sequence[str]) -> npt.NDArray[np.float32]:
        return encode(texts) * np.float32(factor)

    monkeypatch.setattr(encoder, "encode", scaled)
    with pytest.raises(EncoderOutputError, match=r"Rain fell\."):
        index.add([doc("new", "Rain fell.")])
    monkeypatch.setattr(encoder, "encode", lambda texts: encode(texts)[:, :5])
    with pytest.raises(EncoderOutputError, match=r"\(1, 5\), expected \(1, 256\)"):
        index.add([doc("new", "Rain fell.")])


# ---- two at once


def test_second_writer_is_told_at_once(built: Path, encoder: Encoder, doc: Doc) -> None:
    """add, remove and repair refuse; reading goes on; afterwards all is possible again."""
    index = PassageIndex.open(built, encoder)
    with write_lock(built):
        for change in (
            lambda: index.add([doc("new", "Rain fell.")]),
            lambda: index.remove(["/docs/d1"]),
            lambda: PassageIndex.repair(built),
        ):
            with pytest.raises(CorpusBusyError, match="being changed by another run"):
                change()
        assert answers(built, encoder)[1] == ["The council met on day3."]
    assert index.add([doc("new", "Rain fell.")]).n_added == 1


def test_lock_of_a_dead_process_does_not_stay(built: Path, encoder: Encoder, doc: Doc) -> None:
    """The lock file alone locks nothing."""
    assert (built / ".lock").exists()
    assert PassageIndex.open(built, encoder).add([doc("new", "Rain fell.")]).n_added == 1


def test_writer_sees_what_another_wrote_meanwhile(built: Path, encoder: Encoder, doc: Doc) -> None:
    """An index opened earlier does not undo or miss a later change by another."""
    first, second = PassageIndex.open(built, encoder), PassageIndex.open(built, encoder)
    second.add([doc("new", "Rain fell.")])
    assert first.add([doc("new", "Rain fell."), doc("next", "Snow fell.")]).n_unchanged == 1
    assert first.n_documents == 22 and len(first.search_lexical(["fell"], 9)[0]) == 2


def test_repair_of_a_whole_corpus_changes_no_answer(built: Path, encoder: Encoder) -> None:
    """It may be run at any time."""
    before, info = answers(built, encoder), PassageIndex.info(built)
    assert PassageIndex.repair(built).corpus_version == info.corpus_version
    assert answers(built, encoder) == before


def test_manifest_vouches_for_the_dense_file(built: Path) -> None:
    """It carries format, encoder, version, counts and the hash of dense.faiss."""
    manifest = json.loads((built / "manifest.json").read_text())
    assert manifest["dense_sha256"] == hashlib.sha256((built / "dense.faiss").read_bytes()).hexdigest()
    assert (manifest["format_version"], manifest["n_passages"], manifest["dim"]) == (2, 20, 256)
    assert list((built / "lexical").iterdir())


def test_a_document_that_was_changed_behind_the_index_is_never_quoted(built: Path, encoder: Encoder) -> None:
    """A file that SQLite finds sound may hold another text than was taken in: reading and checking both say so."""
    with sqlite3.connect(built / "passages.sqlite") as connection:
        connection.execute("UPDATE documents SET text = replace(text, 'day3.', 'day4.')")
    with PassageIndex.open(built, encoder) as index:
        [(rowid, _)] = index.search_lexical(["day3"], 1)[0]
        with pytest.raises(CorruptCorpusError, match="d3 is not as it was taken in"):
            index.fetch([rowid])
    with pytest.raises(CorruptCorpusError, match="not as it was taken in"):
        PassageIndex.check(built)
