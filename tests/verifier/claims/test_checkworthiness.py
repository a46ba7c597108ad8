"""The check-worthiness model in use: loaded late, bound by name, the same whatever stands beside a text."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from verifier.claims.checkworthiness import OnnxWorthiness
from verifier.inference import SHIPPED_MODELS, ModelDamagedError, ModelNotFoundError

SENTENCES = [
    "We lost 300,000 manufacturing jobs in 2004.",
    "Thank you very much, Jim.",
    "They raised taxes by 12 percent last year.",
    "I think we can do better than that.",
]

pytestmark = pytest.mark.models


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED_MODELS / "checkworthiness", tmp_path / "model"))


def test_facts_score_above_the_threshold_and_pleasantries_below() -> None:
    """In the words of debates the model is at home."""
    scorer = OnnxWorthiness()
    p = scorer.score(SENTENCES)
    assert p.shape == (4,)
    assert p.dtype == np.float32
    assert (p >= scorer.threshold).tolist() == [True, False, True, False]


def test_score_does_not_depend_on_order_or_neighbours() -> None:
    """Bit-identical alone, together and in reverse, on one thread or two; no texts give no scores."""
    scorer = OnnxWorthiness(threads=2)
    together = scorer.score(SENTENCES)
    assert np.array_equal(together[::-1], scorer.score(SENTENCES[::-1]))
    assert np.array_equal(together[1:2], OnnxWorthiness(threads=1).score(SENTENCES[1:2]))
    assert scorer.score([]).shape == (0,)


def test_damaged_weights_are_told_of_before_any_score(copy: Path) -> None:
    """Every file is compared with its recorded hash when the scorer is made."""
    (copy / "model.onnx").write_bytes(b"damaged")
    with pytest.raises(ModelDamagedError, match="sha256"):
        OnnxWorthiness(copy)


def test_classes_are_bound_by_name(copy: Path) -> None:
    """With the classes in the other order the scores are the others' complements, not silently wrong."""
    expected = OnnxWorthiness(copy).score(SENTENCES)
    description = json.loads((copy / "model.json").read_text())
    (copy / "model.json").write_text(json.dumps({**description, "labels": description["labels"][::-1]}))
    assert np.allclose(OnnxWorthiness(copy).score(SENTENCES), 1 - expected, atol=1e-6)


@pytest.mark.parametrize("missing", ["labels", "threshold"])
def test_description_without_classes_or_threshold_is_refused(copy: Path, missing: str) -> None:
    """Another model's folder is not taken for this one."""
    description = json.loads((copy / "model.json").read_text())
    (copy / "model.json").write_text(json.dumps({k: v for k, v in description.items() if k != missing}))
    with pytest.raises(ModelDamagedError, match="threshold"):
        OnnxWorthiness(copy)


def test_missing_folder_is_refused(tmp_path: Path) -> None:
    """At once, not at the first score."""
    with pytest.raises(ModelNotFoundError):
        OnnxWorthiness(tmp_path)
