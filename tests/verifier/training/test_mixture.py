"""The mixtures: nothing of a dev set is trained on, and mined passages get the stance that annotators gave."""

import random
from pathlib import Path

import pytest

from verifier.evaluation.abstracts import abstract_documents
from verifier.training import mixture
from verifier.training.data import stance_dev_sets
from verifier.training.mined import AbstractClaim, retrieved_pairs
from verifier.training.mixture import encyclopaedia_pairs, presented_pairs, published_pairs
from verifier.types import Stance

DATA = Path(__file__).parents[4] / "shared" / "data"
shared_data = pytest.mark.skipif(
    not DATA.exists(), reason="the public data sets are not beside the project (../shared/data)"
)


@pytest.mark.shared_data
@shared_data
@pytest.mark.parametrize("mixed", [published_pairs, presented_pairs])
def test_no_dev_claim_is_trained_on(mixed, monkeypatch: pytest.MonkeyPatch) -> None:
    """No held-out VitaminC page, and no claim of any dev set with its evidence, is in either mixture.

    Mining by the encoder takes minutes and is left out; what it would be asked for is what is looked at.
    """
    asked: list[str] = []
    monkeypatch.setattr(mixture, "near_neutrals", lambda pairs, n, rng: [])
    monkeypatch.setattr(mixture, "retrieved_pairs", lambda claims, *rest: asked.extend(c.text for c in claims) or [])
    trained = mixed(DATA, 1)
    seen = {(p.claim, p.evidence) for p in trained}
    for name, pairs in stance_dev_sets(DATA).items():
        assert not [p for p in pairs if (p.claim, p.evidence) in seen], name
        if name.startswith(("scifact", "check")):
            assert not {p.claim for p in pairs} & ({p.claim for p in trained if p.source == name} | set(asked))


@pytest.mark.shared_data
@shared_data
def test_held_out_evidence_is_nowhere_in_the_encyclopaedia_pairs() -> None:
    """FEVER shares pages with VitaminC: neither a claim nor an evidence text of the held-out pages comes in by it."""
    held = stance_dev_sets(DATA)["vitaminc-held-out"]
    for pairs in encyclopaedia_pairs(DATA):
        assert not {p.claim for p in pairs} & {p.claim for p in held}
        assert not {p.evidence for p in pairs} & {p.evidence for p in held}


@pytest.mark.models
def test_retrieved_passages_take_the_stance_of_their_abstract(tmp_path: Path) -> None:
    """Of a read abstract the rationale has its stance and other sentences none; abstracts not read are NEUTRAL."""
    rows = [
        '{"doc_id": 1, "title": "Dam", "abstract": ["The Orla dam is full.", "It was built by monks."]}',
        '{"doc_id": 2, "title": "Weir", "abstract": ["The Orla weir is a full mile upstream of the dam."]}',
    ]
    (tmp_path / "corpus.jsonl").write_text("\n".join(rows))
    documents, sentences = abstract_documents(tmp_path / "corpus.jsonl")
    claim = AbstractClaim("The Orla dam is full.", {"1": (Stance.SUPPORTS, frozenset({0}))})
    made = retrieved_pairs([claim], documents, sentences, "mined", random.Random(0), n_other=2)
    stances = {(p.evidence.split(": ", 1)[1], p.stance) for p in made}
    assert ("The Orla dam is full.", Stance.SUPPORTS) in stances
    assert ("It was built by monks.", Stance.NEUTRAL) in stances
    assert ("The Orla weir is a full mile upstream of the dam.", Stance.NEUTRAL) in stances
