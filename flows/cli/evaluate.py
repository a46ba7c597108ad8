"""Measuring a stage on data labelled by people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.app import InputError, Json, SettingsFile, eval_app, load_chosen
from flows.terminal import print_json_rows, print_table, progress, say

if TYPE_CHECKING:
    from corpus.documents import Document
    from corpus.index import Encoder, PassageIndex
    from verifier.evaluation.metrics import Result
    from verifier.evaluation.pairs import PairsResult


@eval_app.command("checkworthy", epilog="Example: verifier eval checkworthy dev-test.tsv --json")
def eval_checkworthy(
    file: Annotated[Path, typer.Argument(help="Tab-separated: Sentence_id, Text, class_label (Yes or No).")],
    json: Json = False,
) -> None:
    """Measure how well sentences worth a check are told from others."""
    from verifier.claims.checkworthiness import OnnxWorthiness
    from verifier.evaluation.checkworthy import evaluate_checkworthiness, read_labelled_sentences

    rows, scorer = read_labelled_sentences(file), OnnxWorthiness()
    _print_result(evaluate_checkworthiness(rows, scorer, scorer.threshold), json)


@eval_app.command("extraction", epilog="Example: verifier eval extraction sentences.jsonl --json")
def eval_extraction(
    file: Annotated[
        Path, typer.Argument(help="JSON Lines: response, sentence, decontextualised, checkworthy, claims.")
    ],
    threshold: Annotated[
        float, typer.Option(min=0, max=1, help="Probability from which on a text entails another.")
    ] = 0.5,
    json: Json = False,
) -> None:
    """Measure extracted claims and stand-alone forms against those that people wrote.

    A human claim counts as covered, and an extracted one as right, when the other side's claims entail it, each alone
    or all joined. The figures ending in _pairwise ask for one claim that says the same: they also punish another cut
    of the same facts.
    """
    from verifier.claims import shipped_extractor
    from verifier.evaluation.extraction import evaluate_extraction, read_human_readings
    from verifier.stance import load_pair_scorer

    rows = read_human_readings(file)
    _print_result(evaluate_extraction(rows, shipped_extractor(), load_pair_scorer(), threshold), json)


@eval_app.command("propositions", epilog="Example: verifier eval propositions propsegment/ --json")
def eval_propositions(
    folder: Annotated[
        Path, typer.Argument(help="PropSegmEnt's document_clusters.*.json and propositions.*.json.", metavar="FOLDER")
    ],
    jaccard: Annotated[
        float, typer.Option(min=0.01, max=1, help="Share of common words from which on two propositions match.")
    ] = 0.8,
    json: Json = False,
) -> None:
    """Measure whether sentences are cut into statements where people cut them."""
    from verifier.claims import SpacyClaimExtractor
    from verifier.evaluation.propositions import evaluate_propositions, read_marked_documents

    documents = read_marked_documents(folder)
    _print_result(evaluate_propositions(documents, SpacyClaimExtractor(), jaccard), json)


@eval_app.command("pairs", epilog="Example: verifier eval pairs pairs.jsonl --reliability-chart reliability.svg --json")
def eval_pairs(
    file: Annotated[Path, typer.Argument(help="JSON Lines: claim, evidence (a text or a list), label, maybe title.")],
    stance_only: Annotated[
        bool, typer.Option("--stance-only", help="The stance model alone, without comparison and calibration.")
    ] = False,
    reliability_chart: Annotated[
        Path | None, typer.Option(help="Write the reliability diagram to this file, as SVG.")
    ] = None,
    risk_chart: Annotated[
        Path | None, typer.Option(help="Write the curve of risk against coverage to this file, as SVG.")
    ] = None,
    settings: SettingsFile = None,
    json: Json = False,
) -> None:
    """Measure verdicts over given evidence: whether labels are right, and confidence means what it says.

    Labels are SUPPORTED, REFUTED, NOT_ENOUGH_EVIDENCE and, where the evidence is a list of texts,
    CONFLICTING_EVIDENCE. Coverage is the share of claims that get a verdict when those under a threshold of
    confidence are left to a person; risk is the share of wrong ones among the verdicts given. A claim longer than
    the pipeline checks gets no verdict: it counts as not right, and its line is told.
    """
    from verifier.evaluation.pairs import evaluate_pairs, read_pairs, stance_alone, whole_decision
    from verifier.pipeline import load_judge
    from verifier.stance import load_pair_scorer

    for chart in (reliability_chart, risk_chart):
        if chart and not chart.parent.is_dir():
            raise InputError(f"{chart}: expected an existing folder to write to, found none; make it first")
        if chart and chart.is_dir():
            raise InputError(f"{chart}: expected a file to write to, found a folder; add a name such as chart.svg")
    chosen, rows = load_chosen(settings), read_pairs(file)
    if stance_only:
        scorer = load_pair_scorer(chosen.stance.model, chosen.threads)
        answer, model = stance_alone(scorer), scorer.id
    else:
        answer, model = whole_decision(load_judge(chosen)), chosen.stance.model
    with progress("judging pairs") as advance:
        facts = {"model": model, "judged_by": "stance model alone" if stance_only else "whole decision"}
        result = evaluate_pairs(rows, answer, facts, advance)
    _print_pairs(result, json)
    _write_charts(result, reliability_chart, risk_chart)


def _print_pairs(result: PairsResult, json: bool) -> None:
    if json:
        row = result.as_row()
        print_json_rows(tuple(row), [tuple(row.values())])
        return
    _print_result(result.result, json, {"pairs_per_s": result.pairs_per_s})
    classes = [
        (name, f"{c.precision:.3f}", f"{c.recall:.3f}", f"{c.f1:.3f}", c.n) for name, c in result.per_class.items()
    ]
    print_table("", ("label", "precision", "recall", "f1", "n"), classes)
    bins = [
        (f"{b.low:.1f} to {b.high:.1f}", f"{b.confidence:.3f}", f"{b.accuracy:.3f}", b.n)
        for b in result.reliability
        if b.n
    ]
    print_table("", ("confidence", "mean", "right", "n"), bins)
    shown = [
        next((p for p in result.risk_coverage if p.coverage >= share), None) for share in (0.25, 0.5, 0.75, 0.9, 1.0)
    ]
    risks = [(f"{p.coverage:.0%}", f"{p.risk:.1%}", f"{p.threshold:.3f}") for p in dict.fromkeys(shown) if p]
    print_table("", ("claims with a verdict", "of those wrong", "confidence at least"), risks)


def _write_charts(result: PairsResult, reliability: Path | None, risk: Path | None) -> None:
    from verifier.evaluation.charts import reliability_chart, risk_chart

    if reliability:
        reliability.write_text(reliability_chart(result.reliability, result.result.figures["ece"]), encoding="utf-8")
        say(f"reliability: {reliability}")
    if risk:
        risk.write_text(risk_chart(result.risk_coverage), encoding="utf-8")
        say(f"risk against coverage: {risk}")


EvaluationIndex = Annotated[
    Path | None,
    typer.Option("--index", help="Keep the index in this folder, and use it again; a temporary one where left out."),
]


@eval_app.command("open", epilog="Example: verifier eval open corpus.jsonl claims_dev.jsonl --index scifact/ --json")
def eval_open(
    corpus: Annotated[Path, typer.Argument(help="SciFact's corpus: JSON Lines with doc_id, title, abstract.")],
    claims: Annotated[Path, typer.Argument(help="SciFact's claims: claim, evidence, cited_doc_ids.")],
    index: EvaluationIndex = None,
    settings: SettingsFile = None,
    json: Json = False,
) -> None:
    """Measure the whole pipeline on SciFact's open task: retrieval, labels of abstracts, and rationale sentences.

    nDCG@10 and recall count the abstracts that a claim cites. The other figures are those of SciFact's leaderboard:
    label_only asks for the right label of an abstract, rationalized for a whole rationale among its first three
    sentences too; sentence_selection asks for sentences of whole rationales, and sentence_label for the right label
    of their abstract too.
    """
    from verifier.encode import load_encoder
    from verifier.evaluation.abstracts import abstract_documents, evaluate_open, read_open_claims
    from verifier.pipeline import load_judge

    chosen = load_chosen(settings)
    documents, sentences = abstract_documents(corpus)
    rows = read_open_claims(claims, sentences)
    encoder, judge = load_encoder(chosen.encoder, chosen.threads), load_judge(chosen)
    facts: dict[str, str | int | float] = {
        "model": chosen.stance.model,
        "encoder": f"{encoder.name}@{encoder.fingerprint}",
        "k": chosen.retriever.k,
    }
    with _indexed(documents, encoder, index) as found, progress("judging claims") as advance:
        result = evaluate_open(rows, sentences, found, encoder, judge, chosen.retriever, facts, advance)
    _print_result(result, json)


@eval_app.command("retrieval", epilog="Example: verifier eval retrieval beir/scifact/ --json")
def eval_retrieval(
    folder: Annotated[
        Path, typer.Argument(help="BEIR's form: corpus.jsonl, queries.jsonl, qrels/test.tsv.", metavar="FOLDER")
    ],
    qrels: Annotated[
        Path | None, typer.Option(help="Tab-separated: query-id, corpus-id, score; where it is not in the folder.")
    ] = None,
    index: EvaluationIndex = None,
    settings: SettingsFile = None,
    json: Json = False,
) -> None:
    """Measure how high the retriever ranks relevant documents, each at the rank of its best passage."""
    from verifier.encode import load_encoder
    from verifier.evaluation.retrieval import evaluate_retrieval, read_documents, read_queries

    chosen = load_chosen(settings)
    queries, documents = read_queries(folder, qrels), read_documents(folder)
    encoder = load_encoder(chosen.encoder, chosen.threads)
    with _indexed(documents, encoder, index) as found, progress("retrieving") as advance:
        result = evaluate_retrieval(queries, found, encoder, chosen.retriever, advance)
    _print_result(result, json)


@contextmanager
def _indexed(documents: Sequence[Document], encoder: Encoder, folder: Path | None) -> Iterator[PassageIndex]:
    """An index over documents to measure on; the progress bar goes when it is made."""
    from verifier.evaluation.retrieval import evaluation_index

    with ExitStack() as stack:
        with progress("indexing documents") as advance:
            index = stack.enter_context(evaluation_index(documents, encoder, folder, advance))
        yield index


def _print_result(result: Result, json: bool, more: Mapping[str, object] = MappingProxyType({})) -> None:
    if json:
        row = {**result.figures, "n": result.n, "ci95": dict(result.ci95), **result.facts}
        print_json_rows(tuple(row), [tuple(row.values())])
        return
    intervals = {name: f"{low:.3f} to {high:.3f}" for name, (low, high) in result.ci95.items()}
    rows = [(name, f"{value:.3f}", intervals[name]) for name, value in result.figures.items()]
    told = {"n": result.n, **result.facts, **more}
    facts = [(name, f"{value:.4g}" if isinstance(value, float) else value, "") for name, value in told.items()]
    print_table("", ("figure", "value", "95% interval"), [*rows, *facts])
