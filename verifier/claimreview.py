"""Fact-checks that others published, read from schema.org ClaimReview: their feed, a page's JSON-LD, or JSON Lines."""

from __future__ import annotations

import html
import json
import math
import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from corpus.documents import content_id
from verifier.types import Claim, ClaimStatus, FactCheck, Failure, Label

MAX_CLAIM_CHARS = 2_000
MAX_FILE_BYTES = 2 << 30
_MAX_TEXT_CHARS = 1_000  # of a name, a headline, a rating
_MAX_URL_CHARS = 2_000
_MAX_APPEARANCES = 50
_MAX_SHOWN_CHARS = 60
STAGE = "import"

# What a rating's own words say for sure, without case, articles and the marks around them. All others, such as "mostly
# true", "misleading", "missing context", "satire" or "no evidence", fit none of our labels, and get none.
_RATINGS = {
    Label.SUPPORTED: (
        "true|correct|accurate|factual|completely true|entirely true|totally true|this is true|it is true|that is true"
        "|geppetto checkmark|supported"
    ),
    Label.REFUTED: (
        "false|incorrect|inaccurate|wrong|untrue|not true|not correct|fake|fake news|false news|hoax|fabricated"
        "|debunked|pants on fire|pants-on-fire|four pinocchios|4 pinocchios|completely false|entirely false"
        "|totally false|this is false|it is false|that is false|this is not true|this is fake|refuted"
    ),
    Label.CONFLICTING_EVIDENCE: "conflicting evidence",
    Label.NOT_ENOUGH_EVIDENCE: "unproven|not proven|not enough evidence|insufficient evidence",
}
_LABEL_OF = {words: label for label, row in _RATINGS.items() for words in row.split("|")}
_INTRODUCTION = re.compile(
    r"^(?:(?:our )?(?:rating|verdict|ruling|conclusion|fact[- ]check)\s*[:–—-]\s*|(?:rated|the claim is)\s+)"
)
# Containers in which entries stand, in the order in which they are looked into.
_CONTAINERS = ("dataFeedElement", "itemListElement", "@graph", "item", "mainEntity", "hasPart", "review")
_SCRIPT = re.compile(r"^<script[^<>]*>(.*)</script>$", re.DOTALL)
_JOINERS = "\u200c\u200d"  # inside words of Persian, Hindi and others
_DAY = re.compile(r"\s*(\d{4}-\d{2}-\d{2})(?![\d-])")


class NotClaimReviewError(Exception):
    """A file holds no ClaimReview, or cannot be read as JSON."""


class _SkippedError(Exception):
    """Why an entry is left out; `error` names the kind of reason."""

    def __init__(self, error: str, message: str):
        super().__init__(message)
        self.error = error


def read_fact_checks(path: Path) -> tuple[list[FactCheck], list[Failure]]:
    """The fact-checks of a file, in order, and which entries were left out and why.

    :raises NotClaimReviewError: it is no JSON or JSON Lines in UTF-8, or has no ClaimReview.
    :raises OSError: it cannot be read.
    """
    if (size := path.stat().st_size) > MAX_FILE_BYTES:
        raise NotClaimReviewError(
            f"{path}: expected at most {MAX_FILE_BYTES >> 30} GB, found {size >> 20:,} MB; split it into several files"
        )
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotClaimReviewError(
            f"{path}: expected JSON in UTF-8, found another encoding at byte {error.start}; convert the file"
        ) from error
    return parse_fact_checks(text, str(path))


def parse_fact_checks(text: str, source: str) -> tuple[list[FactCheck], list[Failure]]:
    """As `read_fact_checks`, of a text.

    :param source: names the text in failures and errors.
    """
    checks: dict[str, FactCheck] = {}
    failures = []
    for where, entry in _entries(text, source):
        try:
            check = entry if isinstance(entry, _SkippedError) else _fact_check(entry)
        except _SkippedError as skipped:
            check = skipped
        if isinstance(check, _SkippedError):
            failures.append(Failure(f"{source}#{where}", STAGE, check.error, str(check)))
        else:
            checks.setdefault(check.id, check)
    if not checks and all(failure.error != "IncompleteClaimReview" for failure in failures):
        why = f" ({failures[0].message})" if failures else ""
        raise NotClaimReviewError(
            f"{source}: expected schema.org ClaimReview entries, found none{why}; give a fact-checker's feed as JSON"
        )
    return list(checks.values()), failures


