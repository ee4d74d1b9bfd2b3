"""The service as one ASGI callable.

request ── trace id ──▶ path ──▶ method ──▶ key ──▶ body ──▶ handler ──▶ response, or the envelope of an error
"""

import logging
import re
import time
from collections.abc import Callable, Iterable, Mapping

from starlette.routing import compile_path

from trunkline import __version__
from trunkline.actions.chats.searches import Searches
from trunkline.actions.chats.watch import Watch
from trunkline.actions.lines.capability import Network, loopback
from trunkline.api.auth import Authentication
from trunkline.api.console.routes import console_routes
from trunkline.api.disconnection import CLIENT_CLOSED_REQUEST, ClientDisconnected
from trunkline.api.faults import FaultInjector
from trunkline.api.file_transfer import send_stream
from trunkline.api.first_pages import FirstPages
from trunkline.api.journal import Journal
from trunkline.api.large_bodies import AT_ONCE, LargeBodies
from trunkline.api.operation import (
    GET,
    HEAD,
    OPTIONS,
    PARTNER_PREFIX,
    READ_METHODS,
    ROUTE,
    STATUS,
    TRACE_ID,
    AppState,
    Receive,
    Request,
    Route,
    Scope,
    Send,
)
from trunkline.api.pace import LARGE, Pace
from trunkline.api.reference.routes import reference_routes
from trunkline.api.request_body import ArrivingBody
from trunkline.api.responses import Response, error_response
from trunkline.api.routes import ROUTES
from trunkline.domain.context import NO_PARTNER, RequestContext
from trunkline.domain.errors import (
    BodyTooLarge,
    Busy,
    CarrierNotReady,
    FilesFull,
    FilesNotReady,
    InternalError,
    MethodNotAllowed,
    NoLineOfType,
    NotFound,
    NotReady,
    NotSimulated,
    TooManyRequests,
    TrunklineError,
    described,
)
from trunkline.domain.handle import quoted
from trunkline.domain.ids import new_trace_id
from trunkline.domain.instant import SECOND, Clock, Instant, now
from trunkline.domain.keys import Grant
from trunkline.domain.loopback_rules import LOOPBACK
from trunkline.domain.rate_limit import Buckets, RateLimit
from trunkline.domain.tracing import bind_trace
from trunkline.schemas.documents import Completion
from trunkline.storage.store import Store

TRACE_HEADER = b"x-trace-id"
BEHIND_RETRY_AFTER = 5  # s, for a request that adds deliveries meanwhile
MAX_BODY = 1_000_000  # bytes; far more than any carrier accepts in a message

ADMIN = "/admin/"
"""The prefix of the paths that only this service has. Requests to them have no faults."""

_PARTNER = "trunkline.partner"
"""The key in an ASGI scope of the id of the partner whose key the request has."""

_CONTENT = "trunkline.content"
"""The key in an ASGI scope of the body of the request, for the journal; None if it is a file."""

_NOWHERE = (NotFound.status, MethodNotAllowed.status)
"""The statuses of requests whose key was not looked at."""

_SANDBOX_OFF = (
    "the sandbox of this service is off; its operator turns it on with `trunkline serve --sandbox` or "
    "TRUNKLINE_SANDBOX=true"
)
_REFUSALS = (Busy, NoLineOfType, NotSimulated)
"""Errors with a status of 500 or above that a request itself causes: a partner must not fill the log with them."""

_EXPECTED = (NotReady, CarrierNotReady, FilesNotReady, FilesFull)
"""Errors whose cause is known, so that their traceback would say nothing."""

log = logging.getLogger("trunkline.api")


