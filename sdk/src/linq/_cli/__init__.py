"""The command ``linq``. It needs the extra ``[cli]``, and says so in one line if that is not installed."""

import sys
from importlib.util import find_spec


def main() -> None:
    """Run the command with the arguments of the process, and exit with its exit code."""
    if not (find_spec("typer") and find_spec("rich")):
        sys.exit("The command linq needs its extra: pip install 'trunkline-sdk[cli]'")
    from linq._cli.app import run  # noqa: PLC0415 - typer and rich come with the extra only

    sys.exit(run())
