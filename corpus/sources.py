"""Files -> documents: .txt, .md, .html, .htm, .jsonl and .jsonl.gz. One bad file or line never stops the rest."""

from __future__ import annotations

import copy
import glob
import gzip
import itertools
import json
import logging
import os
import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

from corpus.decode import decode, tidy
from corpus.documents import Document, make_document, sentence_spans

TEXT_SUFFIXES = (".txt", ".md")
HTML_SUFFIXES = (".html", ".htm")
JSONL_SUFFIXES = (".jsonl", ".jsonl.gz")
SUFFIXES = TEXT_SUFFIXES + HTML_SUFFIXES + JSONL_SUFFIXES


class SourceError(Exception):
    """Something that was to be read and could not be."""


class SourceNotFoundError(SourceError):
    """No file, folder or match of a pattern is there."""


class UnsupportedSourceError(SourceError):
    """A kind of file that is not read."""


class SourceTooLargeError(SourceError):
    """A file, or a line of a JSON Lines file, over the size limit."""


class EmptySourceError(SourceError):
    """No text in it."""


class BinarySourceError(SourceError):
    """Not text, whatever its name says."""


class UnreadableSourceError(SourceError):
    """The operating system refused, or a compressed file is damaged."""


class MetadataError(SourceError):
    """A title, date or other field in a form that is not understood."""


class MalformedLineError(SourceError):
    """A line of a JSON Lines file that is no record."""


class DuplicateRecordError(SourceError):
    """A second line with the same id in one file."""


@dataclass(frozen=True, slots=True)
class SourceFailure:
    """One file or line that gave no document, and why. `source` is a path, with `:line` for a line."""

    source: str
    error: SourceError


@dataclass(frozen=True, slots=True)
class ReaderConfig:
    """Size limits in bytes. A JSON Lines file may have any size, its lines may not."""

    max_file_bytes: int = 20_000_000
    max_line_bytes: int = 20_000_000


def read_documents(
    paths: Sequence[str | Path], config: ReaderConfig | None = None, ingested: datetime | None = None
) -> Iterator[Document | SourceFailure]:
    """Read files, folders (with their subfolders) and glob patterns, each file once, in a stable order.

    In folders, hidden files and links to other folders are passed over. What cannot be read comes out as a
    `SourceFailure` in its place.

    :param ingested: the time to record; now (UTC) where left out.
    :raises SourceNotFoundError: at once, before anything is read, where a path or pattern matches nothing, or a folder
        has no file of these kinds in it.
    """
    found = list(dict.fromkeys(item for path in paths for item in _expand(path)))
    return _read_all(found, config or ReaderConfig(), ingested or datetime.now(UTC))


def _expand(path: str | Path) -> list[Path | SourceFailure]:
    given = Path(path)
    try:
        matches = [given] if given.exists() else _glob(str(path))
    except OSError as error:
        return [_unreadable(str(path), error)]
    if not matches:
        raise SourceNotFoundError(f"{path}: no such file, folder or match; check the path")
    files = [match for match in matches if not match.is_dir()]
    found = [item for match in matches for item in (_walk(match) if match.is_dir() else [_located(match)])]
    if not files and not any(isinstance(item, SourceFailure) or _is_read(item) for item in found):
        raise SourceNotFoundError(f"{path}: no .txt, .md, .html or .jsonl file in it; check the path")
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
        failures.append(_unreadable(str(error.filename), error))

    for root, folders, names in os.walk(folder.resolve(), onerror=refused):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(root, name) for name in sorted(names) if not name.startswith("."))
    yield from failures


def _unreadable(source: str, error: Exception) -> SourceFailure:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    message = f"{source}: cannot be read ({reason}); check that it is whole and that you may read it"
    return SourceFailure(source, UnreadableSourceError(message))


def _read_all(
    found: Iterable[Path | SourceFailure], config: ReaderConfig, ingested: datetime
) -> Iterator[Document | SourceFailure]:
    for item in found:
        if isinstance(item, SourceFailure):
            yield item
        elif item.name.lower().endswith(JSONL_SUFFIXES) and item.is_file():
            yield from _read_jsonl(item, config, ingested)
        else:
            yield _read_file(item, config, ingested)


