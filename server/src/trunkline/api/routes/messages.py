"""Messages: send, list, read, edit, delete and react; threads (docs/wire.md §4)."""

from trunkline.actions.messages import change_message, list_messages
from trunkline.actions.messages.list_messages import MessagePage
from trunkline.actions.messages.send_to_chat import send_to_chat
from trunkline.actions.messages.send_to_recipients import send_to_recipients
from trunkline.actions.messages.send_voice_memo import send_voice_memo
from trunkline.api.message_query import (
    CHAT_PARAMETERS,
    THREAD_PARAMETERS,
    parse_chat_messages_query,
    parse_thread_query,
)
from trunkline.api.operation import DELETE, GET, PATCH, POST, Operation, Request
from trunkline.api.responses import Response, no_content
from trunkline.api.routes.chats import accepted
from trunkline.api.send_request import IDEMPOTENCY_KEY, SEND_ERRORS, outgoing_content, outgoing_message
from trunkline.domain.errors import (
    ChatLeft,
    HandleBlocked,
    InvalidContent,
    InvalidParameter,
    NoSuchAttachment,
    NoSuchMessage,
    NotFound,
    OptedOut,
)
from trunkline.domain.handle import parse_number
from trunkline.schemas.groups import Accepted
from trunkline.schemas.message import MessageList, MessageSchema, render_message_list
from trunkline.schemas.requests import EditBody, ReactionBody, SendAnywhereBody, SendMessageBody, parse_recipients
from trunkline.schemas.sending import MessageSent, SentAnywhere
from trunkline.schemas.voice_memos import VoiceMemoBody, VoiceMemoSent, to_voice_memo

CHANGE_ERRORS = (InvalidContent, InvalidParameter, NoSuchMessage, ChatLeft)


@Operation(
    POST,
    "/v3/chats/{chat_id}/messages",
    id="sendMessageToChat",
    tag="Messages",
    summary="Send a message to a chat",
    adds_deliveries=True,
    description="Stores the message and hands it to the carrier. Webhooks report its delivery status.",
    status=202,
    response_description="The message is accepted.",
    body=SendMessageBody,
    body_example={"message": {"parts": [{"type": "text", "value": "Your table is ready."}]}},
    response=MessageSent,
    errors=(*SEND_ERRORS, NotFound, ChatLeft),
    parameters=(IDEMPOTENCY_KEY,),
)
async def send(request: Request) -> Response:
    body = request.body(SendMessageBody)
    outgoing = outgoing_message(request, body.message, override_optout=body.override_optout)
    return request.document(await send_to_chat(request.store, request.ctx, request.path["chat_id"], outgoing), 202)


@Operation(
    POST,
    "/v3/chats/{chat_id}/voicememo",
    id="sendVoiceMemo",
    tag="Messages",
    summary="Send a voice memo to a chat",
    adds_deliveries=True,
    description="""\
Recipients play it in the chat. The file is MP3, M4A, AAC, CAF, WAV, AIFF or AMR. A voice memo is a message of the chat:
it is listed as a message with one file, has a delivery status, and counts for the health of the chat.
""",
    status=202,
    response_description="The voice memo is accepted.",
    body=VoiceMemoBody,
    body_example={"voice_memo_url": "https://example.com/hello.m4a"},
    response=VoiceMemoSent,
    errors=(
        InvalidContent,
        InvalidParameter,
        OptedOut,
        HandleBlocked,
        NoSuchAttachment,
        NoSuchMessage,
        NotFound,
        ChatLeft,
    ),
    parameters=(IDEMPOTENCY_KEY,),
)
async def send_memo(request: Request) -> Response:
    body = request.body(VoiceMemoBody)
    outgoing = outgoing_content(request, to_voice_memo(body), override_optout=body.override_optout)
    response = await send_voice_memo(request.store, request.ctx, request.path["chat_id"], outgoing)
    return request.document(response, 202)


@Operation(
    POST,
    "/v3/messages",
    id="sendMessage",
    tag="Messages",
    summary="Send a message from the best of your lines",
    adds_deliveries=True,
    description="""\
You name the recipients but no line. The message goes to the most recently changed chat with exactly these people,
unless its line is [flagged](/guides/chats/chat-health#lines); otherwise, a chat begins on the line with the best
reputation. The response says which line and chat were chosen, and why.
""",
    status=202,
    response_description="The message is accepted.",
    body=SendAnywhereBody,
    body_example={"to": ["+14155559876"], "message": {"parts": [{"type": "text", "value": "Your table is ready."}]}},
    response=SentAnywhere,
    errors=SEND_ERRORS,
    parameters=(IDEMPOTENCY_KEY,),
)
async def send_without_line(request: Request) -> Response:
    body = request.body(SendAnywhereBody)
    exclude = [parse_number(number, f"exclude_from[{index}]") for index, number in enumerate(body.exclude_from or ())]
    response = await send_to_recipients(
        request.store,
        request.ctx,
        parse_recipients(body.to),
        outgoing_message(request, body.message, override_optout=body.override_optout),
        exclude=exclude,
        continuation=None if body.continuation_message is None else body.continuation_message.text,
    )
    return request.document(response, 202)


