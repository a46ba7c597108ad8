"""The two mixtures behind the shipped stance model: only sets that the data folder marks *train*."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from verifier.evaluation.abstracts import abstract_documents
from verifier.training.augment import (
    negated,
    renamed_subjects,
    swapped_months,
    swapped_numbers,
    turned_about,
    turned_by_antonyms,
    unstated_numbers,
)
from verifier.training.data import (
    TrainingPair,
    hard_neutrals,
    in_windows,
    is_held_out,
    load_check_covid,
    load_nli,
    load_pairs,
    load_scifact,
    read_jsonl,
)
from verifier.training.mined import (
    AbstractClaim,
    check_covid_claims,
    near_neutrals,
    retrieved_pairs,
    scifact_claims,
)

T = TypeVar("T")


def published_pairs(data: Path, seed: int) -> list[TrainingPair]:
    """The first stage: the sets nearly as they were published.

    :raises FileNotFoundError: when a set is missing.
    """
    rng = random.Random(seed)
    vitaminc, fever = encyclopaedia_pairs(data)
    vitaminc_neutral = hard_neutrals(vitaminc, 9000, rng)
    windowed = in_windows(rng.sample(vitaminc, len(vitaminc) // 3) + vitaminc_neutral, rng)
    scifact = load_scifact(data / "scifact", "train", rng, windows=True)
    check_covid = load_check_covid(data / "check_covid", "train", rng, windows=True)
    return [
        *vitaminc,
        *windowed,
        *fever,
        *hard_neutrals(fever, 8000, rng, max_gold=0.2, max_claim=0.4),
        *swapped_numbers([*vitaminc, *fever], 5000, rng),
        *load_nli(data / "nli/mnli_dev.jsonl.gz", "mnli"),
        *_half(load_nli(data / "nli/snli_dev.jsonl.gz", "snli"), rng),
        *_half(load_nli(data / "nli/counterfactual_snli.jsonl.gz", "counterfactual-snli"), rng),
        *apart_from_dev(data / "scifact", scifact, lambda p: p.claim) * 2,
        *apart_from_dev(data / "check_covid", check_covid, lambda p: p.claim) * 2,
    ]


def presented_pairs(data: Path, seed: int) -> list[TrainingPair]:
    """The second stage: evidence under its page's title, mined passages that settle nothing, and edited pairs.

    :raises FileNotFoundError: when a set is missing.
    """
    rng = random.Random(seed)
    vitaminc, fever = encyclopaedia_pairs(data)
    both = [*vitaminc, *fever]
    neutral = [*hard_neutrals(vitaminc, 6000, rng), *near_neutrals(vitaminc, 6000, rng)]
    scifact = load_scifact(data / "scifact", "train", rng, windows=False)
    check_covid = load_check_covid(data / "check_covid", "train", rng, windows=False)
    return [
        *vitaminc,
        *in_windows(rng.sample(vitaminc, len(vitaminc) // 3) + neutral, rng, titled=0.7),
        *fever,
        *near_neutrals(fever, 6000, rng),
        *swapped_numbers(both, 7000, rng),
        *unstated_numbers(both, 3000, rng),
        *swapped_months(both, 1500, rng),
        *negated(both, 4000, rng),
        *turned_by_antonyms(both, 4000, rng),
        *renamed_subjects(both, 3000, rng),
        *turned_about(both, 2000, rng),
        *load_nli(data / "nli/mnli_dev.jsonl.gz", "mnli"),
        *_half(load_nli(data / "nli/counterfactual_snli.jsonl.gz", "counterfactual-snli"), rng),
        *apart_from_dev(data / "scifact", scifact, lambda p: p.claim) * 2,
        *apart_from_dev(data / "check_covid", check_covid, lambda p: p.claim) * 3,
        *_mined(data / "scifact", "doc_id", scifact_claims, "scifact+mined", rng, n_other=4),
        # Its 347 abstracts are about a handful of questions: another one often does settle the claim.
        *_mined(data / "check_covid", "cord_id", check_covid_claims, "check-covid+mined", rng, n_other=0),
    ]


def encyclopaedia_pairs(data: Path) -> tuple[list[TrainingPair], list[TrainingPair]]:
    """VitaminC without its held-out pages, and FEVER; neither with a claim or an evidence text of those pages."""
    everything = load_pairs(data / "pairs/vitaminc.jsonl.gz", "vitaminc")
    held_out = [p for p in everything if is_held_out(p.group)]
    claims, texts = {p.claim for p in held_out}, {p.evidence for p in held_out}
    # FEVER dev and VitaminC's synthetic half share claims: keep the held-out pages unseen here too.
    fever = load_pairs(data / "pairs/fever_dev_gold.jsonl.gz", "fever")
    kept = [
        [p for p in pairs if not is_held_out(p.group) and p.claim not in claims and p.evidence not in texts]
        for pairs in (everything, [f for f in fever if not f.group])
    ]
    return kept[0], kept[1]


def _mined(
    folder: Path,
    id_key: str,
    read_claims: Callable[[Path, str], list[AbstractClaim]],
    source: str,
    rng: random.Random,
    n_other: int,
) -> list[TrainingPair]:
    claims = apart_from_dev(folder, read_claims(folder, "train"), lambda claim: claim.text)
    documents, sentences = abstract_documents(folder / "corpus.jsonl", id_key)
    return retrieved_pairs(claims, documents, sentences, source, rng, n_other)


def apart_from_dev(folder: Path, rows: list[T], claim_of: Callable[[T], str]) -> list[T]:
    """Without the claims that the set's own dev split holds too."""
    dev = {row["claim"] for row in read_jsonl(folder / "claims_dev.jsonl")}
    return [row for row in rows if claim_of(row) not in dev]


def _half(pairs: list[TrainingPair], rng: random.Random) -> list[TrainingPair]:
    return rng.sample(pairs, len(pairs) // 2)
