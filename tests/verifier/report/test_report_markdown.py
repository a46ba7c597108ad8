"""Markdown: the same content, readable as it stands, and inert."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.verifier.report.samples import (
    full_report,
    make_document,
    make_evidence,
    one_claim_report,
    remembered_report,
    said_report,
)
from verifier.report import render_markdown
from verifier.report.markdown import escape
from verifier.rows import RunReport
from verifier.types import Failure, RunStatus


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("a | b", r"a \| b"),
        ("<script>x</script>", r"\<script\>x\</script\>"),
        ("[a](javascript:b)", r"\[a\](javascript:b)"),
        ("*a* `b` _c_ ~d~", r"\*a\* \`b\` \_c\_ \~d\~"),
        ("snake_case AT&T -5 degrees 0.1.0 #tag", "snake_case AT&T -5 degrees 0.1.0 #tag"),
        ("x.__class__ __x_", r"x.\_\_class\_\_ \_\_x\_"),
        ("&lt;", r"\&lt;"),
        ("a\n\n# b", "a # b"),
        ("# a", r"\# a"),
        ("- a", r"\- a"),
        ("1. a", r"1\. a"),
        ("1931.", r"1931\."),
        ("---", r"\---"),
        ("a\\b", r"a\\b"),
    ],
)
def test_escape_leaves_nothing_that_markdown_or_html_reads(text: str, escaped: str):
    """Markup characters are escaped where they would mean something, and left alone where they would not."""
    assert escape(text) == escaped


def test_markdown_holds_the_whole_report():
    """Verdict, claim in its sentence, both sides with quote and source, findings and what was not checked."""
    text = render_markdown(full_report())
    for line in (
        "| Refuted | 1 |",
        "7 sentences: 5 checked, 1 ambiguous, 1 not checked (1 opinion)",
        "#### Refuted (93%): Work on the Harbour Bridge cost 48 million euros.",
        "  - Differs: article: 48 million euros; evidence: 61.4 million euros (as of 2026-03-04)",
        "- Is it true? Claimed by Mayor Ilse Brandt",
        "- Further, does not settle it: [Repairs planned](https://example.org/gazette), City Gazette, official, "
        "2024-01-10, **from before the event**",
        "- For: “The contractor reports that the repairs were completed without any injury to its staff.” "
        "([Contractor's note](https://example.org/gazette), Stahlbau AG, undated)",
        "- Nearest passage, does not settle it: “In 2015 some 31,000 vehicles crossed Harbour Bridge each day.” "
        "([Traffic counts](https://example.org/gazette), City Gazette, 2016-01-11)",
        "93%, very likely right. Refuted by “Council approves final accounts” (City Gazette, 2026-03-04). "
        "Article: 48 million euros; evidence: 61.4 million euros (as of 2026-03-04).",
        "- They will be back next year. (who “they” are is not said, in Bridge reopens after repairs)",
        "| It was the greatest day of the year. | opinion |",
        "This claim is checkable, but the run left no verdict on it.",
    ):
        assert line in text.splitlines()


def test_markdown_index_comes_before_the_articles():
    """What is refuted, and by which quote, stands at the top."""
    text = render_markdown(full_report())
    index = text[: text.index("### Bridge reopens")]
    assert (
        "- **Refuted (93%):** Is it true? Work on the Harbour Bridge cost 48 million euros. (claimed by City" in index
    )
    assert "  - Against: “The final accounts put the cost of the bridge repairs at 61.4 million euros." in index
    assert "City Gazette, official, 2026-03-04, **same text as 1 other**)" in index


def test_markdown_tells_what_was_said_from_what_is_true():
    """Two columns of counts, and under each claim its sentence, what it answers and what was put otherwise."""
    lines = render_markdown(said_report()).splitlines()
    card = lines.index("#### Refuted (94%): The tanker lost 900 tonnes of oil.")
    assert "- Is it true? Claimed by Ilse Brandt" in lines[card:]
    for line in (
        "| Verdict | Is it true? | Was it said? |",
        "| Supported | 2 | 1 |",
        "- Was it said?",
        "- In the speaker's words: “lost 900 tonnes of oil”",
        "- Put otherwise: “She” became “Ilse Brandt” (the only woman named in the sentence before)",
        "| All will be clean by June. | prediction |",
        "4 sentences: 2 checked, 1 ambiguous, 1 not checked (1 opinion); 2 other lines (1 byline, 1 heading)",
    ):
        assert line in lines


def test_markdown_of_a_failed_run_says_so_first_and_lists_what_failed():
    """The alarm stands right under the title, each failure with its reason on a line of its own."""
    report = full_report(status=RunStatus.FAILED)
    failure = Failure("a|b.html", "read", "UnreadableSourceError", "found\n# nothing")
    lines = render_markdown(RunReport(report.run, (failure,), report.articles)).splitlines()
    assert lines[2] == "> **THIS RUN FAILED. WHAT FOLLOWS IS INCOMPLETE.**"
    assert lines[4].startswith("> 1 failure: it is listed below.")
    assert lines[lines.index("## What failed") + 2] == r"- a\|b.html, read: UnreadableSourceError: found # nothing"


def test_markdown_keeps_hostile_sources_inert():
    """No raw tag, no link that is not to the web, no broken table row or heading."""
    hostile = "x](javascript:alert(1)) <script>alert(2)</script>\n\n# Hacked | y"
    document = make_document(hostile, f"{hostile} Text.", url="javascript:alert(3)", source=hostile)
    text = render_markdown(one_claim_report(make_evidence(document, quotes=(hostile,))))
    assert r"\<script\>alert(2)\</script\>" in text
    assert "<script" not in text.replace(r"\<script", "") and "alert(3)" not in text
    assert "x](" not in text.replace(r"x\](", "")
    assert not [line for line in text.splitlines() if line.startswith("# Hacked")]


def test_markdown_link_target_with_brackets_is_closed_off():
    """A bracket in a URL does not end the link early."""
    document = make_document("Harbour", "Text.", url="https://example.org/Harbour_(bridge")
    text = render_markdown(one_claim_report(make_evidence(document, quotes=("Text.",))))
    assert "[Harbour](<https://example.org/Harbour_(bridge>)" in text


def test_markdown_names_the_author_of_an_article_that_has_one():
    """In the line of the date, and no comma too many without one."""
    report = said_report()
    [rows] = report.articles
    signed = replace(report, articles=(replace(rows, article=replace(rows.article, author="Nora Feld")),))
    assert ", by Nora Feld, " in render_markdown(signed)
    assert "by Nora" not in render_markdown(report)


def test_markdown_shows_what_is_remembered_of_a_claim():
    """What people said in bold, also in the index, and a link for a fact-check that can be read."""
    report = remembered_report()
    lines = render_markdown(report).splitlines()
    for line in (
        "  - Reviewed: Supported, by Ada Brook (2026-11-12, on another run's verdict): The bill says so.",
        "- **Reviewed: Supported, by Ada Brook (2026-11-12, on another run's verdict): The bill says so.**",
        "- **Reviewed: wrong evidence “Accounts”, by Bo (2026-11-12)**",
        "- Was Supported 91% (run of 2026-05-03): “Accounts” came into the corpus on 2026-05-04",
        "- Seen in 6 articles since 2026-05-03",
        "- [Checked by Facts: False](https://facts.example/1)",
        "- Checked by Facts (2026-05-04): False, of “It cost 48 million.”",
        f"- Claim {report.articles[0].claims[0].claim.id}",
    ):
        assert line in lines
    assert any("**found wrong by Bo**" in line for line in lines)
