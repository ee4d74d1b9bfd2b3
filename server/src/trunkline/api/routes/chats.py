"""Chats: list them, create, read and change one (docs/wire.md §1, §4, §6)."""

from functools import cache, partial
from zlib import crc32

from msgspec.structs import replace

from trunkline import __version__
from trunkline.actions.chats import groups, one_chat
from trunkline.actions.chats.changed_chats import changed_chats
from trunkline.actions.chats.create_chat import create_chat
from trunkline.actions.chats.groups import GroupUpdate
from trunkline.actions.chats.list_chats import current_revision, current_version, list_chats, renewed_cursor
from trunkline.api.chat_query import PARAMETERS, parse_chat_query
from trunkline.api.disconnection import disconnected, while_connected
from trunkline.api.etags import ANY, entity_tag, if_none_match, matches
from trunkline.api.first_pages import FirstPage
from trunkline.api.operation import DELETE, GET, POST, PUT, CodeSample, Operation, Request
from trunkline.api.reference import descriptions, examples
from trunkline.api.responses import Response, json_response, no_content
from trunkline.api.send_request import IDEMPOTENCY_KEY, SEND_ERRORS, outgoing_message
from trunkline.domain.errors import (
    ChatLeft,
    InvalidParameter,
    InvalidPhoneNumber,
    NotAGroup,
    NotFound,
    NotYourLine,
)
from trunkline.domain.handle import parse_handle, parse_number
from trunkline.domain.instant import DAY, SECOND
from trunkline.domain.paging import ChatQuery, Include
from trunkline.schemas.chat import ChatSchema
from trunkline.schemas.chat_list import ChatList, render_chat_list, with_next_cursor
from trunkline.schemas.groups import Accepted, ChatUpdated
from trunkline.schemas.requests import CreateChatBody, ParticipantBody, UpdateChatBody, parse_recipients
from trunkline.schemas.sending import ChatCreated

GROUP_ERRORS = (InvalidPhoneNumber, InvalidParameter, NotFound, NotAGroup, ChatLeft)
_SYNC_TOKEN = b"x-sync-token"


@Operation(
    GET,
    "/v3/chats",
    id="listChats",
    tag="Chats",
    summary="List all chats",
    description=descriptions.LIST_CHATS,
    response_description="A page of chats.",
    response=ChatList,
    errors=(InvalidPhoneNumber, InvalidParameter, NotYourLine),
    parameters=tuple(PARAMETERS.values()),
    headers={
        "X-Sync-Token": "The `updated_since` that yields what changes after this response.",
        "ETag": "The version of this response, for `If-None-Match`.",
    },
    not_modified="Nothing has changed since the response whose `ETag` is in `If-None-Match`.",
    example=examples.chat_list,
    code_samples=(
        CodeSample("Shell", "curl", examples.curl),
        CodeSample("Python", "Python, with the SDK", examples.python),
    ),
)
async def list_all(request: Request) -> Response:
    state, query_string, completion = request.state, request.query, request.state.completion
    store, partner_id = state.store, request.ctx.partner_id
    query = parse_chat_query(query_string)
    known = if_none_match(request.scope["headers"])
    salt = _etag_salt(completion.doc_base)
    shows_files = bool(query.include) and Include.LAST_MESSAGE in query.include
    if shows_files:
        # The URLs of files in a message change daily, and with the address of the service.
        salt = crc32(f"{request.ctx.now // DAY} {state.base_url}".encode(), salt)
    if query.updated_since is not None:
        leaving = partial(disconnected, request.receive)
        page = await changed_chats(store, state.watch, partner_id, query, leaving, request.check_key)
    else:
        kept = state.first_pages.get((partner_id, query_string)) if _can_be_kept(query) else None
        revision = None
        if kept is not None or (query.cursor is None and known not in {None, ANY}):
            revision = await current_revision(store, partner_id)
            response = _unchanged(request, query, known, salt, kept, current_version(store, partner_id, revision))
            if response is not None:
                return response
        if query.is_search:
            async with while_connected(request.receive), state.searches.turn(partner_id):
                await request.check_key()
                page = await list_chats(store, partner_id, query, request.ctx.now, revision)
        else:
            page = await list_chats(store, partner_id, query, request.ctx.now, revision)
    tag = entity_tag(page.version, query_string, salt)
    if known is not None and matches(known, tag):
        return _not_modified(tag, page.sync_token)
    if shows_files:
        documents = completion.complete(page.documents, partner_id, request.ctx.now)
    else:
        documents = completion.complete_chats(page.documents)
    headers = ((b"etag", tag), (_SYNC_TOKEN, page.sync_token.encode()))
    response = json_response(render_chat_list(documents, page.next_cursor, page.unmatched), headers=headers)
    if _can_be_kept(query) and documents and state.first_pages.is_repeated((partner_id, query_string), page.version):
        kept = FirstPage(page.version, page.next_cursor, request.ctx.now, response)
        state.first_pages.keep((partner_id, query_string), kept)
    return response


