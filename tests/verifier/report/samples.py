"""Small builders of rows, and one report that holds every kind of thing a page has to show."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from corpus.documents import Document, Passage, content_id
from verifier.rows import ArticleReport, ClaimReport, Earlier, RunReport, Sightings
from verifier.types import (
    Article,
    Cause,
    CauseKind,
    Claim,
    ClaimKind,
    ClaimStatus,
    Comparison,
    Evidence,
    FactCheck,
    Failure,
    Label,
    Relation,
    Review,
    Run,
    RunStatus,
    Span,
    Stance,
    Substitution,
    Timing,
    Verdict,
)

STARTED = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)

BRIDGE_ARTICLE = (
    "The Harbour Bridge reopened on Monday. Work on the bridge cost 48 million euros, the city says. "
    "“Not a single worker was injured during the repairs,” said Mayor Ilse Brandt. "
    "It was the greatest day of the year. The bridge was built in 1931. "
    "Traffic over it has doubled since 2010. They will be back next year."
)
BUDGET_TEXT = (
    "The council met on 3 March. The final accounts put the cost of the bridge repairs at 61.4 million euros. "
    "That is 13 million more than planned. The mayor did not comment."
)
SAFETY_TEXT = (
    "The labour inspectorate recorded four accidents on the bridge site in 2025. "
    "Two workers were taken to hospital. Neither was in danger of life."
)
NOTE_TEXT = "The contractor reports that the repairs were completed without any injury to its staff."
HISTORY_TEXT = "Harbour Bridge is a steel arch bridge. It was opened to traffic in 1931. It carries two lanes each way."
SPILL_ARTICLE = (
    "Oil in the harbour\n\nBy Nora Feld\n\n"
    "Ilse Brandt opened the hearing on 4 May. "
    "She said the tanker “lost 900 tonnes of oil”, that no beach was closed and that all will be clean by June. "
    "It was a dark day for the town. They had warned of it."
)
REGISTER_TEXT = "The port register puts the loss at 140 tonnes of oil. All beaches stayed open."
MINUTES_TEXT = (
    "Mayor Brandt opened the hearing on 4 May 2026. She told the council that the tanker lost 900 tonnes of oil."
)
PLAN_TEXT = "The council plans to repair the bridge for 48 million euros."
TRAFFIC_TEXT = "In 2015 some 31,000 vehicles crossed Harbour Bridge each day."


def make_document(title: str, text: str, **fields: object) -> Document:
    """A document dated 2026-03-04 from the City Gazette, unless told otherwise."""
    known = Document(
        id=content_id(title, text),
        origin=f"{title}.txt",
        title=title,
        url="https://example.org/gazette",
        source="City Gazette",
        published=date(2026, 3, 4),
        ingested=STARTED,
        text=text,
    )
    return replace(known, **fields)  # type: ignore[arg-type]


def make_evidence(
    document: Document,
    stance: Stance = Stance.REFUTES,
    quotes: tuple[str, ...] = (),
    p: float = 0.9,
    passage_from: int = 0,
    comparisons: tuple[Comparison, ...] = (),
    **fields: object,
) -> Evidence:
    """Evidence from the document's text after `passage_from`; `quotes` are found in it and become the rationale."""
    text = document.text[passage_from:]
    rest = (1 - p) / 2
    chances = {member: p if member is stance else rest for member in Stance}
    known = Evidence(
        claim_id="claim",
        passage=Passage(f"p-{document.id}", document.id, passage_from, len(document.text), text),
        document=document,
        retrieval_score=1.0,
        stance=stance,
        p_supports=chances[Stance.SUPPORTS],
        p_refutes=chances[Stance.REFUTES],
        p_neutral=chances[Stance.NEUTRAL],
        rationale=tuple(Span(text.index(quote), text.index(quote) + len(quote)) for quote in quotes),
        comparisons=comparisons,
    )
    return replace(known, **fields)  # type: ignore[arg-type]


