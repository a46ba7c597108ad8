"""Whom or what a pronoun means: one candidate that clearly fits best, or none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from verifier.claims.lexicon import FINITE, words
from verifier.claims.quotes import quoted_spans
from verifier.claims.referents.before import (
    SUBJECT,
    agrees,
    is_predicate,
    is_weak,
    may_be_person,
    person_before,
    thing_before,
)
from verifier.claims.referents.book import FEMININE, MASCULINE, ROLES
from verifier.claims.referents.idle import is_empty, is_idiom, is_paired, points
from verifier.claims.referents.mentions import (
    PERSON,
    PLACE,
    THING,
    Mention,
    is_main_subject,
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


def read_pronouns(
    doc: Doc, own: Sequence[Mention], before: Sequence[Sequence[Mention]], speaker: str | None = None
) -> list[Reading]:
    """The pronouns of a sentence that mean something, in order.

    :param own: the mentions of the sentence.
    :param before: those of up to three sentences before it, the nearest last.
    :param speaker: whose words the quotes of the sentence are: what they call he, she or it is somebody else.
    """
    readings: list[Reading] = []
    quoted = quoted_spans(doc.text)
    for token in doc:
        form = _FORMS.get(token.lower_)
        if form is not None and token.tag_.startswith("PRP"):
            if is_empty(token) or is_paired(token):
                continue
            inside = any(span.start <= token.idx < span.end for span in quoted)
            said = inside and form in ("he", "she")
            other = _identity(speaker) if inside and speaker and form != "they" else None
            here = [m for m in _reachable(own, inside, other) if not (said and _introduces(m, token, quoted))]
            reading = _read(token, form, here, [_reachable(near, inside, other) for near in before], readings)
        elif token.lower_ in _POINTING and points(token):
            reading = Reading(token, None, UNCLEAR, _clause_before(token))
        elif token.lower_ == "there" and token.dep_ in ("advmod", "pcomp", "pobj") and not is_idiom(token):
            reading = _place(token, own, before)
        else:
            continue
        if reading is not None:
            readings.append(reading)
    return readings


def _identity(name: str) -> str:
    return name.lower().removeprefix("the ")


def _reachable(mentions: Sequence[Mention], inside: bool, speaker: str | None) -> list[Mention]:
    """A pronoun outside of a quote means nobody named only there; one inside of it never its speaker."""
    return [m for m in mentions if (inside or not m.quoted) and (speaker is None or m.identity != speaker)]


def _introduces(mention: Mention, token: Token, quoted: Sequence[Span]) -> bool:
    """`Kanev answered, "He knows"`: Kanev speaks of somebody else."""
    doc = token.doc
    quote = next(span for span in quoted if span.start <= token.idx < span.end)
    root = doc[mention.root]
    return (
        mention.end <= quote.start
        and root.dep_ in SUBJECT
        and not any(c.isalnum() for c in doc.text[root.head.idx + len(root.head) : quote.start])
    )


def gender_shown(reading: Reading) -> str:
    """Of `he` and `she` that have been resolved."""
    form = _FORMS.get(reading.token.lower_) if reading.name is not None else None
    return {"he": MASCULINE, "she": FEMININE}.get(form or "", "")


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
        mention for mention in own if mention.end <= token.idx and agrees(mention, form) and _may_bind(token, mention)
    ]
    if earlier:
        last = earlier[-1]
        after = last.token.idx + (len(last.token) if form in ("he", "she") else 0)
        new = [m for m in here if m.start > last.token.idx or (m.end > after and m.kind == PERSON)]
        if not new and (not _rivals(token, last.token)):
            place = Span(last.token.idx, last.token.idx + len(last.token))
            return Reading(token, last.name, last.why, _cover(place, last.antecedent), last.mention)
    if here:
        pointed = [reading for reading in earlier if reading.mention is None or reading.mention not in here]
        reading = _within(token, form, here, pointed, earlier)
        sure = _is_sure(token, form, reading, own, before) and not _is_figure_of(token, reading.mention)
        return reading if sure else Reading(token, None, UNCLEAR)
    if _looks_ahead(token, own, form):
        return None
    if form in ("he", "she") and any(mention.end <= token.idx and may_be_person(mention) for mention in own):
        return Reading(token, None, UNCLEAR)
    found, why = (person_before if form in ("he", "she") else thing_before)(token, form, before)
    if found is None or found.name is None or _is_named_behind(token, found, own) or _is_figure_of(token, found):
        return Reading(token, None, UNCLEAR)
    return Reading(token, found.name, why, None, found)


def _is_sure(
    token: Token, form: str, reading: Reading, own: Sequence[Mention], before: Sequence[Sequence[Mention]]
) -> bool:
    """`Demir said he lied`: Demir only where he is known to be a man, or nobody else comes into question.

    `Demir lost his hat` needs nothing of that.
    """
    one = reading.mention
    if form not in ("he", "she") or one is None or one.gender:
        return True
    subject = _clause_subject(token)
    if token.tag_ == "PRP$" and subject is not None and subject.i == one.root and not _is_reported(token, subject):
        return True
    if token.doc.text[one.end : token.idx].strip() == ":":  # `Haifeng Wang: He served as ...`
        return True
    others = [m for m in own if m.end <= token.idx and m.root != one.root]
    near = [*others, *(m for mentions in before[-2:] for m in mentions)]
    return not any(agrees(m, form) and m.identity != one.identity and not is_predicate(m) for m in near)


def _is_figure_of(token: Token, mention: Mention | None) -> bool:
    """`Avery said it was 3%`: neither a person nor a body is a percentage."""
    if mention is None or not mention.proper or mention.kind == THING or token.dep_ != "nsubj":
        return False
    told = [c for c in token.head.children if c.dep_ in ("attr", "acomp")]
    return token.head.lemma_ == "be" and any(c.text == "%" or c.ent_type_ in ("PERCENT", "MONEY") for c in told)


def _is_reported(token: Token, subject: Token) -> bool:
    """Whether a clause of its own stands between: `Demir said his brother left`."""
    between = [t for t in token.ancestors if t in subject.head.subtree and t != subject.head]
    return any(t.dep_ in ("ccomp", "advcl", "relcl", "parataxis") for t in between)


def _is_named_behind(token: Token, found: Mention, own: Sequence[Mention]) -> bool:
    """`He did encourage William`: he is not William."""
    return any(mention.identity == found.identity and mention.start > token.idx for mention in own)


def _within(
    token: Token, form: str, here: Sequence[Mention], open_before: Sequence[Reading], earlier: Sequence[Reading]
) -> Reading:
    """Among candidates of the same sentence: the only one, or the subject of the pronoun's own clause."""
    everything = _candidates(here, earlier)
    if open_before:
        everything = _cover(everything, Span(open_before[0].token.idx, open_before[0].token.idx + 1))
    first = [m for m in here if token.tag_ == "PRP$" and token.head.dep_ == "conj" and m.root == token.head.head.i]
    if first and first[0].name:  # "Eisinga and his wife"
        return Reading(token, first[0].name, "named just before", Span(first[0].start, first[0].end), first[0])
    one = here[0] if len({mention.identity for mention in here}) == 1 and not open_before else None
    if one is None:
        subject = _clause_subject(token)
        nearest = [mention for mention in here if subject is not None and mention.root == subject.i]
        others = [mention for mention in here if mention.plural == nearest[0].plural] if nearest else []
        inner = all(subject is not None and mention.root < subject.i for mention in others if mention not in nearest)
        if (
            nearest
            and not (form == "it" and _in_apposition(token))
            and (
                inner or (token.tag_ == "PRP$" and form in ("he", "she", "it", "they") and _only_named(nearest, others))
            )
        ):
            one = nearest[0]
    if one is not None and _may_be_owner(form, one, here):
        one = None
    if one is None and not open_before:
        one = _parallel(token, form, here)
    if one is None:
        return Reading(token, None, UNCLEAR, everything)
    if form in ("he", "she") and one.kind != PERSON:
        return Reading(token, None, UNCLEAR, everything)
    return Reading(token, one.name, "named earlier in the sentence", Span(one.start, one.end), one)


