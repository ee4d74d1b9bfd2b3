"""The server of ``trunkline serve`` with the same settings, for what it is compared with."""

import argparse

from granian.constants import Interfaces, Loops
from granian.server import Server

from trunkline.cli.serve import http_options


def serve(target: str, *, lifespan: bool) -> None:
    """Serves the ASGI application with one worker on the port that the command line names."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    Server(
        target,
        address="127.0.0.1",
        port=parser.parse_args().port,
        interface=Interfaces.ASGI if lifespan else Interfaces.ASGINL,
        loop=Loops.uvloop,
        workers=1,
        websockets=False,
        **http_options(http2=False),
        log_access=False,
        log_level="warning",  # pyright: ignore[reportArgumentType]
    ).serve()
