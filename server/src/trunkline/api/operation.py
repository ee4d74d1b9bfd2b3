"""How a route is declared: once, for the router and for the OpenAPI document alike.

    @operation(POST, "/v3/chats/{chat_id}/leave", Operation("leaveChat", "Chats", "Leave a group", answer=Accepted, …))
    async def leave(call: Call) -> Response: ...

The caller's key has been checked before the handler runs; ``call.body(Shape)`` reads the body or refuses it.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias, TypeVar

import msgspec

from trunkline.actions.capability import Network
from trunkline.actions.cause import Cause
from trunkline.api import body as bodies
from trunkline.api.query import Parameter
from trunkline.api.responses import JSON, Response
from trunkline.domain import document
from trunkline.domain.errors import TrunklineError
from trunkline.domain.health import Thresholds
from trunkline.storage.store import Store

T = TypeVar("T")

GET, POST, PUT, PATCH, DELETE = "GET", "POST", "PUT", "PATCH", "DELETE"


class Site(msgspec.Struct, frozen=True):
    """What every handler works with: the store, and what else the service is made of."""

    store: Store
    doc_base: str
    """What every ``doc_url`` begins with, without a trailing slash."""
    thresholds: Thresholds
    network: Network
    allow_private_webhooks: bool
    """Whether webhooks may go to private networks, and over plain HTTP."""


class Call(msgspec.Struct, frozen=True):
    """One request whose key is good."""

    site: Site
    cause: Cause
    address: str
    path: Mapping[str, str]
    """The parameters in the address."""
    query: bytes
    headers: Mapping[str, str]
    content: bytes

    def body(self, shape: type[T]) -> T:
        """The body, read as this shape. Raises ``MissingField`` or ``InvalidBody``."""
        return bodies.read(self.content, shape)

    def answer(self, value: Any, status: int = 200) -> Response:
        """An answer in JSON."""
        return _json(msgspec.json.encode(value), status)

    def document(self, stored: bytes, status: int = 200) -> Response:
        """An answer that is made of stored documents."""
        return _json(document.complete(stored, self.site.doc_base.encode()), status)


Handler: TypeAlias = Callable[[Call], Awaitable[Response]]


class Operation(msgspec.Struct, frozen=True):
    """What a caller may know of a route. ``description`` is CommonMark."""

    id: str
    tag: str
    summary: str
    description: str
    status: int = 200
    says: str = "Done."
    """What an answer of that status means."""
    body: Any = None
    answer: Any = None
    """The types of the bodies; None for none."""
    refusals: tuple[type[TrunklineError], ...] = ()
    """Besides those that every route has."""
    parameters: tuple[Parameter, ...] = ()


class Route(msgspec.Struct, frozen=True):
    """A handler and its address, in which ``{name}`` stands for a parameter."""

    method: str
    path: str
    operation: Operation
    handler: Handler


def operation(method: str, path: str, described: Operation) -> Callable[[Handler], Route]:
    """Makes a handler the route of an address."""
    return lambda handler: Route(method, path, described, handler)


def _json(body: bytes, status: int) -> Response:
    return Response(status, [(b"content-type", JSON)], body)


NO_CONTENT = Response(204, [], b"")
