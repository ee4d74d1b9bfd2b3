"""Applies the faults of the sandbox to requests. Without the sandbox, none of this runs.

request ── key, body ──▶ the fault that it has ──▶ error │ wait, handler │ handler, half of its response │ nothing
"""

import asyncio
import logging
import random
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, cast
from urllib.parse import parse_qsl

import msgspec

from trunkline.actions.sandbox.faults import parties_of, take_fault
from trunkline.api.operation import PARTNER_PREFIX, Handler, Request
from trunkline.api.responses import JSON, Response, error_response
from trunkline.domain.errors import InvalidPhoneNumber
from trunkline.domain.faults import Effect, Parties, StoredFault, error_of
from trunkline.domain.handle import parse_handle

FAULT_HEADER = b"x-trunkline-fault"
"""The header of a response with a fault: the fault's id."""

_UNSENT = 2  # bytes that a cut response promises at least


log = logging.getLogger("trunkline.api")


class FaultInjector:
    """Gives each request the fault that it has, if any. ``draw`` decides about shares: a random number from 0 to 1."""

    def __init__(self, draw: Callable[[], float] = random.random) -> None:
        self._draw = draw
        self._stopping = asyncio.Event()

    async def respond(self, request: Request, handler: Handler) -> Response:
        """The response of the handler, or what the fault makes of it."""
        method, path = request.scope["method"], request.scope["path"].removeprefix(PARTNER_PREFIX)
        query = request.query.decode("latin-1")
        stored = await take_fault(
            request.store, request.ctx.partner_id, method, path, query, lambda: _parties(request), self._draw
        )
        if stored is None:
            return await handler(request)
        log.warning("this request has the fault %s: %s", stored.id, stored.fault.effect)
        response = await self._apply(stored, request, handler)
        headers = [*response.headers, (FAULT_HEADER, stored.id.encode())]
        return msgspec.structs.replace(response, headers=headers)

    async def wait(self, seconds: float) -> None:
        """Waits, until the service stops at the latest."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    def stop(self) -> None:
        """Ends every delay."""
        self._stopping.set()

    async def _apply(self, stored: StoredFault, request: Request, handler: Handler) -> Response:
        fault = stored.fault
        error = error_of(fault)
        if error is not None:
            response = error_response(error, request.ctx.trace_id, request.doc_base)
            if fault.retry_after is not None and fault.effect is not Effect.RATE_LIMIT:
                response.headers.append((b"retry-after", str(fault.retry_after).encode()))
            return response
        if fault.effect is Effect.DELAY:
            with request.state.watch.places.taken(request.ctx.partner_id):
                await self.wait(fault.delay_seconds or 0)
            await request.check_key()
            return await handler(request)
        return _cut(await handler(request) if fault.carried_out else Response(200, [(b"content-type", JSON)], b""))


def _cut(response: Response) -> Response:
    """Half of a response. A status that allows no body becomes 200, so that its end is missing too."""
    size = len(response.body)
    promised = (b"content-length", str(max(size, _UNSENT)).encode())
    return Response(
        response.status if size else 200, [*response.headers, promised], response.body[: size // 2], is_cut=True
    )


async def _parties(request: Request) -> Parties:
    """The lines in ``from`` and ``phone_number``, the handles in ``to``, ``handle`` and ``address``, and the chat."""
    query = _listed(request.query)
    body = _fields(request.content)
    chat = await parties_of(
        request.store, request.ctx.partner_id, request.path.get("chat_id"), request.path.get("message_id")
    )
    lines = [each.get(name) for each in (query, body) for name in ("from", "phone_number")]
    handles = [each.get(name) for each in (query, body) for name in ("to", "handle", "address")]
    return Parties(chat.lines | _normalised(lines), chat.handles | _normalised(handles))


def _listed(query: bytes) -> Mapping[str, list[str]]:
    """The values of each parameter, which may be repeated, or a list that is comma-separated."""
    values: dict[str, list[str]] = {}
    for name, value in parse_qsl(query.decode("latin-1")):
        values.setdefault(name, []).extend(value.split(","))
    return values


def _fields(content: bytes) -> Mapping[str, Any]:
    """The fields of a body; none if it is not a JSON object, which is for the handler to say."""
    try:
        return msgspec.json.decode(content or b"{}", type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return {}


def _normalised(values: list[Any]) -> frozenset[str]:
    """The handles in texts and lists of texts; anything else is left out."""
    found: set[str] = set()
    for value in values:
        texts = cast("list[Any]", value) if isinstance(value, list) else [value]
        for text in texts:
            if isinstance(text, str):
                with suppress(InvalidPhoneNumber):
                    found.add(parse_handle(text, "handle"))
    return frozenset(found)
