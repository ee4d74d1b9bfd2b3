"""The version is the same everywhere."""

import re
from pathlib import Path

from linq import __version__ as sdk_version
from trunkline.api.reference.openapi import describe
from trunkline.api.routes import ROUTES

ROOT = Path(__file__).parents[2]
VERSION = (ROOT / "VERSION").read_text().strip()


def test_the_packages_and_the_api_description_have_the_version() -> None:
    for project in ("server", "sdk"):
        assert f'\nversion = "{VERSION}"\n' in (ROOT / project / "pyproject.toml").read_text()
    assert sdk_version == VERSION
    assert describe(ROUTES, VERSION, "https://chats.example")["info"]["version"] == VERSION


def test_the_changelog_begins_with_what_is_not_released_or_with_this_version() -> None:
    sections = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert sections[0] in {"Unreleased", VERSION}
    assert "Unreleased" not in sections[1:]
    assert sections[1:2] in ([], [VERSION]) or sections[0] == VERSION
