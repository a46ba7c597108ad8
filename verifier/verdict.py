"""From all evidence of a claim to one label with a calibrated confidence: pure, no model is run.

Passages of one document, and of documents with nearly the same text, are one voice. A small logistic regression turns
what the stance model, the comparisons and the search made of a voice into probabilities that hold on held-out data.
"""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from corpus.documents import content_id
from verifier.types import Claim, Evidence, Label, Relation, Stance, Verdict

STANCES = tuple(Stance)  # the order of a head's rows
FEATURES = ("lean_supports", "lean_refutes", "relevance", "n_agreeing", "n_against")
MIN_LEAN = -3.0  # log-ratios end here; what the comparer took from a side altogether counts as this
MAX_RELEVANCE = 1.0  # nearer than this is as near as a text that is handed over
FULL_CREDIBILITY = 0.7  # what an unlisted source has; less lowers the probability of what rests on it
SHIPPED_DECISION = Path(__file__).parent / "models" / "decision" / "model.json"


class DecisionModelError(Exception):
    """The file of the decision model cannot be used."""


@dataclass(frozen=True, slots=True)
class DecisionHead:
    """Multinomial logistic regression: one row of weights and one bias per stance, in the order of STANCES."""

    weights: tuple[tuple[float, ...], ...]  # 3 rows of len(FEATURES)
    biases: tuple[float, float, float]

    def probabilities(self, features: Sequence[float]) -> tuple[float, float, float]:
        """:param features: in the order of FEATURES. :return: one per stance; they add up to 1."""
        rows = zip(self.weights, self.biases, strict=True)
        scores = [bias + sum(w * x for w, x in zip(row, features, strict=True)) for row, bias in rows]
        top = max(scores)
        powers = [math.exp(score - top) for score in scores]
        supports, refutes, neutral = (power / sum(powers) for power in powers)
        return supports, refutes, neutral


@dataclass(frozen=True, slots=True)
class DecisionModel:
    """A head for passages that a search found, most of which settle nothing, and one for texts handed over."""

    id: str  # its name and a hash of its weights
    found: DecisionHead
    given: DecisionHead


@dataclass(frozen=True)
class VerdictConfig:
    """How sure the decision must be to give a label, and to let a passage lean to a side."""

    # Chosen on risk-coverage curves of held-out claims, see docs/benchmarks.md.
    min_p_supports: float = 0.50  # probability in [0, 1]
    min_p_refutes: float = 0.45
    min_p_conflict: float = 0.30  # of the weaker side
    min_p_leaning: float = 0.25  # of a voice, to be shown as evidence for a side

    def __post_init__(self) -> None:
        values = (self.min_p_supports, self.min_p_refutes, self.min_p_conflict, self.min_p_leaning)
        if not all(0 <= value <= 1 for value in values):
            raise ValueError(
                "min_p_supports, min_p_refutes, min_p_conflict and min_p_leaning should be between 0 and 1"
            )


