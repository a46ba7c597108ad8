"""Who published a passage and when: what its word counts for, what it could know, and whether it is a copy.

Three things that a passage's words do not tell. A report from before an event cannot say that it did not come to
pass. Ten sites that print one wire story are one witness. And a statistics office is not a blog.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from corpus.copies import are_copies
from corpus.documents import Document, content_id
from verifier.types import SIDES, Claim, Comparison, Evidence, Relation, Stance, Timing

SHIPPED_TIERS = Path(__file__).parent / "source_tiers.toml"


class SourceTiersError(Exception):
    """The file of source tiers cannot be read, or says something that it may not."""


@dataclass(frozen=True)
class ProvenanceConfig:
    """Which publishers count for how much."""

    tiers: str = ""  # a TOML file of source tiers, by path; the shipped one where empty

    @property
    def path(self) -> Path | None:
        """The file to load, or None for the shipped one."""
        return Path(self.tiers) if self.tiers else None


@dataclass(frozen=True, slots=True)
class SourceTier:
    """Publishers that work alike; `credibility` in [0, 1] is what their word counts for beside others'."""

    name: str
    credibility: float
    names: tuple[str, ...] = ()  # whole words of a document's source, in any case
    hosts: tuple[str, ...] = ()  # whole labels at the end of its URL's host

    def matches(self, source: str, host: str) -> bool:
        """Whether a document is of this tier by its source's name, as `_plain` gives it, or by its host."""
        by_name = any(f" {_plain(name)} " in f" {source} " for name in self.names)
        return by_name or any(f".{host}".endswith(f".{suffix.strip('.').lower()}") for suffix in self.hosts)


@dataclass(frozen=True, slots=True)
class SourceTiers:
    """The tiers in the order in which they are tried, and the one for all documents that none matches."""

    tiers: tuple[SourceTier, ...] = ()
    default: SourceTier = SourceTier("", 1.0)

    @property
    def id(self) -> str:
        """A name for what the tiers say, comments and layout of their file apart: `source-tiers@0123456789ab`."""
        return f"source-tiers@{content_id(json.dumps(asdict(self), sort_keys=True))[:12]}"

    def tier_of(self, document: Document) -> SourceTier:
        """The first tier that matches, or the default."""
        return _tier_of(self, document.source or "", document.url or "")


NO_TIERS = SourceTiers()
"""Every source counts in full."""


@lru_cache(maxsize=4096)  # a corpus has few sources, and each is asked for again with every claim
def _tier_of(tiers: SourceTiers, source: str, url: str) -> SourceTier:
    name, host = _plain(source), _host(url)
    return next((tier for tier in tiers.tiers if tier.matches(name, host)), tiers.default)


def _plain(name: str) -> str:
    """The words of a name, without case and marks."""
    return " ".join(re.findall(r"\w+", name.casefold()))


def _host(url: str) -> str:
    try:
        return (urlsplit(url.strip()).hostname or "").rstrip(".")
    except ValueError:
        return ""


def load_tiers(path: Path | None = None) -> SourceTiers:
    """The tiers of a file, or the shipped ones.

    :raises SourceTiersError: when the file cannot be read, or holds what no file of tiers may.
    """
    path = path or SHIPPED_TIERS
    try:
        held = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SourceTiersError(
            f"expected source tiers in TOML at {path}, found {error}; correct the file, or leave sources.tiers empty"
        ) from error
    _require_keys(held, {"tier", "default"}, f"{path}")
    if not isinstance(held.get("tier", []), list) or not isinstance(held.get("default"), dict):
        raise SourceTiersError(
            f"{path}: expected [[tier]] tables and one table [default] for all other sources, found "
            f"{', '.join(held) or 'nothing'}; start from a copy of {SHIPPED_TIERS}"
        )
    tiers = tuple(_tier(row, f"{path}, tier {n}") for n, row in enumerate(held.get("tier", []), start=1))
    default = _tier(held["default"], f"{path}, default")
    _require_distinct([*(tier.name for tier in tiers), default.name], path)
    if default.names or default.hosts:
        raise SourceTiersError(f"{path}, default: expected no names and hosts, found some; give them a tier")
    return SourceTiers(tiers, default)


