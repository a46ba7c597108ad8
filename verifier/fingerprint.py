"""One key for one wording: claims of several articles that say the same in the same words share it."""

from __future__ import annotations

import re
import unicodedata

from corpus.documents import content_id

_MARKS = str.maketrans({**dict.fromkeys("‘’ʼ`´′", "'"), **dict.fromkeys('“”„«»"', None), **dict.fromkeys("‐‑–—−", "-")})
_SPACE = re.compile(r"\s+")
_END = " .!?…;:,"


def fingerprint_of(text: str, kind: str) -> str:
    """The fingerprint of a claim's stand-alone text.

    Case, spaces, quotation marks, kinds of dashes and the mark at the end do not count; every letter, digit and sign
    within the text does.

    :param kind: the claim's kind: that something is so and that somebody said it are never the same claim.
    """
    plain = unicodedata.normalize("NFKC", text).translate(_MARKS).casefold()
    return content_id("statement", kind, _SPACE.sub(" ", plain).strip().rstrip(_END))
