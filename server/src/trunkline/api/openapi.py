"""The description of the service, OpenAPI 3.1: the framework's of its routes, and ours of the list."""

from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import Litestar
from litestar.openapi import OpenAPIConfig
from litestar.types import ControllerRouterHandler

from trunkline.api.query import PARAMETERS
from trunkline.api.responses import KINDS, Envelope
from trunkline.domain.document import ChatDocument

TRACE_HEADERS = {
    "X-Trace-ID": {
        "description": "32 hexadecimal digits that find this request in the log.",
        "schema": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
    }
}
_REFERENCE = "#/components/schemas/{name}"


class ChatList(msgspec.Struct):
    """A page of chats, most recently updated first."""

    chats: list[ChatDocument]
    next_cursor: str | None


def describe(routes: Sequence[ControllerRouterHandler], version: str, server: str) -> dict[str, Any]:
    """The whole document, for a service that is reached at ``server``."""
    config = OpenAPIConfig(
        title="Trunkline",
        version=version,
        summary="The open, self-hosted chats API, wire-compatible with the Linq Partner API v3.",
    )
    # This instance only describes; the one that serves has no routes of the framework's own.
    document = Litestar(routes, openapi_config=config, logging_config=None).openapi_schema.to_schema()
    (_, envelope), schemas = _schemas()
    document["servers"] = [{"url": server}, {"url": f"{server}/api/partner"}]
    document["paths"]["/v3/chats"] = {"get": _list_chats()}
    document["components"]["schemas"] |= schemas
    document["components"]["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
    for path in document["paths"].values():
        for operation in path.values():
            _complete(operation, envelope)
    return document


def _schemas() -> tuple[tuple[dict[str, Any], ...], dict[str, Any]]:
    return msgspec.json.schema_components([ChatList, Envelope], ref_template=_REFERENCE)


def _list_chats() -> dict[str, Any]:
    return {
        "operationId": "listChats",
        "tags": ["Chats"],
        "summary": "List all chats",
        "description": "A page of the chats of the key's partner, most recently updated first. Follow `next_cursor` until "
        "it is `null`: that walk returns every chat that was there at its first page, exactly once, whatever changes "
        "meanwhile.",
        "security": [{"key": []}],
        "parameters": [
            {
                "name": each.name,
                "in": "query",
                "required": False,
                "description": each.description,
                "schema": each.schema,
            }
            for each in PARAMETERS.values()
        ],
        "responses": {
            "200": {
                "description": "A page of chats.",
                "content": {"application/json": {"schema": {"$ref": _REFERENCE.format(name="ChatList")}}},
            }
        }
        | {str(status): {"description": meaning} for status, meaning in _refusals((400, 401, 403)).items()},
    }


def _refusals(statuses: tuple[int, ...]) -> dict[int, str]:
    """What each status means: the refusals that have it, as their classes say."""
    meanings: dict[int, list[str]] = {}
    for kind in KINDS:
        if kind.status in statuses and kind.__doc__:
            meanings.setdefault(kind.status, []).append(f"{kind.code}: {kind.__doc__.splitlines()[0]}")
    return {status: " ".join(lines) for status, lines in meanings.items()}


def _complete(operation: dict[str, Any], envelope: dict[str, Any]) -> None:
    """What every operation has: the envelope for its errors, the trace id on every answer."""
    responses = operation["responses"]
    for status, meaning in _refusals((500, 503)).items():
        responses.setdefault(str(status), {"description": meaning})
    for status, response in responses.items():
        response["headers"] = {**response.get("headers", {}), **TRACE_HEADERS}
        if int(status) >= 400:
            response["content"] = {"application/json": {"schema": envelope}}
