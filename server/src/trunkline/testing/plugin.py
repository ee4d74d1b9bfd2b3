"""The pytest plugin: one fixture. What it needs is imported when a test first asks for it."""

import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from trunkline.testing.trunkline import Trunkline


@pytest.fixture
def trunkline(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Trunkline]":
    """A fresh chats API in this process: a client, factories, a clock to move and faults on demand (docs/testing.md).

    Fails a test that passed although a fault that it asked for never struck.
    """
    from trunkline.testing.trunkline import open_trunkline  # noqa: PLC0415 - half a second, for those who want it

    failed_before = request.session.testsfailed
    # A folder of its own: the one of ``tmp_path`` is for the test to look at.
    folder = tmp_path_factory.mktemp("trunkline")
    try:
        with open_trunkline(folder) as opened:
            yield opened
            unused = opened.faults.unused
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if unused and request.session.testsfailed == failed_before:
        asked = ", ".join(unused)
        pytest.fail(f"faults that did not strike: {asked}; trunkline.faults.clear() forgets them", pytrace=False)
