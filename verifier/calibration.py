"""Confidence refitted on reviews: of a hundred verdicts that say 0.8, eighty should get the label that a person gives.

P(label is right) = sigmoid(slope * logit(confidence) + intercept): Platt scaling (Platt 1999) of a confidence that is a
probability already, so that slope 1 and intercept 0 change nothing. A prior pulls towards these.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from verifier.confidence import MAX_SLOPE, MIN_SLOPE, SUREST, Calibration, logit, within
from verifier.evaluation.metrics import calibration_error
from verifier.store import ReviewedConfidence

# Fewer leave the share of right verdicts uncertain by more than seven points either way, and a slope wants ten of the
# rarer outcome, as any logistic regression does for each of its variables.
MIN_REVIEWS, MIN_OF_EACH = 50, 10
PRIOR_SD = 0.5  # of slope and intercept: weighs about as much as 20 reviews
N_FOLDS = 10

Numbers = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Fit:
    """How well confidence fits what reviewers said; lower is better in all three."""

    ece: float
    brier: float
    log_loss: float


@dataclass(frozen=True, slots=True)
class Refit:
    """A slope and an intercept, what they are worth on reviews left out of the fit, and what is in force on all."""

    slope: float
    intercept: float
    n_reviews: int
    n_right: int
    before: Fit
    after: Fit

    @property
    def is_better(self) -> bool:
        """In both figures: the calibration error alone falls by chance too, the log-loss alone may for a few rows."""
        return self.after.ece < self.before.ece and self.after.log_loss < self.before.log_loss


def why_too_few(reviewed: Sequence[ReviewedConfidence]) -> str:
    """What is missing for a fit, in words; empty where there is enough."""
    n_right = sum(r.is_right for r in reviewed)
    n_wrong = len(reviewed) - n_right
    if len(reviewed) >= MIN_REVIEWS and min(n_right, n_wrong) >= MIN_OF_EACH:
        return ""
    return (
        f"expected at least {MIN_REVIEWS} reviewed claims, {MIN_OF_EACH} of them with a right label and {MIN_OF_EACH}"
        f" with a wrong one, found {len(reviewed)}: {n_right} right, {n_wrong} wrong; review more verdicts of the"
        " present models, right ones too"
    )


def refit(reviewed: Sequence[ReviewedConfidence], in_force: Calibration | None) -> Refit:
    """Fit slope and intercept, and measure by cross-validation.

    :param reviewed: enough of them, see `why_too_few`; one a statement, which deals them to folds.
    """
    ordered = sorted(reviewed, key=lambda r: r.statement_id)  # hashes: in no order of time or subject
    given = np.array([within(r.confidence) for r in ordered])
    right = np.array([r.is_right for r in ordered])
    folds = np.arange(len(ordered)) % N_FOLDS
    held_out = np.empty(len(ordered))
    for fold in range(N_FOLDS):
        test = folds == fold
        held_out[test] = _applied(given[test], *_fitted(given[~test], right[~test]))
    slope, intercept = _fitted(given, right)
    return Refit(
        slope, intercept, len(ordered), int(right.sum()), measured(reviewed, in_force), _fit_of(held_out, right)
    )


def measured(reviewed: Sequence[ReviewedConfidence], calibration: Calibration | None) -> Fit:
    """How well a calibration fits the reviews, or the confidence as the models gave it; NaN where there are none."""
    if not reviewed:
        return Fit(math.nan, math.nan, math.nan)
    given = np.array([calibration.apply(r.confidence) if calibration else r.confidence for r in reviewed])
    return _fit_of(given, np.array([r.is_right for r in reviewed]))


def _fitted(given: Numbers, right: Flags) -> tuple[float, float]:
    """Slope and intercept of the highest posterior: convex, so there is one."""
    x, sign = _logits(given), np.where(right, 1.0, -1.0)

    def loss(at: Numbers) -> tuple[float, Numbers]:
        margin = sign * (at[0] * x + at[1])
        pull = (at - [1.0, 0.0]) / PRIOR_SD
        residual = -sign / (1 + np.exp(margin))
        gradient = np.array([(residual * x).sum(), residual.sum()]) + pull / PRIOR_SD
        return float(np.logaddexp(0, -margin).sum() + 0.5 * (pull**2).sum()), gradient

    bounds = [(MIN_SLOPE, MAX_SLOPE), (None, None)]
    slope, intercept = minimize(loss, np.array([1.0, 0.0]), jac=True, method="L-BFGS-B", bounds=bounds).x
    return float(slope), float(intercept)


def _logits(p: Numbers) -> Numbers:
    return np.array([logit(value) for value in p.tolist()])


def _applied(given: Numbers, slope: float, intercept: float) -> Numbers:
    calibration = Calibration("", slope, intercept)
    return np.array([calibration.apply(value) for value in given.tolist()])


def _fit_of(p: Numbers, right: Flags) -> Fit:
    surely = np.clip(p, 1 - SUREST, SUREST)
    return Fit(
        ece=calibration_error(p, right),
        brier=float(((p - right) ** 2).mean()),
        log_loss=float(-np.log(np.where(right, surely, 1 - surely)).mean()),
    )
