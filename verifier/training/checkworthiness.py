"""Train the check-worthiness model: MiniLM-L6 with the stance model's mean pooling and head, for two classes.

The encoder is tuned too: with the shipped encoder frozen, heads of several kinds stayed 12 points of F1 behind.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import numpy.typing as npt
import torch
from tokenizers import Tokenizer
from torch import nn

from verifier.claims.checkworthiness import LABELS
from verifier.evaluation.checkworthy import LabelledSentence, read_labelled_sentences
from verifier.evaluation.metrics import binary_figures
from verifier.training.stance import (
    StanceNetwork,
    TrainingConfig,
    fine_tune,
    load_tokenizer,
    new_network,
)

SPLITS = {
    "train": "checkworthiness/CT24_checkworthy_english_train.tsv",
    "dev": "checkworthiness/CT24_checkworthy_english_dev.tsv",
    "dev-test": "checkworthiness/CT24_checkworthy_english_dev-test.tsv",
}
# About three passes over the training set; most sentences have fewer than 30 tokens.
CONFIG = TrainingConfig(
    steps=1400,
    warmup_steps=100,
    decay_share=1.0,
    ema_decay=0.99,
    max_tokens=96,
    label_smoothing=0.04,
    checkpoint_every=100,
)

F1_TOLERANCE = 0.005  # thresholds this near to the best F1 count as equally good


@dataclass(frozen=True, slots=True)
class WorthinessSets:
    """The three splits; no text of `train` stands in the others."""

    train: list[LabelledSentence]
    dev: list[LabelledSentence]  # temperature and threshold are fitted on it
    dev_test: list[LabelledSentence]  # only ever reported


def worthiness_sets(data: Path) -> WorthinessSets:
    """Read the CheckThat! 2024 files under `data`; training rows with a broken label are left out.

    :raises FileNotFoundError: when a file is missing.
    :raises EvaluationDataError: when a file cannot be read.
    """
    dev = read_labelled_sentences(data / SPLITS["dev"])
    dev_test = read_labelled_sentences(data / SPLITS["dev-test"])
    held_out = {_folded(row.text) for row in (*dev, *dev_test)}
    train = read_labelled_sentences(data / SPLITS["train"], skip_bad_labels=True)
    return WorthinessSets([row for row in train if _folded(row.text) not in held_out], dev, dev_test)


def _folded(text: str) -> str:
    return " ".join(text.lower().split())


def train_worthiness(
    rows: Sequence[LabelledSentence], base: Path, checkpoint_dir: Path, config: TrainingConfig, threads: int = 2
) -> StanceNetwork:
    """Train from `base`, or go on from the last checkpoint in `checkpoint_dir`.

    :return: the network with the averaged weights, in evaluation mode; logits in the order of LABELS.
    """
    torch.manual_seed(config.seed)
    torch.set_num_threads(threads)
    targets = torch.tensor([int(row.is_worthy) for row in rows])
    smoothed = nn.CrossEntropyLoss(label_smoothing=config.label_smoothing)
    return fine_tune(
        worthiness_network(base),
        tokenise_texts(load_tokenizer(base, config.max_tokens), [row.text for row in rows]),
        lambda logits, batch: smoothed(logits, targets[batch]),
        checkpoint_dir,
        config,
        multiple=8,
    )


def worthiness_network(base: Path) -> StanceNetwork:
    """The stance model's network with a fresh head for two classes."""
    network = new_network(base)
    dim = cast(nn.Linear, network.head[-1]).in_features
    network.head = nn.Sequential(nn.Dropout(0.1), nn.Linear(dim, 128), nn.GELU(), nn.Linear(128, len(LABELS)))
    return network


def tokenise_texts(tokenizer: Tokenizer, texts: Sequence[str]) -> list[tuple[list[int], list[int]]]:
    """Token ids and segment ids of each text."""
    return [(e.ids, e.type_ids) for e in tokenizer.encode_batch(list(texts))]


def fit_threshold(p: npt.NDArray[np.float32], worthy: npt.NDArray[np.bool_]) -> float:
    """The middle of the thresholds with nearly the best F1: less a matter of chance than the best one.

    :param p: calibrated probabilities (n,). :param worthy: bool (n,).
    """
    thresholds = np.linspace(0.01, 0.99, 99)
    f1 = np.array([binary_figures(p, worthy, t)["f1_positive"] for t in thresholds])
    return float(np.median(thresholds[f1 >= f1.max() - F1_TOLERANCE]))