def _tier(row: object, where: str) -> SourceTier:
    if not isinstance(row, dict):
        raise SourceTiersError(f"{where}: expected a table, found {row!r}; write it as [[tier]]")
    _require_keys(row, {f.name for f in fields(SourceTier)}, where)
    name, credibility = row.get("name"), row.get("credibility")
    if not isinstance(name, str) or not name.strip():
        raise SourceTiersError(f"{where}: expected a name, found {name!r}; name it in words, the report shows them")
    if not isinstance(credibility, int | float) or isinstance(credibility, bool) or not 0 <= credibility <= 1:
        raise SourceTiersError(f"{where}: expected a credibility from 0 to 1, found {credibility!r}; correct it")
    names, hosts = (_texts(row, key, where) for key in ("names", "hosts"))
    if odd := [host for host in hosts if not re.fullmatch(r"\.?[\w-]+(?:\.[\w-]+)*", host)]:
        raise SourceTiersError(f"{where}: expected hosts such as un.org, found {odd[0]!r}; leave out scheme and path")
    return SourceTier(name.strip(), float(credibility), names, hosts)


def _texts(row: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    values = row.get(key, [])
    if not isinstance(values, list) or not all(isinstance(v, str) and _plain(v) for v in values):
        raise SourceTiersError(f"{where}: expected {key} as a list of texts with a word in each, found {values!r}")
    return tuple(values)


def _require_keys(row: Mapping[str, Any], known: set[str], where: str) -> None:
    if unknown := sorted(set(row) - known):
        raise SourceTiersError(
            f"{where}: expected no keys but {', '.join(sorted(known))}, found {unknown[0]!r}; correct or remove it"
        )


def _require_distinct(names: Sequence[str], path: Path) -> None:
    if twice := next((name for i, name in enumerate(names) if name in names[:i]), None):
        raise SourceTiersError(f"{path}: expected a name of its own for each tier, found {twice!r} twice; rename one")


def weigh_provenance(claim: Claim, evidence: Sequence[Evidence], tiers: SourceTiers = NO_TIERS) -> list[Evidence]:
    """The evidence in its order, each with timing, origin, tier and credibility, and the stance that its time allows.

    - BEFORE_EVENT evidence never refutes: it turns to NEUTRAL. It does so too where it supports only with what was
      to come (a schedule, a plan): that does not show that it came. What else it supports it may still support: that
      a dam held three million litres in 2021 says something of 2022.
    - AFTER_CLAIM evidence keeps its stance: it may inform, and is marked.
    - Passages of nearly one text have one `origin`: the one published first, then the one with the best retrieval
      score. A passage that supports and one that refutes never share one, however few words make the difference.
    """
    event = _event_of(claim)
    timed = [_timed(claim, event, e) for e in evidence]
    origins = _origins(timed)
    marked = []
    for e in timed:
        tier = tiers.tier_of(e.document)
        marked.append(replace(e, origin=origins[e.passage.id], tier=tier.name, credibility=tier.credibility))
    return marked


@dataclass(frozen=True, slots=True)
class _Event:
    """When what a claim tells of happened, or began: the first day that its words allow."""

    first: date
    text: str


def _timed(claim: Claim, event: _Event | None, evidence: Evidence) -> Evidence:
    published = evidence.document.published
    if published and event and published < event.first:
        return _from_before(evidence, published, event)
    if not published or not claim.claim_date:
        return replace(evidence, timing=Timing.UNDATED)
    is_later = published > claim.claim_date
    return replace(evidence, timing=Timing.AFTER_CLAIM if is_later else Timing.IN_TIME)


def _from_before(evidence: Evidence, published: date, event: _Event) -> Evidence:
    """The evidence marked BEFORE_EVENT, without the sides that it cannot take."""
    marked, day = replace(evidence, timing=Timing.BEFORE_EVENT), _in_words(published)
    told = f"the passage is of {day}, before what the claim tells of ({event.text})"
    if evidence.stance is Stance.SUPPORTS:
        if not _TO_COME.search(" ".join(evidence.quotes())):
            return marked.without(Stance.REFUTES)
        told += ", and says only what was to come"
    if evidence.stance is not Stance.NEUTRAL:
        found = Comparison(event.text, day, Relation.OUTDATED, told)
        marked = replace(marked, comparisons=(*evidence.comparisons, found))
    return marked.without(*SIDES)


def _in_words(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1].capitalize()} {day.year}"


