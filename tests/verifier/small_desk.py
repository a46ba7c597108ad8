"""A desk of three weeks whose every answer is known, and docs/queries.md made from it.

`python -m tests.verifier.small_desk` writes the answers into the document again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from corpus.fetching.pages import Page
from tests.verifier.factories import make_article, make_claim, make_document, make_evidence, make_run, make_verdict
from verifier.fingerprint import fingerprint_of
from verifier.store import Store
from verifier.store.questions import QUESTIONS, Question, answered
from verifier.types import (
    Article,
    Claim,
    ClaimStatus,
    Evidence,
    Failure,
    Fetch,
    Label,
    RunKind,
    RunStatus,
    Stance,
    Verdict,
)

DOCUMENT = Path(__file__).parents[2] / "docs" / "queries.md"
NOW = datetime(2026, 3, 20, 8, 0, tzinfo=UTC)
HOLDS, OPENED, OLDER = (
    "The Orla dam holds 3 million litres.",
    "The Orla dam was opened in 1998.",
    "The Vell dam is older than the Orla dam.",
)
GIVEN = {"claim": "said-by-bo", "version": "c0ffee"}
_TYPED = {"flipped": {"since": "7d"}, "skipped": {"run": "run-3"}, "old-evidence": {"days": "365"}}
_BEGIN, _END = "<!-- answers: begin -->", "<!-- answers: end -->"
_MAX_ROWS = 2
_ASKED_LATER = ("changed-articles",)


def article_of(day: int, title: str, text: str) -> Article:
    return make_article(
        text, title=title, published=date(2026, 3, day), url=f"https://news.example/{day}", source=f"{day}.txt"
    )


FULL = article_of(1, "Orla dam full again", f"{HOLDS} It is a fine sight.")
BOARD = article_of(5, "Water board meets", f"{HOLDS} {OPENED}")
HISTORY = article_of(8, "Two dams", f"{OLDER} They left. The Vell dam leaks.")
PICTURES = article_of(9, "Picture page", "What a view!")


def claim_of(article: Article, sentence: str, id: str, speaker: str | None = None) -> Claim:
    return make_claim(article, sentence, id=id, speaker=speaker)


ADA = claim_of(FULL, HOLDS, "said-by-ada", "Ada Brook")
BO = claim_of(BOARD, HOLDS, "said-by-bo", "Bo Lind")
YEAR = claim_of(BOARD, OPENED, "opened-1998")
AGE = claim_of(HISTORY, OLDER, "older-dam", "Ada Brook")
LEAKS = claim_of(HISTORY, "The Vell dam leaks.", "leaks")
_OPINION = {"status": ClaimStatus.NOT_CHECKABLE, "reason": "opinion"}
UNCHECKED = (
    replace(claim_of(FULL, "It is a fine sight.", "sight"), **_OPINION),
    replace(claim_of(PICTURES, "What a view!", "view"), **_OPINION),
    replace(claim_of(HISTORY, "They left.", "left"), status=ClaimStatus.AMBIGUOUS, reason="unclear referent"),
)


def _cited(claim: Claim, stance: Stance, title: str, source: str, day: date, text: str, **changes: object) -> Evidence:
    document = make_document(
        f"{title}. {text}",
        title=title,
        source=source,
        published=day,
        origin=f"/library/{title}.txt",
        url=f"https://library.example/{title.split()[0].lower()}",
        ingested=datetime(2026, 3, 15, tzinfo=UTC) if title == "Dam register" else datetime(2026, 1, 2, tzinfo=UTC),
    )
    return make_evidence(claim, stance, document, **changes)


def survey(claim: Claim, stance: Stance = Stance.SUPPORTS) -> Evidence:
    text = "The Orla dam holds 3 million litres of water."
    item = _cited(claim, stance, "Annual survey", "Water agency", date(2025, 11, 1), text)
    return replace(item, origin=item.passage.id)


def reprint(claim: Claim) -> Evidence:
    """A copy of the survey's sentence."""
    text = "The Orla dam holds 3 million litres of water."
    item = _cited(claim, Stance.SUPPORTS, "News in brief", "Evening Post", date(2025, 11, 2), text)
    return replace(item, origin=survey(claim).passage.id)


