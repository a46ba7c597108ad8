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
from verifier.confidence import Calibration
from verifier.types import SIDES, STANCES, Claim, Evidence, Label, Relation, Stance, Verdict

FEATURES = (
    "lean_supports",
    "lean_refutes",
    "relevance",
    "rank",
    "n_agreeing",
    "n_differing",
    "n_missing",
    "n_outdated",
    "supports_barred",
    "refutes_barred",
    "turned",
)
MAX_LEAN = 6.0  # log-ratios end here
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
    min_p_supports: float = 0.45  # probability of the label in [0, 1]
    min_p_refutes: float = 0.50
    min_p_conflict: float = 0.30  # of the weaker side's strongest voice
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
    calibration: Calibration | None = None,
) -> Verdict:
    """The verdict over all evidence; support never hides refutation.

    SUPPORTED or REFUTED where all voices together make that likely enough, CONFLICTING_EVIDENCE where voices speak
    for both sides and one of them would settle it alone, else NOT_ENOUGH_EVIDENCE. A side counts only with a rationale
    that can be quoted. The verdict's evidence has the calibrated probabilities, and is NEUTRAL where it hardly leans.

    :param given: the texts were handed over with the claim: each one's likeliest stance counts, without thresholds.
    :param calibration: refits the confidence on what reviewers said; label and evidence are the same with any.
    """
    settled = [_settled(e, config, given) for e in calibrated(evidence, model or shipped_decision(), given)]
    speaking = _speaking(settled)
    supporting, refuting = _side(speaking, Stance.SUPPORTS), _side(speaking, Stance.REFUTES)
    floors = (0.0, 0.0, 0.0) if given else (config.min_p_supports, config.min_p_refutes, config.min_p_conflict)
    chances = label_chances(speaking, given)
    label = Label.NOT_ENOUGH_EVIDENCE
    if _is_contested(supporting, refuting, floors):
        label = Label.CONFLICTING_EVIDENCE
    elif supporting and chances[Label.SUPPORTED] >= max(floors[0], chances[Label.REFUTED]):
        label = Label.SUPPORTED
    elif refuting and chances[Label.REFUTED] >= max(floors[1], chances[Label.SUPPORTED]):
        label = Label.REFUTED
    ordered = tuple(sorted(_in_agreement(settled, speaking), key=_strength, reverse=True))
    confidence = calibration.apply(chances[label]) if calibration else chances[label]
    return Verdict(claim, label, confidence, ordered, _justify(label, supporting, refuting, ordered))


def label_chances(speaking: Sequence[Evidence], given: bool) -> dict[Label, float]:
    """The probability of each label where every voice by itself supports, refutes or does neither.

    A side gets what the voices give it that take one. What a NEUTRAL voice leans to may yet be so, and lowers the
    probability that nothing settles the claim; so does what is barred in a text handed over, which is about the claim,
    while a found passage whose number or speaker is another mostly tells of something else. The four add up to at
    most 1.

    :param speaking: one passage a voice, with calibrated probabilities.
    """
    nobody = math.prod(e.p_neutral + (0.0 if given else sum(_p(e, side) for side in e.barred)) for e in speaking)
    no_support = math.prod(1 - _open(e, Stance.SUPPORTS) for e in speaking)
    no_refutation = math.prod(1 - _open(e, Stance.REFUTES) for e in speaking)
    neither = math.prod(1 - _open(e, Stance.SUPPORTS) - _open(e, Stance.REFUTES) for e in speaking)
    return {
        Label.SUPPORTED: max(0.0, no_refutation - neither),
        Label.REFUTED: max(0.0, no_support - neither),
        Label.CONFLICTING_EVIDENCE: max(0.0, 1 - no_support - no_refutation + neither),
        Label.NOT_ENOUGH_EVIDENCE: nobody,
    }


def _open(evidence: Evidence, side: Stance) -> float:
    """The probability of a side, of a passage that takes one and is not barred from this one."""
    return 0.0 if side in evidence.barred or evidence.stance is Stance.NEUTRAL else _p(evidence, side)


