"""Merging an imported chat with the stored one (imports are repeated, and overlap)."""

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
    """The same chat a day later."""
    return msgspec.structs.replace(chat, updated_at=chat.updated_at + DAY)


@given(CHATS, CHATS)
def test_merging_again_changes_nothing(known: Chat, imported: Chat) -> None:
    merged = merge(known, imported)
    assert merge(merged, imported) == merged
    assert merge(merged, known) == merged


@given(CHATS, CHATS)
def test_every_participant_is_in_the_merged_chat_once_and_the_line_is_first(known: Chat, imported: Chat) -> None:
    merged = merge(known, imported)
    handles = [participant.handle for participant in merged.participants]
    assert sorted(handles) == sorted({known.line, *known.recipients, *imported.recipients})
    assert merged.participants[0].is_me
    assert merged.id == known.id


def test_the_newer_chat_describes_the_present_and_each_adds_what_the_other_lacks() -> None:
    known = make_chat(1, (ALICE, BOB), name="Old")
    imported = later(make_chat(2, (ALICE, CAROL), name="New"))
    departed = msgspec.structs.replace(imported.participants[1], status=ParticipantStatus.LEFT, left_at=NOW)
    imported = msgspec.structs.replace(
        imported, participants=(imported.participants[0], departed, imported.participants[2])
    )
    merged = merge(known, imported)
    assert (merged.name, merged.updated_at) == ("New", imported.updated_at)
    assert merged.participants[1].status is ParticipantStatus.LEFT
    older = merge(imported, known)
    assert (older.name, older.updated_at) == ("New", imported.updated_at)
    assert older.participants[1].status is ParticipantStatus.LEFT
