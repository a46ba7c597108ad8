"""Which encoding bytes are read in, and when they are refused."""

from __future__ import annotations

import pytest

from corpus.decode import decode

ENGLISH = "The café’s naïve owner said “no” – it cost €5 million, Zoë added."


@pytest.mark.parametrize("label", ["iso-8859-1", "ISO8859-1", "latin1", "latin-1", "us-ascii", "ascii", "windows-1252"])
def test_latin_1_and_ascii_mean_windows_1252(label: str) -> None:
    """As in a browser, whether the server names it or the page."""
    assert decode(ENGLISH.encode("cp1252"), label) == ENGLISH
    page = f'<meta charset="{label}">{ENGLISH}'
    assert decode(page.encode("cp1252")) == page


def test_names_of_other_alphabets_mean_the_larger_set() -> None:
    """A name alone never makes a sign of the larger set unreadable."""
    rows = [("鎔基说", "gb2312", "gbk"), ("①番", "shift_jis", "cp932"), ("Ğ “x”", "latin5", "cp1254")]
    for text, label, used in rows:
        assert decode(text.encode(used), label) == text


@pytest.mark.parametrize("label", [None, "utf-8", "iso-8859-1", "none-such"])
@pytest.mark.parametrize("stray", [b"\xff", b"\xe9", b"\xe2\x80"])
def test_a_damaged_byte_in_utf8_leaves_the_rest_as_it_is(label: str | None, stray: bytes) -> None:
    """It is marked as damaged; no other encoding is guessed for the sake of one byte."""
    assert decode("café won’t ".encode() + stray + b" open", label) == "café won’t � open"


def test_what_names_utf8_is_read_as_nothing_else() -> None:
    """A few damaged bytes are marked, as in a browser; a text full of them is refused."""
    text = "It cost £5 million, as the ministry said on Monday in its report on the year."
    for data, label in ((text.encode("cp1252"), "utf-8"), (b"\xef\xbb\xbf" + text.encode("cp1252"), None)):
        assert decode(data, label) == text.replace("£", "�")
    assert decode(("é" * 9 + text).encode("cp1252"), "utf-8") is None
    assert decode(b'<meta charset="utf-8">' + ("é" * 9 + text).encode("cp1252")) is None


def test_utf8_mixed_with_another_encoding_is_refused() -> None:
    """Either reading would change half of the text."""
    assert decode("café, naïve, Zoë: 5 €. ".encode() + "café naïve Zoë".encode("cp1252")) is None


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le"])
def test_wide_encodings_are_read_where_they_are_named(encoding: str) -> None:
    """Without a byte order mark too; a page that only says so of itself in plain letters is not in them."""
    assert decode(ENGLISH.encode(encoding), encoding.replace("-l", "l").replace("-b", "b")) == ENGLISH
    assert decode(ENGLISH.encode("utf-16-le"), "utf-16") == ENGLISH
    assert decode(ENGLISH.encode(encoding)) is None
    assert decode(b'<?xml encoding="%b"?>caf\xe9!' % encoding.encode()) == f'<?xml encoding="{encoding}"?>café!'
    assert decode(b"GIF8\0\0\0\1\0\0\xff\xd8", encoding) is None


def test_the_likeliest_is_guessed_where_nothing_is_named() -> None:
    """Chinese has bytes that look like UTF-8 by chance."""
    chinese = "中国政府宣布，今年的经济增长率为百分之五。北京市的人口超过两千万。"
    for text, encoding in ((chinese, "gbk"), (ENGLISH, "cp1252")):
        assert decode(text.encode(encoding)) == text
