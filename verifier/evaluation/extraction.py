"""How well claims are taken from articles and put in words that stand alone, against claims written by people.

One text entails another when the stance model takes the first as evidence that supports the second. A human claim is
covered when a claim extracted from its article entails it, or all those of its sentence joined; an extracted claim is
right when a human claim of its article entails it, or all those of its sentence joined (the headline figures: each side
is measured by one direction of the entailment). `pairwise` asks for a single claim on the other side that entails and
is entailed: it also punishes another cut of the same facts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from verifier.claims.lexicon import words
from verifier.evaluation.files import BadLabelError, article_of, json_rows
from verifier.evaluation.metrics import Result, bootstrap, ratio
from verifier.stance import PairScorer
from verifier.types import STANCES, Article, Claim, ClaimStatus, Stance

COLUMNS = ("response", "sentence", "decontextualised", "checkworthy", "claims")
WORTHY = "yes"
MIN_SHARED_WORDS = 0.75  # of a sentence that people reworded or cut, to find it in its text
MAX_GAP_CHARS = 40  # by which lines of one list may lie apart beyond their own length
ENTAILMENT_THRESHOLD = 0.5  # p(supports) from which on one text entails another
_SUPPORTS = STANCES.index(Stance.SUPPORTS)
_WORD = re.compile(r"\w+(?:[.,'’-]\w+)*")
_PRONOUNS = words("he she it they him her them his hers its their theirs this these those i we you me us my our your")


class WholeExtractor(Protocol):
    """An extractor that can also word each sentence as a whole."""

    def extract(self, article: Article) -> list[Claim]:
        """As in ClaimExtractor."""
        ...

    def stand_alone(self, article: Article) -> list[Claim]:
        """One claim for each sentence, not taken apart."""
        ...


@dataclass(frozen=True, slots=True)
class HumanReading:
    """What people made of one sentence of a text; `claims` is empty where the sentence is not worth a check."""

    text: str
    sentence: str
    stand_alone: str
    is_worthy: bool
    claims: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _OurReading:
    claims: tuple[str, ...]
    of_text: tuple[str, ...]  # all claims extracted from the whole text
    stand_alone: str
    is_unclear: bool
    is_longer: bool  # people had cut the sentence in two, so that ours says more than theirs


@dataclass(frozen=True, slots=True)
class _Counts:
    """Of one sentence; what is summed up over sentences and divided."""

    n_human: int
    n_ours: int
    covered: int
    covered_pairwise: int
    right: int
    right_pairwise: int
    n_stand_alone: int
    stands_alone: int
    n_changed: int
    changed_stands_alone: int


def read_human_readings(path: Path) -> list[HumanReading]:
    """Rows of a JSON Lines file: response, sentence, decontextualised, checkworthy, claims.

    :raises EvaluationDataError: rows or columns are missing, or a value has the wrong type.
    """
    return [_reading(path, number, row) for number, row in json_rows(path, COLUMNS)]


def _reading(path: Path, number: int, row: dict[str, object]) -> HumanReading:
    texts, claims = [row[name] for name in COLUMNS[:4]], row["claims"]
    if not all(isinstance(t, str) for t in texts) or not isinstance(claims, list):
        raise BadLabelError(
            f"{path}, line {number}: expected texts and a list of claims, found {type(claims).__name__} as claims and"
            f" {row['checkworthy']!r} as checkworthy; correct the row"
        )
    text, sentence, stand_alone, label = map(str, texts)
    is_worthy = label == WORTHY
    return HumanReading(text, sentence, stand_alone, is_worthy, tuple(map(str, claims)) if is_worthy else ())


class Entailment:
    """Whether texts entail each other, each pair asked once."""

    def __init__(self, scorer: PairScorer, threshold: float = ENTAILMENT_THRESHOLD):
        self._scorer = scorer
        self._threshold = threshold
        self._known: dict[tuple[str, str], bool] = {}

    def learn(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Score pairs of (premise, conclusion) together."""
        new = [pair for pair in dict.fromkeys(pairs) if pair not in self._known]
        supports = self._scorer.probabilities(new)[:, _SUPPORTS] >= self._threshold
        for (a, b), entails in zip(new, supports, strict=True):
            self._known[a, b] = bool(entails) or _folded(a) == _folded(b)

    def __call__(self, premise: str, conclusion: str) -> bool:
        """Whether the first text entails the second."""
        if (premise, conclusion) not in self._known:
            self.learn([(premise, conclusion)])
        return self._known[premise, conclusion]


def _folded(text: str) -> str:
    return " ".join(word.group().lower() for word in _WORD.finditer(text))


