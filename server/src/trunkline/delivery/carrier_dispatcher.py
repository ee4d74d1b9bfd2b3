"""Commands to the carrier: messages and contact cards are retried, everything else is attempted once.

send ──▶ accepted ─────────────────────────────────────▶ sent, delivered or read
  │ ├──▶ deferred until a time ──▶ send
  │ └──▶ unavailable ──▶ 1 s, 2 s, 4 s … 10 min ──▶ send … ──▶ after about an hour: failed
  └────▶ rejected ─────────────────────────────────────▶ failed

A contact card goes the same way, but is given up after half a minute, and then only the log has the reason.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import msgspec

from trunkline.actions.inbound.receipts import Receipt
from trunkline.carriers.base import (
    CALL_TIMEOUT,
    Accepted,
    Carrier,
    CarrierChat,
    CarrierDeferred,
    CarrierError,
    CarrierRejected,
    CarrierUnavailable,
    OutboundContactCard,
    OutboundMessage,
)
from trunkline.delivery.worker import AttemptResult
from trunkline.domain.chat import Chat
from trunkline.domain.errors import NotReady, described
from trunkline.domain.instant import SECOND, Clock, Instant, now
from trunkline.domain.message import DeliveryStatus, MediaPart, Message
from trunkline.domain.tracing import bind
from trunkline.storage import contact_cards, messages
from trunkline.storage.messages import MessageInChat
from trunkline.storage.outbox import Claim, Command, Done, Entry, Retry
from trunkline.storage.store import Store
from trunkline.storage.together import ReadTogether

DELAYS = (1, 2, 4, 8, 15, 30, 60, 120, 240, 480, 600, 600, 600, 600)
"""Seconds before each retry while the carrier is unavailable: 15 attempts in about an hour."""

CARD_DELAYS = (1, 2, 4, 8, 15)
"""Seconds before each retry of a contact card: few, because the messages after it wait."""

_MIN_DEFERRAL: Instant = SECOND // 10  # keeps a carrier that defers to a past time from causing a busy loop

_ENTITIES = {
    Command.SEND: "message_id",
    Command.EDIT: "message_id",
    Command.REACT: "message_id",
    Command.UPDATE_POLL: "message_id",
    Command.SHARE_CONTACT_CARD: "share_id",
}
"""What the commands are about that are not about a chat."""

T = TypeVar("T")

log = logging.getLogger("trunkline.delivery")


class CarrierDispatcher:
    """Gives the commands of the outbox to a carrier."""

    def __init__(self, store: Store, carrier: Carrier, clock: Clock = now, *, base_url: str = "") -> None:
        """``base_url`` is the prefix of every URL of a file, without a trailing slash."""
        self._store = store
        self._urls = store.file_urls(base_url)
        self._carrier = carrier
        self._clock = clock
        self._messages = ReadTogether[str, MessageInChat](
            lambda partner_id, ids: messages.find_all_with_chats(store.reader(partner_id), ids)
        )

    async def attempt(self, claim: Claim, entry: Entry) -> AttemptResult:
        """One attempt. The new status of a message is stored in the transaction that records the result."""
        command = Command(entry.kind)
        bind(_ENTITIES.get(command, "chat_id"), entry.entity_id)
        if command in {Command.SEND, Command.EDIT, Command.REACT, Command.UPDATE_POLL}:
            return await self._message_command(claim.partner_id, command, entry)
        if command is Command.SHARE_CONTACT_CARD:
            return await self._share_contact_card(claim.partner_id, entry)
        chat = await self._store.reader(claim.partner_id).chat(entry.entity_id)
        if chat is not None:
            carrier_chat = _carrier_chat(claim.partner_id, chat)
            await self._attempt_once(command, lambda: self._chat_command(command, carrier_chat))
        return AttemptResult(Done())

    async def _message_command(self, partner_id: int, command: Command, entry: Entry) -> AttemptResult:
        found = (await self._messages.get(partner_id, [entry.entity_id])).get(entry.entity_id)
        if found is None or not _is_needed(command, found.message):
            return AttemptResult(Done())
        message = self._with_urls(partner_id, found.message)
        outbound = _outbound(partner_id, found.chat, message, entry.attempts)
        if command is Command.SEND:
            return await self._send(outbound, found)
        await self._attempt_once(command, lambda: self._change(command)(outbound))
        return AttemptResult(Done())

    def _change(self, command: Command) -> Callable[[OutboundMessage], Awaitable[None]]:
        match command:
            case Command.EDIT:
                return self._carrier.edit
            case Command.REACT:
                return self._carrier.react
            case _:
                return self._carrier.update_poll

    async def _send(self, outbound: OutboundMessage, found: MessageInChat) -> AttemptResult:
        def accepted(result: Accepted) -> AttemptResult:
            return AttemptResult(Done(), receipt=(found, Receipt(result.status, result.service)))

        def failed(reason: str) -> AttemptResult:
            # The failure is stored with the message, so the entry is done.
            receipt = Receipt(DeliveryStatus.FAILED, reason=reason)
            return AttemptResult(Done(reason), receipt=(found, receipt))

        what = f"send the message {outbound.message_id}"
        send = self._carrier.send if outbound.content.poll is None else self._carrier.send_poll
        return await self._attempt(lambda: send(outbound), what, outbound.attempts, DELAYS, accepted, failed)

    async def _share_contact_card(self, partner_id: int, entry: Entry) -> AttemptResult:
        reader = self._store.reader(partner_id)
        share = await contact_cards.find_share(reader, entry.entity_id)
        chat = None if share is None else await reader.chat(share.chat_id)
        if share is None or chat is None:
            return AttemptResult(Done())
        outbound = OutboundContactCard(
            **msgspec.structs.asdict(_carrier_chat(partner_id, chat)),
            share_id=share.id,
            card=share.card,
            shared_at=share.shared_at,
            attempts=entry.attempts,
        )
        what = f"share the contact card {share.id}"

        def accepted(_: None) -> AttemptResult:
            return AttemptResult(Done(), lambda change: contact_cards.record_shown(change, share.id))

        def failed(reason: str) -> AttemptResult:
            log.info("the carrier did not %s: %s", what, reason)
            return AttemptResult(Done(reason))

        call = self._carrier.share_contact_card
        return await self._attempt(lambda: call(outbound), what, entry.attempts, CARD_DELAYS, accepted, failed)

    async def _attempt(
        self,
        call: Callable[[], Awaitable[T]],
        what: str,
        attempts: int,
        delays: Sequence[int],
        accepted: Callable[[T], AttemptResult],
        failed: Callable[[str], AttemptResult],
    ) -> AttemptResult:
        """One attempt of something that is retried after ``delays`` seconds; ``attempts`` counts those before."""
        try:
            async with asyncio.timeout(CALL_TIMEOUT):
                return accepted(await call())
        except CarrierDeferred as deferred:
            due_at = max(deferred.due_at, self._clock() + _MIN_DEFERRAL)
            return AttemptResult(Retry(due_at, str(deferred), counts=False))
        except CarrierRejected as rejected:
            return failed(str(rejected))
        except CarrierUnavailable as unavailable:
            reason = str(unavailable)
        except NotReady:
            raise
        except TimeoutError:
            reason = f"the carrier did not respond within {CALL_TIMEOUT:.0f} s"
        except Exception as error:
            log.exception("the carrier failed to %s", what)
            reason = f"the carrier failed: {type(error).__name__}"
        if attempts >= len(delays):
            return failed(f"given up after {attempts + 1} attempts: {reason}")
        return AttemptResult(Retry(self._clock() + delays[attempts] * SECOND, reason))

    def _with_urls(self, partner_id: int, message: Message) -> Message:
        """The message with a URL for each file, from which the carrier can download it."""
        if not message.content.attachment_ids:
            return message
        at = self._clock()
        parts = [
            msgspec.structs.replace(part, url=self._urls.download(partner_id, part.id, at))
            if isinstance(part, MediaPart) and part.url is None
            else part
            for part in message.content.parts
        ]
        return msgspec.structs.replace(message, content=msgspec.structs.replace(message.content, parts=tuple(parts)))

    async def _attempt_once(self, command: Command, call: Callable[[], Awaitable[None]]) -> None:
        """Best effort: what only matters now is not retried."""
        try:
            async with asyncio.timeout(CALL_TIMEOUT):
                await call()
        except (CarrierError, TimeoutError) as error:
            log.info("the carrier did not %s: %s", command, described(error))
        except Exception:
            log.exception("the carrier failed to %s", command)

    def _chat_command(self, command: Command, chat: CarrierChat) -> Awaitable[None]:
        if command is Command.MARK_READ:
            return self._carrier.mark_read(chat)
        return self._carrier.typing(chat, started=command is Command.START_TYPING)


def _is_needed(command: Command, message: Message) -> bool:
    """Whether the carrier still has to act; a message that was sent, or failed, is not sent again."""
    if command is Command.SEND:
        return message.delivery_status in {DeliveryStatus.PENDING, DeliveryStatus.QUEUED}
    return message.delivery_status is not DeliveryStatus.FAILED


def _carrier_chat(partner_id: int, chat: Chat) -> CarrierChat:
    return CarrierChat(
        partner_id=partner_id,
        line=chat.line,
        chat_id=chat.id,
        is_group=chat.is_group,
        recipients=tuple([each.handle for each in chat.active if not each.is_me]),
        service=chat.service,
    )


def _outbound(partner_id: int, chat: Chat, message: Message, attempts: int) -> OutboundMessage:
    return OutboundMessage(
        **msgspec.structs.asdict(_carrier_chat(partner_id, chat)),
        message_id=message.id,
        content=message.content,
        created_at=message.created_at,
        attempts=attempts,
    )
