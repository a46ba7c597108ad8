"""Who says it: `X said that P`, `"P," X said` and `P, according to X` give the speaker X and the content P."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from verifier.claims.lexicon import FINITE, words
from verifier.claims.rewrite import Edit
from verifier.sayings import SAYING

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

_ACTING = words("deny urge accuse promise vow pledge demand thank praise condemn criticise criticize reject dismiss")
_INDIRECT = words("if whether how what why when where who which whose")
_FIRST_PERSON = words("i we my our me us mine ours myself ourselves")
_NOBODY = words("nobody none no neither few hardly never little")
_QUOTE_MARKS = frozenset('"“”«»')
_EDGE = frozenset(",.:;—–-?!") | _QUOTE_MARKS
MAX_SPEAKER_WORDS = 25


@dataclass(frozen=True, slots=True)
class Attribution:
    """The speaker's words in the sentence, and the stretch of it that holds what was said.

    `speaker` is None where nobody is named; `content` is then the whole sentence. `edits` take an attribution out of
    the middle of the content. Where `separated` is False the content means nothing without its speaker. `verb` is the
    verb of saying; None for `according to`.
    """

    speaker: Span | None
    content: Span
    edits: tuple[Edit, ...] = ()
    separated: bool = False
    verb: Token | None = None


def attribute(doc: Doc) -> Attribution:
    """Find the speaker of a parsed sentence; what cannot be told apart safely stays whole."""
    whole = doc[:]
    found = _according_to(doc)
    if found is None:
        verbs = [token for token in doc if _is_saying(token)]
        found = next((made for verb in verbs if (made := _behind(doc, verb) or _before(doc, verb))), None)
    return found or _acting(doc) or Attribution(None, whole)


def _acting(doc: Doc) -> Attribution | None:
    """`X denied that P`, `X thanked Y for "Z"`: words that were said, of which no content can be told apart."""
    root = doc[:].root
    subject = _subject(root)
    if root.lemma_.lower() not in _ACTING or root.tag_ not in ("VBD", "VBZ", "VBP", "VBN") or subject is None:
        return None
    helpers = [c.lemma_.lower() for c in root.children if c.dep_ in ("aux", "auxpass", "neg")]
    told = any(c.dep_ == "ccomp" for c in root.children) or any(t.text in _QUOTE_MARKS for t in doc)
    if not told or any(lemma != "have" for lemma in helpers) or _is_quoted(root):
        return None
    speaker = bare(_without_addition(subject, doc[subject.left_edge.i : subject.right_edge.i + 1]))
    return Attribution(speaker, doc[:], verb=root) if 0 < len(speaker) <= MAX_SPEAKER_WORDS else None


def speakers_of(named: Span) -> list[Span]:
    """Each of those who `X and Y` are; the one name as it is, where it is one."""
    heads = [named.root]
    while joined := [child for child in heads[-1].children if child.dep_ == "conj" and child.i < named.end]:
        heads.append(joined[0])
    if len(heads) < 2 or any(head.pos_ not in ("PROPN", "NOUN") for head in heads):
        return [named]
    return [_own_name(head, named) for head in heads]


def _own_name(head: Token, named: Span) -> Span:
    """One name of several: `Joan Avery` of `the Liberal leader, Joan Avery,`."""
    doc = named.doc
    if name := _name_beside(head):
        return name
    later = [t.i for t in head.subtree if t.i > head.i and (t.dep_ in ("conj", "cc") or t.text == ",")]
    inside = [t.i for t in head.subtree if named.start <= t.i < named.end]
    return bare(doc[min(inside) : min(later, default=max(inside) + 1)])


def _name_beside(noun: Token) -> Span | None:
    """`Ned Price` of `The spokesperson, Ned Price,`."""
    name = next((c for c in noun.children if c.dep_ == "appos" and c.pos_ == "PROPN" and c.i > noun.i), None)
    if name is None or noun.pos_ != "NOUN":
        return None
    return noun.doc[min(t.i for t in name.subtree if t.i <= name.i and not t.is_punct) : name.i + 1]


def is_finite(span: Span) -> bool:
    """Whether a stretch holds a conjugated verb, or a participle with a subject, which is one mistagged."""
    return any(token.tag_ in FINITE or (token.tag_ == "VBN" and _subject(token) is not None) for token in span)


def has_first_person(span: Span) -> bool:
    """Whether a stretch speaks of `I` or `we`, which mean something only beside the speaker."""
    return any(token.lower_ in _FIRST_PERSON and token.tag_.startswith("PRP") for token in span)


def bare(span: Span) -> Span:
    """The stretch without the marks at both ends, but with the quote mark that one inside it needs."""
    doc, start, end = span.doc, span.start, span.end
    while start < end and doc[start].text in _EDGE:
        start += 1
    while end > start and doc[end - 1].text in _EDGE:
        end -= 1
    if sum(token.text in _QUOTE_MARKS for token in doc[start:end]) % 2:
        closing = next((token.i for token in doc[end : span.end] if token.text in _QUOTE_MARKS), None)
        opening = next((token.i for token in doc[span.start : start] if token.text in _QUOTE_MARKS), start)
        return doc[start : closing + 1] if closing is not None else doc[opening:end]
    return doc[start:end]


def _is_saying(token: Token) -> bool:
    """A verb of saying that asserts its content: neither negated nor `could say`, nor inside a quote."""
    if token.lemma_.lower() not in SAYING or token.tag_ not in ("VBD", "VBZ", "VBP", "VBN") or _is_quoted(token):
        return False
    aux = [child.lemma_.lower() for child in token.children if child.dep_ in ("aux", "auxpass", "neg")]
    subject = _subject(token)
    if subject is None or subject.tag_.startswith("W") or _is_nobody(subject):
        return False
    return all(lemma == "have" for lemma in aux)


def _is_nobody(subject: Token) -> bool:
    """`Nobody said that P`, `No official has claimed that P`, `Few experts said that P`: P is not claimed."""
    return subject.lower_ in _NOBODY or any(child.lower_ in _NOBODY for child in subject.children)


def _subject(verb: Token) -> Token | None:
    return next((child for child in verb.children if child.dep_ == "nsubj"), None)


def _is_quoted(token: Token) -> bool:
    before = token.doc.text[: token.idx]
    return before.count('"') % 2 == 1 or before.count("“") > before.count("”")


def _behind(doc: Doc, verb: Token) -> Attribution | None:
    """`P, X said in Y.` and `P, said X.`: everything before the comma or the closing quote is content."""
    subject = _subject(verb)
    told = () if verb.lemma_ in ("tell", "inform") else ("dobj",)  # "the judge told Preuss"
    if subject is None or any(c.i > verb.i and c.dep_ in ("ccomp", "attr", *told) for c in verb.children):
        return None
    start = min(verb.i, subject.left_edge.i)
    reports = verb.dep_ == "parataxis" or any(child.dep_ == "ccomp" for child in verb.children)
    content, tail = doc[:start], doc[max(verb.i, subject.right_edge.i) + 1 :]
    if start == 0 or doc[start - 1].text not in _EDGE or not (reports or doc[start - 1].text in _QUOTE_MARKS):
        return None
    return _made(verb, subject, bare(content), lost=tail)


def _before(doc: Doc, verb: Token) -> Attribution | None:
    """`X said in Y that P.`: the content runs from the clause's first word to the end of the sentence."""
    subject = _subject(verb)
    clause = next((child for child in verb.children if child.dep_ == "ccomp" and child.i > verb.i), None)
    if (
        verb.dep_ != "ROOT"
        or subject is None
        or subject.i > verb.i
        or clause is None
        or not is_finite(doc[verb.i + 1 :])
    ):
        return None
    if is_finite(doc[: subject.left_edge.i]) or len(bare(doc[clause.right_edge.i + 1 :])) > 0:
        return None
    start = max(verb.i + 1, clause.left_edge.i)
    that = next((token.i for token in doc[start : start + 4] if token.lower_ == "that"), start)
    if all(token.is_punct or token.pos_ == "ADV" for token in doc[start:that]):  # "warned, however, that"
        start = that
    if is_finite(doc[verb.i + 1 : start]) or doc[start].lower_ in _INDIRECT or _may_turn_back(clause):
        return None
    joins = doc[start].lower_ == "that" and (doc[start].dep_ == "mark" or start > verb.i + 1)
    content = doc[start + 1 :] if joins else doc[start:]
    return _made(verb, subject, bare(content), lost=doc[verb.i + 1 : start])