def _read_file(path: Path, config: ReaderConfig, ingested: datetime) -> Document | SourceFailure:
    source = _printable(path)
    try:
        suffix = path.suffix.lower()
        size = path.stat().st_size  # raises for a broken link
        if suffix not in TEXT_SUFFIXES + HTML_SUFFIXES or not path.is_file():
            raise UnsupportedSourceError(f"{source}: is not one of {', '.join(SUFFIXES)}; convert it to one of these")
        if size > config.max_file_bytes:
            limit = f"{config.max_file_bytes:,}"
            raise SourceTooLargeError(
                f"{source}: has {size:,} bytes, the limit is {limit}; split it or raise the limit"
            )
        text = _read_text(path, source)
        return (_html_document if suffix in HTML_SUFFIXES else _text_document)(path, source, text, ingested)
    except SourceError as error:
        return SourceFailure(source, error)
    except OSError as error:
        return _unreadable(source, error)


def _read_text(path: Path, source: str) -> str:
    data = path.read_bytes()
    text = decode(data)
    if text is None:
        raise BinarySourceError(f"{source}: is not text (or its encoding is unknown); convert it to UTF-8 text first")
    if not text.strip():
        raise EmptySourceError(f"{source}: is empty; remove it or put its text in")
    return text


def _printable(path: Path) -> str:
    """The path as a string that can be stored: in a name that is not UTF-8, what is not gets replaced."""
    return os.fsencode(path).decode("utf-8", "replace")


# ---- .txt and .md

_FRONT_MATTER = re.compile(r"\s*---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|$)", re.DOTALL)
_KNOWN_FIELDS = ("title", "published", "date", "source", "url", "author")
_FIELD = re.compile(r"([A-Za-z_][\w-]*)[ \t]*:(?:[ \t]+(.*))?$")
_MARKED_HEADING = re.compile(r"^#{1,6}[ \t]+(.+?)[ \t#]*$|^(\S.*)\n(?:={3,}|-{3,})[ \t]*$", re.MULTILINE)
_HEADLINE = re.compile(r"\s*(\S[^\n]{0,150})\n[ \t]*\n\s*\S")


def _text_document(path: Path, source: str, text: str, ingested: datetime) -> Document:
    fields, body = _front_matter(text)
    if not body.strip():
        raise EmptySourceError(f"{source}: has no text below its front matter; remove it or put its text in")
    published = _parse_date(fields.get("published") or fields.get("date"), source)
    title = fields.get("title") or _heading(body) or _printable(Path(path.stem))
    author = fields.get("author", "").strip("[]") or None  # a list of names too
    return make_document(source, title, body, fields.get("url"), fields.get("source"), published, ingested, author)


def _front_matter(text: str) -> tuple[dict[str, str], str]:
    """The `key: value` lines of a leading `---` block, keys in lower case, and the text after the block."""
    block = _FRONT_MATTER.match(text)
    rows = [_FIELD.match(line) for line in block[1].splitlines()] if block else []
    fields = {row[1].lower(): _unquoted(row[2] or "") for row in rows if row}
    if not block or fields.keys().isdisjoint(_KNOWN_FIELDS):
        return {}, text  # not front matter: text between two rules
    return {key: value for key, value in fields.items() if value}, text[block.end() :].lstrip("\n")


def _unquoted(value: str) -> str:
    value = value.strip()
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1].strip()
    return value


def _heading(text: str) -> str | None:
    """The first Markdown heading, or a short first line that stands alone and is neither a sentence nor several."""
    if marked := _MARKED_HEADING.search(text):
        return (marked[1] or marked[2]).strip()
    line = _HEADLINE.match(text)
    headline = line[1].strip() if line else ""
    if headline.endswith((".", "!", ":", ";", ",")) or len(sentence_spans(headline)) > 1:
        return None
    return headline or None


_DATE_FORMATS = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%d %B %Y", "%B %d, %Y", "%d %b %Y", "%b %d, %Y")


def _parse_date(value: object, source: str) -> date | None:
    """The calendar day of a date or timestamp; None where there is none.

    :raises MetadataError: where a value is there and is no date. To read on would hide how old a text is.
    """
    if value is None or value == "":
        return None
    text = str(value).strip()
    for attempt in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            return attempt(text).date()
        except (ValueError, TypeError):
            continue
    for form in _DATE_FORMATS:
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    raise MetadataError(f"{source}: published is {text[:60]!r}; write it as 2024-03-05, or leave it out")


# ---- .html

