"""Chromium, driven by Playwright. What its pages must never do fails the test at the end."""

import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from tests.support.command import ROOT

VARIABLE = "TRUNKLINE_TEST_CHROMIUM"
"""Names a Chromium to use in place of the one that ``make setup`` has found or installed."""

_INSTALLED = ROOT / ".chromium"
_OPTIONS = (
    "--no-sandbox",  # CI runs as root
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-color-profile=srgb",
)


class Behaviour:
    """What the pages of a browser context have done that they must not do.

    ``expected`` are parts of console messages that a test causes on purpose, such as the browser's own about a 403.
    """

    def __init__(self, context: BrowserContext, origin: str) -> None:
        self.expected: list[str] = []
        self._origin = origin
        self._complaints: list[str] = []
        context.on("request", lambda request: self._check_origin(request.url))
        context.on("console", lambda message: self._check_console(message.type, message.text))
        context.on("weberror", lambda error: self._complaints.append(f"uncaught: {error.error}"))

    def _check_origin(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"blob", "data"} and f"{parts.scheme}://{parts.netloc}" != self._origin:
            self._complaints.append(f"a request left the origin: {url}")

    def _check_console(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"}:
            self._complaints.append(f"console: {text}")

    @property
    def complaints(self) -> list[str]:
        """Requests to other origins, and what the browser's console shows that no test expects."""
        return [each for each in self._complaints if not any(part in each for part in self.expected)]


@contextmanager
def launched() -> Generator[Browser]:
    """A running Chromium."""
    with sync_playwright() as playwright:
        browser = _launch(playwright)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def watched_context(browser: Browser, url: str, **options: object) -> Generator[tuple[BrowserContext, Behaviour]]:
    """A new context, as a browser of its own, for the service at ``url``. Fails at its end if a page misbehaved."""
    context = browser.new_context(**options)  # pyright: ignore[reportArgumentType]
    behaviour = Behaviour(context, url)
    try:
        yield context, behaviour
    finally:
        context.close()
    assert behaviour.complaints == [], behaviour.complaints


def open_console(context: BrowserContext, url: str, key: str, place: str = "") -> Page:
    """A new page with the console of a partner, opened as the printed link opens it, at a place such as ``/lines``."""
    page = context.new_page()
    page.goto(f"{url}/console#key={key}")
    if place:
        page.evaluate("place => { location.hash = '#' + place }", place)
    return page


def held_memory(page: Page) -> int:
    """The bytes of JavaScript that a page holds on to, after a collection."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")  # pyright: ignore[reportUnknownMemberType]
    usage: Any = session.send("Runtime.getHeapUsage")  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    session.detach()
    return usage["usedSize"]


def _launch(playwright: Playwright) -> Browser:
    program = os.environ.get(VARIABLE) or shutil.which("chromium") or str(_INSTALLED / "chromium")
    assert Path(program).exists(), (
        f"there is no Chromium at {program}: run `make setup`, or install Debian's package chromium, or name another "
        f"with {VARIABLE}"
    )
    variables: dict[str, str | float | bool] = dict(os.environ)
    if program.startswith(str(_INSTALLED)):
        variables["LD_LIBRARY_PATH"] = str(_INSTALLED / "al2023" / "lib")
        variables["FONTCONFIG_PATH"] = str(_INSTALLED / "fonts")
    return playwright.chromium.launch(executable_path=program, args=_OPTIONS, env=variables)
