"""The clients of a soak, in a process of their own: ``python -m bench.soak.clients PLAN``, where PLAN is a JSON file.

Senders send a message, pause, and send the next one. Walkers read all pages of the list, again and again, and check
that each walk has every chat once. Each client does what a good client does: it repeats a request that was refused,
after the seconds in Retry-After, and one without a response, with the same idempotency key.
"""

import asyncio
import random
import sys
import time
from collections import Counter
from collections.abc import Sequence
from io import FileIO
from pathlib import Path

import msgspec
import uvloop

from bench.client import Client, NoResponse, Response
from bench.receivers import raise_file_limit

_PAGE_PAUSE = 0.5  # s between two pages of a walker
_PAGE = 20
_RETRY_PAUSE = 0.5  # s after a request that failed
_PATIENCE = 60.0  # s after the end for a message of which it is not known whether it was accepted
_MAX_PROBLEMS = 20


class Tenant(msgspec.Struct, frozen=True):
    """A partner of the soak: its key and the ids of all its chats."""

    partner_id: int
    key: str
    chats: Sequence[str]


class Plan(msgspec.Struct, frozen=True):
    """What to do. ``rate`` is the messages per second of all senders together, None for as many as possible."""

    port: int
    tenants: Sequence[Tenant]
    senders: int
    walkers: int
    rate: float | None
    seconds: float
    journal: str


class Accepted(msgspec.Struct, frozen=True):
    """A line of the journal: a message that the service has accepted."""

    partner_id: int
    chat_id: str
    message_id: str
    text: str


class Outcome(msgspec.Struct):
    """What the clients saw. ``statuses`` counts responses, ``unanswered`` requests without one.

    ``uncertain`` has the texts of messages of which no response says whether they were accepted.
    """

    statuses: dict[str, int] = msgspec.field(default_factory=dict[str, int])
    unanswered: int = 0
    without_retry_after: int = 0
    walks: int = 0
    uncertain: list[str] = msgspec.field(default_factory=list[str])
    problems: list[str] = msgspec.field(default_factory=list[str])


class _Clients:
    def __init__(self, plan: Plan, journal: FileIO) -> None:
        self._plan = plan
        self._journal = journal
        self._end = time.monotonic() + plan.seconds
        self.outcome = Outcome()

    async def run(self) -> None:
        """Returns when every client has ended."""
        plan = self._plan
        async with asyncio.TaskGroup() as tasks:
            for number in range(plan.senders):
                tasks.create_task(self._send_all(plan.tenants[number % len(plan.tenants)], number))
            for number in range(plan.walkers):
                tasks.create_task(self._walk_all(plan.tenants[number % len(plan.tenants)]))

    def _left(self) -> float:
        return self._end - time.monotonic()

    async def _send_all(self, tenant: Tenant, sender: int) -> None:
        pause = self._plan.senders / self._plan.rate if self._plan.rate else 0.0
        number = 0
        async with Client(self._plan.port, tenant.key) as client:
            await asyncio.sleep(random.uniform(0, min(pause, self._plan.seconds)))
            while (left := self._left()) > 0:
                began = time.monotonic()
                number += 1
                await self._send(client, tenant, f"{sender}-{number}")
                await asyncio.sleep(min(max(0.0, pause - (time.monotonic() - began)), left))

    async def _send(self, client: Client, tenant: Tenant, text: str) -> None:
        chat_id = random.choice(tenant.chats)
        message = {"parts": [{"type": "text", "value": text}], "idempotency_key": text}
        response = await self._persist(client, "POST", f"/v3/chats/{chat_id}/messages", {"message": message})
        if response is None:
            self.outcome.uncertain.append(text)
        elif response.is_success:
            accepted = Accepted(tenant.partner_id, chat_id, response.json()["message"]["id"], text)
            self._journal.write(msgspec.json.encode(accepted) + b"\n")

    async def _walk_all(self, tenant: Tenant) -> None:
        async with Client(self._plan.port, tenant.key) as client:
            await asyncio.sleep(random.uniform(0, _PAGE_PAUSE))
            while self._left() > 0:
                await self._walk(client, tenant)

    async def _walk(self, client: Client, tenant: Tenant) -> None:
        seen: Counter[str] = Counter()
        cursor: str | None = ""
        while cursor is not None:
            if self._left() <= 0:
                return
            query = f"&cursor={cursor}" if cursor else ""
            response = await self._persist(client, "GET", f"/v3/chats?limit={_PAGE}{query}")
            if response is None or not response.is_success:
                return
            page = response.json()
            seen.update(chat["id"] for chat in page["chats"])
            cursor = page["next_cursor"]
            await asyncio.sleep(min(_PAGE_PAUSE, max(0.0, self._left())))
        self.outcome.walks += 1
        if twice := [chat for chat, count in seen.items() if count > 1]:
            self._problem(f"a walk of partner {tenant.partner_id} saw the chat {twice[0]} twice")
        if missing := set(tenant.chats) - set(seen):
            self._problem(f"a walk of partner {tenant.partner_id} left out {len(missing)} chats: {min(missing)}")

    async def _persist(self, client: Client, method: str, path: str, body: object = None) -> Response | None:
        """The response to a request that is repeated until it is neither refused nor lost, or the time is over.

        None if it is not known whether the service has done what was asked.
        """
        response: Response | None = None
        is_lost = False
        while self._left() > (-_PATIENCE if is_lost else 0):
            try:
                response = await client.request(method, path, body)
            except NoResponse:
                self.outcome.unanswered += 1
                is_lost = True
                await asyncio.sleep(_RETRY_PAUSE)
                continue
            counts, status = self.outcome.statuses, str(response.status)
            counts[status] = counts.get(status, 0) + 1
            if response.is_success:
                return response
            if not response.is_refused:
                self._problem(f"{method} {path}: {response.status} {response.body[:200].decode(errors='replace')}")
                await asyncio.sleep(_RETRY_PAUSE)
                return response
            self.outcome.without_retry_after += response.retry_after is None
            await asyncio.sleep(response.retry_after or 1)
        return None if is_lost else response

    def _problem(self, sentence: str) -> None:
        if len(self.outcome.problems) < _MAX_PROBLEMS:
            self.outcome.problems.append(sentence)


async def run(plan: Plan) -> Outcome:
    """Carries out a plan, and appends what is accepted to its journal."""
    with open(plan.journal, "ab", buffering=0) as journal:  # noqa: ASYNC230, PTH123 - before any client runs
        clients = _Clients(plan, journal)
        await clients.run()
    return clients.outcome


if __name__ == "__main__":
    raise_file_limit()
    read = msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=Plan)
    print(msgspec.json.encode(uvloop.run(run(read))).decode())
