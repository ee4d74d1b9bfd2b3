"""Both halves against the real service, over a real socket."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

import pytest

import linq
from tests.sdk.clients import Half
from tests.support.command import run_json, serving

CHATS = 250


@dataclass(frozen=True)
class Service:
    url: str
    key: str
    line: str


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A running service with sample chats."""
    database = f"sqlite:///{tmp_path_factory.mktemp('service') / 'trunkline.db'}"
    [partner] = run_json("demo", "--chats", str(CHATS), database=database)["partners"]
    with serving(database) as url:
        yield Service(url, partner["key"], partner["lines"][0])


@pytest.mark.parametrize("path", ["", "/api/partner"])
@pytest.mark.parametrize("prefetch", [0, 1])
def test_iterating_finds_every_chat_once_and_typed(half: Half, service: Service, path: str, prefetch: int) -> None:
    client = half.client(base_url=service.url + path, api_key=service.key)
    chats = half.collect(client.chats.list_chats(limit=100, prefetch=prefetch))
    assert len({chat.id for chat in chats}) == len(chats) == CHATS
    assert all(chat.handles[0].is_me and chat.updated_at.tzinfo for chat in chats)
    assert [chat.updated_at for chat in chats] == sorted((chat.updated_at for chat in chats), reverse=True)
    half.run(client.close())


def test_filters_reach_the_service(half: Half, service: Service) -> None:
    client = half.client(base_url=service.url, api_key=service.key)
    chats = half.collect(client.chats.list_chats(from_=service.line))
    assert {chat.handles[0].handle for chat in chats} == {service.line}
    other = chats[0].handles[1].handle
    found = half.collect(client.chats.list_chats(to=other))
    assert all(other in [handle.handle for handle in chat.handles] for chat in found)
    assert chats[0].id in [chat.id for chat in found]
    half.run(client.close())


@pytest.mark.parametrize(
    ("options", "arguments", "kind", "code"),
    [
        ({"api_key": "tk_nobody"}, {}, linq.AuthenticationError, 2004),
        ({}, {"limit": 0}, linq.BadRequestError, 1005),
        ({}, {"from_": "12 34"}, linq.BadRequestError, 1002),
        ({}, {"from_": "+12223334444"}, linq.PermissionDeniedError, 2006),
        ({}, {"cursor": "edited"}, linq.BadRequestError, 1005),
    ],
)
def test_the_services_refusals_are_told_with_code_and_trace_id(
    half: Half,
    service: Service,
    options: dict[str, Any],
    arguments: dict[str, Any],
    kind: type[linq.APIStatusError],
    code: int,
) -> None:
    client = half.client(None, **{"base_url": service.url, "api_key": service.key} | options)
    with pytest.raises(kind) as caught:
        half.run(client.chats.list_chats(**arguments))
    assert caught.value.code == code
    assert caught.value.trace_id == caught.value.response.headers["x-trace-id"]
    assert len(caught.value.trace_id or "") == 32
    half.run(client.close())


HELLO = {"parts": [{"type": "text", "value": "Hello"}]}


