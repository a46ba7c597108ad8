"""One sentence, several claims: relative clauses, `a move seen as ...` and `12 killed and 30 injured` taken apart.

Only forms whose parts are grammatical without rewording; every other sentence stays whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from verifier.claims import rewrite
from verifier.claims.attribution import bare
from verifier.claims.lexicon import words
from verifier.types import Span

if TYPE_CHECKING:
    from spacy.tokens import Span as Stretch
    from spacy.tokens import Token

_DEEDS = words("move decision step act action measure")
_DEED_NOUNS = {
    "annex": "annexation of", "invade": "invasion of", "attack": "attack on", "ban": "ban on",
    "acquire": "acquisition of", "occupy": "occupation of",
    "close": "closure of", "arrest": "arrest of",
    "expel": "expulsion of",
    "suspend": "suspension of", "recognise": "recognition of", "recognize": "recognition of", "reject": "rejection of",
    "cancel": "cancellation of", "abolish": "abolition of", "appoint": "appointment of", "dismiss": "dismissal of",
    "approve": "approval of", "nationalise": "nationalisation of", "nationalize": "nationalization of",
    "deport": "deportation of", "seize": "seizure of", "withdraw": "withdrawal of", "remove": "removal of",
}  # fmt: skip
_VIEWS = words("view consider see regard deem know describe recognise recognize")
_POINTING = words("this that these those one")


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing that a sentence states: its text in parts, its main verb, and the stretch that it is judged by."""

    parts: rewrite.Parts
    root: Token
    stretch: Stretch


def split(content: Stretch) -> list[Statement]:
    """The statements of a clause, in reading order; the clause itself where it cannot be taken apart."""
    core = bare(content)
    for rule in (_counts, _subject_relative, _final_relative, _deed):
        statements = rule(core) if len(core) else []
        if statements and not any(_tears_a_quote(content, statement.parts) for statement in statements):
            return statements
    return [Statement((_chars(content),), content.root, content)]


def _chars(stretch: Stretch) -> Span:
    return Span(stretch.start_char, stretch.end_char)


def _tears_a_quote(content: Stretch, parts: rewrite.Parts) -> bool:
    marks = [content.doc.text[p.start : p.end].count('"') for p in parts if not isinstance(p, str)]
    return any(count % 2 for count in marks)


def _subject(verb: Token) -> Token | None:
    return next((child for child in verb.children if child.dep_ in ("nsubj", "nsubjpass")), None)


def _relative(head: Token) -> tuple[Token, Token] | None:
    """The verb and the pronoun of a `, which ...` or `, who ...` clause on `head`."""
    for verb in head.children:
        pronoun = _subject(verb) if verb.dep_ == "relcl" else None
        comma = head.doc[pronoun.i - 1].text if pronoun is not None and pronoun.i > 0 else ""
        if pronoun is not None and pronoun.lower_ in ("which", "who") and comma == "," and verb.left_edge == pronoun:
            return verb, pronoun
    return None


def _subject_relative(content: Stretch) -> list[Statement]:
    """`X, which began in May, has drawn Y` -> `X began in May`, `X has drawn Y`."""
    root, doc = content.root, content.doc
    subject = _subject(root)
    found = _relative(subject) if subject is not None else None
    if subject is None or found is None or not content.start <= subject.left_edge.i:
        return []
    verb, pronoun = found
    end = verb.right_edge.i + 1
    if end >= content.end or doc[end].text != "," or root.i <= end or _points(subject):
        return []
    name, clause = doc[subject.left_edge.i : pronoun.i - 1], doc[pronoun.i + 1 : end]
    opening, rest = doc[content.start : pronoun.i - 1], doc[end + 1 : content.end]
    return [
        Statement((_chars(name), " ", _chars(clause)), verb, doc[name.start : end]),
        Statement((_chars(opening), " ", _chars(rest)), root, content),
    ]


def _final_relative(content: Stretch) -> list[Statement]:
    """`... visited Kyiv, which was shelled.` -> `... visited Kyiv`, `Kyiv was shelled`; for names only."""
    doc = content.doc
    for head in content:
        found = _relative(head) if head.pos_ == "PROPN" and head.i > content.root.i else None
        if found is None:
            continue
        verb, pronoun = found
        name, clause = doc[head.left_edge.i : pronoun.i - 1], doc[pronoun.i + 1 : content.end]
        adjacent = verb.right_edge.i + 1 == content.end and head.i == pronoun.i - 2 and "," not in name.text
        if adjacent and _surely_means(pronoun, head, verb):
            main = doc[content.start : pronoun.i - 1]
            whole = Statement((_chars(main),), content.root, main)
            return [whole, Statement((_chars(name), " ", _chars(clause)), verb, doc[name.start : content.end])]
    return []


def _surely_means(pronoun: Token, head: Token, verb: Token) -> bool:
    """A closing `which` may mean the whole clause; before `is` or a passive it means the name next to it."""
    if head.dep_ == "conj":
        return False
    states = verb.lemma_ == "be" or any(child.dep_ == "auxpass" for child in verb.children)
    return pronoun.lower_ == "who" or (states and head.ent_type_ != "PERSON")


