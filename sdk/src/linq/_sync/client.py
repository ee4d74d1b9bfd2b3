# Generated from _async/client.py by sdk/tools/generate_sync.py; run make generate.
"""The client: its settings, and requests to any path of the API. Its resources come from the generated base class."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

from linq import _log
from linq._request import Request, with_extra
from linq._settings import DEFAULT_MAX_RETRIES, STANDARD_HEADERS, Settings, settings_from
from linq._sync._runtime import HttpSource, HttpxClientLike
from linq._sync.client_resources import ClientResources
from linq._types import NOT_GIVEN, BinaryTypes, Body, NotGiven, RequestFiles, RequestOptions, TimeoutTypes

if TYPE_CHECKING:
    import httpx2

T = TypeVar("T")


class LinqAPIV3(ClientResources):
    """A client of the Linq Partner API v3.

    Share one client: it is safe to, and it keeps connections open for the next request. Close it, or use it in an
    ``with`` block. A client that is dropped closes its connections too.
    """

    def __init__(
        self,
        *,
        api_key: str | None = None,
        webhook_secret: str | None = None,
        base_url: str | httpx2.URL | None = None,
        timeout: TimeoutTypes | NotGiven = NOT_GIVEN,
        max_retries: int = DEFAULT_MAX_RETRIES,
        default_headers: Mapping[str, str] | None = None,
        default_query: Mapping[str, object] | None = None,
        http_client: HttpxClientLike | None = None,
        clock: Callable[[], float] | None = None,
    ) -> None:
        """Make a client. A setting that is not passed comes from its environment variable, or is the default.

        :param api_key: default: ``LINQ_API_V3_API_KEY``
        :param webhook_secret: verifies webhooks; default: ``LINQ_WEBHOOK_SECRET``
        :param base_url: default: ``LINQ_API_V3_BASE_URL``, or the public API
        :param timeout: seconds, or an ``httpx2.Timeout``; None waits forever. Default: 5 s to connect, 60 s otherwise
        :param max_retries: how often a failed request is retried
        :param default_headers: sent with every request; override those of ``LINQ_API_V3_CUSTOM_HEADERS``
        :param default_query: query parameters sent with every request
        :param http_client: for proxies, certificates or HTTP/2: a ``DefaultHttpxClient`` with your arguments, or
            any ``httpx2.Client`` or ``httpx.Client``
        :param clock: returns the time in seconds since 1970, for the age of webhooks; default: the machine's clock
        :raises linq.LinqApiv3Error: there is no key, or a setting is invalid
        :raises TypeError: a setting is of another type, or ``http_client`` is made of objects of httpx and httpx2
        """
        _log.configure()
        settings = settings_from(
            api_key=api_key,
            webhook_secret=webhook_secret,
            base_url=base_url,
            timeout=timeout,
            max_retries=max_retries,
            default_headers=default_headers,
            default_query=default_query,
            clock=clock,
        )
        self._set_up(settings, HttpSource(_checked(http_client)))

    def _set_up(self, settings: Settings, source: HttpSource) -> None:
        self._settings = settings
        self._source = source

    @property
    def base_url(self) -> httpx2.URL:
        """The base URL, which ends with a slash."""
        import httpx2  # noqa: PLC0415 - imports slowly

        return httpx2.URL(f"{self._settings.base_url}/")

    @base_url.setter
    def base_url(self, value: str | httpx2.URL) -> None:
        self._change(replace(self._settings, base_url=str(value).rstrip("/")))

    @property
    def timeout(self) -> TimeoutTypes:
        """Seconds, or an ``httpx2.Timeout``; None waits forever."""
        given = self._settings.timeout
        if not isinstance(given, NotGiven):
            return given
        from linq._http import DEFAULT_TIMEOUT, timeout_of  # noqa: PLC0415 - needs httpx2, which clients load late

        http = self._source.given
        return DEFAULT_TIMEOUT if http is None else timeout_of(http)

    @timeout.setter
    def timeout(self, value: TimeoutTypes) -> None:
        self._change(replace(self._settings, timeout=value))

    @property
    def max_retries(self) -> int:
        """How often a failed request is retried."""
        return self._settings.max_retries

    @max_retries.setter
    def max_retries(self, value: int) -> None:
        self._change(replace(self._settings, max_retries=value))

    @property
    def auth_headers(self) -> dict[str, str]:
        """The header that carries the key."""
        return {"Authorization": f"Bearer {self.api_key}"}

    @property
    def default_headers(self) -> dict[str, str]:
        return {**STANDARD_HEADERS, "Content-Type": "application/json", **self._settings.default_headers}

    @property
    def default_query(self) -> dict[str, object]:
        return dict(self._settings.default_query)

    def copy(
        self,
        *,
        api_key: str | None = None,
        webhook_secret: str | None = None,
        base_url: str | httpx2.URL | None = None,
        timeout: TimeoutTypes | NotGiven = NOT_GIVEN,
        http_client: HttpxClientLike | None = None,
        max_retries: int | NotGiven = NOT_GIVEN,
        default_headers: Mapping[str, str] | None = None,
        set_default_headers: Mapping[str, str] | None = None,
        default_query: Mapping[str, object] | None = None,
        set_default_query: Mapping[str, object] | None = None,
    ) -> Self:
        """A client with these settings changed; it shares this client's connections unless you pass ``http_client``.

        ``default_headers`` and ``default_query`` add to this client's; ``set_default_headers`` and
        ``set_default_query`` replace them. Raises ``ValueError`` for both at once.
        """
        for name, added, instead in (
            ("headers", default_headers, set_default_headers),
            ("query", default_query, set_default_query),
        ):
            if added is not None and instead is not None:
                raise ValueError(f"pass default_{name} (to add) or set_default_{name} (to replace), not both")
        now = self._settings
        changed = replace(
            now,
            api_key=now.api_key if api_key is None else api_key,
            webhook_secret=now.webhook_secret if webhook_secret is None else webhook_secret,
            base_url=now.base_url if base_url is None else str(base_url).rstrip("/"),
            timeout=now.timeout if isinstance(timeout, NotGiven) else timeout,
            max_retries=now.max_retries if isinstance(max_retries, NotGiven) else max_retries,
            default_headers={**now.default_headers, **(default_headers or {})}
            if set_default_headers is None
            else dict(set_default_headers),
            default_query={**now.default_query, **(default_query or {})}
            if set_default_query is None
            else dict(set_default_query),
        )
        made = object.__new__(type(self))
        made._set_up(changed, self._source if http_client is None else HttpSource(_checked(http_client)))
        return made

    with_options = copy

    def get(self, path: str, *, cast_to: type[T], options: RequestOptions | None = None) -> T:
        """``GET`` any path below the base URL, or any absolute URL.

        The key is sent to the host of the base URL only.

        :param cast_to: the type of the result: a model, ``httpx2.Response``, ``dict[str, object]``, ``str``, …
        :param options: headers, params, timeout, …; they override the client's settings
        :raises linq.APIError: the request failed
        """
        return self._request(_request("GET", path, cast_to, options))

    def post(
        self,
        path: str,
        *,
        cast_to: type[T],
        body: Body | None = None,
        content: BinaryTypes | None = None,
        files: RequestFiles | None = None,
        options: RequestOptions | None = None,
    ) -> T:
        """``POST``; see ``get``. Its retries carry the same ``Idempotency-Key``.

        :param body: sent as JSON; with ``files``, as the other fields of the form
        :param content: sent unchanged, instead of a body
        :param files: sent as a multipart form, as httpx2 takes them
        """
        return self._request(_request("POST", path, cast_to, options, body, content, files))

    def put(
        self,
        path: str,
        *,
        cast_to: type[T],
        body: Body | None = None,
        content: BinaryTypes | None = None,
        files: RequestFiles | None = None,
        options: RequestOptions | None = None,
    ) -> T:
        """``PUT``; see ``post``."""
        return self._request(_request("PUT", path, cast_to, options, body, content, files))

    def patch(
        self,
        path: str,
        *,
        cast_to: type[T],
        body: Body | None = None,
        content: BinaryTypes | None = None,
        files: RequestFiles | None = None,
        options: RequestOptions | None = None,
    ) -> T:
        """``PATCH``; see ``post``."""
        return self._request(_request("PATCH", path, cast_to, options, body, content, files))

    def delete(
        self,
        path: str,
        *,
        cast_to: type[T],
        body: Body | None = None,
        content: BinaryTypes | None = None,
        options: RequestOptions | None = None,
    ) -> T:
        """``DELETE``; see ``post``."""
        return self._request(_request("DELETE", path, cast_to, options, body, content))

    def _request(self, request: Request[T]) -> T:
        return self.transport.send(request)

    def is_closed(self) -> bool:
        """Whether ``close`` was called."""
        return self._source.is_closed

    def close(self) -> None:
        """Close the connections of this client and of every ``with_options`` copy that shares them."""
        self._source.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}(base_url={_log.safe_text(self._settings.base_url, self.api_key)!r})"


def _request(
    method: str,
    path: str,
    cast_to: type[T],
    options: RequestOptions | None,
    body: Body | None = None,
    content: BinaryTypes | None = None,
    files: RequestFiles | None = None,
) -> Request[T]:
    given = options or {}
    return Request(
        method,
        path,
        cast_to,
        query=given.get("params", {}),
        headers=given.get("headers", {}),
        body=with_extra(body, given.get("extra_json")),
        timeout=given.get("timeout", NOT_GIVEN),
        max_retries=given.get("max_retries"),
        idempotency_key=given.get("idempotency_key"),
        content=content,
        files=files,
    )


def _checked(http_client: HttpxClientLike | None) -> HttpxClientLike | None:
    """Return ``http_client``. Raises ``TypeError`` unless the SDK can send with it."""
    if http_client is not None:
        from linq._http import check_client  # noqa: PLC0415 - needs httpx2, which clients load late

        check_client(http_client, "Client")
    return http_client


Client = LinqAPIV3
