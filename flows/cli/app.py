"""What the commands share: the applications they belong to, their common options, and reading what was given."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from verifier.settings import Settings

EXIT_FAILURES, EXIT_USAGE, EXIT_FOUND, EXIT_INTERRUPTED, EXIT_TERMINATED = 1, 2, 3, 130, 143
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
    list[str],
    typer.Argument(
        help="Files, folders, globs (.txt .md .html .pdf .eml .jsonl), URLs of pages, feeds and sitemaps, urls:FILE.",
        metavar="SOURCE...",
    ),
]
Corpus = Annotated[Path, typer.Option("--corpus", help="The corpus folder.")]
Database = Annotated[Path, typer.Option("--db", help="The DuckDB file.")]
ReportFolder = Annotated[Path, typer.Option("--report", help="The folder for the report's files.")]
Formats = Annotated[
    list[str] | None,
    typer.Option(
        "--format", help="Repeatable: html, md, json, csv or claimreview; html and md where left out.", metavar="FORMAT"
    ),
]
SettingsFile = Annotated[Path | None, typer.Option("--settings", help="A TOML file of settings.")]
Runner = Annotated[
    str | None,
    typer.Option("--runner", metavar="dask://HOST:PORT", help="Work on this Dask cluster; here where left out."),
]
AllowPrivate = Annotated[bool, typer.Option("--allow-private", help="Fetch URLs of this machine and its networks too.")]
OnlyNew = Annotated[
    bool, typer.Option("--only-new", help="Pass over articles that an earlier run read; an edited one is new.")
]
Notify = Annotated[
    list[str] | None,
    typer.Option("--notify", metavar="COMMAND|URL", help="Tell it of flips and failures, as JSON. May be repeated."),
]
LogJson = Annotated[bool, typer.Option("--log-json", help="Log every stage on standard error, as JSON Lines.")]
Json = Annotated[bool, typer.Option("--json", help="Print data as JSON Lines.")]


class InputError(ValueError):
    """What was given on the command line or on standard input cannot be used; the message says why."""


def decoded(text: str, what: str) -> str:
    """The text as it is.

    :raises InputError: when it holds bytes that were not UTF-8.
    """
    if found := _UNDECODABLE.search(text):
        raise InputError(
            f"expected {what} in UTF-8, found another encoding at character {found.start() + 1};"
            " convert the text to UTF-8"
        )
    return text


def load_chosen(path: Path | None) -> Settings:
    """The settings of a TOML file and the environment.

    :raises SettingsError: they cannot be read or used.
    """
    from verifier.settings import load_settings

    return load_settings(path)


def quiet() -> None:
    """Prefect and its server warn on standard error of things that a reader cannot change."""
    import warnings

    warnings.filterwarnings("ignore")
