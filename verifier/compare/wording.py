"""A speaker's exact words held against the words of a passage."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher

from verifier.compare.numbers import NUMBER_WORDS
from verifier.compare.polarity import NEGATION
from verifier.types import Span

MAX_CHANGED_SHARE = 0.1  # of a quote's words; with more it is another quote
MIN_NEAR_SHARE = 0.5  # of a quote's words in order within one quotation: the same one, told otherwise
BLANK = "_"  # for a character of a quotation: a quotation becomes one word that says nothing
_ELLIPSIS = ""  # stands among a quote's words for any words left out
_TOKEN = re.compile(r"\[[^\]]*\]|\.\s?\.\s?\.|…|\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)*|[$€£%]")
_CURRENCIES = frozenset("$€£%")
_NUMBER_WORDS = NUMBER_WORDS | {"half a"}
_OPENING, _CLOSING, _STRAIGHT = "“«„", "”»", '"'
# 'Such words', but no apostrophe: the first mark stands behind no letter, the last one before none.
_SINGLE = re.compile(r"(?<![\w'’‘])['‘](?=\w)((?:[^'’\n\"“”]|['’](?=\w))+)['’](?!\w)")


def quoted_stretches(text: str) -> list[Span]:
    """What stands between quotation marks, in order, the marks left out.

    A text may be cut out of the middle of a quotation: a first closing mark closes one that was open from the start,
    and a last opening mark opens one to the end.
    """
    found: list[Span] = []
    start: int | None = None
    for index, char in enumerate(text):
        opens = char in _OPENING or (char == _STRAIGHT and start is None and _may_open(text, index))
        if opens and start is None:
            start = index + 1
        elif char in _CLOSING or (char == _STRAIGHT and not opens):
            if start is not None or not found:
                found.append(Span(start or 0, index))
            start = None
    if start is not None:
        found.append(Span(start, len(text)))
    singles = [Span(*match.span(1)) for match in _SINGLE.finditer(text)]
    inside = [s for s in singles if not any(f.start <= s.start < f.end for f in found)]
    return sorted((s for s in (*found, *inside) if s.end > s.start), key=lambda s: s.start)


def _may_open(text: str, index: int) -> bool:
    """Whether a straight mark stands where one opens: words follow it, and none come right before."""
    before, after = text[index - 1 : index], text[index + 1 : index + 2]
    return bool(after) and not after.isspace() and (not before or before.isspace() or before in "([—–-:")


def without_quotations(text: str) -> str:
    """The text at the same length with BLANK for every character between quotation marks."""
    return blanked(text, quoted_stretches(text))


def blanked(text: str, spans: Iterable[Span]) -> str:
    """The text at the same length with BLANK for every character inside the spans."""
    characters = list(text)
    for span in spans:
        characters[span.start : span.end] = BLANK * (span.end - span.start)
    return "".join(characters)


def spoken_words(text: str) -> list[str]:
    """The words and numbers of a text, case folded; dashes, quotation marks and other punctuation are left out.

    An ellipsis, or what stands in square brackets, is an empty string.
    """
    return [_spoken(match[0]) for match in _TOKEN.finditer(text)]


def _spoken(token: str) -> str:
    plain = unicodedata.normalize("NFKC", token)
    return _ELLIPSIS if plain[0] in "[." else plain.replace("’", "'").casefold()


def find_wording(quote: str, passages: Sequence[str]) -> str | None:
    """The words of one of `passages` that state a quote word for word, or nearly so; None where none does.

    The words come in the quote's order, with any words where it has an ellipsis, and at most MAX_CHANGED_SHARE of
    them may differ; a number, a currency or a negation may not. A quote has at least one word.
    """
    ours = spoken_words(quote)
    allowed = int(MAX_CHANGED_SHARE * sum(map(bool, ours)))
    for passage in passages:
        tokens = [m for m in _TOKEN.finditer(passage) if _spoken(m[0])]
        n_changes, first, end = _best_match(ours, [_spoken(m[0]) for m in tokens])
        if n_changes <= allowed and first < end:
            return passage[tokens[first].start() : tokens[end - 1].end()]
    return None


def find_near_wording(quote: str, quotations: Sequence[str]) -> str | None:
    """The one of `quotations` that shares most of a quote's words in order; None where none shares at least half."""
    ours = [word for word in spoken_words(quote) if word]
    shares = [(_n_shared(ours, [w for w in spoken_words(q) if w]), q) for q in quotations]
    n_shared, nearest = max(shares, key=lambda pair: pair[0], default=(0, ""))
    return nearest if n_shared > 1 and n_shared >= MIN_NEAR_SHARE * len(ours) else None


def _n_shared(ours: Sequence[str], theirs: Sequence[str]) -> int:
    matcher = SequenceMatcher(None, ours, theirs, autojunk=False)
    return sum(block.size for block in matcher.get_matching_blocks())


def _best_match(ours: Sequence[str], theirs: Sequence[str]) -> tuple[int, int, int]:
    """The fewest words to change, drop or add so that a quote stands in `theirs`, and from where to where it does.

    A word that may not differ counts more than a whole quote may.
    """
    barred = len(ours) + 1
    weights = [barred if _is_fixed(word) else 1 for word in theirs]
    row = [(0, -i) for i in range(len(theirs) + 1)]  # changes, and the start, negative: of two the later is the better
    for word in ours:
        cost = barred if _is_fixed(word) else 1
        above, row = row, [_add(row[0], cost if word else 0)]
        for i, (other, weight) in enumerate(zip(theirs, weights, strict=True), start=1):
            if not word:
                row.append(min(above[i], row[-1]))
            else:
                changed = _add(above[i - 1], 0 if word == other else max(cost, weight))
                row.append(min(changed, _add(above[i], cost), _add(row[-1], weight)))
    n_changes, start, end = min((n, start, end) for end, (n, start) in enumerate(row))
    return n_changes, -start, end


def _add(cell: tuple[int, int], cost: int) -> tuple[int, int]:
    return cell[0] + cost, cell[1]


def _is_fixed(word: str) -> bool:
    is_number = word in _NUMBER_WORDS or word in _CURRENCIES or any(char.isdigit() for char in word)
    return is_number or NEGATION.fullmatch(word) is not None
