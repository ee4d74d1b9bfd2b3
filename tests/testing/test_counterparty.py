"""What an app sees when a test plays the counterparties of a line."""

from pathlib import Path

import httpx2
import pytest

from linq import NotFoundError, PermissionDeniedError
from linq.types import (
    ContactCardReceivedWebhookEvent,
    MediaPartResponse,
    Message,
    MessageContentParam,
    TextPartResponse,
)
from trunkline.domain.errors import (
    InvalidContent,
    InvalidParameter,
    InvalidPhoneNumber,
    NoSuchAttachment,
    NoSuchMessage,
    NotFound,
)
from trunkline.testing import Dropped, Trunkline

ALICE, BOB, CAROL = "+13105550111", "bob@example.com", "+13105550113"
HELLO: MessageContentParam = {"parts": [{"type": "text", "value": "Hello"}]}
URL = "https://app.example.com/hook"


def words(message: Message) -> str:
    """The text of a message."""
    [part] = message.parts or []
    assert isinstance(part, TextPartResponse)
    return part.value


def send(trunkline: Trunkline, chat_id: str) -> str:
    """The id of a new message."""
    return trunkline.client.chats.messages.send(chat_id, message=HELLO).message.id


def test_receive_returns_the_message_that_the_client_reads(trunkline: Trunkline) -> None:
    line = trunkline.line("+12125550100")
    message = trunkline.receive("Hello", from_=ALICE, line=line, service="SMS")

    assert trunkline.client.messages.retrieve(message.id) == message
    assert (words(message), message.from_, message.service, message.is_from_me) == ("Hello", ALICE, "SMS", False)
    [chat] = trunkline.client.chats.list_chats()
    assert (chat.id, chat.service) == (message.chat_id, "SMS")
    assert [handle.handle for handle in chat.handles] == ["+12125550100", ALICE]


def test_the_contact_cards_that_a_counterparty_saw(trunkline: Trunkline) -> None:
    line = trunkline.line("+12125550100")
    chat = trunkline.chat(ALICE)
    card = trunkline.client.contact_card
    assert trunkline.contact_cards(chat) == []
    with pytest.raises(NotFoundError) as caught:
        trunkline.client.chats.share_contact_card(chat.id)
    assert caught.value.code == 2012

    card.create(phone_number=line.phone_number, first_name="Harbor", last_name="Bakery")
    trunkline.client.chats.share_contact_card(chat.id)
    card.update(phone_number=line.phone_number, first_name="Harbour")
    trunkline.rule(ALICE, fail="not an iPhone")
    trunkline.clock.advance(days=1)
    trunkline.client.chats.share_contact_card(chat.id)

    latest, first = trunkline.contact_cards(chat)
    assert (first.card.first_name, first.card.last_name) == ("Harbor", "Bakery")
    assert first.shown_at == first.shared_at
    assert (latest.card.first_name, latest.shared_at, latest.shown_at) == ("Harbour", trunkline.clock.now, None)


def test_a_counterparty_shares_a_contact_card(trunkline: Trunkline) -> None:
    trunkline.client.webhook_subscriptions.create(target_url=URL, subscribed_events=["contact_card.received"])
    line = trunkline.line("+12125550100")
    trunkline.share_contact_card("Ann", image_url="https://example.com/ann.png", from_="Ann@Example.com")
    [delivery] = trunkline.webhooks.deliveries
    assert isinstance(delivery.event, ContactCardReceivedWebhookEvent)
    assert delivery.event.data.to_dict() == {
        "first_name": "Ann",
        "last_name": "",
        "owner_handle": line.phone_number,
        "sender_handle": "ann@example.com",
        "media_url": "https://example.com/ann.png",
    }
    with pytest.raises(InvalidParameter, match="'image_url' is"):
        trunkline.share_contact_card("Ann", image_url="http://example.com/ann.png")
    trunkline.client.blocked_handles.block(handle=ALICE)
    with pytest.raises(Dropped):
        trunkline.share_contact_card("Ann", from_=ALICE)
    assert len(trunkline.webhooks.deliveries) == 1


def test_a_counterparty_sends_files(trunkline: Trunkline, tmp_path: Path) -> None:
    photo = tmp_path / "cat.png"
    photo.write_bytes(b"photo")
    message = trunkline.receive("Look", files=[photo, ("menu.pdf", b"%PDF")])
    _, cat, menu = message.parts or []
    assert isinstance(cat, MediaPartResponse)
    assert isinstance(menu, MediaPartResponse)
    assert (cat.filename, cat.mime_type, cat.size_bytes) == ("cat.png", "image/png", 5)
    with httpx2.Client(transport=trunkline.transport) as client:
        assert client.get(cat.url).content == b"photo"
    assert trunkline.file_bytes(menu) == b"%PDF"
    assert trunkline.client.attachments.retrieve(cat.id).status == "complete"
    [only] = trunkline.receive(files=[("a.txt", b"x")]).parts or []
    assert isinstance(only, MediaPartResponse)


