"""Loads the sample data. Running it again changes nothing; a run that was cut off goes on where it stopped."""

import secrets
from collections.abc import Callable, Iterable, Iterator
from itertools import chain

import msgspec

from trunkline.actions import keys
from trunkline.domain.chat import Chat, HealthStatus
from trunkline.domain.errors import CommandError
from trunkline.domain.instant import Instant
from trunkline.domain.uuid7 import RANDOM_BITS, uuid7
from trunkline.sources.sample import Chunk, Sample, small
from trunkline.sources.sample_large import large
from trunkline.storage import history, messages
from trunkline.storage.changes import change
from trunkline.storage.partners import Line, Partner
from trunkline.storage.store import Store

KEY_NAME = "demo"


class DemoPartner(msgspec.Struct, frozen=True):
    """A partner of the sample data as it is now: its numbers, how many chats it has, and a key that is new."""

    id: int
    name: str
    key: str
    lines: list[str]
    chats: int


async def load_demo(
    store: Store, *, chats: int | None, seed: int, now: Instant, progress: Callable[[int], None]
) -> list[DemoPartner]:
    """The small sample, or one of ``chats`` chats as a partner of its own.

    ``progress`` is told now and then how many of them are there. Times are relative to the ``now`` of the first run.
    Raises ``CommandError`` for a number of chats that cannot be, and where a partner of that name has other data.
    """
    samples = small(seed) if chats is None else [large(seed, chats)]
    loaded: list[DemoPartner] = []
    there = 0
    for sample in samples:
        partner, secret = await _partner(store, sample, now)
        for chunk in sample.chunks(partner.created_at):
            there += await _load(store, partner, chunk)
            progress(there)
        if secret is None:
            key, secret = keys.new_key(KEY_NAME, now)
            await store.partners.add_key(partner.id, key, keys.digest(secret.encode()))
        numbers = [line.phone_number for line in await store.partners.lines(partner.id)]
        count = await store.partners.count_chats(partner.id)
        loaded.append(DemoPartner(partner.id, partner.name, secret, numbers, count))
    return loaded


async def _partner(store: Store, sample: Sample, now: Instant) -> tuple[Partner, str | None]:
    """The partner of a sample with its lines, made where they are missing, and its key if it is new."""
    secret: str | None = None
    partner = await store.partners.by_name(sample.name)
    if partner is None:
        key, secret = keys.new_key(KEY_NAME, now)
        partner = await store.partners.add(sample.name, key, keys.digest(secret.encode()), now)
        if partner is None:
            raise CommandError(f"another process is adding the partner {sample.name!r} at this moment; try again")
    else:
        await _refuse_other_data(store, partner, sample)
    for number, label in sample.lines:
        line = Line(uuid7(now, secrets.randbits(RANDOM_BITS)), number, label, now)
        await store.partners.add_line(partner.id, line)
    return partner, secret


async def _refuse_other_data(store: Store, partner: Partner, sample: Sample) -> None:
    """Raises ``CommandError`` where a partner has chats, or lines, and none of this sample's."""
    first = next(chat for chunk in sample.chunks(partner.created_at) for chat in chunk.chats)
    async with change(store.database, partner.id, partner.created_at) as opened:
        if await opened.chat(first.id) is not None:
            return
    ours = {number for number, _ in sample.lines}
    lines = {line.phone_number for line in await store.partners.lines(partner.id)}
    if lines - ours or await store.partners.count_chats(partner.id):
        raise CommandError(
            f"the partner {partner.name!r} is there already, and its chats are not of this sample: "
            "use the seed that it was made with, or another database"
        )


async def _load(store: Store, partner: Partner, chunk: Chunk) -> int:
    """Loads a chunk in one transaction unless its first chat is there, for then all are. Returns how many that is."""
    first = next(chunk.chats)
    async with change(store.database, partner.id, partner.created_at) as opened:
        if await opened.chat(first.id) is None:
            opted_out: list[Chat] = []
            await opened.load(_noting(chain([first], chunk.chats), opted_out))
            await messages.add(opened, chunk.messages)
            for chat in opted_out:
                await history.opt_out(opened, chat.recipients[0], chat.id, chat.health.updated_at)
    return chunk.size


def _noting(chats: Iterable[Chat], opted_out: list[Chat]) -> Iterator[Chat]:
    """The chats as they come; those whose recipient has opted out are noted on the way."""
    for chat in chats:
        if chat.health.status is HealthStatus.OPTED_OUT:
            opted_out.append(chat)
        yield chat
