"""What the generators share: where the package is, and how a generated file is written."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

PACKAGE = Path(__file__).parent.parent / "src" / "linq"
_SETTINGS = PACKAGE.parents[2] / "pyproject.toml"
# The ruff next to this interpreter. UP028: `yield from`, which is possible only without async.
_COMMANDS = (["check", "--select=F401,I,RUF022,UP028", "--fix", "--unsafe-fixes", "--quiet"], ["format", "--quiet"])


def generated(text: str, target: Path, source: str, tool: str) -> str:
    """The text of a generated file: with a header, without unused imports, sorted and formatted by ruff."""
    ruff = [sys.executable, "-m", "ruff"]
    text = _with_header(text, source, tool)
    for command in _COMMANDS:
        arguments = [*ruff, *command, "--stdin-filename", str(target), "-"]
        text = subprocess.run(arguments, input=text, stdout=subprocess.PIPE, text=True, check=True).stdout  # noqa: S603
    return text


def all_generated(texts: Mapping[Path, tuple[str, str]], tool: str) -> Iterator[tuple[Path, str]]:
    """As ``generated``, for many files at once, by their targets: the text and the source of each."""
    with TemporaryDirectory() as folder:
        for target, (text, source) in texts.items():
            file = Path(folder, target.relative_to(PACKAGE))
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(_with_header(text, source, tool), "utf-8")
        for command in _COMMANDS:
            ruff = [sys.executable, "-m", "ruff", *command, "--config", str(_SETTINGS), folder]
            subprocess.run(ruff, check=True)  # noqa: S603
        for target in texts:
            yield target, Path(folder, target.relative_to(PACKAGE)).read_text("utf-8")


def _with_header(text: str, source: str, tool: str) -> str:
    return f"# Generated from {source} by sdk/tools/{tool}; run make generate.\n{text}"
