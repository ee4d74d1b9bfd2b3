"""The life of one chat: begin it, read it, change it (CONTRACT §4)."""

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from trunkline.actions import groups, reading
from trunkline.actions.create_chat import ChatCreated, create_chat
from trunkline.actions.groups import GroupUpdate
from trunkline.api.operation import DELETE, GET, NO_CONTENT, POST, PUT, Call, Operation, operation
from trunkline.api.responses import Response
from trunkline.api.sends import IDEMPOTENCY_KEY, SEND_REFUSALS, send_of
from trunkline.api.shapes import CreateChatBody, Handle, handles_of
from trunkline.domain.content import MAX_URL
from trunkline.domain.document import ChatDocument
from trunkline.domain.errors import (
    ChatLeft,
    InvalidBody,
    InvalidParameter,
    InvalidPhoneNumber,
    MissingField,
    NotAGroup,
    NotFound,
    NotYourLine,
)
from trunkline.domain.handle import parse_handle, parse_number

CHAT_REFUSALS = (NotFound,)
GROUP_REFUSALS = (MissingField, InvalidBody, InvalidPhoneNumber, InvalidParameter, NotFound, NotAGroup, ChatLeft)


class Accepted(msgspec.Struct):
    """That it is done, or will be."""

    message: Annotated[str, Meta(description="What was accepted, for a person to read.")]
    status: Annotated[str, Meta(description="`accepted`.")]
    trace_id: Annotated[str, Meta(description="The same as the header `X-Trace-ID`.")]


class ChatUpdated(msgspec.Struct):
    """That a group was changed."""

    chat_id: Annotated[str, Meta(description="The group.")]
    status: Annotated[str, Meta(description="`accepted`.")]


class UpdateChatBody(msgspec.Struct):
    """What is to change of a group; at least one of them."""

    display_name: Annotated[
        str | UnsetType | None,
        Meta(
            description=f"Its name, {groups.MAX_NAME} characters at most; empty takes it away.",
            extra_json_schema={"maxLength": groups.MAX_NAME},
        ),
    ] = UNSET
    group_chat_icon: Annotated[
        str | UnsetType | None,
        Meta(
            description="The URL of its picture, `https://…`; empty takes it away.",
            extra_json_schema={"pattern": r"^(https://\S+)?$", "maxLength": MAX_URL},
        ),
    ] = UNSET


class ParticipantBody(msgspec.Struct):
    """Somebody who comes into a group or is put out."""

    handle: Annotated[Handle, Meta(description="A phone number or an e-mail address.")]


@operation(
    POST,
    "/v3/chats",
    Operation(
        id="createChat",
        tag="Chats",
        summary="Begin a chat, or find it, and send a message",
        description="""\
Sends a message from a line of yours. A line has one direct chat with each person, and one nameless group of the same
people: where that chat is there already, the message goes into it. A group with a name of its own is left alone, so
that the same people can have several.

The message that begins a chat has no link, no effect, and answers nothing; those that follow may.
""",
        status=201,
        says="The message is accepted; the chat is there.",
        body=CreateChatBody,
        answer=ChatCreated,
        refusals=(*SEND_REFUSALS, NotYourLine),
        parameters=(IDEMPOTENCY_KEY,),
    ),
)
async def create(call: Call) -> Response:
    body = call.body(CreateChatBody)
    line = parse_number(body.line, "from")
    to = handles_of(body.to, "to")
    send = send_of(call, body.message, override_optout=body.override_optout)
    answer = await create_chat(call.site.store, call.cause, line, to, send, call.site.thresholds)
    return call.document(answer, 201)


@operation(
    GET,
    "/v3/chats/{chat_id}",
    Operation(
        id="getChat",
        tag="Chats",
        summary="Read a chat",
        description="The chat as the list shows it.",
        says="The chat.",
        answer=ChatDocument,
        refusals=CHAT_REFUSALS,
    ),
)
async def retrieve(call: Call) -> Response:
    return call.document(await reading.read_chat(call.site.store, call.cause.partner_id, call.path["chat_id"]))


