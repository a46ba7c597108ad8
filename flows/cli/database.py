"""Asking the database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.app import DEFAULT_DATABASE, Database, InputError, Json, app, decoded
from flows.terminal import print_csv_rows, print_json_rows, print_table, say

if TYPE_CHECKING:
    from verifier.store import QueryResult, Store
    from verifier.store.questions import Parameter

Csv = Annotated[bool, typer.Option("--csv", help="Print data as CSV.")]


@app.command(epilog="Example: verifier sql \"SELECT claim, quote, url FROM claim_evidence WHERE label = 'REFUTED'\"")
def sql(
    query: Annotated[str, typer.Argument(help="One SELECT; the database is opened read-only.")],
    db: Database = DEFAULT_DATABASE,
    json: Json = False,
    csv: Csv = False,
) -> None:
    """Ask the database in SQL, also while a run is writing: then the copy that it published last is read."""
    text = decoded(query, "the query")
    _print(_asked(db, lambda store: store.query(text)), json, csv)


def _asked(db: Path, put: Callable[[Store], QueryResult]) -> QueryResult:
    """What the published copy answers; says so where that is not the newest."""
    from verifier.store import open_published

    store, as_of = open_published(db)
    with store:
        if as_of:
            say(f"{db} is being written: this is as of {as_of:%Y-%m-%d %H:%M:%S} UTC")
        return put(store)


def _print(result: QueryResult, json: bool, csv: bool) -> None:
    if json and csv:
        raise InputError("expected --json or --csv, found both; give one")
    if json:
        print_json_rows(result.columns, result.rows)
    elif csv:
        print_csv_rows(result.columns, result.rows)
    elif result.rows:
        print_table("", result.columns, result.rows)
    else:
        say("no rows")


@app.command(
    epilog="Example: verifier ask flipped --since 7d",
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
)
def ask(
    context: typer.Context,
    question: Annotated[str | None, typer.Argument(help="Its name; --list shows all.")] = None,
    list_them: Annotated[bool, typer.Option("--list", help="The questions, with what each takes.")] = False,
    db: Database = DEFAULT_DATABASE,
    json: Json = False,
    csv: Csv = False,
) -> None:
    """Ask a question by its name, with its parameters as options: what flipped, what conflicts, what was not checked.

    Every question is a view or table macro of the database, so it can be asked in SQL too.
    """
    from verifier.store.questions import answered, prepared

    if list_them:
        _print(_questions(), json, csv)
    elif question is None:
        raise InputError("expected the name of a question, found none; verifier ask --list shows all")
    else:
        name, given = question, _pairs(context.args)
        prepared(name, given)  # what is asked wrongly is told before the database is opened
        _print(_asked(db, lambda store: answered(store, name, given)), json, csv)


def _questions() -> QueryResult:
    from verifier.store import QueryResult
    from verifier.store.questions import QUESTIONS

    return QueryResult(
        ("question", "parameters", "answers"),
        [(q.name, " ".join(map(_option, q.parameters)), q.about) for q in QUESTIONS.values()],
    )


def _option(parameter: Parameter) -> str:
    """With its default; in brackets where it has none and may be left out."""
    text = f"--{parameter.name} {parameter.default or parameter.kind.upper()}"
    return f"[{text}]" if parameter.default == "" else text


def _pairs(given: Sequence[str]) -> dict[str, str]:
    """`--since 7d` and `--since=7d` as a name and a value.

    :raises InputError: what is given is no such pair.
    """
    found: dict[str, str] = {}
    rest = [part for text in given for part in (text.split("=", 1) if text.startswith("--") else [text])]
    for name, value in zip_longest(rest[::2], rest[1::2]):
        if not name.startswith("--") or value is None:
            raise InputError(
                f"expected parameters as --since 7d, found {' '.join(given)!r}; verifier ask --list shows them"
            )
        found[name.removeprefix("--")] = decoded(value, "the value")
    return found


@app.command("export", epilog="Example: verifier export archive/2026-11 --db verdicts.duckdb")
def export(
    folder: Annotated[Path, typer.Argument(help="A folder that is not there yet.")], db: Database = DEFAULT_DATABASE
) -> None:
    """Write every table to a folder, as Parquet."""
    from verifier.store import export_tables

    n_rows = export_tables(db, folder).n_rows
    say(f"{folder}: {len(n_rows)} tables, {sum(n_rows.values())} rows")


@app.command("import", epilog="Example: verifier import archive/2026-11 --db restored.duckdb")
def import_(
    folder: Annotated[Path, typer.Argument(help="What `verifier export` wrote.")], db: Database = DEFAULT_DATABASE
) -> None:
    """Make a database of tables that were exported."""
    from verifier.store import import_tables, refresh

    n_rows = import_tables(folder, db).n_rows
    refresh(db)
    say(f"{db}: {len(n_rows)} tables, {sum(n_rows.values())} rows")
