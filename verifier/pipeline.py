"""The walk: Article -> Claim -> Hit -> Evidence -> Verdict."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Protocol

from corpus.documents import Document, PassageConfig, content_id, make_document, split_passages
from corpus.index import PassageIndex
from corpus.sources import SourceFailure, read_documents
from verifier.claims import ClaimExtractor, shipped_extractor
from verifier.claims.language import why_not_english
from verifier.claims.pieces import MAX_SENTENCE_CHARS
from verifier.compare import compare
from verifier.encode import load_encoder
from verifier.provenance import NO_TIERS, SourceTiers, load_tiers, weigh_provenance
from verifier.retrieve import Query, Retriever
from verifier.settings import Settings
from verifier.stance import StanceModel, load_pair_scorer
from verifier.types import Article, Claim, ClaimStatus, Evidence, Failure, Hit, Verdict
from verifier.verdict import VerdictConfig, decide, shipped_decision

log = logging.getLogger(__name__)
GIVEN_SENTENCES, GIVEN_WORDS = 12, 110  # about 160 tokens with the claim
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
    model_ids: tuple[str, ...]  # and of the source tiers: an edited list is another run


class Judge:
    """From a claim and the passages found for it to a verdict: stance, comparison, provenance, decision."""

    def __init__(self, stance: StanceJudge, config: VerdictConfig = VerdictConfig(), tiers: SourceTiers = NO_TIERS):
        self._stance = stance
        self._config = config
        self._tiers = tiers

    def judge(self, claim: Claim, hits: Sequence[Hit]) -> Verdict:
        """The verdict over passages that a retriever found; most of them settle nothing."""
        return decide(claim, self.weigh(claim, hits), self._config)

    def judge_given(self, claim: Claim, hits: Sequence[Hit]) -> Verdict:
        """The verdict over texts that somebody handed over with the claim (`hits_of_texts`)."""
        return decide(claim, self.weigh(claim, hits), self._config, given=True)

    def weigh(self, claim: Claim, hits: Sequence[Hit]) -> list[Evidence]:
        """What each passage says, before the decision weighs them: one Evidence a hit, in order."""
        evidence = [compare(claim, e) for e in self._stance.judge(claim, hits)]
        return weigh_provenance(claim, evidence, self._tiers)


class Verifier:
    """The pipeline over articles or single claims."""

    def __init__(
        self,
        extractor: ClaimExtractor,
        retriever: PassageRetriever,
        stance: StanceJudge,
        config: VerdictConfig = VerdictConfig(),
        tiers: SourceTiers = NO_TIERS,
    ):
        self._extractor = extractor
        self._retriever = retriever
        self._judge = Judge(stance, config, tiers)

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
        return [self._judge.judge(query.claim, found) for query, found in zip(queries, hits, strict=True)]


def load_judge(settings: Settings) -> Judge:
    """The shipped judge, for passages that somebody already has.

    :raises ModelError: when a model is missing or damaged.
    :raises SourceTiersError: when the file of source tiers cannot be used.
    """
    tiers = load_tiers(settings.sources.path)
    stance = StanceModel(load_pair_scorer(settings.stance.model, settings.threads), settings.stance)
    return Judge(stance, settings.verdict, tiers)


def hits_of_texts(texts: Sequence[str], title: str = "") -> list[Hit]:
    """Texts that are handed over as evidence, as hits in their order.

    A text stays whole up to what the stance model reads at once, and is cut into windows beyond.
    """
    config = PassageConfig(sentences=GIVEN_SENTENCES, max_words=GIVEN_WORDS, tiny_words=GIVEN_WORDS)
    hits: list[Hit] = []
    for number, text in enumerate(texts):
        document = make_document(f"given:{number}", title, text, None, None, None, datetime(1970, 1, 1, tzinfo=UTC))
        for passage in split_passages(document, config):
            hits.append(Hit(passage, document, score=1.0, rank=len(hits) + 1))
    return hits


@contextmanager
def open_verifier(
    corpus: Path, settings: Settings, extractor: ClaimExtractor | None = None
) -> Iterator[tuple[Verifier, Basis]]:
    """The shipped pipeline over a corpus folder, with what its verdicts rest on.

    :param extractor: finds the claims of articles; the shipped one where left out.

    :raises CorpusError: when the folder is missing, damaged or was built with another encoder.
    :raises ModelError: when a model is missing or damaged; DecisionModelError likewise.
    :raises SourceTiersError: when the file of source tiers cannot be used.
    """
    tiers = load_tiers(settings.sources.path)
    encoder = load_encoder(settings.encoder, settings.threads)
    with PassageIndex.open(corpus, encoder) as index:
        stance = StanceModel(load_pair_scorer(settings.stance.model, settings.threads), settings.stance)
        retriever = Retriever(index, encoder, settings.retriever)
        reader = extractor or shipped_extractor(settings.claims, settings.threads)
        weights = (f"{encoder.name}@{encoder.fingerprint}", stance.id, shipped_decision().id)
        model_ids = (*reader.model_ids, *weights, tiers.id)
        yield Verifier(reader, retriever, stance, settings.verdict, tiers), Basis(index.corpus_version, model_ids)


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


def english_claim(text: str, as_of: date | None = None) -> Claim:
    """As `claim_from_text`, and the models can read it.

    :raises ClaimTextError: likewise, and when the text is in another language.
    """
    claim = claim_from_text(text, as_of)
    if reason := why_not_english(claim.text):
        found = reason.removeprefix("language: ")
        raise ClaimTextError(f"expected a claim in English, found {found}: {claim.text[:40]!r}; translate it first")
    return claim


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