@operation(
    PUT,
    "/v3/chats/{chat_id}",
    Operation(
        id="updateChat",
        tag="Chats",
        summary="Rename a group, or change its picture",
        description="Groups only. Subscribers get `chat.group_name_updated` or `chat.group_icon_updated`.",
        says="It is changed.",
        body=UpdateChatBody,
        answer=ChatUpdated,
        refusals=(MissingField, InvalidBody, InvalidParameter, NotFound, NotAGroup, ChatLeft),
    ),
)
async def update(call: Call) -> Response:
    body = call.body(UpdateChatBody)
    chat_id = call.path["chat_id"]
    changes = GroupUpdate(body.display_name, body.group_chat_icon)
    await groups.update_group(call.site.store, call.cause, chat_id, changes)
    return call.answer(ChatUpdated(chat_id, "accepted"))


@operation(
    POST,
    "/v3/chats/{chat_id}/leave",
    Operation(
        id="leaveChat",
        tag="Chats",
        summary="Leave a group",
        description="""\
Takes your line out of a group of four or more. The chat stays in the list, your own handle in it has `left`, and
everything that would need you to be in it is refused with [2013](/docs/errors#2013) from then on.
""",
        status=202,
        says="Your line has left.",
        answer=Accepted,
        refusals=(InvalidParameter, NotFound, NotAGroup, ChatLeft),
    ),
)
async def leave(call: Call) -> Response:
    await groups.leave_group(call.site.store, call.cause, call.path["chat_id"])
    return accepted(call, "your line has left the group")


@operation(
    POST,
    "/v3/chats/{chat_id}/participants",
    Operation(
        id="addParticipant",
        tag="Chats",
        summary="Bring somebody into a group",
        description="A group has at most 31 people besides your line. Who was in it before comes back as themselves.",
        status=202,
        says="They are in the group.",
        body=ParticipantBody,
        answer=Accepted,
        refusals=GROUP_REFUSALS,
    ),
)
async def add_participant(call: Call) -> Response:
    handle = parse_handle(call.body(ParticipantBody).handle, "handle")
    await groups.add_participant(call.site.store, call.cause, call.path["chat_id"], handle)
    return accepted(call, f"{handle} is in the group")


@operation(
    DELETE,
    "/v3/chats/{chat_id}/participants",
    Operation(
        id="removeParticipant",
        tag="Chats",
        summary="Put somebody out of a group",
        description="A group keeps three people at least, your line among them. The handle stays listed as `removed`.",
        status=202,
        says="They are out of the group.",
        body=ParticipantBody,
        answer=Accepted,
        refusals=GROUP_REFUSALS,
    ),
)
async def remove_participant(call: Call) -> Response:
    handle = parse_handle(call.body(ParticipantBody).handle, "handle")
    await groups.remove_participant(call.site.store, call.cause, call.path["chat_id"], handle)
    return accepted(call, f"{handle} is out of the group")


@operation(
    POST,
    "/v3/chats/{chat_id}/read",
    Operation(
        id="markChatAsRead",
        tag="Chats",
        summary="Mark a chat as read",
        description="Marks every message that the chat received as read, and shows it to the people in it.",
        status=204,
        says="It is read.",
        refusals=(NotFound, ChatLeft),
    ),
)
async def mark_as_read(call: Call) -> Response:
    await reading.mark_as_read(call.site.store, call.cause, call.path["chat_id"])
    return NO_CONTENT


@operation(
    POST,
    "/v3/chats/{chat_id}/typing",
    Operation(
        id="startTyping",
        tag="Chats",
        summary="Show that you are typing",
        description="Best effort: only iMessage shows it. It goes away by itself, or with the next message.",
        status=204,
        says="The carrier is told.",
        refusals=(NotFound, ChatLeft),
    ),
)
async def start_typing(call: Call) -> Response:
    await reading.set_typing(call.site.store, call.cause, call.path["chat_id"], typing=True)
    return NO_CONTENT


@operation(
    DELETE,
    "/v3/chats/{chat_id}/typing",
    Operation(
        id="stopTyping",
        tag="Chats",
        summary="Show that you are no longer typing",
        description="Takes the sign away that `POST` shows.",
        status=204,
        says="The carrier is told.",
        refusals=(NotFound, ChatLeft),
    ),
)
async def stop_typing(call: Call) -> Response:
    await reading.set_typing(call.site.store, call.cause, call.path["chat_id"], typing=False)
    return NO_CONTENT


def accepted(call: Call, message: str) -> Response:
    """202, and what was accepted."""
    return call.answer(Accepted(message, "accepted", call.cause.trace_id), 202)


ROUTES = (
    create,
    retrieve,
    update,
    leave,
    add_participant,
    remove_participant,
    mark_as_read,
    start_typing,
    stop_typing,
)
