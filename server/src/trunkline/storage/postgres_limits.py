"""What a process may ask of PostgreSQL (docs/decisions/0028)."""

import msgspec


class Limits(msgspec.Struct, frozen=True):
    """How many connections a process has, and how long it waits for the server, in seconds."""

    readers: int = 8
    """Reads at once."""
    writers: int = 4
    """Transactions at once, each of another partner."""
    read: float = 10.0
    """A read, including its wait for a connection."""
    begin: float = 10.0
    """The begin of a transaction on an open connection: the server answers at once, unless it hangs."""
    write: float = 60.0
    """A transaction, including its wait for another writer of the same partner; a statement of a bulk transaction."""
    lifetime: float = 1800.0
    """The use of a connection."""

    @property
    def read_patience(self) -> float:
        """The wait of a read for a connection while the server accepts no more: what is left suffices for the read."""
        return 0.8 * self.read

    @property
    def write_patience(self) -> float:
        """The same wait of a transaction."""
        return 0.5 * self.write
