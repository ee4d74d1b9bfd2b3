"""Merging what an archive tells with what is known (imports are repeated, and overlap)."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from tests.support.chats import ALICE, BOB, CAROL, NOW, make_chat
from trunkline.domain.chat import Chat, ParticipantStatus
from trunkline.domain.instant import DAY
from trunkline.domain.merge import merge

CHATS = st.builds(
    make_chat,
    st.just(1),
    st.lists(st.sampled_from([ALICE, BOB, CAROL]), min_size=1, unique=True),
    updated_at=st.integers(NOW, NOW + 5),
    name=st.sampled_from([None, "Trip", "Trip 2"]),
)


def later(chat: Chat) -> Chat:
    """The same chat as it was a day later."""
    return msgspec.structs.replace(chat, updated_at=chat.updated_at + DAY)


@given(CHATS, CHATS)
def test_merging_again_changes_nothing(known: Chat, told: Chat) -> None:
    merged = merge(known, told)
    assert merge(merged, told) == merged
    assert merge(merged, known) == merged


@given(CHATS, CHATS)
def test_everybody_is_in_the_merged_chat_once_and_the_line_first(known: Chat, told: Chat) -> None:
    merged = merge(known, told)
    handles = [participant.handle for participant in merged.participants]
    assert sorted(handles) == sorted({known.line, *known.recipients, *told.recipients})
    assert merged.participants[0].is_me
    assert merged.id == known.id


def test_the_newer_says_how_things_stand_and_each_adds_what_the_other_does_not_know() -> None:
    known = make_chat(1, (ALICE, BOB), name="Old")
    told = later(make_chat(2, (ALICE, CAROL), name="New"))
    gone = msgspec.structs.replace(told.participants[1], status=ParticipantStatus.LEFT, left_at=NOW)
    told = msgspec.structs.replace(told, participants=(told.participants[0], gone, told.participants[2]))
    merged = merge(known, told)
    assert (merged.name, merged.updated_at) == ("New", told.updated_at)
    assert merged.participants[1].status is ParticipantStatus.LEFT
    older = merge(told, known)
    assert (older.name, older.updated_at) == ("New", told.updated_at)
    assert older.participants[1].status is ParticipantStatus.LEFT
