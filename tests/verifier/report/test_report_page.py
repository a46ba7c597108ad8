"""What is chosen for a report: order, sides, counts and alarms."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.verifier.report.samples import (
    BUDGET_TEXT,
    full_report,
    make_article,
    make_claim,
    make_document,
    make_evidence,
    make_report,
    make_row,
    one_claim_report,
)
from verifier.report.page import MAX_NEIGHBOUR_CHARS, Alarm, Card, page_of
from verifier.rows import ArticleReport, ClaimReport, RunReport
from verifier.types import Evidence, Failure, Label, RunStatus, Stance

ACCOUNTS = make_document("Accounts", BUDGET_TEXT)
FAILURE = Failure("flood.html", "read", "UnreadableSourceError", "found no text")


def card_of(label: Label, *evidence: Evidence) -> Card:
    """The card of one claim with this verdict."""
    article = make_article("The repairs cost 48 million euros.")
    row = make_row(make_claim(article, article.text), label, 0.8, *evidence)
    return page_of(make_report(ArticleReport(article, (row,)))).articles[0].cards[0]


def test_attention_lists_refuted_first_then_conflicting_surest_first():
    """The index holds nothing else, whatever the order of the articles."""
    article = make_article("A b. C d. E f. G h. I j.")
    verdicts = [
        (Label.CONFLICTING_EVIDENCE, 0.99),
        (Label.SUPPORTED, 0.99),
        (Label.REFUTED, 0.7),
        (Label.REFUTED, 0.9),
        (Label.NOT_ENOUGH_EVIDENCE, 0.9),
    ]
    sentences = ["A b.", "C d.", "E f.", "G h.", "I j."]
    rows = tuple(make_row(make_claim(article, s), *v) for s, v in zip(sentences, verdicts, strict=True))
    page = page_of(make_report(ArticleReport(article, rows)))
    assert [card.claim.text for card in page.attention] == ["G h.", "E f.", "A b."]


def test_cards_follow_the_text_of_the_article():
    """Rows in any order come out in the order of the sentences."""
    report = full_report()
    turned = replace(report.articles[0], claims=report.articles[0].claims[::-1])
    starts = [card.claim.start for card in page_of(replace(report, articles=(turned,))).articles[0].cards]
    assert len(starts) == 5
    assert starts == sorted(starts)


def test_card_shows_the_strongest_passage_of_each_side_and_keeps_the_rest():
    """The rest are further passages, none lost."""
    chances = (0.7, 0.9, 0.8)
    refuting = [make_evidence(make_document(f"R{p}", BUDGET_TEXT), p=p, quotes=("That is",)) for p in chances]
    supporting = make_evidence(make_document("S", BUDGET_TEXT), Stance.SUPPORTS, p=0.8, quotes=("That is",))
    card = card_of(Label.CONFLICTING_EVIDENCE, *refuting, supporting)
    assert [(heading, view.title) for heading, view in card.sides] == [("For", "S"), ("Against", "R0.9")]
    assert [view.title for view in card.further] == ["R0.7", "R0.8"]


def test_card_prefers_a_passage_that_can_be_quoted():
    """A verdict rests on quoted words: a passage without a rationale is not shown as what carried it."""
    quoted = make_evidence(make_document("Quoted", BUDGET_TEXT), p=0.8, quotes=("That is",))
    bare = make_evidence(make_document("Bare", BUDGET_TEXT), p=0.95)
    against = card_of(Label.REFUTED, bare, quoted).strongest_against
    assert against is not None
    assert against.title == "Quoted"


@pytest.mark.parametrize(
    ("label", "headings"),
    [
        (Label.REFUTED, ["For, too weak to count", "Against"]),
        (Label.SUPPORTED, ["For", "Against, too weak to count"]),
        (Label.CONFLICTING_EVIDENCE, ["For", "Against"]),
    ],
)
def test_card_calls_the_side_that_lost_weak(label: Label, headings: list[str]):
    """A passage of the other side is shown, and said not to have counted."""
    evidence = [make_evidence(ACCOUNTS, stance, ("That is",)) for stance in (Stance.SUPPORTS, Stance.REFUTES)]
    assert [heading for heading, _ in card_of(label, *evidence).sides] == headings


def test_card_without_enough_evidence_shows_only_the_nearest():
    """Even a passage that leans to one side is not shown as evidence for or against."""
    card = card_of(Label.NOT_ENOUGH_EVIDENCE, make_evidence(ACCOUNTS, Stance.REFUTES, ("That is",), p=0.6))
    assert card.sides == ()
    assert card.nearest is not None


def test_card_context_is_the_sentence_before_and_after():
    """Sentences that were not checked count as neighbours too; several claims of one sentence do not."""
    article = make_article("One is one. Two is two. Three is three.")
    claims = [make_claim(article, s) for s in ("One is one.", "Two is two.", "Two is two.", "Three is three.")]
    report = make_report(ArticleReport(article, tuple(ClaimReport(claim, None) for claim in claims)))
    cards = page_of(report).articles[0].cards
    assert [(card.before, card.after) for card in cards] == [
        ("", "Two is two."),
        ("One is one.", "Three is three."),
        ("One is one.", "Three is three."),
        ("Two is two.", ""),
    ]


def test_card_context_is_cut_on_its_far_side():
    """A very long neighbour keeps the end that touches the sentence."""
    long = f"{'word ' * 100}end."
    article = make_article(f"{long} Short claim. {long}")
    claims = [make_claim(article, long), make_claim(article, "Short claim.")]
    claims.append(replace(claims[0], id="last", start=article.text.rindex("word word") - 490, end=len(article.text)))
    report = make_report(ArticleReport(article, tuple(ClaimReport(claim, None) for claim in claims)))
    card = page_of(report).articles[0].cards[1]
    assert card.before.startswith("…") and card.before.endswith("end.")
    assert card.after.endswith("…") and len(card.after) <= MAX_NEIGHBOUR_CHARS + 1


def test_counts_hold_every_row_once():
    """Labels, claims without a verdict and sentences set aside, by reason."""
    page = page_of(full_report())
    assert [(words, n) for _, words, n in page.label_counts] == [
        ("Refuted", 1),
        ("Conflicting evidence", 1),
        ("Supported", 1),
        ("Not enough evidence", 1),
        ("No verdict", 1),
    ]
    assert page.not_checked_counts == (("ambiguous: who “they” are is not said", 1), ("opinion", 1))


@pytest.mark.parametrize(
    ("status", "failures", "alarm"),
    [
        (RunStatus.FINISHED, (), Alarm.NONE),
        (RunStatus.FINISHED, (FAILURE,), Alarm.FAILED),
        (RunStatus.FINISHED_WITH_FAILURES, (), Alarm.FAILED),
        (RunStatus.FINISHED_WITH_FAILURES, (FAILURE,), Alarm.FAILED),
        (RunStatus.FAILED, (), Alarm.FAILED),
        (RunStatus.RUNNING, (), Alarm.UNFINISHED),
        (RunStatus.RUNNING, (FAILURE,), Alarm.FAILED),
    ],
)
def test_banner_is_silent_only_for_a_run_that_did_everything(
    status: RunStatus, failures: tuple[Failure, ...], alarm: Alarm
):
    """Any other ending, and any failure, raises the alarm."""
    report = one_claim_report(make_evidence(ACCOUNTS, quotes=("That is",)), status=status)
    banner = page_of(RunReport(report.run, failures, report.articles)).banner
    assert (banner.alarm, banner.failures) == (alarm, failures)


def test_banner_counts_claims_without_a_verdict():
    """A finished run that left a claim unjudged is no green report."""
    banner = page_of(full_report()).banner
    assert (banner.alarm, banner.detail) == (Alarm.FAILED, "1 checkable claim without a verdict.")