class Endpoint:
    """The routes of one path, by method. HEAD is answered like GET (RFC 9110 §9.1)."""

    def __init__(self) -> None:
        self._routes: dict[str, Route] = {}

    def add(self, route: Route) -> None:
        """Adds the route of a method."""
        self._routes[route.method] = route
        if route.method == GET:
            self._routes[HEAD] = route

    def route(self, method: str) -> Route | None:
        """The route of a method; None for OPTIONS. Raises ``MethodNotAllowed``."""
        route = self._routes.get(method)
        if route is None and method != OPTIONS:
            raise MethodNotAllowed(f"{quoted(method)} is not allowed here; use {self.allowed}", self.allowed)
        return route

    @property
    def allowed(self) -> str:
        """The methods of the path, as the ``Allow`` header lists them."""
        return ", ".join([*self._routes, OPTIONS])


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
        faults: FaultInjector | None = None,
        abandon: Callable[[tuple[str, int]], None] = lambda client: None,
        rate_limit: RateLimit | None = None,
        is_behind: Callable[[int], bool] = lambda partner_id: False,
        more_routes: Iterable[Route] = (),
        journal: Journal | None = None,
    ) -> None:
        """``changed`` is called after every request that may have added entries to the outbox.

        ``abandon`` is called with the address and port of a client whose response will not be completed. Without a
        ``network``, the carrier is the loopback. Without ``faults``, the sandbox is off. ``rate_limit`` is that of each
        key; ``is_behind`` says whether a partner sends more than is delivered. ``more_routes`` are those for the
        operator alone. Requests are noted in the ``journal``, if there is one.
        """
        watch = Watch(store.database)
        completion = Completion(doc_base, store.file_urls(base_url))
        self._authentication = Authentication(store)
        network = network or loopback(store)
        self._state = AppState(
            store,
            watch,
            base_url,
            completion,
            network,
            allow_private_webhooks,
            self._check_key,
            FirstPages(),
            Searches(),
            journal is not None,
        )
        self._journal = journal
        self._clock = clock
        self._base_url = base_url
        self._changed = changed
        self._faults = faults
        self._buckets = None if rate_limit is None else Buckets(rate_limit)
        self._is_behind = is_behind
        self._abandon = abandon
        self._large_bodies = LargeBodies()
        self._pace = Pace()
        self._paths: dict[str, Endpoint] = {}
        """The endpoints of paths without parameters: a lookup, whatever their number."""
        self._patterns: list[tuple[re.Pattern[str], Endpoint]] = []
        self._sandbox_paths: list[re.Pattern[str]] = []
        """The paths that exist only with the sandbox, if it is off."""
        endpoints: dict[str, Endpoint] = {}
        reference = reference_routes(__version__, base_url, store.thresholds)
        console = console_routes(has_sandbox=faults is not None and network.name == LOOPBACK)
        for route in (*ROUTES, *reference, *console, *more_routes):
            if route.needs_sandbox and faults is None:
                self._sandbox_paths.append(compile_path(route.path)[0])
            else:
                endpoints.setdefault(route.path, Endpoint()).add(route)
        for path, endpoint in endpoints.items():
            for each in [path, PARTNER_PREFIX + path] if path.startswith("/v3/") else [path]:
                if "{" in each:
                    self._patterns.append((compile_path(each)[0], endpoint))
                else:
                    self._paths[each] = endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request. Whatever happens, the response has a trace id."""
        began = 0.0 if self._journal is None else time.perf_counter()
        trace_id = scope.get(TRACE_ID) or new_trace_id()
        bind_trace(trace_id)
        try:
            response = await self._respond(scope, receive, trace_id)
        except ClientDisconnected:
            response = Response(CLIENT_CLOSED_REQUEST, [], b"")
        except Exception as error:
            response = self._error_response(error, trace_id)
        scope[STATUS] = response.status
        if self._journal is not None:
            partner_id = scope.get(_PARTNER) or await self._owner(scope, response)
            if partner_id is not None:
                content = scope.get(_CONTENT, b"")
                self._journal.note(scope, partner_id, response, trace_id, content, time.perf_counter() - began)
        headers = [*response.headers, (TRACE_HEADER, trace_id.encode())]
        if len(response.body) > LARGE and _PARTNER in scope and scope["method"] in READ_METHODS:
            self._pace.end_page(scope[_PARTNER], len(response.body))
        is_large = len(response.body) > AT_ONCE and scope["method"] != HEAD and not response.is_cut
        if is_large:
            headers.append((b"content-length", str(len(response.body)).encode()))
        await send({"type": "http.response.start", "status": response.status, "headers": headers})
        if response.stream is not None:
            is_complete = await send_stream(response.stream, receive, send)
        elif is_large:
            sending = self._large_bodies.send(response.body, scope.get(_PARTNER, NO_PARTNER), send)
            del response
            is_complete = await sending
        else:
            await send({"type": "http.response.body", "body": response.body, "more_body": response.is_cut})
            return
        if not is_complete:
            log.info("the client does not read the response, which is given up")
            self._abandon(scope["client"])

    async def _owner(self, scope: Scope, response: Response) -> int | None:
        """The partner whose key a request has that was answered before the key was looked at."""
        if response.status not in _NOWHERE:
            return None
        try:
            return (await self._authentication.authenticate(scope["headers"], self._clock())).partner_id
        except TrunklineError:
            return None

    async def _respond(self, scope: Scope, receive: Receive, trace_id: str) -> Response:
        endpoint, path = self._find(scope)
        method = scope["method"]
        route = endpoint.route(method)
        if route is None:
            return Response(204, [(b"allow", endpoint.allowed.encode())], b"")
        scope[ROUTE] = route.path
        at = self._clock()
        partner_id = NO_PARTNER
        if route.needs_key:
            grant = await self._authentication.authenticate(scope["headers"], at)
            partner_id = scope[_PARTNER] = grant.partner_id
            self._admit(grant, route, at)
        if method in READ_METHODS or route.streams_body:
            content = b""
            if route.streams_body and self._journal is not None:
                scope[_CONTENT] = None
            if partner_id in self._pace.partners:
                await self._pace.begin_read(partner_id)
                await self._state.check_key(scope["headers"])
        else:
            content = await _content(scope, receive)
            if self._journal is not None:
                scope[_CONTENT] = content
            if len(content) > LARGE:
                await self._pace.begin_body(partner_id, len(content))
            if route.needs_key:
                await self._state.check_key(scope["headers"])  # a body can take long to arrive or wait
        ctx = RequestContext(partner_id, at, trace_id)
        request = Request(self._state, ctx, scope, path, content, receive)
        if self._faults is None or not route.needs_key or route.path.startswith(ADMIN):
            response = await route.handler(request)
        else:
            response = await self._faults.respond(request, route.handler)
        if method not in READ_METHODS:
            self._state.watch.wake()
            self._changed()
        return response

    def _admit(self, grant: Grant, route: Route, at: Instant) -> None:
        """Raises ``TooManyRequests`` if there have been too many with the key, or too much is to be delivered."""
        if self._buckets is not None:
            left = self._buckets.take(grant.key_id, at)
            if left:
                limit = self._buckets.limit.text
                raise TooManyRequests(-(-left // SECOND), f"your key has reached the rate limit of {limit}")
        if route.adds_deliveries and self._is_behind(grant.partner_id):
            raise TooManyRequests(
                BEHIND_RETRY_AFTER, "your messages or webhooks are delivered more slowly than you send"
            )

    async def _check_key(self, headers: list[tuple[bytes, bytes]]) -> None:
        """Raises ``Unauthorized`` if the key of a request is not valid now."""
        await self._authentication.authenticate(headers, self._clock())

    def _find(self, scope: Scope) -> tuple[Endpoint, Mapping[str, str]]:
        """The endpoint of a path, and the parameters in it. Raises ``NotFound``."""
        endpoint = self._paths.get(scope["path"])
        if endpoint is not None:
            return endpoint, {}
        if "\0" not in scope["path"]:  # no id contains one
            for pattern, endpoint in self._patterns:
                if found := pattern.match(scope["path"]):
                    return endpoint, found.groupdict()
        raise self._not_found(scope["path"])

    def _not_found(self, path: str) -> NotFound:
        if any(pattern.match(path) for pattern in self._sandbox_paths):
            return NotFound(_SANDBOX_OFF)
        for prefix in (PARTNER_PREFIX, ""):
            if path.startswith(f"{prefix}/v3/v3/"):
                return NotFound(
                    "there is nothing at this address, which has /v3 twice; the base URL of your client must not end "
                    f"in /v3: use {self._base_url}{prefix}"
                )
        return NotFound("there is nothing at this address; /docs lists the API")

    @property
    def waiting(self) -> int:
        """How many requests wait for a change."""
        return self._state.watch.places.number_taken

    def stop_waiting(self) -> None:
        """Answers every request that waits for a change or a fault. From now on, none waits."""
        self._state.watch.stop()
        if self._faults is not None:
            self._faults.stop()

    async def close(self) -> None:
        """The same; returns when no waiting request reads the store any longer."""
        await self._state.watch.close()

    def _error_response(self, error: Exception, trace_id: str) -> Response:
        public = public_error(error)
        if isinstance(error, _REFUSALS):
            log.info("%s", described(error))
        elif isinstance(error, _EXPECTED):
            log.error("%s", described(error))
        elif public.status >= InternalError.status:
            log.error("%s", described(error), exc_info=error)
        return error_response(public, trace_id, self._state.completion.doc_base)


async def _content(scope: Scope, receive: Receive) -> bytes:
    """The body of a request. Raises ``BodyTooLarge`` or ``InvalidBody``."""
    announced = dict(scope["headers"]).get(b"content-length")
    expected = MAX_BODY if announced is None else int(announced)
    _check_size(expected)
    chunks: list[bytes] = []
    size = 0
    arriving = ArrivingBody(receive, expected)
    while not arriving.is_complete:
        chunk = await arriving.next()
        size += len(chunk)
        _check_size(size)
        chunks.append(chunk)
    return b"".join(chunks)


def _check_size(size: int) -> None:
    if size > MAX_BODY:
        raise BodyTooLarge(f"the body is larger than {MAX_BODY} bytes, the most that the service accepts")


def public_error(error: Exception) -> TrunklineError:
    """The error that the caller gets; an error in the service reveals nothing about it."""
    match error:
        case NotReady():
            return NotReady(error.public)
        case Busy() | CarrierNotReady() | NoLineOfType() | NotSimulated():
            return error
        case FilesNotReady():
            return FilesNotReady(error.public)
        case FilesFull():
            return FilesFull("the store of the files has no room left; the operator of the service must make some")
        case TrunklineError() if error.status < InternalError.status:
            return error
        case _:
            return InternalError("something failed in the service; its log has the details under the trace id")
