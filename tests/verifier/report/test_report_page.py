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
from verifier.report.cards import MAX_CONTEXT_CHARS, Card, Context
from verifier.report.page import MAX_CONCERNS, MAX_FULL_CARDS, Alarm, NoSuchCardError, claim_page_of, page_of
from verifier.rows import ArticleReport, ClaimReport, Desk, Earlier, Flip, PastVerdict, RunReport
from verifier.types import Cause, CauseKind, Evidence, Failure, Label, Review, RunStatus, Stance

ACCOUNTS = make_document("Accounts", BUDGET_TEXT)
FAILURE = Failure("flood.html", "read", "UnreadableSourceError", "found no text")


def card_of(label: Label, *evidence: Evidence) -> Card:
    """The card of one claim with this verdict."""
    article = make_article("The repairs cost 48 million euros.")
    row = make_row(make_claim(article, article.text), label, 0.8, *evidence)
    return page_of(make_report(ArticleReport(article, (row,)))).articles[0].cards[0]


def verdicts_report(*verdicts: tuple[Label, float, float], **claim_fields: object) -> RunReport:
    """A report of one article with a claim for each label, confidence and check-worthiness; they are called 0, 1, 2."""
    article = make_article(" ".join(f"Number {n} is so." for n in range(len(verdicts))))
    rows = tuple(
        make_row(
            make_claim(article, f"Number {n} is so.", text=str(n), checkworthiness=worth, **claim_fields), label, chance
        )
        for n, (label, chance, worth) in enumerate(verdicts)
    )
    return make_report(ArticleReport(article, rows))


def test_what_needs_a_person_is_grouped_by_reason_the_most_worth_checking_first():
    """Refuted, conflicting, unsure; a sure verdict that it is so, or that nothing tells, needs nobody."""
    page = page_of(
        verdicts_report(
            (Label.CONFLICTING_EVIDENCE, 0.99, 0.5),
            (Label.SUPPORTED, 0.99, 0.5),
            (Label.REFUTED, 0.9, 0.2),
            (Label.REFUTED, 0.7, 0.9),
            (Label.NOT_ENOUGH_EVIDENCE, 0.9, 0.5),
            (Label.SUPPORTED, 0.59, 0.5),
        )
    )
    assert [(concern.title, [card.claim.text for card in concern.cards]) for concern in page.concerns] == [
        ("Refuted", ["3", "2"]),
        ("Conflicting evidence", ["0"]),
        ("Low confidence", ["5"]),
    ]
    assert page.n_for_a_person == 4


def test_a_claim_that_a_person_ruled_on_needs_nobody_but_is_counted():
    """Whoever opens the page next is not asked again; a comment alone is no ruling."""
    report = verdicts_report((Label.REFUTED, 0.9, 0.5), (Label.REFUTED, 0.9, 0.5))
    [rows] = report.articles
    moment = datetime(2026, 11, 12, tzinfo=UTC)
    ruling = Review("r", "c", "run", Label.SUPPORTED, "Ada", "", None, moment)
    ruled, commented = (
        replace(row, reviews=(review,))
        for row, review in zip(rows.claims, (ruling, replace(ruling, label=None, comment="Hm.")), strict=True)
    )
    page = page_of(replace(report, articles=(replace(rows, claims=(ruled, commented)),)))
    assert [card.claim.text for card in page.concerns[0].cards] == ["1"]
    assert page.n_reviewed == 1


def test_more_concerns_than_can_be_read_are_counted():
    """The list ends, its number does not."""
    [concern] = page_of(verdicts_report(*[(Label.REFUTED, 0.9, 0.5)] * (MAX_CONCERNS + 5))).concerns
    assert (concern.n, len(concern.cards)) == (MAX_CONCERNS + 5, MAX_CONCERNS)


def test_open_statements_are_for_a_person_too():
    """They are no claims and have no card, but a person can say what they mean."""
    page = page_of(full_report())
    assert [(item.claim.sentence, item.reason) for item in page.open_statements] == [
        ("They will be back next year.", "who “they” are is not said")
    ]
    assert page.n_open == 1


def test_what_changed_comes_with_what_it_was_and_why():
    """A flip, a verdict unlike the one on the same claim elsewhere, a conflict on a new claim; nothing else."""
    report = verdicts_report(*[(Label.CONFLICTING_EVIDENCE, 0.9, 0.5)] * 3, (Label.SUPPORTED, 0.9, 0.5))
    [rows] = report.articles
    earlier = Earlier("c", "Orla dam", "r", datetime(2026, 5, 3, tzinfo=UTC), Label.SUPPORTED, 0.91)
    cause = Cause(CauseKind.NEW_PASSAGE, None, "“Accounts” came into the corpus on 2026-05-04")
    flipped, elsewhere, new, same = rows.claims
    claims = (replace(flipped, previous=earlier, causes=(cause,)), replace(elsewhere, same_claim=earlier), new,
              replace(same, previous=earlier))  # fmt: skip
    page = page_of(replace(report, articles=(replace(rows, claims=claims),)))
    assert sorted((change.card.claim.text, change.what, change.because) for change in page.changes) == [
        ("0", "Was Supported 91% (run of 2026-05-03)", cause.detail),
        ("1", "Other verdict than before", "Same claim checked on 2026-05-03: Supported 91%, in “Orla dam”"),
        ("2", "New conflict", ""),
    ]


