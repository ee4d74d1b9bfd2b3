"""Services killed under load: every acknowledged write exists once, and the carrier and subscribers got it in order."""

import asyncio
import random
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, TypeVar

import msgspec
import pytest

from tests.acceptance.killed_service import KilledService, killed_service
from tests.acceptance.ledger_carrier import LEDGER, Offer, offers
from tests.acceptance.rows import Rows, pending, rows_of
from tests.acceptance.writers import Acknowledged, Writers, writing
from tests.support.command import get, run_json
from tests.support.partners import Tenant, context, new_partner
from tests.support.receiver import Received, Receiver, Reply, receiving
from trunkline.actions.webhooks.subscriptions import SubscriptionUpdate, create_subscription
from trunkline.domain.events import EventType
from trunkline.domain.instant import now
from trunkline.storage.store import Store, open_store

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")

SEED = 1
WORKERS = (1, 2, 1, 2, 1, 2, 2)
"""The number of worker processes before each kill; the last ones are not killed."""

WRITERS = 4
PATIENCE = 120.0  # s until the outbox is empty; what a killed worker has claimed waits for half a minute
LATENCY = 0.3  # s of a slow response
EVENTS = (
    EventType.MESSAGE_SENT,
    EventType.MESSAGE_DELIVERED,
    EventType.POLL_SENT,
    EventType.POLL_DELIVERED,
    EventType.CHAT_CREATED,
)


class Survived(msgspec.Struct, frozen=True):
    """The state after the last crash, when the outbox is empty."""

    tenants: Sequence[Tenant]
    rows: dict[int, Rows]
    """By partner id."""
    acknowledged: Sequence[Sequence[Acknowledged]]
    offers: Sequence[Offer]
    received: Sequence[Received]
    received_by_other: Sequence[Received]


class Moody:
    """A receiver that is sometimes slow, and sometimes fails the first delivery of an event, never a later one."""

    def __init__(self, seed: int) -> None:
        self._chances = random.Random(seed)  # noqa: S311
        self._seen: set[str] = set()
        self._lock = threading.Lock()

    def __call__(self, received: Received) -> Reply:
        with self._lock:
            is_new = received.event_id not in self._seen
            self._seen.add(received.event_id)
            mood = self._chances.random()
        if mood < 0.03:
            time.sleep(LATENCY)
        return Reply(500 if is_new and mood > 0.99 else 200)


