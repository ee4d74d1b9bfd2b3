"""One request from its first attempt to a response or an error, as a generator that does no I/O itself.

    flow ──yields Send(prepared)──▶ driver ──sends the response, or throws the client's error in──▶ flow
    flow ──yields Sleep(seconds)──▶ driver ──sends None──▶ flow
    flow ──returns the successful FlowResult, or raises an error of ``_errors``

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
from linq._http import of_either_library
from linq._log import logger, safe_headers, safe_text
from linq._request import PreparedRequest, Request, prepare
from linq._settings import Settings


@dataclass(frozen=True, slots=True)
class Send:
    """Send this. With ``stream``, a successful response comes back with its body unread."""

    prepared: PreparedRequest
    stream: bool


@dataclass(frozen=True, slots=True)
class Sleep:
    """Pause before the next attempt."""

    seconds: float


@dataclass(frozen=True, slots=True)
class FlowResult:
    """A successful response, and the number of failed attempts before it."""

    response: httpx2.Response
    retries_taken: int


Flow: TypeAlias = "Generator[Send | Sleep, httpx2.Response | None, FlowResult]"

# The request cannot be sent as it is, so another attempt would fail the same way.
_NOT_WORTH_RETRYING = ("UnsupportedProtocol", "LocalProtocolError", "TooManyRedirects")


def flow(settings: Settings, request: Request[object], *, stream: bool = False) -> Flow:
    """Send a request, and retry it where a retry may help. Raises ``APIError``."""
    prepared = prepare(settings, request)
    attempt = 0
    while True:
        started = time.monotonic()
        failure: APIError
        headers: httpx2.Headers | None = None
        cause: Exception | None = None
        try:
            response = yield Send(prepared, stream)
            assert response is not None  # noqa: S101 - the driver sends a response or throws an error
        except Exception as error:  # a custom transport or an event hook may raise anything
            sent = httpx2.Request(prepared.method, prepared.url, headers=prepared.headers)
            unanswered = connection_error(error, sent)
            failure, cause, worth_retrying = unanswered, error, unanswered.is_retryable
        else:
            _log_response(settings, prepared, response, started)
            if response.is_success:
                return FlowResult(response, retries_taken=attempt)
            failure, headers = status_error(response), response.headers
            worth_retrying = _retry.is_retryable(response.status_code, response.headers)
        delay = None
        if worth_retrying and attempt < prepared.max_retries:
            delay = _retry.delay(attempt, headers or {}, now=time.time(), chance=random.random())  # noqa: S311
        if delay is None:
            raise failure from cause
        attempt += 1
        why = safe_text(failure.message, settings.api_key)
        logger.info("Retry %d of %s in %.2f s: %s", attempt, prepared.max_retries, delay, why)
        yield Sleep(delay)


def connection_error(error: Exception, request: httpx2.Request) -> APIConnectionError:
    """The SDK's error for one of an HTTP client, or of a transport or hook in it."""
    origin = f"{request.url.scheme}://{request.url.host}:{request.url.port or ''}".rstrip(":")
    if isinstance(error, of_either_library("TimeoutException")):
        return APITimeoutError(
            request, f"No answer from {origin} in time ({type(error).__name__}); see the timeout option"
        )
    failure = APIConnectionError(
        message=f"Connection to {origin} failed: {str(error) or type(error).__name__}", request=request
    )
    lost = isinstance(error, (*of_either_library("RequestError"), OSError))  # otherwise it is a bug, or a mock's
    failure.is_retryable = lost and not isinstance(error, of_either_library(*_NOT_WORTH_RETRYING))
    return failure


def _log_response(settings: Settings, prepared: PreparedRequest, response: httpx2.Response, started: float) -> None:
    if not logger.isEnabledFor(logging.INFO):
        return
    milliseconds = (time.monotonic() - started) * 1000
    url = safe_text(prepared.url, settings.api_key)
    logger.info("%s %s %d %.0f ms", prepared.method, url, response.status_code, milliseconds)
    logger.debug("sent %s, received %s", safe_headers(prepared.headers), safe_headers(response.headers))
