"""New pairs from SUPPORTED ones by a small edit that makes the stance known: contrast sets (Gardner et al. 2020).

Every function takes pairs and returns at most `n` edited copies whose `source` ends in `+` and the kind of edit. Each
edit is made to the claim in some copies and to the evidence in others, so that an odd wording does not give it away.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from verifier.training.data import TrainingPair
from verifier.types import Stance

_HEDGED = re.compile(
    r"\b(more|less|fewer|over|under|above|below|least|most|about|around|nearly|almost|approximately|up to|exceed\w*"
    r"|before|after|since|until|between|only|at|by)\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<![\w.,/-])\d[\d,]*(?:\.\d+)?(?![\w/-])")
_COUNTED = re.compile(r"\b[a-z]+ \d")  # "sold 173,081", not the name "Scream 3"
MAX_EVIDENCE_NUMBERS = 6  # a list of figures may hold the changed one too
MONTHS = "January February March April May June July August September October November December".split()  # noqa: SIM905
_MONTH = re.compile(rf"\b(?:{'|'.join(MONTHS)})\b(?=\s+\d)|(?<=\d )\b(?:{'|'.join(MONTHS)})\b")
_AUXILIARY = re.compile(
    r"\b(?:is|was|are|were|has|have|had|will|can|could|would|does|did)\b(?! (?:not|no|never)\b|n't)"
)
_NOT = re.compile(r"\b(is|was|are|were|has|have|had|will|can|could|would|does|did) not\b")
_NAME = re.compile(r"^((?:[A-Z][\w.'-]+ )+)(is|was|are|were|has|have|had|will|did|[a-z]+ed)\b")
_SHORT_WORDS = 40  # evidence up to this length can stand as a claim

# Words whose exchange turns a statement round. Each side is one inflection, so that grammar stays right.
_OPPOSITES = """
    rose/fell increased/decreased increase/decrease increases/decreases raised/lowered raise/lower raises/lowers
    raised/cut grew/shrank higher/lower more/less more/fewer most/least largest/smallest larger/smaller bigger/smaller
    longer/shorter highest/lowest oldest/youngest older/younger faster/slower stronger/weaker best/worst better/worse
    first/last before/after earlier/later won/lost win/lose accepted/rejected approved/rejected
    approve/reject passed/failed supported/opposed supports/opposes support/oppose allowed/banned opened/closed
    began/ended started/ended begins/ends starts/ends starting/ending joined/left entered/left married/divorced
    north/south east/west northern/southern eastern/western above/below inside/outside positive/negative
    male/female husband/wife father/mother son/daughter brother/sister men/women man/woman
    living/dead alive/dead true/false legal/illegal guilty/innocent active/inactive public/private
    success/failure successful/unsuccessful commercial/non-commercial single/married major/minor
    hired/fired gained/lost bought/sold buys/sells import/export imports/exports created/destroyed built/demolished
    always/never everyone/nobody all/none many/few majority/minority maximum/minimum always/rarely
    promotes/inhibits activates/inhibits inhibits/enhances reduces/increases reduced/increased reduce/increase
    protects/harms prevents/causes improves/worsens improved/worsened effective/ineffective sufficient/insufficient
    necessary/unnecessary dependent/independent present/absent high/low upregulated/downregulated
    upregulates/downregulates induces/suppresses induced/suppressed benign/malignant susceptible/resistant
"""
ANTONYMS = tuple((left, right) for left, _, right in (row.partition("/") for row in _OPPOSITES.split()))


def _shuffled(pairs: Sequence[TrainingPair], rng: random.Random) -> Iterator[TrainingPair]:
    """The SUPPORTED pairs in random order."""
    supported = [p for p in pairs if p.stance is Stance.SUPPORTS]
    return iter(rng.sample(supported, len(supported)))


def _edited(pair: TrainingPair, stance: Stance, kind: str, **texts: str) -> TrainingPair:
    return replace(pair, stance=stance, source=f"{pair.source}+{kind}", **texts)


def swapped_numbers(pairs: Sequence[TrainingPair], n: int, rng: random.Random) -> list[TrainingPair]:
    """The claim's only number, which the evidence states, is another one on one side: now REFUTED."""
    made: list[TrainingPair] = []
    for pair in _shuffled(pairs, rng):
        numbers, stated = _NUMBER.findall(pair.claim), _NUMBER.findall(pair.evidence)
        plain = len(numbers) == 1 and _COUNTED.search(pair.claim) and not _HEDGED.search(pair.claim)
        if not (plain and len(stated) <= MAX_EVIDENCE_NUMBERS and numbers[0] in stated):
            continue
        other = other_number(numbers[0], rng)
        if other in stated:
            continue
        if rng.random() < 0.5:
            made.append(_edited(pair, Stance.REFUTES, "number", claim=_put(pair.claim, numbers[0], other)))
        else:
            made.append(_edited(pair, Stance.REFUTES, "number", evidence=_put(pair.evidence, numbers[0], other)))
        if len(made) == n:
            break
    return made


def _put(text: str, number: str, other: str) -> str:
    return re.sub(rf"(?<![\w.,/-]){re.escape(number)}(?![\w/-])", other, text)


def unstated_numbers(pairs: Sequence[TrainingPair], n: int, rng: random.Random) -> list[TrainingPair]:
    """The claim's number is blurred in the evidence ("sold many copies"): nothing settles it any more."""
    made: list[TrainingPair] = []
    for pair in _shuffled(pairs, rng):
        numbers = _NUMBER.findall(pair.claim)
        is_year = bool(numbers) and len(numbers[0]) == 4 and numbers[0].isdigit()
        plain = len(numbers) == 1 and (is_year or _COUNTED.search(pair.claim)) and not _MONTH.search(pair.evidence)
        if not plain or numbers[0] not in _NUMBER.findall(pair.evidence):
            continue
        blur = "that year" if is_year else rng.choice(("many", "several", "some"))
        claim = pair.claim if rng.random() < 0.5 else _put(pair.claim, numbers[0], other_number(numbers[0], rng))
        text = _put(pair.evidence, numbers[0], blur)
        made.append(_edited(pair, Stance.NEUTRAL, "unstated", claim=claim, evidence=text))
        if len(made) == n:
            break
    return made


