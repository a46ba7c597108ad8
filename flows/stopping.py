"""Ctrl-C and SIGTERM in a run: the batch at hand is finished and saved first; a second one stops at once."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stop:
    """What a signal asked for."""

    def __init__(self) -> None:
        self._asked: int | None = None

    def ask(self, number: int, frame: FrameType | None) -> None:
        """The handler of both signals."""
        if self._asked is not None:
            self._raise(number)
        self._asked = number
        print("verifier: finishing the batch at hand; once more stops at once", file=sys.stderr, flush=True)

    def heed(self) -> None:
        """Stop here, if a signal asked for it.

        :raises KeyboardInterrupt: after Ctrl-C.
        :raises TerminationSignal: after SIGTERM, as Prefect raises it.
        """
        if self._asked is not None:
            self._raise(self._asked)

    def _raise(self, number: int) -> None:
        if number == signal.SIGINT:
            raise KeyboardInterrupt
        from prefect.exceptions import TerminationSignal

        raise TerminationSignal(signal=number)


@contextmanager
def finishing_batches() -> Iterator[Stop]:
    """From here on signals ask to stop, which is done where `heed` is called; only in the main thread.

    Within a flow, for Prefect has a handler of its own that stops at once; it is put back afterwards.
    """
    stop, before = Stop(), {}
    try:
        for number in _SIGNALS:
            before[number] = signal.signal(number, stop.ask)
    except ValueError:  # not the main thread: signals go elsewhere
        before = {}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
