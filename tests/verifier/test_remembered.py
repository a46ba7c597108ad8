"""What a report shows beside a verdict: reviews, the verdict before, where else it was claimed, who checked it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.verifier.factories import make_article, make_claim, make_document, make_evidence, make_run, make_verdict
from verifier.rows import MAX_SIGHTINGS, ClaimReport, Earlier, Sighting, Sightings
from verifier.store import Store
from verifier.types import Article, CauseKind, Claim, ClaimStatus, Label, Stance

STARTED = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
SENTENCE = "The Orla dam holds 3 million litres."
OTHER_WORDS = "Three million litres are held by the Orla dam."
MARCH = make_article(f"{SENTENCE} It rained.", title="March", published=date(2026, 3, 1))
MAY = make_article(f"{SENTENCE} The sun shone.", title="May", published=date(2026, 5, 3))
UNDATED = make_article(f"{OTHER_WORDS} It snowed.", title="Undated", published=None)


@pytest.fixture
def store() -> Iterator[Store]:
    with Store.open(":memory:") as opened:
        yield opened


def run(store: Store, day: int, *claims: tuple[Article, Claim, Label]) -> str:
    """A run of that day with these verdicts; its id."""
    name = f"run-{day}"
    store.begin_run(make_run(name, started_at=STARTED + timedelta(days=day)))
    for article, claim, label in claims:
        store.save(name, [article], [claim], [make_verdict(claim, label)])
    return name


def claim_of(article: Article) -> Claim:
    """The claim of its first sentence."""
    return make_claim(article)


def row(store: Store, run_id: str, claim: Claim) -> ClaimReport:
    """The claim's row of the run's report."""
    rows = [row for article in store.report_rows(run_id).articles for row in article.claims]
    return next(row for row in rows if row.claim.id == claim.id)


def say_the_same(store: Store, *claims: Claim) -> str:
    """Put the claims under one statement, as the claim memory does; its id."""
    keys = [store.query("SELECT fingerprint FROM claims WHERE claim_id = ?", [claim.id]).rows[0][0] for claim in claims]
    cursor = store._connection
    cursor.execute("DELETE FROM statements")
    for key, claim in zip(dict.fromkeys(keys), claims, strict=False):
        values = [key, keys[0], claim.text]
        cursor.execute("INSERT INTO statements VALUES (?, ?, ?, 'CONTENT', NULL, NULL, NULL, now()::TIMESTAMP)", values)
    return str(keys[0])


def test_a_first_verdict_has_nothing_beside_it(store: Store) -> None:
    """No review, no verdict before, no other article."""
    claim, verdict = claim_of(MARCH), make_verdict(claim_of(MARCH))
    found = row(store, run(store, 1, (MARCH, claim, Label.REFUTED)), claim)
    assert found == ClaimReport(claim, verdict, history=found.history, n_verdicts=1)
    assert [(step.label, step.causes) for step in found.history] == [(Label.REFUTED, ())]


def test_the_history_has_the_first_verdict_and_each_with_another_label(store: Store) -> None:
    """Of all runs, also in the report of an old one; those that say the same again, and reviews, are no steps."""
    claim = claim_of(MARCH)
    labels = (Label.SUPPORTED, Label.SUPPORTED, Label.REFUTED, Label.REFUTED, Label.SUPPORTED)
    runs = [run(store, day, (MARCH, claim, label)) for day, label in enumerate(labels)]
    store.add_review(claim.id, Label.NOT_ENOUGH_EVIDENCE, "Ada")
    found = row(store, runs[1], claim)
    told = [(step.run_id, step.label) for step in found.history]
    assert told == [(runs[0], Label.SUPPORTED), (runs[2], Label.REFUTED), (runs[4], Label.SUPPORTED)]
    assert (found.n_verdicts, found.history) == (5, row(store, runs[4], claim).history)
    assert [bool(step.causes) for step in found.history] == [False, True, True]
    assert found.history[2].causes == row(store, runs[4], claim).causes


def test_what_was_saved_after_a_verdict_of_a_newer_run_is_no_step(store: Store) -> None:
    """It changed nothing of what was shown; it is counted."""
    claim = claim_of(MARCH)
    old = run(store, 1)
    new = run(store, 2, (MARCH, claim, Label.SUPPORTED))
    store.save(old, [MARCH], [claim], [make_verdict(claim, Label.REFUTED)])
    found = row(store, old, claim)
    assert ([(step.run_id, step.label) for step in found.history], found.n_verdicts) == ([(new, Label.SUPPORTED)], 2)


def test_a_claim_that_was_never_judged_has_no_history(store: Store) -> None:
    """Nor one that this run read otherwise and an earlier one did not judge."""
    aside = make_claim(MAY, status=ClaimStatus.NOT_CHECKABLE, reason="prediction")
    name = run(store, 1)
    store.save(name, [MAY], [aside], [])
    assert row(store, name, aside) == ClaimReport(aside, None)


def test_the_first_sightings_in_other_articles_are_named(store: Store) -> None:
    """By day, each article once, the claim's own left out, and no more than fit."""
    articles = [
        make_article(f"{SENTENCE} It is day {day}.", title=f"Day {day}", published=date(2026, 4, day))
        for day in range(1, MAX_SIGHTINGS + 4)
    ]
    name = run(store, 1, *((a, make_claim(a, speaker=None), Label.REFUTED) for a in articles))
    sightings = row(store, name, claim_of(articles[1])).sightings
    assert sightings is not None and sightings.n_articles == MAX_SIGHTINGS + 3
    assert [other.article for other in sightings.others] == ["Day 1", "Day 3", "Day 4", "Day 5", "Day 6"]
    first = articles[0]
    assert sightings.others[0] == Sighting(claim_of(first).id, "Day 1", first.url, None, date(2026, 4, 1))


