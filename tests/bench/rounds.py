"""The shipped verifier beside the naive scripts: quality on SciFact's open task, and speed in interleaved rounds."""

from __future__ import annotations

import functools
import gc
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from corpus.documents import Document
from tests.bench.naive import Answer, Batched, CrossEncoder, OneByOne, Search, passages_of
from tests.bench.setting import DATA, SCIFACT, Setting
from verifier.encode import load_encoder
from verifier.evaluation.abstracts import (
    OpenClaim,
    PredictedAbstract,
    Sentences,
    abstract_counts,
    abstract_documents,
    figures_of,
    predicted_abstracts,
    read_open_claims,
)
from verifier.evaluation.retrieval import evaluation_index
from verifier.pipeline import Verifier, open_verifier
from verifier.retrieve import Query
from verifier.settings import Settings
from verifier.stance import load_pair_scorer
from verifier.training.data import stance_dev_sets
from verifier.types import LABEL_STANCE, Claim

MAX_MEAN_DIFFERENCE, MIN_SAME = 0.03, 0.97  # between the int8 file and its weights in fp32
MAX_SENTENCES = 3
T = TypeVar("T")
Predictions = list[dict[str, PredictedAbstract]]


class DisagreementError(Exception):
    """The naive scripts do not have the weights that they claim to have."""


@dataclass(frozen=True)
class Agreement:
    """How near the fp32 weights come to the shipped int8 file."""

    n_pairs: int
    mean_difference: float  # of probabilities, absolute
    same_stance: float  # share of the pairs


@dataclass(frozen=True)
class Quality:
    """One system over all claims, once."""

    system: str
    n_claims: int
    label_only_f1: float
    sentence_label_f1: float
    claims_per_s: float


@dataclass(frozen=True)
class Speed:
    """One system over the timed rounds: claims a second, and how many times as fast as ours it is, round by round."""

    system: str
    claims_per_s: tuple[float, ...]
    median: float
    ours_is_faster: tuple[float, ...]  # times, paired by round
    median_faster: float


@dataclass(frozen=True)
class Comparison:
    """All that was found."""

    n_abstracts: int
    n_passages: int
    round_claims: int
    agreement: Agreement
    quality: tuple[Quality, ...]
    speed: tuple[Speed, ...]


@dataclass(frozen=True)
class Task:
    """SciFact's open task over one corpus folder."""

    documents: Sequence[Document]
    sentences: Sentences
    claims: Sequence[OpenClaim]
    corpus: Path

    def texts(self) -> list[Claim]:
        """The claims themselves."""
        return [one.claim for one in self.claims if one.claim]


def measure(setting: Setting) -> Comparison:
    """Check that the weights are the same, then quality, then speed."""
    agreement = stance_agreement(setting.sizes.agreement_pairs)
    task = scifact(setting)
    passages = passages_of(task.documents)
    vectors_file = setting.kept / f"fp32-{setting.sizes.abstracts}.npy"
    scripts = OneByOne(search := Search(passages, vectors_file), stance := CrossEncoder()), Batched(search, stance)
    quality = tuple(measure_quality(task, *scripts))
    speed = measure_speed(task, *scripts, setting)
    return Comparison(len(task.documents), len(passages), setting.sizes.round_claims, agreement, quality, speed)


def stance_agreement(n_pairs: int) -> Agreement:
    """The same pairs through the shipped file and through its weights in fp32.

    :raises DisagreementError: they differ by more than what rounding to int8 does.
    """
    rows = stance_dev_sets(DATA)["scifact-dev-gold"][:n_pairs]
    pairs = [(row.evidence, row.claim) for row in rows]
    ours, theirs = load_pair_scorer().probabilities(pairs), CrossEncoder().probabilities(pairs)
    same = float((ours.argmax(axis=1) == theirs.argmax(axis=1)).mean())
    found = Agreement(len(pairs), float(np.abs(ours - theirs).mean()), same)
    if found.mean_difference > MAX_MEAN_DIFFERENCE or found.same_stance < MIN_SAME:
        raise DisagreementError(f"expected the same weights in int8 and fp32, found {found}; look at fp32_weights")
    return found


def scifact(setting: Setting) -> Task:
    """The corpus and its dev claims; of a part of the corpus, those claims that it can settle."""
    documents, sentences = abstract_documents(SCIFACT / "corpus.jsonl")
    claims = read_open_claims(SCIFACT / "claims_dev.jsonl", sentences)
    if setting.sizes.abstracts < len(documents):
        cited = set().union(*(claim.cited for claim in claims[: setting.sizes.open_claims]))
        documents = sorted(documents, key=lambda one: one.origin not in cited)[: setting.sizes.abstracts]
    folder = setting.kept / f"scifact-{len(documents)}"
    with evaluation_index(documents, load_encoder(), folder):
        return Task(documents, sentences, claims[: setting.sizes.open_claims], folder)


