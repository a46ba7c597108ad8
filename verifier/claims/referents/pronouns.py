"""Whom or what a pronoun means: one candidate that clearly fits best, or none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from verifier.claims.lexicon import words
from verifier.claims.referents.book import FEMININE, MASCULINE, ROLES
from verifier.claims.referents.mentions import (
    NAME,
    ORGANISATION,
    PERSON,
    PLACE,
    Mention,
    is_main_subject,
    lower_article,
)
from verifier.types import Span

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_FORMS = {
    "he": "he", "him": "he", "his": "he", "she": "she", "her": "she", "hers": "she", "it": "it", "its": "it",
    "they": "they", "them": "they", "their": "they", "theirs": "they",
}  # fmt: skip
FIRST_PERSON = words("i me my mine we us our ours")
_POINTING = words("this that these those")
_IMPERSONAL = words("rain snow hail thunder seem appear turn happen matter")
_MEASURED = words("be take cost remain become get make feel")
_SAYING = words(
    "say add state announce claim argue warn note deny insist explain stress underline call urge describe plan"
)
_SUBJECT = words("nsubj nsubjpass")
_OBJECT = words("dobj pobj dative iobj")
UNCLEAR = "unclear referent"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a pronoun means.

    `name` is None where that is open; `antecedent` is the stretch of the same sentence that it stands for, or that
    holds all candidates. `mention` is what it means, for the sentences that follow.
    """

    token: Token
    name: str | None
    why: str
    antecedent: Span | None = None
    mention: Mention | None = None


def read_pronouns(doc: Doc, own: Sequence[Mention], before: Sequence[Sequence[Mention]]) -> list[Reading]:
    """The pronouns of a sentence that mean something, in order.

    :param own: the mentions of the sentence.
    :param before: those of up to three sentences before it, the nearest last.
    """
    readings: list[Reading] = []
    for token in doc:
        form = _FORMS.get(token.lower_)
        if form is not None and token.tag_.startswith("PRP"):
            if _is_empty(token) or _is_paired(token):
                continue
            reading = _read(token, form, own, before, readings)
        elif token.lower_ in _POINTING and _points(token):
            reading = Reading(token, None, UNCLEAR, _clause_before(token))
        elif token.lower_ == "there" and token.dep_ == "advmod" and not _is_idiom(token):
            reading = _place(token, own, before)
        else:
            continue
        if reading is not None:
            readings.append(reading)
    return readings


def written(reading: Reading) -> str | None:
    """The words to put for the pronoun, in its case."""
    name, token = reading.name, reading.token
    if name is None:
        return None
    if token.lower_ == "there":
        return f"in {name}"
    if token.tag_ != "PRP$" and token.lower_ not in ("hers", "theirs"):
        return name
    plural = reading.mention is not None and reading.mention.plural
    return f"{name}'" if plural and name.endswith("s") else f"{name}'s"


def _read(
    token: Token, form: str, own: Sequence[Mention], before: Sequence[Sequence[Mention]], read: Sequence[Reading]
) -> Reading | None:
    earlier = [reading for reading in read if _FORMS.get(reading.token.lower_) == form]
    here = [
        mention for mention in own if mention.end <= token.idx and _agrees(mention, form) and _may_bind(token, mention)
    ]
    if earlier:
        last = earlier[-1]
        new = [mention for mention in here if mention.start > last.token.idx]
        if not new and (not _rivals(token, last.token)):
            place = Span(last.token.idx, last.token.idx + len(last.token))
            return Reading(token, last.name, last.why, _cover(place, last.antecedent), last.mention)
    if here:
        pointed = [reading for reading in earlier if reading.mention is None or reading.mention not in here]
        return _within(token, form, here, pointed)
    if _looks_ahead(token, own, form):
        return None
    if form in ("he", "she") and any(mention.end <= token.idx and _may_be_person(mention) for mention in own):
        return Reading(token, None, UNCLEAR)
    found, why = (person_before if form in ("he", "she") else _thing_before)(token, form, before)
    if found is None or found.name is None or _is_named_behind(token, found, own):
        return Reading(token, None, UNCLEAR)
    return Reading(token, found.name, why, None, found)


