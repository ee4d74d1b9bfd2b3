"""The service as one ASGI callable: a trace id for every answer, the list at once, everything else by the framework.

request ── trace id ──┬── /v3/chats ──────────────── ListChats ──┐
                      └── anything else ──── Litestar's routes ──┴── the answer, or the envelope of what went wrong
"""

import logging
import secrets
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

from litestar import Litestar, Request
from litestar import Response as FrameworkResponse
from litestar.di import Provide
from litestar.exceptions import HTTPException

from trunkline import __version__
from trunkline.api.auth import Authentication
from trunkline.api.responses import Response, refusal
from trunkline.api.routes import chats, process
from trunkline.api.routes.reference import reference
from trunkline.domain.errors import (
    BodyTooLarge,
    InternalError,
    InvalidParameter,
    MethodNotAllowed,
    NotFound,
    NotReady,
    TrunklineError,
)
from trunkline.domain.instant import Clock, now
from trunkline.storage.store import Store

Message: TypeAlias = dict[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]

TRACE_HEADER = b"x-trace-id"

log = logging.getLogger("trunkline.api")


class Application:
    """Answers HTTP for one open store. ``base_url`` and ``doc_base`` are without a trailing slash."""

    def __init__(self, store: Store, base_url: str, doc_base: str, clock: Clock = now) -> None:
        self._doc_base = doc_base
        self._list_chats = chats.ListChats(store, Authentication(store), doc_base, clock)

        async def provide_store() -> Store:
            return store

        described = [process.liveness, process.readiness]
        dependencies = {"store": Provide(provide_store)}
        self._framework = Litestar(
            [*described, *reference([*described], dependencies, __version__, base_url)],
            dependencies=dependencies,
            exception_handlers={Exception: self._refuse},
            openapi_config=None,
            logging_config=None,
        )

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """One request. Whatever happens, the caller gets an answer with a trace id."""
        trace_id = secrets.token_hex(16)
        if scope["path"] in chats.PATHS:
            response = await self._list(scope, trace_id)
            response.headers.append((TRACE_HEADER, trace_id.encode()))
            await send({"type": "http.response.start", "status": response.status, "headers": response.headers})
            await send({"type": "http.response.body", "body": response.body})
            return

        async def send_traced(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (TRACE_HEADER, trace_id.encode())]
            await send(message)

        await self._framework({**scope, "trace_id": trace_id}, receive, send_traced)  # type: ignore[arg-type]

    async def _list(self, scope: Message, trace_id: str) -> Response:
        try:
            return await self._list_chats(scope["method"], scope["headers"], scope["query_string"])
        except Exception as error:
            return self._envelope(error, trace_id)

    def _refuse(self, request: Request[Any, Any, Any], error: Exception) -> FrameworkResponse[bytes]:
        response = self._envelope(error, request.scope["trace_id"])  # type: ignore[typeddict-item]
        headers = {name.decode(): value.decode() for name, value in response.headers}
        return FrameworkResponse(response.body, status_code=response.status, headers=headers)

    def _envelope(self, error: Exception, trace_id: str) -> Response:
        known = _known(error)
        if isinstance(error, NotReady):
            log.error("trace %s: %s", trace_id, error)
        elif known.status >= InternalError.status:
            log.error("trace %s: %s", trace_id, error, exc_info=error)
        return refusal(known, trace_id, self._doc_base)


def _known(error: Exception) -> TrunklineError:
    """The refusal that an exception stands for, whatever layer it is from; what is our fault says nothing of us."""
    match error:
        case NotReady():
            return NotReady("the database does not answer; try again in a moment")
        case TrunklineError() if error.status < InternalError.status:
            return error
        case HTTPException() if error.status_code < InternalError.status:
            return _known_to_framework(error)
        case _:
            return InternalError("something failed on our side; the trace id finds it in the log")


def _known_to_framework(error: HTTPException) -> TrunklineError:
    match error.status_code:
        case NotFound.status:
            return NotFound("there is nothing at this address; /docs lists what there is")
        case MethodNotAllowed.status:
            allowed = (error.headers or {}).get("allow", "")
            return MethodNotAllowed(f"this method is not for this address; use {allowed}", allowed)
        case BodyTooLarge.status:
            return BodyTooLarge("the body is larger than the service reads")
        case _:
            return InvalidParameter(error.detail)
