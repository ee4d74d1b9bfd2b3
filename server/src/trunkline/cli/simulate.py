"""``trunkline simulate``: play the counterparty of a line, directly on the database."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from pathlib import Path
from string import ascii_letters
from typing import Annotated, BinaryIO, TypeAlias

import typer

from trunkline.actions.inbound.receipts import Receipt
from trunkline.actions.sandbox import simulate
from trunkline.actions.sandbox.simulate import Counterparty, GivenFile
from trunkline.cli.options import DEFAULTS, DatabaseOption, JsonOption, PartnerOption, option
from trunkline.cli.output import moment, print_json, print_table, say
from trunkline.cli.simulate_rules import rule_commands
from trunkline.cli.store import with_store
from trunkline.domain.chat import Chat, ParticipantStatus, Service
from trunkline.domain.contact_card import ContactCardShare
from trunkline.domain.content import guess_type, media_part
from trunkline.domain.context import RequestContext
from trunkline.domain.errors import CommandError
from trunkline.domain.handle import parse_handle, parse_written_number, quoted
from trunkline.domain.ids import new_trace_id, random_id
from trunkline.domain.message import (
    Content,
    DeliveryStatus,
    Part,
    ReactionChange,
    ReactionType,
    ReplyTo,
    TextPart,
)
from trunkline.schemas.sandbox import Simulated, shared_contact_card
from trunkline.storage.store import Store

simulate_commands = typer.Typer(help="Play the counterparty of a line: send, react, read, leave.", no_args_is_help=True)
simulate_commands.add_typer(rule_commands, name="rule")

_CHUNK = 256 * 1024  # bytes of a file that are read at once

FromArgument: TypeAlias = Annotated[
    str, typer.Argument(metavar="FROM", help="The counterparty that acts: a phone number or an email address.")
]
OptionalFromArgument: TypeAlias = Annotated[
    str | None,
    typer.Argument(metavar="FROM", help="Counterparty of the direct chat, unless a chat or message is given."),
]
ToOption: TypeAlias = Annotated[
    str | None, typer.Option("--to", metavar="+E164", help="Your line, if you have several.")
]
ChatOption: TypeAlias = Annotated[
    str | None, typer.Option("--chat", metavar="ID", help="Chat. [default: the direct chat of FROM and the line]")
]
GroupOption: TypeAlias = Annotated[str, typer.Option("--chat", metavar="ID", help="Group.")]
MessageOption: TypeAlias = Annotated[
    str | None,
    typer.Option("--message", metavar="ID", help="Message. [default: the last suitable one]"),
]
PartOption: TypeAlias = Annotated[int, typer.Option("--part", min=0, help="Index of the part, from 0.")]
OptionsArgument: TypeAlias = Annotated[list[str], typer.Argument(metavar="OPTION...", help="Texts of the options.")]
PollOption: TypeAlias = Annotated[
    str | None, typer.Option("--message", metavar="ID", help="Poll. [default: the last one of the chat]")
]
ServiceOption: TypeAlias = Annotated[Service | None, typer.Option("--service", help="Service for the message.")]


@simulate_commands.callback()
def counterparty(
    carrier: Annotated[str, option("carrier")] = DEFAULTS.carrier,
) -> None:
    """Play the counterparty of a line. A running service on the same database sends the webhooks."""
    simulate.require_loopback(carrier)


@simulate_commands.command("message")
def message(
    sender: FromArgument,
    text: Annotated[str | None, typer.Argument(metavar="TEXT", help="Text, such as STOP.")] = None,
    to: ToOption = None,
    chat: ChatOption = None,
    others: Annotated[
        list[str] | None,
        typer.Option("--with", metavar="HANDLE", help="Another member of the group; may be repeated."),
    ] = None,
    media: Annotated[
        list[str] | None, typer.Option("--media", metavar="URL", help="URL of a file; may be repeated.")
    ] = None,
    files: Annotated[
        list[Path] | None,
        typer.Option("--file", metavar="PATH", exists=True, dir_okay=False, help="A file to send; may be repeated."),
    ] = None,
    reply_to: Annotated[str | None, typer.Option("--reply-to", metavar="ID", help="Message to reply to.")] = None,
    service: ServiceOption = None,
    partner: PartnerOption = None,
    database: DatabaseOption = DEFAULTS.database,
    as_json: JsonOption = False,
) -> None:
    """Send a message to a line. The first message creates a chat."""
    counterparty = _counterparty(sender, to, chat)
    people = [parse_handle(each, "--with") for each in others or ()]
    content = _content(text, media or (), reply_to)
    if not content.parts and not files:
        raise CommandError("the message is empty; give TEXT, or a file with --file or --media")

    async def work(store: Store, ctx: RequestContext) -> Simulated:
        given = [_given(path) for path in files or ()]
        return await simulate.write_with_files(store, ctx, counterparty, content, given, others=people, service=service)

    _play(database, partner, counterparty, None, work, as_json=as_json)


@simulate_commands.command("reaction")
def reaction(
    sender: FromArgument,
    kind: Annotated[
        str, typer.Argument(metavar="TYPE", help="love, like, dislike, laugh, emphasize, question, or any emoji.")
    ],
    message_id: MessageOption = None,
    part: PartOption = 0,
    remove: Annotated[bool, typer.Option("--remove", help="Remove the reaction.")] = False,
    to: ToOption = None,
    chat: ChatOption = None,
    partner: PartnerOption = None,
    database: DatabaseOption = DEFAULTS.database,
    as_json: JsonOption = False,
) -> None:
    """React to a message, by default the last one from the line."""
    counterparty = _counterparty(sender, to, chat)
    change = _reaction(kind, part, added=not remove)

    async def work(store: Store, ctx: RequestContext) -> Simulated:
        return await simulate.react(store, ctx, counterparty, message_id, change)

    _play(database, partner, counterparty, message_id, work, as_json=as_json)


@simulate_commands.command("poll")
def poll(
    sender: FromArgument,
    options: OptionsArgument,
    to: ToOption = None,
    chat: ChatOption = None,
    partner: PartnerOption = None,
    database: DatabaseOption = DEFAULTS.database,
    as_json: JsonOption = False,
) -> None:
    """Send a poll to a line."""
    counterparty = _counterparty(sender, to, chat)

    async def work(store: Store, ctx: RequestContext) -> Simulated:
        return await simulate.send_poll(store, ctx, counterparty, options)

    _play(database, partner, counterparty, None, work, as_json=as_json)


@simulate_commands.command("options")
def add_options(
    sender: FromArgument,
    options: OptionsArgument,
    message_id: PollOption = None,
    to: ToOption = None,
    chat: ChatOption = None,
    partner: PartnerOption = None,
    database: DatabaseOption = DEFAULTS.database,
    as_json: JsonOption = False,
) -> None:
    """Add options to a poll, by default the last one."""
    counterparty = _counterparty(sender, to, chat)

    async def work(store: Store, ctx: RequestContext) -> Simulated:
        return await simulate.add_options(store, ctx, counterparty, message_id, options)

    _play(database, partner, counterparty, message_id, work, as_json=as_json)


@simulate_commands.command("vote")
def vote(
    sender: FromArgument,
    choice: Annotated[str, typer.Argument(metavar="OPTION", help="Text or id of an option.")],
    message_id: PollOption = None,
    remove: Annotated[bool, typer.Option("--remove", help="Remove the vote.")] = False,
    to: ToOption = None,
    chat: ChatOption = None,
    partner: PartnerOption = None,
    database: DatabaseOption = DEFAULTS.database,
    as_json: JsonOption = False,
) -> None:
    """Vote in a poll, by default the last one."""
    counterparty = _counterparty(sender, to, chat)

    async def work(store: Store, ctx: RequestContext) -> Simulated:
        return await simulate.vote(store, ctx, counterparty, message_id, choice, added=not remove)

    _play(database, partner, counterparty, message_id, work, as_json=as_json)


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
    """Read a message from the line, by default all of them."""
    counterparty = _counterparty(sender, to, chat)

    async def work(store: Store, ctx: RequestContext) -> Simulated:
        return await simulate.read(store, ctx, counterparty, message_id)

    _play(database, partner, counterparty, message_id, work, as_json=as_json)


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
    """Start or stop typing."""
    counterparty = _counterparty(sender, to, chat)

    async def work(store: Store, ctx: RequestContext) -> Simulated:
        return await simulate.set_typing(store, ctx, counterparty, started=not stop)

    _play(database, partner, counterparty, None, work, as_json=as_json)


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
    """Join a group, or return to it."""
    _move(database, sender, chat, ParticipantStatus.ACTIVE, as_json=as_json)


@simulate_commands.command("edit")
def edit(
    sender: FromArgument,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="New text.")],
    message_id: MessageOption = None,
    part: PartOption = 0,
    to: ToOption = None,
    chat: ChatOption = None,
    partner: PartnerOption = None,
    database: DatabaseOption = DEFAULTS.database,
    as_json: JsonOption = False,
) -> None:
    """Edit a message of the counterparty, by default the last one."""
    counterparty = _counterparty(sender, to, chat)

    async def work(store: Store, ctx: RequestContext) -> Simulated:
        return await simulate.edit(store, ctx, counterparty, message_id, text, part)

    _play(database, partner, counterparty, message_id, work, as_json=as_json)


@simulate_commands.command("fail")
def fail(
    sender: OptionalFromArgument = None,
    reason: Annotated[str | None, typer.Option("--reason", help="Reason in `message.failed`.")] = None,
    message_id: MessageOption = None,
    to: ToOption = None,
    chat: ChatOption = None,
    partner: PartnerOption = None,
    database: DatabaseOption = DEFAULTS.database,
    as_json: JsonOption = False,
) -> None:
    """Make a message from the line fail, by default the last one."""
    _report(
        database,
        partner,
        _counterparty(sender, to, chat),
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
    """Deliver a message from the line, by default the last one, even after it has failed."""
    _report(
        database,
        partner,
        _counterparty(sender, to, chat),
        message_id,
        Receipt(DeliveryStatus.DELIVERED, service),
        as_json=as_json,
    )


@simulate_commands.command("share-contact-card")
def share_contact_card(
    sender: FromArgument,
    first_name: Annotated[str, typer.Argument(metavar="FIRST_NAME", help="First name.")],
    last_name: Annotated[str | None, typer.Argument(metavar="LAST_NAME", help="Last name.")] = None,
    image_url: Annotated[str | None, typer.Option("--image", metavar="URL", help="URL of a picture.")] = None,
    to: ToOption = None,
    partner: PartnerOption = None,
    database: DatabaseOption = DEFAULTS.database,
    as_json: JsonOption = False,
) -> None:
    """Share a contact card with a line."""
    counterparty = _counterparty(sender, to, None)

    async def work(store: Store, ctx: RequestContext) -> Simulated:
        return await simulate.share_contact_card(store, ctx, counterparty, first_name, last_name, image_url)

    _play(database, partner, counterparty, None, work, as_json=as_json)


@simulate_commands.command("contact-cards")
def list_contact_cards(
    sender: OptionalFromArgument = None,
    to: ToOption = None,
    chat: ChatOption = None,
    partner: PartnerOption = None,
    database: DatabaseOption = DEFAULTS.database,
    as_json: JsonOption = False,
) -> None:
    """List the contact cards that the line has shared in a chat, the latest first."""
    counterparty = _counterparty(sender, to, chat)

    async def run(store: Store) -> tuple[Chat, Sequence[ContactCardShare]]:
        owner = await simulate.find_owner(store, counterparty, None, partner)
        return await simulate.shared_cards(store, RequestContext(owner.id, store.clock(), new_trace_id()), counterparty)

    found, shares = with_store(database, run)
    if as_json:
        print_json({"chat_id": found.id, "contact_cards": [shared_contact_card(each) for each in shares]})
        return
    rows = [(each.card.name, each.card.image_url, moment(each.shared_at), moment(each.shown_at)) for each in shares]
    print_table(
        ("NAME", "IMAGE", "SHARED", "SHOWN"), rows, f"{found.line} has not shared its contact card in this chat."
    )


def _report(
    database: str,
    partner: str | None,
    counterparty: Counterparty,
    message_id: str | None,
    receipt: Receipt,
    *,
    as_json: bool,
) -> None:

    async def work(store: Store, ctx: RequestContext) -> Simulated:
        return await simulate.report(store, ctx, counterparty, message_id, receipt)

    _play(database, partner, counterparty, message_id, work, as_json=as_json)


def _move(database: str, sender: str, chat: str, status: ParticipantStatus, *, as_json: bool) -> None:
    counterparty = _counterparty(sender, None, chat)

    async def work(store: Store, ctx: RequestContext) -> Simulated:
        return await simulate.set_membership(store, ctx, counterparty, status)

    _play(database, None, counterparty, None, work, as_json=as_json)


def _play(
    database: str,
    partner: str | None,
    counterparty: Counterparty,
    message_id: str | None,
    work: Callable[[Store, RequestContext], Awaitable[Simulated]],
    *,
    as_json: bool,
) -> None:
    async def run(store: Store) -> Simulated:
        owner = await simulate.find_owner(store, counterparty, message_id, partner)
        return await work(store, RequestContext(owner.id, store.clock(), new_trace_id()))

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


def _counterparty(sender: str | None, to: str | None, chat: str | None) -> Counterparty:
    return Counterparty(
        None if sender is None else parse_handle(sender, "FROM"),
        chat,
        None if to is None else parse_written_number(to, "--to"),
    )


def _reaction(kind: str, part: int, *, added: bool) -> ReactionChange:
    """Raises ``CommandError`` unless it is the name of a tapback or an emoji."""
    tapbacks = [each.value for each in ReactionType if each is not ReactionType.CUSTOM]
    if kind in tapbacks:
        return ReactionChange(ReactionType(kind), added, part)
    # Some emoji begin with an ASCII digit, but none contains an ASCII letter.
    if kind.isascii() or any(each in ascii_letters for each in kind):
        raise CommandError(f"the reaction is {quoted(kind)}; it must be {', '.join(tapbacks)}, or an emoji")
    return ReactionChange(ReactionType.CUSTOM, added, part, kind)


def _content(text: str | None, media: Sequence[str], reply_to: str | None) -> Content:
    parts: list[Part] = [] if text is None else [TextPart(text)]
    parts += [media_part(random_id(), url) for url in media]
    return Content(tuple(parts), reply_to=None if reply_to is None else ReplyTo(reply_to))


def _given(path: Path) -> GivenFile:
    """A file of this machine. Raises ``CommandError``."""
    try:
        return GivenFile(path.name, guess_type(path.name), path.stat().st_size, _chunks(path.open("rb")))
    except OSError as error:
        raise CommandError(f"cannot read {path}: {error.strerror}") from None


async def _chunks(file: BinaryIO) -> AsyncGenerator[bytes]:
    with file:
        while chunk := file.read(_CHUNK):
            yield chunk