def test_what_other_runs_changed_meanwhile_is_told_too():
    """Those that are not listed are counted."""
    moment = datetime(2026, 11, 23, 2, tzinfo=UTC)
    cause = Cause(CauseKind.REMOVED_PASSAGE, "p", "“Register” was removed from the corpus")
    flip = Flip(moment, "night", "c9", "The dam is full.", "Dam", Label.SUPPORTED, Label.REFUTED, 0.8, (cause,))
    page = page_of(replace(verdicts_report((Label.SUPPORTED, 0.9, 0.5)), desk=Desk(flips=(flip,), n_flips=7)))
    [told] = page.elsewhere
    assert (told.what, told.label_words, told.because) == ("Was Supported", "Refuted", cause.detail)
    assert page.n_changed == 7


def test_new_claims_come_first_and_of_these_the_most_worth_checking():
    """In an article, and among articles."""
    report = verdicts_report((Label.SUPPORTED, 0.9, 0.9), (Label.SUPPORTED, 0.9, 0.2), (Label.SUPPORTED, 0.9, 0.6))
    [rows] = report.articles
    earlier = Earlier("c", "A", "r", datetime(2026, 5, 3, tzinfo=UTC), Label.SUPPORTED, 0.91)
    known = replace(rows, claims=(replace(rows.claims[0], previous=earlier), *rows.claims[1:]))
    old = replace(rows, claims=(replace(rows.claims[0], same_claim=earlier),))
    views = page_of(replace(report, articles=(old, known))).articles
    assert [[card.claim.text for card in view.cards] for view in views] == [["2", "1", "0"], ["0"]]
    assert [view.n_new for view in views] == [2, 0]


def test_a_very_large_page_is_brief():
    """Beyond some thousand claims further passages are counted, so that the page opens at once."""
    assert not page_of(full_report()).is_brief
    assert page_of(verdicts_report(*[(Label.SUPPORTED, 0.9, 0.5)] * (MAX_FULL_CARDS + 1))).is_brief


def notes_of(**changes: object) -> list[str]:
    """The notes on the card of a refuted claim of which much is remembered."""
    article = make_article("The repairs cost 48 million euros.")
    row = remembered(make_row(make_claim(article, article.text), Label.REFUTED, 0.8, make_evidence(ACCOUNTS)))
    page = page_of(make_report(ArticleReport(article, (replace(row, **changes),))))
    return [note.words for note in page.articles[0].cards[0].notes]


def test_a_verdict_with_another_label_than_before_is_called_changed():
    """One whose confidence moved is not: that would be on every card after a new model."""
    article = make_article("A.")
    row = remembered(make_row(make_claim(article, "A."), Label.REFUTED, 0.8, make_evidence(ACCOUNTS)))
    assert row.previous is not None
    same = replace(row, previous=replace(row.previous, label=Label.REFUTED))
    page = page_of(make_report(ArticleReport(article, (row,)), ArticleReport(article, (same,))))
    assert [view.cards[0].was for view in page.articles] == ["Supported 91% (run of 2026-05-03)", ""]


def test_the_verdict_on_the_same_claim_elsewhere_is_shown_where_it_has_none_of_its_own():
    """One earlier verdict is enough; the words that were judged are told with it."""
    other = Earlier("c", "Orla dam full again", "r", datetime(2026, 5, 3, tzinfo=UTC), Label.SUPPORTED, 0.91)
    told = "Same claim checked on 2026-05-03: Supported 91%, in “Orla dam full again”"
    assert told in notes_of(same_claim=other, previous=None)
    assert told not in notes_of(same_claim=other)
    assert notes_of(judged_as="Repairs were 48 million.")[0] == (
        "Judged in words that say the same: “Repairs were 48 million.”"
    )


def test_cards_that_are_worth_as_much_follow_the_text_of_the_article():
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


def test_context_is_the_rest_of_the_paragraph():
    """Other paragraphs are not told, and line breaks inside one are blanks."""
    article = make_article("Zero.\n\nOne is\none. Two is two. Three.\n \nFour.")
    row = ClaimReport(make_claim(article, "Two is two."), None)
    [card] = page_of(make_report(ArticleReport(article, (row,)))).articles[0].cards
    assert card.context == Context("One is one.", "Two is two.", "Three.")


