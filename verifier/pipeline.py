"""The walk: Article -> Claim -> Hit -> Evidence -> Verdict."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Protocol

from corpus.documents import Document, content_id
from corpus.index import PassageIndex
from corpus.sources import SourceFailure, read_documents
from verifier.claims import ClaimExtractor, shipped_extractor
from verifier.claims.pieces import MAX_SENTENCE_CHARS
from verifier.compare import compare
from verifier.encode import load_encoder
from verifier.retrieve import Query, Retriever
from verifier.settings import Settings
from verifier.stance import StanceModel, load_pair_scorer
from verifier.types import Article, Claim, ClaimStatus, Evidence, Failure, Hit, Verdict
from verifier.verdict import VerdictConfig, decide

log = logging.getLogger(__name__)
MAX_CLAIM_CHARS = MAX_SENTENCE_CHARS  # what is longer, the stance model would not read to its end


class ClaimTextError(ValueError):
    """A claim typed by hand that cannot be checked as it is."""


class PassageRetriever(Protocol):
    """Finds passages for claims."""

    def retrieve(self, queries: Sequence[Query]) -> list[list[Hit]]:
        """The hits of each query, best first."""


class StanceJudge(Protocol):
    """Judges passages against a claim."""

    def judge(self, claim: Claim, hits: Sequence[Hit]) -> list[Evidence]:
        """One Evidence a hit."""


@dataclass(frozen=True, slots=True)
class CheckedArticle:
    """An article with all its claims and the verdicts of those that were checkable."""

    article: Article
    claims: tuple[Claim, ...]
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True, slots=True)
class Basis:
    """What verdicts rest on besides the code and the settings."""

    corpus_version: str
    model_ids: tuple[str, ...]


class Verifier:
    """The pipeline over articles or single claims."""

    def __init__(
        self,
        extractor: ClaimExtractor,
        retriever: PassageRetriever,
        stance: StanceJudge,
        config: VerdictConfig = VerdictConfig(),
    ):
        self._extractor = extractor
        self._retriever = retriever
        self._stance = stance
        self._config = config

    def check_article(self, article: Article) -> CheckedArticle:
        """Extract the article's claims and judge the checkable ones."""
        claims = self._extractor.extract(article)
        queries = [Query(c, article) for c in claims if c.status is ClaimStatus.CHECKABLE]
        return CheckedArticle(article, tuple(claims), tuple(self.check(queries)))

    def check_articles(self, articles: Sequence[Article]) -> tuple[list[CheckedArticle], list[Failure]]:
        """Check each article; one that fails is told of as a Failure and does not stop the rest."""
        checked, failures = [], []
        for article in articles:
            try:
                checked.append(self.check_article(article))
            except Exception as error:
                log.debug("article %s failed", article.id, exc_info=True)
                source = article.source or article.title
                failures.append(Failure(source, "check", type(error).__name__, str(error)))
        return checked, failures

    def check(self, queries: Sequence[Query]) -> list[Verdict]:
        """One verdict a query, in order."""
        hits = self._retriever.retrieve(queries)
        return [self._judge(query.claim, found) for query, found in zip(queries, hits, strict=True)]

    def _judge(self, claim: Claim, hits: Sequence[Hit]) -> Verdict:
        evidence = [compare(claim, e) for e in self._stance.judge(claim, hits)]
        return decide(claim, evidence, self._config)


@contextmanager
def open_verifier(
    corpus: Path, settings: Settings, extractor: ClaimExtractor | None = None
) -> Iterator[tuple[Verifier, Basis]]:
    """The shipped pipeline over a corpus folder, with what its verdicts rest on.

    :param extractor: finds the claims of articles; the shipped one where left out.

    :raises CorpusError: when the folder is missing, damaged or was built with another encoder.
    :raises ModelError: when a model is missing or damaged.
    """
    encoder = load_encoder(settings.encoder, settings.threads)
    with PassageIndex.open(corpus, encoder) as index:
        stance = StanceModel(load_pair_scorer(settings.stance.model, settings.threads), settings.stance)
        retriever = Retriever(index, encoder, settings.retriever)
        reader = extractor or shipped_extractor(settings.claims, settings.threads)
        model_ids = (*reader.model_ids, f"{encoder.name}@{encoder.fingerprint}", stance.id)
        yield Verifier(reader, retriever, stance, settings.verdict), Basis(index.corpus_version, model_ids)


def search_passages(corpus: Path, text: str, k: int, settings: Settings) -> list[Hit]:
    """The passages that a claim with this text would be judged against.

    :raises CorpusError, ModelError: as in `open_verifier`.
    """
    encoder = load_encoder(settings.encoder, settings.threads)
    config = replace(settings.retriever, k=k, depth=max(k, settings.retriever.depth))
    with PassageIndex.open(corpus, encoder) as index:
        return Retriever(index, encoder, config).retrieve([Query(claim_from_text(text))])[0]


def read_articles(sources: Sequence[str | Path]) -> tuple[list[Article], list[Failure]]:
    """Every article of the files, folders and globs, in order, and what could not be read.

    :raises SourceNotFoundError: when a source does not exist.
    """
    articles, failures = [], []
    for row in read_documents(sources):
        if isinstance(row, SourceFailure):
            failures.append(read_failure(row))
        else:
            articles.append(article_from_document(row))
    return articles, failures


def read_failure(row: SourceFailure) -> Failure:
    """A source that could not be read, as a run records it."""
    return Failure(row.source, "read", type(row.error).__name__, str(row.error))


def article_from_document(document: Document) -> Article:
    """A document read as an article under check; an edited text is another article."""
    return Article(
        id=content_id("article", document.url or document.origin, document.text),
        title=document.title,
        url=document.url,
        source=document.origin,
        published=document.published,
        text=document.text,
        author=document.author,
    )


def claim_from_text(text: str, as_of: date | None = None) -> Claim:
    """A claim typed by hand: its own sentence, in no article.

    :raises ClaimTextError: when the text holds no word, is too long, or is no valid text.
    """
    sentence = text.strip()
    if not any(char.isalpha() for char in sentence):
        raise ClaimTextError(f"expected a claim, found {sentence[:40]!r}; give a full sentence")
    if len(sentence) > MAX_CLAIM_CHARS:
        raise ClaimTextError(
            f"expected a claim of at most {MAX_CLAIM_CHARS} characters, found {len(sentence)}: "
            f"{sentence[:40]!r}…; split it into single statements"
        )
    if not sentence.isprintable() and any("\ud800" <= char <= "\udfff" for char in sentence):
        raise ClaimTextError(f"expected text in UTF-8, found other bytes in {sentence[:40]!a}; convert it first")
    return Claim(
        id=content_id("claim", sentence, str(as_of or "")),
        article_id="",
        start=0,
        end=len(sentence),
        sentence=sentence,
        text=sentence,
        speaker=None,
        claim_date=as_of,
        checkworthiness=None,
        status=ClaimStatus.CHECKABLE,
        reason="",
    )