@pytest.mark.slow
async def test_kills_neither_lose_nor_duplicate_anything(
    database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("crashes")
    ledger, log = folder / "ledger", folder / "log"
    options = ("--carrier", "tests.acceptance.ledger_carrier:open_carrier", "--allow-private-webhooks")
    variables = {LEDGER: str(ledger)}
    with (
        receiving(Moody(SEED)) as moody,
        receiving() as other,
        killed_service(database_url, log, *options, **variables) as service,
    ):
        async with open_store(database_url) as store, writing(service.url, SEED, WRITERS) as writers:
            tenants = await crash(service, store, writers, (moody, other))
            await writers.finish()
            await until_outbox_is_empty(store)
            survived = Survived(
                tenants=tenants,
                rows={tenant.id: await rows_of(store, tenant.id) for tenant in tenants},
                acknowledged=writers.acknowledged,
                offers=offers(ledger),
                received=moody.received,
                received_by_other=other.received,
            )
            check_writes(survived, service.url)
            check_carrier(survived)
            check_webhooks(survived)
            check_revisions(survived)
            for task in writers.acknowledged:
                assert await writers.repeat(task[-1]) == task[-1].response
        service.stop()
    assert run_json("database", "check", database=database_url)["problems"] == []
    assert "Traceback" not in log.read_text()


async def crash(
    service: KilledService, store: Store, writers: Writers, receivers: Sequence[Receiver]
) -> Sequence[Tenant]:
    """Kills the service at random moments while the writers write, mostly for a new partner. Returns the partners."""
    chances = random.Random(SEED)  # noqa: S311
    tenants: list[Tenant] = []
    for number, workers in enumerate(WORKERS):
        if number > 0:
            await asyncio.sleep(chances.uniform(0.5, 2))
            service.kill()
        tenants.append(await new_partner(store))
        await subscribe(store, tenants[-1], receivers)
        await asyncio.to_thread(service.start, "--workers", str(workers))
        writers.add(tenants[-1])
    await asyncio.sleep(chances.uniform(0.5, 2))
    return tenants


async def subscribe(store: Store, tenant: Tenant, receivers: Sequence[Receiver]) -> None:
    """Subscribes each receiver to every event."""
    for receiver in receivers:
        update = SubscriptionUpdate(target_url=f"{receiver.url}/{tenant.id}", subscribed_events=EVENTS)
        await create_subscription(store, context(tenant.id, now()), update, allow_private=True)


async def until_outbox_is_empty(store: Store) -> None:
    """Returns once the outbox is empty."""
    deadline = time.monotonic() + PATIENCE
    while left := await pending(store):
        assert time.monotonic() < deadline, f"{left} entries and ordering keys are still pending"
        await asyncio.sleep(0.2)


def read_all(url: str, tenant: Tenant, path: str, name: str) -> list[dict[str, Any]]:
    """Every item of a list."""
    found: list[dict[str, Any]] = []
    cursor = ""
    while True:
        status, page = get(f"{url}{path}?limit=100{cursor}", tenant.secret)
        assert status == 200, page
        found += page[name]
        if page["next_cursor"] is None:
            return found
        cursor = f"&cursor={page['next_cursor']}"


def text_of(message: dict[str, Any], url: str, tenant: Tenant) -> str:
    """The text of a message, or of the first option of a poll."""
    if message["parts"]:
        return message["parts"][0]["value"]
    status, poll = get(f"{url}/v3/messages/{message['id']}/poll", tenant.secret)
    assert status == 200, poll
    return poll["poll"]["options"][0]["text"]


def grouped(pairs: Iterable[tuple[K, T]]) -> defaultdict[K, list[T]]:
    """The second elements by the first, in order."""
    groups: defaultdict[K, list[T]] = defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    return groups


def first_of(items: Iterable[T], key: Callable[[T], str]) -> list[T]:
    """The first with each key, in order."""
    found: dict[str, T] = {}
    for each in items:
        found.setdefault(key(each), each)
    return list(found.values())


def check_writes(survived: Survived, url: str) -> None:
    """Each acknowledged write is one message of the chat in its response, and the list of chats agrees."""
    acknowledged = [done for task in survived.acknowledged for done in task]
    for tenant in survived.tenants:
        chats = read_all(url, tenant, "/v3/chats", "chats")
        assert len(chats) == len({chat["id"] for chat in chats})
        assert [chat["updated_at"] for chat in chats] == sorted([chat["updated_at"] for chat in chats], reverse=True)
        listed = {chat["id"]: read_all(url, tenant, f"/v3/chats/{chat['id']}/messages", "messages") for chat in chats}
        texts = {text_of(message, url, tenant): (chat, message["id"]) for chat in listed for message in listed[chat]}
        assert len(texts) == sum(len(messages) for messages in listed.values())
        expected = {
            done.write.key: (done.chat_id, done.message_id) for done in acknowledged if done.write.tenant == tenant
        }
        assert texts == expected
        for chat in chats:
            messages = listed[chat["id"]]
            assert {message["delivery_status"] for message in messages} == {"delivered"}
            assert chat["updated_at"] == messages[0]["created_at"]


def check_carrier(survived: Survived) -> None:
    """The carrier has delivered each message once, and the messages of a chat in order."""
    delivered = first_of(survived.offers, lambda offer: offer.message_id)
    texts = [done.write.key for task in survived.acknowledged for done in task]
    assert sorted(offer.text for offer in delivered) == sorted(texts)
    assert len(survived.offers) > len(delivered), "no kill happened between a response of the carrier and its record"
    order = grouped((offer.chat_id, offer.message_id) for offer in delivered)
    for rows in survived.rows.values():
        written = grouped((message.chat_id, message.id) for message in rows.messages)
        for chat_id, ids in written.items():
            assert order[chat_id] == ids


def check_webhooks(survived: Survived) -> None:
    """Every subscriber has received every event once, except for repetitions under its id, and each chat's in order."""
    expected: list[tuple[str, str]] = []
    for rows in survived.rows.values():
        expected += [(EventType.CHAT_CREATED, chat.id) for chat in rows.chats]
        for message in rows.messages:
            kind = "message" if message.poll is None else "poll"
            expected += [(f"{kind}.sent", message.id), (f"{kind}.delivered", message.id)]
    events = {event.id: event for rows in survived.rows.values() for event in rows.events}
    for received in (survived.received, survived.received_by_other):
        delivered = first_of(received, lambda each: each.event_id)
        data = [(each.event["event_type"], each.event["data"]) for each in delivered]
        assert sorted((kind, about.get("message_id") or about["id"]) for kind, about in data) == sorted(expected)
        rows_in_order = [events[each.event_id] for each in delivered]
        for sequences in grouped((event.chat_id, event.sequence) for event in rows_in_order).values():
            assert sequences == sorted(sequences)


def check_revisions(survived: Survived) -> None:
    """No revision is used twice, and each is greater than those of earlier changes."""
    revision_of: dict[str, int] = {}
    for rows in survived.rows.values():
        revisions = [each.revision for each in (*rows.chats, *rows.messages)] + [each.sequence for each in rows.events]
        assert len(revisions) == len(set(revisions))
        assert max(revisions) <= rows.revision
        messages = grouped((message.chat_id, message) for message in rows.messages)
        history = grouped((replaced.chat_id, replaced) for replaced in rows.sort_key_history)
        for chat in rows.chats:
            times = [message.created_at for message in messages[chat.id]]
            assert times == sorted(times)
            assert (chat.message_count, chat.updated_at) == (len(times), times[-1])
            # Each sort key was replaced by the next one, and the last by the present one.
            before = [replaced.revision for replaced in history[chat.id]]
            assert [*before[1:], chat.revision] == [replaced.replaced_by for replaced in history[chat.id]]
            assert before == sorted(before)
        revision_of |= {message.id: message.revision for message in rows.messages}
    for done in survived.acknowledged:
        for revisions in grouped((each.write.tenant.id, revision_of[each.message_id]) for each in done).values():
            assert revisions == sorted(revisions)
