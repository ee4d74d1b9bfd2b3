"""Files through a real service: constant memory, kills, slow clients, a hundred uploads at once, a full disk."""

import asyncio
import hashlib
import os
import re
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import httpx2
import pytest

from tests.acceptance.killed_service import KilledService, killed_service
from tests.conftest import FILE_STORES, NewDatabase, NewPlace
from tests.support.command import run, run_json
from trunkline.domain.attachment import MAX_SIZE

Attachment: TypeAlias = dict[str, Any]

PDF = "application/pdf"
MEMORY = 30 * 1024 * 1024  # bytes that a transfer of any size may take
CHUNK = os.urandom(1024 * 1024)


class Files:
    """A running service with one partner, and a client of it."""

    def __init__(self, service: KilledService, key: str, place: str) -> None:
        self.service = service
        self.place = place
        self.client = httpx2.Client(timeout=60, trust_env=False, headers={"Authorization": f"Bearer {key}"})

    def ask(self, size: int) -> Attachment:
        """A new attachment."""
        body = {"filename": "a.pdf", "content_type": PDF, "size_bytes": size}
        response = self.client.post(f"{self.service.url}/v3/attachments", json=body)
        assert response.status_code == 200, response.text
        return response.json()

    def status(self, attachment: Attachment) -> str:
        response = self.client.get(f"{self.service.url}/v3/attachments/{attachment['attachment_id']}")
        return response.json()["status"]

    def memory(self) -> int:
        """The most memory that any process of the service has had, in bytes."""
        assert self.service.is_running
        most = 0
        for process in self.service.processes:
            status = Path(f"/proc/{process}/status").read_text()
            found = re.search(r"VmHWM:\s+(\d+) kB", status)
            most = max(most, int(found[1]) * 1024 if found else 0)
        return most


@pytest.fixture(params=FILE_STORES)
def files(
    request: pytest.FixtureRequest, new_database: NewDatabase, new_place: NewPlace, tmp_path: Path
) -> Iterator[Files]:
    """A service on each engine with each kind of file store."""
    database, place = new_database(), new_place(request.param)
    key = run_json("partner", "add", "Acme", database=database)["key"]
    with killed_service(database, tmp_path / "log", TRUNKLINE_ATTACHMENTS=place) as service:
        service.start()
        made = Files(service, key, place)
        yield made
        made.client.close()
        if service.is_running:
            service.stop()
        checked = run("database", "check", database=database, TRUNKLINE_ATTACHMENTS=place)
        assert checked.returncode == 0, checked.stderr


def content(size: int) -> Iterator[bytes]:
    """A file of this size."""
    for start in range(0, size, len(CHUNK)):
        yield CHUNK[: min(len(CHUNK), size - start)]


def upload(attachment: Attachment, size: int) -> httpx2.Response:
    """The response to the upload of a file."""
    headers = attachment["required_headers"]
    return httpx2.put(attachment["upload_url"], content=content(size), headers=headers, timeout=120, trust_env=False)


def digest(url: str) -> tuple[int, str]:
    """The size and the digest of a file that is downloaded."""
    found, size = hashlib.blake2b(), 0
    with httpx2.stream("GET", url, timeout=120, trust_env=False) as response:
        assert response.status_code == 200
        for chunk in response.iter_bytes():
            found.update(chunk)
            size += len(chunk)
    return size, found.hexdigest()


def test_the_largest_file_takes_little_memory(files: Files) -> None:
    small = files.ask(1000)
    assert upload(small, 1000).status_code == 200
    digest(small["download_url"])
    before = files.memory()
    attachment = files.ask(MAX_SIZE)
    assert upload(attachment, MAX_SIZE).status_code == 200
    uploaded = files.memory()
    expected = hashlib.blake2b()
    for chunk in content(MAX_SIZE):
        expected.update(chunk)
    assert digest(attachment["download_url"]) == (MAX_SIZE, expected.hexdigest())
    assert (uploaded - before < MEMORY, files.memory() - before < MEMORY) == (True, True), (
        uploaded - before,
        files.memory() - before,
    )