def _can_be_kept(query: ChatQuery) -> bool:
    """Whether a page is a first one that shows only chats, so that it depends only on the revision.

    An empty one also depends on whether the line is the partner's.
    """
    return query.cursor is None and query.updated_since is None and not query.include


def _unchanged(
    request: Request, query: ChatQuery, known: bytes | None, salt: int, kept: FirstPage | None, version: str
) -> Response | None:
    """The response to a request for a first page that the client or this process has; None if it must be read."""
    is_kept = kept is not None and kept.version == version
    if known is not None and (known != ANY or is_kept):
        tag = entity_tag(version, request.query, salt)
        if matches(known, tag):
            return _not_modified(tag, version)
    return _served_again(request, query, kept) if kept is not None and is_kept else None


def _served_again(request: Request, query: ChatQuery, kept: FirstPage) -> Response:
    """The response of a page that was kept, as if it were read now."""
    now = request.ctx.now
    if kept.next_cursor is None or kept.served_at // SECOND == now // SECOND:
        return kept.response
    partner_id = request.ctx.partner_id
    next_cursor = renewed_cursor(request.store, partner_id, query, kept.next_cursor, now)
    body = with_next_cursor(kept.response.body, kept.next_cursor, next_cursor)
    response = replace(kept.response, body=body)
    request.state.first_pages.keep((partner_id, request.query), FirstPage(kept.version, next_cursor, now, response))
    return response


@cache
def _etag_salt(doc_base: str) -> int:
    return crc32(f"{__version__} {doc_base}".encode())


def _not_modified(tag: bytes, sync_token: str) -> Response:
    return Response(304, [(b"etag", tag), (_SYNC_TOKEN, sync_token.encode())], b"")


@Operation(
    POST,
    "/v3/chats",
    id="createChat",
    tag="Chats",
    summary="Create or find a chat, and send a message",
    adds_deliveries=True,
    description="""\
Sends a message from one of your lines. A line has one direct chat with each person, and one unnamed group with the same
people; if that chat exists, the message goes to it. Named groups are not reused, so the same people can have several.

The message that creates a chat must not contain a link, have an effect or be a reply; later messages may.
""",
    status=201,
    response_description="The chat exists, and the message is accepted.",
    body=CreateChatBody,
    body_example={
        "from": "+13343284472",
        "to": ["+14155559876"],
        "message": {"parts": [{"type": "text", "value": "Your table is ready."}]},
    },
    response=ChatCreated,
    errors=(*SEND_ERRORS, NotYourLine),
    parameters=(IDEMPOTENCY_KEY,),
)
async def create(request: Request) -> Response:
    body = request.body(CreateChatBody)
    line = parse_number(body.line, "from")
    to = parse_recipients(body.to)
    outgoing = outgoing_message(request, body.message, override_optout=body.override_optout)
    return request.document(await create_chat(request.store, request.ctx, line, to, outgoing), 201)


@Operation(
    GET,
    "/v3/chats/{chat_id}",
    id="getChat",
    tag="Chats",
    summary="Read a chat",
    description="The chat as in the list.",
    response_description="The chat.",
    response=ChatSchema,
    errors=(NotFound,),
)
async def read(request: Request) -> Response:
    return request.document(await one_chat.read_chat(request.store, request.ctx.partner_id, request.path["chat_id"]))


@Operation(
    PUT,
    "/v3/chats/{chat_id}",
    id="updateChat",
    tag="Chats",
    summary="Rename a group, or change its picture",
    adds_deliveries=True,
    description="For groups only. Subscribers get `chat.group_name_updated` or `chat.group_icon_updated`.",
    response_description="The group was changed.",
    body=UpdateChatBody,
    body_example={"display_name": "Book club"},
    response=ChatUpdated,
    errors=(InvalidParameter, NotFound, NotAGroup, ChatLeft),
)
async def update(request: Request) -> Response:
    body = request.body(UpdateChatBody)
    chat_id = request.path["chat_id"]
    await groups.update_group(request.store, request.ctx, chat_id, GroupUpdate(body.display_name, body.group_chat_icon))
    return request.json(ChatUpdated(chat_id, "accepted"))


