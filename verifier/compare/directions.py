"""Opposite words: the same thing raised on one side and cut on the other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from verifier.compare.numbers import CACHED_TEXTS
from verifier.compare.polarity import NEGATION
from verifier.types import Comparison, Relation

# One axis a row; a word ends in * where any ending may follow.
_AXES = """
rose rise rises risen rising increas* grew grow grows grown growing climb* surg* soar* raise* raising \
jumped gained higher upregulat* : fell fall falls fallen falling decreas* declin* drop* plung* shrank shrink* \
shrunk reduc* cut cuts cutting slash* lowered lower dwindl* downregulat*
more : less fewer
most : least fewest
highest largest biggest greatest maximum longest tallest : lowest smallest minimum shortest
oldest eldest : youngest
older elder : younger
faster fastest : slower slowest
best better : worst worse
stronger strengthen* : weaker weaken*
first : last
win wins won winning gained : lose loses lost losing
defeats defeated beat beats : lost_to
accept* approv* : reject* declin* veto*
allow* permit* legalis* legaliz* : ban bans banned prohibit* forbid* forbade outlaw*
support* endors* favour* favor* : oppos*
for : against
open opens opened opening : close closes closed closing shut
begin begins began begun start* premier* debut* launch* : end ends ended finish* conclud*
enter* join* : leave leaves left quit withdr*
buy buys bought purchas* acquir* : sell sells sold
import* : export*
north northern : south southern
east eastern : west western
above : below
inside : outside
positive positively : negative negatively
legal legally : illegal illegally
guilty convict* : innocent acquit*
success successful successfully succeed* : fail failed failure unsuccessful*
hired hire appoint* : fired dismiss* sacked
married marry marries : divorc* unmarried
alive living : dead deceased died
majority : minority
many : few
before prior : after
high : low
major : minor
all : none
earlier : later
always : never
public publicly : private privately
male man men boy : female woman women girl
husband : wife
father : mother
son : daughter
brother : sister
improv* : worsen* deteriorat*
promot* activat* enhanc* : inhibit* suppress*
built construct* : demolish* destroy*
arriv* : depart*
attack* : defend*
lend* lent : borrow*
profit profits profitable : loss losses loss-making
surplus : deficit
"""
# These stand in many texts that agree: one shared word around them is too little.
_COMMON = frozenset(
    "for against more less fewer most least first last before after many few open left earlier later all none".split()  # noqa: SIM905
)
_WORD = re.compile(r"[a-z]+|\d+|[.;:!?]", re.IGNORECASE)
_STOP = frozenset(
    "the a an of in on at to by with from as been be being is are was were has have had do does did this that it"  # noqa: SIM905
    " its their any among there and or his her he she they who which than".split()
)
_REACH = 4  # content words to either side in which the same thing is named


@dataclass(frozen=True, slots=True)
class _Turn:
    """A word with a direction: its axis, its side, and the stems of the content words around it."""

    axis: int
    side: int
    word: str
    near: frozenset[str]
    denied: bool


def _read_axes() -> tuple[dict[str, list[tuple[int, int]]], list[tuple[str, int, int]]]:
    whole: dict[str, list[tuple[int, int]]] = {}
    stems: list[tuple[str, int, int]] = []
    for axis, row in enumerate(_AXES.strip().splitlines()):
        for side, words in enumerate(row.split(" : ")):
            for word in words.split():
                if word.endswith("*"):
                    stems.append((word[:-1], axis, side))
                else:
                    whole.setdefault(word, []).append((axis, side))
    return whole, stems


_WHOLE, _STEMS = _read_axes()
_FOUND: dict[str, tuple[tuple[int, int], ...]] = {}


def _directions(word: str) -> tuple[tuple[int, int], ...]:
    """The axes on which a word has a side."""
    found = _FOUND.get(word)
    if found is None:
        found = tuple(_WHOLE.get(word, ())) + tuple((a, s) for stem, a, s in _STEMS if word.startswith(stem))
        if len(_FOUND) < 50_000:
            _FOUND[word] = found
    return found


@lru_cache(maxsize=CACHED_TEXTS)
def _turns(text: str) -> tuple[_Turn, ...]:
    tokens = [t.lower() for t in _WORD.findall(text)]
    content = [i for i, t in enumerate(tokens) if t not in _STOP and t[0].isalnum()]
    found = []
    for place, i in enumerate(content):
        if i + 2 < len(tokens) and tokens[i + 1] in ("than", "then") and tokens[i + 2][0].isdigit():
            continue  # "less than 80%" is a number's bound
        for axis, side in _directions(tokens[i]):
            around = content[max(0, place - _REACH) : place] + content[place + 1 : place + 1 + _REACH]
            near = frozenset(tokens[j][:5] for j in around if not _crosses(tokens, i, j))
            denied = any(NEGATION.fullmatch(t) for t in tokens[max(0, i - 3) : i])
            found.append(_Turn(axis, side, tokens[i], near, denied))
    return tuple(found)


def _crosses(tokens: list[str], i: int, j: int) -> bool:
    return any(not t[0].isalnum() for t in tokens[min(i, j) : max(i, j)])


def compare_directions(claim: str, evidence: str) -> Iterator[Comparison]:
    """A DIFFERS where the claim tells one direction and the evidence only the other, of the same thing.

    The same thing: they share content words around both words. Where a side denies its word, or the evidence tells
    both directions, the model has to judge.
    """
    ours = _turns(claim)
    if not ours:
        return
    theirs = _turns(evidence)
    for turn in ours:
        same_axis = [t for t in theirs if t.axis == turn.axis]
        if any(t.side == turn.side for t in same_axis) or any(
            o.axis == turn.axis and o.side != turn.side for o in ours
        ):
            continue
        for other in same_axis:
            needed = 2 if turn.word in _COMMON or other.word in _COMMON else 1
            if not turn.denied and not other.denied and len(turn.near & other.near) >= needed:
                yield Comparison(
                    turn.word, other.word, Relation.DIFFERS, f"article: {turn.word}; evidence: {other.word}"
                )
                break
