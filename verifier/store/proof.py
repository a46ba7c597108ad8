"""What must hold before anything is stored: claims and verdicts rest on words that stand where they say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from corpus.documents import Document, Passage
from verifier.store.connection import StoreError
from verifier.types import Article, Claim, ClaimStatus, Evidence, Label, Span, Stance, Substitution, Verdict

_MAX_SHOWN_CHARS = 80

REQUIRED_STANCES: Mapping[Label, tuple[Stance, ...]] = {
    Label.SUPPORTED: (Stance.SUPPORTS,),
    Label.REFUTED: (Stance.REFUTES,),
    Label.CONFLICTING_EVIDENCE: (Stance.SUPPORTS, Stance.REFUTES),
    Label.NOT_ENOUGH_EVIDENCE: (),
}


class UnprovenVerdictError(StoreError):
    """A claim or its evidence is not backed by the text that it points to."""

    def __init__(self, claim_id: str, passage_id: str | None, expected: str, found: str):
        self.claim_id = claim_id
        self.passage_id = passage_id
        where = f"claim {claim_id}" if passage_id is None else f"claim {claim_id}, passage {passage_id}"
        super().__init__(
            f"{where}: expected {expected}, found {found};"
            " nothing of this batch was stored, correct the stage that made it"
        )


class InconsistentBatchError(StoreError):
    """The parts of a batch do not fit together."""


class _HasId(Protocol):
    @property
    def id(self) -> str: ...


_T = TypeVar("_T", bound=_HasId)


@dataclass(frozen=True, slots=True)
class Batch:
    """What is stored together, each thing once, by its id; verdicts by their claim's id.

    `read_ids` are the articles that were read for their claims; of others only some claims were judged anew.
    """

    articles: Mapping[str, Article]
    claims: Mapping[str, Claim]
    documents: Mapping[str, Document]
    passages: Mapping[str, Passage]
    verdicts: Mapping[str, Verdict]
    read_ids: frozenset[str]


def prove(articles: Sequence[Article], claims: Sequence[Claim], verdicts: Sequence[Verdict]) -> Batch:
    """Check every claim, verdict, quote and offset of a batch.

    :raises UnprovenVerdictError: when a sentence, a speaker's words, a part, a substituted word, a passage or a
        rationale is not in its text, or a verdict lacks evidence.
    :raises InconsistentBatchError: when one id stands for two things, or a claim's article is not in the batch.
    """
    evidence = [e for v in verdicts for e in v.evidence]
    batch = Batch(
        articles=_by_id("article", articles),
        claims=_by_id("claim", [*claims, *(v.claim for v in verdicts)]),
        documents=_by_id("document", (e.document for e in evidence)),
        passages=_by_id("passage", (e.passage for e in evidence)),
        verdicts=_one_per_claim(verdicts),
        read_ids=frozenset(c.article_id for c in claims),
    )
    for claim in batch.claims.values():
        _prove_claim(claim, batch.articles)
    for verdict in batch.verdicts.values():
        _prove_verdict(verdict)
    return batch


def _by_id(kind: str, items: Iterable[_T]) -> dict[str, _T]:
    found: dict[str, _T] = {}
    for item in items:
        first = found.setdefault(item.id, item)
        if first is not item and first != item:
            raise InconsistentBatchError(
                f"expected one {kind} with the id {item.id}, found two that differ; nothing of this batch was stored"
            )
    return found


def _one_per_claim(verdicts: Sequence[Verdict]) -> dict[str, Verdict]:
    found: dict[str, Verdict] = {}
    for verdict in verdicts:
        if found.setdefault(verdict.claim.id, verdict) != verdict:
            raise InconsistentBatchError(
                f"expected one verdict on claim {verdict.claim.id}, found two that differ;"
                " nothing of this batch was stored"
            )
    return found


def _prove_claim(claim: Claim, articles: Mapping[str, Article]) -> None:
    article = articles.get(claim.article_id)
    if article is None:
        raise InconsistentBatchError(
            f"claim {claim.id}: expected its article {claim.article_id!r} in the batch, "
            f"found {len(articles)} others; save an article together with its claims"
        )
    _require_quote(claim.id, None, "the sentence", claim.sentence, article.text, Span(claim.start, claim.end))
    for quote in claim.quotes:
        if not quote.strip() or quote not in claim.sentence:
            expected = f"the speaker's words verbatim in the sentence {_shown(claim.sentence)}"
            raise UnprovenVerdictError(claim.id, None, expected, _shown(quote))
    for part in claim.parts:
        if not claim.start <= part.start < part.end <= claim.end:
            expected = f"parts within its sentence at {claim.start}-{claim.end}"
            raise UnprovenVerdictError(claim.id, None, expected, f"{part.start}-{part.end}")
    for substitution in claim.substitutions:
        _prove_substitution(claim.id, substitution, article.text)


def _prove_substitution(claim_id: str, substitution: Substitution, text: str) -> None:
    start, end = substitution.start, substitution.end
    if not 0 <= start <= end <= len(text):
        raise UnprovenVerdictError(claim_id, None, f"a substitution within 0-{len(text)}", f"{start}-{end}")
    if text[start:end] != substitution.original:
        expected = f"a substitution of what the article has at {start}-{end}, {_shown(text[start:end])}"
        raise UnprovenVerdictError(claim_id, None, expected, _shown(substitution.original))


def _prove_verdict(verdict: Verdict) -> None:
    claim = verdict.claim
    if claim.status is not ClaimStatus.CHECKABLE:
        raise UnprovenVerdictError(claim.id, None, f"no verdict on a claim that is {claim.status}", verdict.label)
    for evidence in verdict.evidence:
        _prove_evidence(claim.id, evidence)
    passage_ids = [e.passage.id for e in verdict.evidence]
    if len(set(passage_ids)) < len(passage_ids):
        raise UnprovenVerdictError(claim.id, None, "each passage once among its evidence", ", ".join(passage_ids))
    _require_stances(verdict)


def _require_stances(verdict: Verdict) -> None:
    for stance in REQUIRED_STANCES[verdict.label]:
        if not any(e.stance is stance and e.rationale for e in verdict.evidence):
            found = ", ".join(f"{e.passage.id} {e.stance} with {len(e.rationale)} sentences" for e in verdict.evidence)
            passage_id = verdict.evidence[0].passage.id if verdict.evidence else None
            expected = f"for {verdict.label} a passage that {stance} with a rationale"
            raise UnprovenVerdictError(verdict.claim.id, passage_id, expected, found or "no passage at all")


def _prove_evidence(claim_id: str, evidence: Evidence) -> None:
    passage, document = evidence.passage, evidence.document
    if evidence.claim_id != claim_id:
        raise UnprovenVerdictError(claim_id, passage.id, "evidence on this claim", f"evidence on {evidence.claim_id}")
    if passage.document_id != document.id:
        raise UnprovenVerdictError(claim_id, passage.id, f"document {passage.document_id}", f"document {document.id}")
    _require_quote(claim_id, passage.id, "the passage", passage.text, document.text, Span(passage.start, passage.end))
    if not 0 <= evidence.credibility <= 1:
        raise UnprovenVerdictError(claim_id, passage.id, "a credibility within 0-1", f"{evidence.credibility}")
    for span in evidence.rationale:
        if not 0 <= span.start < span.end <= len(passage.text):
            expected = f"a rationale within 0-{len(passage.text)}"
            raise UnprovenVerdictError(claim_id, passage.id, expected, f"{span.start}-{span.end}")
        if not passage.text[span.start : span.end].strip():
            raise UnprovenVerdictError(
                claim_id, passage.id, "words as a rationale", f"a blank at {span.start}-{span.end}"
            )


def _require_quote(claim_id: str, passage_id: str | None, what: str, quote: str, text: str, span: Span) -> None:
    at = f"{span.start}-{span.end}"
    if not 0 <= span.start < span.end <= len(text):
        raise UnprovenVerdictError(claim_id, passage_id, f"{what} within 0-{len(text)}", at)
    if text[span.start : span.end] != quote:
        expected = f"{what} to be what its text has at {at}, {_shown(text[span.start : span.end])}"
        raise UnprovenVerdictError(claim_id, passage_id, expected, _shown(quote))


def _shown(text: str) -> str:
    return repr(text if len(text) <= _MAX_SHOWN_CHARS else text[: _MAX_SHOWN_CHARS - 1] + "…")