def _candidates(here: Sequence[Mention], earlier: Sequence[Reading]) -> Span:
    """The stretch that names every candidate: where it does stand alone, so does a pronoun among them."""
    last = {mention.identity: Span(mention.start, mention.end) for mention in here}
    for reading in earlier:
        if reading.mention is not None and reading.mention.identity in last:
            last[reading.mention.identity] = Span(reading.token.idx, reading.token.idx + len(reading.token))
    return Span(min(span.start for span in last.values()), max(span.end for span in last.values()))


def _may_be_owner(form: str, one: Mention, here: Sequence[Mention]) -> bool:
    """`Hale's lawyer said that he ...`: Hale or the lawyer."""
    return form in ("he", "she") and any(
        m.identity != one.identity and one.start <= m.start and m.end <= one.end for m in here
    )


def _in_apposition(token: Token) -> bool:
    """`Hale, its author,`: the author of something named before, which need not be the subject."""
    return any(t.dep_ == "appos" and t.head.pos_ == "PROPN" for t in token.ancestors)


def _parallel(token: Token, form: str, here: Sequence[Mention]) -> Mention | None:
    """`A is larger than B, so it ...`: the subject goes on, where the others stand in phrases of their own."""
    word = token.head if token.tag_ == "PRP$" else token
    if form not in ("it", "they") or word.dep_ not in SUBJECT:
        return None
    verb = word.head
    verbs = [verb.head] if verb.dep_ in ("conj", "advcl", "parataxis") else []
    verbs += [c for c in verb.lefts if c.dep_ in ("advcl", "ccomp", "parataxis")]
    subjects = {c.i for v in verbs for c in v.children if c.dep_ in SUBJECT}
    found = [mention for mention in here if mention.root in subjects]
    if len({mention.identity for mention in found}) != 1:
        return None
    rivals = [mention for mention in here if mention.identity != found[0].identity]
    return found[0] if all(is_weak(rival, found[0]) for rival in rivals) else None


