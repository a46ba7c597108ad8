"""The HTML page: what an editor must see, and what a hostile source must not achieve."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

from tests.verifier.report.samples import (
    full_report,
    make_article,
    make_document,
    make_evidence,
    make_report,
    one_claim_report,
    remembered_report,
    said_report,
)
from verifier.report import render_claim_html, render_html
from verifier.rows import ArticleReport, Count, Desk, PastVerdict, RunReport
from verifier.types import Failure, Label, RunStatus

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&{{ 7 * 7 }}"


class _Page(HTMLParser):
    """Tags with their attributes, and the text outside style and script."""

    def __init__(self, html: str):
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self._inside = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside = tag

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside not in ("style", "script"):
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def hostile_report() -> RunReport:
    """A report in which every text comes from someone who wants to take over the page."""
    document = make_document(HOSTILE, f"{HOSTILE} Text.", url="javascript:alert(3)", source=HOSTILE)
    report = one_claim_report(make_evidence(document, quotes=(HOSTILE,)), code_version=HOSTILE, settings_json=HOSTILE)
    [article] = report.articles
    [row] = article.claims
    assert row.verdict is not None
    claim = replace(row.claim, text=HOSTILE, speaker=HOSTILE, sentence=HOSTILE)
    row = replace(row, claim=claim, verdict=replace(row.verdict, justification=HOSTILE))
    kept = remembered_report().articles[0].claims[0]
    row = replace(
        row,
        reviews=tuple(replace(review, reviewer=HOSTILE, comment=HOSTILE) for review in kept.reviews),
        causes=(replace(kept.causes[0], detail=HOSTILE),),
        previous=kept.previous,
        judged_as=HOSTILE,
        fact_checks=tuple(
            replace(check, claim=HOSTILE, rating=HOSTILE, publisher=HOSTILE, url="javascript:alert(5)")
            for check in kept.fact_checks
        ),
    )
    known = replace(article.article, title=HOSTILE, source=HOSTILE, url='https://x.example/"onclick="alert(4)')
    return replace(report, articles=(ArticleReport(known, (row,)),), failures=(Failure(*[HOSTILE] * 4),))


def test_html_shows_hostile_text_as_text():
    """Markup in titles, quotes, speakers and failures is shown, never obeyed."""
    page = _Page(render_html(hostile_report()))
    assert len(page.all("script")) == 1 and not page.all("img")
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]
    assert page.text.count("<script>alert(1)</script>") >= 12
    assert "{{ 7 * 7 }}" in page.text


def test_html_links_only_to_web_addresses_and_its_own_claims():
    """A `javascript:` URL leaves its title without a link; the page gives no referrer away."""
    page = _Page(render_html(hostile_report()))
    links = page.all("a")
    assert [link["href"] for link in links if link["href"] and not link["href"].startswith("#")] == [
        "https://x.example/%22onclick=%22alert(4)"
    ]
    page = _Page(render_html(full_report()))
    assert len([link for link in page.all("a") if (link["href"] or "").startswith("http")]) > 3
    assert {"name": "referrer", "content": "no-referrer"} in page.all("meta")


def test_html_links_on_the_page_have_their_targets():
    """Every link of the index has its target on the page, once."""
    page = _Page(render_html(full_report()))
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    targets = [link["href"] for link in page.all("a") if (link["href"] or "").startswith("#")]
    assert len(targets) > 10 and len(ids) == len(set(ids))
    assert {target[1:] for target in targets if target} <= set(ids)


def test_html_shows_what_is_remembered_of_a_claim():
    """What people said stands beside the badge and in the index; only a fact-check that can be read is a link."""
    report = remembered_report()
    page = _Page(render_html(report))
    assert page.text.count("Reviewed: Supported, by Ada Brook (2026-11-12, on another run's verdict)") == 2
    for words in (
        "Refuted 87%",
        "Reviewed: wrong evidence “Accounts”, by Bo (2026-11-12)",
        "found wrong by Bo",
        "Was Supported 91% (run of 2026-05-03). “Accounts” came into the corpus on 2026-05-04",
        "Seen in 6 articles since 2026-05-03",
        "Checked by Facts (2026-05-04): False, of “It cost 48 million.”",
        f"verifier review {report.articles[0].claims[0].claim.id} …",
    ):
        assert words in page.text
    links = [link["href"] for link in page.all("a") if not (link["href"] or "").startswith("#")]
    assert links.count("https://facts.example/1") == 1 and not [x for x in links if x and x.startswith("javascript")]


def test_html_fetches_nothing():
    """No element loads anything from outside, and the policy admits only this style and this script."""
    html = render_html(full_report())
    page = _Page(html)
    loaded = [attributes.get("src") or "" for _, attributes in page.tags] + [a["href"] for a in page.all("link")]
    assert set(loaded) <= {"", "data:,"}
    [policy] = [m["content"] for m in page.all("meta") if m.get("http-equiv") == "Content-Security-Policy"]
    assert policy is not None and "default-src 'none'" in policy and "unsafe" not in policy
    for tag in ("style", "script"):
        [content] = re.findall(f"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    # A url(#...) is a pattern on the page itself, a data: one a sign that it brings along.
    assert not re.search(r"""url\((?!#|"data:image/svg)|@import""", html)


def test_html_says_the_verdict_in_words_with_its_chance():
    """Colour is never the only sign: the badge has words and percentage, and each label a sign of its own."""
    html = render_html(full_report())
    text = _Page(html).text
    for words in ("Refuted 93%", "Conflicting evidence 71%", "Supported 96%", "Not enough evidence 64%"):
        assert words in text
    assert all(f".{label} {{ --tone: var(--{label}); --sign: url(" in html for label in (*Label, "NO_VERDICT"))


def test_html_marks_the_rationale_inside_its_passage():
    """Neighbouring sentences are one mark, and the rest of the passage stands around it."""
    html = render_html(full_report())
    assert (
        "The council met on 3 March. <mark>The final accounts put the cost of the bridge repairs at 61.4 million "
        "euros. That is 13 million more than planned.</mark> The mayor did not comment."
    ) in html


def test_html_shows_a_claim_with_all_that_a_reader_needs_to_judge_it():
    """Speaker, comparison, source, date, justification, missing side and reason of what was not checked."""
    text = _Page(render_html(full_report())).text
    for words in (
        "Is it true? Not a single worker was injured during the repairs of the Harbour Bridge. claimed by Mayor Ilse",
        "93%, very likely right. Refuted by “Council approves final accounts”",
        "Differs article: 48 million euros; evidence: 61.4 million euros (as of 2026-03-04)",
        "Council approves final accounts · City Gazette · official · 2026-03-04 same text as 1 other",
        "Bridge bill grows · City Gazette · news · 2026-11-24 published after the claim same text as 1 other",
        "Repairs planned · City Gazette · official · 2024-01-10 from before the event",
        "Labour inspectorate",
        "One side says there were no injuries",
        "No passage found for it.",
        "Nearest passage, does not settle it",
        "7 sentences: 5 checked, 1 ambiguous, 1 not checked (1 opinion)",
        "2 lines not checked, with reasons",
        "3 further passages",
        "ambiguous: who “they” are is not said",
    ):
        assert words in text


def test_html_tells_what_was_said_from_what_is_true():
    """Each card of a reported sentence says what it answers, and the counts of the two are never added up."""
    text = _Page(render_html(said_report())).text
    for words in (
        "Is it true? 3 claims",
        "Was it said? 1 claim",
        "Supported 90% Was it said? Ilse Brandt said the tanker",
        "In the speaker’s words: lost 900 tonnes of oil",
        "“She” became “Ilse Brandt” (the only woman named in the sentence before)",
        "“2026” was added (the year of the article)",
        "Refuted 94% Is it true? The tanker lost 900 tonnes of oil. claimed by Ilse Brandt",
        "Supported 92% Ilse Brandt opened the hearing on 4 May 2026.",
        "All will be clean by June. prediction",
    ):
        assert words in text
    assert "Was it said?" not in _Page(render_html(full_report())).text


def test_html_goes_from_what_changed_to_the_figures():
    """The order of a morning: what changed, what needs a person, what failed, the claims, and the figures last."""
    html = render_html(full_report())
    headings = ["What changed", "For a person to look at", "What failed", "Claims by article", "Figures"]
    assert re.findall(r"<h2[^>]*>(.*?)</h2>", html) == headings
    text = _Page(html).text
    assert "5 claims in 1 article: 1 verdict changed , 3 for a person to look at , 0 failures ." in text
    assert "Conflicting evidence 1, passages stand on both sides" in text
    assert "They will be back next year. who “they” are is not said, in Bridge reopens after repairs" in text


def test_html_shows_the_text_of_an_article_with_its_verdicts():
    """Each judged sentence leads to its claim and has the class of its verdict; the strip draws the same."""
    page = _Page(render_html(said_report()))
    full = re.search(r'<div class="full".*?</div>', render_html(said_report()), re.DOTALL)
    assert full is not None
    assert re.search(
        r'<a class="REFUTED" href="#claim-said">She said the tanker|<a class="REFUTED" href="#claim-oil">', full[0]
    )
    assert '<span class="AMBIGUOUS">They had warned of it.</span>' in full[0]
    [strip] = [svg for svg in page.all("svg") if "strip" in (svg.get("class") or "")]
    assert strip["aria-label"] == "Where in the text the claims stand: 1 refuted, 3 supported"


def test_html_draws_the_desk_over_time_by_site_and_by_speaker():
    """Each row has its numbers beside the drawing, and the drawing has them in words."""
    desk = Desk(
        by_day=(Count("2026-11-22", (3, 1, 0, 2)), Count("2026-11-23", (1, 0, 0, 1))),
        by_site=(Count("news.example", (4, 1, 0, 3)), Count("", (1, 0, 0, 0))),
        by_speaker=(Count("Ada Brook", (0, 1, 0, 0)),),
    )
    page = _Page(render_html(replace(full_report(), desk=desk)))
    for words in ("2026-11-22 1 0 3 2 6", "news.example 1 0 4 3 8", "no web address 0 0 1 0 1", "Ada Brook 1 0 0 0 1"):
        assert words in page.text
    drawn = [svg["aria-label"] for svg in page.all("svg") if "labels" in (svg.get("class") or "")]
    assert drawn[0] == "6 claims: 1 refuted, 3 supported, 2 not enough evidence"


def test_html_tells_the_history_of_a_verdict():
    """Each step with its day, and when it was given again."""
    report = remembered_report()
    [rows] = report.articles
    moment = datetime(2026, 5, 3, tzinfo=UTC)
    past = (PastVerdict("an-earlier-run", moment, Label.SUPPORTED, 0.91, ()),)
    row = replace(rows.claims[0], history=past, n_verdicts=2)
    text = _Page(render_html(replace(report, articles=(replace(rows, claims=(row,)),)))).text
    assert "2026-05-03 Supported 91%; given again once 2026-11-12 Supported, said Ada Brook" in text


def test_html_page_of_one_claim_stands_by_itself():
    """What the verdict rests on, and the versions that gave it; its policy is as strict."""
    report = full_report()
    claim_id = report.articles[0].claims[1].claim.id
    html = render_claim_html(report, claim_id)
    text = _Page(html).text
    for words in (
        "Refuted 93% very likely right",
        "Work on the bridge cost 48 million euros, the city says. “Not a single worker",
        "Differs article: 48 million euros; evidence: 61.4 million euros (as of 2026-03-04)",
        "Run run-20261123-0600, 2026-11-23 06:00 to 06:04 UTC",
        "Models all-MiniLM-L6-v2, stance-minilm-1",
    ):
        assert words in text
    assert "default-src &#39;none&#39;" in html and "was injured during the repairs of the Harbour Bridge" not in html


def test_html_names_the_author_of_an_article_that_has_one():
    """As the article names them, with nothing in it that could become markup; without one, no word of it."""
    report = said_report()
    [rows] = report.articles
    signed = replace(report, articles=(replace(rows, article=replace(rows.article, author="Nora <b>Feld")),))
    assert "by Nora <b>Feld ·" in _Page(render_html(signed)).text
    assert "by Nora" not in _Page(render_html(report)).text


def test_html_draws_the_coverage_of_an_article_with_its_words():
    """The bar's parts fill it, its text for those who do not see it is the whole line, and each part has words."""
    page = _Page(render_html(said_report()))
    [bar] = [svg for svg in page.all("svg") if svg.get("role") == "img" and "coverage" in (svg["class"] or "")]
    line = "4 sentences: 2 checked, 1 ambiguous, 1 not checked (1 opinion); 2 other lines (1 byline, 1 heading)"
    assert bar["aria-label"] == line
    assert line in page.text
    parts = [rect for rect in page.all("rect") if "x" in rect and rect["class"] and rect["class"].islower()]
    assert sum(float((part["width"] or "").rstrip("%")) for part in parts) == pytest.approx(100, abs=0.01)
    assert [part["class"] for part in parts] == ["checked", "ambiguous", "not-checked", "other"]
    assert "2 checked 1 ambiguous 1 not checked 2 other lines" in page.text


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (RunStatus.FAILED, "This run failed."),
        (RunStatus.FINISHED_WITH_FAILURES, "This run finished, but part of it failed."),
        (RunStatus.RUNNING, "This run is still running, or was stopped before its end."),
    ],
)
def test_html_of_a_run_that_did_not_end_well_says_so_first(status: RunStatus, words: str):
    """The banner comes before everything else in the page, and lists each failure with its reason."""
    failures = tuple(Failure(f"wire-{n}.html", "read", "UnreadableSourceError", "found no text") for n in range(12))
    html = render_html(RunReport(full_report(status=status).run, failures, full_report().articles))
    assert html.index(words) < html.index("<h1>")
    assert html.index('class="banner failed"') < html.index(words)
    assert all(f"wire-{n}.html" in html for n in range(12))