def _is_contested(supporting: Sequence[Evidence], refuting: Sequence[Evidence], floors: tuple[float, ...]) -> bool:
    if not (supporting and refuting):
        return False
    p_supports, p_refutes = supporting[0].p_supports, refuting[0].p_refutes
    return min(p_supports, p_refutes) >= floors[2] and (p_supports >= floors[0] or p_refutes >= floors[1])


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

    How near a passage is to the claim is told by the nearest one of its document: the retriever finds documents. `rank`
    is the logarithm of the document's rank among those found, which is 0 for the first one and for texts handed over.
    """
    nearest: dict[str, float] = defaultdict(float)
    for item in evidence:
        nearest[item.document.id] = max(nearest[item.document.id], item.retrieval_score)
    return [
        [
            _lean(item.p_supports, item.p_neutral),
            _lean(item.p_refutes, item.p_neutral),
            min(MAX_RELEVANCE, nearest[item.document.id]),
            math.log(1 + sum(score > nearest[item.document.id] for score in nearest.values())),
            *(float(min(2, _n(item, relation))) for relation in _COUNTED),
            float(Stance.SUPPORTS in item.barred and item.stance is Stance.NEUTRAL),
            float(Stance.REFUTES in item.barred and item.stance is Stance.NEUTRAL),
            float(item.stance is Stance.REFUTES and item.p_supports > item.p_refutes),
        ]
        for item in evidence
    ]


_COUNTED = (Relation.AGREES, Relation.DIFFERS, Relation.MISSING, Relation.OUTDATED)  # in the order of FEATURES


def _lean(p_side: float, p_neutral: float) -> float:
    """The log-ratio of a side to neutral, within [-MAX_LEAN, MAX_LEAN]."""
    ratio = math.log(max(p_side, 1e-6)) - math.log(max(p_neutral, 1e-6))
    return min(MAX_LEAN, max(-MAX_LEAN, ratio))


def _n(evidence: Evidence, relation: Relation) -> int:
    return sum(c.relation is relation for c in evidence.comparisons)


def _settled(evidence: Evidence, config: VerdictConfig, given: bool) -> Evidence:
    """With its stance where the probability carries it and something can be quoted for it, else NEUTRAL.

    What a changed number or date keeps from one side takes the other where that is likelier than all else together.
    """
    taken, floor = evidence, evidence.p_neutral if given else config.min_p_leaning
    if len(evidence.barred) == 1 and evidence.stance is Stance.NEUTRAL:
        other = next(side for side in SIDES if side not in evidence.barred)
        taken, floor = replace(evidence, stance=other), 0.5
    if taken.stance is Stance.NEUTRAL or not taken.rationale:
        return _neutral(evidence)
    p_side = _p(taken, taken.stance)
    is_likelier = p_side >= max(_open(taken, side) for side in SIDES)
    return taken if p_side >= floor and is_likelier else _neutral(evidence)


def _neutral(evidence: Evidence) -> Evidence:
    return replace(evidence, stance=Stance.NEUTRAL, rationale=())


def _speaking(evidence: Sequence[Evidence]) -> list[Evidence]:
    """The passage that speaks for each voice: a document by its strongest one, documents with the same text by one."""
    document_of = {item.passage.id: item.document.id for item in evidence}
    documents: dict[str, list[Evidence]] = defaultdict(list)
    for item in evidence:
        documents[item.document.id].append(item)
    voices: dict[str, list[Evidence]] = defaultdict(list)
    for passages in documents.values():
        strongest = max(passages, key=_loudness)
        voices[document_of.get(strongest.origin, strongest.document.id)].append(strongest)
    return sorted((max(voice, key=_loudness) for voice in voices.values()), key=_loudness, reverse=True)


def _loudness(evidence: Evidence) -> tuple[bool, float, float, str]:
    """Sort key: as `_strength`; of passages that are all NEUTRAL, the one that leans most."""
    settled, p, score, key = _strength(evidence)
    return settled, p or 1 - evidence.p_neutral, score, key


def _in_agreement(evidence: Sequence[Evidence], speaking: Sequence[Evidence]) -> list[Evidence]:
    """What opposes the passage that speaks for its own document counts for nothing and is NEUTRAL."""
    stance_of = {item.document.id: item.stance for item in speaking}
    agreeing = [
        item if stance_of.get(item.document.id, item.stance) in (item.stance, Stance.NEUTRAL) else _neutral(item)
        for item in evidence
    ]
    return [replace(item, barred=()) for item in agreeing]  # the decision has applied it


def _side(speaking: Sequence[Evidence], stance: Stance) -> list[Evidence]:
    """Of the passages that speak for a voice those that take the stance; strongest first."""
    return sorted((e for e in speaking if e.stance is stance), key=_strength, reverse=True)


def settling_evidence(verdict: Verdict) -> list[Evidence]:
    """The evidence that takes a side and can be quoted for it, strongest first."""
    return [e for e in verdict.evidence if e.stance is not Stance.NEUTRAL and e.rationale]


def _p(evidence: Evidence, stance: Stance) -> float:
    return {
        Stance.SUPPORTS: evidence.p_supports,
        Stance.REFUTES: evidence.p_refutes,
        Stance.NEUTRAL: evidence.p_neutral,
    }[stance]


def _strength(evidence: Evidence) -> tuple[bool, float, float, str]:
    """Sort key: settled before neutral, then the probability; retrieval score and id make it stable."""
    settled = evidence.stance is not Stance.NEUTRAL
    return settled, _p(evidence, evidence.stance) if settled else 0.0, evidence.retrieval_score, evidence.passage.id


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