def register(claim: Claim, stance: Stance = Stance.REFUTES) -> Evidence:
    text = "The Orla dam holds 2 million litres of water."
    return _cited(claim, stance, "Dam register", "State register", date(2026, 3, 14), text)


def chronicle(claim: Claim, stance: Stance = Stance.SUPPORTS) -> Evidence:
    text = "The dam at Orla was opened in 1998, after that at Vell."
    return _cited(claim, stance, "Town chronicle", "Orla town", date(2010, 6, 1), text)


def guide(claim: Claim, stance: Stance = Stance.REFUTES) -> Evidence:
    return _cited(
        claim, stance, "Walking guide", "Hill Press", date(2024, 5, 1), "The dam at Vell was built after Orla's."
    )


def judged(claim: Claim, label: Label, *evidence: Evidence) -> Verdict:
    """A verdict that names what it rests on."""
    titles = " and ".join(f"“{e.document.title}”" for e in evidence if e.stance is not Stance.NEUTRAL)
    return make_verdict(claim, label, evidence, justification=f"Rests on {titles}.")


def fill(store: Store) -> None:
    """Five runs, two fact-checks of others, three reviews."""
    _run(store, "run-1", 2, [judged(ADA, Label.SUPPORTED, survey(ADA))], [UNCHECKED[0]])
    both = [
        judged(BO, Label.SUPPORTED, survey(BO), reprint(BO)),
        judged(YEAR, Label.SUPPORTED, chronicle(YEAR)),
    ]
    _run(store, "run-2", 6, both, [])
    _run(
        store,
        "run-3",
        9,
        [judged(AGE, Label.CONFLICTING_EVIDENCE, chronicle(AGE), guide(AGE))],
        [*UNCHECKED[1:], LEAKS],
        [Failure("11.html", "read", "UnreadableError", "expected text, found 0 bytes")],
    )
    flipped = judged(ADA, Label.REFUTED, register(ADA), survey(ADA, Stance.NEUTRAL))
    _run(store, "run-4", 16, [flipped], [], corpus="beef02", kind=RunKind.REVERIFY)
    _run(store, "run-5", 17, both, [], corpus="beef02", kind=RunKind.REVERIFY)
    _people(store)


def _run(
    store: Store,
    id: str,
    day: int,
    verdicts: Sequence[Verdict],
    others: Sequence[Claim],
    failures: Sequence[Failure] = (),
    corpus: str = "c0ffee01",
    kind: RunKind = RunKind.VERIFY,
) -> None:
    began = datetime(2026, 3, day, 2, 0, tzinfo=UTC)
    store.begin_run(make_run(id, started_at=began, corpus_version=corpus, kind=kind))
    claims = [*(v.claim for v in verdicts), *others]
    articles = [a for a in (FULL, BOARD, HISTORY, PICTURES) if a.id in {c.article_id for c in claims}]
    store.save(id, articles, [] if kind is RunKind.REVERIFY else claims, verdicts)
    store.record_failures(id, failures)
    ended = RunStatus.FINISHED_WITH_FAILURES if failures else RunStatus.FINISHED
    store.finish_run(id, ended, began.replace(minute=12))
    store._connection.execute(
        "UPDATE verdicts SET saved_at = ? WHERE run_id = ?", [began.replace(minute=10, tzinfo=None), id]
    )


def fetch_again(store: Store) -> None:
    """Later the page of the first article says another number, and one thing more."""
    first = datetime(2026, 3, 1, 6, tzinfo=UTC)
    store.record_fetches("run-1", [Fetch(_page(FULL, first), FULL.id)])
    newer = replace(FULL, id="full-2", text=FULL.text.replace("3 million", "2 million") + f" {OPENED}")
    claims = [
        make_claim(newer, newer.text.split(". ")[0] + ".", id="now-2-million", speaker="Ada Brook"),
        make_claim(newer, OPENED, id="opened-too"),
    ]
    began = datetime(2026, 3, 19, 2, 0, tzinfo=UTC)
    store.begin_run(make_run("run-6", started_at=began, corpus_version="beef02"))
    verdicts = [judged(claims[0], Label.SUPPORTED, register(claims[0], Stance.SUPPORTS))]
    store.save("run-6", [newer], claims, verdicts)
    store.record_fetches("run-6", [Fetch(_page(newer, began), newer.id)])
    store.finish_run("run-6", RunStatus.FINISHED, began.replace(minute=12))