def claim_of(check: FactCheck) -> Claim:
    """What a fact-check is about, as a claim in no article: its words are matched as those of claims are."""
    text, status = check.claim, ClaimStatus.CHECKABLE
    return Claim(check.id, "", 0, len(text), text, text, None, check.claim_date, None, status, "")


def label_of(
    words: str, value: float | None = None, worst: float | None = None, best: float | None = None
) -> Label | None:
    """What a rating says in our labels; None where that is not sure.

    The words decide. Only a rating without words is read from its number, and only at the ends of a scale that it
    gives itself.
    """
    plain = " ".join(re.sub(r"[\"'“”‘’«»*!.?]+", " ", words.casefold()).split()).strip(" ,;:()[]-–—")
    if plain:
        return _LABEL_OF.get(_INTRODUCTION.sub("", plain).removeprefix("the ").strip())
    if value is None or worst is None or best is None or not worst < best:
        return None
    return {worst: Label.REFUTED, best: Label.SUPPORTED}.get(value)


def plain_line(text: str) -> str:
    """The text on one line.

    Without spare spaces, control characters, marks that hide text or turn its direction, and halves of characters.
    """
    return " ".join("".join(map(_seen, text)).split())


def _entries(text: str, source: str) -> Iterator[tuple[str, dict[str, Any] | _SkippedError]]:
    """Each entry of a text with its number, or its line in JSON Lines."""
    try:
        whole = json.loads(text)
    except RecursionError as error:
        raise NotClaimReviewError(f"{source}: expected ClaimReview, found JSON nested too deeply to be read") from error
    except ValueError as error:
        lines = [(n, line.strip()) for n, line in enumerate(text.split("\n"), start=1) if line.strip()]
        if len(lines) < 2 and not any(_SCRIPT.match(line) for _, line in lines):
            raise NotClaimReviewError(f"{source}: expected JSON, found something else ({error})") from error
        yield from _entries_of_lines(lines)
        return
    yield from ((str(n), entry) for n, entry in enumerate(_unpacked(whole), start=1))


def _entries_of_lines(lines: Sequence[tuple[int, str]]) -> Iterator[tuple[str, dict[str, Any] | _SkippedError]]:
    for number, line in lines:
        script = _SCRIPT.match(line)
        try:
            value = json.loads(script[1] if script else line)
        except (ValueError, RecursionError) as error:
            yield f"line {number}", _SkippedError("NotJson", f"expected JSON, found something else ({error})")
            continue
        yield from ((f"line {number}", entry) for entry in _unpacked(value))


def _unpacked(value: Any) -> Iterator[dict[str, Any] | _SkippedError]:
    """The entries in a value, in order, without recursion: a file may nest them as deep as it likes."""
    left = [value]
    while left:
        found = left.pop()
        if isinstance(found, list):
            left.extend(reversed(found))
        elif not isinstance(found, dict):
            yield _SkippedError("NotClaimReview", f"expected a ClaimReview, found {_shown(found)}")
        elif "ClaimReview" in _types(found) or "claimReviewed" in found:
            yield found
        elif inside := [found[key] for key in _CONTAINERS if isinstance(found.get(key), dict | list)]:
            left.extend(reversed(inside))
        else:
            kind = " and ".join(_types(found)) or "an object without a type"
            yield _SkippedError("NotClaimReview", f"expected a ClaimReview, found {_shown(kind)}")


def _types(entry: dict[str, Any]) -> list[str]:
    found = entry.get("@type", [])
    names = found if isinstance(found, list) else [found]
    return [re.split(r"[/:#]", name)[-1] for name in names if isinstance(name, str)]


