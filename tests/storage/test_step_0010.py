"""The groups of older versions, after migration 0010."""

import msgspec

from tests.support.chats import ALICE, BOB, CAROL, LINE, NOW, make_chat
from tests.support.partners import context, new_partner
from trunkline.actions.operator.check_store import check_store
from trunkline.domain.chat import MAX_FORMER, Participant, ParticipantStatus, Service
from trunkline.schemas.chat import render_chat
from trunkline.storage.migrations.step_0010 import rewrite_groups
from trunkline.storage.sql import Query, Value
from trunkline.storage.store import open_store

UNCHANGED = Query("set_key", "update chats set recipients_key = $1 where id = $2", ("key", "id"))
OVERSIZED = Query("set_document", "update chats set document = $1 where id = $2", ("document", "id"))


def left(number: int) -> Participant:
    return Participant(
        f"participant {number}",
        f"person{number}@example.com",
        Service.IMESSAGE,
        NOW,
        left_at=NOW + number,
        status=ParticipantStatus.LEFT,
    )


async def test_they_have_the_keys_and_the_participants_that_new_ones_have(database_url: str) -> None:
    async with open_store(database_url) as store:
        partner = await new_partner(store)
        plain, named, departed, old = [make_chat(number, (ALICE, BOB)) for number in range(1, 5)]
        old = make_chat(4, (ALICE, CAROL))
        direct = make_chat(5, (ALICE,))
        named = msgspec.structs.replace(named, name="Team")
        me = msgspec.structs.replace(departed.me, status=ParticipantStatus.LEFT, left_at=NOW)
        departed = msgspec.structs.replace(departed, participants=(me, *departed.participants[1:]))
        async with store.change(context(partner.id)) as change:
            await change.save([named, departed, old, direct, plain])
        # As the version before stored them.
        many = msgspec.structs.replace(old, participants=(*old.participants, *map(left, range(MAX_FORMER + 3))))
        async with store.database.transaction() as transaction:
            for chat in (named, departed):
                await transaction.fetch(UNCHANGED, (plain.recipients_key, chat.id))
            await transaction.fetch(OVERSIZED, (render_chat(many), old.id))
            rows: list[tuple[Value, ...]] = [
                (partner.id, old.id, left(number).handle, 1) for number in range(MAX_FORMER + 3)
            ]
            await transaction.load("participants", ("partner_id", "chat_id", "handle", "since_revision"), rows)
            await rewrite_groups(transaction)
        reader = store.reader(partner.id)
        assert await reader.group(LINE, [ALICE, BOB]) == plain
        assert await reader.direct_chat(LINE, ALICE) == direct
        found = await reader.group(LINE, [ALICE, CAROL])
        assert found is not None
        assert [each.handle for each in found.participants[3:]] == [left(3 + each).handle for each in range(MAX_FORMER)]
        assert (await check_store(store.database))[1] == []
