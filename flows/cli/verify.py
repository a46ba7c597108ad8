"""Checking articles and claims: run, check, claims, report, doctor."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.app import (
    DEFAULT_CORPUS,
    DEFAULT_DATABASE,
    DEFAULT_REPORT,
    EXIT_FAILURES,
    EXIT_FOUND,
    EXIT_USAGE,
    AllowPrivate,
    Corpus,
    Database,
    Formats,
    InputError,
    Json,
    LogJson,
    Notify,
    OnlyNew,
    ReportFolder,
    Runner,
    SettingsFile,
    Sources,
    app,
    decoded,
    load_chosen,
    quiet,
)
from flows.cli.entry import sentence_of
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
    from pathlib import Path

    from flows.morning import CheckNew
    from flows.request import Read, VerifyRequest
    from flows.watch import Ended
    from verifier.report import ReportConfig
    from verifier.retrieve import Query
    from verifier.rows import RunReport
    from verifier.timing import StageClock


class FailOn(StrEnum):
    """What makes a run exit with EXIT_FOUND."""

    REFUTED = "refuted"
    CONFLICT = "conflict"
    ERROR = "error"


@app.command(epilog="Example: verifier run morning/*.html --corpus reference/ --db verdicts.duckdb --report report/")
def run(
    sources: Sources,
    corpus: Corpus = DEFAULT_CORPUS,
    db: Database = DEFAULT_DATABASE,
    report: ReportFolder = DEFAULT_REPORT,
    formats: Formats = None,
    settings: SettingsFile = None,
    runner: Runner = None,
    allow_private: AllowPrivate = False,
    only_new: OnlyNew = False,
    fail_on: Annotated[
        list[FailOn] | None,
        typer.Option("--fail-on", help="Exit with 3 where the run has such verdicts, or failures. May be repeated."),
    ] = None,
    notify: Notify = None,
    log_json: LogJson = False,
    json: Json = False,
) -> None:
    """Verify articles: claims, evidence, verdicts into DuckDB, and a report.

    Ctrl-C finishes the batch at hand; given again, the run goes on from there.
    """
    quiet()
    from flows.notify import require_target
    from flows.publish import DEFAULT_FORMATS, ReportWriteError, require_formats, require_known, require_report_folder
    from flows.watch import watched

    targets = [require_target(target) for target in notify or ()]
    forms = tuple(formats or DEFAULT_FORMATS)
    require_known(forms)
    require_report_folder(report)
    with _end_logged(log_json) as ended:
        with watched(db, report, targets, ended, forms):
            # The page is written; what takes a second to import comes now.
            from flows.log_lines import log_stage
            from flows.morning import run_once
            from flows.request import VerifyRequest
            from verifier.timing import StageClock

            chosen = load_chosen(settings)
            require_formats(forms, chosen.report)
            request = VerifyRequest(
                tuple(sources),
                corpus,
                db,
                report,
                chosen,
                formats=forms,
                allow_private=allow_private,
                only_new=only_new,
            )
        try:
            with progress("checking articles") as advance:
                check_new = _through_prefect(runner, advance)
                clock = StageClock(log_stage if log_json else None)
                done = run_once(request, check_new, targets, clock, always=runner is not None, ended=ended)
        except ReportWriteError as error:
            if error.report is None:
                raise
            _print_outcome(error.report, json)  # the verdicts are stored all the same
            say(f"verifier: {error}")
            raise typer.Exit(EXIT_FAILURES) from None
        except BrokenPipeError as error:  # not of standard output, whose reader may go: nothing is printed there yet
            raise InputError(f"a connection was lost in mid-run ({error}); give the command again") from error
        _print_outcome(done.report, json)
        say(f"verdicts: {db}\nreport:   {_files(done.report, report, forms)}")
        for sentence in done.not_told:
            say(f"verifier: {sentence}")
        if code := _exit_code(done.report, fail_on or ()):
            raise typer.Exit(code)


@contextmanager
def _end_logged(is_asked: bool) -> Iterator[Ended]:
    """However a run ends, the last line of its log says how."""
    from flows.log_lines import log_event
    from flows.red import NOT_BEGUN
    from verifier.store import THE_RUN

    last: dict[str, object] = {"run_id": None, "status": "FAILED", "cause": None, "not_told": ()}

    def ended(report: RunReport, not_told: Sequence[str]) -> None:
        causes = [failure.message for failure in report.failures if failure.source == THE_RUN]
        run_id = None if report.run.id == NOT_BEGUN else report.run.id
        last.update(run_id=run_id, status=report.run.status, cause=causes[-1] if causes else None, not_told=not_told)

    try:
        yield ended
    finally:
        if is_asked:
            log_event("end", None, **last)


def _through_prefect(runner: str | None, advance: Callable[[int, int], None]) -> CheckNew:
    def check_new(request: VerifyRequest, read: Read | None, clock: StageClock) -> RunReport:
        from httpx import TransportError

        from flows.cluster import on_runner
        from flows.red import finished_since
        from flows.server import GONE, ServerStartError, spare_server_from_ctrl_c
        from flows.verify import verify

        chosen, began = on_runner(verify, runner), datetime.now(UTC)
        spare_server_from_ctrl_c()
        try:
            return chosen(request, advance, read, clock)
        except TransportError:
            GONE.set()
            if report := finished_since(request.database, began):  # the run needs no server, only its record there
                say("verifier: Prefect's server went away; the run is done and stored, Prefect does not show it so")
                return report
            raise ServerStartError("Prefect's server went away; give the command again") from None

    return check_new


def _exit_code(outcome: RunReport, fail_on: Sequence[FailOn]) -> int:
    from verifier.types import Label

    labels = {c.verdict.label for article in outcome.articles for c in article.claims if c.verdict}
    found = {
        FailOn.REFUTED: Label.REFUTED in labels,
        FailOn.CONFLICT: Label.CONFLICTING_EVIDENCE in labels,
        FailOn.ERROR: bool(outcome.failures),
    }
    if any(found[asked] for asked in fail_on):
        return EXIT_FOUND
    if outcome.failures:
        return EXIT_FAILURES if outcome.articles else EXIT_USAGE
    return 0 if outcome.run.is_over else EXIT_FAILURES


def _print_outcome(outcome: RunReport, json: bool) -> None:
    from verifier.report import report_json_lines

    try:
        if json:
            for line in report_json_lines(outcome):
                print(line)
        else:
            print_verdicts(outcome)
        sys.stdout.flush()
    except (BrokenPipeError, SystemExit) as error:  # into which Rich turns it
        if not isinstance(error.__context__ if isinstance(error, SystemExit) else error, BrokenPipeError):
            raise
        # Whoever read it has seen enough; how the run ended is still to be told.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if not outcome.articles and not outcome.failures:
        say("no articles: nothing is in the sources, or nothing that is new")
    if outcome.resumed:
        n_done, n_articles = outcome.resumed.n_done, outcome.resumed.n_articles
        word = "nothing new" if outcome.resumed.is_all else "resumed"
        say(f"{word}: {n_done} of {n_articles} articles were already done")
    print_failures(outcome.failures)


def _publisher_settings(settings: Path | None, formats: Sequence[str]) -> ReportConfig:
    """Loaded only where they are asked for: that takes as long as to write a short report."""
    from flows.publish import CLAIM_REVIEW
    from verifier.report import ReportConfig

    return load_chosen(settings).report if CLAIM_REVIEW in formats else ReportConfig()


def _files(outcome: RunReport, folder: Path, formats: Sequence[str]) -> str:
    """The files of a report; says so where there was nothing to publish."""
    from flows.publish import CLAIM_REVIEW, FORMS
    from verifier.report import n_publishable

    if CLAIM_REVIEW in formats and not n_publishable(outcome):
        say(
            f"{FORMS[CLAIM_REVIEW].file}: the list is empty, for nobody gave a label to a verdict of this run yet;"
            " give one with: verifier review CLAIM --label LABEL --by NAME"
        )
    return ", ".join(str(folder / FORMS[name].file) for name in dict.fromkeys(formats))


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
    with open_verifier(corpus, load_chosen(settings)) as (verifier, _):
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
            queries.append(Query(english_claim(decoded(text, "the claim"), day), as_of=day))
        except ValueError as error:
            if not line_number:
                raise
            n_bad += 1
            say(f"verifier: line {line_number} of standard input: {sentence_of(error)}")
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


@app.command(epilog="Example: verifier claims article.html --json")
def claims(sources: Sources, settings: SettingsFile = None, json: Json = False) -> None:
    """List the claims of articles, and what is not checked and why.

    The rows are those of `verifier run`, without verdicts.
    """
    from verifier.claims import shipped_extractor
    from verifier.pipeline import read_articles
    from verifier.report import claim_json

    chosen = load_chosen(settings)
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


@app.command(epilog="Example: verifier report --db verdicts.duckdb --report report/ --format html --format csv")
def report(
    db: Database = DEFAULT_DATABASE,
    report: ReportFolder = DEFAULT_REPORT,
    run: Annotated[str | None, typer.Option("--run", help="A run's id; the newest where left out.")] = None,
    claim: Annotated[
        str | None, typer.Option("--claim", help="Write the page of this claim: its id, or the first characters.")
    ] = None,
    formats: Formats = None,
    settings: SettingsFile = None,
    json: Json = False,
    serve: Annotated[
        bool, typer.Option("--serve", help="Write no file; serve it to this machine's browser, to review on the page.")
    ] = False,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="With --serve; any free one if 0.")] = 0,
    open_browser: Annotated[bool, typer.Option("--open/--no-open", help="With --serve: open the browser.")] = False,
) -> None:
    """Write the report of a stored run again, in any of its forms, or the page of one claim; or serve it."""
    if serve:
        if json or claim or formats:
            raise InputError("expected --serve alone, found --json, --claim or --format too; leave one out")
        from flows.serve import serve_report

        serve_report(db, run, port, open_browser)
        return
    if port or open_browser:
        raise InputError("--port and --open are of a report that is served; give --serve too, or leave them out")
    from flows.publish import DEFAULT_FORMATS, require_formats, write_claim, write_report
    from verifier.report import report_json_lines
    from verifier.store import open_published

    forms = tuple(formats or DEFAULT_FORMATS)
    config = load_chosen(settings).report if settings else _publisher_settings(None, forms)
    require_formats(forms, config)
    with open_published(db)[0] as store:
        judged = store.judged_claim(claim) if claim else None
        rows = store.report_rows(run or (judged.run_id if judged else None))
    if judged:
        say(f"report: {write_claim(rows, judged.claim_id, report)}")
    elif json:
        for line in report_json_lines(rows):
            print(line)
    else:
        write_report(rows, report, forms, config)
        say(f"report: {_files(rows, report, forms)}")


@app.command(epilog="Example: verifier doctor --corpus reference/ --db verdicts.duckdb")
def doctor(
    corpus: Corpus = DEFAULT_CORPUS,
    db: Database = DEFAULT_DATABASE,
    settings: SettingsFile = None,
    json: Json = False,
) -> None:
    """Say what is installed and whether models, source tiers, corpus and database are sound."""
    from verifier.doctor import examine

    findings = examine(corpus, db, load_chosen(settings).sources.path)
    rows = [(f.subject, f.state, f.detail) for f in findings]
    if json:
        print_json_rows(("subject", "state", "detail"), rows)
    else:
        print_table("", ("subject", "state", "detail"), rows)
    if any(f.is_fault for f in findings):
        raise typer.Exit(EXIT_FAILURES)
