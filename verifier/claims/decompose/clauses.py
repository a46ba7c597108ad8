"""Clauses that stand on their own: coordinated, relative, appositive, participle and adverbial ones.

Read off the dependency parse, as ClausIE does (Del Corro & Gemulla 2013); each gets the subject that it shares with
its sentence. Only what the sentence asserts is taken out: nothing from under a condition, a denial or a question.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from verifier.claims.decompose.statement import chars, is_plural, quoted_tokens, runs, subject_of, subtree
from verifier.claims.decompose.verbs import copula, finite, has_modal, is_negated, is_past
from verifier.claims.lexicon import words
from verifier.claims.rewrite import Edit, Parts

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token
    from spacy.tokens import Span as Stretch

_FINITE = words("VBD VBZ VBP MD")
_KINDS = words("conj relcl appos acl advcl ccomp parataxis amod nummod npadvmod")
_VERBS = words("VBD VBZ VBP VBN VB VBG")
_OPENING_MARKS = frozenset(",(—–-:;")
_CONDITIONS = words("if unless whether when whenever once until till before after provided lest")
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
_NEGATIVE = words("no none neither few little nobody nothing only not hardly never")
_POINTING = words("this that these those such")
_PLACES = words("GPE LOC FAC")
_AMOUNTS = words("MONEY QUANTITY PERCENT CARDINAL")
_ARTICLES = words("a an")
_TAKING_A_CLAUSE = words(
    "say think believe claim know hope fear argue suggest tell report expect feel hold add warn deny doubt"
)
_OF_EVENTS = words(
    "mean make cause prompt lead allow help enable result force raise leave bring show suggest push boost add surprise"
    " anger shock upset please delight worry alarm outrage dismay annoy embarrass disappoint spark trigger fuel provoke"
    " ignite mark signal reflect follow come happen take require reduce increase improve worsen affect hurt cost draw"
)
_VIEWS = words("see view regard consider describe welcome condemn criticize criticise expect believe think call")


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause by its tokens, with the subject and auxiliaries that it takes over from its sentence."""

    verb: Token
    tokens: frozenset[int]
    subject: Token | None  # the head of the subject, wherever it stands
    before: Parts = ()  # opening, subject and auxiliaries, where they are taken over
    after: Parts = ()
    edits: tuple[Edit, ...] = ()

    def parts(self) -> Parts:
        """The clause in words."""
        return (*self.before, *runs(self.verb.doc, self.tokens), *self.after)


@dataclass(slots=True)
class _Splitter:
    """The clauses of one core; `taken` grows as modifiers are found."""

    core: Stretch
    inside: frozenset[int]
    taken: dict[int, set[int]] = field(default_factory=dict)  # head of a clause taken out -> its tokens

    def own(self, head: Token, tokens: set[int]) -> frozenset[int]:
        """`tokens` without the clauses taken out of them, and without the commas that set those apart."""
        left = set(tokens)
        for other, gone in self.taken.items():
            if other != head.i and other in tokens:
                left -= gone | _frame(self.core.doc, gone)
        return frozenset(left)

    def phrase(self, noun: Token) -> Parts:
        """A noun phrase up to the clauses that are taken out of it: what the parser hangs behind those is not sure."""
        tokens = self.own(noun, subtree(noun, self.inside))
        clauses = [c for c in noun.children if c.i in self.taken]
        end = min((min(self.taken[c.i]) for c in clauses), default=self.core.end)
        return runs(self.core.doc, _trimmed(self.core.doc, {i for i in tokens if i < end}))


def clauses_of(core: Stretch) -> list[Clause]:
    """The clauses of a stretch, the main one first, then the others as they stand; the whole where none comes apart."""
    root = core.root
    inside = frozenset(token.i for token in core)
    splitter = _Splitter(core, inside)
    free = inside - quoted_tokens(core)
    found = [token for token in core if token != root and token.i in free and _comes_apart(token, core, inside)]
    for token in found:
        splitter.taken[token.i] = subtree(token, inside) | _lead_of(token)
    made = [(token, _made(token, splitter)) for token in found]
    for token, clause in made:
        if clause is None:
            del splitter.taken[token.i]
    # Made again: what could not be taken out stands in its place after all.
    made = [(token, _made(token, splitter)) for token in found if token.i in splitter.taken]
    main = Clause(root, _main_tokens(splitter, root), subject_of(root))
    return [main, *(clause for _, clause in made if clause is not None)]


