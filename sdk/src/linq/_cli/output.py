"""Prints lists: a table on a terminal, tab-separated lines in a pipe, CSV or JSON (see ``views``)."""

from __future__ import annotations

import codecs
import csv
import io
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

from rich.cells import cell_len
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

READABLE = 24
"""The fewest characters for the column that folds; with less room, there is no table."""
GAP = "  "
JOINERS = "\u200c\u200d"
"""Invisible characters that are part of emoji and of words in some languages."""


@dataclass(frozen=True, slots=True)
class Columns(Generic[T]):
    """The columns of a table."""

    names: tuple[str, ...]
    cells: Callable[[T], tuple[object, ...]]
    folds: str = ""
    """The column that wraps on a narrow terminal; on one that is too narrow for a table, it comes first."""
    styles: Mapping[str, str] = field(default_factory=dict[str, str])
    """The colours of cells with exactly this text."""


@dataclass(frozen=True, slots=True)
class View(Generic[T]):
    """How to print a list."""

    name: str
    """The API's name for the list."""
    table: Columns[T]
    csv: Columns[T]


def fit_streams() -> None:
    """Make the streams escape the characters that they cannot encode, as JSON does, instead of failing."""
    codecs.register_error("json", _escape)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="json")


def _escape(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return json.dumps(error.object[error.start : error.end])[1:-1], error.end


def discard() -> None:
    """Discard what is left of the output. Otherwise, Python would report at exit that it cannot be written."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def print_table(items: Iterable[T], columns: Columns[T]) -> None:
    """Print a table on a terminal that has room for it, otherwise a few lines per item, with nothing cut off.

    In a pipe, print cells separated by tabs, each line at once.
    """
    if not out.is_terminal:
        print(*columns.names, sep="\t")
        for item in items:
            print(*columns.cells(item), sep="\t")
        return
    rows = [[Text(str(cell), columns.styles.get(str(cell), "")) for cell in columns.cells(item)] for item in items]
    if _width(rows, columns) > out.width:
        for row in rows:
            for line in _lines(row, columns):
                out.print(line, overflow="fold")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in columns.names:
        table.add_column(name, no_wrap=name != columns.folds, overflow="fold")
    for row in rows:
        table.add_row(*row)
    out.print(table)


def _width(rows: Sequence[Sequence[Text]], columns: Columns[T]) -> int:
    """The width in characters of a table with these rows."""
    widths = [max(map(cell_len, (name, *(row[at].plain for row in rows)))) for at, name in enumerate(columns.names)]
    if columns.folds:
        at = columns.names.index(columns.folds)
        widths[at] = min(widths[at], READABLE)
    return sum(widths) + len(GAP) * (len(widths) - 1)


def _lines(row: Sequence[Text], columns: Columns[T]) -> Iterator[Text]:
    """The lines of an item: the column that folds, then the others; without such a column, each cell after its name."""
    named = zip(columns.names, row, strict=True)
    if not columns.folds:
        for name, cell in named:
            yield from _beside([Text(name, "bold"), cell], "")
        return
    yield row[columns.names.index(columns.folds)]
    yield from _beside([cell for name, cell in named if name != columns.folds and cell], GAP)


def _beside(cells: Sequence[Text], indent: str) -> Iterator[Text]:
    """The cells side by side, as many per line as fit."""
    line = Text(indent)
    for cell in cells:
        if line.plain.strip() and line.cell_len + cell.cell_len > out.width:
            yield line
            line = Text(GAP)
        line = Text.assemble(line, cell, GAP)
    yield line


def print_csv(items: Iterable[T], columns: Columns[T]) -> None:
    """Print CSV (RFC 4180) with a header row."""
    writer = csv.writer(sys.stdout)
    writer.writerow(columns.names)
    writer.writerows(map(columns.cells, items))


def print_json(items: Iterable[ModelT], view: View[ModelT], next_cursor: str | None) -> None:
    """Print one document in the format of the API's responses, while the items arrive."""
    sys.stdout.write(f'{{"{view.name}": [')
    for number, item in enumerate(items):
        sys.stdout.write(",\n" if number else "\n")
        sys.stdout.write(json.dumps(item.to_dict(mode="json"), ensure_ascii=False))
    sys.stdout.write(f'\n], "next_cursor": {json.dumps(next_cursor)}}}\n')


def with_progress(items: Iterable[T], view: View[T], *, quiet: bool) -> Iterator[T]:
    """Yield the items, and count them on standard error if that is a terminal and ``quiet`` is False."""
    bar = Progress(
        SpinnerColumn(),
        TextColumn(f"{{task.completed}} {view.name}"),
        TimeElapsedColumn(),
        console=err,
        transient=True,
        disable=quiet or not err.is_terminal,
        redirect_stdout=False,  # standard output must not be redirected
        redirect_stderr=False,
    )
    with bar:
        task = bar.add_task("", total=None)
        for item in items:
            yield item
            bar.advance(task)


def plain(text: object) -> str:
    """Text from the network with control characters replaced by spaces, so that a terminal does not execute them."""
    return "".join(letter if letter.isprintable() or letter in JOINERS else " " for letter in str(text))
