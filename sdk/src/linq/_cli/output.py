"""Chats as people and programs read them: a table, tab-separated lines in a pipe, CSV, JSON."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from linq.types import Chat

out = Console(highlight=False)
err = Console(stderr=True, highlight=False, soft_wrap=True)

COLUMNS = ("Who", "Service", "Health", "Updated", "Id")
CSV_COLUMNS = ("id", "who", "service", "health", "is_group", "handles", "created_at", "updated_at")
WIDE = 110
"""Letters across: with fewer, the table goes without the ids."""
_HEALTH_STYLES = {"HEALTHY": "green", "AT_RISK": "yellow", "CRITICAL": "bold red", "OPTED_OUT": "dim"}


def print_table(chats: Iterable[Chat]) -> None:
    """A table on a terminal; in a pipe, whole cells separated by tabs, each line as soon as it is there."""
    if not out.is_terminal:
        print(*COLUMNS, sep="\t")
        for chat in chats:
            print(*_cells(chat), sep="\t")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in COLUMNS if out.width >= WIDE else COLUMNS[:-1]:
        table.add_column(column, no_wrap=column != "Who", overflow="fold")
    for chat in chats:
        who, service, health, *rest = _cells(chat)
        row = [Text(who), Text(service), Text(health, _HEALTH_STYLES.get(health, "")), *map(Text, rest)]
        table.add_row(*row[: len(table.columns)])
    out.print(table)


def print_csv(chats: Iterable[Chat]) -> None:
    """RFC 4180 with a heading; handles separated by spaces."""
    writer = csv.writer(sys.stdout)
    writer.writerow(CSV_COLUMNS)
    for chat in chats:
        who, service, health, *_ = _cells(chat)
        handles = " ".join(str(handle.handle) for handle in chat.handles or ())
        times = _iso(chat.created_at), _iso(chat.updated_at)
        writer.writerow((chat.id, who, service, health, chat.is_group, handles, *times))


def print_json(chats: Iterable[Chat], next_cursor: str | None) -> None:
    """One document of the shape that the API answers with, written while the chats come in."""
    sys.stdout.write('{"chats": [')
    for number, chat in enumerate(chats):
        sys.stdout.write(",\n" if number else "\n")
        sys.stdout.write(json.dumps(chat.to_dict(mode="json"), ensure_ascii=False))
    sys.stdout.write(f'\n], "next_cursor": {json.dumps(next_cursor)}}}\n')


def with_progress(chats: Iterable[Chat], *, quiet: bool) -> Iterator[Chat]:
    """The same chats, counted on standard error: while that is a terminal, and ``quiet`` does not forbid it."""
    bar = Progress(
        SpinnerColumn(),
        TextColumn("{task.completed} chats"),
        TimeElapsedColumn(),
        console=err,
        transient=True,
        disable=quiet or not err.is_terminal,
        redirect_stdout=False,  # what goes to standard output has to arrive there
        redirect_stderr=False,
    )
    with bar:
        task = bar.add_task("", total=None)
        for chat in chats:
            yield chat
            bar.advance(task)


def plain(text: object) -> str:
    """Text from the network without what a terminal would obey: control characters become spaces."""
    return "".join(letter if letter.isprintable() else " " for letter in str(text))


def _cells(chat: Chat) -> tuple[str, str, str, str, str]:
    others = ", ".join(str(handle.handle) for handle in chat.handles or () if not handle.is_me)
    health: Any = chat.health_status and chat.health_status.status
    return (
        plain(chat.display_name or others),
        plain(chat.service or ""),
        plain(health or ""),
        _minute(chat.updated_at),
        plain(chat.id),
    )


def _minute(moment: Any) -> str:
    """A time to the minute, in the user's own zone; whatever else a server sent, as it is."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M") if hasattr(moment, "astimezone") else plain(moment or "")


def _iso(moment: Any) -> str:
    return moment.isoformat() if hasattr(moment, "isoformat") else plain(moment or "")
