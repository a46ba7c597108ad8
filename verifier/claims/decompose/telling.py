"""Which clauses of a sentence it asserts by themselves: nothing from under a condition, a denial or a question."""

from __future__ import annotations

from typing import TYPE_CHECKING

from verifier.claims.decompose.statement import (
    CONDITIONS,
    NEGATIVE,
    POINTING,
    TAKING_A_CLAUSE,
    is_plural,
    subject_of,
)
from verifier.claims.decompose.verbs import has_modal, is_negated
from verifier.claims.lexicon import FINITE, words

if TYPE_CHECKING:
    from spacy.tokens import Span as Stretch
    from spacy.tokens import Token
_KINDS = words("conj relcl appos acl advcl ccomp parataxis amod nummod npadvmod")
_VERBS = words("VBD VBZ VBP VBN VB VBG")


_OPENING_MARKS = frozenset(",(—–-:;")
_ASSERTED = words("because although though whereas")
_WHILE = words("while as since")


# Participles that are prepositions or idioms, and such as say how a statement is meant.
_NO_CLAUSE = words(
    "follow include accord depend regard concern consider speak be range start begin compare relate owe assume give"
    " cite quote say add tell ask call refer note argue warn claim mean pend bar except exclude involve have judge"
    " strictly generally lead"
    # The whole event did these, not its subject: "The bridge fell, killing 11".
    " kill injure wound destroy damage trigger spark prompt force leave send bring cause"
)
_PLACES = words("GPE LOC FAC")
_ARTICLES = words("a an")


_OF_EVENTS = words(
    "mean make cause prompt lead allow help enable result force raise leave bring show suggest push boost add surprise"
    " anger shock upset please delight worry alarm outrage dismay annoy embarrass disappoint spark trigger fuel provoke"
    " ignite mark signal reflect follow come happen take require reduce increase improve worsen affect hurt cost draw"
)
_VIEWS = words("see view regard consider describe welcome condemn criticize criticise expect believe think call")


def comes_apart(token: Token, core: Stretch, inside: frozenset[int]) -> bool:
    """Whether a token heads a clause that its sentence asserts."""
    if token.dep_ not in _KINDS or token.head.i not in inside or not _is_asserted(token, core.root):
        return False
    kind = token.dep_
    if kind in ("relcl", "appos", "acl") and (_is_cleft(core.root) or _is_excluded(token)):
        return False
    if kind == "conj":
        first = token.head
        while first.dep_ == "conj":
            first = first.head
        asserted = first == core.root or (first.i in inside and comes_apart(first, core, inside))
        return token.tag_ in _VERBS and asserted and _is_joined_verb(token)
    if kind == "relcl":
        return _is_told_relative(token, core)
    if is_age(token):
        return True
    if kind == "appos":
        return _is_told_appositive(token, core)
    if kind == "acl":
        return token.tag_ == "VBN" and is_set_apart(token) and token.head.pos_ in ("PROPN", "NOUN")
    if kind == "advcl" and token.pos_ != "ADJ":
        return _is_told_adverbial(token, core)
    if token.pos_ == "ADJ" and kind in ("amod", "advcl", "acl"):
        return _is_told_adjective(token, core)
    if kind in ("ccomp", "parataxis"):
        return _is_neighbour(token, core)
    return False


def _is_asserted(token: Token, root: Token) -> bool:
    """False under a condition, a denial, an attitude or a question."""
    for above in token.ancestors:
        if above == root:
            break
        if above.dep_ in ("ccomp", "xcomp", "csubj") and token.dep_ in ("conj", "advcl", "ccomp", "parataxis"):
            return False
        marks = {child.lower_ for child in above.children if child.dep_ in ("mark", "advmod")}
        if above.dep_ == "advcl" and marks & CONDITIONS:
            return False
    marks = {child.lower_ for child in token.children if child.dep_ in ("mark", "advmod")}
    return not marks & CONDITIONS and not (token.dep_ == "advcl" and marks & _WHILE and not _is_contrast(token))


def _is_contrast(clause: Token) -> bool:
    """`While A is big, B is small`: both are asserted; `as` and `since` may tell a time."""
    mark = next((c.lower_ for c in clause.children if c.dep_ == "mark"), "")
    apart = is_set_apart(clause) or clause.left_edge.i == 0
    return mark == "while" and apart and _is_finite(clause) and subject_of(clause) is not None


