"""What failed with an article, and when so much failed alike that a run gives up."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence

from verifier.types import Article, Failure

log = logging.getLogger(__name__)


def name_of(article: Article) -> str:
    """Where an article was read, as runs name it."""
    return article.source or article.title


def check_failure(article: Article, error: Exception, stage: str = "check") -> Failure:
    """What went wrong with an article at a stage, as a run records it."""
    log.debug("article %s failed", article.id, exc_info=error)
    return Failure(name_of(article), stage, type(error).__name__, str(error))


class TooManyFailuresError(Exception):
    """So many articles failed in the same way that what they have in common is broken, and not the articles."""


class FailureLimit:
    """Counts how often articles fail in the same way at the same stage."""

    def __init__(self, most: int):
        """:param most: from how many on to give up; 0 for never."""
        self._most = most
        self._counts: Counter[tuple[str, str]] = Counter()

    def count(self, failures: Sequence[Failure]) -> None:
        """:raises TooManyFailuresError: when there are too many of one kind."""
        for failure in failures:
            kind = failure.stage, failure.error
            self._counts[kind] += 1
            if self._counts[kind] == self._most:
                raise TooManyFailuresError(
                    f"{self._most} articles failed at stage {failure.stage} with {failure.error}, the last with:"
                    f" {failure.message}; the rest was not tried. Remove the cause and run again, or allow more with"
                    " the setting max_failures_of_a_kind"
                )
