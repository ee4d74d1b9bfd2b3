"""Pages of deliveries have each one once, the latest first, whatever the filters and however little a page looks at.

Deliveries go on between two pages: one that matches throughout is on one page, and no other is on two.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.chats import NOW
from tests.support.open_store import OpenStore
from tests.support.partners import context, new_partner
from trunkline.domain.delivery import EntryState
from trunkline.storage import deliveries, outbox
from trunkline.storage.change import Change
from trunkline.storage.deliveries import DeliveryPage, Place
from trunkline.storage.outbox import NO_CHAT, NewEntry
from trunkline.storage.sql import parse
from trunkline.storage.store import Store

SUBSCRIPTIONS = ("a", "b", "c")
MAX_RECEIVERS = 4  # the subscriptions and the carrier; the least that a page may look at
SET_STATE = parse("""
-- name: set_state
update outbox set state = :state where partner_id = :partner and sequence = :sequence and destination = :destination
""")["set_state"]

Receivers: TypeAlias = dict[str, EntryState]
"""The destinations of an event in one version, with the state of each delivery."""

receivers = st.dictionaries(
    st.sampled_from([*SUBSCRIPTIONS, outbox.CARRIER]), st.sampled_from(EntryState), min_size=1, max_size=MAX_RECEIVERS
)
versions = st.lists(receivers, min_size=1, max_size=2)
again = st.tuples(st.integers(0, 9), st.integers(0, 1), st.sampled_from(SUBSCRIPTIONS), st.sampled_from(EntryState))


class Sent(msgspec.Struct):
    """A delivery, and the number of its event."""

    sequence: int
    destination: str
    entity_id: str
    state: EntryState
    event: int


class World:
    """Events that are sent, and sent again, in a store and in a list."""

    def __init__(self, store: Store, partner_id: int) -> None:
        self._store = store
        self._partner_id = partner_id
        self.sequences: list[list[int]] = []
        """Of each event, one for each version."""
        self.sent: list[Sent] = []

    async def send(self, sent_to: Sequence[Receivers]) -> None:
        """An event happens."""
        async with self._store.change(context(self._partner_id)) as change:
            sequences = [change.next_revision() for _ in sent_to]
            for sequence, version in zip(sequences, sent_to, strict=True):
                for destination, state in version.items():
                    await self._add(change, Sent(sequence, destination, str(sequence), state, len(self.sequences)))
        self.sequences.append(sequences)

    async def send_again(self, event: int, version: int, destination: str, state: EntryState) -> None:
        """An event is sent again in one of its versions."""
        event %= len(self.sequences)
        sequences = self.sequences[event]
        async with self._store.change(context(self._partner_id)) as change:
            entity_id = str(sequences[version % len(sequences)])
            await self._add(change, Sent(change.next_revision(), destination, entity_id, state, event))

    async def proceed(self, number: int, state: EntryState) -> None:
        """The state of a delivery changes."""
        self.sent[number % len(self.sent)].state = state
        async with self._store.change(context(self._partner_id)) as change:
            await self._set_state(change, self.sent[number % len(self.sent)])

    async def _add(self, change: Change, sent: Sent) -> None:
        entry = NewEntry(sent.destination, NO_CHAT, sent.sequence, "message.received", sent.entity_id)
        outbox.add(change.transaction, change.partner_id, [entry], NOW)
        await self._set_state(change, sent)
        self.sent.append(sent)

    async def _set_state(self, change: Change, sent: Sent) -> None:
        values = SET_STATE.values(
            partner=change.partner_id, sequence=sent.sequence, destination=sent.destination, state=sent.state
        )
        await change.fetch(SET_STATE, values)

    def matching(self, event: int | None, destination: str | None, state: EntryState | None) -> list[str]:
        """The ids of the deliveries that a list shows."""
        found = [
            (each.sequence, each.destination)
            for each in self.sent
            if each.destination != outbox.CARRIER
            and event in {None, each.event}
            and destination in {None, each.destination}
            and state in {None, each.state}
        ]
        return [f"{sequence}-{to}" for sequence, to in sorted(found, reverse=True)]


async def walk(
    read: Callable[[Place], Awaitable[DeliveryPage]],
    limit: int,
    matching: Callable[[], list[str]],
    meanwhile: Callable[[], Awaitable[None]],
) -> None:
    """Reads every page, with something that happens between two of them."""
    place: Place | None = Place()
    found: list[str] = []
    throughout, ever = matching(), set(matching())
    while place is not None:
        page = await read(place)
        assert len(page.records) <= limit
        assert page.next != place, "every page leads on"
        found += [each.id for each in page.records]
        place = page.next
        await meanwhile()
        throughout = [each for each in throughout if each in matching()]
        ever.update(matching())
    order = sorted(ever, key=lambda each: (int(each.partition("-")[0]), each), reverse=True)
    assert found == [each for each in order if each in found], "each once, the latest first"
    assert set(throughout) <= set(found)


@pytest.mark.parametrize("scan", [MAX_RECEIVERS, deliveries.SCAN])
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    st.lists(versions, min_size=1, max_size=3),
    st.lists(again, max_size=12),
    st.lists(st.tuples(st.integers(0, 30), st.sampled_from(EntryState)), max_size=8),
    st.sampled_from([None, *SUBSCRIPTIONS]),
    st.sampled_from([None, *EntryState]),
    st.integers(1, 5),
)
def test_every_delivery_is_on_one_page(
    opened: OpenStore,
    monkeypatch: pytest.MonkeyPatch,
    scan: int,
    happened: list[list[Receivers]],
    repeated: list[tuple[int, int, str, EntryState]],
    changes: list[tuple[int, EntryState]],
    destination: str | None,
    state: EntryState | None,
    limit: int,
) -> None:
    monkeypatch.setattr(deliveries, "SCAN", scan)

    async def play() -> None:
        partner_id = (await new_partner(opened.store, lines=())).id
        world, reader = World(opened.store, partner_id), opened.store.reader(partner_id)
        for each in happened:
            await world.send(each)
        for each in repeated:
            await world.send_again(*each)
        left = list(changes)

        async def meanwhile() -> None:
            if left:
                await world.proceed(*left.pop())

        await walk(
            lambda place: deliveries.page(reader, limit, place, destination=destination, state=state),
            limit,
            lambda: world.matching(None, destination, state),
            meanwhile,
        )
        for event, sequences in enumerate(world.sequences):
            left = list(changes)
            await walk(
                lambda place, sequences=sequences: deliveries.page_of_event(
                    reader, sequences, limit, place, destination=destination, state=state
                ),
                limit,
                lambda event=event: world.matching(event, destination, state),
                meanwhile,
            )

    opened.run(play())