def _lead_of(token: Token) -> set[int]:
    """What stands between `and` and a joined clause: `and, as such, it ...`."""
    if token.dep_ != "conj" or subject_of(token) is None:
        return set()
    joint = max((c.i for c in token.head.children if c.dep_ == "cc" and c.i < token.left_edge.i), default=None)
    between = set() if joint is None else set(range(joint + 1, token.left_edge.i))
    return between if len(between) <= 6 else set()


def _main_tokens(splitter: _Splitter, root: Token) -> frozenset[int]:
    tokens = splitter.own(root, set(splitter.inside))
    # `He is a man who ...` says nothing without its clause; so do `the man who ...` and `one of those who ...`.
    for token in splitter.core:
        if token.i in splitter.taken and _is_needed(token):
            tokens |= splitter.taken[token.i]
    return frozenset(_trimmed(splitter.core.doc, tokens))


def _is_needed(token: Token) -> bool:
    if token.dep_ == "appos":
        return token.head.pos_ != "PROPN" and token.pos_ == "PROPN"
    if token.dep_ != "relcl" or _is_set_apart(token):
        return False
    telling = [c for c in token.head.children if c.dep_ in ("amod", "compound", "prep", "nummod") and c.i < token.i]
    return not telling


def _comes_apart(token: Token, core: Stretch, inside: frozenset[int]) -> bool:
    """Whether a token heads a clause that its sentence asserts."""
    if token.dep_ not in _KINDS or token.head.i not in inside or not _is_asserted(token, core.root):
        return False
    kind = token.dep_
    if kind == "conj":
        return token.tag_ in _VERBS and _is_joined_verb(token)
    if kind == "relcl":
        return _is_told_relative(token, core)
    if _is_age(token):
        return True
    if kind == "appos":
        return _is_told_appositive(token, core)
    if kind == "acl":
        return token.tag_ == "VBN" and _is_set_apart(token) and token.head.pos_ in ("PROPN", "NOUN")
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
        if above.dep_ == "advcl" and marks & _CONDITIONS:
            return False
    marks = {child.lower_ for child in token.children if child.dep_ in ("mark", "advmod")}
    return not marks & _CONDITIONS and not (token.dep_ == "advcl" and marks & _WHILE and not _is_contrast(token))


def _is_contrast(clause: Token) -> bool:
    """`While A is big, B is small`: both are asserted; `as` and `since` may tell a time."""
    mark = next((c.lower_ for c in clause.children if c.dep_ == "mark"), "")
    apart = _is_set_apart(clause) or clause.left_edge.i == 0
    return mark == "while" and apart and _is_finite(clause) and subject_of(clause) is not None


def _is_set_apart(token: Token) -> bool:
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
        return any(t.tag_ in _FINITE for t in [token, *token.children])
    between = token.doc[first.i + 1 : token.left_edge.i]
    if not any(t.pos_ not in ("CCONJ", "PUNCT", "ADV") for t in between):
        return False  # "built and opened the museum": the object belongs to both
    own_helper = any(c.dep_ in ("aux", "auxpass") for c in token.children)
    return not (is_negated(first) and not own_helper and token.tag_ not in ("VBD", "VBZ", "VBP"))


def _pronoun(clause: Token) -> Token | None:
    return next((t for t in clause.subtree if t.tag_ in ("WDT", "WP", "WP$", "WRB")), None)


def _is_told_relative(token: Token, core: Stretch) -> bool:
    pronoun, noun = _pronoun(token), token.head
    if pronoun is None or pronoun != token.left_edge or noun.lower_ in ("one", "those", "anyone", "all"):
        return False
    if _is_set_apart(token):
        return not _may_mean_the_clause(token, pronoun, core)
    if noun.pos_ == "PROPN" and pronoun.lower_ in ("who", "which"):
        return True
    return _describes_the_subject(token, core.root) and pronoun.dep_ in ("nsubj", "nsubjpass")


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


def _describes_the_subject(token: Token, root: Token) -> bool:
    """`S is a company that makes X`: what holds of the company holds of S."""
    noun = token.head
    while noun.dep_ == "conj":
        noun = noun.head
    first = next((c.lower_ for c in noun.children if c.dep_ == "det"), "")
    subject = subject_of(root)
    named = subject is not None and subject.dep_ == "nsubj" and subject.lower_ not in _NEGATIVE | {"it", "there"}
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
    described = any(c.dep_ in ("det", "poss") and c.lower_ not in _POINTING for c in token.children)
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
    if is_negated(main) or has_modal(main) or token.lemma_ in _NO_CLAUSE or _is_limited(subject):
        return False
    leads = token.i < main.i and token.left_edge.i == core.start
    apart = _is_set_apart(token) or (leads and core.doc[token.right_edge.i + 1].text == ",")
    plain = not any(c.dep_ in ("aux", "auxpass", "prep") and c.i < token.i for c in token.children)
    return apart and plain and token.tag_ in ("VBG", "VBN")