def test_the_app_uploads_and_sends_a_file(trunkline: Trunkline) -> None:
    attachment = trunkline.client.attachments.create(filename="a.pdf", content_type="application/pdf", size_bytes=4)
    with httpx2.Client(transport=trunkline.transport) as client:
        put = client.put(attachment.upload_url, content=b"%PDF", headers=attachment.required_headers)
    assert put.status_code == 200
    message: MessageContentParam = {"parts": [{"type": "media", "attachment_id": attachment.attachment_id}]}
    sent = trunkline.client.chats.messages.send(trunkline.chat(ALICE).id, message=message).message
    [part] = sent.parts
    assert isinstance(part, MediaPartResponse)
    assert trunkline.file_bytes(part) == b"%PDF"
    trunkline.client.attachments.delete(part.id)
    with pytest.raises(NoSuchAttachment):
        trunkline.file_bytes(part)


def test_a_file_of_a_message_that_is_dropped_is_not_stored(trunkline: Trunkline) -> None:
    trunkline.client.blocked_handles.block(handle=ALICE)
    with pytest.raises(Dropped):
        trunkline.receive(files=[("a.txt", b"x")], from_=ALICE)
    with pytest.raises(InvalidParameter, match="'content_type'"):
        trunkline.receive(files=[("a.txt", b"x"), ("virus.exe", b"x")], from_=BOB)
    assert trunkline.client.chats.list_chats().chats == []


def test_messages_follow_each_other_in_time(trunkline: Trunkline) -> None:
    first = trunkline.receive("Hello", from_=ALICE)
    second = trunkline.receive("Are you there?", from_=ALICE)
    assert first.chat_id == second.chat_id
    assert (second.created_at - first.created_at).total_seconds() == 1
    assert [each.id for each in trunkline.client.chats.messages.list(first.chat_id)] == [second.id, first.id]


def test_the_default_sender_is_a_new_person_or_the_recipient_of_the_chat(trunkline: Trunkline) -> None:
    chat = trunkline.chat(ALICE)
    assert trunkline.receive("It is me", chat=chat).from_ == ALICE
    assert trunkline.receive("And again", chat=chat.id).chat_id == chat.id
    strangers = {trunkline.receive("Hello").from_ for _ in range(3)}
    assert len(strangers) == 3
    assert ALICE not in strangers
    assert len(trunkline.client.chats.list_chats().chats) == 4


def test_a_group_begins_and_continues(trunkline: Trunkline) -> None:
    first = trunkline.receive("Who comes on Sunday?", from_=ALICE, others=[BOB, CAROL])
    group = trunkline.client.chats.retrieve(first.chat_id)
    assert group.is_group
    assert [handle.handle for handle in group.handles][1:] == [ALICE, BOB, CAROL]
    answer = trunkline.receive("I do", from_=BOB, chat=group, reply_to=first)
    assert (answer.from_, answer.chat_id) == (BOB, group.id)
    assert answer.reply_to is not None
    assert answer.reply_to.message_id == first.id


def test_parts_instead_of_a_text(trunkline: Trunkline) -> None:
    message = trunkline.receive(
        parts=[{"type": "text", "value": "Look"}, {"type": "media", "url": "https://example.com/cat.jpg"}]
    )
    assert [part.type for part in message.parts or []] == ["text", "media"]


def test_a_recipient_opts_out_and_returns(trunkline: Trunkline) -> None:
    chat = trunkline.client.chats.retrieve(trunkline.receive("Hello", from_=ALICE).chat_id)
    trunkline.receive("STOP", chat=chat)
    assert trunkline.client.chats.retrieve(chat.id).health_status.status == "OPTED_OUT"
    with pytest.raises(PermissionDeniedError) as refused:
        send(trunkline, chat.id)
    assert refused.value.code == 2024

    trunkline.receive("Sorry, wrong chat", chat=chat)
    send(trunkline, chat.id)
    assert trunkline.client.chats.retrieve(chat.id).health_status.status == "HEALTHY"


@pytest.mark.parametrize("late", [False, True])
def test_a_chat_set_to_opted_out_rejects_messages(trunkline: Trunkline, late: bool) -> None:
    chat = trunkline.chat(ALICE, health="HEALTHY" if late else "OPTED_OUT")
    if late:
        trunkline.update(chat, health="OPTED_OUT")
    with pytest.raises(PermissionDeniedError) as refused:
        send(trunkline, chat.id)
    assert refused.value.code == 2024
    trunkline.update(chat, health="AT_RISK")
    send(trunkline, chat.id)


