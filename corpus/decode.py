"""Bytes of a file -> text, whatever encoding it was saved in."""

from __future__ import annotations

import codecs
import re

_BOMS = (
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_BINARY_SIGNATURES = (b"%PDF-", b"PK\x03\x04", b"\x1f\x8b", b"\x89PNG", b"\xff\xd8\xff", b"\xd0\xcf\x11\xe0", b"{\\rtf")
MAX_CONTROL_SHARE = 0.05  # of the characters of a text; more is no text
MIN_UTF8_SHARE = 0.8  # of the bytes that are not ASCII: from there on a text is UTF-8 with a few damaged bytes
MIXED_SHARE = 0.5  # up to that it is another encoding; between the two it is several in one file
MAX_DAMAGED_SHARE = 0.02  # of all bytes of a text that is said to be UTF-8
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_DECLARED = re.compile(rb"""<(?:meta[^>]+charset|\?xml[^>]+encoding)\s*=\s*["']?\s*([\w-]+)""", re.IGNORECASE)
# Python knows these too, as text; no page is written in them, and some take hours for what another reads in no time.
_NEVER = {"idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape", "utf-7", "mbcs", "oem"}
# What pages mean by a name, after the Encoding Standard of the web: a larger set of characters that holds the named
# one. Where it is, "latin-1" has curly quotes and the euro sign.
_MEANT = {
    "ascii": "cp1252", "iso8859-1": "cp1252", "iso8859-9": "cp1254", "iso8859-11": "cp874", "tis-620": "cp874",
    "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "euc_kr": "cp949", "big5": "big5hkscs",
}  # fmt: skip
_WIDE = {"utf-16": "utf-16-le", "utf-32": "utf-32-le"}  # what they mean without a byte order mark
_WIDE |= {name: name for name in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")}
# Without a byte order mark these fit almost any short text.
_NOT_GUESSED = ["utf_16", "utf_16_be", "utf_16_le", "utf_32", "utf_32_be", "utf_32_le", "utf_7"]


def decode(data: bytes, declared: str | None = None) -> str | None:
    """The text, tidied as by `tidy`: UTF-8, or what the byte order mark or the page says, or the likeliest encoding.

    Damaged bytes of a text in UTF-8 become the replacement character, as in a browser.

    :param declared: the encoding that whoever sent the bytes named; where they are UTF-8 it was wrong.
    :return: None where the bytes are no text: NUL bytes, more than a few control characters, a known binary format;
        and where no encoding can be told: UTF-8 with much damage, or mixed with another.
    """
    encoding = next((name for bom, name in _BOMS if data.startswith(bom)), None)
    if encoding:
        text = _try(data, encoding)
    elif data.startswith(_BINARY_SIGNATURES):
        text = None
    elif b"\0" in data:
        wide = _WIDE.get(_name(declared))
        text = _try(data, wide) if wide else None
    else:
        text = _try(data, "utf-8-sig")
        text = _damaged_or_other(data, declared) if text is None else text
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


def _name(encoding: str | None) -> str:
    """Python's name of an encoding; empty where it has none, or it is not for pages."""
    try:
        name = codecs.lookup(encoding or "").name
    except (ValueError, LookupError):
        return ""
    return "" if name in _NEVER else name


def _try(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (ValueError, LookupError):
        return None


def _damaged_or_other(data: bytes, declared: str | None) -> str | None:
    """The text of bytes that are not wholly UTF-8."""
    as_utf8 = data.decode("utf-8", "replace").removeprefix("\ufeff")
    n_damaged = as_utf8.count("\ufffd") - data.count(b"\xef\xbf\xbd")  # places; one may be a letter cut short
    n_kept = len(data.decode("utf-8", "ignore").encode().translate(None, bytes(range(128))))
    utf8_share = n_kept / (n_damaged + n_kept)
    if utf8_share >= MIN_UTF8_SHARE:
        return as_utf8
    written = _DECLARED.search(data, 0, 4096)
    if data.startswith(codecs.BOM_UTF8):
        declared = "utf-8"
    for name in map(_name, (declared, written[1].decode() if written else None)):
        if name in ("utf-8", "utf-8-sig"):  # to guess another would show what no reader of the page sees
            return as_utf8 if n_damaged <= MAX_DAMAGED_SHARE * len(data) else None
        if name and name not in _WIDE and (text := _try(data, _MEANT.get(name, name))) is not None:
            return text
    return None if utf8_share > MIXED_SHARE else _guess(data)


def _guess(data: bytes) -> str | None:
    from charset_normalizer import from_bytes

    matches = from_bytes(data, cp_exclusion=_NOT_GUESSED)
    best = matches.best()
    if best is None:
        return None
    # A few accents do not tell the code pages of one family apart; Western European is the likeliest here.
    if any("cp1252" in match.could_be_from_charset and match.chaos <= best.chaos for match in matches):
        return _try(data, "cp1252") or str(best)
    return str(best)
