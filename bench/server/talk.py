"""A small store that messages are sent into, made anew for each run, and what waits in it."""

import asyncio
import secrets
from collections.abc import Coroutine, Generator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import uvloop

from bench.server.data import NOW, SEED, ensure_empty
from trunkline.actions.webhooks.subscriptions import SubscriptionUpdate, create_subscription
from trunkline.demo.load import load_demo
from trunkline.domain.chat import Chat, HealthStatus, Service
from trunkline.domain.context import RequestContext
from trunkline.domain.events import EventType
from trunkline.domain.ids import RANDOM_BITS, uuid7
from trunkline.domain.instant import SECOND, now
from trunkline.domain.message import Content, DeliveryStatus, Message, TextPart
from trunkline.schemas import events
from trunkline.schemas.chat import parse_chat
from trunkline.storage.sql import parse
from trunkline.storage.store import Store, open_store

CHATS = 1_000
_QUERIES = parse("""
-- name: chats
select document, name, message_count, unread_count from chats where partner_id = :partner
-- name: left
select count(*) from outbox where due_at is not null
-- name: oldest
select min(updated_at) from outbox where partner_id = :partner and state = 'waiting'
""")
T = TypeVar("T")


class Talk:
    """An open store with one partner and ``CHATS`` chats, beside the service that serves it."""

    def __init__(self, runner: asyncio.Runner, store: Store) -> None:
        self._runner = runner
        self.store = store
        [partner] = self.run(load_demo(store, chats=CHATS, seed=SEED, now=NOW, progress=lambda _: None))
        self.partner_id, self.key = partner.id, partner.key
        rows = self.run(store.database.fetch(_QUERIES["chats"], (partner.id,)))
        chats = [parse_chat(*row) for row in rows]
        gone = {each.recipients for each in chats if each.health.status is HealthStatus.OPTED_OUT}
        self._chats = [each for each in chats if each.recipients not in gone]
        self.paths = [f"/v3/chats/{each.id}/messages" for each in self._chats]

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """What the coroutine returns, run in the event loop of the store."""
        return self._runner.run(work)

    def settle(self, *, at_most: float | None = None) -> bool:
        """Waits until nothing waits to leave the service, for some seconds or without a limit; whether that is so."""
        return self.run(self._settled_within(at_most))

    async def _settled_within(self, seconds: float | None) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self.settled()
        except TimeoutError:
            return False
        return True

    async def settled(self) -> None:
        """Returns once nothing waits to leave the service."""
        while (await self.store.database.fetch(_QUERIES["left"], ()))[0][0]:  # noqa: ASYNC110 - others empty it
            await asyncio.sleep(0.01)

    def waiting(self) -> float:
        """How long the oldest of the partner's entries has waited to leave the service, in seconds."""
        [(since,)] = self.run(self.store.database.fetch(_QUERIES["oldest"], (self.partner_id,)))
        return 0.0 if since is None else (now() - since) / SECOND

    def subscribe(self, urls: Sequence[str]) -> None:
        """Has all these told of messages that come in."""
        for url in urls:
            update = SubscriptionUpdate(target_url=url, subscribed_events=[EventType.MESSAGE_RECEIVED])
            self.run(create_subscription(self.store, self._ctx(), update, allow_private=True))

    def tell(self, count: int) -> None:
        """So many messages come in, in chats in turn, in one moment: the events alone, and not the messages."""
        self.run(self._tell(count))

    async def _tell(self, count: int) -> None:
        async with self.store.change(self._ctx()) as change:
            for number in range(count):
                chat = self._chats[number % len(self._chats)]
                message = _received(chat, change.now)
                change.emit(events.message_event(EventType.MESSAGE_RECEIVED, message, chat))

    def _ctx(self) -> RequestContext:
        return RequestContext(self.partner_id, now(), secrets.token_hex(16))


def _received(chat: Chat, at: int) -> Message:
    message_id = uuid7(at, secrets.randbits(RANDOM_BITS))
    return Message(
        id=message_id,
        chat_id=chat.id,
        sender=next(each for each in chat.participants if not each.is_me),
        content=Content((TextPart("Thank you! When will it be here?"),)),
        thread=message_id,
        created_at=at,
        updated_at=at,
        delivery_status=DeliveryStatus.RECEIVED,
        service=Service.IMESSAGE,
    )


@contextmanager
def talk(url: str) -> Generator[Talk]:
    """A new one in the database behind a URL, in place of what was there."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(ensure_empty(url))
        context = open_store(url)
        store = runner.run(context.__aenter__())
        try:
            yield Talk(runner, store)
        finally:
            runner.run(context.__aexit__(None, None, None))
