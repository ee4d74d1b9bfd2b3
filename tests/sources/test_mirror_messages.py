"""Mapping the messages of an upstream: pieces that are not as documented are skipped one by one."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.chats import ALICE, NOW, make_chat
from trunkline.domain.chat import Participant, Service
from trunkline.domain.message import (
    Animation,
    Content,
    Decoration,
    DeliveryStatus,
    Effect,
    EffectKind,
    LinkPart,
    MediaPart,
    Message,
    Part,
    Reaction,
    ReactionType,
    ReplyTo,
    Style,
    TextPart,
)
from trunkline.schemas.message import render_message
from trunkline.sources.base import SkippedMessage
from trunkline.sources.mirror.messages import UNKNOWN_MESSAGE, UNKNOWN_PART, UNKNOWN_REACTION, in_threads, message_of

CHAT = make_chat(1)
ME, ADA = CHAT.participants
ID, OTHER = "0e8400e2-9b41-41d4-8716-446655440001", "0e8400e2-9b41-41d4-8716-446655440002"


def make(*parts: Part, message_id: str = ID, sender: Participant = ADA, reply_to: str | None = None) -> Message:
    return Message(
        id=message_id,
        chat_id=CHAT.id,
        sender=sender,
        content=Content(
            parts or (TextPart("Hello"),), reply_to=None if reply_to is None else ReplyTo(reply_to, part_index=1)
        ),
        thread=reply_to or message_id,
        created_at=NOW,
        updated_at=NOW + 1,
        delivery_status=DeliveryStatus.READ,
        service=Service.RCS,
        sent_at=NOW,
        delivered_at=NOW + 1,
        read_at=None,
    )


def wire(message: Message) -> dict[str, Any]:
    """The message in the JSON of this API."""
    return msgspec.json.decode(render_message(message))


REACTIONS = st.lists(
    st.builds(
        Reaction,
        id=st.uuids().map(str),
        by=st.sampled_from([ME, ADA]),
        type=st.sampled_from(ReactionType),
        custom_emoji=st.none() | st.sampled_from(["🥐"]),
    ),
    max_size=2,
).map(tuple)
DECORATIONS = st.lists(
    st.builds(Decoration, range=st.just((0, 1)), style=st.sampled_from(Style))
    | st.builds(Decoration, range=st.just((1, 2)), animation=st.sampled_from(Animation)),
    max_size=2,
).map(tuple)
PARTS = st.lists(
    st.builds(
        TextPart,
        value=st.text(min_size=1),
        decorations=DECORATIONS,
        mention=st.none() | st.just(ALICE),
        reactions=REACTIONS,
    )
    | st.builds(
        MediaPart,
        id=st.uuids().map(str),
        url=st.just("https://example.com/a.png"),
        filename=st.text(),
        mime_type=st.just("image/png"),
        size_bytes=st.integers(0, 2**53),
        reactions=REACTIONS,
    )
    | st.builds(LinkPart, value=st.just("https://example.com"), reactions=REACTIONS),
    min_size=1,
    max_size=3,
)


@given(
    PARTS,
    st.sampled_from([ME, ADA]),
    st.sampled_from(DeliveryStatus),
    st.none() | st.just(Effect(EffectKind.SCREEN, "confetti")),
)
def test_a_message_in_the_json_of_this_service_is_mapped_without_loss(
    parts: list[Part], sender: Participant, status: DeliveryStatus, effect: Effect | None
) -> None:
    original = make(*parts, sender=sender, reply_to=OTHER)
    content = msgspec.structs.replace(original.content, effect=effect, preferred_service=Service.SMS)
    original = msgspec.structs.replace(original, content=content, delivery_status=status)
    mapped = message_of(wire(original), CHAT)
    expected = wire(original)
    assert mapped.message is not None
    assert mapped.skipped == ()
    # The JSON gives the range of a mention of the whole text, so the mapped mention has it, too.
    assert [each["value"] for each in expected["parts"] if "value" in each] == [
        part.value for part in mapped.message.content.parts if isinstance(part, TextPart | LinkPart)
    ]
    assert render_message(mapped.message) == render_message(original)


@pytest.mark.parametrize(
    "change",
    [
        {"id": "message-1"},
        {"id": None},
        {"created_at": "2024-01-15T10:30:00"},
        {"created_at": None},
        {"delivery_status": "teleported"},
        {"is_from_me": None},
        {"parts": "Hello"},
        {"from_handle": None, "from": None},
        {"from_handle": {"id": "x"}, "from": "+13105550199"},
    ],
    ids=str,
)
def test_a_message_that_is_not_as_documented_is_skipped(change: dict[str, Any]) -> None:
    mapped = message_of(wire(make()) | change, CHAT)
    assert mapped.records() == [SkippedMessage(UNKNOWN_MESSAGE)]


@pytest.mark.parametrize("decoded", [None, "hello", [], 7, {}], ids=str)
def test_a_value_that_is_not_a_message_is_skipped(decoded: object) -> None:
    assert message_of(decoded, CHAT).message is None


@pytest.mark.parametrize(
    "change",
    [
        {"service": "Pigeon"},
        {"effect": {"name": "confetti"}},
        {"reply_to": {"message_id": "x"}},
        {"preferred_service": 7},
        {"updated_at": None},
        {"parts": None},
        {"reconciled_at": "2024-01-15T10:30:00Z"},
    ],
    ids=str,
)
def test_an_unknown_value_of_an_optional_field_is_ignored(change: dict[str, Any]) -> None:
    assert message_of(wire(make()) | change, CHAT).message is not None


@pytest.mark.parametrize("from_me", [True, False])
def test_a_sender_without_details_is_the_participant_with_that_handle(from_me: bool) -> None:
    sender = ME if from_me else ADA
    mapped = message_of(wire(make(sender=sender)) | {"from_handle": None}, CHAT)
    assert mapped.message is not None
    assert mapped.message.sender == sender


@pytest.mark.parametrize(
    ("part", "text"),
    [
        ({"type": "app_clip", "value": "https://example.com/clip"}, "https://example.com/clip"),
        ({"type": "imessage_app", "url": "https://example.com", "fallback_text": "A card"}, "A card"),
        ({"type": "hologram", "value": 7}, None),
        ({"type": "media", "url": "https://example.com/a.png"}, "https://example.com/a.png"),
        ({}, None),
        ("text", None),
    ],
    ids=str,
)
def test_a_part_of_an_unknown_type_becomes_text_if_it_contains_any(part: Any, text: str | None) -> None:
    mapped = message_of(wire(make()) | {"parts": [part]}, CHAT)
    assert mapped.message is not None
    assert mapped.message.content.parts == (() if text is None else (TextPart(text),))
    assert mapped.skipped == (UNKNOWN_PART,)


def test_an_unknown_reaction_is_skipped_and_one_without_an_id_gets_one() -> None:
    decoded = wire(make(TextPart("Hello", reactions=(Reaction(OTHER, ADA, ReactionType.LOVE),))))
    (love,) = decoded["parts"][0]["reactions"]
    decoded["parts"][0]["reactions"] = [love | {"id": None}, love | {"type": "sticker"}, love | {"handle": {}}]
    mapped, again = message_of(decoded, CHAT), message_of(decoded, CHAT)
    assert mapped.message is not None
    (kept,) = mapped.message.content.parts[0].reactions
    assert (kept.type, kept.by) == (ReactionType.LOVE, ADA)
    assert mapped.skipped == (UNKNOWN_REACTION, UNKNOWN_REACTION)
    assert mapped == again


def test_a_reply_is_in_the_thread_of_the_message_it_replies_to() -> None:
    first, second = "00000000-0000-0000-0000-00000000000a", "00000000-0000-0000-0000-00000000000b"
    third = "00000000-0000-0000-0000-00000000000c"
    messages = [
        make(message_id=first, reply_to="known"),
        make(message_id=second, reply_to=first),
        make(message_id=third, reply_to="gone"),
        make(),
    ]
    assert [message.thread for message in in_threads(messages, {"known": "root"})] == ["root", "root", "gone", ID]
