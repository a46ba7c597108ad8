"""Pairs as the pipeline meets them: passages that our own retriever brings for training claims."""

from __future__ import annotations

import math
import random
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from corpus.documents import Document
from corpus.index import PassageIndex
from verifier.encode import load_encoder
from verifier.pipeline import claim_from_text
from verifier.retrieve import Query, Retriever, RetrieverConfig
from verifier.training.data import ABSTRACT_STANCE, TopicIndex, TrainingPair, read_jsonl
from verifier.types import Hit, Stance, present_evidence


@dataclass(frozen=True, slots=True)
class AbstractClaim:
    """A claim with the abstracts that its annotators read: per abstract the stance and its rationale's sentences."""

    text: str
    read: Mapping[str, tuple[Stance, frozenset[int]]]


def scifact_claims(folder: Path, split: str) -> list[AbstractClaim]:
    """The claims of SciFact; a cited abstract without a rationale is NEUTRAL."""
    claims = []
    for row in read_jsonl(folder / f"claims_{split}.jsonl"):
        read = {str(d): (Stance.NEUTRAL, frozenset[int]()) for d in row["cited_doc_ids"]}
        for doc_id, rationales in row["evidence"].items():
            sentences = frozenset(i for rationale in rationales for i in rationale["sentences"])
            read[doc_id] = (ABSTRACT_STANCE[rationales[0]["label"]], sentences)
        claims.append(AbstractClaim(row["claim"], read))
    return claims


def check_covid_claims(folder: Path, split: str) -> list[AbstractClaim]:
    """The claims of Check-COVID; the sentences marked for NOTENOUGHINFO are only near the claim."""
    claims = []
    for row in read_jsonl(folder / f"claims_{split}.jsonl"):
        sentences = frozenset(e["sent_index"] for e in row["evidence_set"])
        claims.append(AbstractClaim(row["claim"], {row["cord_id"]: (ABSTRACT_STANCE[row["label"]], sentences)}))
    return claims


def retrieved_pairs(
    claims: Sequence[AbstractClaim],
    documents: Sequence[Document],
    sentences: Mapping[str, Sequence[tuple[int, int]]],
    source: str,
    rng: random.Random,
    n_other: int,
    n_apart: int = 3,
    k: int = 12,
) -> list[TrainingPair]:
    """What the retriever finds for each claim, with what annotators said of it.

    :param n_other: passages from abstracts that were not read for the claim: NEUTRAL, as SciFact's open task scores.
    :param n_apart: single sentences of a read abstract that are no rationale: NEUTRAL.
    """
    with tempfile.TemporaryDirectory() as folder:
        encoder = load_encoder()
        with PassageIndex.create_or_open(folder, encoder) as index:
            index.add(documents)
            retriever = Retriever(index, encoder, RetrieverConfig(k=k, margin=math.inf))
            found = retriever.retrieve([Query(claim_from_text(claim.text)) for claim in claims])
    by_origin = {d.origin: d for d in documents}
    made: list[TrainingPair] = []
    for claim, hits in zip(claims, found, strict=True):
        others = [h for h in hits if h.document.origin not in claim.read]
        made += [_pair(claim, h.document, h.passage.text, Stance.NEUTRAL, source) for h in _some(others, n_other, rng)]
        for hit in hits:
            if hit.document.origin in claim.read:
                made += _of_read_passage(claim, hit, sentences[hit.document.origin], source)
        for origin in claim.read:
            made += _of_sentences(claim, by_origin[origin], sentences[origin], source, n_apart, rng)
    return made


def _some(hits: Sequence[Hit], n: int, rng: random.Random) -> list[Hit]:
    """Half of them the best ranked, half any; each as a passage."""
    best = list(hits[: n // 2])
    rest = list(hits[n // 2 :])
    return best + rng.sample(rest, min(len(rest), n - len(best)))


def _pair(claim: AbstractClaim, document: Document, text: str, stance: Stance, source: str) -> TrainingPair:
    return TrainingPair(claim.text, present_evidence(document.title, text), stance, source, document.title)


def _of_read_passage(
    claim: AbstractClaim, hit: Hit, sentences: Sequence[tuple[int, int]], source: str
) -> list[TrainingPair]:
    """A passage with a whole rationale sentence takes the abstract's stance, one apart from all of them none."""
    stance, gold = claim.read[hit.document.origin]
    spans = [sentences[i] for i in gold if i < len(sentences)]
    inside = [hit.passage.start <= start and end <= hit.passage.end for start, end in spans]
    touches = [start < hit.passage.end and hit.passage.start < end for start, end in spans]
    if any(inside):
        return [_pair(claim, hit.document, hit.passage.text, stance, source)]
    if not any(touches):
        return [_pair(claim, hit.document, hit.passage.text, Stance.NEUTRAL, source)]
    return []


def _of_sentences(
    claim: AbstractClaim,
    document: Document,
    sentences: Sequence[tuple[int, int]],
    source: str,
    n_apart: int,
    rng: random.Random,
) -> list[TrainingPair]:
    stance, gold = claim.read[document.origin]
    apart = [i for i in range(len(sentences)) if i not in gold]
    chosen = [(i, stance) for i in sorted(gold) if i < len(sentences)]
    chosen += [(i, Stance.NEUTRAL) for i in rng.sample(apart, min(n_apart, len(apart)))]
    return [_pair(claim, document, document.text[slice(*sentences[i])], s, source) for i, s in chosen]


def near_neutrals(
    pairs: Sequence[TrainingPair], n: int, rng: random.Random, max_gold: float = 0.6
) -> list[TrainingPair]:
    """For each claim the evidence text nearest to it by our own encoder that is not its own: NEUTRAL.

    A text may state the claim, or contradict it, only where it speaks as the claim's own evidence does: those nearer
    to it than `max_gold` (cosine, dense or of words) are passed over.
    """
    texts = list(dict.fromkeys(p.evidence for p in pairs))
    row_of = {text: i for i, text in enumerate(texts)}
    encoder = load_encoder()
    vectors = encoder.encode(texts)
    words = TopicIndex(texts)
    sample = rng.sample(list(pairs), min(len(pairs), n * 2))
    claims = encoder.encode([p.claim for p in sample])
    made: list[TrainingPair] = []
    for start in range(0, len(sample), 512):
        cosines = claims[start : start + 512] @ vectors.T
        nearest = np.argpartition(-cosines, 40, axis=1)[:, :40]
        for i, pair in enumerate(sample[start : start + 512]):
            own = vectors[row_of[pair.evidence]]
            order = nearest[i][np.argsort(-cosines[i, nearest[i]])]
            for j in order:
                if vectors[j] @ own <= max_gold and words.cosine(texts[j], pair.evidence) <= 0.3:
                    made.append(replace(pair, evidence=texts[j], stance=Stance.NEUTRAL, source=pair.source + "+near"))
                    break
    return made[:n]
