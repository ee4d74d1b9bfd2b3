"""What the generators share: where the package is, and how a generated file is written."""

import subprocess
import sys
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "src" / "linq"


def generated(text: str, target: Path, source: str, tool: str) -> str:
    """The text of a generated file: with a header, without unused imports, sorted and formatted by ruff."""
    text = f"# Generated from {source} by sdk/tools/{tool}; run make generate.\n{text}"
    # The ruff next to this interpreter. UP028: `yield from`, which is possible only without async.
    for command in (["check", "--select=F401,I,RUF022,UP028", "--fix", "--unsafe-fixes", "--quiet"], ["format"]):
        ruff = [sys.executable, "-m", "ruff", *command, "--stdin-filename", str(target), "-"]
        text = subprocess.run(ruff, input=text, stdout=subprocess.PIPE, text=True, check=True).stdout  # noqa: S603
    return text
