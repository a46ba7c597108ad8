"""What keeps a large corpus cheap to change: indexes that are extended, texts that are encoded once, older folders."""

import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import faiss
import numpy as np
import numpy.typing as npt
import pytest
from tantivy import SchemaBuilder

from corpus.documents import Document
from corpus.index import AddReport, CorpusWriteError, Encoder, PassageIndex
from corpus.index.dense import DenseIndex
from corpus.index.lexical import LexicalIndex

Doc = Callable[..., Document]
Batch = tuple[list[int], npt.NDArray[np.float32]]


def digest(path: Path) -> str:
    """Of a file's bytes."""
    return sha256(path.read_bytes()).hexdigest()


# ---- vectors


@pytest.fixture
def few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Above 1,000 passages the search is no longer exact."""
    monkeypatch.setattr("corpus.index.dense.EXACT_PASSAGES", 1000)


def vectors(first: int, n: int) -> list[Batch]:
    """Unit vectors in 40 bunches, with rowids from `first` on, in batches of 700."""
    rng = np.random.default_rng(first)
    bunches = np.random.default_rng(0).normal(size=(40, 32))
    rows = bunches[rng.integers(0, 40, n)] + rng.normal(scale=0.5, size=(n, 32))
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return [(list(range(first + at, first + min(at + 700, n))), rows[at : at + 700]) for at in range(0, n, 700)]


def built(path: Path, n: int) -> tuple[DenseIndex, str]:
    """An index of `n` vectors with rowids from 1 on, and its hash."""
    digest_of_it = DenseIndex.build(path, 32, n, lambda: vectors(1, n))
    return DenseIndex.open(path, 32, digest_of_it), digest_of_it


def kind(path: Path) -> str:
    """The kind of an index file."""
    return type(faiss.read_index(str(path))).__name__


def test_large_index_finds_nearly_what_exact_search_finds(
    tmp_path: Path, few_are_many: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At least 97 of 100 of the exact 20 best, with scores near the exact ones."""
    ((_, claims),) = vectors(99_999, 100)
    found = built(tmp_path / "lists", 4000)[0].search(claims, 20)
    monkeypatch.setattr("corpus.index.dense.EXACT_PASSAGES", 10_000)
    exact = built(tmp_path / "exact", 4000)[0].search(claims, 20)
    assert (kind(tmp_path / "lists"), kind(tmp_path / "exact")) == ("IndexIVFScalarQuantizer", "IndexIDMap2")
    recall = [len(dict(a).keys() & dict(b).keys()) / 20 for a, b in zip(found, exact, strict=True)]
    assert np.mean(recall) > 0.97
    assert found[0][0][1] == pytest.approx(exact[0][0][1], abs=0.02)


def test_large_index_gives_as_many_as_asked(tmp_path: Path, few_are_many: None) -> None:
    """Also where the lists nearest to the claim hold fewer; never a filler, never one twice."""
    index, _ = built(tmp_path / "i", 2000)
    ((_, claims),) = vectors(99_999, 3)
    for k in (1600, 2000, 5000):
        for hits in index.search(claims, k):
            assert len({rowid for rowid, _ in hits}) == len(hits) == min(k, 2000)
            assert hits == sorted(hits, key=lambda hit: (-hit[1], hit[0])) and -1 not in dict(hits)


def test_large_index_is_the_same_at_every_build(tmp_path: Path, few_are_many: None) -> None:
    """The training draws nothing at random from one run to the next."""
    assert built(tmp_path / "one", 3000)[1] == built(tmp_path / "two", 3000)[1]


@pytest.mark.parametrize("n", [500, 2000])
def test_extended_index_has_the_added_and_not_the_removed(tmp_path: Path, few_are_many: None, n: int) -> None:
    """Whatever its kind; the base is left as it was."""
    base = built(tmp_path / "base", n)[1]
    ((added, new),) = vectors(n + 1, 50)
    extended = DenseIndex.extend(tmp_path / "new", tmp_path / "base", base, [1, 2, n], [(added, new)], n + 47)
    assert extended and digest(tmp_path / "base") == base
    hits = DenseIndex.open(tmp_path / "new", 32, extended).search(new, n + 47)
    assert {rowid for rowid, _ in hits[0]} == {*range(3, n), *added}
    assert [row[0][0] for row in hits] == added


@pytest.mark.parametrize("n", [500, 2000])
def test_rowid_added_again_is_not_kept_twice(tmp_path: Path, few_are_many: None, n: int) -> None:
    """Its later vector takes the place of the earlier."""
    base = built(tmp_path / "base", n)[1]
    ((_, new),) = vectors(99_999, 1)
    extended = DenseIndex.extend(tmp_path / "new", tmp_path / "base", base, [], [([7], new)], n)
    assert extended
    (hits,) = DenseIndex.open(tmp_path / "new", 32, extended).search(new, n + 9)
    assert hits[0][0] == 7 and hits[0][1] > 0.97 and len(hits) == n


