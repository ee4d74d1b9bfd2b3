"""Reads of the queues of all partners: of all nodes together, or apart while a node does not answer.

    together ──(a read fails)──▶ apart ──(every node answers)──▶ together

Apart, each node is asked for its own partners. One that fails or does not answer is left out for some seconds, so that
the partners of the others do not wait for it.
"""

import asyncio
import logging
import time
from collections.abc import Sequence
from itertools import zip_longest

from trunkline.domain.errors import NotReady, described
from trunkline.notices import Notice
from trunkline.storage.distribution import of_partners, partners_by_node
from trunkline.storage.ports import Source
from trunkline.storage.sql import Query, Row, Value

TIMEOUT = 2.0  # s that all nodes have together, and each apart
PAUSE = 5.0  # s before a node that has failed is asked again

AWAY = "a node of the database does not answer; its partners are not served, and their messages and webhooks wait"

log = logging.getLogger("trunkline.storage")


class NodeReads:
    """Reads from a distributed database. ``notice`` says that a node is left out."""

    def __init__(self, source: Source, *, timeout: float = TIMEOUT, pause: float = PAUSE) -> None:
        self._source = source
        self._timeout = timeout
        self._pause = pause
        self._away: dict[int, float] = {}
        """The nodes that have failed, and when each is asked again."""
        self._is_apart = False
        self.notice = Notice(AWAY, log, over="every node of the database answers again")

    async def fetch(self, query: Query, values: tuple[Value, ...]) -> Sequence[Row]:
        """The rows of every node that answers, each of which has its own order. Raises ``NotReady`` if none does."""
        if not self._is_apart:
            try:
                return await self._within(query, values)
            except NotReady:
                self._is_apart = True
        return await self._fetch_apart(query, values)

    async def _fetch_apart(self, query: Query, values: tuple[Value, ...]) -> Sequence[Row]:
        nodes = await partners_by_node(self._source)
        now = time.monotonic()
        self._away = {node: until for node, until in self._away.items() if node in nodes}
        asked = [node for node in nodes if self._away.get(node, now) <= now]
        answers = await asyncio.gather(*[self._ask(node, of_partners(query, nodes[node]), values) for node in asked])
        answered = [rows for rows in answers if rows is not None]
        self._is_apart = bool(self._away)
        if not self._is_apart:
            self.notice.withdraw()
        if nodes and not answered:
            raise NotReady("no node of the database answers")
        # One after the other, so that no node's rows fill the places of a worker.
        return [row for rows in zip_longest(*answered) for row in rows if row is not None]

    async def _ask(self, node: int, query: Query, values: tuple[Value, ...]) -> Sequence[Row] | None:
        try:
            rows = await self._within(query, values)
        except NotReady as error:
            self._away[node] = time.monotonic() + self._pause
            self.notice.give(described(error))
            return None
        self._away.pop(node, None)
        return rows

    async def _within(self, query: Query, values: tuple[Value, ...]) -> Sequence[Row]:
        try:
            async with asyncio.timeout(self._timeout):
                return await self._source.fetch(query, values)
        except TimeoutError:
            raise NotReady(f"the database does not answer within {self._timeout:g} s") from None
