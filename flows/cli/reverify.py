"""Checking known claims again after the corpus changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.app import (
    DEFAULT_CORPUS,
    DEFAULT_DATABASE,
    DEFAULT_REPORT,
    EXIT_FAILURES,
    Corpus,
    Database,
    Json,
    Notify,
    SettingsFile,
    app,
    load_chosen,
    quiet,
)
from flows.terminal import print_failures, print_json_rows, print_table, progress, say

if TYPE_CHECKING:
    from flows.reverify import Reverified
    from verifier.settings import Settings
    from verifier.store import Change


@app.command(epilog="Example: verifier reverify --corpus reference/ --db verdicts.duckdb")
def reverify(
    corpus: Corpus = DEFAULT_CORPUS,
    db: Database = DEFAULT_DATABASE,
    report: Annotated[
        Path, typer.Option("--report", help="The report's folder; what stands there says what changed, or failed.")
    ] = DEFAULT_REPORT,
    settings: SettingsFile = None,
    notify: Notify = None,
    json: Json = False,
) -> None:
    """Check all known claims again after the corpus changed, and say which verdicts changed and why.

    Only claims for which other passages are found than before are judged again. Prints the claims whose label is
    another; with --json, every verdict that differs.
    """
    quiet()
    from flows.notify import require_target
    from flows.red import show_newest
    from flows.watch import tell_all, watched_beside
    from verifier.store import open_published

    targets = [require_target(target) for target in notify or ()]
    with watched_beside(db, report, targets):
        chosen = load_chosen(settings)
        _require(corpus, db, chosen)
        with progress("checking known claims") as advance:
            done = _through_prefect(corpus, db, chosen, advance)
        show_newest(db, report, config=chosen.report)
    with open_published(db)[0] as store:
        rows = store.report_rows(done.run_id)
    not_told = tell_all(targets, rows, db, report)
    flipped = [change for change in done.changes if change.old_label is not change.label]
    if json:
        for change in done.changes:
            fields = asdict(change)
            print_json_rows(tuple(fields), [tuple(fields.values())])
    elif flipped:
        _print_flipped(flipped)
    say(
        f"{done.n_claims} known claims: {done.n_judged} with other passages than before, {len(done.changes)} verdicts"
        f" differ, {len(flipped)} with another label"
    )
    print_failures(done.failures)
    for sentence in not_told:
        say(f"verifier: {sentence}")
    if done.failures:
        raise typer.Exit(EXIT_FAILURES)


def _require(corpus: Path, db: Path, settings: Settings) -> None:
    """What is missing is told before Prefect is started, which takes longer than to look."""
    from verifier.pipeline import open_verifier
    from verifier.store import Store

    with Store.open(db, create=False), open_verifier(corpus, settings):
        pass


def _through_prefect(corpus: Path, db: Path, settings: Settings, advance: Callable[[int, int], None]) -> Reverified:
    from flows.reverify import ReverifyRequest
    from flows.reverify import reverify as flow
    from flows.server import spare_server_from_ctrl_c

    spare_server_from_ctrl_c()
    return flow(ReverifyRequest(corpus, db, settings), advance)


def _print_flipped(flipped: Sequence[Change]) -> None:
    rows = [
        (f"{c.old_label or 'new'} → {c.label}", f"{c.confidence:.0%}", c.claim, "\n".join(x.detail for x in c.causes),
         c.article)
        for c in flipped
    ]  # fmt: skip
    print_table("", ("verdict", "confidence", "claim", "because", "article"), rows)
