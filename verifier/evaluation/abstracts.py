"""The whole pipeline on SciFact's open task: find the abstracts that settle a claim, label them, and say by what.

The definitions are those of Wadden et al. 2020 ("Fact or Fiction: Verifying Scientific Claims", section 4) and of the
evaluator behind SciFact's leaderboard. A predicted abstract is right (label only) where people gave it the same label,
and rationalised where its first three predicted sentences also hold a whole rationale. A predicted sentence is right
(selection) where it belongs to a rationale that was predicted as a whole, and (selection and label) where the
abstract's label is right too. Matches, predictions and what people marked are summed over all claims; precision,
recall and F1 come from the sums.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from corpus.documents import Document, make_document
from corpus.index import Encoder, PassageIndex
from verifier.evaluation.files import (
    BadLabelError,
    BadValueError,
    EvaluationDataError,
    batches,
    claim_in,
    json_rows,
    optional_text,
    refusals,
)
from verifier.evaluation.metrics import Result, bootstrap, f1_of, ranking_figures, ratio
from verifier.evaluation.retrieval import BATCH_QUERIES, READ_ON, rank_documents
from verifier.retrieve import Query, Retriever, RetrieverConfig
from verifier.types import Claim, Evidence, Hit, Stance, Verdict
from verifier.verdict import settling_evidence

MAX_RATIONALE_SENTENCES = 3  # of a prediction that the rationalised figures look at
STANCE_OF = {"SUPPORT": Stance.SUPPORTS, "CONTRADICT": Stance.REFUTES}
RANKING_FIGURES = ("ndcg_at_10", "recall_at_10", "recall_at_100")

Sentences = Mapping[str, Sequence[tuple[int, int]]]  # by abstract id: offsets of each sentence in its document's text


class FoundJudge(Protocol):
    """The shipped decision, or a fake of it."""

    def judge(self, claim: Claim, hits: Sequence[Hit]) -> Verdict:
        """The verdict over passages that a search found."""


@dataclass(frozen=True, slots=True)
class GoldAbstract:
    """What people found in an abstract: one stance, and each set of sentences that is enough to show it."""

    stance: Stance
    rationales: tuple[frozenset[int], ...]


@dataclass(frozen=True, slots=True)
class PredictedAbstract:
    """What the pipeline found in an abstract; sentences strongest first."""

    stance: Stance
    sentences: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class OpenClaim:
    """A claim with the abstracts that settle it, and those that it cites, which are relevant whether they settle it."""

    line: int  # in its file, from 1
    claim: Claim | None  # None where it is longer than the pipeline checks
    evidence: Mapping[str, GoldAbstract]
    cited: frozenset[str]


@dataclass(frozen=True, slots=True)
class Counts:
    """Of one claim, what is to be found, what was predicted and what of that is right."""

    abstracts: int
    predicted_abstracts: int
    right_label: int
    right_rationalized: int
    sentences: int
    predicted_sentences: int
    right_selection: int
    right_sentence_label: int


def abstract_documents(corpus: Path, id_key: str = "doc_id") -> tuple[list[Document], dict[str, list[tuple[int, int]]]]:
    """The rows of SciFact's corpus: documents with the abstract's id as origin, and the offsets of its sentences.

    :raises EvaluationDataError: a row has no id or no list of sentences, or an id stands twice.
    """
    documents, sentences = [], dict[str, list[tuple[int, int]]]()
    for number, row in json_rows(corpus, (id_key, "abstract")):
        where, key = f"{corpus}, line {number}", str(row[id_key])
        if not isinstance(row["abstract"], list) or not all(isinstance(part, str) for part in row["abstract"]):
            raise BadValueError(f"{where}: expected a list of sentences as abstract; correct the row")
        if key in sentences:
            raise BadValueError(f"{where}: expected each {id_key} once, found {key} again; remove one of them")
        parts = [sentence.strip() for sentence in row["abstract"]]
        ends = np.cumsum([len(part) + 1 for part in parts]).tolist()
        sentences[key] = [(end - 1 - len(part), end - 1) for end, part in zip(ends, parts, strict=True)]
        title = optional_text(row, "title", where)
        documents.append(make_document(key, title, " ".join(parts), None, None, None, READ_ON))
    return documents, sentences


def read_open_claims(path: Path, sentences: Sentences) -> list[OpenClaim]:
    """The rows of SciFact's claims: `claim`, `evidence` by abstract id, `cited_doc_ids`.

    :param sentences: of the corpus that the claims are about.
    :raises EvaluationDataError: a row names an abstract, a sentence or a label that does not exist, or gives one
        abstract two labels, or no claim cites anything.
    """
    claims = [
        _claim(row, number, f"{path}, line {number}", sentences)
        for number, row in json_rows(path, ("claim", "evidence", "cited_doc_ids"))
    ]
    if not any(claim.cited for claim in claims):
        raise EvaluationDataError(f"{path}: expected claims with cited_doc_ids, found none; give labelled ones")
    return claims


def _claim(row: Mapping[str, Any], number: int, where: str, sentences: Sentences) -> OpenClaim:
    try:
        cited = frozenset(map(str, row["cited_doc_ids"]))
        evidence = {
            str(key): [(str(one["label"]), frozenset(map(int, one["sentences"]))) for one in found]
            for key, found in row["evidence"].items()
        }
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError) as error:
        raise BadValueError(f"{where}: expected evidence in SciFact's form ({error!r}); correct the row") from error
    if unknown := [key for key in (*cited, *evidence) if key not in sentences]:
        raise BadValueError(
            f"{where}: expected abstracts of the corpus, found {unknown[0]}; give the claims' own corpus"
        )
    gold = {key: _gold(found, len(sentences[key]), where) for key, found in evidence.items() if found}
    return OpenClaim(number, claim_in(row, "claim", where), gold, cited)


def _gold(found: Sequence[tuple[str, frozenset[int]]], n_sentences: int, where: str) -> GoldAbstract:
    labels = {label for label, _ in found}
    if len(labels) > 1 or not labels <= set(STANCE_OF):
        raise BadLabelError(
            f"{where}: expected one label for an abstract, {' or '.join(STANCE_OF)}, found "
            f"{', '.join(sorted(labels))}; correct the row"
        )
    if wrong := [i for _, rationale in found for i in rationale if not 0 <= i < n_sentences]:
        raise BadValueError(
            f"{where}: expected sentences from 0 to {n_sentences - 1}, found {wrong[0]}; correct the row"
        )
    return GoldAbstract(STANCE_OF[labels.pop()], tuple(rationale for _, rationale in found))


def predicted_abstracts(verdict: Verdict, sentences: Sentences) -> dict[str, PredictedAbstract]:
    """The abstracts that settle a claim by a verdict: each with its strongest passage's stance, and the sentences of
    the rationales of all its passages that take that stance.

    A rationale holds a sentence where it covers more than half of it.
    """
    stances: dict[str, Stance] = {}
    chosen: dict[str, dict[int, None]] = {}
    for evidence in settling_evidence(verdict):
        key = evidence.document.origin
        if stances.setdefault(key, evidence.stance) is evidence.stance:
            chosen.setdefault(key, {}).update(dict.fromkeys(_sentences_in(evidence, sentences[key])))
    return {key: PredictedAbstract(stance, tuple(chosen[key])) for key, stance in stances.items()}


def _sentences_in(evidence: Evidence, spans: Sequence[tuple[int, int]]) -> Iterator[int]:
    for span in evidence.rationale:
        first, last = evidence.passage.start + span.start, evidence.passage.start + span.end
        for i, (start, end) in enumerate(spans):
            if 2 * (min(end, last) - max(start, first)) > end - start:
                yield i


def abstract_counts(gold: Mapping[str, GoldAbstract], predicted: Mapping[str, PredictedAbstract]) -> Counts:
    """What of the predictions for one claim is right, by SciFact's definitions."""
    both = [(gold[key], prediction) for key, prediction in predicted.items() if key in gold]
    labelled = [(truth, prediction) for truth, prediction in both if truth.stance is prediction.stance]
    return Counts(
        abstracts=len(gold),
        predicted_abstracts=len(predicted),
        right_label=len(labelled),
        right_rationalized=sum(_is_rationalized(*pair) for pair in labelled),
        sentences=sum(len(rationale) for truth in gold.values() for rationale in truth.rationales),
        predicted_sentences=sum(len(prediction.sentences) for prediction in predicted.values()),
        right_selection=sum(_n_right_sentences(*pair) for pair in both),
        right_sentence_label=sum(_n_right_sentences(*pair) for pair in labelled),
    )


