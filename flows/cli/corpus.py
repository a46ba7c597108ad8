"""The reference corpus: add, remove, repair, info, search."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.cli.app import (
    DEFAULT_CORPUS,
    EXIT_FAILURES,
    EXIT_USAGE,
    AllowPrivate,
    Corpus,
    Json,
    Runner,
    SettingsFile,
    Sources,
    corpus_app,
    decoded,
    load_chosen,
    quiet,
)
from flows.terminal import print_failures, print_json_rows, print_table, progress, say


@corpus_app.command("add", epilog="Example: verifier corpus add reports/ facts.jsonl --corpus reference/")
def corpus_add(
    sources: Sources,
    corpus: Corpus = DEFAULT_CORPUS,
    shards: Annotated[
        int | None, typer.Option(min=1, max=1000, help="Begin a corpus in so many parts; it keeps their number.")
    ] = None,
    settings: SettingsFile = None,
    runner: Runner = None,
    allow_private: AllowPrivate = False,
    json: Json = False,
) -> None:
    """Add documents; what is there already and unchanged is passed over, what changed is replaced."""
    quiet()
    from flows.build_corpus import build_corpus
    from flows.cluster import on_runner
    from flows.server import spare_server_from_ctrl_c

    build = on_runner(build_corpus, runner)
    spare_server_from_ctrl_c()
    with progress("indexing documents") as advance:
        built = build(sources, corpus, load_chosen(settings), lambda n: advance(n, 0), shards, allow_private)
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

    chosen = load_chosen(settings)
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

    hits = search_passages(corpus, decoded(query, "the query"), k, load_chosen(settings))
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
