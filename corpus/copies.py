"""Whether texts are copies of each other, by the runs of five words that they share."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

SHINGLE_WORDS = 5
MIN_SHARE = 0.6  # of all runs of two passages, or of the shorter one's, from which on they are one text
MIN_EXCERPT = 25  # runs, which is 29 words; one sentence alone is often a phrase that is used again, or a quotation
_PROBES = 24  # runs looked up before all are compared


@lru_cache(maxsize=128)  # an article and its hits are compared again for every claim
def shingles(text: str) -> frozenset[str]:
    """The runs of five words of a text, without case, marks and invisible characters; of a shorter text, all of it."""
    words = _words(text)
    runs = zip(*(words[i:] for i in range(SHINGLE_WORDS)), strict=False)
    # Strings and not tuples: their hashes are kept, which makes the sets ten times as fast to compare.
    return frozenset(map(" ".join, runs)) or frozenset([" ".join(words)])


def are_copies(one: str, other: str) -> bool:
    """Whether two passages are one text, a few words apart, or one is most of the other's text cut shorter.

    Broder 1997 (On the resemblance and containment of documents): the share of common runs in all runs, and in those
    of the shorter text.
    """
    ours, theirs = shingles(one), shingles(other)
    shared, shorter = len(ours & theirs), min(len(ours), len(theirs))
    resembles = shared >= MIN_SHARE * (len(ours) + len(theirs) - shared)
    return resembles or (shorter >= MIN_EXCERPT and shared >= MIN_SHARE * shorter)


def may_share_runs(one: str, other: str) -> bool:
    """False where two texts surely have no large part in common, at a tenth of the cost of comparing their runs.

    A text that shares half of its runs with another shares some of any 24 that are spread evenly over it.
    """
    ours, theirs = _flat(one), _flat(other)
    return _is_probed(ours, theirs) or _is_probed(theirs, ours)


def _is_probed(probed: bytes, text: bytes) -> bool:
    """Whether some of the first text's runs stand in the second."""
    words = probed.split()
    last = max(0, len(words) - SHINGLE_WORDS)
    starts = range(0, last + 1, max(1, last // _PROBES))
    return any(b" %b " % b" ".join(words[at : at + SHINGLE_WORDS]) in text for at in starts)


# Only ASCII signs: this is a first look, at the bytes of UTF-8, which is five times as fast as regular expressions.
_SIGNS = bytes(byte if byte >= 128 or chr(byte).isalnum() else ord(" ") for byte in range(256))


@lru_cache(maxsize=64)
def _flat(text: str) -> bytes:
    return b" %b " % b" ".join(_visible(text).casefold().encode("utf-8", "replace").translate(_SIGNS).split())


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", _visible(text).casefold())


def _visible(text: str) -> str:
    """Without marks that nobody sees; letters in their plain form."""
    if text.isascii():
        return text
    text = unicodedata.normalize("NFKC", text)
    hidden = [ord(c) for c in set(text) if unicodedata.category(c) == "Cf"]
    return text.translate(dict.fromkeys(hidden)) if hidden else text
