"""``POST /admin/simulate``: play the counterparty of a line with the partner's key. Only this service has it."""

from typing import cast

import msgspec

from trunkline.actions.inbound.receipts import Receipt
from trunkline.actions.sandbox import contact_cards, polls, rules, simulate
from trunkline.actions.sandbox.counterparty import Counterparty, require_loopback
from trunkline.api.operation import POST, Operation, Request
from trunkline.api.responses import Response
from trunkline.domain import content as contents
from trunkline.domain.chat import ParticipantStatus
from trunkline.domain.content import check_text
from trunkline.domain.context import RequestContext
from trunkline.domain.errors import (
    InvalidContent,
    InvalidParameter,
    InvalidPhoneNumber,
    MissingField,
    NoSuchAttachment,
    NoSuchMessage,
    NotAGroup,
    NotFound,
    NotYourLine,
)
from trunkline.domain.handle import parse_handle, parse_number, quoted
from trunkline.domain.message import Content, DeliveryStatus, ReactionChange, TextPart
from trunkline.schemas.requests import parse_handles, to_content
from trunkline.schemas.sandbox import (
    ACTIONS,
    CounterpartyAction,
    RulesToClear,
    RulesToList,
    RuleToSet,
    SharedCardsToList,
    Simulated,
    SimulatedContactCard,
    SimulatedDelivery,
    SimulatedEdit,
    SimulatedFailure,
    SimulatedJoin,
    SimulatedLeave,
    SimulatedMessage,
    SimulatedOptions,
    SimulatedPoll,
    SimulatedReaction,
    SimulatedRead,
    SimulatedTyping,
    SimulatedVote,
    Simulation,
    shared_contact_card,
)
from trunkline.storage.store import Store

DESCRIPTION = """\
With the carrier `loopback`, which is the default, you play the counterparties of your lines: send messages to them,
react, read, type, join and leave, and decide what happens to your own messages. Everything happens as if a carrier had
reported it: chats move, health changes, webhooks are sent. The [guide](/guides/sandbox) has examples.

`action` says what to do. The chat is the one with `chat_id`, or the direct chat of `from` with your line `to`, which
you can omit if you have one line. The service must run with the sandbox (`trunkline serve --sandbox`), and with another
carrier, the request fails with [2001](/docs/errors#2001).
"""


class _ActionName(msgspec.Struct):
    action: str


@Operation(
    POST,
    "/admin/simulate",
    id="simulate",
    tag="Sandbox",
    needs_sandbox=True,
    summary="Play the counterparty",
    adds_deliveries=True,
    description=DESCRIPTION,
    response_description="What happened.",
    body=Simulation,
    body_example={"action": "message", "from": "+14155559876", "to": "+13343284472", "text": "Hello!"},
    response=Simulated,
    errors=(
        InvalidPhoneNumber,
        InvalidContent,
        InvalidParameter,
        NotYourLine,
        NotFound,
        NoSuchMessage,
        NoSuchAttachment,
        NotAGroup,
    ),
)
async def play(request: Request) -> Response:
    require_loopback(request.state.network.name)
    action = request.body(_ActionName).action
    if action not in ACTIONS:
        raise InvalidParameter(f"'action' is {quoted(action)}; it must be one of {', '.join(ACTIONS)}")
    body = request.body(cast("type[Simulation]", Simulation))
    return request.json(await _play(request, body))


