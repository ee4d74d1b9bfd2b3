"""One request from first attempt to answer or error, as a generator that does no I/O itself.

    flow ──yields Send(wire)──▶ driver ──sends an answer, or throws httpx2's error in──▶ flow
    flow ──yields Sleep(seconds)──▶ driver ──sends None──▶ flow
    flow ──returns the successful Answer, or raises an error of ``_errors``

``_async`` and ``_sync`` each have a driver of a dozen lines.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Generator
from dataclasses import dataclass
from typing import TypeAlias

import httpx2

from linq import _retry
from linq._errors import APIConnectionError, APIError, APITimeoutError, status_error
from linq._log import logger, safe_headers, safe_text
from linq._request import Call, Wire, build
from linq._settings import Settings


@dataclass(frozen=True, slots=True)
class Send:
    """Send this and give back the answer: its head only when ``stream`` and it is a success, else all of it."""

    wire: Wire
    stream: bool


@dataclass(frozen=True, slots=True)
class Sleep:
    """Wait so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Answer:
    """A successful answer, and how many attempts before it failed."""

    response: httpx2.Response
    retries_taken: int


Flow: TypeAlias = "Generator[Send | Sleep, httpx2.Response | None, Answer]"

# These say that the request cannot be sent as it is; another attempt would be the same.
_NOT_WORTH_RETRYING = (httpx2.UnsupportedProtocol, httpx2.LocalProtocolError, httpx2.TooManyRedirects)


def flow(settings: Settings, call: Call, *, stream: bool = False) -> Flow:
    """Send a call, again when that is worth it, until it succeeds. Raises ``APIError``."""
    wire = build(settings, call)
    attempt = 0
    while True:
        started = time.monotonic()
        failure: APIError
        headers: httpx2.Headers | None = None
        cause: Exception | None = None
        try:
            response = yield Send(wire, stream)
            assert response is not None  # noqa: S101 - the driver answers Send with a response or an error
        except httpx2.RequestError as error:
            request = httpx2.Request(wire.method, wire.url, headers=wire.headers)
            failure, cause = connection_error(error, request), error
            worth_retrying = not isinstance(error, _NOT_WORTH_RETRYING)
        else:
            _log_answer(settings, wire, response, started)
            if response.is_success:
                return Answer(response, retries_taken=attempt)
            failure, headers = status_error(response), response.headers
            worth_retrying = _retry.is_retryable(response.status_code)
        delay = None
        if worth_retrying and attempt < wire.max_retries:
            delay = _retry.delay(attempt, headers or {}, now=time.time(), chance=random.random())  # noqa: S311
        if delay is None:
            raise failure from cause
        attempt += 1
        why = safe_text(failure.message, settings.api_key)
        logger.info("Retry %d of %d in %.2f s: %s", attempt, wire.max_retries, delay, why)
        yield Sleep(delay)


def connection_error(error: httpx2.RequestError, request: httpx2.Request) -> APIConnectionError:
    """The error of our tree for one of the transport's."""
    origin = f"{request.url.scheme}://{request.url.host}:{request.url.port or ''}".rstrip(":")
    if isinstance(error, httpx2.TimeoutException):
        return APITimeoutError(
            request, f"No answer from {origin} in time ({type(error).__name__}); see the timeout option"
        )
    return APIConnectionError(
        message=f"Connection to {origin} failed: {str(error) or type(error).__name__}", request=request
    )


def _log_answer(settings: Settings, wire: Wire, response: httpx2.Response, started: float) -> None:
    if not logger.isEnabledFor(logging.INFO):
        return
    milliseconds = (time.monotonic() - started) * 1000
    url = safe_text(wire.url, settings.api_key)
    logger.info("%s %s %d %.0f ms", wire.method, url, response.status_code, milliseconds)
    logger.debug("sent %s, received %s", safe_headers(wire.headers), safe_headers(response.headers))
