"""Asking the database."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.cli.app import DEFAULT_DATABASE, Database, Json, app, decoded
from flows.terminal import print_json_rows, print_table


@app.command(epilog="Example: verifier sql \"SELECT claim, quote, url FROM claim_evidence WHERE label = 'REFUTED'\"")
def sql(
    query: Annotated[str, typer.Argument(help="One SELECT; the database is opened read-only.")],
    db: Database = DEFAULT_DATABASE,
    json: Json = False,
) -> None:
    """Ask the database in SQL."""
    from verifier.store import query_file

    result = query_file(db, decoded(query, "the query"))
    if json:
        print_json_rows(result.columns, result.rows)
    else:
        print_table("", result.columns, result.rows)
