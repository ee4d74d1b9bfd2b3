"""What is counted and timed while the service works: requests, changes and attempts. None of it runs when metrics are
off."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from trunkline.api.operation import (
    DELETE,
    GET,
    HEAD,
    OPTIONS,
    PATCH,
    POST,
    PUT,
    ROUTE,
    STATUS,
    Asgi,
    Receive,
    Scope,
    Send,
)
from trunkline.delivery.worker import AttemptResult, Dispatcher
from trunkline.metrics import (
    ATTEMPT_DURATION,
    ATTEMPTS,
    CHANGE_DURATION,
    COMMANDS,
    EVENTS,
    REQUEST_DURATION,
    REQUESTS,
)
from trunkline.storage.change import Change
from trunkline.storage.outbox import CARRIER, Claim, Done, Entry, Failed

OTHER = "other"
"""The method or route of a request that has none of ours."""

_METHODS = frozenset({GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS})


class ObservedApplication:
    """Counts and times the requests of an application. One that may wait for a change has no duration."""

    def __init__(self, application: Asgi) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        began = time.perf_counter()
        try:
            await self._application(scope, receive, send)
        finally:
            seconds = time.perf_counter() - began
            method = scope["method"]
            if method not in _METHODS:
                method = OTHER
            route = scope.get(ROUTE, OTHER)
            REQUESTS.add(method, route, str(scope.get(STATUS, 0)))
            if b"wait=" not in scope["query_string"]:
                REQUEST_DURATION.observe(seconds, method, route)


@asynccontextmanager
async def observed_change(opening: AbstractAsyncContextManager[Change]) -> AsyncGenerator[Change]:
    """The change. When it has committed, its commands and events are counted."""
    began = time.perf_counter()
    try:
        async with opening as change:
            yield change
    except BaseException:
        CHANGE_DURATION.observe(time.perf_counter() - began, "failed")
        raise
    CHANGE_DURATION.observe(time.perf_counter() - began, "committed")
    for command in change.commands:
        COMMANDS.add(command)
    for event in change.events:
        EVENTS.add(event)


class ObservedDispatcher:
    """Counts and times the attempts of a dispatcher."""

    def __init__(self, dispatcher: Dispatcher) -> None:
        self._dispatcher = dispatcher

    async def attempt(self, claim: Claim, entry: Entry) -> AttemptResult:
        """One attempt."""
        destination = "carrier" if claim.destination == CARRIER else "webhook"
        began = time.perf_counter()
        outcome = "interrupted"
        try:
            result = await self._dispatcher.attempt(claim, entry)
            outcome = outcome_of(result, is_carrier=claim.destination == CARRIER)
        except asyncio.CancelledError:
            raise
        except Exception:
            outcome = "error"
            raise
        finally:
            ATTEMPTS.add(destination, outcome)
            ATTEMPT_DURATION.observe(time.perf_counter() - began, destination)
        return result


def outcome_of(attempt: AttemptResult, *, is_carrier: bool) -> str:
    """What an attempt achieved. A message that the carrier does not send is done, with the reason as its outcome."""
    match attempt.result:
        case Done(outcome=reason):
            return "failed" if is_carrier and reason is not None else "delivered"
        case Failed():
            return "failed"
        case _:
            return "timed_out" if attempt.timed_out else "retried"
