"""`You`, `both`, `Berg did not`: words that lean on a noun, a verb or a listener that the sentence does not name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from verifier.claims.lexicon import FINITE, words
from verifier.claims.quotes import quoted_spans
from verifier.claims.referents.mentions import Mention
from verifier.claims.rewrite import Unclear
from verifier.types import Span

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_LISTENER = words("you your yours")
_WITHOUT_NOUN = words("one none both neither either others another")
_PARTS = words("nsubj nsubjpass dobj pobj attr")
_SUBJECT = words("nsubj nsubjpass")
_CLAUSES = words("ROOT conj advcl ccomp parataxis")
_ANYBODY = words("can could may might must should will would need have if when whenever unless")
_BESIDE_A_VERB = words("nsubj nsubjpass neg advmod punct cc mark conj")


def open_words(doc: Doc, own: Sequence[Mention]) -> Iterator[Unclear]:
    """Such words, each with the stretch of its sentence that may give what is left out, where there is one.

    :param own: the mentions of the sentence.
    """
    quoted = quoted_spans(doc.text)
    for token in doc:
        inside = any(span.start <= token.idx < span.end for span in quoted)
        if token.lower_ in _LISTENER and token.tag_.startswith("PRP"):
            if not _is_anybody(token, inside):
                yield _unclear(token, None)
        elif token.lower_ in _WITHOUT_NOUN and _lacks_its_noun(token):
            yield _unclear(token, _mentioned_before(token, own))
        elif _lacks_its_verb(token):
            yield _unclear(token, _verb_before(token))


def _unclear(token: Token, antecedent: Span | None) -> Unclear:
    return Unclear(token.idx, token.idx + len(token), token.text, "unclear referent", antecedent)


def _is_anybody(token: Token, inside: bool) -> bool:
    """`If you mix red with yellow, you can make orange`; somebody is spoken to in `you lied` and in most quotes."""
    verbs = [t for t in token.ancestors if t.pos_ in ("VERB", "AUX")]
    around = [t for verb in verbs for t in (verb, *verb.children)]
    if any(t.lower_ in _ANYBODY for t in around) and not any(t.tag_ == "VBD" for t in verbs[:1]):
        return True
    told = any(t.tag_ == "VBD" for t in around if t in verbs or t.dep_ in ("aux", "auxpass"))
    return not inside and not told


def _lacks_its_noun(token: Token) -> bool:
    """`Both were sold`; not `both of them`, `one in five`, `a new one that ...` or the `one` that is anybody."""
    anybody = token.tag_ == "PRP" or any(c.tag_ == "MD" for c in token.head.children)
    told = any(c.dep_ in ("prep", "relcl", "acl", "conj", "appos", "nummod", "poss") for c in token.children)
    pointed = any(c.lower_ in ("no", "each", "this", "that", "every", "the") for c in token.children)
    before = token.nbor(-1).lower_ if token.i else ""
    if token.dep_ not in _PARTS or told or pointed or before in ("no", "each", "one", "every", "or", "-", "to"):
        return False
    return not (token.lower_ == "one" and anybody) and not token.ent_type_.startswith(("DATE", "TIME", "MONEY"))


def _mentioned_before(token: Token, own: Sequence[Mention]) -> Span | None:
    described = any(True for _ in token.children)  # `a new one`, which stands for a single thing too
    here = [m for m in own if m.end <= token.idx and (m.plural or described)]
    return Span(min(m.start for m in here), max(m.end for m in here)) if here else None


def _lacks_its_verb(token: Token) -> bool:
    """`Berg did not.`, `His officials have.`"""
    helper = token.lemma_.lower() in ("do", "have") or (token.tag_ == "MD" and token.pos_ == "AUX")
    if not helper or token.tag_ not in FINITE or token.dep_ not in _CLAUSES:
        return False
    subjects = [c for c in token.children if c.dep_ in _SUBJECT and c.i < token.i]
    rest = token.doc[token.i + 1 :]
    ends = next((t for t in rest if t.dep_ != "neg" and t.lower_ not in ("n't", "not", "too", "so")), None)
    last = ends is None or ends.is_punct or ends.dep_ == "cc"
    return bool(subjects) and last and all(c.dep_ in _BESIDE_A_VERB for c in token.children)


def _verb_before(token: Token) -> Span | None:
    verbs = [t for t in token.doc[: token.i] if t.pos_ == "VERB"]
    return Span(verbs[-1].idx, verbs[-1].idx + len(verbs[-1])) if verbs else None
