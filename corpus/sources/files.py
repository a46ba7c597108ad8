"""Files, folders, globs and lists of URLs: what is to be read, and files -> documents."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from corpus.decode import decode, tidy
from corpus.documents import Document
from corpus.sources.errors import (
    BinarySourceError,
    EmptySourceError,
    NoNetworkError,
    SourceError,
    SourceFailure,
    SourceNotFoundError,
    SourceTooLargeError,
    UnsupportedSourceError,
    unreadable,
)
from corpus.sources.html import html_document
from corpus.sources.jsonl import read_jsonl
from corpus.sources.mail import mail_document
from corpus.sources.pdf import pdf_document
from corpus.sources.text import Given, text_document

TEXT_SUFFIXES = (".txt", ".md")
HTML_SUFFIXES = (".html", ".htm")
JSONL_SUFFIXES = (".jsonl", ".jsonl.gz")
WHOLE_SUFFIXES = (*TEXT_SUFFIXES, *HTML_SUFFIXES, ".pdf", ".eml")  # one document a file
SUFFIXES = WHOLE_SUFFIXES + JSONL_SUFFIXES
LIST_PREFIX = "urls:"  # before the path of a text file with a URL a line

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ReaderConfig:
    """Size limits in bytes. A JSON Lines file may have any size, its lines may not."""

    max_file_bytes: int = 20_000_000
    max_line_bytes: int = 20_000_000


class UrlReader(Protocol):
    """Fetches what stands at URLs."""

    def read(self, urls: Sequence[str], ingested: datetime) -> Iterator[Document | SourceFailure]:
        """The documents of pages, feeds and sitemaps."""


def names_url(source: str | Path) -> bool:
    """Whether the network is needed for a source: a URL, or a list of URLs."""
    return isinstance(source, str) and (source.startswith(LIST_PREFIX) or _SCHEME.match(source) is not None)


def read_documents(
    sources: Sequence[str | Path],
    config: ReaderConfig | None = None,
    ingested: datetime | None = None,
    web: UrlReader | None = None,
) -> Iterator[Document | SourceFailure]:
    """Read files, folders (with their subfolders), glob patterns and URLs, each once, in a stable order: files first.

    In folders, hidden files and links to other folders are passed over. What cannot be read comes out as a
    `SourceFailure` in its place.

    :param ingested: the time to record; now (UTC) where left out.
    :param web: fetches URLs and what `urls:FILE` lists; where left out each of them is a failure.
    :raises SourceNotFoundError: at once, before anything is read, where each of the sources is missing: a path or
        pattern that matches nothing, or a folder that has only files of other kinds in it (an empty one, as an inbox
        may be, gives nothing). Beside others one that is missing is a failure.
    """
    files, urls, missing = list[Path | SourceFailure](), list[str | SourceFailure](), list[SourceFailure]()
    for source in sources:
        try:
            if names_url(source):
                urls += _urls(str(source))
            else:
                files += _expand(source)
        except SourceNotFoundError as error:
            missing.append(SourceFailure(str(source), error))
    if missing and len(missing) == len(sources):
        raise missing[0].error
    found, listed = list(dict.fromkeys([*files, *missing])), urls
    return _read_all(found, listed, config or ReaderConfig(), ingested or datetime.now(UTC), web)


def _urls(source: str) -> Iterator[str | SourceFailure]:
    """The URL itself, or those of a list: one a line, blank lines and lines that begin with # passed over."""
    if not source.startswith(LIST_PREFIX):
        yield tidy(source)
        return
    path = Path(source.removeprefix(LIST_PREFIX))
    if not path.exists():
        raise SourceNotFoundError(f"{source}: no such file; give a text file with a URL a line")
    try:
        text = _read_text(path.read_bytes(), source)
    except SourceError as error:
        yield SourceFailure(source, error)
    except OSError as error:
        yield unreadable(source, error)
    else:
        lines = (line.strip() for line in text.split("\n"))
        yield from (line for line in lines if line and not line.startswith("#"))


