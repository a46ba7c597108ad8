"""`Also`, `too`, `for example`: words that only connect a sentence to the one before it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from verifier.claims.rewrite import Edit

if TYPE_CHECKING:
    from spacy.tokens import Doc

_WHY = "connects to the sentence before"
_SET_OFF = re.compile(
    r",\s(?:however|too|for example|for instance|therefore|moreover|furthermore|meanwhile|in turn|as well|of course"
    r"|nevertheless|nonetheless|in addition|then|though)(?P<end>,|(?=[.;]?[\"”]?$))",
    re.IGNORECASE,
)
_ALSO = re.compile(r"(?:(?<=\s)|^)(?:also|therefore|thus|moreover|furthermore|consequently)\s", re.IGNORECASE)
_AS_WELL = re.compile(r"\s(?:too|as well)(?=[.]?[\"”]?$)")


def connectives(doc: Doc) -> Iterator[Edit]:
    """Edits that take such words out where the sentence stands without them."""
    text = doc.text
    for found in _SET_OFF.finditer(text):
        yield Edit(found.start(), found.end(), "", _WHY)
    for found in _ALSO.finditer(text):
        token = next((t for t in doc if t.idx == found.start()), None)
        if token is not None and token.dep_ == "advmod" and _leans_back(doc, token.i):
            yield Edit(found.start(), found.end(), "", _WHY)
    for found in _AS_WELL.finditer(text):
        token = next((t for t in doc if t.idx == found.start() + 1), None)
        if token is not None and token.head.pos_ in ("VERB", "AUX", "NOUN", "PROPN", "ADV"):
            yield Edit(found.start(), found.end(), "", _WHY)


def _leans_back(doc: Doc, index: int) -> bool:
    """False for `not only ... but also`, and for a second verb of the sentence, which `also` connects to its first."""
    token = doc[index]
    before = doc[index - 1].lower_ if index else ""
    main = token.head.dep_ in ("ROOT", "ccomp") and token.head.pos_ in ("VERB", "AUX")
    return main and before not in ("but", "and", "only", "or", ",")
