"""PDF files -> documents: the text in reading order, its lines joined to paragraphs."""

from __future__ import annotations

import io
import itertools
import logging
import re
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from corpus.decode import tidy
from corpus.documents import Document, make_document
from corpus.sources.errors import EmptySourceError, SourceTooLargeError, UnreadableSourceError
from corpus.sources.text import Given, heading

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

SIGNATURE = b"%PDF-"
MAX_S = 60.0  # for all pages of a file, within a page too
# Of a page, forms included. Pages of text have up to some 3,000; reading takes up to 0.2 ms for each.
MAX_STEPS = 50_000
_FORM_STEPS = 10  # that a form counts for: the reader leaves out what is beyond 5,000 of them
_WIDE_GAP = 1.35  # times the usual distance between lines: from there on a paragraph ends
_OTHER_SIZE = 0.12  # share by which the letters of a heading differ from those of the text
_LIGATURES = str.maketrans(
    {"\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl", "\ufb05": "st", "\ufb06": "st"}
)
_MARKS = ".,;:!?…\"'“”‘’«»()[]"
_SENTENCE_END = re.compile(r"[.!?…:][\"'”’»)\]]*$")
_FILE_NAME = re.compile(
    r"^(?:microsoft|untitled|document\d*$)|\.(?:docx?|odt|rtf|indd|pdf|tex|dvi|pub)$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of text; `y` grows downwards, in the unit of `size`, which is that of its letters."""

    text: str
    y: float
    size: float


def pdf_document(data: bytes, given: Given) -> Document:
    """A document with the title and author that the file declares; its date of creation says nothing of the text's.

    :raises UnreadableSourceError: damaged, or locked with a password.
    :raises EmptySourceError: no text in it, as in a scan.
    :raises SourceTooLargeError: its pages take too long to read.
    """
    title, author, pages = _read(data, given.origin)
    words = frozenset(word.strip(_MARKS) for lines in pages for line in lines for word in line.text.split())
    text = tidy("\n\n".join(filter(None, (_paragraphs(lines, words) for lines in pages)))).translate(_LIGATURES)
    if not text.strip():
        raise EmptySourceError(f"{given.origin}: has no text in it (a scan?); put it through text recognition first")
    url, outlet = given.url, given.outlet
    title = title if title and not _FILE_NAME.search(title) else heading(text) or given.name
    return make_document(given.origin, title, text, url, outlet, given.published, given.ingested, author)


def _read(data: bytes, origin: str) -> tuple[str | None, str | None, list[list[_Line]]]:
    """Title, author, and the lines of each page."""
    from pypdf import PdfReader

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # its complaints become our errors
    ends_at = time.monotonic() + MAX_S
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise UnreadableSourceError(f"{origin}: is locked with a password; save it without one")
        pages = []
        for number, page in enumerate(reader.pages, start=1):
            pages.append(_lines(page, _Work(origin, number, ends_at)))
        return (*_declared(reader), pages)
    except (UnreadableSourceError, SourceTooLargeError):
        raise
    except Exception as error:  # whatever a damaged file makes of its reader
        reason = " ".join(str(error).split())[:120] or type(error).__name__
        raise UnreadableSourceError(f"{origin}: is no PDF that can be read ({reason}); save it anew") from error


def _declared(reader: PdfReader) -> tuple[str | None, str | None]:
    about = reader.metadata
    values = (about.title, about.author) if about else (None, None)
    title, author = (tidy(value).strip() if isinstance(value, str) else "" for value in values)
    return title or None, author or None


class _Work:
    """Counts the drawing steps of a page, and ends its reading at a limit."""

    def __init__(self, origin: str, number: int, ends_at: float):
        self._origin, self._number, self._ends_at, self._n_steps = origin, number, ends_at, 0

    def step(self, operator: bytes, operands: Any, ctm: Any, matrix: Any) -> None:
        """Called before each step. One that shows several pieces of text, as `TJ` does, counts for each.

        :raises SourceTooLargeError: at the limit.
        """
        several = len(operands[0]) if operator == b"TJ" and operands and isinstance(operands[0], list) else 0
        self._n_steps += _FORM_STEPS if operator == b"Do" else 1 + several
        self.check()

    def check(self) -> None:
        """Also at the end of a page: pypdf passes over what is raised within a form.

        :raises SourceTooLargeError: likewise.
        """
        if self._n_steps > MAX_STEPS:
            raise SourceTooLargeError(
                f"{self._origin}: expected at most {MAX_STEPS:,} drawing steps a page, found more on page"
                f" {self._number}; leave that page out, or save the text as .txt"
            )
        if time.monotonic() > self._ends_at:
            raise SourceTooLargeError(
                f"{self._origin}: expected a PDF that is read within {MAX_S:g} s, came to page {self._number}; split it"
            )


def _lines(page: PageObject, work: _Work) -> list[_Line]:
    lines: list[_Line] = []
    parts: list[str] = []
    place: tuple[float, float] = (0.0, 0.0)

    def visit(text: str, ctm: Sequence[float], matrix: Sequence[float], font: Any, size: float) -> None:
        """Called with each run of text, and with the end of each line."""
        nonlocal place
        for i, piece in enumerate(text.split("\n")):
            if i:
                flush()
            if piece.strip():
                if not parts:
                    # The page's own unit, from its upper edge: both matrices may scale, and turn the axis over.
                    place = (-(matrix[5] * ctm[3] + matrix[4] * ctm[1] + ctm[5]), abs(size * matrix[3] * ctm[3]))
                parts.append(piece)
            elif piece and parts:
                parts.append(" ")

    def flush() -> None:
        if text := " ".join("".join(parts).split()):
            lines.append(_Line(text, *place))
        parts.clear()

    page.extract_text(visitor_text=visit, visitor_operand_before=work.step)
    work.check()
    flush()
    return lines


def _paragraphs(lines: Sequence[_Line], words: frozenset[str]) -> str:
    """Lines of a page joined where the next follows at the usual distance in letters of the same size.

    :param words: all words of the file, by which a divided one is told from one with a hyphen.
    """
    steps = [b.y - a.y for a, b in itertools.pairwise(lines) if b.y > a.y]
    usual = statistics.median(steps) if steps else 0.0
    text: list[str] = []
    for i, line in enumerate(lines):
        if i and _goes_on(lines[i - 1], line, usual):
            _join(text, line.text, words)
        else:
            text += ["\n\n", line.text] if text else [line.text]
    return "".join(text)


def _goes_on(before: _Line, line: _Line, usual: float) -> bool:
    step = line.y - before.y
    if abs(line.size - before.size) > _OTHER_SIZE * max(line.size, before.size):
        return False
    if step < 0:  # the next column
        return not _SENTENCE_END.search(before.text)
    return step <= _WIDE_GAP * min(usual, 2 * line.size or usual)


def _join(text: list[str], line: str, words: frozenset[str]) -> None:
    """A word that was divided at the end of a line is put together again."""
    last = text[-1]
    if line[0].islower() and len(last) > 1 and last[-1] in "-\u2010\u00ad" and last[-2].isalpha():
        text[-1] = last if last[-1] == "-" and _is_compound(last, line, words) else last[:-1]
        text.append(line)
    else:
        text += [" ", line]


def _is_compound(last: str, line: str, words: frozenset[str]) -> bool:
    """Whether the hyphen belongs to the word: it has another, as "10-year-old", or stands so elsewhere in the file."""
    head, tail = last.rsplit(None, 1)[-1].lstrip(_MARKS), line.split(None, 1)[0].rstrip(_MARKS)
    return "-" in head[:-1] + tail or (head + tail in words and head[:-1] + tail not in words)
