"""One sentence, several claims: each thing that it states, in words of its own that say no more than it does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from verifier.claims.attribution import bare
from verifier.claims.decompose.clauses import clauses_of
from verifier.claims.decompose.deeds import counts, deed, labelled
from verifier.claims.decompose.lists import told_apart
from verifier.claims.decompose.statement import Statement, chars

if TYPE_CHECKING:
    from spacy.tokens import Span as Stretch

__all__ = ["Statement", "split", "whole"]
MAX_STATEMENTS = 16  # of one sentence; one that gives more is a list that the parser did not understand


def split(content: Stretch) -> list[Statement]:
    """The statements of a clause, the main one first; none where it cannot be taken apart."""
    core = bare(content)
    if not len(core):
        return []
    if behind := labelled(core):
        rest, edit = behind
        inner = split(rest) or [whole(rest)]
        return [Statement(one.parts, (*one.edits, edit)) for one in inner]
    for rule in (counts, deed):
        found = rule(core)
        if found and not _tears_a_quote(content, found):
            return found
    clauses = [part for clause in clauses_of(core) for part in told_apart(clause)]
    made = [Statement(clause.parts(), clause.edits) for clause in clauses]
    return made if 1 < len(made) <= MAX_STATEMENTS and not _tears_a_quote(content, made) else []


def whole(content: Stretch) -> Statement:
    """A stretch as one statement."""
    return Statement((chars(content),))


def _tears_a_quote(content: Stretch, statements: list[Statement]) -> bool:
    text = content.doc.text
    spans = [part for statement in statements for part in statement.parts if not isinstance(part, str)]
    return any(text[part.start : part.end].count('"') % 2 for part in spans)
