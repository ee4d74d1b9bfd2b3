"""``trunkline partner``, ``trunkline key`` and ``trunkline line``."""

from datetime import UTC, date, datetime, time
from typing import Annotated

import msgspec
import typer

from trunkline.actions.operator import partners, remove
from trunkline.cli.options import DEFAULTS, DatabaseOption, JsonOption, PartnerArgument, YesOption
from trunkline.cli.output import confirm, counted, moment, print_json, print_table, progress, say, show_key, shown_once
from trunkline.cli.store import with_store
from trunkline.domain import instant
from trunkline.domain.errors import CommandError
from trunkline.domain.handle import parse_written_number
from trunkline.domain.instant import Instant
from trunkline.domain.keys import Key
from trunkline.storage.partners import Line, Partner
from trunkline.storage.removal import Holdings
from trunkline.storage.store import Store

partner_commands = typer.Typer(help="Manage partners, which own lines, keys and chats.", no_args_is_help=True)
key_commands = typer.Typer(help="Manage keys, with which clients authenticate.", no_args_is_help=True)
line_commands = typer.Typer(help="Manage lines, the numbers that a partner sends from.", no_args_is_help=True)


@partner_commands.command("add")
def add_partner(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the partner.")],
    database: DatabaseOption = DEFAULTS.database,
    as_json: JsonOption = False,
) -> None:
    """Add a partner and print its first key."""
    partner, secret = with_store(
        database, lambda store: partners.add_partner(store, name, store.clock()), must_exist=False
    )
    with shown_once(f"the partner {partner.id} exists; add another key with `trunkline key add {partner.id}`"):
        if as_json:
            print_json({"partner": {"id": partner.id, "name": partner.name}, "key": secret})
            return
        say(f"Partner {partner.name} has the id {partner.id} and this key:")
        show_key(secret)


@partner_commands.command("list")
def list_partners(database: DatabaseOption = DEFAULTS.database, as_json: JsonOption = False) -> None:
    """List partners."""

    async def work(store: Store) -> list[tuple[Partner, int]]:
        return [(each, await store.partners.count_chats(each.id)) for each in await store.partners.all()]

    found = with_store(database, work)
    if as_json:
        print_json(
            {
                "partners": [
                    {
                        "id": each.id,
                        "name": each.name,
                        "created_at": instant.render(each.created_at),
                        "chats": chats,
                        "is_being_removed": each.removed_at is not None,
                    }
                    for each, chats in found
                ]
            }
        )
        return
    rows = [
        (
            each.id,
            each.name if each.removed_at is None else f"{each.name} (being removed)",
            moment(each.created_at),
            chats,
        )
        for each, chats in found
    ]
    print_table(
        ("ID", "NAME", "SINCE", "CHATS"), rows, "There are no partners. Add one with: trunkline partner add NAME"
    )


@partner_commands.command("remove")
def remove_partner(
    name_or_id: PartnerArgument,
    yes: YesOption = False,
    database: DatabaseOption = DEFAULTS.database,
    as_json: JsonOption = False,
) -> None:
    """Remove a partner and everything it has: keys, lines, chats, messages, files, subscriptions.

    Its keys stop working at once. If the command is interrupted, run it again.
    """

    async def find(store: Store) -> tuple[Partner, Holdings]:
        partner = await partners.find_any_partner(store, name_or_id)
        return partner, await remove.holdings(store, partner)

    partner, found = with_store(database, find)
    kinds = {"line": found.lines, "key": found.keys, "chat": found.chats, "message": found.messages}
    kinds |= {"file": found.files, "webhook subscription": found.subscriptions}
    amounts = ", ".join([counted(count, what) for what, count in kinds.items()])
    confirm(f"This removes the partner {partner.name} for good, with {amounts}.", yes=yes)
    with progress("Removing messages", found.messages) as show:
        with_store(database, lambda store: remove.remove_partner(store, partner, store.clock, show))
    if as_json:
        print_json({"removed": {"id": partner.id, "name": partner.name} | msgspec.structs.asdict(found)})
    else:
        say(f"Removed the partner {partner.name}, with {amounts}.")


@key_commands.command("add")
def add_key(
    partner: PartnerArgument,
    name: Annotated[str, typer.Option("--name", help="Name of the key.")] = "unnamed",
    expires: Annotated[
        str | None,
        typer.Option("--expires", metavar="DATE", help="Expiry date, such as 2027-01-31, or an RFC 3339 time."),
    ] = None,
    database: DatabaseOption = DEFAULTS.database,
    as_json: JsonOption = False,
) -> None:
    """Add a key and print it."""
    expires_at = None if expires is None else _end(expires)

    async def work(store: Store) -> tuple[Key, str]:
        return await partners.add_key(
            store, await partners.find_partner(store, partner), name, store.clock(), expires_at
        )

    key, secret = with_store(database, work)
    with shown_once(f"revoke it with `trunkline key revoke {key.id}`, and add another"):
        if as_json:
            print_json({"key": secret, "id": key.id, "name": key.name, "expires_at": _rendered(key.expires_at)})
            return
        say(f"Added the key {key.id} ({key.name}) to {partner}:")
        show_key(secret)