def _is_named_behind(token: Token, found: Mention, own: Sequence[Mention]) -> bool:
    """`He did encourage William`: he is not William."""
    return any(mention.identity == found.identity and mention.start > token.idx for mention in own)


def _within(token: Token, form: str, here: Sequence[Mention], open_before: Sequence[Reading]) -> Reading:
    """Among candidates of the same sentence: the only one, or the subject of the pronoun's own clause."""
    everything = Span(min(mention.start for mention in here), max(mention.end for mention in here))
    if open_before:
        everything = _cover(everything, Span(open_before[0].token.idx, open_before[0].token.idx + 1))
    one = here[0] if len({mention.identity for mention in here}) == 1 and not open_before else None
    if one is None:
        subject = _clause_subject(token)
        nearest = [mention for mention in here if subject is not None and mention.root == subject.i]
        others = [mention for mention in here if mention.plural == nearest[0].plural] if nearest else []
        inner = all(subject is not None and mention.root < subject.i for mention in others if mention not in nearest)
        if nearest and (
            inner or (token.tag_ == "PRP$" and form in ("he", "she", "it", "they") and _only_named(nearest, others))
        ):
            one = nearest[0]
    if one is None and not open_before:
        one = _parallel(token, form, here)
    if one is None:
        return Reading(token, None, UNCLEAR, everything)
    if form in ("he", "she") and one.kind != PERSON:
        return Reading(token, None, UNCLEAR, everything)
    return Reading(token, one.name, "named earlier in the sentence", Span(one.start, one.end), one)


def _parallel(token: Token, form: str, here: Sequence[Mention]) -> Mention | None:
    """`A is larger than B, so it ...`: the subject goes on, where the others stand in phrases of their own."""
    word = token.head if token.tag_ == "PRP$" else token
    if form not in ("it", "they") or word.dep_ not in _SUBJECT:
        return None
    verb = word.head
    verbs = [verb.head] if verb.dep_ in ("conj", "advcl", "parataxis") else []
    verbs += [c for c in verb.lefts if c.dep_ in ("advcl", "ccomp", "parataxis")]
    subjects = {c.i for v in verbs for c in v.children if c.dep_ in _SUBJECT}
    found = [mention for mention in here if mention.root in subjects]
    if len({mention.identity for mention in found}) != 1:
        return None
    rivals = [mention for mention in here if mention.identity != found[0].identity]
    return found[0] if all(_is_weak(rival, found[0]) for rival in rivals) else None


def _only_named(nearest: Sequence[Mention], others: Sequence[Mention]) -> bool:
    rivals = [mention for mention in others if mention not in nearest and mention.identity != nearest[0].identity]
    return all(mention.kind != nearest[0].kind for mention in rivals)


def _clause_subject(token: Token) -> Token | None:
    """The subject of the nearest verb above a token, other than the phrase that the token stands in."""
    for ancestor in token.ancestors:
        for child in ancestor.children:
            if child.dep_ in _SUBJECT and child.i < token.i and token not in child.subtree:
                return child if child.pos_ != "PRON" else None
        if ancestor.dep_ == "relcl":
            return ancestor.head
    return None


def _agrees(mention: Mention, form: str) -> bool:
    if form in ("he", "she"):
        wanted = MASCULINE if form == "he" else FEMININE
        named = mention.kind == PERSON or (mention.kind == NAME and mention.dep in _SUBJECT)
        return named and not mention.plural and mention.gender in (wanted, "")
    if form == "it":
        return mention.kind != PERSON and not mention.plural
    return mention.plural or mention.kind == ORGANISATION


def _may_bind(token: Token, mention: Mention) -> bool:
    """`Reis saw him` does not mean Reis; `X, his counterpart` does not mean X."""
    root = token.doc[mention.root]
    clause = token.head if token.dep_ != "pobj" else token.head.head
    if token.dep_ in _OBJECT and root.dep_ in _SUBJECT and root.head in _with_conjuncts(clause):
        return False
    owned = (token.head, *token.head.ancestors) if token.tag_ == "PRP$" else ()
    if any(t.dep_ == "appos" and t.head == root and t.lemma_.lower() in ROLES for t in owned):
        return False
    if root.dep_ in ("attr", "acomp"):  # `X was a teacher who ...`: the same as the subject
        return False
    inside = [t for t in (token, *token.ancestors) if t.i != root.i and root.is_ancestor(t)]
    return not inside or any(t.dep_ in ("relcl", "conj", "appos", "acl") for t in inside)