def test_a_conversation_from_its_first_message_to_its_last(half: Half, service: Service) -> None:
    """Every response matches its model exactly: none is parsed leniently."""
    client = half.client(base_url=service.url, api_key=service.key)
    person, other = f"{half.name}@example.com", f"{half.name}-2@example.com"

    def done(promise: Any) -> Any:
        given = half.run(promise)
        if given is not None:
            assert cast("Any", type(given)).model_validate(given.to_dict(mode="json")) == given
        return given

    chat = done(client.chats.create(from_=service.line, to=[person], message=HELLO)).chat
    assert chat.message.delivery_status == "pending"
    keyed = {**HELLO, "idempotency_key": f"{half.name}-1"}
    first, again = (done(client.chats.messages.send(chat.id, message=keyed)).message.id for _ in range(2))
    assert first == again
    anywhere = done(client.messages.create(to=[person], message=HELLO, idempotency_key=f"{half.name}-2"))
    assert (anywhere.chat_id, anywhere.from_, anywhere.created_new_chat) == (chat.id, service.line, False)
    listed = half.collect(client.chats.messages.list(chat.id, limit=1, prefetch=1))
    assert [each.id for each in listed] == [anywhere.message.id, first, chat.message.id]
    done(client.messages.add_reaction(first, operation="add", type="custom", custom_emoji="🦊"))
    (part,) = done(client.messages.retrieve(first)).parts
    assert (part.value, part.reactions[0].custom_emoji, part.reactions[0].is_me) == ("Hello", "🦊", True)
    assert half.collect(client.messages.list_messages_thread(first))[0].id == first
    assert done(client.chats.mark_as_read(chat.id)) is None
    assert done(client.chats.typing.start(chat.id)) is None
    assert done(client.chats.typing.stop(chat.id)) is None
    assert done(client.messages.delete(first)) is None
    with pytest.raises(linq.NotFoundError) as caught:
        done(client.messages.retrieve(first))
    assert caught.value.code == 2002

    group = done(client.chats.create(from_=service.line, to=[person, other, "c@example.com"], message=HELLO)).chat
    done(client.chats.update(group.id, display_name="Us"))
    done(client.chats.participants.add(group.id, handle="d@example.com"))
    done(client.chats.participants.remove(group.id, handle=other))
    listed = half.run(client.chats.list_chats(to="d@example.com", limit=1)).chats[0]
    assert (listed.id, listed.display_name) == (group.id, "Us")
    assert {each.handle: each.status for each in listed.handles}[other] == "removed"
    done(client.chats.leave_chat(group.id))
    with pytest.raises(linq.ConflictError) as left:
        done(client.chats.messages.send(group.id, message=HELLO))
    assert left.value.code == 2013

    done(client.blocked_handles.block(handle=other, reason="spam"))
    assert [each.handle for each in done(client.blocked_handles.list()).blocked_handles] == [other]
    assert done(client.blocked_handles.unblock(handle=other)) is None
    assert done(client.capability.check_i_message(address=person)).address == person
    number = "+14155550123"
    assert done(client.capability.check_RCS(address=number, from_=service.line)).address == number
    assert service.line in [each.phone_number for each in done(client.phone_numbers.list()).phone_numbers]
    assert service.line in [each.phone_number for each in done(client.phonenumbers.list()).phone_numbers]
    card = done(client.contact_card.create(phone_number=service.line, first_name="Harbor", last_name="Bakery"))
    changed = done(client.contact_card.update(phone_number=service.line, last_name=""))
    assert (card.last_name, changed.first_name, changed.last_name) == ("Bakery", "Harbor", None)
    assert done(client.contact_card.retrieve(phone_number=service.line)).contact_cards == [changed]
    assert done(client.chats.share_contact_card(chat.id)) is None
    available = done(client.available_number.retrieve(to=[person], exclude_from=["+14155550199"], type="iMessage"))
    assert available.phone_number == service.line
    assert available.vcf_url.endswith(".vcf")
    half.run(client.close())


def test_following_yields_what_changes_and_resumes(half: Half, service: Service) -> None:
    client = half.client(base_url=service.url, api_key=service.key)
    person = f"{half.name}-followed@example.com"
    chat = half.run(client.chats.create(from_=service.line, to=[person], message=HELLO)).chat
    follower = client.chats.follow(to=person, include="last_message,unread_count")
    assert half.step(follower).id == chat.id
    assert follower.token is None
    half.run(client.chats.messages.send(chat.id, message=HELLO))
    changed = half.step(follower)
    assert (changed.id, changed.last_message.parts[0].value, changed.unread_count) == (chat.id, "Hello", 0)
    assert changed.message_count is None
    resumed = client.chats.follow(follower.token, to=person)
    assert half.step(resumed).id == chat.id
    with pytest.raises(linq.BadRequestError):
        half.step(client.chats.follow("edited"))
    half.run(follower.close())
    assert half.collect(follower) == []
    half.run(client.close())