@key_commands.command("list")
def list_keys(
    partner: PartnerArgument, database: DatabaseOption = DEFAULTS.database, as_json: JsonOption = False
) -> None:
    """List the keys of a partner, without their secrets."""

    async def work(store: Store) -> list[Key]:
        return list(await store.partners.keys((await partners.find_partner(store, partner)).id))

    keys = with_store(database, work)
    if as_json:
        times = ("created_at", "expires_at", "revoked_at")
        print_json(
            {
                "keys": [
                    msgspec.structs.asdict(key) | {each: _rendered(getattr(key, each)) for each in times}
                    for key in keys
                ]
            }
        )
        return
    rows = [(key.id, key.name, moment(key.created_at), moment(key.expires_at), moment(key.revoked_at)) for key in keys]
    print_table(
        ("ID", "NAME", "SINCE", "EXPIRES", "REVOKED"),
        rows,
        "There are no keys. Add one with: trunkline key add PARTNER",
    )


@key_commands.command("revoke")
def revoke_key(
    key_id: Annotated[str, typer.Argument(metavar="ID", help="Id of the key, as in `trunkline key list`.")],
    database: DatabaseOption = DEFAULTS.database,
    as_json: JsonOption = False,
) -> None:
    """Revoke a key. Takes effect on every worker within a second."""
    with_store(database, lambda store: partners.revoke_key(store, key_id, store.clock()))
    if as_json:
        print_json({"revoked": key_id})
    else:
        say(f"Key {key_id} is revoked.")


@line_commands.command("add")
def add_line(
    partner: PartnerArgument,
    phone_number: Annotated[str, typer.Argument(metavar="+E164", help="Phone number, such as +13343284472.")],
    label: Annotated[str | None, typer.Option("--label", help="Label of the line.")] = None,
    database: DatabaseOption = DEFAULTS.database,
    as_json: JsonOption = False,
) -> None:
    """Add a line."""
    number = parse_written_number(phone_number, "the line")

    async def work(store: Store) -> Line:
        return await partners.add_line(store, await partners.find_partner(store, partner), number, label, store.clock())

    line = with_store(database, work)
    if as_json:
        print_json({"line": {"id": line.id, "phone_number": line.phone_number}})
    else:
        say(f"Added the line {line.phone_number} to {partner}.")


@line_commands.command("list")
def list_lines(
    partner: PartnerArgument, database: DatabaseOption = DEFAULTS.database, as_json: JsonOption = False
) -> None:
    """List the lines of a partner."""

    async def work(store: Store) -> list[Line]:
        return list(await store.partners.all_lines((await partners.find_partner(store, partner)).id))

    lines = with_store(database, work)
    if as_json:
        print_json(
            {
                "lines": [
                    {
                        "id": line.id,
                        "phone_number": line.phone_number,
                        "label": line.label,
                        "created_at": _rendered(line.created_at),
                        "is_being_removed": line.removed_at is not None,
                    }
                    for line in lines
                ]
            }
        )
        return
    rows = [
        (
            line.phone_number if line.removed_at is None else f"{line.phone_number} (being removed)",
            line.label,
            moment(line.created_at),
            line.id,
        )
        for line in lines
    ]
    print_table(
        ("NUMBER", "LABEL", "SINCE", "ID"), rows, "There are no lines. Add one with: trunkline line add PARTNER +E164"
    )


@line_commands.command("remove")
def remove_line(
    partner: PartnerArgument,
    phone_number: Annotated[str, typer.Argument(metavar="+E164", help="Phone number of the line.")],
    with_chats: Annotated[
        bool, typer.Option("--with-chats", help="Remove its chats and messages too. Without this, it must have none.")
    ] = False,
    yes: YesOption = False,
    database: DatabaseOption = DEFAULTS.database,
    as_json: JsonOption = False,
) -> None:
    """Remove a line, its contact card and its events; with --with-chats, also its chats and messages.

    From the start, the line cannot send or receive. Opt-outs stay. You can add the number again afterwards. If the
    command is interrupted, run it again.
    """
    number = parse_written_number(phone_number, "the line")

    async def find(store: Store) -> tuple[Partner, int, int]:
        owner = await partners.find_partner(store, partner)
        return owner, *await remove.holdings_of_line(store, owner, number)

    owner, chats, messages = with_store(database, find)
    amounts = f"{counted(chats, 'chat')} and {counted(messages, 'message')}"
    if chats and not with_chats:
        raise CommandError(f"the line {number} has {amounts}; remove them too with --with-chats")
    confirm(f"This removes the line {number} of {owner.name} for good, with {amounts}.", yes=yes)
    with progress("Removing messages", messages) as show:
        with_store(
            database, lambda store: remove.remove_line(store, owner, number, store.clock, show, with_chats=with_chats)
        )
    if as_json:
        print_json({"removed": {"phone_number": number, "chats": chats, "messages": messages}})
    else:
        say(f"Removed the line {number} of {owner.name}, with {amounts}.")


def _end(text: str) -> Instant:
    """The time of an expiry; a date means the end of the day. Raises ``CommandError``."""
    try:
        return instant.from_datetime(datetime.combine(date.fromisoformat(text), time.max, UTC))
    except ValueError:
        pass
    try:
        return instant.parse(text)
    except ValueError:
        raise CommandError(
            f"--expires is {text!r}; it must be a date such as 2027-01-31, or an RFC 3339 time"
        ) from None


def _rendered(value: Instant | None) -> str | None:
    return None if value is None else instant.render(value)