def make_article(text: str, title: str = "Bridge reopens after repairs", **fields: object) -> Article:
    """An article with the given text."""
    known = Article(content_id(title, text), title, None, "bridge.txt", date(2026, 11, 22), text)
    return replace(known, **fields)  # type: ignore[arg-type]


def make_claim(article: Article, sentence: str, **fields: object) -> Claim:
    """The claim that a sentence of the article makes; checkable and worded as it stands, unless told otherwise."""
    start = article.text.index(sentence)
    known = Claim(
        id=content_id(article.id, str(start)),
        article_id=article.id,
        start=start,
        end=start + len(sentence),
        sentence=sentence,
        text=sentence,
        speaker=None,
        claim_date=article.published,
        checkworthiness=0.8,
        status=ClaimStatus.CHECKABLE,
        reason="",
    )
    return replace(known, **fields)  # type: ignore[arg-type]


def make_row(claim: Claim, label: Label, confidence: float, *evidence: Evidence, why: str = "") -> ClaimReport:
    """A claim with its verdict."""
    ours = tuple(replace(item, claim_id=claim.id) for item in evidence)
    return ClaimReport(claim, Verdict(claim, label, confidence, ours, why))


def make_set_aside(article: Article, sentence: str, reason: str, **fields: object) -> ClaimReport:
    """A sentence, or another line, that was not checked."""
    known = {"status": ClaimStatus.NOT_CHECKABLE, "reason": reason} | fields
    return ClaimReport(make_claim(article, sentence, **known), None)


def make_run(**fields: object) -> Run:
    """A run that finished, unless told otherwise."""
    known = Run(
        id="run-20261123-0600",
        started_at=STARTED,
        finished_at=datetime(2026, 11, 23, 6, 4, tzinfo=UTC),
        status=RunStatus.FINISHED,
        code_version="0.1.0+3fa9c1d",
        settings_json='{"retriever": {"k": 20}}',
        model_ids=("all-MiniLM-L6-v2", "stance-minilm-1"),
        corpus_version="corpus-7f3a21",
    )
    return replace(known, **fields)  # type: ignore[arg-type]


def make_report(*articles: ArticleReport, failures: tuple[Failure, ...] = (), **run_fields: object) -> RunReport:
    """A report over the given articles."""
    return RunReport(make_run(**run_fields), failures, articles)


def one_claim_report(evidence: Evidence, label: Label = Label.REFUTED, **run_fields: object) -> RunReport:
    """A report of one article with one claim and one piece of evidence."""
    article = make_article("The repairs cost 48 million euros.")
    row = make_row(make_claim(article, article.text), label, 0.87, evidence, why="See the accounts.")
    return make_report(ArticleReport(article, (row,)), **run_fields)


def _cost_row(article: Article) -> ClaimReport:
    differs = Comparison(
        "48 million euros",
        "61.4 million euros",
        Relation.DIFFERS,
        "article: 48 million euros; evidence: 61.4 million euros (as of 2026-03-04)",
    )
    accounts = make_document("Council approves final accounts", BUDGET_TEXT)
    quotes = (
        "The final accounts put the cost of the bridge repairs at 61.4 million euros.",
        "That is 13 million more than planned.",
    )
    return make_row(
        make_claim(
            article,
            "Work on the bridge cost 48 million euros, the city says.",
            text="Work on the Harbour Bridge cost 48 million euros.",
            speaker="City of Harbourtown",
        ),
        Label.REFUTED,
        0.93,
        make_evidence(accounts, quotes=quotes, comparisons=(differs,), tier="official", origin=f"p-{accounts.id}"),
        make_evidence(
            make_document("Bridge bill grows", f"By our staff. {BUDGET_TEXT}", published=date(2026, 11, 24)),
            quotes=quotes,
            tier="news",
            timing=Timing.AFTER_CLAIM,
            origin=f"p-{accounts.id}",
        ),
        make_evidence(
            make_document("Repairs planned", PLAN_TEXT, published=date(2024, 1, 10)),
            Stance.NEUTRAL,
            tier="official",
            timing=Timing.BEFORE_EVENT,
        ),
        make_evidence(make_document("A short history of Harbour Bridge", HISTORY_TEXT), Stance.NEUTRAL),
        why="Refuted by “Council approves final accounts” (City Gazette, 2026-03-04). "
        "Article: 48 million euros; evidence: 61.4 million euros (as of 2026-03-04).",
    )


