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
    r" time|that said|of course|in other words|to be sure|after all|then|now|again|notably|separately|as such"
    r"|accordingly|in turn),"
    r"|(?:this|that) (?:is|was) (?:because(?! of)|why|due to the fact that)|this (?:means|shows) that"
    r"|it(?: is|['’]s) (?:worth|important|necessary) (?:to note|noting|to remember) that\b)\s+",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Edit:
    """Put `text` in place of the characters from `start` to `end` of a sentence.

    Where `antecedent` is given, the words stand for that stretch of the same sentence, and the edit is left out where
    the stretch stands before them in the rewritten text: `Price said that he ...` needs no name for `he`.
    """

    start: int
    end: int
    text: str
    why: str
    antecedent: Span | None = None


@dataclass(frozen=True, slots=True)
class Unclear:
    """Words of a sentence whose meaning outside of it is left open, and why."""

    start: int
    end: int
    words: str
    why: str
    antecedent: Span | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """A stand-alone text with the edits that went into it."""

    text: str
    edits: tuple[Edit, ...]


def without_connective(text: str) -> str:
    """`text` without opening words such as `Meanwhile,`, `But` or `This is why`, which lean on the sentence before."""
    while found := _CONNECTIVE.match(text):
        rest = text[found.end() :]
        if not rest.strip():
            break
        text = rest
    return text


def compose(sentence: str, parts: Parts, edits: Sequence[Edit]) -> Written:
    """The parts in order, each with the edits that lie wholly in it, as one tidy sentence."""
    raw: list[str] = []
    applied: dict[Edit, None] = {}
    written: list[Span] = []
    for part in parts:
        if isinstance(part, str):
            raw.append(part)
            continue
        fitting = [edit for edit in edits if is_needed(edit, part, written)]
        text, done = _edited(sentence, part, fitting)
        raw.append(text)
        applied |= dict.fromkeys(done)
        written.append(part)
    return Written(_tidy("".join(raw)), tuple(applied))


def is_needed(place: Edit | Unclear, part: Span, written: Sequence[Span]) -> bool:
    """Whether words that lean on others lie in a part, and what they lean on does not stand before them."""
    if not (part.start <= place.start and place.end <= part.end):
        return False
    antecedent = place.antecedent
    if antecedent is None:
        return True
    before = Span(part.start, place.start)
    return not any(span.start <= antecedent.start and antecedent.end <= span.end for span in (*written, before))


def _edited(sentence: str, part: Span, edits: Sequence[Edit]) -> tuple[str, list[Edit]]:
    out: list[str] = []
    done: list[Edit] = []
    position = part.start
    for edit in sorted(edits, key=lambda edit: (edit.start, -edit.end)):
        if edit.start >= position:
            out += [sentence[position : edit.start], edit.text]
            position = edit.end
            done.append(edit)
    return "".join([*out, sentence[position : part.end]]), done


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
