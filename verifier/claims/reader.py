"""One parsed sentence on its way to rows: that something was said, and what is stated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from corpus.documents import content_id
from verifier.claims.attribution import Attribution, has_first_person, speakers_of
from verifier.claims.checkable import is_whole_sentence, why_not_checkable
from verifier.claims.decompose import Statement, split, whole
from verifier.claims.listing import item_statements, opens_a_list
from verifier.claims.pieces import Piece
from verifier.claims.quotes import is_quote, quoted_spans
from verifier.claims.referents import Resolution
from verifier.claims.rewrite import Edit, Parts, Unclear, Written, compose, is_needed
from verifier.types import Article, Claim, ClaimKind, ClaimStatus, Span, Substitution

if TYPE_CHECKING:
    from spacy.tokens import Doc
    from spacy.tokens import Span as Stretch


@dataclass(frozen=True, slots=True)
class Draft:
    """What may become of a sentence: the rows that are sure, and its content, whole or in several statements."""

    sure: tuple[Claim, ...]
    whole: Claim | None = None
    statements: tuple[Claim, ...] = ()

    def as_one(self) -> Claim:
        """The sentence as a whole in words of its own, with who says it."""
        return self.sure[0] if self.sure or self.whole is None else self.whole

    def texts(self) -> list[str]:
        """The texts that are to be read on their own before they can be settled."""
        return [claim.text for claim in (self.whole, *self.statements) if claim is not None]

    def settled(self, read: Mapping[str, Doc]) -> Iterator[Claim]:
        """The rows of the sentence; it is taken apart only where each statement is a full sentence of its own."""
        yield from self.sure
        apart = bool(self.statements) and all(is_whole_sentence(read[claim.text]) for claim in self.statements)
        chosen = self.statements if apart else tuple(claim for claim in (self.whole,) if claim is not None)
        seen = {claim.id for claim in self.sure}
        for claim in chosen:
            if claim.id not in seen:
                seen.add(claim.id)
                yield _judged(claim, read[claim.text])


def _judged(claim: Claim, doc: Doc) -> Claim:
    """The claim with the reason why it is not checked, if it is not."""
    reason = why_not_checkable(doc)
    return replace(claim, status=ClaimStatus.NOT_CHECKABLE, reason=reason) if reason else claim


@dataclass(frozen=True, slots=True)
class Reader:
    """One parsed sentence on its way to rows."""

    article: Article
    piece: Piece
    found: Attribution
    speaker: str | None
    resolution: Resolution
    opener: tuple[Doc, Resolution] | None

    def draft(self) -> Draft:
        """That it was said, where somebody says it, and what the sentence states."""
        sure: tuple[Claim, ...] = ()
        if self.found.speaker is not None:
            sure = self._reported()
        elif self.speaker is not None and (self.piece.quotes or has_first_person(self.found.content)):
            sure = (self._quoted(),)
        if not self._stands_without_speaker():
            return Draft(sure)
        if self.speaker is None and self.found.speaker is None and self.piece.quotes and is_quote(self.piece.text):
            return Draft((*sure, self._unattributed()))
        if opens_a_list(self.found.content.doc):
            return Draft((*sure, unread_row(self.article, self.piece, "opens a list")))
        statements = tuple(self._stated(statement) for statement in self._listed() or split(self.found.content))
        return Draft(sure, self._stated(whole(self.found.content)), statements)

    def _unattributed(self) -> Claim:
        """A quote of nobody known is not the article's own statement."""
        claim = self._stated(whole(self.found.content))
        return replace(claim, status=ClaimStatus.AMBIGUOUS, reason="speaker of the quote not named")

    def _listed(self) -> list[Statement]:
        """What the list says of an item that is no sentence of its own."""
        doc = self.found.content.doc
        if self.opener is None or is_whole_sentence(doc):
            return []
        opening, resolution = self.opener
        return item_statements(opening, resolution.edits, doc, leans=bool(resolution.unclear))

    def _stands_without_speaker(self) -> bool:
        if self.found.speaker is not None:
            return self.found.separated
        return self.speaker is None or not has_first_person(self.found.content)

    def _reported(self) -> tuple[Claim, ...]:
        """`Price said that P`, whole; once for each of those who said it."""
        doc, named = self.found.content.doc, self.found.speaker
        whole = (Span(0, len(doc.text)),)
        names = speakers_of(named) if named is not None else []
        if named is None or len(names) < 2:
            return (self._speech_act(whole, self.speaker),)
        end = named.end_char + (doc.text[named.end_char : named.end_char + 2] == ", ")
        before, after = Span(0, named.start_char), Span(end, len(doc.text))
        places = [Span(name.start_char, name.end_char) for name in names]
        return tuple(
            self._speech_act((before, place, after), plain_name(name))
            for name, place in zip(names, places, strict=True)
        )

    def _speech_act(self, parts: Parts, speaker: str | None) -> Claim:
        """What was said stays in its exact words, so that nothing inside quote marks is put otherwise."""
        quoted = quoted_spans(self.found.content.doc.text)
        claim = self._claim(parts, (), self._speaker_unclear(), quoted)
        return replace(claim, kind=ClaimKind.SPEECH_ACT, speaker=speaker, verb=self._verb(), quotes=self._quotes())

    def _speaker_unclear(self) -> str:
        """Why the speaker's name does not say who spoke, empty where it does."""
        named = self.found.speaker
        return f'unclear referent: "{named.text}"' if named is not None and self.speaker is None else ""

    def _quoted(self) -> Claim:
        """`X said: "P"` for a sentence of a quote whose speaker another sentence names."""
        text = self.found.content.doc.text.strip('"“”«»')
        start = self.found.content.doc.text.index(text)
        words_ = Span(start, start + len(text))
        name = f"{self.speaker}"
        claim = self._claim((f'{name[:1].upper()}{name[1:]} said: "', words_, '"'), (), "", (words_,))
        quotes = self._quotes() or (self.article.text[self.piece.start : self.piece.end].strip('"“”«» '),)
        return replace(claim, kind=ClaimKind.SPEECH_ACT, quotes=quotes)

    def _stated(self, statement: Statement) -> Claim:
        claim = self._claim(statement.parts, (*self.found.edits, *statement.edits), self._speaker_unclear())
        if any(char.isalnum() for char in claim.text):
            return claim
        return replace(claim, text=_on_one_line(self.piece.text))

    def _claim(self, parts: Parts, edits: Sequence[Edit], unclear: str, kept: Sequence[Span] = ()) -> Claim:
        """:param kept: stretches whose words stay as they are."""
        free = [edit for edit in self.resolution.edits if not _lies_in(edit, kept)]
        written = compose(self.found.content.doc.text, parts, [*edits, *free])
        unclear = unclear or self._unclear(parts, (*kept, *(Span(edit.start, edit.end) for edit in edits)))
        status = ClaimStatus.AMBIGUOUS if unclear else ClaimStatus.CHECKABLE
        claim = _claim(self.article, self.piece, written.text, self.speaker, status, unclear)
        return replace(claim, parts=self._places(parts), substitutions=self._substitutions(written))

    def _unclear(self, parts: Parts, kept: Sequence[Span]) -> str:
        """Why words of a statement are not clear outside of the article, empty where all are."""
        spans = [part for part in parts if isinstance(part, Span)]
        for word in self.resolution.unclear:
            needed = any(is_needed(word, span, spans[:i]) for i, span in enumerate(spans))
            if needed and not _lies_in(word, kept):
                return f'{word.why}: "{word.words}"'
        return ""

    def _places(self, parts: Parts) -> tuple[Span, ...]:
        return tuple(self.piece.in_article(part) for part in parts if isinstance(part, Span) and part.start < part.end)

    def _substitutions(self, written: Written) -> tuple[Substitution, ...]:
        made = []
        for edit in written.edits:
            if not edit.why:  # only the case of a letter
                continue
            place = self.piece.in_article(Span(edit.start, edit.end))
            original = self.article.text[place.start : place.end]
            made.append(Substitution(place.start, place.end, original, edit.text, edit.why))
        return tuple(made)

    def _verb(self) -> str:
        verb = self.found.verb
        return verb.text if verb is not None else "according to"

    def _quotes(self) -> tuple[str, ...]:
        """What stands between quote marks in the words that were said, verbatim as the article has it."""
        content = self.found.content
        said = Span(content.start_char, content.end_char)
        quoted = [q for q in quoted_spans(content.doc.text) if q.start < said.end and said.start < q.end]
        places = [self.piece.in_article(span) for span in quoted if span.start < span.end]
        found = (self.article.text[place.start : place.end].strip() for place in places)
        return tuple(words_ for words_ in found if words_)


def _lies_in(place: Edit | Unclear, spans: Sequence[Span]) -> bool:
    return any(span.start <= place.start and place.end <= span.end for span in spans)


def unread_row(article: Article, piece: Piece, reason: str) -> Claim:
    """The row of a stretch that is not checked, as it stands."""
    text = _on_one_line(article.text[piece.start : piece.end])
    return _claim(article, piece, text, None, ClaimStatus.NOT_CHECKABLE, reason)


def _claim(article: Article, piece: Piece, text: str, speaker: str | None, status: ClaimStatus, reason: str) -> Claim:
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
        role=piece.role,
        parts=(Span(piece.start, piece.end),),
    )


def _on_one_line(text: str) -> str:
    return " ".join(text.split())


def plain_name(named: Stretch) -> str:
    """A speaker's name as it is the same in every article: `Ned Price` of `US spokesperson Ned Price`, `the bank`."""
    people = [entity for entity in named.ents if entity.label_ == "PERSON" and entity.end == named.end]
    if people:
        return str(people[0].text)
    name = str(named.text)
    return name[0].lower() + name[1:] if named[0].pos_ in ("DET", "PRON") else name