async def _play(request: Request, body: Simulation) -> Simulated:
    store, ctx = request.store, request.ctx
    if isinstance(body, RuleToSet | RulesToClear | RulesToList):
        return await _change_rules(store, ctx.partner_id, body)
    counterparty = _counterparty(body)
    match body:
        case SimulatedMessage():
            result = simulate.write(
                store,
                ctx,
                counterparty,
                _content(body),
                others=parse_handles(body.others, "others"),
                service=body.service or (None if body.message is None else body.message.preferred_service),
                reference=None if body.message is None else body.message.idempotency_key,
            )
        case SimulatedReaction():
            reaction = ReactionChange(body.type, not body.remove, body.part_index, body.custom_emoji)
            result = simulate.react(store, ctx, counterparty, body.message_id, reaction)
        case SimulatedPoll() | SimulatedOptions() | SimulatedVote():
            result = _play_poll(store, ctx, counterparty, body)
        case SimulatedRead():
            result = simulate.read(store, ctx, counterparty, body.message_id)
        case SimulatedTyping():
            result = simulate.set_typing(store, ctx, counterparty, started=not body.stop)
        case SimulatedLeave() | SimulatedJoin():
            status = ParticipantStatus.LEFT if isinstance(body, SimulatedLeave) else ParticipantStatus.ACTIVE
            result = simulate.set_membership(store, ctx, counterparty, status)
        case SimulatedEdit():
            result = simulate.edit(store, ctx, counterparty, body.message_id, body.text, body.part_index)
        case SimulatedFailure():
            receipt = Receipt(DeliveryStatus.FAILED, reason=body.reason)
            result = simulate.report(store, ctx, counterparty, body.message_id, receipt)
        case SimulatedDelivery():
            receipt = Receipt(DeliveryStatus.DELIVERED, body.service)
            result = simulate.report(store, ctx, counterparty, body.message_id, receipt)
        case SimulatedContactCard():
            result = contact_cards.share_contact_card(
                store, ctx, counterparty, body.first_name, body.last_name, body.image_url
            )
        case SharedCardsToList():
            result = _list_shared_cards(store, ctx, counterparty)
    return await result


async def _list_shared_cards(store: Store, ctx: RequestContext, counterparty: Counterparty) -> Simulated:
    chat, shares = await contact_cards.shared_cards(store, ctx, counterparty)
    says = "These are the contact cards that your line shared in the chat."
    return Simulated(says, chat.id, contact_cards=[shared_contact_card(each) for each in shares])


async def _play_poll(
    store: Store,
    ctx: RequestContext,
    counterparty: Counterparty,
    body: SimulatedPoll | SimulatedOptions | SimulatedVote,
) -> Simulated:
    match body:
        case SimulatedPoll():
            return await polls.send_poll(store, ctx, counterparty, body.options)
        case SimulatedOptions():
            return await polls.add_options(store, ctx, counterparty, body.message_id, body.options)
        case SimulatedVote():
            return await polls.vote(store, ctx, counterparty, body.message_id, body.option, added=not body.remove)


async def _change_rules(store: Store, partner_id: int, body: RuleToSet | RulesToClear | RulesToList) -> Simulated:
    if isinstance(body, RulesToList):
        return Simulated("These are the rules.", rules=await rules.list_rules(store, partner_id))
    handle = None if body.handle is None else parse_handle(body.handle, "handle")
    if isinstance(body, RuleToSet):
        return Simulated("The rule is set.", rules=await rules.set_rule(store, partner_id, handle, body.rule))
    return Simulated("The rules are cleared.", rules=await rules.clear_rules(store, partner_id, handle))


def _counterparty(body: CounterpartyAction) -> Counterparty:
    """Who acts, with normalised handles. Raises ``InvalidPhoneNumber``."""
    return Counterparty(
        None if body.handle is None else parse_handle(body.handle, "from"),
        body.chat_id,
        None if body.line is None else parse_number(body.line, "to"),
    )


def _content(body: SimulatedMessage) -> Content:
    if body.text is None and body.message is None:
        raise MissingField("'text' or 'message' is missing; give exactly one of them")
    if body.text is not None and body.message is not None:
        raise InvalidParameter("'text' and 'message' are both given; give exactly one of them")
    if body.message is not None:
        content = msgspec.structs.replace(to_content(body.message), preferred_service=None)
        contents.check(content)
        return content
    text = body.text or ""
    check_text(text, "text")
    return Content((TextPart(text),))


ROUTES = (play,)
