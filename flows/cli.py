"""The `verifier` command: parse, call a flow or the library, turn errors into messages.

Data goes to standard output, everything else to standard error. Exit codes: 0 done, 1 a run finished with
failures, 2 bad usage or input, 130 interrupted, 143 terminated. Heavy imports happen inside the commands that
need them.
"""

from __future__ import annotations

import gc
import io
import os
import re
import signal
import sys
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from flows.terminal import (
    print_claims,
    print_failures,
    print_json_rows,
    print_table,
    print_verdict,
    print_verdicts,
    progress,
    say,
)

if TYPE_CHECKING:
    from corpus.documents import Document
    from corpus.index import Encoder, PassageIndex
    from verifier.evaluation.metrics import Result
    from verifier.evaluation.pairs import PairsResult
    from verifier.retrieve import Query
    from verifier.rows import RunReport
    from verifier.settings import Settings

EXIT_FAILURES, EXIT_USAGE, EXIT_INTERRUPTED, EXIT_TERMINATED = 1, 2, 130, 143
DEFAULT_CORPUS = Path(".verifier/corpus")
DEFAULT_DATABASE = Path("verdicts.duckdb")
DEFAULT_REPORT = Path("report")

_UNDECODABLE = re.compile("[\ud800-\udfff]")

app = typer.Typer(
    help="Check the claims of news articles against your own reference corpus: offline, with quotes, in SQL.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
corpus_app = typer.Typer(help="Build, change and search the reference corpus.", no_args_is_help=True)
app.add_typer(corpus_app, name="corpus")
eval_app = typer.Typer(help="Measure a stage on data labelled by people.", no_args_is_help=True)
app.add_typer(eval_app, name="eval")

Sources = Annotated[
    list[str], typer.Argument(help="Files, folders or globs: .txt .md .html .jsonl", metavar="SOURCE...")
]
Corpus = Annotated[Path, typer.Option("--corpus", help="The corpus folder.")]
Database = Annotated[Path, typer.Option("--db", help="The DuckDB file.")]
ReportFolder = Annotated[Path, typer.Option("--report", help="The folder for index.html and index.md.")]
SettingsFile = Annotated[Path | None, typer.Option("--settings", help="A TOML file of settings.")]
Runner = Annotated[
    str | None,
    typer.Option("--runner", metavar="dask://HOST:PORT", help="Work on this Dask cluster; here where left out."),
]
Json = Annotated[bool, typer.Option("--json", help="Print data as JSON Lines.")]


class InputError(ValueError):
    """What was given on the command line or on standard input cannot be used; the message says why."""


def main() -> None:
    """The entry point: every known error becomes one sentence on standard error and an exit code."""
    import logging

    logging.getLogger().addHandler(logging.NullHandler())
    signal.signal(signal.SIGTERM, _terminate)
    message, code = _call()
    # The error is gone here; what its frames held (database handles) must go too, or DuckDB tells of leaks at exit.
    gc.collect()
    if message:
        print(f"verifier: {message}", file=sys.stderr)
    sys.exit(code)


def _terminate(signum: int, frame: object) -> NoReturn:
    """End as on Ctrl-C: the run is marked FAILED and Prefect's server is shut down on the way out."""
    sys.exit(EXIT_TERMINATED)


def _call() -> tuple[str, int]:
    """Run the command; the message to print, if any, and the exit code."""
    try:
        try:
            app()
        finally:
            sys.stdout.flush()
    except BaseException as error:
        for cause in _causes(error):  # Prefect keeps the error, and with it what its frames hold
            traceback.clear_frames(cause.__traceback__)
        return _ending(error)
    return "", 0


def _ending(error: BaseException) -> tuple[str, int]:
    """Typer turns Ctrl-C and a broken pipe into exits; the exception before the exit tells which it was."""
    causes = list(_causes(error))
    codes = [cause.code for cause in causes if isinstance(cause, SystemExit)]
    if _is_ours(error):
        return _sentence(error), EXIT_USAGE
    if EXIT_TERMINATED in codes:
        return "terminated; what was saved before stays saved", EXIT_TERMINATED
    # On Ctrl-C Prefect's server stops too; Prefect then fails to reach it, which is no news.
    if any(isinstance(cause, KeyboardInterrupt) for cause in causes):
        return "interrupted; what was saved before stays saved", EXIT_INTERRUPTED
    if isinstance(error, SystemExit | BrokenPipeError) and any(isinstance(c, BrokenPipeError) for c in causes):
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # else Python flushes into the pipe once more at exit
        return "", 0
    if not isinstance(error, SystemExit):
        return _sentence(error), EXIT_USAGE
    return "", error.code if isinstance(error.code, int) else 0


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause:
        yield cause
        cause = cause.__cause__ or cause.__context__


def _is_ours(error: BaseException) -> bool:
    return isinstance(error, InputError) or type(error).__module__.split(".")[0] in ("corpus", "verifier", "flows")


def _sentence(error: BaseException) -> str:
    """One sentence for any error; ours already say what to do."""
    text = " ".join(str(error).split()) or type(error).__name__
    if _is_ours(error):
        return text
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror or text}; free the disk or check the path and try again"
    return f"unexpected {type(error).__name__}: {text}; please report this with the command that you gave"


