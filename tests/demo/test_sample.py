"""The sample data shows every kind of chat, is fictional, and is the same for the same seed."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import chain, islice, pairwise

import pytest

from tests.support.chats import NOW
from tests.support.health import health_from_messages
from trunkline.demo.large import MOST, REGULARS, large
from trunkline.demo.small import NUMBERS, Sample, number, small
from trunkline.domain import content
from trunkline.domain.chat import Chat, HealthStatus, ParticipantStatus, Service
from trunkline.domain.errors import CommandError
from trunkline.domain.handle import normalise
from trunkline.domain.instant import DAY, HOUR, SECOND
from trunkline.domain.message import DeliveryStatus, MediaPart, Message, TextPart
from trunkline.schemas.chat import parse_chat, render_chat
from trunkline.schemas.message import parse_message, render_message

FICTIONAL = re.compile(r"\+1[2-9][0-8][0-9]55501[0-9]{2}|[a-z.0-9]+@example\.(?:com|org|net)")


def chats_of(sample: Sample) -> list[Chat]:
    return [chat for chunk in sample.chunks(NOW) for chat in chunk.chats]


def all_small() -> list[Chat]:
    return list(chain.from_iterable(chats_of(sample) for sample in small(7)))


def test_the_small_sample_has_every_kind_of_chat() -> None:
    for sample in small(7):
        chats = chats_of(sample)
        assert len(sample.lines) >= 2
        assert {chat.line for chat in chats} == {line for line, _ in sample.lines}
        assert {chat.health.status for chat in chats} == set(HealthStatus)
        assert {chat.service for chat in chats} == set(Service)
        assert {member.status for chat in chats for member in chat.participants} == set(ParticipantStatus)
        assert {chat.is_group for chat in chats} == {True, False}
        assert any("@" in handle for chat in chats for handle in chat.recipients)
        assert any(chat.is_group and chat.name is None for chat in chats)


def test_the_partners_share_only_recipients() -> None:
    first, second = (chats_of(sample) for sample in small(7))
    assert not {chat.line for chat in first} & {chat.line for chat in second}
    assert not {chat.id for chat in first} & {chat.id for chat in second}
    assert {handle for chat in first for handle in chat.recipients} & {
        handle for chat in second for handle in chat.recipients
    }


@pytest.mark.parametrize("sample", [*small(7), large(7, 8_000)], ids=lambda sample: sample.name)
def test_every_chat_is_valid(sample: Sample) -> None:
    chats = chats_of(sample)
    identifiers: Counter[str] = Counter()
    for chat in chats:
        counts = (chat.message_count, chat.unread_count)
        assert parse_chat(render_chat(chat), chat.name, *counts) == chat
        assert chat.is_group == (len(chat.recipients) > 1)
        assert chat.health.status is not HealthStatus.OPTED_OUT or not chat.is_group
        assert chat.created_at <= chat.health.updated_at <= chat.updated_at <= NOW
        handles = [member.handle for member in chat.participants]
        assert len(set(handles)) == len(handles)
        assert [member.is_me for member in chat.participants] == [True] + [False] * len(chat.recipients)
        for member in chat.participants:
            assert FICTIONAL.fullmatch(member.handle)
            assert normalise(member.handle) == member.handle
            assert (member.left_at is not None) == (member.status is not ParticipantStatus.ACTIVE)
            assert member.left_at is None or chat.created_at <= member.left_at <= chat.updated_at
        identifiers.update([chat.id, *(member.id for member in chat.participants)])
    assert set(identifiers.values()) == {1}
    direct = Counter(chat.recipients_key for chat in chats if not chat.is_group)
    assert set(direct.values()) == {1}


def small_chats() -> Iterator[tuple[Chat, list[Message]]]:
    """Every chat of the small sample with its messages."""
    for sample in small(7):
        for chunk in sample.chunks(NOW):
            for chat in chunk.chats:
                yield chat, [message for message in chunk.messages if message.chat_id == chat.id]


def test_every_chat_of_the_small_sample_has_consistent_messages() -> None:
    for chat, messages in small_chats():
        assert chat.message_count == len(messages) >= 2
        assert chat.unread_count == sum(message.delivery_status is DeliveryStatus.RECEIVED for message in messages)
        times = [message.created_at for message in messages]
        assert times == sorted(set(times))
        assert chat.created_at <= times[0]
        assert times[-1] == chat.updated_at
        handles = {member.id: member.handle for member in chat.participants}
        for message in messages:
            assert handles[message.sender.id] == message.sender.handle
            assert parse_message(render_message(message), message.thread, None, 0) == message
            content.check(message.content)


def test_the_health_of_the_small_sample_follows_from_its_messages() -> None:
    for chat, messages in small_chats():
        assert health_from_messages(chat, messages) == chat.health


def test_a_person_who_has_opted_out_writes_in_no_other_chat() -> None:
    for sample in small(7):
        [chunk] = sample.chunks(NOW)
        opted_out = {chat.recipients[0]: chat for chat in chunk.chats if chat.health.status is HealthStatus.OPTED_OUT}
        assert opted_out
        for message in chunk.messages:
            chat = opted_out.get(message.sender.handle)
            assert chat is None or message.chat_id == chat.id


def test_the_small_sample_has_every_kind_of_message() -> None:
    messages = [message for _, said in small_chats() for message in said]
    parts = [part for message in messages for part in message.content.parts]
    assert {type(part) for part in parts} == {TextPart, MediaPart}
    assert any(part.reactions for part in parts)
    assert any(message.content.reply_to for message in messages)
    assert {message.is_from_me for message in messages} == {True, False}
    statuses = {message.delivery_status for message in messages}
    assert statuses >= {DeliveryStatus.DELIVERED, DeliveryStatus.RECEIVED, DeliveryStatus.READ, DeliveryStatus.FAILED}
    assert len({message.id for message in messages}) == len(messages)


def test_the_small_sample_is_recent() -> None:
    ages = sorted(NOW - chat.updated_at for chat in all_small())
    assert ages[0] < HOUR
    assert ages[len(ages) // 2] < 7 * DAY


def test_the_same_seed_makes_the_same_chats() -> None:
    assert [chats_of(sample) for sample in small(7)] == [chats_of(sample) for sample in small(7)]
    assert list(small_chats()) == list(small_chats())
    assert chats_of(large(7, 6_000)) == chats_of(large(7, 6_000))
    assert chats_of(large(7, 100)) != chats_of(large(8, 100))


def test_the_large_sample_is_the_same_on_every_version_of_python() -> None:
    assert chats_of(large(7, 100))[-1].id == "019b76d9-379c-7bac-b660-487950c08674"


def test_the_large_sample_is_ordered_by_last_change_and_its_ids_by_creation() -> None:
    chats = chats_of(large(7, 12_345))
    assert len(chats) == 12_345
    assert all(earlier.updated_at < later.updated_at for earlier, later in pairwise(chats))
    by_creation = sorted(chats, key=lambda chat: chat.created_at)
    assert all(
        earlier.id < later.id or later.created_at - earlier.created_at < SECOND
        for earlier, later in pairwise(by_creation)
    )


def test_handles_of_the_large_sample_have_one_to_hundreds_of_chats() -> None:
    chats = chats_of(large(7, 20_000))
    count = Counter(handle for chat in chats for handle in chat.recipients)
    assert count[REGULARS[0]] > 500
    assert sum(100 <= many < 500 for many in count.values()) >= 5
    assert sum(many == 1 for many in count.values()) > 1_000
    assert len({chat.line for chat in chats}) > 1


def test_the_largest_sample_starts_at_once_and_has_enough_numbers() -> None:
    first = next(iter(large(7, MOST).chunks(NOW)))
    assert len(list(islice(first.chats, 10))) == 10
    assert number(NUMBERS - 1) == "+19895550199"


@pytest.mark.parametrize("chats", [0, -1, MOST + 1])
def test_an_invalid_number_of_chats_is_rejected(chats: int) -> None:
    with pytest.raises(CommandError, match="it must be from 1 to 10000000"):
        large(7, chats)
