"""The API reference, made from the OpenAPI document."""

import shlex
from collections.abc import Iterator
from typing import Any, NamedTuple, TypeAlias

import msgspec

from trunkline.api.html import frame
from trunkline.api.html.markup import Markup, element, join, link, prose, sample, slug
from trunkline.api.html.schemas import anchor, entries, entry, example, fields, kind
from trunkline.api.responses import ERRORS_PATH

Object: TypeAlias = dict[str, Any]

_METHODS = ("get", "put", "post", "patch", "delete", "head", "options", "trace")
_ERRORS = f"""\
Every error is an [Envelope](#{anchor("Envelope")}). Branch on its `code`: the
[error page]({ERRORS_PATH}) explains each code and says what to do about it.
"""


class _Operation(NamedTuple):
    method: str
    path: str
    content: Object

    @property
    def route(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def title(self) -> str:
        return self.content.get("summary", self.route)

    @property
    def anchor(self) -> str:
        return self.content.get("operationId", slug(self.route))


def api(document: Object) -> str:
    """The page for an OpenAPI 3.1 document."""
    info, tags = document["info"], _tags(document)
    contents = {
        "authentication": "Authentication",
        **{slug(name): name for name in tags},
        "errors": "Errors",
        "schemas": "Schemas",
    }
    return frame.page(
        "/docs",
        "API reference",
        contents,
        element("p", info["summary"], class_="lead"),
        prose(info["description"], 1),
        element("p", f"Version {info['version']}. The OpenAPI document is ", _code_link("/openapi.json"), "."),
        _servers(document),
        _authentication(document),
        *[_tag(name, operations, document) for name, operations in tags.items()],
        element("section", element("h2", "Errors"), prose(_ERRORS, 2), id="errors"),
        _schemas(document["components"]["schemas"]),
    )


def _tags(document: Object) -> dict[str, list[_Operation]]:
    """The operations by their first tag, in the order of the document's tags, then any others."""
    tags: dict[str, list[_Operation]] = {tag["name"]: [] for tag in document.get("tags", [])}
    for path, item in document["paths"].items():
        for method in _METHODS:
            if method in item:
                name = next(iter(item[method].get("tags", [])), "Other")
                tags.setdefault(name, []).append(_Operation(method.upper(), path, item[method]))
    return {name: operations for name, operations in tags.items() if operations}


def _servers(document: Object) -> Markup:
    items = [
        element(
            "li", element("code", server["url"]), *([" – ", server["description"]] if "description" in server else [])
        )
        for server in document["servers"]
    ]
    return join([element("p", "Base URLs:"), element("ul", *items)])


def _authentication(document: Object) -> Markup:
    schemes = document["components"].get("securitySchemes", {}).values()
    descriptions = [prose(scheme.get("description", ""), 2) for scheme in schemes]
    return element("section", element("h2", "Authentication"), *descriptions, id="authentication")


def _tag(name: str, operations: list[_Operation], document: Object) -> Markup:
    described = [tag.get("description", "") for tag in document.get("tags", []) if tag["name"] == name]
    return element(
        "section",
        element("h2", name),
        *[prose(description, 2) for description in described],
        element("ul", *[_summary(operation) for operation in operations]),
        *[_operation(operation, document) for operation in operations],
        id=slug(name),
    )


def _summary(operation: _Operation) -> Markup:
    return element("li", element("code", operation.route), " ", link(operation.title, f"#{operation.anchor}"))


def _operation(operation: _Operation, document: Object) -> Markup:
    content = operation.content
    # The script adds a form to these; a file has a URL of its own, which a form cannot make.
    tried = {"data_try": operation.route} if "security" in content or not content.get("parameters") else {}
    marks = [element("span", "deprecated", class_="warning")] if content.get("deprecated") else []
    return element(
        "article",
        element("h3", operation.title, *marks),
        element("p", element("code", operation.route), class_="route"),
        prose(content.get("description", ""), 3),
        *_parameters(content),
        *_body(content),
        element("h4", "Request"),
        *[sample(each["label"], each["source"]) for each in _samples(operation, document)],
        *_responses(content, document),
        id=operation.anchor,
        **tried,
    )


def _parameters(content: Object) -> Iterator[Markup]:
    if content.get("parameters"):
        yield element("h4", "Parameters")
        yield entries(
            entry(
                each["name"],
                each["schema"],
                each.get("description", ""),
                required=each.get("required", False),
                deprecated=each.get("deprecated", False),
            )
            for each in content["parameters"]
        )


def _body(content: Object) -> Iterator[Markup]:
    if "requestBody" in content:
        yield element("h4", "Body")
        for media_type, media in content["requestBody"]["content"].items():
            yield element("p", element("code", media_type), ": ", kind(media["schema"]))


def _samples(operation: _Operation, document: Object) -> list[Object]:
    """The requests in the document, or one with what the operation requires."""
    content = operation.content
    if "x-codeSamples" in content:
        return content["x-codeSamples"]
    required = [each for each in content.get("parameters", []) if each.get("required")]
    values = {each["name"]: _text(_example(each, document)) for each in required}
    path = operation.path
    for each in required:
        if each["in"] == "path":
            path = path.replace(f"{{{each['name']}}}", values[each["name"]])
    lines = [f"curl --request {operation.method} {shlex.quote(document['servers'][0]['url'] + path)}"]
    if content.get("security"):
        lines.append('--header "Authorization: Bearer $LINQ_API_V3_API_KEY"')
    lines += [
        f"--url-query {shlex.quote(each['name'] + '=' + values[each['name']])}"
        for each in required
        if each["in"] == "query"
    ]
    for media_type, media in content.get("requestBody", {}).get("content", {}).items():
        lines.append(f"--header {shlex.quote(f'Content-Type: {media_type}')}")
        lines.append(f"--data {shlex.quote(_text(_example(media, document)))}")
    return [{"label": "curl", "source": " \\\n  ".join(lines)}]


def _responses(content: Object, document: Object) -> Iterator[Markup]:
    yield element("h4", "Responses")
    yield element("dl", *[_response(status, each) for status, each in content["responses"].items()])
    for status, response in content["responses"].items():
        for media in response.get("content", {}).values():
            if status.startswith("2"):
                yield sample(f"Response {status}", _text(_example(media, document)))


def _response(status: str, response: Object) -> Markup:
    kinds = [kind(media["schema"]) for media in response.get("content", {}).values() if "schema" in media]
    return element(
        "div",
        element("dt", element("code", status), *[join([" ", element("span", each, class_="kind")]) for each in kinds]),
        element("dd", prose(response["description"], 4)),
    )


def _schemas(schemas: dict[str, Object]) -> Markup:
    articles = [
        element(
            "article",
            element("h3", name),
            prose(schema.get("description", ""), 3),
            fields(schema),
            id=anchor(name),
        )
        for name, schema in schemas.items()
    ]
    return element("section", element("h2", "Schemas"), *articles, id="schemas")


def _example(described: Object, document: Object) -> Any:
    """The example of a parameter or a body: its own, or one made from its schema."""
    if "example" in described:
        return described["example"]
    return example(described.get("schema", {}), document["components"]["schemas"])


def _text(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.format(msgspec.json.encode(value)).decode()


def _code_link(target: str) -> Markup:
    return element("a", element("code", target), href=target)