def test_messages_from_a_blocked_handle_are_dropped(trunkline: Trunkline) -> None:
    trunkline.client.blocked_handles.block(handle=ALICE)
    with pytest.raises(Dropped, match="blocked"):
        trunkline.receive("Hello", from_=ALICE)
    assert trunkline.client.chats.list_chats().chats == []


def test_reactions_are_added_and_removed(trunkline: Trunkline) -> None:
    chat = trunkline.chat(ALICE, BOB)
    sent = send(trunkline, chat.id)
    trunkline.react(sent, "laugh", from_=BOB)
    message = trunkline.react(sent, "custom", custom_emoji="🥐")

    [part] = message.parts or []
    assert [(each.handle.handle, each.type, each.custom_emoji) for each in part.reactions or []] == [
        (BOB, "laugh", None),
        (ALICE, "custom", "🥐"),
    ]
    assert trunkline.client.messages.retrieve(sent) == message
    without = trunkline.react(message, "laugh", from_=BOB, remove=True)
    [part] = without.parts or []
    assert [each.type for each in part.reactions or []] == ["custom"]


def test_a_counterparty_reads_and_edits(trunkline: Trunkline) -> None:
    received = trunkline.receive("Two loves, please", from_=ALICE)
    sent = trunkline.client.chats.messages.send(received.chat_id, message=HELLO)
    trunkline.clock.advance(minutes=1)

    read = trunkline.read(sent.message)
    assert (read.delivery_status, read.read_at) == ("read", trunkline.clock.now)
    assert words(trunkline.edit(received, "Two loaves, please")) == "Two loaves, please"
    assert trunkline.client.messages.retrieve(received.id).updated_at == trunkline.clock.now


def test_people_join_and_leave(trunkline: Trunkline) -> None:
    group = trunkline.chat(ALICE, BOB, CAROL)
    left = trunkline.leave(group, BOB)
    assert [(each.handle, each.status) for each in left.handles][2] == (BOB, "left")
    joined = trunkline.join(group, "+13105550114")
    assert joined == trunkline.client.chats.retrieve(group.id)
    assert [each.handle for each in joined.handles if each.status == "active"][1:] == [ALICE, CAROL, "+13105550114"]


def test_subscribers_receive_every_event(trunkline: Trunkline) -> None:
    trunkline.client.webhook_subscriptions.create(
        target_url=URL,
        subscribed_events=[
            "message.edited",
            "reaction.added",
            "reaction.removed",
            "participant.added",
            "participant.removed",
            "chat.typing_indicator.started",
            "chat.typing_indicator.stopped",
        ],
    )
    group = trunkline.chat(ALICE, BOB, CAROL)
    message = trunkline.receive("Helo", chat=group, from_=BOB)
    trunkline.edit(message, "Hello")
    trunkline.react(message)
    trunkline.react(message, remove=True)
    trunkline.typing(group)
    trunkline.typing(group, started=False, from_=BOB)
    trunkline.leave(group, CAROL)
    trunkline.join(group, CAROL)
    assert [each.event_type for each in trunkline.webhooks.deliveries] == [
        "message.edited",
        "reaction.added",
        "reaction.removed",
        "chat.typing_indicator.started",
        "chat.typing_indicator.stopped",
        "participant.removed",
        "participant.added",
    ]


def test_polls_of_both_sides(trunkline: Trunkline) -> None:
    chat = trunkline.chat(ALICE)
    trunkline.client.webhook_subscriptions.create(
        target_url=URL, subscribed_events=["poll.delivered", "poll.received", "poll.updated", "poll.vote.added"]
    )
    sent = trunkline.client.chats.polls.create(chat.id, poll={"options": [{"text": "Yes"}, {"text": "No"}]})
    voted = trunkline.vote(sent, "Yes")
    assert [[each.handle for each in option.voters] for option in voted.poll.options] == [[ALICE], []]
    assert trunkline.vote(sent.message_id, "Yes", remove=True).poll.total_voters == 0
    assert trunkline.add_options(sent, ["Maybe"]).poll.options[2].creator_handle.handle == ALICE
    assert trunkline.client.messages.poll.retrieve(sent.message_id).poll.options[2].text == "Maybe"
    trunkline.read(sent)
    received = trunkline.receive_poll(["Now", "Later"], chat=chat)
    assert trunkline.client.messages.poll.retrieve(received.message_id) == received
    assert trunkline.receive_poll(["a", "b"], from_=BOB).chat_id != chat.id
    assert [each.event_type for each in trunkline.webhooks.deliveries] == [
        "poll.delivered",
        "poll.vote.added",
        "poll.updated",
        "poll.received",
        "poll.received",
    ]
    with pytest.raises(InvalidContent, match="at least 2"):
        trunkline.receive_poll(["a"], chat=chat)
    with pytest.raises(InvalidParameter, match="'Perhaps'"):
        trunkline.vote(sent, "Perhaps")
    trunkline.rule(ALICE, services=["SMS"])
    failed = trunkline.client.chats.polls.create(chat.id, poll={"options": [{"text": "Yes"}, {"text": "No"}]})
    assert trunkline.client.messages.retrieve(failed.message_id).delivery_status == "failed"


