"""Write ``linq/_sync`` from ``linq/_async``: the same code without ``async`` and ``await``.

Works on tokens, so that layout and comments survive. What the two halves do differently is in ``_runtime.py``, which
both write by hand. The idea is psycopg's ``tools/async_to_sync.py``.
"""

import io
import re
import tokenize
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from files import PACKAGE, generated

BY_HAND = {"_async/__init__.py", "_async/_runtime.py"}

NAMES = {
    "AsyncListChatsPagination": "SyncListChatsPagination",
    "AsyncListMessagesPagination": "SyncListMessagesPagination",
    "DefaultAsyncHttpxClient": "DefaultHttpxClient",
    "StopAsyncIteration": "StopIteration",
    "__aenter__": "__enter__",
    "__aexit__": "__exit__",
    "__aiter__": "__iter__",
    "__anext__": "__next__",
    "aiter": "iter",
    "_async": "_sync",
    "aclose": "close",
    "aiter_bytes": "iter_bytes",
    "aiter_lines": "iter_lines",
    "aiter_text": "iter_text",
    "anext": "next",
    "aread": "read",
}
"""The names that do not just lose their prefix ``Async``."""


def files() -> Iterator[tuple[Path, str]]:
    for source in sorted((PACKAGE / "_async").rglob("*.py")):
        name = source.relative_to(PACKAGE).as_posix()
        if name not in BY_HAND:
            target = PACKAGE / "_sync" / source.relative_to(PACKAGE / "_async")
            text = "".join(line for line in source.open(encoding="utf-8") if not line.startswith("# Generated from"))
            yield target, generated(without_async(text), target, name, "generate_sync.py")


def without_async(source: str) -> str:
    """The source with every token of the async half replaced or removed."""
    # An async list method returns AsyncPaginator[Page, Item]; a sync one returns the first page.
    source = re.sub(r"AsyncPaginator\[((?:[^][,]|\[[^]]*\])+), \w+\]", r"\1", source)
    lines = source.splitlines(keepends=True)
    # From the end, so that an edit does not move the positions before it.
    for (row, start), (end_row, end), text in sorted(_edits(source), reverse=True):
        first, last = lines[row - 1][:start], lines[end_row - 1][end:]
        lines[row - 1 : end_row] = [first + text + last]
    return "".join(lines)


_Position = tuple[int, int]


def _edits(source: str) -> Iterator[tuple[_Position, _Position, str]]:
    """Start, end and replacement of what changes."""
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
    """A name, string or comment with the names in it changed, and the words ``async`` and ``await`` removed."""
    text = re.sub(r"\b(async|await) ", "", text)
    return re.sub(r"\w+", lambda match: NAMES.get(match[0]) or re.sub(r"^Async(?=[A-Z])", "", match[0]), text)
