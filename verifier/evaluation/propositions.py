"""How well the statements of a sentence are told apart, against propositions that people marked (PropSegmEnt).

A proposition is the set of its sentence's words, punctuation apart; one of ours is the words that a claim's parts lie
on, checkable or not. Ours and a rater's match one to one where their Jaccard similarity reaches a threshold: as many
pairs as can be made (a maximum matching, so no order decides). Matches, and what there is to match, are averaged over
a sentence's raters and summed over sentences; precision, recall and F1 come from the sums.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np

from verifier.claims import ClaimExtractor
from verifier.evaluation.files import (
    EmptyFileError,
    EvaluationDataError,
    MissingFileError,
    article_of,
    parsed,
    read_text,
)
from verifier.evaluation.metrics import Result, bootstrap, f1_of, ratio
from verifier.types import Claim, Span

JACCARD_THRESHOLD = 0.8
DOCUMENTS, PROPOSITIONS = "document_clusters.*.json", "propositions.*.json"

Proposition = frozenset[int]  # indices of words


@dataclass(frozen=True, slots=True)
class MarkedSentence:
    """One sentence of a document with its words, and the propositions that each rater found in it."""

    words: tuple[Span, ...]  # offsets in the document's text, and empty for punctuation
    raters: tuple[tuple[Proposition, ...], ...]


@dataclass(frozen=True, slots=True)
class MarkedDocument:
    """A document's text and those of its sentences that raters read."""

    text: str
    sentences: tuple[MarkedSentence, ...]


def read_marked_documents(folder: Path) -> list[MarkedDocument]:
    """The documents of a folder in PropSegmEnt's form: `document_clusters.*.json` and `propositions.*.json`.

    Raters who did not understand a sentence, or found that it informs of nothing, are left out; so are sentences
    whose document's text is not there.

    :raises EvaluationDataError: a file is missing or not of this form, or no sentence is left.
    """
    clusters, segmentations = (_json(folder, pattern) for pattern in (DOCUMENTS, PROPOSITIONS))
    try:
        raters = {_key(**row["sentence_id"]): _raters(row) for row in segmentations}
        documents = [
            _document(cluster["cluster_id"], row, raters) for cluster in clusters for row in cluster["documents"]
        ]
    except (KeyError, TypeError) as error:
        raise EvaluationDataError(
            f"{folder}: expected PropSegmEnt's JSON as its README tells it, found none of {error}; correct the files"
        ) from error
    marked = [document for document in documents if document.sentences]
    if not marked:
        raise EmptyFileError(
            f"{folder}: expected sentences with propositions, found none; give both files of one split"
        )
    return marked


def _json(folder: Path, pattern: str) -> Any:
    paths = sorted(folder.glob(pattern))
    if not paths:
        raise MissingFileError(f"{folder}: expected a file {pattern}, found none; give a folder of PropSegmEnt")
    return [row for path in paths for row in parsed(read_text(path), str(path))]


def _key(cluster_id: str, document_id: str, sentence_index: int) -> tuple[str, str, int]:
    return cluster_id, document_id, sentence_index


def _raters(row: Mapping[str, Any]) -> tuple[tuple[Proposition, ...], ...]:
    return tuple(
        tuple(frozenset(proposition["token_indices"]) for proposition in answer.get("propositions", ()))
        for answer in row["segmentation_responses"]
        if not answer["non_informational"] and not answer["rater_did_not_understand_sentence"]
    )


def _document(cluster_id: str, row: Mapping[str, Any], raters: Mapping[tuple[str, str, int], Any]) -> MarkedDocument:
    """The sentences joined by blanks, as one paragraph."""
    text, marked = "", []
    for index, sentence in enumerate(row["sentences"]):
        words = tuple(_word(token, len(text)) for token in sentence["tokens"])
        text += sentence["sentence_text"] + " "
        if found := raters.get(_key(cluster_id, row["document_id"], index)):
            marked.append(MarkedSentence(words, tuple(_without_punctuation(one, words) for one in found)))
    return MarkedDocument(text.rstrip(), tuple(marked))


