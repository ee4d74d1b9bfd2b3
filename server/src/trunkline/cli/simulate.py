"""``trunkline simulate``: play the other side of a line, straight on the database; a running service tells of it."""

import secrets
import uuid
from collections.abc import Awaitable, Callable, Sequence
from string import ascii_letters
from typing import Annotated, TypeAlias

import typer

from trunkline.actions import simulate
from trunkline.actions.cause import Cause
from trunkline.actions.changing_messages import ReactionChange
from trunkline.actions.receipts import Receipt
from trunkline.actions.simulate import Side, Simulated
from trunkline.cli.options import DEFAULTS, DatabaseOption, JsonOption, option
from trunkline.cli.output import print_json, say
from trunkline.cli.running import with_store
from trunkline.cli.simulated_rules import rule_commands
from trunkline.domain import content as contents
from trunkline.domain.chat import ParticipantStatus, Service
from trunkline.domain.content import media_part
from trunkline.domain.errors import CommandError
from trunkline.domain.handle import parse_handle, parse_written_number, shown
from trunkline.domain.health import Thresholds
from trunkline.domain.instant import now
from trunkline.domain.message import Content, DeliveryStatus, Part, ReactionType, ReplyTo, TextPart
from trunkline.storage.store import Store

simulate_commands = typer.Typer(help="Play the other side of a line: write, react, read, leave.", no_args_is_help=True)
simulate_commands.add_typer(rule_commands, name="rule")

FromArgument: TypeAlias = Annotated[
    str, typer.Argument(metavar="FROM", help="Who does it: a phone number or an e-mail address.")
]
OptionalFromArgument: TypeAlias = Annotated[
    str | None,
    typer.Argument(metavar="FROM", help="With whom the direct chat is, where no chat or message is named."),
]
ToOption: TypeAlias = Annotated[
    str | None, typer.Option("--to", metavar="+E164", help="Your line; needed only where there are several.")
]
ChatOption: TypeAlias = Annotated[
    str | None, typer.Option("--chat", metavar="ID", help="The chat. [default: the direct chat of FROM and the line]")
]
GroupOption: TypeAlias = Annotated[str, typer.Option("--chat", metavar="ID", help="The group.")]
MessageOption: TypeAlias = Annotated[
    str | None,
    typer.Option("--message", metavar="ID", help="The message. [default: the last that comes into question]"),
]
PartOption: TypeAlias = Annotated[int, typer.Option("--part", min=0, help="Which part of the message, from 0.")]
ServiceOption: TypeAlias = Annotated[Service | None, typer.Option("--service", help="The network that it comes over.")]
PartnerOption: TypeAlias = Annotated[
    str | None, typer.Option("--partner", help="Whose, where more than one partner comes into question.")
]


@simulate_commands.callback()
def other_side(
    carrier: Annotated[str, option("carrier")] = DEFAULTS.carrier,
) -> None:
    """Play the other side of a line. What happens is stored; a service that runs on the database tells its webhooks."""
    simulate.require_loopback(carrier)


@simulate_commands.command("message")
def message(
    sender: FromArgument,
    text: Annotated[str | None, typer.Argument(metavar="TEXT", help="What they write; STOP, say.")] = None,
    to: ToOption = None,
    chat: ChatOption = None,
    others: Annotated[
        list[str] | None,
        typer.Option("--with", metavar="HANDLE", help="Into the group with this person, too; may be repeated."),
    ] = None,
    media: Annotated[
        list[str] | None, typer.Option("--media", metavar="URL", help="A file, by its URL; may be repeated.")
    ] = None,
    reply_to: Annotated[str | None, typer.Option("--reply-to", metavar="ID", help="The message it answers.")] = None,
    service: ServiceOption = None,
    partner: PartnerOption = None,
    database: DatabaseOption = DEFAULTS.database,
    as_json: JsonOption = False,
) -> None:
    """Write a message to a line; the first one begins a chat."""
    side = _side(sender, to, chat)
    people = [parse_handle(each, "--with") for each in others or ()]
    content = _content(text, media or (), reply_to)

    async def work(store: Store, cause: Cause) -> Simulated:
        return await simulate.write(store, cause, side, content, Thresholds(), others=people, service=service)

    _play(database, partner, side, None, work, as_json=as_json)


