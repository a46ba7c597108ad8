"""A corpus in several indexes answers as one does, and keeps its documents where they are."""

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.documents import Document
from corpus.index import (
    CorpusNotFoundError,
    CorruptCorpusError,
    Encoder,
    IndexMismatchError,
    PassageIndex,
    UnknownDocumentError,
)
from corpus.shards import (
    Found,
    ShardCountError,
    ShardedIndex,
    ShardedSearch,
    ShardMissingError,
    corpus_folders,
    create_or_open_index,
    index_info,
    is_sharded,
    local_shards,
    open_index,
    shard_name,
    shard_of,
)

Doc = Callable[..., Document]
WORDS = ["council", "budget", "rain", "north", "harbour", "bridge", "dam", "market", "vote", "snow", "river", "road"]


@pytest.fixture
def documents(doc: Doc) -> list[Document]:
    """Fifty, no two alike."""
    draw = np.random.default_rng(7)
    return [doc(f"d{n}", f"Item{n}: {' '.join(draw.choice(WORDS, 6))}.") for n in range(50)]


@pytest.fixture
def sharded(folder: Path, encoder: Encoder, documents: list[Document]) -> ShardedIndex:
    """The fifty in three shards."""
    index = create_or_open_index(folder, encoder, 3)
    assert isinstance(index, ShardedIndex)
    index.add(documents)
    return index


def texts(index: PassageIndex | ShardedIndex, found: Found) -> list[list[tuple[str, float]]]:
    """Each hit's passage with its score, in place of its number."""
    return [[(index.fetch([n])[n][0].text, score) for n, score in hits] for hits in found]


def test_dense_search_finds_what_one_index_finds(
    sharded: ShardedIndex, documents: list[Document], encoder: Encoder, tmp_path: Path
) -> None:
    """The same passages with the same cosines to the bit; only equal ones may change places."""
    queries = encoder.encode([d.text for d in documents[:9]] + ["harbour dam", "snow"])
    with PassageIndex.create_or_open(tmp_path / "one", encoder) as one:
        one.add(documents)
        for k in (1, 7, 50, 99):
            ours, theirs = texts(sharded, sharded.search_dense(queries, k)), texts(one, one.search_dense(queries, k))
            assert [[score for _, score in hits] for hits in ours] == [[score for _, score in hits] for hits in theirs]
        assert [sorted(hits) for hits in ours] == [sorted(hits) for hits in theirs]


def test_lexical_search_asks_every_shard_and_keeps_the_order(sharded: ShardedIndex, documents: list[Document]) -> None:
    """Each document is found by its own number, and what all share comes best first, cut to k."""
    for document in documents:
        [(best, _), *_] = sharded.search_lexical([document.text.split(":")[0]], 5)[0]
        assert sharded.fetch([best])[best][1] == document
    [hits] = sharded.search_lexical(["rain north harbour"], 12)
    assert len(hits) == 12 and hits == sorted(hits, key=lambda hit: (-hit[1], hit[0]))
    assert len({number >> 40 for number, _ in hits}) > 1


class FakeShard:
    """Finds what it was given."""

    corpus_version, n_documents, n_passages = "v", 1, 1

    def __init__(self, hits: Sequence[tuple[int, float]]) -> None:
        self._hits = sorted(hits, key=lambda hit: (-hit[1], hit[0]))

    def search_dense(self, vectors: object, k: int) -> Found:
        return [self._hits[:k]]

    search_lexical = search_dense

    def documents_at(self, origins: object) -> dict[str, str]:
        return {}

    def fetch(self, ids: object) -> dict[int, tuple[object, Document]]:
        return {}

    def close(self) -> None:
        pass


@given(
    st.lists(st.lists(st.tuples(st.integers(1, 9), st.sampled_from([0.1, 0.5, 0.9]))), max_size=4), st.integers(1, 9)
)
def test_merged_hits_are_the_best_of_all_shards(shards: list[list[tuple[int, float]]], k: int) -> None:
    """Whatever the shards find: best first, ties by shard and rowid, at most k."""
    index = ShardedSearch([FakeShard(hits) for hits in shards])  # type: ignore[arg-type]
    every = [(n << 40 | rowid, score) for n, hits in enumerate(shards) for rowid, score in hits]
    assert index.search_lexical(["any"], k) == [sorted(every, key=lambda hit: (-hit[1], hit[0]))[:k]]
    index.close()


def test_fetch_takes_numbers_of_all_shards_and_leaves_out_unknown_ones(sharded: ShardedIndex) -> None:
    """In one call, each passage under its own number."""
    [hits] = sharded.search_lexical(["rain north harbour budget"], 50)
    numbers = [number for number, _ in hits]
    found = sharded.fetch([*numbers, 7 << 40 | 1, 10**9])
    assert set(found) == set(numbers)
    assert all(passage.document_id == document.id for passage, document in found.values())


def test_a_document_stays_in_its_shard_when_it_changes(
    sharded: ShardedIndex, documents: list[Document], doc: Doc
) -> None:
    """Replaced and not doubled; unchanged ones are passed over; progress counts all of them."""
    told: list[int] = []
    edited = doc("d0", "Item0: all new.")
    report = sharded.add([edited, *documents[1:]], told.append)
    assert (report.n_added, report.n_replaced, report.n_unchanged) == (0, 1, 49)
    assert sharded.n_documents == 50 and told[-1] == 50 and told == sorted(told)


def test_the_shard_of_an_origin_never_changes() -> None:
    """Written down: with other numbers, every sharded corpus on disk would get documents twice."""
    assert [shard_of(f"/docs/{n}", 10) for n in range(8)] == [1, 8, 8, 3, 2, 2, 5, 0]


