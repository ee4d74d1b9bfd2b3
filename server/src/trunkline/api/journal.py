"""The journal of requests, in a process: notes them in memory, and stores them a little later, together.

request ──▶ answered ──▶ noted, if there is a place ──(every 0.4 s)──▶ stored, a change for each partner

To note a request takes a few references; to store it takes longer. So places come back at a fixed rate: a burst is
stored as a whole, and of very many requests only a sample.
"""

import asyncio
from contextlib import suppress
from functools import partial

from trunkline.actions.requests.journal import drop, record
from trunkline.api.operation import READ_METHODS, Scope
from trunkline.api.responses import JSON, Response
from trunkline.domain.instant import SECOND, Clock
from trunkline.domain.journal import JournalEntry
from trunkline.schemas.bodies import MAX_SHOWN
from trunkline.storage.store import Store

PATH = "/admin/requests"
"""Where the journal is read. Such requests are not noted."""

LEFT_OUT = (b"x-trunkline-journal", b"off")
"""The header of requests that are not noted."""

PLACES = 1000
"""The requests in memory, until they are stored. A partner takes another place while fewer of its requests wait to be
stored than places are free."""

INTERVAL = 0.4
"""Seconds after which they are stored."""

RETURNED = 50
"""How many places are freed after each interval, at most."""

_CLOSING = 2.0  # s to store the last ones
_FIRST_PARTIAL = 500  # the status from which on nobody knows what a request has done


class Journal:
    """Notes requests; ``run`` stores them."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._noted: dict[int, list[JournalEntry]] = {}
        self._size = 0
        """How many are noted, or being stored."""
        self._places = PLACES
        self._dropped = 0
        self._writing: dict[int, asyncio.Task[None]] = {}

    def note(
        self, scope: Scope, partner_id: int, response: Response, trace_id: str, content: bytes | None, seconds: float
    ) -> None:
        """Notes a request of a partner, which took so long. ``content`` is its body; None if it is a file."""
        headers = scope["headers"]
        if LEFT_OUT in headers or scope["path"].startswith(PATH):
            return
        noted = self._noted.get(partner_id, [])
        if len(noted) >= min(self._places, PLACES - self._size):
            self._dropped += 1
            return
        self._size += 1
        self._places -= 1
        self._noted[partner_id] = noted
        body: bytes | None = response.body
        if scope["method"] == "HEAD":
            body = b""
        elif response.stream is not None or (body and not _is_json(response)):
            body = None
        noted.append(
            JournalEntry(
                partner_id=partner_id,
                trace_id=trace_id,
                answered_at=self._clock(),
                duration=int(seconds * SECOND),
                method=scope["method"],
                path=scope["path"],
                query=scope["query_string"],
                status=response.status,
                request_headers=headers,
                request_body=None if content is None else content[:MAX_SHOWN],
                request_size=0 if content is None else len(content),
                response_headers=response.headers,
                response_body=None if body is None else body[:MAX_SHOWN],
                response_size=0 if body is None else len(body),
                is_partial=(content is not None and len(content) > MAX_SHOWN)
                or (body is not None and len(body) > MAX_SHOWN)
                or response.is_cut
                or (response.status >= _FIRST_PARTIAL and scope["method"] not in READ_METHODS),
            )
        )

    async def run(self) -> None:
        """Stores what was noted, until cancelled."""
        while True:
            await asyncio.sleep(INTERVAL)
            self._places = min(self._places + RETURNED, PLACES)
            self._store_noted()

    async def close(self) -> None:
        """Stores what was noted last, if that takes no longer than two seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_CLOSING):
                while self._noted or self._writing:  # a partner's last ones follow those that are being stored
                    self._store_noted()
                    await asyncio.wait(self._writing.values(), return_when=asyncio.FIRST_COMPLETED)
        writing = list(self._writing.values())
        for task in writing:
            task.cancel()
        await asyncio.gather(*writing, return_exceptions=True)

    def _store_noted(self) -> None:
        """Begins to store the requests of each partner whose last ones are stored."""
        if self._dropped:
            drop(self._dropped)
            self._dropped = 0
        for partner_id in [each for each in self._noted if each not in self._writing]:
            entries = self._noted.pop(partner_id)
            task = asyncio.create_task(record(self._store, partner_id, entries), name="journal")
            self._writing[partner_id] = task
            task.add_done_callback(partial(self._stored, partner_id, len(entries)))

    def _stored(self, partner_id: int, number: int, _: asyncio.Task[None]) -> None:
        """Frees the places of requests that are stored, or cannot be."""
        del self._writing[partner_id]
        self._size -= number


def _is_json(response: Response) -> bool:
    return (b"content-type", JSON) in response.headers
