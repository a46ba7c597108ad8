"""Whether a text is English, by script and by its share of English function words."""

from __future__ import annotations

import re
import unicodedata

from verifier.claims.lexicon import words

MIN_WORDS = 25  # shorter texts pass: too few words to tell by
MIN_FUNCTION_SHARE = 0.14  # English prose has 0.3 to 0.5, other European languages below 0.08
_WORD = re.compile(r"[^\W\d_]+")
# Left out: function words that another language shares ("in", "on", "as", "an", "so").
_FUNCTION_WORDS = words(
    "the and that with for from by have has been were are which this their they his her but it at would said"
    " about more not of to is was its who had after than when there will or into other some could you your our she"
    " he"
)


def is_english(text: str) -> bool:
    """True for English, and for texts too short to tell that are written in Latin letters."""
    letters = [char for char in text if char.isalpha()]
    if letters and sum(map(_is_latin, letters)) < len(letters) / 2:
        return False
    words = [word.lower() for word in _WORD.findall(text)]
    if len(words) < MIN_WORDS:
        return True
    return sum(word in _FUNCTION_WORDS for word in words) / len(words) >= MIN_FUNCTION_SHARE


def _is_latin(char: str) -> bool:
    return char.isascii() or unicodedata.name(char, "").startswith(("LATIN", "FULLWIDTH LATIN", "MATHEMATICAL"))
