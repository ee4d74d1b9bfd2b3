"""Connections go to the address that was checked, and only to hosts on the internet."""

import asyncio
import socket
import ssl
import threading
from collections.abc import Sequence
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

from tests.delivery.conftest import HOST, Certificate
from tests.support.chats import chat_id
from tests.support.partners import new_partner
from tests.support.receiver import Received, Reply, receiving
from tests.support.webhook_worker import FastClock, deliveries, emit, recorded, subscribe, working
from trunkline.delivery import connections, http_client
from trunkline.delivery.connections import Resolver
from trunkline.domain.delivery import EntryState
from trunkline.domain.urls import Address
from trunkline.storage.store import open_store


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """One engine is enough: nothing here depends on it."""
    return f"sqlite:///{tmp_path / 'chats.db'}"


class FakeResolver:
    """Resolves every name to the next of these answers; the last one is repeated."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)
        self.lookups: list[tuple[str, int]] = []

    async def __call__(self, host: str, port: int) -> Sequence[Address]:
        self.lookups.append((host, port))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [ip_address(each) for each in answer]


async def _outcome(database_url: str, url: str, **options: Any) -> tuple[str, str | None]:
    clock = FastClock()
    async with open_store(database_url) as store, working(store, clock, **options):
        partner = await new_partner(store)
        await subscribe(store, partner.id, url, at=clock())
        await emit(store, partner.id, chat_id(1), 1, at=clock())
        await recorded(store, partner.id, 1)
        [found] = await deliveries(store, partner.id)
    return found.state, found.outcome


async def test_tls_and_the_host_header_use_the_name(database_url: str, certificate: Certificate) -> None:
    resolver = FakeResolver(["127.0.0.1"])
    with receiving(tls=certificate.server) as receiver:
        url = f"https://{HOST}:{receiver.port}/hook"
        assert await _outcome(database_url, url, tls=certificate.client, resolve=resolver) == ("done", "HTTP 200")
    assert receiver.received[0].headers["host"] == f"{HOST}:{receiver.port}"
    assert resolver.lookups == [(HOST, receiver.port)]


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("another.example", "the certificate is not accepted: Hostname mismatch"),
        (HOST, "the certificate is not accepted: self"),
    ],
)
async def test_a_wrong_certificate_is_rejected(
    database_url: str, certificate: Certificate, name: str, problem: str
) -> None:
    trusted = certificate.client if name != HOST else ssl.create_default_context()
    with receiving(tls=certificate.server) as receiver:
        url = f"https://{name}:{receiver.port}/hook"
        state, outcome = await _outcome(database_url, url, tls=trusted, resolve=FakeResolver(["127.0.0.1"]))
    assert state == EntryState.PENDING
    assert outcome is not None
    assert outcome.startswith(problem)
    assert receiver.received == []


@pytest.mark.parametrize(
    "addresses", [["127.0.0.1"], ["10.1.2.3", "192.168.0.1"], ["::1"], ["::ffff:127.0.0.1"], ["169.254.169.254"], []]
)
async def test_a_name_that_resolves_to_private_addresses_gets_no_connection(
    database_url: str, certificate: Certificate, addresses: list[str]
) -> None:
    with receiving(tls=certificate.server) as receiver:
        outcome = await _outcome(
            database_url,
            f"https://{HOST}:{receiver.port}/hook",
            allow_private=False,
            tls=certificate.client,
            resolve=FakeResolver(addresses),
        )
    assert outcome == (EntryState.PENDING, "the host resolves to a private address")
    assert receiver.connections == 0


@pytest.mark.parametrize("url", ["http://example.com/hook", "https://127.0.0.1/hook", "https://localhost/hook"])
async def test_a_target_that_is_no_longer_allowed_fails(database_url: str, url: str) -> None:
    state, outcome = await _outcome(database_url, url, allow_private=False, resolve=FakeResolver(["127.0.0.1"]))
    assert state == EntryState.FAILED
    assert outcome is not None
    assert outcome.startswith("the target is not allowed: it must")


async def test_a_connection_goes_to_the_address_that_was_checked(
    database_url: str, certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that also resolves to a private address, or does so a moment later, does not lead there."""
    clock = FastClock()
    monkeypatch.setattr(connections, "is_public", ip_address("127.0.0.2").__eq__)
    monkeypatch.setattr(connections, "IDLE", 0.0)
    resolver = FakeResolver(["127.0.0.1", "127.0.0.2"], ["127.0.0.2"], ["127.0.0.1"])
    # A port that was free on one loopback address is free on the other.
    with (
        receiving(tls=certificate.server) as private,
        receiving(host="127.0.0.2", port=private.port, tls=certificate.server) as public,
    ):
        async with (
            open_store(database_url) as store,
            working(store, clock, allow_private=False, tls=certificate.client, resolve=resolver),
        ):
            partner = await new_partner(store)
            await subscribe(store, partner.id, f"https://{HOST}:{private.port}/hook", at=clock())
            await emit(store, partner.id, chat_id(1), 1, 2, 3, at=clock())
            await recorded(store, partner.id, 1, of=2)
            records = await deliveries(store, partner.id)
    assert [each.event["data"]["number"] for each in public.accepted] == [1, 2]
    assert private.connections == 0
    assert records[2].outcome == "the host resolves to a private address"


