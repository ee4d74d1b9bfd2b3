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

_out = Console(highlight=False, markup=False)
_err = Console(stderr=True, highlight=False, markup=False)


def is_terminal() -> bool:
    """Whether a person reads what is printed."""
    return _out.is_terminal


def say(text: str, style: str = "") -> None:
    """A sentence on standard output, wrapped on a terminal."""
    _out.print(text, style=style, soft_wrap=not _out.is_terminal)


def complain(text: str) -> None:
    """A sentence on standard error, wrapped on a terminal."""
    _err.print(text, soft_wrap=not _err.is_terminal)


def show_key(secret: str) -> None:
    """A key on a line of its own, whole however narrow the terminal, and what to do with it."""
    show_secret(secret)
    say("Keep the key now: it is stored only as a hash and cannot be shown again.")


def show_secret(secret: str) -> None:
    """A secret on a line of its own, whole however narrow the terminal."""
    sys.stdout.write(f"\n  {secret}\n\n")
    sys.stdout.flush()


def show_line(text: str, style: str = "") -> None:
    """A line at once, cut where the terminal ends."""
    _out.print(text, style=style, no_wrap=_out.is_terminal, overflow="ellipsis", soft_wrap=not _out.is_terminal)
    sys.stdout.flush()


def print_json_line(value: Any) -> None:
    """One JSON document on a line of its own, at once."""
    sys.stdout.write(msgspec.json.encode(value).decode() + "\n")
    sys.stdout.flush()


def print_json(value: Any) -> None:
    """One JSON document on standard output, indented."""
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n")


def print_table(columns: Sequence[str], rows: Sequence[Sequence[object]], empty: str) -> None:
    """Rows under their headings, or a sentence where there are none. A pipe gets whole cells, separated by tabs."""
    if not rows:
        complain(empty)
        return
    if not _out.is_terminal:
        for row in (columns, *rows):
            sys.stdout.write("\t".join(map(_cell, row)) + "\n")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        # An id is there to be copied: whole, whatever becomes of the other columns.
        table.add_column(column, overflow="fold", no_wrap=column == "ID")
    for row in rows:
        table.add_row(*map(_cell, row))
    _out.print(table)


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
    with Progress(*columns, console=_err, transient=True, disable=not _err.is_terminal) as bar:
        task = bar.add_task(description, total=total)
        yield lambda position: bar.update(task, completed=position)


def _cell(value: object) -> str:
    return "" if value is None else str(value)
