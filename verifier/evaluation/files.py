"""What can be wrong with a file to measure on, and reading the rows of JSON files."""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from corpus.documents import content_id
from verifier.pipeline import MAX_CLAIM_CHARS, ClaimTextError, claim_from_text
from verifier.types import Article, Claim


class EvaluationDataError(ValueError):
    """A file to measure on cannot be used as it is."""


class MissingColumnsError(EvaluationDataError):
    """A file or a row of it lacks columns."""


class EmptyFileError(EvaluationDataError):
    """A file holds no rows."""


class BadLabelError(EvaluationDataError):
    """A row's label is none of those known."""


class MissingFileError(EvaluationDataError):
    """A file is not where it should be."""


class BadValueError(EvaluationDataError):
    """A column of a row holds something else than it should."""


_SURROGATE = re.compile("[\ud800-\udfff]")  # half a character: no valid text


def read_text(path: Path) -> str:
    """A file's text; a file whose name ends in .gz is unpacked.

    :raises EvaluationDataError: there is no such file, or it is not UTF-8, or not packed.
    """
    try:
        data = path.read_bytes()
        return (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8-sig")
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise EvaluationDataError(f"{path}: expected a whole gzip file ({error}); get the file anew") from error
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
        raise MissingFileError(f"{path}: expected a file, found none; check the path") from error
    except UnicodeDecodeError as error:
        raise EvaluationDataError(f"{path}: expected text in UTF-8, found {error.reason}; convert the file") from error


def json_rows(path: Path, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects of a JSON Lines file that have all `columns`, with their line numbers from 1.

    :raises EvaluationDataError: a line is no such object, or there is none.
    """
    lines = [(number, line) for number, line in enumerate(read_text(path).split("\n"), start=1) if line.strip()]
    if not lines:
        raise EmptyFileError(f"{path}: expected rows, found none; give a file with rows")
    for number, line in lines:
        row = parsed(line, f"{path}, line {number}")
        if not isinstance(row, dict):
            raise EvaluationDataError(f"{path}, line {number}: expected an object, found {line[:40]!r}; correct it")
        if "\\u" in line and _SURROGATE.search(json.dumps(row, ensure_ascii=False)):
            raise BadValueError(
                f"{path}, line {number}: expected text, found half a character (\\ud…); correct the row"
            )
        require(row, columns, f"{path}, line {number}")
        yield number, row


def parsed(text: str, where: str) -> Any:
    """The value of a JSON text.

    :raises EvaluationDataError: it is none.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise EvaluationDataError(f"{where}: expected JSON, found an error ({error}); correct it") from error


def require(row: Mapping[str, Any], columns: Sequence[str], where: str) -> None:
    """Check that a row has all columns.

    :raises MissingColumnsError: it has not.
    """
    if missing := [name for name in columns if name not in row]:
        raise MissingColumnsError(
            f"{where}: expected the columns {', '.join(columns)}, found no {', '.join(missing)}; rename the columns"
        )


def text_in(row: Mapping[str, Any], column: str, where: str) -> str:
    """The text of a column.

    :raises BadValueError: it holds none, or something else.
    """
    return checked_text(row[column], column, where)


def checked_text(value: Any, what: str, where: str) -> str:
    """The value, if it is a text with a letter or a digit in it.

    :raises BadValueError: it is not.
    """
    if not isinstance(value, str) or not any(char.isalnum() for char in value):
        raise BadValueError(f"{where}: expected text as {what}, found {str(value)[:40]!r}; correct the row")
    return value


def optional_text(row: Mapping[str, Any], column: str, where: str) -> str:
    """The text of a column, empty where the column is missing, null or blank.

    :raises BadValueError: it holds something else.
    """
    value = row.get(column)
    if value is None or (isinstance(value, str) and not value.strip()):
        return ""
    return checked_text(value, column, where)


def claim_in(row: Mapping[str, Any], column: str, where: str) -> Claim | None:
    """The claim of a column, or None where it is longer than the pipeline checks: that is no fault of the file.

    :raises BadValueError: it is no claim at all.
    """
    text = text_in(row, column, where)
    if len(text.strip()) > MAX_CLAIM_CHARS:
        return None
    try:
        return claim_from_text(text)
    except ClaimTextError as error:
        raise BadValueError(f"{where}: {error}") from error


def refusals(lines: Sequence[int]) -> dict[str, str | int | float]:
    """How many claims were too long to be checked, and the lines of the first of them."""
    first = ", ".join(map(str, lines[:10])) + (", …" if len(lines) > 10 else "")
    return {"n_too_long": len(lines), **({"too_long_lines": first} if lines else {})}


def batches(asked: Sequence[int], size: int, advance: Callable[[int, int], None] | None) -> Iterator[Sequence[int]]:
    """Rows `size` at a time; after each batch `advance` is called with the number done, and of all."""
    for start in range(0, len(asked), size):
        batch = asked[start : start + size]
        yield batch
        if advance:
            advance(start + len(batch), len(asked))


def article_of(text: str) -> Article:
    """A text as an article without title and date."""
    return Article(content_id("article", text), title="", url=None, source=None, published=None, text=text)