def _may_turn_back(clause: Token) -> bool:
    """`X said that P but declined`: what follows `but` may be X's deed, not part of what X said."""
    turns = any(child.lower_ == "but" for child in clause.children)
    return turns and any(child.dep_ == "conj" and _subject(child) is None for child in clause.children)


def _made(verb: Token, subject: Token, content: Span, lost: Span) -> Attribution | None:
    """Separate only where nothing that asserts something is lost and the content stands without its speaker."""
    doc = subject.doc
    named = doc[subject.left_edge.i : subject.right_edge.i + 1]
    speaker = bare(_without_addition(subject, named))
    if not 0 < len(speaker) <= MAX_SPEAKER_WORDS or not len(content):
        return None
    # What a relative clause says about the speaker is not part of what was said.
    asserts = is_finite(speaker) or is_finite(lost) or any(token.dep_ in ("advcl", "conj") for token in lost)
    if asserts or (is_finite(content) and not _has_subject(content)):
        return Attribution(speaker, doc[:], verb=verb)
    return Attribution(speaker, content, separated=is_finite(content) and not has_first_person(content), verb=verb)


def _without_addition(subject: Token, named: Span) -> Span:
    """`Ned Price` of `Ned Price, the spokesperson,` and of `The spokesperson, Ned Price,`."""
    name = _name_beside(subject)
    if name is not None and not any(c.dep_ == "conj" for c in subject.children):
        return name
    added = [
        child.left_edge.i for child in subject.children if child.dep_ in ("appos", "relcl") and child.i > subject.i
    ]
    end = min(added, default=named.end)
    return named.doc[named.start : end - 1] if named.doc[end - 1].text in (",", "(") else named