def test_context_is_cut_on_its_far_side():
    """Of a very long paragraph the ends stay that touch the sentence."""
    long = f"{'word ' * 100}end."
    article = make_article(f"{long} Short claim. {long}")
    row = ClaimReport(make_claim(article, "Short claim."), None)
    context = page_of(make_report(ArticleReport(article, (row,)))).articles[0].cards[0].context
    assert context.before.startswith("…") and context.before.endswith("end.")
    assert context.after.endswith("…") and len(context.after) <= MAX_CONTEXT_CHARS + 1


def test_timeline_has_verdicts_and_rulings_in_order():
    """What was said again is told at the last step; a claim with one verdict and no ruling has no timeline."""
    article = make_article("A.")
    row = remembered(make_row(make_claim(article, "A."), Label.REFUTED, 0.8, make_evidence(ACCOUNTS)))
    first = PastVerdict("an-earlier-run", datetime(2026, 5, 3, tzinfo=UTC), Label.SUPPORTED, 0.91, ())
    last = PastVerdict("run", datetime(2026, 11, 23, tzinfo=UTC), Label.REFUTED, 0.8, row.causes)
    known, new = (
        replace(row, history=(first, last), n_verdicts=4),
        replace(row, history=(last,), reviews=(), n_verdicts=1),
    )
    page = page_of(make_report(ArticleReport(article, (known,)), ArticleReport(article, (new,))))
    told, untold = (view.cards[0].timeline for view in page.articles)
    assert [step.words for step in told] == [
        "Supported 91%",
        "Supported, said Ada Brook",
        "Refuted 80%: “Accounts” came into the corpus on 2026-05-04; given again twice",
    ]
    assert [step.is_review for step in told] == [False, True, False] and untold == ()


def test_text_of_an_article_is_shown_whole_with_what_became_of_each_sentence():
    """Stretch by stretch it is the text again; a sentence with several claims has the mark to be read first."""
    report = said_report()
    view = page_of(report).articles[0]
    assert "".join(stretch.text for stretch in view.text) == report.articles[0].article.text
    marked = [(stretch.text[:9], stretch.mark.name) for stretch in view.text if stretch.mark]
    assert ("She said ", "REFUTED") in marked and ("They had ", "AMBIGUOUS") in marked
    assert ("It was a ", "NOT_CHECKED") in marked and ("Ilse Bran", "SUPPORTED") in marked
    assert view.strip_words == "Where in the text the claims stand: 1 refuted, 3 supported"


def test_a_claim_has_a_page_of_its_own():
    """What was not checked has none."""
    report = full_report()
    ids = {row.claim.sentence: row.claim.id for row in report.articles[0].claims}
    page = claim_page_of(report, ids["The bridge was built in 1931."])
    assert (page.card.label, page.title) == (Label.SUPPORTED, "Bridge reopens after repairs")
    for claim_id in (ids["It was the greatest day of the year."], "none"):
        with pytest.raises(NoSuchCardError, match="expected a checkable claim of run run-20261123-0600"):
            claim_page_of(report, claim_id)


def test_counts_hold_every_row_once():
    """Labels, claims without a verdict, and what became of the sentences."""
    page = page_of(full_report())
    [tally] = page.figures.tallies
    assert [(words, n) for _, words, n in tally.counts] == [
        ("Refuted", 1),
        ("Conflicting evidence", 1),
        ("Supported", 1),
        ("Not enough evidence", 1),
        ("No verdict", 1),
    ]
    assert (tally.n, page.n_cards) == (5, 5)
    assert page.figures.coverage == "7 sentences: 5 checked, 1 ambiguous, 1 not checked (1 opinion)"
    assert page.articles[0].not_checked == (
        ("They will be back next year.", "ambiguous: who “they” are is not said"),  # a person could clear it up
        ("It was the greatest day of the year.", "opinion"),
    )


def test_tallies_keep_what_was_said_apart():
    """One of three supported claims is a speech act: it is in the second tally alone."""
    truth, said = page_of(said_report()).figures.tallies
    supported = [{words: n for _, words, n in tally.counts}["Supported"] for tally in (truth, said)]
    assert (truth.question, said.question, supported) == ("Is it true?", "Was it said?", [2, 1])


def test_what_was_not_checked_is_listed_statement_by_statement():
    """Also what a sentence states beside its cards; what a person could clear up comes first."""
    told = page_of(said_report()).articles[0].not_checked
    assert [text for text, _ in told] == [
        "They had warned of it.",
        "Oil in the harbour",
        "By Nora Feld",
        "All will be clean by June.",
        "It was a dark day for the town.",
    ]


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