def _is_rationalized(gold: GoldAbstract, predicted: PredictedAbstract) -> bool:
    shown = frozenset(predicted.sentences[:MAX_RATIONALE_SENTENCES])
    return any(rationale <= shown for rationale in gold.rationales)


def _n_right_sentences(gold: GoldAbstract, predicted: PredictedAbstract) -> int:
    shown = frozenset(predicted.sentences)
    whole = frozenset[int]().union(*(rationale for rationale in gold.rationales if rationale <= shown))
    return len(shown & whole)


def evaluate_open(
    claims: Sequence[OpenClaim],
    sentences: Sentences,
    index: PassageIndex,
    encoder: Encoder,
    judge: FoundJudge,
    config: RetrieverConfig,
    facts: Mapping[str, str | int | float],
    advance: Callable[[int, int], None] | None = None,
) -> Result:
    """Ranking of the cited abstracts over the claims that cite any, and SciFact's figures over all claims.

    A claim that is too long to be checked finds and settles nothing, and counts.

    :param index: over the abstracts, each with its id as origin.
    :param claims: at least one that cites an abstract.
    :param advance: called with the number of claims done, and of all.
    """
    rankings: list[list[str]] = [[] for _ in claims]
    predictions: list[dict[str, PredictedAbstract]] = [{} for _ in claims]
    asked = [i for i, claim in enumerate(claims) if claim.claim]
    retriever, seconds = Retriever(index, encoder, config), 0.0
    for batch in batches(asked, BATCH_QUERIES, advance):
        queries = [Query(claim) for i in batch if (claim := claims[i].claim)]
        started = time.perf_counter()
        hits = retriever.retrieve(queries)
        verdicts = [judge.judge(query.claim, found) for query, found in zip(queries, hits, strict=True)]
        seconds += time.perf_counter() - started
        ranked = rank_documents(index, encoder, config, queries, hits)
        for i, verdict, ranking in zip(batch, verdicts, ranked, strict=True):
            rankings[i], predictions[i] = ranking, predicted_abstracts(verdict, sentences)
    counts = np.array([
        astuple(abstract_counts(claim.evidence, predicted))
        for claim, predicted in zip(claims, predictions, strict=True)
    ])  # fmt: skip
    ranks = np.array([_ranking_row(ranking, claim) for ranking, claim in zip(rankings, claims, strict=True)])
    told = {
        "claims_per_s": ratio(len(asked), seconds),
        **facts,
        "n_documents": index.n_documents,
        **refusals([claim.line for claim in claims if not claim.claim]),
    }
    return bootstrap(len(claims), lambda rows: figures_of(counts[rows].sum(axis=0), ranks[rows]), told)


