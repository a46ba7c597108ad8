"""Quotes that run over several sentences: which sentence names the speaker of which."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from verifier.types import Span

_OPENING = ('"', "“", "«")
_CLOSING = ('"', "”", "»")


def quote_runs(sentences: Sequence[str]) -> list[frozenset[int]]:
    """For the sentences of one paragraph, the numbers of the quotes that each has a part in."""
    runs: list[frozenset[int]] = []
    number, is_open = 0, False
    for sentence in sentences:
        parts = {number} if is_open else set()
        for char in sentence:
            if is_open and char in _CLOSING:
                is_open = False
            elif not is_open and char in _OPENING:
                number, is_open = number + 1, True
                parts.add(number)
        runs.append(frozenset(parts))
    return runs


def reopened(sentences: Sequence[str], runs: Sequence[frozenset[int]]) -> list[str]:
    """The sentences, with an opening mark where one starts inside a quote, so that each reads alone."""
    inside = [False, *(bool(earlier & later) for earlier, later in pairwise(runs))]
    return ['"' + sentence if is_inside else sentence for sentence, is_inside in zip(sentences, inside, strict=True)]


def speaker_sources(
    runs: Sequence[frozenset[int]], is_quote: Sequence[bool], names: Sequence[bool]
) -> list[int | None]:
    """For each sentence of one paragraph, the index of the sentence that names its speaker.

    A sentence that names a speaker is its own source. One inside a quote takes the speaker of the same quote, before
    or behind it; a quote of its own takes that of the sentence before. None where nobody is named, or for prose.

    :param is_quote: whether nothing but a quote, or a part of one, makes up the sentence.
    :param names: whether the sentence names a speaker.
    """
    sources: list[int | None] = [index if named else None for index, named in enumerate(names)]
    namers: dict[int, int] = {}  # the first sentence that names a speaker, by quote
    for index, named in enumerate(names):
        for number in runs[index] if named else ():
            namers.setdefault(number, index)
    for index, quoted in enumerate(is_quote):
        if sources[index] is None and quoted:
            same = min((namers[number] for number in runs[index] if number in namers), default=None)
            before = sources[index - 1] if index else None
            sources[index] = before if same is None else same
    return sources


def is_quote(sentence: str) -> bool:
    """Whether the sentence opens with a quote mark and is nothing but one quote, perhaps not closed yet."""
    if not sentence.startswith(_OPENING):
        return False
    closing = [index for index, char in enumerate(sentence) if index and char in _CLOSING]
    return not closing or not sentence[closing[0] + 1 :].strip(" .,;!?")


def quoted_spans(sentence: str) -> tuple[Span, ...]:
    """What stands between quote marks, in characters; a mark without its partner reaches to the end."""
    found: list[Span] = []
    start: int | None = None
    for position, char in enumerate(sentence):
        if start is not None and char in _CLOSING:
            found.append(Span(start, position))
            start = None
        elif start is None and char in _OPENING:
            start = position + 1
    return (*found, Span(start, len(sentence))) if start is not None else tuple(found)
