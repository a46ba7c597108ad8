import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus.documents import Document, PassageConfig
from corpus.index import AddReport, Encoder, IndexMismatchError, PassageIndex, UnknownDocumentError

Doc = Callable[..., Document]


@pytest.fixture
def index(folder: Path, encoder: Encoder) -> Iterator[PassageIndex]:
    """An empty corpus, open."""
    with PassageIndex.create_or_open(folder, encoder) as opened:
        yield opened


def texts(index: PassageIndex, hits: list[tuple[int, float]]) -> list[str]:
    """The hits' passages, best first."""
    found = index.fetch(rowid for rowid, _ in hits)
    return [found[rowid][0].text for rowid, _ in hits]


def dense(index: PassageIndex, encoder: Encoder, text: str, k: int = 5) -> list[str]:
    """The passages nearest to a text."""
    return texts(index, index.search_dense(encoder.encode([text]), k)[0])


def lexical(index: PassageIndex, text: str, k: int = 5) -> list[str]:
    """The passages that share words with a text."""
    return texts(index, index.search_lexical([text], k)[0])


def test_passages_are_found_by_vector_and_by_words(index: PassageIndex, encoder: Encoder, doc: Doc) -> None:
    """The nearest comes first with its exact cosine; words are stemmed; unrelated passages share no words."""
    index.add([doc("a", "The council voted on budgets."), doc("b", "Rain fell in the north.")])
    ((first, cosine), (_, lower)) = index.search_dense(encoder.encode(["rain fell in the north"]), 2)[0]
    assert cosine == pytest.approx(1, abs=1e-3) and lower < cosine
    assert index.fetch([first])[first][0].text == "Rain fell in the north."
    assert lexical(index, "budget votes") == ["The council voted on budgets."]


def test_fetch_gives_the_passage_and_its_document(index: PassageIndex, doc: Doc) -> None:
    """Every field comes back as it went in; unknown rowids are left out."""
    original = doc("a", "One two. Three four.\n\n" + "The council met on Monday. " * 30, "A title", "https://x.org")
    index.add([original])
    rowids = [rowid for rowid, _ in index.search_lexical(["council two"], 50)[0]]
    found = index.fetch([*rowids, 10**6])
    assert len(found) == len(rowids) == index.n_passages > 5
    for passage, document in found.values():
        assert document == original and passage.document_id == original.id
        assert passage.text == original.text[passage.start : passage.end]


def test_encoder_and_word_search_see_the_title(index: PassageIndex, encoder: Encoder, doc: Doc) -> None:
    """A passage that names its subject only in the title is found by it."""
    index.add([doc("a", "It has 41 rooms.", "Grand Hotel")])
    assert encoder.seen == ["Grand Hotel: It has 41 rooms."]  # type: ignore[attr-defined]
    assert lexical(index, "hotels") == ["It has 41 rooms."]


def test_a_rare_word_outweighs_several_common_ones(index: PassageIndex, doc: Doc) -> None:
    """A name that only one passage has says more than four words that half of all passages share."""
    common = [doc(f"c{i}", f"Harbour, bridge, council, market on day{i}.") for i in range(10)]
    others = [doc(f"o{i}", f"Rain, snow, wind, sun on day{i}.") for i in range(10)]
    index.add([*common, *others, doc("named", "Rain, snow, wind, sun in Orla.")])
    assert lexical(index, "Orla harbour bridge council market")[0] == "Rain, snow, wind, sun in Orla."


def test_a_word_in_title_and_text_is_no_second_word(index: PassageIndex, doc: Doc) -> None:
    """A passage with two words of the claim comes before one that has one of them in title and text."""
    others = [doc(f"d{i}", f"It rained on day{i}.", f"Day{i}") for i in range(9)]
    twice, both = doc("t", "Orla flooded.", "Orla"), doc("b", "Orla overflowed.", "Dam")
    index.add([*others, twice, both])
    assert lexical(index, "The dam at Orla")[0] == "Orla overflowed."


