"""A server at its worst, and what fetches from it without long waits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from corpus.documents import Document
from corpus.fetching import FetchConfig
from corpus.sources import SourceFailure
from corpus.sources.web import Web
from tests.faulty_server import FaultyServer

NOW = datetime(2026, 3, 1, tzinfo=UTC)
QUICK = FetchConfig(
    connect_s=0.6, read_s=0.6, total_s=0.9, max_bytes=2_000_000, n_tries=1, backoff_s=0, delay_s=0, max_wait_s=1
)
Read = Callable[..., list[Document | SourceFailure]]


@pytest.fixture
def site() -> Iterator[FaultyServer]:
    with FaultyServer() as server:
        yield server


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Reads URLs as a run does, with the copies of the runs before."""

    def call(*urls: str, config: FetchConfig = QUICK, allow_private: bool = True) -> list[Document | SourceFailure]:
        with Web.open(tmp_path / "pages", config, allow_private) as web:
            return list(web.read(urls, NOW))

    return call


def failed(rows: list[Document | SourceFailure]) -> str:
    """The only failure, in a sentence that begins with what failed."""
    [row] = [row for row in rows if isinstance(row, SourceFailure)]
    assert str(row.error).startswith("http"), row.error
    return f"{type(row.error).__name__}: {row.error}"