def test_documents_are_spread_over_all_shards() -> None:
    """No shard gets twice its share of many origins."""
    counts = np.bincount([shard_of(f"https://news.example/{n}", 8) for n in range(8000)])
    assert len(counts) == 8 and counts.min() > 800 and counts.max() < 1200


def test_remove_looks_in_all_shards_and_removes_all_or_nothing(
    sharded: ShardedIndex, documents: list[Document]
) -> None:
    """One unknown key stops the others."""
    keys = [documents[n].origin for n in range(6)]
    with pytest.raises(UnknownDocumentError, match="nowhere"):
        sharded.remove([*keys, "nowhere"])
    assert sharded.n_documents == 50
    assert sharded.remove(keys) == 6
    assert sharded.n_documents == 44


def test_the_version_tells_of_a_change_in_any_shard(
    sharded: ShardedIndex, folder: Path, encoder: Encoder, documents: list[Document]
) -> None:
    """Equal when opened again, another one after a change, and that of `index_info`."""
    before = sharded.corpus_version
    with open_index(folder, encoder) as again:
        assert again.corpus_version == before == index_info(folder).corpus_version
    sharded.remove([documents[3].origin])
    assert sharded.corpus_version == index_info(folder).corpus_version != before


def test_info_sums_up_the_shards(sharded: ShardedIndex, folder: Path) -> None:
    """As of one corpus."""
    info = index_info(folder)
    assert (info.folder, info.n_documents, info.n_passages) == (folder, 50, sharded.n_passages)
    assert info.size_bytes > sum(PassageIndex.info(part).size_bytes for part in corpus_folders(folder)[:2])


def test_later_additions_find_the_number_of_shards(sharded: ShardedIndex, folder: Path, encoder: Encoder) -> None:
    """It may be left out or given again; another one is refused, and so are shards for a plain corpus."""
    for n_shards in (None, 3):
        index = create_or_open_index(folder, encoder, n_shards)
        assert isinstance(index, ShardedIndex) and index.n_shards == 3
    with pytest.raises(ShardCountError, match="has 3 shards, not 4"):
        create_or_open_index(folder, encoder, 4)
    PassageIndex.create_or_open(folder / "plain", encoder).close()
    with pytest.raises(ShardCountError, match="one index"):
        create_or_open_index(folder / "plain", encoder, 2)


def test_one_index_opens_as_ever(folder: Path, encoder: Encoder, documents: list[Document]) -> None:
    """Without --shards nothing changes: a PassageIndex in the folder itself."""
    with create_or_open_index(folder, encoder) as index:
        index.add(documents)
    with open_index(folder, encoder) as index:
        assert isinstance(index, PassageIndex) and index.n_documents == 50
    assert not is_sharded(folder) and corpus_folders(folder) == [folder]


def test_a_lost_shard_is_named(sharded: ShardedIndex, folder: Path, encoder: Encoder) -> None:
    """The last one too, which no gap tells of; a later addition does not put an empty one in its place."""
    shutil.rmtree(folder / shard_name(2))
    for use in (open_index, create_or_open_index):
        with pytest.raises(ShardMissingError, match="lacks shard-002 of its 3 shards"):
            use(folder, encoder)
    assert sorted(local_shards(folder)) == [0, 1]


def test_a_copied_shard_knows_how_many_there_are(sharded: ShardedIndex, folder: Path, tmp_path: Path) -> None:
    """So that no machine takes the shards that it has for the whole corpus; a garbled number is damage."""
    shutil.copytree(folder / shard_name(0), tmp_path / "copy" / shard_name(0))
    with pytest.raises(ShardMissingError, match="lacks shard-001, shard-002 of its 3"):
        corpus_folders(tmp_path / "copy")
    (folder / "shards.json").write_text("{}")
    with pytest.raises(CorruptCorpusError, match="n_shards"):
        corpus_folders(folder)


def test_shards_put_together_by_hand_are_counted(sharded: ShardedIndex, folder: Path, encoder: Encoder) -> None:
    """Up to the highest number."""
    for told in folder.rglob("shards.json"):
        told.unlink()
    with open_index(folder, encoder) as index:
        assert index.n_documents == 50


def test_an_interrupted_beginning_is_completed(folder: Path, encoder: Encoder, documents: list[Document]) -> None:
    """Only the number was written, or some of the shards made."""
    folder.mkdir()
    (folder / "shards.json").write_text(json.dumps({"n_shards": 2}))
    PassageIndex.create_or_open(folder / shard_name(0), encoder).close()
    with create_or_open_index(folder, encoder) as index:
        assert index.add(documents).n_added == 50


def test_a_folder_with_something_else_is_left_alone(folder: Path, encoder: Encoder) -> None:
    """As for one index."""
    folder.mkdir()
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(CorpusNotFoundError, match=r"notes\.txt"):
        create_or_open_index(folder, encoder, 2)
    assert [path.name for path in folder.iterdir()] == ["notes.txt"]


def test_another_encoder_is_refused(sharded: ShardedIndex, folder: Path, other_encoder: Encoder) -> None:
    """As for one index."""
    with pytest.raises(IndexMismatchError):
        open_index(folder, other_encoder)


def test_documents_are_found_where_they_came_from(sharded: ShardedIndex, documents: list[Document]) -> None:
    """The document that is here now, whatever its shard; nothing for what is not here."""
    origins = [d.origin for d in documents]
    assert sharded.documents_at([*origins, "nowhere"]) == {d.origin: d.id for d in documents}
    sharded.remove([documents[3].id])
    assert documents[3].origin not in sharded.documents_at(origins)
