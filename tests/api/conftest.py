"""The application in this process, over each engine."""

import pytest

from tests.support.asgi import Api
from tests.support.caller import Caller
from tests.support.open_store import OpenStore
from trunkline.testing.clock import Clock


@pytest.fixture(scope="module")
def api(opened: OpenStore) -> Api:
    """The service on the module's store, called without a server."""
    return Api(opened)


@pytest.fixture(scope="module")
def clock() -> Clock:
    """A clock that tests advance."""
    return Clock()


@pytest.fixture(scope="module")
def timed(opened: OpenStore, clock: Clock) -> Api:
    """The same service with the sandbox, on that clock."""
    return Api(opened, clock, sandbox=True)


@pytest.fixture
def we(timed: Api, clock: Clock) -> Caller:
    """A new partner with two lines."""
    return Caller(timed, clock)


@pytest.fixture
def they(timed: Api, clock: Clock) -> Caller:
    """Another partner with the same lines."""
    return Caller(timed, clock)
