"""Pronouns that mean nobody and nothing, or not what was named before: `it rained`, `he or she`, `those who`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from verifier.claims.lexicon import words

if TYPE_CHECKING:
    from spacy.tokens import Token

_IMPERSONAL = words("rain snow hail thunder seem appear turn happen matter")
_MEASURED = words("be take cost remain become get make feel")
_SUBJECT = words("nsubj nsubjpass")
_OBJECT = words("dobj pobj dative iobj")


def is_empty(token: Token) -> bool:
    """`It is clear that ...`, `It rained`, `made it clear that`: nothing is meant by "it"."""
    if token.lower_ != "it":
        return False
    verb = token.head
    judged = verb.pos_ == "ADJ" and any(c.dep_ in ("advcl", "ccomp", "xcomp") for c in verb.children)
    if token.dep_ == "expl" or verb.lemma_ in _IMPERSONAL or judged:
        return True
    related = [c for c in verb.children if c.i > token.i]
    related += [g for c in related if c.dep_ in ("acomp", "oprd", "xcomp", "ccomp", "prep") for g in c.children]
    related += [g for c in related if c.dep_ == "attr" for g in c.children if g.dep_ == "ccomp" or _is_cleft(g)]
    clause = any(
        c.dep_ in ("ccomp", "xcomp", "csubj", "csubjpass", "advcl", "relcl", "acl") and c.pos_ in ("VERB", "AUX")
        for c in related
    )
    if verb.lemma_ in _MEASURED | words("think believe know say report estimate expect find note understand make mean"):
        about = verb.lemma_ == "be" or verb.tag_ == "VBN" or verb.lemma_ in _MEASURED
        time = any(c.ent_type_ in ("TIME", "DATE") and c.dep_ in ("attr", "npadvmod") for c in verb.children)
        return about and (clause or (verb.lemma_ == "be" and time))
    return False


def _is_cleft(clause: Token) -> bool:
    """`It was Price who ...`, `It is a pity that ...`."""
    name = clause.head.pos_ == "PROPN" and clause.dep_ == "relcl"
    return name or (clause.dep_ == "acl" and any(child.lower_ == "that" for child in clause.children))


def is_paired(token: Token) -> bool:
    """`he or she`, `his or her`: anybody."""
    around = token.doc[max(0, token.i - 1) : token.i + 2]
    return any(t.lower_ in ("or", "/") for t in around)


def points(token: Token) -> bool:
    """`This surprised the town`; not `those who`, `that of` or `the view that`."""
    if token.dep_ not in _SUBJECT | _OBJECT or token.tag_ not in ("DT", "PRP", "PRON"):
        return False
    following = token.nbor() if token.i + 1 < len(token.doc) else None
    return not any(True for _ in token.children) and not (
        following is not None and following.lower_ in ("of", "who", "which")
    )


def is_idiom(token: Token) -> bool:
    """`out there`, `there is`: no place is meant."""
    before = token.doc[token.i - 1].lower_ if token.i else ""
    if token.dep_ in ("pcomp", "pobj"):
        return False
    people = token.head.i == token.i - 1 and token.head.tag_ in ("NN", "NNS")  # `the people there`
    return before in ("out", "over", "up", "down", "then") or (token.head.pos_ not in ("VERB", "AUX") and not people)
