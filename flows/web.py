"""Opening the web for sources that are URLs, and only for these."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.fetching import FetchConfig
from corpus.sources import names_url
from verifier.types import Article, Fetch

if TYPE_CHECKING:
    from corpus.sources.web import Web


def pages_of(place: Path) -> Path:
    """Where the copies of fetched pages lie, beside a database or a corpus."""
    return place.with_name(f"{place.name}.pages")


@contextmanager
def open_web(
    sources: Sequence[str | Path], place: Path, config: FetchConfig, allow_private: bool
) -> Iterator[Web | None]:
    """What fetches the sources that are URLs; None where no source is.

    :param place: the database or corpus beside which copies are kept.
    """
    if not any(map(names_url, sources)):
        yield None
        return
    from corpus.sources.web import Web  # the network's libraries come with it

    with Web.open(pages_of(place), config, allow_private) as web:
        yield web


def fetches_of(web: Web | None, articles: Sequence[Article]) -> list[Fetch]:
    """What was fetched, with the articles that came of it."""
    given = {article.source: article.id for article in articles}
    return [Fetch(page, given.get(page.url)) for page in web.pages] if web else []
