"""A carrier that honours the idempotency key: it records every call first, and delivers each message id once.

``trunkline serve --carrier tests.acceptance.ledger_carrier:open_carrier``, with the path of the ledger in ``LEDGER``. A
line of the ledger is one call with a message; the first with an id is the delivery, and the others are dropped.
"""

import asyncio
import os
import random
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from trunkline.carriers import Accepted, Carrier, Inbox, OutboundMessage
from trunkline.domain.chat import Service
from trunkline.domain.message import DeliveryStatus, TextPart

LEDGER = "LEDGER"
"""The variable with the path of the ledger."""

_SLOWEST = 0.05  # s between the record and the response: a kill hurts most there


class Offer(msgspec.Struct, frozen=True):
    """A message that the carrier was asked to send, for the first time or again."""

    message_id: str
    chat_id: str
    text: str


class LedgerCarrier(Carrier):
    """Delivers what it has recorded."""

    def __init__(self, file: int) -> None:
        self._file = file

    async def send(self, outbound: OutboundMessage) -> Accepted:
        (part,) = outbound.content.parts
        assert isinstance(part, TextPart)
        return await self._deliver(outbound, part.value)

    async def send_poll(self, outbound: OutboundMessage) -> Accepted:
        assert outbound.content.poll is not None
        return await self._deliver(outbound, outbound.content.poll.options[0].text)

    async def _deliver(self, outbound: OutboundMessage, text: str) -> Accepted:
        offer = Offer(outbound.message_id, outbound.chat_id, text)
        # One short write to a file opened for appending is atomic, even if another process writes, or this one dies.
        os.write(self._file, msgspec.json.encode(offer) + b"\n")
        await asyncio.sleep(random.uniform(0, _SLOWEST))  # noqa: S311
        return Accepted(Service.IMESSAGE, DeliveryStatus.DELIVERED)

    async def reach(self, partner_id: int, line: str, handle: str) -> frozenset[Service]:
        return frozenset({Service.IMESSAGE})


@asynccontextmanager
async def open_carrier(_: Inbox) -> AsyncGenerator[Carrier]:
    """Opens the carrier with the ledger that the environment names."""
    file = os.open(os.environ[LEDGER], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        yield LedgerCarrier(file)
    finally:
        os.close(file)


def offers(ledger: Path) -> list[Offer]:
    """Every call of the carrier, in order."""
    return [msgspec.json.decode(line, type=Offer) for line in ledger.read_bytes().splitlines()]
