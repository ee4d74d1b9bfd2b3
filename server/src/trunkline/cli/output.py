"""What the commands print: JSON for scripts, tables for people, progress on a terminal only."""

import sys
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from trunkline.domain import instant
from trunkline.domain.instant import Instant

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def print_json(value: Any) -> None:
    """One JSON document on standard output, indented."""
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n")


def print_table(columns: Sequence[str], rows: Sequence[Sequence[object]], empty: str) -> None:
    """Rows under their headings, or a sentence where there are none. A pipe gets whole cells, separated by tabs."""
    if not rows:
        err.print(empty)
        return
    if not out.is_terminal:
        for row in (columns, *rows):
            sys.stdout.write("\t".join(map(_cell, row)) + "\n")
        return
    table = Table(*columns, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*map(_cell, row))
    out.print(table, soft_wrap=False)


def moment(value: Instant | None) -> str:
    """A time as a person reads it, to the second."""
    return "" if value is None else instant.render(value - value % instant.SECOND)


@contextmanager
def progress(description: str, total: int | None) -> Generator[Callable[[int], None]]:
    """A bar on the terminal, nothing in a pipe; yields what takes how far the work has come. None: no known end."""
    columns = [
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    ]
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task(description, total=total)
        yield lambda position: bar.update(task, completed=position)


def _cell(value: object) -> str:
    return "" if value is None else str(value)
