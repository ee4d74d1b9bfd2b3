"""The members of a group, from its list of members and the recorded joins and departures."""

from hypothesis import given
from hypothesis import strategies as st

from trunkline.domain.chat import ParticipantStatus, Service
from trunkline.sources.base import Member
from trunkline.sources.membership import MembershipEvent, members

ADA, BOB, CY = "+14155550001", "+14155550002", "cy@example.com"
JOINED, LEFT, REMOVED = ParticipantStatus.ACTIVE, ParticipantStatus.LEFT, ParticipantStatus.REMOVED


def test_a_listed_person_without_events_is_a_member_since_an_unknown_time() -> None:
    assert members([ADA], [], {}, Service.SMS) == (Member(handle=ADA, service=Service.SMS),)


def test_events_say_when_and_how_people_joined_and_left() -> None:
    events = [
        MembershipEvent(30, CY, REMOVED),
        MembershipEvent(10, BOB, JOINED),
        MembershipEvent(20, BOB, LEFT),
        MembershipEvent(15, ADA, JOINED),
    ]
    assert members([ADA], events, {}, Service.IMESSAGE) == (
        Member(handle=ADA, service=Service.IMESSAGE, joined_at=15),
        Member(handle=BOB, service=Service.IMESSAGE, joined_at=10, left_at=20, status=LEFT),
        Member(handle=CY, service=Service.IMESSAGE, left_at=30, status=REMOVED),
    )


def test_a_person_who_joins_again_is_a_member_again() -> None:
    events = [MembershipEvent(10, ADA, REMOVED), MembershipEvent(20, ADA, JOINED)]
    assert members([ADA], events, {}, Service.SMS) == (Member(handle=ADA, service=Service.SMS, joined_at=20),)


def test_a_sender_who_is_not_listed_has_left() -> None:
    found = members([ADA], [], {BOB: Service.RCS}, Service.SMS)
    assert found[1] == Member(handle=BOB, service=Service.RCS, status=LEFT)


def test_without_a_list_everyone_counts_as_a_member() -> None:
    assert members([], [], {BOB: Service.RCS}, Service.SMS) == (Member(handle=BOB, service=Service.RCS),)


@given(
    st.lists(st.sampled_from([ADA, BOB, CY])),
    st.lists(
        st.builds(
            MembershipEvent, st.integers(0, 9), st.sampled_from([ADA, BOB, CY]), st.sampled_from(ParticipantStatus)
        )
    ),
)
def test_everyone_appears_once_and_no_active_member_has_a_departure_time(
    listed: list[str], events: list[MembershipEvent]
) -> None:
    found = members(listed, events, {}, Service.SMS)
    assert {member.handle for member in found} == {*listed, *(event.handle for event in events)}
    assert len({member.handle for member in found}) == len(found)
    assert not [member for member in found if member.left_at is not None and member.status is JOINED]
