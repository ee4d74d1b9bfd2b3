"""The documentation agrees with the declared settings and routes, and its links lead to existing files."""

import re
from dataclasses import fields
from pathlib import Path

from trunkline.api.routes import ROUTES
from trunkline.config import Settings, variable

ROOT = Path(__file__).parents[2]
LIST_CHATS = ("GET", "/v3/chats")
"""Not in the table of calls, but in sections of its own."""


def test_operations_lists_every_setting_with_its_default_and_description() -> None:
    text = (ROOT / "docs" / "operations.md").read_text("utf-8")
    listed = re.findall(r"^\| `(TRUNKLINE_\w+)` \| (?:`([^`]*)`)? ?\| (.*) \|$", text, re.MULTILINE)
    declared = [
        (variable(setting.name), _documented(setting.default), setting.metadata["description"])
        for setting in fields(Settings)
    ]
    assert listed == declared


def test_wire_lists_every_call() -> None:
    text = (ROOT / "docs" / "wire.md").read_text("utf-8")
    section = text[text.index("## §4") : text.index("## §6")]
    documented: set[tuple[str, str]] = set()
    for cell in re.findall(r"^\| (`.*?) \|", section, re.MULTILINE):
        methods: list[str] = []
        for method, path in re.findall(r"`([A-Z]*) ?(/[^`]*)?`", cell):
            methods.append(method)
            if path:
                documented |= {(each, path) for each in methods}
                methods = []
    routes = {(each.method, re.sub(r"\{\w+\}", "{id}", each.path)) for each in ROUTES if each.path.startswith("/v3/")}
    assert LIST_CHATS in routes
    # A path without a method stands for every call that begins with it.
    prefixes = tuple([path for method, path in documented if not method])
    assert {each for each in routes - {LIST_CHATS} if not each[1].startswith(prefixes)} == {
        each for each in documented if not each[1].startswith(prefixes)
    }
    assert all(any(path.startswith(prefix) for _, path in routes) for prefix in prefixes)


def test_every_link_in_the_docs_leads_to_an_existing_file() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), ROOT / "bench" / "README.md"]
    for page in pages:
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text("utf-8")):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_the_index_lists_every_decision_in_order() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = re.findall(r"^- \[(\d+) .*\]\((.*)\)$", (folder / "README.md").read_text("utf-8"), re.MULTILINE)
    assert listed == [(page.name[:4], page.name) for page in sorted(folder.glob("[0-9]*.md"))]


def test_the_glossary_defines_each_term_once() -> None:
    terms = re.findall(r"^\| ([^|]*) \|", (ROOT / "docs" / "glossary.md").read_text("utf-8"), re.MULTILINE)
    single = [term for cell in terms for term in cell.split(", ") if term not in ("Term", "--")]
    assert sorted(single) == sorted(set(single))


def _documented(default: object) -> str:
    return str(default).lower() if isinstance(default, bool) else str(default)
