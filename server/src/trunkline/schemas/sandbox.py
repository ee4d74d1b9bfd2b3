"""The bodies and the response of ``POST /admin/simulate``: one shape for each action of the counterparty."""

from typing import Annotated, TypeAlias, get_args

import msgspec
from msgspec import Meta

from trunkline.domain import instant
from trunkline.domain.chat import MAX_RECIPIENTS, Service
from trunkline.domain.contact_card import MAX_NAME, ContactCardShare
from trunkline.domain.content import MAX_TEXT
from trunkline.domain.loopback_rules import EVERYONE, Rule
from trunkline.domain.message import MAX_EMOJI, ReactionType
from trunkline.domain.poll import MAX_OPTION_TEXT, MAX_OPTIONS
from trunkline.schemas.contact_cards import ContactCardSchema, contact_card_schema
from trunkline.schemas.fields import Count, Handle, HttpsUrl, PartIndex, PhoneNumber, Timestamp
from trunkline.schemas.requests import MessageBody

_Id: TypeAlias = Annotated[str, Meta(pattern="^[0-9A-Za-z-]{1,64}$", max_length=64)]
_Words: TypeAlias = Annotated[str, Meta(max_length=MAX_TEXT)]
_OptionText: TypeAlias = Annotated[str, Meta(max_length=MAX_OPTION_TEXT)]
_Name: TypeAlias = Annotated[str, Meta(max_length=MAX_NAME)]


class RuleOf(msgspec.Struct, frozen=True):
    """A loopback rule."""

    handle: Annotated[
        str | None, Meta(description="The handle of the rule; `null`: every handle without a rule of its own.")
    ]
    rule: Rule


class SharedContactCard(msgspec.Struct, frozen=True):
    """A contact card that your line shared in the chat, as the card was then."""

    card: ContactCardSchema
    shared_at: Annotated[Timestamp, Meta(description="When you shared it.")]
    shown_at: Annotated[Timestamp | None, Meta(description="When the recipients saw it; `null` if they have not.")]


class Simulated(msgspec.Struct, frozen=True):
    """What happened."""

    says: Annotated[str, Meta(description="What happened, for a person to read.")]
    chat_id: Annotated[str | None, Meta(description="The chat.")] = None
    message_id: Annotated[str | None, Meta(description="The message; the last one if there are several.")] = None
    messages: Annotated[Count, Meta(description="The number of messages.")] = 0
    rules: Annotated[list[RuleOf] | None, Meta(description="Every rule, if the action is about rules.")] = None
    contact_cards: Annotated[
        list[SharedContactCard] | None,
        Meta(description="The cards that your line shared, the latest first, if the action lists them."),
    ] = None


class CounterpartyAction(msgspec.Struct, kw_only=True, tag_field="action", forbid_unknown_fields=True):
    """Who acts, and in which chat: the one with ``chat_id``, or the direct chat of ``from`` and ``to``."""

    handle: Annotated[Handle | None, Meta(description="Who acts: a counterparty of your line.")] = msgspec.field(
        name="from", default=None
    )
    line: Annotated[
        PhoneNumber | None, Meta(description="Your line; required if you have several and name no chat.")
    ] = msgspec.field(name="to", default=None)
    chat_id: Annotated[_Id | None, Meta(description="The chat; by default, the direct chat of `from` and `to`.")] = None


class MessageAction(CounterpartyAction, kw_only=True):
    """An action on a message."""

    message_id: Annotated[
        _Id | None, Meta(description="The message; by default, the last suitable one of the chat.")
    ] = None


class SimulatedMessage(CounterpartyAction, kw_only=True, tag="message"):
    """Sends a message to your line. `STOP` is a message like any other, with its usual effects."""

    text: Annotated[_Words | None, Meta(description="The text.")] = None
    message: Annotated[
        MessageBody | None,
        Meta(description="Instead of `text`: a message as you would send it, with files or as a reply."),
    ] = None
    others: Annotated[
        list[Handle],
        Meta(
            description="Makes the chat a group of `from`, these handles and your line.",
            extra_json_schema={"maxItems": MAX_RECIPIENTS - 1},
        ),
    ] = []
    service: Annotated[Service | None, Meta(description="The service; by default, the service of the chat.")] = None


class SimulatedReaction(MessageAction, kw_only=True, tag="reaction"):
    """Adds a reaction to a message, by default to the last one that you sent, or removes it."""

    type: Annotated[ReactionType, Meta(description="The reaction.")]
    custom_emoji: Annotated[
        Annotated[str, Meta(max_length=MAX_EMOJI)] | None, Meta(description="The emoji, if the type is `custom`.")
    ] = None
    part_index: PartIndex = 0
    remove: Annotated[bool, Meta(description="Whether to remove the reaction.")] = False


