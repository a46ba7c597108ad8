"""What the parts of decomposition hand to each other."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from verifier.claims.lexicon import words
from verifier.claims.rewrite import Edit, Parts
from verifier.types import Span

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token
    from spacy.tokens import Span as Stretch

CONDITIONS = words("if unless whether when whenever once until till before after provided lest")
NEGATIVE = words("no none neither few little nobody nothing only not hardly never")
TAKING_A_CLAUSE = words(
    "say think believe claim know hope fear argue suggest tell report expect feel hold add warn deny doubt"
)
POINTING = words("this that these those such")
_OPENING_MARKS = ("“", "«", "``")
_CLOSING_MARKS = ("”", "»", "''")


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing that a sentence states, in parts of it.

    `edits` are the words that its grammar needs changed, such as a participle made a finite verb.
    """

    parts: Parts
    edits: tuple[Edit, ...] = ()


def chars(stretch: Stretch) -> Span:
    """The characters of a stretch of tokens."""
    return Span(stretch.start_char, stretch.end_char)


def runs(doc: Doc, indices: Iterable[int]) -> Parts:
    """Tokens as stretches of the sentence, neighbours joined, a blank between stretches."""
    parts: list[Span | str] = []
    last = -2
    for i in sorted(indices):
        token = doc[i]
        if i == last + 1 and isinstance(parts[-1], Span):
            parts[-1] = Span(parts[-1].start, token.idx + len(token))
        else:
            parts += [" ", Span(token.idx, token.idx + len(token))]
        last = i
    return tuple(parts)


def subtree(token: Token, within: Collection[int]) -> set[int]:
    """The indices of a token's subtree, as far as they lie in `within`."""
    return {t.i for t in token.subtree if t.i in within}


def subject_of(verb: Token) -> Token | None:
    """The subject of a verb, or the `there` in its place."""
    return next((child for child in verb.children if child.dep_ in ("nsubj", "nsubjpass", "expl", "csubj")), None)


def is_plural(noun: Token) -> bool:
    """Whether a verb beside this subject stands in the plural."""
    joined = any(child.dep_ == "conj" for child in noun.children)
    return joined or noun.tag_ in ("NNS", "NNPS") or noun.lower_ in ("they", "we", "you", "these", "those")


def quoted_tokens(stretch: Stretch) -> set[int]:
    """The indices of the tokens inside quote marks; behind a mark without its partner, of all."""
    found: set[int] = set()
    is_open = False
    for token in stretch:
        if token.text in _OPENING_MARKS or (token.text == '"' and not is_open):
            is_open = True
        elif token.text in _CLOSING_MARKS or token.text == '"':
            is_open = False
        elif is_open:
            found.add(token.i)
    return found