# What a browser does not show must not be quoted. Not the body itself, which some pages hide until a script has run.
_HIDDEN = [
    "//body//*[@hidden]",
    "//body//*[translate(@aria-hidden, 'TRUE', 'true') = 'true']",
    "//body//*[contains(translate(@style, 'DISPLAYNOE \t\n', 'displaynoe'), 'display:none')]",
]


def _html_document(path: Path, source: str, text: str, ingested: datetime) -> Document:
    page = _extract(text)
    body = tidy(_paragraphed(_marked(page.text or "", page.body))) if page else ""
    if not body.strip():
        raise EmptySourceError(f"{source}: no article text was found in the page; save the text itself as .txt")
    title = page.title or _heading(body) or _printable(Path(path.stem))
    url = page.url if page.url and page.url.startswith(("http://", "https://")) else None
    published = _parse_date(page.date, source)
    author = tidy(page.author).replace("; ", ", ") if page.author else None
    return make_document(source, tidy(title), body, url, page.sitename or page.hostname, published, ingested, author)


def _extract(html: str) -> Any:
    """Trafilatura's result (title, author, date, sitename, hostname, url, text) or None; no scripts and menus."""
    from trafilatura import bare_extraction

    if "html" not in html[:50].lower():  # trafilatura passes over fragments
        html = f"<html>{html}"
    # Only a date that the page declares: one found somewhere in its text may be any date.
    dates = {"original_date": True, "extensive_search": False}
    return bare_extraction(
        html,
        with_metadata=True,
        include_comments=False,
        date_extraction_params=dates,
        prune_xpath=_HIDDEN,
        config=_extraction_config(),
    )


@lru_cache(maxsize=1)
def _extraction_config() -> Any:
    """Trafilatura's settings without its rescue for short pages, which breaks sentences at every link."""
    from trafilatura.settings import DEFAULT_CONFIG

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # its complaints become our errors
    config = copy.deepcopy(DEFAULT_CONFIG)
    config.set("DEFAULT", "MIN_EXTRACTED_SIZE", "1")
    return config


def _marked(text: str, body: Any) -> str:
    """The text with its headings below the first and its block quotes marked as in Markdown: else they read as body."""
    marks = {
        _one_line(block): mark
        for mark, path in (("## ", ".//head[not(@rend='h1')]"), ("> ", ".//quote[not(.//p)] | .//quote//p"))
        for block in body.xpath(path)
    }
    return "\n".join(marks.get(line.strip(), "") + line for line in text.split("\n"))


def _one_line(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())


def _paragraphed(text: str) -> str:
    """A blank line between blocks, which trafilatura sets on one line each; list items and table rows stay together."""
    lines = [line.rstrip() for line in text.strip().split("\n")]
    parts = lines[:1]
    for before, line in itertools.pairwise(lines):
        together = before[:2] == line[:2] == "- " or before[:1] == line[:1] == "|"
        parts += ["\n" if together else "\n\n", line]
    return "".join(parts)


# ---- .jsonl and .jsonl.gz


def _read_jsonl(path: Path, config: ReaderConfig, ingested: datetime) -> Iterator[Document | SourceFailure]:
    source = _printable(path)
    seen: set[str] = set()
    number = 0
    try:
        for number, line in _lines(path, config.max_line_bytes):
            place = f"{source}:{number}"
            try:
                row = _parse_line(line, place, config)
                record_id = _record_id(row, number, place)
                if record_id in seen:
                    raise DuplicateRecordError(f"{place}: id {record_id!r} stands on an earlier line; make ids unique")
                document = _row_document(row, f"{source}#{record_id}", place, ingested)
                seen.add(record_id)
                yield document
            except SourceError as error:
                yield SourceFailure(place, error)
    except (OSError, EOFError, zlib.error) as error:
        yield _unreadable(source, error)
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


def _parse_line(line: bytes | None, place: str, config: ReaderConfig) -> dict[str, Any]:
    if line is None:
        limit = f"{config.max_line_bytes:,}"
        raise SourceTooLargeError(f"{place}: is longer than {limit} bytes; split it or raise the limit")
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
    published = _parse_date(row.get("published") or metadata.get("published"), place)
    author = _authors(row, place) or _authors(metadata, place)
    return make_document(origin, title or _heading(text) or "", text, url, outlet, published, ingested, author)


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
