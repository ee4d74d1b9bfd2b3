"""Migration 0004: existing subscriptions and events get a webhook version, on both engines."""

from collections.abc import Iterable

import pytest

from tests.support.chats import NOW, chat_id
from tests.support.partners import context
from tests.support.receiver import receiving
from tests.support.webhook_worker import FastClock, emit, until, working
from trunkline.actions.operator.check_store import check_store
from trunkline.actions.webhooks.deliveries import resend_event
from trunkline.actions.webhooks.subscriptions import SubscriptionUpdate, update_subscription
from trunkline.domain.errors import InvalidParameter
from trunkline.domain.events import WebhookVersion
from trunkline.storage import subscriptions
from trunkline.storage.sql import Value
from trunkline.storage.store import connect, migrations, open_store

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
    tables: list[tuple[str, str, list[tuple[Value, ...]]]] = [
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
    database = await connect(url)
    try:
        async with database.migration() as transaction:
            for _, script in migrations()[:3]:
                await transaction.script(script)
            for table, columns, rows in tables:
                await transaction.load(table, tuple(columns.split()), rows)
    finally:
        await database.close()


async def test_a_subscription_has_the_latest_version_unless_its_url_names_the_older_one(database_url: str) -> None:
    await create_schema_3(database_url, VERSIONS)
    async with open_store(database_url) as store:
        found = {each.target_url: each.version for each in await subscriptions.find_all(store.reader(1))}
        assert found == VERSIONS
        assert (await check_store(store.database, lambda _: None))[1] == []


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
