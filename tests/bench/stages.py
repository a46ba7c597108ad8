"""What a claim costs at 10,000 and at 100,000 passages, stage by stage, in the shipped pipeline."""

from __future__ import annotations

import inspect
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import wraps
from types import FunctionType
from typing import Any
from unittest.mock import patch

from corpus.index import PassageIndex
from tests.bench.rounds import forget, timed
from tests.bench.setting import Setting, articles, wikipedia_corpus
from verifier.claims import SpacyClaimExtractor
from verifier.compare import compare
from verifier.encode import OnnxEncoder
from verifier.pipeline import open_verifier
from verifier.provenance import weigh_provenance
from verifier.retrieve import Retriever
from verifier.settings import Settings
from verifier.stance import StanceModel
from verifier.types import Article
from verifier.verdict import decide

# The stage of each public method of a class; "" is for those that are not named.
METHODS: Mapping[type, Mapping[str, str]] = {
    SpacyClaimExtractor: {"": "claim extraction"},
    OnnxEncoder: {"encode": "encode"},
    PassageIndex: {"search_dense": "dense search", "search_lexical": "lexical search", "fetch": "fetch and fuse"},
    Retriever: {"": "fetch and fuse"},
    StanceModel: {"": "stance"},
}
FUNCTIONS: Mapping[Callable[..., Any], str] = {
    compare: "comparison",
    weigh_provenance: "decision",
    decide: "decision",
}
STAGES = tuple(dict.fromkeys([*(s for names in METHODS.values() for s in names.values()), *FUNCTIONS.values()]))
REST = "rest"
# Loads what is loaded late; the articles that are timed say nothing of it.
WARM_UP = Article("warm-up", "Rivers", None, None, None, "The Nile is 6,650 km long. It was mapped in 1862.")


@dataclass(frozen=True)
class StageCost:
    """One stage's part. Stages may run at the same time in threads, so there are two figures."""

    stage: str
    wall_ms: float  # a claim; a moment in which several stages run is shared between them: these add up to the whole
    sum_ms: float  # a claim; from its beginnings to its ends, whatever else runs
    share: float  # of the wall time


@dataclass(frozen=True)
class ClaimCost:
    """All stages at one size of corpus."""

    n_passages: int
    n_articles: int
    n_claims: int  # with a verdict
    wall_s: float
    ms_per_claim: float
    stages: tuple[StageCost, ...]


@dataclass(frozen=True)
class StretchOfTime:
    """From when to when a stage was the innermost on its thread, in seconds."""

    stage: str
    start: float
    end: float


class Stopwatch:
    """Books the time of functions to stages; inside a stage, another one's time is the other one's alone."""

    def __init__(self) -> None:
        self.stretches: list[StretchOfTime] = []
        self._local = threading.local()

    def timing(self, function: Callable[..., Any], stage: str) -> Callable[..., Any]:
        """The function, timed."""

        @wraps(function)
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            with self._inside(stage):
                return function(*args, **kwargs)

        return wrapped

    @contextmanager
    def _inside(self, stage: str) -> Iterator[None]:
        open_stages: list[list[Any]] = self._local.__dict__.setdefault("open", [])
        now = time.perf_counter()
        if open_stages:
            self._book(open_stages[-1], now)
        open_stages.append([stage, now])
        try:
            yield
        finally:
            now = time.perf_counter()
            self._book(open_stages.pop(), now)
            if open_stages:
                open_stages[-1][1] = now

    def _book(self, opened: list[Any], now: float) -> None:
        self.stretches.append(StretchOfTime(opened[0], opened[1], now))

    def sums(self) -> dict[str, float]:
        """Seconds of each stage, over all threads."""
        seconds: dict[str, float] = defaultdict(float)
        for one in self.stretches:
            seconds[one.stage] += one.end - one.start
        return seconds

    def walls(self) -> dict[str, float]:
        """Seconds of each stage on the wall: what runs at the same time shares the time."""
        events = sorted(
            [(s.start, 1, s.stage) for s in self.stretches] + [(s.end, -1, s.stage) for s in self.stretches]
        )
        seconds: dict[str, float] = defaultdict(float)
        running: Counter[str] = Counter()
        last = 0.0
        for now, change, stage in events:
            for one, n in running.items():
                seconds[one] += (now - last) * n / max(1, running.total())
            running[stage] += change
            last = now
        return seconds


@contextmanager
def watched(watch: Stopwatch) -> Iterator[None]:
    """Every stage of the pipeline timed, wherever it is called from."""
    with ExitStack() as stack:
        for owner, stages in METHODS.items():
            for name, member in inspect.getmembers(owner, inspect.isfunction):
                stage = stages.get(name, "" if name.startswith("_") else stages.get("", ""))
                if stage:
                    stack.enter_context(patch.object(owner, name, watch.timing(member, stage)))
        for function, stage in FUNCTIONS.items():
            timed_one = watch.timing(function, stage)
            for module in _users_of(function):
                stack.enter_context(patch.object(module, function.__name__, timed_one))
        yield


def _users_of(function: Callable[..., Any]) -> list[Any]:
    """The project's modules that know the function by its name."""
    assert isinstance(function, FunctionType)
    modules = [module for name, module in list(sys.modules.items()) if name.split(".")[0] == "verifier"]
    return [module for module in modules if vars(module).get(function.__name__) is function]


def measure(setting: Setting) -> tuple[ClaimCost, ...]:
    """The same articles against each corpus."""
    return tuple(claim_cost(setting, n_passages) for n_passages in setting.sizes.corpora)


def claim_cost(setting: Setting, n_passages: int) -> ClaimCost:
    """Articles in, verdicts out; models are loaded before, and nothing is remembered of an earlier reading."""
    corpus, given, watch = wikipedia_corpus(setting, n_passages), articles(setting), Stopwatch()
    forget()
    with watched(watch), open_verifier(corpus, Settings()) as (verifier, _):
        verifier.check_articles([WARM_UP])
        watch.stretches.clear()
        (checked, failures), wall_s = timed(lambda: verifier.check_articles(given))
    if failures:
        raise RuntimeError(f"expected every article to be checked, found failures: {failures[0]}")
    n_claims = sum(len(one.verdicts) for one in checked)
    stages = _costs(watch, wall_s, n_claims)
    return ClaimCost(
        PassageIndex.info(corpus).n_passages, len(checked), n_claims, wall_s, 1e3 * wall_s / n_claims, stages
    )


def _costs(watch: Stopwatch, wall_s: float, n_claims: int) -> tuple[StageCost, ...]:
    walls, sums = watch.walls(), watch.sums()
    rest = wall_s - sum(walls.values())
    walls, sums = {**walls, REST: rest}, {**sums, REST: rest}
    return tuple(
        StageCost(stage, 1e3 * walls.get(stage, 0.0) / n_claims, 1e3 * sums.get(stage, 0.0) / n_claims,
                  walls.get(stage, 0.0) / wall_s)
        for stage in (*STAGES, REST)
    )  # fmt: skip
