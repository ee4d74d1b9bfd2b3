# Generated from _async/base_client.py by sdk/tools/generate_sync.py; run make generate.
"""What resources need from a client: its settings, and the transport that sends requests."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from linq._settings import Settings
from linq._sync._runtime import HttpSource

if TYPE_CHECKING:
    from collections.abc import Callable

    from linq._sync.transport import Transport


class BaseClient:
    """The settings of a client, and its connections, which ``with_options`` copies share."""

    _settings: Settings
    _source: HttpSource

    @cached_property
    def transport(self) -> Transport:
        """Sends requests. Not part of the public interface."""
        from linq._sync.transport import Transport  # noqa: PLC0415 - the first request loads httpx2 and pydantic

        return Transport(self._settings, self._source)

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
