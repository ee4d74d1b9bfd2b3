"""The allowed values of a field of a body, for the error about another value."""

import re
from collections.abc import Iterator
from typing import Any

from msgspec import inspect

_STEP = re.compile(r"[^.\[\]]+")


def allowed_values(schema: Any, path: str) -> list[str]:
    """The allowed values at a path such as ``message.parts[0].type``; empty if the field is not an enumeration."""
    nodes = list(_alternatives(inspect.type_info(schema)))
    for step in _STEP.findall(path):
        nodes = [each for node in nodes for inner in _within(node, step) for each in _alternatives(inner)]
    return [value for node in nodes for value in _values(node)]


def _alternatives(node: inspect.Type) -> Iterator[inspect.Type]:
    if isinstance(node, inspect.UnionType):
        for each in node.types:
            yield from _alternatives(each)
    elif isinstance(node, inspect.Metadata):
        yield from _alternatives(node.type)
    else:
        yield node


def _within(node: inspect.Type, step: str) -> Iterator[inspect.Type]:
    if isinstance(node, inspect.StructType):
        if step == node.tag_field:
            yield inspect.LiteralType((str(node.tag),))
        yield from (field.type for field in node.fields if field.encode_name == step)
    elif isinstance(node, inspect.ListType | inspect.VarTupleType):
        yield node.item_type


def _values(node: inspect.Type) -> Iterator[str]:
    if isinstance(node, inspect.EnumType):
        yield from (str(each.value) for each in node.cls)
    elif isinstance(node, inspect.LiteralType):
        yield from map(str, node.values)
