"""The application without a server; requests one path after the other."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from httpx2 import ASGITransport, AsyncClient, Response

from tests.support.open_store import OpenStore, opened_store
from trunkline.api.app import Application

BASE = "https://chats.example"


class Site:
    """The service at ``BASE``, for an open store."""

    def __init__(self, opened: OpenStore) -> None:
        self.opened = opened
        app: Any = Application(opened.store, BASE, BASE)
        self._transport = ASGITransport(app)

    def ask(self, path: str, method: str = "GET", key: str | None = None) -> Response:
        """The answer."""
        headers = {} if key is None else {"Authorization": f"Bearer {key}"}

        async def request() -> Response:
            async with AsyncClient(transport=self._transport, base_url=BASE) as client:
                return await client.request(method, path, headers=headers)

        return self.opened.run(request())


@contextmanager
def open_site(folder: Path) -> Generator[Site]:
    """A service with an empty store, until the end of the block."""
    with opened_store(f"sqlite:///{folder / 'site.db'}") as opened:
        yield Site(opened)