@Operation(
    POST,
    "/v3/chats/{chat_id}/leave",
    id="leaveChat",
    tag="Chats",
    summary="Leave a group",
    adds_deliveries=True,
    description="""\
Your line leaves a group of four or more people. The chat stays in the list, with the status `left` for your own handle.
From then on, every operation that requires membership fails with [2013](/docs/errors#2013).
""",
    status=202,
    response_description="Your line has left.",
    response=Accepted,
    errors=(InvalidParameter, NotFound, NotAGroup, ChatLeft),
)
async def leave(request: Request) -> Response:
    await groups.leave_group(request.store, request.ctx, request.path["chat_id"])
    return accepted(request, "your line has left the group")


@Operation(
    POST,
    "/v3/chats/{chat_id}/participants",
    id="addParticipant",
    tag="Chats",
    summary="Add a participant to a group",
    adds_deliveries=True,
    description="A group has at most 31 participants besides your line. A returning participant keeps its id.",
    status=202,
    response_description="The participant is in the group.",
    body=ParticipantBody,
    body_example={"handle": "+14155559876"},
    response=Accepted,
    errors=GROUP_ERRORS,
)
async def add_participant(request: Request) -> Response:
    handle = parse_handle(request.body(ParticipantBody).handle, "handle")
    await groups.add_participant(request.store, request.ctx, request.path["chat_id"], handle)
    return accepted(request, f"{handle} is in the group")


@Operation(
    DELETE,
    "/v3/chats/{chat_id}/participants",
    id="removeParticipant",
    tag="Chats",
    summary="Remove a participant from a group",
    adds_deliveries=True,
    description="A group keeps at least three people, your line included. The handle stays listed as `removed`.",
    status=202,
    response_description="The participant was removed.",
    body=ParticipantBody,
    body_example={"handle": "+14155559876"},
    response=Accepted,
    errors=GROUP_ERRORS,
)
async def remove_participant(request: Request) -> Response:
    handle = parse_handle(request.body(ParticipantBody).handle, "handle")
    await groups.remove_participant(request.store, request.ctx, request.path["chat_id"], handle)
    return accepted(request, f"{handle} is out of the group")


@Operation(
    POST,
    "/v3/chats/{chat_id}/read",
    id="markChatAsRead",
    tag="Chats",
    summary="Mark a chat as read",
    adds_deliveries=True,
    description="Marks every received message of the chat as read, and sends read receipts.",
    status=204,
    response_description="The chat is marked as read.",
    errors=(NotFound, ChatLeft),
)
async def mark_as_read(request: Request) -> Response:
    await one_chat.mark_as_read(request.store, request.ctx, request.path["chat_id"])
    return no_content()


@Operation(
    POST,
    "/v3/chats/{chat_id}/typing",
    id="startTyping",
    tag="Chats",
    summary="Show that you are typing",
    adds_deliveries=True,
    description="Best effort: only iMessage shows it. It ends on its own, or with the next message.",
    status=204,
    response_description="The carrier is informed.",
    errors=(NotFound, ChatLeft),
)
async def start_typing(request: Request) -> Response:
    await one_chat.set_typing(request.store, request.ctx, request.path["chat_id"], typing=True)
    return no_content()


@Operation(
    DELETE,
    "/v3/chats/{chat_id}/typing",
    id="stopTyping",
    tag="Chats",
    summary="Stop showing that you are typing",
    adds_deliveries=True,
    description="Removes the indicator that `POST` shows.",
    status=204,
    response_description="The carrier is informed.",
    errors=(NotFound, ChatLeft),
)
async def stop_typing(request: Request) -> Response:
    await one_chat.set_typing(request.store, request.ctx, request.path["chat_id"], typing=False)
    return no_content()


def accepted(request: Request, message: str) -> Response:
    """202 with a message."""
    return request.json(Accepted(message, "accepted", request.ctx.trace_id), 202)


ROUTES = (
    list_all,
    create,
    read,
    update,
    leave,
    add_participant,
    remove_participant,
    mark_as_read,
    start_typing,
    stop_typing,
)