def _page(article: Article, moment: datetime) -> Page:
    url, text = article.url or "", article.text.encode()
    return Page(url, url, moment, 200, "text/html", "utf-8", '"1"', None, hashlib.sha256(text).hexdigest(), len(text))


def _people(store: Store) -> None:
    """Nora says that Bo is wrong, that the chronicle is about another dam, and that the conflict is one."""
    of = {text: fingerprint_of(text, "CONTENT") for text in (HOLDS, OPENED, OLDER)}
    connection = store._connection
    connection.execute("DELETE FROM statements")  # here each wording stands for itself
    for text, key in of.items():
        connection.execute(
            "INSERT INTO statements VALUES (?, ?, ?, 'CONTENT', NULL, NULL, NULL, '2026-03-02')", [key, key, text]
        )
    for id, rating, day in (("f1", "Unproven", "2026-03-03"), ("f2", "False", "2026-03-12")):
        connection.execute(
            "INSERT INTO fact_checks VALUES (?, ?, ?, 'Ada Brook', '2026-03-01', [], 'Facts First',"
            " 'https://facts.example/orla', 'How much water?', ?, ?, NULL, ?)",
            [id, of[HOLDS], HOLDS, day, rating, day],
        )
    for id, claim, run, label, comment, passage, day in (
        ("w1", "said-by-bo", "run-2", "REFUTED", "The register says 2.", None, "2026-03-10 09:00"),
        ("w2", "older-dam", "run-3", "CONFLICTING_EVIDENCE", "They do differ.", None, "2026-03-10 09:05"),
        ("w3", "opened-1998", "run-2", None, "Another dam.", chronicle(YEAR).passage.id, "2026-03-11 10:00"),
    ):
        connection.execute(
            "INSERT INTO reviews VALUES (?, ?, ?, ?, 'Nora Feld', ?, ?, ?)",
            [id, claim, run, label, comment, passage, day],
        )


def ask(store: Store, name: str, **given: str) -> list[dict[str, object]]:
    """The rows of a named question, by column."""
    values = {p.name: GIVEN[p.name] for p in QUESTIONS[name].parameters if p.default is None} | given
    result = answered(store, name, values, NOW)
    return [dict(zip(result.columns, row, strict=True)) for row in result.rows]


def answers() -> str:
    """Every question with its options and what it answers here, as Markdown."""
    with Store.open(":memory:") as store:
        fill(store)
        told = {name: _answer(store, question) for name, question in QUESTIONS.items()}
        fetch_again(store)  # which the other answers do not know of
        told |= {name: _answer(store, QUESTIONS[name]) for name in _ASKED_LATER}
        return "\n".join(told.values())


def _answer(store: Store, question: Question) -> str:
    given = _TYPED.get(question.name, {})
    typed = {p.name: GIVEN[p.name] for p in question.parameters if p.default is None} | given
    command = " ".join(["verifier ask", question.name, *(f"--{k} {v}" for k, v in typed.items())])
    options = [
        f"- `--{p.name}`: {p.about}" + (f" (`{p.default}`)" if p.default else " (must be given)" * (p.default is None))
        for p in question.parameters
    ]
    rows = ask(store, question.name, **given)
    told = [json.dumps(_told(row), indent=2, ensure_ascii=False, default=_iso) for row in rows[:_MAX_ROWS]]
    more = [f"... and {len(rows) - _MAX_ROWS} more"] if len(rows) > _MAX_ROWS else []
    lines = [f"### {question.name}", "", question.about, "", *options, "" if options else None]
    lines += ["```", f"$ {command} --json", *told, *more, "```", ""]
    return "\n".join(line for line in lines if line is not None)


def _iso(value: object) -> str:
    """A day or moment as `--json` writes it."""
    assert isinstance(value, date)
    return value.isoformat()


def _told(row: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in row.items() if value is not None and value != []}


def written() -> tuple[str, str, str]:
    """What stands in the document before, between and after the marks."""
    text = DOCUMENT.read_text(encoding="utf-8")
    before, _, rest = text.partition(f"{_BEGIN}\n")
    between, _, after = rest.partition(f"{_END}\n")
    return before, between, after


if __name__ == "__main__":
    before, _, after = written()
    DOCUMENT.write_text(f"{before}{_BEGIN}\n{answers()}{_END}\n{after}", encoding="utf-8")
