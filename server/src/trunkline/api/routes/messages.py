"""Messages: send, list, read, edit, delete, react, and the thread that one is in (CONTRACT §4)."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from trunkline.actions import changing_messages, reading
from trunkline.actions.changing_messages import ReactionChange
from trunkline.actions.reading import MessagePage
from trunkline.actions.send_anywhere import SentAnywhere, send_anywhere
from trunkline.actions.send_message import MessageSent, send_message
from trunkline.api import message_query
from trunkline.api.operation import DELETE, GET, NO_CONTENT, PATCH, POST, Call, Operation, operation
from trunkline.api.responses import Response
from trunkline.api.routes.conversations import Accepted, accepted
from trunkline.api.sends import IDEMPOTENCY_KEY, SEND_REFUSALS, send_of
from trunkline.api.shapes import SendAnywhereBody, SendMessageBody, Text, handles_of
from trunkline.domain.errors import (
    ChatLeft,
    InvalidBody,
    InvalidContent,
    InvalidParameter,
    MissingField,
    NoSuchMessage,
    NotFound,
)
from trunkline.domain.handle import parse_number
from trunkline.domain.message import ReactionType
from trunkline.domain.message_document import MessageDocument

MAX_EMOJI = 50  # characters; a family of four with skin tones has eleven
CHANGE_REFUSALS = (MissingField, InvalidBody, InvalidContent, InvalidParameter, NoSuchMessage, ChatLeft)


class MessageList(msgspec.Struct):
    """A page of messages."""

    messages: Annotated[list[MessageDocument], Meta(description="At most `limit` of them.")]
    next_cursor: Annotated[
        str | None, Meta(description="The `cursor` of the next page; `null` exactly when nothing is left.")
    ]


class EditBody(msgspec.Struct):
    """The new text of a part."""

    text: Annotated[Text, Meta(description="The new text.")]
    part_index: Annotated[int, Meta(ge=0, description="Which part, from 0.")] = 0


class ReactionBody(msgspec.Struct):
    """A reaction to a message that comes or goes."""

    operation: Annotated[Literal["add", "remove"], Meta(description="Whether it comes or goes.")]
    type: Annotated[ReactionType, Meta(description="Which one; stickers are not kept here.")]
    custom_emoji: Annotated[
        str | None,
        Meta(
            description="The emoji, where the type is `custom`.",
            extra_json_schema={"minLength": 1, "maxLength": MAX_EMOJI},
        ),
    ] = None
    part_index: Annotated[int, Meta(ge=0, description="The part that it is for, from 0.")] = 0


@operation(
    POST,
    "/v3/chats/{chat_id}/messages",
    Operation(
        id="sendMessageToChat",
        tag="Messages",
        summary="Send a message into a chat",
        description="The message is stored and waits for the carrier; webhooks tell how it fares, and so does reading.",
        status=202,
        says="The message is accepted.",
        body=SendMessageBody,
        answer=MessageSent,
        refusals=(*SEND_REFUSALS, NotFound, ChatLeft),
        parameters=(IDEMPOTENCY_KEY,),
    ),
)
async def send(call: Call) -> Response:
    body = call.body(SendMessageBody)
    send = send_of(call, body.message, override_optout=body.override_optout)
    answer = await send_message(call.site.store, call.cause, call.path["chat_id"], send, call.site.thresholds)
    return call.document(answer, 202)


@operation(
    POST,
    "/v3/messages",
    Operation(
        id="sendMessage",
        tag="Messages",
        summary="Send a message from the best of your lines",
        description="""\