def _has_subject(content: Span) -> bool:
    return any(token.dep_ in ("nsubj", "nsubjpass", "expl", "csubj", "csubjpass") for token in content)


def _according_to(doc: Doc) -> Attribution | None:
    start = next((t.i for t in doc[:-2] if t.lower_ == "according" and doc[t.i + 1].lower_ == "to"), None)
    if start is None or _is_quoted(doc[start]):
        return None
    source = next((t for t in doc[start + 2 :] if t.dep_ == "pobj" and t.head.i in (start, start + 1)), None)
    if source is None:
        return None
    end = source.right_edge.i + 1
    speaker = bare(doc[start + 2 : end])
    if not 0 < len(speaker) <= MAX_SPEAKER_WORDS or speaker.text.lower().startswith(("plan", "schedule")):
        return None
    return _around(doc, start, end, speaker)


def _around(doc: Doc, start: int, end: int, speaker: Span) -> Attribution | None:
    """What is left of the sentence around its tokens from `start` to `end`, which name the source."""
    before, after = bare(doc[:start]), bare(doc[end:])
    if not len(after) and is_finite(before) and doc[start - 1].text in _EDGE:  # not "sorted according to size"
        return Attribution(speaker, before, separated=True)
    if not len(before) and is_finite(after):
        return Attribution(speaker, after, separated=True)
    if len(before) and len(after) and doc[start - 1].text == "," and end < len(doc) and doc[end].text == ",":
        cut = Edit(doc[start - 1].idx, doc[end].idx + 1, "", "the source is named apart")
        return Attribution(speaker, bare(doc[:]), (cut,), separated=True)
    return None
