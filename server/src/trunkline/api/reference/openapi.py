"""The OpenAPI 3.1 document of the service, made from the declarations of its routes."""

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from trunkline.api.operation import PARTNER_PREFIX, READ_METHODS, Operation, Route
from trunkline.api.parameters import Parameter
from trunkline.api.reference import descriptions, examples
from trunkline.api.reference.error_codes import DOCS, meaning
from trunkline.domain.errors import (
    BodyTooLarge,
    Busy,
    CarrierNotReady,
    InternalError,
    InvalidBody,
    MissingField,
    NotReady,
    TooManyRequests,
    TrunklineError,
    Unauthorized,
)
from trunkline.schemas.errors import Envelope

_TRACE_HEADERS = {
    "X-Trace-ID": {
        "description": "The id of the request, 32 hexadecimal digits. The log has it for every server error (5xx).",
        "schema": {"type": "string", "pattern": "^[0-9a-f]{32}$", "examples": [examples.TRACE_ID]},
    }
}
_CHALLENGE = {"WWW-Authenticate": {"description": "The authentication scheme.", "schema": {"const": "Bearer"}}}
_RETRY = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 0}}}
_ALWAYS_POSSIBLE = (InternalError, NotReady, CarrierNotReady)
_FILE = {"*/*": {"schema": {"type": "string", "format": "binary", "description": "The file itself."}}}
_REFERENCE = "#/components/schemas/{name}"


def describe(routes: Sequence[Route], version: str, base_url: str) -> dict[str, Any]:
    """The whole document, for a service at ``base_url``."""
    documented = [(route, route.operation) for route in routes if route.operation is not None]
    paths: dict[str, Any] = {}
    for route, operation in documented:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, operation, base_url)
    document = {
        "openapi": "3.1.0",
        "info": {
            "title": "Trunkline",
            "version": version,
            "summary": "The open, self-hosted chats API, wire-compatible with the Linq Partner API v3.",
            "description": descriptions.SERVICE,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [
            {"url": base_url, "description": "This service"},
            {
                "url": f"{base_url}{PARTNER_PREFIX}",
                "description": f"For clients whose base URL ends in {PARTNER_PREFIX}",
            },
        ],
        "tags": [{"name": name, "description": text} for name, text in descriptions.TAGS.items()],
        "paths": paths,
        "components": {
            "schemas": _schemas([operation for _, operation in documented]),
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": descriptions.KEY}},
        },
    }
    return _renamed(document)


def _schemas(operations: Sequence[Operation]) -> dict[str, Any]:
    bodies = [body for each in operations for body in (each.body, each.response) if body is not None]
    schemas = msgspec.json.schema_components([Envelope, *bodies], ref_template=_REFERENCE)[1]
    for schema in schemas.values():
        for field in schema.get("properties", {}).values():
            if field.keys() == {"enum"}:  # the tag of a variant
                field["description"] = f"Always `{field['enum'][0]}`."
    return schemas


def _operation(route: Route, operation: Operation, base_url: str) -> dict[str, Any]:
    document: dict[str, Any] = {
        "operationId": operation.id,
        "tags": [operation.tag],
        "summary": operation.summary,
        "description": operation.description,
        "responses": _responses(route, operation, base_url),
    }
    parameters = [_path_parameter(name) for name in re.findall(r"\{(\w+)\}", route.path)]
    parameters += [_parameter(each) for each in operation.parameters]
    if parameters:
        document["parameters"] = parameters
    if route.needs_key:
        document["security"] = [{"key": []}]
    if operation.body is not None:
        content = _json(operation.body)
        content["application/json"]["example"] = operation.body_example
        document["requestBody"] = {"required": True, "content": content}
    if operation.streams_body:
        document["requestBody"] = {"required": True, "content": _FILE}
    if operation.code_samples:
        document["x-codeSamples"] = [
            {"lang": each.language, "label": each.label, "source": each.source(base_url)}
            for each in operation.code_samples
        ]
    return document


def _responses(route: Route, operation: Operation, base_url: str) -> dict[str, Any]:
    headers = {name: {"description": text, "schema": {"type": "string"}} for name, text in operation.headers.items()}
    success: dict[str, Any] = {"description": operation.response_description, "headers": headers}
    if operation.response is not None:
        success["content"] = _json(operation.response)
    if operation.streams_response:
        success["content"] = _FILE
    if operation.example is not None:
        success["content"]["application/json"]["example"] = operation.example(base_url)
    responses = {str(operation.status): success}
    if operation.not_modified is not None:
        responses["304"] = {"description": operation.not_modified, "headers": headers}
    errors: dict[str, list[type[TrunklineError]]] = {}
    for error in (
        *operation.errors,
        *([Unauthorized, TooManyRequests] if route.needs_key else []),
        *([MissingField, InvalidBody, BodyTooLarge] if operation.body is not None else []),
        *([Busy] if route.method not in READ_METHODS else []),
        *_ALWAYS_POSSIBLE,
    ):
        errors.setdefault(str(error.status), []).append(error)
    responses |= {status: _error(kinds, base_url) for status, kinds in sorted(errors.items())}
    for response in responses.values():
        response["headers"] = {**response["headers"], **_TRACE_HEADERS}
    return responses


def _error(errors: Sequence[type[TrunklineError]], base_url: str) -> dict[str, Any]:
    """The response for errors with one status."""
    return {
        "description": "\n".join(f"- [{each.code}](/docs/errors#{each.code}): {meaning(each)}" for each in errors),
        "content": {
            "application/json": {
                "schema": {"$ref": _REFERENCE.format(name="Envelope")},
                "examples": {
                    str(each.code): {
                        "summary": meaning(each),
                        "value": examples.envelope(each.status, each.code, DOCS[each].example, base_url),
                    }
                    for each in errors
                },
            }
        },
        "headers": _CHALLENGE if Unauthorized in errors else _RETRY if {TooManyRequests, Busy} & set(errors) else {},
    }


def _json(schema: Any) -> dict[str, Any]:
    return {"application/json": {"schema": msgspec.json.schema_components([schema], ref_template=_REFERENCE)[0][0]}}


def _path_parameter(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": f"The id of the {name.removesuffix('_id')}.",
        "schema": {"type": "string", "examples": [examples.ID]},
    }


def _parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "in": parameter.location,
        "required": parameter.required,
        "description": parameter.description,
        "schema": parameter.schema,
        # The values of an array are one parameter, separated by commas.
        **({"style": "form", "explode": False} if parameter.schema.get("type") == "array" else {}),
    }


def _renamed(document: dict[str, Any]) -> dict[str, Any]:
    """The class ``ChatSchema`` is ``Chat`` to callers, and to the code that is generated for them."""
    return msgspec.json.decode(re.sub(rb"\b([A-Z]\w*)Schema\b", rb"\1", msgspec.json.encode(document)))
