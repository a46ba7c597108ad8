"""The training loop and the export, on a network of a few thousand weights."""

import random
from pathlib import Path

import numpy as np
import pytest

from verifier.inference import SHIPPED_MODELS, OnnxModel
from verifier.types import Stance

torch = pytest.importorskip("torch")

from verifier.training.data import TrainingPair  # noqa: E402
from verifier.training.export import export_stance  # noqa: E402
from verifier.training.stance import (  # noqa: E402
    TrainingConfig,
    collate,
    length_batches,
    load_tokenizer,
    rate_at,
    tokenise,
    train_stance,
)

CONFIG = TrainingConfig(steps=4, batch_size=4, warmup_steps=1, checkpoint_every=2, max_tokens=32)
PAIRS = [
    TrainingPair(f"Claim number {i}.", f"Evidence of row {i} is here.", stance, "test")
    for i in range(8)
    for stance in Stance
]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BERT of one layer and 32 dimensions with the shipped tokenizer."""
    from transformers import BertConfig, BertModel

    folder = tmp_path_factory.mktemp("base")
    config = BertConfig(hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64)
    BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    (folder / "tokenizer.json").write_bytes((SHIPPED_MODELS / "stance" / "tokenizer.json").read_bytes())
    return folder


def test_rate_warms_up_stays_and_decays_to_zero() -> None:
    """The learning rate's share of its peak: up, flat, linearly down."""
    config = TrainingConfig(steps=1000, warmup_steps=100, decay_share=0.2)
    assert rate_at(0, config) == pytest.approx(0.01)
    assert rate_at(500, config) == 1.0
    assert rate_at(900, config) == pytest.approx(0.5)
    assert rate_at(1000, config) == 0.0


def test_batches_hold_every_index_once_in_similar_lengths() -> None:
    """Sorting by length inside a span loses and repeats nothing."""
    lengths = [random.Random(i).randint(5, 60) for i in range(96)]
    batches = length_batches(lengths, 8, random.Random(0))
    assert sorted(i for batch in batches for i in batch) == list(range(96))


def test_collate_pads_to_a_multiple_of_sixteen(base: Path) -> None:
    """Ragged shapes are three times as slow on a CPU."""
    batch = collate(tokenise(load_tokenizer(base, 32), PAIRS[:3]))
    assert batch["input_ids"].shape[1] % 16 == 0
    assert int(batch["attention_mask"].sum()) == int((batch["input_ids"] != 0).sum())


def test_interrupted_training_goes_on_from_its_checkpoint(base: Path, tmp_path: Path) -> None:
    """Two steps, a restart and two more do not begin again, and the weights move."""
    from dataclasses import replace

    first = train_stance(PAIRS, base, tmp_path, replace(CONFIG, steps=2))
    before = [p.clone() for p in first.parameters()]
    second = train_stance(PAIRS, base, tmp_path, CONFIG)
    assert torch.load(tmp_path / "last.pt", weights_only=True)["step"] == 4
    assert any(not torch.equal(a, b) for a, b in zip(before, second.parameters(), strict=True))


def test_exported_model_agrees_with_the_network_it_came_from(base: Path, tmp_path: Path) -> None:
    """int8 logits stay near the float ones, and the description carries the weights' hash."""
    network = train_stance(PAIRS, base, tmp_path / "work", CONFIG)
    export_stance(network, base, tmp_path / "out", "tiny", CONFIG.max_tokens)
    runner = OnnxModel(tmp_path / "out")
    with torch.no_grad():
        expected = network(**collate(tokenise(load_tokenizer(base, 32), PAIRS[:3]))).numpy()
    found = runner.run([(p.evidence, p.claim) for p in PAIRS[:3]])
    assert np.abs(found - expected).max() < 0.15
    assert runner.info.labels == tuple(Stance)
