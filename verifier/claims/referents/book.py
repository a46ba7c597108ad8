"""The people that an article names: fullest name, titles and gender, read once from all of its sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from verifier.claims.lexicon import words
from verifier.claims.referents.given_names import MEN, WOMEN

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

MASCULINE, FEMININE, UNKNOWN = "m", "f", ""
MAX_NAME_WORDS = 7
COURTESY = words("mr mrs ms miss mr. mrs. ms. mx mx. sir dame lord lady")
_HIS = words(
    "mr mr. sir lord king prince duke emperor pope father son husband brother uncle grandfather nephew boy man"
    " spokesman chairman businessman salesman policeman actor waiter widower fisherman fireman congressman gentleman"
)
_HERS = words(
    "mrs mrs. ms ms. miss dame lady queen princess duchess empress mother daughter wife sister aunt grandmother niece"
    " girl woman spokeswoman chairwoman businesswoman saleswoman policewoman actress waitress widow congresswoman"
)
# Who may be meant by "he" or "she" without a name.
ROLES = (
    words(
        "person minister president chancellor premier governor mayor senator spokesperson official officer judge lawyer"
        " doctor nurse teacher author director manager coach player singer bishop general soldier driver suspect victim"
        " witness student professor researcher scientist analyst economist chief leader envoy ambassador secretary"
        " diplomat counterpart candidate lawmaker deputy journalist reporter writer physicist biologist chemist"
        " geochemist historian engineer architect founder keeper referee goalkeeper striker captain defendant"
        " prosecutor bookkeeper client colleague commissioner executive ceo chair owner farmer artist composer painter"
        " musician philosopher mathematician poet novelist politician activist attorney justice patient child baby"
        " defender midfielder substitute pilot baker priest monk saint emperor ruler hero character resident"
        " maiden vice-president guardian astronaut programmer inventor explorer entrepreneur investor trader detective"
        " inspector sergeant colonel"
    )
    | _HIS
    | _HERS
)
_NO_PERSON = words(
    "city town village municipality commune district province county region country state island river lake mountain"
    " company firm band group club team school university film book novel album song game ship species genus language"
    " college cliff park street centre center committee house institute council hall square museum airport hospital"
    " station building bridge church newspaper magazine programme program series software organisation organization"
)
_NO_GIVEN_NAME = words("upper lower north south east west northern southern eastern western new old great greater big")
_PARTICLES = words("de van von al bin da di del la le den der ibn el dos du")
_TITLE_SMALL = words("of for the and former acting then late")
_SAME_TITLE = {
    "diplomat": (words("minister foreign"), words("secretary state")),
    "spokesperson": (words("spokesman"), words("spokeswoman")),
    "ceo": (words("chief executive"),),
}
_RANKS = words("prime vice deputy assistant former junior shadow")  # a plain "minister" is none of these


@dataclass(slots=True)
class Person:
    """One person of the article; `titles` are the words that stood with the name, in lower case."""

    name: str
    titles: list[frozenset[str]] = field(default_factory=list)
    gender: str = UNKNOWN

    def fits(self, role: str, modifiers: frozenset[str]) -> bool:
        """Whether `the <modifiers> <role>` may name this person by a title that the article gives."""
        wanted = (frozenset((role,)), *_SAME_TITLE.get(role, ()))
        return any(
            any(base <= title for base in wanted) and modifiers <= title and not (_RANKS & title - modifiers)
            for title in self.titles
        )


@dataclass(frozen=True, slots=True)
class Book:
    """The people of an article by surname; a surname that several share has several entries."""

    people: dict[str, list[Person]]
    some: frozenset[str] = frozenset()  # other single names that seem to be people's

    @classmethod
    def of(cls, docs: Sequence[Doc]) -> Book:
        """Read from all parsed sentences of the article."""
        people: dict[str, list[Person]] = {}
        single: list[tuple[str, frozenset[str]]] = []
        read = [[span for span in _names(doc) if _plain(span)] for doc in docs]
        acting = {_plain(span)[-1] for spans in read for span in spans if _acts(span)}
        acting -= {_plain(span)[-1] for spans in read for span in spans if _is_no_person(span)}
        alone: set[str] = set()  # names that stood without a given name before any fuller one
        for doc, spans in zip(docs, read, strict=True):
            for span in spans:
                name, titles = _plain(span), _titles(span)
                usual = bool(titles) or name[0].lower() in MEN | WOMEN
                if name[-1] in acting and len(name) == 1:
                    single.append((name[0], titles))
                elif name[-1] in acting and (usual or name[-1] not in alone):
                    _note(people, name, titles)
            alone |= {token.text for token in doc if _stands_alone(token)} - people.keys()
        for surname, titles in single:
            _note(people, [surname], titles)
        return cls(people, frozenset(_somebody(docs)) - people.keys())

    def learn(self, name: str, gender: str) -> None:
        """Take in the gender that a pronoun has shown a person to be of."""
        for person in self.people.get(name.split()[-1], []) if name.split() else []:
            if person.name == name and not person.gender:
                person.gender = gender

    def at(self, token: Token) -> list[Person]:
        """Those whom the name that ends at `token` may mean; empty where it is no person's name."""
        found = self.people.get(token.text, [])
        if not found or not (token.pos_ == "PROPN" or _may_be_name(token)) or not _ends_a_name(token):
            return []
        before = token.nbor(-1) if token.i else None
        if before is None or before.pos_ != "PROPN" or _is_title(before):
            return found
        return [person for person in found if before.text in person.name.split()[:-1]]


