"""To the carrier: messages with patience, everything else once.

send ──▶ taken ────────────────────────────────▶ sent, delivered or read
  │ ├──▶ put off until then ──▶ send
  │ └──▶ away ──▶ 1 s, 2 s, 4 s … 10 min ──▶ send … ──▶ after about an hour: failed
  └────▶ refused ──────────────────────────────▶ failed
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

import msgspec

from trunkline.actions.receipts import Receipt, apply_receipt
from trunkline.carriers.base import (
    CALL_TIMEOUT,
    Carrier,
    CarrierAway,
    CarrierError,
    CarrierRefused,
    Conversation,
    NotYet,
    Outbound,
)
from trunkline.delivery.worker import Attempted
from trunkline.domain import document
from trunkline.domain.chat import Chat
from trunkline.domain.errors import NotReady
from trunkline.domain.health import Thresholds
from trunkline.domain.instant import SECOND, Clock, Instant, now
from trunkline.domain.message import DeliveryStatus, Message
from trunkline.storage import chats, messages
from trunkline.storage.changes import Change
from trunkline.storage.outbox import Claim, Command, Done, Item, Retry
from trunkline.storage.store import Store

DELAYS = (1, 2, 4, 8, 15, 30, 60, 120, 240, 480, 600, 600, 600, 600)
"""Seconds before each further attempt at a carrier that is away: 15 attempts in about an hour."""

_SOONEST: Instant = SECOND // 10  # so that a carrier which puts off until a time that has passed is not asked in a spin

log = logging.getLogger("trunkline.delivery")


class CarrierCourier:
    """Takes the commands of the outbox to a carrier."""

    def __init__(self, store: Store, carrier: Carrier, thresholds: Thresholds, clock: Clock = now) -> None:
        self._store = store
        self._carrier = carrier
        self._thresholds = thresholds
        self._clock = clock

    async def attempt(self, claimed: Claim, item: Item) -> Attempted:
        """One attempt; what became of a message is stored in the transaction that records it."""
        command = Command(item.kind)
        if command in {Command.SEND, Command.EDIT, Command.REACT}:
            return await self._about_message(claimed.partner_id, command, item)
        chat = await self._chat(claimed.partner_id, item.subject)
        if chat is not None:
            conversation = _conversation(claimed.partner_id, chat)
            await self._once(command, lambda: self._call_about_chat(command, conversation))
        return Attempted(Done())

    async def _about_message(self, partner_id: int, command: Command, item: Item) -> Attempted:
        message = await messages.message(self._store.database, partner_id, item.subject)
        chat = None if message is None else await self._chat(partner_id, message.chat_id)
        if message is None or chat is None or not _is_wanted(command, message):
            return Attempted(Done())
        outbound = _outbound(partner_id, chat, message, item.attempts)
        if command is Command.SEND:
            return await self._send(outbound)
        call = self._carrier.edit if command is Command.EDIT else self._carrier.react
        await self._once(command, lambda: call(outbound))
        return Attempted(Done())

    async def _send(self, outbound: Outbound) -> Attempted:
        try:
            async with asyncio.timeout(CALL_TIMEOUT):
                accepted = await self._carrier.send(outbound)
        except NotYet as later:
            return Attempted(Retry(max(later.due_at, self._clock() + _SOONEST), str(later), counts=False))
        except CarrierRefused as refusal:
            return self._failed(outbound, str(refusal))
        except CarrierAway as away:
            return self._away(outbound, str(away))
        except NotReady:
            raise
        except TimeoutError:
            return self._away(outbound, f"the carrier did not answer within {CALL_TIMEOUT:.0f} s")
        except Exception as error:
            log.exception("the carrier failed to send the message %s", outbound.message_id)
            return self._away(outbound, f"the carrier failed: {type(error).__name__}")
        receipt = Receipt(accepted.status, accepted.service)
        return Attempted(Done(), self._storing(outbound.message_id, receipt))

    def _away(self, outbound: Outbound, reason: str) -> Attempted:
        if outbound.attempts >= len(DELAYS):
            return self._failed(outbound, f"given up after {outbound.attempts + 1} attempts: {reason}")
        return Attempted(Retry(self._clock() + DELAYS[outbound.attempts] * SECOND, reason))

    def _failed(self, outbound: Outbound, reason: str) -> Attempted:
        # That it failed is kept with the message; the outbox is done with it.
        return Attempted(
            Done(reason), self._storing(outbound.message_id, Receipt(DeliveryStatus.FAILED, reason=reason))
        )

    def _storing(self, message_id: str, receipt: Receipt) -> Callable[[Change], Awaitable[None]]:
        async def store(opened: Change) -> None:
            message = await messages.message(opened.transaction, opened.partner_id, message_id)
            if message is not None:
                await apply_receipt(opened, message, receipt, self._thresholds)

        return store

    async def _once(self, command: Command, call: Callable[[], Awaitable[None]]) -> None:
        """Best effort: what only matters now is not worth a second attempt."""
        try:
            async with asyncio.timeout(CALL_TIMEOUT):
                await call()
        except (CarrierError, TimeoutError) as error:
            log.info("the carrier did not %s: %s", command, error)
        except Exception:
            log.exception("the carrier failed to %s", command)

    def _call_about_chat(self, command: Command, conversation: Conversation) -> Awaitable[None]:
        if command is Command.MARK_READ:
            return self._carrier.mark_read(conversation)
        return self._carrier.typing(conversation, started=command is Command.START_TYPING)

    async def _chat(self, partner_id: int, chat_id: str) -> Chat | None:
        stored = await chats.document(self._store.database, partner_id, chat_id)
        return None if stored is None else document.parse(stored, None)


def _is_wanted(command: Command, message: Message) -> bool:
    """Whether the carrier is still to do this; a message that has left, or failed, is not sent again."""
    if command is Command.SEND:
        return message.delivery_status in {DeliveryStatus.PENDING, DeliveryStatus.QUEUED}
    return message.delivery_status is not DeliveryStatus.FAILED


def _conversation(partner_id: int, chat: Chat) -> Conversation:
    return Conversation(
        partner_id=partner_id,
        line=chat.line,
        chat_id=chat.id,
        is_group=chat.is_group,
        recipients=tuple([each.handle for each in chat.active if not each.is_me]),
        service=chat.service,
    )


def _outbound(partner_id: int, chat: Chat, message: Message, attempts: int) -> Outbound:
    return Outbound(
        **msgspec.structs.asdict(_conversation(partner_id, chat)),
        message_id=message.id,
        content=message.content,
        written_at=message.created_at,
        attempts=attempts,
    )
