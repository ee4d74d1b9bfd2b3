"""Receivers with TLS, and a receiver that is dead."""

import socket
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

HOST = "receiver.example"


class Certificate(msgspec.Struct, frozen=True):
    """The TLS settings of a receiver named ``HOST``, and of a client that trusts it."""

    server: ssl.SSLContext
    client: ssl.SSLContext


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """A new certificate for this session."""
    file: Path = tmp_path_factory.mktemp("certificate") / "both.pem"
    names = ["-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST}"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *names]
    subprocess.run([*command, "-keyout", file, "-out", file.with_suffix(".crt")], check=True, capture_output=True)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file.with_suffix(".crt"), file)
    return Certificate(server, ssl.create_default_context(cafile=str(file.with_suffix(".crt"))))


@pytest.fixture
def dead_url() -> Iterator[str]:
    """The URL of a port that no other process can bind and that refuses connections: nothing listens."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound.getsockname()[1]}/hook"
