"""Writing a claim's stand-alone form: parts of the sentence, edited, tidied into one of its own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from verifier.types import Span

Parts = tuple[Span | str, ...]  # stretches of the sentence and words put between them

_QUOTES = re.compile('["“”«»]')
_EDGES = " ,;:–—-"
_CONNECTIVE = re.compile(
    r"(?:(?:and|but|so|yet|or|plus)\b,?|(?:meanwhile|however|moreover|furthermore|also|besides|still|nevertheless"
    r"|nonetheless|instead|therefore|thus|hence|consequently|additionally|similarly|likewise|finally|indeed|overall"
    r"|in addition|in fact|as a result|for example|for instance|on the other hand|by contrast|in contrast|at the same"
    r" time|that said|of course|in other words|to be sure|after all|then|now|again|notably|separately),)\s+",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Edit:
    """Put `text` in place of the characters from `start` to `end` of a sentence."""

    start: int
    end: int
    text: str


def without_connective(text: str) -> str:
    """`text` without opening words such as `Meanwhile,` or `But`, which lean on the sentence before."""
    while found := _CONNECTIVE.match(text):
        rest = text[found.end() :]
        if not rest.strip():
            break
        text = rest
    return text


def compose(sentence: str, parts: Parts, edits: Sequence[Edit]) -> str:
    """The parts in order, each with the edits that lie wholly in it, as one tidy sentence."""
    raw = "".join(part if isinstance(part, str) else _edited(sentence, part, edits) for part in parts)
    return _tidy(raw)


def _edited(sentence: str, part: Span, edits: Sequence[Edit]) -> str:
    out: list[str] = []
    position = part.start
    for edit in sorted(edits, key=lambda edit: edit.start):
        if edit.start >= position and edit.end <= part.end:
            out += [sentence[position : edit.start], edit.text]
            position = edit.end
    return "".join([*out, sentence[position : part.end]])


def _tidy(raw: str) -> str:
    text = without_connective(_balanced(" ".join(raw.split())).strip(_EDGES))
    text = re.sub(r"\s+([,.;:!?])", r"\1", re.sub(r",(?:\s*,)+", ",", text)).rstrip(",;: ")
    if not text:
        return ""
    first = text.split()[0]
    if first.islower():
        text = text[0].upper() + text[1:]
    return text if text[-1] in ".!?…" or re.search(r"[.!?…][\"”’'»)]+$", text) else text + "."


def _balanced(text: str) -> str:
    """Without quote marks where they enclose the whole text or have lost their partner."""
    marks = _QUOTES.findall(text)
    bare = text.rstrip(" .,")
    encloses = len(marks) == 2 and bool(bare) and text[0] in marks and bare[-1] in marks
    return _QUOTES.sub("", text) if len(marks) % 2 or encloses else text
