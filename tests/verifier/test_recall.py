"""Claims that say the same are judged in the same words, and what is new is known from then on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pytest

from tests.verifier.factories import make_article, make_claim
from verifier.fingerprint import fingerprint_of
from verifier.recall import KnownWordings, Recall
from verifier.types import Claim, ClaimKind, Wording

FIRST, SAME, OTHER = "The Orla dam holds 3 litres.", "Three litres are held by the Orla dam.", "It rains in Orla."


class LengthEncoder:
    """`seen` keeps what was encoded."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        self.seen += texts
        return np.array([[len(text), 1] for text in texts], dtype=np.float32).reshape(len(texts), 2)


class WordMatcher:
    """What names litres says the same as the first known wording that does."""

    def match(
        self, new: Sequence[Claim], vectors: npt.NDArray[np.float32], known: Sequence[Wording], known_vectors: object
    ) -> list[Wording]:
        assert len(vectors) == len(new) and len(known_vectors) == len(known)  # type: ignore[arg-type]
        firsts = [w for w in known if "litres" in w.text]
        made = []
        for claim in new:
            key = fingerprint_of(claim.text, claim.kind)
            is_known = "litres" in claim.text and firsts
            made.append(Wording(key, firsts[0].fingerprint if is_known else key, claim.text, claim.kind))
            firsts += [made[-1]] if "litres" in claim.text and not is_known else []
        return made


def claim(text: str) -> Claim:
    return make_claim(make_article(text), text)


def wording(text: str) -> Wording:
    key = fingerprint_of(text, ClaimKind.CONTENT)
    return Wording(key, key, text, ClaimKind.CONTENT)


@pytest.fixture
def encoder() -> LengthEncoder:
    return LengthEncoder()


def recall(encoder: LengthEncoder, *known: Wording, of_fact_checks: frozenset[str] = frozenset()) -> Recall:
    return Recall(WordMatcher(), encoder, lambda: KnownWordings(known, of_fact_checks))


def test_what_says_the_same_is_judged_in_the_words_seen_first(encoder: LengthEncoder) -> None:
    """The claim stays what it is; only what is judged is put otherwise."""
    [found] = recall(encoder, wording(FIRST)).recognise([claim(SAME)])
    assert (found.wording.text, found.judged.text, found.judged.id) == (SAME, FIRST, claim(SAME).id)
    assert found.wording.statement_id == wording(FIRST).fingerprint
    assert found.is_reused


def test_what_is_new_is_judged_in_its_own_words_and_known_from_then_on(encoder: LengthEncoder) -> None:
    """Within a batch, and in the next one; each text is encoded once."""
    desk = recall(encoder)
    first, other, same = desk.recognise([claim(FIRST), claim(OTHER), claim(SAME)])
    assert (first.judged.text, other.judged.text, same.judged.text) == (FIRST, OTHER, FIRST)
    again = desk.recognise([claim("Of litres the Orla dam holds three: litres."), claim(SAME)])
    assert [r.judged.text for r in again] == [FIRST, FIRST]
    assert sorted(encoder.seen) == sorted({FIRST, SAME, OTHER, "Of litres the Orla dam holds three: litres."})


def test_the_same_words_in_another_case_need_no_model(encoder: LengthEncoder) -> None:
    """Known by their fingerprint, and judged as they are written."""
    [found] = recall(encoder, wording(FIRST)).recognise([claim("“The Orla Dam” holds 3  litres")])
    assert (found.is_reused, found.wording.statement_id, encoder.seen) == (False, wording(FIRST).fingerprint, [])


def test_nothing_is_judged_in_the_words_of_a_fact_check(encoder: LengthEncoder) -> None:
    """It is somebody else's; the claim shares its statement and keeps its words."""
    desk = recall(encoder, wording(FIRST), of_fact_checks=frozenset({wording(FIRST).fingerprint}))
    [found] = desk.recognise([claim(SAME)])
    assert (found.judged.text, found.wording.statement_id) == (SAME, wording(FIRST).fingerprint)


def test_without_claims_nothing_is_loaded(encoder: LengthEncoder) -> None:
    """A morning without news costs nothing."""
    assert Recall(WordMatcher(), encoder, lambda: pytest.fail("loaded")).recognise([]) == []
