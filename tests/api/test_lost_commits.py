"""A commit whose answer is lost: the request fails, and its idempotency key says that it was carried out."""

from collections.abc import Generator

import pytest

from tests.support.asgi import Api
from tests.support.caller import Caller, text
from tests.support.network import Network, network_to
from tests.support.open_store import opened_store
from trunkline.testing.clock import Clock


@pytest.fixture
def network(postgres_url: str) -> Generator[Network]:
    """The network between the service and its database."""
    with network_to(postgres_url) as network:
        yield network


def test_a_repeated_send_gets_the_response_of_the_first(network: Network) -> None:
    with opened_store(network.url) as opened:
        clock = Clock()
        we = Caller(Api(opened, clock), clock)
        chat_id = we.create()["id"]
        path, body = f"/v3/chats/{chat_id}/messages", {"message": text("Your table is ready.")}
        for number in range(3):
            key = {"idempotency-key": str(number)}
            network.cut_after("commit")
            lost = we.call("POST", path, body, headers=key)
            assert lost.status_code == 503
            assert lost.json()["error"]["code"] == 3006
            repeated = we.call("POST", path, body, headers=key)
            assert repeated.status_code == 202
            assert we.call("POST", path, body, headers=key).json() == repeated.json()
        assert len(we.call("GET", path).json()["messages"]) == 1 + 3
