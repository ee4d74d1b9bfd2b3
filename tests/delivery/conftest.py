"""A certificate for receivers with TLS."""

import ssl
import subprocess
from pathlib import Path

import msgspec
import pytest

HOST = "receiver.example"


class Certificate(msgspec.Struct, frozen=True):
    """What a receiver named ``HOST`` shows, and what a sender trusts."""

    server: ssl.SSLContext
    client: ssl.SSLContext


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """A certificate of this session alone."""
    file: Path = tmp_path_factory.mktemp("certificate") / "both.pem"
    names = ["-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST}"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *names]
    subprocess.run([*command, "-keyout", file, "-out", file.with_suffix(".crt")], check=True, capture_output=True)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file.with_suffix(".crt"), file)
    return Certificate(server, ssl.create_default_context(cafile=str(file.with_suffix(".crt"))))
