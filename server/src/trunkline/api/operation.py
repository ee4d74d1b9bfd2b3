"""How a route is declared: once, for the router and for the OpenAPI document.

    @Operation(POST, "/v3/chats/{chat_id}/leave", id="leaveChat", tag="Chats", summary="Leave a group", …)
    async def leave(request: Request) -> Response: ...

Before the handler runs, the caller's key has been checked and the body has been read. ``request.body(Schema)`` decodes
the body, or raises the error that says what is wrong with it.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias, TypeVar

import msgspec

from trunkline.actions.chats.searches import Searches
from trunkline.actions.chats.watch import Watch
from trunkline.actions.lines.capability import Network
from trunkline.api.body import read_body
from trunkline.api.first_pages import FirstPages
from trunkline.api.parameters import Parameter
from trunkline.api.responses import Response, json_response
from trunkline.domain.context import NO_PARTNER, RequestContext
from trunkline.domain.errors import TrunklineError
from trunkline.domain.file_urls import FileUrls
from trunkline.schemas.documents import Completion
from trunkline.storage.store import Store

T = TypeVar("T")

PARTNER_PREFIX = "/api/partner"
"""The other base path of the API: a path with it is the same path."""

GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS = "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"
READ_METHODS = (GET, HEAD)

ROUTE = "trunkline.route"
"""The key in an ASGI scope of the path of the route that answers, in which ``{name}`` is a parameter."""

TRACE_ID = "trunkline.trace_id"
"""The key in an ASGI scope of the trace id of the request, if it has one already."""

STATUS = "trunkline.status"
"""The key in an ASGI scope of the status of the response."""

Message: TypeAlias = dict[str, Any]
Scope: TypeAlias = dict[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
Asgi: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]


class AppState(msgspec.Struct, frozen=True):
    """What every handler works with."""

    store: Store
    watch: Watch
    base_url: str
    """The URL of the service, without a trailing slash."""
    completion: Completion
    """Completes stored documents."""
    network: Network
    allow_private_webhooks: bool
    """Whether webhooks may go to private networks, and over plain HTTP."""
    check_key: Callable[[list[tuple[bytes, bytes]]], Awaitable[None]]
    """Raises ``Unauthorized`` if the key in these headers is not valid now."""
    first_pages: FirstPages
    """First pages of the list."""
    searches: Searches
    """The turns of searches."""
    is_recording: bool = False
    """Whether the journal of requests is on."""


class Request(msgspec.Struct, frozen=True, gc=False):
    """A request with a valid key, if its route needs one. ``ctx`` of a route without a key has partner 0."""

    state: AppState
    ctx: RequestContext
    scope: Scope
    path: Mapping[str, str]
    """The parameters in the path."""
    content: bytes
    """The body."""
    receive: Receive

    @property
    def doc_base(self) -> str:
        """The prefix of every ``doc_url``, without a trailing slash."""
        return self.state.completion.doc_base

    @property
    def urls(self) -> FileUrls:
        """The signed URLs of files."""
        return self.state.completion.urls

    @property
    def store(self) -> Store:
        """The store of the application."""
        return self.state.store

    @property
    def query(self) -> bytes:
        """The query string, encoded."""
        return self.scope["query_string"]

    async def check_key(self) -> None:
        """Raises ``Unauthorized`` if the key is no longer valid: for a handler that has waited."""
        if self.ctx.partner_id != NO_PARTNER:
            await self.state.check_key(self.scope["headers"])

    def header(self, name: bytes) -> str | None:
        """The value of a header; ``name`` is in lower case. If it is repeated, the last one counts."""
        values = [value for key, value in self.scope["headers"] if key == name]
        return values[-1].decode("latin-1") if values else None

    def body(self, schema: type[T]) -> T:
        """The body in this schema. Raises ``MissingField``, ``InvalidBody`` or ``InvalidContent``."""
        return read_body(self.content, schema)

    def json(self, value: Any, status: int = 200) -> Response:
        """A response with this value as JSON."""
        return json_response(msgspec.json.encode(value), status)

    def document(self, stored: bytes, status: int = 200) -> Response:
        """A response made of stored documents."""
        ctx = self.ctx
        return json_response(self.state.completion.complete(stored, ctx.partner_id, ctx.now), status)


Handler: TypeAlias = Callable[[Request], Awaitable[Response]]


class CodeSample(msgspec.Struct, frozen=True):
    """A request in a programming language; ``source`` makes it for the base URL of a service."""

    language: str
    label: str
    source: Callable[[str], str]


class Operation(msgspec.Struct, frozen=True):
    """The declaration of a route; decorate its handler with it. ``description`` is CommonMark."""

    method: str
    path: str
    id: str
    tag: str
    summary: str
    description: str
    status: int = 200
    response_description: str = "Done."
    body: Any = None
    """The schema of the request body; None if there is none."""
    body_example: Any = None
    """A body that a request can send as it is; given if there is a schema."""
    streams_body: bool = False
    """Whether the body is a file, which the handler reads from ``receive``."""
    streams_response: bool = False
    """Whether the body of the response is a file."""
    response: Any = None
    """The schema of the response body; None if there is none."""
    errors: tuple[type[TrunklineError], ...] = ()
    """Besides those of every route, and of every route with a body."""
    parameters: tuple[Parameter, ...] = ()
    headers: dict[str, str] = {}
    """The headers of the response with their descriptions."""
    not_modified: str | None = None
    """What 304 means; None if the route never returns it."""
    example: Callable[[str], Any] | None = None
    """Makes an example of the response body for the base URL of a service."""
    code_samples: tuple[CodeSample, ...] = ()
    needs_key: bool = True
    adds_deliveries: bool = False
    """Whether it gives the carrier or subscribers something to do, so that it fails while too much waits for them."""
    needs_sandbox: bool = False
    """Whether the service has it only with the sandbox."""

    def __call__(self, handler: Handler) -> "Route":
        """The route with this handler."""
        return Route(
            self.method,
            self.path,
            handler,
            self,
            self.needs_key,
            self.streams_body,
            self.adds_deliveries,
            self.needs_sandbox,
        )


class Route(msgspec.Struct, frozen=True):
    """A handler and its path, in which ``{name}`` is a parameter."""

    method: str
    path: str
    handler: Handler
    operation: Operation | None
    """None if the OpenAPI document does not show the route."""
    needs_key: bool = True
    streams_body: bool = False
    adds_deliveries: bool = False
    needs_sandbox: bool = False


def page(path: str, handler: Handler) -> Route:
    """The route of a page for people, which needs no key."""
    return Route(GET, path, handler, None, needs_key=False)
