"""What a report says of the whole database: what other runs flipped, and labels by day, site and speaker."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.verifier.factories import make_article, make_claim, make_document, make_evidence, make_run, make_verdict
from tests.verifier.small_desk import fill
from verifier.rows import Count, Desk
from verifier.store import Store
from verifier.store.desk import MAX_DAYS, MAX_FLIPS, MAX_NAMES
from verifier.types import Article, CauseKind, Claim, ClaimKind, Label, RunKind, RunStatus, Stance

STARTED = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
SUPPORTED, REFUTED, CONFLICTING, UNKNOWN = Label
ONE = {label: tuple(int(label is other) for other in Label) for label in Label}
DAM = make_article("The Orla dam holds 3 million litres.", title="Dam")


@pytest.fixture
def store() -> Iterator[Store]:
    with Store.open(":memory:") as opened:
        yield opened


def run(
    store: Store,
    day: int,
    *labels: tuple[Claim, Label],
    article: Article = DAM,
    kind: RunKind = RunKind.VERIFY,
    ended: RunStatus = RunStatus.FINISHED,
) -> str:
    """A run of that day, whose verdicts are saved within its first hour; its id."""
    name, began = f"run-{day}", STARTED + timedelta(days=day)
    store.begin_run(make_run(name, started_at=began, kind=kind))
    for claim, label in labels:
        store.save(name, [article], [] if kind is RunKind.REVERIFY else [claim], [make_verdict(claim, label)])
    store.finish_run(name, ended, began + timedelta(hours=1))
    saved = (began + timedelta(minutes=30)).replace(tzinfo=None)
    store._connection.execute("UPDATE verdicts SET saved_at = ? WHERE run_id = ?", [saved, name])
    return name


def flips(store: Store, run_id: str) -> list[tuple[str, Label, Label]]:
    """The flips of the run's report, and that there are as many as are said."""
    desk = store.report_rows(run_id).desk
    assert desk.n_flips == len(desk.flips)
    return [(flip.run_id, flip.old_label, flip.label) for flip in desk.flips]


def test_an_empty_run_that_is_the_first_has_its_day_and_nothing_else(store: Store) -> None:
    """No flip, no site, no speaker."""
    assert store.report_rows(run(store, 0)).desk == Desk(by_day=(Count("2026-03-02", (0, 0, 0, 0)),))


def test_a_first_run_has_nothing_to_compare_with(store: Store) -> None:
    """What flipped since is told in the reports of the runs after it; its labels are counted."""
    claim = make_claim(DAM)
    first = run(store, 0, (claim, SUPPORTED))
    run(store, 1, (claim, REFUTED), kind=RunKind.REVERIFY)
    desk = store.report_rows(first).desk
    assert (desk.flips, desk.n_flips) == ((), 0)
    assert desk.by_site == (Count("news.example", ONE[REFUTED]),)


def test_what_a_run_in_the_night_flipped_is_told(store: Store) -> None:
    """With its claim, article and causes; what the reported run itself flipped stands in its own rows."""
    claim = make_claim(DAM)
    run(store, 0, (claim, SUPPORTED))
    store.begin_run(make_run("night", started_at=STARTED + timedelta(hours=20), kind=RunKind.REVERIFY))
    new = make_document(title="Register", origin="new.txt", ingested=STARTED + timedelta(hours=19))
    store.save("night", [DAM], [], [make_verdict(claim, REFUTED, [make_evidence(claim, Stance.REFUTES, new)])])
    last = run(store, 1, (claim, UNKNOWN))
    [flip] = store.report_rows(last).desk.flips
    assert (flip.run_id, flip.claim_id, flip.claim, flip.article) == ("night", claim.id, claim.text, "Dam")
    assert (flip.old_label, flip.label, flip.confidence) == (SUPPORTED, REFUTED, 0.8)
    assert flip.causes[0].kind is CauseKind.NEW_PASSAGE
    assert flip.saved_at.tzinfo is UTC


def test_a_claim_that_flipped_there_and_back_is_told_twice(store: Store) -> None:
    """Newest first, though its label is what it was."""
    claim = make_claim(DAM)
    run(store, 0, (claim, SUPPORTED))
    there = run(store, 1, (claim, REFUTED), kind=RunKind.REVERIFY)
    back = run(store, 2, (claim, SUPPORTED), kind=RunKind.REVERIFY)
    last = run(store, 3)
    assert flips(store, last) == [(back, REFUTED, SUPPORTED), (there, SUPPORTED, REFUTED)]


def test_flips_from_before_the_run_before_are_not_told(store: Store) -> None:
    """Nor verdicts that say the same again."""
    claim = make_claim(DAM)
    run(store, 0, (claim, SUPPORTED))
    run(store, 1, (claim, REFUTED), kind=RunKind.REVERIFY)
    run(store, 2)
    run(store, 3, (claim, REFUTED), kind=RunKind.REVERIFY)
    assert flips(store, run(store, 4)) == []


@pytest.mark.parametrize("ended", [RunStatus.FAILED, RunStatus.RUNNING])
def test_a_run_that_left_no_report_is_not_the_run_before(store: Store, ended: RunStatus) -> None:
    """What flipped before it has been told nowhere yet."""
    claim = make_claim(DAM)
    run(store, 0, (claim, SUPPORTED))
    night = run(store, 1, (claim, REFUTED), kind=RunKind.REVERIFY)
    run(store, 2, ended=ended)
    assert flips(store, run(store, 3)) == [(night, SUPPORTED, REFUTED)]


