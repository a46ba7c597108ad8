"""Messages (.eml) -> documents: subject, sender, day, and the text itself; attachments are passed over."""

from __future__ import annotations

import email.policy
import re
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parseaddr
from typing import cast

from corpus.decode import decode, tidy
from corpus.documents import Document, make_document
from corpus.sources.errors import EmptySourceError, SourceTooLargeError, UnreadableSourceError
from corpus.sources.html import html_document
from corpus.sources.text import Given, parse_date

# Bytes. Long lists of recipients and the marks of many servers on the way stay far below the first.
MAX_HEADER_BYTES = 64_000  # of the block before the text
MAX_FIELD_BYTES = 4_000  # of a subject, sender or date: what reads them takes a second for 16,000
MAX_PART_FIELD_BYTES = 16_000  # of a field that describes the message or a part of it
MAX_PART_FIELDS_BYTES = 256_000  # of all these together, as hundreds of attachments have them
_BLANK_LINE = re.compile(rb"\r?\n\r?\n|\r\r")
_PART_FIELD = re.compile(rb"^(content-[a-z-]{1,40}+):[^\r\n]*+(?:(?:\r\n|\r|\n)[ \t][^\r\n]*+)*+", re.I | re.M)
_SIGNATURE = "\n-- \n"  # RFC 3676; two dashes without the blank are a rule within the text
MAX_SIGNATURE_LINES = 8
_SENTENCE_END = (".", "!", "?", "…", ":", "”", '"')
_SOFT_BREAK = re.compile(r"(?<=\S)(?<!^--) \n(?!\s*\n)", re.MULTILINE)  # format=flowed: the line goes on
# Windows-1252 in a header that names Latin-1, as decoded by the letter of that name.
_MEANT = {code: bytes([code]).decode("cp1252", "replace") for code in range(0x80, 0xA0)}


class _Message(EmailMessage):
    """One whose fields stay as they came: the newer way to read a long `Content-Type` takes seconds, many times."""

    def is_attachment(self) -> bool:
        """As the field says; the base class expects it read already."""
        return self.get_content_disposition() == "attachment"


def mail_document(data: bytes, given: Given) -> Document:
    """The message's text, plain if there is any, else what its HTML shows.

    The sender is its author; anybody can write any sender, so no publisher is taken from it.

    :raises UnreadableSourceError: no message.
    :raises EmptySourceError: no text in it.
    :raises MetadataError: a date that is none.
    :raises SourceTooLargeError: headers of a length that no message needs.
    """
    _refuse_long_headers(data, given.origin)
    try:
        message = cast(_Message, BytesParser(_Message, policy=email.policy.compat32).parsebytes(data))
        subject, sender, sent = (_header(message, name) for name in ("Subject", "From", "Date"))
        plain, html = _body(message, "plain"), _body(message, "html")
    except SourceTooLargeError as error:
        raise SourceTooLargeError(f"{given.origin}: {error}") from error
    except Exception as error:  # the parser raises many kinds on messages that break the rules
        raise UnreadableSourceError(
            f"{given.origin}: is no message that can be read ({error}); save its text as .txt"
        ) from error
    if not (subject or sender or sent):
        raise UnreadableSourceError(
            f"{given.origin}: expected a message with a Subject, From or Date, found none; save it as .eml again"
        )
    published = parse_date(sent, given.origin) or given.published
    text = _SOFT_BREAK.sub(" ", _unsigned(plain)).strip()
    if not text and html.strip():
        text = html_document(html, given).text
    if not text:
        raise EmptySourceError(
            f"{given.origin}: has no text in a known encoding (attachments are not read); save it as .txt"
        )
    name, address = parseaddr(sender)
    author = name or address or None
    return make_document(
        given.origin, subject or given.name, text, given.url, given.outlet, published, given.ingested, author
    )


def _unsigned(text: str) -> str:
    """Without the signature at its end: a few lines, none of which ends a sentence. All else may be what is told."""
    before, mark, after = f"\n{text}".rpartition(_SIGNATURE)
    lines = [line.strip() for line in after.split("\n") if line.strip()]
    is_signature = bool(mark) and len(lines) <= MAX_SIGNATURE_LINES
    return before if is_signature and not any(line.endswith(_SENTENCE_END) for line in lines) else text


def _refuse_long_headers(data: bytes, origin: str) -> None:
    """Before anything is parsed, also those of the parts and messages within.

    :raises SourceTooLargeError: likewise.
    """
    blank = _BLANK_LINE.search(data)
    n_header = blank.start() if blank else len(data)
    if n_header > MAX_HEADER_BYTES:
        raise SourceTooLargeError(f"{origin}: {_too_long('its header', n_header, MAX_HEADER_BYTES)}")
    n_all = 0
    for field in _PART_FIELD.finditer(data):
        n_bytes = field.end() - field.start()
        n_all += n_bytes
        if n_bytes > MAX_PART_FIELD_BYTES:
            name = f"its field {field[1].decode()}"
            raise SourceTooLargeError(f"{origin}: {_too_long(name, n_bytes, MAX_PART_FIELD_BYTES)}")
    if n_all > MAX_PART_FIELDS_BYTES:
        raise SourceTooLargeError(f"{origin}: {_too_long('the headers of its parts', n_all, MAX_PART_FIELDS_BYTES)}")


def _too_long(what: str, n_bytes: int, limit: int) -> str:
    return f"expected at most {limit:,} bytes in {what}, found {n_bytes:,}; save its text as .txt"


def _header(message: EmailMessage, name: str) -> str:
    """:raises SourceTooLargeError: it is too long to be read."""
    raw = next((value for key, value in message.raw_items() if key.lower() == name.lower()), "")
    if len(raw) > MAX_FIELD_BYTES:
        raise SourceTooLargeError(_too_long(f"its field {name}", len(raw), MAX_FIELD_BYTES))
    read = str(email.policy.default.header_fetch_parse(name, raw)) if raw else ""
    return " ".join(tidy(read.translate(_MEANT)).split())


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    if part is None:
        return ""
    data = part.get_payload(decode=True)
    return decode(data, part.get_content_charset()) or "" if isinstance(data, bytes) else ""
