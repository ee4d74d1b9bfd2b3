"""The named queries of ``queries/*.sql``, one text for every engine.

In the files, a parameter is ``:name``, and comments are left out. Both engines get ``$1``, ``$2``, … in the order of
first appearance, and the values as a tuple in that order. docs/decisions/0006 says why this is not a library.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from typing import Any, TypeAlias, TypeVar

import msgspec

Value: TypeAlias = str | bytes | int | None
Row: TypeAlias = tuple[Any, ...]
K = TypeVar("K", str, int)

_NAME = re.compile(r"^-- name: (\w+)$", re.MULTILINE)
_COMMENT = re.compile(r" *--.*$\n?", re.MULTILINE)
_SEVERAL = "abcdefghijklmnop"
_PARAMETER = re.compile(r"(?<!:):([a-z_]+)")
_NUMBERED = re.compile(r"\$([0-9]+)")


class Query(msgspec.Struct, frozen=True):
    """One statement. ``parameters`` are the names of ``$1``, ``$2``, …"""

    name: str
    text: str
    parameters: tuple[str, ...]

    def values(self, **named: Value) -> tuple[Value, ...]:
        """The values in the order of the parameters. Others are ignored; a missing one raises ``KeyError``."""
        return tuple(map(named.__getitem__, self.parameters))


def in_several(keys: Sequence[K], none: K) -> Iterator[dict[str, K]]:
    """The values of ``:a`` to ``:p``, the keys of a query for several, as often as it must run. No key is ``none``."""
    for first in range(0, len(keys), len(_SEVERAL)):
        yield dict.fromkeys(_SEVERAL, none) | dict(zip(_SEVERAL, keys[first:], strict=False))


def parse(text: str) -> dict[str, Query]:
    """The queries in the text of a file, by name."""
    pieces = _NAME.split(text)
    return {name: _query(name, body) for name, body in zip(pieces[1::2], pieces[2::2], strict=True)}


def _query(name: str, body: str) -> Query:
    parameters: list[str] = []

    def number(match: re.Match[str]) -> str:
        if match[1] not in parameters:
            parameters.append(match[1])
        return f"${parameters.index(match[1]) + 1}"

    return Query(name, _PARAMETER.sub(number, _COMMENT.sub("\n", body)).strip(), tuple(parameters))


def union_all(name: str, *queries: Query) -> Query:
    """One statement that returns the rows of all of these."""

    def named(query: Query) -> str:
        return _NUMBERED.sub(lambda match: f":{query.parameters[int(match[1]) - 1]}", query.text)

    parts = [f"select * from (\n{named(each)}\n) {each.name}" for each in queries]  # noqa: S608 - our own queries
    return _query(name, "\nunion all\n".join(parts))


def statements(script: str) -> Sequence[str]:
    """The statements of a script, in which no literal contains a semicolon."""
    return [each.strip() for each in _COMMENT.sub("\n", script).split(";") if each.strip()]


def load(file: str) -> Mapping[str, Query]:
    """The queries in ``queries/<file>.sql``, by name."""
    return parse(resources.files("trunkline.storage").joinpath("queries", f"{file}.sql").read_text("utf-8"))
