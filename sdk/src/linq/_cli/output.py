"""Lists as people and programs read them: a table, tab-separated lines in a pipe, CSV, JSON (see ``views``)."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from linq import BaseModel

T = TypeVar("T")
ModelT = TypeVar("ModelT", bound="BaseModel")

out = Console(highlight=False)
err = Console(stderr=True, highlight=False, soft_wrap=True)

WIDE = 110
"""Letters across: with fewer, a table goes without its last column, the ids."""


@dataclass(frozen=True, slots=True)
class Columns(Generic[T]):
    """What is shown of an item, side by side."""

    names: tuple[str, ...]
    cells: Callable[[T], tuple[object, ...]]
    folds: str = ""
    """The column that is broken into lines where the terminal is narrow."""
    styles: Mapping[str, str] = field(default_factory=dict[str, str])
    """Colours of cells that say just this."""


@dataclass(frozen=True, slots=True)
class View(Generic[T]):
    """How a list is shown."""

    name: str
    """What the API calls the list."""
    table: Columns[T]
    csv: Columns[T]


def print_table(items: Iterable[T], columns: Columns[T]) -> None:
    """A table on a terminal; in a pipe, whole cells separated by tabs, each line as soon as it is there."""
    if not out.is_terminal:
        print(*columns.names, sep="\t")
        for item in items:
            print(*columns.cells(item), sep="\t")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in columns.names if out.width >= WIDE else columns.names[:-1]:
        table.add_column(name, no_wrap=name != columns.folds, overflow="fold")
    for item in items:
        row = [Text(str(cell), columns.styles.get(str(cell), "")) for cell in columns.cells(item)]
        table.add_row(*row[: len(table.columns)])
    out.print(table)


def print_csv(items: Iterable[T], columns: Columns[T]) -> None:
    """RFC 4180 with a heading."""
    writer = csv.writer(sys.stdout)
    writer.writerow(columns.names)
    writer.writerows(map(columns.cells, items))


def print_json(items: Iterable[ModelT], view: View[ModelT], next_cursor: str | None) -> None:
    """One document of the shape that the API answers with, written while the items come in."""
    sys.stdout.write(f'{{"{view.name}": [')
    for number, item in enumerate(items):
        sys.stdout.write(",\n" if number else "\n")
        sys.stdout.write(json.dumps(item.to_dict(mode="json"), ensure_ascii=False))
    sys.stdout.write(f'\n], "next_cursor": {json.dumps(next_cursor)}}}\n')


def with_progress(items: Iterable[T], view: View[T], *, quiet: bool) -> Iterator[T]:
    """The same items, counted on standard error: while that is a terminal, and ``quiet`` does not forbid it."""
    bar = Progress(
        SpinnerColumn(),
        TextColumn(f"{{task.completed}} {view.name}"),
        TimeElapsedColumn(),
        console=err,
        transient=True,
        disable=quiet or not err.is_terminal,
        redirect_stdout=False,  # what goes to standard output has to arrive there
        redirect_stderr=False,
    )
    with bar:
        task = bar.add_task("", total=None)
        for item in items:
            yield item
            bar.advance(task)


def plain(text: object) -> str:
    """Text from the network without what a terminal would obey: control characters become spaces."""
    return "".join(letter if letter.isprintable() else " " for letter in str(text))
