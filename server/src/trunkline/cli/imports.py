"""``trunkline import``: existing conversations, from an archive or an upstream."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, TypeAlias

import phonenumbers
import typer

from trunkline.actions.imports.archive import READINGS, import_archive
from trunkline.actions.imports.summary import ImportSummary
from trunkline.actions.operator.partners import only_partner, owner_of_line
from trunkline.cli.options import DEFAULTS, DatabaseOption, JsonOption, PartnerOption
from trunkline.cli.output import print_json, progress, say
from trunkline.cli.store import with_store
from trunkline.domain.context import RequestContext
from trunkline.domain.errors import CommandError
from trunkline.domain.handle import parse_written_number, quoted
from trunkline.domain.instant import now
from trunkline.sources.base import Source
from trunkline.sources.imessage.reader import IMessage
from trunkline.sources.sms_backup.reader import SmsBackup
from trunkline.storage.store import Store

import_commands = typer.Typer(help="Import existing conversations.", no_args_is_help=True)

NO_REGION = "ZZ"  # with it, only numbers with a country code can be parsed

PathArgument: TypeAlias = Annotated[Path, typer.Argument(metavar="PATH", help="The file.")]
LineOption: TypeAlias = Annotated[
    str, typer.Option("--line", metavar="+E164", help="The line that the conversations belong to.")
]
RegionOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--region", help="Country of numbers without a country code, such as US. [default: country of the line]"
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
    """Import the chat.db of Apple Messages."""
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
    """Import a backup of the Android app SMS Backup & Restore."""
    _import(lambda number, country: SmsBackup(path, number, country), line, partner, region, database, as_json=as_json)


@import_commands.command("linq")
def import_linq(
    base_url: Annotated[str, typer.Option("--base-url", help="URL of the upstream, such as https://host/api/partner.")],
    key: Annotated[
        str, typer.Option("--key", help="Key for the upstream.", envvar="LINQ_API_V3_API_KEY", show_envvar=True)
    ],
    partner: PartnerOption = None,
    database: DatabaseOption = DEFAULTS.database,
    as_json: JsonOption = False,
) -> None:
    """Mirror the chats and messages of an upstream that speaks this API. Run it again to continue or catch up."""
    # The SDK takes as long to import as the rest of the command.
    from trunkline.actions.imports.mirror import mirror_upstream  # noqa: PLC0415
    from trunkline.sources.mirror.upstream import Upstream  # noqa: PLC0415

    async def work(store: Store) -> ImportSummary:
        owner = await only_partner(store, partner)
        with progress("Mirroring chats", None) as show:
            async with Upstream(base_url, key) as upstream:
                return await mirror_upstream(store, owner.id, upstream, clock=now, progress=show)

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

    async def work(store: Store) -> ImportSummary:
        owner = await owner_of_line(store, number, partner)
        source = open_source(number, country)
        with progress("Reading", READINGS * source.size) as show:
            return await import_archive(store, RequestContext(owner.id, now()), number, source, progress=show)

    _report(with_store(database, work), as_json=as_json)


def _region(number: str, region: str | None) -> str:
    """The country of numbers without a country code. Raises ``CommandError``."""
    if region is None:
        try:
            return phonenumbers.region_code_for_number(phonenumbers.parse(number)) or NO_REGION
        except phonenumbers.NumberParseException:
            return NO_REGION
    if region.upper() not in phonenumbers.SUPPORTED_REGIONS:
        raise CommandError(f"--region is {quoted(region)}; it must be a two-letter country code, such as US or DE")
    return region.upper()


def _report(summary: ImportSummary, *, as_json: bool) -> None:
    skipped = summary.skipped
    if as_json:
        print_json(
            {
                "chats": {"new": summary.new, "changed": summary.changed, "unchanged": summary.unchanged},
                "messages": summary.messages,
                "new_messages": summary.new_messages,
                "known_messages": summary.known_messages,
                "skipped": _by_reason(skipped.chats),
                "skipped_messages": _by_reason(skipped.messages),
                "skipped_pieces": _by_reason(skipped.pieces),
            }
        )
        return
    say(f"{summary.new} new chats, {summary.changed} changed, {summary.unchanged} unchanged.")
    if summary.messages:
        say(
            f"{summary.messages} messages read: {summary.new_messages} new, {summary.known_messages} known, "
            f"{skipped.messages.total()} skipped."
        )
    for what, counts in (("chats", skipped.chats), ("messages", skipped.messages), ("pieces", skipped.pieces)):
        for reason, count in sorted(counts.items()):
            say(f"Skipped {what}: {count}, {reason}.")


def _by_reason(counts: Mapping[str, int]) -> list[dict[str, object]]:
    return [{"reason": reason, "count": count} for reason, count in sorted(counts.items())]
