"""A real server with the API of S3, on this machine."""

import os
from collections.abc import Generator
from contextlib import contextmanager

import httpx2
from moto.server import ThreadedMotoServer

CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_REGION": "us-east-1",
}


class S3Server:
    """A server with the API of S3, and how to reach it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.variables = CREDENTIALS | {"AWS_ENDPOINT_URL": url}
        """The environment of a process that uses it."""
        self._buckets = 0

    def new_place(self, prefix: str = "some/files") -> str:
        """A place for files in a new bucket."""
        self._buckets += 1
        bucket = f"bucket-{os.getpid()}-{self._buckets}"
        httpx2.put(f"{self.url}/{bucket}", trust_env=False).raise_for_status()
        return f"s3://{bucket}/{prefix}"


@contextmanager
def running_s3() -> Generator[S3Server]:
    """The server, until the end of the block."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield S3Server(f"http://{host}:{port}")
    finally:
        server.stop()
