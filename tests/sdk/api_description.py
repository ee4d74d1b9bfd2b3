"""Describes whichever ``linq`` its path leads to, and calls every endpoint of it. Run as ``python -m``; prints JSON.

described.py URL      URL is a ``tests.sdk.server.Server``
"""

import base64
import hmac
import inspect
import json
import sys
import time
import typing
from importlib import import_module
from operator import attrgetter
from types import UnionType
from typing import Any

from tests.sdk.endpoints import CHAT, ENDPOINTS, LINE, MESSAGE, NOON, PERSON, SECRET, Endpoint, handle

PACKAGES = ("linq.types", "linq.types.chats", "linq.types.shared", "linq.types.shared_params")
OURS_ALONE = ("prefetch", "updated_since", "wait", "include", "health", "service", "is_group", "q", "sort")
"""The parameters that the public client does not have."""


def described(url: str) -> dict[str, Any]:
    """Signatures and results by method, and fields by type, as JSON."""
    linq = import_module("linq")
    client = linq.LinqAPIV3(api_key="k", base_url=url, max_retries=0)
    return {
        "methods": {one.name: signature(attrgetter(one.name)(client)) for one in ENDPOINTS},
        "async": {one.name: signature(attrgetter(one.name)(linq.AsyncLinqAPIV3(api_key="k"))) for one in ENDPOINTS},
        "unwrap": signature(client.webhooks.unwrap),
        "older webhook": older_webhook(client),
        "answers": {one.name: answer(client, one) for one in ENDPOINTS},
        "types": {package: type_names(package) for package in PACKAGES},
        "pages": [name for name in dir(import_module("linq.pagination")) if name.endswith("Pagination")],
    }


def signature(method: Any) -> list[tuple[str, str, bool]]:
    """The name and kind of each parameter, and whether it is required."""
    return [
        (each.name, each.kind.name, each.default is each.empty)
        for each in inspect.signature(method).parameters.values()
        if each.name not in OURS_ALONE
    ]


def older_webhook(client: Any) -> Any:
    """What a program sees of a received message in version 2025-01-01."""
    data = {
        "chat_id": CHAT,
        "is_group": False,
        "is_from_me": False,
        "from": PERSON,
        "from_handle": handle(),
        "recipient_phone": LINE,
        "message": {"id": MESSAGE, "parts": [{"type": "text", "value": "hi"}], "sent_at": NOON},
        "idempotency_key": None,
        "service": "iMessage",
        "received_at": NOON,
    }
    event = {"webhook_version": "2025-01-01", "event_type": "message.received", "created_at": NOON, "data": data}
    body, at = json.dumps(event), str(int(time.time()))
    digest = hmac.digest(base64.b64decode(SECRET.removeprefix("whsec_")), f"evt-1.{at}.{body}".encode(), "sha256")
    headers = {"webhook-id": "evt-1", "webhook-timestamp": at}
    headers["webhook-signature"] = f"v1,{base64.b64encode(digest).decode()}"
    got = client.webhooks.unwrap(body, headers=headers, key=SECRET)
    return {
        "event": [got.event_type, got.webhook_version, json.loads(got.to_json())["data"]],
        "text": got.data.message["parts"][0]["value"],
        "chat": [got.data.chat_id, got.data.is_group, got.data.recipient_phone],
    }


def answer(client: Any, one: Endpoint) -> Any:
    given = attrgetter(one.name)(client)(*one.arguments, **(one.named or {}))
    if given is None:
        return None
    return {"model": type(given).__name__, "fields": json.loads(given.to_json())}


def type_names(package: str) -> dict[str, Any]:
    """The shape of each public type."""
    there = import_module(package)
    return {name: shape(getattr(there, name)) for name in getattr(there, "__all__", dir(there)) if name[0].isupper()}


def shape(kind: Any) -> Any:
    """The contents of a type, whatever its parts are called: fields by their names on the wire, literals, members."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Annotated:
        return shape(arguments[0])
    if origin is typing.Literal:
        return {"one of": sorted(map(str, arguments))}
    if origin in (typing.Union, UnionType):
        return union([shape(each) for each in arguments if each is not type(None)])
    if origin is dict:
        return {"dict": [shape(each) for each in arguments]}
    return {"list": shape(arguments[0])} if origin is list else named(kind)


def union(members: list[Any]) -> Any:
    if all("one of" in each for each in members):
        return {"one of": sorted(value for each in members for value in each["one of"])}
    return members[0] if len(members) == 1 else {"either": members}


def named(kind: Any) -> Any:
    fields = getattr(kind, "model_fields", None)
    if fields is not None:
        return {"fields": {f.alias or name: [f.is_required(), shape(f.annotation)] for name, f in fields.items()}}
    if hasattr(kind, "__total__"):
        return {"keys": sorted(kind.__annotations__)}
    return getattr(kind, "__name__", str(kind))


if __name__ == "__main__":
    print(json.dumps(described(sys.argv[1])))
