"""Confidence as it was refitted on reviews, and as it was before."""

from __future__ import annotations

import math
from dataclasses import dataclass

SUREST = 0.999  # confidence is read as no surer than this: one wrong verdict at 1.0 would outweigh all others
MIN_SLOPE, MAX_SLOPE = 0.1, 4.0  # flatter or steeper could not be undone in floating point
CALIBRATION_MODEL = "calibration@"  # begins the name under which a run lists its calibration among its models


@dataclass(frozen=True, slots=True)
class Calibration:
    """`sigmoid(slope * logit(confidence) + intercept)`; `id` is the one under which it is stored."""

    id: str
    slope: float = 1.0  # within MIN_SLOPE and MAX_SLOPE: a surer verdict stays a surer one
    intercept: float = 0.0
    model_ids: tuple[str, ...] = ()  # the models whose verdicts were reviewed

    @property
    def model_id(self) -> str:
        """Its name among the models of a run."""
        return f"{CALIBRATION_MODEL}{self.id}"

    def holds_for(self, *model_ids: str) -> bool:
        """Whether it was fitted on verdicts of these models: others are sure in another way."""
        return set(model_ids) <= set(self.model_ids)

    @property
    def changes_nothing(self) -> bool:
        """Whether every confidence stays as it is."""
        return self.slope == 1 and self.intercept == 0

    def apply(self, confidence: float) -> float:
        """The refitted confidence in [0, 1], of one in [0, 1] as the models gave it."""
        if self.changes_nothing:
            return confidence
        return sigmoid(self.slope * logit(within(confidence)) + self.intercept)

    def undone(self, confidence: float) -> float:
        """The confidence in [0, 1] as the models gave it, of a refitted one; where surer than SUREST, as that."""
        if self.changes_nothing:
            return confidence
        return within(sigmoid((logit(confidence) - self.intercept) / self.slope))


def within(confidence: float) -> float:
    """No surer than SUREST, either way."""
    return min(SUREST, max(1 - SUREST, confidence))


def logit(p: float) -> float:
    """The logarithm of the odds of a probability in [0, 1]; finite at the ends."""
    p = min(1 - 1e-15, max(1e-15, p))
    return math.log(p) - math.log1p(-p)


def sigmoid(x: float) -> float:
    """The probability in [0, 1] whose odds have this logarithm."""
    return 1 / (1 + math.exp(-x)) if x >= 0 else 1 - 1 / (1 + math.exp(x))
