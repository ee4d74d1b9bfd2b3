"""The options that several commands share. Those of settings are made from the setting's declaration."""

from typing import Annotated, Any, TypeAlias

import typer

from trunkline.config import Settings, description, variable

DEFAULTS = Settings()


def option(name: str) -> Any:
    """The option of a setting: its flag, variable and help."""
    flag = f"--{name.replace('_', '-')}"
    if isinstance(getattr(DEFAULTS, name), bool):
        flag = f"{flag}/--no-{name.replace('_', '-')}"
    return typer.Option(flag, envvar=variable(name), help=description(name), show_envvar=True)


DatabaseOption: TypeAlias = Annotated[str, option("database")]
JsonOption: TypeAlias = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]
PartnerOption: TypeAlias = Annotated[
    str | None, typer.Option("--partner", metavar="PARTNER", help="Partner, if several match.")
]
YesOption: TypeAlias = Annotated[bool, typer.Option("--yes", help="Do not ask, for scripts.")]
PartnerArgument: TypeAlias = Annotated[str, typer.Argument(metavar="PARTNER", help="The name or id of a partner.")]