@app.command(epilog="Example: verifier run morning/*.html --corpus reference/ --db verdicts.duckdb --report report/")
def run(
    sources: Sources,
    corpus: Corpus = DEFAULT_CORPUS,
    db: Database = DEFAULT_DATABASE,
    report: ReportFolder = DEFAULT_REPORT,
    settings: SettingsFile = None,
    runner: Runner = None,
    json: Json = False,
) -> None:
    """Verify articles: claims, evidence, verdicts into DuckDB, and a report."""
    _quiet()
    from flows.publish import REPORT_HTML, ReportWriteError, require_report_folder

    require_report_folder(report)
    from flows.cluster import on_runner
    from flows.verify import VerifyRequest, verify

    request = VerifyRequest(tuple(sources), corpus, db, report, _settings(settings))
    try:
        with progress("checking articles") as advance:
            outcome = on_runner(verify, runner)(request, advance)
    except ReportWriteError as error:
        if error.report is None:
            raise
        _print_outcome(error.report, json)  # the verdicts are stored all the same
        say(f"verifier: {error}")
        raise typer.Exit(EXIT_FAILURES) from None
    _print_outcome(outcome, json)
    say(f"verdicts: {db}\nreport:   {report / REPORT_HTML}")
    if outcome.failures:
        raise typer.Exit(EXIT_FAILURES if outcome.articles else EXIT_USAGE)


def _print_outcome(outcome: RunReport, json: bool) -> None:
    from verifier.report import report_json_lines

    if json:
        for line in report_json_lines(outcome):
            print(line)
    else:
        print_verdicts(outcome)
    print_failures(outcome.failures)


@app.command(epilog='Example: verifier check "Kherson was taken on 2 March 2022." --as-of 2022-03-17')
def check(
    claims: Annotated[list[str], typer.Argument(help="Claims, or - to read one a line.", metavar="CLAIM...")],
    corpus: Corpus = DEFAULT_CORPUS,
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Leave out passages published after this date.")
    ] = None,
    settings: SettingsFile = None,
    json: Json = False,
) -> None:
    """Check claims given by hand; nothing is stored."""
    from verifier.pipeline import open_verifier
    from verifier.report import claim_json

    queries, n_bad = _queries(claims, as_of.date() if as_of else None)
    if not queries:
        raise typer.Exit(EXIT_USAGE)
    with open_verifier(corpus, _settings(settings)) as (verifier, _):
        for query in queries:
            verdict = verifier.check([query])[0]
            if json:
                print(claim_json(verdict.claim, verdict), flush=True)
            else:
                print_verdict(verdict)
    if n_bad:
        raise typer.Exit(EXIT_FAILURES)


def _queries(claims: list[str], day: date | None) -> tuple[list[Query], int]:
    """The claims as queries, and how many lines of standard input are none; those are told of and passed over.

    :raises ValueError: when a claim on the command line is none, or standard input is empty.
    """
    from verifier.pipeline import english_claim
    from verifier.retrieve import Query

    queries, n_bad = [], 0
    for line_number, text in _lines(claims):
        try:
            queries.append(Query(english_claim(_decoded(text, "the claim"), day), as_of=day))
        except ValueError as error:
            if not line_number:
                raise
            n_bad += 1
            say(f"verifier: line {line_number} of standard input: {_sentence(error)}")
    return queries, n_bad