class SimulatedPoll(CounterpartyAction, kw_only=True, tag="poll"):
    """Sends a poll to your line."""

    options: Annotated[
        list[_OptionText], Meta(description="The texts of the options.", min_length=1, max_length=MAX_OPTIONS)
    ]


class SimulatedOptions(MessageAction, kw_only=True, tag="options"):
    """Adds options to a poll, by default the last one of the chat."""

    options: Annotated[
        list[_OptionText], Meta(description="The texts of the options.", min_length=1, max_length=MAX_OPTIONS)
    ]


class SimulatedVote(MessageAction, kw_only=True, tag="vote"):
    """Votes in a poll, by default the last one of the chat, or removes the vote."""

    option: Annotated[_OptionText, Meta(description="The text or the id of an option.")]
    remove: Annotated[bool, Meta(description="Whether to remove the vote.")] = False


class SimulatedRead(MessageAction, kw_only=True, tag="read"):
    """Marks one of your messages as read; without `message_id`, every unread one."""


class SimulatedTyping(CounterpartyAction, kw_only=True, tag="typing"):
    """Starts or stops typing."""

    stop: Annotated[bool, Meta(description="Whether to stop.")] = False


class SimulatedLeave(CounterpartyAction, kw_only=True, tag="leave"):
    """Leaves a group."""


class SimulatedJoin(CounterpartyAction, kw_only=True, tag="join"):
    """Joins a group."""


class SimulatedEdit(MessageAction, kw_only=True, tag="edit"):
    """Edits one of the counterparty's messages, by default the last one."""

    text: Annotated[_Words, Meta(description="The new text.")]
    part_index: PartIndex = 0


class SimulatedFailure(MessageAction, kw_only=True, tag="fail"):
    """Makes one of your messages fail, by default the last one."""

    reason: Annotated[
        Annotated[str, Meta(min_length=1, max_length=500)] | None, Meta(description="The reason in `message.failed`.")
    ] = None


class SimulatedDelivery(MessageAction, kw_only=True, tag="deliver"):
    """Delivers one of your messages, by default the last one, even after it has failed."""

    service: Annotated[Service | None, Meta(description="The service that carried the message.")] = None


class SimulatedContactCard(CounterpartyAction, kw_only=True, tag="share_contact_card"):
    """Shares the contact card of the counterparty with your line."""

    first_name: Annotated[_Name, Meta(description="The first name.")]
    last_name: Annotated[_Name | None, Meta(description="The last name.")] = None
    image_url: Annotated[HttpsUrl | None, Meta(description="The URL of a picture, `https://…`.")] = None


class SharedCardsToList(CounterpartyAction, kw_only=True, tag="contact_cards"):
    """Lists the contact cards that your line shared in the chat, the latest first, at most 100."""


class RuleAction(msgspec.Struct, kw_only=True, tag_field="action", forbid_unknown_fields=True):
    """An action on loopback rules."""


class RuleToSet(RuleAction, kw_only=True, tag="set_rule"):
    """Sets what happens to messages sent to a handle from now on, replacing its rule."""

    handle: Annotated[
        Handle | None, Meta(description="The handle; by default, every handle without a rule of its own.")
    ] = None
    rule: Rule


class RulesToClear(RuleAction, kw_only=True, tag="clear_rules"):
    """Removes rules."""

    handle: Annotated[Handle | None, Meta(description="The handle whose rule to remove; by default, every rule.")] = (
        None
    )


class RulesToList(RuleAction, kw_only=True, tag="rules"):
    """Lists the rules."""


Simulation: TypeAlias = (
    SimulatedMessage
    | SimulatedReaction
    | SimulatedPoll
    | SimulatedOptions
    | SimulatedVote
    | SimulatedRead
    | SimulatedTyping
    | SimulatedLeave
    | SimulatedJoin
    | SimulatedEdit
    | SimulatedFailure
    | SimulatedDelivery
    | SimulatedContactCard
    | SharedCardsToList
    | RuleToSet
    | RulesToClear
    | RulesToList
)

ACTIONS: tuple[str, ...] = tuple([shape.__struct_config__.tag for shape in get_args(Simulation)])


def rule_of(handle: str, rule: Rule) -> RuleOf:
    """A rule as JSON."""
    return RuleOf(None if handle == EVERYONE else handle, rule)


def shared_contact_card(share: ContactCardShare) -> SharedContactCard:
    """A share as JSON."""
    return SharedContactCard(
        contact_card_schema(share.card),
        instant.to_datetime(share.shared_at),
        instant.to_datetime_or_none(share.shown_at),
    )