def load_decision(path: Path = SHIPPED_DECISION) -> DecisionModel:
    """Read the weights.

    :raises DecisionModelError: the file is missing, damaged, or made for other features.
    """
    try:
        text = path.read_text(encoding="utf-8")
        row = json.loads(text)
        if tuple(row["features"]) != FEATURES or tuple(row["stances"]) != STANCES:
            raise DecisionModelError(
                f"{path}: expected weights for {', '.join(FEATURES)}, found {', '.join(row['features'])}; fit it again"
            )
        return DecisionModel(f"{row['name']}@{content_id(text)[:12]}", _head(row["found"]), _head(row["given"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DecisionModelError(
            f"{path}: expected the weights of a decision model, found an error ({error!r}); restore the file"
        ) from error


def _head(row: Any) -> DecisionHead:
    weights = tuple(tuple(float(w) for w in one) for one in row["weights"])
    biases = tuple(float(b) for b in row["biases"])
    if len(biases) != len(STANCES) or [len(w) for w in weights] != [len(FEATURES)] * len(STANCES):
        raise ValueError(f"{len(weights)} rows of weights and {len(biases)} biases")
    if not all(math.isfinite(value) for row in (*weights, biases) for value in row):
        raise ValueError("a weight that is no finite number")
    return DecisionHead(weights, (biases[0], biases[1], biases[2]))


@cache
def shipped_decision() -> DecisionModel:
    """The decision model of this version.

    :raises DecisionModelError: its file is missing or damaged.
    """
    return load_decision()


def decide(
    claim: Claim,
    evidence: Sequence[Evidence],
    config: VerdictConfig = VerdictConfig(),
    model: DecisionModel | None = None,
    given: bool = False,
) -> Verdict:
    """The verdict over all evidence; support never hides refutation.

    SUPPORTED or REFUTED where the strongest voice of that side is sure enough, CONFLICTING_EVIDENCE where other voices
    speak as surely for the other side, else NOT_ENOUGH_EVIDENCE. A side counts only with a rationale that can be
    quoted. The verdict's evidence has the calibrated probabilities, and is NEUTRAL where it hardly leans.

    :param given: the texts were handed over with the claim: each one's likeliest stance counts, without thresholds.
    """
    weighed = calibrated(evidence, model or shipped_decision(), given)
    settled = [_settled(e, config, given) for e in weighed]
    speaking = _speaking(settled)
    supporting, refuting = _side(speaking, Stance.SUPPORTS), _side(speaking, Stance.REFUTES)
    p_supports = max((_p(e) for e in supporting), default=0.0)
    p_refutes = max((_p(e) for e in refuting), default=0.0)
    floors = (0.0, 0.0, 0.0) if given else (config.min_p_supports, config.min_p_refutes, config.min_p_conflict)
    is_contested = bool(supporting and refuting) and min(p_supports, p_refutes) >= floors[2]
    if is_contested and (p_supports >= floors[0] or p_refutes >= floors[1]):
        label, confidence = Label.CONFLICTING_EVIDENCE, min(p_supports, p_refutes)
    elif supporting and p_supports >= floors[0] and p_supports > p_refutes:
        label, confidence = Label.SUPPORTED, p_supports * (1 - 0.5 * p_refutes)
    elif refuting and p_refutes >= floors[1] and p_refutes > p_supports:
        label, confidence = Label.REFUTED, p_refutes * (1 - 0.5 * p_supports)
    else:
        label, confidence = Label.NOT_ENOUGH_EVIDENCE, min((e.p_neutral for e in weighed), default=1.0)
    ordered = tuple(sorted(_in_agreement(settled, speaking), key=_strength, reverse=True))
    return Verdict(claim, label, confidence, ordered, _justify(label, supporting, refuting, ordered))


def calibrated(evidence: Sequence[Evidence], model: DecisionModel, given: bool) -> list[Evidence]:
    """The evidence with probabilities that hold: of a hundred that say 0.7, seventy are right."""
    head = model.given if given else model.found
    made = []
    for item, features in zip(evidence, features_of(evidence), strict=True):
        supports, refutes, _ = head.probabilities(features)
        trust = min(1.0, item.credibility / FULL_CREDIBILITY)
        supports, refutes = supports * trust, refutes * trust
        made.append(replace(item, p_supports=supports, p_refutes=refutes, p_neutral=max(0.0, 1 - supports - refutes)))
    return made


def features_of(evidence: Sequence[Evidence]) -> list[list[float]]:
    """What the decision sees of each passage, in the order of FEATURES.

    How near a passage is to the claim is told by the nearest one of its document: the retriever finds documents.
    """
    nearest: dict[str, float] = defaultdict(float)
    for item in evidence:
        nearest[item.document.id] = max(nearest[item.document.id], item.retrieval_score)
    return [
        [
            _lean(item.p_supports, item.p_neutral),
            _lean(item.p_refutes, item.p_neutral),
            min(MAX_RELEVANCE, nearest[item.document.id]),
            float(min(2, _n(item, Relation.AGREES))),
            float(min(2, _n(item, Relation.DIFFERS) + _n(item, Relation.MISSING))),
        ]
        for item in evidence
    ]


def _lean(p_side: float, p_neutral: float) -> float:
    """The log-ratio of a side to neutral, within [MIN_LEAN, -MIN_LEAN]."""
    ratio = math.log(max(p_side, 1e-6)) - math.log(max(p_neutral, 1e-6))
    return min(-MIN_LEAN, max(MIN_LEAN, ratio))


def _n(evidence: Evidence, relation: Relation) -> int:
    return sum(c.relation is relation for c in evidence.comparisons)


def _settled(evidence: Evidence, config: VerdictConfig, given: bool) -> Evidence:
    """With the stance that its probability carries; what the comparisons made NEUTRAL stays so."""
    p_side = _p(evidence)
    leans = p_side >= evidence.p_neutral if given else p_side >= config.min_p_leaning
    other = evidence.p_refutes if evidence.stance is Stance.SUPPORTS else evidence.p_supports
    if evidence.stance is Stance.NEUTRAL or (leans and evidence.rationale and p_side >= other):
        return evidence
    return replace(evidence, stance=Stance.NEUTRAL, rationale=())


def _speaking(evidence: Sequence[Evidence]) -> list[Evidence]:
    """The passage that speaks for each voice: a document by its strongest one, documents with the same text by one."""
    document_of = {item.passage.id: item.document.id for item in evidence}
    documents: dict[str, list[Evidence]] = defaultdict(list)
    for item in evidence:
        documents[item.document.id].append(item)
    voices: dict[str, list[Evidence]] = defaultdict(list)
    for passages in documents.values():
        strongest = max(passages, key=_strength)
        voices[document_of.get(strongest.origin, strongest.document.id)].append(strongest)
    return [max(voice, key=_strength) for voice in voices.values()]


def _in_agreement(evidence: Sequence[Evidence], speaking: Sequence[Evidence]) -> list[Evidence]:
    """What opposes the passage that speaks for its own document counts for nothing and is NEUTRAL."""
    stance_of = {item.document.id: item.stance for item in speaking}
    return [
        item
        if stance_of.get(item.document.id, item.stance) in (item.stance, Stance.NEUTRAL)
        else replace(item, stance=Stance.NEUTRAL, rationale=())
        for item in evidence
    ]


def _side(speaking: Sequence[Evidence], stance: Stance) -> list[Evidence]:
    """Of the passages that speak for a voice those that take the stance; strongest first."""
    return sorted((e for e in speaking if e.stance is stance), key=_strength, reverse=True)


def settling_evidence(verdict: Verdict) -> list[Evidence]:
    """The evidence that takes a side and can be quoted for it, strongest first."""
    return [e for e in verdict.evidence if e.stance is not Stance.NEUTRAL and e.rationale]


def _p(evidence: Evidence) -> float:
    return {
        Stance.SUPPORTS: evidence.p_supports,
        Stance.REFUTES: evidence.p_refutes,
        Stance.NEUTRAL: evidence.p_neutral,
    }[evidence.stance]


def _strength(evidence: Evidence) -> tuple[bool, float, float, str]:
    """Sort key: settled before neutral, then the probability; retrieval score and id make it stable."""
    settled = evidence.stance is not Stance.NEUTRAL
    return settled, _p(evidence) if settled else 0.0, evidence.retrieval_score, evidence.passage.id


def _justify(
    label: Label, supporting: Sequence[Evidence], refuting: Sequence[Evidence], ordered: Sequence[Evidence]
) -> str:
    """One or two sentences that a reader can check against the quotes."""
    if label is Label.NOT_ENOUGH_EVIDENCE:
        if not ordered:
            return "The corpus holds no passage on this."
        notes = _findings(ordered, (Relation.OUTDATED,))
        return f"None of the {len(ordered)} nearest passages settles this.{notes}"
    sides = [_side_text("Supported by", supporting), _side_text("Refuted by", refuting)]
    notes = _findings([*supporting, *refuting], (Relation.DIFFERS, Relation.OUTDATED))
    return " ".join(s for s in sides if s) + notes


def _side_text(verb: str, side: Sequence[Evidence]) -> str:
    if not side:
        return ""
    document = side[0].document
    details = ", ".join(x for x in (document.source, document.published and document.published.isoformat()) if x)
    more = f" and {len(side) - 1} more" if len(side) > 1 else ""
    return f"{verb} “{document.title}”{f' ({details})' if details else ''}{more}."


def _findings(evidence: Sequence[Evidence], relations: Sequence[Relation]) -> str:
    """The first number or date that stands against the claim's, in words."""
    found = [c.explanation for e in evidence for c in e.comparisons if c.relation in relations]
    return f" {found[0][0].upper()}{found[0][1:]}." if found else ""
