"""What the docs say of the settings and the commands is what the code declares."""

import re
from dataclasses import fields
from pathlib import Path

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


def test_every_link_in_the_docs_leads_somewhere() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), ROOT / "bench" / "README.md"]
    for page in pages:
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text("utf-8")):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.name} links to {target}"


def _shown(default: object) -> str:
    return str(default).lower() if isinstance(default, bool) else str(default)
