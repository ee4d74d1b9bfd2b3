"""The health of a chat after an import follows from its messages alone, in any order of import."""

from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.chats import ALICE, BOB, NOW, chat_id, make_chat
from tests.support.health import health_from_messages
from tests.support.open_store import OpenStore
from tests.support.partners import context, new_partner
from trunkline.actions.imports.add_messages import add_messages
from trunkline.actions.imports.recompute import recompute_chats
from trunkline.domain.chat import Chat, Health, HealthStatus
from trunkline.domain.message import Content, DeliveryStatus, Message, TextPart
from trunkline.sources.to_domain import Imported

# When (in microseconds), whether the line sent it, whether it failed, and its text.
Row = tuple[int, bool, bool, str]
ROWS = st.lists(
    st.tuples(st.integers(0, 50), st.booleans(), st.booleans(), st.sampled_from(["hello", "STOP", "opt-out"])),
    max_size=40,
    unique_by=lambda row: row[0],
)
DIRECT, GROUP = make_chat(1), make_chat(2, (ALICE, BOB))


def make_message(chat: Chat, row: Row) -> Message:
    at, from_me, failed, text = row
    message_id = chat_id(at)
    sent_status = DeliveryStatus.FAILED if failed else DeliveryStatus.SENT
    return Message(
        id=message_id,
        chat_id=chat.id,
        sender=chat.participants[0 if from_me else 1],
        content=Content((TextPart(text),)),
        thread=message_id,
        created_at=NOW + at,
        updated_at=NOW + at,
        delivery_status=sent_status if from_me else DeliveryStatus.READ,
    )


def imported(opened: OpenStore, chat: Chat, *imports: Sequence[Message]) -> Chat:
    """The chat of a new partner after these imports."""

    async def run(chat: Chat) -> Chat:
        partner = await new_partner(opened.store)
        async with opened.store.change(context(partner.id)) as change:
            for messages in imports:
                added = await add_messages(change, map(Imported, messages), lambda: None)
                chat = (await recompute_chats(change, {chat.id: chat}, added)).get(chat.id, chat)
            await change.load([chat])
        return chat

    return opened.run(run(chat))


@settings(max_examples=40)
@given(rows=ROWS, random=st.randoms(), chat=st.sampled_from([DIRECT, GROUP]), cut=st.floats(0, 1))
def test_neither_the_order_of_messages_nor_the_number_of_imports_changes_the_health(
    opened: OpenStore, rows: list[Row], random: Random, chat: Chat, cut: float
) -> None:
    messages = [make_message(chat, row) for row in rows]
    shuffled = list(messages)
    random.shuffle(shuffled)
    middle = round(cut * len(shuffled))
    expected = health_from_messages(chat, messages)
    assert imported(opened, chat, sorted(messages, key=lambda message: message.created_at)).health == expected
    assert imported(opened, chat, shuffled[:middle], shuffled[middle:]).health == expected


@settings(max_examples=20)
@given(rows=ROWS, chat=st.sampled_from([DIRECT, GROUP]))
def test_a_reply_makes_a_chat_healthy(opened: OpenStore, rows: list[Row], chat: Chat) -> None:
    messages = [make_message(chat, row) for row in [*rows, (99, False, False, "hello")]]
    assert imported(opened, chat, messages).health.status is HealthStatus.HEALTHY


@pytest.mark.parametrize("chat", [DIRECT, GROUP], ids=["direct", "group"])
def test_an_opt_out_outweighs_unanswered_and_failed_messages_but_not_in_a_group(opened: OpenStore, chat: Chat) -> None:
    rows = [(42, False, False, "STOP"), *[(100 + at, True, at % 2 == 0, "hello") for at in range(198)]]
    health = imported(opened, chat, [make_message(chat, row) for row in rows]).health
    if chat.is_group:
        assert health.status is HealthStatus.CRITICAL
    else:
        assert health == Health(HealthStatus.OPTED_OUT, NOW + 42)


def test_an_opt_out_keyword_in_a_group_leaves_it_healthy(opened: OpenStore) -> None:
    assert imported(opened, GROUP, [make_message(GROUP, (42, False, False, "STOP"))]).health == GROUP.health