def test_add_twice_changes_nothing(index: PassageIndex, encoder: Encoder, doc: Doc) -> None:
    """The same content read at another time is passed over, unencoded."""
    document = doc("a", "The council met.")
    assert index.add([document]) == AddReport(n_added=1, n_replaced=0, n_unchanged=0, n_passages=1)
    version = index.corpus_version
    later = replace(document, ingested=datetime(2030, 1, 1, tzinfo=UTC))
    assert index.add([later]) == AddReport(n_added=0, n_replaced=0, n_unchanged=1, n_passages=0)
    assert index.corpus_version == version and len(encoder.seen) == 1  # type: ignore[attr-defined]


def test_changed_document_replaces_the_earlier_one(index: PassageIndex, encoder: Encoder, doc: Doc) -> None:
    """Its old passages are found no more, by either search."""
    index.add([doc("a", "The council met."), doc("b", "Rain fell.")])
    report = index.add([doc("a", "The court sat.")])
    assert report == AddReport(n_added=0, n_replaced=1, n_unchanged=0, n_passages=1)
    assert lexical(index, "council") == [] and lexical(index, "court") == ["The court sat."]
    assert sorted(dense(index, encoder, "the council met")) == ["Rain fell.", "The court sat."]


def test_same_origin_twice_in_one_add_keeps_the_last(index: PassageIndex, doc: Doc) -> None:
    """As if they had been added one after the other."""
    report = index.add([doc("a", "First form."), doc("a", "Second form."), doc("a", "Second form.")])
    assert report == AddReport(n_added=1, n_replaced=1, n_unchanged=1, n_passages=2)
    assert lexical(index, "form") == ["Second form."] and index.n_documents == 1


def test_corpus_version_depends_on_content_not_order(tmp_path: Path, encoder: Encoder, doc: Doc) -> None:
    """Two desks with the same documents have the same version; a removal brings the earlier one back."""
    documents = [doc("a", "One."), doc("b", "Two."), doc("c", "Three.")]
    one = PassageIndex.create_or_open(tmp_path / "one", encoder)
    two = PassageIndex.create_or_open(tmp_path / "two", encoder)
    one.add(documents), two.add(documents[1:])
    before = two.corpus_version
    two.add(documents[:1])
    assert one.corpus_version == two.corpus_version != before
    two.remove([documents[0].id])
    assert two.corpus_version == before


