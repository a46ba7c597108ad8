"""The walk: Article -> Claim -> Hit -> Evidence -> Verdict."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from typing import Protocol

from corpus.documents import Document, PassageConfig, content_id, make_document, split_passages
from corpus.index import Encoder
from corpus.shards import open_index
from corpus.sources import SourceFailure, UrlReader, read_documents
from verifier.claims import ClaimExtractor, shipped_extractor
from verifier.claims.language import why_not_english
from verifier.claims.pieces import MAX_SENTENCE_CHARS
from verifier.compare import compare
from verifier.confidence import Calibration
from verifier.encode import load_encoder
from verifier.failures import check_failure, name_of
from verifier.inference import default_threads
from verifier.matching import Matcher
from verifier.memory import EvidenceMemory, Memory, RememberingEncoder, RememberingPairScorer
from verifier.provenance import NO_TIERS, SourceTiers, load_tiers, weigh_provenance
from verifier.recall import KnownWordings, Recall, Recognised
from verifier.retrieve import Query, Retriever, SearchableIndex
from verifier.settings import Settings
from verifier.stance import PairScorer, StanceModel, load_pair_scorer
from verifier.timing import StageClock
from verifier.types import Article, Claim, ClaimStatus, Evidence, Failure, Hit, Verdict, Wording
from verifier.verdict import VerdictConfig, decide, shipped_decision

GIVEN_SENTENCES, GIVEN_WORDS = 12, 110  # about 160 tokens with the claim
MAX_CLAIM_CHARS = MAX_SENTENCE_CHARS  # what is longer, the stance model would not read to its end


class ClaimTextError(ValueError):
    """A claim typed by hand that cannot be checked as it is."""


class PassageRetriever(Protocol):
    """Finds passages for claims."""

    def retrieve(self, queries: Sequence[Query]) -> list[list[Hit]]:
        """The hits of each query, best first."""

    def documents_at(self, origins: Sequence[str]) -> dict[str, str]:
        """The ids of the documents that the corpus has from these origins, by origin."""


class StanceJudge(Protocol):
    """Judges passages against a claim; `id` names its model."""

    id: str

    def judge(self, claim: Claim, hits: Sequence[Hit]) -> list[Evidence]:
        """One Evidence a hit."""


class VersionedIndex(SearchableIndex, Protocol):
    """A passage index that knows which corpus it is over."""

    @property
    def corpus_version(self) -> str:
        """A hash over the ids of the documents."""


IndexOpener = Callable[[Path, Encoder], AbstractContextManager[VersionedIndex]]


@dataclass(frozen=True, slots=True)
class CheckedArticle:
    """An article with all its claims and the verdicts of those that were checkable."""

    article: Article
    claims: tuple[Claim, ...]
    verdicts: tuple[Verdict, ...]
    wordings: tuple[Wording, ...] = ()  # of the checkable claims, where there is a claim memory


@dataclass(frozen=True, slots=True)
class Basis:
    """What verdicts rest on besides the code and the settings."""

    corpus_version: str
    model_ids: tuple[str, ...]  # and of the source tiers: an edited list is another run


Checked = tuple[list[CheckedArticle], list[Failure]]


class Judge:
    """From a claim and the passages found for it to a verdict: stance, comparison, provenance, decision."""

    def __init__(
        self,
        stance: StanceJudge,
        config: VerdictConfig = VerdictConfig(),
        tiers: SourceTiers = NO_TIERS,
        remembered: EvidenceMemory | None = None,
        calibration: Calibration | None = None,
    ):
        """:param remembered: what was made of passages for a claim before, and where it is kept.

        :param calibration: refits the confidence of verdicts over found passages on what reviewers said; one that
            was fitted on verdicts of other models is not used.
        """
        self._stance = stance
        self._config = config
        self._tiers = tiers
        self._remembered = remembered
        models = stance.id, shipped_decision().id
        self._calibration = calibration if calibration and calibration.holds_for(*models) else None
        refitted = (self._calibration.model_id,) if self._calibration else ()
        self.model_ids = (*models, tiers.id, *refitted)

    def judge(self, claim: Claim, hits: Sequence[Hit]) -> Verdict:
        """The verdict over passages that a retriever found; most of them settle nothing."""
        return self.decide(claim, self.weigh(claim, hits))

    def decide(self, claim: Claim, evidence: Sequence[Evidence]) -> Verdict:
        """The verdict over what `weigh` made of passages that a retriever found."""
        return decide(claim, evidence, self._config, calibration=self._calibration)

    def judge_given(self, claim: Claim, hits: Sequence[Hit]) -> Verdict:
        """The verdict over texts that somebody handed over with the claim (`hits_of_texts`)."""
        return decide(claim, self.weigh(claim, hits), self._config, given=True)

    def weigh(self, claim: Claim, hits: Sequence[Hit]) -> list[Evidence]:
        """What each passage says, before the decision weighs them: one Evidence a hit, in order."""
        known = self._remembered.get(claim, hits) if self._remembered else [None] * len(hits)
        unread = [hit for hit, evidence in zip(hits, known, strict=True) if evidence is None]
        fresh = [compare(claim, e) for e in self._stance.judge(claim, unread)] if unread else []
        if self._remembered and fresh:
            self._remembered.put(claim, unread, fresh)
        read = iter(fresh)
        return weigh_provenance(claim, [next(read) if e is None else e for e in known], self._tiers)


class Verifier:
    """The pipeline over articles or single claims."""

    def __init__(
        self,
        extractor: ClaimExtractor,
        retriever: PassageRetriever,
        judge: Judge,
        n_judged: int = 1,
        recall: Recall | None = None,
        clock: StageClock | None = None,
    ):
        """:param n_judged: claims judged at the same time; verdicts do not depend on it.

        :param recall: the desk's claim memory: claims that say the same are judged in the same words.
        :param clock: gets to know how long stages take.
        """
        self._extractor = extractor
        self._retriever = retriever
        self._judge = judge
        self._n_judged = n_judged
        self._recall = recall
        self._clock = clock or StageClock()

    def check_article(self, article: Article) -> CheckedArticle:
        """Extract the article's claims and judge the checkable ones."""
        claims = self._extractor.extract(article)
        return CheckedArticle(article, tuple(claims), tuple(self.check(_queries(article, claims))))

    def check_articles(self, articles: Sequence[Article]) -> Checked:
        """Check each article; one that fails is told of as a Failure and does not stop the rest."""
        return next(self.check_batches([articles]))

    def check_batches(self, batches: Sequence[Sequence[Article]]) -> Iterator[Checked]:
        """As `check_articles` for each batch; while the claims of one are judged those of the next are extracted."""
        ahead = ThreadPoolExecutor(1, thread_name_prefix="extract")
        try:
            started = (ahead.submit(self._extract, batch) for batch in batches)
            waiting = next(started, None)
            while waiting:
                read, waiting = waiting.result(), next(started, None)
                yield self._judged(read)
        finally:
            ahead.shutdown(cancel_futures=True)

    def check(self, queries: Sequence[Query]) -> list[Verdict]:
        """One verdict a query, in order."""
        recognised = self._recognised(queries)
        hits = self._found(queries, recognised)
        with ThreadPoolExecutor(self._n_judged, thread_name_prefix="judge") as pool:
            timed = list(pool.map(self._verdict, [query.claim for query in queries], recognised, hits))
        self._count(timed, None)
        return [t.verdict for t in timed]

    def documents_at(self, origins: Sequence[str]) -> dict[str, str]:
        """The ids of the documents that the corpus has from these origins, by origin."""
        return self._retriever.documents_at(origins)

    def _recognised(self, queries: Sequence[Query]) -> list[Recognised | None]:
        """None for each where there is no claim memory."""
        if self._recall is None:
            return [None] * len(queries)
        with self._clock.of("recognise", len(queries)):
            return [*self._recall.recognise([q.claim for q in queries])]

    def _found(self, queries: Sequence[Query], recognised: Sequence[Recognised | None]) -> list[list[Hit]]:
        asked = [replace(q, claim=r.judged) if r else q for q, r in zip(queries, recognised, strict=True)]
        with self._clock.of("retrieve", len(queries)):
            return self._retriever.retrieve(asked)

    def _verdict(self, claim: Claim, recognised: Recognised | None, hits: Sequence[Hit]) -> _Timed:
        is_reused = recognised is not None and recognised.is_reused
        judged = recognised.judged if recognised and is_reused else claim
        start = time.perf_counter()
        evidence = self._judge.weigh(judged, hits)
        weighed = time.perf_counter()
        verdict = self._judge.decide(judged, evidence)
        if recognised and is_reused:
            verdict = replace(verdict, claim=claim, reused_from=recognised.wording.statement_id)
        return _Timed(verdict, weighed - start, time.perf_counter() - weighed)

    def _count(self, timed: Sequence[_Timed], article: str | None) -> None:
        if timed:
            self._clock.add("judge", sum(t.judge_s for t in timed), len(timed), article)
            self._clock.add("decide", sum(t.decide_s for t in timed), len(timed), article)

    def _extract(self, articles: Sequence[Article]) -> list[_Read]:
        read = []
        for article in articles:
            try:
                with self._clock.of("extract", 1, name_of(article)):
                    read.append(_Read(article, tuple(self._extractor.extract(article)), None))
            except Exception as error:
                read.append(_Read(article, (), error))
        return read

    def _judged(self, batch: Sequence[_Read]) -> Checked:
        """Passages are searched for the claims of all articles at once; where that fails, for each by itself."""
        unread = [check_failure(read.article, read.error, "extract") for read in batch if read.error]
        batch = [read for read in batch if not read.error]
        if not batch:
            return [], unread
        queries = [_queries(read.article, read.claims) for read in batch]
        everything = [query for asked in queries for query in asked]
        try:
            recognised = self._recognised(everything)
            hits = self._found(everything, recognised)
        except Exception as error:
            if len(batch) == 1:
                return [], [*unread, check_failure(batch[0].article, error, "retrieve")]
            parts = [self._judged([read]) for read in batch]
            failures = [*unread, *(f for _, failed in parts for f in failed)]
            return [c for checked, _ in parts for c in checked], failures
        checked, failures = [], unread
        with _pool(self._n_judged) as pool:
            claims = [query.claim for query in everything]
            verdicts = iter([pool.submit(self._verdict, *one) for one in zip(claims, recognised, hits, strict=True)])
            wordings = iter([r.wording if r else None for r in recognised])
            for read, asked in zip(batch, queries, strict=True):
                waiting, known = list(islice(verdicts, len(asked))), list(islice(wordings, len(asked)))
                try:
                    timed = [v.result() for v in waiting]
                except Exception as error:
                    failures.append(check_failure(read.article, error, "judge"))
                    continue
                self._count(timed, name_of(read.article))
                checked.append(read.checked([t.verdict for t in timed], [w for w in known if w]))
        return checked, failures


