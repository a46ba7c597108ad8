"""Whole sentences of a short article in their stand-alone form, not taken apart."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

from verifier.claims.attribution import attribute
from verifier.claims.parse import parse
from verifier.claims.referents import Context, Resolution, resolve, resolve_speaker
from verifier.claims.rewrite import compose, is_needed
from verifier.claims.sentences import boundaries
from verifier.types import Article, Span

MARCH_17 = date(2022, 3, 17)  # a Thursday


def resolutions(text: str, published: date | None = MARCH_17) -> list[tuple[str, Resolution]]:
    """Each sentence of a text of one paragraph, and what is put for its words."""
    cuts = [0, *boundaries(text), len(text)]
    pieces = [text[start:end].strip() for start, end in pairwise(cuts)]
    docs = list(parse([piece for piece in pieces if piece]))
    context = Context.of(Article("a1", "", None, None, published, text), docs)
    found = []
    for doc in docs:
        attribution = attribute(doc)
        named = attribution.speaker
        speaker = resolve_speaker(named.text, context) if named is not None else None
        found.append((doc.text, resolve(attribution, context, speaker)))
        context.advance(doc, speaker)
    return found


def rewritten(text: str, published: date | None = MARCH_17) -> str:
    """The last sentence of a text with all that is put for its words."""
    sentence, resolution = resolutions(text, published)[-1]
    return compose(sentence, (Span(0, len(sentence)),), resolution.edits).text


def unclear(text: str, published: date | None = MARCH_17) -> list[str]:
    """The words of the last sentence that stay open."""
    sentence, resolution = resolutions(text, published)[-1]
    whole = Span(0, len(sentence))
    return [word.words for word in resolution.unclear if is_needed(word, whole, ())]


def reasons(text: str, published: date | None = MARCH_17) -> list[str]:
    """Why words of the last sentence are put otherwise."""
    _, resolution = resolutions(text, published)[-1]
    return [edit.why for edit in resolution.edits]
