"""The search for the wording that says the same as a new claim."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from verifier.claims.language import why_not_english
from verifier.compare.speakers import read_speakers, words_of
from verifier.fingerprint import fingerprint_of
from verifier.matching.differences import why_other
from verifier.stance import PairScorer
from verifier.types import Claim, ClaimKind, Wording

Vectors = npt.NDArray[np.float32]
MAX_CHARS = 600  # of a claim that is matched by more than its fingerprint
_ROWS_AT_ONCE = 64  # of new claims against all known wordings: 25 MB for 100,000 of them


@dataclass(frozen=True)
class MatcherConfig:
    """When two claims say the same. Chosen on hand-written pairs, see docs/memory.md."""

    min_similarity: float = 0.75  # cosine
    min_p_entails: float = 0.5  # each way
    n_candidates: int = 10  # nearest wordings that a claim is held against

    def __post_init__(self) -> None:
        if not (0 <= self.min_similarity <= 1 and 0 <= self.min_p_entails <= 1):
            raise ValueError("min_similarity and min_p_entails should be between 0 and 1")
        if self.n_candidates < 1:
            raise ValueError("n_candidates should be at least 1")


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A wording that may say the same as a claim; `place` counts through the known wordings, then the new claims."""

    place: int
    similarity: float


class Matcher:
    """Tells which known wording says the same as a claim."""

    def __init__(self, scorer: PairScorer, config: MatcherConfig = MatcherConfig()):
        """:param scorer: the entailment model; asked only about claims in which no difference is found."""
        self._scorer = scorer
        self._config = config

    def match(
        self, new: Sequence[Claim], vectors: Vectors, known: Sequence[Wording], known_vectors: Vectors
    ) -> list[Wording]:
        """One Wording a claim: with the statement of what says the same, or else with one of its own.

        A claim is held against the first wording of each statement only, so that a chain of small steps does not lead
        from one claim to another; and against the new claims before it.

        :param vectors: float32 (n_new, dim), rows unit-norm; `known_vectors` (n_known, dim) likewise.
        :raises ClaimModelError: the language model is not installed.
        """
        batch = _Batch(new, known)
        candidates = [
            [c for c in found if batch.is_candidate(i, c.place)]
            for i, found in enumerate(self._nearest(batch, vectors, known_vectors))
        ]
        entailed = self._entailments(batch, candidates)
        for i, found in enumerate(candidates):
            if not batch.is_known(i):
                sure = ((c, *entailed[i, c.place]) for c in found if batch.is_first(c.place))
                passed = (x for x in sure if min(x[1:]) >= self._config.min_p_entails)
                if match := next(passed, None):
                    batch.join(i, *match)
        return batch.wordings

    def _nearest(self, batch: _Batch, vectors: Vectors, known_vectors: Vectors) -> Iterator[list[_Candidate]]:
        """The candidates of each new claim, the nearest first, and of equally near ones the earlier."""
        for start in range(0, len(vectors), _ROWS_AT_ONCE):
            rows = vectors[start : start + _ROWS_AT_ONCE]
            among = rows @ vectors[: start + len(rows)].T
            with_known = np.concatenate([rows @ known_vectors.T, among], axis=1) if batch.n_known else among
            for i, similarities in enumerate(with_known, start):
                yield [] if batch.is_known(i) else self._best(similarities[: batch.n_known + i], batch)

    def _best(self, similarities: Vectors, batch: _Batch) -> list[_Candidate]:
        near = np.flatnonzero(similarities >= self._config.min_similarity)
        near = near[[batch.is_first(int(place)) for place in near]]
        order = np.argsort(-similarities[near], kind="stable")[: self._config.n_candidates]
        return [_Candidate(int(place), min(1.0, float(similarities[place]))) for place in near[order]]

    def _entailments(
        self, batch: _Batch, candidates: Sequence[Sequence[_Candidate]]
    ) -> dict[tuple[int, int], tuple[float, float]]:
        """How likely each new claim entails its candidate, and the other way round."""
        asked = [(i, c.place) for i, found in enumerate(candidates) for c in found]
        if not asked:
            return {}
        ours = [batch.text(batch.n_known + i) for i, _ in asked]
        theirs = [batch.text(place) for _, place in asked]
        pairs = [*zip(ours, theirs, strict=True), *zip(theirs, ours, strict=True)]
        p = self._scorer.probabilities(pairs)[:, 0]
        return {key: (float(p[i]), float(p[len(asked) + i])) for i, key in enumerate(asked)}


class _Batch:
    """New claims behind the known wordings; `wordings` are those of the new ones as far as they are decided."""

    def __init__(self, new: Sequence[Claim], known: Sequence[Wording]):
        self.n_known = len(known)
        self._known = known
        self._new = new
        by_key = {w.fingerprint: w for w in known}
        self.wordings: list[Wording] = []
        self._is_known: list[bool] = []
        for claim in new:
            key = fingerprint_of(claim.text, claim.kind)
            self._is_known.append(key in by_key)
            earlier = by_key.setdefault(key, Wording(key, key, claim.text, claim.kind))
            figures = (earlier.similarity, earlier.p_entails, earlier.p_entailed)
            self.wordings.append(Wording(key, earlier.statement_id, claim.text, claim.kind, *figures))

    def is_known(self, i: int) -> bool:
        """Whether a new claim's words were there before."""
        return self._is_known[i]

    def text(self, place: int) -> str:
        return self._wording(place).text

    def is_first(self, place: int) -> bool:
        """Whether a wording is the first of its statement, as far as is decided; the same words again are not."""
        wording = self._wording(place)
        is_again = place >= self.n_known and self._is_known[place - self.n_known]
        return wording.fingerprint == wording.statement_id and not is_again

    def is_candidate(self, i: int, place: int) -> bool:
        """Whether nothing is found that makes a new claim another than a wording."""
        ours, theirs = self._new[i], self._wording(place)
        return (
            ours.kind is theirs.kind
            and max(len(ours.text), len(theirs.text)) <= MAX_CHARS
            and _is_said_by(ours, theirs.text)
            and not why_other(ours.text, theirs.text)
            and not (why_not_english(ours.text) or why_not_english(theirs.text))
        )

    def join(self, i: int, candidate: _Candidate, p_entails: float, p_entailed: float) -> None:
        """Make a new claim, and the same words further on, wordings of what says the same."""
        own, first = self.wordings[i], self._wording(candidate.place)
        joined = (first.statement_id, candidate.similarity, p_entails, p_entailed)
        for j in range(i, len(self.wordings)):
            if (same := self.wordings[j]).fingerprint == own.fingerprint:
                self.wordings[j] = Wording(same.fingerprint, joined[0], same.text, same.kind, *joined[1:])

    def _wording(self, place: int) -> Wording:
        return self._known[place] if place < self.n_known else self.wordings[place - self.n_known]


def _is_said_by(claim: Claim, text: str) -> bool:
    """Whether a SPEECH_ACT's speakers are named in the other wording; other claims have no need of it."""
    if claim.kind is not ClaimKind.SPEECH_ACT:
        return True
    speakers = read_speakers(claim.speaker or "")
    return bool(speakers) and all(speaker.mentions(text, words_of(text)) for speaker in speakers)
