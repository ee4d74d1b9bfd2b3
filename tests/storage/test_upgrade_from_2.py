"""Migration 0003: a database of schema version 2 is upgraded without loss, on both engines."""

import asyncio
from collections.abc import Generator, Iterator

import msgspec
import pytest

from tests.storage import schema_2
from tests.storage.schema_2 import CURSOR_KEY, CURSORS, IMPORTED, PEOPLE, SECRET, SYNC_TOKEN, create_schema_2
from tests.support.asgi import Api
from tests.support.carrier_worker import Recorder, work
from tests.support.chats import LINE, NOW, chat_id
from tests.support.open_store import OpenStore, opened_store
from tests.support.pages import list_all, page_of, query_of
from tests.support.partners import context, save
from tests.support.receiver import Receiver, receiving
from tests.support.store_contents import outbox_and_events, stored
from tests.support.webhook_worker import DOC_BASE, deliveries, recorded, working
from trunkline.actions.imports.archive import import_archive
from trunkline.actions.operator.check_store import check_store
from trunkline.delivery.carrier_dispatcher import CarrierDispatcher
from trunkline.domain.chat import HealthStatus, Service
from trunkline.domain.delivery import EntryState
from trunkline.domain.handle import BlockedHandle
from trunkline.domain.instant import SECOND
from trunkline.domain.loopback_rules import Rule
from trunkline.domain.message import DeliveryStatus
from trunkline.sources.base import ArchivedChat, ArchivedMessage, Attachment, Member
from trunkline.storage import blocked_handles, loopback_rules, messages, subscriptions
from trunkline.storage.change import mirror_cursor
from trunkline.storage.schema import migrations, upgrade
from trunkline.storage.store import connect
from trunkline.testing.clock import Clock

