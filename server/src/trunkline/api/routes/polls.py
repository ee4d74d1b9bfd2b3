"""Polls: create, read, add options and vote (docs/wire.md §4)."""

from trunkline.actions.messages import polls
from trunkline.api.operation import GET, POST, Operation, Request
from trunkline.api.responses import Response
from trunkline.api.send_request import IDEMPOTENCY_KEY, outgoing_content
from trunkline.domain.errors import (
    ChatLeft,
    HandleBlocked,
    InvalidContent,
    InvalidParameter,
    NoSuchMessage,
    NotFound,
    OptedOut,
)
from trunkline.domain.message import Content
from trunkline.schemas.polls import AddOptionsBody, CreatePollBody, PollEnvelopeSchema, VoteBody


@Operation(
    POST,
    "/v3/chats/{chat_id}/polls",
    id="createPoll",
    tag="Polls",
    summary="Send a poll to a chat",
    adds_deliveries=True,
    description="""\
Stores the poll, a message of the chat, and hands it to the carrier. Webhooks report its delivery and its votes. Only
iMessage carries polls: to a recipient whom iMessage does not reach, the poll fails (`poll.failed`).
""",
    status=201,
    response_description="The poll.",
    body=CreatePollBody,
    body_example={"poll": {"options": [{"text": "Tonight"}, {"text": "Tomorrow"}]}},
    response=PollEnvelopeSchema,
    errors=(InvalidContent, InvalidParameter, OptedOut, HandleBlocked, NotFound, NoSuchMessage, ChatLeft),
    parameters=(IDEMPOTENCY_KEY,),
)
async def create(request: Request) -> Response:
    poll = request.body(CreatePollBody).poll
    texts = [option.text for option in poll.options]
    message = outgoing_content(request, Content(()), poll.idempotency_key)
    created = await polls.create_poll(request.store, request.ctx, request.path["chat_id"], texts, message)
    return request.document(created, 201)


@Operation(
    GET,
    "/v3/messages/{message_id}/poll",
    id="getPoll",
    tag="Polls",
    summary="Read a poll",
    description="The options of the poll and their votes. The id is that of the message.",
    response_description="The poll.",
    response=PollEnvelopeSchema,
    errors=(NoSuchMessage,),
)
async def read(request: Request) -> Response:
    return request.document(await polls.read_poll(request.store, request.ctx.partner_id, request.path["message_id"]))


@Operation(
    POST,
    "/v3/messages/{message_id}/poll/options",
    id="addPollOptions",
    tag="Polls",
    summary="Add options to a poll",
    adds_deliveries=True,
    description="Anyone in the chat can add options, also to the polls of others. Options never change or disappear.",
    response_description="The poll.",
    body=AddOptionsBody,
    body_example={"options": [{"text": "On Sunday"}]},
    response=PollEnvelopeSchema,
    errors=(InvalidContent, NoSuchMessage, ChatLeft),
)
async def add_options(request: Request) -> Response:
    texts = [option.text for option in request.body(AddOptionsBody).options]
    return request.document(await polls.add_options(request.store, request.ctx, request.path["message_id"], texts))


@Operation(
    POST,
    "/v3/messages/{message_id}/poll/votes",
    id="votePoll",
    tag="Polls",
    summary="Vote in a poll",
    adds_deliveries=True,
    description="Adds or removes the vote of your line for one option. You may vote for several options.",
    response_description="The poll.",
    body=VoteBody,
    body_example={"operation": "add", "option_id": "550e8400-e29b-41d4-a716-446655440000"},
    response=PollEnvelopeSchema,
    errors=(InvalidParameter, NoSuchMessage, ChatLeft),
)
async def vote(request: Request) -> Response:
    body = request.body(VoteBody)
    voted = await polls.vote(
        request.store, request.ctx, request.path["message_id"], body.option_id, added=body.operation == "add"
    )
    return request.document(voted)


ROUTES = (create, read, add_options, vote)
