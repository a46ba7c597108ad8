"""Hybrid retrieval: fusion, and what may not be evidence."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from corpus.documents import Document, Passage
from tests.verifier.factories import make_article, make_claim, make_document, make_passage
from verifier.retrieve import Query, Retriever, RetrieverConfig, fused_scores, is_same_text


class FakeIndex:
    """Passages by number, with fixed rankings."""

    def __init__(self, documents: Sequence[Document], dense: Sequence[int], lexical: Sequence[int]):
        self.documents, self.dense, self.lexical = documents, dense, lexical
        self.fetched: list[int] = []

    def search_dense(self, vectors: np.ndarray, k: int) -> list[list[tuple[int, float]]]:
        return [[(n, 1.0) for n in self.dense[:k]]] * len(vectors)

    def search_lexical(self, texts: Sequence[str], k: int) -> list[list[tuple[int, float]]]:
        return [[(n, 9.0) for n in self.lexical[:k]]] * len(texts)

    def fetch(self, numbers: Iterable[int]) -> dict[int, tuple[Passage, Document]]:
        self.fetched += (wanted := list(numbers))
        return {n: (make_passage(self.documents[n], 0), self.documents[n]) for n in wanted}


class FakeEncoder:
    def encode(self, texts: Sequence[str]) -> np.ndarray:
        return np.ones((len(texts), 2), dtype=np.float32)


DOCUMENTS = [make_document(f"Document number {i} tells of the dam.", url=None) for i in range(4)]


def texts_of(index: FakeIndex, query: Query, config: RetrieverConfig = RetrieverConfig()) -> list[str]:
    return [h.passage.text for h in Retriever(index, FakeEncoder(), config).retrieve([query])[0]]


def test_passage_found_by_both_searches_comes_first() -> None:
    """Rank fusion prefers agreement; ranks count from 1."""
    index = FakeIndex(DOCUMENTS, dense=[0, 2], lexical=[1, 2])
    hits = Retriever(index, FakeEncoder(), RetrieverConfig(margin=1)).retrieve([Query(make_claim())])[0]
    assert hits[0].passage.text == DOCUMENTS[2].text
    assert [h.rank for h in hits] == [1, 2, 3]


def test_the_article_under_check_is_never_its_own_evidence() -> None:
    """Neither at its address nor as a copy of its text."""
    article = make_article()
    copy = make_document(f"Reprint.  {article.text}\n", url=None)
    same_address = make_document("Edited since.", url=article.url)
    index = FakeIndex([copy, same_address, DOCUMENTS[0]], dense=[0, 1, 2], lexical=[])
    assert texts_of(index, Query(make_claim(article), article)) == [DOCUMENTS[0].text]


def test_passages_after_the_as_of_date_are_left_out() -> None:
    """What was not yet published on that day does not testify; what has no date does."""
    later = make_document("Later news.", published=date(2022, 4, 1))
    undated = make_document("Undated.", published=None)
    index = FakeIndex([later, undated], dense=[0, 1], lexical=[])
    assert texts_of(index, Query(make_claim(), as_of=date(2022, 3, 17))) == ["Undated."]


def test_one_text_under_two_documents_is_one_hit() -> None:
    """The same passage twice is not twice the evidence."""
    twin = make_document(DOCUMENTS[0].text, id="twin", url=None)
    assert len(texts_of(FakeIndex([DOCUMENTS[0], twin], dense=[0, 1], lexical=[]), Query(make_claim()))) == 1


def test_at_most_k_hits_are_returned() -> None:
    """The claim gets as many passages as configured."""
    index = FakeIndex(DOCUMENTS, dense=[0, 1, 2, 3], lexical=[])
    assert len(texts_of(index, Query(make_claim()), RetrieverConfig(k=2))) == 2


class DescendingIndex(FakeIndex):
    """The lower its number, the nearer a passage; of `tied` ones none is nearer than another."""

    def __init__(self, documents: Sequence[Document], tied: int = 0):
        super().__init__(documents, range(len(documents)), [])
        self.tied = tied

    def search_dense(self, vectors: np.ndarray, k: int) -> list[list[tuple[int, float]]]:
        return [[(n, 1 - max(n, self.tied) / 100) for n in self.dense[:k]]] * len(vectors)


def test_only_the_best_candidates_are_fetched() -> None:
    """The texts of a deep search's tail are not read where the hits are found before."""
    index = DescendingIndex([make_document(f"Text number {i}.", url=None) for i in range(60)])
    assert texts_of(index, Query(make_claim()), RetrieverConfig(k=2)) == ["Text number 0.", "Text number 1."]
    assert len(index.fetched) <= 10