@contextmanager
def _pool(n: int) -> Iterator[ThreadPoolExecutor]:
    """Threads that judge; who is stopped in between waits for no claim that was not begun."""
    pool = ThreadPoolExecutor(n, thread_name_prefix="judge")
    try:
        yield pool
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()


@dataclass(frozen=True, slots=True)
class _Timed:
    """A verdict, and the seconds that its passages and the decision took."""

    verdict: Verdict
    judge_s: float
    decide_s: float


@dataclass(frozen=True, slots=True)
class _Read:
    """An article with its claims, or with what went wrong when they were extracted."""

    article: Article
    claims: tuple[Claim, ...]
    error: Exception | None

    def checked(self, verdicts: Sequence[Verdict], wordings: Sequence[Wording]) -> CheckedArticle:
        """With the verdicts of its checkable claims."""
        return CheckedArticle(self.article, self.claims, tuple(verdicts), tuple(wordings))


def _queries(article: Article, claims: Sequence[Claim]) -> list[Query]:
    return [Query(claim, article) for claim in claims if claim.status is ClaimStatus.CHECKABLE]


@dataclass(frozen=True, slots=True)
class Desk:
    """What a newsroom's own database adds to the shipped pipeline; nothing of it by itself."""

    memory: Memory | None = None  # keeps what was read: no pair is read twice, and no claim encoded twice
    code: str = ""  # names the program's version: evidence that another one made is made anew
    calibration: Calibration | None = None  # confidence refitted on reviews
    known_wordings: Callable[[], KnownWordings] | None = None  # its claim memory