def _with_conjuncts(verb: Token) -> list[Token]:
    """A verb and those before it whose subject it shares."""
    verbs = [verb]
    while verbs[-1].dep_ == "conj" and not any(child.dep_ in _SUBJECT for child in verbs[-1].children):
        verbs.append(verbs[-1].head)
    return verbs


def _rivals(token: Token, earlier: Token) -> bool:
    """`He saw him`: two people, though the pronouns agree."""
    clause = token.head if token.dep_ != "pobj" else token.head.head
    return token.dep_ in _OBJECT and earlier.dep_ in _SUBJECT and earlier.head == clause


def _looks_ahead(token: Token, own: Sequence[Mention], form: str) -> bool:
    """`In her letter, Ana Lopes wrote ...`: the name follows as subject of the main clause."""
    root = next((t for t in token.ancestors if t.dep_ == "ROOT"), token)
    introduces = any(t.dep_ in ("prep", "advcl") for t in (token, *token.ancestors))
    subject = next((child for child in root.children if child.dep_ in _SUBJECT and child.i > token.i), None)
    fits = subject is not None and any(m.root == subject.i and _agrees(m, form) for m in own)
    return introduces and fits


def person_before(token: Token | None, form: str, before: Sequence[Sequence[Mention]]) -> tuple[Mention | None, str]:
    """The one person of the sentences before, or the subject that the last of them goes on about."""
    fitting = [
        [mention for mention in mentions if _agrees(mention, form) and not _is_predicate(mention)]
        for mentions in before
    ]
    found = [mention for mentions in fitting for mention in mentions]
    word = {"he": "man", "she": "woman"}[form]
    nearest_rivals = [mention for mention in (before[-1] if before else ()) if _may_be_person(mention)]
    if nearest_rivals or (found and found[-1].kind != PERSON):
        return None, ""
    if len({mention.identity for mention in found}) == 1:
        return found[-1], f"the only {word} who comes into question in the sentences before"
    nearest = next((mentions for mentions in reversed(fitting) if mentions), [])
    named = {mention.identity for mention in nearest}
    if len(named) == 1 and nearest is fitting[-1] and nearest[-1].is_main_subject and (token is None or _leads(token)):
        return nearest[-1], f"the {word} whom the sentence before is about"
    return None, ""


