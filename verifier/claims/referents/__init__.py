"""A sentence put into words that stand alone: whom its pronouns, short names and descriptions mean, and when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from verifier.claims.attribution import Attribution
from verifier.claims.dates import resolve_dates
from verifier.claims.lexicon import words
from verifier.claims.quotes import is_quote, quoted_spans
from verifier.claims.referents.before import person_before
from verifier.claims.referents.book import UNKNOWN, Book
from verifier.claims.referents.connectives import connectives
from verifier.claims.referents.context import Context
from verifier.claims.referents.descriptions import Described, describe, meant_by
from verifier.claims.referents.mentions import ORGANISATION, PERSON, Mention, mentions_of
from verifier.claims.referents.names import SURNAME, full_names
from verifier.claims.referents.open_words import open_words
from verifier.claims.referents.pronouns import (
    FIRST_PERSON,
    UNCLEAR,
    Reading,
    gender_shown,
    mentions_meant,
    read_pronouns,
    written,
)
from verifier.claims.rewrite import Edit, Unclear
from verifier.types import Span

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

__all__ = ["Context", "Resolution", "resolve", "resolve_speaker"]
_SINGULAR = words("i me my mine")
_PERSONAL = words("he she")
_SHARED = words("planet system galaxy universe world species sun ancestor atmosphere")
_THIRD = _PERSONAL | words("it they")


@dataclass(frozen=True, slots=True)
class Resolution:
    """What is put for the words of a sentence that mean something only inside its article, and what stays open."""

    edits: tuple[Edit, ...] = ()
    unclear: tuple[Unclear, ...] = ()


def resolve(found: Attribution, context: Context, speaker: str | None) -> Resolution:
    """Explicit words for the pronouns, names, descriptions and dates of a sentence; never raises on a parsed text.

    Words inside a quote that makes up only a part of the sentence keep their wording wherever its marks are kept.

    :param found: the sentence with its speaker and the stretch that holds what was said.
    :param speaker: who says the content, where somebody does.
    :return: edits and unclear words with offsets in the sentence's text; no two edits overlap.
    """
    doc = found.content.doc
    own = mentions_of(doc, context.book)
    made: list[Edit | Unclear] = [*_speaking(found, context, speaker)]
    described = describe(doc, own, context.story, context.near)
    made += _of_descriptions(doc, described)
    known = _with_names(own, described, context.book)
    named = context.named(speaker) if speaker else None
    readings = read_pronouns(doc, known, context.near, named)
    met = _with_genders([*known, *mentions_meant(readings)], readings, context)
    for reading in readings:
        if found.speaker is not None and found.speaker.start <= reading.token.i < found.speaker.end:
            continue
        place = Span(reading.token.idx, reading.token.idx + len(reading.token))
        name = written(reading)
        if name is not None:
            made.append(Edit(place.start, place.end, name, reading.why, reading.antecedent))
        else:
            made.append(Unclear(place.start, place.end, reading.token.text, UNCLEAR, reading.antecedent))
    made += _first_person(found, context, speaker)
    edits, unclear = resolve_dates(doc, context.dates, context.years)
    made += [*edits, *unclear, *full_names(doc, context.book), *connectives(doc)]
    made += open_words(doc, own)
    context.read = (doc, met)
    return _sorted_out(found, made)


def resolve_speaker(speaker: str, context: Context) -> str | None:
    """The name of a speaker written as a pronoun: that of the sentence before, else the one candidate, else None."""
    word = speaker.lower()
    if word in FIRST_PERSON | {"you"}:
        return None
    if word not in _THIRD:
        surname = speaker if speaker in context.book.people else ""
        return meant_by(speaker, context.story) or (context.named(speaker) if surname else speaker)
    if context.speaker is not None:
        last = context.speaker.split()[-1:]
        named = bool(last) and last[0] in context.book.people
        is_person = named or any(mention.kind == "person" for mention in _speaker_before(context))
        if word == "they" or is_person == (word in _PERSONAL):
            return context.speaker
    return found.name if word in _PERSONAL and (found := person_before(None, word, context.near)[0]) else None


def _speaking(found: Attribution, context: Context, speaker: str | None) -> Iterator[Edit]:
    """`He added that ...`: he who speaks in the sentence before."""
    named = found.speaker
    if named is None or speaker is None or len(named) != 1 or named.text.lower() not in _THIRD:
        return
    yield Edit(named.start_char, named.end_char, context.named(speaker), "who speaks in the sentence before")


def _speaker_before(context: Context) -> list[Mention]:
    name = (context.speaker or "").lower().removeprefix("the ")
    return [mention for mentions in context.near for mention in mentions if mention.identity == name]


def _of_descriptions(doc: Doc, described: Sequence[Described]) -> Iterator[Edit | Unclear]:
    for one in described:
        if one.name is not None:
            yield Edit(one.start, one.end, one.name, one.why, one.antecedent)
        else:
            yield Unclear(one.start, one.end, doc.text[one.start : one.end], one.why, one.antecedent)


def _with_names(own: Sequence[Mention], described: Sequence[Described], book: Book) -> list[Mention]:
    """The mentions, those that are descriptions with the name that they stand for."""
    names = {(one.start, one.end): one.name for one in described if one.name is not None}
    people = {p.name: p.gender for shared in book.people.values() for p in shared}
    return [_renamed(mention, names.get((mention.start, mention.end)), people) for mention in own]


def _with_genders(met: list[Mention], readings: Sequence[Reading], context: Context) -> list[Mention]:
    """The mentions with what the pronouns show: whether somebody of whom nothing said so is he or she."""
    for reading in readings:
        gender, mention = gender_shown(reading), reading.mention
        if gender and mention is not None and mention.name and mention.kind == PERSON and not mention.gender:
            context.learn(mention.name, gender)
            met = [replace(m, gender=gender) if m.name == mention.name else m for m in met]
    return met


def _renamed(mention: Mention, name: str | None, people: Mapping[str, str]) -> Mention:
    if name is None:
        return mention
    identity = name.lower().removeprefix("the ")
    gender = mention.gender or people.get(name, UNKNOWN)
    return replace(mention, name=name, identity=identity, gender=gender, indefinite=False, proper=True)


def _first_person(found: Attribution, context: Context, speaker: str | None) -> Iterator[Edit | Unclear]:
    """`my` is the speaker's; `I` the speaker where the verb stays as it is; `we` only for an organisation."""
    doc = found.content.doc
    name = context.named(speaker) if speaker else None
    group = name is not None and _is_group(name, context)
    for token in doc:
        numeral = token.text == "I" and token.i and doc[token.i - 1].pos_ == "PROPN"  # `George Tupou I`
        if token.lower_ not in FIRST_PERSON or not token.tag_.startswith("PRP") or numeral or _is_everybody(token):
            continue
        place = Span(token.idx, token.idx + len(token))
        text = _for_first_person(token, name) if token.lower_ in _SINGULAR or group else None
        if name is not None and text is not None and found.content.start <= token.i < found.content.end:
            yield Edit(place.start, place.end, text, f"{name} speaks")
        else:
            yield Unclear(place.start, place.end, token.text, UNCLEAR)


