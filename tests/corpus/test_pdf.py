"""PDF files: reading order, paragraphs, divided words, and files that are none."""

from __future__ import annotations

import itertools
from pathlib import Path
from types import SimpleNamespace

import pytest

from corpus.documents import Document
from corpus.sources import (
    EmptySourceError,
    SourceFailure,
    SourceTooLargeError,
    UnreadableSourceError,
    read_documents,
)
from corpus.sources import pdf as reader


def make_pdf(*lines: str | tuple[str, int, int, int], title: str = "", password: bool = False) -> bytes:
    """A PDF of one page; a line is its text, or text, size, left edge and height from below."""
    placed = [line if isinstance(line, tuple) else (line, 11, 60, 760 - 14 * n) for n, line in enumerate(lines)]
    drawn = "".join(f"BT /F {size} Tf {x} {y} Td ({text}) Tj ET\n" for text, size, x, y in placed).encode("cp1252")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F 5 0 R >> >> >>",
        b"<< /Length %d >> stream\n%s\nendstream" % (len(drawn), drawn),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Title (%s) /Author (Ada Brook) >>" % title.encode(),
    ]
    data, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(data))
        data += b"%d 0 obj %s endobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    locked = b" /Encrypt << /Filter /Standard /V 9 >>" if password else b""
    trailer = b"trailer << /Size 7 /Root 1 0 R /Info 6 0 R%s >>\nstartxref\n%d\n%%%%EOF" % (locked, len(data))
    return data + b"xref\n0 7\n0000000000 65535 f \n" + table + trailer


def read(tmp_path: Path, data: bytes) -> Document | SourceFailure:
    (tmp_path / "report.pdf").write_bytes(data)
    [row] = read_documents([tmp_path / "report.pdf"])
    return row


def test_lines_are_joined_to_paragraphs(tmp_path: Path) -> None:
    """A wider gap and letters of another size begin a new one, as a heading has them."""
    lines = [
        ("Dam report", 18, 60, 780), ("The dam holds three", 11, 60, 750), ("million litres.", 11, 60, 736),
        ("It was opened in 1998.", 11, 60, 700), ("Nobody lives there.", 11, 60, 686),
    ]  # fmt: skip
    found = read(tmp_path, make_pdf(*lines, title="Microsoft Word - draft3.docx"))
    assert isinstance(found, Document)
    assert found.text == (
        "Dam report\n\nThe dam holds three million litres.\n\nIt was opened in 1998. Nobody lives there."
    )
    assert (found.title, found.author, found.published) == ("Dam report", "Ada Brook", None)


def test_a_declared_title_counts_unless_it_is_a_file_name(tmp_path: Path) -> None:
    """Programs write the name of a draft there."""
    found = read(tmp_path, make_pdf("The dam holds water.", title="Annual survey"))
    assert isinstance(found, Document) and found.title == "Annual survey"


def test_a_paragraph_goes_on_in_the_next_column(tmp_path: Path) -> None:
    """Where its sentence does."""
    columns = [("The dam holds", 11, 60, 700), ("three million", 11, 60, 686), ("litres of water.", 11, 320, 700)]
    found = read(tmp_path, make_pdf(*columns))
    assert isinstance(found, Document) and found.text == "The dam holds three million litres of water."


def test_divided_words_are_put_together(tmp_path: Path) -> None:
    """Not compounds: those that have another hyphen, and those that stand so elsewhere in the file."""
    lines = ("The reser-", "voir and its 10-year-", "old anti-", "war mural; an anti-war mural and 20-", "30 more.")
    found = read(tmp_path, make_pdf(*lines))
    assert isinstance(found, Document)
    assert found.text == "The reservoir and its 10-year-old anti-war mural; an anti-war mural and 20- 30 more."


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (make_pdf(), EmptySourceError),
        (b"", UnreadableSourceError),
        (b"%PDF-1.7\nnothing", UnreadableSourceError),
        (make_pdf("The dam.")[:300], UnreadableSourceError),
        (make_pdf("The dam.", password=True), UnreadableSourceError),
    ],
)
def test_what_cannot_be_read_is_told(tmp_path: Path, data: bytes, error: type[Exception]) -> None:
    """A scan, an empty, cut or locked file: a failure that names the file, and no traceback."""
    found = read(tmp_path, data)
    assert isinstance(found, SourceFailure) and isinstance(found.error, error), found
    assert "report.pdf" in str(found.error)


def test_a_page_of_too_many_steps_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By its number; a page at the limit is read. One operator that shows many pieces counts for each."""
    monkeypatch.setattr(reader, "MAX_STEPS", 40)
    assert isinstance(read(tmp_path, make_pdf(*["The dam."] * 8)), Document)
    for lines in (["The dam."] * 9, [") Tj [" + "(a)" * 40 + "] TJ (b"]):
        found = read(tmp_path, make_pdf(*lines))
        assert isinstance(found, SourceFailure) and isinstance(found.error, SourceTooLargeError), found
        assert "report.pdf: expected at most 40 drawing steps a page, found more on page 1;" in str(found.error)


def test_the_time_for_a_file_counts_within_a_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of one page has no other place to stop at."""
    clock = itertools.count(step=40)
    monkeypatch.setattr(reader, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    found = read(tmp_path, make_pdf("The dam."))
    assert isinstance(found, SourceFailure) and isinstance(found.error, SourceTooLargeError), found
    assert "is read within 60 s, came to page 1; split it" in str(found.error)