def _is_told_adjective(token: Token, core: Stretch) -> bool:
    """`It is a bird, capable of diving fast`."""
    described = any(c.dep_ in ("prep", "xcomp") and c.i > token.i for c in token.children)
    closes = token.right_edge.i + 2 >= core.end
    return (
        token.i > token.head.i
        and _is_set_apart(token)
        and described
        and closes
        and _described_by(token, core) is not None
    )


def _described_by(token: Token, core: Stretch) -> Token | None:
    """Whom an adjective behind a comma is about: the subject, if it hangs on the verb or on what the subject is."""
    subject = subject_of(core.root)
    about = token.head == core.root or (token.head.head == core.root and token.head.dep_ == "attr")
    return subject if about and subject is not None and subject.dep_ == "nsubj" and not is_negated(core.root) else None


def _is_finite(verb: Token) -> bool:
    return any(t.tag_ in _FINITE for t in [verb, *verb.children])


def _is_neighbour(token: Token, core: Stretch) -> bool:
    """`A is B, so C can D` and `A did B; C did D`, whose first half the parser may hang under the second."""
    if token.head != core.root or subject_of(token) is None or not _is_finite(token):
        return False
    if token.head.lemma_ in _TAKING_A_CLAUSE or any(c.dep_ == "mark" for c in token.children):
        return False
    if token.i < token.head.i:
        after = core.doc[token.right_edge.i + 1 : token.right_edge.i + 2].text
        return after in (",", ";", ":", "–", "—") and subject_of(token.head) is not None
    return core.doc[token.left_edge.i - 1].text in (";", "–", "—") or token.dep_ == "parataxis"


def _made(token: Token, splitter: _Splitter) -> Clause | None:
    """The clause under a token, with a subject; None where it cannot be worded."""
    kind = token.dep_
    tokens = splitter.own(token, splitter.taken[token.i])
    if kind == "conj":
        return _joined(token, tokens, splitter)
    if kind == "relcl":
        return _relative(token, tokens, splitter)
    if _is_age(token):
        return _aged(token, splitter)
    if kind == "appos":
        return _appositive(token, tokens, splitter)
    if kind == "acl":
        return _described(token, tokens, splitter, token.head)
    if token.pos_ == "ADJ" and kind in ("amod", "advcl", "acl"):
        subject = _described_by(token, splitter.core)
        return None if subject is None else _described(token, tokens, splitter, subject)
    if kind == "advcl" and not any(c.dep_ == "mark" for c in token.children):
        return _participle(token, tokens, splitter)
    marks = {c.i for c in token.children if c.dep_ == "mark"}
    return Clause(token, frozenset(_trimmed(splitter.core.doc, tokens - marks)), subject_of(token))


def _joined(token: Token, tokens: frozenset[int], splitter: _Splitter) -> Clause | None:
    doc, first = splitter.core.doc, token.head
    that = {c.i for c in token.children if c.dep_ == "mark" and c.lower_ == "that"}
    tokens = frozenset(_trimmed(doc, tokens - that))
    if subject_of(token) is not None:
        return Clause(token, tokens, subject_of(token), runs(doc, _condition(first, splitter)))
    while first.dep_ == "conj" and subject_of(first) is None:
        first = first.head
    subject = _subject_parts(first, splitter)
    helpers = _helpers(token, first)
    if subject is None or helpers is None or _is_limited(subject[0]):
        return None
    opening = runs(doc, _opening(first, splitter)) if first == splitter.core.root else ()
    return Clause(token, tokens, subject[0], (*opening, " ", *subject[1], *helpers))


def _subject_parts(verb: Token, splitter: _Splitter) -> tuple[Token, Parts] | None:
    """The subject of a verb in words; of a relative pronoun, what it stands for."""
    subject = subject_of(verb)
    if subject is None or subject.dep_ == "expl":
        return None
    if subject.tag_ in ("WDT", "WP"):
        noun = verb.head if verb.dep_ == "relcl" else None
        return None if noun is None else (noun, splitter.phrase(noun))
    return subject, splitter.phrase(subject)


def _is_limited(subject: Token) -> bool:
    """`No one came and left` says neither that no one came nor that no one left; so do `few` and `only`."""
    return subject.lower_ in _NEGATIVE or any(child.lower_ in _NEGATIVE for child in subject.children)