def _injury_row(article: Article) -> ClaimReport:
    return make_row(
        make_claim(
            article,
            "“Not a single worker was injured during the repairs,” said Mayor Ilse Brandt.",
            text="Not a single worker was injured during the repairs of the Harbour Bridge.",
            speaker="Mayor Ilse Brandt",
        ),
        Label.CONFLICTING_EVIDENCE,
        0.71,
        make_evidence(
            make_document("Accidents at work 2025", SAFETY_TEXT, source="Labour inspectorate", url=None),
            quotes=("The labour inspectorate recorded four accidents", "Two workers were taken to hospital."),
        ),
        make_evidence(
            make_document("Contractor's note", NOTE_TEXT, source="Stahlbau AG", published=None),
            Stance.SUPPORTS,
            (NOTE_TEXT,),
            p=0.82,
        ),
        why="One side says there were no injuries, the other that two workers were taken to hospital.",
    )


def full_report(**run_fields: object) -> RunReport:
    """One claim of each label, one that got no verdict, an opinion and an ambiguous sentence."""
    article = make_article(BRIDGE_ARTICLE, url="https://example.org/bridge")
    history = make_document("A short history of Harbour Bridge", HISTORY_TEXT, source="City museum", published=None)
    traffic = make_document("Traffic counts", TRAFFIC_TEXT, published=date(2016, 1, 11))
    ambiguous = make_claim(
        article, "They will be back next year.", status=ClaimStatus.AMBIGUOUS, reason="who “they” are is not said"
    )
    rows = (
        ClaimReport(make_claim(article, "The Harbour Bridge reopened on Monday."), None),
        _cost_row(article),
        _injury_row(article),
        make_set_aside(article, "It was the greatest day of the year.", "opinion"),
        make_row(
            make_claim(article, "The bridge was built in 1931.", text="The Harbour Bridge was built in 1931."),
            Label.SUPPORTED,
            0.96,
            make_evidence(
                history,
                Stance.SUPPORTS,
                ("It was opened to traffic in 1931.",),
                comparisons=(Comparison("1931", "1931", Relation.AGREES, "both state 1931"),),
            ),
            why="Supported by “A short history of Harbour Bridge” (City museum).",
        ),
        make_row(
            make_claim(article, "Traffic over it has doubled since 2010."),
            Label.NOT_ENOUGH_EVIDENCE,
            0.64,
            make_evidence(traffic, Stance.NEUTRAL, p=0.7),
            make_evidence(history, Stance.NEUTRAL, p=0.9),
            why="None of the 2 nearest passages settles this.",
        ),
        ClaimReport(ambiguous, None),
    )
    return make_report(ArticleReport(article, rows), **run_fields)


def _part(article: Article, words: str) -> Span:
    start = article.text.index(words)
    return Span(start, start + len(words))