def _is_cleft(root: Token) -> bool:
    """`It was X, not Y, who sold the port`: the clause belongs to `it was`."""
    subject = subject_of(root)
    return root.lemma_ == "be" and subject is not None and subject.lower_ == "it"


def _is_excluded(token: Token) -> bool:
    """`, not Y,`."""
    edge = token.left_edge.i
    return "not" in (token.doc[edge].lower_, token.doc[edge - 1].lower_ if edge else "")


def is_set_apart(token: Token) -> bool:
    """Whether a comma, a dash or a bracket stands before what hangs on a token."""
    edge = token.left_edge.i
    return edge > 0 and token.doc[edge - 1].text in _OPENING_MARKS


def _is_joined_verb(token: Token) -> bool:
    """A verb joined to another by `and` or `but`, which both say something."""
    first = token.head
    if "not only" in token.doc.text.lower():
        return False
    if first.tag_ not in _VERBS or any(
        c.lower_ in ("or", "nor", "than", "not") for c in first.children if c.dep_ == "cc"
    ):
        return False
    if subject_of(token) is not None:
        return any(t.tag_ in FINITE for t in [token, *token.children])
    before = token.doc[token.left_edge.i - 1]
    if before.pos_ not in ("CCONJ", "PUNCT", "ADV"):
        return False  # "one son and Ana Lopes has none": its subject hangs elsewhere
    between = token.doc[first.i + 1 : token.left_edge.i]
    if not any(t.pos_ not in ("CCONJ", "PUNCT", "ADV") for t in between):
        return False  # "built and opened the museum": the object belongs to both
    own_helper = any(c.dep_ in ("aux", "auxpass") for c in token.children)
    return not (is_negated(first) and not own_helper and token.tag_ not in ("VBD", "VBZ", "VBP"))


def relative_pronoun(clause: Token) -> Token | None:
    """The `who` or `which` of a relative clause."""
    return next((t for t in clause.subtree if t.tag_ in ("WDT", "WP", "WP$", "WRB")), None)


def _is_told_relative(token: Token, core: Stretch) -> bool:
    pronoun, noun = relative_pronoun(token), token.head
    if pronoun is None or pronoun != token.left_edge or noun.lower_ in ("one", "those", "anyone", "all"):
        return False
    if is_set_apart(token):
        return not _may_mean_the_clause(token, pronoun, core)
    if noun.pos_ == "PROPN" and pronoun.lower_ in ("who", "which"):
        return True
    return describes_the_subject(token, core.root) and pronoun.dep_ in ("nsubj", "nsubjpass")


def _may_mean_the_clause(token: Token, pronoun: Token, core: Stretch) -> bool:
    """`Prices rose 3 percent, which led to protests`: the percent did not. Inside a clause it means the noun."""
    noun = token.head
    if pronoun.lower_ != "which":
        return noun.pos_ == "VERB"
    apart = noun.i + 2 < pronoun.i and noun.right_edge.i < pronoun.i
    if noun.pos_ not in ("NOUN", "PROPN") or apart or (token.tag_ == "VBZ" and is_plural(noun)):
        return True
    if token.right_edge.i + 2 < core.end:
        return False
    helpers = {child.lower_ for child in token.children if child.dep_ in ("aux", "auxpass")}
    passive = any(child.dep_ == "auxpass" for child in token.children) and token.lemma_ not in _VIEWS
    states = token.lemma_ == "be" or (token.lemma_ == "have" and not helpers)
    agrees = is_plural(noun) and (token.tag_ == "VBP" or helpers & {"are", "have", "do"})
    names = noun.pos_ == "PROPN" and token.lemma_ not in _OF_EVENTS
    return not (passive or states or agrees or names)


def describes_the_subject(token: Token, root: Token) -> bool:
    """`S is a company that makes X`: what holds of the company holds of S."""
    noun = token.head
    while noun.dep_ == "conj":
        noun = noun.head
    first = next((c.lower_ for c in noun.children if c.dep_ == "det"), "")
    subject = subject_of(root)
    named = subject is not None and subject.dep_ == "nsubj" and subject.lower_ not in NEGATIVE | {"it", "there"}
    return noun.dep_ == "attr" and noun.head == root and first in _ARTICLES and named and not is_negated(root)