def _is_everybody(token: Token) -> bool:
    """`our planet`, `the stars that we see`: anybody's."""
    if token.lower_ == "our":
        return token.head.lemma_.lower() in _SHARED
    clause = token.head if token.lower_ == "we" else None
    return clause is not None and clause.dep_ == "relcl" and clause.tag_ in ("VBP", "VB")


def _for_first_person(token: Token, name: str | None) -> str | None:
    if name is None:
        return None
    if token.tag_ == "PRP$":
        return f"{name}'s"
    if token.dep_ not in ("nsubj", "nsubjpass"):
        return name if token.lower_ in ("me", "us") else None
    verbs = [token.head, *(c for c in token.head.children if c.dep_ in ("aux", "auxpass"))]
    first = min(verbs, key=lambda verb: verb.i)
    keeps = first.tag_ in ("VBD", "MD") and first.lower_ not in ("was", "were")
    return name if keeps and first.i > token.i else None


def _is_group(name: str, context: Context) -> bool:
    identity = name.lower().removeprefix("the ")
    return any(m.identity == identity and m.kind == ORGANISATION for near in context.near for m in near)


def _sorted_out(found: Attribution, made: Sequence[Edit | Unclear]) -> Resolution:
    """Without overlaps, the first made first; words inside quote marks only where the marks go too."""
    kept: list[Edit | Unclear] = []
    for one in made:
        if not any(one.start < other.end and other.start < one.end for other in kept):
            kept.append(one)
    guarded = [one for place in kept for one in _guarded(found, place)]
    edits = sorted((one for one in guarded if isinstance(one, Edit)), key=lambda edit: (edit.start, edit.end))
    return Resolution(tuple(edits), tuple(one for one in guarded if isinstance(one, Unclear)))


def _guarded(found: Attribution, place: Edit | Unclear) -> Iterator[Edit | Unclear]:
    """An edit in a quote that is part of a sentence counts only where the opening mark is left out.

    Where the content keeps the mark, what the words stand for has to stand before them, else they are unclear.
    """
    text = found.content.doc.text
    quote = next((span for span in quoted_spans(text) if span.start <= place.start and place.end <= span.end), None)
    if quote is None or isinstance(place, Unclear) or is_quote(text):
        yield place
        return
    antecedent = place.antecedent
    if antecedent is not None and quote.start <= antecedent.start:
        yield place
        return
    mark = Span(quote.start - 1, quote.start)
    yield Edit(place.start, place.end, place.text, place.why, mark)
    keeps_mark = found.content.start_char <= mark.start
    if keeps_mark and place.text and not place.why.startswith(SURNAME):
        speaker = found.speaker
        if antecedent is None and speaker is not None:
            antecedent = Span(speaker.start_char, speaker.end_char)
        yield Unclear(mark.start, place.end, text[place.start : place.end], UNCLEAR, antecedent)
