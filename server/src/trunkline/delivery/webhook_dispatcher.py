"""Webhooks: one signed request for each attempt, and what its response means.

2xx ──▶ done      5xx, 408, 429, no response ──▶ retried, later each time      anything else ──▶ failed
"""

import random
import ssl
import time
from collections.abc import Awaitable, Callable, Mapping
from types import TracebackType
from typing import Protocol, Self

import msgspec

from trunkline import __version__
from trunkline.delivery import signing
from trunkline.delivery.connections import Connections, Resolve, Resolver
from trunkline.delivery.http_client import NoResponse, NoResponseInTime, post
from trunkline.delivery.retry_schedule import delay_after, is_retried, is_success, may_retry, retry_after
from trunkline.delivery.worker import AttemptResult
from trunkline.domain import webhook_target
from trunkline.domain.delivery import MAX_SHOWN_BODY, Attempt, AttemptStatus, shown_headers
from trunkline.domain.instant import SECOND, Clock, Instant, now
from trunkline.domain.subscription import DEFAULT_ROUTING_ID_HEADER, LISTENER
from trunkline.domain.tracing import bind
from trunkline.domain.webhook_target import Target
from trunkline.schemas.bodies import decoded
from trunkline.schemas.documents import Completion
from trunkline.storage import subscriptions
from trunkline.storage.change import Change
from trunkline.storage.outbox import Claim, Done, Entry, Failed, Result, Retry
from trunkline.storage.store import Store
from trunkline.storage.subscriptions import Delivery

_MAX_TOKEN = 512  # characters
_USER_AGENT = f"Trunkline/{__version__}"


class WebhookResponse(msgspec.Struct, frozen=True):
    """The result of a request: a status, or the problem that prevented a response."""

    status: int | None
    problem: str | None = None
    retry_after: str | None = None
    routing_token: str | None = None
    timed_out: bool = False
    sent: Mapping[str, str] = {}
    """The headers of the request."""
    headers: Mapping[str, str] = {}
    body: bytes = b""
    """The beginning of the body."""
    is_cut: bool = False
    """Whether the body has more than that."""

    @property
    def outcome(self) -> str:
        """The outcome, in a few words."""
        if self.status is None:
            return self.problem or ""
        redirect = ", a redirect, which is not followed" if 300 <= self.status < 400 else ""
        return f"HTTP {self.status}{redirect}"


class WebhookClient(Protocol):
    """Sends events to their targets."""

    async def post(self, delivery: Delivery, subscription_id: str, target: Target, body: bytes) -> WebhookResponse:
        """Sends one request. Never raises."""
        ...

    async def close(self) -> None:
        """Ends the client."""
        ...


class HttpWebhookClient:
    """Sends events over HTTP with shared connections. Reaches private networks only if that is allowed."""

    def __init__(
        self,
        *,
        allow_private: bool,
        clock: Clock = now,
        tls: ssl.SSLContext | None = None,
        resolve: Resolve | None = None,
    ) -> None:
        self._clock = clock
        self._resolver = Resolver()
        self._connections = Connections(
            resolve or self._resolver, tls or ssl.create_default_context(), allow_private=allow_private
        )

    async def close(self) -> None:
        """Closes the connections."""
        await self._connections.close()
        self._resolver.close()

    async def post(self, delivery: Delivery, subscription_id: str, target: Target, body: bytes) -> WebhookResponse:
        """Sends one request. Never raises."""
        headers = request_headers(delivery, subscription_id, target, body, self._clock())
        try:
            response = await post(self._connections, target, headers, body)
        except NoResponse as error:
            return WebhookResponse(None, str(error), timed_out=isinstance(error, NoResponseInTime), sent=headers)
        return webhook_response(
            delivery, response.status, response.headers, sent=headers, body=response.body, is_cut=response.is_cut
        )


def request_headers(
    delivery: Delivery, subscription_id: str, target: Target, body: bytes, at: Instant
) -> dict[str, str]:
    """The headers of a request at that time."""
    return {
        "Host": _authority(target),
        "Content-Type": "application/json",
        "User-Agent": _USER_AGENT,
        **_routing(delivery),
        **signing.headers(delivery.secret, subscription_id, delivery.event_type, delivery.event_id, body, at),
    }


def webhook_response(
    delivery: Delivery,
    status: int,
    headers: Mapping[str, str],
    *,
    sent: Mapping[str, str],
    body: bytes = b"",
    is_cut: bool = False,
) -> WebhookResponse:
    """The response with this status and these headers to a request with the headers ``sent``."""
    lowered = {name.lower(): value for name, value in headers.items()}
    token = lowered.get((delivery.routing_key_header or "").lower())
    return WebhookResponse(
        status,
        retry_after=lowered.get("retry-after"),
        routing_token=token,
        sent=sent,
        headers=lowered,
        body=body,
        is_cut=is_cut,
    )