@simulate_commands.command("reaction")
def reaction(
    sender: FromArgument,
    kind: Annotated[
        str, typer.Argument(metavar="TYPE", help="love, like, dislike, laugh, emphasize, question, or any emoji.")
    ],
    message_id: MessageOption = None,
    part: PartOption = 0,
    remove: Annotated[bool, typer.Option("--remove", help="Take it back.")] = False,
    to: ToOption = None,
    chat: ChatOption = None,
    partner: PartnerOption = None,
    database: DatabaseOption = DEFAULTS.database,
    as_json: JsonOption = False,
) -> None:
    """React to a message, by default the last one of the line's."""
    side = _side(sender, to, chat)
    change = _reaction(kind, part, added=not remove)

    async def work(store: Store, cause: Cause) -> Simulated:
        return await simulate.react(store, cause, side, message_id, change)

    _play(database, partner, side, message_id, work, as_json=as_json)


@simulate_commands.command("read")
def read(
    sender: OptionalFromArgument = None,
    message_id: MessageOption = None,
    to: ToOption = None,
    chat: ChatOption = None,
    partner: PartnerOption = None,
    database: DatabaseOption = DEFAULTS.database,
    as_json: JsonOption = False,
) -> None:
    """Read what the line sent: all of it, or one message."""
    side = _side(sender, to, chat)

    async def work(store: Store, cause: Cause) -> Simulated:
        return await simulate.read(store, cause, side, message_id, Thresholds())

    _play(database, partner, side, message_id, work, as_json=as_json)


@simulate_commands.command("typing")
def typing(
    sender: FromArgument,
    stop: Annotated[bool, typer.Option("--stop", help="Stop typing.")] = False,
    to: ToOption = None,
    chat: ChatOption = None,
    partner: PartnerOption = None,
    database: DatabaseOption = DEFAULTS.database,
    as_json: JsonOption = False,
) -> None:
    """Begin to type, or stop."""
    side = _side(sender, to, chat)

    async def work(store: Store, cause: Cause) -> Simulated:
        return await simulate.type_text(store, cause, side, started=not stop)

    _play(database, partner, side, None, work, as_json=as_json)


@simulate_commands.command("leave")
def leave(
    sender: FromArgument,
    chat: GroupOption,
    database: DatabaseOption = DEFAULTS.database,
    as_json: JsonOption = False,
) -> None:
    """Leave a group."""
    _move(database, sender, chat, ParticipantStatus.LEFT, as_json=as_json)


@simulate_commands.command("join")
def join(
    sender: FromArgument,
    chat: GroupOption,
    database: DatabaseOption = DEFAULTS.database,
    as_json: JsonOption = False,
) -> None:
    """Come into a group, or come back."""
    _move(database, sender, chat, ParticipantStatus.ACTIVE, as_json=as_json)


@simulate_commands.command("edit")
def edit(
    sender: FromArgument,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="The new text.")],
    message_id: MessageOption = None,
    part: PartOption = 0,
    to: ToOption = None,
    chat: ChatOption = None,
    partner: PartnerOption = None,
    database: DatabaseOption = DEFAULTS.database,
    as_json: JsonOption = False,
) -> None:
    """Change a message of theirs, by default the last one."""
    side = _side(sender, to, chat)

    async def work(store: Store, cause: Cause) -> Simulated:
        return await simulate.edit(store, cause, side, message_id, text, part)

    _play(database, partner, side, message_id, work, as_json=as_json)