PARTNER = 1
AFTER = NOW + 3600 * SECOND
"""When the upgraded database is used."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """The receiver of the pending deliveries."""
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def upgraded(database_url: str, receiver: Receiver) -> Iterator[OpenStore]:
    """The database after the upgrade, which opening it does."""
    asyncio.run(create_schema_2(database_url, receiver.url))
    with opened_store(database_url) as opened:
        yield opened


@pytest.fixture
def api(upgraded: OpenStore) -> Api:
    """The service on the upgraded database."""
    return Api(upgraded, lambda: AFTER)


def ids_after(api: Api, cursor: str, filters: str) -> list[str]:
    """The ids of the chats after a cursor, with the pages that follow."""
    ids: list[str] = []
    following: str | None = cursor
    while following is not None:
        page = page_of(api.list(SECRET, f"{query_of(limit=2, cursor=following)}&{filters.replace('+', '%2B')}"))
        ids += page.ids
        following = page.next_cursor
    return ids


def chat_ids(*numbers: int) -> list[str]:
    return [chat_id(number) for number in numbers]


async def test_the_upgrade_is_from_2_and_leaves_a_sound_store(database_url: str) -> None:
    newest = migrations()[-1][0]
    await create_schema_2(database_url, "https://subscriber.example.com/hook")
    database = await connect(database_url)
    try:
        _, [problem] = await check_store(database)
        assert problem.startswith(f"the schema is 2, and this version of Trunkline needs {newest}")
        assert await upgrade(database) == (2, newest)
        assert await upgrade(database) == (newest, newest)
        assert await check_store(database) == (6, [])
    finally:
        await database.close()


def test_the_list_is_the_same(upgraded: OpenStore, api: Api) -> None:
    assert upgraded.store.cursor_key == CURSOR_KEY
    in_order = [*chat_ids(2, 1, 5, 4, 3), IMPORTED]
    assert list_all(api, SECRET) == in_order
    assert list_all(api, SECRET, from_=LINE) == in_order
    assert list_all(api, SECRET, to=PEOPLE[2]) == chat_ids(2)
    found = upgraded.run(stored(upgraded.store, PARTNER))
    assert [message.content.text for message in found.of(found.chats[chat_id(1)])] == ["Is there bread?", "Hello?"]
    assert (found.chats[chat_id(1)].message_count, found.chats[chat_id(1)].unread_count) == (2, 2)
    assert found.chats[chat_id(3)].health.status is HealthStatus.OPTED_OUT
    assert found.opt_outs == [(PEOPLE[3], chat_id(3), NOW)]


@pytest.mark.parametrize("filters", CURSORS)
def test_a_cursor_from_before_the_upgrade_continues_its_snapshot(upgraded: OpenStore, api: Api, filters: str) -> None:
    assert ids_after(api, CURSORS[filters], filters) == chat_ids(3, 2, 1)
    chat = upgraded.run(stored(upgraded.store, PARTNER)).chats[chat_id(3)]
    upgraded.run(save(upgraded.store, PARTNER, msgspec.structs.replace(chat, updated_at=AFTER), now=AFTER))
    assert list_all(api, SECRET)[0] == chat_id(3)
    assert ids_after(api, CURSORS[filters], filters) == chat_ids(3, 2, 1)


def test_a_sync_token_from_before_the_upgrade_yields_what_changed_since(api: Api) -> None:
    page = page_of(api.list(SECRET, query_of(updated_since=SYNC_TOKEN)))
    assert page.ids == [*chat_ids(1, 2), IMPORTED]


def test_a_repeated_send_gets_the_recorded_response(upgraded: OpenStore, api: Api) -> None:
    def send(request: bytes) -> tuple[int, bytes]:
        headers = [(b"authorization", f"Bearer {SECRET}".encode()), (b"content-type", b"application/json")]
        response = api.ask(schema_2.SEND_PATH, b"", headers, "POST", request)
        return response.status_code, response.content

    before = upgraded.run(outbox_and_events(upgraded.store, PARTNER))
    assert send(schema_2.SEND_REQUEST) == (202, schema_2.SEND_RESPONSE)
    assert upgraded.run(outbox_and_events(upgraded.store, PARTNER)) == before
    assert send(schema_2.SEND_REQUEST.replace(b"ready", b"free"))[0] == 400
    assert send(schema_2.SEND_REQUEST.replace(b"send-1", b"send-2"))[0] == 202
    found = upgraded.run(stored(upgraded.store, PARTNER))
    assert found.chats[chat_id(2)].message_count == 2


def test_pending_deliveries_are_delivered_in_order(upgraded: OpenStore, receiver: Receiver) -> None:
    async def play() -> None:
        store = upgraded.store
        pending = [
            (each.sequence, each.state, each.attempts, each.outcome) for each in await deliveries(store, PARTNER)
        ]
        assert pending == [
            (8, EntryState.PENDING, 2, "HTTP 500"),
            (11, EntryState.PENDING, 0, None),
            (15, EntryState.DONE, 1, "HTTP 200"),
        ]
        dispatcher = CarrierDispatcher(store, Recorder(), lambda: AFTER)
        async with working(store, lambda: AFTER, carrier=dispatcher):
            await recorded(store, PARTNER, 1, of=1)
        done = [(each.state, each.attempts, each.outcome) for each in await deliveries(store, PARTNER)]
        assert done == [(EntryState.DONE, attempts, "HTTP 200") for attempts in (3, 1, 1)]

    upgraded.run(play())
    assert [each.event_id for each in receiver.accepted] == list(schema_2.EVENTS.values())
    for each in receiver.accepted:
        assert each.event["data"] == {"health_status": {"doc_url": f"{DOC_BASE}/guides/chats/chat-health#healthy"}}
        assert (each.headers["linq-chat-id"], each.headers["x-cluster"]) == (chat_id(1), "west")


def test_a_pending_command_reaches_the_carrier(upgraded: OpenStore) -> None:
    async def play() -> None:
        store, recorder, clock = upgraded.store, Recorder(), Clock()
        clock.advance(hours=1)
        assert await work(store, PARTNER, CarrierDispatcher(store, recorder, clock), clock) == 1
        assert [each.message_id for each in recorder.sent] == [schema_2.SENT]
        sent = await messages.find(store.reader(PARTNER), schema_2.SENT)
        assert sent is not None
        assert (sent.delivery_status, sent.idempotency_key) == (DeliveryStatus.DELIVERED, "send-1")
        assert await work(store, PARTNER, CarrierDispatcher(store, recorder, clock), clock) == 0

    upgraded.run(play())


class Archive:
    """The archive that was imported before the upgrade."""

    size = 1
    position = 0

    def chats(self) -> Iterator[ArchivedChat]:
        member = Member(schema_2.ARCHIVED_FROM, Service.SMS)
        at = schema_2.ARCHIVED_AT
        yield ArchivedChat("7", (member,), False, Service.SMS, first_at=at, last_at=at)

    def messages(self) -> Iterator[ArchivedMessage]:
        parts = ("Look", Attachment("bread.jpg", "image/jpeg", 77))
        at, sender = schema_2.ARCHIVED_AT, schema_2.ARCHIVED_FROM
        yield ArchivedMessage("7", "m", at, sender, Service.SMS, DeliveryStatus.READ, parts)

    def read_file(self, location: str) -> Generator[bytes]:
        raise NotImplementedError(location)


def test_importing_the_same_archive_again_changes_nothing(upgraded: OpenStore) -> None:
    async def play() -> None:
        store = upgraded.store
        before = await stored(store, PARTNER)
        summary = await import_archive(store, context(PARTNER, AFTER), LINE, Archive(), progress=lambda _: None)
        assert (summary.new, summary.changed, summary.unchanged) == (0, 0, 1)
        assert (summary.messages, summary.new_messages) == (1, 0)
        assert await stored(store, PARTNER) == before

    upgraded.run(play())


def test_settings_of_the_partner_are_the_same(upgraded: OpenStore) -> None:
    async def play() -> None:
        reader = upgraded.store.reader(PARTNER)
        assert await mirror_cursor(reader, schema_2.UPSTREAM) == "page 7"
        assert await blocked_handles.all_blocked(reader) == [BlockedHandle(PEOPLE[4], "spam", NOW)]
        assert await loopback_rules.all_rules(reader) == {PEOPLE[5]: Rule(fail="no such number")}
        [subscription] = await subscriptions.find_all(reader)
        assert (subscription.id, subscription.routing_key_header) == (schema_2.SUBSCRIPTION, "X-Cluster")
        [line] = await upgraded.store.partners.lines(PARTNER)
        assert (line.phone_number, line.label) == (LINE, "Shop")

    upgraded.run(play())
