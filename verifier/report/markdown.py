"""A run as Markdown that reads well as plain text too."""

from __future__ import annotations

import re
from collections.abc import Iterator

from verifier.report import words
from verifier.report.articles import ArticleView
from verifier.report.cards import Card, PassageView
from verifier.report.page import Alarm, Banner, Change, Page, page_of
from verifier.rows import RunReport
from verifier.types import Run, Stance

# Escaped wherever they stand; `_` and `&` only where they would mean something, to leave snake_case and AT&T alone.
_SPECIAL = re.compile(r"[\\`*\[\]<>|~]|(?<![^\W_])_|_(?![^\W_])|&(?=#?\w+;)")
# What makes a heading, list item, rule or underline of a line that starts with it.
_SPECIAL_AT_START = re.compile(r"^(\d*)([#+=-]+|(?<=\d)[.)])(?=\s|$)")


def render_markdown(report: RunReport) -> str:
    """The whole report as CommonMark with tables, in the order of the morning page.

    :raises QuoteError: a rationale lies outside its passage.
    """
    page = page_of(report)
    blocks = [
        f"# {page.title}",
        *_banner(page.banner),
        _lead(page),
        "## What changed",
        *_changed(page),
        "## For a person to look at",
        *_for_a_person(page),
        "## What failed",
        _failed(page.banner),
        "## Claims by article",
    ]
    for article in page.articles:
        blocks += _article(article)
    blocks += ["## Figures", _summary(page), escape(page.figures.coverage), *_charts(page), _facts(page.run)]
    return "\n\n".join(block for block in blocks if block) + "\n"


def escape(text: str) -> str:
    """Text on one line, in which nothing is read as Markdown or HTML."""
    line = _SPECIAL.sub(lambda match: f"\\{match[0]}", words.one_line(text))
    return _SPECIAL_AT_START.sub(r"\1\\\2", line)


def _banner(banner: Banner) -> Iterator[str]:
    if banner.alarm is not Alarm.NONE:
        yield "\n".join(f"> {line}".rstrip() for line in (f"**{banner.headline.upper()}**", "", banner.detail.strip()))


def _lead(page: Page) -> str:
    told = (
        f"{words.n_of(page.n_cards, 'claim')} in {words.n_of(len(page.articles), 'article')}: "
        f"{words.n_of(page.n_changed, 'verdict')} changed, {page.n_for_a_person:,} for a person to look at, "
        f"{words.n_of(len(page.banner.failures), 'failure')}."
    )
    when = f"{words.period(page.run)}. {page.resumed}." if page.resumed else words.period(page.run)
    return f"{when}\n\n**{told}**"


def _changed(page: Page) -> Iterator[str]:
    lines = [line for change in page.changes for line in _change_lines(change)]
    for flip in page.elsewhere:
        because = f": {escape(flip.because)}" if flip.because else ""
        lines.append(f"- **{_verdict(flip.label_words, flip.confidence)}** {escape(flip.claim)}")
        lines.append(f"  - {escape(flip.what)}{because}")
        lines.append(f"  - {words.moment(flip.saved_at)}, in {escape(flip.article) or 'an article without a title'}")
    if page.n_elsewhere > len(page.elsewhere):
        lines.append(f"- {page.n_elsewhere - len(page.elsewhere):,} more: `verifier ask flipped` lists them")
    completed = ", in what this run completed" if page.banner.alarm is not Alarm.NONE else ""
    yield "\n".join(lines) or f"No verdict is another than before, and there is no new conflict{completed}."


def _change_lines(change: Change) -> Iterator[str]:
    entry, *quotes = _entry(change.card)
    because = f": {escape(change.because)}" if change.because else ""
    yield from (entry, f"  - {escape(change.what)}{because}", *quotes)


def _for_a_person(page: Page) -> Iterator[str]:
    for concern in page.concerns:
        yield f"### {concern.title} ({concern.n:,}): {concern.why}"
        yield "\n".join(line for card in concern.cards for line in _entry(card))
    if page.open_statements:
        yield f"### Ambiguous ({page.n_open:,}): the article leaves open whom or what they mean"
        yield "\n".join(
            f"- {escape(item.claim.sentence)} ({escape(item.reason)}, in {escape(item.article) or 'an article'})"
            for item in page.open_statements
        )
    if not page.n_for_a_person:
        completed = ", in what this run completed" if page.banner.alarm is not Alarm.NONE else ""
        yield f"No claim was refuted, none has conflicting evidence, and no verdict is unsure{completed}."
    if page.n_reviewed:
        yield f"{words.n_of(page.n_reviewed, 'more claim')} would stand here, had nobody said what is right."


def _entry(card: Card) -> Iterator[str]:
    claimed_by = f" (claimed by {escape(card.claimed_by)})" if card.claimed_by else ""
    verdict = _verdict(card.label_words, card.confidence)
    yield f"- **{verdict}** {_asked(card)}{escape(card.claim.text)}{claimed_by}"
    yield from (f"  - {escape(review)}" for review in card.reviews)
    for view in card.key_quotes:
        yield f"  - {words.STANCE_WORDS[view.stance]}: {_cited(view)}"


