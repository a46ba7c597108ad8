"""Clauses that stand on their own: coordinated, relative, appositive, participle and adverbial ones.

Read off the dependency parse, as ClausIE does (Del Corro & Gemulla 2013); each gets the subject that it shares with
its sentence. Only what the sentence asserts is taken out: nothing from under a condition, a denial or a question.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from verifier.claims.decompose.statement import (
    CONDITIONS,
    NEGATIVE,
    POINTING,
    TAKING_A_CLAUSE,
    chars,
    quoted_tokens,
    runs,
    subject_of,
    subtree,
)
from verifier.claims.decompose.telling import (
    comes_apart,
    described_by,
    describes_the_subject,
    is_age,
    is_limited,
    is_set_apart,
    relative_pronoun,
)
from verifier.claims.decompose.verbs import copula, finite, inflect, is_negated, is_past
from verifier.claims.lexicon import FINITE, words
from verifier.claims.rewrite import Edit, Parts

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token
    from spacy.tokens import Span as Stretch

_AMOUNTS = words("MONEY QUANTITY PERCENT CARDINAL")


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
        if not any(c.dep_ in ("conj", "appos") for c in noun.children):  # "Hale, then 60, ..."
            end = min((t.i for t in noun.subtree if t.i > noun.i and t.text == ","), default=end) if clauses else end
        return runs(self.core.doc, _trimmed(self.core.doc, {i for i in tokens if i < end}))


def clauses_of(core: Stretch) -> list[Clause]:
    """The clauses of a stretch, the main one first, then the others as they stand; the whole where none comes apart."""
    root = core.root
    inside = frozenset(token.i for token in core)
    splitter = _Splitter(core, inside)
    free = inside - quoted_tokens(core)
    found = [token for token in core if token != root and token.i in free and comes_apart(token, core, inside)]
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
    if token.dep_ != "relcl" or is_set_apart(token):
        return False
    telling = [c for c in token.head.children if c.dep_ in ("amod", "compound", "prep", "nummod") and c.i < token.i]
    return not telling


def _made(token: Token, splitter: _Splitter) -> Clause | None:
    """The clause under a token, with a subject; None where it cannot be worded."""
    kind = token.dep_
    tokens = splitter.own(token, splitter.taken[token.i])
    if kind == "conj":
        return _joined(token, tokens, splitter)
    if kind == "relcl":
        return _relative(token, tokens, splitter)
    if is_age(token):
        return _aged(token, splitter)
    if kind == "appos":
        return _appositive(token, tokens, splitter)
    if kind == "acl":
        return _described(token, tokens, splitter, token.head)
    if token.pos_ == "ADJ" and kind in ("amod", "advcl", "acl"):
        subject = described_by(token, splitter.core)
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
    if subject is None or helpers is None or is_limited(subject[0]):
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


def _helpers(token: Token, first: Token) -> Parts | None:
    """The auxiliaries of the first verb that the second one needs; None where it has none of its own and none fit."""
    own = [c for c in token.children if c.dep_ in ("aux", "auxpass") and c.i < token.i]
    had = [c for c in first.children if c.dep_ == "aux" and c.lemma_ == "have"]
    if had and not own and token.tag_ == "VBD" and inflect(token.lemma_, "VBN") == token.lower_:
        return (" ", chars(token.doc[had[0].i : had[0].i + 1]))  # "had led expeditions and published"
    if token.tag_ in FINITE or (own and own[0].tag_ in FINITE):
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
            if marks & CONDITIONS:
                return subtree(clause, splitter.inside) | {clause.right_edge.i + 1}
    return set()


def _relative(token: Token, tokens: frozenset[int], splitter: _Splitter) -> Clause | None:
    doc, noun, pronoun = splitter.core.doc, token.head, relative_pronoun(token)
    if pronoun is None:
        return None
    counted = noun.ent_type_ in _AMOUNTS or any(child.dep_ == "nummod" for child in noun.children)
    if noun.dep_ == "pobj" and noun.head.lower_ == "of" and counted:
        noun = noun.head.head  # "cuts of 11 billion crowns, which ...": the cuts
    subject = noun
    if not is_set_apart(token) and describes_the_subject(token, splitter.core.root):
        subject = subject_of(splitter.core.root) or noun
    if subject.lower_ in POINTING or any(c.lower_ in POINTING for c in subject.children):
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
    past = verb is not None and is_past(verb) and verb.lemma_ not in TAKING_A_CLAUSE
    past = past and not any(c.lower_ in ("current", "present") for w in (token, token.head) for c in w.children)
    link = f" {copula(token.head, past)} "
    rest = frozenset(_trimmed(splitter.core.doc, tokens))
    return Clause(token, rest, token.head, (*splitter.phrase(token.head), link))


def _aged(token: Token, splitter: _Splitter) -> Clause:
    link = f" {copula(token.head, is_past(splitter.core.root))} "
    before = (*splitter.phrase(token.head), link)
    return Clause(token, frozenset((token.i,)), token.head, before, (" years old",))


def _described(token: Token, tokens: frozenset[int], splitter: _Splitter, subject: Token) -> Clause | None:
    """`X, known as Y, ...` -> `X is known as Y`."""
    if subject.tag_ not in ("NN", "NNS", "NNP", "NNPS") or subject.lower_ in NEGATIVE:
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
