"""What axe-core finds on a page."""

from typing import Any

from playwright.sync_api import Page

from tests.support.command import ROOT

_PROGRAM = ROOT / "node_modules" / "axe-core" / "axe.min.js"
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def findings(page: Page, within: str = "html") -> list[Any]:
    """The rules that the page, or a part of it, breaks, each with its elements. Its context must bypass the CSP."""
    page.evaluate(_PROGRAM.read_text())
    found = page.evaluate("([within, rules]) => axe.run(within, { runOnly: rules })", [within, _RULES])
    return [(each["id"], [node["html"] for node in each["nodes"]]) for each in found["violations"]]