def _thing_before(token: Token, form: str, before: Sequence[Sequence[Mention]]) -> tuple[Mention | None, str]:
    """What the sentence before is about, where nothing else in it comes into question."""
    fitting = [
        mention for mention in (before[-1] if before else ()) if _agrees(mention, form) and not _is_predicate(mention)
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
    if len(named) == 1 and (fitting[0].is_main_subject or (fitting[0].proper and fitting[0].dep == "dobj")):
        return (
            fitting[0],
            "the only thing in the sentence before that it can mean"
            if form == "it"
            else "the only ones in the sentence before",
        )
    subject = next((mention for mention in fitting if mention.is_main_subject), None)
    if subject is None or not _leads(token):
        return None, ""
    rivals = [m for m in fitting if m.identity != subject.identity and not _is_weak(m, subject)]
    return (subject, "what the sentence before is about") if not rivals else (None, "")


def _same_thing(mentions: Sequence[Mention], form: str) -> Mention | None:
    """`The fastest animal is the peregrine falcon. It ...`: the one whose name the sentence before gives."""
    subject = next((m for m in mentions if m.is_main_subject), None)
    said = [m for m in mentions if m.dep == "attr" and m.phrase and not m.indefinite and not m.plural]
    if form != "it" or subject is None or subject.proper or len(said) != 1:
        return None
    definite = said[0].proper or said[0].phrase.lower().startswith("the ")
    return replace(said[0], name=said[0].name or lower_article(said[0].phrase)) if definite else None


_DOCUMENTS = words("statement report study letter ministry paper article document indictment ruling law resolution")


def _may_be_person(mention: Mention) -> bool:
    """A name of one word as subject may be that of a person whom the model takes for something else."""
    is_name = mention.proper and mention.kind != PERSON and not mention.plural and len(mention.words) == 1
    return is_name and mention.dep in _SUBJECT


def _is_weak(mention: Mention, subject: Mention) -> bool:
    """Too far from being the topic to come into question: places, times and what stands in phrases of its own."""
    inside = mention.start >= subject.start and mention.end <= subject.end
    return inside or mention.dep in ("pobj", "poss", "attr", "appos", "conj", "npadvmod", "compound", "nmod", "oprd")


def _is_predicate(mention: Mention) -> bool:
    names = mention.proper and mention.kind == PERSON  # `The oldest judge was Tom Reed.`
    return (mention.dep in ("attr", "oprd") and not names) or (mention.dep == "appos" and not mention.proper)


def _leads(token: Token) -> bool:
    """Whether the pronoun is the subject of its sentence, or the possessive in it: it carries the topic on."""
    word = token.head if token.tag_ == "PRP$" else token
    return is_main_subject(word) or (word.head.dep_ in ("ccomp", "conj", "advcl") and word.dep_ in _SUBJECT)


def _says(token: Token) -> bool:
    return token.dep_ == "nsubj" and token.head.lemma_ in _SAYING


def _is_empty(token: Token) -> bool:
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


def _is_paired(token: Token) -> bool:
    """`he or she`, `his or her`: anybody."""
    around = token.doc[max(0, token.i - 1) : token.i + 2]
    return any(t.lower_ in ("or", "/") for t in around)


def _points(token: Token) -> bool:
    """`This surprised the town`; not `those who`, `that of` or `the view that`."""
    if token.dep_ not in _SUBJECT | _OBJECT or token.tag_ not in ("DT", "PRP", "PRON"):
        return False
    following = token.nbor() if token.i + 1 < len(token.doc) else None
    return not any(True for _ in token.children) and not (
        following is not None and following.lower_ in ("of", "who", "which")
    )


def _clause_before(token: Token) -> Span | None:
    """The part of the sentence that `this` may mean, where a verb stands before it."""
    clause = next((t for t in token.ancestors if t.pos_ in ("VERB", "AUX")), token)
    verb = next(
        (t for t in token.doc[: token.i] if t.tag_ in ("VBD", "VBZ", "VBP", "MD") and t not in clause.subtree), None
    )
    coordinated = clause.dep_ in ("conj", "advcl", "ccomp", "relcl")
    return Span(0, token.doc[token.i - 1].idx) if verb is not None and coordinated and clause.dep_ == "conj" else None


def _is_idiom(token: Token) -> bool:
    before = token.doc[token.i - 1].lower_ if token.i else ""
    return before in ("out", "over", "up", "down", "then", "from", "near", "since") or token.head.pos_ not in (
        "VERB",
        "AUX",
    )


def _place(token: Token, own: Sequence[Mention], before: Sequence[Sequence[Mention]]) -> Reading | None:
    here = [mention for mention in own if mention.end <= token.idx and mention.kind == PLACE and mention.name]
    if here:
        span = Span(min(mention.start for mention in here), max(mention.end for mention in here))
        return Reading(token, None, UNCLEAR, span)
    found = [mention for mention in (before[-1] if before else ()) if mention.kind == PLACE and mention.name]
    if len({mention.identity for mention in found}) == 1:
        return Reading(token, found[0].name, "the only place named in the sentence before")
    return Reading(token, None, UNCLEAR)


def _cover(first: Span, second: Span | None) -> Span:
    """The stretch that holds both."""
    if second is None:
        return first
    return Span(min(first.start, second.start), max(first.end, second.end))


def mentions_meant(readings: Sequence[Reading]) -> Iterator[Mention]:
    """What the pronouns of a sentence mention, each in the place of its pronoun."""
    for reading in readings:
        mention, token = reading.mention, reading.token
        if mention is not None and reading.name is not None:
            yield replace(
                mention,
                start=token.idx,
                end=token.idx + len(token),
                root=token.i,
                dep=token.dep_,
                is_main_subject=is_main_subject(token),
                indefinite=False,
            )
