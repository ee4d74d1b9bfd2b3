"""``python -m bench.console``: how soon the console shows chats, and what its tab holds on to while it is scrolled.

Opens the page in Chromium again and again, each time in a new browser context, in a store of a thousand chats and in a
large one in turn. A time is from the first byte of the page to the first row with a name. Then a tab scrolls through
``--scroll`` chats of the large store.
"""

import argparse
import statistics
from collections.abc import Mapping
from contextlib import ExitStack

from playwright.sync_api import Browser, BrowserContext, Page

from bench.server import data, report
from bench.server.servers import serving
from tests.support.browser import held_memory, launched
from tests.support.command import BIN

SMALL = 1_000
AIM = 200  # ms

_WATCH = """
new MutationObserver((_, observer) => {
    if (!document.querySelector(".chat-rows .name")) return;
    observer.disconnect();
    requestAnimationFrame(() => { window.shownAt = performance.now(); });
}).observe(document, { childList: true, subtree: true });
"""
_SHOWN = """
new Promise((resolve) => {
    const look = () => (window.shownAt === undefined ? setTimeout(look, 10) : resolve());
    look();
})
"""
_SCROLL = """
([to]) => new Promise(resolve => {
    const scroller = document.querySelector(".chat-scroller");
    const step = () => {
        const last = scroller.querySelector("li:last-child");
        if (Number(last.ariaPosInSet) >= to || last.ariaSetSize !== "-1") return resolve();
        scroller.scrollTop = scroller.scrollHeight;
        setTimeout(step, 4);
    };
    step();
})
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chats", type=int, default=data.MILLION, help="of the large store")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--scroll", type=int, default=100_000, help="how many chats to scroll through")
    options = parser.parse_args()
    data.FOLDER.mkdir(exist_ok=True)
    with ExitStack() as stack:
        consoles = {chats: _open(stack, chats) for chats in (SMALL, options.chats)}
        browser = stack.enter_context(launched())
        times: dict[int, list[float]] = {chats: [] for chats in consoles}
        for _ in range(options.rounds + 1):
            for chats, url in consoles.items():
                times[chats].append(_first_content(browser, url))
        held = _memory(browser, consoles[options.chats], options.scroll)
    # The first of each reads the files from the disk.
    report.write("console", _table({chats: each[1:] for chats, each in times.items()}, options.scroll, held))


def _open(stack: ExitStack, chats: int) -> str:
    """The address of the console of a service with that many chats."""
    database = f"sqlite:///{(data.FOLDER / f'console_{chats}.db').absolute()}"
    key = data.prepared(database, chats).key
    environment = {"TRUNKLINE_DATABASE": database, "TRUNKLINE_LOG_LEVEL": "error"}
    server = stack.enter_context(serving([str(BIN / "trunkline"), "serve"], core=None, environment=environment))
    return f"http://127.0.0.1:{server.port}/console#key={key}"


def _first_content(browser: Browser, url: str) -> float:
    """The milliseconds from the first byte of the page to the first row."""
    with browser.new_context(viewport={"width": 1440, "height": 900}) as context:
        page = _shown(context, url)
        first_byte = page.evaluate("performance.getEntriesByType('navigation')[0].responseStart")
        return page.evaluate("window.shownAt") - first_byte


def _memory(browser: Browser, url: str, chats: int) -> tuple[float, float]:
    """The MB of JavaScript that a tab holds on to before and after it has scrolled through that many chats."""
    with browser.new_context(viewport={"width": 1440, "height": 900}) as context:
        page = _shown(context, url)
        before = held_memory(page)
        page.evaluate(_SCROLL, [chats])
        return before / 1e6, held_memory(page) / 1e6


def _shown(context: BrowserContext, url: str) -> Page:
    context.add_init_script(_WATCH)
    page = context.new_page()
    page.goto(url)
    page.evaluate(_SHOWN)
    return page


def _table(times: Mapping[int, list[float]], scrolled: int, held: tuple[float, float]) -> str:
    lines = ["| console | median | slowest | aim |", "|---|--:|--:|--:|"]
    for chats, each in times.items():
        median, slowest = statistics.median(each), max(each)
        lines.append(f"| first row, {chats:,} chats | {median:.0f} ms | {slowest:.0f} ms | {AIM} ms |")
    before, after = held
    lines.append(f"| memory of the tab at first | {before:.1f} MB |  |  |")
    lines.append(f"| after scrolling through {scrolled:,} chats | {after:.1f} MB |  |  |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
