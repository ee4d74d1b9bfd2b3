"""Migrations 0004 to 0010: a database of schema version 3 is upgraded without loss, on both engines."""

import asyncio
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from tests.storage import schema_2
from tests.storage.old_schema import Table, create_schema
from tests.storage.schema_2 import PEOPLE, create_schema_2
from tests.support.asgi import BASE, Api
from tests.support.attachments import sending, uploaded
from tests.support.caller import Caller
from tests.support.carrier_worker import Recorder, work
from tests.support.chats import LINE, NOW, chat_id
from tests.support.events import emitted_events
from tests.support.open_store import opened_store
from tests.support.partners import Tenant, context
from tests.support.receiver import Receiver, receiving
from tests.support.webhook_worker import FastClock, emit, until, working
from trunkline.actions.operator.check_store import check_store
from trunkline.actions.webhooks.deliveries import resend_event
from trunkline.actions.webhooks.subscriptions import SubscriptionUpdate, update_subscription
from trunkline.delivery.carrier_dispatcher import CarrierDispatcher
from trunkline.domain.errors import InvalidParameter
from trunkline.domain.events import EventType, WebhookVersion
from trunkline.storage import subscriptions
from trunkline.storage.schema import migrations
from trunkline.storage.sql import Value
from trunkline.storage.store import connect, open_store
from trunkline.testing.clock import Clock

URL = "https://app.example.com/hook"
OLDER, LATEST = WebhookVersion
VERSIONS = {
    URL: LATEST,
    f"{URL}?version=2025-01-01": OLDER,
    f"{URL}?version=2026-02-03": LATEST,
    f"{URL}?line=1&version=2025-01-01": OLDER,
    f"{URL}?version=2025-01-01&line=1": OLDER,
    f"{URL}?version=2025-01-011": LATEST,
    f"{URL}?VERSION=2025-01-01": LATEST,
    f"{URL}?my-version=2025-01-01": LATEST,
    f"{URL}?version=7": LATEST,
    f"{URL}/version=2025-01-01": LATEST,
}
"""The version of a subscription with this target, after the upgrade."""
EVENT = "01900000-0000-0000-0000-000000000008"


async def create_schema_3(url: str, targets: Iterable[str]) -> None:
    """Creates the database, with a subscription for each target, and an event that the first one failed to get."""
    kind, body = "message.received", b'{"webhook_version":"2026-02-03","data":{}}'
    subscribers: list[tuple[Value, ...]] = [
        (1, f"s-{number}", target, f'["{kind}"]', 1, "whsec_b3RoZXIh", NOW + number, NOW)
        for number, target in enumerate(targets)
    ]
    tables: list[Table] = [
        ("store", "schema_version cursor_key last_partner_id", [(3, bytes(32), 1)]),
        ("partners", "id name created_at revision clock", [(1, "Acme", NOW, 8, NOW)]),
        (
            "subscriptions",
            "partner_id id target_url events is_active secret created_at updated_at",
            subscribers,
        ),
        (
            "events",
            "partner_id sequence id type chat_id line created_at body",
            [(1, 8, EVENT, kind, chat_id(1), "", NOW, body)],
        ),
        (
            "outbox",
            "partner_id destination sequence ordering_key kind entity_id state attempts outcome updated_at",
            [(1, "s-0", 8, chat_id(1), kind, "8", "failed", 1, "HTTP 404", NOW)],
        ),
    ]
    await create_schema(url, 3, tables)


async def test_a_subscription_has_the_latest_version_unless_its_url_names_the_older_one(database_url: str) -> None:
    await create_schema_3(database_url, VERSIONS)
    async with open_store(database_url) as store:
        found = {each.target_url: each.version for each in await subscriptions.find_all(store.reader(1))}
        assert found == VERSIONS
        assert (await check_store(store.database))[1] == []


async def test_a_url_with_an_unknown_version_stays_valid_until_it_changes(database_url: str) -> None:
    unknown = f"{URL}?version=7"
    await create_schema_3(database_url, [unknown])
    async with open_store(database_url) as store:
        ctx = context(1)
        same = SubscriptionUpdate(target_url=unknown, is_active=False)
        assert (await update_subscription(store, ctx, "s-0", same)).version == LATEST
        with pytest.raises(InvalidParameter, match="'8', which is not known"):
            await update_subscription(store, ctx, "s-0", SubscriptionUpdate(target_url=f"{URL}?version=8"))


