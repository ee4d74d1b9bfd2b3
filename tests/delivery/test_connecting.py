"""Connections go to the address that was checked, and to hosts on the internet only."""

import asyncio
import ssl
import threading
from collections.abc import Sequence
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

from tests.delivery.conftest import HOST, Certificate
from tests.support.chats import chat_id
from tests.support.delivering import FastClock, deliveries, recorded, subscribe, tell, working
from tests.support.partners import new_partner
from tests.support.receiver import Received, Reply, receiving
from trunkline.delivery import connecting, exchange
from trunkline.delivery.connecting import Resolver
from trunkline.domain.target import Address
from trunkline.storage.outbox import State
from trunkline.storage.store import open_store


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """One engine is enough: what is looked at here does not touch it."""
    return f"sqlite:///{tmp_path / 'chats.db'}"


class Resolving:
    """Resolves every name to these addresses, one answer after the other; the last one stays."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, int]] = []

    async def __call__(self, host: str, port: int) -> Sequence[Address]:
        self.asked.append((host, port))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [ip_address(each) for each in answer]


async def _outcome(database_url: str, url: str, **options: Any) -> tuple[str, str | None]:
    clock = FastClock()
    async with open_store(database_url) as store, working(store, clock, **options):
        partner = await new_partner(store)
        await subscribe(store, partner.id, url, at=clock())
        await tell(store, partner.id, chat_id(1), 1, at=clock())
        await recorded(store, partner.id, 1)
        [found] = await deliveries(store, partner.id)
    return found.state, found.outcome


async def test_a_name_keeps_its_certificate_and_its_host_header(database_url: str, certificate: Certificate) -> None:
    resolving = Resolving(["127.0.0.1"])
    with receiving(tls=certificate.server) as receiver:
        url = f"https://{HOST}:{receiver.port}/hook"
        assert await _outcome(database_url, url, tls=certificate.client, resolve=resolving) == ("done", "HTTP 200")
    assert receiver.received[0].headers["host"] == f"{HOST}:{receiver.port}"
    assert resolving.asked == [(HOST, receiver.port)]


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("another.example", "the certificate is not accepted: Hostname mismatch"),
        (HOST, "the certificate is not accepted: self"),
    ],
)
async def test_a_wrong_certificate_is_not_accepted(
    database_url: str, certificate: Certificate, name: str, outcome: str
) -> None:
    trusted = certificate.client if name != HOST else ssl.create_default_context()
    with receiving(tls=certificate.server) as receiver:
        url = f"https://{name}:{receiver.port}/hook"
        state, told = await _outcome(database_url, url, tls=trusted, resolve=Resolving(["127.0.0.1"]))
    assert state == State.WAITING
    assert told is not None
    assert told.startswith(outcome)
    assert receiver.received == []


@pytest.mark.parametrize(
    "addresses", [["127.0.0.1"], ["10.1.2.3", "192.168.0.1"], ["::1"], ["::ffff:127.0.0.1"], ["169.254.169.254"], []]
)
async def test_a_name_that_leads_into_a_private_network_is_not_followed(
    database_url: str, certificate: Certificate, addresses: list[str]
) -> None:
    with receiving(tls=certificate.server) as receiver:
        outcome = await _outcome(
            database_url,
            f"https://{HOST}:{receiver.port}/hook",
            allow_private=False,
            tls=certificate.client,
            resolve=Resolving(addresses),
        )
    assert outcome == (State.WAITING, "the host leads into a private network")
    assert receiver.connections == 0


@pytest.mark.parametrize("url", ["http://example.com/hook", "https://127.0.0.1/hook", "https://localhost/hook"])
async def test_a_target_of_before_the_setting_changed_is_refused(database_url: str, url: str) -> None:
    state, told = await _outcome(database_url, url, allow_private=False, resolve=Resolving(["127.0.0.1"]))
    assert state == State.FAILED
    assert told is not None
    assert told.startswith("the target is not allowed: it must")


async def test_the_connection_is_made_to_the_address_that_was_checked(
    database_url: str, certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that resolves to something private a moment later, or beside something public, leads nowhere else."""
    clock = FastClock()
    monkeypatch.setattr(connecting, "is_public", ip_address("127.0.0.2").__eq__)
    monkeypatch.setattr(connecting, "IDLE", 0.0)
    resolving = Resolving(["127.0.0.1", "127.0.0.2"], ["127.0.0.2"], ["127.0.0.1"])
    with (
        receiving(tls=certificate.server) as private,
        receiving(host="127.0.0.2", port=private.port, tls=certificate.server) as public,
    ):
        async with (
            open_store(database_url) as store,
            working(store, clock, allow_private=False, tls=certificate.client, resolve=resolving),
        ):
            partner = await new_partner(store)
            await subscribe(store, partner.id, f"https://{HOST}:{private.port}/hook", at=clock())
            await tell(store, partner.id, chat_id(1), 1, 2, 3, at=clock())
            await recorded(store, partner.id, 1, of=2)
            found = await deliveries(store, partner.id)
    assert [each.event["data"]["number"] for each in public.accepted] == [1, 2]
    assert private.connections == 0
    assert found[2].outcome == "the host leads into a private network"


