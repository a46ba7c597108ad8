"""True claims with one value changed, made from SUPPORTED pairs: none of them is supported any more.

After the contrast sets of Gardner et al. (2020): one number, date, magnitude, ordinal or counted word of the claim
becomes another. A hedged number ("more than 500") moves only to where the evidence's numbers make it false, and no
new value stands in the evidence in any spelling.
"""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from verifier.training.augment import MONTHS, other_number
from verifier.training.data import is_held_out, tidy

SOURCES = ("vitaminc", "fm2_dev", "fever_dev_gold")
ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split()  # noqa: SIM905
COUNTS = (
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen"  # noqa: SIM905
    " nineteen twenty thirty forty fifty sixty seventy eighty ninety".split()
)
MAGNITUDES = {"thousand": "million", "million": "billion", "billion": "million", "trillion": "billion"}
_MONEY = r"\s+(?:\S+\s)?[$€£₹]?(?:Rs\.?\s?)?$"
_MORE = re.compile(
    r"\b(?:more than|over|above|at least|(?:higher|greater) than|exceed\w*|no (?:fewer|less) than|surpass\w*)" + _MONEY
)
_LESS = re.compile(r"\b(?:less than|fewer than|lower than|under|below|at most|up to|no more than)" + _MONEY)
_NEAR = re.compile(r"\b(?:about|around|approximately|nearly|almost|roughly|some|close to|circa)" + _MONEY)
_OPEN_DATE = re.compile(
    r"\b(?:before|after|since|until|till|by|from|between|to|and|around|about|circa|prior to|later than|earlier than"
    r"|during|through|or)\s+(?:the\s+)?(?:\S+\s)?$",
    re.IGNORECASE,
)
_DAY_BEFORE_YEAR = re.compile(
    rf"(?:(?:\d{{1,2}}(?:st|nd|rd|th)?\s)?(?:{'|'.join(MONTHS)})|(?:{'|'.join(MONTHS)})\s\d{{1,2}}(?:st|nd|rd|th)?),?\s$"
)
_NUMBER = re.compile(r"(?<![\w.,/:\-–])(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?![\w/:\-–]|[.,]\d)")
_ANY_NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
_YEAR = re.compile(r"(?<![\w.,/\-–$])(?:1[5-9]|20)\d\d(?![\w/\-–]|[.,]\d)")
_MONTH = re.compile(rf"\b(?:{'|'.join(MONTHS)})\b(?=\s+\d)|(?<=\d )\b(?:{'|'.join(MONTHS)})\b")
_DAY = re.compile(rf"\b\d{{1,2}}(?=\s(?:{'|'.join(MONTHS)})\b)|(?<=\b(?:{'|'.join(MONTHS[:1])})\s)\d{{1,2}}\b")


@dataclass(frozen=True, slots=True)
class Pair:
    """A claim with evidence that proves it."""

    claim: str
    evidence: str
    source: str


@dataclass(frozen=True, slots=True)
class Swap:
    """A pair whose claim had one value changed."""

    claim: str
    original: str
    evidence: str
    kind: str
    source: str


