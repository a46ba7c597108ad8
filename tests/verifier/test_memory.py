"""What the stance model said is kept, and never stands in the way."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from verifier import memory
from verifier.memory import RememberingPairScorer, ScoreMemory

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
    before = RememberingPairScorer(first, ScoreMemory(tmp_path / "m")).probabilities(PAIRS)
    again = RememberingPairScorer(second, ScoreMemory(tmp_path / "m"))
    assert np.array_equal(again.probabilities([*PAIRS, ("New.", "It holds 3."), PAIRS[0]])[:2], before)
    assert second.seen == [("New.", "It holds 3.")]


def test_other_weights_another_claim_or_passage_are_other_pairs(tmp_path: Path) -> None:
    """Nothing said by one model, or of swapped texts, is taken for another."""
    RememberingPairScorer(CountingScorer(), ScoreMemory(tmp_path / "m")).probabilities(PAIRS[:1])
    other = CountingScorer("model@2")
    RememberingPairScorer(other, ScoreMemory(tmp_path / "m")).probabilities(PAIRS[:1])
    assert other.seen == PAIRS[:1]
    swapped = CountingScorer()
    RememberingPairScorer(swapped, ScoreMemory(tmp_path / "m")).probabilities([PAIRS[0][::-1]])
    assert swapped.seen == [PAIRS[0][::-1]]


def test_no_pairs_give_no_rows(tmp_path: Path) -> None:
    """Shape (0, 3)."""
    scorer = RememberingPairScorer(CountingScorer(), ScoreMemory(tmp_path / "m"))
    assert scorer.probabilities([]).shape == (0, 3)


@pytest.mark.parametrize("content", [b"no database at all", b"SQLite format 3\0" + b"\xff" * 4096])
def test_a_damaged_file_is_begun_anew(tmp_path: Path, content: bytes) -> None:
    """It holds nothing that cannot be computed again."""
    (tmp_path / "m").write_bytes(content)
    RememberingPairScorer(CountingScorer(), ScoreMemory(tmp_path / "m")).probabilities(PAIRS)
    scorer = CountingScorer()
    RememberingPairScorer(scorer, ScoreMemory(tmp_path / "m")).probabilities(PAIRS)
    assert scorer.seen == []


def test_where_no_file_can_be_made_everything_is_read(tmp_path: Path) -> None:
    """A folder in its place: the scores come from the model, every time."""
    (tmp_path / "m").mkdir()
    scorer = CountingScorer()
    remembering = RememberingPairScorer(scorer, ScoreMemory(tmp_path / "m"))
    remembering.probabilities(PAIRS)
    assert np.array_equal(remembering.probabilities(PAIRS), CountingScorer().probabilities(PAIRS))
    assert scorer.seen == PAIRS * 2


def test_a_value_of_another_size_or_not_a_number_is_not_believed(tmp_path: Path) -> None:
    """A row that was cut short is read again; what the model gets wrong is not kept."""
    store = ScoreMemory(tmp_path / "m")
    RememberingPairScorer(CountingScorer(), store).probabilities(PAIRS)
    with sqlite3.connect(tmp_path / "m") as connection:
        connection.execute("UPDATE scores SET p = x'00' WHERE n = 1")
    scorer = CountingScorer()
    RememberingPairScorer(scorer, ScoreMemory(tmp_path / "m")).probabilities(PAIRS)
    assert len(scorer.seen) == 1
    store.put({b"k": np.array([0.1, 0.2, 0.7], dtype=np.float32)})
    assert store.get([b"k", b"unknown"]).keys() == {b"k"}


def test_the_oldest_rows_go_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file does not grow for ever."""
    monkeypatch.setattr(memory, "MAX_ROWS", 3)
    keys = [bytes([n]) for n in range(9)]
    ScoreMemory(tmp_path / "m").put({key: np.zeros(3, dtype=np.float32) for key in keys})
    assert list(ScoreMemory(tmp_path / "m").get(keys)) == keys[-3:]


def test_many_threads_share_one_memory(tmp_path: Path) -> None:
    """Each gets the scores of its own pairs."""
    scorer = RememberingPairScorer(CountingScorer(), ScoreMemory(tmp_path / "m"))
    asked = [[(f"{'a' * (n % 13)}.", "b" * (n % 7))] for n in range(200)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(scorer.probabilities, asked))
    assert all(np.array_equal(f, CountingScorer().probabilities(pairs)) for f, pairs in zip(found, asked, strict=True))
