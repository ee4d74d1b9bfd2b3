"""The bodies of ``POST /admin/simulate``: one shape for each thing that the other side can do, and how it is done."""

from typing import Annotated, TypeAlias, get_args

import msgspec
from msgspec import Meta

from trunkline.actions import rules, simulate
from trunkline.actions.cause import Cause
from trunkline.actions.changing_messages import ReactionChange
from trunkline.actions.receipts import Receipt
from trunkline.actions.simulate import Side, Simulated
from trunkline.api.operation import Call
from trunkline.api.shapes import Handle, MessageBody, Number, content_of, handles_of
from trunkline.domain import content as contents
from trunkline.domain.carrier_rules import Rule
from trunkline.domain.chat import ParticipantStatus, Service
from trunkline.domain.errors import InvalidContent, MissingField
from trunkline.domain.handle import parse_handle, parse_number
from trunkline.domain.message import Content, DeliveryStatus, ReactionType, TextPart
from trunkline.storage.store import Store

_Id: TypeAlias = Annotated[str, Meta(pattern="^[0-9A-Za-z-]{1,64}$")]
_Index: TypeAlias = Annotated[int, Meta(ge=0, description="Which part of the message, from 0.")]


class Doing(msgspec.Struct, kw_only=True, tag_field="action", forbid_unknown_fields=True):
    """Who does something, and in which chat: the one with ``chat_id``, or the direct chat of ``from`` and ``to``."""

    handle: Annotated[Handle | None, Meta(description="Who it is: somebody on the other side of the line.")] = (
        msgspec.field(name="from", default=None)
    )
    line: Annotated[
        Number | None, Meta(description="Your line; needed only where you have several and give no chat.")
    ] = msgspec.field(name="to", default=None)
    chat_id: Annotated[_Id | None, Meta(description="The chat; without it, the direct chat of `from` and `to`.")] = None

    @property
    def side(self) -> Side:
        """The same, with normal handles. Raises ``InvalidPhoneNumber``."""
        return Side(
            None if self.handle is None else parse_handle(self.handle, "from"),
            self.chat_id,
            None if self.line is None else parse_number(self.line, "to"),
        )


class DoingToMessage(Doing, kw_only=True):
    """Somebody does something with a message."""

    message_id: Annotated[
        _Id | None, Meta(description="The message; without it, the last one of the chat that comes into question.")
    ] = None


class SimulatedMessage(Doing, kw_only=True, tag="message"):
    """They write. `STOP` is a message like any other, and so is whatever they write after it."""

    text: Annotated[str | None, Meta(description="What they write.")] = None
    message: Annotated[
        MessageBody | None,
        Meta(description="In place of `text`: a message as you would send it, with files or as an answer."),
    ] = None
    others: Annotated[
        list[Handle], Meta(description="Makes it a message to a group: of `from`, these people, and the line.")
    ] = []
    service: Annotated[Service | None, Meta(description="The network it comes over. Left out, the chat's.")] = None

    async def play(self, call: Call) -> Simulated:
        content, message = self._content(), self.message
        return await simulate.write(
            *_in(call),
            self.side,
            content,
            call.site.thresholds,
            others=handles_of(self.others, "others"),
            service=self.service or (None if message is None else message.preferred_service),
            reference=None if message is None else message.idempotency_key,
        )

    def _content(self) -> Content:
        if (self.text is None) == (self.message is None):
            raise MissingField("'text' is missing, or 'message' in its place; give one of them")
        if self.message is not None:
            content = msgspec.structs.replace(content_of(self.message), preferred_service=None)
            contents.check(content)
            return content
        if self.text is None or not self.text.strip():
            raise InvalidContent("'text' is empty; a message says something")
        return Content((TextPart(self.text),))


class SimulatedReaction(DoingToMessage, kw_only=True, tag="reaction"):
    """They react to a message, by default to the last one you sent, or take it back."""

    type: Annotated[ReactionType, Meta(description="Which reaction.")]
    custom_emoji: Annotated[str | None, Meta(description="The emoji, where the type is `custom`.")] = None
    part_index: _Index = 0
    remove: Annotated[bool, Meta(description="Whether they take it back.")] = False

    async def play(self, call: Call) -> Simulated:
        reaction = ReactionChange(self.type, not self.remove, self.part_index, self.custom_emoji)
        return await simulate.react(*_in(call), self.side, self.message_id, reaction)


