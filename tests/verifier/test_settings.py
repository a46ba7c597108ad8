"""Settings from file and environment."""

from pathlib import Path

import pytest

from verifier.settings import SettingsError, load_settings


def test_file_and_environment_change_single_settings(tmp_path: Path) -> None:
    """What is not named keeps its default; the environment wins over the file."""
    path = tmp_path / "verifier.toml"
    path.write_text("threads = 1\n[retriever]\nk = 5\ndepth = 30\n")
    settings = load_settings(path, {"VERIFIER_RETRIEVER__K": "7", "OTHER": "x"})
    assert (settings.threads, settings.retriever.k, settings.retriever.depth) == (1, 7, 30)
    assert settings.verdict.min_p_refutes == load_settings(None, {}).verdict.min_p_refutes


def test_tiers_of_sources_are_a_path_or_the_shipped_file() -> None:
    """Empty is not the current folder."""
    assert load_settings(None, {}).sources.path is None
    assert load_settings(None, {"VERIFIER_SOURCES__TIERS": "my/tiers.toml"}).sources.path == Path("my/tiers.toml")


@pytest.mark.parametrize(
    "text",
    [
        "depht = 3",
        "[retriever]\nk = 'many'",
        "retriever = 3",
        "threads = 1.5",
        "= broken",
        "threads = -1",
        "batch_articles = 0",
        "[retriever]\nk = 0",
        "[verdict]\nmin_p_refutes = nan",
        "encoder = ['a']",
        "encoder = ''",
        "[sources]\ntiers = ['a']",
        "[report]\npublisher = 'Gazette'",
    ],
)
def test_unknown_or_wrong_setting_is_refused(tmp_path: Path, text: str) -> None:
    """A slip of the pen must not run with the default unnoticed; the message names the file."""
    path = tmp_path / "verifier.toml"
    path.write_text(text)
    with pytest.raises(SettingsError, match=r"verifier\.toml"):
        load_settings(path, {})


def test_who_publishes_a_report_is_no_part_of_what_verdicts_rest_on() -> None:
    """Another address must not make another run, nor be told as the reason why a verdict moved."""
    plain, named = load_settings(None, {}), load_settings(None, {"VERIFIER_REPORT__PUBLISHER_NAME": "Example Gazette"})
    assert named.report.publisher_name == "Example Gazette"
    assert named.as_json() == plain.as_json()
    assert load_settings(None, {"VERIFIER_RETRIEVER__K": "7"}).as_json() != plain.as_json()
