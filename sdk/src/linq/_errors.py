"""Every error of the SDK.

    LinqApiv3Error                          anything that this package raises on purpose
    ├── APIError                            a request failed: ``message``, ``request``, ``body``
    │   ├── APIConnectionError              no answer came: refused, reset, cut in the middle, no such host
    │   │   └── APITimeoutError             … in the time that was allowed
    │   ├── APIResponseValidationError      an answer came that is not what this request is answered with
    │   └── APIStatusError                  the server refused: ``status_code``, ``response``, ``trace_id``
    │       ├── BadRequestError             400
    │       ├── AuthenticationError         401
    │       ├── PermissionDeniedError       403
    │       ├── NotFoundError               404
    │       ├── ConflictError               409
    │       ├── UnprocessableEntityError    422
    │       ├── RateLimitError              429: ``retry_after`` says how many seconds to wait
    │       └── InternalServerError         500 and above
    └── WebhookVerificationError            a webhook does not come from whom it claims, or is too old

The envelope that ``code``, ``doc_url`` and ``trace_id`` are read from is CONTRACT §2's.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from httpx2 import Request, Response


class LinqApiv3Error(Exception):
    """The root of the tree; raised itself for a client that was set up or used wrongly."""


class APIError(LinqApiv3Error):
    """A request failed.

    ``message`` says how; ``request`` is what was sent; ``body`` is what the server said about it: the envelope's
    ``error`` object, else the decoded JSON, else the text, else None.
    """

    code: int | None
    """The API's stable error code (1005, 2004, …), where the server gave one."""
    doc_url: str | None
    """The page that explains the code."""
    retry_after: float | None
    """Seconds the server asked to wait, where it did."""

    def __init__(self, message: str, request: Request, *, body: object | None) -> None:
        super().__init__(message)
        self.message = message
        self.request = request
        self.body = body
        error = _mapping(body)
        self.code = _typed(error.get("code"), int)
        self.doc_url = _typed(error.get("doc_url"), str)
        self.retry_after = _typed(error.get("retry_after"), (int, float))


class APIConnectionError(APIError):
    """No whole answer came, and the retries are used up. ``__cause__`` is the transport's own error."""

    def __init__(self, *, message: str = "Connection error.", request: Request) -> None:
        super().__init__(message, request, body=None)


class APITimeoutError(APIConnectionError):
    """No whole answer came within the timeout."""

    def __init__(self, request: Request, message: str = "Request timed out.") -> None:
        super().__init__(message=message, request=request)


class APIResponseValidationError(APIError):
    """The status says success, but the body is not what was asked for (a proxy's login page, for one)."""

    def __init__(self, response: Response, body: object | None, *, message: str) -> None:
        super().__init__(message, response.request, body=body)
        self.response = response
        self.status_code = response.status_code


class APIStatusError(APIError):
    """The server answered with an error status."""

    trace_id: str | None
    """What to quote to the people who run the server: the envelope's ``trace_id``, else the ``X-Trace-ID`` header."""

    def __init__(self, message: str, *, response: Response, body: object | None) -> None:
        envelope = _mapping(body)
        super().__init__(message, response.request, body=envelope.get("error", body))
        self.response = response
        self.status_code = response.status_code
        self.trace_id = _typed(envelope.get("trace_id"), str) or response.headers.get("x-trace-id")
        if self.retry_after is None:
            self.retry_after = _seconds(response.headers.get("retry-after", ""))


class BadRequestError(APIStatusError):
    """400: a parameter or the body is not valid; the message says which."""


class AuthenticationError(APIStatusError):
    """401: the key is missing, malformed, unknown, revoked or expired."""


class PermissionDeniedError(APIStatusError):
    """403: the key is good, but not for this line or resource."""


class NotFoundError(APIStatusError):
    """404: nothing is there, or it is not yours."""


class ConflictError(APIStatusError):
    """409: the request does not fit the state that the resource is in."""


class UnprocessableEntityError(APIStatusError):
    """422: well-formed, but it cannot be done."""


class RateLimitError(APIStatusError):
    """429: too many requests; see ``retry_after``."""


class InternalServerError(APIStatusError):
    """500 and above: the server failed."""


class WebhookVerificationError(LinqApiv3Error):
    """A webhook that is not to be believed: answer it with 400, and do nothing else. The message says why."""


_BY_STATUS: dict[int, type[APIStatusError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    422: UnprocessableEntityError,
    429: RateLimitError,
}


def status_error(response: Response) -> APIStatusError:
    """The error of the tree that stands for this answer, whose body has been read."""
    status = response.status_code
    kind = _BY_STATUS.get(status, InternalServerError if status >= 500 else APIStatusError)
    body = decoded_body(response)
    error = _mapping(_mapping(body).get("error"))
    said = error.get("message") or response.text[:200] or response.reason_phrase
    code = f" / {error['code']}" if "code" in error else ""
    trace_id = _mapping(body).get("trace_id") or response.headers.get("x-trace-id")
    trace = f" (trace id {trace_id})" if trace_id else ""
    return kind(f"Error code: {status}{code} - {said}{trace}", response=response, body=body)


def decoded_body(response: Response) -> object | None:
    """The body as JSON, else as text, else None when it is empty."""
    try:
        return cast("object", response.json())
    except ValueError:
        return response.text or None


def _mapping(value: object) -> dict[str, object]:
    return cast("dict[str, object]", value) if isinstance(value, dict) else {}


def _typed(value: object, kind: Any) -> Any:
    return value if isinstance(value, kind) and not isinstance(value, bool) else None


def _seconds(header: str) -> float | None:
    return float(header) if re.fullmatch(r"\d+(\.\d+)?", header) else None
