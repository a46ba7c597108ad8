"""One headless Chromium for all tests of the pages, and tabs in it that reach nothing but what a test allows."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
SWITCHES = "no-sandbox disable-gpu disable-quic no-first-run disable-background-networking disable-component-update"
SWITCHES += " disable-sync disable-dev-shm-usage"
OWN_SCHEMES = ("file:", "data:", "blob:", "about:")
TIMEOUT_MS = 15_000


@dataclass
class Tab:
    """An open page, and what went wrong in it.

    `complaints` are console errors and warnings, script errors, and requests to anywhere that the test did not allow.
    """

    page: Any  # playwright.sync_api.Page
    complaints: list[str] = field(default_factory=list)


@pytest.fixture(scope="package")
def browser() -> Iterator[Any]:
    """A headless Chromium with an empty profile.

    Of the package, not of the session: while Playwright runs, its event loop counts as running in this thread, and
    whoever else starts one there is refused.
    """
    sync_api = pytest.importorskip("playwright.sync_api", reason="no Playwright: install it to check the page")
    if CHROMIUM is None:
        pytest.skip("no Chromium found on the PATH: install it to check the page in it")
    with sync_api.sync_playwright() as playwright:
        resolver = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
        arguments = [*(f"--{switch}" for switch in SWITCHES.split()), resolver]
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield started
        started.close()


@pytest.fixture
def open_tab(browser: Any) -> Iterator[Callable[..., Tab]]:
    """Open a file or an address in a tab; each call has storage of its own, unless it is given a tab to share with.

    `open_tab(where, width=1280, height=900, scheme="light", allow="", beside=None)`; `allow` is the beginning of the
    addresses that the page may reach, such as `http://127.0.0.1:8000/`. A test fails at its end if a tab has
    complaints that it did not take away.
    """
    tabs: list[Tab] = []
    contexts: list[Any] = []

    def opened(
        where: Path | str,
        *,
        width: int = 1280,
        height: int = 900,
        scheme: str = "light",
        allow: str = "",
        beside: Tab | None = None,
    ) -> Tab:
        if beside is None:
            context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
            context.set_default_timeout(TIMEOUT_MS)
            contexts.append(context)
        else:
            context = beside.page.context
        tab = Tab(context.new_page())
        tabs.append(tab)
        _listen(tab, allow)
        tab.page.goto(where.as_uri() if isinstance(where, Path) else where)
        return tab

    yield opened
    for context in contexts:
        context.close()
    assert [complaint for tab in tabs for complaint in tab.complaints] == []


def _listen(tab: Tab, allow: str) -> None:
    def routed(route: Any) -> None:
        url = route.request.url
        if url.startswith(OWN_SCHEMES) or (allow and url.startswith(allow)):
            route.continue_()
        else:
            tab.complaints.append(f"request to {url}")
            route.abort()

    def noted(message: Any) -> None:
        if message.type in ("error", "warning"):
            tab.complaints.append(f"{message.type}: {message.text}")

    tab.page.route("**/*", routed)
    tab.page.on("console", noted)
    tab.page.on("pageerror", lambda error: tab.complaints.append(f"script: {error}"))


@pytest.fixture
def shots() -> Path | None:
    """The folder for pictures of the pages, where somebody wants to look at them: VERIFIER_SCREENSHOTS."""
    folder = os.environ.get("VERIFIER_SCREENSHOTS")
    if folder is None:
        return None
    Path(folder).mkdir(parents=True, exist_ok=True)
    return Path(folder)