def other_number(number: str, rng: random.Random) -> str:
    """A different number in the same spelling: a near year for a year, else up to double or half."""
    value = float(number.replace(",", ""))
    if "." not in number and "," not in number and 1500 <= value <= 2100:
        return str(int(value) + rng.choice([-1, 1]) * rng.randint(1, 12))
    decimals = len(number.split(".")[1]) if "." in number else 0
    changed = value
    while round(changed, decimals) == round(value, decimals):
        changed = max(0.0, value * rng.choice([rng.uniform(0.4, 0.9), rng.uniform(1.1, 2.0)]) + rng.choice([-1, 0, 1]))
    return f"{changed:,.{decimals}f}" if "," in number else f"{changed:.{decimals}f}"


def swapped_months(pairs: Sequence[TrainingPair], n: int, rng: random.Random) -> list[TrainingPair]:
    """A date's month, stated by both, is another one on one side: now REFUTED."""
    made: list[TrainingPair] = []
    for pair in _shuffled(pairs, rng):
        months = _MONTH.findall(pair.claim)
        if len(months) != 1 or _MONTH.findall(pair.evidence) != months or _HEDGED.search(pair.claim):
            continue
        other = rng.choice([m for m in MONTHS if m != months[0]])
        side = rng.choice(("claim", "evidence"))
        made.append(_edited(pair, Stance.REFUTES, "month", **{side: getattr(pair, side).replace(months[0], other)}))
        if len(made) == n:
            break
    return made


def negated(pairs: Sequence[TrainingPair], n: int, rng: random.Random) -> list[TrainingPair]:
    """A `not` put in or taken away on one side: REFUTED; put in on both: SUPPORTED still."""
    made: list[TrainingPair] = []
    for pair in _shuffled(pairs, rng):
        claim, evidence = _turned(pair.claim), _turned(pair.evidence)
        if claim and evidence and rng.random() < 0.35:
            made.append(_edited(pair, Stance.SUPPORTS, "negation", claim=claim, evidence=evidence))
        elif evidence and rng.random() < 0.5:
            made.append(_edited(pair, Stance.REFUTES, "negation", evidence=evidence))
        elif claim:
            made.append(_edited(pair, Stance.REFUTES, "negation", claim=claim))
        if len(made) == n:
            break
    return made


def _turned(text: str) -> str | None:
    """A one-clause sentence with its negation put in or taken away; None where that is not plain."""
    denied, stated = _NOT.findall(text), _AUXILIARY.findall(text)
    if len(denied) == 1 and not stated:
        return _NOT.sub(r"\1", text)
    if not denied and len(stated) == 1 and "n't" not in text:
        return _AUXILIARY.sub(lambda m: f"{m[0]} not", text)
    return None


def turned_by_antonyms(pairs: Sequence[TrainingPair], n: int, rng: random.Random) -> list[TrainingPair]:
    """A word that both sides hold is put into its opposite on one side: now REFUTED."""
    opposites: dict[str, list[str]] = defaultdict(list)
    for a, b in ANTONYMS:
        opposites[a].append(b)
        opposites[b].append(a)
    word = re.compile(rf"\b(?:{'|'.join(sorted(opposites, key=len, reverse=True))})\b")
    made: list[TrainingPair] = []
    for pair in _shuffled(pairs, rng):
        ours, theirs = word.findall(pair.claim), word.findall(pair.evidence)
        if len(ours) != 1 or theirs.count(ours[0]) != 1:
            continue
        other = rng.choice(opposites[ours[0]])
        side = rng.choice(("claim", "evidence"))
        text = re.sub(rf"\b{ours[0]}\b", other, getattr(pair, side))
        made.append(_edited(pair, Stance.REFUTES, "antonym", **{side: text}))
        if len(made) == n:
            break
    return made


def renamed_subjects(pairs: Sequence[TrainingPair], n: int, rng: random.Random) -> list[TrainingPair]:
    """The name that opens the claim is another one of whom the evidence does not speak: nothing settles it."""
    by_verb: dict[str, list[str]] = defaultdict(list)
    for pair in pairs:
        if found := _NAME.match(pair.claim):
            by_verb[found[2]].append(found[1].strip())
    made: list[TrainingPair] = []
    for pair in _shuffled(pairs, rng):
        found = _NAME.match(pair.claim)
        if not found or found[1].strip() not in pair.evidence:
            continue
        name = rng.choice(by_verb[found[2]])
        if set(name.split()) & set(pair.evidence.split()) or name.split()[0] in {"The", "A", "There", "In"}:
            continue
        made.append(_edited(pair, Stance.NEUTRAL, "name", claim=f"{name} {pair.claim[found.end(1) :]}"))
        if len(made) == n:
            break
    return made


def turned_about(pairs: Sequence[TrainingPair], n: int, rng: random.Random) -> list[TrainingPair]:
    """Claim and evidence change places where the evidence refutes: so does the claim, contradiction is symmetric."""
    short = [p for p in pairs if p.stance is Stance.REFUTES and len(p.evidence.split()) <= _SHORT_WORDS]
    return [
        _edited(p, Stance.REFUTES, "about", claim=p.evidence, evidence=p.claim)
        for p in rng.sample(short, min(n, len(short)))
    ]
