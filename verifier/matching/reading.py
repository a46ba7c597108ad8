"""What a claim is made of: its words by group, who does what to whom, and what qualifies its numbers."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from verifier.claims.parse import parse
from verifier.compare.numbers import NUMBER_WORDS, SCALES
from verifier.compare.quantities import find_quantities
from verifier.compare.units import UNIT_WORDS
from verifier.matching.synonyms import group_of, phrase_at

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_CACHED = 4096
_FILLERS = frozenset("just simply actually really indeed also merely that so there then own".split())  # noqa: SIM905
_PLAIN = frozenset("in on at of per and that".split())  # noqa: SIM905 - every other preposition counts as a word
_MEANT_PRONOUNS = frozenset("he she they we i you his her their our my your him them us nobody everybody".split())  # noqa: SIM905
_TITLES = frozenset(
    "president minister prime chancellor senator governor mayor mr mrs ms dr prof professor sir pope king queen prince"  # noqa: SIM905
    " princess secretary premier judge justice".split()
)
_CALENDAR = frozenset(
    "january february march april may june july august september october november december jan feb mar apr jun jul aug"  # noqa: SIM905
    " sep sept oct nov dec".split()
)
_VALUE = re.compile(r"[\d.,/:–-]*\d[\d.,]*(?P<behind>[a-z²%°]*)")
_ONE = ("one", "1")
_ORDINAL = frozenset({"st", "nd", "rd", "th"})
_AT = frozenset("in on at within inside near".split())  # noqa: SIM905
_MODIFIERS = frozenset({"amod", "compound", "poss", "nmod", "neg", "det", "aux", "nummod"})
_DOES, _UNDERGOES, _QUALIFIES, _IS = "does", "undergoes", "qualifies", "is"
_CORE = {
    "nsubj": _DOES, "csubj": _DOES, "nsubjpass": _UNDERGOES, "csubjpass": _UNDERGOES, "dobj": _UNDERGOES,
    "dative": _UNDERGOES,
}  # fmt: skip
_EITHER_WAY = frozenset({"open", "close", "start", "end"})  # "the airport opened", "the airport was opened"


@dataclass(frozen=True, slots=True)
class Place:
    """What a word is to another one: it does something, undergoes it, is it, qualifies it, or stands in relation to it.

    A preposition is its role then, and `at` that of all that say where.
    """

    role: str
    head: str

    def may_be(self, other: Place) -> bool:
        """Whether both may tell the same.

        A word that qualifies has to qualify the same word, or undergo it: "a podcast host", "hosts podcasts".
        """
        roles = {self.role, other.role}
        if _QUALIFIES in roles:
            return self.head == other.head and roles <= {_QUALIFIES, _UNDERGOES}
        return self.role == other.role


@dataclass(frozen=True, slots=True)
class Reading:
    """A claim as it is held against another.

    `words` counts the groups of all words but articles, plain prepositions, numbers and dates, and `titles` are those
    that only stand before a name; `order` has the former as they stand, and `names` the names among them. `tenses` are
    those of its verbs; `plurals` says of its nouns whether they are. `places` says of a word what it is in the
    sentence, and to which other word. `numbers` has each with its unit and how it is qualified.
    """

    words: Counter[str]
    titles: Counter[str]
    order: tuple[str, ...]
    names: tuple[str, ...]
    tenses: Counter[str]
    plurals: dict[str, frozenset[bool]]
    places: dict[str, frozenset[Place]]
    numbers: Counter[tuple[object, ...]]


@lru_cache(maxsize=_CACHED)
def read(text: str) -> Reading:
    """:raises ClaimModelError: the language model is not installed."""
    [doc] = parse([text])
    groups = _groups(doc)
    titles = {t.i for t in doc if t.i in groups and _is_title(t)}
    return Reading(
        words=Counter(group for i, group in groups.items() if i not in titles),
        titles=Counter(groups[i] for i in titles),
        order=tuple(group for i, group in groups.items() if i not in titles),
        names=tuple(group for i, group in groups.items() if i not in titles and doc[i].pos_ == "PROPN"),
        tenses=Counter(tense for token in doc for tense in _tenses(token)),
        plurals=_plurals(doc, groups),
        places=_places(doc, groups),
        numbers=_numbers(text),
    )


def _numbers(text: str) -> Counter[tuple[object, ...]]:
    """Each number with its unit and qualifier; of several, also with what it counts."""
    found = find_quantities(text)
    return Counter((q.value, q.top, q.unit, q.bound, q.is_strict, q.noun if len(found) > 1 else "") for q in found)


def _groups(doc: Doc) -> dict[int, str]:
    """The group of each word that counts, by its place; that of a phrase stands at the word that it hangs on."""
    lemmas = [_lemma(token) for token in doc]
    found: dict[int, str] = {}
    end = 0
    for token in doc:
        if token.i < end:
            continue
        group, n = phrase_at(lemmas, token.i)
        if n > 1 or (n and _counts(token)):
            end = token.i + n
            root = doc[token.i : end].root if n > 1 else token
            found[root.i] = group + _degree(token)
        elif _counts(token):
            kind = "NOUN" if _is_only_capitalised(token) else token.pos_
            found[token.i] = group_of(lemmas[token.i], kind) + _degree(token)
    return found


def _lemma(token: Token) -> str:
    """The base form in lower case; of a word in -ing that of its verb, whatever it is taken for."""
    from lemminflect import getLemma

    lemma = token.lemma_.lower().strip("’'")
    if lemma.endswith("ing") and token.pos_ in ("NOUN", "VERB", "PROPN"):
        return next(iter(getLemma(token.lower_, "VERB")), lemma)
    if _is_only_capitalised(token):
        return next(iter(getLemma(token.lower_, "NOUN")), lemma)
    return lemma


def _is_only_capitalised(token: Token) -> bool:
    """Whether a word that is taken for a name may be none: the first one, and no part of a longer name."""
    is_alone = token.i + 1 == len(token.doc) or token.nbor().pos_ != "PROPN"
    return token.i == 0 and token.pos_ == "PROPN" and is_alone and token.text.endswith("s")


def _degree(token: Token) -> str:
    return {"JJR": "+er", "RBR": "+er", "JJS": "+est", "RBS": "+est"}.get(token.tag_, "")


def _counts(token: Token) -> bool:
    """Whether a word says something that another wording has to say too."""
    lemma = _lemma(token)
    if token.is_punct or token.is_space or _is_value(token) or (lemma in _FILLERS and token.pos_ in ("ADV", "ADJ")):
        return False
    if lemma == "do" and not any(child.dep_ in ("dobj", "attr") for child in token.children):
        return False  # "than others do"
    if token.pos_ == "DET":
        return lemma not in ("the", "a", "an")
    if token.pos_ == "AUX" and token.lemma_.lower() in ("be", "have", "do"):
        return False
    if token.pos_ == "PRON":
        return lemma in _MEANT_PRONOUNS
    if token.pos_ == "PART":
        return token.dep_ == "neg"
    if token.pos_ in ("ADP", "SCONJ", "CCONJ"):
        return lemma not in _PLAIN and token.dep_ not in ("agent", "dative")
    return not (token.pos_ == "SYM" or token.tag_ == "POS")


def _is_value(token: Token) -> bool:
    """Whether a token belongs to a number or a date, which the comparer holds against each other."""
    word = token.text.lower()
    if word in _ONE:
        return False  # "one of the largest": the comparer takes it for no number
    if word in NUMBER_WORDS or word in SCALES or word in ("dozen", "%", "percent") or token.is_currency:
        return True
    if match := _VALUE.fullmatch(word):
        return match["behind"] in {"", *_ORDINAL} or match["behind"] in UNIT_WORDS or match["behind"] in SCALES
    if word in _CALENDAR and token.text[0].isupper():
        return True
    before = token.doc[token.i - 1] if token.i else None
    if before is not None and before.text == "-" and token.i > 1:
        before = token.doc[token.i - 2]
    return before is not None and word in (UNIT_WORDS | {"per", "cent"}) and _is_value(before)


def _is_title(token: Token) -> bool:
    """Whether a word is a title before a name, or a country before that title: "U.S. President Joe Biden"."""
    if token.dep_ != "compound":
        return False
    is_title = token.text.lower().strip(".") in _TITLES
    is_named = token.head.pos_ == "PROPN" and token.head.text.lower() not in _TITLES
    return (is_title and is_named) or (not is_title and token.i < token.head.i and _is_title(token.head))


def _tenses(token: Token) -> Iterator[str]:
    """Of a finite verb; a perfect is a past."""
    if token.pos_ not in ("VERB", "AUX") or token.dep_ in ("amod", "acl"):
        return
    is_perfect = token.lemma_ == "have" and token.dep_ == "aux"
    if token.tag_ == "VBD" or is_perfect:
        yield "past"
    elif token.tag_ in ("VBZ", "VBP"):
        yield "present"
    if token.tag_ == "VBG" and any(c.dep_ == "aux" and c.lemma_ == "be" for c in token.children):
        yield "going on"


def _plurals(doc: Doc, groups: dict[int, str]) -> dict[str, frozenset[bool]]:
    found: defaultdict[str, set[bool]] = defaultdict(set)
    for token in doc:
        if token.i in groups and token.pos_ == "NOUN" and token.dep_ != "compound":
            found[_lemma(token)].add(token.tag_ == "NNS")
    return {word: frozenset(flags) for word, flags in found.items()}


def _places(doc: Doc, groups: dict[int, str]) -> dict[str, frozenset[Place]]:
    found: defaultdict[str, set[Place]] = defaultdict(set)
    for token in doc:
        if token.i in groups and (place := _place(token, groups)):
            found[groups[token.i]].add(place)
    return {word: frozenset(places) for word, places in found.items()}


def _place(token: Token, groups: dict[int, str]) -> Place | None:
    """None where it cannot be told."""
    head = token.head
    if token.dep_ == "conj" and head is not token:
        return _place(head, groups)
    if any(child.lower_ == "than" for child in token.children):
        return Place("than", "")
    if token.dep_ == "pobj" and head.lower_ == "of":
        return _qualifying(head.head, groups)
    if token.dep_ in _MODIFIERS:
        return _qualifying(head, groups)
    role = _CORE.get(token.dep_, "")
    if token.dep_ in ("nsubj", "attr", "acomp") and head.lemma_ == "be":
        role = _IS
    if token.dep_ == "pobj":
        role = {"agent": _DOES, "dative": _UNDERGOES}.get(head.dep_, "at" if head.lower_ in _AT else head.lower_)
        head = head.head
    return Place(role, groups.get(head.i, "")) if role and not _is_either_way(head, groups) else None


def _is_either_way(verb: Token, groups: dict[int, str]) -> bool:
    """Whether what a verb tells of alone may do it or undergo it."""
    alone = sum(child.dep_ in _CORE or child.dep_ == "agent" for child in verb.children) == 1
    return alone and groups.get(verb.i) in _EITHER_WAY


def _qualifying(head: Token, groups: dict[int, str]) -> Place | None:
    """What "is" says of something is qualified by what qualifies "is"."""
    if head.i not in groups:
        head = next((child for child in head.children if child.dep_ in ("acomp", "attr")), head)
    return Place(_QUALIFIES, groups[head.i]) if head.i in groups else None
