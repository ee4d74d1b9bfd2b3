"""Documents: the chat comes back whole, and only our own references get the base of ``doc_url``."""

import json
from collections.abc import Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from trunkline.domain.chat import Chat, Health, HealthStatus, Participant, ParticipantStatus, Service
from trunkline.domain.document import complete, parse, render
from trunkline.domain.instant import DAY

BASE = b"https://chats.example"

# What a person could write to be taken for a reference of ours, among whatever else people write.
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
def test_a_chat_comes_back_from_its_document(chat: Chat) -> None:
    assert parse(render(chat), chat.name) == chat


@given(st.lists(chats, min_size=1, max_size=3))
def test_a_page_differs_from_its_documents_in_the_references_alone(page: Sequence[Chat]) -> None:
    stored: list[dict[str, Any]] = [json.loads(complete(render(chat), b"")) for chat in page]
    served = json.loads(complete(b"[" + b",".join(render(chat) for chat in page) + b"]", BASE))
    for document in stored:
        health = document["health_status"]
        anchor = {"HEALTHY": "healthy", "AT_RISK": "at-risk", "CRITICAL": "critical", "OPTED_OUT": "opted-out"}
        health["doc_url"] = f"{BASE.decode()}/guides/chats/chat-health#{anchor[health['status']]}"
    assert served == stored


@given(chats)
def test_the_display_name_is_the_recipients_until_there_is_a_name(chat: Chat) -> None:
    recipients = ", ".join(participant.handle for participant in chat.participants[1:])
    assert json.loads(complete(render(chat), BASE))["display_name"] == (recipients if chat.name is None else chat.name)
