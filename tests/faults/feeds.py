"""A server that does what servers do at their worst: a recorded failure, or the right article, in time."""

from __future__ import annotations

import time
from functools import partial

from tests.faults.bench import Bench, NotSurvivedError, Result
from tests.faults.kills import Report
from tests.faulty_server import FAULTS, FaultyServer, Reply, article
from verifier.store import query_file

_QUICK = {"CONNECT_S": "1", "READ_S": "1", "TOTAL_S": "2", "N_TRIES": "1", "DELAY_S": "0", "BACKOFF_S": "0"}
QUICK = {f"VERIFIER_FETCH__{name}": value for name, value in (_QUICK | {"MAX_BYTES": "2000000"}).items()}
ELSEWHERE = ("/to-metadata", "/to-private")  # would leave this machine, for the trials allow private addresses
LONGEST_S = 2 + 15  # a request, and the program itself
WAITING = 4  # trials at once, for most of their time is waiting
TEXT = "The dam at Orlá holds 3 million litres."


def feeds(bench: Bench, n: int, report: Report) -> Result:
    """Each fault of tests/faulty_server.py and pages in wrong encodings, beside a good page that is to be checked."""
    with FaultyServer() as site:
        site.put("/good", article("Good", TEXT))
        page = article("Odd", TEXT).decode()
        for path, encoding, said in (
            ("/latin", "latin-1", "utf-8"),
            ("/none", "cp1252", "x-none"),
            ("/16", "utf-16", ""),
        ):
            kind = f"text/html; charset={said}" if said else "text/html"
            site.put(path, Reply(page.encode(encoding), kind))
        paths = ["/latin", "/none", "/16", *(path for path in FAULTS if path not in ELSEWHERE)]
        trials = [partial(_asked, bench, site, path) for path in paths[:n]]
        return bench.many("a web server that hangs, drips, bombs, loops, …", trials, report, at_once=WAITING)


def _asked(bench: Bench, site: FaultyServer, path: str) -> None:
    trial = bench.trial(sources=(site.url("/good"), site.url(path)), environment=QUICK)
    began = time.monotonic()
    try:
        code = bench.ended(trial, bench.start(trial), 0, 1)
    except NotSurvivedError as error:
        raise NotSurvivedError(f"{path}: {error}") from error
    took = time.monotonic() - began
    stored = [row[0] for row in query_file(trial.database, "SELECT title FROM articles ORDER BY title").rows]
    failed = query_file(trial.database, "SELECT source FROM failures WHERE stage = 'read'").rows
    is_told = bool(failed) if code else stored == ["Good", "Odd"] or len(stored) == 2
    if "Good" not in stored or not is_told or took > LONGEST_S:
        raise NotSurvivedError(f"{path}: {stored}, {len(failed)} failures, exit code {code}, {took:.1f} s")
