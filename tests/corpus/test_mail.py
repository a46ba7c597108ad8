"""Messages: subject, sender, day and text."""

from __future__ import annotations

from datetime import date
from email.message import EmailMessage
from pathlib import Path

import pytest

from corpus.documents import Document
from corpus.sources import EmptySourceError, SourceFailure, UnreadableSourceError, read_documents


def message(text: str | None = "The dam holds water.", html: str | None = None, **headers: str) -> EmailMessage:
    made = EmailMessage()
    given = {"Subject": "Dam – full", "From": "Ada Brook <ada@orla.example>", "Date": "Tue, 01 Mar 2022 08:00:00 +0100"}
    for name, value in (given | headers).items():
        made[name] = value
    if text is not None:
        made.set_content(text)
    if html is not None:
        made.add_alternative(html, subtype="html")
    return made


def read(tmp_path: Path, data: EmailMessage | bytes) -> Document | SourceFailure:
    (tmp_path / "m.eml").write_bytes(data if isinstance(data, bytes) else data.as_bytes())
    [row] = read_documents([tmp_path / "m.eml"])
    return row


def test_a_message_is_a_document(tmp_path: Path) -> None:
    """The sender is its author, and no publisher: anybody can write any sender."""
    found = read(tmp_path, message("The dam holds \nthree million litres.\n\nSoon more.\n-- \nAda, press office"))
    assert isinstance(found, Document)
    assert (found.title, found.author, found.published) == ("Dam – full", "Ada Brook", date(2022, 3, 1))
    assert (found.source, found.url) == (None, None)
    assert found.text == "The dam holds three million litres.\n\nSoon more."


def test_plain_text_is_read_before_html_and_html_where_there_is_no_other(tmp_path: Path) -> None:
    """Attachments are passed over."""
    page = "<html><body><p>The dam holds four million litres.</p></body></html>"
    both, html = message(html=page), message(text=" ", html=page)
    both.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="a.pdf")
    texts = [getattr(read(tmp_path, one), "text", None) for one in (both, html)]
    assert texts == ["The dam holds water.", "The dam holds four million litres."]


@pytest.mark.parametrize(
    ("data", "error"),
    [(b"\x00\x01 no message", UnreadableSourceError), (b"Hello there.", UnreadableSourceError),
     (b"", UnreadableSourceError),
     (b"Subject: Empty\n\n", EmptySourceError),
     (b"Subject: x\nContent-Type: text/plain; charset=punycode\n\n" + b"\xff" * 500, EmptySourceError)],
)  # fmt: skip
def test_what_is_no_message_is_told(tmp_path: Path, data: bytes, error: type[Exception]) -> None:
    """By name, and no traceback."""
    found = read(tmp_path, data)
    assert isinstance(found, SourceFailure) and isinstance(found.error, error), found


def test_windows_signs_under_the_name_of_latin_1_are_kept(tmp_path: Path) -> None:
    """In the text and in a header: most programs for mail send them so."""
    head = b"Subject: =?iso-8859-1?Q?Don=92t?=\nContent-Type: text/plain; charset=iso-8859-1\n\n"
    found = read(tmp_path, head + "It won’t cost €5.".encode("cp1252"))
    assert isinstance(found, Document)
    assert (found.title, found.text) == ("Don’t", "It won’t cost €5.")