@pytest.mark.parametrize(("n", "later"), [(900, 1001), (1100, 749), (1100, 2300), (4000, 1900)])
def test_index_that_no_longer_suits_is_not_extended(tmp_path: Path, few_are_many: None, n: int, later: int) -> None:
    """Across the limit in either direction, with double what it was trained for, and with half."""
    base = built(tmp_path / "base", n)[1]
    assert DenseIndex.extend(tmp_path / "new", tmp_path / "base", base, [], [], later) is None
    assert not (tmp_path / "new").exists()


def test_index_near_the_limit_does_not_change_its_kind(tmp_path: Path, few_are_many: None) -> None:
    """A corpus that goes up and down around it is not trained again each time."""
    base = built(tmp_path / "base", 1100)[1]
    assert DenseIndex.extend(tmp_path / "new", tmp_path / "base", base, list(range(1, 301)), [], 800)
    assert kind(tmp_path / "new") == "IndexIVFScalarQuantizer"


def test_damaged_index_is_not_extended(tmp_path: Path) -> None:
    """Damage since it was opened is not handed on with a new hash."""
    base = built(tmp_path / "base", 100)[1]
    data = bytearray((tmp_path / "base").read_bytes())
    data[len(data) // 2] ^= 1
    (tmp_path / "base").unlink()
    (tmp_path / "base").write_bytes(data)
    assert DenseIndex.extend(tmp_path / "new", tmp_path / "base", base, [], [], 100) is None


def test_corpus_that_grows_over_the_limit_answers_on(
    folder: Path, encoder: Encoder, doc: Doc, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It turns to lists, and back when it shrinks, with nothing encoded again."""
    monkeypatch.setattr("corpus.index.dense.EXACT_PASSAGES", 30)
    claim = encoder.encode(["the council met on day3"])
    with PassageIndex.create_or_open(folder, encoder) as index:
        for start in (0, 20, 40):
            index.add([doc(f"d{i}", f"The council met on day{i}.") for i in range(start, start + 20)])
        assert kind(folder / "dense.faiss") == "IndexIVFScalarQuantizer"
        ((first, _),) = index.search_dense(claim, 1)[0]
        assert index.fetch([first])[first][0].text == "The council met on day3."
        index.remove([f"/docs/d{i}" for i in range(10, 60)])
        assert kind(folder / "dense.faiss") == "IndexIDMap2" and len(index.search_dense(claim, 99)[0]) == 10
    assert len(encoder.seen) == 61  # type: ignore[attr-defined]


# ---- words


@pytest.fixture
def removal_is_cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tenth of the passages may be taken out, however small the index."""
    monkeypatch.setattr("corpus.index.lexical._REMOVED_AT_LEAST", 0)
    monkeypatch.setattr("corpus.index.lexical._REMOVED_SHARE", 0.1)


def rows(*rowids: int) -> Iterator[tuple[int, str, str]]:
    """Passages that share one word and have one of their own."""
    return ((rowid, "", f"The council met on day{rowid}.") for rowid in rowids)


@pytest.mark.parametrize("links", [True, False])
def test_extended_words_leave_the_old_folder_as_it_was(
    tmp_path: Path, removal_is_cheap: None, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    """Byte for byte, with files shared between them where the file system can, and copied where not."""
    base, new = tmp_path / "base", tmp_path / "new"
    known = LexicalIndex.build(base, rows(*range(1, 101)))
    before = {path.name: digest(path) for path in base.iterdir()}
    if not links:
        monkeypatch.setattr(os, "link", lambda *_: (_ for _ in ()).throw(OSError(1, "Operation not permitted")))
    extended = LexicalIndex.extend(new, base, known, [3, 5], rows(101, 102), 100)
    assert {path.name: digest(path) for path in base.iterdir()} == before
    assert any(path.stat().st_nlink > 1 for path in new.iterdir()) == links
    hits = LexicalIndex.open(new, 100, extended or "").search(["council", "day3", "day101"], 200)
    assert [len(found) for found in hits] == [100, 0, 1]
    assert {rowid for rowid, _ in hits[0]} == {*range(1, 103)} - {3, 5}
    assert len(LexicalIndex.open(base, 100, known).search(["day3"], 9)[0]) == 1


def test_many_removed_passages_have_the_words_built_anew(tmp_path: Path, removal_is_cheap: None) -> None:
    """What was removed earlier counts too: scores must not drift."""
    known = LexicalIndex.build(tmp_path / "0", rows(*range(1, 101)))
    assert LexicalIndex.extend(tmp_path / "x", tmp_path / "0", known, list(range(1, 21)), [], 80) is None
    second = LexicalIndex.extend(tmp_path / "1", tmp_path / "0", known, list(range(1, 7)), [], 94)
    assert second and not (tmp_path / "x").exists()
    assert LexicalIndex.extend(tmp_path / "2", tmp_path / "1", second, [8, 9, 10, 11], [], 90) is None


def test_small_corpus_has_no_removed_words_at_all(tmp_path: Path) -> None:
    """Where to build anew costs little, scores are exact."""
    known = LexicalIndex.build(tmp_path / "0", rows(*range(1, 2001)))
    assert LexicalIndex.extend(tmp_path / "1", tmp_path / "0", known, [1], [], 1999) is None


# ---- texts that were encoded before

PARAGRAPHS = [f"{' '.join(f'word{n}x{i}' for i in range(40))}." for n in range(6)]


def test_changed_paragraph_costs_only_its_own_passages(folder: Path, encoder: Encoder, doc: Doc) -> None:
    """The rest of a replaced document keeps its vectors."""
    with PassageIndex.create_or_open(folder, encoder) as index:
        index.add([doc("a", "\n\n".join(PARAGRAPHS), "T")])
        del encoder.seen[:]  # type: ignore[attr-defined]
        new = PARAGRAPHS[3].replace("word", "term")
        report = index.add([doc("a", "\n\n".join([*PARAGRAPHS[:3], new, *PARAGRAPHS[4:]]), "T")])
        assert encoder.seen == [f"T: {new}"]  # type: ignore[attr-defined]
        assert report == AddReport(n_added=0, n_replaced=1, n_unchanged=0, n_passages=6, n_reused=5)
        claims = encoder.encode([f"T: {PARAGRAPHS[5]}"])
        assert index.search_dense(claims, 1)[0][0][1] == pytest.approx(1, abs=1e-3)


def test_copy_of_a_document_costs_nothing(folder: Path, encoder: Encoder, doc: Doc) -> None:
    """Within one add, and later; under another title it is another text."""
    with PassageIndex.create_or_open(folder, encoder) as index:
        assert index.add([doc("a", "It has 41 rooms.", "Hotel"), doc("b", "It has 41 rooms.", "Hotel")]).n_reused == 1
        assert index.add([doc("c", "It has 41 rooms.", "Hotel")]) == AddReport(1, 0, 0, n_passages=1, n_reused=1)
        assert index.add([doc("d", "It has 41 rooms.", "Motel")]).n_reused == 0
        assert encoder.seen == ["Hotel: It has 41 rooms.", "Motel: It has 41 rooms."]  # type: ignore[attr-defined]
        assert index.n_passages == 4 and len(index.search_lexical(["rooms"], 9)[0]) == 4


def test_text_that_moves_to_another_document_is_not_encoded_again(folder: Path, encoder: Encoder, doc: Doc) -> None:
    """Its vector is looked up before the document that had it goes."""
    with PassageIndex.create_or_open(folder, encoder) as index:
        index.add([doc("a", "Rain fell.")])
        report = index.add([doc("a", "Snow fell."), doc("b", "Rain fell.")])
    assert report == AddReport(n_added=1, n_replaced=1, n_unchanged=0, n_passages=2, n_reused=1)
    assert encoder.seen == ["Rain fell.", "Snow fell."]  # type: ignore[attr-defined]


# ---- a folder of format 1


@pytest.fixture
def old(folder: Path, encoder: Encoder, doc: Doc, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A corpus of 20 documents as the first format had it."""

    def schema() -> object:
        builder = SchemaBuilder()
        builder.add_integer_field("rowid", fast=True)
        builder.add_text_field("title", tokenizer_name="en_stem", index_option="freq")
        builder.add_text_field("text", tokenizer_name="en_stem", index_option="freq")
        return builder.build()

    with monkeypatch.context() as patch:
        patch.setattr("corpus.index.lexical._schema", schema)
        with PassageIndex.create_or_open(folder, encoder) as index:
            index.add([doc(f"d{i}", f"The council met on day{i}.", "News") for i in range(20)])
    with sqlite3.connect(folder / "passages.sqlite") as database:
        database.execute("DROP INDEX passages_hash")
        database.execute("ALTER TABLE passages DROP COLUMN hash")
        database.execute("UPDATE meta SET value = json_set(value, '$.format_version', 1) WHERE key = 'meta'")
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**manifest, "format_version": 1}))
    return folder


def versions(folder: Path) -> tuple[int, int]:
    """The format of the derived files and of the database."""
    with sqlite3.connect(folder / "passages.sqlite") as database:
        ((meta,),) = database.execute("SELECT value FROM meta WHERE key = 'meta'")
    return PassageIndex.info(folder).format_version, json.loads(meta)["format_version"]


def test_older_folder_is_read_as_it_is(old: Path, encoder: Encoder) -> None:
    """No file of it is written."""
    before = {path: digest(path) for path in old.rglob("*") if path.is_file()}
    with PassageIndex.open(old, encoder) as index:
        assert len(index.search_lexical(["day3"], 9)[0]) == 1
        assert len(index.search_dense(encoder.encode(["day3"]), 9)[0]) == 9
    PassageIndex.check(old)
    assert {path: digest(path) for path in old.rglob("*") if path.is_file()} == before and versions(old) == (1, 1)


def test_older_folder_is_brought_up_at_its_first_change(old: Path, encoder: Encoder, doc: Doc) -> None:
    """Nothing is lost or encoded again, and a copy of an old document costs nothing."""
    del encoder.seen[:]  # type: ignore[attr-defined]
    with PassageIndex.open(old, encoder) as index, PassageIndex.open(old, encoder) as second:
        copy = doc("copy", "The council met on day3.", "News")
        assert index.add([copy]) == AddReport(1, 0, 0, n_passages=1, n_reused=1)
        assert index.n_documents == 21 and len(index.search_lexical(["day3"], 9)[0]) == 2
        assert second.remove(["/docs/d3"]) == 1 and len(second.search_lexical(["day3"], 9)[0]) == 1
    assert versions(old) == (2, 2) and not encoder.seen  # type: ignore[attr-defined]
    assert PassageIndex.check(old).n_documents == 20


def test_failed_upgrade_leaves_the_older_folder(
    old: Path, encoder: Encoder, doc: Doc, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of the database is brought up or nothing; a second try succeeds."""
    before = digest(old / "passages.sqlite")
    index = PassageIndex.open(old, encoder)
    with monkeypatch.context() as patch:
        full = sqlite3.OperationalError("database or disk is full")
        patch.setattr("corpus.index.database.text_hash", lambda text: (_ for _ in ()).throw(full))
        with pytest.raises(CorpusWriteError, match="as it was"):
            index.add([doc("new", "Rain fell.")])
    assert digest(old / "passages.sqlite") == before and versions(old) == (1, 1)
    assert index.add([doc("new", "Rain fell.")]).n_added == 1 and versions(old) == (2, 2)


def test_older_folder_survives_a_stop_between_upgrade_and_commit(
    old: Path, encoder: Encoder, doc: Doc, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database is brought up, the rest is not yet: it answers, and the next change goes through."""
    with monkeypatch.context() as patch, PassageIndex.open(old, encoder) as index:
        patch.setattr(encoder, "encode", lambda texts: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            index.add([doc("new", "Rain fell.")])
    assert versions(old) == (1, 2)
    with PassageIndex.open(old, encoder) as index:
        assert len(index.search_lexical(["council"], 99)[0]) == 20
        assert index.remove(["/docs/d3"]) == 1
    assert versions(old) == (2, 2) and PassageIndex.check(old).n_passages == 19


# ---- sources that contradict themselves


def test_colliding_records_keep_the_last_and_lose_nothing_else(folder: Path, encoder: Encoder, doc: Doc) -> None:
    """Two rows of a file with one id replace each other; the same document twice is one."""
    first, other = doc("f.jsonl#1", "One form."), doc("f.jsonl#2", "Other record.")
    with PassageIndex.create_or_open(folder, encoder) as index:
        report = index.add([first, other, other, doc("f.jsonl#1", "Later form."), replace(other, title="")])
        assert (report.n_added, report.n_replaced, report.n_unchanged) == (2, 1, 2)
        assert len(index.search_lexical(["form"], 9)[0]) == 1 and index.n_documents == 2


def test_words_of_a_tenth_of_a_large_corpus_are_left_to_the_search_by_meaning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unless a claim has no others; in a small corpus every word counts."""
    rows = [(n, "", f"council day{n}" if n < 30 else f"rain day{n}") for n in range(100)]
    sha256 = LexicalIndex.build(tmp_path / "lexical", rows)

    def found(text: str) -> list[int]:
        index = LexicalIndex.open(tmp_path / "lexical", len(rows), sha256)
        return sorted(rowid for rowid, _ in index.search([text], 100)[0])

    assert found("council day50") == [*range(30), 50]
    monkeypatch.setattr("corpus.index.lexical._COMMON_FROM", 10)
    assert found("council day50") == [50]
    assert found("council") == [*range(30)]
