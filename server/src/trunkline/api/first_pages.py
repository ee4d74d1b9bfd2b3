"""Keeps the responses of first pages that are requested again and again (docs/decisions/0034).

    requested ──▶ noted: its version ──▶ requested again, with the same version ──▶ kept: its response
                        ▲                                                              │
                        └──────────────── another version ◀────────────────────────────┘

A page that nobody requests for ten seconds is dropped, so what was deleted does not stay in memory. If the pages take
more than 16 MB, those with the least recent requests are dropped.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import TypeAlias

import msgspec

from trunkline.api.responses import Response
from trunkline.domain.instant import Instant

MAX_BYTES = 16_000_000  # of a worker
UNUSED = 10.0  # s after which a page is dropped
MAX_NOTED = 4_096  # pages whose versions are noted
_OVERHEAD = 1_000  # bytes that a page takes besides its body and query, about

Key: TypeAlias = tuple[int, bytes]
"""A partner and a query string, on which the body of a page depends besides its version."""


class FirstPage(msgspec.Struct, frozen=True, gc=False):
    """A first page. It stays the same while its version is the partner's, except that its cursor has a time."""

    version: str
    next_cursor: str | None
    served_at: Instant
    """The time in the cursor."""
    response: Response


class _Entry(msgspec.Struct):
    """A page that is kept, when it was used last, in seconds, and how many bytes it takes, about."""

    page: FirstPage
    used_at: float
    size: int


class FirstPages:
    """The pages of a worker, up to ``max_bytes``."""

    def __init__(self, max_bytes: int = MAX_BYTES, clock: Callable[[], float] = time.monotonic) -> None:
        """``clock`` returns seconds."""
        self._max_bytes = max_bytes
        self._clock = clock
        self._noted: OrderedDict[Key, str] = OrderedDict()
        """The versions of pages that were read, the most recent last."""
        self._kept: OrderedDict[Key, _Entry] = OrderedDict()
        """The pages, the most recently used last."""
        self._size = 0
        self._timer: asyncio.TimerHandle | None = None

    def get(self, key: Key) -> FirstPage | None:
        """The page that is kept. It may be served if its version is the partner's."""
        entry = self._kept.get(key)
        if entry is None:
            return None
        entry.used_at = self._clock()
        self._kept.move_to_end(key)
        return entry.page

    def is_repeated(self, key: Key, version: str) -> bool:
        """Notes that a page was read. Whether it had been read before with the same version, and should be kept."""
        if self._noted.get(key) == version:
            return True
        self._noted[key] = version
        if len(self._noted) > MAX_NOTED:
            self._noted.popitem(last=False)
        self.drop(key)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(UNUSED, self._drop_unused)
        return False

    def keep(self, key: Key, page: FirstPage) -> None:
        """Keeps a page in place of an earlier one."""
        self.drop(key)
        size = _OVERHEAD + len(key[1]) + len(page.response.body)
        self._kept[key] = _Entry(page, self._clock(), size)
        self._size += size
        while self._size > self._max_bytes:
            self.drop(next(iter(self._kept)))

    def drop(self, key: Key) -> None:
        """Drops the page if it is kept."""
        entry = self._kept.pop(key, None)
        if entry is not None:
            self._size -= entry.size

    def _drop_unused(self) -> None:
        """Drops what was not used for a while, from time to time as long as there is anything."""
        self._noted.clear()
        latest = self._clock() - UNUSED
        while self._kept:
            key, entry = next(iter(self._kept.items()))
            if entry.used_at > latest:
                self._timer = asyncio.get_running_loop().call_later(UNUSED, self._drop_unused)
                return
            self.drop(key)
        self._timer = None
