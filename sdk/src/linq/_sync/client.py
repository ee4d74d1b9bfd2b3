# Generated from _async/client.py by sdk/tools/generate_sync.py: change that, then run this.
"""The client: its settings, its resources, and requests to any path of the API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from linq import _log
from linq._request import Call, with_extra
from linq._settings import DEFAULT_MAX_RETRIES, STANDARD_HEADERS, Settings, settings_from
from linq._sync import resources
from linq._sync._runtime import HttpSource
from linq._sync.forms import LinqAPIV3WithRawResponse, LinqAPIV3WithStreamingResponse
from linq._types import NOT_GIVEN, Body, NotGiven, RequestOptions, TimeoutTypes

if TYPE_CHECKING:
    import httpx2

    from linq._sync.engine import Engine

T = TypeVar("T")


class LinqAPIV3:
    """A client of the Linq Partner API v3.

    Safe to share, and meant to be: it keeps connections open for the next request. Close it, or use it in a ``with``
    block; one that is merely dropped closes its connections too.
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
        http_client: httpx2.Client | None = None,
        clock: Callable[[], float] | None = None,
    ) -> None:
        """Take each setting from the argument, else the environment, else the default.

        :param api_key: else ``LINQ_API_V3_API_KEY``
        :param webhook_secret: else ``LINQ_WEBHOOK_SECRET``; only needed to check webhooks
        :param base_url: else ``LINQ_API_V3_BASE_URL``, else the public API
        :param timeout: seconds, or an ``httpx2.Timeout``; None waits for ever. Default: 5 s to connect, 60 s otherwise
        :param max_retries: further attempts after a failed one
        :param default_headers: sent with every request, over those of ``LINQ_API_V3_CUSTOM_HEADERS``
        :param default_query: query parameters sent with every request
        :param http_client: for proxies, certificates or HTTP/2; most easily a ``DefaultHttpxClient``
        :param clock: seconds since 1970, by which the age of webhooks is judged; else the machine's clock
        :raises linq.LinqApiv3Error: no key, or a setting that is not of its form
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

    @cached_property
    def engine(self) -> Engine:
        """What sends the requests; not part of the public interface."""
        from linq._sync.engine import Engine  # noqa: PLC0415 - the first request pays for httpx2 and pydantic

        return Engine(self._settings, self._source)

    # The resources are made anew each time: one that was kept would hold the client in a cycle of references, and a
    # dropped client would keep its connections until the garbage collector came by.

    @property
    def blocked_handles(self) -> resources.BlockedHandlesResource:
        return resources.BlockedHandlesResource(self)

    @property
    def capability(self) -> resources.CapabilityResource:
        return resources.CapabilityResource(self)

    @property
    def chats(self) -> resources.ChatsResource:
        return resources.ChatsResource(self)

    @property
    def messages(self) -> resources.MessagesResource:
        return resources.MessagesResource(self)

    @property
    def phone_numbers(self) -> resources.PhoneNumbersResource:
        return resources.PhoneNumbersResource(self)

    @property
    def phonenumbers(self) -> resources.PhonenumbersResource:
        return resources.PhonenumbersResource(self)

    @property
    def webhook_events(self) -> resources.WebhookEventsResource:
        return resources.WebhookEventsResource(self)

    @property
    def webhook_subscriptions(self) -> resources.WebhookSubscriptionsResource:
        return resources.WebhookSubscriptionsResource(self)

    @property
    def webhooks(self) -> resources.WebhooksResource:
        return resources.WebhooksResource(self)

    @property
    def with_raw_response(self) -> LinqAPIV3WithRawResponse:
        """The client's resources, giving HTTP answers: ``client.with_raw_response.chats.list_chats()``."""
        return LinqAPIV3WithRawResponse(self)

    @property
    def with_streaming_response(self) -> LinqAPIV3WithStreamingResponse:
        """The client's resources as context managers, whose answer is read only when it is asked for."""
        return LinqAPIV3WithStreamingResponse(self)

    @property
    def api_key(self) -> str:
        return self._settings.api_key

    @property
    def webhook_secret(self) -> str | None:
        return self._settings.webhook_secret

    @property
    def clock(self) -> Callable[[], float] | None:
        """As it was given; None leaves it to the machine's."""
        return self._settings.clock

    @property
    def base_url(self) -> httpx2.URL:
        import httpx2  # noqa: PLC0415 - see engine

        return httpx2.URL(self._settings.base_url)

    @property
    def timeout(self) -> TimeoutTypes | NotGiven:
        """As it was given; ``NOT_GIVEN`` leaves it to the HTTP client."""
        return self._settings.timeout

    @property
    def max_retries(self) -> int:
        return self._settings.max_retries

    @property
    def default_headers(self) -> dict[str, str]:
        return {**STANDARD_HEADERS, **self._settings.default_headers}

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
        http_client: httpx2.Client | None = None,
        max_retries: int | NotGiven = NOT_GIVEN,
        default_headers: Mapping[str, str] | None = None,
        set_default_headers: Mapping[str, str] | None = None,
        default_query: Mapping[str, object] | None = None,
        set_default_query: Mapping[str, object] | None = None,
    ) -> Self:
        """A client with these settings changed, over the same connections (unless ``http_client`` is given).

        ``default_headers`` and ``default_query`` add to what there is; the forms with ``set_`` replace it.
        """
        for name, added, instead in (
            ("headers", default_headers, set_default_headers),
            ("query", default_query, set_default_query),
        ):
            if added is not None and instead is not None:
                raise ValueError(f"give default_{name} (to add) or set_default_{name} (to replace), not both")
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
        """``GET`` any path below the base URL, its answer as ``cast_to``.

        :param cast_to: a model, ``httpx2.Response``, ``dict[str, object]``, ``str``, ``bytes``, …
        :param options: headers, params, timeout, … over the client's settings
        :raises linq.APIError: see the errors' tree
        """
        return self._ask("GET", path, cast_to, None, options)

    def post(
        self, path: str, *, cast_to: type[T], body: Body | None = None, options: RequestOptions | None = None
    ) -> T:
        """``POST`` a JSON body; see ``get``. Retries carry the same ``Idempotency-Key``."""
        return self._ask("POST", path, cast_to, body, options)

    def put(self, path: str, *, cast_to: type[T], body: Body | None = None, options: RequestOptions | None = None) -> T:
        """``PUT`` a JSON body; see ``post``."""
        return self._ask("PUT", path, cast_to, body, options)

    def patch(
        self, path: str, *, cast_to: type[T], body: Body | None = None, options: RequestOptions | None = None
    ) -> T:
        """``PATCH`` with a JSON body; see ``post``."""
        return self._ask("PATCH", path, cast_to, body, options)

    def delete(
        self, path: str, *, cast_to: type[T], body: Body | None = None, options: RequestOptions | None = None
    ) -> T:
        """``DELETE``; see ``post``."""
        return self._ask("DELETE", path, cast_to, body, options)

    def _ask(self, method: str, path: str, cast_to: type[T], body: Body | None, options: RequestOptions | None) -> T:
        said = options or {}
        call = Call(
            method,
            path,
            query=said.get("params", {}),
            headers=said.get("headers", {}),
            body=with_extra(body, said.get("extra_json")),
            timeout=said.get("timeout", NOT_GIVEN),
            max_retries=said.get("max_retries"),
            idempotency_key=said.get("idempotency_key"),
        )
        return self.engine.get(call, cast_to)

    def is_closed(self) -> bool:
        return self._source.is_closed

    def close(self) -> None:
        """Close the connections, for this client and every ``with_options`` copy that shares them."""
        self._source.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}(base_url={_log.safe_text(self._settings.base_url, self.api_key)!r})"


def _checked(http_client: httpx2.Client | None) -> httpx2.Client | None:
    if http_client is not None:
        import httpx2  # noqa: PLC0415 - see engine

        if not isinstance(cast("Any", http_client), httpx2.Client):
            kind = f"{type(http_client).__module__}.{type(http_client).__name__}"
            raise TypeError(f"http_client must be an httpx2.Client (or a DefaultHttpxClient), not {kind}")
    return http_client


Client = LinqAPIV3
