"""Webhooks in a test: captured instead of sent, with the responses that the test defines."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeAlias

import httpx2

from linq import LinqAPIV3
from linq.types import UnwrapWebhookEvent
from trunkline.delivery.webhook_dispatcher import WebhookResponse, request_headers, webhook_response
from trunkline.domain.instant import Clock, to_datetime
from trunkline.domain.webhook_target import Target
from trunkline.storage.subscriptions import Delivery as PendingDelivery

MAX_CALLS = 1_000
"""This many calls of handlers between two actions of the test count as an endless loop."""


class Response(Protocol):
    """A response of any HTTP client, such as an app's test client."""

    @property
    def status_code(self) -> int: ...

    @property
    def headers(self) -> Mapping[str, str]: ...


HandlerResult: TypeAlias = int | Response | None
"""A status, a response, or None for 200."""


@dataclass(slots=True)
class Delivery:
    """One attempt to deliver an event: the request to the target."""

    url: str
    headers: httpx2.Headers
    """Names in any case: ``delivery.headers["webhook-id"]``."""
    body: bytes
    event_type: str
    webhook_version: str
    """The version of the payload: ``2025-01-01`` or ``2026-02-03``."""
    sent_at: datetime
    """By the test's clock, as in the signature."""
    secret: str = field(repr=False)
    """The subscription's signing secret."""
    status: int | None = None
    """The status of the response; None until there is one."""

    @property
    def event(self) -> UnwrapWebhookEvent:
        """The event as ``client.webhooks.unwrap`` returns it, however old the delivery is."""
        client = LinqAPIV3(api_key="none", webhook_secret=self.secret, clock=self.sent_at.timestamp)
        return client.webhooks.unwrap(self.body, headers=self.headers)


Handler: TypeAlias = Callable[[Delivery], HandlerResult | Awaitable[HandlerResult]]


class Webhooks:
    """The deliveries to the subscriptions of all partners, and the responses of their targets."""

    def __init__(self) -> None:
        self.deliveries: list[Delivery] = []
        """Every attempt, in order."""
        self._handlers: dict[str, int | Handler] = {}

    def answer(self, target_url: str, answering: int | Handler) -> None:
        """Sets the response to deliveries to this URL from now on. By default it is 200.

        :param answering: a status, or a function that is called with each ``Delivery``, in another thread, one at a
            time, and returns a status, a response, or None for 200. If it raises, the action of the test that caused
            the delivery raises the same exception; the service sees a 500.
        """
        self._handlers[target_url] = answering if callable(answering) else _checked(answering)

    def handler(self, target_url: str) -> int | Handler:
        """The status or function that responds to deliveries to this URL."""
        return self._handlers.get(target_url, 200)


class CapturingClient:
    """A webhook client that captures deliveries for the test, one after the other."""

    def __init__(self, webhooks: Webhooks, clock: Clock) -> None:
        self.is_handling = False
        """Whether a function of the test is running."""
        self._webhooks = webhooks
        self._clock = clock
        self._lock = asyncio.Lock()
        self._failures: list[BaseException] = []
        self._calls = 0

    async def post(
        self, delivery: PendingDelivery, subscription_id: str, target: Target, body: bytes
    ) -> WebhookResponse:
        """Captures one delivery."""
        async with self._lock:
            at = self._clock()
            sent = request_headers(delivery, subscription_id, target, body, at)
            attempt = Delivery(
                url=delivery.target_url,
                headers=httpx2.Headers(sent),
                body=body,
                event_type=delivery.event_type,
                webhook_version=delivery.version,
                sent_at=to_datetime(at),
                secret=delivery.secret,
            )
            self._webhooks.deliveries.append(attempt)
            attempt.status, headers = await self._respond(attempt)
        return webhook_response(delivery, attempt.status, headers, sent=sent)

    async def close(self) -> None:
        """Does nothing."""

    def check(self) -> None:
        """Raises the first exception that a function of the test raised since the last call."""
        self._calls = 0
        failures, self._failures = self._failures, []
        if failures:
            raise failures[0]

    async def _respond(self, delivery: Delivery) -> tuple[int, Mapping[str, str]]:
        handler = self._webhooks.handler(delivery.url)
        if not callable(handler):
            return handler, {}
        self._calls += 1
        if self._calls > MAX_CALLS:
            problem = f"{MAX_CALLS} webhooks were handled in a row: does each response cause the next webhook?"
            self._failures.append(RuntimeError(problem))
            return 500, {}
        self.is_handling = True
        try:
            # In another thread, so that it can send requests itself.
            return await asyncio.to_thread(self._call, handler, delivery)
        finally:
            self.is_handling = False

    def _call(self, handler: Handler, delivery: Delivery) -> tuple[int, Mapping[str, str]]:
        try:
            result = handler(delivery)
            return _to_response(asyncio.run(_await(result)) if inspect.isawaitable(result) else result)
        except BaseException as error:
            self._failures.append(error)
            return 500, {}


def _to_response(result: HandlerResult) -> tuple[int, Mapping[str, str]]:
    if result is None:
        return 200, {}
    return (_checked(result), {}) if isinstance(result, int) else (_checked(result.status_code), result.headers)


def _checked(status: int) -> int:
    if not 200 <= status <= 599:
        raise ValueError(f"the status of a webhook response is {status}; it must be from 200 to 599")
    return status


async def _await(result: Awaitable[HandlerResult]) -> HandlerResult:
    return await result
