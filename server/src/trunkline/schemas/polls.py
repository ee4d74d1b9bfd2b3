"""Polls: the bodies that callers send, and the poll as JSON (the API's public documentation: ``PollEnvelope``).

``parse_poll(render_poll(message, poll)) == poll``: the rendered poll is stored with its message.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from trunkline.domain import instant
from trunkline.domain.message import MAX_IDEMPOTENCY_KEY, Message, PollOption, PollPart, Vote
from trunkline.domain.poll import MAX_OPTION_TEXT, MAX_OPTIONS, MIN_OPTIONS
from trunkline.schemas.chat import HandleSchema, handle_schema, to_participant
from trunkline.schemas.fields import ChatId, Count, GivenId, Id, MessageId, Timestamp
from trunkline.schemas.reactions import ReactionSchema, reaction_schema, to_reaction


class OptionBody(msgspec.Struct):
    """An option of a poll."""

    text: Annotated[
        str,
        Meta(
            description=f"The text, at most {MAX_OPTION_TEXT} characters; different from every other option.",
            extra_json_schema={"pattern": r"\S", "maxLength": MAX_OPTION_TEXT},
        ),
    ]


class PollBody(msgspec.Struct):
    """The options of a new poll. A poll has no title: send that as a text message."""

    options: Annotated[
        list[OptionBody],
        Meta(
            description=f"{MIN_OPTIONS} to {MAX_OPTIONS} options, in order.",
            extra_json_schema={"minItems": MIN_OPTIONS, "maxItems": MAX_OPTIONS},
        ),
    ]
    idempotency_key: Annotated[
        str | None,
        Meta(
            description="A request with the same key sends nothing and gets the first response.",
            extra_json_schema={"minLength": 1, "maxLength": MAX_IDEMPOTENCY_KEY, "pattern": r"^[^\x00]*$"},
        ),
    ] = None


class CreatePollBody(msgspec.Struct):
    """A poll to send."""

    poll: Annotated[PollBody, Meta(description="The poll.")]


class AddOptionsBody(msgspec.Struct):
    """Options to add to a poll."""

    options: Annotated[
        list[OptionBody],
        Meta(
            description=f"The new options only; the poll has at most {MAX_OPTIONS}.",
            extra_json_schema={"minItems": 1, "maxItems": MAX_OPTIONS - MIN_OPTIONS},
        ),
    ]


class VoteBody(msgspec.Struct):
    """A vote of your line to add or remove."""

    operation: Annotated[Literal["add", "remove"], Meta(description="Whether to add or remove the vote.")]
    option_id: Annotated[GivenId, Meta(description="The option.")]


class VoterSchema(msgspec.Struct):
    """A participant who voted for an option."""

    handle: Annotated[str, Meta(description="The handle of the participant.")]
    voted_at: Annotated[Timestamp, Meta(description="When the participant voted.")]


class OptionSchema(msgspec.Struct):
    """An option of a poll."""

    option_id: Annotated[Id, Meta(description="The id of the option.")]
    text: Annotated[str, Meta(description="The text.")]
    creator_handle: Annotated[HandleSchema, Meta(description="The participant who added the option.")]
    can_be_edited: Annotated[bool, Meta(description="Always `false`: an option never changes.")]
    voters: Annotated[list[VoterSchema], Meta(description="Who voted for the option, in order.")]


class PollSchema(msgspec.Struct):
    """The options of a poll and their votes."""

    options: Annotated[list[OptionSchema], Meta(description="The options, in order.")]
    total_voters: Annotated[
        Count, Meta(description="The number of participants who voted, however many options each one chose.")
    ]


class PollEnvelopeSchema(msgspec.Struct):
    """A poll and the message that it is."""

    message_id: MessageId
    chat_id: ChatId
    created_at: Annotated[Timestamp, Meta(description="When the poll was created.")]
    updated_at: Annotated[Timestamp, Meta(description="When the poll last changed.")]
    poll: Annotated[PollSchema, Meta(description="The poll.")]
    reactions: Annotated[list[ReactionSchema], Meta(description="The reactions to the poll.")]


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(PollEnvelopeSchema)


def render_poll(message: Message, poll: PollPart) -> bytes:
    """The JSON of a poll and the message that it is."""
    return _encoder.encode(
        PollEnvelopeSchema(
            message_id=message.id,
            chat_id=message.chat_id,
            created_at=instant.to_datetime(message.created_at),
            updated_at=instant.to_datetime(message.updated_at),
            poll=poll_schema(poll),
            reactions=[reaction_schema(each) for each in poll.reactions],
        )
    )


def parse_poll(document: bytes) -> PollPart:
    """The poll of a stored document."""
    wire = _decoder.decode(document)
    return PollPart(
        options=tuple([_option(each) for each in wire.poll.options]),
        reactions=tuple([to_reaction(each) for each in wire.reactions]),
    )


def poll_schema(poll: PollPart) -> PollSchema:
    """A poll as JSON, without its message."""
    return PollSchema([option_schema(each) for each in poll.options], poll.total_voters)


def option_schema(option: PollOption) -> OptionSchema:
    """An option as JSON."""
    return OptionSchema(
        option_id=option.id,
        text=option.text,
        creator_handle=handle_schema(option.creator),
        can_be_edited=False,
        voters=[VoterSchema(each.handle, instant.to_datetime(each.voted_at)) for each in option.votes],
    )


def _option(wire: OptionSchema) -> PollOption:
    votes = [Vote(each.handle, instant.from_datetime(each.voted_at)) for each in wire.voters]
    return PollOption(wire.option_id, wire.text, to_participant(wire.creator_handle), tuple(votes))
