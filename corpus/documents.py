"""Documents and the passages cut from them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime


def content_id(*parts: str) -> str:
    """A short stable id: the first 16 hex digits of a SHA-256 over the parts."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Document:
    """One reference text as it was taken in.

    `origin` says where it was read (a resolved path, with `#id` for a row of a JSON Lines file, or a URL);
    a document read again from the same origin replaces the earlier one. `author` is known of a document as it is
    read from its source; an index does not keep it.
    """

    id: str
    origin: str
    title: str
    url: str | None
    source: str | None
    published: date | None
    ingested: datetime
    text: str
    author: str | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """A window of sentences: `text == document.text[start:end]`, offsets in characters."""

    id: str
    document_id: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class PassageConfig:
    """How a document is cut.

    A window holds up to `sentences` sentences and shares `overlap` of them with the next one; it ends earlier where
    it would pass `max_words` words or `max_chars` characters. A paragraph of fewer than `tiny_words` words (a heading,
    a one-line paragraph) is joined with the next.

    :raises ValueError: a value that no window can meet.
    """

    sentences: int = 3
    overlap: int = 1
    max_words: int = 120
    max_chars: int = 1500
    tiny_words: int = 25

    def __post_init__(self) -> None:
        if not 0 <= self.overlap < self.sentences:
            raise ValueError(f"overlap must be from 0 to sentences - 1 ({self.sentences - 1}), not {self.overlap}")
        if self.max_words < 1 or self.max_chars < 1 or self.tiny_words < 0:
            raise ValueError("max_words and max_chars must be at least 1, tiny_words at least 0")


def make_document(
    origin: str,
    title: str,
    text: str,
    url: str | None,
    source: str | None,
    published: date | None,
    ingested: datetime,
    author: str | None = None,
) -> Document:
    """A document whose id hashes its origin and content, and not the time it was taken in or its author."""
    document = Document("", origin, title, url, source, published, ingested, text, author)
    return replace(document, id=id_of(document))


def id_of(document: Document) -> str:
    """The id that its origin and content give; another than its own says that it was changed since it was taken in."""
    day = document.published.isoformat() if document.published else ""
    parts = (document.origin, document.title, document.url or "", document.source or "", day, document.text)
    return content_id(*parts)


def split_passages(document: Document, config: PassageConfig | None = None) -> list[Passage]:
    """Cut a document into overlapping windows of sentences, in reading order.

    Every character of the text that is not white space lies in at least one passage. A window stays inside its
    paragraph (paragraphs end at a blank line), unless the paragraph is tiny.
    """
    config = config or PassageConfig()
    spans: list[tuple[int, int]] = []
    for pieces in _paragraph_groups(document.text, config):
        spans += [(pieces[i].start, pieces[j - 1].end) for i, j in _windows(pieces, config)]
    return [
        Passage(content_id(document.id, str(start), str(end)), document.id, start, end, document.text[start:end])
        for start, end in spans
    ]


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """The (start, end) offsets of the sentences of a passage, as `split_passages` sees them."""
    return [span for start, end in _paragraphs(text) for span in _sentences(text, start, end)]


# A blank line. The group is atomic so that one CR LF is not taken for two line ends.
_PARAGRAPH_BREAK = re.compile(r"(?>\r\n|\r|\n)[^\S\r\n]*(?:\r|\n)\s*")
# Where a sentence may end: closing marks, CJK full stops, or the line before a list item, a table row or a heading.
# The look-behind keeps long runs of dots from being scanned once per dot.
_SENTENCE_END = re.compile(
    r"""(?<![.!?…])[.!?…]++["'”’»)\]]*+(?=\s|$)|[。！？]++[”’」』）]*+|\n[^\S\n]*+(?=(?:[-*•|]|\d{1,3}[.)]|\#{1,6})\s)"""
)
_NEXT_WORD = re.compile(r"""[\s"'“‘(\[]*([^\W_]+)(\.?)""")
_ACRONYM = re.compile(r"(?:[^\W\d_]{1,2}\.)+[^\W\d_]")
_WORD = re.compile(r"\S+")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Abbreviations with which no sentence ends.
_INNER = _words("""
    mr mrs ms mx dr prof st gen sen rep gov lt col capt cmdr sgt cpl maj adm hon rev fr pres supt messrs mme mlle mt ft
    vs v cf approx ca e.g i.e viz incl
""")
# Abbreviations that may end one: they do if a usual sentence opener follows.
_EITHER = _words("inc ltd co corp plc jr sr etc al bros dept univ assn ave blvd rd est bn m")
# Abbreviations only in front of a number: "No. 5", "Jan. 6".
_BEFORE_NUMBER = _words("""
    no nos vol p pp art arts sec fig figs ch para eq c jan feb mar apr jun jul aug sep sept oct nov dec
""")
_OPENERS = _words("""
    A After All Although An And Another As At Because Before Both But By Despite During Each Even Every For From He Her
    Here His How However I If In Instead It Its Last Many Meanwhile Most My No Nobody None Nor Not Now On Once One Only
    Or Other Others Our Over She Since So Some Such That The Their Then There These They This Those Though Through To
    Today Two Under Until We What When Where Whether Which While Who Why With Without Yet You Your
""")


