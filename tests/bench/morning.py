"""A made-up morning of any size: articles, claims, verdicts, passages and a desk, the same each time."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from tests.verifier.report.samples import (
    make_article,
    make_claim,
    make_document,
    make_evidence,
    make_report,
    make_row,
    make_set_aside,
)
from verifier.rows import ArticleReport, ClaimReport, Count, Desk, Earlier, PastVerdict, RunReport
from verifier.types import Cause, CauseKind, Claim, ClaimStatus, Evidence, Label, Stance

CLAIMS_PER_ARTICLE = 20
LABELS = {
    Label.SUPPORTED: 45,
    Label.NOT_ENOUGH_EVIDENCE: 45,
    Label.REFUTED: 6,
    Label.CONFLICTING_EVIDENCE: 4,
}  # of a hundred
TEXT = (
    "the council said that a new bridge over the river would cost more than planned while traffic in the old town has "
    "doubled since spring and many people waited for the ferry which ran only twice an hour on weekdays"
)
WORDS = TEXT.split()
NAMES = [f"{first} {last}" for first in ("Ada", "Bo", "Nora", "Ilse") for last in ("Brook", "Lind", "Feld", "Brandt")]
SITES = [f"news{n}.example" for n in range(8)]


def make_morning(n_claims: int, seed: int = 7) -> RunReport:
    """A run over `n_claims` checkable claims in articles of twenty, each with two passages of about 600 characters."""
    dice = random.Random(seed)
    articles = tuple(_article(dice, n) for n in range(max(1, n_claims // CLAIMS_PER_ARTICLE)))
    return replace(make_report(*articles), desk=_desk(dice))


def _sentence(dice: random.Random, n_words: int, number: int) -> str:
    return f"{' '.join(dice.choices(WORDS, k=n_words)).capitalize()} {number}."


def _article(dice: random.Random, number: int) -> ArticleReport:
    sentences = [_sentence(dice, dice.randint(12, 22), 100 * number + n) for n in range(CLAIMS_PER_ARTICLE + 4)]
    paragraphs = [" ".join(sentences[at : at + 4]) for at in range(0, len(sentences), 4)]
    url = f"https://{dice.choice(SITES)}/{number}"
    article = make_article("\n\n".join(paragraphs), title=_sentence(dice, 7, number), url=url)
    rows = [_row(dice, make_claim(article, s)) for s in sentences[:CLAIMS_PER_ARTICLE]]
    rows += [make_set_aside(article, s, "opinion") for s in sentences[CLAIMS_PER_ARTICLE:-1]]
    rows.append(make_set_aside(article, sentences[-1], "unclear referent", status=ClaimStatus.AMBIGUOUS))
    return ArticleReport(article, tuple(rows))


def _row(dice: random.Random, claim: Claim) -> ClaimReport:
    label = dice.choices([*LABELS], [*LABELS.values()])[0]
    speaker = dice.choice(NAMES) if dice.random() < 0.3 else None
    claim = replace(claim, speaker=speaker, checkworthiness=dice.random())
    row = make_row(claim, label, dice.uniform(0.4, 0.99), *_evidence(dice, label), why="As “Register” says.")
    return _known(row, dice) if dice.random() < 0.1 else row


def _evidence(dice: random.Random, label: Label) -> list[Evidence]:
    stances = {
        Label.SUPPORTED: (Stance.SUPPORTS, Stance.NEUTRAL),
        Label.REFUTED: (Stance.REFUTES, Stance.NEUTRAL),
        Label.CONFLICTING_EVIDENCE: (Stance.SUPPORTS, Stance.REFUTES),
        Label.NOT_ENOUGH_EVIDENCE: (Stance.NEUTRAL, Stance.NEUTRAL),
    }[label]
    found = []
    for stance in stances:
        text = " ".join(_sentence(dice, 18, dice.randrange(10**6)) for _ in range(5))
        quotes = (text[: text.index(".") + 1],) if stance is not Stance.NEUTRAL else ()
        document = make_document(_sentence(dice, 5, dice.randrange(10**6)), text)
        found.append(make_evidence(document, stance, quotes, tier="news"))
    return found


def _known(row: ClaimReport, dice: random.Random) -> ClaimReport:
    """It was judged before, and otherwise."""
    assert row.verdict is not None
    before = dice.choice([label for label in Label if label is not row.verdict.label])
    cause = Cause(CauseKind.NEW_PASSAGE, None, "“Dam register” came into the corpus on 2026-11-20")
    moment = datetime(2026, 11, 1, 6, tzinfo=UTC)
    return replace(
        row,
        previous=Earlier(row.claim.id, "A", "earlier", moment, before, 0.8),
        causes=(cause,),
        history=(
            PastVerdict("earlier", moment, before, 0.8, ()),
            PastVerdict("run", moment + timedelta(days=21), row.verdict.label, row.verdict.confidence, (cause,)),
        ),
        n_verdicts=4,
    )


def _desk(dice: random.Random) -> Desk:
    def counts(names: list[str]) -> tuple[Count, ...]:
        return tuple(Count(name, tuple(dice.randint(0, 90) for _ in Label)) for name in names)

    days = [(date(2026, 11, 1) + timedelta(days=n)).isoformat() for n in range(22)]
    return Desk(by_day=counts(days), by_site=counts([*SITES, ""]), by_speaker=counts(NAMES[:12]))