def test_hits_are_found_behind_many_that_may_not_testify() -> None:
    """Candidates are fetched on until there are k hits, or no candidate is left."""
    later = [make_document(f"Later number {i}.", published=date(2022, 4, 1)) for i in range(50)]
    earlier = [make_document(f"Earlier number {i}.", published=date(2022, 3, 1)) for i in range(3)]
    query = Query(make_claim(), as_of=date(2022, 3, 17))
    for k in (2, 5):
        found = texts_of(DescendingIndex([*later, *earlier]), query, RetrieverConfig(k=k))
        assert found == [document.text for document in earlier][:k]


def test_many_tied_passages_come_in_the_order_of_their_ids() -> None:
    """Which of equally near passages are hits does not hang on their numbers in the index."""
    documents = [make_document(f"Text number {i}.", url=None) for i in range(30)]
    ids = sorted(make_passage(document, 0).id for document in documents)
    for order in (documents, documents[::-1]):
        retriever = Retriever(DescendingIndex(order, tied=30), FakeEncoder(), RetrieverConfig(k=2))
        assert [hit.passage.id for hit in retriever.retrieve([Query(make_claim())])[0]] == ids[:2]


def test_no_claims_ask_nothing() -> None:
    """An article without claims is no error."""
    assert Retriever(FakeIndex([], [], []), FakeEncoder()).retrieve([]) == []


def test_reprints_with_small_changes_are_the_article_too() -> None:
    """A typo, other markup, a soft hyphen or an added line makes no other text of it."""
    text = " ".join(f"The harbour of town number {i} was closed for {i + 2} days last winter." for i in range(12))
    article = make_article(text)
    for copy in (
        text.replace("number 3", "numbre 3"),
        text.replace("harbour", "_harbour_"),
        text.replace("winter", "win\u00adter"),
        f"Sign up for our letter.\n\n{text}\n\nRead also: more.",
        text[: len(text) // 2],
    ):
        assert is_same_text(article, make_document(copy, url=None)), copy[:60]
    assert not is_same_text(article, make_document("The harbours of three towns were closed in winter.", url=None))


def test_a_short_document_quoted_by_the_article_may_still_testify() -> None:
    """Only a text that makes up most of the article counts as a copy of it."""
    article = make_article("The Orla dam holds 3 million litres. " + "More on other things follows here. " * 20)
    assert not is_same_text(article, make_document("The Orla dam holds 3 million litres.", url=None))


def test_fused_score_is_the_cosine_and_a_share_of_the_best_lexical_score() -> None:
    """A passage that only words found counts as near as the last that vectors found; the sum can be read as it is."""
    scores = fused_scores([(1, 0.8), (2, 0.5)], [(2, 10.0), (3, 5.0)], lexical_weight=0.3)
    assert scores == pytest.approx({1: 0.8, 2: 0.5 + 0.3, 3: 0.5 + 0.15})


def test_fused_score_of_one_ranking_alone() -> None:
    """Nothing found by one of the two searches is no error, nor is a lexical score of nothing."""
    assert fused_scores([(1, 0.8)], [], 0.3) == {1: 0.8}
    assert fused_scores([], [(1, 0.0)], 0.3) == {1: 0.0}


class OneClaim:
    """Passages by number with their cosines; two passages of each document."""

    def __init__(self, *rows: tuple[int, float]):
        self.rows = rows

    def search_dense(self, vectors: np.ndarray, k: int) -> list[list[tuple[int, float]]]:
        return [[(n, cosine) for n, (_, cosine) in enumerate(self.rows)]]

    def search_lexical(self, texts: Sequence[str], k: int) -> list[list[tuple[int, float]]]:
        return [[]]

    def fetch(self, numbers: Iterable[int]) -> dict[int, tuple[Passage, Document]]:
        found = {n: DOCUMENTS[self.rows[n][0]] for n in numbers}
        return {n: (replace(make_passage(d, 0), id=f"{n}", text=f"Text {n}."), d) for n, d in found.items()}


def test_what_lies_far_behind_the_first_hit_is_not_read() -> None:
    """All that are nearly as near are, however many; and the best passage of each of the first three documents."""
    index = OneClaim((0, 1.0), (0, 0.95), (1, 0.94), (0, 0.9), (1, 0.8), (2, 0.5), (3, 0.45), (2, 0.4))

    def found(**config: float) -> list[str]:
        hits = Retriever(index, FakeEncoder(), RetrieverConfig(**config)).retrieve([Query(make_claim())])[0]
        return [hit.passage.id for hit in hits]

    assert found(margin=0.07, min_documents=3) == ["0", "1", "2", "5"]
    assert found(margin=0.6) == [f"{n}" for n in range(7)] + ["7"]
    assert found(margin=0.07, min_documents=1) == ["0", "1", "2"]


def test_margin_and_documents_have_bounds() -> None:
    """A negative margin would leave out the first hit itself."""
    for wrong in ({"margin": -0.1}, {"margin": float("nan")}, {"min_documents": 0}):
        with pytest.raises(ValueError, match="margin"):
            RetrieverConfig(**wrong)
