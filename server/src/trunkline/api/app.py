"""The service as one ASGI callable: a trace id for every answer, the list at once, everything else by the framework.

request ── trace id ──┬── GET /v3/chats ──────────────── ListChats ──┐
                      └── anything else ── Litestar's routes: key, ──┴── the answer, or the envelope of what went wrong
                                           body, handler
"""

import logging
import secrets
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

from litestar import HttpMethod, Litestar, Request, route
from litestar import Response as FrameworkResponse
from litestar.di import Provide
from litestar.exceptions import HTTPException, InternalServerException, MethodNotAllowedException
from litestar.types import ControllerRouterHandler

from trunkline import __version__
from trunkline.actions.capability import Network, loopback
from trunkline.actions.cause import Cause
from trunkline.actions.watch import Watch
from trunkline.api.auth import Authentication
from trunkline.api.operation import GET, Call, Route, Site
from trunkline.api.responses import Response, refusal
from trunkline.api.routes import ROUTES, chats, process
from trunkline.api.routes.reference import reference
from trunkline.domain.errors import (
    BodyTooLarge,
    CarrierNotReady,
    InternalError,
    InvalidBody,
    InvalidParameter,
    MethodNotAllowed,
    NotFound,
    NotReady,
    TrunklineError,
)
from trunkline.domain.handle import shown
from trunkline.domain.health import Thresholds
from trunkline.domain.instant import Clock, now
from trunkline.storage.store import Store

Message: TypeAlias = dict[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]

TRACE_HEADER = b"x-trace-id"
PARTNER_PREFIX = "/api/partner"
MAX_BODY = 1_000_000  # bytes; the longest message that a carrier takes is far shorter

_NOTHING_HERE = "there is nothing at this address; /docs lists what there is"

log = logging.getLogger("trunkline.api")


class Application:
    """Answers HTTP for one open store. ``base_url`` and ``doc_base`` are without a trailing slash."""

    def __init__(
        self,
        store: Store,
        base_url: str,
        doc_base: str,
        clock: Clock = now,
        changed: Callable[[], None] = lambda: None,
        network: Network | None = None,
        *,
        allow_private_webhooks: bool = False,
    ) -> None:
        """``changed`` is called after every request that may have left something to deliver.

        Without a ``network``, the carrier is the loopback.
        """
        self._doc_base = doc_base
        self._clock = clock
        self._changed = changed
        self._site = Site(store, doc_base, Thresholds(), network or loopback(store), allow_private_webhooks)
        self._authentication = Authentication(store)
        self._watch = Watch(store.database)
        self._list_chats = chats.ListChats(store, self._watch, self._authentication, doc_base, clock)

        async def provide_store() -> Store:
            return store

        described = [process.liveness, process.readiness]
        dependencies = {"store": Provide(provide_store)}
        self._framework = Litestar(
            [
                *described,
                *reference([*described], dependencies, __version__, base_url),
                *[_options(path) for path in {each.path: None for each in ROUTES}],
                *[self._handler(each) for each in ROUTES],
            ],
            dependencies=dependencies,
            exception_handlers={Exception: self._refuse},
            openapi_config=None,
            logging_config=None,
            request_max_body_size=MAX_BODY,
        )

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """One request. Whatever happens, the caller gets an answer with a trace id."""
        trace_id = secrets.token_hex(16)
        response = await self._ahead_of_framework(scope, receive, trace_id)
        if response is not None:
            response.headers.append((TRACE_HEADER, trace_id.encode()))
            await send({"type": "http.response.start", "status": response.status, "headers": response.headers})
            await send({"type": "http.response.body", "body": response.body})
            return

        async def send_traced(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (TRACE_HEADER, trace_id.encode())]
            await send(message)

        path = scope["path"]
        if path.startswith(f"{PARTNER_PREFIX}/v3/"):
            path = path.removeprefix(PARTNER_PREFIX)
        asked = {**scope, "path": path, "raw_path": path.encode(), "trace_id": trace_id}
        await self._framework(asked, receive, send_traced)  # type: ignore[arg-type]

    def _handler(self, described: Route) -> ControllerRouterHandler:
        """What the framework calls for a route of ours."""

        async def handle(request: Request[Any, Any, Any]) -> FrameworkResponse[bytes]:
            response = await described.handler(await self._call(request))
            if described.method != GET:
                self._watch.wake()
                self._changed()
            return _for_framework(response)

        # The answer has a status of its own; the framework's default for DELETE would forbid a body.
        methods = [HttpMethod(method) for method in _methods(described)]
        return route(_path(described.path), http_method=methods, status_code=200, include_in_schema=False)(handle)

    async def _call(self, request: Request[Any, Any, Any]) -> Call:
        """A request whose key is good. Raises ``Unauthorized``, ``BodyTooLarge``, ``InvalidBody``."""
        at = self._clock()
        partner_id = await self._authentication.partner(request.scope["headers"], at)  # type: ignore[arg-type]
        return Call(
            site=self._site,
            cause=Cause(partner_id, at, request.scope["trace_id"]),  # type: ignore[typeddict-item]
            address=f"{request.method} {request.scope['path']}",
            path=request.path_params,
            query=request.scope["query_string"],
            headers={name.decode("latin-1"): value.decode("latin-1") for name, value in request.scope["headers"]},
            content=await _content(request),
        )

    def stop_waiting(self) -> None:
        """Answers every request that waits for something to change; nothing waits from now on."""
        self._watch.stop()

    async def close(self) -> None:
        """The same, and returns when nothing reads the store any more on behalf of those who waited."""
        await self._watch.close()

    async def _ahead_of_framework(self, scope: Message, receive: Receive, trace_id: str) -> Response | None:
        path = scope["path"]
        if path != "/" and (path.endswith("/") or "//" in path or "\0" in path):
            # The framework would take it for the address without the slash; and nothing's id has a NUL in it.
            return self._envelope(NotFound(_NOTHING_HERE), trace_id)
        try:
            if path in chats.PATHS and scope["method"] in chats.METHODS:
                return await self._list_chats(scope["method"], scope["headers"], scope["query_string"], receive)
        except Exception as error:
            return self._envelope(error, trace_id)
        return None

    def _refuse(self, request: Request[Any, Any, Any], error: Exception) -> FrameworkResponse[bytes]:
        if isinstance(error, MethodNotAllowedException):
            allowed = (error.headers or {}).get("allow", "")
            if request.scope["path"] in chats.PATHS:
                # The framework does not know of the list, which is answered ahead of it.
                allowed = ", ".join([*chats.METHODS, allowed])
            error = MethodNotAllowed(f"{shown(request.method)} is not for this address; use {allowed}", allowed)
        return _for_framework(self._envelope(error, request.scope["trace_id"]))  # type: ignore[typeddict-item]

    def _envelope(self, error: Exception, trace_id: str) -> Response:
        known = _known(error)
        if isinstance(error, NotReady | CarrierNotReady):
            log.error("trace %s: %s", trace_id, error)
        elif known.status >= InternalError.status:
            log.error("trace %s: %s", trace_id, error, exc_info=error)
        return refusal(known, trace_id, self._doc_base)