def test_a_held_message_is_delivered_or_fails(trunkline: Trunkline) -> None:
    trunkline.rule(holds=True)
    chat = trunkline.chat(ALICE)
    first, second = send(trunkline, chat.id), send(trunkline, chat.id)
    assert trunkline.client.messages.retrieve(first).delivery_status == "sent"

    assert trunkline.fail(first, "phone switched off").delivery_status == "failed"
    trunkline.fail(second)
    assert trunkline.client.chats.retrieve(chat.id).health_status.status == "AT_RISK"
    late = trunkline.deliver(first, service="SMS")
    assert (late.delivery_status, late.service) == ("delivered", "SMS")
    assert trunkline.client.chats.retrieve(chat.id).health_status.status == "HEALTHY"


def test_a_delivered_message_cannot_fail(trunkline: Trunkline) -> None:
    sent = send(trunkline, trunkline.chat().id)
    with pytest.raises(InvalidParameter, match="already delivered"):
        trunkline.fail(sent)


def test_rules_for_one_handle_and_for_the_others(trunkline: Trunkline) -> None:
    trunkline.client.webhook_subscriptions.create(target_url=URL, subscribed_events=["message.failed"])
    trunkline.rule(services=["SMS"])
    trunkline.rule(ALICE, fail="no such number")
    trunkline.rule(BOB, reads=True)

    sent = {who: trunkline.client.messages.retrieve(send(trunkline, trunkline.chat(who).id)) for who in (ALICE, BOB)}
    sent[CAROL] = trunkline.client.messages.retrieve(send(trunkline, trunkline.chat(CAROL).id))

    assert {who: (each.delivery_status, each.service) for who, each in sent.items()} == {
        ALICE: ("failed", None),
        BOB: ("read", "iMessage"),
        CAROL: ("delivered", "SMS"),
    }
    [delivery] = trunkline.webhooks.deliveries
    assert delivery.event.event_type == "message.failed"
    assert delivery.event.data.reason == "no such number"

    trunkline.rule(ALICE)
    again = trunkline.client.messages.retrieve(send(trunkline, sent[ALICE].chat_id))
    assert again.delivery_status == "delivered"


def test_partners_have_separate_counterparties(trunkline: Trunkline) -> None:
    other = trunkline.partner()
    other.rule(fail="no such number")
    theirs = other.receive("Hello", from_=ALICE)
    mine = trunkline.receive("Hello", from_=ALICE)

    assert [chat.id for chat in other.client.chats.list_chats()] == [theirs.chat_id]
    assert trunkline.client.messages.retrieve(send(trunkline, mine.chat_id)).delivery_status == "delivered"
    with pytest.raises(NotFound):
        trunkline.receive("Hello", chat=theirs.chat_id)
    with pytest.raises(NoSuchMessage):
        trunkline.react(theirs)


@pytest.mark.parametrize(
    ("maker", "given", "error", "says"),
    [
        ("receive", {}, ValueError, "needs a text, parts or files"),
        (
            "receive",
            {"text": "a", "parts": [{"type": "text", "value": "b"}]},
            ValueError,
            "has either a text or parts",
        ),
        ("receive", {"parts": [{"type": "voice"}]}, ValueError, "the message is not valid: .*voice"),
        ("receive", {"text": " "}, InvalidContent, "is empty"),
        ("receive", {"text": "Hello", "from_": "nobody"}, InvalidPhoneNumber, "'from_' is"),
        ("rule", {"delay_seconds": -1}, ValueError, "the rule is not valid: .*delay_seconds"),
        ("rule", {"services": ["fax"]}, ValueError, "the rule is not valid: .*fax"),
        ("typing", {"chat": "nowhere"}, NotFound, "no chat"),
    ],
)
def test_an_impossible_action_raises(
    trunkline: Trunkline, maker: str, given: dict[str, object], error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        getattr(trunkline, maker)(**given)


def test_only_participants_act_in_a_chat(trunkline: Trunkline) -> None:
    chat = trunkline.chat(ALICE)
    sent = send(trunkline, chat.id)
    with pytest.raises(InvalidParameter, match="is not in this chat"):
        trunkline.receive("Hello", from_=CAROL, chat=chat)
    with pytest.raises(InvalidParameter, match="is not in this chat"):
        trunkline.react(sent, from_=CAROL)
    with pytest.raises(InvalidParameter, match="was sent by the line"):
        trunkline.edit(sent, "Goodbye")
