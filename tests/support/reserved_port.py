"""Ports for processes that listen on a port by number."""

import socket
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def reserved_port() -> Generator[int]:
    """A port that the system assigns to no other socket until the end of the block.

    The reservation is a socket that is bound and does not listen, so connections are refused until a process listens.
    A process can listen because its socket has the option that the reservation has, too: SO_REUSEPORT for Granian,
    SO_REUSEADDR for the servers of Python. The port is free again for the next process as soon as one ends.
    """
    with socket.socket() as reservation:
        for option in (socket.SO_REUSEADDR, socket.SO_REUSEPORT):
            reservation.setsockopt(socket.SOL_SOCKET, option, 1)
        reservation.bind(("127.0.0.1", 0))
        yield reservation.getsockname()[1]
