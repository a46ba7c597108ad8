"""Messages: subject, sender, day and text."""

from __future__ import annotations

import time
from datetime import date
from email.message import EmailMessage
from pathlib import Path

import pytest

from corpus.documents import Document
from corpus.sources import (
    EmptySourceError,
    SourceFailure,
    SourceTooLargeError,
    UnreadableSourceError,
    read_documents,
)


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


@pytest.mark.parametrize("mark", ["--", "-- ", "---"])
def test_what_is_told_after_two_dashes_is_kept(tmp_path: Path, mark: str) -> None:
    """The second half of a release, short or long, also where a signature comes after it."""
    for half in ("It holds four million litres.", "One\ntwo\n" * 9):
        for signature in ("", "\n-- \nAda Brook\nPress office, Orla\n+1 555 0100\n"):
            found = read(tmp_path, message(f"The dam holds water.\n{mark}\n{half}{signature}"))
            assert isinstance(found, Document)
            assert found.text == f"The dam holds water.\n{mark}\n{half.strip()}"


def test_only_two_dashes_with_a_blank_open_a_signature(tmp_path: Path) -> None:
    """As RFC 3676 has it; without the blank they are a rule."""
    texts = [read(tmp_path, message(f"The dam holds water.\n{mark}\nAda Brook, Orla")) for mark in ("--", "-- ")]
    assert [getattr(one, "text", "") for one in texts] == [
        "The dam holds water.\n--\nAda Brook, Orla",
        "The dam holds water.",
    ]


PART = b"Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain%b\n\nThe dam.\n"


@pytest.mark.parametrize(
    ("data", "named"),
    [
        (b"Subject: x\nTo: " + b"ada@orla.example,\n " * 9_000, "64,000 bytes in its header, found 171,0"),
        (b"From: " + b"ada@orla.example,\n " * 3_000, "4,000 bytes in its field From, found 57,000"),
        (b"Subject: " + b"=?utf-8?q?a?=\n " * 4_000, "4,000 bytes in its field Subject, found 60,000"),
        (b"Subject: x\nContent-Type: text/plain" + b"; a=b" * 10_000, "16,000 bytes in its field Content-Type"),
        (PART % (b"; a=b" * 10_000), "16,000 bytes in its field Content-Type, found 50,024"),
        (
            PART % b"\n\nA.\n--b\nContent-Type: text/plain; name=a".join([b""] * 9_000),
            "256,000 bytes in the headers of",
        ),
    ],
)
def test_headers_that_no_message_needs_are_refused_unread(tmp_path: Path, data: bytes, named: str) -> None:
    """At once, by the field; reading them takes seconds to minutes."""
    began = time.monotonic()
    found = read(tmp_path, data + b"\n\nThe dam holds water.")
    assert time.monotonic() - began < 2
    assert isinstance(found, SourceFailure) and isinstance(found.error, SourceTooLargeError), found
    assert f"m.eml: expected at most {named}" in str(found.error)


def test_many_parameters_and_recipients_are_read_at_once(tmp_path: Path) -> None:
    """Below the limits all is read, a thousand recipients too; an attached text is still no part of the message."""
    head = b"Subject: x\nTo: " + b"ada@orla.example,\n " * 2_000 + b"bo@orla.example\n"
    parts = (PART % (b"; a=b" * 3_000)).split(b"\n", 1)[1]
    attached = b"--b\nContent-Type: text/plain\nContent-Disposition: attachment\n\nNot this.\n"
    began = time.monotonic()
    found = read(tmp_path, head + parts.replace(b"--b\n", attached + b"--b\n") + b"--b--\n")
    assert isinstance(found, Document) and found.text == "The dam."
    assert time.monotonic() - began < 2