def _fact_check(entry: dict[str, Any]) -> FactCheck:
    """:raises _SkippedError: it has no claim, or no rating."""
    claim = _text(entry.get("claimReviewed"), MAX_CLAIM_CHARS + 1)
    if not any(char.isalpha() for char in claim):
        raise _SkippedError(
            "IncompleteClaimReview", f"expected claimReviewed, found {_shown(entry.get('claimReviewed'))}"
        )
    if len(claim) > MAX_CLAIM_CHARS:
        raise _SkippedError(
            "IncompleteClaimReview", f"expected a claim of at most {MAX_CLAIM_CHARS} characters, found more"
        )
    rating, label = _rating(_object(entry.get("reviewRating")))
    if not rating:
        raise _SkippedError(
            "IncompleteClaimReview", f"expected reviewRating with a text or a number for “{_shown(claim)}”"
        )
    reviewed = _object(entry.get("itemReviewed"))
    publisher = _name(entry.get("author")) or _name(entry.get("publisher"))
    url = _url(entry.get("url"))
    return FactCheck(
        id=content_id("fact-check", url or "", claim, rating),
        claim=claim,
        claimant=_name(reviewed.get("author")),
        claim_date=_day(reviewed.get("datePublished")),
        appearances=_appearances(reviewed),
        publisher=publisher,
        url=url,
        title=_text(entry.get("headline")) or _text(entry.get("name")) or None,
        reviewed=_day(entry.get("datePublished")),
        rating=rating,
        label=label,
    )


def _rating(rating: dict[str, Any]) -> tuple[str, Label | None]:
    """The rating in the publisher's words, or else its number; empty where there is neither."""
    value, worst, best = (_number(rating.get(key)) for key in ("ratingValue", "worstRating", "bestRating"))
    words = _text(rating.get("alternateName")) or _text(rating.get("name"))
    if words or value is None:
        return words, label_of(words)
    scale = "" if worst is None or best is None else f" on a scale from {worst:g} to {best:g}"
    return f"{value:g}{scale}", label_of("", value, worst, best)


def _object(value: Any) -> dict[str, Any]:
    """The object, or the first of a list of them; empty where there is none."""
    values = value if isinstance(value, list) else [value]
    return next((v for v in values if isinstance(v, dict)), {})


def _text(value: Any, max_chars: int = _MAX_TEXT_CHARS) -> str:
    """The first text of a value as a plain line, cut where it is too long."""
    values = value if isinstance(value, list) else [value]
    first = next((v for v in values if isinstance(v, str)), "")
    return plain_line(html.unescape(first[: 4 * max_chars]))[:max_chars].rstrip()


def _seen(char: str) -> str:
    """A character; a space for one that controls, and nothing for one that hides within a word."""
    if char.isprintable() or char in _JOINERS:
        return char
    return "" if unicodedata.category(char) == "Cf" else " "


def _name(value: Any) -> str | None:
    return _text(_object(value).get("name")) or _text(value) or None


def _url(value: Any) -> str | None:
    """An http address, as a text or as an object's `url` or `@id`; None for any other."""
    found = _object(value)
    values = [found.get("url"), found.get("@id")] if found else value if isinstance(value, list) else [value]
    for url in (v.strip() for v in values if isinstance(v, str)):
        if len(url) <= _MAX_URL_CHARS and url.isprintable() and " " not in url and _is_http(url):
            return url
    return None


def _is_http(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _appearances(reviewed: dict[str, Any]) -> tuple[str, ...]:
    """Where the claim was made, the first place first."""
    found: list[str | None] = []
    for key in ("firstAppearance", "appearance"):
        value = reviewed.get(key)
        found += [_url(place) for place in (value if isinstance(value, list) else [value])[:_MAX_APPEARANCES]]
    return tuple(dict.fromkeys(url for url in found if url))


def _day(value: Any) -> date | None:
    match = _DAY.match(value) if isinstance(value, str) else None
    try:
        return date.fromisoformat(match[1]) if match else None
    except ValueError:
        return None


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _shown(value: Any) -> str:
    """A value in a message, short."""
    if not isinstance(value, str):
        return {dict: "an object", list: "a list", type(None): "nothing"}.get(type(value), "a number")
    told = _text(value)
    return told if len(told) <= _MAX_SHOWN_CHARS else f"{told[: _MAX_SHOWN_CHARS - 1]}…"