def _lines(claims: list[str]) -> Iterator[tuple[int, str]]:
    """The claims; `-` stands for the lines of standard input, which come with their numbers from 1, others with 0."""
    for claim in claims:
        if claim != "-":
            yield 0, claim
            continue
        if isinstance(sys.stdin, io.TextIOWrapper):
            sys.stdin.reconfigure(encoding="utf-8", errors="surrogateescape")
        lines = [(number, line.strip()) for number, line in enumerate(sys.stdin, start=1) if line.strip()]
        if not lines:
            raise InputError("no claim on standard input; give one a line")
        yield from lines


def _decoded(text: str, what: str) -> str:
    """The text as it is.

    :raises InputError: when it holds bytes that were not UTF-8.
    """
    if found := _UNDECODABLE.search(text):
        raise InputError(
            f"expected {what} in UTF-8, found another encoding at character {found.start() + 1};"
            " convert the text to UTF-8"
        )
    return text


@app.command(epilog="Example: verifier claims article.html --json")
def claims(sources: Sources, settings: SettingsFile = None, json: Json = False) -> None:
    """List the claims of articles, and what is not checked and why.

    The rows are those of `verifier run`, without verdicts.
    """
    from verifier.claims import shipped_extractor
    from verifier.pipeline import read_articles
    from verifier.report import claim_json

    chosen = _settings(settings)
    articles, failures = read_articles(sources)
    extractor = shipped_extractor(chosen.claims, chosen.threads)
    for article in articles:
        found = extractor.extract(article)
        if json:
            for claim in found:
                print(claim_json(claim, None))
        else:
            print_claims(article.title, found)
    print_failures(failures)
    if failures:
        raise typer.Exit(EXIT_FAILURES if articles else EXIT_USAGE)


@app.command(epilog="Example: verifier report --db verdicts.duckdb --report report/")
def report(
    db: Database = DEFAULT_DATABASE,
    report: ReportFolder = DEFAULT_REPORT,
    run: Annotated[str | None, typer.Option("--run", help="A run's id; the newest where left out.")] = None,
    json: Json = False,
) -> None:
    """Write the report of a stored run again."""
    from flows.publish import write_report
    from verifier.report import report_json_lines
    from verifier.store import Store

    with Store.open(db, read_only=True) as store:
        rows = store.report_rows(run)
    if json:
        for line in report_json_lines(rows):
            print(line)
    else:
        say(f"report: {write_report(rows, report)}")


@app.command(epilog="Example: verifier sql \"SELECT claim, quote, url FROM claim_evidence WHERE label = 'REFUTED'\"")
def sql(
    query: Annotated[str, typer.Argument(help="One SELECT; the database is opened read-only.")],
    db: Database = DEFAULT_DATABASE,
    json: Json = False,
) -> None:
    """Ask the database in SQL."""
    from verifier.store import query_file

    result = query_file(db, _decoded(query, "the query"))
    if json:
        print_json_rows(result.columns, result.rows)
    else:
        print_table("", result.columns, result.rows)


@app.command(epilog="Example: verifier doctor --corpus reference/ --db verdicts.duckdb")
def doctor(
    corpus: Corpus = DEFAULT_CORPUS,
    db: Database = DEFAULT_DATABASE,
    settings: SettingsFile = None,
    json: Json = False,
) -> None:
    """Say what is installed and whether models, source tiers, corpus and database are sound."""
    from verifier.doctor import examine

    findings = examine(corpus, db, _settings(settings).sources.path)
    rows = [(f.subject, f.state, f.detail) for f in findings]
    if json:
        print_json_rows(("subject", "state", "detail"), rows)
    else:
        print_table("", ("subject", "state", "detail"), rows)
    if any(f.is_fault for f in findings):
        raise typer.Exit(EXIT_FAILURES)


