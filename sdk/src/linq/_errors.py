"""Every error of the SDK.

    LinqApiv3Error                          every error that this package raises on purpose
    ├── APIError                            a request failed: ``message``, ``request``, ``body``
    │   ├── APIConnectionError              no response: refused, reset, cut off, unknown host
    │   │   └── APITimeoutError             no response within the timeout
    │   ├── APIResponseValidationError      a success whose body is not the API's
    │   ├── APIWebhookValidationError       a webhook that is signed, but is not an event
    │   └── APIStatusError                  an error status: ``status_code``, ``response``, ``trace_id``
    │       ├── BadRequestError             400
    │       ├── AuthenticationError         401
    │       ├── PermissionDeniedError       403
    │       ├── NotFoundError               404
    │       ├── ConflictError               409
    │       ├── UnprocessableEntityError    422
    │       ├── RateLimitError              429: ``retry_after`` says how many seconds to wait
    │       └── InternalServerError         500 and above
    ├── NoNextPageError                     there is no page after the last one; a RuntimeError too
    ├── NoWebhookSecretError                there is no secret to verify a webhook with; a ValueError too
    └── WebhookVerificationError            a webhook is not signed with the secret, or is too old

``code``, ``doc_url`` and ``trace_id`` come from the error envelope (docs/wire.md §2). An error
can be pickled and copied; only its ``__cause__`` is lost.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from copy import copy
from functools import cache
from typing import TYPE_CHECKING, Any, Self, cast

from linq import _retry

if TYPE_CHECKING:
    from httpx2 import Request, Response


class LinqApiv3Error(Exception):
    """The root of the tree. Raised itself for a wrong setting or a wrong use of the client."""

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...], Mapping[str, object]]:
        # Exception would call the class with ``args``, which are not the parameters of the subclasses.
        return _restored, (type(self), self.args), self.__dict__


def _restored(kind: type[LinqApiv3Error], arguments: tuple[object, ...]) -> LinqApiv3Error:
    error = kind.__new__(kind)
    error.args = arguments
    return error


class APIError(LinqApiv3Error):
    """A request failed.

    ``message`` says why; ``request`` is the HTTP request; ``body`` is the server's response: the envelope's ``error``
    object, or the decoded JSON, or the text, or None.
    """

    code: int | None
    """The API's stable error code (1005, 2004, …), or None."""
    doc_url: str | None
    """The URL of the page that explains the code, or None."""
    retry_after: float | None
    """The seconds that the server asked you to wait, or None: ``retry_after`` of the envelope, or else the header
    ``retry-after-ms`` or ``Retry-After`` (seconds, or an HTTP date)."""

    def __init__(self, message: str, request: Request, *, body: object | None) -> None:
        super().__init__(message)
        self.message = message
        self.request = request
        self.body = body
        error = _mapping(body)
        code, doc_url, retry_after = error.get("code"), error.get("doc_url"), error.get("retry_after")
        self.code = code if isinstance(code, int) and not isinstance(code, bool) else None
        self.doc_url = _text(doc_url)
        is_bool = isinstance(retry_after, bool)
        self.retry_after = retry_after if isinstance(retry_after, int | float) and not is_bool else None

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...], Mapping[str, object]]:
        # A pickle leaves the process, so it must not contain the key.
        kind, arguments, state = super().__reduce__()
        state = dict(state)
        if state.get("request") is not None:
            state["request"] = request = copy(self.request)
            request.headers = request.headers.copy()
            request.headers.pop("authorization", None)
            if state.get("response") is not None:
                state["response"] = response = copy(cast("Response", state["response"]))
                response.request = request
        return kind, arguments, state


class APIConnectionError(APIError):
    """No complete response arrived, and no retries are left. ``__cause__`` is httpx2's error."""

    is_retryable = True
    """Whether another attempt may succeed; False if the request itself cannot be sent, or a transport has a bug."""

    def __init__(self, *, message: str = "Connection error.", request: Request) -> None:
        super().__init__(message, request, body=None)


class APITimeoutError(APIConnectionError):
    """No complete response arrived within the timeout."""

    def __init__(self, request: Request, message: str = "Request timed out.") -> None:
        super().__init__(message=message, request=request)


class APIResponseValidationError(APIError):
    """The status is a success, but the body is not what the API sends: a proxy's login page, for example."""

    def __init__(self, response: Response, body: object | None, *, message: str | None = None) -> None:
        super().__init__(message or "The body is not what was expected.", response.request, body=body)
        self.response = response
        self.status_code = response.status_code