def _ranking_row(ranking: Sequence[str], claim: OpenClaim) -> list[float]:
    """The three ranking figures; not a number where the claim cites nothing."""
    if not claim.cited:
        return [np.nan] * len(RANKING_FIGURES)
    figures = ranking_figures(ranking, dict.fromkeys(claim.cited, 1.0))
    return [figures[name] for name in RANKING_FIGURES]


def figures_of(sums: npt.NDArray[np.int64], ranks: npt.NDArray[np.float64]) -> dict[str, float]:
    """All figures of claims.

    :param sums: int64 (8,), the fields of Counts, summed over the claims.
    :param ranks: float64 (n_claims, 3), the ranking figures, not a number where there is nothing to rank.
    """
    total = Counts(*sums.tolist())
    is_ranked = ~np.isnan(ranks[:, 0])
    figures = {
        name: ratio(float(ranks[is_ranked, i].sum()), int(is_ranked.sum())) for i, name in enumerate(RANKING_FIGURES)
    }
    for name, right, called, gold in (
        ("abstract_label_only", total.right_label, total.predicted_abstracts, total.abstracts),
        ("abstract_rationalized", total.right_rationalized, total.predicted_abstracts, total.abstracts),
        ("sentence_selection", total.right_selection, total.predicted_sentences, total.sentences),
        ("sentence_label", total.right_sentence_label, total.predicted_sentences, total.sentences),
    ):
        precision, recall = ratio(right, called), ratio(right, gold)
        figures |= {f"{name}_f1": f1_of(precision, recall), f"{name}_precision": precision, f"{name}_recall": recall}
    return figures
