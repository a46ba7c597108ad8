"""JSON Lines -> documents, one a line. One bad line never stops the rest."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from corpus.decode import tidy
from corpus.documents import Document, make_document
from corpus.sources.errors import (
    DuplicateRecordError,
    EmptySourceError,
    MalformedLineError,
    MetadataError,
    SourceError,
    SourceFailure,
    SourceTooLargeError,
    unreadable,
)
from corpus.sources.text import heading, parse_date


def read_jsonl(path: Path, source: str, max_line_bytes: int, ingested: datetime) -> Iterator[Document | SourceFailure]:
    """The documents of a file, and what is wrong with its other lines.

    :param source: what errors call the file.
    """
    seen: set[str] = set()
    number = 0
    try:
        for number, line in _lines(path, max_line_bytes):
            place = f"{source}:{number}"
            try:
                row = _parse_line(line, place, max_line_bytes)
                record_id = _record_id(row, number, place)
                if record_id in seen:
                    raise DuplicateRecordError(f"{place}: id {record_id!r} stands on an earlier line; make ids unique")
                document = _row_document(row, f"{source}#{record_id}", place, ingested)
                seen.add(record_id)
                yield document
            except SourceError as error:
                yield SourceFailure(place, error)
    except (OSError, EOFError, zlib.error) as error:
        yield unreadable(source, error)
        return
    if not number:
        yield SourceFailure(source, EmptySourceError(f"{source}: is empty; remove it or put its records in"))


def _lines(path: Path, max_bytes: int) -> Iterator[tuple[int, bytes | None]]:
    """Line numbers from 1 with the lines that are not blank; None for a line over the limit."""
    with gzip.open(path) if path.name.lower().endswith(".gz") else path.open("rb") as file:
        number = 0
        while line := file.readline(max_bytes + 1):
            number += 1
            if len(line) > max_bytes and not line.endswith(b"\n"):
                _skip_line(file)
                yield number, None
            elif line.strip():
                yield number, line


def _skip_line(file: IO[bytes] | gzip.GzipFile) -> None:
    while (rest := file.readline(1 << 20)) and not rest.endswith(b"\n"):
        pass


def _parse_line(line: bytes | None, place: str, max_bytes: int) -> dict[str, Any]:
    if line is None:
        raise SourceTooLargeError(f"{place}: is longer than {max_bytes:,} bytes; split it or raise the limit")
    try:
        row = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)[:120]
        raise MalformedLineError(f"{place}: is not JSON in UTF-8 ({reason}); correct or remove the line") from error
    if not isinstance(row, dict):
        raise MalformedLineError(f"{place}: is {_kind(row)}, not an object; write {{...}} on each line")
    return row


def _row_document(row: dict[str, Any], origin: str, place: str, ingested: datetime) -> Document:
    metadata = row["metadata"] if isinstance(row.get("metadata"), dict) else {}
    text, title = (_text_field(row, key, place) or "" for key in ("text", "title"))
    if not text.strip():
        raise EmptySourceError(f'{place}: has no "text"; remove the line or put its text in')
    url, outlet = (_text_field(row, key, place) or _text_field(metadata, key, place) for key in ("url", "source"))
    published = parse_date(row.get("published") or metadata.get("published"), place)
    author = _authors(row, place) or _authors(metadata, place)
    return make_document(origin, title or heading(text) or "", text, url, outlet, published, ingested, author)


def _record_id(row: dict[str, Any], number: int, place: str) -> str:
    """The record's own id, else its line number."""
    given = next((row[key] for key in ("_id", "id") if row.get(key) not in (None, "")), f"line-{number}")
    if isinstance(given, bool) or not isinstance(given, str | int):
        raise MetadataError(f"{place}: its id is {_kind(given)}; write a string or a whole number")
    return tidy(str(given))


def _authors(row: dict[str, Any], place: str) -> str | None:
    """One author, or a list of them with commas between."""
    given = row.get("author")
    names = given if isinstance(given, list) else [given]
    return ", ".join(filter(None, (_text_field({"author": name}, "author", place) for name in names))) or None


def _text_field(row: dict[str, Any], key: str, place: str) -> str | None:
    value = row.get(key)
    if value is None:
        return None
    if not isinstance(value, str):
        raise MetadataError(f'{place}: "{key}" is {_kind(value)}, not a string; correct the line')
    return tidy(value)


def _kind(value: object) -> str:
    name = type(value).__name__
    return "null" if value is None else f"{'an' if name[0] in 'aeiou' else 'a'} {name}"
