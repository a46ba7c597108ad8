"""What each passage says about a claim: a cross-encoder's probabilities, and the sentences that carry them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from corpus.documents import content_id, sentence_spans
from verifier.encode import weights_hash
from verifier.inference import SHIPPED_MODELS, ModelError, ModelNotFoundError, OnnxModel, stay_offline
from verifier.types import MAX_RATIONALE, STANCES, Claim, Evidence, Hit, Span, Stance, present_evidence

DEFAULT_STANCE_MODEL = "stance-minilm-v2"
# A sentence is quoted where it has at least this share of the claim's words that the best one has. Chosen on SciFact
# dev by the F1 of its sentences. To ask the model about each sentence too gives no better quotes (0.283 against 0.285)
# for half as much work again: out of its context a sentence is often read the wrong way round.
MIN_COVERAGE = 0.7
_STEM_CHARS = 6

# How models in the wild call the three stances.
_STANCE_NAMES: Mapping[str, Stance] = {
    "supports": Stance.SUPPORTS,
    "supported": Stance.SUPPORTS,
    "support": Stance.SUPPORTS,
    "entailment": Stance.SUPPORTS,
    "refutes": Stance.REFUTES,
    "refuted": Stance.REFUTES,
    "contradict": Stance.REFUTES,
    "contradiction": Stance.REFUTES,
    "neutral": Stance.NEUTRAL,
    "not enough info": Stance.NEUTRAL,
    "not_enough_evidence": Stance.NEUTRAL,
    "nei": Stance.NEUTRAL,
}


class StanceError(Exception):
    """A model's output for a claim cannot be read as three probabilities."""

    def __init__(self, claim_id: str, found: str):
        super().__init__(
            f"claim {claim_id}: expected three probabilities per passage, found {found}; try another model"
        )
        self.claim_id = claim_id


class PairScorer(Protocol):
    """A cross-encoder. `id` names the model and hashes all that its probabilities depend on."""

    id: str

    def probabilities(self, pairs: Sequence[tuple[str, str]]) -> npt.NDArray[np.float32]:
        """:param pairs: (evidence, claim) texts.

        :return: float32 (n_pairs, 3), rows add up to 1, columns in the order of STANCES.
        """


class OnnxPairScorer:
    """A stance model of this project (`verifier.training`), run without torch."""

    def __init__(self, folder: Path = SHIPPED_MODELS / "stance", threads: int = 0):
        self._model = OnnxModel(folder, threads)
        self._columns = stance_columns(dict(enumerate(self._model.info.labels)))
        info = self._model.info
        # Another tokenizer or temperature gives other probabilities, which a memory must not mix with these.
        self.id = f"{info.name}@{content_id(info.sha256, info.tokenizer_sha256, repr(info.temperature))[:12]}"

    def probabilities(self, pairs: Sequence[tuple[str, str]]) -> npt.NDArray[np.float32]:
        """As in PairScorer; the logits are divided by the model's fitted temperature."""
        return softmax(self._model.run(pairs)[:, self._columns] / self._model.info.temperature)


class CrossEncoderPairScorer:
    """Any three-class sentence-transformers CrossEncoder, by path or hub name, in torch."""

    def __init__(self, name: str):
        stay_offline()
        from sentence_transformers import CrossEncoder

        try:
            self._model = CrossEncoder(name)
        except (OSError, ValueError) as error:
            raise ModelNotFoundError(
                f"no cross-encoder {name!r}: expected a folder or a hub name in the local cache ({error})"
            ) from error
        config = self._model.config
        if config is None:
            raise ModelError(
                f"cross-encoder {name!r} has no configuration that names its classes; choose another model"
            )
        self._columns = stance_columns(config.id2label)
        self.id = f"{name}@{weights_hash(self._model)}"

    def probabilities(self, pairs: Sequence[tuple[str, str]]) -> npt.NDArray[np.float32]:
        """As in PairScorer."""
        if not pairs:
            return np.zeros((0, len(STANCES)), dtype=np.float32)
        scores = self._model.predict(list(pairs), apply_softmax=True, show_progress_bar=False)
        bound: npt.NDArray[np.float32] = np.asarray(scores, dtype=np.float32)[:, self._columns]
        return bound


