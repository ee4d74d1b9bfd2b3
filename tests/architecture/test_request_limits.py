"""Every list and every text in a request has a limit in the OpenAPI document, so that no new field lacks one."""

from collections.abc import Iterator
from typing import Any

import pytest

from trunkline import __version__
from trunkline.api.reference.openapi import describe
from trunkline.api.routes import ROUTES

DOCUMENT = describe(ROUTES, __version__, "https://chats.example")
SCHEMAS = DOCUMENT["components"]["schemas"]
BOUNDS = {"array": {"maxItems"}, "string": {"maxLength", "enum", "const"}}
NOT_SUPPORTED = "MessageBody.experience"
"""The only object of unknown fields. A message that has one is rejected."""


def operations() -> list[tuple[str, dict[str, Any]]]:
    """Every operation with its name."""
    return [(operation["operationId"], operation) for item in DOCUMENT["paths"].values() for operation in item.values()]


def unbounded(schema: dict[str, Any], path: str, seen: set[str]) -> Iterator[str]:
    """The paths of the lists and texts without a limit, and of objects of any size."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        if name not in seen:
            seen.add(name)
            yield from unbounded(SCHEMAS[name], name, seen)
        return
    alternatives = schema.get("anyOf", schema.get("oneOf"))
    if alternatives is not None:
        around = {name: value for name, value in schema.items() if name not in {"anyOf", "oneOf"}}
        for each in alternatives:
            yield from unbounded(each if "$ref" in each else {**around, **each}, path, seen)
        return
    kinds = schema.get("type", [])
    for kind in [kinds] if isinstance(kinds, str) else kinds:
        if kind in BOUNDS and not BOUNDS[kind] & schema.keys():
            yield path
        if kind == "array" and schema.get("maxItems") != 0:
            yield from unbounded(schema["items"], f"{path}[]", seen)
        if kind == "object":
            if "properties" not in schema:
                yield path
            for name, field in schema.get("properties", {}).items():
                yield from unbounded(field, f"{path}.{name}", seen)


@pytest.mark.parametrize(("name", "operation"), operations(), ids=[name for name, _ in operations()])
def test_every_list_and_text_in_a_request_has_a_limit(name: str, operation: dict[str, Any]) -> None:
    found: list[str] = []
    for content_type, content in operation.get("requestBody", {}).get("content", {}).items():
        if content_type == "application/json":  # an upload has the size that its attachment declares
            found += unbounded(content["schema"], name, set())
    for parameter in operation.get("parameters", []):
        if parameter["in"] != "path":  # the server limits the length of a URL
            found += unbounded(parameter["schema"], f"{name}?{parameter['name']}", set())
    assert [each for each in found if each != NOT_SUPPORTED] == []