def test_reviews_stand_beside_the_verdicts_of_every_run(store: Store) -> None:
    """What was said of the first verdict is shown with the second too, and the other way round."""
    claim = claim_of(MARCH)
    first = run(store, 1, (MARCH, claim, Label.REFUTED))
    said = [store.add_review(claim.id, Label.SUPPORTED, "Ada")]
    second = run(store, 2, (MARCH, claim, Label.REFUTED))
    said.append(store.add_review(claim.id, None, "Bo", "asked the agency"))
    assert row(store, first, claim).reviews == row(store, second, claim).reviews == tuple(said)


def test_a_changed_verdict_has_the_one_before_and_its_causes(store: Store) -> None:
    """With the run that gave it, and the passage that came since."""
    claim = claim_of(MARCH)
    first = run(store, 1, (MARCH, claim, Label.NOT_ENOUGH_EVIDENCE))
    second = run(store, 2)
    new = make_document(title="New register", origin="new.txt", ingested=STARTED + timedelta(days=1, hours=1))
    refuting = make_evidence(claim, Stance.REFUTES, new)
    store.save(second, [MARCH], [claim], [make_verdict(claim, Label.REFUTED, [refuting])])
    found = row(store, second, claim)
    at = STARTED + timedelta(days=1)
    assert found.previous == Earlier(claim.id, "March", first, at, Label.NOT_ENOUGH_EVIDENCE, 0.8)
    assert (found.causes[0].kind, found.causes[0].passage_id) == (CauseKind.NEW_PASSAGE, refuting.passage.id)


def test_a_claim_of_several_articles_is_one_with_sightings(store: Store) -> None:
    """In the same words or in others; the first day is the earliest publication, or else the day it was read."""
    claims = [claim_of(article) for article in (MARCH, MAY, UNDATED)]
    for day, (article, claim) in enumerate(zip((MAY, UNDATED, MARCH), (claims[1], claims[2], claims[0]), strict=True)):
        run(store, day, (article, claim, Label.REFUTED))
    key = say_the_same(store, *claims)
    found = {article: row(store, f"run-{day}", claim_of(article)) for day, article in enumerate((MAY, UNDATED, MARCH))}
    told = {article.title: r.sightings for article, r in found.items()}
    assert all(t == Sightings(key, 3, date(2026, 3, 1), t.others) for t in told.values() if t)
    others = {title: [other.article for other in t.others] for title, t in told.items() if t}
    assert others == {"March": ["Undated", "May"], "May": ["March", "Undated"], "Undated": ["March", "May"]}


