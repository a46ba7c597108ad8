"""Train the stance cross-encoder: MiniLM-L6, mean pooling, a small head, three stances.

Mean pooling because all-MiniLM-L6-v2 was trained with it and its [CLS] vector says little. The run keeps an
exponential moving average of the weights (Polyak & Juditsky 1992), checkpoints, and resumes where it stopped.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import nn

from verifier.training.data import TrainingPair
from verifier.types import STANCES


@dataclass(frozen=True)
class TrainingConfig:
    """One stage of training."""

    steps: int = 3600
    batch_size: int = 48  # pairs
    learning_rate: float = 1e-4  # 4e-4 diverges
    head_learning_rate: float = 5e-4
    warmup_steps: int = 150
    decay_share: float = 0.25  # of the steps, at the end, linearly to zero
    ema_decay: float = 0.998
    max_tokens: int = 160
    label_smoothing: float = 0.05
    dropout: float = 0.1  # in the encoder
    freeze_words: bool = False  # leave the word vectors, half of all weights, as they are
    seed: int = 20261123
    checkpoint_every: int = 200  # steps


# First the sets as published, then passages as the pipeline presents them with edited pairs. Without dropout and with
# the word vectors frozen two cores do half as many pairs again, and each pair is seen less than twice.
STAGES = (
    TrainingConfig(),
    TrainingConfig(
        steps=3900,
        decay_share=0.4,
        ema_decay=0.999,
        label_smoothing=0.03,
        dropout=0.0,
        freeze_words=True,
        seed=20261124,
    ),
)


class StanceNetwork(nn.Module):
    """Encoder, mean over the unmasked tokens, 384 -> GELU -> 3 logits in the order of STANCES."""

    def __init__(self, encoder: nn.Module, dim: int):
        super().__init__()
        self.encoder = encoder
        self.head = nn.Sequential(nn.Dropout(0.1), nn.Linear(dim, dim), nn.GELU(), nn.Linear(dim, len(STANCES)))

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor
    ) -> torch.Tensor:
        """:return: float (n_pairs, 3) logits."""
        hidden = self.encoder(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        mask = attention_mask.unsqueeze(-1).to(hidden.dtype)
        pooled = (hidden * mask).sum(1) / mask.sum(1).clamp(min=1)
        logits: torch.Tensor = self.head(pooled)
        return logits


def new_network(base: str | Path, dropout: float = 0.1) -> StanceNetwork:
    """A network with the base encoder's weights and a fresh head."""
    from transformers import AutoModel

    encoder = AutoModel.from_pretrained(
        str(base),
        attn_implementation="eager",
        add_pooling_layer=False,
        hidden_dropout_prob=dropout,
        attention_probs_dropout_prob=dropout,
    )
    return StanceNetwork(encoder, encoder.config.hidden_size)


def load_tokenizer(base: str | Path, max_tokens: int) -> Tokenizer:
    """The base model's tokenizer; of a pair that is too long, the evidence is cut."""
    tokenizer = Tokenizer.from_file(str(Path(base) / "tokenizer.json"))
    tokenizer.enable_truncation(max_tokens, strategy="only_first")
    tokenizer.no_padding()
    return tokenizer


def tokenise(tokenizer: Tokenizer, pairs: Sequence[TrainingPair]) -> list[tuple[list[int], list[int]]]:
    """Token ids and segment ids of each (evidence, claim)."""
    tokenizer.encode_special_tokens = False
    encoded = tokenizer.encode_batch([(p.evidence, " ".join(p.claim.split()[:80])) for p in pairs])
    return [(e.ids, e.type_ids) for e in encoded]


