"""What models said is kept, and never stands in the way."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from tests.verifier.factories import make_claim, make_evidence
from verifier import memory
from verifier.memory import SCORES, EvidenceMemory, Kept, Memory, RememberingEncoder, RememberingPairScorer
from verifier.types import Claim, Comparison, Evidence, Hit, Relation, Stance

COMPARISON = Comparison("3 million litres", None, Relation.MISSING, "the evidence gives no volume")
PAIRS = [("It holds 3 litres.", "It holds 3."), ("It opened.", "It holds 3.")]


class CountingScorer:
    """Scores by the lengths of both texts; `seen` keeps the pairs."""

    def __init__(self, id: str = "model@1"):
        self.id, self.seen = id, list[tuple[str, str]]()

    def probabilities(self, pairs: Sequence[tuple[str, str]]) -> npt.NDArray[np.float32]:
        self.seen += pairs
        raw = np.array([[len(evidence), len(claim), 1.7] for evidence, claim in pairs], dtype=np.float32)
        return raw / raw.sum(axis=1, keepdims=True)


def test_a_pair_is_read_once(tmp_path: Path) -> None:
    """Another process with the same file gets bit by bit what the first one computed; only what is new is read."""
    first, second = CountingScorer(), CountingScorer()
    before = RememberingPairScorer(first, Memory(tmp_path / "m")).probabilities(PAIRS)
    again = RememberingPairScorer(second, Memory(tmp_path / "m"))
    assert np.array_equal(again.probabilities([*PAIRS, ("New.", "It holds 3."), PAIRS[0]])[:2], before)
    assert second.seen == [("New.", "It holds 3.")]


def test_other_weights_another_claim_or_passage_are_other_pairs(tmp_path: Path) -> None:
    """Nothing said by one model, or of swapped texts, is taken for another."""
    RememberingPairScorer(CountingScorer(), Memory(tmp_path / "m")).probabilities(PAIRS[:1])
    other = CountingScorer("model@2")
    RememberingPairScorer(other, Memory(tmp_path / "m")).probabilities(PAIRS[:1])
    assert other.seen == PAIRS[:1]
    swapped = CountingScorer()
    RememberingPairScorer(swapped, Memory(tmp_path / "m")).probabilities([PAIRS[0][::-1]])
    assert swapped.seen == [PAIRS[0][::-1]]


def test_no_pairs_give_no_rows(tmp_path: Path) -> None:
    """Shape (0, 3)."""
    scorer = RememberingPairScorer(CountingScorer(), Memory(tmp_path / "m"))
    assert scorer.probabilities([]).shape == (0, 3)


@pytest.mark.parametrize("content", [b"no database at all", b"SQLite format 3\0" + b"\xff" * 4096])
def test_a_damaged_file_is_begun_anew(tmp_path: Path, content: bytes) -> None:
    """It holds nothing that cannot be computed again."""
    (tmp_path / "m").write_bytes(content)
    RememberingPairScorer(CountingScorer(), Memory(tmp_path / "m")).probabilities(PAIRS)
    scorer = CountingScorer()
    RememberingPairScorer(scorer, Memory(tmp_path / "m")).probabilities(PAIRS)
    assert scorer.seen == []


def test_where_no_file_can_be_made_everything_is_read(tmp_path: Path) -> None:
    """A folder in its place: the scores come from the model, every time."""
    (tmp_path / "m").mkdir()
    scorer = CountingScorer()
    remembering = RememberingPairScorer(scorer, Memory(tmp_path / "m"))
    remembering.probabilities(PAIRS)
    assert np.array_equal(remembering.probabilities(PAIRS), CountingScorer().probabilities(PAIRS))
    assert scorer.seen == PAIRS * 2


def test_a_value_of_another_size_or_not_a_number_is_not_believed(tmp_path: Path) -> None:
    """A row that was cut short is read again; what the model gets wrong is not kept."""
    store = Memory(tmp_path / "m")
    RememberingPairScorer(CountingScorer(), store).probabilities(PAIRS)
    with sqlite3.connect(tmp_path / "m") as connection:
        connection.execute("UPDATE scores SET p = x'00' WHERE n = 1")
    scorer = CountingScorer()
    RememberingPairScorer(scorer, Memory(tmp_path / "m")).probabilities(PAIRS)
    assert len(scorer.seen) == 1
    store.put(SCORES, {b"k": b"anything"})
    assert store.get(SCORES, [b"k", b"unknown"]) == {b"k": b"anything"}


def test_the_oldest_rows_go_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file does not grow for ever."""
    few = Kept("scores", "p", 3)
    monkeypatch.setattr(memory, "SCORES", few)
    keys = [bytes([n]) for n in range(9)]
    Memory(tmp_path / "m").put(few, dict.fromkeys(keys, b"0"))
    assert sorted(Memory(tmp_path / "m").get(few, keys)) == keys[-3:]


