# Generated from _async/base_client.py by sdk/tools/generate_sync.py; run make generate.
"""What resources need from a client: its settings, and the transport that sends requests."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from linq._fork import importing
from linq._settings import Settings
from linq._sync._runtime import HttpSource

if TYPE_CHECKING:
    from collections.abc import Callable

    from linq._sync.transport import Transport


class BaseClient:
    """The settings of a client, and its connections, which ``with_options`` copies share."""

    _settings: Settings
    _source: HttpSource
    _transport: Transport | None = None

    @property
    def transport(self) -> Transport:
        """Sends requests. Not part of the public interface."""
        if self._transport is None:
            # A fork waits for this lock. It would not wait for that of a cached_property of Python 3.11.
            with importing:
                if self._transport is None:  # and no other thread has made it meanwhile
                    self._transport = self._new_transport()
        return self._transport

    def _new_transport(self) -> Transport:
        # The first request loads httpx2 and pydantic.
        from linq._sync.transport import Transport  # noqa: PLC0415

        return Transport(self._settings, self._source)

    def _change(self, settings: Settings) -> None:
        self._settings = settings
        if self._transport is not None:
            # Pages and followers hold it, so they notice the change too.
            self._transport.settings = settings

    @property
    def api_key(self) -> str:
        """The key that requests carry. Like every setting, it can be assigned; later requests use the new value."""
        return self._settings.api_key

    @api_key.setter
    def api_key(self, value: str) -> None:
        self._change(replace(self._settings, api_key=value))

    @property
    def webhook_secret(self) -> str | None:
        """The secret that ``webhooks.unwrap`` uses unless it is given another."""
        return self._settings.webhook_secret

    @webhook_secret.setter
    def webhook_secret(self, value: str | None) -> None:
        self._change(replace(self._settings, webhook_secret=value))

    @property
    def clock(self) -> Callable[[], float] | None:
        """The ``clock`` argument; None means the machine's clock."""
        return self._settings.clock
