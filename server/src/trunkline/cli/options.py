"""The options that commands share, each made from its setting's own declaration."""

from typing import Annotated, Any, TypeAlias

import typer

from trunkline.config import Settings, description, variable

DEFAULTS = Settings()


def option(name: str, *flags: str) -> Any:
    """The option of a setting: its flag, variable, default and help."""
    return typer.Option(
        *(flags or (f"--{name.replace('_', '-')}",)), envvar=variable(name), help=description(name), show_envvar=True
    )


DatabaseOption: TypeAlias = Annotated[str, option("database")]
JsonOption: TypeAlias = Annotated[bool, typer.Option("--json", help="Print JSON, for a script.")]