async def test_the_next_address_is_tried_where_one_does_not_answer(database_url: str) -> None:
    with receiving() as receiver:
        url = f"http://{HOST}:{receiver.port}/hook"
        resolving = Resolving(["::1", "127.0.0.9", "127.0.0.1"])
        assert await _outcome(database_url, url, resolve=resolving) == ("done", "HTTP 200")


async def test_a_receiver_that_is_not_there(database_url: str) -> None:
    with receiving() as receiver:
        pass
    state, told = await _outcome(database_url, receiver.url)
    assert (state, told) == (State.WAITING, "the connection was refused")


async def test_a_name_that_nobody_has(database_url: str) -> None:
    state, told = await _outcome(database_url, "https://nobody.invalid/hook")
    assert state == State.WAITING
    assert told is not None
    assert told.startswith("no connection: ")


@pytest.mark.parametrize("body", [b"", b"x" * 1_000_000])
async def test_whatever_body_the_answer_has(database_url: str, body: bytes) -> None:
    with receiving(lambda received: Reply(204 if not body else 200, body=body)) as receiver:
        state, _ = await _outcome(database_url, receiver.url)
    assert state == State.DONE


async def test_an_answer_that_never_comes_is_a_failed_attempt(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = threading.Event()
    monkeypatch.setattr(exchange, "TIMEOUT", 0.3)

    def stuck(_: Received) -> Reply:
        release.wait(20)
        return Reply()

    with receiving(stuck) as receiver:
        state, told = await _outcome(database_url, receiver.url)
        release.set()
    assert (state, told) == (State.WAITING, "no answer within 0.3 s")


async def test_what_is_no_http_is_a_failed_attempt(database_url: str, certificate: Certificate) -> None:
    with receiving(tls=certificate.server) as receiver:
        state, told = await _outcome(database_url, f"http://127.0.0.1:{receiver.port}/")
        assert (state, told) == (State.WAITING, "the connection ended without a valid answer")


async def test_the_system_resolves_names_and_leaves_addresses_alone() -> None:
    resolver = Resolver()
    try:
        assert ip_address("127.0.0.1") in await resolver("localhost", 80)
        assert await resolver("::1", 80) == [ip_address("::1")]
        with pytest.raises(OSError, match=r"not known|resolution"):
            await resolver("nobody.invalid", 80)
    finally:
        resolver.close()


def _farewell(_: Received) -> Reply:
    return Reply(headers={"Connection": "close"})


async def test_a_connection_serves_one_event_after_the_other_unless_it_is_to_be_closed(database_url: str) -> None:
    clock = FastClock()
    with receiving() as receiver:
        async with open_store(database_url) as store, working(store, clock):
            partner = await new_partner(store)
            await subscribe(store, partner.id, receiver.url, at=clock())
            await tell(store, partner.id, chat_id(1), 1, 2, 3, at=clock())
            await recorded(store, partner.id, 1, of=2)
            assert receiver.connections == 1
            receiver.answering = _farewell
            await tell(store, partner.id, chat_id(1), 4, 5, at=clock())
            await recorded(store, partner.id, 1, of=4)
            assert receiver.connections == 2
    assert [each.event["data"]["number"] for each in receiver.received] == [1, 2, 3, 4, 5]


async def test_a_closed_connection_found_out_too_late_is_replaced_at_once(database_url: str) -> None:
    clock = FastClock()
    served: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answers once, and hangs up when it is asked again, as a server does whose patience ended in between."""
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            [length] = [int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.startswith(b"Content-Length")]
            await reader.readexactly(length)
            if served and served[-1] == b"once":
                served.append(b"hung up")
                writer.close()
                return
            served.append(b"once" if not served else b"again")
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n")

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, open_store(database_url) as store, working(store, clock):
        partner = await new_partner(store)
        await subscribe(store, partner.id, f"http://127.0.0.1:{port}/", at=clock())
        await tell(store, partner.id, chat_id(1), 1, 2, at=clock())
        await recorded(store, partner.id, 1, of=1)
        found = await deliveries(store, partner.id)
    assert served == [b"once", b"hung up", b"again"]
    assert [(each.state, each.attempts, each.outcome) for each in found] == [(State.DONE, 1, "HTTP 204")] * 2