@dataclass(frozen=True, slots=True)
class _Piece:
    """A sentence, or a part of one that is too long for a window."""

    start: int
    end: int
    n_words: int


def _paragraph_groups(text: str, config: PassageConfig) -> list[list[_Piece]]:
    """The pieces of each paragraph; a tiny paragraph goes with the next, and a last tiny one with the one before."""
    groups: list[list[_Piece]] = []
    for start, end in _paragraphs(text):
        pieces = [piece for span in _sentences(text, start, end) for piece in _cut(text, *span, config)]
        if groups and _n_words(groups[-1]) < config.tiny_words:
            groups[-1] += pieces
        elif pieces:
            groups.append(pieces)
    if len(groups) > 1 and _n_words(groups[-1]) < config.tiny_words:
        last = groups.pop()
        groups[-1] += last
    return groups


def _n_words(pieces: list[_Piece]) -> int:
    return sum(piece.n_words for piece in pieces)


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for gap in _PARAGRAPH_BREAK.finditer(text):
        yield start, gap.start()
        start = gap.end()
    yield start, len(text)


def _sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Offsets of the sentences in text[start:end], without the white space around them."""
    for mark in _SENTENCE_END.finditer(text, start, end):
        if _ends_sentence(text, start, mark, end):
            yield from _trimmed(text, start, mark.end())
            start = mark.end()
    yield from _trimmed(text, start, end)


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    segment = text[start:end]
    stripped = segment.strip()
    if stripped:
        start += len(segment) - len(segment.lstrip())
        yield start, start + len(stripped)


def _ends_sentence(text: str, start: int, mark: re.Match[str], end: int) -> bool:
    """Whether the marks at `mark` close the sentence that began at `start`."""
    sign = text[mark.start()]
    if sign not in ".!?…":
        return True
    following = _NEXT_WORD.match(text, mark.end(), min(end, mark.end() + 60))
    opener = following[1] if following else ""
    if opener[:1].islower():
        return False
    if sign != "." or mark.end() - mark.start() > 1:
        return True
    before = text[max(start, mark.start() - 20) : mark.start()]
    word = before.rsplit(None, 1)[-1].lstrip("\"'“‘([") if before and not before[-1].isspace() else ""
    if word.isdigit() and len(word) <= 3 and not text[start : mark.start() - len(word)].strip():
        return False  # "1. First item"
    opens = following is not None and not following[2] and opener in _OPENERS
    return _ends_after(word, opener, opens)


def _ends_after(word: str, opener: str, opens: bool) -> bool:
    """Whether a full stop after `word` ends a sentence; `opens`: what follows is a usual first word."""
    lower = word.lower()
    if lower in _INNER:
        return False
    if lower in _BEFORE_NUMBER and opener[:1].isdigit():
        return False
    is_initial = len(word) == 1 and word.isupper() and word != "I"
    if is_initial or lower in _EITHER or _ACRONYM.fullmatch(word):
        return opens or not opener
    return True


def _cut(text: str, start: int, end: int, config: PassageConfig) -> Iterator[_Piece]:
    """The sentence itself, or, where it is too long, parts that end between words."""
    n_words = len(text[start:end].split())
    if n_words <= config.max_words and end - start <= config.max_chars:
        yield _Piece(start, end, n_words)
        return
    part_start, part_end, n_words = start, start, 0
    for word_start, word_end in _short_words(text, start, end, config.max_chars):
        if n_words and (n_words == config.max_words or word_end - part_start > config.max_chars):
            yield _Piece(part_start, part_end, n_words)
            part_start, n_words = word_start, 0
        part_end, n_words = word_end, n_words + 1
    yield _Piece(part_start, part_end, n_words)


def _short_words(text: str, start: int, end: int, max_chars: int) -> Iterator[tuple[int, int]]:
    """Offsets of the words; one longer than a whole window (no spaces, as in Chinese, or encoded data) is chopped."""
    for word in _WORD.finditer(text, start, end):
        for at in range(word.start(), word.end(), max_chars):
            yield at, min(at + max_chars, word.end())


def _windows(pieces: list[_Piece], config: PassageConfig) -> Iterator[tuple[int, int]]:
    """Index ranges of the pieces in each window."""
    start = 0
    while start < len(pieces):
        stop = _window_stop(pieces, start, config)
        yield start, stop
        if stop == len(pieces):
            return
        start = max(stop - config.overlap, start + 1)
        # Shared sentences that leave no room for a new one would only repeat the window before.
        while start < stop and _window_stop(pieces, start, config) <= stop:
            start += 1


def _window_stop(pieces: list[_Piece], start: int, config: PassageConfig) -> int:
    stop, n_words = start + 1, pieces[start].n_words
    while stop < min(start + config.sentences, len(pieces)):
        n_words += pieces[stop].n_words
        if n_words > config.max_words or pieces[stop].end - pieces[start].start > config.max_chars:
            break
        stop += 1
    return stop
