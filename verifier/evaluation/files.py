"""What can be wrong with a file to measure on, and reading the rows of JSON files."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from corpus.documents import content_id
from verifier.types import Article


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


def read_text(path: Path) -> str:
    """A file's text.

    :raises EvaluationDataError: there is no such file, or it is not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except (FileNotFoundError, IsADirectoryError) as error:
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
        require(row, columns, f"{path}, line {number}")
        yield number, row


def parsed(text: str, where: str) -> Any:
    """The value of a JSON text.

    :raises EvaluationDataError: it is none.
    """
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise EvaluationDataError(f"{where}: expected JSON, found an error ({error}); correct it") from error


def require(row: Mapping[str, Any], columns: Sequence[str], where: str) -> None:
    """Check that a row has all columns.

    :raises MissingColumnsError: it has not.
    """
    if missing := [name for name in columns if name not in row]:
        raise MissingColumnsError(
            f"{where}: expected the columns {', '.join(columns)}, found no {', '.join(missing)}; rename the columns"
        )


def article_of(text: str) -> Article:
    """A text as an article without title and date."""
    return Article(content_id("article", text), title="", url=None, source=None, published=None, text=text)
