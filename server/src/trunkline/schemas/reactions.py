"""A reaction as JSON (the API's public documentation: ``Reaction``)."""

from typing import Annotated

import msgspec
from msgspec import Meta

from trunkline.domain.message import Reaction, ReactionType
from trunkline.schemas.chat import HandleSchema, handle_schema, to_participant
from trunkline.schemas.fields import Id


class ReactionSchema(msgspec.Struct):
    """A reaction to a part of a message."""

    id: Annotated[Id, Meta(description="The id of the reaction.")]
    handle: Annotated[HandleSchema, Meta(description="The participant who reacted.")]
    is_me: Annotated[bool, Meta(description="Whether your own line reacted.")]
    type: Annotated[ReactionType, Meta(description="The reaction: a tapback, or `custom` for any other emoji.")]
    custom_emoji: Annotated[str | None, Meta(description="The emoji of a `custom` reaction.")]


def reaction_schema(reaction: Reaction) -> ReactionSchema:
    """A reaction as JSON."""
    return ReactionSchema(
        reaction.id, handle_schema(reaction.by), reaction.by.is_me, reaction.type, reaction.custom_emoji
    )


def to_reaction(wire: ReactionSchema) -> Reaction:
    """The reaction of a document."""
    return Reaction(wire.id, to_participant(wire.handle), wire.type, wire.custom_emoji)
