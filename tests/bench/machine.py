"""How near the two models come to what this machine can multiply in int8."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tests.bench.naive import passages_of, shown
from tests.bench.setting import Setting, claims_of_articles, wikipedia_documents
from verifier.encode import load_encoder
from verifier.inference import SHIPPED_MODELS, default_threads, read_model_info
from verifier.stance import load_pair_scorer

SIZES = ((128, 384, 384), (128, 384, 1536), (512, 384, 1536), (512, 1536, 384), (1024, 1024, 1024), (2048, 2048, 2048))
N_PASSES, MIN_S = 5, 0.2  # a pass lasts at least so long


@dataclass(frozen=True)
class Rate:
    """A matrix product of one size on every core."""

    rows: int
    inner: int
    columns: int
    quantizes: bool  # the left side comes in fp32 and is quantised first, as in the models
    gops: float  # 10^9 operations a second; a multiplication and an addition are two


@dataclass(frozen=True)
class ModelRate:
    """A shipped model over real texts."""

    model: str
    n_texts: int
    mean_tokens: float
    texts_per_s: float
    gops: float
    share_of_best: float  # of the best rate, whatever its size


@dataclass(frozen=True)
class Machine:
    """The best that was reached, every size, and the models."""

    n_threads: int
    best_gops: float
    rates: tuple[Rate, ...]
    models: tuple[ModelRate, ...]


def measure(setting: Setting) -> Machine:
    """Every size with and without quantisation, then both models over passages of Wikipedia."""
    rates = tuple(product_rate(size, quantizes) for size in SIZES for quantizes in (False, True))
    best = max(rate.gops for rate in rates)
    documents = list(wikipedia_documents(setting.sizes.texts))
    texts = shown(passages_of(documents))[: setting.sizes.texts]
    claims = [claim.text for claim in claims_of_articles(setting)]
    pairs = [(text, claims[i % len(claims)]) for i, text in enumerate(texts)]
    encoder, scorer = load_encoder(), load_pair_scorer()
    models = (
        model_rate("encoder", texts, lambda: encoder.encode(texts), best),
        model_rate("stance", pairs, lambda: scorer.probabilities(pairs), best),
    )
    return Machine(default_threads(), best, rates, models)


def product_rate(size: tuple[int, int, int], quantizes: bool) -> Rate:
    """One session with one thread for each core, as the models run: a core works on a product of its own."""
    rows, inner, columns = size
    session, rng, n_threads = product_session(inner, columns, quantizes), np.random.default_rng(0), default_threads()
    left: Any = rng.standard_normal((rows, inner), dtype=np.float32)
    feed = {"left": left if quantizes else (left * 20 + 128).clip(0, 255).astype(np.uint8)}
    n_runs = max(1, int(2e9 / (rows * inner * columns)))
    with ThreadPoolExecutor(n_threads) as pool:

        def run(_: int) -> None:
            for _ in range(n_runs):
                session.run(None, feed)

        seconds = median_seconds(lambda: list(pool.map(run, range(n_threads))))
    return Rate(rows, inner, columns, quantizes, 2 * rows * inner * columns * n_runs * n_threads / seconds / 1e9)


def product_session(inner: int, columns: int, quantizes: bool) -> Any:
    """A model of one product with weights in 7 bits, as the shipped models have them."""
    import onnxruntime
    from onnx import TensorProto, helper, numpy_helper

    weights = np.random.default_rng(1).integers(-64, 64, (inner, columns), dtype=np.int8)
    kind = TensorProto.FLOAT if quantizes else TensorProto.UINT8
    nodes = [helper.make_node("MatMulInteger", ["whole" if quantizes else "left", "weights"], ["out"])]
    if quantizes:
        nodes = [
            helper.make_node("DynamicQuantizeLinear", ["left"], ["whole", "scale", "zero"]),
            helper.make_node("MatMulInteger", ["whole", "weights", "zero"], ["out"]),
        ]
    graph = helper.make_graph(
        nodes,
        "product",
        [helper.make_tensor_value_info("left", kind, ["rows", inner])],
        [helper.make_tensor_value_info("out", TensorProto.INT32, ["rows", columns])],
        [numpy_helper.from_array(weights, "weights")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def model_rate(name: str, texts: Sequence[Any], run: Callable[[], Any], best: float) -> ModelRate:
    """Operations of the model's matrix products over these texts, by the time that they take."""
    lengths = token_counts(SHIPPED_MODELS / name, texts)
    run()
    seconds = median_seconds(run)
    gops = operations(SHIPPED_MODELS / name, lengths) / seconds / 1e9
    return ModelRate(name, len(texts), statistics.fmean(lengths), len(texts) / seconds, gops, gops / best)


def operations(folder: Path, lengths: Sequence[int]) -> float:
    """Of the products with weights, for each token, and of attention (each token with each, twice), for each text.

    The head's weights see a text once; they are 1% and counted likewise.
    """
    import onnx

    graph = onnx.load(str(folder / "model.onnx")).graph
    shapes = {one.name: tuple(one.dims) for one in graph.initializer}
    products = [(node.name, shapes[node.input[1]]) for node in graph.node if node.op_type == "MatMulInteger"]
    per_text = 2 * sum(n * m for name, (n, m) in products if "head" in name)
    per_token = 2 * sum(n * m for name, (n, m) in products if "head" not in name)
    width = max(n for name, (n, _) in products if "query" in name)
    n_layers = sum("query" in name for name, _ in products)
    return float(sum(per_text + per_token * n + 4 * n * n * width * n_layers for n in lengths))


def token_counts(folder: Path, texts: Sequence[Any]) -> list[int]:
    """How many tokens the model reads of each text or pair."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(read_model_info(folder).max_tokens, strategy="longest_first")
    return [len(one.ids) for one in tokenizer.encode_batch(list(texts))]


def median_seconds(run: Callable[[], Any]) -> float:
    """Of several passes, each as many runs as last MIN_S."""
    passes = []
    for _ in range(N_PASSES):
        started, n = time.perf_counter(), 0
        while time.perf_counter() - started < MIN_S:
            run()
            n += 1
        passes.append((time.perf_counter() - started) / n)
    return statistics.median(passes)