class SimulatedRead(DoingToMessage, kw_only=True, tag="read"):
    """They read a message of yours; without `message_id`, all that are not read yet."""

    async def play(self, call: Call) -> Simulated:
        return await simulate.read(*_in(call), self.side, self.message_id, call.site.thresholds)


class SimulatedTyping(Doing, kw_only=True, tag="typing"):
    """They begin to type, or stop."""

    stop: Annotated[bool, Meta(description="Whether they stop.")] = False

    async def play(self, call: Call) -> Simulated:
        return await simulate.type_text(*_in(call), self.side, started=not self.stop)


class SimulatedLeave(Doing, kw_only=True, tag="leave"):
    """They leave a group."""

    async def play(self, call: Call) -> Simulated:
        return await simulate.move(*_in(call), self.side, ParticipantStatus.LEFT)


class SimulatedJoin(Doing, kw_only=True, tag="join"):
    """They come into a group."""

    async def play(self, call: Call) -> Simulated:
        return await simulate.move(*_in(call), self.side, ParticipantStatus.ACTIVE)


class SimulatedEdit(DoingToMessage, kw_only=True, tag="edit"):
    """They change a message of theirs, by default the last one."""

    text: Annotated[str, Meta(description="The new text.")]
    part_index: _Index = 0

    async def play(self, call: Call) -> Simulated:
        return await simulate.edit(*_in(call), self.side, self.message_id, self.text, self.part_index)


class SimulatedFailure(DoingToMessage, kw_only=True, tag="fail"):
    """A message of yours, by default the last one, turns out to be undeliverable."""

    reason: Annotated[
        Annotated[str, Meta(min_length=1, max_length=500)] | None, Meta(description="Why, for `message.failed`.")
    ] = None

    async def play(self, call: Call) -> Simulated:
        receipt = Receipt(DeliveryStatus.FAILED, reason=self.reason)
        return await simulate.report(*_in(call), self.side, self.message_id, receipt, call.site.thresholds)


class SimulatedDelivery(DoingToMessage, kw_only=True, tag="deliver"):
    """A message of yours, by default the last one, is delivered: late, or although it was given up."""

    service: Annotated[Service | None, Meta(description="The network that carried it.")] = None

    async def play(self, call: Call) -> Simulated:
        receipt = Receipt(DeliveryStatus.DELIVERED, self.service)
        return await simulate.report(*_in(call), self.side, self.message_id, receipt, call.site.thresholds)


class Ruling(msgspec.Struct, kw_only=True, tag_field="action", forbid_unknown_fields=True):
    """Something about the rules by which your own messages fare."""


class RuleToSet(Ruling, kw_only=True, tag="set_rule"):
    """Sets how messages to somebody fare from now on, in place of what was set before."""

    handle: Annotated[
        Handle | None, Meta(description="For whom. Left out: for everybody who has no rule of their own.")
    ] = None
    rule: Rule

    async def play(self, call: Call) -> Simulated:
        handle = None if self.handle is None else parse_handle(self.handle, "handle")
        return Simulated("The rule is set.", rules=await rules.set_rule(*_of(call), handle, self.rule))


class RulesToClear(Ruling, kw_only=True, tag="clear_rules"):
    """Takes rules away."""

    handle: Annotated[Handle | None, Meta(description="Whose. Left out: all rules.")] = None

    async def play(self, call: Call) -> Simulated:
        handle = None if self.handle is None else parse_handle(self.handle, "handle")
        return Simulated("The rules are cleared.", rules=await rules.clear_rules(*_of(call), handle))


class RulesToList(Ruling, kw_only=True, tag="rules"):
    """Lists the rules."""

    async def play(self, call: Call) -> Simulated:
        return Simulated("The rules are these.", rules=await rules.list_rules(*_of(call)))


Simulation: TypeAlias = (
    SimulatedMessage
    | SimulatedReaction
    | SimulatedRead
    | SimulatedTyping
    | SimulatedLeave
    | SimulatedJoin
    | SimulatedEdit
    | SimulatedFailure
    | SimulatedDelivery
    | RuleToSet
    | RulesToClear
    | RulesToList
)

ACTIONS: tuple[str, ...] = tuple([shape.__struct_config__.tag for shape in get_args(Simulation)])


def _in(call: Call) -> tuple[Store, Cause]:
    return call.site.store, call.cause


def _of(call: Call) -> tuple[Store, int]:
    return call.site.store, call.cause.partner_id