def _expand(path: str | Path) -> list[Path | SourceFailure]:
    given = Path(path)
    try:
        matches = [given] if given.exists() else _glob(str(path))
    except OSError as error:
        return [unreadable(str(path), error)]
    if not matches:
        raise SourceNotFoundError(f"{path}: no such file, folder or match; check the path")
    files = [match for match in matches if not match.is_dir()]
    found = [item for match in matches for item in (_walk(match) if match.is_dir() else [_located(match)])]
    if found and not files and not any(isinstance(item, SourceFailure) or _is_read(item) for item in found):
        raise SourceNotFoundError(f"{path}: no .txt, .md, .html, .pdf, .eml or .jsonl file in it; check the path")
    return found


def _located(file: Path) -> Path:
    """The file itself, so that it is read once; a link to nothing stays what it is called."""
    return file.resolve() if file.exists() else file


def _is_read(path: Path) -> bool:
    return path.name.lower().endswith(SUFFIXES)


def _glob(pattern: str) -> list[Path]:
    return [Path(match) for match in sorted(glob.glob(pattern, recursive=True))]  # noqa: PTH207 - takes absolute ones


def _walk(folder: Path) -> Iterator[Path | SourceFailure]:
    failures: list[SourceFailure] = []

    def refused(error: OSError) -> None:
        failures.append(unreadable(str(error.filename), error))

    for root, folders, names in os.walk(folder.resolve(), onerror=refused):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(root, name) for name in sorted(names) if not name.startswith("."))
    yield from failures


def _read_all(
    found: Iterable[Path | SourceFailure],
    listed: Sequence[str | SourceFailure],
    config: ReaderConfig,
    ingested: datetime,
    web: UrlReader | None,
) -> Iterator[Document | SourceFailure]:
    for item in found:
        if isinstance(item, SourceFailure):
            yield item
        elif item.name.lower().endswith(JSONL_SUFFIXES) and item.is_file():
            yield from read_jsonl(item, _printable(item), config.max_line_bytes, ingested)
        else:
            yield _read_file(item, config, ingested)
    yield from (item for item in listed if isinstance(item, SourceFailure))
    if urls := [item for item in listed if isinstance(item, str)]:
        yield from web.read(urls, ingested) if web else map(_not_fetched, urls)


def _not_fetched(url: str) -> SourceFailure:
    message = f"{url}: is a URL, and nothing is fetched here; give it to `verifier run`, or give a file"
    return SourceFailure(url, NoNetworkError(message))


def _read_file(path: Path, config: ReaderConfig, ingested: datetime) -> Document | SourceFailure:
    source = _printable(path)
    try:
        suffix = path.suffix.lower()
        size = path.stat().st_size  # raises for a broken link
        if suffix not in WHOLE_SUFFIXES or not path.is_file():
            raise UnsupportedSourceError(f"{source}: is not one of {', '.join(SUFFIXES)}; convert it to one of these")
        if size > config.max_file_bytes:
            limit = f"{config.max_file_bytes:,}"
            raise SourceTooLargeError(
                f"{source}: has {size:,} bytes, the limit is {limit}; split it or raise the limit"
            )
        return _KINDS[suffix](path.read_bytes(), Given(source, _printable(Path(path.stem)), ingested))
    except SourceError as error:
        return SourceFailure(source, error)
    except OSError as error:
        return unreadable(source, error)


def _read_text(data: bytes, source: str) -> str:
    text = decode(data)
    if text is None:
        raise BinarySourceError(f"{source}: is not text (or its encoding is unknown); convert it to UTF-8 text first")
    if not text.strip():
        raise EmptySourceError(f"{source}: is empty; remove it or put its text in")
    return text


def _text(data: bytes, given: Given) -> Document:
    return text_document(_read_text(data, given.origin), given)


def _html(data: bytes, given: Given) -> Document:
    return html_document(_read_text(data, given.origin), given)


_KINDS: dict[str, Callable[[bytes, Given], Document]] = {
    **dict.fromkeys(TEXT_SUFFIXES, _text),
    **dict.fromkeys(HTML_SUFFIXES, _html),
    ".pdf": pdf_document,
    ".eml": mail_document,
}


def _printable(path: Path) -> str:
    """The path as a string that can be stored: in a name that is not UTF-8, what is not gets replaced."""
    return os.fsencode(path).decode("utf-8", "replace")
