"""The command ``trunkline``."""

import sys
from typing import Annotated

import typer

from trunkline import __version__
from trunkline.cli.database import database_commands
from trunkline.cli.demo import demo
from trunkline.cli.faults import fault_commands
from trunkline.cli.imports import import_commands
from trunkline.cli.output import complain, discard_output, fit_streams
from trunkline.cli.partners import key_commands, line_commands, partner_commands
from trunkline.cli.remedies import with_remedy
from trunkline.cli.requests import request_commands
from trunkline.cli.serve import serve
from trunkline.cli.simulate import simulate_commands
from trunkline.cli.webhooks import webhook_commands
from trunkline.domain.errors import TrunklineError

app = typer.Typer(
    name="trunkline",
    help="The open, self-hosted chats API, wire-compatible with the Linq Partner API v3.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(serve)
app.add_typer(partner_commands, name="partner")
app.add_typer(key_commands, name="key")
app.add_typer(line_commands, name="line")
app.add_typer(import_commands, name="import")
app.command()(demo)
app.add_typer(simulate_commands, name="simulate")
app.add_typer(fault_commands, name="faults")
app.add_typer(request_commands, name="requests")
app.add_typer(webhook_commands, name="webhooks")
app.add_typer(database_commands, name="database")


def _print_version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"trunkline {__version__}\n")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """The open, self-hosted chats API, wire-compatible with the Linq Partner API v3."""


def main() -> None:
    """Runs the command. An error is one line on standard error and exit status 1."""
    fit_streams()
    try:
        try:
            app()
        finally:
            sys.stdout.flush()
    except TrunklineError as error:
        complain(f"trunkline: {with_remedy(error)}")
        sys.exit(1)
    except UnicodeEncodeError:
        complain("trunkline: an argument is not valid UTF-8")
        sys.exit(1)
    except BrokenPipeError:
        discard_output()  # its reader has closed it
        sys.exit(141)
    except OSError as error:
        if error.filename is not None:
            raise
        discard_output()
        complain(f"trunkline: cannot write the output: {error.strerror}")
        sys.exit(1)