def _only_named(nearest: Sequence[Mention], others: Sequence[Mention]) -> bool:
    rivals = [mention for mention in others if mention not in nearest and mention.identity != nearest[0].identity]
    return all(mention.kind != nearest[0].kind for mention in rivals)


def _clause_subject(token: Token) -> Token | None:
    """The subject of the nearest verb above a token, other than the phrase that the token stands in."""
    for ancestor in token.ancestors:
        for child in ancestor.children:
            if child.dep_ in SUBJECT and child.i < token.i and token not in child.subtree:
                return child if child.pos_ != "PRON" else None
        if ancestor.dep_ == "relcl":
            return ancestor.head
    return None


def _may_bind(token: Token, mention: Mention) -> bool:
    """`Reis saw him` does not mean Reis; `X, his counterpart` does not mean X."""
    root = token.doc[mention.root]
    clause = token.head if token.dep_ != "pobj" else token.head.head
    if token.dep_ in _OBJECT and root.dep_ in SUBJECT and root.head in _with_conjuncts(clause):
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
    while verbs[-1].dep_ == "conj" and not any(child.dep_ in SUBJECT for child in verbs[-1].children):
        verbs.append(verbs[-1].head)
    return verbs


def _rivals(token: Token, earlier: Token) -> bool:
    """`He saw him`: two people, though the pronouns agree."""
    clause = token.head if token.dep_ != "pobj" else token.head.head
    return token.dep_ in _OBJECT and earlier.dep_ in SUBJECT and earlier.head == clause


def _looks_ahead(token: Token, own: Sequence[Mention], form: str) -> bool:
    """`In her letter, Ana Lopes wrote ...`: the name follows as subject of the main clause."""
    root = next((t for t in token.ancestors if t.dep_ == "ROOT"), token)
    introduces = any(t.dep_ in ("prep", "advcl") for t in (token, *token.ancestors))
    subject = next((child for child in root.children if child.dep_ in SUBJECT and child.i > token.i), None)
    fits = subject is not None and any(m.root == subject.i and agrees(m, form) for m in own)
    return introduces and fits


def _clause_before(token: Token) -> Span | None:
    """The part of the sentence that `this` may mean, where a verb stands before it."""
    clause = next((t for t in token.ancestors if t.pos_ in ("VERB", "AUX")), token)
    verb = next((t for t in token.doc[: token.i] if t.tag_ in FINITE and t not in clause.subtree), None)
    coordinated = clause.dep_ in ("conj", "advcl", "ccomp", "relcl")
    return Span(0, token.doc[token.i - 1].idx) if verb is not None and coordinated and clause.dep_ == "conj" else None


def _place(token: Token, own: Sequence[Mention], before: Sequence[Sequence[Mention]]) -> Reading | None:
    here = [mention for mention in own if mention.end <= token.idx and mention.kind == PLACE and mention.name]
    if not here and token.dep_ != "advmod":  # `from there`
        return Reading(token, None, UNCLEAR)
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
