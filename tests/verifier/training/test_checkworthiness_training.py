"""Training the check-worthiness model: what it is trained on, how it resumes, how its threshold is chosen."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from verifier.claims.checkworthiness import LABELS, OnnxWorthiness
from verifier.evaluation.checkworthy import LabelledSentence
from verifier.inference import SHIPPED_MODELS

torch = pytest.importorskip("torch")

from verifier.training.checkworthiness import (  # noqa: E402
    CONFIG,
    SPLITS,
    fit_threshold,
    tokenise_texts,
    train_worthiness,
    worthiness_sets,
)
from verifier.training.export import export_worthiness  # noqa: E402
from verifier.training.stance import collate, load_tokenizer  # noqa: E402

TINY = replace(CONFIG, steps=4, batch_size=4, warmup_steps=1, checkpoint_every=2, max_tokens=32)
ROWS = [LabelledSentence(str(i), f"Sentence {i} tells of {i * 7} jobs.", i % 2 == 0) for i in range(16)]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BERT of one layer and 32 dimensions with the shipped tokenizer."""
    from transformers import BertConfig, BertModel

    folder = tmp_path_factory.mktemp("base")
    config = BertConfig(hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64)
    BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    (folder / "tokenizer.json").write_bytes((SHIPPED_MODELS / "stance" / "tokenizer.json").read_bytes())
    return folder


def test_training_leaves_out_broken_labels_and_what_is_measured_on(tmp_path: Path) -> None:
    """A text of dev or dev-test is not trained on, however it is spaced or capitalised."""
    texts = {
        "train": "1\tA  fact.\tYes\n2\tGlued.\tNo29286\tNext.\tNo\n3\tAnother fact.\tYes\n4\tHello.\tNo\n",
        "dev": "5\tA fact.\tYes\n",
        "dev-test": "6\tHELLO.\tNo\n",
    }
    for split, rows in texts.items():
        path = tmp_path / SPLITS[split]
        path.parent.mkdir(exist_ok=True)
        path.write_text("Sentence_id\tText\tclass_label\n" + rows)
    assert worthiness_sets(tmp_path).train == [LabelledSentence("3", "Another fact.", True)]


def test_interrupted_training_goes_on_from_its_checkpoint(base: Path, tmp_path: Path) -> None:
    """Two steps, a restart and two more do not begin again, and the weights move."""
    first = train_worthiness(ROWS, base, tmp_path, replace(TINY, steps=2))
    before = [p.clone() for p in first.parameters()]
    second = train_worthiness(ROWS, base, tmp_path, TINY)
    assert torch.load(tmp_path / "last.pt", weights_only=True)["step"] == 4
    assert any(not torch.equal(a, b) for a, b in zip(before, second.parameters(), strict=True))


def test_exported_model_agrees_with_the_network_it_came_from(base: Path, tmp_path: Path) -> None:
    """int8 probabilities stay near the float ones, with the classes named in the description."""
    network = train_worthiness(ROWS, base, tmp_path / "work", TINY)
    export_worthiness(network, base, tmp_path / "out", "tiny", TINY.max_tokens)
    texts = [row.text for row in ROWS[:3]]
    with torch.no_grad():
        logits = network(**collate(tokenise_texts(load_tokenizer(base, 32), texts)))
    expected = torch.softmax(logits, dim=1)[:, LABELS.index("CHECK_WORTHY")].numpy()
    scorer = OnnxWorthiness(tmp_path / "out")
    assert np.abs(scorer.score(texts) - expected).max() < 0.05
    assert scorer.threshold == 0.5


def test_threshold_is_the_middle_of_those_that_are_nearly_best() -> None:
    """Every threshold from above 0.2 to 0.6 tells the two apart; the middle is the least a matter of chance."""
    p = np.array([0.1, 0.2, 0.6, 0.9], dtype=np.float32)
    assert fit_threshold(p, np.array([False, False, True, True])) == pytest.approx(0.4, abs=0.011)
