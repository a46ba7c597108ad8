"""Fit the decision model: from stance, comparisons and search to probabilities that hold on held-out data.

The stance model is sure of what it was trained on, so only dev sets tell how far to trust it. Half of each set's
claims, by a hash of their text, are fitted on; the other half, and HealthVer as a whole, only measured.
"""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from corpus.index import PassageIndex
from verifier.encode import load_encoder
from verifier.evaluation.abstracts import abstract_documents
from verifier.pipeline import MAX_CLAIM_CHARS, Judge, claim_from_text, hits_of_texts, load_judge
from verifier.retrieve import Query, Retriever, RetrieverConfig
from verifier.settings import Settings
from verifier.stance import softmax
from verifier.training.data import TrainingPair, hard_neutrals, is_held_out, read_jsonl, stance_dev_sets
from verifier.training.measure import PairScores, score
from verifier.training.mined import scifact_claims
from verifier.types import STANCE_LABEL, STANCES, Evidence, Stance
from verifier.verdict import FEATURES, features_of

NAME = "decision-v2"
ONLY_MEASURED = frozenset({"healthver-dev"})
# FM2 is a game with no NEUTRAL pairs, the mined set has no others, and Climate-FEVER's raters often disagree.
FOUND = "scifact-dev-found"
SET_WEIGHTS = {
    "scifact-dev-gold": 2.0,
    "check-covid-dev": 2.0,
    "climate-fever": 0.1,
    "fm2-dev": 0.02,
    "vitaminc-neutral": 0.1,
    FOUND: 10.0,
}
C = 0.5  # inverse strength of the L2 penalty on standardised features


