"""``trunkline import``: existing conversations, from an archive or an upstream."""

from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, NamedTuple, TypeAlias

import phonenumbers
import typer

from trunkline.actions.imports.archive import READINGS, import_archive, import_archive_with_files
from trunkline.actions.imports.summary import ImportSummary
from trunkline.actions.operator.partners import only_partner, owner_of_line
from trunkline.cli.options import DEFAULTS, DatabaseOption, JsonOption, PartnerOption
from trunkline.cli.output import counted, print_json, progress, say
from trunkline.cli.store import with_store
from trunkline.domain.context import RequestContext
from trunkline.domain.errors import CommandError
from trunkline.domain.handle import parse_written_number, quoted
from trunkline.sources.base import Source
from trunkline.sources.imessage.reader import IMessage
from trunkline.sources.sms_backup.reader import SmsBackup
from trunkline.storage.store import Store

import_commands = typer.Typer(help="Import existing conversations.", no_args_is_help=True)

NO_REGION = "ZZ"  # with it, only numbers with a country code can be parsed

PathArgument: TypeAlias = Annotated[Path, typer.Argument(metavar="PATH", help="The archive.")]
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
    attachments: Annotated[
        Path | None,
        typer.Option(
            "--attachments",
            metavar="FOLDER",
            help="Import files, too, from the folder of Messages, a copy of it, or the folder of a phone's backup.",
        ),
    ] = None,
    database: DatabaseOption = DEFAULTS.database,
    as_json: JsonOption = False,
) -> None:
    """Import the chat.db of Apple Messages, or the sms.db of a phone."""
    _import(
        lambda number, country: IMessage(path, number, country, attachments),
        _Into(line, partner, region, database),
        files=attachments is not None,
        as_json=as_json,
    )


@import_commands.command("sms-backup")
def import_sms_backup(
    path: PathArgument,
    line: LineOption,
    partner: PartnerOption = None,
    region: RegionOption = None,
    attachments: Annotated[
        bool, typer.Option("--attachments", help="Import the files that the backup contains, too.")
    ] = False,
    database: DatabaseOption = DEFAULTS.database,
    as_json: JsonOption = False,
) -> None:
    """Import a backup of the Android app SMS Backup & Restore."""
    _import(
        lambda number, country: SmsBackup(path, number, country),
        _Into(line, partner, region, database),
        files=attachments,
        as_json=as_json,
    )


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
                return await mirror_upstream(store, owner.id, upstream, clock=store.clock, progress=show)

    _report(with_store(database, work), as_json=as_json)


class _Into(NamedTuple):
    """Where the conversations go, as the options say."""

    line: str
    partner: str | None
    region: str | None
    database: str


def _import(open_source: Callable[[str, str], Source], into: _Into, *, files: bool, as_json: bool) -> None:
    number = parse_written_number(into.line, "--line")
    country = _region(number, into.region)

    async def work(store: Store) -> ImportSummary:
        owner = await owner_of_line(store, number, into.partner)
        source = open_source(number, country)
        if not files:
            with progress("Reading", READINGS * source.size) as show:
                return await import_archive(
                    store, RequestContext(owner.id, store.clock()), number, source, progress=show
                )
        with progress("Reading and copying files", (READINGS + 1) * source.size) as show:
            return await import_archive_with_files(store, owner.id, number, source, clock=store.clock, progress=show)

    _report(with_store(into.database, work), as_json=as_json)


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
    files = summary.files
    if as_json:
        of_files: dict[str, object] = {}
        if files is not None:
            of_files = {
                "files": files.read,
                "new_files": files.new,
                "known_files": files.known,
                "skipped_files": _by_reason(files.skipped),
            }
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
            | of_files
        )
        return
    say(f"{counted(summary.new, 'new chat')}, {summary.changed} changed, {summary.unchanged} unchanged.")
    if summary.messages:
        say(
            f"{summary.messages} messages read: {summary.new_messages} new, {summary.known_messages} known, "
            f"{skipped.messages.total()} skipped."
        )
    if files is not None:
        say(f"{counted(files.read, 'file')}: {files.new} new, {files.known} known, {files.skipped.total()} skipped.")
    for what, counts in (
        ("chats", skipped.chats),
        ("messages", skipped.messages),
        ("pieces", skipped.pieces),
        ("files", Counter[str]() if files is None else files.skipped),
    ):
        for reason, count in sorted(counts.items()):
            say(f"Skipped {what}: {count}, {reason}.")


def _by_reason(counts: Mapping[str, int]) -> list[dict[str, object]]:
    return [{"reason": reason, "count": count} for reason, count in sorted(counts.items())]