def evaluate_extraction(
    rows: Sequence[HumanReading],
    extractor: WholeExtractor,
    scorer: PairScorer,
    threshold: float = ENTAILMENT_THRESHOLD,
) -> Result:
    """Recall and precision of claims, and how many sentences get the right stand-alone form.

    Each distinct text is read as one article; a sentence that does not stand in it word for word (people had cut it in
    two, or put a name in) is looked for by its words, and only claims in words that they had before them count.
    What is extracted from a sentence without human claims is wrong. A stand-alone form is right when it and the human
    one entail each other, it has every name and number that the human one adds, no pronoun that the human one
    replaces, and nothing that we call unclear.

    :param rows: at least one.
    :param threshold: probability in [0, 1] from which on a text entails another.
    """
    ours = _our_readings(rows, extractor)
    pools = _pools(rows, ours)
    entails = Entailment(scorer, threshold)
    read = list(zip(rows, ours, strict=True))
    entails.learn(pair for human, our in read for pair in _pairs(human, our, pools[human.text]))
    counts = [_count(human, our, pools[human.text], entails) for human, our in read]
    table = np.array([[getattr(count, name) for name in _Counts.__slots__] for count in counts])
    facts: dict[str, str | int | float] = {
        "threshold": threshold,
        "model": scorer.id,
        "n_human_claims": sum(count.n_human for count in counts),
        "n_extracted": sum(count.n_ours for count in counts),
        "n_decontextualised": sum(count.n_stand_alone for count in counts),
        "n_decontextualised_changed": sum(count.n_changed for count in counts),
    }
    return bootstrap(len(rows), lambda chosen: _figures(_Counts(*table[chosen].sum(axis=0).tolist())), facts)


def _figures(sums: _Counts) -> dict[str, float]:
    return {
        "element_recall": ratio(sums.covered, sums.n_human),
        "element_precision": ratio(sums.right, sums.n_ours),
        "element_recall_pairwise": ratio(sums.covered_pairwise, sums.n_human),
        "element_precision_pairwise": ratio(sums.right_pairwise, sums.n_ours),
        "decontextualisation_accuracy": ratio(sums.stands_alone, sums.n_stand_alone),
        "decontextualisation_accuracy_changed": ratio(sums.changed_stands_alone, sums.n_changed),
    }


@dataclass(frozen=True, slots=True)
class _Pool:
    """The claims of one text, of people and ours: a fact may stand in another sentence's claims."""

    theirs: tuple[str, ...]
    ours: tuple[str, ...]


def _pools(rows: Sequence[HumanReading], ours: Sequence[_OurReading]) -> dict[str, _Pool]:
    pools: dict[str, _Pool] = {}
    for human, our in zip(rows, ours, strict=True):
        known = pools.get(human.text, _Pool((), ()))
        pools[human.text] = _Pool((*known.theirs, *human.claims), our.of_text)
    return pools


def _pairs(human: HumanReading, our: _OurReading, pool: _Pool) -> list[tuple[str, str]]:
    """Every pair of texts that the figures of a sentence may ask for."""
    theirs, claims = _with_joined(pool.theirs, human.claims), _with_joined(pool.ours, our.claims)
    there = [(a, b) for a in theirs for b in our.claims] + [(a, b) for a in claims for b in human.claims]
    back = [(b, a) for a in theirs for b in our.claims] + [(b, a) for a in claims for b in human.claims]
    whole = [(human.stand_alone, our.stand_alone), (our.stand_alone, human.stand_alone)]
    return there + back + whole * human.is_worthy


def _with_joined(pool: Sequence[str], claims: Sequence[str]) -> list[str]:
    return [*pool, " ".join(claims)] if claims else list(pool)


def _count(human: HumanReading, our: _OurReading, pool: _Pool, entails: Entailment) -> _Counts:
    theirs, ours = _with_joined(pool.theirs, human.claims), _with_joined(pool.ours, our.claims)
    stands = human.is_worthy and _stands_alone(human, our, entails)
    is_changed = human.is_worthy and _folded(human.stand_alone) != _folded(human.sentence)
    return _Counts(
        n_human=len(human.claims),
        n_ours=len(our.claims),
        covered=sum(any(entails(o, h) for o in ours) for h in human.claims),
        covered_pairwise=sum(any(entails(o, h) and entails(h, o) for o in pool.ours) for h in human.claims),
        right=sum(any(entails(h, o) for h in theirs) for o in our.claims),
        right_pairwise=sum(any(entails(o, h) and entails(h, o) for h in pool.theirs) for o in our.claims),
        n_stand_alone=int(human.is_worthy),
        stands_alone=int(stands),
        n_changed=int(is_changed),
        changed_stands_alone=int(stands and is_changed),
    )


