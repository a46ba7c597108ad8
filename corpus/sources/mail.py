"""Messages (.eml) -> documents: subject, sender, day, and the text itself; attachments are passed over."""

from __future__ import annotations

import email
import email.policy
import re
from email.message import EmailMessage
from email.utils import parseaddr

from corpus.decode import decode, tidy
from corpus.documents import Document, make_document
from corpus.sources.errors import EmptySourceError, UnreadableSourceError
from corpus.sources.html import html_document
from corpus.sources.text import Given, parse_date

_SIGNATURE = re.compile(r"^-- ?$.*", re.MULTILINE | re.DOTALL)
_SOFT_BREAK = re.compile(r"(?<=\S) \n(?!\s*\n)")  # format=flowed: the line goes on
# Windows-1252 in a header that names Latin-1, as decoded by the letter of that name.
_MEANT = {code: bytes([code]).decode("cp1252", "replace") for code in range(0x80, 0xA0)}


def mail_document(data: bytes, given: Given) -> Document:
    """The message's text, plain if there is any, else what its HTML shows.

    The sender is its author; anybody can write any sender, so no publisher is taken from it.

    :raises UnreadableSourceError: no message.
    :raises EmptySourceError: no text in it.
    :raises MetadataError: a date that is none.
    """
    try:
        message = email.message_from_bytes(data, policy=email.policy.default)
        subject, sender, sent = (_header(message, name) for name in ("Subject", "From", "Date"))
        plain, html = _body(message, "plain"), _body(message, "html")
    except Exception as error:  # the parser raises many kinds on messages that break the rules
        raise UnreadableSourceError(
            f"{given.origin}: is no message that can be read ({error}); save its text as .txt"
        ) from error
    if not (subject or sender or sent):
        raise UnreadableSourceError(
            f"{given.origin}: expected a message with a Subject, From or Date, found none; save it as .eml again"
        )
    published = parse_date(sent, given.origin) or given.published
    text = _SOFT_BREAK.sub(" ", _SIGNATURE.sub("", plain)).strip()
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


def _header(message: EmailMessage, name: str) -> str:
    return " ".join(tidy(str(message.get(name) or "").translate(_MEANT)).split())


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    if part is None:
        return ""
    data = part.get_payload(decode=True)
    return decode(data, part.get_content_charset()) or "" if isinstance(data, bytes) else ""