def _helpers(token: Token, first: Token) -> Parts | None:
    """The auxiliaries of the first verb that the second one needs; None where it has none of its own and none fit."""
    own = [c for c in token.children if c.dep_ in ("aux", "auxpass") and c.i < token.i]
    if token.tag_ in ("VBD", "VBZ", "VBP", "MD") or (own and own[0].tag_ in _FINITE):
        return ()
    shared = [c for c in first.children if c.dep_ in ("aux", "auxpass") and c.i < first.i]
    fits = (token.tag_ == first.tag_ or (token.tag_, first.tag_) == ("VBN", "VBD")) and not is_negated(first)
    if not shared or not fits:
        return None
    return tuple(part for c in shared for part in (" ", chars(c.doc[c.i : c.i + 1])))


def _opening(verb: Token, splitter: _Splitter) -> set[int]:
    """`In 2014,` and the like before the subject."""
    subject = subject_of(verb)
    start = subject.left_edge.i if subject is not None else verb.i
    before = set(range(splitter.core.start, start))
    gone = {i for tokens in splitter.taken.values() for i in tokens | _frame(splitter.core.doc, tokens)}
    doc = splitter.core.doc
    words_ = {i for i in before - gone if doc[i].dep_ not in ("cc", "mark", "neg") or doc[i].head != verb}
    return words_ if any(doc[i].is_alpha or doc[i].like_num for i in words_) else set()


def _condition(verb: Token, splitter: _Splitter) -> set[int]:
    """An opening `If ...,` holds for what follows `and` too."""
    for clause in verb.children:
        if clause.dep_ == "advcl" and clause.i < verb.i and clause.i not in splitter.taken:
            marks = {c.lower_ for c in clause.children if c.dep_ in ("mark", "advmod")}
            if marks & _CONDITIONS:
                return subtree(clause, splitter.inside) | {clause.right_edge.i + 1}
    return set()


def _relative(token: Token, tokens: frozenset[int], splitter: _Splitter) -> Clause | None:
    doc, noun, pronoun = splitter.core.doc, token.head, _pronoun(token)
    if pronoun is None:
        return None
    if noun.dep_ == "pobj" and noun.head.lower_ == "of" and noun.ent_type_ in _AMOUNTS:
        noun = noun.head.head  # "cuts of 11 billion crowns, which ...": the cuts
    subject = noun
    if not _is_set_apart(token) and _describes_the_subject(token, splitter.core.root):
        subject = subject_of(splitter.core.root) or noun
    if subject.lower_ in _POINTING or any(c.lower_ in _POINTING for c in subject.children):
        return None
    name, rest = splitter.phrase(subject), frozenset(_trimmed(doc, tokens - {pronoun.i}))
    if pronoun.dep_ in ("nsubj", "nsubjpass"):
        return Clause(token, rest, subject, (*name, " "))
    if pronoun.tag_ == "WP$":
        return Clause(token, rest, subject_of(token), (*name, "'" if noun.text.endswith("s") else "'s", " "))
    if subject_of(token) is None:
        return None
    lower = _lower_cased(splitter.core, frozenset(t.i for t in subject.subtree))
    if pronoun.dep_ == "dobj":
        return _object_relative(token, rest, name, lower)
    if pronoun.lower_ == "where" and noun.head.dep_ == "prep" and noun.dep_ == "pobj":
        return Clause(token, rest, subject_of(token), (), (f" {noun.head.lower_} ", *name), lower)
    return None


def _object_relative(token: Token, rest: frozenset[int], name: Parts, edits: tuple[Edit, ...]) -> Clause:
    """`, which Russia annexed in 2014` -> `Russia annexed X in 2014`."""
    doc = token.doc
    head, tail = {i for i in rest if i <= token.i}, {i for i in rest if i > token.i}
    words_ = (*runs(doc, head), " ", *name, *runs(doc, tail))
    return Clause(token, frozenset(), subject_of(token), words_, edits=edits)


def _appositive(token: Token, tokens: frozenset[int], splitter: _Splitter) -> Clause | None:
    verb = next((t for t in token.ancestors if t.pos_ in ("VERB", "AUX")), None)
    past = verb is not None and is_past(verb) and verb.lemma_ not in _TAKING_A_CLAUSE
    past = past and not any(c.lower_ in ("current", "present") for w in (token, token.head) for c in w.children)
    link = f" {copula(token.head, past)} "
    rest = frozenset(_trimmed(splitter.core.doc, tokens))
    return Clause(token, rest, token.head, (*splitter.phrase(token.head), link))


