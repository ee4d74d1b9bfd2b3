"""The description of the service, OpenAPI 3.1: the framework's of its routes, and ours of those that ask for a key."""

import re
from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from litestar import Litestar
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import License, Server, Tag
from litestar.types import ControllerRouterHandler, Dependencies
from msgspec import Meta

from trunkline.api import descriptions, examples
from trunkline.api.codes import CODES
from trunkline.api.operation import Route
from trunkline.api.query import PARAMETERS, Parameter
from trunkline.api.responses import KINDS, Envelope
from trunkline.api.routes import ROUTES
from trunkline.domain.errors import (
    BodyTooLarge,
    InvalidParameter,
    InvalidPhoneNumber,
    NotYourLine,
    TooManyRequests,
    TrunklineError,
    Unauthorized,
)
from trunkline.domain.listed_chat import ListedChatDocument

TRACE_HEADERS = {
    "X-Trace-ID": {
        "description": "32 hexadecimal digits that name this request; the log has them for every 5xx.",
        "schema": {"type": "string", "pattern": "^[0-9a-f]{32}$", "examples": [examples.TRACE_ID]},
    }
}
_LIST_HEADERS = {
    "X-Sync-Token": {
        "description": "The `updated_since` that gives what changes after this answer.",
        "schema": {"type": "string"},
    },
    "ETag": {
        "description": "The version of this answer, for `If-None-Match`.",
        "schema": {"type": "string"},
    },
}
_CHALLENGE = {"WWW-Authenticate": {"description": "Which kind of key is asked for.", "schema": {"const": "Bearer"}}}
_RETRY = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 0}}}
_REFERENCE = "#/components/schemas/{name}"


class ChatList(msgspec.Struct):
    """A page of chats."""

    chats: Annotated[
        list[ListedChatDocument],
        Meta(
            description="At most `limit` of them: the most recently updated first, or with `updated_since` in the "
            "order of their changes."
        ),
    ]
    next_cursor: Annotated[
        str | None, Meta(description="The `cursor` of the next page; `null` exactly when nothing is left.")
    ]


def describe(
    routes: Sequence[ControllerRouterHandler], dependencies: Dependencies, version: str, server: str
) -> dict[str, Any]:
    """The whole document, for a service that is reached at ``server``."""
    config = OpenAPIConfig(
        title="Trunkline",
        version=version,
        summary="The open, self-hosted chats API, wire-compatible with the Linq Partner API v3.",
        description=descriptions.SERVICE,
        license=License("Apache-2.0", identifier="Apache-2.0"),
        servers=[
            Server(server, "This service"),
            Server(f"{server}/api/partner", "The same, for clients whose base URL ends in /api/partner"),
        ],
        use_handler_docstrings=True,
        tags=[Tag(name, text) for name, text in descriptions.TAGS.items()],
    )
    # This instance only describes; the one that serves has no routes of the framework's own.
    framework = Litestar(routes, dependencies=dependencies, openapi_config=config, logging_config=None)
    document = framework.openapi_schema.to_schema()
    paths: dict[str, Any] = {"/v3/chats": {"get": _list_chats(server)}}
    for each in ROUTES:
        paths.setdefault(each.path, {})[each.method.lower()] = _operation(each, server)
    document["paths"] = paths | document["paths"]
    components = document["components"]
    components["schemas"] = {**_schemas(), **components["schemas"]}
    components["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer", "description": descriptions.KEY}}
    for path in document["paths"].values():
        for operation in path.values():
            _complete(operation["responses"], server)
    return _renamed(document)


def _schemas() -> dict[str, Any]:
    bodies = [body for each in ROUTES for body in (each.operation.body, each.operation.answer) if body is not None]
    schemas = msgspec.json.schema_components([ChatList, Envelope, *bodies], ref_template=_REFERENCE)[1]
    for schema in schemas.values():
        for field in schema.get("properties", {}).values():
            if field.keys() == {"enum"}:  # what tells one kind of an object from another
                field["description"] = f"Always `{field['enum'][0]}`."
    return schemas


