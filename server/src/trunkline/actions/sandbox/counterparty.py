"""Who acts in the sandbox, in which chat, and on which message: what a caller omits is looked up."""

from collections.abc import AsyncGenerator, Callable, Sequence

import msgspec

from trunkline.actions.operator.partners import only_partner, owner_of_line
from trunkline.actions.steps.lookup import find_chat, require_chat, require_line
from trunkline.domain.chat import Chat
from trunkline.domain.context import RequestContext
from trunkline.domain.errors import CommandError, MissingField, NoSuchMessage, NotFound
from trunkline.domain.loopback_rules import LOOPBACK
from trunkline.domain.message import DeliveryStatus, Message
from trunkline.schemas.documents import unmark_files
from trunkline.schemas.sandbox import Simulated
from trunkline.storage import messages
from trunkline.storage.messages import Order
from trunkline.storage.partners import Partner
from trunkline.storage.reader import Reader
from trunkline.storage.store import Store

DROPPED = "Dropped: the sender is blocked, or the line has left the chat."

PAGE = 100
"""Messages that are read or changed at once."""


class Counterparty(msgspec.Struct, frozen=True):
    """Who acts, and in which chat: the one with this id, or the direct chat with a line.

    The line can be left out if the partner has only one.
    """

    handle: str | None = None
    chat_id: str | None = None
    line: str | None = None


class MessageSummary(msgspec.Struct):
    """The fields of a message that select one."""

    id: str
    is_from_me: bool
    delivery_status: DeliveryStatus
    parts: list[msgspec.Raw]
    """Empty if the message is a poll."""
    sender: str = msgspec.field(name="from")


_decode = msgspec.json.Decoder(MessageSummary).decode


def require_loopback(carrier: str) -> None:
    """Raises ``NotFound`` unless the carrier is the loopback: with another one, the counterparties are real."""
    if carrier != LOOPBACK:
        raise NotFound(
            f"the sandbox works with the carrier {LOOPBACK!r} only, and this service has the carrier {carrier!r}"
        )


def require_handle(counterparty: Counterparty) -> str:
    """Who acts. Raises ``MissingField``."""
    if counterparty.handle is None:
        raise MissingField("'from' is missing; it must be the handle of a counterparty")
    return counterparty.handle


async def find_owner(store: Store, counterparty: Counterparty, message_id: str | None, partner: str | None) -> Partner:
    """The partner that has the line, chat or message; otherwise the named or only partner. Raises ``CommandError``."""
    if counterparty.line is not None:
        return await owner_of_line(store, counterparty.line, partner)
    chat_id = counterparty.chat_id
    if partner is None and (chat_id is not None or message_id is not None):
        for each in await store.partners.all():
            reader = store.reader(each.id)
            if chat_id is not None and await reader.chat_document(chat_id) is not None:
                return each
            if message_id is not None and await messages.document(reader, message_id) is not None:
                return each
        raise CommandError(f"no partner has the {f'message {message_id}' if message_id else f'chat {chat_id}'}")
    return await only_partner(store, partner)


async def require_chat_of(store: Store, ctx: RequestContext, counterparty: Counterparty) -> Chat:
    """The selected chat. Raises ``NotFound``, ``NotYourLine`` or ``MissingField``."""
    if counterparty.chat_id is None and counterparty.handle is None:
        raise MissingField("'chat_id' is missing; give it, or 'from' for the direct chat with that handle")
    line, chat = await find_chat_of(store, ctx, counterparty)
    if chat is None:
        raise NotFound(f"{counterparty.handle} has no chat with {line} yet; a message begins one")
    return chat


async def find_chat_of(
    store: Store, ctx: RequestContext, counterparty: Counterparty, others: Sequence[str] = ()
) -> tuple[str, Chat | None]:
    """The line, and the chat if it exists."""
    reader = store.reader(ctx.partner_id)
    if counterparty.chat_id is not None:
        chat = await require_chat(reader, counterparty.chat_id)
        return chat.line, chat
    line = counterparty.line or await _only_line(store, ctx.partner_id)
    await require_line(store, ctx.partner_id, line, "to")
    people = [each for each in (counterparty.handle, *others) if each is not None]
    return line, await find_chat(reader, line, list(dict.fromkeys(people)))


async def _only_line(store: Store, partner_id: int) -> str:
    lines = [line.phone_number for line in await store.partners.lines(partner_id)]
    if len(lines) != 1:
        raise MissingField(f"'to' is missing; it must be one of your lines: {', '.join(lines) or 'there is none yet'}")
    return lines[0]


async def last_message(
    store: Store, ctx: RequestContext, counterparty: Counterparty, is_meant: Callable[[MessageSummary], bool], what: str
) -> str:
    """The id of the last message of the chat for which ``is_meant`` holds. Raises ``NoSuchMessage``."""
    chat = await require_chat_of(store, ctx, counterparty)
    async for page in newest_first(store.reader(ctx.partner_id), chat):
        for each in page:
            if is_meant(each):
                return each.id
    raise NoSuchMessage(f"there is no {what} in the chat {chat.id}")


def is_sent(message: MessageSummary) -> bool:
    """Whether the line sent a message."""
    return message.is_from_me


async def newest_first(reader: Reader, chat: Chat) -> AsyncGenerator[list[MessageSummary]]:
    """The messages of a chat, newest first, a page at a time."""
    page = await messages.page(reader, Order.CHAT, chat.id, limit=PAGE)
    yield [_decode(unmark_files(document)) for document in page.documents]
    while page.end is not None and page.snapshot is not None:
        page = await messages.page(reader, Order.CHAT, chat.id, limit=PAGE, snapshot=page.snapshot, after=page.end)
        yield [_decode(unmark_files(document)) for document in page.documents]


def about(message: Message, says: str) -> Simulated:
    """What was done with one message."""
    return Simulated(says, message.chat_id, message.id, 1)
