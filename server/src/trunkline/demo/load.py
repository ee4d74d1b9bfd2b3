"""Load the sample data. Loading is idempotent, and an interrupted load continues where it stopped."""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain

import msgspec

from trunkline.demo.large import large
from trunkline.demo.small import Chunk, Sample, small
from trunkline.domain.chat import Chat, HealthStatus
from trunkline.domain.context import RequestContext
from trunkline.domain.errors import CommandError
from trunkline.domain.ids import time_ordered_id
from trunkline.domain.instant import Instant
from trunkline.domain.keys import digest, new_key
from trunkline.storage import messages, opt_outs
from trunkline.storage.partners import Line, Partner
from trunkline.storage.store import Store

KEY_NAME = "demo"


class DemoPartner(msgspec.Struct, frozen=True):
    """A partner of the sample data: its lines, the number of its chats, and a new key."""

    id: int
    name: str
    key: str
    lines: list[str]
    chats: int


async def load_demo(
    store: Store, *, chats: int | None, seed: int, now: Instant, progress: Callable[[int], None]
) -> list[DemoPartner]:
    """Loads the small sample, or one of ``chats`` chats with a partner of its own.

    ``progress`` gets the number of chats loaded so far. Times are relative to ``now`` of the first run. Raises
    ``CommandError`` for an invalid number of chats, and if a partner of that name has other data.
    """
    samples = small(seed) if chats is None else [large(seed, chats)]
    loaded: list[DemoPartner] = []
    count = 0
    for sample in samples:
        partner, secret = await _ensure_partner(store, sample, now)
        for chunk in sample.chunks(partner.created_at):
            count += await _load(store, partner, chunk)
            progress(count)
        if secret is None:
            key, secret = new_key(KEY_NAME, now)
            await store.partners.add_key(partner.id, key, digest(secret.encode()))
        numbers = [line.phone_number for line in await store.partners.lines(partner.id)]
        total = await store.partners.count_chats(partner.id)
        loaded.append(DemoPartner(partner.id, partner.name, secret, numbers, total))
    return loaded


async def _ensure_partner(store: Store, sample: Sample, now: Instant) -> tuple[Partner, str | None]:
    """The partner of a sample with its lines, created if necessary, and the secret of its key if it is new."""
    secret: str | None = None
    partner = await store.partners.by_name(sample.name)
    if partner is None:
        key, secret = new_key(KEY_NAME, now)
        partner = await store.partners.add(sample.name, key, digest(secret.encode()), now)
        if partner is None:
            raise CommandError(f"another process is adding the partner {sample.name!r} now; try again")
    else:
        await _refuse_other_data(store, partner, sample)
    for number, label in sample.lines:
        await store.partners.add_line(partner.id, Line(time_ordered_id(now), number, label, now))
    return partner, secret


async def _refuse_other_data(store: Store, partner: Partner, sample: Sample) -> None:
    """Raises ``CommandError`` if a partner has chats or lines, and none of this sample."""
    first = next(chat for chunk in sample.chunks(partner.created_at) for chat in chunk.chats)
    if await store.reader(partner.id).chat(first.id) is not None:
        return
    sample_lines = {number for number, _ in sample.lines}
    lines = {line.phone_number for line in await store.partners.lines(partner.id)}
    if lines - sample_lines or await store.partners.count_chats(partner.id):
        raise CommandError(
            f"the partner {partner.name!r} already exists, and its chats are not from this sample: "
            "use the seed that created it, or another database"
        )


async def _load(store: Store, partner: Partner, chunk: Chunk) -> int:
    """Loads a chunk in one transaction, unless its first chat is stored: then all are. Returns its size."""
    first = next(chunk.chats)
    if await store.reader(partner.id).chat(first.id) is not None:
        return chunk.size
    async with store.change(RequestContext(partner.id, partner.created_at), bulk=True) as change:
        if await change.chat(first.id) is None:  # unless another process has loaded it meanwhile
            opted_out: list[Chat] = []
            await change.load(_collecting_opt_outs(chain([first], chunk.chats), opted_out))
            await messages.add(change, chunk.messages)
            for chat in opted_out:
                await opt_outs.set_at(change, chat.recipients[0], chat.id, chat.health.updated_at)
    return chunk.size


def _collecting_opt_outs(chats: Iterable[Chat], opted_out: list[Chat]) -> Iterator[Chat]:
    """The chats, while those whose recipient has opted out are added to a list."""
    for chat in chats:
        if chat.health.status is HealthStatus.OPTED_OUT:
            opted_out.append(chat)
        yield chat
