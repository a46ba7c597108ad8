"""Bytes of a file -> text, whatever encoding it was saved in."""

from __future__ import annotations

import codecs
import re

_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_BINARY_SIGNATURES = (b"%PDF-", b"PK\x03\x04", b"\x1f\x8b", b"\x89PNG", b"\xff\xd8\xff", b"\xd0\xcf\x11\xe0", b"{\\rtf")
MAX_CONTROL_SHARE = 0.05  # of the characters of a text; more is no text
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_DECLARED = re.compile(rb"""<(?:meta[^>]+charset|\?xml[^>]+encoding)\s*=\s*["']?\s*([\w-]+)""", re.IGNORECASE)
# Python knows these too, as text; no page is written in them, and some take hours for what another reads in no time.
_NEVER = {"idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape", "utf-7", "mbcs", "oem"}
# Without a byte order mark these fit almost any short text.
_NOT_GUESSED = ["utf_16", "utf_16_be", "utf_16_le", "utf_32", "utf_32_be", "utf_32_le", "utf_7"]


def decode(data: bytes, declared: str | None = None) -> str | None:
    """The text, tidied as by `tidy`: UTF-8, or what the byte order mark or the page says, or the likeliest encoding.

    :param declared: the encoding that whoever sent the bytes named; where they are UTF-8 it was wrong.
    :return: None where the bytes are no text: NUL bytes, more than a few control characters, a known binary format.
    """
    encoding = next((name for bom, name in _BOMS if data.startswith(bom)), None)
    if encoding:
        text = _try(data, encoding)
    elif data.startswith(_BINARY_SIGNATURES) or b"\0" in data:
        text = None
    else:
        text = _try(data, "utf-8")
        text = _guess(data, declared) if text is None else text
    if text is None or len(_CONTROL.findall(text)) > MAX_CONTROL_SHARE * len(text):
        return None
    return tidy(text)


def tidy(text: str) -> str:
    """Line ends as LF; control characters, one for one, as blanks.

    Half characters (lone surrogates), which nothing can store, are replaced by a question mark.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _CONTROL.sub(" ", text)
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _try(data: bytes, encoding: str) -> str | None:
    try:
        return None if codecs.lookup(encoding).name in _NEVER else data.decode(encoding)
    except (ValueError, LookupError):
        return None


def _guess(data: bytes, declared: str | None) -> str | None:
    written = _DECLARED.search(data, 0, 4096)
    for encoding in (declared, written[1].decode() if written else None):
        if encoding and (text := _try(data, encoding)) is not None:
            return text
    from charset_normalizer import from_bytes

    matches = from_bytes(data, cp_exclusion=_NOT_GUESSED)
    best = matches.best()
    if best is None:
        return None
    # A few accents do not tell the code pages of one family apart; Western European is the likeliest here.
    if any("cp1252" in match.could_be_from_charset and match.chaos <= best.chaos for match in matches):
        return _try(data, "cp1252") or str(best)
    return str(best)
