"""Sentence boundaries by rule, with exact offsets: they survive quotes, brackets and abbreviations."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from verifier.claims.lexicon import words
from verifier.claims.markup import MARKUP

# Never the end of a sentence.
_TITLES = words(
    "mr mrs ms dr prof sr st ste gen col maj capt lt sgt cmdr adm brig rev hon gov sen rep pres supt insp messrs mx"
    " fr vs v cf e.g i.e eg ie viz approx ca no nos vol fig figs pp p art sec ch ed eds dept univ al mt ft jan feb"
    " mar apr jun jul aug sept sep oct nov dec"
)
# The end of a sentence only where the next word is one that starts sentences.
_MAY_END = words("inc ltd co corp bros llc plc jr a.m p.m etc u.s u.k u.n e.u d.c u.s.a ph.d m.d b.c a.d")
_STARTERS = words(
    "the a an it he she they we i this that these those there in on at for but and however meanwhile his her its"
    " their our my after before since when while as if although though by with from no one some many most all"
    " according officials police what who why how where yet so then now also"
)
_MARKER = re.compile(r"[-*+•‣▪●◦–—]\s+|\(?\d{1,2}[.)](?:\s+|(?=[A-Z“\"]))|>\s?|#{1,6}\s")
# Pictures, with what joins and colours them; not the signs of a text, as in "20 °C" or "Acme™".
EMOJI = re.compile(
    r"[\U0001f000-\U0001faff\u2600-\u27bf\u25a0-\u25ff\u2b00-\u2bff\u231a-\u23ff\u20e3\ufe0f\U000e0020-\U000e007f]"
)
_FIRST_EMOJI = "\u20e3"
_FOR_WORDS = re.compile(r"[\U0001f1e6-\U0001f1ff\U0001f3f4\u2764\U0001f493-\U0001f49f]")  # flags and hearts: "I ❤ Oslo"
_MIN_WORDS_AT_EMOJI = 3  # before one that ends a sentence without a full stop, and behind it before a name
_GOES_ON = words(
    "the a an and or but of in on at to for with from by as is are was were has have had be been not than that which"
    " who whose its his her their our my your this these those into over under about between against"
)
# A run of marks is looked at once, from its start: a long one must not be scanned from each of its characters.
_BOUNDARY = re.compile(
    r"(?<![.!?…])(?P<stop>[.!?…]++)(?P<close>[\"'”’»)\]]*+(?:[“«](?=\s|$))?)(?P<gap>\s+|(?=[A-Z\"“][a-z]|$))"
)
_NEXT = re.compile(r"[\"'“”„‘«»(\[¿¡]*(?P<word>[^\W_]+)?")
_LAST_WORD = re.compile(r"[^\s\"'“”‘’(\[/—–]+$")


@dataclass(frozen=True, slots=True)
class Sentence:
    """`article[start:end]` as it stands, and `text`: the same without markup and emoji, on one line.

    `offsets` holds for each character of `text` its offset in the article.
    """

    start: int
    end: int
    text: str
    offsets: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Cleaned:
    text: str
    offsets: tuple[int, ...]  # of each character of `text`, in the article
    emoji: tuple[tuple[int, bool], ...]  # before which character of `text` they stood, and if as words


def marker_end(text: str, start: int, end: int) -> int:
    """Where the content of a block starts, behind list bullets, quote marks and heading signs."""
    while (found := _MARKER.match(text, start, end)) and found.end() < end:
        start = found.end()
    return start


def has_marker(text: str, start: int = 0) -> bool:
    """Whether a list bullet, a quote mark or a heading sign stands at `start`."""
    return _MARKER.match(text, start) is not None


def is_several(line: str) -> bool:
    """Whether a line without a list marker holds more than one sentence."""
    return len(split_block(line, 0, len(line))) > 1


def split_block(article: str, start: int, end: int) -> list[Sentence]:
    """The sentences of `article[start:end]`; together they hold every non-white character of it.

    :return: in order, offsets in `article`, white space trimmed at both ends.
    """
    cleaned = _clean(article, marker_end(article, start, end), end)
    if not cleaned.text:
        return [Sentence(start, end, "", ())]
    cuts = [0, *_cuts(cleaned), len(cleaned.text)]
    starts = [start, *(_word_start(article, cleaned, cut) for cut in cuts[1:-1]), end]
    sentences = []
    for i in range(len(cuts) - 1):
        first, last = _trim(cleaned.text, cuts[i], cuts[i + 1])
        place = _trim(article, starts[i], starts[i + 1])
        sentences.append(Sentence(*place, cleaned.text[first:last], cleaned.offsets[first:last]))
    return sentences


def _cuts(cleaned: _Cleaned) -> list[int]:
    """The boundaries of the text, and those where an emoji stands for a full stop."""
    cuts = list(boundaries(cleaned.text))
    if not cleaned.emoji:
        return cuts
    found = set(cuts)
    for position, is_word in cleaned.emoji:
        if position < len(cleaned.text) and position not in found and _ends_at_emoji(cleaned.text, position, is_word):
            found.add(position)
    return sorted(found)


def _ends_at_emoji(text: str, position: int, is_word: bool) -> bool:
    """Whether words that make up a sentence end before `position`, and what follows may start one."""
    following = _NEXT.match(text, position)
    word = (following and following["word"]) or ""
    if not word[:1].isupper() or (is_word and word.lower() not in _STARTERS):
        return False
    before = text[max(0, position - 300) : position].rstrip()
    if before.endswith((",", ";", ":", "-", "–", "—", "(")) or _inside_brackets(text, position):
        return False
    stops = [found.end() for found in _BOUNDARY.finditer(before)]
    words_before = before[stops[-1] if stops else 0 :].split()
    if len(words_before) < _MIN_WORDS_AT_EMOJI or words_before[-1].lower() in _GOES_ON:
        return False
    return word.lower() in _STARTERS or len(text[position : position + 100].split()) >= _MIN_WORDS_AT_EMOJI


def boundaries(text: str) -> Iterator[int]:
    """Where in `text` a new sentence starts, the first one left out."""
    for found in _BOUNDARY.finditer(text):
        cut = found.end()
        if cut < len(text) and _is_boundary(text, found):
            yield cut


def _is_boundary(text: str, found: re.Match[str]) -> bool:
    following = _NEXT.match(text, found.end())
    word = (following and following.group("word")) or ""
    if word[:1].islower() or _inside_brackets(text, found.end("close")):
        return False
    if not found.group("gap"):
        return _glued(text, found)
    if found.group("stop") != "." or found.group("close"):
        return True
    last = _LAST_WORD.search(text, max(0, found.start() - 40), found.start())
    return _ends_with(last.group().lower() if last else "", word)


def _ends_with(last: str, following: str) -> bool:
    """Whether a full stop behind `last` ends the sentence when `following` comes next."""
    if last in ("no", "nos", "p", "pp", "fig", "figs", "art", "sec", "ch", "vol", "ca"):
        return not following[:1].isdigit()
    if last in _TITLES:
        return False
    if last in _MAY_END:
        return following.lower() in _STARTERS
    initial = len(last) == 1 and last.isalpha() and last != "i"
    return not initial or following.lower() in _STARTERS


def _glued(text: str, found: re.Match[str]) -> bool:
    """`... the war.The next day`: a full stop with no space behind it, as left by a careless scrape."""
    before = text[max(0, found.start() - 2) : found.start()]
    return len(before) == 2 and before.isalpha() and before.islower() and found.group("stop") in (".", "!", "?")


def _inside_brackets(text: str, position: int) -> bool:
    window = text[max(0, position - 300) : position]
    opened = max(window.rfind("("), window.rfind("["))
    closed = max(window.rfind(")"), window.rfind("]"))
    if opened <= closed:
        return False
    return any(char in text[position : position + 300] for char in ")]")


def _clean(article: str, start: int, end: int) -> _Cleaned:
    chars: list[str] = []
    offsets: list[int] = []
    emoji: list[tuple[int, bool]] = []
    for position, char in _kept(article, start, end):
        if char >= _FIRST_EMOJI and EMOJI.match(char):
            if chars and chars[-1] != " ":
                chars.append(" ")
                offsets.append(position)
            if chars and (not emoji or emoji[-1][0] != len(chars)):
                emoji.append((len(chars), _FOR_WORDS.match(char) is not None))
            continue
        if char == " " and (not chars or chars[-1] == " "):
            continue
        chars.append(char)
        offsets.append(position)
    while chars and chars[-1] == " ":
        chars.pop()
    return _Cleaned("".join(chars), tuple(offsets[: len(chars)]), tuple(emoji))


def _kept(article: str, start: int, end: int) -> Iterator[tuple[int, str]]:
    """Characters with their offsets, markup left out and white space as plain spaces."""
    position = start
    for found in MARKUP.finditer(article, start, end):
        yield from _plain(article, position, found.start())
        if found.group("link"):
            yield from _plain(article, found.start("link"), found.end("link"))
        position = found.end()
    yield from _plain(article, position, end)


def _plain(article: str, start: int, end: int) -> Iterator[tuple[int, str]]:
    return ((i, " " if article[i].isspace() else article[i]) for i in range(start, end))


def _word_start(article: str, cleaned: _Cleaned, cut: int) -> int:
    """The offset of a cut in the article, with the markup that opens the sentence."""
    position = cleaned.offsets[cut]
    floor = cleaned.offsets[cut - 1] + 1
    while position > floor and not article[position - 1].isspace():
        position -= 1
    return position


def _trim(article: str, start: int, end: int) -> tuple[int, int]:
    piece = article[start:end]
    return start + len(piece) - len(piece.lstrip()), end - (len(piece) - len(piece.rstrip()))
