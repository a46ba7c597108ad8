"""Rules for what can be checked against documents: facts can; questions, opinions and predictions cannot."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from verifier.claims.attribution import is_finite
from verifier.claims.decompose.verbs import is_negated
from verifier.claims.lexicon import FINITE, words

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

MIN_WORDS_OF_A_SENTENCE = 9  # from here on a missing verb is more often the tagger's slip than a fragment
_FUTURE = words("will wo 'll ’ll shall")
_UNCERTAIN_FUTURE = words("could might")
_NORMATIVE = words("should must ought")
_PLANNED = words("set expected due scheduled going likely poised bound slated projected forecast")
_INTENDING = words("plan intend hope aim expect")
_ATTITUDES = words(
    "think believe feel hope want love hate guess suppose wish doubt prefer urge condemn reaffirm welcome thank"
    " support oppose trust fear agree disagree like regret apologise apologize congratulate need call deserve"
)
_PROMISES = words("promise pledge vow commit guarantee swear")
_EVALUATIVE = words(
    "beautiful ugly terrible wonderful awful great horrible amazing shameful disgraceful absurd ridiculous stupid"
    " brilliant fantastic good bad better best worse worst unfair wrong right sad happy proud glad sorry nice"
    " lovely boring exciting disappointing outrageous scandalous delicious charming magnificent disgrace shame"
    " scandal mistake tragedy joke pity nonsense masterpiece delight insult important crucial vital essential"
    " unacceptable interesting obvious clear grateful confident hopeful optimistic pessimistic worrying inspiring"
    " impressive special fair first-class world-class remarkable outstanding talented unhappy furious"
)
_SENTENCE_MOODS = words("unfortunately sadly hopefully frankly honestly personally thankfully luckily arguably")
_GREETING = re.compile(
    r"(?:hello|hi|dear|thanks|thank you|welcome|good (?:morning|evening|afternoon)|congratulations)\b", re.I
)
_ADVICE = re.compile(
    r"(?:for (?:more|additional|further|the most)\b|to (?:learn|read|find out) more\b).*\b(?:you|I)\b", re.I
)
_OPEN = re.compile(
    r"it(?: is|['’]s) (?:difficult|hard|impossible|too early) to (?:say|tell|know|predict|determine)\b", re.I
)
_HERE = re.compile(r"(?:sure, )?here (?:are|is)\b", re.I)
_LIGHT = words("be have do get go say make take happen seem become come continue change end start begin")
_UNMARKED_PASTS = words("cut hit put set shut cost hurt let quit spread bet burst split cast beat read")
_WH = words("WP WRB WDT WP$")


def why_not_checkable(doc: Doc) -> str:
    """The reason in a word or two why a statement is not checked, empty where it is.

    :param doc: the statement without speaker, read as a sentence of its own.
    """
    root, content = doc[:].root, doc[:]
    for rule in (_shape, _future, _stance):
        if reason := rule(root, content):
            return reason
    unsaid = _OPEN.match(doc.text) or _HERE.match(doc.text)
    return "vague" if unsaid or _is_vague(root, content) else ""


def is_whole_sentence(doc: Doc) -> bool:
    """Whether a text, read on its own, is a full sentence that says something: a finite verb with a subject."""
    root = doc[:].root
    finite = any(token.tag_ in FINITE for token in [root, *root.children])
    subject = any(child.dep_ in ("nsubj", "nsubjpass", "expl", "csubj") and child.i < root.i for child in root.children)
    told = [c for c in root.children if not c.is_punct and c.dep_ not in ("nsubj", "nsubjpass", "expl", "cc", "mark")]
    return finite and subject and (root.lemma_ != "be" or bool(told))


def is_specific(doc: Doc) -> bool:
    """Whether a text names somebody or something, or gives a number or date."""
    return any(token.pos_ in ("PROPN", "NUM") or token.like_num or token.ent_type_ for token in doc)


def _shape(root: Token, content: Span) -> str:
    text = content.text.rstrip("\"”’') ")
    if text.endswith("?") or content.doc.text.rstrip("\"”’') ").endswith("?"):
        return "question"
    if _is_command(root, content):
        return "command"
    finite = is_finite(content) or _may_be_finite(content)
    return "" if finite and not _is_subordinate(content) else "fragment"


def _may_be_finite(content: Span) -> bool:
    """A verb that the tagger takes for a noun: `The bank cut rates`, or anything in capitals."""
    if content.text.isupper() and len(content) > 4:
        return True
    if not content.doc.text.endswith("."):
        return False
    participle = any(token.tag_ in ("VBG", "VBN") for token in content)  # a long fragment has one as a rule
    is_long = len(content) >= MIN_WORDS_OF_A_SENTENCE and not participle
    return is_long or any(token.lower_ in _UNMARKED_PASTS for token in content[2:])


def _is_command(root: Token, content: Span) -> bool:
    if _GREETING.match(content.text):
        return True
    first = next((token for token in content if token.is_alpha), None)
    polite = first is not None and first.lower_ in ("please", "let", "do", "don't", "never") and root.tag_ == "VB"
    bare_verb = root.tag_ == "VB" and not any(
        child.dep_ in ("nsubj", "nsubjpass", "aux", "expl") for child in root.children
    )
    leads = first is not None and (first == root or (first.head == root and first.dep_ in ("advmod", "neg", "intj")))
    return polite or (bare_verb and leads)


def _is_subordinate(content: Span) -> bool:
    """`Which is why he left.`: a clause cut loose from its sentence."""
    return (content[0].tag_ in _WH and content[0].lower_ in ("which", "who", "whose", "whom")) or (
        content[0].lower_ in ("because", "although", "unless") and "," not in content.text
    )


def _future(root: Token, content: Span) -> str:
    verb = _news_verb(root)
    aux = {child.lower_ for child in verb.children if child.dep_ in ("aux", "auxpass")}
    first_person = _subject(verb) in ("i", "we")
    if aux & _FUTURE or verb.lower_ in _FUTURE:
        return "promise" if first_person else "prediction"
    bare = verb.tag_ == "VB" or any(child.tag_ == "VB" for child in verb.children if child.dep_ == "auxpass")
    reported = "would" in aux and bare and not _has_have(verb)
    states = verb.lemma_ == "be" and any(child.dep_ in ("attr", "acomp", "prep") for child in verb.children)
    uncertain = bool(aux & _UNCERTAIN_FUTURE) and not _has_have(verb) and not is_negated(verb) and not states
    return "prediction" if reported or uncertain or _is_planned(verb) else ""


def _news_verb(root: Token) -> Token:
    """`The call comes as X is set to visit` tells of the visit, not of the coming."""
    if root.lemma_ == "come":
        clause = next(
            (c for c in root.children if c.dep_ == "advcl" and any(g.lower_ == "as" for g in c.children)), None
        )
        return clause if clause is not None else root
    return root


def _is_planned(verb: Token) -> bool:
    present = verb.tag_ in ("VBZ", "VBP") or any(
        child.tag_ in ("VBZ", "VBP") for child in verb.children if "aux" in child.dep_
    )
    if not present:
        return False
    ahead = [verb, *(child for child in verb.children if child.dep_ in ("acomp", "oprd"))]
    infinitive = any(
        child.dep_ in ("xcomp", "ccomp") and child.tag_ == "VB" for word in ahead for child in word.children
    )
    return infinitive and (any(w.lower_ in _PLANNED for w in ahead) or verb.lemma_ in _INTENDING)


def _stance(root: Token, content: Span) -> str:
    if _ADVICE.match(content.text):
        return "advice"
    norms = {child.lower_ for child in root.children if child.dep_ in ("aux", "auxpass")} & _NORMATIVE
    if norms and not (norms == {"must"} and any(token.like_num for token in content)):  # a rule with a figure is a fact
        return "opinion"
    if root.lemma_ == "deserve":
        return "opinion"
    if _subject(root) in ("i", "we"):
        if root.lemma_ in _PROMISES:
            return "promise"
        if root.lemma_ in _ATTITUDES:
            return "opinion"
    judged = [child for child in root.children if child.dep_ in ("acomp", "attr")]
    evaluates = root.lemma_ in ("be", "seem", "look", "feel") and any(_is_judgement(word) for word in judged)
    return "opinion" if evaluates or any(token.lower_ in _SENTENCE_MOODS for token in content) else ""


def _is_judgement(word: Token) -> bool:
    if word.ent_type_:
        return False
    ranked = any(child.tag_ in ("CD", "JJS") and child.lower_ not in _EVALUATIVE for child in word.children)
    described = any(child.lower_ in _EVALUATIVE and child.dep_ == "amod" for child in word.children)
    return (
        not ranked
        and (word.lower_ in _EVALUATIVE or described)
        and not any(c.dep_ == "prep" and c.lower_ == "for" for c in word.children)
    )


def _subject(verb: Token) -> str:
    return next((child.lower_ for child in verb.children if child.dep_ in ("nsubj", "nsubjpass")), "")


def _has_have(verb: Token) -> bool:
    return any(child.lower_ in ("have", "'ve", "’ve") for child in verb.children if child.dep_ == "aux")


def _is_vague(root: Token, content: Span) -> bool:
    """Too little said to look it up: no name, no number, and fewer than two words that carry meaning."""
    if is_specific(content.doc):
        return False
    telling = [t for t in content if t.pos_ in ("NOUN", "ADJ", "VERB") and t.lemma_ not in _LIGHT]
    return len(telling) < 2
