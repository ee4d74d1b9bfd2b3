"""A process that makes changes until it is killed: ``python -m tests.support.changing_process DATABASE PARTNER FIRST``.

Its tasks make changes of one partner at the same time, so that these share transactions. Each change has a number of
its own, from ``FIRST``: it stores a chat, an idempotency record and a command, or fails after that. The numbers of
acknowledged changes are written to the standard output, each with the chat's revision, once the change has committed.
"""

import asyncio
import itertools
import os
import sys
import time

from tests.support.chats import chat_id, make_chat
from tests.support.partners import context
from trunkline.storage import idempotency
from trunkline.storage.idempotency import IdempotencyRecord
from trunkline.storage.outbox import Command
from trunkline.storage.store import Store, open_store

TASKS = 16
FAILING = 7
"""One of so many changes fails."""


class Refused(Exception):
    """A change fails by itself."""


async def change(store: Store, partner_id: int, number: int) -> int:
    """Makes a change, and returns the revision of its chat."""
    async with store.change(context(partner_id, time.time_ns() // 1000)) as change:
        await change.save([make_chat(number, updated_at=change.now)])
        await idempotency.save(change, str(number), IdempotencyRecord(b"", chat_id(number), b""))
        change.command(Command.START_TYPING, make_chat(number), chat_id(number))
        if number % FAILING == 0:
            raise Refused
        return change.next_revision() - 2


async def work(store: Store, partner_id: int, numbers: "itertools.count[int]") -> None:
    """Makes one change after the other."""
    for number in numbers:
        try:
            revision = await change(store, partner_id, number)
        except Refused:
            continue
        os.write(sys.stdout.fileno(), f"{number} {revision}\n".encode())


async def main(database: str, partner_id: str, first: str) -> None:
    """Works until the process is killed."""
    numbers = itertools.count(int(first))
    async with open_store(database) as store:
        await asyncio.gather(*[work(store, int(partner_id), numbers) for _ in range(TASKS)])


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