async def test_an_event_from_before_the_upgrade_is_resent_and_later_ones_have_the_version(database_url: str) -> None:
    clock = FastClock()
    with receiving() as receiver:
        await create_schema_3(database_url, [f"{receiver.url}?version=2025-01-01"])
        async with open_store(database_url) as store, working(store, clock):
            assert await resend_event(store, context(1, clock()), EVENT) == ["s-0"]
            await emit(store, 1, chat_id(1), 1, at=clock())
            await until(lambda: len(receiver.accepted) == 2)
    assert [each.event["webhook_version"] for each in receiver.accepted] == [LATEST, OLDER]
    assert receiver.accepted[0].event_id == EVENT


@pytest.fixture
def upgraded(database_url: str, tmp_path: Path) -> Iterator[tuple[Caller, Receiver]]:
    """The partner of a database with chats, messages and pending deliveries, after the upgrade, and its receiver."""

    async def create() -> None:
        await create_schema_2(database_url, receiver.url)
        database = await connect(database_url)
        try:
            async with database.migration() as transaction:
                await transaction.script(migrations()[2][1])
                await transaction.script("update store set schema_version = 3")
        finally:
            await database.close()

    with receiving() as receiver:
        asyncio.run(create())
        with opened_store(database_url, str(tmp_path / "attachments")) as opened:
            clock = Clock()
            clock.advance(hours=1)
            api = Api(opened, clock, sandbox=True)
            yield Caller(api, clock, Tenant(1, "Acme", schema_2.SECRET)), receiver


def test_what_newer_versions_added_works_with_the_data_from_before(upgraded: tuple[Caller, Receiver]) -> None:
    we, receiver = upgraded
    store, chat = we.api.opened.store, chat_id(1)
    kinds = [EventType.MESSAGE_RECEIVED, EventType.POLL_VOTE_ADDED, EventType.CONTACT_CARD_RECEIVED]
    older = we.post(
        "/v3/webhook-subscriptions", {"target_url": f"{URL}?version=2025-01-01", "subscribed_events": kinds}
    )
    assert (older.status_code, older.json()["webhook_version"]) == (201, OLDER)

    # The file of an imported message is known by its id.
    [imported] = we.messages(schema_2.IMPORTED)
    shown = imported["parts"][1]
    file = we.call("GET", f"/v3/attachments/{shown['id']}").json()
    assert (file["filename"], file["download_url"]) == ("bread.jpg", shown["url"])

    sent = we.send(chat, sending(uploaded(we)))
    memo = we.post(f"/v3/chats/{chat}/voicememo", {"voice_memo_url": "https://example.com/memo.m4a"})
    poll = we.post(f"/v3/chats/{chat}/polls", {"poll": {"options": [{"text": "Yes"}, {"text": "No"}]}})
    assert (memo.status_code, poll.status_code) == (202, 201)
    voted = we.post("/admin/simulate", {"action": "vote", "from": PEOPLE[1], "chat_id": chat, "option": "Yes"})
    assert voted.json()["message_id"] == poll.json()["message_id"]
    card = {"phone_number": LINE, "first_name": "Ada"}
    assert we.post("/v3/contact_card", card).status_code == 200
    assert we.post(f"/v3/chats/{chat}/share_contact_card").status_code == 204
    heard = {"action": "message", "from": PEOPLE[1], "chat_id": chat, "message": sending(uploaded(we))}
    assert we.post("/admin/simulate", heard).status_code == 200
    assert we.post("/admin/faults", {"effect": "error", "line": LINE, "path": "*/polls"}).status_code == 201
    assert we.post(f"/v3/chats/{chat}/polls", poll.json()).status_code == 500

    # What was pending and what is new is delivered, in order within each chat.
    async def deliver() -> Recorder:
        recorder = Recorder()
        while await work(store, 1, CarrierDispatcher(store, recorder, we.clock, base_url=BASE), we.clock):
            pass
        async with working(store, we.clock):
            await until(lambda: len(receiver.accepted) == 3)
        return recorder

    recorder = we.api.opened.run(deliver())
    memo_id = memo.json()["voice_memo"]["id"]
    assert [each.message_id for each in recorder.sent if each.chat_id == chat] == [sent["id"], memo_id]
    assert [each.message_id for each in recorder.sent if each.chat_id != chat] == [schema_2.SENT]
    assert [each.event["event_type"] for each in receiver.accepted] == [EventType.MESSAGE_RECEIVED] * 3
    assert {each.event["webhook_version"] for each in receiver.accepted} == {LATEST}
    assert receiver.accepted[2].event["data"]["parts"][0]["filename"] == "menu.pdf"
    assert [kind for kind, _ in emitted_events(we, OLDER)] == [EventType.POLL_VOTE_ADDED, EventType.MESSAGE_RECEIVED]
    assert we.api.opened.run(check_store(store.database, store.files)) == (6, [])