@corpus_app.command("add", epilog="Example: verifier corpus add reports/ facts.jsonl --corpus reference/")
def corpus_add(
    sources: Sources,
    corpus: Corpus = DEFAULT_CORPUS,
    shards: Annotated[
        int | None, typer.Option(min=1, max=1000, help="Begin a corpus in so many parts; it keeps their number.")
    ] = None,
    settings: SettingsFile = None,
    runner: Runner = None,
    json: Json = False,
) -> None:
    """Add documents; what is there already and unchanged is passed over, what changed is replaced."""
    _quiet()
    from flows.build_corpus import build_corpus
    from flows.cluster import on_runner

    build = on_runner(build_corpus, runner)
    with progress("indexing documents") as advance:
        built = build(sources, corpus, _settings(settings), lambda n: advance(n, 0), shards)
    r = built.report
    row = (r.n_added, r.n_replaced, r.n_unchanged, r.n_passages, r.n_reused)
    if json:
        print_json_rows(("n_added", "n_replaced", "n_unchanged", "n_passages", "n_reused"), [row])
    else:
        say(
            f"{corpus}: {r.n_added} documents added, {r.n_replaced} replaced, {r.n_unchanged} unchanged;"
            f" {r.n_passages} new passages"
        )
    print_failures(built.failures)
    if built.failures:
        raise typer.Exit(EXIT_FAILURES if any(row[:3]) else EXIT_USAGE)


@corpus_app.command("remove", epilog="Example: verifier corpus remove reports/old.html --corpus reference/")
def corpus_remove(
    keys: Annotated[list[str], typer.Argument(help="Document ids, files, URLs.", metavar="DOCUMENT...")],
    corpus: Corpus = DEFAULT_CORPUS,
    settings: SettingsFile = None,
) -> None:
    """Remove documents and their passages."""
    from corpus.shards import open_index
    from verifier.encode import load_encoder

    chosen = _settings(settings)
    with open_index(corpus, load_encoder(chosen.encoder, chosen.threads)) as index:
        say(f"{corpus}: {index.remove(keys)} documents removed")


@corpus_app.command("repair", epilog="Example: verifier corpus repair --corpus reference/")
def corpus_repair(corpus: Corpus = DEFAULT_CORPUS) -> None:
    """Rebuild damaged indexes from the stored passages; nothing is encoded again."""
    from corpus.index import PassageIndex
    from corpus.shards import corpus_folders

    for folder in corpus_folders(corpus):
        PassageIndex.repair(folder)
    say(f"{corpus}: repaired")


@corpus_app.command("info", epilog="Example: verifier corpus info --corpus reference/ --json")
def corpus_info(corpus: Corpus = DEFAULT_CORPUS, json: Json = False) -> None:
    """Say what the corpus holds and which encoder it was built with."""
    from dataclasses import asdict

    from corpus.shards import index_info, is_sharded, shard_count

    fields = asdict(index_info(corpus)) | {"n_shards": shard_count(corpus) if is_sharded(corpus) else 1}
    if json:
        print_json_rows(tuple(fields), [tuple(fields.values())])
    else:
        print_table("", ("field", "value"), [(k, str(v)) for k, v in fields.items()])


@corpus_app.command("search", epilog='Example: verifier corpus search "votes for resolution 68/262" --k 5')
def corpus_search(
    query: Annotated[str, typer.Argument(help="Words or a sentence.")],
    corpus: Corpus = DEFAULT_CORPUS,
    k: Annotated[int, typer.Option(min=1, help="Passages to show.")] = 10,
    settings: SettingsFile = None,
    json: Json = False,
) -> None:
    """Show the passages that a claim would be checked against."""
    from verifier.pipeline import search_passages

    hits = search_passages(corpus, _decoded(query, "the query"), k, _settings(settings))
    columns = ("rank", "score", "title", "passage", "source", "published", "url", "document_id", "start", "end")
    rows = [
        (h.rank, round(h.score, 5), h.document.title, h.passage.text, h.document.source, h.document.published,
         h.document.url, h.document.id, h.passage.start, h.passage.end)
        for h in hits
    ]  # fmt: skip
    if json:
        print_json_rows(columns, rows)
    else:
        print_table("", columns[:6], [row[:6] for row in rows])


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
    chosen, rows = _settings(settings), read_pairs(file)
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

    chosen = _settings(settings)
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

    chosen = _settings(settings)
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


def _settings(path: Path | None) -> Settings:
    from verifier.settings import load_settings

    return load_settings(path)


def _quiet() -> None:
    """Prefect and its server warn on standard error of things that a reader cannot change."""
    import warnings

    warnings.filterwarnings("ignore")


if __name__ == "__main__":
    main()
