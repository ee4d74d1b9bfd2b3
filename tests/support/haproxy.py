"""A real HAProxy in front of two services, with the configuration that the project offers."""

import os
import re
import socket
import subprocess
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from tests.support.programs import ROOT, program
from tests.support.reserved_port import reserved_port
from tests.support.waiting import until

CONFIGURATION = ROOT / "deploy" / "haproxy.cfg"


def configured(port: int, services: Sequence[str]) -> str:
    """The configuration for a port of this machine and the URLs of two services."""
    text = CONFIGURATION.read_text()
    first, second = [urlsplit(each).netloc for each in services]
    for before, after in (
        ("bind :8080", f"bind 127.0.0.1:{port}"),
        ("first:8080", first),
        ("second:8080", second),
    ):
        text, found = re.subn(re.escape(before), after, text)
        assert found == 1, before
    return text


@contextmanager
def running_haproxy(folder: Path, services: Sequence[str]) -> Generator[str]:
    """The URL of the proxy, until the end of the block."""
    command, variables = program("haproxy")
    with reserved_port() as port:
        file = folder / "haproxy.cfg"
        file.write_text(configured(port, services))
        process = subprocess.Popen(
            [command, "-db", "-f", file],
            env=os.environ | variables,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            until(lambda: _listens(port) or process.poll() is not None)
            assert process.poll() is None, "haproxy has ended"
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait()


def _listens(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0
