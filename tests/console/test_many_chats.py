"""A list of a hundred thousand chats: to its end and back, with the memory of the tab flat."""

from collections.abc import Generator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.console.test_chat_list import rows, scroll_to_the_end
from tests.support.browser import held_memory, open_console, watched_context
from tests.support.command import run_json, serving

CHATS = 100_000
GROWTH = 4_000_000  # bytes: the cursors of a thousand pages are a tenth of it


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Generator[tuple[str, str]]:
    """The URL of a service with many chats, and the key of their partner."""
    folder: Path = tmp_path_factory.mktemp("large")
    database = f"sqlite:///{folder / 'large.db'}"
    key = run_json("demo", "--chats", str(CHATS), database=database)["partners"][0]["key"]
    with serving(database, "--sandbox") as url:
        yield url, key


@pytest.mark.slow
def test_scrolling_to_the_end_and_back(browser: Browser, large: tuple[str, str]) -> None:
    url, key = large
    with watched_context(browser, url, viewport={"width": 1440, "height": 900}) as (context, _):
        page = open_console(context, url, key)
        expect(rows(page).first.locator(".name")).to_be_visible()
        first = rows(page).first.inner_text()
        before = held_memory(page)

        scroll_to_the_end(page)

        expect(rows(page).last).to_have_attribute("aria-posinset", str(CHATS))
        expect(rows(page).last.locator(".name")).to_be_visible()
        assert rows(page).count() < 60
        at_the_end = held_memory(page)
        page.keyboard.press("Escape")
        page.locator(".chat-scroller").evaluate("scroller => { scroller.scrollTop = 2_000_000 }")
        expect(rows(page).nth(10).locator(".name")).to_be_visible()
        page.locator(".chat-scroller").evaluate("scroller => { scroller.scrollTop = 0 }")
        expect(rows(page).first).to_have_attribute("aria-posinset", "1")
        assert rows(page).first.inner_text() == first
        assert at_the_end - before < GROWTH, (before, at_the_end)
        assert held_memory(page) - before < GROWTH
