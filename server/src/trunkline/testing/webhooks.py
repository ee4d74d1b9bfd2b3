"""Webhooks in a test: kept instead of sent, and answered as the test says."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeAlias

import httpx2

from linq import LinqAPIV3
from linq.types import UnwrapWebhookEvent
from trunkline.delivery.sender import Answer, answered, request_headers
from trunkline.domain.instant import Clock, to_datetime
from trunkline.domain.target import Target
from trunkline.storage.subscriptions import Errand

ENDLESS = 1_000
"""So many answers by a function, between two things that a test does, are taken for a loop."""


class Response(Protocol):
    """What an HTTP client gives, of whichever library: an app's test client, say."""

    @property
    def status_code(self) -> int: ...

    @property
    def headers(self) -> Mapping[str, str]: ...


Answered: TypeAlias = int | Response | None
"""A status, a whole response, or nothing at all, which is 200."""


@dataclass(slots=True)
class Delivery:
    """One attempt to deliver an event: the request that the target gets."""

    url: str
    headers: httpx2.Headers
    """Names in any case: ``delivery.headers["webhook-id"]``."""
    body: bytes
    event_type: str
    sent_at: datetime
    """By the test's clock, as the signature has it."""
    secret: str = field(repr=False)
    """The subscription's signing secret."""
    status: int | None = None
    """What it was answered; None until it is."""

    @property
    def event(self) -> UnwrapWebhookEvent:
        """What ``client.webhooks.unwrap`` gives, however long ago it was sent."""
        client = LinqAPIV3(api_key="none", webhook_secret=self.secret, clock=self.sent_at.timestamp)
        return client.webhooks.unwrap(self.body, headers=self.headers)


Answering: TypeAlias = Callable[[Delivery], Answered | Awaitable[Answered]]


class Webhooks:
    """Everything that the subscriptions of all partners were sent, and what their targets answer."""

    def __init__(self) -> None:
        self.deliveries: list[Delivery] = []
        """Each attempt, first to last."""
        self._answers: dict[str, int | Answering] = {}

    def answer(self, target_url: str, answering: int | Answering) -> None:
        """What deliveries to this URL are answered from now on; without it, 200.

        :param answering: a status, or a function that is called with each ``Delivery``, outside of the test's thread,
            one at a time, and gives a status, a response, or None for 200. What it raises is raised to the test, by
            whatever the test did that led to the delivery; the service takes it for a 500.
        """
        self._answers[target_url] = answering if callable(answering) else _checked(answering)

    def answering(self, target_url: str) -> int | Answering:
        """What answers deliveries to this URL."""
        return self._answers.get(target_url, 200)


class Posting:
    """Takes events to the test instead of the internet, one after the other."""

    def __init__(self, webhooks: Webhooks, clock: Clock) -> None:
        self.is_answering = False
        """Whether a function of the test's is answering right now."""
        self._webhooks = webhooks
        self._clock = clock
        self._turn = asyncio.Lock()
        self._failures: list[BaseException] = []
        self._calls = 0

    async def post(self, errand: Errand, subscription_id: str, to: Target, body: bytes) -> Answer:
        """One delivery, whatever comes of it."""
        async with self._turn:
            at = self._clock()
            delivery = Delivery(
                url=errand.target_url,
                headers=httpx2.Headers(request_headers(errand, subscription_id, to, body, at)),
                body=body,
                event_type=errand.event_type,
                sent_at=to_datetime(at),
                secret=errand.secret,
            )
            self._webhooks.deliveries.append(delivery)
            delivery.status, headers = await self._answer(delivery)
        return answered(errand, delivery.status, headers)

    async def close(self) -> None:
        """There is nothing to close."""

    def check(self) -> None:
        """Raises what a function of the test's raised since the last time, the first of several."""
        self._calls = 0
        failures, self._failures = self._failures, []
        if failures:
            raise failures[0]

    async def _answer(self, delivery: Delivery) -> tuple[int, Mapping[str, str]]:
        answering = self._webhooks.answering(delivery.url)
        if not callable(answering):
            return answering, {}
        self._calls += 1
        if self._calls > ENDLESS:
            why = f"{ENDLESS} webhooks were answered in a row: does every answer cause the next one?"
            self._failures.append(RuntimeError(why))
            return 500, {}
        self.is_answering = True
        try:
            # In a thread of its own, so that it may send requests itself.
            return await asyncio.to_thread(self._call, answering, delivery)
        finally:
            self.is_answering = False

    def _call(self, answering: Answering, delivery: Delivery) -> tuple[int, Mapping[str, str]]:
        try:
            given = answering(delivery)
            return _read(asyncio.run(_result(given)) if inspect.isawaitable(given) else given)
        except BaseException as error:
            self._failures.append(error)
            return 500, {}


def _read(given: Answered) -> tuple[int, Mapping[str, str]]:
    if given is None:
        return 200, {}
    return (_checked(given), {}) if isinstance(given, int) else (_checked(given.status_code), given.headers)


def _checked(status: int) -> int:
    if not 200 <= status <= 599:
        raise ValueError(f"a webhook is answered with a status from 200 to 599, not with {status}")
    return status


async def _result(promised: Awaitable[Answered]) -> Answered:
    return await promised
