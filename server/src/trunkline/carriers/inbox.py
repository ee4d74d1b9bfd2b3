"""How a carrier reports what a line receives: one call for each kind of event."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import msgspec

from trunkline.actions.inbound.receipts import Receipt, receive_receipt
from trunkline.actions.inbound.receive import (
    Received,
    receive_contact_card,
    receive_edit,
    receive_membership,
    receive_message,
    receive_options,
    receive_reaction,
    receive_typing,
    receive_vote,
)
from trunkline.domain.chat import Chat, ParticipantStatus
from trunkline.domain.contact_card import ReceivedContactCard
from trunkline.domain.context import Origin, RequestContext
from trunkline.domain.errors import NoSuchMessage, NotFound, NotYourLine
from trunkline.domain.handle import parse_handle, parse_number
from trunkline.domain.ids import new_trace_id
from trunkline.domain.instant import Clock, now
from trunkline.domain.message import Message, ReactionChange
from trunkline.storage.store import Store

T = TypeVar("T")


class Inbox:
    """Stores what a carrier reports, each report in one transaction.

    Every method takes the line, and raises ``NotYourLine`` if no partner has it. If several partners have the line, a
    report about a chat or message concerns the first one that has it, and a new message or a contact card concerns all
    of them.
    """

    def __init__(self, store: Store, clock: Clock = now) -> None:
        self._store = store
        self._clock = clock

    async def received(self, received: Received) -> tuple[Message, ...]:
        """A message for a line. Returns the stored message for each partner; none if the sender is blocked.

        With the carrier's own id of the message as ``reference``, the report is idempotent. Raises
        ``InvalidPhoneNumber`` for an invalid handle, ``NotFound`` for an unknown ``chat_id``.
        """
        message = msgspec.structs.replace(
            received,
            line=parse_number(received.line, "line"),
            sender=parse_handle(received.sender, "sender"),
            others=tuple([parse_handle(each, "others") for each in received.others]),
        )
        stored: list[Message | None] = []

        async def receive(ctx: RequestContext) -> None:
            stored.append(await receive_message(self._store, ctx, message))

        if message.chat_id is None:
            for ctx in await self._contexts(message.line):
                await receive(ctx)
        else:
            await self._for_owner(message.line, receive)
        return tuple([each for each in stored if each is not None])

    async def receipt(self, line: str, message_id: str, receipt: Receipt) -> Message:
        """The delivery status of a message of the line. A repeated or late receipt changes nothing.

        Raises ``NoSuchMessage``.
        """
        return await self._for_owner(line, lambda ctx: receive_receipt(self._store, ctx, message_id, receipt))

    async def reaction(self, line: str, message_id: str, sender: str, reaction: ReactionChange) -> Message:
        """A reaction was added or removed. Raises ``NoSuchMessage``, ``MissingField``, ``InvalidParameter``."""
        handle = parse_handle(sender, "sender")
        return await self._for_owner(line, lambda ctx: receive_reaction(self._store, ctx, message_id, handle, reaction))

    async def edit(self, line: str, message_id: str, part_index: int, text: str) -> Message:
        """The sender of a message edited it. Raises ``NoSuchMessage``, ``InvalidParameter``."""
        return await self._for_owner(line, lambda ctx: receive_edit(self._store, ctx, message_id, part_index, text))

    async def options(self, line: str, message_id: str, sender: str, texts: Sequence[str]) -> Message:
        """A participant added options to a poll. An option that the poll has already changes nothing.

        Raises ``NoSuchMessage``, ``InvalidParameter``, ``InvalidContent``.
        """
        handle = parse_handle(sender, "sender")
        return await self._for_owner(line, lambda ctx: receive_options(self._store, ctx, message_id, handle, texts))

    async def vote(self, line: str, message_id: str, sender: str, option_id: str, *, added: bool) -> Message:
        """A participant added or removed a vote. A repeated vote changes nothing.

        Raises ``NoSuchMessage``, ``InvalidParameter``.
        """
        handle = parse_handle(sender, "sender")
        return await self._for_owner(
            line, lambda ctx: receive_vote(self._store, ctx, message_id, handle, option_id, added=added)
        )

    async def typing(self, line: str, chat_id: str, sender: str, *, started: bool) -> None:
        """A participant started or stopped typing. Raises ``NotFound``, ``InvalidParameter``."""
        handle = parse_handle(sender, "sender")
        await self._for_owner(line, lambda ctx: receive_typing(self._store, ctx, chat_id, handle, started=started))

    async def contact_card(self, card: ReceivedContactCard) -> None:
        """A counterparty shared a contact card. Raises ``InvalidPhoneNumber``, ``InvalidParameter``."""
        received = msgspec.structs.replace(
            card, line=parse_number(card.line, "line"), sender=parse_handle(card.sender, "sender")
        )
        for ctx in await self._contexts(received.line):
            await receive_contact_card(self._store, ctx, received)

    async def membership(self, line: str, chat_id: str, handle: str, status: ParticipantStatus) -> Chat:
        """A participant joined a group (``ACTIVE``), left it or was removed.

        Raises ``NotFound``, ``NotAGroup``, or ``InvalidParameter`` if the group is full.
        """
        member = parse_handle(handle, "handle")
        return await self._for_owner(line, lambda ctx: receive_membership(self._store, ctx, chat_id, member, status))

    async def _contexts(self, line: str) -> list[RequestContext]:
        """A request context for each partner that has the line."""
        owners = await self._store.partners.owners(line)
        if not owners:
            raise NotYourLine(f"no partner has the line {line}; add it with `trunkline line add PARTNER {line}`")
        at, trace_id = self._clock(), new_trace_id()
        return [RequestContext(owner.id, at, trace_id, Origin.INTERNAL) for owner in owners]

    async def _for_owner(self, line: str, receive: Callable[[RequestContext], Awaitable[T]]) -> T:
        """The result for the first partner that has the chat or message."""
        *others, last = await self._contexts(parse_number(line, "line"))
        for ctx in others:
            try:
                return await receive(ctx)
            except (NotFound, NoSuchMessage):
                continue
        return await receive(last)
