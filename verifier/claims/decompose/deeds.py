"""Forms that no general rule words well: `a move seen as ...`, `12 killed and 30 injured`, `Name - It is ...`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from verifier.claims.decompose.statement import Statement, chars, subject_of
from verifier.claims.lexicon import FINITE, words
from verifier.claims.rewrite import Edit, Parts

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
MAX_LABEL_TOKENS = 14
_MARKS = frozenset((":", "-", "–", "—"))
_SUBJECTS = words("this it he she they")
_VIEWS = words("view consider see regard deem know describe recognise recognize")
_POINTING = words("this that these those one")


def deed(content: Stretch) -> list[Statement]:
    """`X annexed Y, a move viewed as illegal` -> `X annexed Y`, `X's annexation of Y is viewed as illegal`."""
    doc, root = content.doc, content.root
    subject = subject_of(root)
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
    words = predicate
    owner = "'" if actor.text.endswith("s") and subject.tag_ in ("NNS", "NNPS") else "'s"
    link = f"{owner} {_DEED_NOUNS[root.lemma_]} "
    second = (chars(actor), link, chars(patient), *_when(content, subject), *words)
    return [Statement((chars(main),)), Statement(second)]


def _predicate(noun: Token, content: Stretch) -> Parts | None:
    """What is said of the deed, with the verb form that it needs."""
    doc, after = content.doc, noun.i + 1
    for verb in noun.children:
        if verb.dep_ == "acl" and verb.tag_ == "VBN":
            words = chars(doc[after : content.end])
            return (" is " if verb.lemma_ in _VIEWS else " was ", words)
        if verb.dep_ == "relcl" and doc[after].lower_ in ("that", "which") and subject_of(verb) == doc[after]:
            return (" ", chars(doc[after + 1 : content.end]))
    return None


def _when(content: Stretch, subject: Token) -> Parts:
    """An opening `In 2014,` belongs to the deed too."""
    opening = content.doc[content.start : subject.left_edge.i]
    year = opening[1].text if len(opening) == 3 and opening[0].lower_ == "in" and opening[1].like_num else ""
    return (f" in {year}",) if year else ()


def counts(content: Stretch) -> list[Statement]:
    """`12 people were killed and 30 injured in Y` -> one claim for each number."""
    doc, root = content.doc, content.root
    subject = subject_of(root)
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
    shared = (" ", chars(tail)) if len(tail) and not len(own) else ()
    bounded = other[0].like_num and doc[number.left_edge.i : number.i].text.lower().startswith("at least")
    least = "at least " if bounded else ""
    first = (chars(doc[content.start : conjunction]), *shared)
    opening = (chars(doc[content.start : number.left_edge.i]), " ") if number.left_edge.i > content.start else ()
    rest = (" ", chars(counted), " ", chars(doc[second.i : content.end]))
    return [
        Statement(first),
        Statement((*opening, least, chars(other), *rest)),
    ]


def _number_of(noun: Token) -> Token | None:
    return next((child for child in noun.children if child.dep_ == "nummod"), None)


def _second_count(between: Stretch) -> Stretch | None:
    """The number in `1,174`, `30 others` or `another 30 were`; None where more stands between."""
    filler = ("others", "another", "people", "were", "have", "been", "was")
    bounds = ("more", "fewer", "less", "than", "at", "least", "about", "around", "nearly", "almost", "some", "over")
    numbers = [token for token in between if token.like_num]
    extra = [token for token in between if not token.like_num and token.lower_ not in (*filler, *bounds)]
    if not numbers or extra or numbers[-1].i - numbers[0].i >= len(numbers):
        return None
    if len(numbers) == 1 and numbers[0].lower_ in ("1", "one"):
        return None
    start = numbers[0].i
    while start > between.start and between.doc[start - 1].lower_ in bounds:
        start -= 1
    return between.doc[start : numbers[-1].i + 1]


def _points(noun: Token) -> bool:
    """`This act` means nothing on its own."""
    return noun.doc[noun.left_edge.i].lower_ in _POINTING or noun.pos_ == "PRON"


def labelled(content: Stretch) -> tuple[Stretch, Edit] | None:
    """`“Square One” (2016) - This is X's first album`: the part behind the name, which its pronoun means."""
    doc = content.doc
    mark = next((t.i for t in content[1:-2] if t.text in _MARKS), None)
    if (
        mark is None
        or mark - content.start > MAX_LABEL_TOKENS
        or any(t.tag_ in FINITE for t in doc[content.start : mark])
    ):
        return None
    pronoun = doc[mark + 1]
    name = doc[content.start : mark]
    named = name[0].text[:1].isupper() or name[0].text in "\"“'‘"
    if pronoun.lower_ not in _SUBJECTS or doc[mark + 2].tag_ not in FINITE or not named:
        return None
    text = name.text.split(" (")[0].strip(' "“”')
    edit = Edit(pronoun.idx, pronoun.idx + len(pronoun), text, "the name before the mark")
    return doc[mark + 1 : content.end], edit
