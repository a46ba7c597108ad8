"""Claim memory for the time of a run: which claims say what was said before, and in whose words they are judged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt

from verifier.fingerprint import fingerprint_of
from verifier.retrieve import ClaimEncoder
from verifier.types import Claim, Wording

MAX_KNOWN = 100_000  # wordings that claims are held against: the newest, about 150 MB of vectors


class WordingMatcher(Protocol):
    """Tells which known wording says the same as a claim."""

    def match(
        self,
        new: Sequence[Claim],
        vectors: npt.NDArray[np.float32],
        known: Sequence[Wording],
        known_vectors: npt.NDArray[np.float32],
    ) -> list[Wording]:
        """One Wording a claim.

        :param vectors: float32 (n_new, dim), rows unit-norm; `known_vectors` (n_known, dim) likewise.
        """


@dataclass(frozen=True, slots=True)
class KnownWordings:
    """What a desk knows: wordings, oldest first, and the fingerprints of those that are no claim's but a fact-check's.

    Nothing is judged in a fact-check's words.
    """

    wordings: Sequence[Wording] = ()
    of_fact_checks: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Recognised:
    """A claim's wording, and the claim in the words in which it is judged: its own, or those of the claim seen first.

    Claims that say the same are judged in the same words, so that they get the same verdict; what those words got
    before is remembered, and nothing is read again.
    """

    wording: Wording
    judged: Claim

    @property
    def is_reused(self) -> bool:
        """Whether the words of another claim are judged."""
        return self.judged.text != self.wording.text


class Recall:
    """What a desk knows of wordings; what a run adds is known to the rest of it."""

    def __init__(self, matcher: WordingMatcher, encoder: ClaimEncoder, load: Callable[[], KnownWordings]):
        """:param load: gives what is known; called when the first claim comes."""
        self._matcher = matcher
        self._encoder = encoder
        self._load = load
        self._known: dict[str, Wording] | None = None
        self._firsts: list[Wording] = []
        self._of_fact_checks: frozenset[str] = frozenset()
        self._vectors: npt.NDArray[np.float32] | None = None

    def recognise(self, claims: Sequence[Claim]) -> list[Recognised]:
        """Each claim with its wording, in order."""
        if not claims:
            return []
        known = self._known_wordings()
        new: dict[str, Claim] = {}
        for claim in claims:
            if (key := fingerprint_of(claim.text, claim.kind)) not in known:
                new.setdefault(key, claim)
        if new:
            self._learn(known, list(new.values()))
        return [self._recognised(known, claim) for claim in claims]

    def _known_wordings(self) -> dict[str, Wording]:
        if self._known is None:
            found = self._load()
            self._known = {wording.fingerprint: wording for wording in found.wordings}
            self._firsts = [w for w in found.wordings if w.fingerprint == w.statement_id][-MAX_KNOWN:]
            self._of_fact_checks = found.of_fact_checks
        return self._known

    def _learn(self, known: dict[str, Wording], claims: Sequence[Claim]) -> None:
        vectors = self._encoder.encode([claim.text for claim in claims])
        if self._vectors is None:
            self._vectors = self._encoder.encode([w.text for w in self._firsts]).reshape(-1, vectors.shape[1])
        wordings = self._matcher.match(claims, vectors, self._firsts, self._vectors)
        known |= {wording.fingerprint: wording for wording in wordings}
        are_first = [w.fingerprint == w.statement_id for w in wordings]
        self._firsts += [w for w, is_first in zip(wordings, are_first, strict=True) if is_first]
        self._vectors = np.concatenate([self._vectors, vectors[are_first]])

    def _recognised(self, known: dict[str, Wording], claim: Claim) -> Recognised:
        wording = replace(known[fingerprint_of(claim.text, claim.kind)], text=claim.text)
        first = known.get(wording.statement_id)
        has_own_words = wording.fingerprint == wording.statement_id or wording.statement_id in self._of_fact_checks
        text = claim.text if has_own_words or first is None else first.text
        return Recognised(wording, replace(claim, text=text))
