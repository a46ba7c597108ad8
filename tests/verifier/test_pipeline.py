"""The walk over articles, with fakes at every stage."""

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tests.verifier.factories import make_article, make_claim, make_document, make_evidence, make_passage
from verifier.pipeline import (
    ClaimTextError,
    Judge,
    Verifier,
    claim_from_text,
    english_claim,
    hits_of_texts,
    read_articles,
)
from verifier.provenance import load_tiers
from verifier.retrieve import Query
from verifier.types import Article, Claim, ClaimKind, ClaimStatus, Evidence, Hit, Label, Stance, Timing


class Sentences:
    """Two rows an article: its first sentence, and an opinion."""

    def extract(self, article: Article) -> list[Claim]:
        if "broken" in article.text:
            raise RuntimeError("cannot be parsed")
        opinion = make_claim(article, "It is a fine sight.", status=ClaimStatus.NOT_CHECKABLE, reason="opinion")
        return [make_claim(article), opinion]


class OneHit:
    def retrieve(self, queries: Sequence[Query]) -> list[list[Hit]]:
        document = make_document()
        return [[Hit(make_passage(document), document, 1.0, 1)] for _ in queries]


class Supporter:
    id = "supporter"

    def judge(self, claim: Claim, hits: Sequence[Hit]) -> list[Evidence]:
        return [make_evidence(claim, Stance.SUPPORTS) for _ in hits]


VERIFIER = Verifier(Sentences(), OneHit(), Judge(Supporter()))


def test_only_checkable_claims_get_a_verdict() -> None:
    """The opinion stays as a row and is not judged."""
    checked = VERIFIER.check_article(make_article())
    assert len(checked.claims) == 2
    assert [v.label for v in checked.verdicts] == [Label.SUPPORTED]


class SaidAndStated:
    """One sentence as three rows: that it was said, what was said, and a statement that is unclear."""

    def extract(self, article: Article) -> list[Claim]:
        stated = make_claim(article, speaker="Dana Holt")
        said = replace(stated, id="said", text=f"Dana Holt said: {stated.text}", kind=ClaimKind.SPEECH_ACT, verb="said")
        unclear = replace(stated, id="unclear", status=ClaimStatus.AMBIGUOUS, reason='unclear referent: "it"')
        return [said, stated, unclear]


def test_what_was_said_and_whether_it_is_so_get_verdicts_of_their_own() -> None:
    """A passage that states the fact and names no speaker supports only the fact; what is unclear is not judged."""
    checked = Verifier(SaidAndStated(), OneHit(), Judge(Supporter())).check_article(make_article())
    assert [(v.claim.kind, v.label) for v in checked.verdicts] == [
        (ClaimKind.SPEECH_ACT, Label.NOT_ENOUGH_EVIDENCE),
        (ClaimKind.CONTENT, Label.SUPPORTED),
    ]
    assert len(checked.claims) == 3


def test_comparisons_are_made_on_the_way() -> None:
    """Every piece of evidence carries what the comparer found."""
    [verdict] = VERIFIER.check_article(make_article()).verdicts
    assert [c.claim_value for c in verdict.evidence[0].comparisons] == ["3 million"]


def test_provenance_is_weighed_on_the_way() -> None:
    """Every piece of evidence carries the tier of its source, its time and its origin."""
    verifier = Verifier(Sentences(), OneHit(), Judge(Supporter(), tiers=load_tiers()))
    [evidence] = verifier.check_article(make_article()).verdicts[0].evidence
    assert (evidence.tier, evidence.credibility) == ("unlisted", 0.7)
    assert (evidence.timing, evidence.origin) == (Timing.IN_TIME, evidence.passage.id)


class Refuter:
    id = "refuter"

    def judge(self, claim: Claim, hits: Sequence[Hit]) -> list[Evidence]:
        return [make_evidence(claim, Stance.REFUTES) for _ in hits]


def test_a_report_from_before_the_event_refutes_no_claim() -> None:
    """The register is of 2024, the level of 2026: nothing is settled."""
    article = make_article("The Orla dam held 3 million litres on 2 February 2026. It is a fine sight.")
    [verdict] = Verifier(Sentences(), OneHit(), Judge(Refuter())).check_article(article).verdicts
    assert verdict.label is Label.NOT_ENOUGH_EVIDENCE
    assert verdict.evidence[0].timing is Timing.BEFORE_EVENT


def test_one_article_that_fails_does_not_stop_the_rest() -> None:
    """It is told of with its source, stage and error."""
    broken = make_article("A broken one. It is a fine sight.", source="broken.txt")
    checked, failures = VERIFIER.check_articles([broken, make_article()])
    assert len(checked) == 1
    assert [(f.source, f.stage, f.error) for f in failures] == [("broken.txt", "extract", "RuntimeError")]


class SlowFirst:
    """The longer the claim, the sooner it is judged."""

    id = "slow"

    def judge(self, claim: Claim, hits: Sequence[Hit]) -> list[Evidence]:
        time.sleep(0.03 if len(claim.text) < 20 else 0)
        return [make_evidence(claim, Stance.SUPPORTS) for _ in hits]


