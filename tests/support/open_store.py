"""A store that stays open through many examples of one test."""

import asyncio
from collections.abc import Coroutine, Generator
from contextlib import contextmanager
from typing import Any, TypeVar

from tests.support.places import place_of
from trunkline.storage.store import Store, open_store

T = TypeVar("T")


class OpenStore:
    """An open store with the event loop that it lives in."""

    def __init__(self, store: Store, runner: asyncio.Runner) -> None:
        self.store = store
        self._runner = runner

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """What the coroutine returns."""
        return self._runner.run(work)


@contextmanager
def opened_store(url: str, attachments: str = "", replica: str = "") -> Generator[OpenStore]:
    """The store behind a URL, with its files at a place, and perhaps a replica, until the end of the block."""
    with asyncio.Runner() as runner:
        context = open_store(url, attachments=attachments or place_of(url), replica=replica)
        store = runner.run(context.__aenter__())
        try:
            yield OpenStore(store, runner)
        finally:
            runner.run(context.__aexit__(None, None, None))
