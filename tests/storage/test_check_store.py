"""`trunkline database check` finds whatever two things that are kept twice do not agree on, on both engines."""

import msgspec
import pytest

from tests.support.chats import ALICE, LINE, NOW, make_chat
from tests.support.partners import new_partner
from trunkline.actions.check_store import check_store
from trunkline.domain import message_document
from trunkline.domain.events import EventType
from trunkline.domain.message import Content, DeliveryStatus, Message, TextPart
from trunkline.storage import history, messages
from trunkline.storage.changes import change
from trunkline.storage.outbox import Command
from trunkline.storage.sql import Query
from trunkline.storage.store import Store, open_store

CHAT = msgspec.structs.replace(make_chat(1), message_count=2, unread_count=1)


def make_message(number: int, place: int) -> Message:
    message_id = f"00000000-0000-0000-0000-{number:012}"
    return Message(
        id=message_id,
        chat_id=CHAT.id,
        sender=CHAT.participants[place],
        content=Content((TextPart("Hello"),)),
        thread=message_id,
        created_at=NOW + number,
        updated_at=NOW + number,
        delivery_status=DeliveryStatus.PENDING if place == 0 else DeliveryStatus.RECEIVED,
    )


async def filled(store: Store) -> None:
    """A chat with two messages, one of them waiting for the carrier behind a command, and an opt-out."""
    partner = await new_partner(store, "Acme")
    async with change(store.database, partner.id, NOW) as opened:
        await messages.add(opened, [make_message(1, 1), make_message(2, 0)])
        await opened.save([CHAT])
        await history.opt_out(opened, ALICE, CHAT.id, NOW)
        opened.command(Command.MARK_READ, CHAT.id, CHAT.id)
        opened.command(Command.SEND, CHAT.id, make_message(2, 0).id)


async def problems(store: Store) -> list[str]:
    return (await check_store(store.database, lambda _: None))[1]


async def test_a_sound_store_has_no_problems(database_url: str) -> None:
    async with open_store(database_url) as store:
        await filled(store)
        assert await problems(store) == []


BROKEN = {
    "update chats set message_count = 3": f"chat {CHAT.id} has 2 messages, and says that it has 3",
    "update chats set unread_count = 0": f"chat {CHAT.id} has 1 unread messages, and says that it has 0",
    "update messages set delivery_status = 'read' where from_me = 0": (
        f"message {make_message(1, 1).id} has columns that do not agree with its document"
    ),
    "update messages set from_me = 0 where from_me = 1": (
        f"message {make_message(2, 0).id} has columns that do not agree with its document"
    ),
    "update messages set created_at = created_at + 1 where from_me = 1": (
        f"message {make_message(2, 0).id} has columns that do not agree with its document"
    ),
    "update messages set chat_id = 'nowhere' where from_me = 1": "1 messages are of no chat",
    "update messages set position = 999 where from_me = 1": (
        "partner Acme has 1 messages at positions that were never given out"
    ),
    "update chats set position = 999": "partner Acme has 1 chats at positions that were never given out",
    "update outbox set number = 999 where kind = 'send'": (
        "partner Acme has 1 waiting commands or deliveries with numbers that were never given out"
    ),
    "update opt_outs set chat_id = 'nowhere'": "1 opt-outs are of no chat",
    "update participants set chat_id = 'nowhere' where handle <> 'x'": "2 participants are of no chat",
    "delete from lanes": "2 waiting commands or deliveries have no lane, and never leave",
    "delete from outbox where kind = 'mark_read'": "1 lanes do not begin with what waits first in them",
    "update outbox set state = 'done' where kind = 'mark_read'": "1 lanes do not begin with what waits first in them",
    "update lanes set head = head + 1": "1 lanes do not begin with what waits first in them",
    "delete from queues": "1 lanes are in no queue that is due, and are never looked at",
    "update queues set due_at = null": "1 lanes are in no queue that is due, and are never looked at",
}


@pytest.mark.parametrize(("statement", "problem"), list(BROKEN.items()), ids=list(BROKEN))
async def test_what_does_not_fit_together_is_told(database_url: str, statement: str, problem: str) -> None:
    async with open_store(database_url) as store:
        await filled(store)
        async with store.database.transaction() as transaction:
            await transaction.fetch(Query("break", statement, ()), ())
        assert problem in await problems(store)


async def test_a_message_that_cannot_be_read(database_url: str) -> None:
    async with open_store(database_url) as store:
        await filled(store)
        document = message_document.render(make_message(1, 1))[:-9]
        async with store.database.transaction() as transaction:
            broken = Query("break", "update messages set document = $1 where from_me = 0", ("document",))
            await transaction.fetch(broken, (document,))
        [problem] = await problems(store)
        assert problem.startswith(f"message {make_message(1, 1).id} has a document that cannot be read: ")


async def test_an_event_with_a_number_that_was_never_given_out(database_url: str) -> None:
    async with open_store(database_url) as store:
        await filled(store)
        async with store.database.transaction() as transaction:
            event = Query(
                "break",
                "insert into events (partner_id, number, id, type, chat_id, line, created_at, body) "
                "select id, 999, 'e', $1, null, $2, 0, $3 from partners",
                ("type", "line", "body"),
            )
            await transaction.fetch(event, (EventType.MESSAGE_RECEIVED, LINE, b"{}"))
        assert await problems(store) == ["partner Acme has 1 events with numbers that were never given out"]
