"""What the docs say of the settings and the commands is what the code declares."""

import re
from dataclasses import fields
from pathlib import Path

from trunkline.api.routes import ROUTES
from trunkline.config import Settings, variable

ROOT = Path(__file__).parents[2]


def test_operations_lists_every_setting_with_its_default_and_help() -> None:
    text = (ROOT / "docs" / "operations.md").read_text("utf-8")
    listed = re.findall(r"^\| `(TRUNKLINE_\w+)` \| (?:`([^`]*)`)? ?\| (.*) \|$", text, re.MULTILINE)
    declared = [
        (variable(setting.name), _shown(setting.default), setting.metadata["description"])
        for setting in fields(Settings)
    ]
    assert listed == declared


def test_the_wire_tells_of_every_call() -> None:
    text = (ROOT / "docs" / "wire.md").read_text("utf-8")
    section = text[text.index("## §4") : text.index("## §6")]
    told: set[tuple[str, str]] = set()
    for cell in re.findall(r"^\| (`.*?) \|", section, re.MULTILINE):
        methods: list[str] = []
        for method, path in re.findall(r"`([A-Z]*) ?(/[^`]*)?`", cell):
            methods.append(method)
            if path:
                told |= {(each, path) for each in methods}
                methods = []
    there = {(each.method, re.sub(r"\{\w+\}", "{id}", each.path)) for each in ROUTES if each.path.startswith("/v3/")}
    # A path without a method stands for whatever there is from it on.
    families = tuple([path for method, path in told if not method])
    assert {each for each in there if not each[1].startswith(families)} == {
        each for each in told if not each[1].startswith(families)
    }
    assert all(any(path.startswith(family) for _, path in there) for family in families)


def test_every_link_in_the_docs_leads_somewhere() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), ROOT / "bench" / "README.md"]
    for page in pages:
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text("utf-8")):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.name} links to {target}"


def _shown(default: object) -> str:
    return str(default).lower() if isinstance(default, bool) else str(default)