def _somebody(docs: Sequence[Doc]) -> Iterator[str]:
    """`Hale` of `Hale lost his case`, and of `Hale said` where the model never sees anything else in the name."""
    other = {e.text for doc in docs for e in doc.ents if e.label_ in ("ORG", "GPE", "LOC", "NORP", "FAC")}
    for token in (token for doc in docs for token in doc):
        alone = token.tag_ == "NNP" and not any(c.dep_ in ("compound", "det", "amod") for c in token.children)
        if not alone or token.dep_ != "nsubj" or token.ent_type_ in ("GPE", "LOC", "NORP"):
            continue
        after = (t for t in token.doc[token.i :] if t.lower_ in ("his", "her") and t.tag_ == "PRP$")
        owns = any(next((a for a in t.head.ancestors if a.pos_ == "VERB"), None) == token.head for t in after)
        if owns or (token.head.lemma_ in ("say", "tell", "add") and token.text not in other):
            yield token.text


def gender_of_role(role: str) -> str:
    """Of `spokesman`, `wife`, `king`."""
    return MASCULINE if role in _HIS else FEMININE if role in _HERS else UNKNOWN


def _names(doc: Doc) -> Iterator[Span]:
    """People as the model labels them, and two capitalised words behind a title or with a usual given name first."""
    for entity in doc.ents:
        if entity.label_ == "PERSON" and all(_is_of_a_name(token) for token in entity):
            start = entity.start
            while start and _goes_before(doc[start - 1], doc[start]):
                start -= 1
            yield doc[start : entity.end]
    for token in doc[:-1]:
        known = token.pos_ == "PROPN" and token.lower_ in MEN | WOMEN and token.ent_type_ != "PERSON"
        if known and token.nbor().pos_ == "PROPN" and token.nbor().text[:1].isupper() and _ends_a_name(token.nbor()):
            yield doc[token.i : token.i + 2]
        if token.lower_ in ROLES and token.i + 2 < len(doc) and token.ent_type_ != "PERSON":
            end = token.i + 1
            while end < len(doc) and doc[end].pos_ == "PROPN" and doc[end].text[:1].isupper() and end - token.i < 5:
                end += 1
            if end - token.i > 2 and doc[token.i + 1].ent_type_ in ("", "ORG", "GPE", "FAC", "WORK_OF_ART"):
                yield doc[token.i + 1 : end]


def _stands_alone(token: Token) -> bool:
    return token.pos_ == "PROPN" and not (token.i and token.nbor(-1).pos_ == "PROPN")


def _goes_before(token: Token, name: Token) -> bool:
    """A given name that the model left out of the name behind it."""
    free = token.pos_ == "PROPN" and token.ent_type_ in ("", "PERSON") and token.text.isalpha() and not _is_title(token)
    return free and token.text[0].isupper() and token.dep_ == "compound" and token.head.i >= name.i


def _is_of_a_name(token: Token) -> bool:
    return token.text[:1].isupper() or not token.is_alpha or token.text in _PARTICLES