@Operation(
    GET,
    "/v3/chats/{chat_id}/messages",
    id="getMessages",
    tag="Messages",
    summary="List the messages of a chat",
    description="Newest first. Like that of chats, pagination is a consistent snapshot.",
    response_description="A page of messages.",
    response=MessageList,
    errors=(InvalidParameter, NotFound),
    parameters=tuple(CHAT_PARAMETERS.values()),
)
async def list_of_chat(request: Request) -> Response:
    query, ctx = parse_chat_messages_query(request.query), request.ctx
    page = await list_messages.list_messages(request.store, ctx.partner_id, request.path["chat_id"], query, ctx.now)
    return _page(request, page)


@Operation(
    GET,
    "/v3/messages/{message_id}",
    id="getMessage",
    tag="Messages",
    summary="Read a message",
    description="The message with its parts, their reactions, and its delivery status.",
    response_description="The message.",
    response=MessageSchema,
    errors=(NoSuchMessage,),
)
async def read(request: Request) -> Response:
    message_id = request.path["message_id"]
    return request.document(await list_messages.read_message(request.store, request.ctx.partner_id, message_id))


@Operation(
    PATCH,
    "/v3/messages/{message_id}",
    id="editMessage",
    tag="Messages",
    summary="Edit a message",
    adds_deliveries=True,
    description="Changes the text of a part of one of your messages, up to five times within 15 minutes.",
    response_description="The edited message.",
    body=EditBody,
    body_example={"text": "Your table is ready!"},
    response=MessageSchema,
    errors=CHANGE_ERRORS,
)
async def edit(request: Request) -> Response:
    body = request.body(EditBody)
    edited = await change_message.edit_message(
        request.store, request.ctx, request.path["message_id"], body.part_index, body.text
    )
    return request.document(edited)


@Operation(
    DELETE,
    "/v3/messages/{message_id}",
    id="deleteMessage",
    tag="Messages",
    summary="Delete a message",
    description="""\
Deletes the message here. The recipients keep it on their phones. Its content is gone from webhook events and recorded
responses too, and the files of a received message are deleted, unless another message has them.
""",
    status=204,
    response_description="Message deleted.",
    errors=(NoSuchMessage,),
)
async def delete(request: Request) -> Response:
    await change_message.delete_message(request.store, request.ctx, request.path["message_id"])
    return no_content()


@Operation(
    POST,
    "/v3/messages/{message_id}/reactions",
    id="sendReaction",
    tag="Messages",
    summary="React to a message",
    adds_deliveries=True,
    description="You have one reaction to each part; a new one replaces it.",
    status=202,
    response_description="The reaction is added or removed.",
    body=ReactionBody,
    body_example={"operation": "add", "type": "love"},
    response=Accepted,
    errors=CHANGE_ERRORS,
)
async def react(request: Request) -> Response:
    reaction = request.body(ReactionBody).change
    await change_message.react(request.store, request.ctx, request.path["message_id"], reaction)
    return accepted(request, f"the reaction is {'added' if reaction.added else 'removed'}")


@Operation(
    GET,
    "/v3/messages/{message_id}/thread",
    id="getMessageThread",
    tag="Messages",
    summary="List the thread of a message",
    description="The first message of the thread and every reply; for a message without a thread, only itself.",
    response_description="A page of messages.",
    response=MessageList,
    errors=(InvalidParameter, NoSuchMessage),
    parameters=tuple(THREAD_PARAMETERS.values()),
)
async def list_thread(request: Request) -> Response:
    query, newest_first = parse_thread_query(request.query)
    page = await list_messages.list_thread(
        request.store,
        request.ctx.partner_id,
        request.path["message_id"],
        query,
        request.ctx.now,
        newest_first=newest_first,
    )
    return _page(request, page)


def _page(request: Request, page: MessagePage) -> Response:
    return request.document(render_message_list(b",".join(page.documents), page.next_cursor))


ROUTES = (
    send,
    send_memo,
    send_without_line,
    list_of_chat,
    read,
    edit,
    delete,
    react,
    list_thread,
)
