"""One process of a crowd: ``python -m tests.support.concurrent_process ROLE DATABASE PARTNER SECONDS SEED``.

A ``writer`` moves, adds and joins chats without pause. A ``reader`` pages through the list again and again, each
time with a filter, and counts the chats that were missing and those that appeared twice.

A pagination must show the chats numbered below ``STEADY``, which existed before and match every filter of the readers.
Of the chats that writers add, it may show those that existed when it began, each once.
"""

import asyncio
import random
import sys
import time

import msgspec

from tests.support.chats import ALICE, BOB, LINE, NOW, OTHER_LINE, chat_id, make_chat
from tests.support.partners import Pagination, context
from trunkline.domain.chat import Chat
from trunkline.domain.paging import Filters
from trunkline.storage.store import Store, open_store

STEADY = 300
FILTERS = (Filters(), Filters(LINE), Filters(None, ALICE), Filters(LINE, ALICE))


class Report(msgspec.Struct):
    """What a process did and what went wrong."""

    done: int = 0
    skipped: int = 0
    repeated: int = 0


def steady_chats() -> list[Chat]:
    """The chats that every pagination must show."""
    return [make_chat(number, updated_at=NOW - number) for number in range(STEADY)]


async def write(store: Store, partner_id: int, until: float, chance: random.Random) -> Report:
    """Changes of every kind: to the top, into the past, new chats, new participants."""
    report = Report()
    while time.time() < until:
        async with store.change(context(partner_id, time.time_ns() // 1000)) as change:
            numbers = chance.sample(range(STEADY), chance.choice([1, 1, 2, 30]))
            recipients = (ALICE, BOB) if chance.random() < 0.2 else (ALICE,)
            at = change.now if chance.random() < 0.8 else NOW - chance.randrange(STEADY)
            chats = [make_chat(number, recipients, updated_at=at) for number in numbers]
            if chance.random() < 0.3:
                line = chance.choice([LINE, OTHER_LINE])
                chats.append(make_chat(chance.randrange(10**6, 10**9), line=line, updated_at=at))
            await change.save(chats)
        report.done += len(chats)
        await asyncio.sleep(0.002)
    return report


async def read(store: Store, partner_id: int, until: float, chance: random.Random) -> Report:
    """Pages through the whole list."""
    report = Report()
    expected = {chat_id(number) for number in range(STEADY)}
    while time.time() < until or report.done < len(FILTERS):
        pagination = Pagination(store, partner_id, FILTERS[report.done % len(FILTERS)])
        while not pagination.finished:
            await pagination.step(chance.choice([7, 20, 60]), time.time_ns() // 1000)
            await asyncio.sleep(0)
        report.done += 1
        report.skipped += len(expected - set(pagination.ids))
        report.repeated += len(pagination.ids) - len(set(pagination.ids))
    return report


async def main(role: str, database: str, partner_id: str, seconds: str, seed: str) -> None:
    """Prints the report as JSON."""
    work = {"writer": write, "reader": read}[role]
    async with open_store(database) as store:
        report = await work(store, int(partner_id), time.time() + float(seconds), random.Random(seed))  # noqa: S311
    sys.stdout.write(msgspec.json.encode(report).decode())


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
