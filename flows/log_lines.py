"""What a run does, as JSON Lines on standard error (--log-json): one object for each passage of a stage."""

from __future__ import annotations

import json
import sys
import threading
from datetime import UTC, datetime
from typing import TextIO

from verifier.timing import Passed

_LOCK = threading.Lock()


def log_event(event: str, out: TextIO | None = None, **fields: object) -> None:
    """One line: `at` (UTC), `event`, and the fields."""
    line = {"at": datetime.now(UTC).isoformat(timespec="milliseconds"), "event": event} | fields
    with _LOCK:
        print(json.dumps(line, ensure_ascii=True, default=str), file=out or sys.stderr, flush=True)


def log_stage(passed: Passed) -> None:
    """One passage of a stage."""
    log_event(
        "stage",
        run_id=passed.run_id,
        stage=passed.stage,
        article=passed.article,
        seconds=round(passed.seconds, 4),
        n=passed.n,
    )