@dataclass(frozen=True, slots=True)
class Rows:
    """Features (n, len(FEATURES)) float64, stances (n,) int64 as columns of STANCES, and whether fitted on (n,)."""

    features: npt.NDArray[np.float64]
    stances: npt.NDArray[np.int64]
    fitted: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class FittedHead:
    """Weights (3, len(FEATURES)) and biases (3,), on features as they are."""

    weights: npt.NDArray[np.float64]
    biases: npt.NDArray[np.float64]

    def probabilities(self, features: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
        """:return: float32 (n, 3), rows add up to 1."""
        return softmax((features @ self.weights.T + self.biases).astype(np.float32))


def is_fitted_on(claim: str) -> bool:
    """Whether a claim belongs to the half that is fitted on; depends on its text alone."""
    return is_held_out(claim, 0.5)


def given_sets(data: Path) -> dict[str, list[TrainingPair]]:
    """The dev sets of the stance model, and mined passages that settle nothing."""
    sets = stance_dev_sets(data)
    sets["vitaminc-neutral"] = hard_neutrals(sets["vitaminc-held-out"], 600, random.Random(0))
    return sets


def given_rows(judge: Judge, pairs: Sequence[TrainingPair]) -> Rows:
    """What the decision sees of texts handed over; of a text in several windows, of the one that leans most."""
    kept = [p for p in pairs if len(p.claim) <= MAX_CLAIM_CHARS]
    features = []
    for pair in kept:
        rows = features_of(judge.weigh(claim_from_text(pair.claim), hits_of_texts([pair.evidence])))
        features.append(max(rows, key=lambda row: max(row[:2])))
    return Rows(
        np.array(features),
        np.array([STANCES.index(p.stance) for p in kept]),
        np.array([is_fitted_on(p.claim) for p in kept]),
    )


def found_rows(judge: Judge, folder: Path, index: PassageIndex, retriever: RetrieverConfig) -> Rows:
    """What the decision sees of SciFact's abstracts found for its dev claims: of each, the passage that leans most.

    An abstract that the annotators did not mark for the claim is NEUTRAL, as the open task scores it.
    """
    claims = [c for c in scifact_claims(folder, "dev") if len(c.text) <= MAX_CLAIM_CHARS]
    queries = [Query(claim_from_text(c.text)) for c in claims]
    found = Retriever(index, load_encoder(), retriever).retrieve(queries)
    features, stances, fitted = [], [], []
    for claim, query, hits in zip(claims, queries, found, strict=True):
        for origin, row in _per_document(judge.weigh(query.claim, hits)).items():
            features.append(row)
            stances.append(STANCES.index(claim.read[origin][0] if origin in claim.read else Stance.NEUTRAL))
            fitted.append(is_fitted_on(claim.text))
    return Rows(np.array(features), np.array(stances), np.array(fitted))


def _per_document(evidence: Sequence[Evidence]) -> dict[str, list[float]]:
    rows: dict[str, list[list[float]]] = defaultdict(list)
    for item, row in zip(evidence, features_of(evidence), strict=True):
        rows[item.document.origin].append(row)
    return {origin: max(group, key=lambda row: max(row[:2])) for origin, group in rows.items()}


def fit_head(sets: Mapping[str, Rows]) -> FittedHead:
    """Multinomial logistic regression on the rows marked as fitted; a set counts by SET_WEIGHTS, not by its size."""
    from sklearn.linear_model import LogisticRegression

    features = np.concatenate([rows.features[rows.fitted] for rows in sets.values()])
    stances = np.concatenate([rows.stances[rows.fitted] for rows in sets.values()])
    weight_of = {name: 1000 * SET_WEIGHTS.get(name, 1.0) / max(1, rows.fitted.sum()) for name, rows in sets.items()}
    shares = np.concatenate([np.full(rows.fitted.sum(), weight_of[name]) for name, rows in sets.items()])
    mean, spread = features.mean(axis=0), features.std(axis=0)
    spread[spread == 0] = 1.0
    found = LogisticRegression(C=C, max_iter=2000).fit((features - mean) / spread, stances, sample_weight=shares)
    weights = found.coef_ / spread
    return FittedHead(weights, found.intercept_ - weights @ mean)


def figures(head: FittedHead, rows: Rows, fitted: bool) -> PairScores:
    """Figures of one half of a set."""
    chosen = rows.fitted == fitted
    return score(head.probabilities(rows.features[chosen]), rows.stances[chosen])


def leave_one_out(sets: Mapping[str, Rows]) -> dict[str, PairScores]:
    """Figures of every set under a head that was fitted on the other sets alone: what a new kind of data meets."""
    found = {}
    for name, rows in sets.items():
        head = fit_head({key: other for key, other in sets.items() if key != name and key not in ONLY_MEASURED})
        whole = Rows(rows.features, rows.stances, np.zeros(len(rows.stances), dtype=bool))
        found[name] = figures(head, whole, fitted=False)
    return found


def fit_decision(data: Path, out: Path, work: Path, say: Callable[[str], None] = print) -> None:
    """Fit both heads and write `model.json` and its card into `out`.

    :param work: where SciFact's index is kept.
    """
    judge, settings = load_judge(Settings()), Settings()
    sets = {name: given_rows(judge, pairs) for name, pairs in given_sets(data).items()}
    documents, _ = abstract_documents(data / "scifact" / "corpus.jsonl")
    with PassageIndex.create_or_open(work / "scifact-index", load_encoder()) as index:
        index.add(documents)
        found = found_rows(judge, data / "scifact", index, settings.retriever)
    fitted = {name: rows for name, rows in sets.items() if name not in ONLY_MEASURED}
    given = fit_head(fitted)
    # Alone, SciFact would teach that what is near settles: its claims are worded after the abstracts that they cite.
    heads = {"found": fit_head({FOUND: found, **fitted}), "given": given}
    write_decision(out, heads)
    say(write_decision_card(out, heads, sets, found))


def write_decision_card(out: Path, heads: Mapping[str, FittedHead], sets: Mapping[str, Rows], found: Rows) -> str:
    """Write README.md.

    :return: its tables.
    """
    lines = [_line(name, figures(heads["given"], rows, fitted=False)) for name, rows in sets.items()]
    lines += [_line(FOUND, figures(heads["found"], found, fitted=False))]
    apart = [_line(name, values) for name, values in leave_one_out(sets).items()]
    table = "\n".join(
        [*HEADER, *lines, "", "Each set under a head fitted on the other sets alone:", "", *HEADER, *apart]
    )
    (out / "README.md").write_text(CARD.format(name=NAME, table=table, features=", ".join(FEATURES)), encoding="utf-8")
    return table


def write_dev_pairs(data: Path, out: Path) -> None:
    """Write each dev set as a file for `verifier eval pairs`: the claims that no head was fitted on, all of them."""
    out.mkdir(parents=True, exist_ok=True)
    for name, pairs in given_sets(data).items():
        kept = [p for p in pairs if name in ONLY_MEASURED or not is_fitted_on(p.claim)]
        rows = [{"claim": p.claim, "evidence": p.evidence, "label": STANCE_LABEL[p.stance]} for p in kept]
        _write_rows(out / f"{name}.jsonl", rows)
    claims = [row for row in read_jsonl(data / "scifact" / "claims_dev.jsonl") if not is_fitted_on(row["claim"])]
    _write_rows(out / "scifact-claims.jsonl", claims)  # for `verifier eval open`


def _write_rows(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


HEADER = ("| set | n | accuracy | macro-F1 | ECE |", "|---|---|---|---|---|")


def _line(name: str, values: PairScores) -> str:
    return f"| {name} | {values.n:,} | {values.accuracy:.3f} | {values.macro_f1:.3f} | {values.ece:.3f} |"


def write_decision(out: Path, heads: Mapping[str, FittedHead]) -> None:
    """Write `model.json`, rounded to four places."""
    out.mkdir(parents=True, exist_ok=True)
    row: dict[str, Any] = {"name": NAME, "features": list(FEATURES), "stances": [str(s) for s in STANCES]}
    for name, head in heads.items():
        row[name] = {"weights": np.round(head.weights, 4).tolist(), "biases": np.round(head.biases, 4).tolist()}
    (out / "model.json").write_text(json.dumps(row, indent=2) + "\n", encoding="utf-8")


CARD = """# {name}

From what the stance model, the comparisons and the search make of a passage to three probabilities: two multinomial
logistic regressions over {features}. `found` is for passages that a search brought, most of which settle nothing;
`given` for texts handed over with the claim (`verifier eval pairs`). No probability of the stance model alone reaches
a reader.

## Recipe

`python -m verifier.training decision --data DATA --work WORK --out verifier/models/decision`

Fitted on half of the claims of each set, by a hash of the claim, each set with a weight of its own (`SET_WEIGHTS`),
whatever its size; HealthVer is only measured. The stance model was trained on none of these pairs. `found` is fitted
on half of SciFact's dev claims with the abstracts that the search finds for them, and on the given texts
as such that could not be nearer.

## How well it holds

On the halves that were not fitted on (HealthVer: all that is not in its fitted half; no HealthVer pair was used):

{table}
"""