def _said_rows(article: Article) -> tuple[ClaimReport, ...]:
    """One sentence: that it was said, and what was said, in three claims."""
    sentence = article.text[article.text.index("She said") : article.text.index(" It was a dark")]
    at = article.text.index(sentence)
    oil, beaches, clean = (
        make_claim(
            article,
            sentence,
            id=name,
            text=text,
            speaker="Ilse Brandt",
            parts=tuple(_part(article, words) for words in parts),
        )
        for name, text, *parts in (
            ("oil", "The tanker lost 900 tonnes of oil.", "the tanker", "lost 900 tonnes of oil"),
            ("beaches", "No beach was closed.", "no beach was closed"),
            ("clean", "All will be clean by June.", "all will be clean by June"),
        )
    )
    said = make_claim(
        article,
        sentence,
        id="said",
        text=sentence.replace("She", "Ilse Brandt"),
        speaker="Ilse Brandt",
        kind=ClaimKind.SPEECH_ACT,
        verb="said",
        quotes=("lost 900 tonnes of oil",),
        parts=(Span(at, at + len(sentence)),),
        substitutions=(Substitution(at, at + 3, "She", "Ilse Brandt", "the only woman named in the sentence before"),),
    )
    minutes, register = make_document("Minutes", MINUTES_TEXT), make_document("Port register", REGISTER_TEXT)
    told = ("She told the council that the tanker lost 900 tonnes of oil.",)
    loss, opened = ("The port register puts the loss at 140 tonnes of oil.",), ("All beaches stayed open.",)
    return (
        make_row(said, Label.SUPPORTED, 0.9, make_evidence(minutes, Stance.SUPPORTS, told), why="The minutes have it."),
        make_row(oil, Label.REFUTED, 0.94, make_evidence(register, quotes=loss), why="The register has 140 tonnes."),
        make_row(beaches, Label.SUPPORTED, 0.88, make_evidence(register, Stance.SUPPORTS, opened)),
        ClaimReport(replace(clean, status=ClaimStatus.NOT_CHECKABLE, reason="prediction"), None),
    )


def remembered(row: ClaimReport) -> ClaimReport:
    """The claim with a review, another verdict before, sightings and two fact-checks, one of them of other words."""
    claim_id, day = row.claim.id, datetime(2026, 11, 12, 9, 30, tzinfo=UTC)
    assert row.verdict is not None
    passage_id = row.verdict.evidence[0].passage.id
    check = FactCheck(
        "f1", row.claim.text, None, None, (), "Facts", "https://facts.example/1", None, None, "False", None
    )
    other = replace(check, id="f2", claim="It cost 48 million.", url="javascript:x", reviewed=date(2026, 5, 4))
    return replace(
        row,
        reviews=(
            Review("r1", claim_id, "an-earlier-run", Label.SUPPORTED, "Ada Brook", "The bill says so.", None, day),
            Review("r2", claim_id, "run-20261123-0600", None, "Bo", "", passage_id, day),
        ),
        previous=Earlier(claim_id, "A", "an-earlier-run", datetime(2026, 5, 3, tzinfo=UTC), Label.SUPPORTED, 0.91),
        causes=(Cause(CauseKind.NEW_PASSAGE, passage_id, "“Accounts” came into the corpus on 2026-05-04"),),
        sightings=Sightings("s1", 6, date(2026, 5, 3)),
        fact_checks=(check, other),
    )


def remembered_report() -> RunReport:
    """One refuted claim of which much is remembered."""
    accounts = make_document("Accounts", BUDGET_TEXT)
    report = one_claim_report(make_evidence(accounts, quotes=("That is 13 million more than planned.",)))
    [article] = report.articles
    return replace(report, articles=(replace(article, claims=(remembered(article.claims[0]),)),))


def said_report() -> RunReport:
    """An article with a heading and a byline, in which one sentence says what somebody said."""
    article = make_article(SPILL_ARTICLE, title="Oil in the harbour")
    minutes = make_document("Minutes", MINUTES_TEXT)
    opened = make_claim(article, "Ilse Brandt opened the hearing on 4 May.")
    end = opened.end - 1
    opened = replace(
        opened,
        text="Ilse Brandt opened the hearing on 4 May 2026.",
        substitutions=(Substitution(end, end, "", " 2026", "the year of the article"),),
    )
    rows = (
        make_set_aside(article, "Oil in the harbour", "heading", role="heading"),
        make_set_aside(article, "By Nora Feld", "byline", role="byline"),
        make_row(
            opened,
            Label.SUPPORTED,
            0.92,
            make_evidence(minutes, Stance.SUPPORTS, ("Mayor Brandt opened the hearing on 4 May 2026.",)),
        ),
        *_said_rows(article),
        make_set_aside(article, "It was a dark day for the town.", "opinion"),
        make_set_aside(article, "They had warned of it.", "unclear referent: “They”", status=ClaimStatus.AMBIGUOUS),
    )
    return make_report(ArticleReport(article, rows))