def true_pairs(data: Path, is_wanted: Callable[[str], bool] = is_held_out) -> list[Pair]:
    """The SUPPORTED pairs of three public sets; of VitaminC only the pages that `is_wanted` holds for."""
    found = []
    for source in SOURCES:
        with gzip.open(data / "pairs" / f"{source}.jsonl.gz", "rt", encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                if row["label"] == "SUPPORTED" and (source != "vitaminc" or is_wanted(row["group"])):
                    found.append(Pair(tidy(row["claim"]), tidy(row["evidence"]), source))
    return list(dict.fromkeys(found))


def swapped(pairs: Sequence[Pair], n: int, rng: random.Random) -> list[Swap]:
    """At most `n` pairs with one value changed each, at most one of a pair."""
    made: list[Swap] = []
    for pair in rng.sample(list(pairs), len(pairs)):
        choices = [(kind, claim) for kind, change in KINDS.items() for claim in change(pair, rng)]
        if choices:
            kind, claim = rng.choice(choices)
            made.append(Swap(claim, pair.claim, pair.evidence, kind, pair.source))
        if len(made) == n:
            break
    return made


def _put(text: str, match: re.Match[str], other: str) -> str:
    return text[: match.start()] + (other.capitalize() if match[0][0].isupper() else other) + text[match.end() :]


def _numbers(text: str) -> list[float]:
    return [float(n.replace(",", "")) for n in _ANY_NUMBER.findall(text)]


def _spellings(text: str) -> set[float]:
    """Every number that a text states in digits or in a small word, ordinals as their number."""
    words = re.findall(r"[a-z]+", text.lower())
    small = {w: i for i, w in enumerate(COUNTS[:19], 2)} | {w: i for i, w in enumerate(ORDINALS, 1)} | {"one": 1}
    return {*_numbers(text), *(float(small[w]) for w in words if w in small)}


def _number(pair: Pair, rng: random.Random) -> Iterator[str]:
    """A plain number; a year is none."""
    for match in _NUMBER.finditer(pair.claim):
        before = pair.claim[: match.start()]
        is_date = _YEAR.fullmatch(match[0]) or _is_day(pair.claim, match)
        if is_date or any(p.search(before.lower()) for p in (_MORE, _LESS, _NEAR, _OPEN_DATE)):
            continue
        other = other_number(match[0], rng)
        if float(other.replace(",", "")) not in _spellings(pair.evidence):
            yield _put(pair.claim, match, other)


def _is_day(text: str, match: re.Match[str]) -> bool:
    month = rf"(?:{'|'.join(MONTHS)})"
    return bool(re.match(rf"(?:st|nd|rd|th)?\s+(?:of )?{month}\b", text[match.end() :])) or bool(
        re.search(rf"\b{month}\s+$", text[: match.start()])
    )


def _hedged(pair: Pair, rng: random.Random) -> Iterator[str]:
    """A hedged number moved to where no number of the evidence keeps it true."""
    theirs = _numbers(pair.evidence)
    for match in _NUMBER.finditer(pair.claim):
        before, value = pair.claim[: match.start()].lower(), float(match[0].replace(",", ""))
        if _YEAR.fullmatch(match[0]) or _is_day(pair.claim, match) or value == 0:
            continue
        up = rng.uniform(1.3, 2.5)
        if _MORE.search(before):
            new = _spelt(value * up, match[0])
            is_false = all(t < _value(new) for t in theirs)
        elif _LESS.search(before):
            new = _spelt(value / up, match[0])
            is_false = all(t > _value(new) for t in theirs)
        elif _NEAR.search(before):
            new = _spelt(value * rng.choice([up, 1 / up]), match[0])
            is_false = all(abs(t - _value(new)) > 0.2 * t for t in theirs)
        else:
            continue
        if is_false and abs(_value(new) - value) > 0.15 * value:
            yield _put(pair.claim, match, new)


def _value(number: str) -> float:
    return float(number.replace(",", ""))


def _spelt(value: float, like: str) -> str:
    """A number in another's spelling, with about as many digits that are not zero."""
    decimals = len(like.split(".")[1]) if "." in like else 0
    zeros = 0 if decimals else min(len(like) - len(like.rstrip("0,")), 9) - like[len(like.rstrip("0,")) :].count(",")
    rounded = round(value, decimals if decimals else -max(0, min(zeros, len(str(int(value))) - 1)))
    return f"{rounded:,.{decimals}f}" if "," in like else f"{rounded:.{decimals}f}"


def _year(pair: Pair, rng: random.Random) -> Iterator[str]:
    for match in _YEAR.finditer(pair.claim):
        other = other_number(match[0], rng)
        before = _DAY_BEFORE_YEAR.sub("", pair.claim[: match.start()])
        if not _OPEN_DATE.search(before) and not _is_hedge(before.lower()) and other not in pair.evidence:
            yield _put(pair.claim, match, other)


def _month(pair: Pair, rng: random.Random) -> Iterator[str]:
    for match in _MONTH.finditer(pair.claim):
        others = [m for m in MONTHS if m not in pair.evidence and m != match[0]]
        if others and not _OPEN_DATE.search(pair.claim[: match.start()]):
            yield _put(pair.claim, match, rng.choice(others))


def _day(pair: Pair, rng: random.Random) -> Iterator[str]:
    for match in re.finditer(r"\b\d{1,2}\b", pair.claim):
        if not _is_day(pair.claim, match) or _OPEN_DATE.search(pair.claim[: match.start()]):
            continue
        others = [d for d in range(1, 29) if float(d) not in _spellings(pair.evidence) and d != int(match[0])]
        suffix = re.match(r"(?:st|nd|rd|th)", pair.claim[match.end() :])
        others = [d for d in others if not suffix or (d > 3 and not 20 < d < 24)]
        if others and not (suffix and suffix[0] != "th"):
            yield _put(pair.claim, match, str(rng.choice(others)))


def _word(words: Sequence[str], is_open: Callable[[str], bool]) -> Callable[[Pair, random.Random], Iterator[str]]:
    pattern = re.compile(rf"\b(?:{'|'.join(words)})\b(?!-)", re.IGNORECASE)

    def change(pair: Pair, rng: random.Random) -> Iterator[str]:
        theirs = _spellings(pair.evidence)
        start = 1 if words is ORDINALS else 2
        for match in pattern.finditer(pair.claim):
            if is_open(pair.claim[: match.start()].lower()):
                continue
            near = [w for i, w in enumerate(words, start) if float(i) not in theirs and w != match[0].lower()]
            near = [w for w in near if w not in pair.evidence.lower()]
            if near:
                at = words.index(match[0].lower())
                yield _put(pair.claim, match, rng.choice(sorted(near, key=lambda w: abs(words.index(w) - at))[:4]))

    return change


def _magnitude(pair: Pair, rng: random.Random) -> Iterator[str]:
    """1.5 million becomes 1.5 billion; hedged upwards only where that is false."""
    for match in re.finditer(r"(?<=\d )(?:thousand|million|billion|trillion)\b", pair.claim):
        before = pair.claim[: match.start()].lower()
        other = MAGNITUDES[match[0]]
        grows = other in ("million", "billion") and match[0] in ("thousand", "million")
        hedge = re.sub(r"\S*\d\S*\s$", "", before)
        if (_MORE.search(hedge) and not grows) or (_LESS.search(hedge) and grows):
            continue
        if other not in pair.evidence:
            yield _put(pair.claim, match, other)


def _is_hedge(before: str) -> bool:
    return any(p.search(before) for p in (_MORE, _LESS, _NEAR))


KINDS: dict[str, Callable[[Pair, random.Random], Iterable[str]]] = {
    "number": _number,
    "hedged": _hedged,
    "year": _year,
    "month": _month,
    "day": _day,
    "magnitude": _magnitude,
    "ordinal": _word(ORDINALS, _is_hedge),
    "counted word": _word(COUNTS, _is_hedge),
}