def test_large_add_is_committed_in_parts(
    index: PassageIndex, folder: Path, encoder: Encoder, doc: Doc, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was committed before a failure stays and is searchable; a second try takes in only the rest."""
    monkeypatch.setattr("corpus.index.intake.COMMIT_PASSAGES", 10)
    documents = [doc(f"d{i}", f"Document number{i}.") for i in range(35)]

    def failing() -> Iterator[Document]:
        yield from documents
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index.add(failing())
    reopened = PassageIndex.open(folder, encoder)
    assert reopened.n_documents == 30 and lexical(reopened, "number3") == ["Document number3."]
    assert reopened.add(documents).n_added == 5


def test_progress_counts_documents(index: PassageIndex, doc: Doc) -> None:
    """The last call names all documents, unchanged ones included."""
    seen: list[int] = []
    index.add([doc("a", "One.")])
    index.add([doc("a", "One."), doc("b", "Two."), doc("c", "Three.")], progress=seen.append)
    assert seen[-1] == 3 and seen == sorted(seen)


@pytest.mark.parametrize("key", ["id", "/docs/f.jsonl#1", "/docs/f.jsonl", "#1", "1", "https://x.org"])
def test_remove_takes_a_document_by_any_of_its_names(index: PassageIndex, doc: Doc, key: str) -> None:
    """Id, origin, file, record id with or without its sign, or url; others stay."""
    record, other = doc("f.jsonl#1", "One record.", "", "https://x.org"), doc("f.jsonl.txt", "Other record.")
    index.add([record, other])
    assert index.remove([record.id if key == "id" else key]) == 1
    assert lexical(index, "record") == ["Other record."] and index.n_passages == 1


def test_remove_by_file_takes_all_its_records(
    index: PassageIndex, doc: Doc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A relative path is resolved as the reader resolves it."""
    index.add([replace(doc(f"f#{i}", f"Record {i}."), origin=f"{tmp_path / 'f.jsonl'}#{i}") for i in range(3)])
    monkeypatch.chdir(tmp_path)
    assert index.remove(["f.jsonl"]) == 3
    assert index.n_documents == 0 and lexical(index, "record") == []


def test_unknown_key_removes_nothing(index: PassageIndex, doc: Doc) -> None:
    """The error names every unknown key, and the known ones are kept."""
    index.add([doc("a", "One."), doc("b", "Two.")])
    with pytest.raises(UnknownDocumentError, match=r"nope, neither"):
        index.remove(["/docs/a", "nope", "neither"])
    assert index.n_documents == 2


def test_removed_passage_is_not_mistaken_for_a_new_one(
    index: PassageIndex, folder: Path, encoder: Encoder, doc: Doc
) -> None:
    """A rowid found before a change never fetches another passage after it."""
    index.add([doc("a", "The council met.")])
    ((rowid, _),) = index.search_lexical(["council"], 1)[0]
    writer = PassageIndex.open(folder, encoder)
    writer.remove(["/docs/a"])
    writer.add([doc("b", "Rain fell.")])
    assert [found for found, _ in index.search_lexical(["council"], 1)[0]] == [rowid]
    assert index.fetch([rowid]) == {}


def test_scores_do_not_remember_removed_documents(tmp_path: Path, encoder: Encoder, doc: Doc) -> None:
    """The same corpus gives the same scores, whatever was in it before."""
    kept = [doc(f"k{i}", f"The council met on day{i}.") for i in range(5)]
    plain = PassageIndex.create_or_open(tmp_path / "plain", encoder)
    plain.add(kept)
    busy = PassageIndex.create_or_open(tmp_path / "busy", encoder)
    busy.add(kept[:2] + [doc(f"x{i}", "The council council met.") for i in range(9)])
    busy.add(kept[2:])
    busy.remove([f"/docs/x{i}" for i in range(9)])

    def scores(index: PassageIndex) -> list[float]:
        return [score for _, score in index.search_lexical(["council day3"], 9)[0]]

    assert scores(plain) == scores(busy)


def test_reopened_index_answers_the_same(index: PassageIndex, folder: Path, encoder: Encoder, doc: Doc) -> None:
    """Ids, scores and order are those from before."""
    index.add([doc(f"d{i}", f"The council met on day{i}. It rained.") for i in range(9)])
    again = PassageIndex.open(folder, encoder)
    vectors, claims = encoder.encode(["council day3", "rained"]), ["council day3", "it rained"]
    assert again.search_dense(vectors, 4) == index.search_dense(vectors, 4)
    assert again.search_lexical(claims, 4) == index.search_lexical(claims, 4)


def test_empty_corpus_and_empty_queries_give_empty_lists(index: PassageIndex, encoder: Encoder, doc: Doc) -> None:
    """One list per query, always."""
    assert index.search_dense(encoder.encode(["a", "b"]), 3) == [[], []]
    assert index.search_lexical(["a", "b"], 3) == [[], []]
    index.add([doc("a", "One."), doc("blank", "  ")])
    assert (index.n_documents, index.n_passages) == (2, 1)
    assert index.search_dense(np.zeros((0, 256), dtype=np.float32), 3) == [] == index.search_lexical([], 3)
    assert index.fetch([]) == {} and index.search_lexical(["", "?!"], 3) == [[], []]


def test_k_may_exceed_the_corpus(index: PassageIndex, encoder: Encoder, doc: Doc) -> None:
    """All passages come back, once each, and no filler."""
    index.add([doc("a", "One thing."), doc("b", "Two thing.")])
    assert sorted(dense(index, encoder, "one", 1000)) == sorted(lexical(index, "thing", 1000))
    assert len(index.search_dense(encoder.encode(["one"]), 1000)[0]) == 2


def test_vectors_of_another_shape_are_refused(index: PassageIndex) -> None:
    """The message says both shapes."""
    with pytest.raises(ValueError, match=r"\(n, 256\).*\(1, 8\)"):
        index.search_dense(np.zeros((1, 8), dtype=np.float32), 3)


@pytest.mark.parametrize(
    "claim",
    [
        '"council',
        "council:",
        "title:council AND",
        "(council",
        "council* OR +-",
        "[council TO",
        "council^9",
        "c\\ council~",
    ],
)
def test_punctuation_in_claims_is_no_query_syntax(index: PassageIndex, doc: Doc, claim: str) -> None:
    """Quotes, colons, brackets and operators neither fail nor change what is meant."""
    index.add([doc("a", "The council met."), doc("b", "Rain fell.")])
    assert lexical(index, claim) == ["The council met."]


@given(st.text())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
def test_any_text_can_be_searched(index: PassageIndex, claim: str) -> None:
    """No claim breaks the word search."""
    assert len(index.search_lexical([claim], 3)) == 1


@given(st.lists(st.tuples(st.sampled_from("abc"), st.text(max_size=40)), min_size=1, max_size=5))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15, deadline=None)
def test_any_text_can_be_stored(index: PassageIndex, doc: Doc, rows: list[tuple[str, str]]) -> None:
    """What is fetched is what was added, whatever the characters."""
    documents = [doc(name, f"findme {text}") for name, text in rows]
    index.add(documents)
    found = index.fetch(rowid for rowid, _ in index.search_lexical(["findme"], 50)[0])
    assert {row[1].origin: row[1].text for row in found.values()}.items() >= {
        d.origin: d.text for d in documents
    }.items()


