"""Sends large bodies piece by piece, and bounds how much of them waits in memory for clients to read it.

The HTTP server keeps a whole body that it gets at once until the client has read it. Of a body in pieces, it keeps a
few, and takes the next one when the client has read; so the rest, which waits here, can be given up.
"""

import asyncio
from dataclasses import dataclass

from trunkline.api.operation import Send

AT_ONCE = 131_072  # bytes of a body that the server gets at once, which costs less
PIECE = 16_384  # bytes
MAX_WAITING = 67_108_864  # bytes of large bodies that a worker keeps for clients


@dataclass(eq=False, slots=True)
class _Body:
    """A body that is being sent on behalf of a partner. It is given up when the timeout expires."""

    partner_id: int
    content: bytes
    size: int
    timeout: asyncio.Timeout

    def give_up(self) -> None:
        """Frees the memory at once: many other tasks may run, and take some, before the one that sends it."""
        self.content = b""
        self.timeout.reschedule(0)


class LargeBodies:
    """The large bodies that are being sent, up to ``limit`` bytes and one body.

    Beyond that, the partner with the most bytes loses the body whose client has read nothing for the longest time, so
    a partner whose clients do not read harms no other.
    """

    def __init__(self, limit: int = MAX_WAITING) -> None:
        self._limit = limit
        self._total = 0
        self._by_partner: dict[int, dict[_Body, None]] = {}
        """The bodies of each partner, ordered by when the client last read."""

    async def send(self, body: bytes, partner_id: int, send: Send) -> bool:
        """Sends a body after its headers, with its length. Returns False if it was given up.

        The caller should not keep the body, so that it takes no memory when it is given up.
        """
        try:
            async with asyncio.timeout(None) as timeout:
                entry = _Body(partner_id, body, len(body), timeout)
                del body
                self._add(entry)
                try:
                    for start in range(0, entry.size, PIECE):
                        stop = start + PIECE
                        piece = entry.content[start:stop]
                        if not piece:
                            return False
                        await send({"type": "http.response.body", "body": piece, "more_body": stop < entry.size})
                        self._note_progress(entry)
                finally:
                    self._remove(entry)
        except TimeoutError:
            return False
        return True

    def _add(self, entry: _Body) -> None:
        self._by_partner.setdefault(entry.partner_id, {})[entry] = None
        self._total += entry.size
        while self._total > self._limit:
            largest = max(self._by_partner.values(), key=lambda bodies: sum(each.size for each in bodies))
            oldest = next(iter(largest))
            if oldest is entry:
                return
            oldest.give_up()
            self._remove(oldest)

    def _note_progress(self, entry: _Body) -> None:
        bodies = self._by_partner.get(entry.partner_id, {})
        if entry in bodies:
            del bodies[entry]
            bodies[entry] = None

    def _remove(self, entry: _Body) -> None:
        bodies = self._by_partner.get(entry.partner_id, {})
        if entry in bodies:
            del bodies[entry]
            self._total -= entry.size
            if not bodies:
                del self._by_partner[entry.partner_id]
