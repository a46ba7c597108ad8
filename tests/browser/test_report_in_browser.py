"""The morning page and the page of a claim in a real browser: from a file, with no network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import Tab
from tests.verifier.report.samples import full_report, make_report, remembered_report, said_report
from verifier.report import render_claim_html, render_html
from verifier.rows import RunReport
from verifier.types import Failure, RunStatus, Substitution

pytestmark = pytest.mark.browser

OpenTab = Callable[..., Tab]
# What is not in view is not laid out, and would be measured where it does not stand.
UNFOLD = """() => {
  document.querySelectorAll('details').forEach((d) => { d.open = true; });
  document.querySelectorAll('.article').forEach((a) => { a.style.contentVisibility = 'visible'; });
}"""
SHOWN = "() => [...document.querySelectorAll('.claim')].filter((c) => c.checkVisibility()).length"
SHOWN_TEXTS = "() => [...document.querySelectorAll('.claim')].filter((c) => c.checkVisibility())\
.map((c) => c.querySelector('bdi').textContent)"


def all_kinds(**run_fields: object) -> RunReport:
    """Every kind of thing that a page has to show, in two articles of two days."""
    bridge, spill = *full_report().articles, *said_report().articles
    earlier = tuple(replace(row, claim=replace(row.claim, claim_date=date(2026, 5, 5))) for row in spill.claims)
    spill = replace(spill, claims=earlier)
    failure = Failure("flood.html", "read", "UnreadableSourceError", "found no text")
    return replace(make_report(bridge, spill, **run_fields), failures=(failure,) if run_fields else ())


def file_of(folder: Path, html: str) -> Path:
    """The page as a file."""
    path = folder / "index.html"
    path.write_text(html, "utf-8")
    return path


@pytest.fixture
def morning(tmp_path: Path, open_tab: OpenTab) -> Callable[..., Any]:
    """Open the morning page of a report; of every kind of thing, unless told otherwise."""

    def opened(report: RunReport | None = None, **options: object) -> Any:
        return open_tab(file_of(tmp_path, render_html(report or all_kinds())), **options).page

    return opened


def until(page: Any, script: str, value: object) -> None:
    """Wait for what the page becomes; its policy forbids Playwright's own way, which evaluates a string in it."""
    for _ in range(100):
        if page.evaluate(script) == value:
            return
        page.wait_for_timeout(50)
    assert page.evaluate(script) == value


def wide_report() -> RunReport:
    """A report with unbreakable words wherever a source can put one."""
    long = "x" * 300
    report = full_report(status=RunStatus.FAILED, code_version=long, settings_json=long, model_ids=(long,))
    [article] = report.articles
    rows = tuple(
        replace(
            row,
            claim=replace(
                row.claim,
                text=long,
                speaker=long,
                reason=row.claim.reason and long,
                quotes=(long,),
                substitutions=(Substitution(0, 1, long, long, long),),
            ),
        )
        for row in article.claims
    )
    known = replace(article.article, title=long, source=long)
    failures = (Failure(long, long, long, long),)
    return replace(report, failures=failures, articles=(replace(article, article=known, claims=rows),))


def test_pages_open_without_a_word_on_the_console(tmp_path: Path, open_tab: OpenTab, morning: Callable[..., Any]):
    """No script error, no request, nothing that the page's own policy refuses; `open_tab` watches."""
    morning()
    morning(make_report())
    report = full_report()
    open_tab(file_of(tmp_path, render_claim_html(report, report.articles[0].claims[1].claim.id)))


def test_policy_refuses_what_a_source_would_smuggle_in(tmp_path: Path, open_tab: OpenTab):
    """Were markup to slip through, image, script and handler would be refused, and this suite would see it."""
    smuggled = '<img src="https://example.org/x.png"><script>document.title = "taken"</script></main>'
    tab = open_tab(file_of(tmp_path, render_html(full_report()).replace("</main>", smuggled)))
    assert len([told for told in tab.complaints if "Content Security Policy" in told]) == 2
    assert tab.page.title() != "taken"
    tab.complaints.clear()


@pytest.mark.parametrize("width", [360, 390, 1280])
def test_pages_never_scroll_sideways(tmp_path: Path, open_tab: OpenTab, width: int):
    """Not on a phone, not with everything unfolded, not with a word of 300 letters."""
    wide = wide_report()
    claim = render_claim_html(wide, wide.articles[0].claims[1].claim.id)
    for html in (render_html(all_kinds()), render_html(wide), claim):
        page = open_tab(file_of(tmp_path, html), width=width).page
        page.evaluate(UNFOLD)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(
    ("field", "value", "n"),
    [
        ("verdict", "CONTENT REFUTED", 2),
        ("verdict", "SPEECH_ACT SUPPORTED", 1),
        ("speaker", "Ilse Brandt", 3),
        ("seen", "known", 0),
        ("seen", "new", 9),
        ("from", "2026-06-01", 5),
        ("to", "2026-06-01", 4),
        ("words", "tanker oil", 3),
        ("words", "port register", 2),
        ("words", "no such words", 0),
    ],
)
def test_filters_show_what_fits_and_count_it(morning: Callable[..., Any], field: str, value: str, n: int):
    """By verdict, speaker, day, whether it is new, and the words of claim, quote or source; reset brings all back."""
    page = morning()
    page.evaluate(UNFOLD)
    control = page.locator(f".tools [name={field}]")
    if control.evaluate("node => node.tagName") == "SELECT":
        control.select_option(value)
    else:
        control.fill(value)
    until(page, SHOWN, n)
    assert page.locator(".tools output").text_content() == ("" if n == 9 else f"{n} of 9 claims")
    page.get_by_role("button", name="Reset").click()
    until(page, SHOWN, 9)


