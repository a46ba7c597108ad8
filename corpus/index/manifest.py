"""manifest.json: what the derived index files were built from. It is written last, so it vouches for the others."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from corpus.index.errors import CorpusNotFoundError, NewerFormatError, damaged

# 2: passages.sqlite keeps, beside each vector, a hash of its text; from lexical/ passages can be taken out by rowid.
# A folder of format 1 is read as it is, and brought up at its first change.
FORMAT_VERSION = 2
MANIFEST = "manifest.json"
DATABASE = "passages.sqlite"
DENSE = "dense.faiss"
LEXICAL = "lexical"


@dataclass(frozen=True, slots=True)
class Manifest:
    """The state of a corpus. `generation` counts the changes; `corpus_version` hashes the ids of the documents.

    `corpus_id` is that of the database, which no other corpus has.
    """

    format_version: int
    corpus_id: str
    encoder_name: str
    encoder_fingerprint: str
    dim: int
    corpus_version: str
    n_documents: int
    n_passages: int
    generation: int
    dense_sha256: str
    lexical_sha256: str


@dataclass(frozen=True, slots=True)
class CorpusInfo:
    """What there is to know about a corpus without loading it."""

    folder: Path
    format_version: int
    encoder_name: str
    encoder_fingerprint: str
    dim: int
    corpus_version: str
    n_documents: int
    n_passages: int
    size_bytes: int


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a corpus folder.

    :raises CorpusNotFoundError: no corpus here.
    :raises NewerFormatError: written by a newer version.
    :raises CorruptCorpusError: missing or garbled.
    """
    check_folder(folder)
    path = folder / MANIFEST
    try:
        values = json.loads(path.read_text("utf-8"))
        version = values["format_version"]
        known = {field.name: values[field.name] for field in fields(Manifest)} if version <= FORMAT_VERSION else {}
    except (FileNotFoundError, NotADirectoryError):
        if not (folder / DATABASE).exists():
            raise CorpusNotFoundError(f"{folder} holds no corpus; build one there, or check the path") from None
        raise damaged(path, "it is missing") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise damaged(path, repr(error)) from error
    check_format(folder, version)
    return Manifest(**known)


def check_folder(folder: Path) -> None:
    """Refuse a file where a corpus folder was to be named."""
    if folder.is_file():
        raise CorpusNotFoundError(f"{folder} is a file, not a corpus folder; name the folder that holds the corpus")


def check_format(folder: Path, version: int) -> None:
    """Refuse a corpus that this version cannot know how to read."""
    if version > FORMAT_VERSION:
        raise NewerFormatError(
            f"{folder} has corpus format {version}, this version reads up to {FORMAT_VERSION}; upgrade claim-verifier"
        )


def write_manifest(path: Path, manifest: Manifest) -> None:
    """Write it as JSON."""
    path.write_text(json.dumps(asdict(manifest), indent=2) + "\n", "utf-8")


def read_info(folder: Path) -> CorpusInfo:
    """The manifest's facts and the size of the folder; raises what `read_manifest` raises."""
    manifest = read_manifest(folder)
    return CorpusInfo(
        folder=folder,
        format_version=manifest.format_version,
        encoder_name=manifest.encoder_name,
        encoder_fingerprint=manifest.encoder_fingerprint,
        dim=manifest.dim,
        corpus_version=manifest.corpus_version,
        n_documents=manifest.n_documents,
        n_passages=manifest.n_passages,
        size_bytes=sum(_size(path) for path in folder.rglob("*")),
    )


def _size(path: Path) -> int:
    try:
        return path.stat().st_size if path.is_file() else 0
    except FileNotFoundError:  # a writer has just replaced it
        return 0
