"""Small whole objects for tests: each default is valid by itself, and defaults fit together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from corpus.documents import Document, Passage, content_id
from verifier.types import (
    Article,
    Claim,
    ClaimKind,
    ClaimStatus,
    Comparison,
    Evidence,
    Label,
    Relation,
    Run,
    RunStatus,
    Span,
    Stance,
    Substitution,
    Verdict,
)

ARTICLE_TEXT = "The Orla dam holds 3 million litres. It is a fine sight."
DOCUMENT_TEXTS = {
    Stance.SUPPORTS: "Water agency, annual survey. The Orla dam holds 3 million litres of water.",
    Stance.REFUTES: "Dam register, 2024. The Orla dam holds 2 million litres of water.",
    Stance.NEUTRAL: "A short history. The Orla dam was opened in 1998.",
}
_STANCES = {
    Label.SUPPORTED: (Stance.SUPPORTS, Stance.NEUTRAL),
    Label.REFUTED: (Stance.REFUTES, Stance.NEUTRAL),
    Label.CONFLICTING_EVIDENCE: (Stance.REFUTES, Stance.SUPPORTS),
    Label.NOT_ENOUGH_EVIDENCE: (Stance.NEUTRAL,),
}


def make_article(text: str = ARTICLE_TEXT, **changes: Any) -> Article:
    """An article; its id hashes its text."""
    article = Article(
        id=content_id("article", text),
        title="Orla dam full again",
        url="https://news.example/orla",
        source="orla.txt",
        published=date(2026, 3, 1),
        text=text,
    )
    return replace(article, **changes)


def make_claim(article: Article | None = None, sentence: str | None = None, **changes: Any) -> Claim:
    """A checkable claim: the given sentence of the article, or its first."""
    article = article or make_article()
    sentence = sentence or article.text.split(". ")[0].removesuffix(".") + "."
    start = article.text.index(sentence)
    claim = Claim(
        id=content_id(article.id, str(start)),
        article_id=article.id,
        start=start,
        end=start + len(sentence),
        sentence=sentence,
        text=sentence,
        speaker="Ada Brook",
        claim_date=date(2026, 2, 28),
        checkworthiness=0.75,
        status=ClaimStatus.CHECKABLE,
        reason="",
    )
    return replace(claim, **changes)


SPEECH_TEXT = "The Orla dam is old. Its keeper said it “holds 3 million litres” and was built in 1998."


def make_speech(article: Article | None = None) -> tuple[Claim, Claim, Claim]:
    """The claims of a sentence that reports speech: that it was said, and the two things that were said."""
    article = article or make_article(SPEECH_TEXT)
    sentence = SPEECH_TEXT.split(". ")[1]
    start = article.text.index(sentence)
    at = {word: start + sentence.index(word) for word in ("Its", "it ", "holds", "built", "and", "was")}
    its = Substitution(at["Its"], at["Its"] + 3, "Its", "The Orla dam's", "the only dam named before")
    it = Substitution(at["it "], at["it "] + 2, "it", "The Orla dam", "the only dam named before")
    added = Substitution(at["was"], at["was"], "", "The Orla dam ", "the subject of the first statement")
    end, keeper = start + len(sentence), "The Orla dam's keeper"
    said = make_claim(
        article,
        sentence,
        id="said",
        text=f"{keeper}{sentence.removeprefix('Its keeper')}",
        speaker=keeper,
        kind=ClaimKind.SPEECH_ACT,
        verb="said",
        quotes=("holds 3 million litres",),
        parts=(Span(start, end),),
        substitutions=(its,),
    )
    holds = replace(
        said,
        id="holds",
        text="The Orla dam holds 3 million litres.",
        kind=ClaimKind.CONTENT,
        verb=None,
        quotes=(),
        parts=(Span(at["it "], at["it "] + 2), Span(at["holds"], at["and"] - 2)),
        substitutions=(it,),
    )
    built = replace(
        holds,
        id="built",
        text="The Orla dam was built in 1998.",
        parts=(Span(at["was"], end),),
        substitutions=(added,),
    )
    return said, holds, built


def make_document(text: str = DOCUMENT_TEXTS[Stance.REFUTES], **changes: Any) -> Document:
    """A reference document; its id hashes its text."""
    document = Document(
        id=content_id("document", text),
        origin="/library/dams.txt",
        title="Dam register",
        url="https://register.example/dams",
        source="State register",
        published=date(2024, 5, 1),
        ingested=datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC),
        text=text,
    )
    return replace(document, **changes)


def make_passage(document: Document | None = None, start: int | None = None, end: int | None = None) -> Passage:
    """A window of the document; by default its last sentence."""
    document = document or make_document()
    start = document.text.rindex(". ", 0, -1) + 2 if start is None else start
    end = len(document.text) if end is None else end
    return Passage(content_id(document.id, str(start), str(end)), document.id, start, end, document.text[start:end])


def make_evidence(
    claim: Claim | None = None, stance: Stance = Stance.REFUTES, document: Document | None = None, **changes: Any
) -> Evidence:
    """Evidence of the stance from a document that fits it; unless NEUTRAL the whole passage is its rationale."""
    document = document or make_document(DOCUMENT_TEXTS[stance])
    passage = make_passage(document)
    settled = stance is not Stance.NEUTRAL
    comparison = Comparison("3 million", "2 million", Relation.DIFFERS, "article: 3 million; evidence: 2 million")
    evidence = Evidence(
        claim_id=(claim or make_claim()).id,
        passage=passage,
        document=document,
        retrieval_score=1.25,
        stance=stance,
        p_supports=0.9 if stance is Stance.SUPPORTS else 0.05,
        p_refutes=0.9 if stance is Stance.REFUTES else 0.05,
        p_neutral=0.05 if settled else 0.9,
        rationale=(Span(0, len(passage.text)),) if settled else (),
        comparisons=(comparison,) if stance is Stance.REFUTES else (),
    )
    return replace(evidence, **changes)


def make_verdict(
    claim: Claim | None = None, label: Label = Label.REFUTED, evidence: Sequence[Evidence] | None = None, **changes: Any
) -> Verdict:
    """A verdict with evidence that proves its label."""
    claim = claim or make_claim()
    if evidence is None:
        evidence = [make_evidence(claim, stance) for stance in _STANCES[label]]
    verdict = Verdict(
        claim=claim, label=label, confidence=0.8, evidence=tuple(evidence), justification="Refuted by “Dam register”."
    )
    return replace(verdict, **changes)


def make_run(id: str = "run-1", **changes: Any) -> Run:
    """A run that is going on."""
    run = Run(
        id=id,
        started_at=datetime(2026, 3, 2, 6, 0, tzinfo=UTC),
        finished_at=None,
        status=RunStatus.RUNNING,
        code_version="0.1.0",
        settings_json='{"k": 20}',
        model_ids=("encoder-1", "stance-1"),
        corpus_version="c0ffee",
    )
    return replace(run, **changes)