def test_threads_may_read_at_once(index: PassageIndex, encoder: Encoder, doc: Doc) -> None:
    """Searches and fetches from several threads give what one thread gets, while documents are added."""
    index.add([doc(f"d{i}", f"The council met on day{i}.") for i in range(50)])
    wrong: list[str] = []

    def search(number: int) -> None:
        for _ in range(20):
            if lexical(index, f"day{number}") != [f"The council met on day{number}."]:
                wrong.append(f"lexical {number}")
            if dense(index, encoder, f"the council met on day{number}", 1) != [f"The council met on day{number}."]:
                wrong.append(f"dense {number}")

    threads = [threading.Thread(target=search, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for i in range(3):
        index.add([doc(f"new{i}", "Rain fell.")])
    for thread in threads:
        thread.join()
    assert not wrong


def test_passage_config_stays_with_the_corpus(folder: Path, encoder: Encoder, doc: Doc) -> None:
    """Later documents are cut like the first; another wish is refused."""
    narrow = PassageConfig(sentences=1, overlap=0)
    PassageIndex.create_or_open(folder, encoder, narrow).close()
    index = PassageIndex.create_or_open(folder, encoder)
    index.add([doc("a", "One. Two. Three.")])
    assert index.n_passages == 3
    with pytest.raises(IndexMismatchError, match="was cut with"):
        PassageIndex.create_or_open(folder, encoder, PassageConfig())


def test_info_needs_no_search_library(index: PassageIndex, folder: Path, doc: Doc) -> None:
    """The facts of a corpus come without loading FAISS or tantivy, so that asking for them is quick."""
    index.add([doc("a", "One."), doc("b", "Two.")])
    info = PassageIndex.info(folder)
    assert (info.encoder_name, info.encoder_fingerprint, info.dim) == ("fake", "f00d", 256)
    assert (info.n_documents, info.n_passages, info.corpus_version) == (2, 2, index.corpus_version)
    assert info.size_bytes > 10_000
    code = f"""if True:
        import sys
        from corpus.index import PassageIndex
        PassageIndex.info({str(folder)!r})
        sys.exit(any(name in sys.modules for name in ("faiss", "tantivy", "torch", "trafilatura")))"""
    assert subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2], check=False).returncode == 0
