"""From an article to its claims: one row for every sentence, heading, caption and line, checkable or not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, Protocol

from verifier.claims.anatomy import Role
from verifier.claims.attribution import Attribution, attribute, speakers_of
from verifier.claims.checkable import is_specific
from verifier.claims.checkworthiness import OnnxWorthiness, WorthinessScorer
from verifier.claims.listing import opens_a_list
from verifier.claims.parse import MODEL, parse
from verifier.claims.pieces import Piece, pieces_of
from verifier.claims.quotes import is_quote, speaker_sources
from verifier.claims.reader import Draft, Reader, plain_name, unread_row
from verifier.claims.referents import Context, Resolution, resolve, resolve_speaker
from verifier.claims.rewrite import compose
from verifier.types import Article, Claim, ClaimKind, ClaimStatus, Span

if TYPE_CHECKING:
    from spacy.tokens import Doc
    from spacy.tokens import Span as Stretch

_SCORED = (ClaimStatus.CHECKABLE, ClaimStatus.AMBIGUOUS)
_NEW_SECTION = frozenset((Role.HEADING.value, Role.TIMESTAMP.value, Role.SEPARATOR.value, Role.TABLE.value))


class ClaimExtractor(Protocol):
    """Finds what an article claims; `model_ids` name the models that it goes by, with their versions."""

    model_ids: tuple[str, ...]

    def extract(self, article: Article) -> list[Claim]:
        """One row or more for every stretch of the article, in order of position."""
        ...


@dataclass(frozen=True, slots=True)
class ExtractorConfig:
    """How sentences become claims.

    :raises ValueError: a probability outside of [0, 1], or an empty batch.
    """

    min_checkworthiness: float = 0.02  # a statement without name or number below this probability is set aside
    batch_size: int = 64  # sentences parsed at once

    def __post_init__(self) -> None:
        if not 0 <= self.min_checkworthiness <= 1:
            raise ValueError(f"min_checkworthiness must be from 0 to 1, not {self.min_checkworthiness}")
        if self.batch_size < 1:
            raise ValueError(f"batch_size must be at least 1, not {self.batch_size}")


class SpacyClaimExtractor:
    """Rules over the parses of spaCy's small English model, which is loaded at the first call.

    :param scorer: says how worth checking a statement is; without one nothing is scored or set aside for it.
    """

    def __init__(self, scorer: WorthinessScorer | None = None, config: ExtractorConfig = ExtractorConfig()) -> None:
        self._scorer = scorer
        self._config = config
        self.model_ids: tuple[str, ...] = (MODEL,) if scorer is None else (MODEL, scorer.id)

    def extract(self, article: Article) -> list[Claim]:
        """Split `article` into claims and lines that are not checked.

        Every non-white character of the text lies in exactly one span; claims taken from one sentence share its span.

        :return: in order of `start`; empty for an article without text.
        :raises ClaimModelError: the language model is not installed.
        """
        drafts, read = self._drafts(article)
        texts = [text for draft in drafts for text in draft.texts() if text not in read]
        texts = list(dict.fromkeys(texts))
        read |= zip(texts, parse(texts, self._config.batch_size), strict=True)
        return self._scored([claim for draft in drafts for claim in draft.settled(read)], read)

    def stand_alone(self, article: Article) -> list[Claim]:
        """Each sentence as one claim, in words that stand alone but not taken apart; what is not read as it stands.

        :return: in order of `start`, one for every stretch of the article.
        :raises ClaimModelError: the language model is not installed.
        """
        return [draft.as_one() for draft in self._drafts(article)[0]]

    def _drafts(self, article: Article) -> tuple[list[Draft], dict[str, Doc]]:
        """What may become of each sentence, and the parsed sentences by their texts."""
        pieces = list(pieces_of(article))
        docs = parse([piece.text for piece in pieces if not piece.reason], self._config.batch_size)
        parsed = [None if piece.reason else next(docs) for piece in pieces]
        drafts = list(_walk(article, pieces, parsed))
        return drafts, {doc.text: doc for doc in parsed if doc is not None}

    def _scored(self, claims: list[Claim], read: Mapping[str, Doc]) -> list[Claim]:
        """The claims with the probability that each is worth a check; what was said is always worth it."""
        rows = [i for i, c in enumerate(claims) if c.kind is ClaimKind.CONTENT and c.status in _SCORED]
        if self._scorer is None or not rows:
            return claims
        scored = list(claims)
        for i, p in zip(rows, self._scorer.score([claims[i].text for i in rows]), strict=True):
            scored[i] = _weighed(replace(claims[i], checkworthiness=float(p)), read, self._config.min_checkworthiness)
        return scored


def shipped_extractor(config: ExtractorConfig = ExtractorConfig(), threads: int = 0) -> SpacyClaimExtractor:
    """The extractor with the shipped check-worthiness model.

    :param threads: as in `OnnxWorthiness`.
    :raises ModelError: when the model is missing or its description is damaged.
    """
    return SpacyClaimExtractor(OnnxWorthiness(threads=threads), config)


def _weighed(claim: Claim, read: Mapping[str, Doc], min_p: float) -> Claim:
    """A statement without any name or number that is hardly worth a check is set aside.

    The model learned from debates, where a plain report of an event is rare: names and numbers overrule it.
    """
    if claim.checkworthiness is None or claim.checkworthiness >= min_p or claim.status is not ClaimStatus.CHECKABLE:
        return claim
    if is_specific(read[claim.text]):
        return claim
    return replace(claim, status=ClaimStatus.NOT_CHECKABLE, reason="not worth a check")


def _walk(article: Article, pieces: Sequence[Piece], docs: Sequence[Doc | None]) -> Iterator[Draft]:
    context = Context.of(article, [doc for doc in docs if doc is not None])
    found = [attribute(doc) if doc is not None else None for doc in docs]
    sources = _sources(pieces, found)
    speakers: list[str | None] = []
    opener: tuple[Doc, Resolution] | None = None  # the line that opens the list to which the piece belongs
    for piece, attribution, source in zip(pieces, found, sources, strict=True):
        if piece.role != Role.LIST_ITEM:
            opener = opener if piece.reason == Role.SEPARATOR else None
        if attribution is None:
            if piece.reason in _NEW_SECTION:
                context.forget()
            speakers.append(None)
            yield Draft((unread_row(article, piece, piece.reason),))
            continue
        speaker = _speaker(attribution, piece, context)
        if speaker is None and source is not None and source != len(speakers):
            speaker = speakers[source] if source < len(speakers) else _later_speaker(found[source], context)
        speakers.append(speaker)
        resolution = resolve(attribution, context, speaker)
        speaker = speakers[-1] = _explicit(speaker, attribution, resolution)
        doc = attribution.content.doc
        yield Reader(article, piece, attribution, speaker, resolution, opener).draft()
        context.advance(doc, speaker)
        opener = (doc, resolution) if opens_a_list(doc) else opener


def _sources(pieces: Sequence[Piece], found: Sequence[Attribution | None]) -> list[int | None]:
    """For each piece the index of the piece of its paragraph that names its speaker."""
    sources: list[int | None] = []
    for _, group in groupby(range(len(pieces)), key=lambda index: pieces[index].block):
        indices = list(group)
        names = [(one := found[index]) is not None and one.speaker is not None for index in indices]
        quoted = [is_quote(pieces[index].text) for index in indices]
        local = speaker_sources([pieces[index].quotes for index in indices], quoted, names)
        sources += [None if source is None else indices[source] for source in local]
    return sources


def _speaker(found: Attribution, piece: Piece, context: Context) -> str | None:
    if found.speaker is not None:
        return _named_speaker(found.speaker, context)
    return piece.labelled_speaker


def _explicit(speaker: str | None, found: Attribution, resolution: Resolution) -> str | None:
    """`Solvane Inc.` for a speaker called `the company`, `Halmar's foreign ministry` for `its foreign ministry`."""
    named = found.speaker
    if named is None or speaker is None or len(speakers_of(named)) > 1:
        return speaker
    inside = [e for e in resolution.edits if named.start_char <= e.start and e.end <= named.end_char and e.text]
    if not inside or speaker.lower() != named.text.lower():
        return speaker
    made = compose(named.doc.text, (Span(named.start_char, named.end_char),), inside).text.rstrip(".")
    return made[0].lower() + made[1:] if made.startswith(("The ", "A ", "An ")) else made


def _later_speaker(found: Attribution | None, context: Context) -> str | None:
    return _named_speaker(found.speaker, context) if found is not None and found.speaker is not None else None


def _named_speaker(named: Stretch, context: Context) -> str | None:
    """Who speaks, by the fullest name in the article; all of them, where several do."""
    names = [plain_name(one) for one in speakers_of(named)]
    if len(names) > 1:
        return " and ".join(_fullest(name, context) for name in names)
    found = resolve_speaker(names[0], context)
    return found if found is None else _fullest(found, context)


def _fullest(name: str, context: Context) -> str:
    """`Ulla Henning` of `Defence lawyer Ulla Henning`."""
    known = context.book.people.get(name.split()[-1], []) if name else []
    return known[0].name if len(known) == 1 and known[0].name in name else name