def _word(token: Mapping[str, Any], offset: int) -> Span:
    start = offset + token["character_offset_of_token_in_sentence"]
    return Span(start, start + len(token["text"]) if token["text"].isalnum() else start)


def _without_punctuation(propositions: Sequence[Proposition], words: Sequence[Span]) -> tuple[Proposition, ...]:
    kept = (frozenset(i for i in found if words[i].start < words[i].end) for found in propositions)
    return tuple(dict.fromkeys(found for found in kept if found))


def evaluate_propositions(
    documents: Sequence[MarkedDocument], extractor: ClaimExtractor, jaccard: float = JACCARD_THRESHOLD
) -> Result:
    """Precision, recall and F1 of our statements' boundaries; `_exact` counts equal sets of words only.

    `f1_between_raters` is the same F1 of the raters against each other: what a person reaches.

    :param documents: with at least one marked sentence.
    :param jaccard: similarity in (0, 1] from which on two propositions match.
    """
    counts = np.array([
        _counts(sentence, claims, jaccard)
        for document in documents
        for claims in [extractor.extract(article_of(document.text))]
        for sentence in document.sentences
    ])  # fmt: skip
    facts: dict[str, str | int | float] = {
        "jaccard": jaccard,
        "n_statements": int(counts[:, 0].sum()),
        "n_propositions_a_rater": round(float(counts[:, 1].sum()), 1),
    }
    return bootstrap(len(counts), lambda chosen: _figures(*counts[chosen].sum(axis=0).tolist()), facts)


def _figures(
    ours: float, theirs: float, matched: float, exact: float, between: float, marked: float
) -> dict[str, float]:
    precision, recall = ratio(matched, ours), ratio(matched, theirs)
    return {
        "f1": f1_of(precision, recall),
        "precision": precision,
        "recall": recall,
        "f1_exact": f1_of(ratio(exact, ours), ratio(exact, theirs)),
        "f1_between_raters": ratio(2 * between, marked),
    }


def _counts(sentence: MarkedSentence, claims: Sequence[Claim], jaccard: float) -> tuple[float, ...]:
    """Of one sentence: our statements; a rater's propositions, matches, exact matches; matches between raters."""
    ours = statements_in(sentence, claims)
    pairs = list(permutations(sentence.raters, 2))
    return (
        len(ours),
        _mean([len(theirs) for theirs in sentence.raters]),
        _mean([n_matches(ours, theirs, jaccard) for theirs in sentence.raters]),
        _mean([n_matches(ours, theirs, 1.0) for theirs in sentence.raters]),
        _mean([n_matches(a, b, jaccard) for a, b in pairs]),
        _mean([len(a) + len(b) for a, b in pairs]),
    )


def _mean(values: Sequence[int]) -> float:
    return sum(values) / len(values) if values else 0.0


def statements_in(sentence: MarkedSentence, claims: Sequence[Claim]) -> list[Proposition]:
    """The distinct sets of a sentence's words that claims lie on."""
    found = (
        frozenset(i for i, word in enumerate(sentence.words) if any(_overlap(word, part) for part in claim.parts))
        for claim in claims
    )
    return list(dict.fromkeys(words for words in found if words))


def _overlap(word: Span, part: Span) -> bool:
    return max(word.start, part.start) < min(word.end, part.end)


def n_matches(ours: Sequence[Proposition], theirs: Sequence[Proposition], jaccard: float) -> int:
    """The most pairs that can be made of propositions at least this similar, each used once."""
    similar = [[j for j, b in enumerate(theirs) if len(a & b) >= jaccard * len(a | b)] for a in ours]
    partner: dict[int, int] = {}  # of theirs, one of ours

    def place(i: int, tried: set[int]) -> bool:
        for j in similar[i]:
            if j not in tried:
                tried.add(j)
                if j not in partner or place(partner[j], tried):
                    partner[j] = i
                    return True
        return False

    return sum(place(i, set()) for i in range(len(ours)))