def test_the_day_of_an_undated_article_is_that_of_its_first_run(store: Store) -> None:
    """Read twice, it was seen when it was read first."""
    undated = make_article(f"{SENTENCE} It hailed.", published=None)
    for day in (1, 4):
        run(store, day, (undated, claim_of(undated), Label.REFUTED))
    last = run(store, 5, (MAY, claim_of(MAY), Label.REFUTED))
    found = row(store, last, claim_of(MAY)).sightings
    assert found is not None and (found.n_articles, found.first_seen) == (2, date(2026, 3, 3))


def test_what_is_not_checked_is_no_sighting(store: Store) -> None:
    """The same words in a heading, or read as a prediction, claim nothing."""
    aside = make_claim(MAY, status=ClaimStatus.NOT_CHECKABLE, reason="prediction")
    name = run(store, 1, (MARCH, claim_of(MARCH), Label.REFUTED))
    store.save(name, [MAY], [aside], [])
    assert row(store, name, claim_of(MARCH)).sightings is None
    assert row(store, name, aside).sightings is None


def test_the_newest_earlier_verdict_on_the_same_claim_of_another_article_is_shown(store: Store) -> None:
    """Not one of this run or a later one, nor the claim's own, which is the verdict before."""
    run(store, 1, (MARCH, claim_of(MARCH), Label.SUPPORTED))
    second = run(store, 2, (MARCH, claim_of(MARCH), Label.REFUTED))
    third = run(store, 3, (MAY, claim_of(MAY), Label.REFUTED), (UNDATED, claim_of(UNDATED), Label.REFUTED))
    run(store, 4, (MARCH, claim_of(MARCH), Label.SUPPORTED))
    say_the_same(store, claim_of(MARCH), claim_of(UNDATED))
    at = STARTED + timedelta(days=2)
    expected = Earlier(claim_of(MARCH).id, "March", second, at, Label.REFUTED, 0.8)
    assert row(store, third, claim_of(MAY)).same_claim == row(store, third, claim_of(UNDATED)).same_claim == expected
    assert row(store, second, claim_of(MARCH)).same_claim is None


def test_the_words_in_which_a_claim_was_judged_are_told(store: Store) -> None:
    """Where they are not its own."""
    first, other = claim_of(MARCH), claim_of(UNDATED)
    name = run(store, 1, (MARCH, first, Label.REFUTED))
    key = say_the_same(store, first)
    store.save(name, [UNDATED], [other], [make_verdict(other, Label.REFUTED, reused_from=key)])
    assert row(store, name, other).judged_as == SENTENCE
    assert row(store, name, first).judged_as is None


def add_fact_check(store: Store, key: str, url: str | None, rating: str, day: int, claim: Claim) -> None:
    """As an import does, under the fingerprint of a claim."""
    sql = """
        INSERT INTO fact_checks
        SELECT ?, fingerprint, text, 'Ada', NULL, ['https://a.example'], 'Facts', ?, 'T',
            DATE '2026-01-01' + ?::INTEGER, ?, CASE WHEN ? = 'False' THEN 'REFUTED'::label END,
            TIMESTAMP '2026-02-01' + to_days(?::INTEGER)
        FROM claims WHERE claim_id = ?"""
    store._connection.execute(sql, [key, url, day, rating, rating, day, claim.id])


def test_fact_checks_of_the_same_statement_are_shown(store: Store) -> None:
    """Newest first; of one that was imported again with another rating, the newest."""
    name = run(store, 1, (MARCH, claim_of(MARCH), Label.REFUTED), (UNDATED, claim_of(UNDATED), Label.REFUTED))
    say_the_same(store, claim_of(MARCH), claim_of(UNDATED))
    for key, url, rating, day in (
        ("a", "https://x.example/1", "Half true", 1),
        ("b", "https://x.example/1", "False", 2),
    ):
        add_fact_check(store, key, url, rating, day, claim_of(UNDATED))
    add_fact_check(store, "c", None, "Odd", 5, claim_of(MARCH))
    found = row(store, name, claim_of(MARCH)).fact_checks
    assert [(f.id, f.rating, f.label, f.reviewed) for f in found] == [
        ("c", "Odd", None, date(2026, 1, 6)),
        ("b", "False", Label.REFUTED, date(2026, 1, 3)),
    ]
    assert (found[1].claimant, found[1].appearances, found[1].publisher) == ("Ada", ("https://a.example",), "Facts")