def _acts(span: Span) -> bool:
    """Whether a name stands where people do: a place that the model takes for a person is only moved to or lived in."""
    name = _plain(span)
    known = bool(_titles(span)) or (len(name) > 1 and name[0].lower() in MEN | WOMEN)
    return known or (span.root.dep_ not in ("pobj", "compound", "npadvmod", "ROOT") and span.root.tag_ != "NNPS")


def _is_no_person(span: Span) -> bool:
    """`Abong Mbang is a city`."""
    verb = span.root.head if span.root.dep_ == "nsubj" else None
    called = [c for c in verb.children if c.dep_ == "attr"] if verb is not None and verb.lemma_ == "be" else []
    return any(c.tag_ == "NN" and c.lemma_.lower() in _NO_PERSON for c in called)


def _plain(span: Span) -> list[str]:
    """The name without title, age or genitive."""
    names = [
        token.text for token in span if token.is_alpha or "." in token.text or "-" in token.text or "’" in token.text
    ]
    names = [name for name in names if name not in ("'s", "’s") and any(c.isalpha() for c in name)]
    while names and (names[0].lower() in ROLES | COURTESY or not names[0][0].isupper()):
        names = names[1:]
    while names and names[-1].lower() in ROLES:
        names = names[:-1]
    if names and (names[-1].lower() in _NO_PERSON or (len(names) > 1 and names[0].lower() in _NO_GIVEN_NAME)):
        return []
    return names if (names and not names[-1].isupper()) or 1 < len(names) <= MAX_NAME_WORDS else []


def _note(people: dict[str, list[Person]], name: list[str], titles: frozenset[str]) -> None:
    known = people.setdefault(name[-1], [])
    same = [person for person in known if len(name) == 1 or person.name.split()[0] == name[0] or " " not in person.name]
    if not same:
        same = [Person(" ".join(name))]
        known.extend(same)
    if len(name) == 1 and len(same) > 1:
        return
    person = same[0]
    if len(name) > len(person.name.split()):
        person.name = " ".join(name)
    if titles:
        person.titles.append(titles)
    person.gender = person.gender or _gender(person.name.split(), titles)


def _gender(name: list[str], titles: frozenset[str]) -> str:
    given = [part.lower() for part in name[:-1]]  # behind a title that the model takes for a part of the name
    first = next((part for part in given if part in MEN | WOMEN), "")
    his, hers = bool(titles & _HIS) or first in MEN, bool(titles & _HERS) or first in WOMEN
    return UNKNOWN if his == hers else MASCULINE if his else FEMININE


def _titles(span: Span) -> frozenset[str]:
    """`Minister of Foreign Affairs` before a name, `a teacher` behind it."""
    doc, end = span.doc, span.start
    while end < span.end and _is_title(doc[end]):
        end += 1
    start = end
    while start and (
        _is_title(doc[start - 1]) or doc[start - 1].text[:1].isupper() or doc[start - 1].lower_ in _TITLE_SMALL
    ):
        if doc[start - 1].lower_ in ("and", "the") or doc[start - 1].is_punct:
            break
        start -= 1
    found = {token.lower_ for token in doc[start:end]}
    found = found if found & (ROLES | COURTESY) else set()
    for child in span.root.children:
        if child.dep_ == "appos" and child.i > span.root.i and child.lower_ in ROLES:
            found |= {child.lower_} | {
                t.lower_ for t in child.subtree if t.tag_.startswith(("NN", "JJ")) and t.i < span.root.i + 12
            }
    head = span.root.head
    if span.root.dep_ == "appos" and head.lower_ in ROLES:
        found |= {head.lower_} | {t.lower_ for t in head.lefts if t.tag_.startswith(("NN", "JJ"))}
    return frozenset(found)


def _is_title(token: Token) -> bool:
    return token.lower_ in ROLES or token.lower_ in COURTESY


def _may_be_name(token: Token) -> bool:
    """`Price left`: a capitalised noun without article, which the model takes for a common one."""
    stands_alone = all(child.dep_ in ("case", "punct", "relcl", "appos") for child in token.children)
    acts = token.dep_ in ("nsubj", "nsubjpass", "poss")
    return token.tag_ == "NN" and token.text[0].isupper() and stands_alone and acts


def _ends_a_name(token: Token) -> bool:
    following = token.nbor() if token.i + 1 < len(token.doc) else None
    return following is None or following.pos_ != "PROPN" or following.dep_ == "appos" or following.head.i < token.i
