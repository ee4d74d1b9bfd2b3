"""Documents of chats: parsing restores the chat, and only the rendered ``doc_url`` gets a base."""

import json
from collections.abc import Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from trunkline.domain.chat import Chat, Health, HealthStatus, Participant, ParticipantStatus, Service
from trunkline.domain.instant import DAY
from trunkline.schemas.chat import parse_chat, render_chat, with_doc_base

BASE = b"https://chats.example"

# Includes text that looks like the ``doc_url`` of a document.
texts = st.one_of(
    st.text(),
    st.lists(
        st.sampled_from(['"', "\\", "doc_url", ":", '"doc_url":"#', ",", "#healthy", "{", "}", "\x00", "\x1a", "ü"])
    ).map("".join),
)
instants = st.integers(-1000 * 365 * DAY, 8000 * 365 * DAY)
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
chats = st.builds(
    Chat,
    texts,
    st.lists(participants, min_size=2, max_size=5).map(tuple),
    st.booleans(),
    st.builds(Health, st.sampled_from(HealthStatus), instants),
    instants,
    instants,
    st.none() | texts,
    st.none() | st.sampled_from(Service),
    st.none() | texts,
)


@given(chats)
def test_parsing_a_document_restores_the_chat(chat: Chat) -> None:
    assert parse_chat(render_chat(chat), chat.name) == chat


@given(st.lists(chats, min_size=1, max_size=3))
def test_with_doc_base_changes_nothing_but_the_doc_url_of_each_chat(page: Sequence[Chat]) -> None:
    stored: list[dict[str, Any]] = [json.loads(with_doc_base(render_chat(chat), b"")) for chat in page]
    served = json.loads(with_doc_base(b"[" + b",".join(render_chat(chat) for chat in page) + b"]", BASE))
    for document in stored:
        health = document["health_status"]
        anchor = {"HEALTHY": "healthy", "AT_RISK": "at-risk", "CRITICAL": "critical", "OPTED_OUT": "opted-out"}
        health["doc_url"] = f"{BASE.decode()}/guides/chats/chat-health#{anchor[health['status']]}"
    assert served == stored


@given(chats)
def test_the_display_name_is_the_name_or_else_the_recipients(chat: Chat) -> None:
    recipients = ", ".join(participant.handle for participant in chat.participants[1:])
    assert json.loads(with_doc_base(render_chat(chat), BASE))["display_name"] == (
        recipients if chat.name is None else chat.name
    )
