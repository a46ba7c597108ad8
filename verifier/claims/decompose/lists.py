"""Lists inside a clause: `published papers and articles` says two things, `papers such as X` says that of X too.

Only where what is said of all holds of each: not `A and B met`, not `between A and B`, not `no A and B`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from verifier.claims.decompose.clauses import Clause
from verifier.claims.decompose.statement import runs
from verifier.claims.decompose.verbs import has_modal, inflect, is_negated
from verifier.claims.lexicon import FINITE, words
from verifier.claims.rewrite import Edit, Parts

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

MAX_ITEMS = 12  # of one list
_NOMINAL = words("NOUN PROPN")
_OBJECTS = words("dobj attr oprd")
_SUBJECTS = words("nsubj nsubjpass")
_TOGETHER_VERBS = words(
    "meet discuss agree marry talk share merge unite join compete fight clash negotiate collaborate differ sign"
    " combine compare mix connect link separate distinguish exchange balance total number comprise constitute form"
    " consist include bring make gather alternate equal wed divorce sum pair bind weigh rank cooperate coordinate"
    " swap switch range vary tie split divide conflict coincide resemble"
)
_MADE_TOGETHER = words(
    "found write build create make design direct produce compose invent discover own develop sign run lead win"
)
_TOGETHER_WORDS = words(
    "together each both jointly same respectively joint combined between total other another different similar"
    " common mutual either half than"
)
_TOGETHER_PREPOSITIONS = words("between among amongst of than versus vs from with without like into")
_NEGATIVE = words("no none neither few little only not nor without never")
_EXAMPLES = words("including like")
_ASKING_NONE = words("DATE TIME MONEY QUANTITY CARDINAL PERCENT ORDINAL")


def told_apart(clause: Clause) -> list[Clause]:
    """The clause once for each item of its list; itself where it has none that can be taken apart."""
    for rule in (_examples, _items):
        found = rule(clause)
        if found:
            return found
    return [clause]


def _denies(clause: Clause) -> bool:
    doc = clause.verb.doc
    return is_negated(clause.verb) or any(doc[i].lower_ in _NEGATIVE for i in clause.tokens)


def _items(clause: Clause) -> list[Clause]:
    doc = clause.verb.doc
    if any(doc[i].lower_ in _TOGETHER_WORDS for i in clause.tokens):
        return []
    if any(doc[i].dep_ == "conj" and doc[i].tag_ in FINITE and doc[i].head == clause.verb for i in clause.tokens):
        return []  # a joined verb that could not be taken out: the list may be its subject
    for i in sorted(clause.tokens):
        items = _list_at(doc[i], clause)
        if items:
            spans = [_item_tokens(item, clause) for item in items]
            firsts = [k for k in range(len(items)) if k == 0 or not _is_pair(doc, spans, k - 1)]
            return [_with_item(clause, items, spans, k) for k in firsts]
    return []


def _is_pair(doc: Doc, spans: list[set[int]], k: int) -> bool:
    """`A, B and C, and D`: B and C are one item."""
    if k + 1 >= len(spans) - 1:
        return False
    between = [doc[i].lower_ for i in range(max(spans[k]) + 1, min(spans[k + 1]))]
    return between == ["and"]


def _list_at(first: Token, clause: Clause) -> list[Token]:
    """The heads of a list that starts with this noun; empty where it is none, or cannot be taken apart."""
    if first.pos_ not in _NOMINAL or first.dep_ == "conj" or not _distributes(first, clause):
        return []
    items = [first, *_joined_to(first)]
    if not 1 < len(items) <= MAX_ITEMS or any(i.i not in clause.tokens for i in items):
        return []
    joint = [c.lower_ for item in items for c in item.children if c.dep_ == "cc"]
    if any(c.dep_ == "appos" and c not in items for item in items for c in item.children):
        return []
    if any(_hides_a_clause(item, clause) for item in items):
        return []
    if not joint or any(word not in ("and", "as", "well", "&") for word in joint) or "&" in joint:
        return []
    if any(i.pos_ not in _NOMINAL or i.ent_type_ in _ASKING_NONE or i.text == "others" for i in items) or _is_one_name(
        items
    ):
        return []
    return items


def _hides_a_clause(item: Token, clause: Clause) -> bool:
    """`one son and Ana Lopes has none`: a joined clause that the parser takes for an item."""
    own = [clause.verb.doc[i] for i in _item_tokens(item, clause)]
    return any(t.tag_ in FINITE for t in own) and not any(t.tag_.startswith("W") for t in own)


def _joined_to(noun: Token) -> list[Token]:
    found: list[Token] = []
    for child in noun.children:
        # "a poet, a painter and a spy": the parser may take the second for an apposition of the first
        in_list = child.dep_ == "appos" and any(c.dep_ == "cc" for c in child.children)
        if child.dep_ == "conj" or in_list:
            found += [child, *_joined_to(child)]
    return found


def _is_one_name(items: list[Token]) -> bool:
    """`Trinidad and Tobago`, `the Ministry of Health and Welfare`."""
    doc = items[0].doc
    if any(e.start <= items[0].i and items[-1].i < e.end and e.label_ not in ("DATE",) for e in doc.ents):
        return True
    owner = items[0].head.head if items[0].dep_ == "pobj" else None
    named = owner is not None and owner.pos_ == "PROPN"
    unknown = all(item.pos_ == "PROPN" and not item.ent_type_ for item in items)
    return named or (unknown and len(items) == 2 and items[1].i - items[0].i == 2)


def _distributes(noun: Token, clause: Clause) -> bool:
    """Whether what is said of the list holds of each of its items."""
    verb = clause.verb
    if _denies(clause):
        return False
    if noun.dep_ in _SUBJECTS and noun.head == verb:
        return _holds_of_each_subject(noun, clause)
    if verb.lemma_ in _TOGETHER_VERBS:
        return False
    if noun.dep_ in _OBJECTS and noun.head == verb:
        return True
    return noun.dep_ == "pobj" and _is_of_the_verb(noun.head, verb)


def _is_of_the_verb(preposition: Token, verb: Token) -> bool:
    if preposition.lower_ in _TOGETHER_PREPOSITIONS or preposition.dep_ not in ("prep", "agent"):
        return False
    if preposition.dep_ == "agent" and verb.lemma_ in _MADE_TOGETHER:
        return False
    above = preposition.head
    if above.dep_ == "acl" and above.tag_ in ("VBN", "VBD") and above.head.head == verb and above.head.dep_ in _OBJECTS:
        return True
    return above == verb


def _holds_of_each_subject(noun: Token, clause: Clause) -> bool:
    verb = clause.verb
    has_object = any(c.dep_ in ("dobj", "dative") for c in verb.children)
    nominal = any(c.dep_ == "attr" for c in verb.children)
    if verb.lemma_ in _TOGETHER_VERBS or nominal or (noun.dep_ == "nsubj" and has_object):
        return False
    return _agreement(clause, verb) is not None


def _agreement(clause: Clause, verb: Token) -> tuple[Edit, ...] | None:
    """The verb in the singular, for one item of a plural subject; None where it cannot be worded."""
    helpers = [c for c in verb.children if c.dep_ in ("aux", "auxpass")]
    head = helpers[0] if helpers else verb
    if has_modal(verb) or (head.tag_ == "VBD" and head.lower_ != "were"):
        return ()
    form = {"are": "is", "were": "was", "have": "has", "do": "does", "'re": "is", "'ve": "has"}.get(head.lower_)
    if form is None and head.tag_ == "VBP":
        form = inflect(head.lemma_, "VBZ")
    if form is None:
        return None
    return (Edit(head.idx, head.idx + len(head), form, "the verb agrees with one of several subjects"),)


def _with_item(clause: Clause, items: list[Token], spans: list[set[int]], k: int) -> Clause:
    """The clause with the k-th item alone, or with the pair that starts there."""
    doc, chosen = clause.verb.doc, items[k]
    listed = set(range(min(min(s) for s in spans), max(max(s) for s in spans) + 1)) & set(clause.tokens)
    outside = {i for i in clause.tokens if i not in listed}
    head = {i for i in outside if i < min(listed)}
    tail = {i for i in outside if i > max(listed)}
    article = _article(items, k)
    shared = _shared_of(items, k, clause)
    edits = clause.edits
    if items[0].dep_ in _SUBJECTS and not _is_plural(chosen):
        edits = (*edits, *(_agreement(clause, clause.verb) or ()))
    own = set(spans[k])
    if _is_pair(doc, spans, k):
        own = set(range(min(own), max(spans[k + 1]) + 1))
    if items[0].dep_ in _SUBJECTS:  # "are all determined"
        tail -= {c.i for c in clause.verb.children if c.lower_ in ("all", "both")}
    parts = (*clause.before, *runs(doc, head), " ", article, *runs(doc, own), *shared, *runs(doc, tail), *clause.after)
    subject = chosen if items[0].dep_ in _SUBJECTS else clause.subject
    return replace(clause, tokens=frozenset(), subject=subject, before=(), after=parts, edits=edits)


def _item_tokens(item: Token, clause: Clause) -> set[int]:
    """An item with its own modifiers, without the items after it, the marks and the `and`."""
    gone: set[int] = set()
    for child in item.children:
        if child.dep_ in ("conj", "cc", "preconj", "appos") or (child.is_punct and child.text == ","):
            gone |= {t.i for t in child.subtree}
    return ({t.i for t in item.subtree} & set(clause.tokens)) - gone | {item.i}


def _article(items: list[Token], k: int) -> str:
    """`an astronomer and clockmaker` -> `a clockmaker`; `his students and peers` -> `his peers`."""
    first, chosen = items[0], items[k]
    if k == 0 or any(c.dep_ in ("det", "poss", "nummod") for c in chosen.children) or chosen.pos_ == "PROPN":
        return ""
    shared = next((c for c in first.children if c.dep_ in ("det", "poss")), None)
    if shared is None or shared.lower_ in ("all", "some", "any", "every", "several"):
        return ""
    if shared.lower_ in ("a", "an"):
        if chosen.tag_ == "NNS":
            return ""
        start = chosen.doc[min(t.i for t in chosen.subtree if t.i <= chosen.i)].lower_[:1]
        return "an " if start in "aeiou" else "a "
    return chosen.doc[shared.left_edge.i : shared.right_edge.i + 1].text + " "


def _shared_of(items: list[Token], k: int, clause: Clause) -> Parts:
    """`the size and shape of the moon`: the `of ...` behind the last item belongs to each."""
    last = items[-1]
    tail = next((c for c in last.children if c.dep_ == "prep" and c.lower_ == "of"), None)
    bare = not any(c.dep_ in ("prep", "relcl", "acl", "appos") for item in items[:-1] for c in item.children)
    if k == len(items) - 1 or tail is None or not bare:
        return ()
    return runs(clause.verb.doc, {t.i for t in tail.subtree} & set(clause.tokens))


def _examples(clause: Clause) -> list[Clause]:
    """`awards, including the X in 2018` -> `awards`, `the X in 2018`."""
    doc = clause.verb.doc
    if _denies(clause) or clause.verb.lemma_ in ("be", "include"):
        return []
    for i in sorted(clause.tokens):
        start = doc[i]
        found = _examples_at(start, clause)
        if found is None:
            continue
        noun, items, gone = found
        whole = {t.i for t in noun.subtree} & set(clause.tokens)
        head = {j for j in clause.tokens if j < min(whole)}
        tail = {j for j in clause.tokens if j > max(whole | gone)}
        plain = replace(clause, tokens=frozenset(set(clause.tokens) - gone - _comma(doc, gone)))
        rows = [plain]
        for item in items:
            own = _item_tokens(item, clause)
            after = (*clause.before, *runs(doc, head), " ", *runs(doc, own), *runs(doc, tail), *clause.after)
            rows.append(replace(clause, tokens=frozenset(), before=(), after=after))
        return rows
    return []


def _comma(doc: Doc, gone: set[int]) -> set[int]:
    before, after = min(gone) - 1, max(gone) + 1
    marks = {i for i in (before,) if i >= 0 and doc[i].text == ","}
    return marks | ({after} if marks and after < len(doc) and doc[after].text == "," else set())


def _examples_at(start: Token, clause: Clause) -> tuple[Token, list[Token], set[int]] | None:
    """The noun that has examples, the examples, and the tokens from `including` or `such as` on."""
    doc = clause.verb.doc
    if start.lower_ in _EXAMPLES and start.dep_ == "prep" and doc[start.i - 1].text == ",":
        preposition, first = start, start.i
    elif start.lower_ == "as" and start.dep_ == "prep" and start.i and doc[start.i - 1].lower_ == "such":
        preposition, first = start, start.i - 1
    else:
        return None
    noun = preposition.head
    objects = [c for c in preposition.children if c.dep_ == "pobj" and c.i in clause.tokens]
    while noun.dep_ == "conj":
        noun = noun.head
    fits = noun.dep_ in _OBJECTS and noun.head == clause.verb
    fits = fits or (noun.dep_ == "pobj" and _is_of_the_verb(noun.head, clause.verb))
    told = any(
        child.dep_ == "prep" and child.lower_ == "of" for child in noun.children
    )  # "reports of X, including two"
    if told and any(o.pos_ != "PROPN" for o in objects):
        return None
    if not objects or not fits or noun.tag_ not in ("NNS", "NNPS") or noun.i not in clause.tokens:
        return None
    items = [objects[0], *_joined_to(objects[0])]
    gone = ({t.i for t in preposition.subtree} | {first}) & set(clause.tokens)
    if len(items) > MAX_ITEMS or any(i.pos_ not in _NOMINAL for i in items) or (_is_one_name(items) and len(items) > 1):
        return None
    return noun, items, gone


def _is_plural(noun: Token) -> bool:
    """Whether a noun is in the plural, whatever is joined to it."""
    return noun.tag_ in ("NNS", "NNPS")