def test_html_of_a_good_run_has_no_banner():
    """An alarm that is always there would not be read."""
    report = one_claim_report(make_evidence(make_document("T", "Text."), quotes=("Text.",)))
    assert "banner failed" not in render_html(report) and 'role="alert"' not in render_html(report)


def test_html_of_an_empty_run_renders():
    """No article at all is a page too, and so is an article without text, which has no bar to draw."""
    assert "No claim was refuted" in render_html(make_report())
    html = render_html(make_report(ArticleReport(make_article(""), ())))
    assert "0 sentences" in html and "<svg class=" not in html.replace('<svg width="0"', "")


def test_html_without_scripts_shows_every_claim():
    """The tools are hidden until the script runs, and no claim is: each unfolds by itself."""
    page = _Page(render_html(full_report()))
    assert "hidden" in page.all("form")[0]
    claims = [a for a in page.all("details") if (a.get("class") or "").startswith("claim ")]
    assert len(claims) == 5
    assert not [a for a in claims if "hidden" in a]


def test_html_of_thousands_of_claims_counts_further_passages():
    """They would make the page a third longer; the page of a claim has them all."""
    report = full_report()
    [article] = report.articles
    claims = tuple(
        replace(row, claim=replace(row.claim, id=f"{row.claim.id}-{n}")) for n in range(401) for row in article.claims
    )
    html = render_html(replace(report, articles=(replace(article, claims=claims),)))
    assert html.count('<details class="claim ') == 2005
    assert "3 further passages: <code>verifier report --claim" in html and '<details class="further">' not in html