def collate(items: Sequence[tuple[list[int], list[int]]], multiple: int = 16) -> dict[str, torch.Tensor]:
    """Pad to the next multiple of 16 tokens: ragged shapes cost three times as much on a CPU."""
    width = -(-max(len(ids) for ids, _ in items) // multiple) * multiple
    batch = {
        k: torch.zeros(len(items), width, dtype=torch.long) for k in ("input_ids", "attention_mask", "token_type_ids")
    }
    for row, (ids, types) in enumerate(items):
        batch["input_ids"][row, : len(ids)] = torch.tensor(ids)
        batch["attention_mask"][row, : len(ids)] = 1
        batch["token_type_ids"][row, : len(ids)] = torch.tensor(types)
    return batch


def length_batches(lengths: Sequence[int], batch_size: int, rng: random.Random) -> list[list[int]]:
    """Shuffled batches of indices of similar length."""
    order = list(range(len(lengths)))
    rng.shuffle(order)
    span = batch_size * 40
    batches = []
    for start in range(0, len(order), span):
        block = sorted(order[start : start + span], key=lengths.__getitem__)
        batches += [block[i : i + batch_size] for i in range(0, len(block), batch_size)]
    rng.shuffle(batches)
    return [b for b in batches if len(b) == batch_size]


def endless_batches(lengths: Sequence[int], config: TrainingConfig, skip: int) -> Iterator[list[int]]:
    """Epoch after epoch, each with its own shuffle; `skip` batches are passed over when resuming."""
    epoch = 0
    while True:
        for batch in length_batches(lengths, config.batch_size, random.Random(config.seed + epoch)):
            if skip > 0:
                skip -= 1
            else:
                yield batch
        epoch += 1


def rate_at(step: int, config: TrainingConfig) -> float:
    """Share of the peak learning rate: warm-up, plateau, linear decay."""
    decay_steps = int(config.steps * config.decay_share)
    if step < config.warmup_steps:
        return (step + 1) / config.warmup_steps
    return min(1.0, max(0.0, (config.steps - step) / max(1, decay_steps)))


def train_stance(
    pairs: Sequence[TrainingPair],
    base: str | Path,
    checkpoint_dir: Path,
    config: TrainingConfig,
    threads: int = 2,
    start: Mapping[str, torch.Tensor] | None = None,
) -> StanceNetwork:
    """Train one stage, or go on from the last checkpoint in `checkpoint_dir`.

    :param start: weights of the stage before; from `base` with a fresh head where left out.
    :return: the network with the averaged weights, in evaluation mode.
    """
    torch.manual_seed(config.seed)
    torch.set_num_threads(threads)
    targets = torch.tensor([STANCES.index(p.stance) for p in pairs])
    smoothed = nn.CrossEntropyLoss(label_smoothing=config.label_smoothing)
    network = new_network(base, config.dropout)
    if start is not None:
        network.load_state_dict(start)
    words: Any = network.encoder.get_submodule("embeddings.word_embeddings")
    words.requires_grad_(not config.freeze_words)
    return fine_tune(
        network,
        tokenise(load_tokenizer(base, config.max_tokens), pairs),
        lambda logits, batch: smoothed(logits, targets[batch]),
        checkpoint_dir,
        config,
    )


def fine_tune(
    network: StanceNetwork,
    items: Sequence[tuple[list[int], list[int]]],
    loss_of: Callable[[torch.Tensor, list[int]], torch.Tensor],
    checkpoint_dir: Path,
    config: TrainingConfig,
    multiple: int = 16,
) -> StanceNetwork:
    """Train a network with checkpoints, going on from the last one.

    :param items: token ids and segment ids of each input.
    :param loss_of: from a batch's logits and the indices of its items to the loss.
    :param multiple: of tokens, to which batches are padded.
    :return: the network with the averaged weights, in evaluation mode.
    """
    checkpoint_dir.mkdir(parents=True, exist_ok=True)
    optimizer = _optimizer(network, config)
    average = {name: value.detach().clone() for name, value in network.state_dict().items()}
    step = _resume(checkpoint_dir / "last.pt", network, optimizer, average)
    network.train()
    losses: list[float] = []
    started = time.monotonic()
    for batch in endless_batches([len(ids) for ids, _ in items], config, skip=step):
        if step >= config.steps:
            break
        for group, peak in zip(optimizer.param_groups, (config.learning_rate, config.head_learning_rate), strict=True):
            group["lr"] = peak * rate_at(step, config)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = network(**collate([items[i] for i in batch], multiple))
        loss: Any = loss_of(logits.float(), batch)  # Tensor.backward has no types
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        step += 1
        _update_average(average, network, min(config.ema_decay, step / (step + 10)))
        losses.append(loss.item())
        if step % 20 == 0:
            _log(checkpoint_dir, step, losses[-100:], config.batch_size * len(losses) / (time.monotonic() - started))
        if step % config.checkpoint_every == 0 or step == config.steps:
            _save(checkpoint_dir, step, network, optimizer, average, config)
    network.load_state_dict(average)
    return network.eval()


def _optimizer(network: StanceNetwork, config: TrainingConfig) -> torch.optim.Optimizer:
    return torch.optim.AdamW(
        [
            {"params": [p for p in network.encoder.parameters() if p.requires_grad], "lr": config.learning_rate},
            {"params": list(network.head.parameters()), "lr": config.head_learning_rate},
        ],
        weight_decay=0.01,
        fused=True,
    )


@torch.no_grad()
def _update_average(average: dict[str, torch.Tensor], network: nn.Module, decay: float) -> None:
    for name, value in network.state_dict().items():
        if value.dtype.is_floating_point:
            average[name].lerp_(value, 1 - decay)


def _resume(path: Path, network: nn.Module, optimizer: torch.optim.Optimizer, average: dict[str, torch.Tensor]) -> int:
    if not path.exists():
        return 0
    state = torch.load(path, weights_only=True)
    network.load_state_dict(state["network"])
    optimizer.load_state_dict(state["optimizer"])
    average.update(state["average"])
    return int(state["step"])


def mean_of(weights: Sequence[Mapping[str, torch.Tensor]]) -> dict[str, torch.Tensor]:
    """The mean of several networks' weights; whole numbers are those of the last."""
    return {
        name: torch.stack([one[name] for one in weights]).mean(0) if value.dtype.is_floating_point else value
        for name, value in weights[-1].items()
    }


def finished_weights(folder: Path, config: TrainingConfig) -> dict[str, torch.Tensor] | None:
    """The averaged weights of a stage that has taken all its steps; None where it has not."""
    path = folder / "last.pt"
    if not path.exists():
        return None
    state = torch.load(path, weights_only=True)
    return dict(state["average"]) if state["step"] >= config.steps else None


def _save(
    folder: Path,
    step: int,
    network: nn.Module,
    optimizer: torch.optim.Optimizer,
    average: dict[str, torch.Tensor],
    config: TrainingConfig,
) -> None:
    state = {"step": step, "network": network.state_dict(), "optimizer": optimizer.state_dict(), "average": average}
    torch.save(state, folder / "last.tmp")
    (folder / "last.tmp").replace(folder / "last.pt")
    (folder / "config.json").write_text(json.dumps(asdict(config), indent=1))


def _log(folder: Path, step: int, losses: Sequence[float], pairs_per_s: float) -> None:
    line = {"step": step, "loss": round(float(np.mean(losses)), 4), "pairs_per_s": round(pairs_per_s, 1)}
    with (folder / "log.jsonl").open("a") as log:
        log.write(json.dumps(line) + "\n")
