"""The named queries of ``queries/*.sql``, one text for every engine.

In the files a parameter is written ``:name``; both engines get ``$1``, ``$2``, … in the order of first appearance, and
values go along as a tuple in that order.
"""

import re
from collections.abc import Mapping
from importlib import resources
from typing import Any, TypeAlias

import msgspec

Value: TypeAlias = str | bytes | int | None
Row: TypeAlias = tuple[Any, ...]

_NAME = re.compile(r"^-- name: (\w+)$", re.MULTILINE)
_PARAMETER = re.compile(r"(?<!:):([a-z_]+)")


class Query(msgspec.Struct, frozen=True):
    """One statement. ``parameters`` are its names in the order of its ``$n``."""

    name: str
    text: str
    parameters: tuple[str, ...]

    def values(self, **named: Value) -> tuple[Value, ...]:
        """The values in the order of the text. Raises ``KeyError`` for a missing one; one too many is left out."""
        return tuple([named[parameter] for parameter in self.parameters])


def parse(text: str) -> dict[str, Query]:
    """The queries of one file's text, by name."""
    pieces = _NAME.split(text)
    return {name: _query(name, body) for name, body in zip(pieces[1::2], pieces[2::2], strict=True)}


def _query(name: str, body: str) -> Query:
    parameters: list[str] = []

    def number(match: re.Match[str]) -> str:
        if match[1] not in parameters:
            parameters.append(match[1])
        return f"${parameters.index(match[1]) + 1}"

    return Query(name, _PARAMETER.sub(number, body).strip(), tuple(parameters))


def load(file: str) -> Mapping[str, Query]:
    """The queries of ``queries/<file>.sql``, by name."""
    return parse(resources.files("trunkline.storage").joinpath("queries", f"{file}.sql").read_text("utf-8"))