class WebhookDispatcher:
    """Delivers events to subscriptions."""

    def __init__(
        self,
        store: Store,
        doc_base: str,
        base_url: str = "",
        *,
        allow_private: bool = False,
        clock: Clock = now,
        tls: ssl.SSLContext | None = None,
        resolve: Resolve | None = None,
        client: WebhookClient | None = None,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        """``doc_base`` is the prefix of every ``doc_url``, ``base_url`` (by default the same) of every URL of a file.

        ``tls`` and ``resolve`` default to the system's.

        ``client`` replaces one that uses them; ``jitter`` spreads the delays, from 0 to 1.
        """
        self._store = store
        self._completion = Completion(doc_base, store.file_urls(base_url or doc_base))
        self._allow_private = allow_private
        self._clock = clock
        self._jitter = jitter
        self._client = client or HttpWebhookClient(allow_private=allow_private, clock=clock, tls=tls, resolve=resolve)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._client.close()

    async def attempt(self, claim: Claim, entry: Entry) -> AttemptResult:
        """One attempt to deliver an event."""
        reader = self._store.reader(claim.partner_id)
        delivery = await subscriptions.delivery(reader, claim.destination, int(entry.entity_id))
        if delivery is None:
            return AttemptResult(Failed("the event or its subscription no longer exists"))
        bind("event_id", delivery.event_id)
        if not delivery.is_active:
            return AttemptResult(Failed("the subscription is not active"))
        if delivery.target_url.startswith(LISTENER):
            # A listener keeps its queue claimed until it dies.
            return AttemptResult(Failed("the listener has ended"), _deleting(claim.destination))
        try:
            target = webhook_target.parse(delivery.target_url)
        except ValueError as error:
            return AttemptResult(Failed(f"the target is not valid: {error}"))
        objection = None if self._allow_private else webhook_target.objection(target)
        if objection is not None:
            return AttemptResult(Failed(f"the target is not allowed: {objection}"))
        began_at, timer = self._clock(), time.perf_counter()
        body = self._completion.complete(delivery.body, claim.partner_id, began_at)
        response = await self._client.post(delivery, claim.destination, target, body)
        duration = round((time.perf_counter() - timer) * SECOND)
        result = attempt_result(delivery, claim.destination, entry.attempts, response, self._clock(), self._jitter())
        attempt = attempt_of(entry.attempts + 1, began_at, duration, response, result.result)
        return msgspec.structs.replace(result, result=msgspec.structs.replace(result.result, attempt=attempt))


def attempt_of(number: int, began_at: Instant, duration: Instant, response: WebhookResponse, result: Result) -> Attempt:
    """What is stored of an attempt."""
    match result:
        case Done():
            status = AttemptStatus.SUCCESS
        case Retry():
            status = AttemptStatus.RETRYING
        case Failed():
            status = AttemptStatus.FAILED
    shown = response.body[:MAX_SHOWN_BODY]
    is_cut = response.is_cut or len(response.body) > len(shown)
    return Attempt(
        number,
        began_at,
        duration,
        status,
        request_headers=response.sent,
        http_status=response.status,
        error=None if status is AttemptStatus.SUCCESS else response.outcome,
        response_headers=shown_headers(response.headers),
        response_body=decoded(shown, is_cut=is_cut),
        is_cut=is_cut,
    )


def attempt_result(
    delivery: Delivery, subscription_id: str, attempts: int, response: WebhookResponse, at: Instant, jitter: float
) -> AttemptResult:
    """What a response means after ``attempts`` earlier attempts. ``jitter``, from 0 to 1, spreads the delays."""
    if response.status is not None and is_success(response.status):
        return AttemptResult(Done(response.outcome), _saving_token(delivery, subscription_id, response.routing_token))
    if response.status is not None and not is_retried(response.status):
        return AttemptResult(Failed(response.outcome))
    if not may_retry(attempts + 1, at - delivery.created_at):
        return AttemptResult(Failed(response.outcome), timed_out=response.timed_out)
    requested = retry_after(response.retry_after, at)
    retry = Retry(at + delay_after(attempts, requested, jitter), response.outcome)
    return AttemptResult(retry, timed_out=response.timed_out)


def _saving_token(
    delivery: Delivery, subscription_id: str, token: str | None
) -> Callable[[Change], Awaitable[None]] | None:
    """Stores the routing token of a response, if it is a new one."""
    chat_id = delivery.chat_id
    if (
        not token
        or chat_id is None
        or token == delivery.routing_token
        or len(token) > _MAX_TOKEN
        or not (token.isascii() and token.isprintable())
    ):
        return None
    return lambda change: subscriptions.save_routing_token(change, subscription_id, chat_id, token)


def _deleting(subscription_id: str) -> Callable[[Change], Awaitable[None]]:
    return lambda change: subscriptions.delete(change, subscription_id)


def _routing(delivery: Delivery) -> dict[str, str]:
    if delivery.routing_key_header is None or delivery.chat_id is None:
        return {}
    token = {} if delivery.routing_token is None else {delivery.routing_key_header: delivery.routing_token}
    return {delivery.routing_id_header or DEFAULT_ROUTING_ID_HEADER: delivery.chat_id, **token}


def _authority(target: Target) -> str:
    host = f"[{target.host}]" if ":" in target.host else target.host
    is_default_port = (target.scheme, target.port) in {("https", 443), ("http", 80)}
    return host if is_default_port else f"{host}:{target.port}"