def test_more_flips_than_are_listed_are_counted(store: Store) -> None:
    """The newest are listed."""
    article = make_article(" ".join(f"Dam {i} is full." for i in range(MAX_FLIPS + 3)))
    claims = [make_claim(article, f"Dam {i} is full.") for i in range(MAX_FLIPS + 3)]
    for name, day, label in (("a", 0, SUPPORTED), ("b", 1, REFUTED)):
        store.begin_run(make_run(name, started_at=STARTED + timedelta(days=day)))
        store.save(name, [article], claims, [make_verdict(claim, label) for claim in claims])
        store.finish_run(name, RunStatus.FINISHED, STARTED + timedelta(days=day, hours=1))
    desk = store.report_rows(run(store, 2)).desk
    assert (len(desk.flips), desk.n_flips) == (MAX_FLIPS, MAX_FLIPS + 3)


def test_a_review_is_no_flip_and_changes_no_count(store: Store) -> None:
    """It stands beside verdicts."""
    claim = make_claim(DAM)
    run(store, 0, (claim, SUPPORTED))
    last = run(store, 1, (claim, SUPPORTED))
    before = store.report_rows(last).desk
    store.add_review(claim.id, REFUTED, "Ada")
    assert store.report_rows(last).desk == before
    assert before.by_site == (Count("news.example", ONE[SUPPORTED]),)


def test_claims_count_on_the_day_of_the_run_that_judged_them_first(store: Store) -> None:
    """By their latest label; a day on which nothing new was judged has none, later days are left out."""
    claim = make_claim(DAM)
    run(store, 0, (claim, SUPPORTED))
    again = run(store, 1, (claim, SUPPORTED))
    run(store, 2, (claim, REFUTED), kind=RunKind.REVERIFY)
    run(store, 3)
    found = store.report_rows(again).desk.by_day
    assert found == (Count("2026-03-02", ONE[REFUTED]), Count("2026-03-03", (0, 0, 0, 0)))


def test_only_the_last_days_with_runs_are_counted(store: Store) -> None:
    """Days between them do not count."""
    last = [run(store, 2 * day) for day in range(MAX_DAYS + 2)][-1]
    found = store.report_rows(last).desk.by_day
    assert (len(found), found[0].name, found[-1].name) == (MAX_DAYS, "2026-03-06", "2026-05-03")


@pytest.mark.parametrize(
    ("url", "site"),
    [
        ("https://www.News.example:8080/a?u=http://x.example/", "news.example"),
        ("http://ada@news.example", "news.example"),
        ("https://www2.news.example#top", "www2.news.example"),
        ("http://[2001:db8::1]:80/", "[2001:db8::1]"),
        ("file.html", ""),
        (None, ""),
    ],
)
def test_a_site_is_the_host_of_an_article(store: Store, url: str | None, site: str) -> None:
    """Without `www.`, port and user; articles without an address are one."""
    article = make_article(url=url)
    name = run(store, 0, (make_claim(article), REFUTED), article=article)
    assert store.report_rows(name).desk.by_site == (Count(site, ONE[REFUTED]),)


def test_what_a_speaker_says_in_several_articles_counts_once(store: Store) -> None:
    """With the label given last; that something was said is not counted."""
    for day, label in enumerate((SUPPORTED, REFUTED)):
        article = make_article(f"The dam is full. It is day {day}.", published=date(2026, 3, 1 + day))
        claims = [make_claim(article, "The dam is full.", speaker="Bo Lind", id=f"says-{day}")]
        claims.append(make_claim(article, id=f"act-{day}", speaker="Bo Lind", kind=ClaimKind.SPEECH_ACT, verb="said"))
        run(store, day, *((claim, label) for claim in claims), article=article)
    desk = store.report_rows().desk
    assert desk.by_speaker == (Count("Bo Lind", ONE[REFUTED]),)
    assert desk.by_site == (Count("news.example", (2, 2, 0, 0)),)


def test_the_speakers_with_most_claims_are_shown(store: Store) -> None:
    """The largest first, then by name."""
    names = [f"Speaker {n:02}" for n in range(MAX_NAMES + 1)]
    article = make_article(" ".join(f"Dam {i} is full." for i in range(len(names) + 1)))
    claims = [make_claim(article, f"Dam {i} is full.", speaker=name) for i, name in enumerate([*names, names[-1]])]
    found = store.report_rows(run(store, 0, *((c, UNKNOWN) for c in claims), article=article)).desk.by_speaker
    assert [count.name for count in found] == [names[-1], *names[: MAX_NAMES - 1]]
    assert found[0].n == (0, 0, 0, 2)


def test_a_claim_that_is_no_longer_found_counts_no_more(store: Store) -> None:
    """The newest reading of its article has another."""
    article = make_article()
    run(store, 0, (make_claim(article), SUPPORTED), article=article)
    last = run(store, 1, (make_claim(article, "It is a fine sight."), REFUTED), article=article)
    assert store.report_rows(last).desk.by_site == (Count("news.example", ONE[REFUTED]),)


def test_the_counts_of_a_desk_are_those_of_its_views(store: Store) -> None:
    """Every label by day and by speaker as latest_verdicts has it."""
    fill(store)
    desk = store.report_rows("run-3").desk
    told = dict(store.query("SELECT label, count(*) FROM latest_verdicts GROUP BY label").rows)
    expected = tuple(told.get(label.value, 0) for label in Label)
    assert desk.by_site == (Count("news.example", expected),)
    assert [count.name for count in desk.by_day] == ["2026-03-02", "2026-03-06", "2026-03-09"]
    assert tuple(map(sum, zip(*(count.n for count in desk.by_day), strict=True))) == expected
    speakers = dict(store.query("SELECT speaker, n_statements FROM speakers").rows)
    assert {count.name: sum(count.n) for count in desk.by_speaker} == speakers
