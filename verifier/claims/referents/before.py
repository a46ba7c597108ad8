"""What a pronoun may mean in the sentences before: the one person or thing that fits, or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from verifier.claims.lexicon import words
from verifier.claims.referents.book import FEMININE, MASCULINE
from verifier.claims.referents.mentions import (
    NAME,
    ORGANISATION,
    PERSON,
    PLACE,
    SOMEBODY,
    Mention,
    is_main_subject,
    lower_article,
)

if TYPE_CHECKING:
    from spacy.tokens import Token


_SAYING = words(
    "say add state announce claim argue warn note deny insist explain stress underline call urge describe plan"
)
SUBJECT = words("nsubj nsubjpass")


def agrees(mention: Mention, form: str) -> bool:
    """Whether a pronoun of this form may mean it, by number, sex and kind."""
    if form in ("he", "she"):
        wanted = MASCULINE if form == "he" else FEMININE
        named = mention.kind == PERSON or (mention.kind in (NAME, SOMEBODY) and mention.dep in SUBJECT)
        return named and not mention.plural and mention.gender in (wanted, "")
    if form == "it":
        return mention.kind not in (PERSON, SOMEBODY) and not mention.plural
    return mention.plural or mention.kind == ORGANISATION


def person_before(token: Token | None, form: str, before: Sequence[Sequence[Mention]]) -> tuple[Mention | None, str]:
    """The one person of the sentences before, or the subject that the last of them goes on about."""
    fitting = [
        [mention for mention in mentions if agrees(mention, form) and not is_predicate(mention)] for mentions in before
    ]
    found = [mention for mentions in fitting for mention in mentions]
    word = {"he": "man", "she": "woman"}[form]
    nearest_rivals = [mention for mention in (before[-1] if before else ()) if may_be_person(mention)]
    if nearest_rivals or (found and found[-1].kind != PERSON):
        return None, ""
    if len({mention.identity for mention in found}) == 1:
        return found[-1], f"the only {word} who comes into question in the sentences before"
    nearest = next((mentions for mentions in reversed(fitting) if mentions), [])
    named = {mention.identity for mention in nearest}
    is_known = bool(nearest) and bool(nearest[-1].gender)
    topic = is_known and nearest is fitting[-1] and nearest[-1].is_main_subject
    if len(named) == 1 and topic and (token is None or _leads(token)):
        return nearest[-1], f"the {word} whom the sentence before is about"
    return None, ""


def thing_before(token: Token, form: str, before: Sequence[Sequence[Mention]]) -> tuple[Mention | None, str]:
    """What the sentence before is about, where nothing else in it comes into question."""
    fitting = [
        mention for mention in (before[-1] if before else ()) if agrees(mention, form) and not is_predicate(mention)
    ]
    if form == "they" and any(mention.plural for mention in fitting):
        fitting = [mention for mention in fitting if mention.plural]
    if form == "it" and _says(token):
        fitting = [mention for mention in fitting if mention.kind == ORGANISATION or mention.head in _DOCUMENTS]
    if form == "they" and not fitting:  # a country may be its team
        fitting = [m for m in (before[-1] if before else ()) if m.kind == PLACE and m.is_main_subject]
    if (same := _same_thing(before[-1] if before else (), form)) is not None and _leads(token):
        return same, "what the sentence before is about"
    named = {mention.identity for mention in fitting}
    if len(named) == 1 and (fitting[0].is_main_subject or _is_thing_met(fitting[0])):
        return (
            fitting[0],
            "the only thing in the sentence before that it can mean"
            if form == "it"
            else "the only ones in the sentence before",
        )
    subject = next((mention for mention in fitting if mention.is_main_subject), None)
    if subject is None or not _leads(token):
        return None, ""
    rivals = [m for m in fitting if m.identity != subject.identity and not is_weak(m, subject)]
    return (subject, "what the sentence before is about") if not rivals else (None, "")


def _is_thing_met(mention: Mention) -> bool:
    """A named object of the sentence before; one word alone may be a person's surname."""
    return mention.proper and mention.dep == "dobj" and (len(mention.words) > 1 or mention.kind == PLACE)


def _same_thing(mentions: Sequence[Mention], form: str) -> Mention | None:
    """`The fastest animal is the peregrine falcon. It ...`: the one whose name the sentence before gives."""
    subject = next((m for m in mentions if m.is_main_subject), None)
    said = [m for m in mentions if m.dep == "attr" and m.phrase and not m.indefinite and not m.plural]
    if form != "it" or subject is None or subject.proper or len(said) != 1:
        return None
    definite = said[0].proper or said[0].phrase.lower().startswith("the ")
    return replace(said[0], name=said[0].name or lower_article(said[0].phrase)) if definite else None


_DOCUMENTS = words("statement report study letter ministry paper article document indictment ruling law resolution")


def may_be_person(mention: Mention) -> bool:
    """A name of one word as subject may be that of a person whom the model takes for something else."""
    is_name = mention.proper and mention.kind != PERSON and not mention.plural and len(mention.words) == 1
    return is_name and mention.dep in SUBJECT


def is_weak(mention: Mention, subject: Mention) -> bool:
    """Too far from being the topic to come into question: places, times and what stands in phrases of its own."""
    inside = mention.start >= subject.start and mention.end <= subject.end
    return inside or mention.dep in ("pobj", "poss", "attr", "appos", "conj", "npadvmod", "compound", "nmod", "oprd")


def is_predicate(mention: Mention) -> bool:
    """Whether it says what something is, rather than naming it."""
    names = mention.proper and mention.kind == PERSON  # `The oldest judge was Tom Reed.`
    return (mention.dep in ("attr", "oprd") and not names) or (mention.dep == "appos" and not mention.proper)


def _leads(token: Token) -> bool:
    """Whether the pronoun is the subject of its sentence, or the possessive in it: it carries the topic on."""
    word = token.head if token.tag_ == "PRP$" else token
    return is_main_subject(word) or (word.head.dep_ in ("ccomp", "conj", "advcl") and word.dep_ in SUBJECT)


def _says(token: Token) -> bool:
    return token.dep_ == "nsubj" and token.head.lemma_ in _SAYING