def _failed(banner: Banner) -> str:
    if not banner.failures:
        nothing = "Nothing: every article was read, and every checkable claim has a verdict."
        return nothing if banner.alarm is Alarm.NONE else f"{banner.headline} {banner.detail}".strip()
    return "\n".join(
        f"- {escape(failure.source)}, {escape(failure.stage)}: {escape(failure.error)}: {escape(failure.message)}"
        for failure in banner.failures
    )


def _facts(run: Run) -> str:
    facts = {
        "Run": f"{escape(run.id)}, {words.RUN_STATUS_WORDS[run.status].lower()}",
        "Corpus": escape(run.corpus_version),
        "Code": escape(run.code_version),
        "Models": escape(", ".join(run.model_ids)) or "none recorded",
    }
    return "\n".join(f"- {name}: {value}" for name, value in facts.items())


def _summary(page: Page) -> str:
    """A column of counts per kind of claim, so that what was said is never added to what is true."""
    tallies = page.figures.tallies
    heads = [tally.question for tally in tallies] if len(tallies) > 1 else ["Claims"]
    rows = zip(*(tally.counts for tally in tallies), strict=True)
    return "\n".join(
        [
            f"| Verdict | {' | '.join(heads)} |",
            f"|---|{'---:|' * len(heads)}",
            *(f"| {row[0][1]} | {' | '.join(f'{n:,}' for _, _, n in row)} |" for row in rows),
        ]
    )


def _charts(page: Page) -> Iterator[str]:
    figures = page.figures
    charts = (("Day", figures.by_day), ("Site", figures.by_site), ("Speaker", figures.by_speaker))
    for name, rows in charts:
        if rows:
            heads = [name, *words.LABEL_WORDS.values()]
            lines = [f"| {' | '.join(heads)} |", f"|---|{'---:|' * len(words.LABEL_WORDS)}"]
            lines += [f"| {escape(row.name)} | {' | '.join(f'{n:,}' for n in row.counts)} |" for row in rows]
            yield "\n".join(lines)


def _article(view: ArticleView) -> Iterator[str]:
    article = view.article
    yield f"### {escape(view.title)}"
    author = f"by {escape(article.author)}" if article.author else ""
    byline = [words.day(article.published), author, escape(article.source or ""), f"<{view.href}>" if view.href else ""]
    yield ", ".join(part for part in byline if part)
    yield escape(view.coverage.words)
    if not view.cards:
        yield "No checkable claim in this article."
    for card in view.cards:
        yield from _card(card)
    if view.not_checked:
        rows = (f"| {escape(text)} | {escape(reasons)} |" for text, reasons in view.not_checked)
        yield "\n".join(["| Not checked | Reason |", "|---|---|", *rows])


def _card(card: Card) -> Iterator[str]:
    claim, context = card.claim, card.context
    yield f"#### {_verdict(card.label_words, card.confidence)} {escape(claim.text)}"
    around = (escape(context.before), f"**{escape(context.sentence)}**", escape(context.after))
    yield f"> {' '.join(part for part in around if part)}"
    claimed_by = f"Claimed by {escape(card.claimed_by)}" if card.claimed_by else ""
    lines = [f"- **{escape(review)}**" for review in card.reviews]
    lines += [f"- {_asked(card)}{claimed_by}".rstrip()] if card.question else []
    lines += [f"- Was {escape(card.was)}{f': {escape(card.because)}' if card.because else ''}"] if card.was else []
    lines += [f"- In the speaker's words: “{escape(quote)}”" for quote in claim.quotes]
    lines += [f"- Put otherwise: {escape(change)}" for change in card.changes]
    lines += [f"- {_linked(escape(note.words), note.href)}" for note in card.notes + card.sightings]
    for heading, view in card.sides:
        lines += _passage(heading, view)
    if card.nearest:
        lines += _passage("Nearest passage, does not settle it", card.nearest)
    lines += [f"- Further, {words.STANCE_WORDS[view.stance].lower()}: {_further(view)}" for view in card.further]
    lines += [f"- {step.moment.date().isoformat()}: {escape(step.words)}" for step in card.timeline]
    lines.append(f"- Claim {escape(claim.id)}")  # by which it is reviewed
    yield "\n".join(lines)
    sure = f"{words.percent(card.confidence)}, {card.sureness}. " if card.confidence is not None else ""
    yield (
        f"{sure}{escape(card.justification)}"
        if card.label
        else "This claim is checkable, but the run left no verdict on it."
    )


def _asked(card: Card) -> str:
    return f"{card.question} " if card.question else ""


def _verdict(label_words: str, confidence: float | None) -> str:
    chance = f" ({words.percent(confidence)})" if confidence is not None else ""
    return f"{label_words}{chance}:".replace("<", "\\<").replace(">", "\\>")


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
    marks = (f"**{escape(mark)}**" for mark in view.marks)
    parts = (title, escape(view.source or ""), escape(view.tier), view.published, *marks)
    return ", ".join(part for part in parts if part)


def _linked(text: str, href: str | None) -> str:
    """:param text: escaped."""
    if href is None:
        return text
    return f"[{text}](<{href}>)" if "(" in href or ")" in href else f"[{text}]({href})"