def _stands_alone(human: HumanReading, our: _OurReading, entails: Entailment) -> bool:
    if our.is_unclear or not our.stand_alone:
        return False
    mutual = entails(our.stand_alone, human.stand_alone) and (
        our.is_longer or entails(human.stand_alone, our.stand_alone)
    )
    return mutual and added_names(human) <= _names(our.stand_alone) and not _kept_pronouns(human, our.stand_alone)


def added_names(human: HumanReading) -> set[str]:
    """Capitalised words and numbers that the human stand-alone form has beyond its sentence.

    The form's first word is one only if the text has it capitalised inside a sentence too.
    """
    added = _names(human.stand_alone) - set(_words(human.sentence))
    first = next(iter(_words(human.stand_alone)), "")
    inside = re.search(rf"[a-z,;] {re.escape(first)}\b", human.text) or any(char.isdigit() for char in first)
    return added if inside or first in _words(human.stand_alone)[1:] else added - {first}


def _words(text: str) -> list[str]:
    return [re.sub(r"['’]s$", "", word.group()) for word in _WORD.finditer(text)]


def _names(text: str) -> set[str]:
    return {word for word in _words(text) if word[0].isupper() or any(char.isdigit() for char in word)}


def _kept_pronouns(human: HumanReading, ours: str) -> set[str]:
    """Pronouns of the sentence that the human form replaces and ours does not."""
    before, replaced, kept = (_pronouns(text) for text in (human.sentence, human.stand_alone, ours))
    return {word for word in before if before[word] > replaced[word] and kept[word] > replaced[word]}


def _pronouns(text: str) -> Counter[str]:
    return Counter(word for word in (w.lower() for w in _words(text)) if word in _PRONOUNS)


def _our_readings(rows: Sequence[HumanReading], extractor: WholeExtractor) -> list[_OurReading]:
    read: dict[str, tuple[list[Claim], list[Claim]]] = {}
    readings = []
    counted: set[str] = set()  # two rows may have been one sentence: its claims count once
    for row in rows:
        if row.text not in read:
            article = article_of(row.text)
            read[row.text] = (extractor.extract(article), extractor.stand_alone(article))
        claims, wholes = read[row.text]
        start, end = _place(row, wholes)
        verbatim = row.text[start:end] == row.sentence
        here = [claim for claim in _within(claims, start, end) if verbatim or _was_read(claim, row)]
        new = [claim for claim in here if claim.id not in counted]
        readings.append(_our_reading(new, claims, _within(wholes, start, end), is_longer=not verbatim))
        counted |= {claim.id for claim in here}
    return readings


def _was_read(claim: Claim, row: HumanReading) -> bool:
    """Whether people had the words of a claim before them; of a sentence that they had cut, the rest is not theirs."""
    told = set(_folded(claim.text).split())
    return len(told & set(_folded(f"{row.sentence} {row.stand_alone}").split())) >= MIN_SHARED_WORDS * len(told)


def _place(row: HumanReading, wholes: Sequence[Claim]) -> tuple[int, int]:
    """Where a row's sentence stands in its text: word for word, else the sentence that shares most of its words."""
    start = row.text.find(row.sentence)
    end = start + len(row.sentence)
    if start >= 0:
        around = [whole for whole in wholes if whole.start <= start and end <= whole.end]
        return (around[0].start, around[0].end) if around else (start, end)
    wanted = set(_folded(row.sentence).split())
    inside = [whole for whole in wholes if _share(whole, wanted) >= MIN_SHARED_WORDS]  # a list takes several lines
    if not inside:
        return 0, 0
    best = max(inside, key=lambda whole: len(wanted & set(_folded(whole.sentence).split())))
    near = [whole for whole in inside if abs(whole.start - best.start) <= len(row.sentence) + MAX_GAP_CHARS]
    return min(whole.start for whole in near), max(whole.end for whole in near)


def _share(whole: Claim, wanted: set[str]) -> float:
    """The share of a sentence's words, or of the wanted ones, that the other has too."""
    words_ = set(_folded(whole.sentence).split())
    common = len(words_ & wanted)
    return common / max(1, min(len(words_), len(wanted))) if common > 1 else 0.0


def _within(claims: Sequence[Claim], start: int, end: int) -> list[Claim]:
    return [c for c in claims if min(c.end, end) - max(c.start, start) > (c.end - c.start) / 2]


def _our_reading(
    claims: Sequence[Claim], of_text: Sequence[Claim], wholes: Sequence[Claim], is_longer: bool
) -> _OurReading:
    return _OurReading(
        _checked(claims),
        _checked(of_text),
        " ".join(whole.text for whole in wholes),
        any(whole.status is ClaimStatus.AMBIGUOUS for whole in wholes),
        is_longer,
    )


def _checked(claims: Sequence[Claim]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(claim.text for claim in claims if claim.status is ClaimStatus.CHECKABLE))
