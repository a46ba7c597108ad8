"""What a sentence mentions: people, organisations, places and things, each with the words that make it explicit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from verifier.claims.lexicon import FINITE, words
from verifier.claims.quotes import quoted_spans
from verifier.claims.referents.book import ROLES, UNKNOWN, Book, gender_of_role
from verifier.types import Span as Stretch

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

PERSON, ORGANISATION, PLACE, THING = "person", "organisation", "place", "thing"
SOMEBODY = "somebody"  # a surname alone of whom the article says nothing more
NAME = "name"  # of somebody or something: a capitalised word that was not recognised
MAX_EXPLICIT_WORDS = 8
_NO_REFERENT = words("DATE TIME PERCENT MONEY QUANTITY CARDINAL ORDINAL LANGUAGE")
_PLACES = words("GPE LOC FAC")
_GROUPS = words(
    "company firm ministry court bank party club agency union government council committee commission parliament"
    " university institute authority office department army police group team organisation organization association"
    " maker manufacturer newspaper school hospital church foundation board assembly"
)
_KINDS_OF_PLACE = words("kingdom republic city state province district town village island region county port country")
_COMPANY = words("inc inc. corp corp. ltd ltd. plc llc ag gmbh co co. group holdings company")
_ARTICLES = words("a an the")
_POINTING = words("this that these those such")
_EMPTY = words("way thing part kind sort lot number time day year one other some many most all none nothing something")


@dataclass(frozen=True, slots=True)
class Mention:
    """One thing that a sentence speaks of.

    `name` says explicitly what is meant, None where the words lean on the text themselves. Two mentions with the same
    `identity` mean the same. `start` and `end` are characters of the sentence.
    """

    start: int
    end: int
    root: int
    head: str
    kind: str
    name: str | None
    identity: str
    plural: bool = False
    gender: str = UNKNOWN
    dep: str = ""
    is_main_subject: bool = False
    indefinite: bool = False
    proper: bool = False
    words: frozenset[str] = frozenset()
    phrase: str = ""  # as written; empty where it holds words that lean on the text
    quoted: bool = False  # stands in somebody's exact words


def mentions_of(doc: Doc, book: Book) -> list[Mention]:
    """The mentions of a parsed sentence in order, pronouns left out."""
    chunks = [chunk for chunk in doc.noun_chunks if chunk.root.pos_ != "PRON" and _refers(chunk)]
    single = [made for chunk in chunks if (made := _mention(chunk, book))]
    covered = {i for chunk in chunks for i in range(chunk.start, chunk.end)}
    loose = [_person(token, book) for token in doc if token.i not in covered and book.at(token)]
    inside = [_person(t, book) for c in chunks for t in c if t != c.root and book.at(t)]
    owners = [made for c in chunks for t in c if t != c.root and (made := _owner(t, book))]
    single = [_named_beside(mention, doc, book) for mention in single]
    single = [mention for mention in single if not any(_is_part_of(mention, other) for other in single)]
    found = sorted([*single, *loose, *inside, *owners], key=lambda mention: (mention.start, mention.root))
    found = [replace(m, kind=SOMEBODY) if _is_somebody(m, doc, book) else m for m in found]
    spoken = _spoken(doc)
    return [
        replace(m, quoted=True) if any(s.start <= m.start and m.end <= s.end for s in spoken) else m
        for m in (*found, *_joined(doc, found))
    ]


def _is_somebody(mention: Mention, doc: Doc, book: Book) -> bool:
    return mention.proper and mention.kind != PERSON and len(mention.words) == 1 and doc[mention.root].text in book.some


def _spoken(doc: Doc) -> list[Stretch]:
    """Quotes in which something is said; the title of a song has no verb."""
    return [
        span
        for span in quoted_spans(doc.text)
        if any(token.tag_ in FINITE and span.start <= token.idx < span.end for token in doc)
    ]


def is_main_subject(token: Token) -> bool:
    """Whether a token is the subject of the sentence's main verb; in `There were three keepers` the keepers are."""
    return token.head.dep_ == "ROOT" and (token.dep_ in ("nsubj", "nsubjpass") or _is_there(token))


def _is_there(token: Token) -> bool:
    return token.dep_ == "attr" and any(child.dep_ == "expl" for child in token.head.children)


def lower_article(name: str) -> str:
    """`the Bank` for `The Bank`: how a name stands inside a sentence."""
    first = name.split(" ", 1)[0]
    return name[0].lower() + name[1:] if first.lower() in _ARTICLES | _POINTING else name


def _refers(chunk: Span) -> bool:
    root = chunk.root
    return root.ent_type_ not in _NO_REFERENT and root.tag_.startswith("NN") and root.lemma_.lower() not in _EMPTY