def test_a_hundred_uploads_at_once(files: Files) -> None:
    attachments = [files.ask(200_000 + number) for number in range(100)]

    async def upload_all() -> list[int]:
        limits = httpx2.Limits(max_connections=100)
        async with httpx2.AsyncClient(timeout=120, trust_env=False, limits=limits) as client:

            async def one(number: int) -> int:
                async def body() -> AsyncIterator[bytes]:
                    for chunk in content(200_000 + number):
                        yield chunk

                headers = attachments[number]["required_headers"]
                response = await client.put(attachments[number]["upload_url"], content=body(), headers=headers)
                return response.status_code

            return await asyncio.gather(*[one(number) for number in range(100)])

    assert asyncio.run(upload_all()) == [200] * 100
    sizes = [digest(each["download_url"])[0] for each in attachments]
    assert sizes == [200_000 + number for number in range(100)]


def test_a_service_that_is_killed_during_uploads(files: Files) -> None:
    acknowledged: list[Attachment] = []
    waiting = [files.ask(3_000_000) for _ in range(40)]
    stopped = threading.Event()

    def upload_some(attachments: list[Attachment]) -> None:
        for each in attachments:
            if stopped.is_set():
                return
            try:
                if upload(each, 3_000_000).status_code == 200:
                    acknowledged.append(each)
            except httpx2.TransportError:
                return

    threads = [threading.Thread(target=upload_some, args=(waiting[start::4],)) for start in range(4)]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + 60
    while len(acknowledged) < 6 and time.monotonic() < deadline:
        time.sleep(0.005)
    files.service.kill()
    stopped.set()
    for thread in threads:
        thread.join()
    files.service.start()
    assert len(acknowledged) >= 6
    for each in acknowledged:
        assert digest(each["download_url"])[0] == 3_000_000
    unfinished = [each for each in waiting if files.status(each) == "pending"]
    assert unfinished
    assert upload(unfinished[0], 3_000_000).status_code == 200
    assert digest(unfinished[0]["download_url"])[0] == 3_000_000


@pytest.mark.parametrize(
    ("head", "body", "says"),
    [
        ("Content-Length: 4", b"fi", None),
        ("Content-Length: 3", b"fil", "'Content-Length' is '3'"),
        ("Content-Length: 400", b"file", "'Content-Length' is '400'"),
        ("Transfer-Encoding: chunked", b"4\r\nfile\r\n0\r\n\r\n", "'Transfer-Encoding' is given"),
        ("Content-Length: 4\r\nTransfer-Encoding: chunked", b"4\r\nfile\r\n0\r\n\r\n", "'Transfer-Encoding' is given"),
        ("X-Nothing: 1", b"", "'Content-Length' is"),
    ],
)
def test_a_request_that_lies(files: Files, head: str, body: bytes, says: str | None) -> None:
    attachment = files.ask(4)
    url = urlsplit(str(attachment["upload_url"]))
    assert url.hostname is not None
    with socket.create_connection((url.hostname, url.port), timeout=10) as connection:
        request = f"PUT {url.path}?{url.query} HTTP/1.1\r\nHost: x\r\nContent-Type: {PDF}\r\n{head}\r\n\r\n"
        connection.sendall(request.encode() + body)
        if says is not None:
            answer = connection.recv(65536).decode()
            assert answer.startswith("HTTP/1.1 400")
            assert says in answer
    assert files.status(attachment) == "pending"
    assert upload(attachment, 4).status_code == 200
    assert digest(attachment["download_url"])[0] == 4


def test_a_client_that_stops_reading(files: Files) -> None:
    attachment = files.ask(50_000_000)
    assert upload(attachment, 50_000_000).status_code == 200
    before = files.memory()
    url = urlsplit(str(attachment["download_url"]))
    connections = [socket.create_connection((url.hostname or "", url.port or 0), timeout=10) for _ in range(20)]
    for connection in connections:
        connection.sendall(f"GET {url.path}?{url.query} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert connection.recv(1000)
    time.sleep(0.5)
    assert files.status(attachment) == "complete"
    assert files.memory() - before < 6 * MEMORY
    for connection in connections:
        connection.close()
    assert digest(attachment["download_url"])[0] == 50_000_000