def _operation(route: Route, server: str) -> dict[str, Any]:
    described = route.operation
    names = re.findall(r"\{(\w+)\}", route.path)
    answer: dict[str, Any] = {"description": described.says}
    if described.answer is not None:
        answer["content"] = _json(described.answer)
    refusals: dict[str, list[type[TrunklineError]]] = {}
    for kind in (*described.refusals, Unauthorized, *([BodyTooLarge] if described.body else [])):
        refusals.setdefault(str(kind.status), []).append(kind)
    operation: dict[str, Any] = {
        "operationId": described.id,
        "tags": [described.tag],
        "summary": described.summary,
        "description": described.description,
        "security": [{"key": []}],
        "parameters": [
            *[
                {
                    "name": name,
                    "in": "path",
                    "required": True,
                    "description": f"The id of the {name.removesuffix('_id')}.",
                    "schema": {"type": "string"},
                }
                for name in names
            ],
            *[_parameter(each) for each in described.parameters],
        ],
        "responses": {
            str(described.status): answer,
            **{status: _refusal(kinds, server) for status, kinds in sorted(refusals.items())},
        },
    }
    if described.body is not None:
        operation["requestBody"] = {"required": True, "content": _json(described.body)}
    return operation


def _json(body: Any) -> dict[str, Any]:
    return {"application/json": {"schema": msgspec.json.schema_components([body], ref_template=_REFERENCE)[0][0]}}


def _parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "in": parameter.place,
        "required": False,
        "description": parameter.description,
        "schema": parameter.schema,
        # The values of an array are in one parameter, with commas between them.
        **({"style": "form", "explode": False} if parameter.schema.get("type") == "array" else {}),
    }


def _renamed(document: dict[str, Any]) -> dict[str, Any]:
    """Our class ``ChatDocument`` is what callers, and the code that is generated for them, know as ``Chat``."""
    return msgspec.json.decode(re.sub(rb"\b([A-Z]\w*)Document\b", rb"\1", msgspec.json.encode(document)))


def _list_chats(server: str) -> dict[str, Any]:
    return {
        "operationId": "listChats",
        "tags": ["Chats"],
        "summary": "List all chats",
        "description": descriptions.LIST_CHATS,
        "security": [{"key": []}],
        "parameters": [_parameter(each) for each in PARAMETERS.values()],
        "responses": {
            "200": {
                "description": "A page of chats.",
                "content": {
                    "application/json": {
                        "schema": {"$ref": _REFERENCE.format(name="ChatList")},
                        "example": examples.chat_list(server),
                    }
                },
                "headers": _LIST_HEADERS,
            },
            "304": {
                "description": "Nothing has changed since the answer whose `ETag` is in `If-None-Match`.",
                "headers": _LIST_HEADERS,
            },
            "400": _refusal([InvalidPhoneNumber, InvalidParameter], server),
            "401": _refusal([Unauthorized], server),
            "403": _refusal([NotYourLine], server),
            "429": _refusal([TooManyRequests], server),
        },
        "x-codeSamples": [
            {"lang": "Shell", "label": "curl", "source": examples.curl(server)},
            {"lang": "Python", "label": "Python, with the SDK", "source": examples.python(server)},
        ],
    }


def _complete(responses: dict[str, Any], server: str) -> None:
    """What every operation has: the envelope for its errors (the list names its own), the trace id on every answer."""
    for status in (*responses, "500", "503"):
        kinds = [kind for kind in KINDS if str(kind.status) == status]
        if kinds and "examples" not in responses.get(status, {}).get("content", {}).get("application/json", {}):
            responses[status] = _refusal(kinds, server)
    for response in responses.values():
        response["headers"] = {**response.get("headers", {}), **TRACE_HEADERS}


def _refusal(kinds: Sequence[type[TrunklineError]], server: str) -> dict[str, Any]:
    """The response of refusals with one status: what each means, as its class says, and how it looks."""
    return {
        "description": "\n".join(f"- [{kind.code}](/docs/errors#{kind.code}): {_meaning(kind)}" for kind in kinds),
        "content": {
            "application/json": {
                "schema": {"$ref": _REFERENCE.format(name="Envelope")},
                "examples": {
                    str(kind.code): {
                        "summary": CODES[kind.code].meaning,
                        "value": examples.envelope(kind.status, kind.code, _message(kind), server),
                    }
                    for kind in kinds
                },
            }
        },
        "headers": _CHALLENGE if Unauthorized in kinds else _RETRY if TooManyRequests in kinds else {},
    }


def _meaning(kind: type[TrunklineError]) -> str:
    return (kind.__doc__ or "").splitlines()[0]


def _message(kind: type[TrunklineError]) -> str:
    """A message of a refusal: its code's, where the code has the same status."""
    code = CODES[kind.code]
    return code.message if code.status == kind.status else _meaning(kind)
