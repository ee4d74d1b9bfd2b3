"""What the SDK's tests share: both halves, an environment without the developer's own settings, and a real socket."""

import asyncio
import os
from collections.abc import Iterator

import pytest

from tests.sdk.halves import AsyncHalf, Half, SyncHalf
from tests.sdk.server import Server


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("LINQ_"):
            monkeypatch.delenv(name)


@pytest.fixture(params=["sync", "async"])
def half(request: pytest.FixtureRequest) -> Iterator[Half]:
    """Each half of the SDK in turn."""
    if request.param == "sync":
        yield SyncHalf()
        return
    with asyncio.Runner() as runner:
        yield AsyncHalf(runner)


@pytest.fixture
def server() -> Iterator[Server]:
    """A server on a real socket, which does as the test tells it."""
    with Server() as running:
        yield running
