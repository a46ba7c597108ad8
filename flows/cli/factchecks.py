"""Fact-checks that others published: factchecks add, list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.app import (
    DEFAULT_DATABASE,
    EXIT_FAILURES,
    Database,
    Json,
    SettingsFile,
    app,
    load_chosen,
    quiet,
)
from flows.terminal import print_json_rows, print_table, progress, say

if TYPE_CHECKING:
    from verifier.recall import Recall
    from verifier.settings import Settings
    from verifier.types import FactCheck, Failure, Wording

CLAIMS_AT_ONCE = 500  # matched between two steps of the progress bar
_MAX_FAILURES_SHOWN = 10  # of a file; the public feed has hundreds of incomplete entries

factchecks_app = typer.Typer(help="Import and list fact-checks that others published.", no_args_is_help=True)
app.add_typer(factchecks_app, name="factchecks")


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file: its fact-checks, those of them that are new, and those on what articles claim."""

    file: str
    n_fact_checks: int
    n_new: int
    n_claimed: int
    failures: tuple[Failure, ...]


@factchecks_app.command("add", epilog="Example: verifier factchecks add claimreview-feed.json --db verdicts.duckdb")
def factchecks_add(
    files: Annotated[list[Path], typer.Argument(help="ClaimReview as JSON or JSON Lines.", metavar="FILE...")],
    db: Database = DEFAULT_DATABASE,
    settings: SettingsFile = None,
    json: Json = False,
) -> None:
    """Import published fact-checks, and match them with the claims of articles.

    Reads schema.org ClaimReview: a data feed, a page's JSON-LD, a list, or one entry a line. What is there already is
    passed over; entries that cannot be used are left out and counted.
    """
    quiet()
    recall = _open_recall(db, load_chosen(settings))
    done = []
    for file in files:
        with progress(f"matching {file.name}") as advance:
            done.append(_import(file, db, recall, advance))
        _print_imported(done[-1], json)
    if any(imported.failures for imported in done):
        raise typer.Exit(EXIT_FAILURES)


def _open_recall(db: Path, settings: Settings) -> Recall:
    """The desk's claim memory; models are loaded when the first claim comes."""
    from flows.request import memory_of
    from verifier.encode import load_encoder
    from verifier.matching import Matcher
    from verifier.memory import Memory, RememberingEncoder, RememberingPairScorer
    from verifier.recall import KnownWordings, Recall
    from verifier.stance import load_pair_scorer
    from verifier.store import Store

    def load() -> KnownWordings:
        with Store.open(db) as store:
            return KnownWordings(*store.known_wordings())

    memory = Memory(memory_of(db))
    encoder = RememberingEncoder(load_encoder(settings.encoder, settings.threads), memory)
    scorer = RememberingPairScorer(load_pair_scorer(settings.stance.model, settings.threads), memory)
    return Recall(Matcher(scorer), encoder, load)


def _import(file: Path, db: Path, recall: Recall, advance: Callable[[int, int], None]) -> Imported:
    """A file in one transaction."""
    from verifier.claimreview import read_fact_checks
    from verifier.store import Store, refresh

    checks, failures = read_fact_checks(file)
    wordings = _wordings_of(checks, recall, advance)
    with Store.open(db) as store:
        n_new = store.add_fact_checks(checks, wordings)
        ids = {check.id for check in checks}
        known = store.fact_checks([*{wording.statement_id for wording in wordings}])
    refresh(db)
    n_claimed = sum(row.check.id in ids and row.n_articles > 0 for row in known)
    return Imported(str(file), len(checks), n_new, n_claimed, tuple(failures))


def _wordings_of(checks: Sequence[FactCheck], recall: Recall, advance: Callable[[int, int], None]) -> list[Wording]:
    from verifier.claimreview import claim_of

    found: list[Wording] = []
    for start in range(0, len(checks), CLAIMS_AT_ONCE):
        some = [claim_of(check) for check in checks[start : start + CLAIMS_AT_ONCE]]
        found += [recognised.wording for recognised in recall.recognise(some)]
        advance(len(found), len(checks))
    return found


def _print_imported(done: Imported, json: bool) -> None:
    for failure in done.failures[:_MAX_FAILURES_SHOWN]:
        say(f"verifier: left out {failure.source}: {failure.message}")
    if (n_more := len(done.failures) - _MAX_FAILURES_SHOWN) > 0:
        say(f"verifier: and {n_more} more left out")
    if json:
        fields = {**asdict(done), "failures": [asdict(failure) for failure in done.failures]}
        print_json_rows(tuple(fields), [tuple(fields.values())])
    else:
        say(
            f"{done.file}: {done.n_fact_checks} fact-checks, {done.n_new} of them new, {done.n_claimed} on what"
            f" articles claim, {len(done.failures)} entries left out"
        )


@factchecks_app.command("list", epilog="Example: verifier factchecks list --claimed --db verdicts.duckdb")
def factchecks_list(
    claimed: Annotated[bool, typer.Option("--claimed", help="Only those on what articles claim.")] = False,
    db: Database = DEFAULT_DATABASE,
    json: Json = False,
) -> None:
    """List the imported fact-checks, newest first, with the number of articles that claim the same."""
    from verifier.store import open_published

    with open_published(db)[0] as store:
        known = [row for row in store.fact_checks() if row.n_articles or not claimed]
    if json:
        for row in known:
            fields = {
                "fact_check_id": row.check.id, **asdict(row.check), "statement_id": row.statement_id,
                "imported_at": row.imported_at, "n_articles": row.n_articles,
            }  # fmt: skip
            del fields["id"]
            print_json_rows(tuple(fields), [tuple(fields.values())])
        return
    rows = [
        (row.check.reviewed, row.check.publisher, row.check.rating, row.check.label, row.check.claim, row.n_articles,
         row.check.url)
        for row in known
    ]  # fmt: skip
    print_table("", ("reviewed", "publisher", "rating", "label", "claim", "articles", "url"), rows)
    say(f"{len(known)} fact-checks")