async def test_the_next_address_is_tried_if_one_does_not_answer(database_url: str) -> None:
    with receiving() as receiver:
        url = f"http://{HOST}:{receiver.port}/hook"
        resolver = FakeResolver(["::1", "127.0.0.9", "127.0.0.1"])
        assert await _outcome(database_url, url, resolve=resolver) == ("done", "HTTP 200")


async def test_a_refused_connection_is_retried(database_url: str, dead_url: str) -> None:
    state, outcome = await _outcome(database_url, dead_url)
    assert (state, outcome) == (EntryState.PENDING, "the connection was refused")


async def test_a_name_that_does_not_resolve_is_retried(database_url: str) -> None:
    state, outcome = await _outcome(database_url, "https://nobody.invalid/hook")
    assert state == EntryState.PENDING
    assert outcome is not None
    assert outcome.startswith("no connection: ")


@pytest.mark.parametrize("body", [b"", b"x" * 1_000_000])
async def test_the_body_of_the_response_does_not_matter(database_url: str, body: bytes) -> None:
    with receiving(lambda received: Reply(204 if not body else 200, body=body)) as receiver:
        state, _ = await _outcome(database_url, receiver.url)
    assert state == EntryState.DONE


async def test_a_receiver_that_does_not_respond_in_time_is_retried(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = threading.Event()
    monkeypatch.setattr(http_client, "TIMEOUT", 0.3)

    def stuck(_: Received) -> Reply:
        release.wait(20)
        return Reply()

    with receiving(stuck) as receiver:
        state, outcome = await _outcome(database_url, receiver.url)
        release.set()
    assert (state, outcome) == (EntryState.PENDING, "no response within 0.3 s")


async def test_a_response_that_is_not_http_is_retried(database_url: str, certificate: Certificate) -> None:
    with receiving(tls=certificate.server) as receiver:
        state, outcome = await _outcome(database_url, f"http://127.0.0.1:{receiver.port}/")
        assert (state, outcome) == (EntryState.PENDING, "the connection ended without a valid response")


@pytest.mark.parametrize(
    ("start", "repeated", "outcome"),
    [
        (
            b"",
            b"HTTP/1.1 103 Early Hints\r\n\r\n",
            (EntryState.PENDING, "the connection ended without a valid response"),
        ),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n", (EntryState.DONE, "HTTP 200")),
    ],
    ids=["interim responses", "chunks"],
)
async def test_a_response_without_end_is_abandoned(
    database_url: str, start: bytes, repeated: bytes, outcome: tuple[str, str]
) -> None:
    """Each piece costs processor time, so their number is limited and not only the time that they take."""
    abandoned = threading.Event()

    def respond(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65_536)
            connection.sendall(start)
            try:
                while True:
                    connection.sendall(repeated * 1_000)
            except OSError:
                abandoned.set()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        responding = threading.Thread(target=respond, args=(listener,))
        responding.start()
        assert await _outcome(database_url, f"http://127.0.0.1:{listener.getsockname()[1]}/hook") == outcome
        await asyncio.to_thread(responding.join, 20)
    assert abandoned.is_set()


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (b"HTTP/1.1 200 O", (EntryState.PENDING, "no response within 0.3 s")),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n", (EntryState.DONE, "HTTP 200")),
    ],
    ids=["head", "body"],
)
async def test_a_receiver_that_sends_a_byte_now_and_then_does_not_prolong_an_attempt(
    database_url: str, monkeypatch: pytest.MonkeyPatch, start: bytes, expected: tuple[str, str]
) -> None:
    monkeypatch.setattr(http_client, "TIMEOUT", 0.3)
    monkeypatch.setattr(http_client, "_DRAIN_TIMEOUT", 0.3)
    abandoned = asyncio.Event()

    async def respond(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(65_536)
        writer.write(start)
        ended = asyncio.create_task(reader.read())
        while not (await asyncio.wait([ended], timeout=0.1))[0]:
            writer.write(b"H")
        abandoned.set()
        writer.close()

    async with await asyncio.start_server(respond, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        assert await _outcome(database_url, f"http://127.0.0.1:{port}/hook") == expected
        await asyncio.wait_for(abandoned.wait(), 5)


_LONG_HEAD = b"a:\r\n" * 3_900 + b"\r\n"
_END = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


@pytest.mark.parametrize(
    "pieces",
    [
        [b"HTTP/1.1 103 Early Hints\r\n" + _LONG_HEAD] * 8 + [_END],
        [b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n" + b"a:\r\n" * 8_000 + b"\r\n"],
        [bytes([each]) for each in b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200 + b"\r\nContent-Length: 0\r\n\r\n"],
    ],
    ids=["long interim responses", "headers", "a head byte by byte"],
)
async def test_a_response_whose_head_costs_too_much_is_abandoned(database_url: str, pieces: list[bytes]) -> None:
    async def respond(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(65_536)
        with suppress(OSError):
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0.001)
            await reader.read()
        writer.close()

    async with await asyncio.start_server(respond, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        outcome = await _outcome(database_url, f"http://127.0.0.1:{port}/hook")
    assert outcome == (EntryState.PENDING, "the connection ended without a valid response")


async def test_the_resolver_looks_up_names_but_not_addresses() -> None:
    resolver = Resolver()
    try:
        assert ip_address("127.0.0.1") in await resolver("localhost", 80)
        assert await resolver("::1", 80) == [ip_address("::1")]
        with pytest.raises(OSError, match=r"not known|resolution"):
            await resolver("nobody.invalid", 80)
    finally:
        resolver.close()


def _closing(_: Received) -> Reply:
    return Reply(headers={"Connection": "close"})


async def test_a_connection_is_used_again_unless_the_receiver_closes_it(database_url: str) -> None:
    clock = FastClock()
    with receiving() as receiver:
        async with open_store(database_url) as store, working(store, clock):
            partner = await new_partner(store)
            await subscribe(store, partner.id, receiver.url, at=clock())
            await emit(store, partner.id, chat_id(1), 1, 2, 3, at=clock())
            await recorded(store, partner.id, 1, of=2)
            assert receiver.connections == 1
            receiver.answering = _closing
            await emit(store, partner.id, chat_id(1), 4, 5, at=clock())
            await recorded(store, partner.id, 1, of=4)
            assert receiver.connections == 2
    assert [each.event["data"]["number"] for each in receiver.received] == [1, 2, 3, 4, 5]


async def test_a_connection_that_closes_as_it_is_used_again_is_replaced_at_once(database_url: str) -> None:
    clock = FastClock()
    served: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answers one request and closes the connection at the next one, like a server after its idle timeout."""
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            [length] = [int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.startswith(b"Content-Length")]
            await reader.readexactly(length)
            if served and served[-1] == b"once":
                served.append(b"closed")
                writer.close()
                return
            served.append(b"once" if not served else b"again")
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n")

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, open_store(database_url) as store, working(store, clock):
        partner = await new_partner(store)
        await subscribe(store, partner.id, f"http://127.0.0.1:{port}/", at=clock())
        await emit(store, partner.id, chat_id(1), 1, 2, at=clock())
        await recorded(store, partner.id, 1, of=1)
        records = await deliveries(store, partner.id)
    assert served == [b"once", b"closed", b"again"]
    assert [(each.state, each.attempts, each.outcome) for each in records] == [(EntryState.DONE, 1, "HTTP 204")] * 2