def _is_told_appositive(token: Token, core: Stretch) -> bool:
    noun = token.head
    edge, end = token.left_edge.i, token.right_edge.i + 1
    if edge <= noun.i or core.doc[edge - 1].text not in ",–—" or noun.dep_ in ("appos", "conj", "attr"):
        return False
    closed = end >= core.end or core.doc[end].is_punct
    listed = any(c.dep_ == "conj" for c in (*noun.children, *token.children))
    if not closed or token.pos_ not in ("NOUN", "PROPN") or listed:
        return False
    if noun.ent_type_ in _PLACES and token.ent_type_ in _PLACES:
        return False
    described = any(c.dep_ in ("det", "poss") and c.lower_ not in POINTING for c in token.children)
    if noun.pos_ == "PROPN":
        telling = any(c.dep_ not in ("det", "punct") for c in token.children)
        definite = any(c.lower_ == "the" for c in token.children)
        return described and token.pos_ == "NOUN" and (telling or not definite)
    owned = any(c.dep_ in ("poss",) or c.lower_ == "the" for c in noun.children)
    return token.pos_ == "PROPN" and owned and noun.tag_ == "NN" and not described


def _is_told_adverbial(token: Token, core: Stretch) -> bool:
    main, subject = token.head, subject_of(token.head)
    marks = {c.lower_ for c in token.children if c.dep_ == "mark"}
    if marks:
        return bool(marks & _ASSERTED or _is_contrast(token)) and subject_of(token) is not None and _is_finite(token)
    if subject is None or subject.dep_ == "expl" or subject_of(token) is not None or main != core.root:
        return False
    if is_negated(main) or has_modal(main) or token.lemma_ in _NO_CLAUSE or is_limited(subject):
        return False
    leads = token.i < main.i and token.left_edge.i == core.start
    apart = is_set_apart(token) or (leads and core.doc[token.right_edge.i + 1].text == ",")
    plain = not any(c.dep_ in ("aux", "auxpass", "prep") and c.i < token.i for c in token.children)
    return apart and plain and token.tag_ in ("VBG", "VBN")


def _is_told_adjective(token: Token, core: Stretch) -> bool:
    """`It is a bird, capable of diving fast`."""
    described = any(c.dep_ in ("prep", "xcomp") and c.i > token.i for c in token.children)
    closes = token.right_edge.i + 2 >= core.end
    return (
        token.i > token.head.i
        and is_set_apart(token)
        and described
        and closes
        and described_by(token, core) is not None
    )


def described_by(token: Token, core: Stretch) -> Token | None:
    """Whom an adjective behind a comma is about: the subject, if it hangs on the verb or on what the subject is."""
    subject = subject_of(core.root)
    about = token.head == core.root or (token.head.head == core.root and token.head.dep_ == "attr")
    return subject if about and subject is not None and subject.dep_ == "nsubj" and not is_negated(core.root) else None


def _is_finite(verb: Token) -> bool:
    return any(t.tag_ in FINITE for t in [verb, *verb.children])


def _is_neighbour(token: Token, core: Stretch) -> bool:
    """`A is B, so C can D` and `A did B; C did D`, whose first half the parser may hang under the second."""
    if token.head != core.root or subject_of(token) is None or not _is_finite(token):
        return False
    if token.head.lemma_ in TAKING_A_CLAUSE or any(c.dep_ == "mark" for c in token.children):
        return False
    if token.i < token.head.i:
        after = core.doc[token.right_edge.i + 1 : token.right_edge.i + 2].text
        return after in (",", ";", ":", "–", "—") and subject_of(token.head) is not None
    return core.doc[token.left_edge.i - 1].text in (";", "–", "—") or token.dep_ == "parataxis"


def is_limited(subject: Token) -> bool:
    """`No one came and left` says neither that no one came nor that no one left; so do `few` and `only`."""
    return subject.lower_ in NEGATIVE or any(child.lower_ in NEGATIVE for child in subject.children)


def is_age(token: Token) -> bool:
    """`Ana Lopes, 34,`."""
    doc, noun = token.doc, token.head
    bare = token.left_edge == token.right_edge and token.dep_ in ("appos", "nummod", "npadvmod")
    framed = bare and 0 < token.i < len(doc) - 1 and doc[token.i - 1].text == doc[token.i + 1].text == ","
    return framed and token.text.isdecimal() and 0 < int(token.text) < 120 and noun.pos_ == "PROPN" and noun.i < token.i
