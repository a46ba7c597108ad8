"""Checking known claims again after the corpus changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from flows.cli.app import (
    DEFAULT_CORPUS,
    DEFAULT_DATABASE,
    EXIT_FAILURES,
    Corpus,
    Database,
    Json,
    SettingsFile,
    app,
    load_chosen,
    quiet,
)
from flows.terminal import print_failures, print_json_rows, print_table, progress, say

if TYPE_CHECKING:
    from verifier.store import Change


@app.command(epilog="Example: verifier reverify --corpus reference/ --db verdicts.duckdb")
def reverify(
    corpus: Corpus = DEFAULT_CORPUS,
    db: Database = DEFAULT_DATABASE,
    settings: SettingsFile = None,
    json: Json = False,
) -> None:
    """Check all known claims again after the corpus changed, and say which verdicts changed and why.

    Only claims for which other passages are found than before are judged again. Prints the claims whose label is
    another; with --json, every verdict that differs.
    """
    quiet()
    from flows.reverify import ReverifyRequest
    from flows.reverify import reverify as flow
    from flows.server import spare_server_from_ctrl_c

    spare_server_from_ctrl_c()
    with progress("checking known claims") as advance:
        done = flow(ReverifyRequest(corpus, db, load_chosen(settings)), advance)
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
    if done.failures:
        raise typer.Exit(EXIT_FAILURES)


def _print_flipped(flipped: Sequence[Change]) -> None:
    rows = [
        (f"{c.old_label or 'new'} → {c.label}", f"{c.confidence:.0%}", c.claim, "\n".join(x.detail for x in c.causes),
         c.article)
        for c in flipped
    ]  # fmt: skip
    print_table("", ("verdict", "confidence", "claim", "because", "article"), rows)