_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_MONTH = "|".join(f"{name}|{name[:3]}\\.?" for name in _MONTHS) + "|sept\\.?"
_YEAR = r"(?:1[5-9]|20)\d{2}"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_AND_DAY = r"\s*(?:-|–|to|and)\s*"  # "2-5 March", "March 2 to 5": what is told of began on the first day
# Numbers such as 3/4/2022 are left out: which is the month, nobody can tell.
_DATE = re.compile(
    rf"\b(?:(?P<iso>{_YEAR}-\d{{2}}-\d{{2}})"
    rf"|(?P<d1>{_DAY})(?:{_AND_DAY}{_DAY})?\s+(?:of\s+)?(?P<m1>{_MONTH}),?\s+(?P<y1>{_YEAR})"
    rf"|(?P<m2>{_MONTH})\s+(?P<d2>{_DAY})(?:{_AND_DAY}{_DAY})?,?\s+(?P<y2>{_YEAR})"
    rf"|(?P<m3>{_MONTH}),?\s+(?:of\s+)?(?P<y3>{_YEAR})"
    rf"|(?P<year>{_YEAR}))(?![\w%/-]|[.,]\d)",
    re.IGNORECASE,
)
# What stands before a number that is a year: "in 2022", "since early 2022", "the 2022 election", "(2022)".
_YEAR_FOLLOWS = re.compile(
    r"(?:\b(?:in|since|during|throughout|from|by|between|year|early|mid|late|spring|summer|autumn|fall|winter|of|the)"
    r"[\s-]+|\()$",
    re.IGNORECASE,
)
# A date that bounds what is told of, which so began earlier: "before 2022", "from 2020 to 2025", "until 5 May 2022".
_BOUND_FOLLOWS = re.compile(
    r"(?:\b(?:before|until|till|to|through|prior\s+to|ahead\s+of|than|between\b[^.;]*\band)"
    r"\s+(?:(?:the\s+)?(?:end|start|beginning|middle)\s+of\s+|early\s+|mid-?\s*|late\s+)?|\d\s*[-–—]\s*)$",
    re.IGNORECASE,
)
# "Will" with a capital is a name.
_TO_COME = re.compile(
    r"\b(?:(?-i:will)|shall|won['’]t|would|going\s+to|(?:is|are|was|were)\s+(?:set\s+)?to|due\s+(?:to\s+be|for|on|in)"
    r"|(?:scheduled|planned|expected|slated)\s+(?:to|for|on|in)|plans?\s+to|planning\s+to|upcoming|forthcoming)\b"
    r"|['’]ll\b",
    re.IGNORECASE,
)


def _event_of(claim: Claim) -> _Event | None:
    """The latest day, month with year, or year that the claim names; None where none can be told for certain.

    A claim that speaks of what is to come, or a date after the day of the claim, tells of no event yet: a plan can be
    refuted by what was published before its day.
    """
    if _TO_COME.search(claim.text):
        return None
    named = [e for e in _named(claim.text) if claim.claim_date is None or e.first <= claim.claim_date]
    return max(named, key=lambda e: e.first, default=None)


def _named(text: str) -> Iterator[_Event]:
    for match in _DATE.finditer(text):
        before = text[: match.start()]
        is_year = match["year"] is None or _YEAR_FOLLOWS.search(before)
        first = _first_day(match) if is_year and not _BOUND_FOLLOWS.search(before) else None
        if first:
            yield _Event(first, match[0])


def _first_day(match: re.Match[str]) -> date | None:
    part = match.groupdict()
    month_text = part["m1"] or part["m2"] or part["m3"]
    month = next((i for i, m in enumerate(_MONTHS, 1) if month_text and m.startswith(month_text[:3].lower())), 1)
    day = int(re.sub(r"\D", "", part["d1"] or part["d2"] or "1"))
    try:
        if part["iso"]:
            return date.fromisoformat(part["iso"])
        return date(int(part["y1"] or part["y2"] or part["y3"] or part["year"]), month, day)
    except ValueError:  # 31 February
        return None


def _origins(evidence: Sequence[Evidence]) -> dict[str, str]:
    """The id of the passage that stands for each passage, by its id; the same whatever the order of the evidence."""
    groups: list[list[Evidence]] = []
    for item in sorted(evidence, key=_precedence):
        home = next((group for group in groups if _is_of(group, item)), None)
        if home is None:
            groups.append([item])
        else:
            home.append(item)
    return {item.passage.id: group[0].passage.id for group in groups for item in group}


def _precedence(item: Evidence) -> tuple[date, float, str]:
    return item.document.published or date.max, -item.retrieval_score, item.passage.id


def _is_of(group: Sequence[Evidence], item: Evidence) -> bool:
    """Whether a passage is a copy of the group's first one, and takes the other side of none."""
    opposed = {Stance.SUPPORTS: Stance.REFUTES, Stance.REFUTES: Stance.SUPPORTS}.get(item.stance)
    is_copy = are_copies(group[0].passage.text, item.passage.text)
    return is_copy and all(other.stance is not opposed for other in group)
