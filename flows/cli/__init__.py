"""The `verifier` command: parse, call a flow or the library, turn errors into messages.

Data goes to standard output, everything else to standard error. Exit codes: 0 done, 1 a run finished with
failures, 2 bad usage or input, 130 interrupted, 143 terminated. Heavy imports happen inside the commands that
need them.
"""

from flows.cli import verify  # first on the help page

# isort: split
from flows.cli import corpus, database, desk, evaluate, factchecks, health, reverify, schedule
from flows.cli.app import app
from flows.cli.entry import main

__all__ = [
    "app",
    "corpus",
    "database",
    "desk",
    "evaluate",
    "factchecks",
    "health",
    "main",
    "reverify",
    "schedule",
    "verify",
]