def test_an_article_can_be_shown_alone(morning: Callable[..., Any]):
    """The others are hidden with their headings."""
    page = morning()
    page.locator("[name=article]").select_option(label="Oil in the harbour")
    assert page.locator(".article:visible h3").all_inner_texts() == ["Oil in the harbour"]


@pytest.mark.parametrize(
    ("order", "first"),
    [
        ("verdict", "Work on the Harbour Bridge cost 48 million euros."),
        ("unsure", "The Harbour Bridge reopened on Monday."),
        ("sure", "The Harbour Bridge was built in 1931."),
        ("newest", "The Harbour Bridge reopened on Monday."),
        ("speaker", "Work on the Harbour Bridge cost 48 million euros."),
    ],
)
def test_claims_can_be_put_in_another_order_and_back(morning: Callable[..., Any], order: str, first: str):
    """All of them, in one list over all articles; then again by article as before."""
    page = morning()
    before = page.evaluate(SHOWN_TEXTS)
    page.locator("[name=order]").select_option(order)
    told = page.evaluate(SHOWN_TEXTS)
    assert told[0] == first and sorted(told) == sorted(before)
    assert page.locator(".article:visible").count() == 0
    page.locator("[name=order]").select_option("")
    assert page.evaluate(SHOWN_TEXTS) == before


def test_a_permalink_opens_its_claim_even_where_a_filter_hides_it(morning: Callable[..., Any]):
    """From what needs a person, after a filter, and when the page is opened with it."""
    page = morning()
    page.locator("[name=verdict]").select_option("CONTENT SUPPORTED")
    page.locator("#person ~ .entries a[href='#claim-oil']").first.click()
    panel = page.locator("#claim-oil")
    assert panel.is_visible() and page.evaluate(SHOWN) == 9
    assert page.evaluate("document.activeElement.closest('.claim').contains(document.querySelector('#claim-oil'))")
    page.goto(f"{page.url.split('#')[0]}#claim-beaches")
    page.reload()
    assert page.locator("#claim-beaches").is_visible() and not page.locator("#claim-oil").is_visible()


def test_a_stretch_of_the_strip_leads_to_its_claim_and_says_which(morning: Callable[..., Any]):
    """What is drawn can be pointed at; without a pointer the list below has all of it."""
    page = morning()
    assert not page.locator("#claim-oil").is_visible()
    stretch = page.locator(".strip [data-claim=oil]")
    stretch.hover()
    assert "900 tonnes of oil" in (stretch.locator("title").text_content() or "")
    stretch.click()
    assert page.locator("#claim-oil").is_visible()


def test_the_keyboard_alone_suffices(morning: Callable[..., Any]):
    """Tab reaches links, tools and claims in the order of the page, Enter follows and unfolds; focus is always seen."""
    page = morning()
    seen = []
    for _ in range(60):
        page.keyboard.press("Tab")
        told = page.evaluate("""() => {
          const node = document.activeElement, style = getComputedStyle(node);
          return [node.name || node.textContent.trim().slice(0, 20), style.outlineStyle !== 'none', node.tagName];
        }""")
        seen.append(told)
        if told[0] == "reset" or told[0] == "Reset":
            break
    names = [name for name, _, _ in seen]
    assert names.index("words") < names.index("verdict") < names.index("order") < names.index("Reset")
    assert names[0].endswith("changed") and all(has_outline for _, has_outline, _ in seen)
    page.keyboard.press("Tab")  # the first claim, or the link to its article
    while page.evaluate("document.activeElement.tagName") != "SUMMARY":
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.locator(".claim[open]").count() == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing_serious(tmp_path: Path, open_tab: OpenTab, scheme: str, width: int):
    """Contrast, names, roles and order, with everything unfolded, in what was said and what is remembered too."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="no axe: install the dev extra")
    report = all_kinds(status=RunStatus.FAILED)
    report = replace(report, articles=(*report.articles, *remembered_report().articles))
    claim = report.articles[0].claims[1].claim.id
    for html in (render_html(report), render_claim_html(report, claim)):
        page = open_tab(file_of(tmp_path, html), width=width, scheme=scheme).page
        page.evaluate(UNFOLD)
        found = axe.Axe().run(page).response["violations"]
        serious = [
            (broken["id"], node["target"], node.get("failureSummary"))
            for broken in found
            if broken["impact"] in ("serious", "critical", "moderate")
            for node in broken["nodes"][:3]
        ]
        assert serious == []


def test_without_scripts_every_claim_unfolds(tmp_path: Path, browser: Any):
    """The tools, which would do nothing, stay hidden; a link on the page opens its claim all the same."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(file_of(tmp_path, render_html(all_kinds())).as_uri())
    assert not page.locator(".tools").is_visible()
    page.locator("a[href='#claim-oil']").first.click()
    assert page.locator("#claim-oil").is_visible()
    context.close()


def test_on_paper_nothing_stands_that_only_works_on_a_screen(morning: Callable[..., Any]):
    """Tools and commands are left out, black on white also where the screen was dark."""
    page = morning(scheme="dark")
    page.emulate_media(media="print")
    assert not page.locator(".tools").is_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_pages_are_no_blank_sheets(
    morning: Callable[..., Any], shots: Path | None, tmp_path: Path, scheme: str, width: int
):
    """The browser paints them; VERIFIER_SCREENSHOTS=folder keeps the pictures for a look."""
    page = morning(width=width, scheme=scheme)
    page.evaluate(UNFOLD)
    image = (shots or tmp_path) / f"morning-{scheme}-{width}.png"
    page.screenshot(path=image, full_page=True)
    assert image.stat().st_size > 50_000
