"""How well claims are taken from articles and put in words that stand alone, against claims written by people.

One text entails another when the stance model takes the first as evidence that supports the second. A human claim is
covered when the claims extracted from its sentence entail it, each alone or all joined; an extracted claim is right
when the human claims entail it, each alone or all joined (`joint`, the headline). `pairwise` asks for a single claim on
the other side that entails and is entailed: it also punishes another cut of the same facts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np

from corpus.documents import content_id
from verifier.claims import ClaimExtractor
from verifier.claims.lexicon import words
from verifier.claims.rewrite import without_connective
from verifier.evaluation.files import BadLabelError, json_rows
from verifier.evaluation.metrics import Result, bootstrap, ratio
from verifier.stance import STANCES, PairScorer
from verifier.types import Article, Claim, ClaimKind, ClaimStatus, Stance

COLUMNS = ("response", "sentence", "decontextualised", "checkworthy", "claims")
WORTHY = "yes"
ENTAILMENT_THRESHOLD = 0.5  # p(supports) from which on one text entails another
_SUPPORTS = STANCES.index(Stance.SUPPORTS)
_WORD = re.compile(r"\w+(?:[.,'’-]\w+)*")
_PRONOUNS = words("he she it they him her them his hers its their theirs this these those i we you me us my our your")


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
    stand_alone: str
    is_unclear: bool


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
    extractor: ClaimExtractor,
    scorer: PairScorer,
    threshold: float = ENTAILMENT_THRESHOLD,
) -> Result:
    """Recall and precision of claims, and how many sentences get the right stand-alone form.

    Each distinct text is read as one article; a sentence that does not stand in its text word for word is read alone.
    What is extracted from a sentence without human claims is wrong. A stand-alone form is right when it and the human
    one entail each other, it has every name and number that the human one adds, no pronoun that the human one
    replaces, and nothing that we call unclear.

    :param rows: at least one.
    :param threshold: probability in [0, 1] from which on a text entails another.
    """
    ours = _our_readings(rows, extractor)
    entails = Entailment(scorer, threshold)
    entails.learn(pair for human, our in zip(rows, ours, strict=True) for pair in _pairs(human, our))
    counts = [_count(human, our, entails) for human, our in zip(rows, ours, strict=True)]
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


def _pairs(human: HumanReading, our: _OurReading) -> list[tuple[str, str]]:
    """Every pair of texts that the figures of a sentence may ask for."""
    theirs, claims = _alone_and_joined(human.claims), _alone_and_joined(our.claims)
    there = [(a, b) for a in theirs for b in our.claims] + [(a, b) for a in claims for b in human.claims]
    return there + ([(human.stand_alone, our.stand_alone), (our.stand_alone, human.stand_alone)] * human.is_worthy)


def _alone_and_joined(claims: Sequence[str]) -> list[str]:
    return [*claims, " ".join(claims)] if claims else []


def _count(human: HumanReading, our: _OurReading, entails: Entailment) -> _Counts:
    theirs, ours = _alone_and_joined(human.claims), _alone_and_joined(our.claims)
    match = {(o, h): entails(o, h) and entails(h, o) for o in our.claims for h in human.claims}
    stands = human.is_worthy and _stands_alone(human, our, entails)
    is_changed = human.is_worthy and _folded(human.stand_alone) != _folded(human.sentence)
    return _Counts(
        n_human=len(human.claims),
        n_ours=len(our.claims),
        covered=sum(any(entails(o, h) for o in ours) for h in human.claims),
        covered_pairwise=sum(any(match[o, h] for o in our.claims) for h in human.claims),
        right=sum(any(entails(h, o) for h in theirs) for o in our.claims),
        right_pairwise=sum(any(match[o, h] for h in human.claims) for o in our.claims),
        n_stand_alone=int(human.is_worthy),
        stands_alone=int(stands),
        n_changed=int(is_changed),
        changed_stands_alone=int(stands and is_changed),
    )


def _stands_alone(human: HumanReading, our: _OurReading, entails: Entailment) -> bool:
    if our.is_unclear or not our.stand_alone:
        return False
    mutual = entails(our.stand_alone, human.stand_alone) and entails(human.stand_alone, our.stand_alone)
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


def _our_readings(rows: Sequence[HumanReading], extractor: ClaimExtractor) -> list[_OurReading]:
    read: dict[str, list[Claim]] = {}
    readings = []
    for row in rows:
        text = row.text if row.sentence in row.text else row.sentence
        if text not in read:
            read[text] = extractor.extract(_article(text))
        start = text.index(row.sentence)
        readings.append(_our_reading([c for c in read[text] if _lies_in(c, start, start + len(row.sentence))]))
    return readings


def _article(text: str) -> Article:
    return Article(content_id("article", text), title="", url=None, source=None, published=None, text=text)


def _lies_in(claim: Claim, start: int, end: int) -> bool:
    return min(claim.end, end) - max(claim.start, start) > (claim.end - claim.start) / 2


def _our_reading(claims: Sequence[Claim]) -> _OurReading:
    checked = [c.text for c in claims if c.status is ClaimStatus.CHECKABLE and c.kind is ClaimKind.CONTENT]
    sentences = [_whole(list(group)) for _, group in groupby(claims, key=lambda c: (c.start, c.end))]
    return _OurReading(
        tuple(dict.fromkeys(checked)),
        " ".join(text for text, _ in sentences),
        any(is_unclear for _, is_unclear in sentences),
    )


def _whole(claims: Sequence[Claim]) -> tuple[str, bool]:
    """The stand-alone form of one sentence, and whether something in it is unclear.

    The text of the claim that takes in all of the sentence; where every claim is a part of it, those parts in order.
    """
    for claim in claims:
        if _covers_sentence(claim):
            return claim.text, claim.status is ClaimStatus.AMBIGUOUS
    stated = [claim for claim in claims if claim.kind is ClaimKind.CONTENT] or list(claims)
    return " ".join(claim.text for claim in stated), any(c.status is ClaimStatus.AMBIGUOUS for c in stated)


def _covers_sentence(claim: Claim) -> bool:
    parts = "".join(claim.sentence[part.start - claim.start : part.end - claim.start] for part in claim.parts)
    return _letters(parts) == _letters(without_connective(claim.sentence))


def _letters(text: str) -> str:
    return "".join(char for char in text if char.isalnum())
