"""The English verbs of saying, and the forms in which they stand in a text."""

from __future__ import annotations

from collections.abc import Iterable


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


SAYING = _words(
    "say state add claim tell report announce note explain insist argue warn stress underline underscore"
    " emphasise emphasize confirm declare assert reiterate write allege estimate remark comment acknowledge admit"
    " reveal recall reply respond answer find conclude observe testify point concede maintain contend predict"
    " complain caution boast joke quip"
)
"""Verbs, as in a dictionary, whose object is what was said: `X said that P`."""

REPORTING = SAYING | _words(
    "accuse appeal assure blame boast call caution complain condemn criticise criticize decry demand denounce deny"
    " describe disclose hint joke label liken mock pledge post praise promise pronounce propose quip reject repeat"
    " retort speak suggest swear thank threaten tweet urge vow welcome"
)
"""These, and verbs that report an utterance without a clause for its content: `X called it a war`."""

_IRREGULAR = {
    "say": ("said",),
    "tell": ("told",),
    "write": ("wrote", "written"),
    "find": ("found",),
    "speak": ("spoke", "spoken"),
    "swear": ("swore", "sworn"),
}
_DOUBLING = _words("admit quip")
_VOWELS = "aeiou"


def spoken_forms(verbs: Iterable[str]) -> frozenset[str]:
    """The third person, the past, the participles and the -ing form of each verb; not the bare form.

    The bare forms of many are nouns as well ("report", "comment", "claim").
    """
    return frozenset(form for verb in verbs for form in (_third(verb), _ing(verb), *past_forms(verb)))


def past_forms(verb: str) -> tuple[str, ...]:
    """The past tense and, where it is another, the past participle: `wrote`, `written`."""
    if verb in _IRREGULAR:
        return _IRREGULAR[verb]
    if verb in _DOUBLING:
        return (f"{verb}{verb[-1]}ed",)
    if verb.endswith("e"):
        return (f"{verb}d",)
    return (f"{verb[:-1]}ied",) if _has_changing_y(verb) else (f"{verb}ed",)


def _third(verb: str) -> str:
    if _has_changing_y(verb):
        return f"{verb[:-1]}ies"
    return f"{verb}es" if verb.endswith(("s", "sh", "ch", "x", "z")) else f"{verb}s"


def _ing(verb: str) -> str:
    if verb in _DOUBLING:
        return f"{verb}{verb[-1]}ing"
    return f"{verb[:-1]}ing" if verb.endswith("e") and not verb.endswith("ee") else f"{verb}ing"


def _has_changing_y(verb: str) -> bool:
    return verb.endswith("y") and len(verb) > 1 and verb[-2] not in _VOWELS and verb != "say"
