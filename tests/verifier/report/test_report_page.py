"""What is chosen for a report: order, sides, counts and alarms."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

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
    remembered,
    said_report,
)
from verifier.report.page import MAX_NEIGHBOUR_CHARS, Alarm, Card, page_of
from verifier.rows import ArticleReport, ClaimReport, Earlier, RunReport
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


def notes_of(**changes: object) -> list[str]:
    """The notes on the card of a refuted claim of which much is remembered."""
    article = make_article("The repairs cost 48 million euros.")
    row = remembered(make_row(make_claim(article, article.text), Label.REFUTED, 0.8, make_evidence(ACCOUNTS)))
    page = page_of(make_report(ArticleReport(article, (replace(row, **changes),))))
    return [note.words for note in page.articles[0].cards[0].notes]


def test_a_verdict_with_another_label_than_before_is_called_changed():
    """One whose confidence moved is not: that would be on every card after a new model."""
    earlier = remembered(make_row(make_claim(make_article("A."), "A."), Label.REFUTED, 0.8, make_evidence(ACCOUNTS)))
    assert earlier.previous is not None
    assert any(note.startswith("Changed: was Supported 91%") for note in notes_of())
    assert not any(
        note.startswith("Changed") for note in notes_of(previous=replace(earlier.previous, label=Label.REFUTED))
    )


def test_the_verdict_on_the_same_claim_elsewhere_is_shown_where_it_has_none_of_its_own():
    """One earlier verdict is enough; the words that were judged are told with it."""
    other = Earlier("c", "Orla dam full again", "r", datetime(2026, 5, 3, tzinfo=UTC), Label.SUPPORTED, 0.91)
    told = "Same claim checked on 2026-05-03: Supported 91%, in “Orla dam full again”"
    assert told in notes_of(same_claim=other, previous=None)
    assert told not in notes_of(same_claim=other)
    assert notes_of(judged_as="Repairs were 48 million.")[1] == (
        "Judged in words that say the same: “Repairs were 48 million.”"
    )


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


def test_passages_of_one_origin_say_so_and_those_without_do_not():
    """Each of three copies has two others; rows of a run that looked for no copies are not taken for copies."""
    documents = [make_document(f"D{n}", BUDGET_TEXT) for n in range(5)]
    copies = [make_evidence(d, quotes=("That is",), origin="p-1", tier="news") for d in documents[:3]]
    card = card_of(Label.REFUTED, *copies, *(make_evidence(d, Stance.NEUTRAL) for d in documents[3:]))
    views = [view for _, view in card.sides] + list(card.further)
    assert [(view.marks, view.tier) for view in views] == [(("same text as 2 others",), "news")] * 3 + [((), "")] * 2


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


def test_context_is_the_sentence_before_and_after():
    """Several claims of one sentence stand under it together, and are no neighbours of each other."""
    article = make_article("One is one. Two is two. Three is three.")
    claims = [make_claim(article, s) for s in ("One is one.", "Two is two.", "Two is two.", "Three is three.")]
    report = make_report(ArticleReport(article, tuple(ClaimReport(claim, None) for claim in claims)))
    sentences = page_of(report).articles[0].sentences
    assert [(view.before, view.after, len(view.cards)) for view in sentences] == [
        ("", "Two is two.", 1),
        ("One is one.", "Three is three.", 2),
        ("Two is two.", "", 1),
    ]


def test_context_is_cut_on_its_far_side():
    """A very long neighbour keeps the end that touches the sentence."""
    long = f"{'word ' * 100}end."
    article = make_article(f"{long} Short claim. {long}")
    claims = [make_claim(article, long), make_claim(article, "Short claim.")]
    claims.append(replace(claims[0], id="last", start=article.text.rindex("word word") - 490, end=len(article.text)))
    report = make_report(ArticleReport(article, tuple(ClaimReport(claim, None) for claim in claims)))
    sentence = page_of(report).articles[0].sentences[1]
    assert sentence.before.startswith("…") and sentence.before.endswith("end.")
    assert sentence.after.endswith("…") and len(sentence.after) <= MAX_NEIGHBOUR_CHARS + 1


def test_counts_hold_every_row_once():
    """Labels, claims without a verdict, and what became of the sentences."""
    page = page_of(full_report())
    [tally] = page.tallies
    assert [(words, n) for _, words, n in tally.counts] == [
        ("Refuted", 1),
        ("Conflicting evidence", 1),
        ("Supported", 1),
        ("Not enough evidence", 1),
        ("No verdict", 1),
    ]
    assert (tally.n, page.n_cards) == (5, 5)
    assert page.coverage == "7 sentences: 5 checked, 1 ambiguous, 1 not checked (1 opinion)"
    assert page.articles[0].not_checked == (
        ("They will be back next year.", "ambiguous: who “they” are is not said"),  # a person could clear it up
        ("It was the greatest day of the year.", "opinion"),
    )


def test_tallies_keep_what_was_said_apart():
    """One of three supported claims is a speech act: it is in the second tally alone."""
    truth, said = page_of(said_report()).tallies
    supported = [{words: n for _, words, n in tally.counts}["Supported"] for tally in (truth, said)]
    assert (truth.question, said.question, supported) == ("Is it true?", "Was it said?", [2, 1])


def test_sentence_keeps_what_it_states_beside_its_cards():
    """A claim that is not checked stays with its sentence where another claim of it is checked."""
    view = page_of(said_report()).articles[0]
    assert [claim.text for claim in view.sentences[1].not_checked] == ["All will be clean by June."]
    assert [text for text, _ in view.not_checked][1:3] == ["Oil in the harbour", "By Nora Feld"]


def test_plain_claim_asks_nothing_and_names_nobody():
    """What the article itself states shows neither; a speaker's claim says who claimed it, a speech act does not."""
    shown = [(card.question, card.claimed_by) for card in page_of(said_report()).articles[0].cards]
    told = ("Is it true?", "Ilse Brandt")
    assert shown == [("", None), ("Was it said?", None), told, told]


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