def _is_age(token: Token) -> bool:
    """`Ana Lopes, 34,`."""
    doc, noun = token.doc, token.head
    bare = token.left_edge == token.right_edge and token.dep_ in ("appos", "nummod", "npadvmod")
    framed = bare and 0 < token.i < len(doc) - 1 and doc[token.i - 1].text == doc[token.i + 1].text == ","
    return framed and token.text.isdecimal() and 0 < int(token.text) < 120 and noun.pos_ == "PROPN" and noun.i < token.i


def _aged(token: Token, splitter: _Splitter) -> Clause:
    link = f" {copula(token.head, is_past(splitter.core.root))} "
    before = (*splitter.phrase(token.head), link)
    return Clause(token, frozenset((token.i,)), token.head, before, (" years old",))


def _described(token: Token, tokens: frozenset[int], splitter: _Splitter, subject: Token) -> Clause | None:
    """`X, known as Y, ...` -> `X is known as Y`."""
    if subject.tag_ not in ("NN", "NNS", "NNP", "NNPS") or subject.lower_ in _NEGATIVE:
        return None
    past = is_past(splitter.core.root) or token.lemma_ in ("build", "found", "bear", "launch", "publish", "create")
    link = f" {copula(subject, past)} "
    rest = frozenset(_trimmed(splitter.core.doc, tokens))
    return Clause(token, rest, subject, (*splitter.phrase(subject), link), edits=_lower_cased(splitter.core, rest))


def _lower_cased(core: Stretch, tokens: frozenset[int]) -> tuple[Edit, ...]:
    """The first word of the sentence in small letters, now that it stands inside one."""
    first = core[0]
    if first.i not in tokens or first.pos_ == "PROPN" or not first.text.istitle():
        return ()
    return (Edit(first.idx, first.idx + 1, first.text[0].lower(), ""),)


def _participle(token: Token, tokens: frozenset[int], splitter: _Splitter) -> Clause | None:
    """`, making it easy` -> `X makes it easy`; `Founded in 1990, X ...` -> `X was founded in 1990`."""
    main = token.head
    subject = subject_of(main)
    if subject is None or subject.tag_ in ("WDT", "WP"):
        return None
    if token.tag_ == "VBN":
        return _described(token, tokens, splitter, subject)
    form = finite(token, subject, main)
    if form is None or _makes_itself(token):
        return None
    edit = Edit(token.idx, token.idx + len(token), form, "a clause of its own needs a finite verb")
    rest = frozenset(_trimmed(splitter.core.doc, tokens))
    return Clause(token, rest, subject, (*splitter.phrase(subject), " "), edits=(edit,))


def _makes_itself(token: Token) -> bool:
    """`X is light, making it a good option`: `it` is X, so that `X makes it` would say something else."""
    if token.lemma_ not in ("make", "render", "leave", "give"):
        return False
    pronoun = next((t for t in token.subtree if t.lower_ in ("it", "them", "him", "her") and t.i == token.i + 1), None)
    eases = any(t.dep_ in ("xcomp", "advcl", "ccomp") and t.tag_ == "VB" for t in token.subtree)
    return pronoun is not None and not eases


def _frame(doc: Doc, gone: set[int]) -> set[int]:
    """The marks and the `and` around tokens that are taken out."""
    first, last = min(gone), max(gone)
    frame: set[int] = set()
    before = first - 1
    while before >= 0 and (doc[before].dep_ == "cc" or (doc[before].is_punct and doc[before].text in ",;(–—:")):
        frame.add(before)
        before -= 1
    if last + 1 < len(doc) and doc[last + 1].text in ",;)–—" and (frame or first == 0):
        frame.add(last + 1)
    return frame


def _trimmed(doc: Doc, tokens: frozenset[int] | set[int]) -> set[int]:
    """Without commas and `and` at both ends."""
    kept = sorted(tokens)
    while kept and (doc[kept[0]].text in ",;:–—-" or doc[kept[0]].dep_ == "cc"):
        kept.pop(0)
    while kept and (doc[kept[-1]].text in ",;:–—-" or doc[kept[-1]].dep_ == "cc"):
        kept.pop()
    joint = next((i for i in reversed(kept[-5:]) if doc[i].dep_ == "cc"), None)
    tail = kept[kept.index(joint) :] if joint is not None else []
    if tail and all(doc[i].pos_ in ("CCONJ", "ADP", "ADJ", "ADV", "PUNCT") for i in tail):
        return _trimmed(doc, set(kept) - set(tail))  # "..., and as such"
    return set(kept)
