"""Known claims checked again against a corpus that changed: as verifying their articles again would, for far less."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from verifier.failures import check_failure
from verifier.pipeline import CheckedArticle, Verifier
from verifier.retrieve import Query
from verifier.store import KnownClaim, is_other
from verifier.types import Article, Failure, Verdict


@dataclass(frozen=True, slots=True)
class Rechecked:
    """The articles with the verdicts that differ from the latest ones, and what could not be checked."""

    changed: tuple[CheckedArticle, ...]
    failures: tuple[Failure, ...]


class Rechecker:
    """Checks batches of known claims, and counts.

    Passages are searched for every claim, since each passage that comes or goes moves the word counts by which all
    others are scored; a claim's vector is remembered, so that costs little. What dear models make of the passages is
    remembered too: only claims for which other passages are found are judged again. The verdicts are those that
    verifying everything again would give.
    """

    def __init__(self, verifier: Verifier):
        self._verifier = verifier
        self.n_judged = 0  # claims whose passages are not those of their latest verdict
        self.failures: list[Failure] = []

    def recheck(self, known: Sequence[KnownClaim]) -> Rechecked:
        """Check the claims; where that fails, those of each article by themselves."""
        try:
            return self._rechecked(known)
        except Exception as error:
            by_article: defaultdict[str, list[KnownClaim]] = defaultdict(list)
            for item in known:
                by_article[item.article.id].append(item)
            if len(by_article) == 1:
                failure = check_failure(known[0].article, error)
                self.failures.append(failure)
                return Rechecked((), (failure,))
            parts = [self.recheck(items) for items in by_article.values()]
            return Rechecked(tuple(c for p in parts for c in p.changed), tuple(f for p in parts for f in p.failures))

    def _rechecked(self, known: Sequence[KnownClaim]) -> Rechecked:
        verdicts = self._verifier.check([Query(item.claim, item.article) for item in known])
        changed: defaultdict[str, list[Verdict]] = defaultdict(list)
        articles: dict[str, Article] = {}
        for item, verdict in zip(known, verdicts, strict=True):
            self.n_judged += _has_other_passages(item, verdict)
            if item.earlier is None or is_other(item.earlier, verdict):
                articles[item.article.id] = item.article
                changed[item.article.id].append(verdict)
        return Rechecked(tuple(CheckedArticle(articles[key], (), tuple(v)) for key, v in changed.items()), ())


def _has_other_passages(item: KnownClaim, verdict: Verdict) -> bool:
    before = {p.passage_id for p in item.earlier.passages} if item.earlier else set()
    return item.earlier is None or before != {e.passage.id for e in verdict.evidence}
