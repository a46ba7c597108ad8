"""A review given on the page, in a real browser: the command in a file, the form where the page is served."""

from __future__ import annotations

import http.server
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import escape
from importlib import resources
from pathlib import Path

import pytest
from jinja2 import Environment, PackageLoader

from tests.browser.conftest import Tab
from tests.verifier.factories import make_article, make_claim, make_run, make_verdict
from verifier.report.words import LABEL_WORDS
from verifier.store import Store, open_published
from verifier.types import Label

pytestmark = pytest.mark.browser

OpenTab = Callable[..., Tab]
ROOT = Path(__file__).parents[2]
TEMPLATES = resources.files("verifier.report") / "templates"
HOSTILE = 'it\'s "so"; $(touch x) `id` <img src=x onerror=alert(1)> \\ !! é\x1b[A\tend'

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Review</title>
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<style>:root {{ color-scheme: light dark; --paper: #fff; --ink: #1b1b1a; --muted: #5f5e5a; --line: #dcdad4;
 --link: #0b4f8a; }}
@media (prefers-color-scheme: dark) {{
:root {{ --paper: #1f1f1d; --ink: #eceae4; --muted: #a8a69f; --line: #3a3936; --link: #8ec3f2; --REFUTED: #ff8a80; }} }}
* {{ box-sizing: border-box; }} body {{ background: var(--paper); color: var(--ink); font-family: sans-serif; }}
[hidden] {{ display: none !important; }} {style}</style>
<body{body}><div class="panel">
<div data-passage="84801569232423cf" data-title="{title}">The dam holds 2 million.</div>
<div data-passage="1111222233334444" data-title="Annual survey">It holds 3 million.</div>
<ul><li data-passage="84801569232423cf" data-title="again">The same.</li></ul>
<p class="review-hook" data-claim="2828f0aa" data-label="REFUTED"><code>verifier review 2828f0aa …</code></p></div>
<div class="panel"><p class="review-hook" data-claim="99" data-label=""><code>verifier review 99 …</code></p></div>
{form}<script>{script}</script></body></html>"""


@pytest.fixture
def static_page(tmp_path: Path) -> Path:
    """A page that holds no more than what the form is made for; its second claim has no verdict."""
    environment = Environment(loader=PackageLoader("verifier.report", "templates"), autoescape=True)
    page = PAGE.format(
        style=(TEMPLATES / "review.css").read_text("utf-8"),
        script=(TEMPLATES / "review.js").read_text("utf-8"),
        form=environment.get_template("review.html.j2").render(label_words=LABEL_WORDS),
        title=escape(HOSTILE.replace("\x1b", "")),
        body=f' data-db="{escape("it’s here/v.duckdb")}"',
    )
    path = tmp_path / "page.html"
    path.write_text(page, "utf-8")
    return path


def arguments_of(command: str) -> list[str]:
    """What a shell would call `verifier` with."""
    script = f'verifier() {{ for a in "$@"; do printf "%s\\0" "$a"; done; }}; {command}'
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return done.stdout.split("\0")[:-1]


def focused(tab: Tab) -> str:
    """The name of the field, or the words of the button, that has the focus."""
    return tab.page.evaluate("document.activeElement.name || document.activeElement.textContent")


def press(tab: Tab, *keys: str) -> None:
    for key in keys:
        tab.page.keyboard.press(key)


def test_the_script_never_makes_markup_of_text() -> None:
    """So that no title, name or comment can."""
    script = (TEMPLATES / "review.js").read_text("utf-8")
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|Function\(", script)


def test_the_file_gives_the_command_for_what_was_said(static_page: Path, open_tab: OpenTab, tmp_path: Path) -> None:
    """Live, and quoted so that a shell hands over exactly the words, whatever they are."""
    tab = open_tab(static_page)
    tab.page.get_by_role("button", name="Review…").click()
    form = tab.page.locator("form.review")
    form.get_by_label("The right label").select_option("SUPPORTED")
    form.get_by_label("Wrong evidence").select_option("84801569232423cf")
    form.get_by_label("Comment").fill(HOSTILE)
    form.get_by_label("Your name").fill("Ada O'Brook")
    command = form.get_by_label("The command that stores it").input_value()
    told = HOSTILE.replace("\x1b", " ").replace("\t", " ")
    said = ["review", "2828f0aa", "--label", "SUPPORTED", "--by", "Ada O'Brook", "--comment", told]
    assert arguments_of(command) == [*said, "--wrong-evidence", "84801569232423cf", "--db", "it’s here/v.duckdb"]
    assert "\t" not in command and "\x1b" not in command


def test_keyboard_alone_gives_a_review(static_page: Path, open_tab: OpenTab) -> None:
    """From the button to the command; Escape closes, gives the focus back and loses nothing."""
    tab = open_tab(static_page)
    press(tab, "Tab", "Enter")
    assert focused(tab) == "verdict"
    press(tab, "ArrowDown", "Tab", "Tab", "A", "Tab")
    tab.page.keyboard.type("Old.")
    press(tab, "Tab")
    tab.page.keyboard.type("Ada")
    command = tab.page.get_by_label("The command that stores it")
    assert arguments_of(command.input_value())[:5] == ["review", "2828f0aa", "--label", "REFUTED", "--by"]
    assert "--wrong-evidence 1111222233334444" in command.input_value()
    press(tab, "Escape")
    button = tab.page.get_by_role("button", name="Review…")
    assert (focused(tab), button.get_attribute("aria-expanded")) == ("Review…", "false")
    assert not tab.page.locator("form.review").is_visible()
    press(tab, "Enter")
    assert tab.page.get_by_label("Comment").input_value() == "Old."


def test_the_form_stands_under_its_button_and_every_field_has_a_name(static_page: Path, open_tab: OpenTab) -> None:
    """For who hears the page; passages are named once, by their titles as plain text."""
    tab = open_tab(static_page)
    tab.page.get_by_role("button", name="Review…").click()
    assert tab.page.evaluate("document.querySelector('.review-hook').nextElementSibling.matches('form.review')")
    unnamed = "[...document.querySelectorAll('form.review :is(input, select, textarea)')]"
    unnamed += ".filter((f) => !f.ariaLabel && ![...f.labels].some((l) => l.textContent.trim())).length"
    assert tab.page.evaluate(unnamed) == 0
    options = tab.page.get_by_label("Wrong evidence").locator("option").all_text_contents()
    assert len(options) == 3 and options[2] == "Annual survey (11112222)" and "<img src=x" in options[1]
    assert "Accept: Refuted is right" in tab.page.locator("form.review").text_content()


def test_a_claim_without_a_verdict_cannot_be_reviewed(static_page: Path, open_tab: OpenTab) -> None:
    """As the command says too."""
    tab = open_tab(static_page)
    assert tab.page.locator(".review-hook").count() == 2
    assert tab.page.get_by_role("button", name="Review…").count() == 1


def test_the_command_is_copied_or_selected(static_page: Path, open_tab: OpenTab) -> None:
    """Where the browser allows no clipboard, it stands selected and the status says which keys copy it."""
    tab = open_tab(static_page)
    tab.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab.page.get_by_role("button", name="Review…").click()
    copy, status = tab.page.get_by_role("button", name="Copy the command"), tab.page.get_by_role("status")
    tab.page.get_by_label("I leave the label open").press("Enter")
    assert (status.inner_text(), focused(tab)[:7]) == (
        "Say what is right or wrong: a label, wrong evidence or a comment.",
        "verdict",
    )
    tab.page.get_by_label("Comment").fill("Old.")
    copy.click()
    assert (status.inner_text(), focused(tab)) == ("Give your name.", "by")
    tab.page.get_by_label("Your name").fill("Ada")
    copy.click()
    status.get_by_text("Copied.").wait_for()
    command = tab.page.get_by_label("The command that stores it").input_value()
    assert tab.page.evaluate("navigator.clipboard.readText()") == command
    tab.page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    copy.click()
    status.get_by_text("Ctrl+C").wait_for()
    assert tab.page.evaluate("getSelection().toString()") == command


def test_the_name_is_remembered_where_the_browser_keeps_anything(static_page: Path, open_tab: OpenTab) -> None:
    """And asked for again, without an error, where it does not."""
    tab = open_tab(static_page)
    for remembered in ("", "Ada", ""):
        tab.page.get_by_role("button", name="Review…").click()
        assert tab.page.get_by_label("Your name").input_value() == remembered
        tab.page.get_by_label("Comment").fill("Old.")
        tab.page.get_by_label("Your name").fill("Ada")
        tab.page.get_by_role("button", name="Copy the command").click()
        tab.page.get_by_role("status").get_by_text(re.compile("Copied|is selected")).wait_for()
        if remembered:
            tab.page.add_init_script("Object.defineProperty(window, 'localStorage', { get() { throw Error('no'); } })")
        tab.page.reload()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_the_form_fits_a_phone(
    static_page: Path, open_tab: OpenTab, width: int, scheme: str, shots: Path | None
) -> None:
    """Nothing scrolls sideways, also with a title of a hundred letters in a list."""
    tab = open_tab(static_page, width=width, scheme=scheme)
    tab.page.get_by_role("button", name="Review…").click()
    tab.page.get_by_label("Comment").fill("x" * 400)
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= width
    if shots:
        tab.page.screenshot(path=shots / f"review-static-{width}-{scheme}.png", full_page=True)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_the_form(static_page: Path, open_tab: OpenTab, scheme: str) -> None:
    """Open, and with an error in it."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="no axe: install the dev extra")
    tab = open_tab(static_page, scheme=scheme)
    tab.page.get_by_role("button", name="Review…").click()
    tab.page.get_by_role("button", name="Copy the command").click()
    found = axe.Axe().run(tab.page, context="form.review").response
    assert [v["id"] for v in found["violations"] if v["impact"] in ("serious", "critical", "moderate")] == []
    assert len(found["passes"]) > 5


WORDS = [f"The dam of town number {i} holds {i} million litres." for i in range(6)]
ARTICLE = make_article(" ".join(WORDS))
CLAIMS = [make_claim(ARTICLE, sentence) for sentence in WORDS]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A database of six refuted claims, and the address that `verifier report --serve` gives."""
    database = tmp_path_factory.mktemp("served") / "v.duckdb"
    with Store.open(database) as store:
        store.begin_run(make_run())
        store.save("run-1", [ARTICLE], CLAIMS, [make_verdict(claim, Label.REFUTED) for claim in CLAIMS])
    command = [sys.executable, "-m", "flows.cli", "report", "--serve", "--db", str(database)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment) as server:
        try:
            assert server.stdout is not None
            yield database, server.stdout.readline().strip()
        finally:
            server.kill()


def open_form(tab: Tab, n: int) -> None:
    """That of the claim with this number, wherever on the page it is folded away."""
    tab.page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    tab.page.locator(f'.review-hook[data-claim="{CLAIMS[n].id}"] button').first.click()


def said_of(database: Path, n: int) -> list[tuple[str | None, str, str]]:
    with open_published(database)[0] as store:
        return [(r.label, r.reviewer, r.comment) for r in store.judged_claim(CLAIMS[n].id).reviews]


def lines(tab: Tab, n: int) -> list[str]:
    """The claim's list of reviews; the first, where the page has several."""
    return tab.page.locator(f'ul.reviews[data-claim="{CLAIMS[n].id}"]').first.locator("li").all_text_contents()


def test_a_review_on_the_served_page_is_stored_and_shown(
    desk: tuple[Path, str], open_tab: OpenTab, shots: Path | None
) -> None:
    """At once, in the words that the report has for it after a reload; comments are text, whatever they hold."""
    database, address = desk
    tab = open_tab(address, allow=address)
    open_form(tab, 0)
    comment = "<img src=x onerror=alert(1)> it’s “old”"
    tab.page.get_by_label("The right label").select_option("SUPPORTED")
    tab.page.get_by_label("Comment").fill(comment)
    tab.page.get_by_label("Your name").fill("Ada <b>Brook</b>")
    assert not tab.page.get_by_label("The command that stores it").is_visible()
    tab.page.get_by_role("button", name="Store the review").click()
    tab.page.get_by_role("status").get_by_text("Stored.").wait_for()
    [shown] = lines(tab, 0)
    if shots:
        tab.page.screenshot(path=shots / "review-served.png", full_page=True)
    assert re.fullmatch(r"Reviewed: Supported, by Ada <b>Brook</b> \([\d-]+\): " + re.escape(comment), shown)
    assert said_of(database, 0) == [("SUPPORTED", "Ada <b>Brook</b>", comment)]
    assert tab.page.get_by_label("Comment").input_value() == ""
    assert tab.page.get_by_label("I leave the label open").is_checked()
    tab.page.reload()
    assert shown in tab.page.locator("body").text_content()
    open_form(tab, 1)
    assert tab.page.get_by_label("Your name").input_value() == "Ada <b>Brook</b>"


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_wrong_evidence_is_chosen_by_its_title(
    desk: tuple[Path, str], open_tab: OpenTab, width: int, scheme: str, shots: Path | None
) -> None:
    """On the page of the claim, from what its verdict was given on."""
    database, address = desk
    n = 4 if scheme == "light" else 5
    tab = open_tab(f"{address}claim-{CLAIMS[n].id}.html", allow=address, width=width, scheme=scheme)
    open_form(tab, n)
    evidence = tab.page.get_by_label("Wrong evidence")
    titles = evidence.locator("option").all_text_contents()
    assert titles[0] == "none" and len(titles) == 3 and all(title.startswith("Dam register (") for title in titles[1:])
    evidence.select_option(index=1)
    chosen = evidence.input_value()
    tab.page.get_by_label("Your name").fill("Ada")
    tab.page.get_by_role("button", name="Store the review").press("Enter")
    tab.page.get_by_role("status").get_by_text("wrong evidence “Dam register”").wait_for()
    if shots:
        tab.page.screenshot(path=shots / f"review-claim-{width}-{scheme}.png", full_page=True)
    with open_published(database)[0] as store:
        assert [r.passage_id for r in store.judged_claim(CLAIMS[n].id).reviews] == [chosen]


def test_two_tabs_review_while_a_run_holds_the_database(desk: tuple[Path, str], open_tab: OpenTab) -> None:
    """Both wait for it; the same words become one review and other words a second one, and none is lost."""
    database, address = desk
    first = open_tab(address, allow=address)
    tabs = [first, open_tab(address, allow=address, beside=first), open_tab(address, allow=address, beside=first)]
    for tab, name in zip(tabs, ("Ada", "Ada", "Bo"), strict=True):
        open_form(tab, 2)
        tab.page.get_by_label("Accept").check()
        tab.page.get_by_label("Your name").fill(name)
    with held(database):
        for tab in tabs:
            tab.page.get_by_role("button", name="Store the review").click()
        time.sleep(1)
        assert [tab.page.get_by_role("status").inner_text() for tab in tabs] == ["Storing …"] * 3
    for tab in tabs:
        tab.page.get_by_role("status").get_by_text("Stored.").wait_for()
    assert sorted(name for _, name, _ in said_of(database, 2)) in (["Ada", "Bo"], ["Ada", "Ada", "Bo"])
    assert {label for label, _, _ in said_of(database, 2)} == {"REFUTED"}


@contextmanager
def held(database: Path) -> Iterator[None]:
    """Another process has it open to write."""
    command = [sys.executable, str(ROOT / "tests" / "writer.py"), str(database), "hold"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None and writer.stdout.readline() == "holding\n"
        yield
        writer.communicate("\n", timeout=30)


def test_what_the_server_refuses_is_a_sentence_in_the_form(desk: tuple[Path, str], open_tab: OpenTab) -> None:
    """Which says why, and what was written still stands there."""
    _, address = desk
    tab = open_tab(address, allow=address)
    tab.page.evaluate("document.querySelectorAll('.review-hook').forEach((h) => { h.dataset.claim += 'f'; })")
    tab.page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    tab.page.locator(".review-hook button").first.click()
    tab.page.get_by_label("Comment").fill("Old.")
    tab.page.get_by_label("Your name").fill("Ada")
    tab.page.get_by_role("button", name="Store the review").click()
    tab.page.get_by_role("status").get_by_text("expected a claim_id").wait_for()
    assert tab.page.get_by_label("Comment").input_value() == "Old."
    assert tab.complaints.pop().startswith("error: Failed to load resource")  # the browser notes the status 404


def test_a_server_that_was_stopped_is_said_and_nothing_is_lost(desk: tuple[Path, str], open_tab: OpenTab) -> None:
    """What was written still stands in the form."""
    _, address = desk
    tab = open_tab(address, allow=address)
    open_form(tab, 0)
    tab.page.get_by_label("Comment").fill("Old.")
    tab.page.get_by_label("Your name").fill("Ada")
    tab.page.route("**/reviews", lambda route: route.abort("connectionrefused"))
    tab.page.get_by_role("button", name="Store the review").click()
    tab.page.get_by_role("status").get_by_text("does not answer").wait_for()
    assert tab.page.get_by_label("Comment").input_value() == "Old."
    assert "ERR_CONNECTION_REFUSED" in tab.complaints.pop()


FOREIGN = """<!doctype html><title>Foreign</title><iframe src="ADDRESS"></iframe><iframe name="sent"></iframe>
<form method="post" enctype="text/plain" action="ADDRESSreviews" target="sent"><input
 name='{"claim_id": "CLAIM", "label": "SUPPORTED", "comment": "", "passage_id": null, "by": "' value='Eve"}'></form>
<script>
const body = '{"claim_id": "CLAIM", "label": "SUPPORTED", "comment": "", "passage_id": null, "by": "Eve"}';
const post = (options) => fetch("ADDRESSreviews", { method: "POST", body, ...options });
const headers = { "Content-Type": "application/json", "X-CSRF-Token": "x" };
document.forms[0].submit();
window.done = Promise.allSettled([fetch("ADDRESS"), post({ mode: "no-cors" }), post({ headers })])
  .then((all) => all.map((one) => one.status));
</script>"""


@contextmanager
def another_site(page: str) -> Iterator[str]:
    """A site of another origin that knows the report's address."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, *given: object) -> None: ...

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


def test_no_other_site_can_frame_read_or_review(desk: tuple[Path, str], open_tab: OpenTab) -> None:
    """Not even one that knows the secret address: no frame, no answer to its script, no review by fetch or form."""
    database, address = desk
    page = FOREIGN.replace("ADDRESS", address).replace("CLAIM", CLAIMS[3].id)
    with another_site(page) as site:
        tab = open_tab(site, allow="http://127.0.0.1:")
        assert tab.page.evaluate("window.done") == ["rejected"] * 3
        tab.page.wait_for_timeout(300)
        frames = [frame.content() for frame in tab.page.frames if frame is not tab.page.main_frame]
    assert len(frames) == 2 and not any(CLAIMS[0].text in frame for frame in frames)
    assert said_of(database, 3) == []
    assert any("frame-ancestors" in complaint for complaint in tab.complaints)
    assert any("CORS policy" in complaint for complaint in tab.complaints)
    tab.complaints.clear()
