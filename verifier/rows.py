"""One run's rows as they are read for a report."""

from __future__ import annotations

from dataclasses import dataclass

from verifier.types import Article, Claim, Failure, Run, Verdict


@dataclass(frozen=True, slots=True)
class ClaimReport:
    """One claim of an article; `verdict` is None where it was not checked."""

    claim: Claim
    verdict: Verdict | None


@dataclass(frozen=True, slots=True)
class ArticleReport:
    """One article with its claims, in the order of its text."""

    article: Article
    claims: tuple[ClaimReport, ...]


@dataclass(frozen=True, slots=True)
class RunReport:
    """One run with what it did and what it failed to do."""

    run: Run
    failures: tuple[Failure, ...]
    articles: tuple[ArticleReport, ...]