def _mention(chunk: Span, book: Book) -> Mention | None:
    root = chunk.root
    if book.at(root):
        return _person(root, book)
    end = _end(chunk)
    phrase = chunk.doc[_start(chunk) : end]
    if not len(phrase):
        return None
    name = _explicit(phrase, root)
    kind = _kind(root, phrase)
    head = root.lemma_.lower()
    return Mention(
        phrase.start_char,
        phrase.end_char,
        root.i,
        head,
        kind,
        name,
        (name or phrase.text).lower().removeprefix("the "),
        plural=root.tag_ in ("NNS", "NNPS"),
        gender=gender_of_role(head),
        dep=_place(root),
        is_main_subject=is_main_subject(root),
        indefinite=phrase[0].lower_ in ("a", "an") or _is_counted(phrase),
        proper=root.pos_ == "PROPN",
        words=frozenset(token.lower_ for token in phrase),
        phrase="" if any(t.tag_.startswith(("PRP", "W")) or t.lower_ in _POINTING for t in phrase) else phrase.text,
    )


def _is_counted(phrase: Span) -> bool:
    """`6.4 earthquake` of `a magnitude 6.4 earthquake`, which the model parses as two phrases."""
    return phrase.root.tag_ == "NN" and phrase[0].tag_ == "CD" and "." in phrase[0].text


def _is_part_of(mention: Mention, other: Mention) -> bool:
    """`Halmar` in `the kingdom of Halmar`: one thing, mentioned once."""
    inside = other.start <= mention.start and mention.end <= other.end and mention.root != other.root
    return inside and (other.proper or other.head in _GROUPS | _KINDS_OF_PLACE)


def _named_beside(mention: Mention, doc: Doc, book: Book) -> Mention:
    """`An 11-year-old girl, Rena Tolk`, `The oldest judge was Rena Tolk`: one person, whose name stands beside."""
    root = doc[mention.root]
    beside = [child for child in root.children if child.dep_ == "appos"] + ([root.head] if root.dep_ == "appos" else [])
    if root.dep_ == "nsubj" and root.head.lemma_ == "be":
        beside += [child for child in root.head.children if child.dep_ == "attr"]
    people = [person for token in beside for person in book.at(token)]
    if mention.kind != PERSON or mention.name is not None or len(people) != 1:
        return mention
    person = people[0]
    return replace(mention, name=person.name, identity=person.name.lower(), gender=mention.gender or person.gender)


def _place(root: Token) -> str:
    """The part that a noun plays; of `a teacher and a pilot` both play the first one's.

    `served as a chair` says what somebody is, like `was a chair`.
    """
    first = root
    if root.dep_ == "pobj" and root.head.lower_ == "as":
        return "attr"
    if _is_there(root):
        return "nsubj"
    while first.dep_ == "conj":
        first = first.head
    return first.dep_ if first.dep_ == "attr" else root.dep_


def _person(token: Token, book: Book) -> Mention:
    people = book.at(token)
    one = people[0] if len(people) == 1 else None
    start = token.i
    while start and token.doc[start - 1].pos_ == "PROPN" and one and token.doc[start - 1].text in one.name.split():
        start -= 1
    dep, root = token.dep_, token
    main = is_main_subject(root) or (root.dep_ == "appos" and is_main_subject(root.head))
    return Mention(
        token.doc[start].idx,
        token.idx + len(token),
        token.i,
        token.text.lower(),
        PERSON,
        one.name if one else None,
        one.name.lower() if one else token.text.lower(),
        gender=one.gender if one else UNKNOWN,
        dep=dep,
        is_main_subject=main,
        proper=True,
        words=frozenset((token.lower_,)),
    )


def _owner(token: Token, book: Book) -> Mention | None:
    """`Russia` in `Russia's invasion`."""
    if token.dep_ != "poss" or token.pos_ not in ("PROPN", "NOUN") or book.at(token):
        return None
    phrase = token.doc[token.left_edge.i : token.i + 1]
    name = _explicit(phrase, token)
    plural = token.tag_ in ("NNS", "NNPS")
    identity = (name or phrase.text).lower().removeprefix("the ")
    kind, head = _kind(token, phrase), token.lemma_.lower()
    return Mention(
        phrase.start_char, phrase.end_char, token.i, head, kind, name, identity, plural, gender_of_role(head), "poss",
        proper=token.pos_ == "PROPN", words=frozenset(t.lower_ for t in phrase),
    )  # fmt: skip


