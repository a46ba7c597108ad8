"""`The minister`, `this act`, `the court`: whom or what a description means, where the article said so before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from verifier.claims.lexicon import words
from verifier.claims.referents.book import ROLES, Book, Person
from verifier.claims.referents.mentions import ORGANISATION, PLACE, Mention
from verifier.types import Span

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token
    from spacy.tokens import Span as Stretch

UNCLEAR = "unclear referent"
_POINTING = words("this that these those")
_IDLE = words("top former then current chief veteran senior new main own longtime outgoing")
# Nouns that name an organisation only together with a name given before.
_LEANING_GROUPS = words("company firm group club union party agency ministry team")
_GROUPS = _LEANING_GROUPS | words(
    "court bank council committee commission parliament university institute authority department association"
    " foundation board assembly newspaper organisation organization school hospital airline peninsula"
)
_COMPANIES = words("company firm group")
_COMPANY_SIGNS = words("inc inc. corp corp. ltd ltd. plc llc ag gmbh co co. company group holdings")
# Groups that sell nothing, by the word before: `the consumer group Fair Fare`.
_NO_COMPANY = words(
    "consumer advocacy rights campaign pressure lobby environmental aid activist civic opposition parliamentary armed"
    " rebel militant working support church charity union unions ngo nonprofit non-profit association society"
    " foundation"
)
_COMPANY_NOUNS = words(
    "company firm maker manufacturer group producer retailer airline operator carrier developer giant"
)
_BUSINESSES = words(
    "railway railroad bank utility brewery shipyard chain airline insurer broadcaster publisher operator"
)
# Two nouns for one event: `the quake` after `the Riga earthquake`.
_SAME_EVENT = {
    "quake": "earthquake", "tremor": "earthquake", "temblor": "earthquake", "blaze": "fire", "blast": "explosion",
    "collision": "crash", "ballot": "vote", "flooding": "flood", "assault": "attack",
}  # fmt: skip
_EVENTS = words(
    "act move decision ruling verdict call announcement incident accident crash deal agreement attack vote meeting"
    " visit trip statement proposal plan measure claim allegation accusation statement deaths killing explosion blast"
    " strike arrest trial hearing appeal interview speech letter report study survey poll payment merger resignation"
)
_SPEECH = words("statement interview speech letter report post tweet announcement address")
_UNIQUE = words(
    "government sun moon world earth sea public internet police army military war economy weather law rest end"
    " beginning start morning afternoon evening night day week month year time past future present way fact case"
    " situation problem people country number result same summer winter spring autumn state region city area"
    " ground air water road sky market media press opposition coast border capital street home phone president"
)
_RIGHT = words("prep relcl acl appos nummod advcl")
_HERE = words("article story page interview report blog newsletter post column list guide paper website site")


@dataclass(frozen=True, slots=True)
class Described:
    """A description that leans on the text: `name` says what it means, None where that stays open."""

    start: int
    end: int
    name: str | None
    why: str
    antecedent: Span | None = None
    mention: Mention | None = None


@dataclass(slots=True)
class Story:
    """What an article has mentioned so far."""

    by_head: dict[str, list[Mention]]
    people: dict[str, Person]  # by full name, in order of mention
    groups: dict[str, Mention]  # named organisations and places by identity
    said_in: dict[str, str]  # "statement" -> who made the last one of this section
    companies: dict[str, str]
    kinds: dict[str, dict[str, Mention]]  # "restaurant" -> the names of what was called one

    @classmethod
    def empty(cls) -> Story:
        """Before the first sentence."""
        return cls({}, {}, {}, {}, {}, {})

    def add(self, doc: Doc, mentions: Sequence[Mention], book: Book, speaker: str | None) -> None:
        """Take in the mentions of a sentence, and in what form `speaker` spoke."""
        for mention in mentions:
            self.by_head.setdefault(mention.head, []).append(mention)
            if mention.proper and mention.name and mention.kind in (ORGANISATION, PLACE):
                self.groups.setdefault(mention.identity, mention)
                if _is_company(doc, mention):
                    self.companies[mention.identity] = mention.name
        for named, head in _called(doc, mentions):
            self.kinds.setdefault(head, {})[named.identity] = named
        for token in doc:
            for person in book.at(token):
                self.people.setdefault(person.name, person)
        if speaker is not None:
            for token in doc:
                if token.lower_ in _SPEECH and any(c.lower_ in ("a", "an") for c in token.children):
                    self.said_in[token.lower_] = speaker


def _called(doc: Doc, mentions: Sequence[Mention]) -> Iterator[tuple[Mention, str]]:
    """`Geranium is a restaurant`, `The best restaurant is Geranium`, `Geranium, a restaurant`: name and kind."""
    by_root = {mention.root: mention for mention in mentions}
    for mention in mentions:
        root = doc[mention.root]
        subject = None
        if root.dep_ == "attr" and root.head.lemma_ == "be":
            subject = next((c for c in root.head.children if c.dep_ == "nsubj"), None)
        elif root.dep_ == "appos":
            subject = root.head
        other = by_root.get(subject.i) if subject is not None else None
        if other is None or other.proper == mention.proper:
            continue
        named, kind = (other, mention) if other.proper else (mention, other)
        if named.name and doc[kind.root].tag_ == "NN":
            yield named, kind.head


def describe(doc: Doc, own: Sequence[Mention], story: Story, near: Sequence[Sequence[Mention]]) -> list[Described]:
    """The descriptions of a sentence that lean on what was said before, in order.

    :param near: the mentions of the last sentences, the nearest last.
    """
    found = []
    for chunk in doc.noun_chunks:
        described = _describe(chunk, own, story, near)
        if described is not None:
            found.append(described)
    return found


def meant_by(description: str, story: Story) -> str | None:
    """Who speaks where a sentence names its speaker as `the minister` or `the statement`; None where that is open."""
    first, *modifiers = description.lower().split() or [""]
    if first != "the" or not modifiers:
        return None
    head = modifiers.pop()
    if head in _SPEECH and not modifiers:
        return story.said_in.get(head)
    fitting = [p.name for p in story.people.values() if head in ROLES and p.fits(head, frozenset(modifiers) - _IDLE)]
    return fitting[0] if len(fitting) == 1 else None


def _describe(
    chunk: Stretch, own: Sequence[Mention], story: Story, near: Sequence[Sequence[Mention]]
) -> Described | None:
    root = chunk.root
    det = next((token for token in chunk if token.is_alpha), None)
    if det is None or det.dep_ != "det" or det.head != root or root.tag_ not in ("NN", "NNP"):
        return _pointed(chunk, det, own, near)
    head, pointing = root.lemma_.lower(), det.lower_ in _POINTING
    if head == "time" and pointing and any(e.label_ == "DATE" and e.end <= det.i for e in chunk.doc.ents):
        return None  # "in 1980 ... at that time"
    if (det.lower_ != "the" and not pointing) or (head in _HERE and pointing):
        return None
    if root.dep_ in ("appos", "attr") or _is_told_by(root, det) or _is_name(chunk, det):
        return None
    if not root.is_alpha or (root.text[0].isupper() and head not in ROLES | _GROUPS):
        return None
    place = Span(det.idx, root.idx + len(root))
    modifiers = [token for token in chunk[det.i - chunk.start + 1 :] if token != root]
    if (
        any(
            token.tag_ in ("JJS", "RBS", "CD", "PRP$", "POS")
            or token.lower_ in ("same", "other", "first", "last", "only", "whole", "next")
            for token in modifiers
        )
        and head not in ROLES
    ):
        return None
    rule = _role if head in ROLES else _group if head in _GROUPS else _thing
    told = frozenset(token.lower_ for token in modifiers)
    made = rule(place, root, told, own, story)
    if made is not None and _has_another(made, head, own, near):
        return Described(place.start, place.end, None, UNCLEAR)
    if made is None or made.name is None:
        again = _named_kind(place, head, story) if not told else None
        if again is None and pointing:
            again = _mentioned_again(place, head, told, near, plural=False)
        made = again or made
    if made is None and pointing:
        return Described(place.start, place.end, None, UNCLEAR)
    return made


def _has_another(made: Described, head: str, own: Sequence[Mention], near: Sequence[Sequence[Mention]]) -> bool:
    """Whether the name stands in the sentence in another part, or other companies come into question nearer by."""
    name = (made.name or "").lower().removeprefix("the ")
    if not name:
        return False
    known = made.antecedent
    here = [m for m in own if m.proper and (m.end <= made.start or m.start >= made.end)]
    here = [m for m in here if known is None or m.start != known.start]
    if known is None and any(name == m.identity or name.startswith(f"{m.identity} ") for m in here):
        return True
    if head not in _COMPANIES:
        return False
    others = [m for mentions in near[-2:] for m in mentions if m.is_main_subject and not m.plural]
    return any(_is_rival_company(m) and name not in m.identity and m.identity not in name for m in others)


def _is_rival_company(mention: Mention) -> bool:
    if mention.proper:
        public = _GROUPS - _COMPANIES | _NO_COMPANY
        return mention.kind == ORGANISATION and bool(mention.name) and not mention.words & public
    return mention.head in _BUSINESSES and mention.kind != PLACE


def _named_kind(place: Span, head: str, story: Story) -> Described | None:
    """`The restaurant`, where one thing was called a restaurant."""
    named = story.kinds.get(head, {})
    if len(named) != 1 or len(story.by_head.get(head, [])) > 1:
        return None
    [mention] = named.values()
    return Described(place.start, place.end, mention.name, f"the only {head} named so far", None, mention)


def _mentioned_again(
    place: Span, head: str, told: frozenset[str], near: Sequence[Sequence[Mention]], plural: bool
) -> Described | None:
    """`These changes` after `epigenetic changes`: the fuller words, where the same noun stood there once."""
    for mentions in reversed(near):
        same = [m for m in mentions if m.head == head and m.plural == plural]
        if not same:
            continue
        full = same[-1].phrase.split()
        article = full[:1] and full[0].lower() in ("a", "an", "the", "some", "various", "several", "many")
        words_ = full[1:] if article and full[0].lower() in ("a", "an", "the") else full
        general = plural and (
            not article or full[0].lower() in ("some", "various", "several", "many")
        )  # "a new bridge" is one of many: its words do not say which
        if len({m.identity for m in same}) != 1 or len(words_) < 2 or not told <= same[-1].words:
            return None
        if not general and same[-1].name is None:
            return None
        name = " ".join(words_ if plural else ["the", *words_])
        return Described(place.start, place.end, name, f"the {head} of the sentences before", None, same[-1])
    return None


def _is_told_by(root: Token, det: Token) -> bool:
    """Whether words behind the noun say which one is meant; `this act, which ...` only says more about it."""
    behind = [child for child in root.children if child.dep_ in _RIGHT and child.i > root.i]
    if det.lower_ in ("this", "these"):
        behind = [child for child in behind if child.dep_ == "prep" and child.i == root.i + 1]
    return bool(behind)


def _pointed(
    chunk: Stretch, det: Token | None, own: Sequence[Mention], near: Sequence[Sequence[Mention]]
) -> Described | None:
    """`These gases`: as open as `this act`, unless the sentence itself has mentioned them."""
    root = chunk.root
    if det is None or det.lower_ not in ("these", "those") or det.head != root or root.tag_ != "NNS":
        return None
    if _is_told_by(root, det) or root.ent_type_:
        return None
    place = Span(det.idx, root.idx + len(root))
    here = [m for m in own if m.head == root.lemma_.lower() and m.end <= place.start]
    if not here:
        told = frozenset(t.lower_ for t in chunk if t not in (det, root))
        again = _mentioned_again(place, root.lemma_.lower(), told, near, plural=True)
        return again or Described(place.start, place.end, None, UNCLEAR)
    antecedent, name = Span(here[-1].start, here[-1].end), here[-1].name
    return Described(place.start, place.end, name, "mentioned before" if name else UNCLEAR, antecedent)


def _is_name(chunk: Stretch, det: Token) -> bool:
    """A name, or a noun with a name before it, says itself what is meant; a title and `the Peninsula` do not."""
    rest = chunk[det.i - chunk.start + 1 :]
    named = [token for token in rest if token.pos_ == "PROPN" or token.ent_type_ in ("GPE", "ORG", "NORP", "PERSON")]
    return bool(named) and chunk.root.lemma_.lower() not in ROLES and not (len(rest) == 1 and rest[0].lower_ in _GROUPS)


def _role(
    place: Span, root: Token, modifiers: frozenset[str], own: Sequence[Mention], story: Story
) -> Described | None:
    head = root.lemma_.lower()
    wanted = modifiers - _IDLE
    fitting = [person for person in story.people.values() if person.fits(head, wanted)]
    here = [m for m in own if m.end <= place.start and m.name and m.name in {p.name for p in fitting}]
    if here and len({m.name for m in here}) == 1:
        return Described(
            place.start, place.end, here[0].name, f"the {head} named before", Span(here[0].start, here[0].end), here[0]
        )
    if len(fitting) == 1:
        return Described(place.start, place.end, fitting[0].name, f"the only {head} named in the article so far")
    if len(fitting) > 1:
        return Described(place.start, place.end, None, UNCLEAR)
    return _same_head(place, head, own, story) if not wanted else None


def _group(
    place: Span, root: Token, modifiers: frozenset[str], own: Sequence[Mention], story: Story
) -> Described | None:
    head = root.lemma_.lower()
    if modifiers - _IDLE:
        return None
    before = [m for m in own if m.end <= place.start]
    known = dict(story.groups) | {
        m.identity: m for m in before if m.proper and m.name and m.kind in (ORGANISATION, PLACE)
    }
    names = {identity: m.name for identity, m in known.items() if _is_called(m, head)}
    if head in _COMPANIES:
        names |= story.companies
        names |= {m.identity: m.name for m in before if m.name and _is_company(root.doc, m)}
    distinct = {
        identity: name
        for identity, name in names.items()
        if not any(identity != other and identity in other for other in names)
    }
    if len(distinct) == 1:
        [(identity, name)] = distinct.items()
        here = next((m for m in before if m.identity == identity), None)
        span = Span(here.start, here.end) if here else None
        name = name if name is None or name.lower().startswith("the ") or head in _COMPANIES else f"the {name}"
        return Described(
            place.start,
            place.end,
            name,
            f"the only {head} named in the article so far",
            span,
            here or known.get(identity),
        )
    if distinct:
        return Described(place.start, place.end, None, UNCLEAR)
    indirect = _same_head(place, head, own, story)
    leans = head in _LEANING_GROUPS and bool(story.groups)
    return indirect or (Described(place.start, place.end, None, UNCLEAR) if leans else None)


def _thing(
    place: Span, root: Token, modifiers: frozenset[str], own: Sequence[Mention], story: Story
) -> Described | None:
    head = root.lemma_.lower()
    if head in _SPEECH and not modifiers and story.said_in.get(head):
        speaker = story.said_in[head]
        return Described(place.start, place.end, f"the {head} by {speaker}", f"the {head} mentioned before")
    found = _same_head(place, head, own, story) if not modifiers else None
    if found is None and not modifiers and head in _SAME_EVENT:
        found = _same_head(place, _SAME_EVENT[head], own, story)
    if found is not None or head in _UNIQUE or root.tag_ == "NNP":
        return None if head in _UNIQUE else found
    leans = head in _EVENTS and not any(token.pos_ == "PROPN" for token in root.subtree) and bool(story.by_head)
    return Described(place.start, place.end, None, UNCLEAR) if leans else None


def _same_head(place: Span, head: str, own: Sequence[Mention], story: Story) -> Described | None:
    """What the same noun introduced before: explicit words for it where there is one thing and it has such."""
    here = [m for m in own if m.head == head and m.end <= place.start]
    if here:
        return Described(
            place.start, place.end, here[-1].name, "mentioned before", Span(here[-1].start, here[-1].end), here[-1]
        )
    before = story.by_head.get(head, [])
    told = [m for m in before if m.name is not None and " " in m.identity and not m.plural]
    names = {m.identity: m for m in told if m.name is not None and m.name != m.name.lower()}
    introduced = any(m.indefinite for m in before)
    if len(names) == 1 and all(m.name or m.identity in (head, f"the {head}") for m in before):
        [mention] = names.values()
        return Described(place.start, place.end, mention.name, f"the only {head} mentioned before", None, mention)
    return Described(place.start, place.end, None, UNCLEAR) if introduced else None


def _is_called(mention: Mention, head: str) -> bool:
    """The `Ministry of Foreign Affairs` is a ministry, the `US State Department` a department."""
    return (
        head in mention.words
        and (mention.head == head or mention.identity.endswith(f" {head}"))
        and len(mention.words) > 1
    )


def _is_company(doc: Doc, mention: Mention) -> bool:
    root = doc[mention.root]
    signs = any(t.lower_ in _COMPANY_SIGNS for t in doc[root.i : root.i + 2]) or bool(mention.words & _COMPANY_SIGNS)
    called = [c for c in root.children if c.dep_ == "appos"] + [
        c for c in root.head.children if c.dep_ == "attr" and root.dep_ == "nsubj"
    ]
    beside = {t.lower_ for t in doc[max(0, root.left_edge.i - 3) : root.i + 1]} | mention.words
    beside |= {t.lower_ for c in called for t in c.subtree}
    if beside & _NO_COMPANY:
        return False
    return (mention.kind == ORGANISATION and signs) or any(c.lemma_.lower() in _COMPANY_NOUNS for c in called)
