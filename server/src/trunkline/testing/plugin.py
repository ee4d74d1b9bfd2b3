"""The pytest plugin: one fixture, whose imports happen on first use."""

import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from trunkline.testing.trunkline import Trunkline


@pytest.fixture
def trunkline(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Trunkline]":
    """A fresh chats API in this process: clients, factories, a clock and faults on demand (docs/testing.md).

    Fails a test that passed although a fault that it requested did not occur.
    """
    from trunkline.testing.trunkline import open_trunkline  # noqa: PLC0415 - takes half a second

    failed_before = request.session.testsfailed
    # Not ``tmp_path``, which belongs to the test.
    folder = tmp_path_factory.mktemp("trunkline")
    try:
        with open_trunkline(folder) as opened:
            yield opened
            unused = opened.unused_faults
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if unused and request.session.testsfailed == failed_before:
        requested = ", ".join(unused)
        pytest.fail(f"faults that did not occur: {requested}; trunkline.faults.clear() removes them", pytrace=False)
