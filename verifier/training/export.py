"""From torch weights to the files that are shipped: int8 ONNX, tokenizer, description, model card."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import nn

from verifier.claims.checkworthiness import LABELS
from verifier.inference import sha256_of
from verifier.training.stance import StanceNetwork
from verifier.types import STANCES

INPUTS = ("input_ids", "attention_mask", "token_type_ids")
# Opset 17 through the TorchScript exporter: the graph that onnxruntime's dynamic quantiser understands.
OPSET = 17
Description = Mapping[str, str | int | float | list[str]]  # the entries of model.json


class MeanEncoder(nn.Module):
    """all-MiniLM-L6-v2 as sentence-transformers runs it: mean over tokens, then unit norm."""

    def __init__(self, encoder: nn.Module):
        super().__init__()
        self.encoder = encoder

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor
    ) -> torch.Tensor:
        """:return: float (n_texts, dim), rows unit-norm."""
        hidden = self.encoder(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        mask = attention_mask.unsqueeze(-1).to(hidden.dtype)
        return nn.functional.normalize((hidden * mask).sum(1) / mask.sum(1).clamp(min=1), dim=-1)


def export_encoder(base: Path, out: Path) -> None:
    """Write the bi-encoder's folder from a sentence-transformers checkpoint with mean pooling."""
    from transformers import AutoModel

    encoder = AutoModel.from_pretrained(str(base), attn_implementation="eager", add_pooling_layer=False)
    description: Description = {
        "name": "all-MiniLM-L6-v2",
        "kind": "encoder",
        "dim": encoder.config.hidden_size,
        "max_tokens": 256,
        "base_sha256": sha256_of(base / "model.safetensors"),
    }
    export_int8(MeanEncoder(encoder), base / "tokenizer.json", out, description)


def export_stance(network: StanceNetwork, base: Path, out: Path, name: str, max_tokens: int) -> None:
    """Write the stance model's folder; its temperature is 1 until it is fitted."""
    description: Description = {
        "name": name,
        "kind": "stance",
        "dim": len(STANCES),
        "max_tokens": max_tokens,
        "labels": [str(stance) for stance in STANCES],
        "temperature": 1.0,
    }
    export_int8(network, base / "tokenizer.json", out, description)


def export_worthiness(network: StanceNetwork, base: Path, out: Path, name: str, max_tokens: int) -> None:
    """Write the check-worthiness model's folder; its temperature and threshold are still to be fitted."""
    description: Description = {
        "name": name,
        "kind": "checkworthiness",
        "dim": len(LABELS),
        "max_tokens": max_tokens,
        "labels": list(LABELS),
        "temperature": 1.0,
        "threshold": 0.5,
    }
    export_int8(network, base / "tokenizer.json", out, description)


def export_int8(network: nn.Module, tokenizer: Path, out: Path, description: Description) -> None:
    """Trace, quantise to int8 per channel, and describe.

    Weights keep 7 bits (`reduce_range`): processors without VNNI instructions add int8 products in 16 bits and
    would saturate with 8.
    """
    from onnxruntime.quantization import QuantType, quantize_dynamic

    out.mkdir(parents=True, exist_ok=True)
    example = torch.ones(2, 16, dtype=torch.long)
    axes = {name: {0: "texts", 1: "tokens"} for name in INPUTS} | {"output": {0: "texts"}}
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "fp32.onnx"
        torch.onnx.export(
            network.eval().float(),
            (example, example, torch.zeros_like(example)),
            str(whole),
            dynamo=False,
            opset_version=OPSET,
            input_names=list(INPUTS),
            output_names=["output"],
            dynamic_axes=axes,
        )
        quantize_dynamic(
            str(whole), str(out / "model.onnx"), weight_type=QuantType.QInt8, per_channel=True, reduce_range=True
        )
    shutil.copyfile(tokenizer, out / "tokenizer.json")
    hashes = {"sha256": sha256_of(out / "model.onnx"), "tokenizer_sha256": sha256_of(out / "tokenizer.json")}
    describe(out, {**description, **hashes})


def describe(folder: Path, changes: Description) -> None:
    """Write or change entries of the folder's `model.json`."""
    path = folder / "model.json"
    entries = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    path.write_text(json.dumps({**entries, **changes}, indent=2) + "\n", encoding="utf-8")
