"""Articles that fail: each tells its stage, and many that fail alike end the run."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.verifier.factories import make_article
from tests.verifier.test_pipeline import OneHit, Sentences, Supporter
from verifier.failures import FailureLimit, TooManyFailuresError
from verifier.pipeline import Judge, Verifier
from verifier.retrieve import Query
from verifier.stance import StanceError
from verifier.types import Article, Claim, Evidence, Failure, Hit

GOOD, BAD = make_article(), make_article("A bad one. It is a fine sight.", source="bad.txt")


class BadExtractor(Sentences):
    def extract(self, article: Article) -> list[Claim]:
        if article is BAD:
            raise ValueError("no sentence")
        return super().extract(article)


class BadRetriever(OneHit):
    def retrieve(self, queries: Sequence[Query]) -> list[list[Hit]]:
        if any(query.article is BAD for query in queries):
            raise ValueError("no index")
        return super().retrieve(queries)


class BadJudge(Supporter):
    def judge(self, claim: Claim, hits: Sequence[Hit]) -> list[Evidence]:
        if claim.article_id == BAD.id:
            raise StanceError(claim.id, "no stance")
        return super().judge(claim, hits)


@pytest.mark.parametrize(
    ("stage", "verifier"),
    [
        ("extract", Verifier(BadExtractor(), OneHit(), Judge(Supporter()))),
        ("retrieve", Verifier(Sentences(), BadRetriever(), Judge(Supporter()))),
        ("judge", Verifier(Sentences(), OneHit(), Judge(BadJudge()))),
    ],
)
def test_an_article_that_fails_tells_its_stage_and_the_others_are_checked(stage: str, verifier: Verifier) -> None:
    """Whichever stage it is, of the same batch."""
    checked, failures = verifier.check_articles([BAD, GOOD])
    assert [c.article for c in checked] == [GOOD] and checked[0].verdicts
    assert [(f.source, f.stage) for f in failures] == [("bad.txt", stage)]


def test_a_batch_of_which_nothing_can_be_read_is_all_failures() -> None:
    """Nothing is searched for."""
    checked, failures = Verifier(BadExtractor(), OneHit(), Judge(Supporter())).check_articles([BAD])
    assert (checked, len(failures)) == ([], 1)


def failures_of(n: int, error: str = "StanceError", stage: str = "judge") -> list[Failure]:
    return [Failure(f"{i}.txt", stage, error, "the model gave no number") for i in range(n)]


def test_so_many_failures_of_one_kind_end_the_run_and_say_the_cause() -> None:
    """Over several batches; the message names stage, error and setting."""
    limit = FailureLimit(3)
    limit.count(failures_of(2))
    with pytest.raises(TooManyFailuresError, match=r"3 articles .* judge .* no number.*max_failures_of_a_kind"):
        limit.count(failures_of(1))


def test_failures_of_several_kinds_do_not_and_zero_is_never() -> None:
    """Two errors, two stages."""
    FailureLimit(3).count([*failures_of(2), *failures_of(2, "OSError"), *failures_of(2, stage="extract")])
    FailureLimit(0).count(failures_of(500))
