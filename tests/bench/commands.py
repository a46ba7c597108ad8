"""The real commands in processes of their own: `verifier run`, the same again, and `verifier corpus add`."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from corpus.index import PassageIndex
from tests.bench.setting import (
    Setting,
    articles_file,
    held_out_rows,
    wikipedia_corpus,
    write_rows,
)
from verifier.inference import SHIPPED_MODELS
from verifier.store import StoreError, query_file

LOOK_S = 0.2  # between two looks at a running command
PAGE_MB = os.sysconf("SC_PAGE_SIZE") / 1e6


@dataclass(frozen=True)
class Ran:
    """One command from its start to its end."""

    wall_s: float
    peak_mb: float  # resident, of the process and its children together; what they share counts for each
    first_verdict_s: float | None  # when a reader of the database could see one
    output: str


@dataclass(frozen=True)
class ColdRun:
    """`verifier run` over held-out articles against the largest corpus."""

    n_passages: int
    n_articles: int
    n_claims: int
    start_s: float  # the same command over one article that claims nothing, its database new
    first_s: float
    first_claims_per_s: float
    first_verdict_s: float | None
    peak_mb: float
    again_s: float  # the same articles, corpus and database once more
    again_less_start_s: float


@dataclass(frozen=True)
class Added:
    """`verifier corpus add`."""

    corpus_passages: int  # that were there before
    n_documents: int
    n_passages: int  # that were added
    mean_tokens: float  # of a passage with its title, as the encoder reads it
    wall_s: float
    passages_per_s: float  # by the wall time, start included


@dataclass(frozen=True)
class Commands:
    """All commands."""

    run: ColdRun
    added: tuple[Added, ...]


class CommandFailedError(Exception):
    """A command did not do its work."""


def measure(setting: Setting) -> Commands:
    """`run` twice over the same articles, then `add` to an empty corpus and to the largest."""
    corpus = wikipedia_corpus(setting, setting.sizes.corpora[-1])
    rows = held_out_rows()[-setting.sizes.added :]
    files = setting.scratch("added")
    files.mkdir()
    documents = write_rows(files / "held-out.jsonl", rows)
    empty, copy = setting.scratch("empty-corpus"), setting.scratch("corpus-copy")
    cold = cold_run(setting, corpus)
    shutil.copytree(corpus, copy)
    return Commands(cold, (add(setting, documents, empty), add(setting, documents, copy)))


def cold_run(setting: Setting, corpus: Path) -> ColdRun:
    """Start alone (twice: the first makes Prefect's own database), then the articles, then the same again."""
    folder = setting.scratch("run")
    folder.mkdir()
    nothing = write_rows(folder / "nothing.jsonl", [{"_id": "0", "title": "", "text": "What do you think?"}])
    starts = [_verify(setting, nothing, corpus, folder / f"start-{i}.duckdb").wall_s for i in range(3)]
    start_s, database, given = statistics.median(starts[1:]), folder / "verdicts.duckdb", articles_file(setting)
    first = _verify(setting, given, corpus, database)
    again = _verify(setting, given, corpus, database)
    [(n_claims,)] = query_file(database, "SELECT count(*) FROM latest_verdicts").rows
    n_articles = len(given.read_text(encoding="utf-8").splitlines())
    return ColdRun(
        n_passages=PassageIndex.info(corpus).n_passages,
        n_articles=n_articles,
        n_claims=int(str(n_claims)),
        start_s=start_s,
        first_s=first.wall_s,
        first_claims_per_s=int(str(n_claims)) / first.wall_s,
        first_verdict_s=first.first_verdict_s,
        peak_mb=first.peak_mb,
        again_s=again.wall_s,
        again_less_start_s=again.wall_s - start_s,
    )


def _verify(setting: Setting, sources: Path, corpus: Path, database: Path) -> Ran:
    report = database.with_suffix("")
    given = ("run", sources, "--corpus", corpus, "--db", database, "--report", report)
    return command(setting, [str(one) for one in given], database)


def add(setting: Setting, documents: Path, corpus: Path) -> Added:
    """Documents into a corpus that may hold others."""
    before = PassageIndex.info(corpus).n_passages if corpus.exists() else 0
    ran = command(setting, ["corpus", "add", str(documents), "--corpus", str(corpus), "--json"])
    told = json.loads(ran.output.splitlines()[-1])
    n_passages = int(told["n_passages"])
    rate = n_passages / ran.wall_s
    return Added(before, int(told["n_added"]), n_passages, mean_tokens(documents), ran.wall_s, rate)


def mean_tokens(documents: Path) -> float:
    """Tokens of a passage with its title, as the encoder reads it."""
    from tokenizers import Tokenizer

    from corpus.sources import SourceFailure, read_documents
    from tests.bench.naive import passages_of, shown

    read = [row for row in read_documents([documents]) if not isinstance(row, SourceFailure)]
    tokenizer = Tokenizer.from_file(str(SHIPPED_MODELS / "encoder" / "tokenizer.json"))
    tokenizer.no_padding()
    return statistics.fmean(len(one.ids) for one in tokenizer.encode_batch(shown(passages_of(read))))


def command(setting: Setting, given: list[str], database: Path | None = None) -> Ran:
    """Run `verifier` to its end, looking at its memory and at its database meanwhile.

    :raises CommandFailedError: it did not end well.
    """
    environment = {**os.environ, "PREFECT_HOME": str((setting.kept / "prefect").resolve())}
    started, peak_mb, first_verdict_s = time.perf_counter(), 0.0, None
    verifier = [sys.executable, "-m", "flows.cli", *given]
    with (setting.out / "scratch" / "command.log").open("w+") as log:
        process = subprocess.Popen(
            verifier, stdout=log, stderr=subprocess.STDOUT, env=environment, start_new_session=True
        )
        while process.poll() is None:
            peak_mb = max(peak_mb, session_mb(process.pid))
            if database and first_verdict_s is None and has_verdict(database):
                first_verdict_s = time.perf_counter() - started
            time.sleep(LOOK_S)
        wall_s = time.perf_counter() - started
        log.seek(0)
        output = log.read()
    if process.returncode:
        raise CommandFailedError(f"verifier {' '.join(given)} ended with {process.returncode}: {output[-500:]}")
    return Ran(wall_s, peak_mb, first_verdict_s, output)


def session_mb(leader: int) -> float:
    """Resident memory of all processes that a process started, and its own; 0 where the system does not tell."""
    total = 0.0
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, ValueError, IndexError):
            if int((folder / "stat").read_text().rpartition(")")[2].split()[3]) == leader:
                total += int((folder / "statm").read_text().split()[1]) * PAGE_MB
    return total


def has_verdict(database: Path) -> bool:
    """Whether a copy of the database holds a verdict: a reader of the file itself would keep the writer out."""
    copy = database.with_name("copy.duckdb")
    with suppress(OSError, StoreError):
        shutil.copyfile(database, copy)
        copy.with_name("copy.duckdb.wal").unlink(missing_ok=True)
        with suppress(FileNotFoundError):
            shutil.copyfile(f"{database}.wal", f"{copy}.wal")
        return query_file(copy, "SELECT count(*) FROM latest_verdicts").rows != [(0,)]
    return False