def stance_columns(id2label: Mapping[int, str]) -> list[int]:
    """The output column of each stance, in the order of STANCES, bound by the model's own class names.

    :raises ModelError: when a stance has no class.
    """
    column_of = {
        _STANCE_NAMES[name.lower()]: int(column) for column, name in id2label.items() if name.lower() in _STANCE_NAMES
    }
    if set(column_of) != set(STANCES):
        raise ModelError(
            f"a stance model needs classes for {', '.join(STANCES)}; this one has {', '.join(id2label.values())}; "
            "choose a three-class entailment model"
        )
    return [column_of[stance] for stance in STANCES]


def softmax(logits: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """:param logits: float (n, k). :return: float32 (n, k), rows add up to 1."""
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    p: npt.NDArray[np.float32] = (shifted / shifted.sum(axis=1, keepdims=True)).astype(np.float32)
    return p


def load_pair_scorer(name: str = DEFAULT_STANCE_MODEL, threads: int = 0) -> PairScorer:
    """The shipped stance model for its own name, else a CrossEncoder by path or hub name.

    :raises ModelError: when it is missing, damaged, or lacks one of the three classes.
    """
    if name == DEFAULT_STANCE_MODEL:
        return OnnxPairScorer(threads=threads)
    if (Path(name) / "model.json").is_file():
        return OnnxPairScorer(Path(name), threads)
    return CrossEncoderPairScorer(name)


@dataclass(frozen=True)
class StanceConfig:
    """How passages are judged."""

    model: str = DEFAULT_STANCE_MODEL
    min_p_for_rationale: float = 0.2  # in passages with less on either side no sentence is marked

    def __post_init__(self) -> None:
        if not 0 <= self.min_p_for_rationale <= 1:
            raise ValueError("min_p_for_rationale should be between 0 and 1")


class StanceModel:
    """Judges passages against a claim with one pair scorer."""

    def __init__(self, scorer: PairScorer, config: StanceConfig = StanceConfig()):
        self._scorer = scorer
        self._config = config
        self.id = scorer.id

    def judge(self, claim: Claim, hits: Sequence[Hit]) -> list[Evidence]:
        """One Evidence a hit, in the order of the hits.

        The stance is the side that the whole passage leans to, even where NEUTRAL is likelier still: the decision
        weighs that. The rationale of a passage that leans are the sentences, up to three, that have most of the claim's
        words.

        :raises StanceError: when the model's output is not three probabilities.
        """
        shown = [present_evidence(h.document.title, h.passage.text) for h in hits]
        return [self._evidence(claim, hit, p) for hit, p in zip(hits, self._scores(claim, shown), strict=True)]

    def _scores(self, claim: Claim, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        scores = self._scorer.probabilities([(text, claim.text) for text in texts])
        if scores.shape != (len(texts), len(STANCES)):
            raise StanceError(claim.id, f"an array of shape {scores.shape} for {len(texts)} passages")
        if not np.isfinite(scores).all() or (len(texts) and np.abs(scores.sum(axis=1) - 1).max() > 1e-3):
            raise StanceError(claim.id, "rows that do not add up to 1")
        return scores

    def _evidence(self, claim: Claim, hit: Hit, p: npt.NDArray[np.float32]) -> Evidence:
        side = int(p[1] > p[0])
        leans = p[side] >= self._config.min_p_for_rationale
        stance = STANCES[side] if leans else STANCES[int(p.argmax())]
        return Evidence(
            claim_id=claim.id,
            passage=hit.passage,
            document=hit.document,
            retrieval_score=hit.score,
            stance=stance,
            p_supports=float(p[0]),
            p_refutes=float(p[1]),
            p_neutral=float(p[2]),
            rationale=_rationale(claim.text, hit.passage.text) if leans else (),
        )


def _rationale(claim: str, passage: str) -> tuple[Span, ...]:
    """The sentences of a passage that are most about the claim, in the order of the text."""
    spans = [Span(start, end) for start, end in sentence_spans(passage)]
    wanted = _stems(claim)
    shares = [len(wanted & _stems(passage[s.start : s.end])) / max(1, len(wanted)) for s in spans]
    best = sorted(range(len(spans)), key=lambda i: -shares[i])[:MAX_RATIONALE]
    return tuple(spans[i] for i in sorted(best) if i == best[0] or shares[i] >= MIN_COVERAGE * max(shares))


def _stems(text: str) -> set[str]:
    """The longer words and the numbers of a text, by their first letters."""
    return {word[:_STEM_CHARS] for word in re.findall(r"\w+", text.lower()) if len(word) > 3 or word.isdigit()}
