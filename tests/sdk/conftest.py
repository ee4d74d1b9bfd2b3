"""What the SDK's tests share: both halves, an environment without the developer's own settings, and a real socket."""

import asyncio
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sdk.clients import AsyncHalf, Half, SyncHalf
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
    """A server on a real socket, which the test controls."""
    with Server() as running:
        yield running


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for localhost; its key is in the same file."""
    folder = tmp_path_factory.mktemp("tls")
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *subject]
    subprocess.run([*command, "-keyout", "key.pem", "-out", "cert.pem"], cwd=folder, check=True, capture_output=True)
    both = folder / "both.pem"
    both.write_text((folder / "cert.pem").read_text() + (folder / "key.pem").read_text())
    return both