class APIWebhookValidationError(APIError):
    """A webhook is correctly signed, but its body, which is ``body``, is not an event. ``request`` is None."""


class APIStatusError(APIError):
    """The server responded with an error status, or redirected a write, which the SDK does not follow."""

    trace_id: str | None
    """The id to quote to the service's operators: the envelope's ``trace_id``, or the ``X-Trace-ID`` header."""

    def __init__(self, message: str, *, response: Response, body: object | None) -> None:
        envelope = _mapping(body)
        super().__init__(message, response.request, body=envelope.get("error", body))
        self.response = response
        self.status_code = response.status_code
        self.trace_id = _text(envelope.get("trace_id")) or response.headers.get("x-trace-id")
        if self.retry_after is None:
            self.retry_after = _retry.asked_delay(response.headers, time.time())


class BadRequestError(APIStatusError):
    """400: a parameter or the body is not valid; the message says which."""


class AuthenticationError(APIStatusError):
    """401: the key is missing, malformed, unknown, revoked or expired."""


class PermissionDeniedError(APIStatusError):
    """403: the key is valid, but not for this line or resource."""


class NotFoundError(APIStatusError):
    """404: the resource does not exist, or is not yours."""


class ConflictError(APIStatusError):
    """409: the resource's state does not allow this."""


class UnprocessableEntityError(APIStatusError):
    """422: the request is well-formed but cannot be carried out."""


class RateLimitError(APIStatusError):
    """429: too many requests; see ``retry_after``."""


class InternalServerError(APIStatusError):
    """500 and above: the server failed."""


class NoNextPageError(LinqApiv3Error, RuntimeError):
    """``get_next_page`` was called on the last page."""


class NoWebhookSecretError(LinqApiv3Error, ValueError):
    """``webhooks.unwrap`` has no secret: neither the client nor the call was given one."""


class WebhookVerificationError(LinqApiv3Error):
    """The webhook cannot be trusted: respond with 400 and ignore it. The message says why.

    If the package ``standardwebhooks`` is installed, it is also that package's error of this name.
    """

    def __new__(cls, *arguments: object) -> Self:
        kind: type[Any] = _also_of_standardwebhooks() if cls is WebhookVerificationError else cls
        made: Self = Exception.__new__(kind, *arguments)
        return made

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...], Mapping[str, object]]:
        # The class of both has no name under which pickle would find it.
        return WebhookVerificationError, self.args, self.__dict__


@cache
def _also_of_standardwebhooks() -> type[Any]:
    """``WebhookVerificationError``, or a class of that name that is derived from ``standardwebhooks``' too."""
    try:
        import standardwebhooks  # noqa: PLC0415 - only a program that verifies with it needs it
    except ImportError:
        return WebhookVerificationError
    kind = WebhookVerificationError
    bases = (kind, standardwebhooks.WebhookVerificationError)
    return type(kind.__name__, bases, {"__module__": kind.__module__, "__doc__": kind.__doc__})


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
    """The error for this response, whose body has been read."""
    status = response.status_code
    kind = _BY_STATUS.get(status, InternalServerError if status >= 500 else APIStatusError)
    body = decoded_body(response)
    error = _mapping(_mapping(body).get("error"))
    said = error.get("message") or _redirection(response) or response.text[:200] or response.reason_phrase
    trace_id = _mapping(body).get("trace_id") or response.headers.get("x-trace-id")
    ids = [f"{name} {value}" for name, value in (("code", error.get("code")), ("trace id", trace_id)) if value]
    more = f" ({', '.join(ids)})" if ids else ""
    return kind(f"Error code: {status} - {said}{more}", response=response, body=body)


def _redirection(response: Response) -> str | None:
    """What to say about a redirect that was not followed; None for any other response."""
    if not response.has_redirect_location:
        return None
    return (
        f"{response.request.method} {response.request.url} was redirected to {response.headers['location']}, and not "
        "followed: it might arrive as a GET. Set base_url to the address that the service has now"
    )


def decoded_body(response: Response) -> object | None:
    """The body as decoded JSON, or as text if it is not JSON, or None if it is empty."""
    try:
        body: object = response.json()
    except ValueError:
        return response.text or None
    return body


def _mapping(value: object) -> dict[str, object]:
    return cast("dict[str, object]", value) if isinstance(value, dict) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