Names the people and no line. The chat with exactly these people that changed last is used again, wherever it is, as
long as its line is not [flagged](/guides/chats/chat-health#lines); otherwise one begins on the line in best standing.
The answer says which it was, and why.
""",
        status=202,
        says="The message is accepted.",
        body=SendAnywhereBody,
        answer=SentAnywhere,
        refusals=SEND_REFUSALS,
        parameters=(IDEMPOTENCY_KEY,),
    ),
)
async def send_without_line(call: Call) -> Response:
    body = call.body(SendAnywhereBody)
    continuation = None if body.continuation_message is None else body.continuation_message.text
    if continuation is not None and not continuation.strip():
        raise InvalidContent("'continuation_message.text' is empty; it must have text")
    to = handles_of(body.to, "to")
    exclude = [parse_number(number, f"exclude_from[{index}]") for index, number in enumerate(body.exclude_from or ())]
    send = send_of(call, body.message, override_optout=body.override_optout)
    answer = await send_anywhere(
        call.site.store,
        call.cause,
        to,
        send,
        call.site.thresholds,
        exclude=exclude,
        continuation=continuation,
    )
    return call.document(answer, 202)


@operation(
    GET,
    "/v3/chats/{chat_id}/messages",
    Operation(
        id="getMessages",
        tag="Messages",
        summary="List the messages of a chat",
        description="Newest first. A walk is as exact as one over the chats: what was there comes once.",
        says="A page of messages.",
        answer=MessageList,
        refusals=(InvalidParameter, NotFound),
        parameters=tuple(message_query.OF_CHAT.values()),
    ),
)
async def list_of_chat(call: Call) -> Response:
    asked = message_query.of_chat(call.query)
    page = await reading.list_messages(
        call.site.store, call.cause.partner_id, call.path["chat_id"], asked, call.cause.now
    )
    return _page(call, page)


@operation(
    GET,
    "/v3/messages/{message_id}",
    Operation(
        id="getMessage",
        tag="Messages",
        summary="Read a message",
        description="The message with its parts, the reactions to them, and how far it has come.",
        says="The message.",
        answer=MessageDocument,
        refusals=(NoSuchMessage,),
    ),
)
async def retrieve(call: Call) -> Response:
    return call.document(await reading.read_message(call.site.store, call.cause.partner_id, call.path["message_id"]))


@operation(
    PATCH,
    "/v3/messages/{message_id}",
    Operation(
        id="editMessage",
        tag="Messages",
        summary="Edit a message",
        description="Changes the text of a part of a message of yours: five times at most, within 15 minutes.",
        says="The message as it is now.",
        body=EditBody,
        answer=MessageDocument,
        refusals=CHANGE_REFUSALS,
    ),
)
async def edit(call: Call) -> Response:
    body = call.body(EditBody)
    edited = await changing_messages.edit_message(
        call.site.store, call.cause, call.path["message_id"], body.part_index, body.text
    )
    return call.document(edited)


@operation(
    DELETE,
    "/v3/messages/{message_id}",
    Operation(
        id="deleteMessage",
        tag="Messages",
        summary="Delete a message",
        description="Forgets the message here. Whoever has it on their phone keeps it.",
        status=204,
        says="It is forgotten.",
        refusals=(NoSuchMessage,),
    ),
)
async def delete(call: Call) -> Response:
    await changing_messages.delete_message(call.site.store, call.cause, call.path["message_id"], call.site.thresholds)
    return NO_CONTENT


@operation(
    POST,
    "/v3/messages/{message_id}/reactions",
    Operation(
        id="sendReaction",
        tag="Messages",
        summary="React to a message",
        description="One reaction of yours to each part: another one takes its place.",
        status=202,
        says="The reaction is there, or gone.",
        body=ReactionBody,
        answer=Accepted,
        refusals=CHANGE_REFUSALS,
    ),
)
async def react(call: Call) -> Response:
    body = call.body(ReactionBody)
    if (body.type is ReactionType.CUSTOM) != (body.custom_emoji is not None):
        if body.custom_emoji is None:
            raise MissingField("'custom_emoji' is missing; a reaction of the type custom has one")
        raise InvalidParameter(f"'custom_emoji' is given, but the type is {body.type}; only custom has one")
    if body.custom_emoji is not None and not 1 <= len(body.custom_emoji) <= MAX_EMOJI:
        raise InvalidParameter(
            f"'custom_emoji' has {len(body.custom_emoji)} characters; it must be an emoji, of {MAX_EMOJI} at most"
        )
    reaction = ReactionChange(body.type, body.operation == "add", body.part_index, body.custom_emoji)
    await changing_messages.react(call.site.store, call.cause, call.path["message_id"], reaction)
    return accepted(call, f"the reaction is {'there' if reaction.added else 'gone'}")


@operation(
    GET,
    "/v3/messages/{message_id}/thread",
    Operation(
        id="getMessageThread",
        tag="Messages",
        summary="List the thread of a message",
        description="The message that began the thread and every answer; for a message of no thread, that one alone.",
        says="A page of messages.",
        answer=MessageList,
        refusals=(InvalidParameter, NoSuchMessage),
        parameters=tuple(message_query.OF_THREAD.values()),
    ),
)
async def list_thread(call: Call) -> Response:
    asked, newest_first = message_query.of_thread(call.query)
    page = await reading.list_thread(
        call.site.store,
        call.cause.partner_id,
        call.path["message_id"],
        asked,
        call.cause.now,
        newest_first=newest_first,
    )
    return _page(call, page)


def _page(call: Call, page: MessagePage) -> Response:
    cursor = b"null" if page.next_cursor is None else b'"%b"' % page.next_cursor.encode()
    return call.document(b'{"messages":[%b],"next_cursor":%b}' % (b",".join(page.documents), cursor))


ROUTES = (
    send,
    send_without_line,
    list_of_chat,
    retrieve,
    edit,
    delete,
    react,
    list_thread,
)
