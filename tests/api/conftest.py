"""The application in this process, over each engine."""

import pytest

from tests.support.asgi import Api
from tests.support.opened import OpenStore


@pytest.fixture(scope="module")
def api(opened: OpenStore) -> Api:
    """The service of a module's store, asked without a server between."""
    return Api(opened)
