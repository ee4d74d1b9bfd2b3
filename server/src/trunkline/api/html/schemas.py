"""JSON Schemas for people: the type of a value, the fields of an object, an example."""

from collections.abc import Iterable
from typing import Any, TypeAlias

import msgspec

from trunkline.api.html.markup import Markup, element, join, link, prose

Schema: TypeAlias = dict[str, Any]

_LIMITS = {
    "default": "default",
    "minimum": "at least",
    "maximum": "at most",
    "minItems": "items at least",
    "maxItems": "items at most",
    "minLength": "length at least",
    "maxLength": "length at most",
    "pattern": "pattern",
}
_VALUES: dict[str, Any] = {"string": "text", "integer": 1, "number": 1.5, "boolean": True, "object": {}}


def anchor(name: str) -> str:
    """The anchor of a schema."""
    return f"schema-{name}"


def kind(schema: Schema) -> Markup:
    """The type of a value in a few words, with links to other schemas."""
    if "$ref" in schema:
        name = _name(schema)
        return link(name, f"#{anchor(name)}")
    alternatives = schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf")
    if alternatives:
        return _either(kind(each) for each in alternatives)
    if "const" in schema:
        return _values([schema["const"]])
    if "enum" in schema:
        return _values(schema["enum"])
    if schema.get("type") == "array":
        return join(["array of ", kind(schema.get("items", {}))])
    types = schema.get("type", "anything")
    text = types if isinstance(types, str) else " or ".join(types)
    return join([f"{text} ({schema['format']})" if "format" in schema else text])


def fields(schema: Schema) -> Markup:
    """The fields of an object, or the type of another value."""
    if "properties" not in schema:
        return element("p", kind(schema))
    required = schema.get("required", [])
    return entries(
        entry(name, each, each.get("description", ""), required=name in required)
        for name, each in schema["properties"].items()
    )


def entries(items: Iterable[Markup]) -> Markup:
    """A list of entries."""
    return element("dl", *items)


def entry(name: str, schema: Schema, description: str, *, required: bool, deprecated: bool = False) -> Markup:
    """A parameter or a field: its name and type, and its description."""
    marks = [element("span", kind(schema), class_="kind")]
    if not required:
        marks.append(element("span", "optional", class_="kind"))
    if deprecated or schema.get("deprecated"):
        marks.append(element("span", "deprecated", class_="warning"))
    return element(
        "div",
        element("dt", element("code", name), *[join([" ", mark]) for mark in marks]),
        element("dd", prose(description, 4), *_facts(schema)),
    )


def example(schema: Schema, schemas: dict[str, Schema], seen: tuple[str, ...] = ()) -> Any:
    """A valid value: the schema's own example if it has one. A recursive schema is ``null``."""
    if "$ref" in schema:
        name = _name(schema)
        return None if name in seen else example(schemas[name], schemas, (*seen, name))
    for source in ("examples", "enum", "anyOf", "oneOf", "allOf"):
        if schema.get(source):
            first = schema[source][0]
            return first if source in {"examples", "enum"} else example(first, schemas, seen)
    if "const" in schema or "default" in schema:
        return schema.get("const", schema.get("default"))
    if "properties" in schema:
        return {name: example(each, schemas, seen) for name, each in schema["properties"].items()}
    if schema.get("type") == "array":
        return [example(schema.get("items", {}), schemas, seen)]
    return _VALUES.get(schema.get("type", ""))


def _name(reference: Schema) -> str:
    return reference["$ref"].rsplit("/", 1)[-1]


def _facts(schema: Schema) -> list[Markup]:
    facts = [
        join([f"{words} ", element("code", _json(schema[key]))]) for key, words in _LIMITS.items() if key in schema
    ]
    if schema.get("examples"):
        facts.append(join(["for example ", _either(element("code", _json(each)) for each in schema["examples"])]))
    return [element("p", *_separated(facts, " · "), class_="facts")] if facts else []


def _values(values: list[Any]) -> Markup:
    return _either(element("code", _json(value)) for value in values)


def _either(pieces: Iterable[Markup]) -> Markup:
    return join(_separated(list(pieces), " or "))


def _separated(pieces: list[Markup], separator: str) -> list[str]:
    return [each for piece in pieces for each in (separator, piece)][1:]


def _json(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
