"""How a carrier tells of what comes in: one call for each thing that can happen on the other side of a line."""

import secrets
from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec

from trunkline.actions.cause import Cause
from trunkline.actions.changing_messages import ReactionChange
from trunkline.actions.receipts import Receipt, receive_receipt
from trunkline.actions.receive import (
    Received,
    receive_edit,
    receive_membership,
    receive_message,
    receive_reaction,
    receive_typing,
)
from trunkline.domain.chat import Chat, ParticipantStatus
from trunkline.domain.errors import NoSuchMessage, NotFound, NotYourLine
from trunkline.domain.handle import parse_handle, parse_number
from trunkline.domain.health import Thresholds
from trunkline.domain.instant import Clock, now
from trunkline.domain.message import Message
from trunkline.storage.store import Store

T = TypeVar("T")


class Inbox:
    """Takes in what a carrier has to tell, each in one transaction.

    Every method takes the line that it happened on, and raises ``NotYourLine`` where that is nobody's. A line may be
    several partners'; then whoever has the chat or the message is meant, and a new message is for all of them.
    """

    def __init__(self, store: Store, thresholds: Thresholds, clock: Clock = now) -> None:
        self._store = store
        self._thresholds = thresholds
        self._clock = clock

    async def received(self, received: Received) -> tuple[Message, ...]:
        """A message for a line: as it was stored, for each partner; none where the sender is blocked.

        Give the carrier's own id of it as ``reference``, and it may be told again without harm. Raises
        ``InvalidPhoneNumber`` for a handle that is none, ``NotFound`` for a ``chat_id`` that nobody has.
        """
        message = msgspec.structs.replace(
            received,
            line=parse_number(received.line, "line"),
            sender=parse_handle(received.sender, "sender"),
            others=tuple([parse_handle(each, "others") for each in received.others]),
        )
        stored: list[Message | None] = []

        async def receive(cause: Cause) -> None:
            stored.append(await receive_message(self._store, cause, message, self._thresholds))

        if message.chat_id is None:
            for cause in await self._causes(message.line):
                await receive(cause)
        else:
            await self._whose(message.line, receive)
        return tuple([each for each in stored if each is not None])

    async def receipt(self, line: str, message_id: str, receipt: Receipt) -> Message:
        """How far a message of the line has come; what repeats, or comes late, changes nothing.

        Raises ``NoSuchMessage``.
        """
        return await self._whose(
            line, lambda cause: receive_receipt(self._store, cause, message_id, receipt, self._thresholds)
        )

    async def reaction(self, line: str, message_id: str, sender: str, reaction: ReactionChange) -> Message:
        """Somebody reacted to a message, or took it back. Raises ``NoSuchMessage``, ``InvalidParameter``."""
        handle = parse_handle(sender, "sender")
        return await self._whose(line, lambda cause: receive_reaction(self._store, cause, message_id, handle, reaction))

    async def edit(self, line: str, message_id: str, part_index: int, text: str) -> Message:
        """Somebody changed the text of a message of theirs. Raises ``NoSuchMessage``, ``InvalidParameter``."""
        return await self._whose(line, lambda cause: receive_edit(self._store, cause, message_id, part_index, text))

    async def typing(self, line: str, chat_id: str, sender: str, *, started: bool) -> None:
        """Somebody types, or stops. Raises ``NotFound``, ``InvalidParameter``."""
        handle = parse_handle(sender, "sender")
        await self._whose(line, lambda cause: receive_typing(self._store, cause, chat_id, handle, started=started))

    async def membership(self, line: str, chat_id: str, handle: str, status: ParticipantStatus) -> Chat:
        """Somebody came into a group (``ACTIVE``), left it or was put out. Raises ``NotFound``, ``NotAGroup``."""
        member = parse_handle(handle, "handle")
        return await self._whose(line, lambda cause: receive_membership(self._store, cause, chat_id, member, status))

    async def _causes(self, line: str) -> list[Cause]:
        owners = await self._store.partners.owners(line)
        if not owners:
            raise NotYourLine(f"{line} is nobody's line; `trunkline line add PARTNER {line}` makes it one")
        at, trace_id = self._clock(), secrets.token_hex(16)
        return [Cause(owner.id, at, trace_id) for owner in owners]

    async def _whose(self, line: str, receive: Callable[[Cause], Awaitable[T]]) -> T:
        """What the first partner answers who has what this is about."""
        *others, last = await self._causes(parse_number(line, "line"))
        for cause in others:
            try:
                return await receive(cause)
            except (NotFound, NoSuchMessage):
                continue
        return await receive(last)
