"""Verb forms for clauses that get a subject of their own."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from verifier.claims.decompose.statement import is_plural

if TYPE_CHECKING:
    from spacy.tokens import Token

_MODALS = frozenset(("MD",))


def is_negated(verb: Token) -> bool:
    """Whether the verb itself is denied."""
    return any(child.dep_ == "neg" for child in verb.children)


def has_modal(verb: Token) -> bool:
    """Whether the verb says what may, will or should be rather than what is."""
    return any(child.tag_ in _MODALS for child in verb.children if child.dep_ == "aux")


def is_past(verb: Token) -> bool:
    """Whether a finite verb, with its auxiliaries, tells of the past."""
    helpers = [child.tag_ for child in verb.children if child.dep_ in ("aux", "auxpass")]
    return "VBD" in helpers or (verb.tag_ == "VBD" and not helpers)


def copula(subject: Token, past: bool) -> str:
    """`is`, `are`, `was` or `were`, for this noun alone."""
    plural = subject.tag_ in ("NNS", "NNPS") or subject.lower_ in ("they", "we", "these", "those")
    if past:
        return "were" if plural else "was"
    return "are" if plural else "is"


def finite(participle: Token, subject: Token, main: Token) -> str | None:
    """The finite form of an `-ing` word in the tense of the main verb; None where there is none."""
    if participle.lemma_ == "be":
        return copula(subject, is_past(main))
    perfect = next((c.lower_ for c in main.children if c.dep_ == "aux" and c.lower_ in ("has", "have")), None)
    if perfect and main.tag_ == "VBN":
        form = inflect(participle.lemma_, "VBN")
        return f"{'have' if is_plural(subject) else 'has'} {form}" if form else None
    if is_past(main):
        return inflect(participle.lemma_, "VBD")
    return inflect(participle.lemma_, "VBP" if is_plural(subject) else "VBZ")


@lru_cache(maxsize=4096)
def inflect(lemma: str, tag: str) -> str | None:
    """A verb's form by its Penn Treebank tag."""
    from lemminflect import getInflection

    forms = getInflection(lemma.lower(), tag=tag)
    return str(forms[0]) if forms else None
