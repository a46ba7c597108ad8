"""A run as Markdown that reads well as plain text too."""

from __future__ import annotations

import re
from collections.abc import Iterator

from verifier.report import words
from verifier.report.page import Alarm, ArticleView, Banner, Card, Page, PassageView, SentenceView, page_of, reason_of
from verifier.rows import RunReport
from verifier.types import Run, Stance

# Escaped wherever they stand; `_` and `&` only where they would mean something, to leave snake_case and AT&T alone.
_SPECIAL = re.compile(r"[\\`*\[\]<>|~]|(?<!\w)_|_(?!\w)|&(?=#?\w+;)")
# What makes a heading, list item, rule or underline of a line that starts with it.
_SPECIAL_AT_START = re.compile(r"^(\d*)([#+=-]+|(?<=\d)[.)])(?=\s|$)")


def render_markdown(report: RunReport) -> str:
    """The whole report as CommonMark with tables.

    :raises QuoteError: a rationale lies outside its passage.
    """
    page = page_of(report)
    blocks = [
        "# Claim check",
        *_banner(page.banner),
        _facts(page.run),
        _summary(page),
        escape(page.coverage),
        "## Needs attention",
        _attention(page),
    ]
    for article in page.articles:
        blocks += _article(article)
    return "\n\n".join(block for block in blocks if block) + "\n"


def escape(text: str) -> str:
    """Text on one line, in which nothing is read as Markdown or HTML."""
    line = _SPECIAL.sub(lambda match: f"\\{match[0]}", words.one_line(text))
    return _SPECIAL_AT_START.sub(r"\1\\\2", line)


def _banner(banner: Banner) -> Iterator[str]:
    if banner.alarm is Alarm.NONE:
        return
    lines = [f"**{banner.headline.upper()}**", "", banner.detail.strip(), ""]
    lines += [
        f"- {escape(failure.source)}, {escape(failure.stage)}: {escape(failure.error)}: {escape(failure.message)}"
        for failure in banner.failures
    ]
    yield "\n".join(f"> {line}".rstrip() for line in lines).removesuffix("\n>")


def _facts(run: Run) -> str:
    facts = {
        "When": words.period(run),
        "Run": f"{escape(run.id)}, {words.RUN_STATUS_WORDS[run.status].lower()}",
        "Corpus": escape(run.corpus_version),
        "Code": escape(run.code_version),
        "Models": escape(", ".join(run.model_ids)) or "none recorded",
    }
    return "\n".join(f"- {name}: {value}" for name, value in facts.items())


def _summary(page: Page) -> str:
    """A column of counts per kind of claim, so that what was said is never added to what is true."""
    heads = [tally.question for tally in page.tallies] if len(page.tallies) > 1 else ["Claims"]
    rows = zip(*(tally.counts for tally in page.tallies), strict=True)
    return "\n".join(
        [
            f"| Verdict | {' | '.join(heads)} |",
            f"|---|{'---:|' * len(heads)}",
            *(f"| {row[0][1]} | {' | '.join(f'{n:,}' for _, _, n in row)} |" for row in rows),
        ]
    )


def _attention(page: Page) -> str:
    if not page.attention:
        completed = ", in what this run completed" if page.banner.alarm is not Alarm.NONE else ""
        return f"No claim was refuted, and none has conflicting evidence{completed}."
    return "\n".join(line for card in page.attention for line in _attention_lines(card))


def _attention_lines(card: Card) -> Iterator[str]:
    claimed_by = f" (claimed by {escape(card.claimed_by)})" if card.claimed_by else ""
    yield f"- **{_verdict(card)}** {_asked(card)}{escape(card.claim.text)}{claimed_by}"
    yield from (f"  - {escape(review)}" for review in card.reviews)
    for view in card.key_quotes:
        yield f"  - {words.STANCE_WORDS[view.stance]}: {_cited(view)}"


def _article(view: ArticleView) -> Iterator[str]:
    article = view.article
    yield f"## {escape(article.title) or 'Untitled article'}"
    author = f"by {escape(article.author)}" if article.author else ""
    byline = [words.day(article.published), author, escape(article.source or ""), f"<{view.href}>" if view.href else ""]
    yield ", ".join(part for part in byline if part)
    yield escape(view.coverage.line)
    if not view.sentences:
        yield "No checkable claim in this article."
    for sentence in view.sentences:
        yield from _sentence(sentence)
    if view.not_checked:
        rows = (f"| {escape(text)} | {escape(reasons)} |" for text, reasons in view.not_checked)
        yield "\n".join(["| Not checked | Reason |", "|---|---|", *rows])


def _sentence(view: SentenceView) -> Iterator[str]:
    context = (escape(view.before), f"**{escape(view.text)}**", escape(view.after))
    yield "---"
    yield f"> {' '.join(part for part in context if part)}"
    for card in view.cards:
        yield from _card(card)
    for claim in view.not_checked:
        yield f"Also stated, not checked ({escape(reason_of(claim))}): {escape(claim.text)}"


def _card(card: Card) -> Iterator[str]:
    claim = card.claim
    yield f"### {_verdict(card)} {escape(claim.text)}"
    claimed_by = f"Claimed by {escape(card.claimed_by)}" if card.claimed_by else ""
    lines = [f"- **{escape(review)}**" for review in card.reviews]
    lines += [f"- {_asked(card)}{claimed_by}".rstrip()] if card.question else []
    lines += [f"- In the speaker's words: “{escape(quote)}”" for quote in claim.quotes]
    lines += [f"- Put otherwise: {escape(change)}" for change in card.changes]
    lines += [f"- {_linked(escape(note.words), note.href)}" for note in card.notes]
    for heading, view in card.sides:
        lines += _passage(heading, view)
    if card.nearest:
        lines += _passage("Nearest passage, does not settle it", card.nearest)
    lines += [f"- Further, {words.STANCE_WORDS[view.stance].lower()}: {_further(view)}" for view in card.further]
    lines.append(f"- Claim {escape(claim.id)}")  # by which it is reviewed
    yield "\n".join(lines)
    yield escape(card.justification) if card.label else "This claim is checkable, but the run left no verdict on it."


def _asked(card: Card) -> str:
    return f"{card.question} " if card.question else ""


def _verdict(card: Card) -> str:
    chance = f" ({words.percent(card.confidence)})" if card.confidence is not None else ""
    return f"{card.label_words}{chance}:".replace("<", "\\<").replace(">", "\\>")


def _passage(heading: str, view: PassageView) -> Iterator[str]:
    yield f"- {heading}: {_cited(view)}"
    for found in view.comparisons:
        yield f"  - {words.RELATION_WORDS[found.relation]}: {escape(found.explanation)}"


def _further(view: PassageView) -> str:
    return _source(view) if view.stance is Stance.NEUTRAL else _cited(view)


def _cited(view: PassageView) -> str:
    return f"“{escape(view.quote)}” ({_source(view)})"


def _source(view: PassageView) -> str:
    title = _linked(escape(view.title), view.href)
    marks = (f"**{mark}**" for mark in view.marks)
    parts = (title, escape(view.source or ""), escape(view.tier), view.published, *marks)
    return ", ".join(part for part in parts if part)


def _linked(text: str, href: str | None) -> str:
    """:param text: escaped."""
    if href is None:
        return text
    return f"[{text}](<{href}>)" if "(" in href or ")" in href else f"[{text}]({href})"