def test_many_threads_share_one_memory(tmp_path: Path) -> None:
    """Each gets the scores of its own pairs."""
    scorer = RememberingPairScorer(CountingScorer(), Memory(tmp_path / "m"))
    asked = [[(f"{'a' * (n % 13)}.", "b" * (n % 7))] for n in range(200)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(scorer.probabilities, asked))
    assert all(np.array_equal(f, CountingScorer().probabilities(pairs)) for f, pairs in zip(found, asked, strict=True))


class CountingEncoder:
    """Vectors of two numbers; `seen` keeps the texts."""

    name, dim = "lengths", 2

    def __init__(self, fingerprint: str = "1"):
        self.fingerprint, self.seen = fingerprint, list[str]()

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        self.seen += texts
        return np.array([[len(text) / 3, 1 / 3] for text in texts], dtype=np.float32).reshape(len(texts), 2)


def test_a_claim_is_encoded_once(tmp_path: Path) -> None:
    """Bit by bit the same vector, in the order asked for; other weights encode anew."""
    first, again, other = CountingEncoder(), CountingEncoder(), CountingEncoder("2")
    before = RememberingEncoder(first, Memory(tmp_path / "m")).encode(["a", "bb"])
    after = RememberingEncoder(again, Memory(tmp_path / "m")).encode(["bb", "ccc", "a"])
    assert np.array_equal(after[[2, 0]], before)
    assert again.seen == ["ccc"]
    RememberingEncoder(other, Memory(tmp_path / "m")).encode(["a"])
    assert other.seen == ["a"]
    assert RememberingEncoder(other, Memory(tmp_path / "m")).encode([]).shape == (0, 2)


def judged() -> tuple[Claim, list[Hit], list[Evidence]]:
    """A claim with two hits, and evidence that uses every field."""
    claim = make_claim()
    refuting = make_evidence(claim, Stance.REFUTES, comparisons=(COMPARISON,), barred=(Stance.SUPPORTS,))
    evidence = [refuting, make_evidence(claim, Stance.NEUTRAL, p_neutral=float(np.float32(0.7)))]
    return claim, [Hit(e.passage, e.document, e.retrieval_score, n) for n, e in enumerate(evidence, start=1)], evidence


def test_evidence_comes_back_as_it_was(tmp_path: Path) -> None:
    """All but how near the passages are, which is taken from the hits as they are now."""
    claim, hits, evidence = judged()
    EvidenceMemory(Memory(tmp_path / "m"), "basis").put(claim, hits, evidence)
    nearer = [replace(hit, score=hit.score + 0.125) for hit in hits]
    found = EvidenceMemory(Memory(tmp_path / "m"), "basis").get(claim, nearer)
    assert found == [replace(e, retrieval_score=e.retrieval_score + 0.125) for e in evidence]


@pytest.mark.parametrize("change", ["text", "day", "speaker", "title", "basis"])
def test_evidence_for_anything_else_is_not_known(tmp_path: Path, change: str) -> None:
    """Another wording, day or speaker, another title or program: it is judged again."""
    claim, hits, evidence = judged()
    EvidenceMemory(Memory(tmp_path / "m"), "basis").put(claim, hits, evidence)
    renamed = [replace(hit, document=replace(hit.document, title="Another")) for hit in hits]
    asked = {
        "text": (replace(claim, text="The Orla dam holds 3.1 million litres."), hits),
        "day": (replace(claim, claim_date=None), hits),
        "speaker": (replace(claim, speaker="Bo"), hits),
        "title": (claim, renamed),
    }
    basis = EvidenceMemory(Memory(tmp_path / "m"), "another" if change == "basis" else "basis")
    assert basis.get(*asked.get(change, (claim, hits))) == [None, None]


def test_each_passage_is_known_by_itself(tmp_path: Path) -> None:
    """Beside other passages, in another order, for the same words in another article."""
    claim, hits, evidence = judged()
    EvidenceMemory(Memory(tmp_path / "m"), "basis").put(claim, hits[:1], evidence[:1])
    elsewhere = replace(claim, id="in another article")
    found = EvidenceMemory(Memory(tmp_path / "m"), "basis").get(elsewhere, hits[::-1])
    assert found == [None, replace(evidence[0], claim_id="in another article")]


def test_evidence_that_cannot_be_read_is_made_anew(tmp_path: Path) -> None:
    """A row that was cut short is as good as none."""
    claim, hits, evidence = judged()
    EvidenceMemory(Memory(tmp_path / "m"), "basis").put(claim, hits, evidence)
    with sqlite3.connect(tmp_path / "m") as connection:
        connection.execute("UPDATE judged SET evidence = substr(evidence, 1, 9)")
    assert EvidenceMemory(Memory(tmp_path / "m"), "basis").get(claim, hits) == [None, None]
