"""Negation: the same statement, affirmed on one side and denied on the other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from verifier.types import Comparison, Relation

# Words that deny or undo; those without "not" count as well, for they make the same statement as it does.
NEGATION = re.compile(
    r"\b(?:not|never|no|without|neither|nor|none|cannot|fail(?:s|ed|ing)?|refus(?:es?|ed|ing|al)|den(?:y|ies|ied|ying)"
    r"|unable|false(?:ly)?|untrue|halt(?:s|ed)?|stopped|reject(?:s|ed)?|lack(?:s|ed)?|denial)\b"
    r"|\b\w+n[\'’]t\b",
    re.IGNORECASE,
)
# "not only", "no later than", "no doubt" deny nothing; a denied number is the number comparison's to tell.
_HARMLESS = re.compile(
    r"\s*(?:(?:only|just|merely|least|less|more|fewer|later|earlier|longer|doubt|wonder|matter)\b"
    r"|(?:(?:about|around|some)\s+)?[$€£]?\d)",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(r"[,.;:()–—]|\b(?:but|although|though|while|because|and|or)\b", re.IGNORECASE)
_STOP = frozenset(
    "the a an of in on at to for by with from as be been being is are was were has have had do does did this that it"  # noqa: SIM905
    " its their any among there".split()
)
_DENIES_A_THING = re.compile(r"(?:without|no|neither|nor)\b", re.IGNORECASE)  # one word behind these is no statement
_PLAINLY = re.compile(r"(?:not|never|cannot|\w+n[\'’]t)\b", re.IGNORECASE)  # denies a statement, whatever stands behind
CLAUSE_CHARS = 300  # a clause is looked at no further
SCOPE_WORDS = 3  # content words behind a cue that are taken to be denied


@dataclass(frozen=True, slots=True)
class Denial:
    """A negation: the words as written, and the content words that it denies."""

    text: str
    denied: tuple[str, ...]


def find_denials(text: str) -> list[Denial]:
    """The negations of a text, each with at most three content words of its clause."""
    found = []
    for cue in NEGATION.finditer(text):
        if not _HARMLESS.match(text, cue.end()):
            clause = _CLAUSE_END.split(text[cue.end() : cue.end() + CLAUSE_CHARS], maxsplit=1)[0]
            found.append(Denial(f"{cue[0]}{clause}".strip(), tuple(_stems(clause)[:SCOPE_WORDS])))
    return found


def _stems(text: str) -> list[str]:
    words = re.findall(r"[a-z]+(?:-[a-z]+)*", text.lower())
    return [w[:5] for w in words if w not in _STOP]


def _is_same(denial: Denial, other: set[str], is_ours: bool) -> bool:
    """Whether the other side speaks of what is denied.

    Behind a plain "not" one word of it is enough in a claim, for a claim is about one thing, and of evidence the first;
    behind a word such as "refused" all have to stand there.
    """
    if not _PLAINLY.match(denial.text):
        return set(denial.denied) <= other
    return not other.isdisjoint(denial.denied) if is_ours else denial.denied[:1] != () and denial.denied[0] in other


def compare_polarity(claim: str, evidence: str) -> Iterator[Comparison]:
    """A DIFFERS where one side denies what the other states.

    The denied words have to stand on the other side, as far as `_is_same` asks for. Where both sides deny something the
    model has to judge.
    """
    ours, theirs = find_denials(claim), find_denials(evidence)
    if bool(ours) == bool(theirs):
        return
    for denial in ours or theirs:
        own, other = (_stems(x) for x in ((claim, evidence) if ours else (evidence, claim)))
        shared = [stem for stem in denial.denied if stem in other]
        is_stated_too = bool(shared) and all(own.count(stem) > 1 for stem in shared)  # "who do not vote", "who vote"
        is_a_name = len(denial.denied) == 1 and _DENIES_A_THING.match(denial.text)
        is_same = _is_same(denial, set(other), is_ours=bool(ours))
        if denial.denied and not is_stated_too and not is_a_name and is_same:
            side = "article" if ours else "evidence"
            yield Comparison(
                denial.text if ours else claim,
                evidence if ours else denial.text,
                Relation.DIFFERS,
                f"the {side} denies it: “{denial.text}”",
            )
