"""Whether the words at a place in a sentence speak of the past or of what is ahead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from verifier.claims.lexicon import words

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_FUTURE = words("will 'll ’ll shall would")
_AHEAD = words("set due scheduled expected planned slated going likely plan plans")
INTENDING = words(
    "agree plan decide vow promise want hope expect order ask urge schedule set intend offer threaten demand call"
    " refuse pledge invite vote allow tell"
)
_PLANS = words("face plan expect hope aim intend prepare")


def token_at(doc: Doc, position: int) -> Token | None:
    """The token that holds the character at `position`."""
    return next((token for token in doc if token.idx <= position < token.idx + len(token)), None)


def verb_of(doc: Doc, position: int) -> Token | None:
    """The verb that the words at `position` belong to."""
    token = token_at(doc, position)
    return next((t for t in (token.ancestors if token is not None else ()) if t.pos_ in ("VERB", "AUX")), None)


def tense_at(doc: Doc, position: int) -> str:
    """`past`, `future` or nothing: of the verb that the words at `position` belong to, else of the sentence."""
    verb = verb_of(doc, position)
    if verb is not None and verb.dep_ == "acl" and verb.tag_ == "VBG":  # `a year starting on Monday`
        return ""
    group = [verb, *(c for c in verb.children if c.dep_ in ("aux", "auxpass"))] if verb is not None else list(doc)
    tags = {token.tag_ for token in group}
    if any(token.lower_ in _FUTURE for token in group):
        return "future"
    if verb is not None and _looks_ahead(verb, group):
        return "future"
    if verb is not None and verb.tag_ == "VBN" and _is_present(group):  # `is held on 10 November`
        return ""
    if tags & {"VBD", "VBN"} or (verb is not None and _is_unmarked_past(verb)):
        return "past"
    if verb is not None and verb.tag_ in ("VB", "VBG") and verb.head is not verb:
        return "future" if verb.tag_ == "VB" and _is_planned(verb) else _tense_of_head(verb)
    return ""


def _is_unmarked_past(verb: Token) -> bool:
    """`Argentina beat France`: in the present it would be `beats`."""
    subject = next((c for c in verb.children if c.dep_ == "nsubj"), None)
    helped = any(c.dep_ in ("aux", "auxpass") for c in verb.children)
    single = (
        subject is not None and subject.tag_ in ("NN", "NNP") and not any(c.dep_ == "conj" for c in subject.children)
    )
    return verb.tag_ == "VBP" and single and not helped and verb.lemma_ not in ("be", "have", "do")


def _is_present(group: list[Token]) -> bool:
    helpers = {t.lower_ for t in group}
    return bool(helpers & {"is", "are"}) and not helpers & {"has", "have", "had", "been"}


def _looks_ahead(verb: Token, group: list[Token]) -> bool:
    """`is set for May 3`, `is due in May`, `faces a vote in May`."""
    if any(t.tag_ == "VBD" or t.lower_ in ("had", "been") for t in group):
        return False
    told = (verb, *(c for c in verb.children if c.dep_ == "acomp"))
    is_state = any(t.lower_ in ("is", "are", "'s", "’s") for t in group) and any(t.lower_ in _AHEAD for t in told)
    return is_state or (verb.tag_ in ("VBZ", "VBP") and verb.lemma_ in _PLANS)


def _tense_of_head(verb: Token) -> str:
    above = next((t for t in verb.ancestors if t.tag_ in ("VBD", "VBN")), None)
    meant = above is not None and above.lemma_ in INTENDING  # `agreed to meet on Monday` looks ahead
    told = verb.tag_ == "VBG" or verb.dep_ in ("advcl", "acl")
    return "past" if told and above is not None and not meant else ""


def _is_planned(verb: Token) -> bool:
    return verb.head.lower_ in _AHEAD


def tells_an_event(doc: Doc, position: int) -> bool:
    """`The bank cut rates today` names a day; `Turkey today is a bridge` does not."""
    verb = verb_of(doc, position)
    aux = [child for child in verb.children if "aux" in child.dep_] if verb is not None else []
    is_state = any(child.lower_ in ("is", "are") for child in aux) and verb is not None and verb.tag_ == "VBN"
    return bool(tense_at(doc, position)) and not is_state
