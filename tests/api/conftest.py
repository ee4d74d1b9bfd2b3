"""The application in this process, over each engine."""

import pytest

from tests.support.asgi import Api
from tests.support.caller import Caller
from tests.support.open_store import OpenStore
from trunkline.testing.clock import Clock


@pytest.fixture(scope="module")
def api(opened: OpenStore) -> Api:
    """The service of a module's store, asked without a server between."""
    return Api(opened)


@pytest.fixture(scope="module")
def clock() -> Clock:
    """A clock that tests move on."""
    return Clock()


@pytest.fixture(scope="module")
def timed(opened: OpenStore, clock: Clock) -> Api:
    """The same service, which goes by that clock."""
    return Api(opened, clock)


@pytest.fixture
def we(timed: Api, clock: Clock) -> Caller:
    """A new partner with two lines."""
    return Caller(timed, clock)


@pytest.fixture
def they(timed: Api, clock: Clock) -> Caller:
    """Another partner with the same lines."""
    return Caller(timed, clock)
