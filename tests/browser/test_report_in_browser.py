"""The HTML report in a real browser."""

from __future__ import annotations

import html
import re
import shutil
import struct
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from tests.verifier.report.samples import full_report, make_report, said_report
from verifier.report import render_html
from verifier.rows import RunReport
from verifier.types import Failure, RunStatus, Substitution

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium found on the PATH: install it to check the page in it"),
]

# Reads the page inside a frame of a given width, because a headless window cannot be as narrow as a phone.
FRAME = """<!doctype html><meta name="color-scheme" content="light dark">
<style>iframe {{ width: {width}px; height: 800px; border: 0; color-scheme: light dark; }}</style>
<iframe srcdoc="{page}"></iframe>
<pre id="found"></pre><script>
const frame = document.querySelector("iframe");
frame.onload = () => {{
  const page = frame.contentDocument;
  document.querySelector("#found").textContent = String((() => {{ {script} }})());
}};
</script>"""


def run_chromium(folder: Path, page: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Open a page in a fresh headless browser that can reach no host; console messages go to stderr."""
    assert CHROMIUM is not None
    (folder / "page.html").write_text(page, "utf-8")
    switches = "headless no-sandbox disable-gpu disable-quic no-first-run disable-background-networking"
    switches += " disable-component-update disable-sync disable-dev-shm-usage enable-logging=stderr"
    return subprocess.run(
        [
            CHROMIUM,
            *(f"--{switch}" for switch in switches.split()),
            f"--user-data-dir={folder / 'profile'}",
            "--host-resolver-rules=MAP * ~NOTFOUND",
            *options,
            (folder / "page.html").as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )


def console_of(folder: Path, page: str) -> list[str]:
    """What the page wrote to the console: script errors, refused or failed requests, broken policies."""
    result = run_chromium(folder, page, "--virtual-time-budget=2000", "--dump-dom")
    return [line for line in result.stderr.splitlines() if "CONSOLE" in line]


def evaluate(folder: Path, page: str, width: int, script: str, *options: str) -> str:
    """What a function body returns that sees the loaded document as `page`, at a width in CSS pixels."""
    framed = FRAME.format(page=html.escape(page), width=width, script=script)
    dom = run_chromium(folder, framed, "--virtual-time-budget=3000", "--dump-dom", *options).stdout
    found = re.search(r'<pre id="found">(.*?)</pre>', dom, re.DOTALL)
    assert found is not None
    return html.unescape(found[1])


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


def test_page_opens_without_a_word_on_the_console(tmp_path: Path):
    """No script error, no request, nothing that the page's own policy refuses."""
    for report in (full_report(), said_report()):
        assert console_of(tmp_path, render_html(report)) == []


def test_page_policy_refuses_what_a_source_would_smuggle_in(tmp_path: Path):
    """Were markup to slip through, image, script and handler would be refused, and this suite would see it."""
    smuggled = '<img src="https://example.org/x.png"><script>document.title = "taken"</script></main>'
    console = console_of(tmp_path, render_html(full_report()).replace("</main>", smuggled))
    assert len([line for line in console if "Content Security Policy" in line]) == 2


@pytest.mark.parametrize("width", [360, 390, 1280])
def test_page_never_scrolls_sideways(tmp_path: Path, width: int):
    """Not on a phone, not with everything unfolded, not with a word of 300 letters."""
    unfold = "page.querySelectorAll('details').forEach((d) => { d.open = true; });"
    measure = f"{unfold} return page.documentElement.scrollWidth;"
    for report in (full_report(), said_report()):
        assert int(evaluate(tmp_path, render_html(report), width, measure)) <= width
    assert int(evaluate(tmp_path, render_html(wide_report()), width, measure)) <= width


def test_page_filter_shows_one_verdict_only(tmp_path: Path):
    """The button of a label leaves only its claims under their sentences; `All` brings the others back."""
    script = """
      const shown = () => [...page.querySelectorAll('.card')].filter((c) => c.getClientRects().length).length;
      const press = (label) => page.querySelector(`button[data-show="${label}"]`).click();
      const counts = [shown()];
      const empty = () => [...page.querySelectorAll('.in-article')].filter((s) => s.getClientRects().length &&
        ![...s.querySelectorAll('.card')].some((c) => c.getClientRects().length)).length;
      press('CONTENT-REFUTED'); counts.push(shown(), empty());
      press('SPEECH_ACT-SUPPORTED'); counts.push(shown(), empty());
      press('all'); counts.push(shown());
      return counts;
    """
    page = render_html(make_report(*full_report().articles, *said_report().articles))
    assert evaluate(tmp_path, page, 1000, script) == "9,2,0,1,0,9"


# The least contrast (WCAG 2: 1 to 21) of any text with the ground behind it, with the page's own colour before it.
LEAST_CONTRAST = """
  const view = page.defaultView;
  const channels = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = (rgb) => {
    const linear = (c) => c <= .04 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4;
    const [r, g, b] = rgb.slice(0, 3).map((c) => linear(c / 255));
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const ground = (node) => {
    const colour = channels(view.getComputedStyle(node).backgroundColor);
    return colour[3] === 0 ? ground(node.parentElement) : colour;
  };
  page.querySelectorAll('details').forEach((d) => { d.open = true; });
  const ratios = [...page.body.querySelectorAll('*')]
    .filter((n) => n.tagName !== 'SCRIPT' && [...n.childNodes].some((c) => c.nodeType === 3 && c.data.trim()))
    .map((n) => [light(channels(view.getComputedStyle(n).color)), light(ground(n))])
    .map(([a, b]) => (Math.max(a, b) + .05) / (Math.min(a, b) + .05));
  return view.getComputedStyle(page.body).backgroundColor + ';' + ratios.length + ';' + Math.min(...ratios);
"""


@pytest.mark.parametrize(("scheme", "setting", "ground"), [("dark", 0, "rgb(22"), ("light", 1, "rgb(246")])
def test_page_text_stands_out_from_its_ground(tmp_path: Path, scheme: str, setting: int, ground: str):
    """In the light and in the dark every text has the contrast of 4.5 that readable print needs."""
    preference = f"--blink-settings=preferredColorScheme={setting}"
    page = render_html(make_report(*full_report().articles, *said_report().articles, status=RunStatus.FAILED))
    body, n_texts, contrast = evaluate(tmp_path, page, 1000, LEAST_CONTRAST, preference).split(";")
    assert body.startswith(ground), scheme
    assert int(n_texts) > 100
    assert float(contrast) >= 4.5


def test_page_screenshot_is_no_blank_sheet(tmp_path: Path):
    """The browser paints it at the size asked for."""
    image = tmp_path / "page.png"
    run_chromium(tmp_path, render_html(full_report()), f"--screenshot={image}", "--window-size=1000,900")
    content = image.read_bytes()
    assert struct.unpack(">II", content[16:24]) == (1000, 900)
    assert len(content) > 20_000