def measure_quality(task: Task, naive: OneByOne, batched: Batched) -> Iterator[Quality]:
    """Every system over all claims, counted by SciFact's own definitions."""
    texts = [claim.text for claim in task.texts()]
    with cold_verifier(task) as verifier:
        verdicts, seconds = timed(lambda: verifier.check([Query(claim) for claim in task.texts()]))
    ours = [predicted_abstracts(verdict, task.sentences) for verdict in verdicts]
    yield _quality("ours", task, ours, seconds)
    for name, script in (("naive", naive), ("batched", batched)):
        answers, seconds = timed(lambda chosen=script: chosen.check(texts))  # type: ignore[misc]
        yield _quality(name, task, [predicted(answer, task.sentences) for answer in answers], seconds)


def _quality(system: str, task: Task, predictions: Predictions, seconds: float) -> Quality:
    asked = [claim for claim in task.claims if claim.claim]
    counts = np.array([
        astuple(abstract_counts(claim.evidence, one)) for claim, one in zip(asked, predictions, strict=True)
    ])  # fmt: skip
    figures = figures_of(counts.sum(axis=0), np.full((len(asked), 3), np.nan))
    label_only, sentence_label = figures["abstract_label_only_f1"], figures["sentence_label_f1"]
    return Quality(system, len(asked), label_only, sentence_label, len(asked) / seconds)


def predicted(answer: Answer, sentences: Sentences) -> dict[str, PredictedAbstract]:
    """The abstract of the deciding passage, with the passage's first three sentences."""
    if answer.document is None or answer.passage is None:
        return {}
    key, start, end = answer.document.origin, answer.passage.start, answer.passage.end
    inside = [i for i, (first, last) in enumerate(sentences[key]) if first < end and last > start]
    return {key: PredictedAbstract(LABEL_STANCE[answer.label], tuple(inside[:MAX_SENTENCES]))}


def measure_speed(task: Task, naive: OneByOne, batched: Batched, setting: Setting) -> tuple[Speed, ...]:
    """Interleaved rounds over the same claims, after one that is not counted."""
    sample = task.texts()[: setting.sizes.round_claims]
    texts = [claim.text for claim in sample]
    systems: dict[str, Callable[[], float]] = {
        "ours": lambda: _our_round(task, sample),
        "naive": lambda: timed(lambda: naive.check(texts))[1],
        "batched": lambda: timed(lambda: batched.check(texts))[1],
    }
    seconds: dict[str, list[float]] = {name: [] for name in systems}
    for number in range(setting.sizes.rounds + 1):
        took = {name: run() for name, run in systems.items()}
        print(f"  round {number}: " + ", ".join(f"{name} {s:.2f} s" for name, s in took.items()), flush=True)
        if number:
            for name, s in took.items():
                seconds[name].append(s)
    return tuple(_speed(name, len(sample), seconds) for name in systems)


def _our_round(task: Task, sample: Sequence[Claim]) -> float:
    """Seconds of a round in which nothing is remembered of an earlier one; models are loaded, as the scripts' are."""
    with cold_verifier(task) as verifier:
        return timed(lambda: verifier.check([Query(claim) for claim in sample]))[1]


def _speed(name: str, n_claims: int, seconds: Mapping[str, Sequence[float]]) -> Speed:
    rates = tuple(n_claims / s for s in seconds[name])
    faster = tuple(other / ours for other, ours in zip(seconds[name], seconds["ours"], strict=True))
    return Speed(name, rates, statistics.median(rates), faster, statistics.median(faster))


@contextmanager
def cold_verifier(task: Task) -> Iterator[Verifier]:
    """The shipped pipeline, opened anew, warmed up with a claim that is in no round."""
    forget()
    with open_verifier(task.corpus, Settings()) as (verifier, _):
        verifier.check([Query(task.texts()[-1])])
        yield verifier


def forget() -> None:
    """Empty every cache of the project that is kept for the life of the process."""
    for one in gc.get_objects():
        if type(one) is functools._lru_cache_wrapper and one.__module__.split(".")[0] in ("verifier", "corpus"):
            one.cache_clear()


def timed(work: Callable[[], T]) -> tuple[T, float]:
    """What the work gives, and its seconds."""
    started = time.perf_counter()
    result = work()
    return result, time.perf_counter() - started