async def _content(request: Request[Any, Any, Any]) -> bytes:
    try:
        return await request.body()
    except InternalServerException:  # what the framework makes of it, although it is no fault of ours
        raise InvalidBody("the body ends before it is complete") from None


def _methods(described: Route) -> tuple[str, ...]:
    """The methods of a route: whatever can be got can be asked for by HEAD (RFC 9110 §9.1)."""
    return chats.METHODS if described.method == GET else (described.method,)


def _path(described: str) -> str:
    """The path of a route as the framework writes it."""
    return described.replace("}", ":str}")


def _options(path: str) -> ControllerRouterHandler:
    """Answers OPTIONS for a path, and comes before its routes: the framework would only answer for one of them."""
    methods = [method for each in ROUTES if each.path == path for method in _methods(each)]
    if path in chats.PATHS:
        methods = [*chats.METHODS, *methods]

    @route(_path(path), http_method=[HttpMethod.OPTIONS], status_code=204, include_in_schema=False)
    async def options() -> FrameworkResponse[None]:
        return FrameworkResponse(None, status_code=204, headers={"allow": ", ".join([*methods, HttpMethod.OPTIONS])})

    return options


def _for_framework(response: Response) -> FrameworkResponse[bytes]:
    headers = {name.decode(): value.decode() for name, value in response.headers}
    return FrameworkResponse(response.body, status_code=response.status, headers=headers)


def _known(error: Exception) -> TrunklineError:
    """The refusal that an exception stands for, whatever layer it is from; what is our fault says nothing of us."""
    match error:
        case NotReady():
            return NotReady("the database does not answer; try again in a moment")
        case CarrierNotReady():
            return error
        case TrunklineError() if error.status < InternalError.status:
            return error
        case HTTPException() if error.status_code < InternalError.status:
            return _known_to_framework(error)
        case _:
            return InternalError("something failed on our side; the trace id finds it in the log")


def _known_to_framework(error: HTTPException) -> TrunklineError:
    match error.status_code:
        case NotFound.status:
            return NotFound(_NOTHING_HERE)
        case BodyTooLarge.status:
            return BodyTooLarge(f"the body is larger than {MAX_BODY} bytes, which is all that the service reads")
        case _:
            return InvalidParameter(error.detail)
