"""What a service has done with the connections to its port, as the kernel shows it (Linux)."""

from pathlib import Path

_ESTABLISHED = "01"
_NOT_ACCEPTED = "0"


def clients_read(port: int) -> set[int]:
    """The ports of clients whose connection to a port a process has accepted, and whose input it has read."""
    clients: set[int] = set()
    for row in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        # The columns are described in proc(5).
        _, local, remote, state, queues, _, _, _, _, inode, *_ = row.split()
        is_read = _number(queues) == 0
        if _number(local) == port and state == _ESTABLISHED and is_read and inode != _NOT_ACCEPTED:
            clients.add(_number(remote))
    return clients


def _number(pair: str) -> int:
    """The second number of a pair, such as the port of an address."""
    return int(pair.partition(":")[2], 16)