def test_verdicts_come_in_the_order_of_the_claims_however_many_are_judged_at_once() -> None:
    """And are those of one after the other."""
    queries = [Query(claim_from_text(f"It holds {n} litres{' of water' * (n % 2)}.")) for n in range(9)]
    one_by_one, together = (Verifier(Sentences(), OneHit(), Judge(SlowFirst()), n) for n in (1, 4))
    assert together.check(queries) == one_by_one.check(queries)


class PickyIndex(OneHit):
    """Cannot search for what a broken claim says."""

    def retrieve(self, queries: Sequence[Query]) -> list[list[Hit]]:
        if any("odd" in query.claim.text for query in queries):
            raise RuntimeError("cannot be encoded")
        return super().retrieve(queries)


def test_a_claim_that_cannot_be_searched_for_fails_its_own_article_alone() -> None:
    """Though the claims of a batch are searched for together."""
    odd = make_article("An odd one. It is a fine sight.", source="odd.txt")
    checked, failures = Verifier(Sentences(), PickyIndex(), Judge(Supporter())).check_articles([odd, make_article()])
    assert len(checked) == 1 and [f.source for f in failures] == ["odd.txt"]


def test_batches_come_one_by_one_and_in_order() -> None:
    """The next one is read ahead; what nobody asks for is not judged."""
    articles = [make_article(f"Article {n} is here. It is a fine sight.") for n in range(5)]
    batches = [articles[:2], articles[2:4], articles[4:]]
    found = [[c.article for c in checked] for checked, _ in VERIFIER.check_batches(batches)]
    assert found == batches
    assert list(VERIFIER.check_batches([])) == []


def test_an_error_in_a_judge_is_not_lost_among_threads() -> None:
    """One claim that cannot be judged fails its article, whichever thread had it."""

    class Failing(Supporter):
        def judge(self, claim: Claim, hits: Sequence[Hit]) -> list[Evidence]:
            raise RuntimeError("no probabilities")

    verifier = Verifier(SaidAndStated(), OneHit(), Judge(Failing()), n_judged=4)
    assert [f.message for f in verifier.check_articles([make_article()])[1]] == ["no probabilities"]


def test_claim_from_text_is_its_own_sentence() -> None:
    """A claim typed by hand keeps its words and takes the as-of date."""
    claim = claim_from_text("  Water is wet. ", date(2022, 3, 17))
    assert (claim.sentence, claim.text, claim.claim_date) == ("Water is wet.", "Water is wet.", date(2022, 3, 17))
    for text in (" \n", "?!", "word " * 200, "bytes \udcff"):
        with pytest.raises(ClaimTextError):
            claim_from_text(text)


def test_articles_are_read_with_their_metadata_and_failures_told(tmp_path: Path) -> None:
    """Front matter gives title and date; the body is the text; an empty file is a failure."""
    (tmp_path / "a.md").write_text("---\ntitle: Dam full\npublished: 2026-03-01\n---\nThe dam is full.\n")
    (tmp_path / "b.md").touch()
    [article], [failure] = read_articles([tmp_path])
    assert (article.title, article.published, article.text.strip()) == (
        "Dam full",
        date(2026, 3, 1),
        "The dam is full.",
    )
    assert failure.source.endswith("b.md")


def test_edited_article_is_another_article(tmp_path: Path) -> None:
    """Its earlier verdicts stay with the earlier text."""
    path = tmp_path / "a.txt"
    ids = set()
    for text in ("The dam is full.", "The dam is empty."):
        path.write_text(text)
        ids |= {article.id for article in read_articles([path])[0]}
    assert len(ids) == 2


@pytest.mark.parametrize(
    ("text", "found"),
    [("Der Damm fasst nach Angaben der Stadt drei Millionen Liter Wasser.", "German"), ("Плотина полна воды.", "")],
)
def test_claim_in_another_language_is_refused_with_its_name(text: str, found: str) -> None:
    """A model that reads English alone gives no label to a claim that it cannot read."""
    with pytest.raises(ClaimTextError, match=f"English, found .*{found}"):
        english_claim(text)


def test_english_claim_with_foreign_names_is_taken() -> None:
    """Names are no language."""
    assert english_claim("Ursula von der Leyen met Emmanuel Macron in Brussels.").status is ClaimStatus.CHECKABLE


def test_given_text_stays_whole_until_the_model_could_not_read_it() -> None:
    """Several sentences are one passage; what is too long is cut into windows that cover it all."""
    short, long = "One fact. Another fact. A third.", "The dam is full of clear water today. " * 60
    assert [h.passage.text for h in hits_of_texts([short])] == [short]
    hits = hits_of_texts([long, short])
    assert len(hits) > 3
    assert [h.rank for h in hits] == list(range(1, len(hits) + 1))
    assert all(h.passage.text == h.document.text[h.passage.start : h.passage.end] for h in hits)
