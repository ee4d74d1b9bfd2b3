"""Write ``linq/_sync`` from ``linq/_async``: the same code without ``async`` and ``await``.

    python sdk/tools/generate_sync.py           write the files
    python sdk/tools/generate_sync.py --check   exit with 1 and name those that are not current

Works on tokens, so layout and comments survive; ``ruff`` (next to this interpreter) then drops imports that are no
longer used, sorts the others and formats. What the two worlds do differently lives in ``_runtime.py``, which both write
by hand. The idea is psycopg's ``tools/async_to_sync.py``.
"""

import io
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "src" / "linq"
BY_HAND = {"_async/__init__.py", "_async/_runtime.py"}
HEADER = "# Generated from {source} by sdk/tools/generate_sync.py: change that, then run this.\n"

NAMES = {
    "AsyncListChatsPaginator": "SyncListChatsPagination",
    "AsyncListChatsPagination": "SyncListChatsPagination",
    "AsyncListMessagesPaginator": "SyncListMessagesPagination",
    "AsyncListMessagesPagination": "SyncListMessagesPagination",
    "DefaultAsyncHttpxClient": "DefaultHttpxClient",
    "StopAsyncIteration": "StopIteration",
    "__aenter__": "__enter__",
    "__aexit__": "__exit__",
    "__aiter__": "__iter__",
    "__anext__": "__next__",
    "_async": "_sync",
    "aclose": "close",
    "aiter_bytes": "iter_bytes",
    "aiter_lines": "iter_lines",
    "aiter_text": "iter_text",
    "anext": "next",
    "aread": "read",
}
"""Names that change otherwise than by losing ``Async`` in front."""


def main(arguments: list[str]) -> int:
    stale: list[Path] = []
    for source in sorted((PACKAGE / "_async").rglob("*.py")):
        if source.relative_to(PACKAGE).as_posix() in BY_HAND:
            continue
        target = PACKAGE / "_sync" / source.relative_to(PACKAGE / "_async")
        wanted = generated(source, target)
        if target.exists() and target.read_text() == wanted:
            continue
        stale.append(target)
        if "--check" not in arguments:
            target.parent.mkdir(exist_ok=True)
            target.write_text(wanted)
    for path in stale:
        print(f"{path.relative_to(PACKAGE)}: {'not current' if '--check' in arguments else 'written'}")
    return 1 if stale and "--check" in arguments else 0


def generated(source: Path, target: Path) -> str:
    """The text of the sync module for this async one."""
    text = HEADER.format(source=source.relative_to(PACKAGE)) + without_async(source.read_text())
    for command in (["check", "--select=F401,I,UP028", "--fix", "--unsafe-fixes", "--quiet"], ["format"]):
        ruff = [sys.executable, "-m", "ruff", *command, "--stdin-filename", str(target), "-"]
        text = subprocess.run(ruff, input=text, stdout=subprocess.PIPE, text=True, check=True).stdout  # noqa: S603
    return text


def without_async(source: str) -> str:
    """The source with every token of the async world replaced or removed."""
    lines = source.splitlines(keepends=True)
    # From the end, so that an edit does not move the places of those before it.
    for (row, start), (end_row, end), text in sorted(_edits(source), reverse=True):
        first, last = lines[row - 1][:start], lines[end_row - 1][end:]
        lines[row - 1 : end_row] = [first + text + last]
    return "".join(lines)


_Place = tuple[int, int]


def _edits(source: str) -> Iterator[tuple[_Place, _Place, str]]:
    """Start, end and replacement of what has to change."""
    tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    open_brackets: list[bool] = []  # whether each is one of Awaitable[…], which becomes what is inside
    for token, following in pairwise(tokens):
        before_bracket = following.string == "["
        if token.string in ("async", "await"):
            yield token.start, following.start, ""
        elif token.string == "Awaitable" and before_bracket:
            yield token.start, following.end, ""
        elif token.string == "[":
            open_brackets.append(source.splitlines()[token.start[0] - 1][: token.start[1]].endswith("Awaitable"))
        elif token.string == "]" and open_brackets.pop():
            yield token.start, token.end, ""
        elif token.type in (tokenize.NAME, tokenize.STRING, tokenize.COMMENT):
            text = _renamed(token.string)
            if text != token.string:
                yield token.start, token.end, text


def _renamed(text: str) -> str:
    """A name, string or comment with the names in it changed, and the words ``async`` and ``await`` gone."""
    text = re.sub(r"\b(async|await) ", "", text)
    return re.sub(r"\w+", lambda match: NAMES.get(match[0]) or re.sub(r"^Async(?=[A-Z])", "", match[0]), text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
