"""What resources need from a client: its settings, and the transport that sends requests."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from linq._async._runtime import AsyncHttpSource
from linq._settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from linq._async.transport import AsyncTransport


class AsyncBaseClient:
    """The settings of a client, and its connections, which ``with_options`` copies share."""

    _settings: Settings
    _source: AsyncHttpSource

    @cached_property
    def transport(self) -> AsyncTransport:
        """Sends requests. Not part of the public interface."""
        from linq._async.transport import AsyncTransport  # noqa: PLC0415 - the first request loads httpx2 and pydantic

        return AsyncTransport(self._settings, self._source)

    @property
    def api_key(self) -> str:
        """The key that requests carry."""
        return self._settings.api_key

    @property
    def webhook_secret(self) -> str | None:
        """The secret that ``webhooks.unwrap`` uses unless it is given another."""
        return self._settings.webhook_secret

    @property
    def clock(self) -> Callable[[], float] | None:
        """The ``clock`` argument; None means the machine's clock."""
        return self._settings.clock
