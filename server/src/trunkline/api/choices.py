"""What a field of a body may say, for the sentence about one that says something else."""

import re
from collections.abc import Iterator
from typing import Any

from msgspec import inspect

_STEP = re.compile(r"[^.\[\]]+")


def choices(shape: Any, path: str) -> list[str]:
    """The values to choose from at a path such as ``message.parts[0].type``; none where it is no choice."""
    nodes = list(_alternatives(inspect.type_info(shape)))
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