def _joined(doc: Doc, found: list[Mention]) -> list[Mention]:
    """`Ana Lopes and Tom Reed`, meant by `they`."""
    by_root = {mention.root: mention for mention in found}
    joined = []
    for first in found:
        group, root = [first], doc[first.root]
        while (conj := next((c for c in root.children if c.dep_ == "conj" and c.i in by_root), None)) is not None:
            group.append(by_root[conj.i])
            root = conj
        if len(group) < 2 or doc[first.root].dep_ == "conj" or any(member.plural for member in group):
            continue
        names = [member.name for member in group if member.name]
        name = f"{', '.join(names[:-1])} and {names[-1]}" if len(names) == len(group) else None
        kind = PERSON if all(member.kind == PERSON for member in group) else THING
        joined.append(
            Mention(
                first.start,
                group[-1].end,
                first.root,
                first.head,
                kind,
                name,
                (name or doc.text).lower(),
                True,
                dep=first.dep,
                is_main_subject=first.is_main_subject,
                proper=first.proper,
            )
        )
    return joined


def _kind(root: Token, phrase: Span) -> str:
    head = root.lemma_.lower()
    if root.ent_type_ == "PERSON" and root.pos_ == "PROPN":
        return NAME  # the article's people are told by the book
    if root.ent_type_ == "PERSON" or (head in ROLES and root.pos_ == "NOUN"):
        return PERSON
    if root.ent_type_ in _PLACES:
        return PLACE
    lower = {token.lower_ for token in phrase}
    if root.ent_type_ == "ORG" or head in _GROUPS or (root.pos_ == "PROPN" and lower & (_GROUPS | _COMPANY)):
        return ORGANISATION
    return NAME if root.pos_ == "PROPN" and root.ent_type_ == "" and root.tag_ == "NNP" else THING


def _start(chunk: Span) -> int:
    start = chunk.start
    while start < chunk.end - 1 and not (chunk[start - chunk.start].is_alpha or chunk[start - chunk.start].like_num):
        start += 1
    return start


def _end(chunk: Span) -> int:
    """The end of the phrase with its `of ...`, without what is added behind that."""
    owner = next((child for child in chunk.root.children if _is_of(child) or _tells_where(child)), None)
    inner = next((child for child in owner.children if child.dep_ == "pobj"), None) if owner is not None else None
    if inner is None:
        return chunk.end
    further = next((child for child in inner.children if _is_of(child)), None)
    return inner.i + 1 if further is None else max(inner.i, *(child.i for child in further.children)) + 1


def _tells_where(token: Token) -> bool:
    """`Farmers in Vasque`."""
    plural = token.head.tag_ == "NNS" and not any(child.dep_ in ("det", "poss") for child in token.head.children)
    placed = token.dep_ == "prep" and token.lower_ in ("in", "from", "at") and token.i == token.head.i + 1
    return plural and placed and any(child.dep_ == "pobj" and child.pos_ == "PROPN" for child in token.children)


def _is_of(token: Token) -> bool:
    return (
        token.dep_ == "prep"
        and token.lower_ == "of"
        and token.nbor(-1).text != ","  # `Kinder-Ease LLC, of Dover`
        and not any(t.tag_.startswith(("V", "W", "PRP")) for t in token.subtree)
    )


def _explicit(phrase: Span, root: Token) -> str | None:
    """The words that say what is meant outside of the text, definite from now on; None where they do not."""
    first, text = phrase[0].lower_, phrase.text
    if any(token.tag_.startswith(("PRP", "W")) or token.text in '"“”()' for token in phrase) or first in _POINTING:
        return None
    owned = any(t.dep_ == "poss" and t.pos_ != "PROPN" for t in phrase)  # `the city's bridge` leans on the text too
    if len(phrase) > MAX_EXPLICIT_WORDS or owned:
        return None
    if root.pos_ == "PROPN" and (phrase[0].tag_ == "CD" or (root.ent_type_ == "NORP" and root.tag_ == "NNP")):
        return None  # `1568 explorer X`; `Swedish`, which may be a language
    if root.pos_ == "PROPN" and phrase.end < len(phrase.doc) and phrase.doc[phrase.end].text.istitle():
        return None  # the name goes on, as in `the Major League Baseball Most Valuable Player`
    if root.pos_ == "PROPN" and root.text[0].isupper():
        return lower_article(text) if first != "a" else f"the {phrase[1:].text}"
    named = any(t.pos_ == "PROPN" and t.ent_type_ not in _NO_REFERENT for t in phrase if t != root)
    if first in _ARTICLES:
        unique = first == "the" and any(t.tag_ in ("JJS", "RBS") or t.lower_ == "only" for t in phrase)
        unique = unique and root.lemma_.lower() not in ROLES  # whose name is wanted
        return f"the {phrase[1:].text}" if named or unique else None
    told = any(c.dep_ in ("prep", "acl", "relcl") and c.i >= phrase.end for c in root.children)
    bare = (
        root.tag_ in ("NN", "NNS")
        and not told
        and not any(t.dep_ in ("det", "nummod", "poss") or t.tag_ in ("JJR", "CD") for t in phrase)
    )
    return lower_article(text) if named or bare else None
