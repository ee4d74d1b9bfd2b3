"""Who is in a group, from the list of today and the comings and goings on record."""

from hypothesis import given
from hypothesis import strategies as st

from trunkline.domain.chat import ParticipantStatus, Service
from trunkline.sources.base import Member
from trunkline.sources.membership import Change, members

ADA, BOB, CY = "+14155550001", "+14155550002", "cy@example.com"
JOINED, LEFT, REMOVED = ParticipantStatus.ACTIVE, ParticipantStatus.LEFT, ParticipantStatus.REMOVED


def test_who_is_listed_is_a_member_since_a_time_nobody_recorded() -> None:
    assert members([ADA], [], {}, Service.SMS) == (Member(handle=ADA, service=Service.SMS),)


def test_changes_say_when_and_how() -> None:
    changes = [Change(30, CY, REMOVED), Change(10, BOB, JOINED), Change(20, BOB, LEFT), Change(15, ADA, JOINED)]
    assert members([ADA], changes, {}, Service.IMESSAGE) == (
        Member(handle=ADA, service=Service.IMESSAGE, joined_at=15),
        Member(handle=BOB, service=Service.IMESSAGE, joined_at=10, left_at=20, status=LEFT),
        Member(handle=CY, service=Service.IMESSAGE, left_at=30, status=REMOVED),
    )


def test_who_comes_back_is_a_member_again() -> None:
    changes = [Change(10, ADA, REMOVED), Change(20, ADA, JOINED)]
    assert members([ADA], changes, {}, Service.SMS) == (Member(handle=ADA, service=Service.SMS, joined_at=20),)


def test_who_wrote_but_is_not_listed_has_left() -> None:
    found = members([ADA], [], {BOB: Service.RCS}, Service.SMS)
    assert found[1] == Member(handle=BOB, service=Service.RCS, status=LEFT)


def test_without_any_list_everyone_counts_as_a_member() -> None:
    assert members([], [], {BOB: Service.RCS}, Service.SMS) == (Member(handle=BOB, service=Service.RCS),)


@given(
    st.lists(st.sampled_from([ADA, BOB, CY])),
    st.lists(st.builds(Change, st.integers(0, 9), st.sampled_from([ADA, BOB, CY]), st.sampled_from(ParticipantStatus))),
)
def test_everyone_appears_once_and_only_who_went_has_a_time_of_going(listed: list[str], changes: list[Change]) -> None:
    found = members(listed, changes, {}, Service.SMS)
    assert {member.handle for member in found} == {*listed, *(change.handle for change in changes)}
    assert len({member.handle for member in found}) == len(found)
    assert not [member for member in found if member.left_at is not None and member.status is JOINED]
