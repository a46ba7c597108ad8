"""Asking the database."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.app import DEFAULT_DATABASE, Database, InputError, Json, app, decoded
from flows.terminal import print_csv_rows, print_json_rows, print_table, say

if TYPE_CHECKING:
    from verifier.store import QueryResult

Csv = Annotated[bool, typer.Option("--csv", help="Print data as CSV.")]


@app.command(epilog="Example: verifier sql \"SELECT claim, quote, url FROM claim_evidence WHERE label = 'REFUTED'\"")
def sql(
    query: Annotated[str, typer.Argument(help="One SELECT; the database is opened read-only.")],
    db: Database = DEFAULT_DATABASE,
    json: Json = False,
    csv: Csv = False,
) -> None:
    """Ask the database in SQL, also while a run is writing: then the copy that it published last is read."""
    _print(_asked(db, decoded(query, "the query"), []), json, csv)


def _asked(db: Path, query: str, params: Sequence[object]) -> QueryResult:
    """The result, from the published copy; says so where that is not the newest."""
    from verifier.store import open_published

    store, as_of = open_published(db)
    with store:
        if as_of:
            say(f"{db} is being written: this is as of {as_of:%Y-%m-%d %H:%M:%S} UTC")
        return store.query(query, params)


def _print(result: QueryResult, json: bool, csv: bool) -> None:
    if json and csv:
        raise InputError("expected --json or --csv, found both; give one")
    if json:
        print_json_rows(result.columns, result.rows)
    elif csv:
        print_csv_rows(result.columns, result.rows)
    else:
        print_table("", result.columns, result.rows)