NO_DESK = Desk()


def load_scorer(settings: Settings, desk: Desk = NO_DESK) -> PairScorer:
    """The stance model, asked only for what the desk does not remember.

    :raises ModelError: when it is missing or damaged.
    """
    scorer = load_pair_scorer(settings.stance.model, settings.threads)
    return RememberingPairScorer(scorer, desk.memory) if desk.memory else scorer


def load_judge(settings: Settings, desk: Desk = NO_DESK, scorer: PairScorer | None = None) -> Judge:
    """The shipped judge.

    :param scorer: that of `load_scorer`, where it is loaded already.
    :raises ModelError: when a model is missing or damaged.
    :raises SourceTiersError: when the file of source tiers cannot be used.
    """
    tiers = load_tiers(settings.sources.path)
    scorer = scorer or load_scorer(settings, desk)
    basis = content_id(desk.code, scorer.id, repr(settings.stance))
    remembered = EvidenceMemory(desk.memory, basis) if desk.memory else None
    stance = StanceModel(scorer, settings.stance)
    return Judge(stance, settings.verdict, tiers, remembered, desk.calibration)


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
    corpus: Path,
    settings: Settings,
    extractor: ClaimExtractor | None = None,
    desk: Desk = NO_DESK,
    open_with: IndexOpener = open_index,
    clock: StageClock | None = None,
) -> Iterator[tuple[Verifier, Basis]]:
    """The shipped pipeline over a corpus folder, with what its verdicts rest on.

    The weights are loaded when they are first needed: what a run rests on is known before.

    :param extractor: finds the claims of articles; the shipped one where left out.
    :param desk: what the newsroom's database adds.
    :param open_with: opens the index or, of a corpus on several machines, what searches it there.
    :param clock: gets to know how long stages take.
    :raises CorpusError: when the folder is missing, damaged or was built with another encoder.
    :raises ModelError: when a model is missing or damaged; DecisionModelError likewise.
    :raises SourceTiersError: when the file of source tiers cannot be used.
    """
    scorer = load_scorer(settings, desk)
    judge = load_judge(settings, desk, scorer)
    encoder = load_encoder(settings.encoder, settings.threads)
    asking = RememberingEncoder(encoder, desk.memory) if desk.memory else encoder
    recall = Recall(Matcher(scorer), asking, desk.known_wordings) if desk.known_wordings else None
    with open_with(corpus, encoder) as index:
        retriever = Retriever(index, asking, settings.retriever)
        reader = extractor or shipped_extractor(settings.claims, settings.threads)
        weights = f"{encoder.name}@{encoder.fingerprint}"
        model_ids = (*reader.model_ids, weights, *judge.model_ids)
        n_judged = 1 + (settings.threads or default_threads())  # one more than cores run models: it compares meanwhile
        yield Verifier(reader, retriever, judge, n_judged, recall, clock), Basis(index.corpus_version, model_ids)


def search_passages(corpus: Path, text: str, k: int, settings: Settings) -> list[Hit]:
    """The passages nearest to a text, those too that would not be read for a claim.

    :raises CorpusError, ModelError: as in `open_verifier`.
    """
    encoder = load_encoder(settings.encoder, settings.threads)
    config = replace(settings.retriever, k=k, depth=max(k, settings.retriever.depth), margin=math.inf)
    with open_index(corpus, encoder) as index:
        return Retriever(index, encoder, config).retrieve([Query(claim_from_text(text))])[0]


def read_articles(sources: Sequence[str | Path], web: UrlReader | None = None) -> tuple[list[Article], list[Failure]]:
    """Every article of the files, folders, globs and URLs, in order, and what could not be read.

    :param web: fetches what is at URLs; where left out each of them is a failure.
    :raises SourceNotFoundError: when a source does not exist.
    """
    articles, failures = [], []
    for row in read_documents(sources, web=web):
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
