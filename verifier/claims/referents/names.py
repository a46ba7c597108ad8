"""Names in their fullest form: `Ned Price` for `Price` and for `Mr Price`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from verifier.claims.referents.book import COURTESY, Book, Person
from verifier.claims.rewrite import Edit, Unclear
from verifier.types import Span

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

SHARED_NAME = "several people of that name"
SURNAME = "surname of"


def full_names(doc: Doc, book: Book) -> Iterator[Edit | Unclear]:
    """Edits that complete the surnames of a sentence; unclear is one that two people of the article share."""
    complete: dict[str, Span] = {}
    for token in doc:
        people = book.at(token)
        if not people:
            continue
        given = [p for p in people if _stands_before(token, p)]
        if given:
            complete.setdefault(
                given[0].name, Span(token.idx - len(given[0].name) + len(token), token.idx + len(token))
            )
            continue
        joined = token.i > 0 and token.nbor(-1).text == "&"  # `Laurin & Klement` is a company
        if joined or (token.dep_ in ("compound", "nmod", "amod") and token.head.i > token.i):  # `the Vesper government`
            continue
        start = _start(token)
        if len(people) > 1:
            if start == token.i:
                yield Unclear(token.idx, token.idx + len(token), token.text, SHARED_NAME)
            continue
        name = people[0].name
        if " " in name and _is_free(token, name):
            before = complete.get(name)
            yield Edit(doc[start].idx, token.idx + len(token), name, f"{SURNAME} {name}", before)
            complete.setdefault(name, Span(doc[start].idx, token.idx + len(token)))


def _stands_before(token: Token, person: Person) -> bool:
    """Whether the given name is already there."""
    given = person.name.split()[:-1]
    return bool(given) and token.i >= 1 and token.nbor(-1).text.strip(".") in {name.strip(".") for name in given}


def _start(token: Token) -> int:
    """With `Mr` before it."""
    return token.i - 1 if token.i and token.nbor(-1).lower_ in COURTESY and token.nbor(-1).text != "Sir" else token.i


def _is_free(token: Token, name: str) -> bool:
    """Not part of a longer name, nor of initials such as `J. Smith`."""
    before = token.nbor(-1) if token.i else None
    if before is None:
        return True
    initial = len(before.text) <= 2 and before.text[:1].isupper() and before.text.endswith(".")
    return not initial and not before.text.endswith("-") and before.text not in name.split()
