"""``trunkline simulate message | reaction | read | …``: what a counterparty does in a chat."""

from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from string import ascii_letters
from typing import Annotated, BinaryIO, TypeAlias

import typer

from trunkline.actions.inbound.receipts import Receipt
from trunkline.actions.sandbox import simulate
from trunkline.actions.sandbox.counterparty import Counterparty
from trunkline.actions.sandbox.simulate import GivenFile
from trunkline.cli.options import DEFAULTS, DatabaseOption, JsonOption, PartnerOption
from trunkline.cli.simulate_play import (
    ChatOption,
    FromArgument,
    MessageOption,
    OptionalFromArgument,
    ToOption,
    play,
    selected,
)
from trunkline.domain.chat import ParticipantStatus, Service
from trunkline.domain.content import guess_type, media_part
from trunkline.domain.context import RequestContext
from trunkline.domain.errors import CommandError
from trunkline.domain.handle import parse_handle, quoted
from trunkline.domain.ids import random_id
from trunkline.domain.message import (
    Content,
    DeliveryStatus,
    Part,
    ReactionChange,
    ReactionType,
    ReplyTo,
    TextPart,
)
from trunkline.schemas.sandbox import Simulated
from trunkline.storage.store import Store

_CHUNK = 256 * 1024  # bytes of a file that are read at once

GroupOption: TypeAlias = Annotated[str, typer.Option("--chat", metavar="ID", help="Group.")]
PartOption: TypeAlias = Annotated[int, typer.Option("--part", min=0, help="Index of the part, from 0.")]
ServiceOption: TypeAlias = Annotated[Service | None, typer.Option("--service", help="Service for the message.")]


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
    counterparty = selected(sender, to, chat)
    people = [parse_handle(each, "--with") for each in others or ()]
    content = _content(text, media or (), reply_to)
    if not content.parts and not files:
        raise CommandError("the message is empty; give TEXT, or a file with --file or --media")

    async def work(store: Store, ctx: RequestContext) -> Simulated:
        given = [_given(path) for path in files or ()]
        return await simulate.write_with_files(store, ctx, counterparty, content, given, others=people, service=service)

    play(database, partner, counterparty, None, work, as_json=as_json)


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
    counterparty = selected(sender, to, chat)
    change = _reaction(kind, part, added=not remove)

    async def work(store: Store, ctx: RequestContext) -> Simulated:
        return await simulate.react(store, ctx, counterparty, message_id, change)

    play(database, partner, counterparty, message_id, work, as_json=as_json)


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
    counterparty = selected(sender, to, chat)

    async def work(store: Store, ctx: RequestContext) -> Simulated:
        return await simulate.read(store, ctx, counterparty, message_id)

    play(database, partner, counterparty, message_id, work, as_json=as_json)


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
    counterparty = selected(sender, to, chat)

    async def work(store: Store, ctx: RequestContext) -> Simulated:
        return await simulate.set_typing(store, ctx, counterparty, started=not stop)

    play(database, partner, counterparty, None, work, as_json=as_json)


def leave(
    sender: FromArgument,
    chat: GroupOption,
    database: DatabaseOption = DEFAULTS.database,
    as_json: JsonOption = False,
) -> None:
    """Leave a group."""
    _move(database, sender, chat, ParticipantStatus.LEFT, as_json=as_json)


def join(
    sender: FromArgument,
    chat: GroupOption,
    database: DatabaseOption = DEFAULTS.database,
    as_json: JsonOption = False,
) -> None:
    """Join a group, or return to it."""
    _move(database, sender, chat, ParticipantStatus.ACTIVE, as_json=as_json)


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
    counterparty = selected(sender, to, chat)

    async def work(store: Store, ctx: RequestContext) -> Simulated:
        return await simulate.edit(store, ctx, counterparty, message_id, text, part)

    play(database, partner, counterparty, message_id, work, as_json=as_json)


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
        selected(sender, to, chat),
        message_id,
        Receipt(DeliveryStatus.FAILED, reason=reason),
        as_json=as_json,
    )


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
        selected(sender, to, chat),
        message_id,
        Receipt(DeliveryStatus.DELIVERED, service),
        as_json=as_json,
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

    play(database, partner, counterparty, message_id, work, as_json=as_json)


def _move(database: str, sender: str, chat: str, status: ParticipantStatus, *, as_json: bool) -> None:
    counterparty = selected(sender, None, chat)

    async def work(store: Store, ctx: RequestContext) -> Simulated:
        return await simulate.set_membership(store, ctx, counterparty, status)

    play(database, None, counterparty, None, work, as_json=as_json)


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
