"""A carrier that honours the idempotency key: what it is given it writes down first, and takes no id twice.

``trunkline serve --carrier tests.acceptance.ledger_carrier:opened``, with the file's name in ``LEDGER``. A line is one
offer of a message; of those with one id, the first is the delivery, and the others are dropped.
"""

import asyncio
import os
import random
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from trunkline.carriers import Accepted, Carrier, Inbox, Outbound
from trunkline.domain.chat import Service
from trunkline.domain.message import DeliveryStatus, TextPart

LEDGER = "LEDGER"
"""The variable that names the file."""

_SLOWEST = 0.05  # s between writing down and answering: there a kill hurts most


class Offer(msgspec.Struct, frozen=True):
    """A message, once more or for the first time."""

    message_id: str
    chat_id: str
    text: str


class LedgerCarrier(Carrier):
    """Delivers what it has written down."""

    def __init__(self, file: int) -> None:
        self._file = file

    async def send(self, outbound: Outbound) -> Accepted:
        (part,) = outbound.content.parts
        assert isinstance(part, TextPart)
        offer = Offer(outbound.message_id, outbound.chat_id, part.value)
        # One short write to a file opened for appending is whole, and in its place, whoever else writes or is killed.
        os.write(self._file, msgspec.json.encode(offer) + b"\n")
        await asyncio.sleep(random.uniform(0, _SLOWEST))  # noqa: S311
        return Accepted(Service.IMESSAGE, DeliveryStatus.DELIVERED)

    async def reach(self, partner_id: int, line: str, handle: str) -> frozenset[Service]:
        return frozenset({Service.IMESSAGE})


@asynccontextmanager
async def opened(_: Inbox) -> AsyncGenerator[Carrier]:
    """The carrier, over the file that the environment names."""
    file = os.open(os.environ[LEDGER], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        yield LedgerCarrier(file)
    finally:
        os.close(file)


def offers(ledger: Path) -> list[Offer]:
    """Everything that the carrier was offered, in order."""
    return [msgspec.json.decode(line, type=Offer) for line in ledger.read_bytes().splitlines()]
