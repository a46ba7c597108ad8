"""Lists with a line that opens them: `The tools include:`, then `Intellilink: a tool for linking data`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from verifier.claims.decompose import Statement
from verifier.claims.decompose.statement import is_plural, subject_of
from verifier.claims.decompose.verbs import is_past
from verifier.claims.lexicon import FINITE, words
from verifier.claims.rewrite import Edit, compose
from verifier.types import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spacy.tokens import Doc

MAX_NAME_WORDS = 12  # a longer item is a sentence or a description, not a name
_NAMED = re.compile(r"(?P<name>[^:]{2,120}?)(?:\s*:\s+|\s+[-–—]+\s+)(?P<told>\S.*)$")
_OPENING_VERBS = words("be include comprise feature")
_DESCRIPTIONS = words("DT PRP$ JJ JJS NN NNS CD")


def opens_a_list(doc: Doc) -> bool:
    """Whether a sentence leaves to the list below it what it is about."""
    subject = subject_of(doc[:].root)
    return doc.text.endswith(":") and doc[:].root.lemma_ in _OPENING_VERBS and subject is not None


def item_statements(opener: Doc, edits: Sequence[Edit], item: Doc, leans: bool) -> list[Statement]:
    """What a list says of one of its items: that it is in the list, and what stands behind its name.

    :param edits: those that make the opening line stand alone.
    :param leans: whether words of the opening line stay unclear; what is said with it is then left out.
    """
    found = _NAMED.match(item.text)
    name = Span(*found.span("name")) if found else Span(0, len(item.text.rstrip(" .;,")))
    if not 0 < len(item.text[name.start : name.end].split()) <= MAX_NAME_WORDS:
        return []
    made = [] if leans else [Statement((f"{_opening(opener, edits)} ", name))]
    link = _link(item, found.start("told")) if found else None
    if found and link:
        made.append(Statement((name, f" {link} ", Span(*found.span("told")))))
    return made


def _opening(opener: Doc, edits: Sequence[Edit]) -> str:
    """`The four presidents were:` -> `The four presidents included`."""
    root = opener[:].root
    subject = subject_of(root)
    start, end = (subject.left_edge.idx, root.idx) if subject is not None else (0, root.idx)
    helper = next((c.idx for c in root.children if c.dep_ in ("aux", "auxpass")), end)
    listed = compose(opener.text, (Span(start, min(end, helper)),), edits).text.rstrip(".")
    past = is_past(root)
    verb = root.text
    if root.lower_ in ("are", "were") or (root.lemma_ == "be" and subject is not None and is_plural(subject)):
        verb = "included" if past else "include"  # the item is one of several
    return f"{listed} {verb}"


def _link(item: Doc, start: int) -> str | None:
    """The verb between a name and what is told of it; None where that is no description."""
    first = next((token for token in item if token.idx >= start), None)
    if first is None or any(token.tag_ in FINITE for token in item if token.dep_ == "ROOT"):
        return None
    if first.tag_ in ("VBN", "VBD"):
        return "was"
    return "is" if first.tag_ in _DESCRIPTIONS else None
