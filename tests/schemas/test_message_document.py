"""Documents of messages: parsing restores the message, and the response to a send is a part of it."""

import json
from typing import TypeAlias

from hypothesis import given
from hypothesis import strategies as st

from trunkline.domain.chat import Participant, ParticipantStatus, Service
from trunkline.domain.instant import DAY
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
    PollOption,
    PollPart,
    Reaction,
    ReactionType,
    ReplyTo,
    Style,
    TextPart,
    Vote,
)
from trunkline.schemas.message import message_schema, parse_message, render_message
from trunkline.schemas.polls import render_poll
from trunkline.schemas.sending import SentMessageSchema, sent_message_schema

Parts: TypeAlias = st.SearchStrategy[Part]

texts = st.one_of(st.text(), st.sampled_from(['"', "\\", '"doc_url":"#', "\x00", "\x1a", "🎂"]))
instants = st.integers(-1000 * 365 * DAY, 8000 * 365 * DAY)
ranges = st.tuples(st.integers(0, 10**6), st.integers(0, 10**6))
participants = st.builds(
    Participant,
    texts,
    texts,
    st.sampled_from(Service),
    instants,
    st.booleans(),
    st.none() | instants,
    st.sampled_from(ParticipantStatus),
)
reactions = st.lists(
    st.builds(Reaction, texts, participants, st.sampled_from(ReactionType), st.none() | texts), max_size=3
).map(tuple)
decorations = st.builds(Decoration, ranges, st.none() | st.sampled_from(Style), st.none() | st.sampled_from(Animation))
parts: Parts = st.one_of(
    st.builds(
        TextPart,
        texts,
        st.lists(decorations, max_size=3).map(tuple),
        st.none() | texts,
        st.none() | ranges,
        reactions,
    ),
    st.builds(MediaPart, texts, texts, texts, texts, st.integers(0, 2**53), reactions),
    st.builds(LinkPart, texts, reactions),
)
votes = st.lists(st.builds(Vote, texts, instants), max_size=3).map(tuple)
polls = st.builds(
    PollPart, st.lists(st.builds(PollOption, texts, texts, participants, votes), max_size=3).map(tuple), reactions
)
contents = st.builds(
    Content,
    st.lists(parts, max_size=4).map(tuple) | polls.map(lambda poll: (poll,)),
    st.none() | st.builds(Effect, st.sampled_from(EffectKind), texts),
    st.none() | st.builds(ReplyTo, texts, st.integers(0, 99)),
    st.none() | st.sampled_from(Service),
)
times = st.none() | instants
messages = st.builds(
    Message,
    texts,
    texts,
    participants,
    contents,
    texts,
    instants,
    instants,
    st.sampled_from(DeliveryStatus),
    st.none() | st.sampled_from(Service),
    times,
    times,
    times,
    st.none() | texts,
    st.integers(0, 9),
)


@given(messages)
def test_parsing_a_document_restores_the_message(message: Message) -> None:
    poll = message.content.poll
    document = None if poll is None else render_poll(message, poll)
    columns = (message.thread, message.idempotency_key, message.edits, document)
    assert parse_message(render_message(message), *columns) == message


@given(messages)
def test_a_document_is_complete_json_without_internal_fields(message: Message) -> None:
    stored = render_message(message)
    # ``with_doc_base`` finds nothing to replace in the document of a message.
    assert b"\x1a" not in stored
    document = json.loads(stored)
    assert document["from"] == document["from_handle"]["handle"] == message.sender.handle
    assert document["is_from_me"] == message.sender.is_me
    assert document["is_delivered"] == (message.delivery_status in {"delivered", "read"})
    assert document["is_read"] == (message.delivery_status == "read")
    assert [part["type"] for part in document["parts"]] == [
        {TextPart: "text", MediaPart: "media", LinkPart: "link"}[type(part)]
        for part in message.content.parts
        if not isinstance(part, PollPart)
    ]
    assert not {"thread", "idempotency_key", "edits"} & document.keys()


@given(messages)
def test_the_response_to_a_send_is_a_part_of_the_message(message: Message) -> None:
    whole, sent = message_schema(message), sent_message_schema(message)
    assert all(getattr(sent, name) == getattr(whole, name) for name in SentMessageSchema.__struct_fields__)
