"""``POST /admin/simulate``: the other side of a line, played by whoever holds the partner's key. Ours alone."""

from typing import cast

import msgspec

from trunkline.actions.simulate import Simulated, require_loopback
from trunkline.api.operation import POST, Call, Operation, operation
from trunkline.api.responses import Response
from trunkline.api.simulations import ACTIONS, Simulation
from trunkline.domain.errors import (
    InvalidBody,
    InvalidContent,
    InvalidParameter,
    InvalidPhoneNumber,
    MissingField,
    NoSuchMessage,
    NotAGroup,
    NotFound,
    NotYourLine,
)
from trunkline.domain.handle import shown

DESCRIPTION = """\
With the carrier `loopback`, which is the default, nobody is at the other end of your lines but you: here you write to
them, react, read, type, come and go, and decide how your own messages fare. Everything then happens as if a network had
told of it: chats move, health changes, webhooks go out. The [guide](/guides/sandbox) plays it through.

What is done depends on `action`. The chat is the one with `chat_id`, or the direct chat of `from` with your line `to`,
which may be left out as long as you have one line. With another carrier, this is refused with
[2001](/docs/errors#2001).
"""


class _Named(msgspec.Struct):
    action: str


@operation(
    POST,
    "/admin/simulate",
    Operation(
        id="simulate",
        tag="Sandbox",
        summary="Play the other side",
        description=DESCRIPTION,
        says="It has happened.",
        body=Simulation,
        answer=Simulated,
        refusals=(
            MissingField,
            InvalidPhoneNumber,
            InvalidBody,
            InvalidContent,
            InvalidParameter,
            NotYourLine,
            NotFound,
            NoSuchMessage,
            NotAGroup,
        ),
    ),
)
async def play(call: Call) -> Response:
    require_loopback(call.site.network.name)
    action = call.body(_Named).action
    if action not in ACTIONS:
        raise InvalidParameter(f"'action' is {shown(action)}; it must be one of {', '.join(ACTIONS)}")
    body = call.body(cast("type[Simulation]", Simulation))
    return call.answer(await body.play(call))


ROUTES = (play,)