def _points(noun: Token) -> bool:
    """`This act, which ...` means nothing on its own."""
    return noun.doc[noun.left_edge.i].lower_ in _POINTING or noun.pos_ == "PRON"


def _deed(content: Stretch) -> list[Statement]:
    """`X annexed Y, a move viewed as illegal` -> `X annexed Y`, `X's annexation of Y is viewed as illegal`."""
    doc, root = content.doc, content.root
    subject = _subject(root)
    noun = next((t for t in content if t.lower_ in _DEEDS and t.i > root.i + 2 and doc[t.i - 2].text == ","), None)
    thing = next((child for child in root.children if child.dep_ == "dobj"), None)
    if (
        noun is None
        or subject is None
        or thing is None
        or root.tag_ != "VBD"
        or doc[noun.i - 1].lower_ not in ("a", "an")
    ):
        return []
    predicate = _predicate(noun, content)
    if predicate is None or root.lemma_ not in _DEED_NOUNS or _points(subject) or _points(thing):
        return []
    actor, comma = doc[subject.left_edge.i : subject.right_edge.i + 1], noun.i - 2
    patient, main = doc[thing.left_edge.i : comma], doc[content.start : comma]
    if subject.dep_ != "nsubj" or "," in actor.text or "," in patient.text:
        return []
    verb, words = predicate
    owner = "'" if actor.text.endswith("s") and subject.tag_ in ("NNS", "NNPS") else "'s"
    link = f"{owner} {_DEED_NOUNS[root.lemma_]} "
    second = (_chars(actor), link, _chars(patient), *_when(content, subject), *words)
    return [Statement((_chars(main),), root, main), Statement(second, verb, content)]


def _predicate(noun: Token, content: Stretch) -> tuple[Token, rewrite.Parts] | None:
    """What is said of the deed, with the verb form that it needs."""
    doc, after = content.doc, noun.i + 1
    for verb in noun.children:
        if verb.dep_ == "acl" and verb.tag_ == "VBN":
            words = _chars(doc[after : content.end])
            return verb, (" is " if verb.lemma_ in _VIEWS else " was ", words)
        if verb.dep_ == "relcl" and doc[after].lower_ in ("that", "which") and _subject(verb) == doc[after]:
            return verb, (" ", _chars(doc[after + 1 : content.end]))
    return None


def _when(content: Stretch, subject: Token) -> rewrite.Parts:
    """An opening `In 2014,` belongs to the deed too."""
    opening = content.doc[content.start : subject.left_edge.i]
    year = opening[1].text if len(opening) == 3 and opening[0].lower_ == "in" and opening[1].like_num else ""
    return (f" in {year}",) if year else ()


def _counts(content: Stretch) -> list[Statement]:
    """`12 people were killed and 30 injured in Y` -> one claim for each number."""
    doc, root = content.doc, content.root
    subject = _subject(root)
    number = _number_of(subject) if subject is not None else None
    second = next((child for child in root.children if child.dep_ == "conj" and child.tag_ in ("VBN", "VBD")), None)
    if subject is None or number is None or second is None or root.tag_ != "VBN" or subject.i > root.i:
        return []
    conjunction = next((child.i for child in root.children if child.dep_ == "cc" and child.i < second.i), None)
    other = _second_count(doc[conjunction + 1 : second.i]) if conjunction is not None else None
    if conjunction is None or other is None or subject.right_edge.i > root.i:
        return []
    counted = doc[number.right_edge.i + 1 : root.i] if number.i < root.i else doc[0:0]
    tail, own = doc[second.i + 1 : content.end], doc[root.i + 1 : conjunction]
    shared = (" ", _chars(tail)) if len(tail) and not len(own) else ()
    least = "at least " if doc[number.left_edge.i : number.i].text.lower().startswith("at least") else ""
    first = (_chars(doc[content.start : conjunction]), *shared)
    opening = (_chars(doc[content.start : number.left_edge.i]), " ") if number.left_edge.i > content.start else ()
    rest = (" ", _chars(counted), " ", _chars(doc[second.i : content.end]))
    return [
        Statement(first, root, doc[content.start : conjunction]),
        Statement((*opening, least, _chars(other), *rest), root, content),
    ]


def _number_of(noun: Token) -> Token | None:
    return next((child for child in noun.children if child.dep_ == "nummod"), None)


def _second_count(between: Stretch) -> Stretch | None:
    """The number in `1,174`, `30 others` or `another 30 were`; None where more stands between."""
    filler = ("others", "more", "another", "people", "were", "have", "been", "was")
    numbers = [token for token in between if token.like_num]
    extra = [token for token in between if not token.like_num and token.lower_ not in filler]
    if not numbers or extra or numbers[-1].i - numbers[0].i >= len(numbers):
        return None
    single = len(numbers) == 1 and numbers[0].lower_ in ("1", "one")
    return None if single else between.doc[numbers[0].i : numbers[-1].i + 1]
