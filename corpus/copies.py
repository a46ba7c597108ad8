"""Whether texts are copies of each other, by the runs of five words that they share."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

SHINGLE_WORDS = 5
MIN_SHARE = 0.6  # of all runs of two passages, or of the shorter one's, from which on they are one text
MIN_EXCERPT = 25  # runs, which is 29 words; one sentence alone is often a phrase that is used again, or a quotation


@lru_cache(maxsize=512)  # an article and its hits are compared again for every claim
def shingles(text: str) -> frozenset[str]:
    """The runs of five words of a text, without case, marks and invisible characters; of a shorter text, all of it."""
    plain = "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")
    words = re.findall(r"[^\W_]+", plain.casefold())
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
