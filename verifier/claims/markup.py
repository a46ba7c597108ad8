"""Inline markup of scraped and Markdown text."""

from __future__ import annotations

import re

# Links and images keep their words; footnote numbers, emphasis, code ticks, the marks of a quote's further lines and
# invisible characters go.
MARKUP = re.compile(
    r"!?\[(?P<link>[^\[\]]{0,300})\]\((?:[^()\s]|\([^()\s]{0,100}\)){0,500}(?:\s\"[^\"\n]{0,200}\")?\)"
    r"|\[\d{1,3}\]|\*\*|__|`|~~|(?<=\n)[ \t]*>+[ \t]?|[\u200b-\u200f\u2060\ufeff\u00ad\x00-\x08]"
    r"|(?<!\w)[*_](?=\w)|(?<=[\w.,!?%)\"”’])[*_](?!\w)"
)


def without_markup(text: str) -> str:
    """The words of `text` as a reader sees them."""
    return MARKUP.sub(lambda found: found["link"] or "", text)
