"""The settings of every stage, from a TOML file and the environment."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, is_dataclass, replace
from pathlib import Path
from typing import Any

from corpus.fetching import FetchConfig
from verifier.claims import ExtractorConfig
from verifier.encode import DEFAULT_ENCODER
from verifier.provenance import ProvenanceConfig
from verifier.report import ReportConfig
from verifier.retrieve import RetrieverConfig
from verifier.stance import StanceConfig
from verifier.verdict import VerdictConfig

ENVIRONMENT_PREFIX = "VERIFIER_"


class SettingsError(Exception):
    """A setting is unknown or has the wrong type."""


@dataclass(frozen=True)
class Settings:
    """All that a run can be told; what verdicts rest on is stored with every run."""

    encoder: str = DEFAULT_ENCODER  # its name, or a sentence-transformers model by path or hub name
    threads: int = 0  # texts encoded or judged at the same time; 0 takes every core
    batch_articles: int = 4  # articles per task and per database transaction
    max_failures_of_a_kind: int = 20  # articles that may fail alike before a run gives up; 0 is never
    fetch: FetchConfig = field(default_factory=FetchConfig)
    claims: ExtractorConfig = field(default_factory=ExtractorConfig)
    retriever: RetrieverConfig = field(default_factory=RetrieverConfig)
    stance: StanceConfig = field(default_factory=StanceConfig)
    sources: ProvenanceConfig = field(default_factory=ProvenanceConfig)
    verdict: VerdictConfig = field(default_factory=VerdictConfig)
    report: ReportConfig = field(default_factory=ReportConfig)

    def __post_init__(self) -> None:
        if self.threads < 0 or self.batch_articles < 1:
            raise ValueError("threads should be 0 or more, batch_articles at least 1")
        if self.max_failures_of_a_kind < 0:
            raise ValueError("max_failures_of_a_kind should be 0 or more")
        if not self.encoder or not self.stance.model:
            raise ValueError("encoder and stance.model should name a model")

    def as_json(self) -> str:
        """The settings as one JSON object, keys sorted, without `report`.

        A run is known by them, and a verdict that moved is traced to those that changed: who publishes it is no reason.
        """
        return json.dumps({name: value for name, value in asdict(self).items() if name != "report"}, sort_keys=True)


def load_settings(path: Path | None = None, environment: Mapping[str, str] | None = None) -> Settings:
    """Defaults, then the TOML file, then variables such as `VERIFIER_RETRIEVER__K=20`.

    :raises SettingsError: when the file cannot be read, or a setting is unknown or of the wrong type.
    """
    settings = Settings()
    if path is not None:
        settings = _apply(settings, _read_toml(path), str(path))
    for name, value in (environment if environment is not None else os.environ).items():
        if name.startswith(ENVIRONMENT_PREFIX):
            keys = name.removeprefix(ENVIRONMENT_PREFIX).lower().split("__")
            nested: Any = value
            for key in reversed(keys):
                nested = {key: nested}
            settings = _apply(settings, nested, f"environment variable {name}")
    return settings


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(
            f"settings file {path} cannot be read as TOML ({error}); correct it or leave it out"
        ) from error


def _apply(config: Any, values: Mapping[str, Any], where: str) -> Any:
    known = {f.name: f for f in fields(config)}
    changes = {}
    for key, value in values.items():
        if key not in known:
            raise SettingsError(f"{where}: unknown setting {key!r}; expected one of {', '.join(known)}")
        current = getattr(config, key)
        if is_dataclass(current):
            if not isinstance(value, Mapping):
                raise SettingsError(f"{where}: {key} is a group of settings; expected {key}.NAME, found {value!r}")
            changes[key] = _apply(current, value, where)
        else:
            changes[key] = _converted(key, value, type(current), where)
    try:
        return replace(config, **changes)
    except ValueError as error:
        raise SettingsError(f"{where}: {error}") from error


def _converted(key: str, value: Any, kind: type, where: str) -> Any:
    try:
        if isinstance(value, bool | list) or (isinstance(value, float) and kind is int):
            raise ValueError
        return kind(value)
    except (TypeError, ValueError) as error:
        raise SettingsError(f"{where}: {key} should be {kind.__name__}, found {value!r}") from error
