"""``trunkline import``: existing conversations, from an archive or an upstream."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, TypeAlias

import phonenumbers
import typer

from trunkline.actions.import_chats import READINGS, Imported, import_chats
from trunkline.actions.partners import only_partner, owner_of_line
from trunkline.cli.options import DEFAULTS, DatabaseOption, JsonOption
from trunkline.cli.output import print_json, progress, say
from trunkline.cli.running import with_store
from trunkline.domain.errors import CommandError
from trunkline.domain.handle import parse_written_number, shown
from trunkline.domain.health import Thresholds
from trunkline.domain.instant import now
from trunkline.sources.base import Source
from trunkline.sources.imessage import IMessage
from trunkline.sources.sms_backup import SmsBackup
from trunkline.storage.store import Store

import_commands = typer.Typer(help="Import existing conversations.", no_args_is_help=True)

NOWHERE = "ZZ"  # the region of numbers that are of no country: only numbers with a country code can then be read

PathArgument: TypeAlias = Annotated[Path, typer.Argument(metavar="PATH", help="The file.")]
LineOption: TypeAlias = Annotated[
    str, typer.Option("--line", metavar="+E164", help="The line that the conversations belong to.")
]
PartnerOption: TypeAlias = Annotated[
    str | None, typer.Option("--partner", help="Whose, where more than one partner comes into question.")
]
RegionOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--region", help="The country of numbers without a country code, such as US. [default: that of the line]"
    ),
]


@import_commands.command("imessage")
def import_imessage(
    path: PathArgument,
    line: LineOption,
    partner: PartnerOption = None,
    region: RegionOption = None,
    database: DatabaseOption = DEFAULTS.database,
    as_json: JsonOption = False,
) -> None:
    """Import the chat.db of Apple's Messages."""
    _import(lambda number, country: IMessage(path, number, country), line, partner, region, database, as_json=as_json)


@import_commands.command("sms-backup")
def import_sms_backup(
    path: PathArgument,
    line: LineOption,
    partner: PartnerOption = None,
    region: RegionOption = None,
    database: DatabaseOption = DEFAULTS.database,
    as_json: JsonOption = False,
) -> None:
    """Import an XML file of the Android app SMS Backup & Restore."""
    _import(lambda number, country: SmsBackup(path, number, country), line, partner, region, database, as_json=as_json)


@import_commands.command("linq")
def import_linq(
    base_url: Annotated[
        str, typer.Option("--base-url", help="Where the upstream is, such as https://host/api/partner.")
    ],
    key: Annotated[str, typer.Option("--key", help="The key for it.", envvar="LINQ_API_V3_API_KEY", show_envvar=True)],
    partner: PartnerOption = None,
    database: DatabaseOption = DEFAULTS.database,
    as_json: JsonOption = False,
) -> None:
    """Mirror the chats and messages of an upstream that speaks this same API; run it again to go on, or to catch up."""
    # The SDK takes as long to import as all the rest of the command.
    from trunkline.actions.mirror_chats import mirror_chats  # noqa: PLC0415
    from trunkline.sources.linq_mirror import Upstream  # noqa: PLC0415

    async def work(store: Store) -> Imported:
        owner = await only_partner(store, partner)
        with Upstream(base_url, key) as upstream, progress("Mirroring chats", None) as show:
            return await mirror_chats(store, owner.id, upstream, clock=now, progress=show)

    _report(with_store(database, work), as_json=as_json)


def _import(
    open_source: Callable[[str, str], Source],
    line: str,
    partner: str | None,
    region: str | None,
    database: str,
    *,
    as_json: bool,
) -> None:
    number = parse_written_number(line, "--line")
    country = _region(number, region)

    async def work(store: Store) -> Imported:
        owner = await owner_of_line(store, number, partner)
        source = open_source(number, country)
        with progress("Reading", READINGS * source.size) as show:
            return await import_chats(
                store, owner.id, number, source, thresholds=Thresholds(), now=now(), progress=show
            )

    _report(with_store(database, work), as_json=as_json)


def _region(number: str, region: str | None) -> str:
    """The country to read numbers in. Raises ``CommandError``."""
    if region is None:
        try:
            return phonenumbers.region_code_for_number(phonenumbers.parse(number)) or NOWHERE
        except phonenumbers.NumberParseException:
            return NOWHERE
    if region.upper() not in phonenumbers.SUPPORTED_REGIONS:
        raise CommandError(f"--region is {shown(region)}; it must be a country's two letters, such as US or DE")
    return region.upper()


def _report(imported: Imported, *, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "chats": {"new": imported.new, "changed": imported.changed, "unchanged": imported.unchanged},
                "messages": imported.messages,
                "new_messages": imported.new_messages,
                "skipped": [{"reason": reason, "count": count} for reason, count in sorted(imported.skipped.items())],
            }
        )
        return
    say(f"{imported.new} new chats, {imported.changed} changed, {imported.unchanged} as they were.")
    if imported.messages:
        say(f"{imported.messages} messages were read; {imported.new_messages} of them are new.")
    for reason, count in sorted(imported.skipped.items()):
        say(f"Skipped {count}: {reason}.")