@simulate_commands.command("fail")
def fail(
    sender: OptionalFromArgument = None,
    reason: Annotated[str | None, typer.Option("--reason", help="Why, for `message.failed`.")] = None,
    message_id: MessageOption = None,
    to: ToOption = None,
    chat: ChatOption = None,
    partner: PartnerOption = None,
    database: DatabaseOption = DEFAULTS.database,
    as_json: JsonOption = False,
) -> None:
    """Have a message of the line's, by default the last one, fail."""
    _report(
        database,
        partner,
        _side(sender, to, chat),
        message_id,
        Receipt(DeliveryStatus.FAILED, reason=reason),
        as_json=as_json,
    )


@simulate_commands.command("deliver")
def deliver(
    sender: OptionalFromArgument = None,
    service: ServiceOption = None,
    message_id: MessageOption = None,
    to: ToOption = None,
    chat: ChatOption = None,
    partner: PartnerOption = None,
    database: DatabaseOption = DEFAULTS.database,
    as_json: JsonOption = False,
) -> None:
    """Deliver a message of the line's, by default the last one: late, or although it was given up."""
    _report(
        database,
        partner,
        _side(sender, to, chat),
        message_id,
        Receipt(DeliveryStatus.DELIVERED, service),
        as_json=as_json,
    )


def _report(
    database: str, partner: str | None, side: Side, message_id: str | None, receipt: Receipt, *, as_json: bool
) -> None:
    async def work(store: Store, cause: Cause) -> Simulated:
        return await simulate.report(store, cause, side, message_id, receipt, Thresholds())

    _play(database, partner, side, message_id, work, as_json=as_json)


def _move(database: str, sender: str, chat: str, status: ParticipantStatus, *, as_json: bool) -> None:
    side = _side(sender, None, chat)

    async def work(store: Store, cause: Cause) -> Simulated:
        return await simulate.move(store, cause, side, status)

    _play(database, None, side, None, work, as_json=as_json)


def _play(
    database: str,
    partner: str | None,
    side: Side,
    message_id: str | None,
    work: Callable[[Store, Cause], Awaitable[Simulated]],
    *,
    as_json: bool,
) -> None:
    async def run(store: Store) -> Simulated:
        owner = await simulate.owner_of(store, side, message_id, partner)
        return await work(store, Cause(owner.id, now(), secrets.token_hex(16)))

    done = with_store(database, run)
    if as_json:
        print_json(
            {"says": done.says, "chat_id": done.chat_id, "message_id": done.message_id, "messages": done.messages}
        )
        return
    say(done.says)
    for name, value in (("chat", done.chat_id), ("message", done.message_id)):
        if value is not None:
            say(f"{name} {value}")


def _side(sender: str | None, to: str | None, chat: str | None) -> Side:
    return Side(
        None if sender is None else parse_handle(sender, "FROM"),
        chat,
        None if to is None else parse_written_number(to, "--to"),
    )


def _reaction(kind: str, part: int, *, added: bool) -> ReactionChange:
    """Raises ``CommandError`` for what is neither the name of a tapback nor an emoji."""
    tapbacks = [each.value for each in ReactionType if each is not ReactionType.CUSTOM]
    if kind in tapbacks:
        return ReactionChange(ReactionType(kind), added, part)
    # Some emoji begin with an ASCII digit, but none has an ASCII letter in it.
    if kind.isascii() or any(each in ascii_letters for each in kind):
        raise CommandError(f"the reaction is {shown(kind)}; it must be {', '.join(tapbacks)}, or an emoji")
    return ReactionChange(ReactionType.CUSTOM, added, part, kind)


def _content(text: str | None, media: Sequence[str], reply_to: str | None) -> Content:
    parts: list[Part] = [] if text is None else [TextPart(text)]
    parts += [media_part(str(uuid.uuid4()), url) for url in media]
    if not parts:
        raise CommandError("there is nothing to write; give a TEXT, or a file with --media")
    content = Content(tuple(parts), reply_to=None if reply_to is None else ReplyTo(reply_to))
    contents.check(content)
    return content
